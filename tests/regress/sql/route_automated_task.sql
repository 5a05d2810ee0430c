-- Definitions, automated_task: a function of the DBA is called with the rights of the role that activated the workflow, in the transaction of the decision before it.
\set SHOW_CONTEXT never
CREATE TABLE crm.ledger (n serial, proposal bigint, relation regclass, record_key jsonb, changes jsonb, ran_as name, person text);
ALTER TABLE crm.ledger OWNER TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}');
CREATE FUNCTION crm.note(proposal bigint, relation regclass, record_key jsonb, changes jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO crm.ledger (proposal, relation, record_key, changes, ran_as, person)
    VALUES (proposal, relation, record_key, changes, current_user, customer_workflow.current_person()) $$;
CREATE FUNCTION crm.check_account(proposal bigint, relation regclass, record_key jsonb, changes jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm.ledger (proposal) VALUES (proposal);
    IF changes ->> 'bank_account' = 'XX' THEN
        RAISE EXCEPTION 'account XX does not exist';
    END IF;
END $$;
SELECT customer_workflow.create_workflow('bank', 'customers', $${
  "elements": [
    {"automated_task": {"name": "Check", "when": "changed('bank_account')", "function": "crm.check_account"}},
    {"approval": {"name": "Approval", "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"}}]}},
    {"automated_task": {"name": "Note", "function": "crm.note"}}
  ]}$$);
SELECT customer_workflow.activate_workflow('bank', 1);

-- One at the end: its function runs, and then the values are written, with the approval. It is nobody's but the activating role's doing.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000.5 WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT credit_limit FROM customers WHERE id = 1;
SELECT current_user, customer_workflow.current_person();
RESET SESSION AUTHORIZATION;
SELECT proposal, relation, record_key, changes, ran_as, person FROM crm.ledger ORDER BY n;
SELECT kind, person, element, details -> 'message' AS message FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind NOT IN ('proposed', 'submitted') ORDER BY at;

-- A function that fails sends the change back to its originator, with its words; what it did is undone. Who submitted or decided is told the status.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET bank_account = 'XX' WHERE id = 2;
SELECT customer_workflow.submit(2);
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = 2;
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM crm.ledger;
SELECT kind, person, element, details -> 'message' AS message FROM customer_workflow.workflow_history WHERE proposal = 2 AND kind <> 'proposed' ORDER BY at;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET bank_account = 'YY' WHERE id = 2;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(2);

-- In bulk one statement calls it for all; the one that fails stands for itself.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET bank_account = CASE id WHEN 2 THEN 'XX' ELSE 'ZZ' END;
SELECT r.outcome, r.sqlstate FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted' ORDER BY id)) AS r;
SELECT record_key, status FROM customer_workflow.proposals WHERE id > 2 ORDER BY id;
RESET SESSION AUTHORIZATION;
SELECT proposal FROM crm.ledger ORDER BY n;
SET SESSION AUTHORIZATION bob;
SELECT r.outcome, r.sqlstate FROM customer_workflow.approve_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'pending_approval' ORDER BY id)) AS r;
SELECT id, bank_account FROM customers ORDER BY id;

-- Two proposals for one record whose task is the last thing: the second conflicts with the first, as if they had come one after the other.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 11 WHERE id = 3;
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 12 WHERE id = 3;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(:p - 1);
SET SESSION AUTHORIZATION bob;
SELECT r.outcome, r.sqlstate, r.message FROM customer_workflow.approve_many(ARRAY[:p - 1, :p]) AS r;
SELECT credit_limit FROM customers WHERE id = 3;

-- What moved since it was proposed is overwritten where the approver says so, also behind a task.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 21 WHERE id = 1;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('customers');
UPDATE customers SET credit_limit = 20 WHERE id = 1;
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :p));
SELECT customer_workflow.approve(:p, on_conflict => 'overwrite');
SELECT credit_limit FROM customers WHERE id = 1;

-- Where the values cannot be written after it, the change goes back as well, and what the function did stays done.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"validate_on_submit": false}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = -1 WHERE id = 1;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(:p);
RESET SESSION AUTHORIZATION;
SELECT kind, person, element, details -> 'message' AS message FROM customer_workflow.workflow_history WHERE proposal = :p AND kind NOT IN ('proposed', 'submitted') ORDER BY at;
SELECT count(*) FROM crm.ledger WHERE proposal = :p;

-- A function that is gone: the change goes back, too.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 31 WHERE id = 1;
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION erp_owner;
DROP FUNCTION crm.note;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(:p);
RESET SESSION AUTHORIZATION;
SELECT kind, details -> 'message' AS message FROM customer_workflow.workflow_history WHERE proposal = :p AND kind = 'fault' ORDER BY at DESC LIMIT 1;

-- Two tasks in parallel branches, one behind a person; the first that fails ends it.
SET SESSION AUTHORIZATION erp_owner;
CREATE FUNCTION crm.fine(proposal bigint, relation regclass, record_key jsonb, changes jsonb) RETURNS void LANGUAGE sql AS $$ INSERT INTO crm.ledger (proposal) VALUES (proposal) $$;
SELECT customer_workflow.create_workflow('bank', 'customers', $${
  "elements": [
    {"parallel": {"branches": [
      {"name": "a", "elements": [{"automated_task": {"name": "A", "function": "crm.fine"}}, {"automated_task": {"name": "AA", "function": "crm.fine"}}]},
      {"name": "b", "elements": [{"automated_task": {"name": "B", "function": "crm.check_account"}}]},
      {"name": "c", "elements": [{"approval": {"name": "Approval", "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"}}]}}]}]}},
    {"automated_task": {"name": "C", "function": "crm.fine"}}
  ]}$$);
SELECT customer_workflow.activate_workflow('bank', 2);
TRUNCATE crm.ledger;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET bank_account = 'XX' WHERE id = 1;
SELECT customer_workflow.submit(:p);
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = :p;
UPDATE customers SET bank_account = 'QQ' WHERE id = 1;
SELECT customer_workflow.submit(:p);
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = :p;
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(:p);
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM crm.ledger;
SELECT kind, person, element FROM customer_workflow.workflow_history WHERE proposal = :p AND kind IN ('submitted', 'fault', 'completion', 'approved', 'applied')
   AND at >= (SELECT activated_at FROM customer_workflow.workflows WHERE name = 'bank' AND version = 2) ORDER BY at;
SELECT credit_limit, bank_account FROM customers WHERE id = 1;
