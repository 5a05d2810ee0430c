-- Design 5, approve(work_item => …): one of several open items of the caller in a proposal; without it all of his that are open now, or none of them.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}', options => '{"validate_on_submit": false}');
SELECT customer_workflow.create_workflow('fields', 'customers', $${
  "elements": [
    {"for_each_change": {"routes": [
      {"name": "credit", "fields": ["credit_limit"], "elements": [{"approval": {"name": "Credit", "steps": [
         {"name": "Bob", "assign_to": {"user": "bob"}}, {"name": "Bob again", "when": "new.credit_limit > 100000", "assign_to": {"user": "bob"}}]}}]},
      {"name": "bank", "fields": ["bank_account"], "elements": [{"approval": {"name": "Bank", "steps": [{"name": "Bob", "assign_to": {"user": "bob"}}]}}]}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('fields', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 * id, bank_account = 'XX' || id;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;

-- One by one
SET SESSION AUTHORIZATION bob;
SELECT work_item, proposal, element FROM customer_workflow.my_work_items ORDER BY work_item;
SELECT work_item AS bank FROM customer_workflow.my_work_items WHERE proposal = 1 AND element = 'Bank' \gset
SELECT work_item AS credit FROM customer_workflow.my_work_items WHERE proposal = 1 AND element = 'Credit' \gset
SELECT customer_workflow.approve(1, work_item => :bank);
SELECT element, status FROM customer_workflow.work_items WHERE proposal = 1 ORDER BY work_item;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(1, work_item => %s)', :bank));
SELECT * FROM error_of(format('SELECT customer_workflow.approve(2, work_item => %s)', :credit));
SELECT customer_workflow.approve(1, work_item => :credit);
-- both at once
SELECT customer_workflow.approve(2);
SELECT id, credit_limit, bank_account FROM customers ORDER BY id;
-- a rejection of one ends it; of the other nothing is left to say
SELECT customer_workflow.reject(3, 'no');
SELECT element, status FROM customer_workflow.work_items WHERE proposal = 3 ORDER BY work_item;

-- Those that his answer brings about wait for another one: he may not have meant them.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 200000, bank_account = 'XX4' WHERE id = 3;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
SELECT element, step FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(3);
SELECT credit_limit, bank_account FROM customers WHERE id = 3;

-- Where the last of them cannot be, neither was the first: in bulk as well as alone.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = -1, bank_account = 'XX5' WHERE id = 1;
UPDATE customers SET credit_limit = 1, bank_account = 'XX6' WHERE id = 2;
SELECT r.outcome FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted' ORDER BY id)) AS r;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(4)');
SELECT r.outcome, r.sqlstate, r.message FROM customer_workflow.approve_many('{4,5}') AS r;
SELECT proposal, element, status FROM customer_workflow.work_items WHERE proposal IN (4, 5) ORDER BY work_item;
SELECT id, credit_limit, bank_account FROM customers ORDER BY id;
RESET SESSION AUTHORIZATION;
SELECT proposal, kind, person, element FROM customer_workflow.workflow_history WHERE proposal = 4 AND kind NOT IN ('proposed', 'submitted', 'creation') ORDER BY at;
