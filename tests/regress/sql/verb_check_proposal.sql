-- Design 5, Propose: check_proposal() answers whether a proposal would apply now, and writes nothing.
\set SHOW_CONTEXT never
CREATE ROLE verb_check_proposal_other LOGIN;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit, payment_terms}', 'credit_managers');
SELECT customer_workflow.set_data_entity('erp', 'customers', '{"behavior": "allow_without_approval"}');

-- nothing stands against it: no row
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT * FROM customer_workflow.check_proposal(1);
SELECT credit_limit FROM customers WHERE id = 1;

-- the table refuses the value: the table's own SQLSTATE
UPDATE customers SET credit_limit = -1, name = NULL WHERE id = 2;
SELECT * FROM customer_workflow.check_proposal(2);
SELECT customer_workflow.discard_change(2, 'name');
SELECT * FROM customer_workflow.check_proposal(2);
SELECT status FROM customer_workflow.proposals WHERE id = 2;

-- the record has moved: a row for each field
SET SESSION AUTHORIZATION erp;
UPDATE customers SET credit_limit = 1500, payment_terms = 'N10' WHERE id IN (1, 2);
SET SESSION AUTHORIZATION alice;
SELECT * FROM customer_workflow.check_proposal(1);
-- moved and refused
SELECT * FROM customer_workflow.check_proposal(2);
-- the value is stored already
UPDATE customers SET credit_limit = 3 WHERE id = 3;
SET SESSION AUTHORIZATION erp;
UPDATE customers SET credit_limit = 3 WHERE id = 3;
SET SESSION AUTHORIZATION alice;
SELECT * FROM customer_workflow.check_proposal(3);

-- the record is gone
RESET SESSION AUTHORIZATION;
SET session_replication_role = replica;
DELETE FROM customers WHERE id = 3;
RESET session_replication_role;
SET SESSION AUTHORIZATION alice;
SELECT * FROM customer_workflow.check_proposal(3);

-- pending, rejected: as long as it is open; a closed one has no problem any more
SELECT customer_workflow.cancel(2);
SELECT * FROM customer_workflow.check_proposal(2);

-- for whoever may see the proposal, and who may not learns not even that it is there
SET SESSION AUTHORIZATION carol;
SELECT field, problem, sqlstate FROM customer_workflow.check_proposal(1);
SET SESSION AUTHORIZATION verb_check_proposal_other;
SELECT count(*) FROM customer_workflow.proposals;
SELECT * FROM error_of('SELECT * FROM customer_workflow.check_proposal(1)');
SELECT * FROM error_of('SELECT * FROM customer_workflow.check_proposal(99)');
SELECT * FROM error_of('SELECT * FROM customer_workflow.check_proposal(NULL)');
RESET SESSION AUTHORIZATION;
DROP ROLE verb_check_proposal_other;
