-- Definitions, automatic_action: decides without a person where its condition is true, and only then; null does not pass.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "elements": [
    {"approval": {"name": "Too much", "automatic_action": {"when": "new.credit_limit > 1000000", "action": "reject"},
                  "steps": [{"name": "Manager", "when": "false", "assign_to": {"role": "credit_managers"}}]}},
    {"approval": {"name": "Odd", "automatic_action": {"when": "new.credit_limit % 10 <> 0", "action": "request_change"},
                  "steps": [{"name": "Manager", "when": "false", "assign_to": {"role": "credit_managers"}}]}},
    {"approval": {"name": "Small", "automatic_action": {"when": "proposal.fields = '{credit_limit}' and new.credit_limit < 1000", "action": "approve"},
                  "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"}}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);

SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 500, version = version + 1 WHERE id = 1;
UPDATE customers SET credit_limit = NULL WHERE id = 2;
UPDATE customers SET credit_limit = 2000000 WHERE id = 3;
-- applied at once: submit says so
SELECT customer_workflow.submit(1);
SELECT credit_limit FROM customers WHERE id = 1;
-- null is not less than 1000: a person decides
SELECT customer_workflow.submit(2);
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = 2;
-- rejected at once, and edited and submitted again
SELECT customer_workflow.submit(3);
UPDATE customers SET credit_limit = 2003 WHERE id = 3;
SELECT customer_workflow.submit(3);
UPDATE customers SET credit_limit = 2000 WHERE id = 3;
SELECT customer_workflow.submit(3);
SELECT id, status, waiting_on, originator FROM customer_workflow.proposals ORDER BY id;
-- nobody but who may: alice has no part in her own
SELECT * FROM error_of('SELECT customer_workflow.approve(3)');

-- The condition binds what it names: a bank account beside a small limit goes to people.
UPDATE customers SET credit_limit = 400, bank_account = 'DE66' WHERE id = 1;
SELECT customer_workflow.submit(4);

-- On record: nobody approved it, the system did; the condition with its value
RESET SESSION AUTHORIZATION;
\pset format unaligned
SELECT kind, person, element, details -> 'condition' AS condition, details -> 'value' AS value FROM customer_workflow.workflow_history
 WHERE proposal IN (1, 3) AND kind <> 'amended' ORDER BY at, proposal;
\pset format aligned
SELECT proposal, proposed_value, person, action, applied_at IS NOT NULL AS applied FROM customer_workflow.decisions ORDER BY at;

-- Values that the table refuses are refused to who submits, whose draft it stays.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"validate_on_submit": false}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = -10 WHERE id = 2;
SELECT id AS p FROM customer_workflow.proposals WHERE status = 'not_submitted' \gset
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :p));
SELECT r.outcome, r.sqlstate, r.message FROM customer_workflow.submit_many(ARRAY[:p]) AS r;
SELECT status FROM customer_workflow.proposals WHERE id = :p;
UPDATE customers SET credit_limit = 20 WHERE id = 2;

-- Two proposals for one record, each approved by itself in one call: the second sees the first, and conflicts.
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 30 WHERE id = 2;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.grant_duty('customers', 'steward', 'import');
SET SESSION AUTHORIZATION import;
SELECT r.outcome, r.sqlstate, r.message FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted' ORDER BY id)) AS r;
SELECT credit_limit FROM customers WHERE id = 2;
