-- Promise 4 in a workflow of several steps: what moved stops every step, until the approver says overwrite or the author rebases.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"approval": {"name": "Credit", "steps": [
      {"name": "Bob", "assign_to": {"user": "bob"}},
      {"name": "Carol", "assign_to": {"user": "carol"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);
CREATE PROCEDURE crm.move(record int, value numeric) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM customer_workflow.disable('customers');
    UPDATE customers SET credit_limit = value WHERE id = record;
    PERFORM customer_workflow.enable('customers');
END $$;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION erp_owner;
CALL crm.move(1, 1111);

-- The first step already: nobody approves a difference that is none any more.
SET SESSION AUTHORIZATION bob;
SELECT r.outcome, r.sqlstate, r.message FROM customer_workflow.approve_many('{1,2}') AS r;
SELECT id, waiting_on FROM customer_workflow.proposals ORDER BY id;
-- He may say so; whoever comes after him must say so again.
SELECT customer_workflow.approve(1, on_conflict => 'overwrite');
SET SESSION AUTHORIZATION carol;
SELECT value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field = 'sqlstate';
SELECT customer_workflow.approve(1, on_conflict => 'overwrite');
SELECT credit_limit FROM customers WHERE id = 1;

-- rebase in the second step: a draft again, with the new original
SET SESSION AUTHORIZATION erp_owner;
CALL crm.move(2, 2222);
SET SESSION AUTHORIZATION carol;
SELECT value FROM error_of('SELECT customer_workflow.approve(2)') WHERE field = 'sqlstate';
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(2);
SELECT customer_workflow.submit(2);
SELECT original_value, proposed_value FROM customer_workflow.proposed_changes WHERE proposal = 2;
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 2;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(2);
SELECT credit_limit FROM customers WHERE id = 2;

-- Several proposals for one record in one call: each sees the result of the one before; here the second changes another field.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT customer_workflow.submit(3);
UPDATE customers SET bank_account = 'DE77' WHERE id = 1;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 8000 WHERE id = 1;
SELECT customer_workflow.submit(5);
SET SESSION AUTHORIZATION bob;
SELECT r.proposal, r.outcome, r.sqlstate FROM customer_workflow.approve_many('{5,4,3}') AS r;
SET SESSION AUTHORIZATION carol;
SELECT r.proposal, r.outcome, r.sqlstate FROM customer_workflow.approve_many('{5,4,3}') AS r;
SELECT credit_limit, bank_account FROM customers WHERE id = 1;

-- A record that is deleted in the middle takes its proposal along.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1 WHERE id = 3;
SELECT customer_workflow.submit(6);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(6);
DELETE FROM customers WHERE id = 3;
SELECT status FROM customer_workflow.proposals WHERE id = 6;
SET SESSION AUTHORIZATION carol;
SELECT value FROM error_of('SELECT customer_workflow.approve(6)') WHERE field = 'sqlstate';
