-- Promise 5: deferred constraints are checked inside the approval, so that none reports success and fails at COMMIT.
\set SHOW_CONTEXT never
CREATE EXTENSION btree_gist;
CREATE TABLE agents (code text PRIMARY KEY);
CREATE TABLE accounts (
    id       int PRIMARY KEY,
    code     text CONSTRAINT one_code UNIQUE DEFERRABLE INITIALLY DEFERRED,
    agent    text CONSTRAINT known_agent REFERENCES agents DEFERRABLE INITIALLY DEFERRED,
    number   text UNIQUE,
    desk     text,
    CONSTRAINT one_desk EXCLUDE USING gist (desk WITH =) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE payments (account text CONSTRAINT paid_account REFERENCES accounts (number) DEFERRABLE INITIALLY DEFERRED);
CREATE FUNCTION not_forbidden() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.desk = 'forbidden' THEN
        RAISE EXCEPTION 'nobody may have that desk' USING ERRCODE = 'ZZ001', CONSTRAINT = 'allowed_desk', DETAIL = format('Seen by %s.', current_user), HINT = 'Take another.';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER allowed_desk AFTER INSERT OR UPDATE ON accounts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION not_forbidden();
INSERT INTO agents VALUES ('a1'), ('a2');
INSERT INTO accounts VALUES (1, 'c1', 'a1', 'n1', 'd1'), (2, 'c2', 'a1', 'n2', 'd2');
INSERT INTO payments VALUES ('n2');
ALTER TABLE accounts OWNER TO erp_owner;
ALTER TABLE agents OWNER TO erp_owner;
ALTER TABLE payments OWNER TO erp_owner;
GRANT SELECT, UPDATE ON accounts TO alice;
SELECT customer_workflow.protect('accounts', '{code,agent,number,desk}', 'credit_managers', '{"validate_on_submit": false}');

CREATE PROCEDURE propose(record int, change text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE accounts SET %s WHERE id = %s', change, record);
    PERFORM customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
END
$$;
-- What an approval says, and which of its fields arrive
CREATE FUNCTION approve() RETURNS TABLE (field text, value text) LANGUAGE sql AS $$
    SELECT e.* FROM customer_workflow.my_work_items AS w CROSS JOIN LATERAL error_of(format('SELECT customer_workflow.approve(%s)', w.proposal)) AS e
$$;
-- Alice finds another way.
CREATE PROCEDURE give_up() LANGUAGE sql AS $$
    SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE status = 'pending_approval'
$$;
SET client_min_messages = warning;

-- A unique constraint
SET SESSION AUTHORIZATION alice;
CALL propose(1, 'code = ''c2''');
SET SESSION AUTHORIZATION bob;
SELECT * FROM approve();
-- A foreign key of the table
SET SESSION AUTHORIZATION alice;
CALL give_up();
CALL propose(1, 'agent = ''nobody''');
SET SESSION AUTHORIZATION bob;
SELECT * FROM approve();
-- One that points to it
SET SESSION AUTHORIZATION alice;
CALL give_up();
CALL propose(2, 'number = ''n3''');
SET SESSION AUTHORIZATION bob;
SELECT * FROM approve();
-- An exclusion constraint
SET SESSION AUTHORIZATION alice;
CALL give_up();
CALL propose(1, 'desk = ''d2''');
SET SESSION AUTHORIZATION bob;
SELECT * FROM approve();
-- A constraint trigger
SET SESSION AUTHORIZATION alice;
CALL give_up();
CALL propose(1, 'desk = ''forbidden''');
SET SESSION AUTHORIZATION bob;
SELECT * FROM approve();
SET SESSION AUTHORIZATION alice;
CALL give_up();

-- Two records that swap their codes pass, as they would in one UPDATE; one of them alone does not.
CALL propose(1, 'code = ''c2''');
CALL propose(2, 'code = ''c1''');
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM approve() WHERE field IN ('sqlstate', 'constraint');
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many((SELECT array_agg(proposal) FROM customer_workflow.my_work_items));
RESET SESSION AUTHORIZATION;
SELECT id, code FROM accounts ORDER BY id;

-- Afterwards they are deferred again, for the rest of the transaction.
SET SESSION AUTHORIZATION alice;
CALL propose(1, 'agent = ''a2''');
RESET SESSION AUTHORIZATION;
GRANT INSERT, SELECT, UPDATE ON accounts, agents TO bob;
SET SESSION AUTHORIZATION bob;
BEGIN;
SELECT field, value FROM approve();
INSERT INTO accounts VALUES (3, 'c3', 'a3', 'n3', 'd3');
INSERT INTO agents VALUES ('a3');
COMMIT;
