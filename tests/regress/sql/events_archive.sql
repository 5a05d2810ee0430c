-- Events and the archive: a proposal of which a consumer is still to be told is not archived
SELECT customer_workflow.protect('customers', '{credit_limit}', 'role:credit_managers');
SELECT customer_workflow.set_event_consumer('mail', 'postgres');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id IN (1, 2);
SELECT customer_workflow.cancel(1);
RESET SESSION AUTHORIZATION;
SELECT id AS last FROM customer_workflow.next_events('mail') WITH ORDINALITY ORDER BY ordinality DESC LIMIT 1 \gset
SELECT customer_workflow.acknowledge_events('mail', :last);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel(2);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.checkpoint() IS NOT NULL AS checkpoint;
SELECT customer_workflow.archive_history('0') AS archived;
SELECT id, status FROM customer_workflow.proposals;
SELECT kind, proposal, record_key, payload FROM customer_workflow.next_events('mail') WHERE kind <> 'archive_history';
SELECT customer_workflow.remove_event_consumer('mail');
SELECT customer_workflow.archive_history('0') AS archived;
SELECT id, status FROM customer_workflow.proposals;
