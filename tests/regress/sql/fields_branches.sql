-- Option field_decisions in for_each_change: an approver decides the fields of his route only; a route that loses all of its fields is over.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms, bank_account, city}');
SELECT customer_workflow.create_workflow('routes', 'customers', '{"elements": [{"for_each_change": {
    "routes": [{"name": "credit", "fields": ["credit_limit", "payment_terms"],
                "elements": [{"approval": {"name": "Finance", "field_decisions": true, "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"}}]}}]},
               {"name": "bank", "fields": ["bank_account"],
                "elements": [{"approval": {"name": "Treasury", "field_decisions": true, "steps": [{"name": "Dave", "assign_to": {"user": "dave"}}]}}]}],
    "otherwise": [{"approval": {"name": "Rest", "steps": [{"name": "Import", "assign_to": {"user": "import"}}]}}]}}]}');
SELECT customer_workflow.activate_workflow('routes', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60', bank_account = 'DE99' WHERE id IN (1, 2, 3);
SELECT outcome FROM customer_workflow.submit_many('{1,2,3}');

-- Each sees in review() which fields are his.
SET SESSION AUTHORIZATION bob;
SELECT w -> 'fields' AS bob FROM jsonb_array_elements(customer_workflow.review(1) -> 'work_items') AS w;
SELECT * FROM error_of($$SELECT customer_workflow.approve(1, fields => '{credit_limit,bank_account}')$$);
SELECT * FROM error_of($$SELECT customer_workflow.reject(1, 'no', fields => '{bank_account}')$$) WHERE field IN ('sqlstate', 'message');
SELECT customer_workflow.approve(1, fields => '{credit_limit}');
-- All fields of his route: his approval, whatever the other route says.
SELECT customer_workflow.approve(1, fields => '{payment_terms}');
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 1;
-- Dave rejects the only field of his: the route is over, and what Finance has approved is applied.
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.reject(1, 'no such bank', fields => '{bank_account}');
SELECT credit_limit, payment_terms, bank_account FROM customers WHERE id = 1;
SELECT element, assignee, status FROM customer_workflow.work_items WHERE proposal = 1 ORDER BY work_item;
SELECT kind, person, element FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind IN ('field_approved', 'field_rejected', 'approved', 'applied');

-- The other way round: the rest waits for the other route alone.
SELECT customer_workflow.reject(2, 'no such bank', fields => '{bank_account}');
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = 2;
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.reject(2, 'too long', fields => '{payment_terms}');
SELECT customer_workflow.approve(2);
SELECT credit_limit, payment_terms, bank_account FROM customers WHERE id = 2;

-- A whole route may go while the other one still works.
SELECT customer_workflow.reject(3, 'no', fields => '{credit_limit,payment_terms}');
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = 3;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(3);
SELECT credit_limit, payment_terms, bank_account FROM customers WHERE id = 3;
SELECT id, status, (SELECT array_agg(field ORDER BY field) FROM customer_workflow.proposed_changes AS c WHERE c.proposal = p.id) AS fields FROM customer_workflow.proposals AS p ORDER BY id;
RESET SESSION AUTHORIZATION;
SELECT proposal, field, person, action, applied_at IS NOT NULL AS applied FROM customer_workflow.decisions ORDER BY at, field;

-- A rejection that would apply the rest is refused where the rest cannot be applied.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1, bank_account = 'DE00' WHERE id = 1;
SELECT 4 AS p \gset
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(:p);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('customers');
UPDATE customers SET credit_limit = 2 WHERE id = 1;
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of(format($$SELECT customer_workflow.reject(%s, 'no', fields => '{bank_account}')$$, :p)) WHERE field IN ('sqlstate', 'message');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of(format($$SELECT customer_workflow.reject(%s, 'no', fields => '{bank_account}')$$, :p)) WHERE field IN ('sqlstate', 'message');
SELECT status, (SELECT count(*) FROM customer_workflow.proposed_changes AS c WHERE c.proposal = :p) AS fields FROM customer_workflow.proposals WHERE id = :p;
SELECT customer_workflow.reject(:p, 'no');
