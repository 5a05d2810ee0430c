-- Definitions, decision: the first branch whose condition is true, else otherwise; null and a failing condition refuse submit.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', options => '{"validate_on_submit": false}');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"decision": {"name": "How much", "branches": [
      {"name": "a lot", "when": "new.credit_limit > 100000", "elements": [
        {"approval": {"name": "Board", "steps": [{"name": "Both", "assign_to": {"role": "credit_managers"}, "completion_policy": "all_approvers"}]}}]},
      {"name": "more", "when": "new.credit_limit > old.credit_limit", "elements": [
        {"approval": {"name": "Manager", "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}}]}}]},
      {"name": "division", "when": "1 / new.credit_limit < 1", "elements": []}],
      "otherwise": [
        {"approval": {"name": "Dave", "steps": [{"name": "Dave", "assign_to": {"user": "dave"}}]}}]}},
    {"decision": {"when": "old.country = 'CH'", "branches": [
      {"name": "never", "when": "false", "elements": []}]}},
    {"approval": {"name": "Last", "steps": [{"name": "Carol", "assign_to": {"user": "carol"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);
INSERT INTO customers (id, name, country, credit_limit) VALUES (4, 'Delta', 'CH', 1000), (5, 'Epsilon', 'DE', 1000), (6, 'Zeta', 'DE', 1000), (7, 'Eta', 'DE', 1000);

SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 200000 WHERE id = 1;
UPDATE customers SET credit_limit = 3000 WHERE id = 2;
UPDATE customers SET credit_limit = 500 WHERE id = 5;
UPDATE customers SET credit_limit = 1 WHERE id = 6;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;
SELECT record_key, status, waiting_on FROM customer_workflow.proposals ORDER BY id;
SELECT record_key, element, details ->> 'condition' AS condition, details -> 'value' AS value
  FROM customer_workflow.workflow_history AS h JOIN customer_workflow.proposals AS p ON p.id = h.proposal WHERE h.kind = 'decision_condition_evaluation' ORDER BY h.at, 1, 3;

-- After a branch the workflow goes on behind the decision.
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(p.id) FROM customer_workflow.proposals AS p WHERE record_key = '{"id": 6}';
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(p.id) FROM customer_workflow.proposals AS p WHERE record_key IN ('{"id": 1}', '{"id": 2}') ORDER BY p.id;
SET SESSION AUTHORIZATION carol;
SELECT p.record_key, w.element FROM customer_workflow.my_work_items AS w JOIN customer_workflow.proposals AS p ON p.id = w.proposal ORDER BY w.work_item;
-- those of hers that are open now, each once: what her answer brings about waits for another one
SELECT r.outcome FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items)) AS r;
SELECT record_key, status, waiting_on FROM customer_workflow.proposals ORDER BY id;
SELECT r.outcome FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items)) AS r;
SELECT id, credit_limit FROM customers ORDER BY id;

-- NULL, an error, and no branch at all: refused
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = NULL WHERE id = 1;
UPDATE customers SET credit_limit = 0 WHERE id = 7;
UPDATE customers SET credit_limit = 5000 WHERE id = 4;
SELECT min(id) AS first FROM customer_workflow.proposals WHERE status = 'not_submitted' \gset
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :first));
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :first + 1));
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :first + 2));
SELECT r.outcome, r.sqlstate, r.message FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted' ORDER BY id)) AS r;
SELECT record_key, status FROM customer_workflow.proposals WHERE id >= :first ORDER BY id;

-- The record is looked at when the decision is reached, not when it was submitted.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"approval": {"name": "First", "steps": [{"name": "Bob", "assign_to": {"user": "bob"}}]}},
    {"decision": {"branches": [{"name": "domestic", "when": "old.country = 'DE'", "elements": []}],
      "otherwise": [{"approval": {"name": "Abroad", "steps": [{"name": "Carol", "assign_to": {"user": "carol"}}]}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 2);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 4444 WHERE id = 5;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);
UPDATE customers SET country = 'FR' WHERE id = 5;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(:p);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = :p;
-- where it has become null meanwhile: the decision before it is refused, nothing passes
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE customers ALTER country DROP NOT NULL;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5555 WHERE id = 6;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);
UPDATE customers SET country = NULL WHERE id = 6;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :p));
SELECT r.outcome, r.sqlstate FROM customer_workflow.approve_many(ARRAY[:p]) AS r;
SELECT customer_workflow.reject(:p, 'so there is a way out');
