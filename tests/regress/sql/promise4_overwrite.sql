-- Promise 4: option conflict and parameter on_conflict: to write over another's change somebody has to say so, and the history keeps what was there.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'credit_managers');
SELECT customer_workflow.set_data_entity('import', 'customers', '{"behavior": "allow_without_approval"}');
SET SESSION AUTHORIZATION alice;
SET client_min_messages = warning;
UPDATE customers SET credit_limit = credit_limit + 1, payment_terms = 'N60';
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;

-- An import that may writes other limits, and for customer 3, who had none, the first one
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 77.70;
SELECT record_key, field, original_value, new_value, person, reason FROM customer_workflow.direct_changes ORDER BY record_key;

SET SESSION AUTHORIZATION bob;
SELECT id AS one FROM customer_workflow.proposals WHERE record_key = '{"id": 1}' \gset
SELECT id AS two FROM customer_workflow.proposals WHERE record_key = '{"id": 2}' \gset
SELECT id AS three FROM customer_workflow.proposals WHERE record_key = '{"id": 3}' \gset
SELECT proposal = :three AS three, field, original_value, proposed_value, current_value, conflict FROM customer_workflow.proposed_changes ORDER BY proposal, field;

-- The default is to fail; the approver says otherwise.
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :one));
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s, on_conflict => ''fail'')', :one));
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s, on_conflict => ''yes'')', :one));
SELECT customer_workflow.approve(:one, on_conflict => 'overwrite');
SELECT id, credit_limit, payment_terms FROM customers ORDER BY id;

-- The table says otherwise; the approver can still be careful.
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"conflict": "overwrite"}');
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s, on_conflict => ''fail'')', :two));
SELECT outcome FROM customer_workflow.approve_many(ARRAY[:two, :three]);
SELECT id, credit_limit, payment_terms FROM customers ORDER BY id;

-- What was written over
RESET SESSION AUTHORIZATION;
SELECT proposal = :three AS three, kind, person, details FROM customer_workflow.workflow_history WHERE kind = 'applied' ORDER BY proposal;

-- A record that is gone is not written again.
SELECT customer_workflow.configure('customers', '{"on_record_delete": "cancel"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1 WHERE id = 3;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
RESET SESSION AUTHORIZATION;
SET session_replication_role = replica;  -- as a replica would, past all triggers
DELETE FROM customers WHERE id = 3;
RESET session_replication_role;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s, on_conflict => ''overwrite'')', (SELECT proposal FROM customer_workflow.my_work_items)));
SELECT proposed_value, current_value, conflict FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 3}' AND status = 'pending_approval';
