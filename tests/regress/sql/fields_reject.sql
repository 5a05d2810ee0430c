-- Option field_decisions: reject() for some fields takes them out of the proposal at once, as a rejected one of their own; the rest goes on.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms, bank_account}', 'credit_managers', '{"field_decisions": true}');
CREATE TABLE seen (what text PRIMARY KEY, digest text);
GRANT ALL ON seen TO PUBLIC;
SET SESSION AUTHORIZATION alice;
SET customer_workflow.comment = 'new contract';
SET customer_workflow.reference = 'C-17';
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60', bank_account = 'DE99' WHERE id = 1;
RESET customer_workflow.comment;
RESET customer_workflow.reference;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
INSERT INTO seen SELECT 'all', digest FROM customer_workflow.my_work_items;
SELECT * FROM error_of($$SELECT customer_workflow.reject(1, NULL, fields => '{payment_terms}')$$) WHERE field IN ('sqlstate', 'message');
SELECT customer_workflow.approve(1, fields => '{credit_limit}');
SELECT customer_workflow.reject(1, 'N30 is the rule', fields => '{payment_terms}');

-- Two proposals: the rest waits for the same work item, what was rejected is Alice's again.
SELECT id, status, author, originator, comment, reference, waiting_on, workflow FROM customer_workflow.proposals ORDER BY id;
SELECT proposal, field, original_value, proposed_value, status FROM customer_workflow.proposed_changes ORDER BY 1, 2;
SELECT work_item, proposal, subject FROM customer_workflow.my_work_items;
SELECT count(*) AS work_items FROM customer_workflow.work_items;
-- The rest has a digest of its own, which is on record, and is the one to decide on now.
INSERT INTO seen SELECT 'rest', digest FROM customer_workflow.my_work_items;
SELECT count(DISTINCT digest) FROM seen;
SELECT (SELECT what FROM seen WHERE seen.digest = h.digest) AS digest, (SELECT what FROM seen WHERE seen.digest = h.details ->> 'digest') AS new_digest,
       h.proposal, h.kind, h.person, h.comment, h.details - 'digest' AS details
  FROM customer_workflow.workflow_history AS h WHERE h.kind ~ 'field' ORDER BY h.at;
SELECT field, left(value, 45) AS value FROM error_of($$SELECT customer_workflow.approve(1, digest => (SELECT digest FROM seen WHERE what = 'all'), fields => '{bank_account}')$$) WHERE field IN ('sqlstate', 'message');
-- What was approved before stands: only the account is missing.
SELECT w -> 'fields' AS fields, w -> 'approved_fields' AS approved FROM jsonb_array_elements(customer_workflow.review(1) -> 'work_items') AS w;
SELECT customer_workflow.approve(1, digest => (SELECT digest FROM seen WHERE what = 'rest'), fields => '{bank_account}');
SELECT credit_limit, payment_terms, bank_account FROM customers WHERE id = 1;

-- Who rejected it sees what he rejected, and who decided.
SELECT c ->> 'field' AS field, c -> 'verdicts' -> 0 ->> 'verdict' AS verdict, c -> 'verdicts' -> 0 ->> 'person' AS person FROM jsonb_array_elements(customer_workflow.review(2) -> 'changes') AS c;
RESET SESSION AUTHORIZATION;
SELECT proposal, field, proposed_value, person, action, applied_at IS NOT NULL AS applied FROM customer_workflow.decisions ORDER BY at, field;

-- Alice may edit and submit what was rejected, or cancel it, as after any rejection.
SET SESSION AUTHORIZATION alice;
SELECT review -> 'allowed_actions' AS may FROM customer_workflow.review(2) AS review;
UPDATE customers SET payment_terms = 'N45' WHERE id = 1;
SELECT customer_workflow.submit(2);
SELECT c -> 'verdicts' AS verdicts FROM jsonb_array_elements(customer_workflow.review(2) -> 'changes') AS c;
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(2);
SELECT credit_limit, payment_terms, bank_account FROM customers WHERE id = 1;

-- A rejection of all that is left is one of the whole.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1, payment_terms = 'N1' WHERE id = 2;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.reject(3, 'no', fields => '{credit_limit}');
SELECT customer_workflow.reject(3, 'no', fields => '{payment_terms}');
SELECT id, status FROM customer_workflow.proposals WHERE id >= 3 ORDER BY id;
SELECT kind FROM customer_workflow.workflow_history WHERE proposal = 3 ORDER BY at;
SET SESSION AUTHORIZATION alice;
SELECT * FROM customer_workflow.cancel_many('{3,4}');
