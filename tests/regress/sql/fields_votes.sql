-- Option field_decisions of an approval: where several people vote, a rejection of a field takes it out for all, and who has approved all that is left then has approved.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms, bank_account}');
SELECT customer_workflow.create_workflow('votes', 'customers', '{"elements": [
    {"approval": {"name": "Managers", "field_decisions": true,
                  "steps": [{"name": "All", "assign_to": {"role": "credit_managers"}, "completion_policy": "all_approvers"}]}},
    {"approval": {"name": "Dave", "when": "changed(''payment_terms'')", "steps": [{"name": "Dave", "assign_to": {"user": "dave"}}]}}]}');
SELECT customer_workflow.activate_workflow('votes', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60', bank_account = 'DE99' WHERE id = 1;
SELECT customer_workflow.submit(1);

SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1, 'ok', fields => '{credit_limit, bank_account}');
SELECT proposal, element FROM customer_workflow.my_work_items;
-- Carol's rejection leaves what Bob has approved: his vote counts now, hers is still to come.
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.reject(1, 'N30', fields => '{payment_terms}');
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 1;
SET SESSION AUTHORIZATION bob;
SELECT count(*) FROM customer_workflow.my_work_items;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)') WHERE field IN ('sqlstate', 'message');
-- The condition of the next element is asked about the rest: Dave has nothing to say.
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(1, fields => '{bank_account, credit_limit}');
SELECT credit_limit, payment_terms, bank_account FROM customers WHERE id = 1;
RESET SESSION AUTHORIZATION;
SELECT kind, person, step, comment FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind IN ('field_approved', 'field_rejected', 'approved', 'applied');
SELECT field, person, action, applied_at IS NOT NULL AS applied FROM customer_workflow.decisions WHERE proposal = 1 ORDER BY at, field;
SELECT assignee, status FROM customer_workflow.work_items WHERE proposal = 1 ORDER BY work_item;

-- Where the element does not say it, the whole is decided.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000, payment_terms = 'N90' WHERE id = 2;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(3);
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of($$SELECT customer_workflow.reject(3, 'no', fields => '{credit_limit}')$$);
SELECT w -> 'fields' AS fields FROM jsonb_array_elements(customer_workflow.review(3) -> 'work_items') AS w;
SELECT customer_workflow.approve(3);

-- Who is no approver any more has not approved: his fields do not count then.
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.add_group_member('fields_board', p) FROM unnest('{bob,carol}'::text[]) AS p;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('votes', 'customers', '{"elements": [
    {"approval": {"name": "Board", "field_decisions": true, "steps": [{"name": "One", "assign_to": {"group": "fields_board"}}]}}]}');
SELECT customer_workflow.activate_workflow('votes', 2);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 8000, bank_account = 'DE98' WHERE id IN (2, 3);
SELECT * FROM customer_workflow.submit_many('{4,5}');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4, fields => '{credit_limit}'), customer_workflow.approve(5, fields => '{credit_limit}');
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.reject(5, 'no', fields => '{bank_account}');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.remove_group_member('fields_board', 'bob');
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.reject(4, 'no', fields => '{bank_account}');
SELECT id, status, waiting_on FROM customer_workflow.proposals WHERE id > 3 ORDER BY id;
