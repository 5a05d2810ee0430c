-- Promise 6: an approval counts for what it saw and no longer than its approver could give it: what starts again after an edit, although it looks as it did.
\set SHOW_CONTEXT never
SELECT customer_workflow.add_group_member('first', p) FROM unnest('{bob,carol}'::text[]) AS p;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}');
SELECT customer_workflow.set_data_entity('erp', 'customers', '{"behavior": "allow_without_approval"}');
SELECT customer_workflow.grant_duty('customers', 'steward', 'bob');
SELECT customer_workflow.create_workflow('credit', 'customers', d::jsonb), customer_workflow.create_workflow('credit', 'customers', d::jsonb || '{"description": "the same"}')
  FROM (VALUES ($${
  "expires_after": {"days": 30},
  "elements": [
    {"approval": {"name": "Credit", "when": "new.city = 'Berlin' OR new.city = 'Bonn'", "steps": [
      {"name": "First", "assign_to": {"group": "first"}},
      {"name": "Second", "assign_to": {"user": "import"}}]}},
    {"approval": {"name": "Last", "steps": [{"name": "Third", "assign_to": {"user": "import"}}]}}
  ]}$$)) AS v (d);
SELECT customer_workflow.activate_workflow('credit', 1);
RESET SESSION AUTHORIZATION;
-- Bob or Carol approves the first step; then Alice amends, something happens, and she puts back what it was. Who is asked now?
CREATE VIEW now AS SELECT p.status, p.waiting_on, (SELECT h.kind FROM customer_workflow.workflow_history AS h
                     WHERE h.proposal = p.id AND h.kind IN ('submitted', 'taken_up') ORDER BY h.at DESC LIMIT 1) AS last_submit
                     FROM customer_workflow.proposals AS p WHERE p.id = (SELECT max(id) FROM customer_workflow.proposals);
CREATE PROCEDURE begin_with(approver text, record int DEFAULT 1) LANGUAGE plpgsql AS $$
DECLARE
    p bigint;
BEGIN
    SET LOCAL client_min_messages = warning;
    SET SESSION AUTHORIZATION alice;
    PERFORM customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE author = 'alice' AND status NOT IN ('applied', 'cancelled', 'expired');
    UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = record;
    p := (SELECT max(l) FROM customer_workflow.last_proposals() AS l);
    PERFORM customer_workflow.submit(p);
    EXECUTE format('SET SESSION AUTHORIZATION %I', approver);
    PERFORM customer_workflow.approve(p);
    SET SESSION AUTHORIZATION alice;
    UPDATE customers SET credit_limit = 6000 WHERE id = record;
    RESET SESSION AUTHORIZATION;
END $$;
CREATE PROCEDURE put_back(record int DEFAULT 1) LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL client_min_messages = warning;
    SET SESSION AUTHORIZATION alice;
    UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = record;
    PERFORM customer_workflow.submit((SELECT max(id) FROM customer_workflow.proposals WHERE author = 'alice'));
    RESET SESSION AUTHORIZATION;
END $$;

-- Nothing happened: it goes on.
CALL begin_with('bob');
CALL put_back();
TABLE now;

-- Other content was submitted in between, and is what the work is about now; putting back the first does not bring back its approval.
CALL begin_with('bob');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals;
RESET SESSION AUTHORIZATION;
TABLE now;
CALL put_back();
TABLE now;

-- The stored value has moved: the original is another one.
CALL begin_with('bob');
SET SESSION AUTHORIZATION erp;
UPDATE customers SET credit_limit = 1100 WHERE id = 1;
RESET SESSION AUTHORIZATION;
CALL put_back();
TABLE now;

-- The record has another key: it is another record, as long as it has it.
CALL begin_with('bob');
UPDATE customers SET id = 9 WHERE id = 1;
CALL put_back(9);
TABLE now;
UPDATE customers SET id = 1 WHERE id = 9;
CALL begin_with('bob');
UPDATE customers SET id = 9 WHERE id = 1;
UPDATE customers SET id = 1 WHERE id = 9;
CALL put_back();
TABLE now;

-- Whoever approved has edited it since: he is a party now. Who edited without having approved is none of the approvers.
CALL begin_with('bob');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.discard_change(max(id), 'payment_terms') FROM customer_workflow.proposals;
RESET SESSION AUTHORIZATION;
CALL put_back();
TABLE now;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(max(id)) FROM customer_workflow.proposals') WHERE field = 'sqlstate';
RESET SESSION AUTHORIZATION;
CALL begin_with('carol');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.discard_change(max(id), 'payment_terms') FROM customer_workflow.proposals;
RESET SESSION AUTHORIZATION;
CALL put_back();
TABLE now;

-- Whoever approved could not do so any more.
CALL begin_with('bob');
SELECT customer_workflow.remove_group_member('first', 'bob');
CALL put_back();
TABLE now;
SELECT customer_workflow.add_group_member('first', 'bob');
CALL begin_with('bob');
SELECT customer_workflow.remove_group_member('first', 'bob');
SELECT customer_workflow.add_group_member('first', 'bob');
CALL put_back();
TABLE now;

-- A condition has another value: the way is another one. One that has another reason and the same value, is the same way.
CALL begin_with('bob');
UPDATE customers SET city = 'Bremen' WHERE id = 1;
CALL put_back();
TABLE now;
UPDATE customers SET city = 'Berlin' WHERE id = 1;
CALL begin_with('bob');
UPDATE customers SET city = 'Bonn' WHERE id = 1;
CALL put_back();
TABLE now;
CALL begin_with('bob');
UPDATE customers SET city = NULL WHERE id = 1;
CALL put_back();
TABLE now;
UPDATE customers SET city = 'Berlin' WHERE id = 1;

-- Another version of the workflow is active, though it says the same; and the first one again.
CALL begin_with('bob');
SELECT customer_workflow.activate_workflow('credit', 2);
CALL put_back();
TABLE now;
CALL begin_with('bob');
SELECT customer_workflow.activate_workflow('credit', 1);
SELECT customer_workflow.activate_workflow('credit', 2);
CALL put_back();
TABLE now;

-- Recalled on purpose, it starts again. So does what was rejected, by the mode of the workflow, which says restart.
CALL begin_with('bob');
CALL put_back();
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(max(id)) FROM customer_workflow.proposals;
SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals;
RESET SESSION AUTHORIZATION;
TABLE now;
CALL begin_with('bob');
CALL put_back();
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.reject(max(id), 'no') FROM customer_workflow.proposals;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals;
RESET SESSION AUTHORIZATION;
TABLE now;

-- Nobody approves while it is a draft, whatever he has seen; an edit gains no time.
CALL begin_with('bob');
SET SESSION AUTHORIZATION import;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(max(id)) FROM customer_workflow.proposals') WHERE field = 'sqlstate';
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.process_deadlines(as_of => now() + interval '40 days');
TABLE now;
CALL put_back();
TABLE now;
SELECT customer_workflow.process_deadlines(as_of => now() + interval '40 days');
TABLE now;
