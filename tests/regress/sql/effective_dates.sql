-- submit(…, effective_at): what is approved before its date waits for it, and is applied then; promise 5: it says so
SET client_min_messages = error;
SET timezone = 'UTC';
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'credit_managers');
CREATE VIEW outcome AS
SELECT p.id, p.status, p.decided_at IS NOT NULL AS decided, p.applied_at IS NOT NULL AS applied, p.effective_at AT TIME ZONE 'UTC' AS effective_at,
       (SELECT c.credit_limit FROM customers AS c WHERE c.id = (p.record_key ->> 'id')::bigint) AS stored
  FROM customer_workflow.proposals AS p ORDER BY p.id;
GRANT SELECT ON outcome TO PUBLIC;
SET client_min_messages = notice;

-- the date is part of what is submitted: in the lists, in the history, in the digest
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1, 'From the new year on', effective_at => '2999-01-01 00:00:00+00');
SET SESSION AUTHORIZATION bob;
SELECT proposal, effective_at FROM customer_workflow.my_work_items;
SELECT customer_workflow.review(1) ->> 'effective_at' AS effective_at;
SELECT details -> 'effective_at' AS effective_at FROM customer_workflow.workflow_history WHERE kind = 'submitted';
RESET SESSION AUTHORIZATION;
SELECT digest = customer_workflow._digest(id) AS is_digest FROM customer_workflow.proposal;
UPDATE customer_workflow.proposal SET effective_at = '2999-01-02 00:00:00+00';
SELECT digest = customer_workflow._digest(id) AS of_another_date FROM customer_workflow.proposal;
UPDATE customer_workflow.proposal SET effective_at = '2999-01-01 00:00:00+00';
-- … whatever time zone a session has
SET timezone = 'Asia/Tokyo';
SELECT digest = customer_workflow._digest(id) AS is_digest FROM customer_workflow.proposal;
SET timezone = 'UTC';

-- approved, it waits for its date
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
TABLE customer_workflow.my_work_items;
SELECT status, status_message, conflict FROM customer_workflow.proposals;
RESET SESSION AUTHORIZATION;
TABLE outcome;
SELECT customer_workflow.process_deadlines();
SELECT customer_workflow.process_deadlines(as_of => '2998-12-31');
TABLE outcome;
-- and is applied then
SELECT customer_workflow.process_deadlines(as_of => '2999-01-01 00:00:00+00');
TABLE outcome;
SELECT kind, person, details - 'changes' AS details FROM customer_workflow.workflow_history WHERE proposal = 1 ORDER BY at;
SELECT count(*) AS deadlines FROM customer_workflow.deadline;

-- a date that is not in the future means at once
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT customer_workflow.submit(2, effective_at => '2001-01-01');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
RESET SESSION AUTHORIZATION;
SELECT * FROM outcome WHERE id = 2;
-- one that has passed when the last approval comes, too
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT customer_workflow.submit(3, effective_at => '2999-01-01 00:00:00+00');
RESET SESSION AUTHORIZATION;
UPDATE customer_workflow.proposal SET effective_at = now() - interval '1 second' WHERE id = 3;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
RESET SESSION AUTHORIZATION;
SELECT id, status, stored FROM outcome WHERE id = 3;

-- sent back and submitted again without a date it keeps the one it had; with one that is over it has none any more
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 8000 WHERE id = 1;
SELECT customer_workflow.submit(4, effective_at => '2999-01-01 00:00:00+00');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.request_change(4, 'Earlier?');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(4);
SELECT id, effective_at FROM outcome WHERE id = 4;
SELECT customer_workflow.recall(4);
SELECT customer_workflow.submit(4, effective_at => '-infinity');
SELECT id, effective_at FROM outcome WHERE id = 4;

-- never is no date, and nothing is submitted
SELECT customer_workflow.recall(4);
SELECT * FROM error_of($$SELECT customer_workflow.submit(4, effective_at => 'infinity')$$);
SELECT id, status, effective_at FROM outcome WHERE id = 4;
SELECT customer_workflow.cancel(4);

-- a workflow that approves by itself waits as well
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.create_workflow('small', 'customers', '{"elements": [{"approval": {"name": "Approval",
    "automatic_action": {"when": "proposal.fields = ''{payment_terms}''", "action": "approve"},
    "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"},
               "subject": "{{proposal.record}} from {{proposal.effective_at}} on"}]}}]}');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.activate_workflow('small', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET payment_terms = 'N60' WHERE id = 2;
SELECT customer_workflow.submit(5, effective_at => '2999-01-01 00:00:00+00');
SELECT kind, person FROM customer_workflow.workflow_history WHERE proposal = 5 ORDER BY at;
-- texts of a workflow may name the date
UPDATE customers SET credit_limit = 1 WHERE id = 2;
SELECT customer_workflow.submit(6, effective_at => '2999-01-01 00:00:00+00');
SET SESSION AUTHORIZATION bob;
SELECT subject FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(6);
-- two for one record that become effective at the same time: the first, then the other
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT credit_limit, payment_terms FROM customers WHERE id = 2;

-- many
SET SESSION AUTHORIZATION alice;
SET client_min_messages = error;
UPDATE customers SET credit_limit = 99;
SELECT customer_workflow.submit(p.id, effective_at => '2999-06-01') FROM customer_workflow.proposals AS p WHERE p.status = 'not_submitted' ORDER BY p.id;
SET SESSION AUTHORIZATION bob;
SELECT outcome, count(*) FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items)) GROUP BY outcome;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT id, credit_limit FROM customers ORDER BY id;
