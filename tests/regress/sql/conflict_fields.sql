-- Promise 4, what to do about a conflict: field by field or for the whole, keep what is stored or keep what is proposed.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms, bank_account}', 'credit_managers');
SELECT customer_workflow.set_data_entity('erp', 'customers', '{"behavior": "allow_without_approval"}');
RESET SESSION AUTHORIZATION;
CREATE VIEW fields AS
SELECT proposal, field, original_value, proposed_value, current_value, conflict, status FROM customer_workflow.proposed_changes ORDER BY proposal, field;
GRANT SELECT ON fields TO PUBLIC;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60', bank_account = 'DE55' WHERE id IN (1, 2);
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;
SELECT digest AS seen FROM customer_workflow.proposals WHERE id = 1 \gset

-- Only other fields of the record moved: nothing is in the way, nothing is void, and to rebase changes nothing.
SET SESSION AUTHORIZATION erp;
UPDATE customers SET city = 'Hamburg', name = 'Alpha & Co' WHERE id = 1;
SET SESSION AUTHORIZATION alice;
SELECT status, conflict FROM customer_workflow.proposals WHERE id = 1;
SELECT customer_workflow.rebase(1);
SELECT status, digest = :'seen' AS as_seen, waiting_on FROM customer_workflow.proposals WHERE id = 1;
SELECT count(*) FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind = 'rebased';

-- Two fields of three move.
SET SESSION AUTHORIZATION erp;
UPDATE customers SET credit_limit = 1500, payment_terms = 'N14' WHERE id IN (1, 2);
SET SESSION AUTHORIZATION alice;
SELECT * FROM fields WHERE proposal = 1;

-- keep what is proposed for one, keep what is stored for the other
SELECT customer_workflow.rebase(1, '{credit_limit}');
SELECT * FROM fields WHERE proposal = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.discard_change(1, 'payment_terms');
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT credit_limit, payment_terms, bank_account FROM customers WHERE id = 1;

-- a field that has not moved keeps its original, and where none of those named has, the approvals stand
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(2, '{bank_account}');
SELECT * FROM fields WHERE proposal = 2;
SELECT customer_workflow.rebase(2, '{bank_account,payment_terms}');
SELECT * FROM fields WHERE proposal = 2;
-- the whole: keep what is proposed, or keep what is stored
SELECT customer_workflow.rebase(2);
SELECT * FROM fields WHERE proposal = 2;
SELECT customer_workflow.cancel(2);
SELECT credit_limit, payment_terms, bank_account FROM customers WHERE id = 2;

-- a steward may, and is a party from then on; whoever decides may not
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.grant_duty('customers', 'steward', 'carol');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION erp;
UPDATE customers SET credit_limit = 1600 WHERE id = 2;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of($$SELECT customer_workflow.rebase(3, '{credit_limit}')$$) WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.rebase(3, '{credit_limit}');
SELECT customer_workflow.submit(3);
SELECT field, value FROM error_of('SELECT customer_workflow.approve(3)') WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);

-- bad arguments: nothing is done
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000, payment_terms = 'N90' WHERE id = 2;
SET SESSION AUTHORIZATION erp;
UPDATE customers SET credit_limit = 1700 WHERE id = 2;
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of($$SELECT customer_workflow.rebase(4, '{credit_limit,city}')$$);
SELECT * FROM error_of($$SELECT customer_workflow.rebase(4, '{}')$$);
SELECT * FROM error_of($$SELECT customer_workflow.rebase(4, '{NULL}')$$);
SELECT * FROM fields WHERE proposal = 4;
