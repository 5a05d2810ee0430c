-- Design 5.1, option apply_as: the role that writes approved values.
\set SHOW_CONTEXT never
CREATE ROLE option_apply_as_writer;
CREATE TABLE accounts (id int PRIMARY KEY, credit_limit numeric, written_by name);
CREATE FUNCTION note_writer() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.written_by := current_user; RETURN NEW; END';
CREATE TRIGGER note_writer BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION note_writer();
INSERT INTO accounts VALUES (1, 0), (2, 0), (3, 0);
GRANT SELECT, UPDATE ON accounts TO alice;

-- the table's owner, the default
ALTER TABLE accounts OWNER TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 5000;
SELECT written_by FROM accounts WHERE id = 1;
SELECT outcome FROM customer_workflow.submit_many('{1,2,3}');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
RESET SESSION AUTHORIZATION;
SELECT credit_limit, written_by FROM accounts WHERE id = 1;

-- never a superuser: with such an owner a role must be named
ALTER TABLE accounts OWNER TO postgres;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
RESET SESSION AUTHORIZATION;
SELECT * FROM error_of($$ SELECT customer_workflow.configure('accounts', '{"apply_as": "option_apply_as_writer"}') $$);
GRANT SELECT, UPDATE ON accounts TO option_apply_as_writer;
SELECT customer_workflow.configure('accounts', '{"apply_as": "option_apply_as_writer"}');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
RESET SESSION AUTHORIZATION;
SELECT credit_limit, written_by FROM accounts WHERE id = 2;

-- a role that lost its privileges writes nothing
REVOKE UPDATE ON accounts FROM option_apply_as_writer;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(3)');
SELECT status FROM customer_workflow.proposals WHERE id = 3;
RESET SESSION AUTHORIZATION;
GRANT UPDATE ON accounts TO option_apply_as_writer;

-- it is subject to row level security like any role
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY for_all ON accounts FOR SELECT USING (true);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(3)');
RESET SESSION AUTHORIZATION;
CREATE POLICY for_writer ON accounts TO option_apply_as_writer USING (true);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
RESET SESSION AUTHORIZATION;
SELECT credit_limit, written_by FROM accounts WHERE id = 3;
DROP TABLE accounts;
DROP ROLE option_apply_as_writer;
