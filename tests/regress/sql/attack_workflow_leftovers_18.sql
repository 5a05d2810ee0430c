-- Attack: a deferred trigger, which PostgreSQL runs as its owner from version 18 on, leaves a cursor behind for the commit that reads it as the approver.
SELECT current_setting('server_version_num')::int >= 180000 AS is_18 \gset
\if :is_18
\set SHOW_CONTEXT never
CREATE ROLE attack_leftovers_18_mallory LOGIN;
CREATE SCHEMA leftovers AUTHORIZATION attack_leftovers_18_mallory;
GRANT USAGE ON SCHEMA leftovers TO PUBLIC;
\c - attack_leftovers_18_mallory
CREATE TABLE leftovers.t (id int PRIMARY KEY, v int);
CREATE TABLE leftovers.other (n int);
INSERT INTO leftovers.t VALUES (1, 1);
GRANT SELECT, UPDATE ON leftovers.t TO alice;
CREATE FUNCTION leftovers.strike() RETURNS name LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'strikes as %', current_user; RETURN current_user; END $$;
CREATE FUNCTION leftovers.on_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO leftovers.other VALUES (1); RETURN NULL; END $$;
CREATE FUNCTION leftovers.on_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'DECLARE c CURSOR WITH HOLD FOR SELECT leftovers.strike()';
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON leftovers.other DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION leftovers.on_commit();
SELECT customer_workflow.protect('leftovers.t', '{v}', 'credit_managers');
\c - alice
UPDATE leftovers.t SET v = 2;
SELECT customer_workflow.submit(1);
\c - attack_leftovers_18_mallory
CREATE TRIGGER last AFTER UPDATE ON leftovers.t FOR EACH ROW EXECUTE FUNCTION leftovers.on_write();
\c - bob
SELECT customer_workflow.approve(1);
SELECT status FROM customer_workflow.proposals;

-- In a transaction of her own without an approval she may do as she likes.
\c - attack_leftovers_18_mallory
INSERT INTO leftovers.other VALUES (2);
FETCH c;

\c - postgres
SET client_min_messages = warning;
SELECT customer_workflow.unprotect(relation, '{*}', cancel_open => true) FROM customer_workflow.protected_table WHERE relation IS NOT NULL \g /dev/null
DROP OWNED BY attack_leftovers_18_mallory CASCADE;
DROP ROLE attack_leftovers_18_mallory;
\endif
