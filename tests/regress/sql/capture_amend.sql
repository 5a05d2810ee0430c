-- Capture, options amend and repeated values: what a change does to a field that its author has proposed before.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms, bank_account}', 'credit_managers');
CREATE VIEW changes AS SELECT proposal, status, string_agg(field || ' ' || coalesce(original_value, 'null') || ' -> ' || coalesce(proposed_value, 'null'), ', ' ORDER BY field) AS changes
  FROM customer_workflow.proposed_changes GROUP BY proposal, status;
GRANT SELECT ON changes TO PUBLIC;
SET SESSION AUTHORIZATION alice;

-- One draft an author and record: other fields join it, the same field gets the new value
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT * FROM changes;
-- The stored value changes nothing: it cannot be told from an ORM that writes whole rows
UPDATE customers SET credit_limit = 1000, payment_terms = 'N30', bank_account = 'DE01', city = 'Kiel' WHERE id = 1;
SELECT * FROM changes;
-- Nor does the value that is proposed already; an expression over the stored value does not compound
UPDATE customers SET credit_limit = credit_limit * 1.1 WHERE id = 1;
UPDATE customers SET credit_limit = credit_limit * 1.1 WHERE id = 1;
SELECT * FROM changes;
SELECT kind, details -> 'changes' AS changes FROM customer_workflow.workflow_history WHERE proposal = 1 ORDER BY at;

-- propose() with the stored value withdraws; the last one cancels the proposal
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"payment_terms": "N30"}');
SELECT * FROM changes;
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 1000, "bank_account": "DE01"}');
SELECT * FROM changes;
SELECT status FROM customer_workflow.proposals;
-- … where nothing was proposed, it does nothing
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 1000}');
-- … and sets one field while it withdraws another
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = 1;
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 1000, "payment_terms": "N90"}');
SELECT * FROM changes ORDER BY proposal;

-- amend, recall: what is pending takes the value and is a draft again, its work item is closed
SELECT customer_workflow.submit(2);
SELECT count(*) FROM customer_workflow.work_items WHERE status = 'open';
UPDATE customers SET payment_terms = 'N91', credit_limit = 7000 WHERE id = 1;
SELECT * FROM changes WHERE proposal > 1 ORDER BY proposal;
RESET SESSION AUTHORIZATION;
SELECT proposal, assignee, status FROM customer_workflow.work_items;
SET SESSION AUTHORIZATION alice;
-- The pending value again changes nothing, another field starts a new draft
SELECT customer_workflow.submit(2);
UPDATE customers SET payment_terms = 'N91' WHERE id = 1;
UPDATE customers SET bank_account = 'AT01' WHERE id = 1;
SELECT * FROM changes WHERE proposal > 1 ORDER BY proposal;
-- … which the pending one does not become when it is recalled
UPDATE customers SET payment_terms = 'N92', bank_account = 'AT02' WHERE id = 1;
SELECT * FROM changes WHERE proposal > 1 ORDER BY proposal;
SELECT customer_workflow.cancel_many('{2, 3}');

-- A rejected proposal, and one that was sent back, are edited in place; a rejected value again changes nothing
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.reject(4, 'too much');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
SELECT * FROM changes WHERE proposal > 3;
UPDATE customers SET credit_limit = 4000, payment_terms = 'N60' WHERE id = 2;
SELECT * FROM changes WHERE proposal > 3;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.request_change(4, 'still too much');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 3000 WHERE id = 2;
SELECT * FROM changes WHERE proposal > 3;
SELECT customer_workflow.submit(4);

-- amend, reject
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"amend": "reject"}');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of($$UPDATE customers SET credit_limit = 3500 WHERE id = 2$$);
UPDATE customers SET credit_limit = 3000 WHERE id = 2;
UPDATE customers SET bank_account = 'AT02' WHERE id = 2;
SELECT * FROM changes WHERE proposal > 3 ORDER BY proposal;
-- amend, parallel
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"amend": "parallel"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 3500 WHERE id = 2;
SELECT * FROM changes WHERE proposal > 3 ORDER BY proposal;
-- The stored value stays what it was
SELECT id, credit_limit, payment_terms, bank_account FROM customers ORDER BY id;
