-- Option field_decisions: approve() for some fields; when they are all that is left, that is the approval.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms, bank_account}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60', bank_account = 'DE99' WHERE id = 1;
SELECT customer_workflow.submit(1, comment => 'new contract');

-- Without the option a proposal is one thing.
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of($$SELECT customer_workflow.approve(1, fields => '{credit_limit}')$$);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"field_decisions": true}');
SELECT definition #> '{elements,0,approval,field_decisions}' AS built_in FROM customer_workflow.workflows;

-- Fields that he may name
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of($$SELECT customer_workflow.approve(1, fields => '{credit_limit,city}')$$);
SELECT * FROM error_of($$SELECT customer_workflow.approve(1, fields => '{nothing}')$$) WHERE field IN ('sqlstate', 'message');
SELECT * FROM error_of($$SELECT customer_workflow.approve(1, fields => '{}')$$);
SELECT * FROM error_of($$SELECT customer_workflow.approve(1, fields => '{credit_limit,null}')$$) WHERE field IN ('sqlstate', 'message');
-- Who may not decide the whole decides no field of it.
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of($$SELECT customer_workflow.approve(1, fields => '{credit_limit}')$$) WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of($$SELECT customer_workflow.approve(1, fields => '{credit_limit}')$$) WHERE field IN ('sqlstate', 'message');

-- One field, and two: nothing is written before the last.
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1, 'rating is fine', digest, fields => '{credit_limit}') FROM customer_workflow.my_work_items;
SELECT w -> 'fields' AS fields, w -> 'approved_fields' AS approved FROM jsonb_array_elements(customer_workflow.review(1) -> 'work_items') AS w;
SELECT c ->> 'field' AS field, v ->> 'verdict' AS verdict, v ->> 'person' AS person, v ->> 'comment' AS comment
  FROM jsonb_array_elements(customer_workflow.review(1) -> 'changes') AS c LEFT JOIN jsonb_array_elements(c -> 'verdicts') AS v ON true ORDER BY 1;
SELECT status, (SELECT allowed_actions FROM customer_workflow.my_work_items) FROM customer_workflow.proposals;
-- again the same, which changes nothing
SELECT customer_workflow.approve(1, fields => '{credit_limit}');
SELECT credit_limit FROM customers WHERE id = 1;
-- What Carol approves is hers: the two do not make one approval.
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(1, fields => '{payment_terms, bank_account}');
SELECT w -> 'approved_fields' AS of_carol FROM jsonb_array_elements(customer_workflow.review(1) -> 'work_items') AS w;
SELECT credit_limit, payment_terms FROM customers WHERE id = 1;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1, 'terms, too', fields => '{bank_account, payment_terms}');
SELECT credit_limit, payment_terms, bank_account FROM customers WHERE id = 1;
RESET SESSION AUTHORIZATION;
SELECT kind, person, comment, details -> 'changes' AS changes FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind IN ('field_approved', 'approved', 'applied');
SELECT field, person, action, comment, applied_at IS NOT NULL AS applied FROM customer_workflow.decisions ORDER BY at, field;

-- All of them at once are an approval like any other.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000, payment_terms = 'N90' WHERE id = 2;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(2, fields => '{credit_limit, payment_terms}');
RESET SESSION AUTHORIZATION;
SELECT kind, person FROM customer_workflow.workflow_history WHERE proposal = 2 AND kind ~ 'approved|applied';
