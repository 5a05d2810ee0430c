-- Definitions, parallel: branches run at the same time, and what comes after waits for all; a rejection in one closes the others.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"parallel": {"name": "Both", "branches": [
      {"name": "managers", "elements": [
        {"approval": {"name": "Bob", "steps": [{"name": "Bob", "assign_to": {"user": "bob"}}]}},
        {"approval": {"name": "Carol", "steps": [{"name": "Carol", "assign_to": {"user": "carol"}}]}}]},
      {"name": "sales", "elements": [
        {"approval": {"name": "Dave", "steps": [{"name": "Dave", "assign_to": {"user": "dave"}}]}}]},
      {"name": "only big ones", "elements": [
        {"approval": {"name": "Import", "when": "new.credit_limit > 100000", "steps": [{"name": "Import", "assign_to": {"user": "import"}}]}}]}]}},
    {"approval": {"name": "Last", "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);

-- A branch of which everything is left out is done; the others wait for their people at the same time.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
UPDATE customers SET credit_limit = 500000 WHERE id = 2;
SELECT customer_workflow.submit(1);
SELECT customer_workflow.submit(2);
SELECT id, waiting_on FROM customer_workflow.proposals ORDER BY id;
-- the order does not matter; the join waits for all
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(1);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 1;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 1;
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(1);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 1;
SELECT customer_workflow.approve(1);
SELECT credit_limit FROM customers WHERE id = 1;

-- A rejection in one branch ends all: their work items close, and nobody can decide any more.
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.reject(2, 'not with us');
RESET SESSION AUTHORIZATION;
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = 2;
SELECT element, assignee, status FROM customer_workflow.work_items WHERE proposal = 2 ORDER BY work_item;
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
SELECT count(*) FROM customer_workflow.my_work_items;
-- all of it again, by default
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(2);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 2;
-- A request for change in one does the same.
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.request_change(2, 'half of it');
RESET SESSION AUTHORIZATION;
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = 2;
SELECT element, assignee, status FROM customer_workflow.work_items WHERE proposal = 2 AND status <> 'closed' ORDER BY work_item;

-- same_element: what was done before in the other branches stays done.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('credit', 'customers', definition || '{"resubmission": "same_element"}')
  FROM customer_workflow.workflows WHERE name = 'credit' AND version = 1;
SELECT customer_workflow.activate_workflow('credit', 2);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 600000 WHERE id = 3;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(3);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.request_change(3, 'a note is missing');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(3, 'here it is');
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 3;
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.approve(3);
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(3);
SELECT customer_workflow.approve(3);
SELECT credit_limit FROM customers WHERE id = 3;

-- Parallel in parallel, and a decision in it
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"parallel": {"branches": [
      {"name": "a", "elements": [
        {"parallel": {"branches": [
          {"name": "a1", "elements": [{"approval": {"name": "Bob", "steps": [{"name": "Bob", "assign_to": {"user": "bob"}}]}}]},
          {"name": "a2", "elements": [{"decision": {"branches": [
            {"name": "x", "when": "new.credit_limit > 1", "elements": [{"approval": {"name": "Carol", "steps": [{"name": "Carol", "assign_to": {"user": "carol"}}]}}]}],
            "otherwise": []}}]}]}},
        {"approval": {"name": "Import", "steps": [{"name": "Import", "assign_to": {"user": "import"}}]}}]},
      {"name": "b", "elements": [
        {"approval": {"name": "Dave", "steps": [{"name": "Dave", "assign_to": {"user": "dave"}}]}}]}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 3);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7 WHERE id = 3;
SELECT customer_workflow.submit(4);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 4;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(4);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 4;
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.approve(4);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 4;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(4);
