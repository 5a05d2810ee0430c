-- Standing delegations where a step counts people: a delegate has the vote of the one he stands in for, and none more.
\set SHOW_CONTEXT never
SELECT customer_workflow.add_group_member('board', name) FROM unnest('{bob,carol,dave}'::text[]) AS name;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}');
SELECT customer_workflow.create_workflow('Votes', 'customers', '{"elements": [{"approval": {"name": "Approval",
    "steps": [{"name": "Board", "assign_to": {"group": "board"}, "completion_policy": "majority"}]}}]}');
SELECT customer_workflow.activate_workflow('Votes', 1);
SET client_min_messages = warning;

-- Bob is away: import has his vote, bob has none
SET SESSION AUTHORIZATION bob;
SELECT FROM customer_workflow.create_delegation('bob', 'import', now(), 'infinity');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 100 WHERE id = 1;
SELECT customer_workflow.submit(1);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 1;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(1);
SELECT kind, person, on_behalf_of FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind IN ('approved', 'applied');

-- Carol goes as well. Import does not vote twice, so that she keeps her vote
SELECT FROM customer_workflow.create_delegation('carol', 'import', now(), 'infinity');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 200 WHERE id = 1;
SELECT customer_workflow.submit(2);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 2;

-- Dave names carol, who has a vote of her own, so that he keeps his
SET SESSION AUTHORIZATION dave;
SELECT FROM customer_workflow.create_delegation('dave', 'carol', now(), 'infinity');
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.end_delegation(id) FROM customer_workflow.delegations WHERE delegator = 'carol';
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(2);
SELECT customer_workflow.submit(2);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 2;
