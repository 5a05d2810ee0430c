-- Attack: the function of an automated task, in the session of who decides, asks customer_workflow for what runs code of its own as the session's role.
\set SHOW_CONTEXT never
CREATE ROLE attack_session_mallory LOGIN;
CREATE SCHEMA insession AUTHORIZATION attack_session_mallory;
GRANT USAGE ON SCHEMA insession TO PUBLIC;
CREATE TABLE public.salaries (id int PRIMARY KEY, person text, amount int);
INSERT INTO public.salaries VALUES (1, 'dave', 100);
GRANT SELECT, UPDATE ON public.salaries TO bob;
ALTER TABLE public.salaries OWNER TO erp_owner;
SELECT customer_workflow.protect('salaries', '{amount}', 'credit_managers');

\c - attack_session_mallory
CREATE TABLE insession.t (id int PRIMARY KEY, v int);
CREATE TABLE insession.bait (id int PRIMARY KEY, v int, hits int DEFAULT 0);
INSERT INTO insession.t SELECT n, 1 FROM generate_series(1, 4) AS n;
INSERT INTO insession.bait VALUES (1, 1), (2, 1);
GRANT SELECT, UPDATE ON insession.t TO alice;
GRANT SELECT, UPDATE ON insession.bait TO bob;
CREATE FUNCTION insession.strike(place text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'attack_session_mallory' THEN
        RAISE WARNING 'in % as %', place, current_user;
    END IF;
    RETURN true;
END
$$;
CREATE FUNCTION insession.on_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM insession.strike('trigger'); RETURN new; END $$;
SELECT customer_workflow.protect('insession.t', '{v}', 'credit_managers');
SELECT customer_workflow.protect('insession.bait', '{v}', 'credit_managers', '{"validate_on_submit": true}');
SELECT customer_workflow.grant_duty('insession.bait', 'steward', 'attack_session_mallory');

-- Bob changes something of hers while it is harmless. Then she arms it.
\c - bob
UPDATE insession.bait SET v = 2 WHERE id = 1;
\c - attack_session_mallory
CREATE POLICY p ON insession.bait USING (insession.strike('policy'));
ALTER TABLE insession.bait ENABLE ROW LEVEL SECURITY;
CREATE TRIGGER last AFTER UPDATE ON insession.bait FOR EACH ROW EXECUTE FUNCTION insession.on_write();
CREATE TABLE insession.said (n serial, tried text, said text);
CREATE FUNCTION insession.try(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    INSERT INTO insession.said (tried, said) VALUES (statement, 'done');
EXCEPTION WHEN OTHERS THEN
    INSERT INTO insession.said (tried, said) VALUES (statement, format('%s %s', SQLSTATE, SQLERRM));
END
$$;
CREATE FUNCTION insession.task(proposal bigint, relation regclass, record_key jsonb, changes jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- code of a policy of hers, as Bob
    PERFORM insession.try($q$SELECT FROM customer_workflow.simulate('insession.bait', '{"id": 2}', '{"v": 3}')$q$);
    -- what Bob may SELECT
    PERFORM insession.try($q$SELECT FROM customer_workflow.simulate('public.salaries', '{"id": 1}', '{"amount": 3}')$q$);
    -- a rehearsal of Bob's change, with her triggers
    PERFORM insession.try('SELECT customer_workflow.submit(p.id) FROM customer_workflow.proposals AS p WHERE p.relation = ''insession.bait''::regclass AND p.status = ''not_submitted''');
    -- errors about proposals that only Bob may see
    PERFORM insession.try('SELECT customer_workflow.approve(2)');
    PERFORM insession.try('SELECT customer_workflow.cancel(2)');
    -- a change of hers that looks like one that was made with Bob's rights
    PERFORM insession.try('UPDATE insession.bait SET v = 7 WHERE id = 2');
    -- another person
    PERFORM insession.try('SELECT customer_workflow.act_as(''maria'')');
    PERFORM insession.try('SET ROLE bob');
    PERFORM insession.try('RESET ROLE');
    PERFORM insession.try('SET SESSION AUTHORIZATION bob');
END
$$;
SELECT customer_workflow.create_workflow('insession', 'insession.t', '{"elements": [
    {"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"role": "credit_managers"}}]}},
    {"automated_task": {"name": "T", "function": "insession.task"}}]}');
SELECT customer_workflow.activate_workflow('insession', 1);
\c - bob
UPDATE salaries SET amount = 1000 WHERE id = 1;
\c - alice
UPDATE insession.t SET v = 2 WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
\c - bob
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items WHERE relation = 'insession.t'::regclass;
\c - postgres
SELECT tried, said FROM insession.said ORDER BY n;
SELECT p.relation, p.record_key, p.author, q.database_role, p.status FROM customer_workflow.proposals AS p JOIN customer_workflow.proposal AS q ON q.id = p.id ORDER BY p.id;
SELECT customer_workflow.current_person();

\c - postgres
SET client_min_messages = warning;
SELECT customer_workflow.unprotect(relation, '{*}', cancel_open => true) FROM customer_workflow.protected_table WHERE relation IS NOT NULL \g /dev/null
DROP OWNED BY attack_session_mallory CASCADE;
DROP ROLE attack_session_mallory;
DROP TABLE public.salaries;
