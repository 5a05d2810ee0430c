-- simulate() with a definition that fails or does not fit any more: it says what submit would say.
\set SHOW_CONTEXT never
\pset null ∅
CREATE ROLE simulate_faults_auditors;
GRANT simulate_faults_auditors TO bob;
ALTER TABLE customers ADD account_manager text;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('Credit', 'customers', $${"elements": [
    {"approval": {"name": "Auditors", "steps": [{"name": "One", "assign_to": {"role": "simulate_faults_auditors"}}]}},
    {"approval": {"name": "Account", "steps": [{"name": "Manager", "when": "1 / (old.id - 1) >= 0", "assign_to": {"field": "account_manager"}}]}}]}$$);
SELECT customer_workflow.activate_workflow('Credit', 1);
-- A step with nobody
SELECT * FROM customer_workflow.simulate('customers', '{"id": 2}', '{"credit_limit": 5000}');
-- A condition that fails; the message is for those who configure the table
SELECT * FROM customer_workflow.simulate('customers', '{"id": 1}', '{"credit_limit": 5000}');
SET SESSION AUTHORIZATION alice;
SELECT * FROM customer_workflow.simulate('customers', '{"id": 1}', '{"credit_limit": 5000}');
RESET SESSION AUTHORIZATION;
-- A role and a column that are gone
ALTER TABLE customers DROP account_manager;
DROP ROLE simulate_faults_auditors;
SELECT * FROM customer_workflow.simulate('customers', '{"id": 2}', '{"credit_limit": 5000}');
