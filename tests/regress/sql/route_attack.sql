-- Promise 7: code of a workflow (conditions, functions of automated tasks and what they leave behind) decides, proposes and configures in nobody else's name.
\set SHOW_CONTEXT never
\set VERBOSITY terse
CREATE ROLE route_attack_mallory LOGIN;
CREATE ROLE route_attack_boss SUPERUSER LOGIN;
CREATE ROLE route_attack_managers;
GRANT route_attack_managers TO bob, carol, route_attack_boss;
GRANT CREATE, USAGE ON SCHEMA crm TO route_attack_mallory;
GRANT SELECT, UPDATE ON customers TO route_attack_mallory, carol;
CREATE TABLE crm.seen (n serial, what text, person text, ran_as name, said text);
GRANT ALL ON crm.seen, crm.seen_n_seq TO route_attack_mallory;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}');
SELECT customer_workflow.grant_duty('customers', 'administrator', 'route_attack_mallory');
SELECT customer_workflow.create_workflow('credit', 'customers', '{"elements": [{"approval": {"name": "Credit", "steps": [{"name": "Manager", "assign_to": {"role": "route_attack_managers"}}]}}]}');
SELECT customer_workflow.activate_workflow('credit', 1);

-- mallory, an administrator of the table, wants a limit of his own: proposal 1 waits for bob, carol or the boss.
SET SESSION AUTHORIZATION route_attack_mallory;
UPDATE customers SET credit_limit = 1000000 WHERE id = 1;
SELECT customer_workflow.submit(1);

