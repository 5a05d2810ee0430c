-- next_events() and acknowledge_events(): what a notifier needs to know, at least once, in one order
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'role:credit_managers');
CREATE ROLE events_mailer LOGIN;
SELECT customer_workflow.set_event_consumer('mail', 'events_mailer');
CREATE FUNCTION seen(max_items int DEFAULT 100) RETURNS TABLE (kind text, proposal bigint, record_key jsonb, person text, recipients text[], payload jsonb) LANGUAGE sql AS $$
    SELECT kind, proposal, record_key, person, recipients, payload - 'digest' FROM customer_workflow.next_events('mail', max_items) $$;

-- a draft is no event: the first is that it was submitted, and who has work by that
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SET SESSION AUTHORIZATION events_mailer;
SELECT * FROM seen();
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1, 'because of the 5000');
SET SESSION AUTHORIZATION events_mailer;
SELECT * FROM seen();

-- until it is acknowledged it comes again
SELECT kind FROM seen();
SELECT max(id) AS last FROM customer_workflow.next_events('mail') \gset
SELECT customer_workflow.acknowledge_events('mail', :last);
SELECT kind FROM seen();
-- again is once
SELECT customer_workflow.acknowledge_events('mail', :last);

-- what was decided is told to those whose change it was
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1, 'fine by me');
SET SESSION AUTHORIZATION events_mailer;
SELECT kind, person, recipients, payload -> 'status' AS status FROM seen();
-- not more than asked for, the first ones first
SELECT kind FROM seen(1);
SELECT id AS first FROM customer_workflow.next_events('mail', 1) \gset
SELECT customer_workflow.acknowledge_events('mail', :first);
SELECT kind FROM seen(1);

-- nowhere a value of a field, or what somebody said, also of a configuration
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"record_label": "name"}');
SET SESSION AUTHORIZATION events_mailer;
SELECT kind, record_key, person, recipients, payload FROM seen() WHERE kind = 'configure';
SELECT count(*) FROM customer_workflow.next_events('mail') AS e WHERE e::text ~ '5000|because|fine|Alpha';

-- what the own transaction has recorded is not there before it commits
RESET SESSION AUTHORIZATION;
SELECT max(id) AS last FROM customer_workflow.next_events('mail') \gset
SELECT customer_workflow.acknowledge_events('mail', :last);
BEGIN;
SELECT customer_workflow.configure('customers', '{"record_label": null}');
SELECT txid_current() IS NOT NULL AS has_number;
SELECT kind FROM seen();
COMMIT;
SELECT kind FROM seen();

-- bad input
SELECT s AS statement, (SELECT string_agg(e.value, '; ') FROM error_of(s) AS e WHERE e.field IN ('sqlstate', 'message')) AS error
  FROM unnest(ARRAY['SELECT customer_workflow.next_events(''mail'', 0)', 'SELECT customer_workflow.next_events(''mail'', NULL)',
    'SELECT customer_workflow.next_events(NULL, 1)', 'SELECT customer_workflow.next_events(''nobody'', 1)',
    'SELECT customer_workflow.acknowledge_events(''mail'', NULL)', 'SELECT customer_workflow.acknowledge_events(''mail'', 1000000)',
    'SELECT customer_workflow.acknowledge_events(''nobody'', 1)',
    -- a draft is no event
    'SELECT customer_workflow.acknowledge_events(''mail'', (SELECT id FROM customer_workflow.history WHERE kind = ''proposed''))']) AS s;
DROP ROLE events_mailer;
