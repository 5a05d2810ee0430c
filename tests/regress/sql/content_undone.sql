-- Promise 6: an edit of a running proposal that is undone does not void what was approved: submitted again, it goes on where it stood.
\set SHOW_CONTEXT never
SELECT customer_workflow.add_group_member('board', p) FROM unnest('{bob,carol,erp}'::text[]) AS p;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "expires_after": {"days": 30},
  "elements": [
    {"task": {"name": "Rating", "assign_to": {"user": "dave"}}},
    {"approval": {"name": "Credit", "steps": [
      {"name": "Manager", "assign_to": {"role": "credit_managers"}},
      {"name": "Board", "when": "new.credit_limit > 1000", "assign_to": {"group": "board"}, "completion_policy": {"percentage": 60},
       "time_limit": {"days": 2}, "reminders": [{"days": 1}]}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);
RESET SESSION AUTHORIZATION;
CREATE VIEW open_items AS SELECT work_item, step, assignee, status FROM customer_workflow.work_items WHERE status = 'open' ORDER BY work_item;
CREATE VIEW due AS SELECT timer, due_at FROM customer_workflow.deadline ORDER BY timer::text;
CREATE VIEW said AS SELECT kind, person, comment FROM customer_workflow.workflow_history
                     WHERE kind NOT IN ('creation', 'completion', 'pre_condition_evaluation') ORDER BY at;

-- It is half approved: the task is done, the manager has agreed, and so has one of the board, of whom two of three must.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.complete_task((SELECT work_item FROM customer_workflow.my_work_items));
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1, 'as manager');
SET SESSION AUTHORIZATION erp;
SELECT customer_workflow.approve(1, 'board 1');
RESET SESSION AUTHORIZATION;
SELECT * FROM open_items;
CREATE TABLE before AS SELECT * FROM due;
SELECT p.digest AS seen FROM customer_workflow.proposals AS p \gset

-- Alice types another value, which takes it back: nobody has work, nothing is due.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT status, digest, waiting_on FROM customer_workflow.proposals;
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM due;
-- She corrects it, and submits what it was.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1, 'typing error');
SELECT status, digest = :'seen' AS as_seen FROM customer_workflow.proposals;
RESET SESSION AUTHORIZATION;
-- the same work items, with the same due times
SELECT * FROM open_items;
SELECT count(*) FROM due JOIN before USING (timer, due_at);
SELECT count(*) FROM due;
-- Bob has approved as manager, and may have his place on the board; Erp has had hers.
SET SESSION AUTHORIZATION erp;
SELECT value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field IN ('sqlstate', 'message');

-- The same by taking a field out and proposing it again, and by writing the stored value and the proposed one again; more than once.
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.discard_change(1, 'payment_terms');
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
SELECT customer_workflow.submit(1);
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"payment_terms": "N30"}');
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"payment_terms": "N60"}');
SELECT customer_workflow.submit(1);
RESET SESSION AUTHORIZATION;
SELECT * FROM open_items;

-- The board goes on where it stood, with the digest that it saw; what was approved is what is written.
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(1, 'board 2', digest => :'seen');
SELECT credit_limit, payment_terms FROM customers WHERE id = 1;
RESET SESSION AUTHORIZATION;
SELECT * FROM said;
SELECT kind, digest = :'seen' AS as_seen FROM customer_workflow.workflow_history WHERE kind IN ('submitted', 'taken_up') ORDER BY at;
SELECT interrupted FROM customer_workflow.proposal;

-- An edit that changes nothing is none.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000 WHERE id = 2;
SELECT customer_workflow.submit(2);
UPDATE customers SET credit_limit = 7000 WHERE id = 2;
UPDATE customers SET credit_limit = 7000, city = 'Kiel' WHERE id = 2;
SELECT status FROM customer_workflow.proposals WHERE id = 2;

-- Many at once: those that are what they were go on, the others begin.
INSERT INTO customers (id, name, credit_limit) SELECT i, 'C' || i, 100 FROM generate_series(11, 16) AS i;
UPDATE customers SET credit_limit = 2000 WHERE id > 10;
SELECT outcome, count(*) FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted')) GROUP BY outcome;
SET SESSION AUTHORIZATION dave;
SELECT count(customer_workflow.complete_task(work_item)) FROM customer_workflow.my_work_items WHERE proposal > 2;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 3000 WHERE id > 10;
UPDATE customers SET credit_limit = CASE WHEN id % 2 = 0 THEN 2000 ELSE 2001 END WHERE id > 10;
SELECT outcome, count(*) FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted')) GROUP BY outcome;
SELECT c.proposed_value, p.waiting_on, count(*) FROM customer_workflow.proposals AS p JOIN customer_workflow.proposed_changes AS c ON c.proposal = p.id
 WHERE p.id > 2 GROUP BY 1, 2 ORDER BY 1;

-- By option auto_submit it starts again by itself at commit, and so it goes on by itself.
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"auto_submit": "always"}');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.complete_task(work_item) FROM customer_workflow.my_work_items WHERE proposal = 2;
SET SESSION AUTHORIZATION alice;
BEGIN;
UPDATE customers SET credit_limit = 1 WHERE id = 2;
UPDATE customers SET credit_limit = 7000 WHERE id = 2;
COMMIT;
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = 2;
