-- with_pending(): the records of a table as they would be with what is proposed for them.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
GRANT SELECT ON customers TO alice, dave;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = NULL, city = 'Bremen' WHERE id = 1;
UPDATE customers SET credit_limit = 7000 WHERE id = 3;
SELECT customer_workflow.submit(1);
-- proposed and pending; a draft is not, unless one asks for it; what is not protected is stored
SELECT id, credit_limit, payment_terms, city FROM customer_workflow.with_pending(NULL::customers) ORDER BY id;
SELECT id, credit_limit, payment_terms, city FROM customers ORDER BY id;
SELECT id, credit_limit FROM customer_workflow.with_pending(NULL::customers, statuses => '{not_submitted,pending_approval}') ORDER BY id;
SELECT id, credit_limit FROM customer_workflow.with_pending(NULL::customers, statuses => '{}') ORDER BY id;

-- Of several proposals for a field the last wins.
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT customer_workflow.submit(3);
SELECT id, credit_limit, payment_terms FROM customer_workflow.with_pending(NULL::customers) WHERE id = 1;

-- Some records, by their keys
SELECT id, credit_limit FROM customer_workflow.with_pending(NULL::customers, '{"{\"id\": 1}","{\"id\": 2}","{\"id\": 1}","{\"id\": 99}"}') ORDER BY id;
SELECT p.id, p.credit_limit FROM customers AS c CROSS JOIN LATERAL customer_workflow.with_pending(NULL::customers, ARRAY[customer_workflow.record_key('customers', c)], '{not_submitted}') AS p WHERE c.id = 3;
SELECT count(*) FROM customer_workflow.with_pending(NULL::customers, '{}');
SELECT * FROM error_of($$SELECT customer_workflow.with_pending(NULL::customers, '{"{\"nr\": 1}"}')$$) WHERE field IN ('sqlstate', 'message');

-- What cannot be asked for
SELECT * FROM error_of('SELECT customer_workflow.with_pending(NULL::int)');
SELECT * FROM error_of('SELECT customer_workflow.with_pending(NULL::pg_class)') WHERE field IN ('sqlstate', 'message');
SELECT * FROM error_of($$SELECT customer_workflow.with_pending(NULL::customers, statuses => '{applied}')$$);
SELECT * FROM error_of($$SELECT customer_workflow.with_pending(NULL::customers, statuses => NULL)$$) WHERE field IN ('sqlstate', 'message');

-- Decided, it is stored, and nothing is laid over any more.
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT customer_workflow.reject(3, 'no');
SELECT id, credit_limit, payment_terms FROM customer_workflow.with_pending(NULL::customers) ORDER BY id;
SELECT id, credit_limit FROM customer_workflow.with_pending(NULL::customers, statuses => '{rejected}') ORDER BY id;
