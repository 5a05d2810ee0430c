-- End actions: what happens to a step, task or manual decision that nobody has finished in time
SET client_min_messages = error;
SELECT customer_workflow.protect('customers', '{credit_limit}');
INSERT INTO customers (id, name, credit_limit) VALUES (4, 'Delta', 4000), (5, 'Epsilon', 5000), (6, 'Zeta', 6000);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('limits', 'customers', '{"elements": [{"decision": {"branches": [
    {"when": "new.id = 1", "elements": [{"approval": {"name": "Approves", "steps": [
        {"name": "One", "assign_to": {"role": "credit_managers"}, "time_limit": {"hours": 1}, "end_action": "approve"},
        {"name": "Two", "assign_to": {"role": "credit_managers"}, "time_limit": {"hours": 2}, "end_action": "approve"}]}}]},
    {"when": "new.id = 2", "elements": [{"approval": {"name": "Rejects", "steps": [
        {"name": "One", "assign_to": {"role": "credit_managers"}, "time_limit": {"hours": 1}, "end_action": "reject"}]}}]},
    {"when": "new.id = 3", "elements": [{"approval": {"name": "Asks", "steps": [
        {"name": "One", "assign_to": {"role": "credit_managers"}, "time_limit": {"hours": 1}, "end_action": "request_change"}]}}]},
    {"when": "new.id = 4", "elements": [{"approval": {"name": "Stays", "steps": [
        {"name": "One", "assign_to": {"role": "credit_managers"}, "time_limit": {"hours": 1}}]}}]},
    {"when": "new.id = 5", "elements": [
        {"task": {"name": "Call the customer", "assign_to": {"role": "credit_managers"}, "time_limit": {"hours": 1}, "end_action": "complete"}},
        {"approval": {"name": "After the call", "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}}]}}]},
    {"when": "new.id = 6", "elements": [
        {"manual_decision": {"name": "Which way", "assign_to": {"role": "credit_managers"}, "time_limit": {"hours": 1}, "end_action": "long", "outcomes": [
            {"name": "short", "elements": []},
            {"name": "long", "elements": [{"approval": {"name": "The long way", "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}}]}}]}]}}]}
    ]}}]}');
SELECT customer_workflow.activate_workflow('limits', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 9000;
SELECT count(*) FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals)) WHERE outcome = 'pending_approval';
RESET SESSION AUTHORIZATION;
CREATE VIEW stands AS
SELECT p.record_key, p.status, w.element, w.step, w.overdue,
       (SELECT string_agg(d.timer ->> 'item', ', ') FROM customer_workflow.deadline AS d WHERE d.proposal = p.id) AS deadlines,
       (SELECT c.credit_limit FROM customers AS c WHERE c.id = (p.record_key ->> 'id')::bigint) AS stored
  FROM customer_workflow.proposals AS p LEFT JOIN customer_workflow.work_items AS w ON w.proposal = p.id AND w.status = 'open'
 ORDER BY p.record_key, w.work_item;
TABLE stands;

-- six are due; the first has a second step then, and so has not ended
SELECT customer_workflow.process_deadlines(as_of => now() + interval '61 minutes');
TABLE stands;
SELECT customer_workflow.process_deadlines(as_of => now() + interval '121 minutes');
SELECT * FROM stands WHERE record_key = '{"id": 1}';
SELECT customer_workflow.process_deadlines(as_of => now() + interval '10 years');

-- the system did it, nobody else
SELECT p.record_key, string_agg(format('%s%s', h.kind, ' by ' || h.person), ', ' ORDER BY h.at) AS history
  FROM customer_workflow.proposals AS p JOIN customer_workflow.workflow_history AS h ON h.proposal = p.id
 WHERE h.kind NOT IN ('proposed', 'submitted', 'creation', 'decision_condition_evaluation')
 GROUP BY p.record_key ORDER BY p.record_key;

-- what was not ended can still be decided by those who have it, and what was sent back can be submitted again, with a new limit
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 4}';
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 3}';
RESET SESSION AUTHORIZATION;
SELECT * FROM stands WHERE record_key IN ('{"id": 3}', '{"id": 4}');
