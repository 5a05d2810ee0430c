-- Design 5.1, option amend: what a change to a field does that is in the author's own pending proposal.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms, bank_account}', 'credit_managers');
CREATE TEMP VIEW changes AS
    SELECT proposal, record_key, field, original_value, proposed_value, status FROM customer_workflow.proposed_changes ORDER BY proposal, field;
GRANT SELECT ON changes TO PUBLIC;

-- recall, the default: the proposal takes the value and goes back to its author
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1, 'first');
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT * FROM changes;
SELECT status, digest IS NULL AS no_digest, waiting_on FROM customer_workflow.proposals;
-- nothing waits for the assignees any more, and an approval comes too late
SET SESSION AUTHORIZATION bob;
SELECT count(*) FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(1);
\echo :SQLSTATE
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1);
SELECT kind, person, comment, details - 'changes' AS details FROM customer_workflow.workflow_history WHERE proposal = 1;

-- the value that is pending already changes nothing
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT status FROM customer_workflow.proposals;
-- another field starts a new draft
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
SELECT * FROM changes;
-- both at once: the pending one is recalled, and a draft keeps what is in it
UPDATE customers SET credit_limit = 6500, payment_terms = 'N61', bank_account = 'DE77' WHERE id = 1;
SELECT * FROM changes;
-- after that there is still one draft that collects
UPDATE customers SET bank_account = 'DE78' WHERE id = 1;
SELECT * FROM changes;
SELECT customer_workflow.cancel_many('{1,2}');

-- a new field in the UPDATE that recalls goes with it, where there is no draft
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals;
UPDATE customers SET credit_limit = 5001, payment_terms = 'N60' WHERE id = 2;
SELECT * FROM changes WHERE status = 'not_submitted';
SELECT customer_workflow.cancel(max(id)) FROM customer_workflow.proposals;

-- reject: the statement fails
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"amend": "reject"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
SELECT id AS p FROM customer_workflow.proposals ORDER BY id DESC LIMIT 1 \gset
SELECT customer_workflow.submit(:p);
SELECT * FROM error_of($$ UPDATE customers SET credit_limit = 5001, city = 'Halle' WHERE id = 2 $$);
SELECT city FROM customers WHERE id = 2;
-- the same value and other fields are no amendment
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
UPDATE customers SET payment_terms = 'N60' WHERE id = 2;
-- recalled, it can be edited; sent back or rejected, too: edited in place, whatever the option says
SELECT customer_workflow.recall(:p);
UPDATE customers SET credit_limit = 5002 WHERE id = 2;
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.request_change(:p, 'less, please');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 4000 WHERE id = 2;
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.reject(:p, 'still too much');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 3000 WHERE id = 2;
SELECT * FROM changes WHERE record_key = '{"id": 2}' AND status <> 'cancelled';
SELECT customer_workflow.cancel_many(array_agg(id ORDER BY id)) FROM customer_workflow.proposals WHERE status <> 'cancelled';

-- parallel: a second proposal of the same author for the same field
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"amend": "parallel"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 100 WHERE id = 3;
SELECT id AS p FROM customer_workflow.proposals ORDER BY id DESC LIMIT 1 \gset
SELECT customer_workflow.submit(:p);
UPDATE customers SET credit_limit = 200 WHERE id = 3;
SELECT id AS q FROM customer_workflow.proposals ORDER BY id DESC LIMIT 1 \gset
SELECT customer_workflow.submit(:q);
SELECT :q > :p AS second, field, original_value, proposed_value, status FROM changes WHERE record_key = '{"id": 3}';
-- the second one was proposed over the value that was stored then
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(:p);
SELECT customer_workflow.approve(:q);
\echo :SQLSTATE
SELECT customer_workflow.approve(:q, on_conflict => 'overwrite');
SELECT credit_limit FROM customers WHERE id = 3;
