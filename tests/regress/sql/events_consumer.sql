-- set_event_consumer() and remove_event_consumer(): who may read events, from where on, and of which kinds
SELECT customer_workflow.protect('customers', '{credit_limit}', 'role:credit_managers');
CREATE ROLE events_consumer_mailer;
CREATE ROLE events_consumer_chat LOGIN;
GRANT events_consumer_mailer TO events_consumer_chat;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id IN (1, 2);
SELECT customer_workflow.submit(1);
RESET SESSION AUTHORIZATION;

-- from now on, from the beginning, and only some kinds
SELECT customer_workflow.set_event_consumer('now', 'events_consumer_mailer');
SELECT customer_workflow.set_event_consumer('all', 'events_consumer_mailer', from_beginning => true, notify => false);
SELECT customer_workflow.set_event_consumer('work', 'events_consumer_mailer', kinds => '{submitted,rejected}');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1), customer_workflow.reject(2, 'too much');
RESET SESSION AUTHORIZATION;
SELECT 'now' AS consumer, array_agg(kind || coalesce(' ' || proposal, '') ORDER BY at) AS events FROM customer_workflow.next_events('now')
UNION ALL SELECT 'all', array_agg(kind || coalesce(' ' || proposal, '') ORDER BY at) FROM customer_workflow.next_events('all')
UNION ALL SELECT 'work', array_agg(kind || coalesce(' ' || proposal, '') ORDER BY at) FROM customer_workflow.next_events('work');
SELECT consumer, role, kinds, notify, waiting, oldest IS NOT NULL AS oldest, held_back FROM customer_workflow.event_consumers;

-- another role, other kinds: it goes on where it was
SELECT max(id) AS last FROM customer_workflow.next_events('work') \gset
SELECT customer_workflow.acknowledge_events('work', :last);
SELECT customer_workflow.set_event_consumer('work', 'credit_managers');
SELECT kind FROM customer_workflow.next_events('work');
SELECT customer_workflow.set_event_consumer('work', 'credit_managers', from_beginning => true, kinds => '{approved}');
SELECT kind, proposal FROM customer_workflow.next_events('work');
-- what it does not want is passed over for good
SELECT max(id) AS last FROM customer_workflow.next_events('work') \gset
SELECT customer_workflow.acknowledge_events('work', :last);
SELECT kind FROM customer_workflow.next_events('work');
SELECT after_transaction > (SELECT max(transaction) FROM customer_workflow.history WHERE kind = 'rejected') AS passed FROM customer_workflow.event_consumer WHERE name = 'work';

-- who may: the database owner, members of the role
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.value, '; ') FROM public.error_of(statement) AS e WHERE e.field IN ('sqlstate', 'message', 'none') $$;
SET SESSION AUTHORIZATION events_consumer_chat;
SELECT count(*) FROM customer_workflow.next_events('all', 1);
SELECT consumer FROM customer_workflow.event_consumers;
SELECT try('SELECT customer_workflow.next_events(''work'', 1)'), try('SELECT customer_workflow.acknowledge_events(''work'', 1)');
SET SESSION AUTHORIZATION alice;
SELECT consumer FROM customer_workflow.event_consumers;
SELECT s AS statement, try(s) FROM unnest(ARRAY['SELECT customer_workflow.next_events(''all'', 1)', 'SELECT customer_workflow.acknowledge_events(''all'', 1)',
    'SELECT customer_workflow.set_event_consumer(''mine'', ''alice'')', 'SELECT customer_workflow.remove_event_consumer(''all'')']) AS s;
RESET SESSION AUTHORIZATION;
-- an application role has no events of its own
SELECT customer_workflow.set_application_role('events_consumer_chat');
SET SESSION AUTHORIZATION events_consumer_chat;
SELECT try('SELECT customer_workflow.next_events(''all'', 1)');
RESET SESSION AUTHORIZATION;

-- what is refused
SELECT s AS statement, try(s) FROM unnest(ARRAY['SELECT customer_workflow.set_event_consumer('''', ''alice'')', 'SELECT customer_workflow.set_event_consumer(NULL, ''alice'')',
    'SELECT customer_workflow.set_event_consumer(''x'', NULL)', 'SELECT customer_workflow.set_event_consumer(''x'', 0)', 'SELECT customer_workflow.set_event_consumer(''x'', ''alice'', NULL)',
    'SELECT customer_workflow.set_event_consumer(''x'', ''alice'', notify => NULL)', 'SELECT customer_workflow.set_event_consumer(''x'', ''alice'', kinds => ''{}'')',
    'SELECT customer_workflow.set_event_consumer(''x'', ''alice'', kinds => ''{applied,NULL}'')', 'SELECT customer_workflow.set_event_consumer(''x'', ''alice'', kinds => ''{proposed}'')',
    'SELECT customer_workflow.remove_event_consumer(''x'')', 'SELECT customer_workflow.remove_event_consumer(NULL)']) AS s;

-- gone; and the history knows all of it
SELECT customer_workflow.remove_event_consumer('all'), customer_workflow.remove_event_consumer('work'), customer_workflow.remove_event_consumer('now');
SELECT consumer FROM customer_workflow.event_consumers;
SELECT kind, details FROM customer_workflow.workflow_history WHERE kind LIKE '%consumer' ORDER BY at;
SELECT customer_workflow.remove_application_role('events_consumer_chat');
DROP ROLE events_consumer_mailer, events_consumer_chat;
