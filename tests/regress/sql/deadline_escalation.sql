-- Escalation: an overdue work item goes from level to level, each with its own limit, and after the last comes the end action
SELECT customer_workflow.protect('customers', '{credit_limit}');
SELECT customer_workflow.add_group_member('board', 'role:dave');
SELECT customer_workflow.add_group_member('authors', 'role:alice');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('limits', 'customers', '{"elements": [{"approval": {"name": "Approval", "steps": [
    {"name": "Manager", "assign_to": {"role": "credit_managers"}, "time_limit": {"days": 2}, "reminders": [{"days": 1}],
     "escalation": [{"assign_to": {"group": "authors"}, "time_limit": {"days": 3}}, {"assign_to": {"group": "board"}, "time_limit": {"hours": 6}}],
     "end_action": "request_change"}]}}]}');
SELECT customer_workflow.activate_workflow('limits', 1);
RESET SESSION AUTHORIZATION;
CREATE VIEW waits AS
SELECT w.assignee, w.step, w.status, w.overdue, extract(epoch FROM w.due_at - now())::integer / 3600 AS hours_left,
       (SELECT string_agg(format('%s in %s h', d.timer, round(extract(epoch FROM d.due_at - now()) / 3600)), '; ' ORDER BY d.due_at)
          FROM customer_workflow.deadline AS d WHERE d.proposal = w.proposal) AS deadlines
  FROM customer_workflow.work_items AS w ORDER BY w.work_item;

SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
BEGIN;
SELECT customer_workflow.submit(1);
RESET SESSION AUTHORIZATION;
TABLE waits;
COMMIT;
-- nothing is due before its time
SELECT customer_workflow.process_deadlines();

-- after a day the reminder; it is there only once
SELECT customer_workflow.process_deadlines(as_of => now() + interval '25 hours');
SELECT customer_workflow.process_deadlines(as_of => now() + interval '25 hours');

-- after two days the first level, where only the author is: it is passed over, and the board has six hours
BEGIN;
SELECT customer_workflow.process_deadlines(as_of => now() + interval '49 hours');
TABLE waits;
COMMIT;
-- who had it has it no more
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
RESET SESSION AUTHORIZATION;

-- then the end action
SELECT customer_workflow.process_deadlines(as_of => now() + interval '7 hours');
SELECT status FROM customer_workflow.proposals WHERE id = 1;
SELECT assignee, step, status FROM waits;
SELECT count(*) AS deadlines FROM customer_workflow.deadline;
SELECT kind, person, element, step, details FROM customer_workflow.workflow_history WHERE proposal = 1 ORDER BY at;
