-- Attack: the owner of a protected table puts code into it and waits for a superuser to propose, submit, look and approve.
\set SHOW_CONTEXT never
-- Everybody logs in himself: a session that a superuser opened could always go back to him.
CREATE ROLE attack_owner_mallory LOGIN;
CREATE SCHEMA mallory AUTHORIZATION attack_owner_mallory;
GRANT USAGE ON SCHEMA mallory TO PUBLIC;
CREATE ROLE attack_owner_approvers;
GRANT attack_owner_approvers TO postgres, bob;

-- What she wants: code that runs with the rights of whoever comes by. It tells when it does, also where all is rolled back.
\c - attack_owner_mallory
CREATE TABLE mallory.t (id int PRIMARY KEY, v int, w int, at timestamptz DEFAULT '2026-01-01');
INSERT INTO mallory.t VALUES (1, 1), (2, 1), (3, 1);
GRANT SELECT, UPDATE ON mallory.t TO alice;
CREATE FUNCTION mallory.strike(place text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'attack_owner_mallory' THEN
        RAISE WARNING 'in % as %', place, current_user;
    END IF;
    BEGIN
        EXECUTE 'RESET ROLE';
        EXECUTE 'SET ROLE postgres';
        RAISE WARNING 'SET ROLE in %', place;
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
    BEGIN
        EXECUTE 'SET SESSION AUTHORIZATION postgres';
        RAISE WARNING 'SET SESSION AUTHORIZATION in %', place;
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
    BEGIN
        EXECUTE 'ALTER ROLE attack_owner_mallory SUPERUSER';
        RAISE WARNING 'superuser in %', place;
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
    RETURN true;
END
$$;
CREATE FUNCTION mallory.on_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM mallory.strike(TG_NAME); RETURN new; END $$;
SELECT customer_workflow.protect('mallory.t', '{v}', 'attack_owner_approvers');

-- A superuser and Alice change something while the table is still harmless.
\c - postgres
UPDATE mallory.t SET v = 2 WHERE id IN (1, 3);
\c - alice
UPDATE mallory.t SET v = 2 WHERE id = 2;

-- Then she arms it: triggers of every kind, row level security, a label, bookkeeping, an index expression, a generated column.
\c - attack_owner_mallory
CREATE TRIGGER "0 first" BEFORE UPDATE ON mallory.t FOR EACH ROW EXECUTE FUNCTION mallory.on_write();
CREATE TRIGGER last AFTER UPDATE ON mallory.t FOR EACH ROW EXECUTE FUNCTION mallory.on_write();
CREATE TRIGGER "statement before" BEFORE UPDATE ON mallory.t FOR EACH STATEMENT EXECUTE FUNCTION mallory.on_write();
CREATE TRIGGER "statement after" AFTER UPDATE ON mallory.t FOR EACH STATEMENT EXECUTE FUNCTION mallory.on_write();
CREATE CONSTRAINT TRIGGER deferred AFTER UPDATE ON mallory.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mallory.on_write();
CREATE FUNCTION mallory.label(int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM mallory.strike('label'); RETURN 'record ' || $1; END $$;
CREATE FUNCTION mallory.next(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM mallory.strike('bookkeeping'); RETURN $1; END $$;
CREATE FUNCTION mallory.pure(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM mallory.strike('index'); RETURN $1; END $$;
CREATE INDEX ON mallory.t (mallory.pure(v));
ALTER TABLE mallory.t ADD CONSTRAINT c CHECK (mallory.strike('check'));
CREATE POLICY p ON mallory.t USING (mallory.strike('policy')) WITH CHECK (mallory.strike('policy check'));
ALTER TABLE mallory.t ENABLE ROW LEVEL SECURITY;
ALTER TABLE mallory.t FORCE ROW LEVEL SECURITY;
SELECT customer_workflow.configure('mallory.t', '{"record_label": "mallory.label(id)", "bookkeeping": {"w": "mallory.next(old.w)"}}');

-- She makes herself a steward and submits what the superuser and Alice have proposed.
SELECT customer_workflow.grant_duty('mallory.t', 'steward', 'attack_owner_mallory');
SELECT p.record_key, c.* FROM customer_workflow.proposals AS p LEFT JOIN LATERAL customer_workflow.check_proposal(p.id) AS c ON true ORDER BY p.id;
SELECT outcome, sqlstate, message FROM customer_workflow.submit_many((SELECT array_agg(id ORDER BY id) FROM customer_workflow.proposals WHERE record_key <> '{"id": 3}'));

-- A superuser looks at everything, cancels, submits, approves.
\c - postgres
SELECT record_key, record_label, conflict FROM customer_workflow.proposals ORDER BY id;
SELECT record_key, current_value, conflict FROM customer_workflow.proposed_changes ORDER BY proposal;
SELECT record_key, current_value, conflict FROM customer_workflow.pending_changes('mallory.t', '{"{\"id\": 1}"}');
SELECT record_key FROM customer_workflow.my_work_items ORDER BY 1;
SELECT customer_workflow.review(id) ->> 'status' FROM customer_workflow.proposals ORDER BY id;
SELECT customer_workflow.check_proposal(id) FROM customer_workflow.proposals ORDER BY id;
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 1}';
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
SELECT customer_workflow.approve(id) FROM customer_workflow.proposals WHERE author = 'alice';
\c - bob
SELECT outcome, message FROM customer_workflow.approve_many((SELECT array_agg(proposal) FROM customer_workflow.my_work_items));
\c - postgres
SELECT rolsuper FROM pg_roles WHERE rolname = 'attack_owner_mallory';
SELECT id, v FROM mallory.t ORDER BY id;

-- (As everywhere in PostgreSQL, whoever himself UPDATEs a table runs its triggers; that is Alice's choice, and nobody's else.)
\c - alice
UPDATE mallory.t SET w = 2 WHERE id = 2;

\c - postgres
SET client_min_messages = warning;
DROP OWNED BY attack_owner_mallory CASCADE;
DROP ROLE attack_owner_mallory, attack_owner_approvers;
