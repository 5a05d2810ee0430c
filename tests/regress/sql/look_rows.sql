-- Design 5, Look: row level security of the table holds in the views, for those who do not see everything.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, clerk name, credit_limit numeric);
INSERT INTO accounts VALUES (1, 'dave', 100), (2, 'carol', 100), (3, 'carol', 100);
GRANT SELECT, UPDATE ON accounts TO alice, dave;
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON accounts TO dave USING (clerk = current_user);
CREATE POLICY all_of_them ON accounts TO alice USING (true);
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 200;
SELECT count(*) FROM customer_workflow.proposals;

SET SESSION AUTHORIZATION dave;
SELECT record_key, conflict FROM customer_workflow.proposals ORDER BY id;
SELECT record_key, proposed_value, current_value FROM customer_workflow.proposed_changes ORDER BY proposal;
SELECT record_key FROM customer_workflow.pending_changes('accounts', '{"{\"id\": 1}","{\"id\": 2}"}');
SELECT count(*) FROM customer_workflow.workflow_history WHERE kind = 'proposed';
-- also where the session has switched it off for itself
SET row_security = off;
SELECT record_key FROM customer_workflow.proposals ORDER BY id;
RESET row_security;

-- The owner sees everything, also where he forces row level security on himself
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE accounts FORCE ROW LEVEL SECURITY;
SELECT count(*) FROM accounts;
SELECT record_key, current_value, conflict FROM customer_workflow.proposed_changes ORDER BY proposal;
