-- The limit of a whole approval overrides those of its steps; expires_after ends the proposal; each submit starts anew
SET client_min_messages = error;
SELECT customer_workflow.protect('customers', '{credit_limit}');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('limits', 'customers', '{"expires_after": {"days": 10}, "elements": [{"approval": {"name": "Approval",
    "time_limit": {"days": 5}, "end_action": "reject", "steps": [
        {"name": "Manager", "assign_to": {"role": "credit_managers"}, "time_limit": {"days": 1}, "escalation": [{"assign_to": {"role": "dave"}}], "end_action": "approve"},
        {"name": "Board", "assign_to": {"role": "dave"}}]}}]}');
SELECT customer_workflow.activate_workflow('limits', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id IN (1, 2, 3);
SELECT proposal, outcome FROM customer_workflow.submit_many('{1,2,3}');
RESET SESSION AUTHORIZATION;
SELECT d.proposal, d.timer, round(extract(epoch FROM d.due_at - p.submitted_at) / 86400) AS days
  FROM customer_workflow.deadline AS d JOIN customer_workflow.proposals AS p ON p.id = d.proposal ORDER BY 1, d.due_at;

-- a step is done; the limit of the element goes on; the third is taken back and submitted again
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(3);
SELECT customer_workflow.submit(3);
RESET SESSION AUTHORIZATION;
-- what was decided or taken back waits for nothing any more
SELECT proposal, timer FROM customer_workflow.deadline ORDER BY 1, due_at;

-- those of the steps do not count
SELECT customer_workflow.process_deadlines(as_of => now() + interval '4 days');
SELECT customer_workflow.process_deadlines(as_of => now() + interval '6 days');
SELECT id, status FROM customer_workflow.proposals;
SELECT h.proposal, h.kind, h.person, h.element, h.step FROM customer_workflow.workflow_history AS h
 WHERE h.kind IN ('duration_exceeded', 'final_escalation_action', 'rejected') ORDER BY h.proposal, h.at;

-- again, and now it is never decided: of what is due, that which was due first happens first
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1);
RESET SESSION AUTHORIZATION;
UPDATE customer_workflow.deadline SET due_at = due_at - interval '6 days' WHERE proposal = 1 AND timer ? 'proposal';
SELECT customer_workflow.process_deadlines(as_of => now() + interval '20 days');
SELECT id, status, status_message FROM customer_workflow.proposals WHERE id = 1;
SELECT kind, person FROM customer_workflow.workflow_history WHERE proposal = 1 ORDER BY at DESC LIMIT 2;
-- it is closed
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.submit(1)');
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT id, status FROM customer_workflow.proposals ORDER BY id;