-- So he writes a workflow whose code approves it when one of them approves something else.
CREATE FUNCTION crm.try(what text, statement text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE said text;
BEGIN
    BEGIN
        EXECUTE statement INTO said;
    EXCEPTION WHEN OTHERS THEN
        said := SQLSTATE || ' ' || SQLERRM;
    END;
    INSERT INTO crm.seen (what, person, ran_as, said) VALUES (what, customer_workflow.current_person(), current_user, said);
END $$;
CREATE FUNCTION crm.attack(proposal bigint, relation regclass, record_key jsonb, changes jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm.try('approve', 'SELECT customer_workflow.approve(1)');
    PERFORM crm.try('reject', $q$SELECT customer_workflow.reject(3, 'no')$q$);
    PERFORM crm.try('bulk', $q$SELECT sqlstate FROM customer_workflow.approve_many('{1}')$q$);
    PERFORM crm.try('disable as owner', $q$SELECT customer_workflow.protect('customers', '{city}', options => '{"apply_as": "erp_owner"}')$q$);
    PERFORM crm.try('set role', 'SET ROLE route_attack_boss');
    PERFORM crm.try('set session', 'SET SESSION AUTHORIZATION route_attack_boss');
    PERFORM crm.try('reset role', 'RESET ROLE');
    PERFORM crm.try('name', $q$SELECT customer_workflow.act_as('maria')$q$);
    PERFORM crm.try('end call', 'SELECT customer_workflow._call_end()');
    PERFORM crm.try('read', 'SELECT rolpassword FROM pg_authid LIMIT 1');
    PERFORM crm.try('items', 'SELECT count(*)::text FROM customer_workflow.my_work_items');
    PERFORM crm.try('update', 'UPDATE customers SET bank_account = ''EVIL'' WHERE id = 3 RETURNING bank_account');
END $$;
CREATE FUNCTION crm.asks(n numeric) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE '% as %: %', customer_workflow.current_person(), current_user, (SELECT string_agg(f.value, ' ') FROM public.error_of('SELECT customer_workflow.approve(1)') AS f WHERE f.field IN ('sqlstate', 'message'));
    RETURN true;
END $$;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"approval": {"name": "Credit", "steps": [
      {"name": "Manager", "assign_to": {"role": "route_attack_managers"}},
      {"name": "Manager again", "when": "crm.asks(new.credit_limit)", "assign_to": {"role": "route_attack_managers"}}]}},
    {"automated_task": {"name": "Attack", "function": "crm.attack"}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 2);

-- alice submits something harmless; conditions are asked as mallory, who may not decide in anybody's name
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 2001 WHERE id = 2;
SELECT customer_workflow.submit(2);
-- bob and the boss, who is a superuser, approve it: the function runs in the boss's session
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION route_attack_boss;
SELECT customer_workflow.approve(2);
SELECT current_user, session_user, customer_workflow.current_person();
RESET SESSION AUTHORIZATION;
SELECT what, person, ran_as, said FROM crm.seen ORDER BY n;
SELECT id, status, author FROM customer_workflow.proposals ORDER BY id;
SELECT kind, person FROM customer_workflow.workflow_history WHERE proposal = 1 ORDER BY at;
SELECT id, credit_limit, bank_account FROM customers ORDER BY id;

-- What the function leaves to the end of the transaction fires when the person is the approver again: it may not use his name either.
SET SESSION AUTHORIZATION route_attack_mallory;
CREATE TABLE crm.later (x int);
CREATE FUNCTION crm.later() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE 'at the end: %, %', customer_workflow.current_person(), (SELECT string_agg(f.value, ' ') FROM public.error_of('SELECT customer_workflow.approve(1)') AS f WHERE f.field IN ('sqlstate', 'message'));
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON crm.later DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION crm.later();
CREATE OR REPLACE FUNCTION crm.attack(proposal bigint, relation regclass, record_key jsonb, changes jsonb) RETURNS void LANGUAGE sql AS $$ INSERT INTO crm.later VALUES (1) $$;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"automated_task": {"name": "Attack", "function": "crm.attack"}},
    {"approval": {"name": "Credit", "steps": [{"name": "Manager", "assign_to": {"role": "route_attack_managers"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 3);
SET SESSION AUTHORIZATION bob;
UPDATE customers SET credit_limit = 2002 WHERE id = 2;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);
SELECT status FROM customer_workflow.proposals WHERE id = 1;

-- A function that says who decides is asked as mallory as well, read-only, and decides nothing itself.
SET SESSION AUTHORIZATION route_attack_mallory;
CREATE FUNCTION crm.who(relation regclass, record_key jsonb, changes jsonb) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE '% as %: %', customer_workflow.current_person(), current_user, (SELECT string_agg(f.value, ' ') FROM public.error_of('SELECT customer_workflow.approve(1)') AS f WHERE f.field IN ('sqlstate', 'message'));
    RAISE NOTICE '%', (SELECT string_agg(f.value, ' ') FROM public.error_of('INSERT INTO crm.seen (what) VALUES (1)') AS f WHERE f.field IN ('sqlstate', 'message'));
    RETURN NEXT 'carol';
END $$;
SELECT customer_workflow.create_workflow('credit', 'customers', '{"elements": [{"approval": {"name": "Credit", "steps": [{"name": "Whoever", "assign_to": {"sql": "crm.who"}}]}}]}');
SELECT customer_workflow.activate_workflow('credit', 4);
SET SESSION AUTHORIZATION bob;
UPDATE customers SET credit_limit = 2002.5 WHERE id = 3;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = :p;
RESET SESSION AUTHORIZATION;
SELECT status FROM customer_workflow.proposals WHERE id = 1;

-- A function in pg_temp would be that of whoever submits: a definition cannot name one.
SET SESSION AUTHORIZATION route_attack_mallory;
CREATE FUNCTION pg_temp.attack(proposal bigint, relation regclass, record_key jsonb, changes jsonb) RETURNS void LANGUAGE sql AS $$ SELECT $$;
SELECT path, severity, message FROM customer_workflow.validate_workflow($${
  "elements": [
    {"automated_task": {"name": "Attack", "function": "pg_temp.attack"}},
    {"approval": {"name": "Credit", "steps": [{"name": "Manager", "assign_to": {"role": "route_attack_managers"}}]}}
  ]}$$, 'customers');

-- An automatic action cannot let its own condition approve something else
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"approval": {"name": "Credit", "automatic_action": {"when": "proposal.fields = '{credit_limit}' and customer_workflow.approve(1) = 'applied'", "action": "approve"},
      "steps": [{"name": "Manager", "assign_to": {"role": "route_attack_managers"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 5);
SET SESSION AUTHORIZATION carol;
UPDATE customers SET credit_limit = 2003 WHERE id = 2;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :p));
RESET SESSION AUTHORIZATION;
SELECT id, status FROM customer_workflow.proposals WHERE id = 1;
