-- create_pending_view(): a view beside the table, with the same columns as they would be, and pending_fields and pending_proposals.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of($$SELECT customer_workflow.create_pending_view('customers', 'mine')$$);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_pending_view('customers', 'customers_pending');
SELECT customer_workflow.create_pending_view('customers', 'customers_wished', '{not_submitted,pending_approval,change_requested,rejected}');
SELECT * FROM error_of($$SELECT customer_workflow.create_pending_view('customers', 'customers_pending')$$) WHERE field IN ('sqlstate', 'message');
SELECT * FROM error_of($$SELECT customer_workflow.create_pending_view('customers', '')$$) WHERE field IN ('sqlstate', 'message');
SELECT * FROM error_of($$SELECT customer_workflow.create_pending_view('customers', 'x', '{closed}')$$) WHERE field IN ('sqlstate', 'message');
-- the columns of the table, and two more
SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, format_type(a.atttypid, a.atttypmod) IS DISTINCT FROM format_type(t.atttypid, t.atttypmod) AS differs
  FROM pg_attribute AS a LEFT JOIN pg_attribute AS t ON t.attrelid = 'customers'::regclass AND t.attname = a.attname
 WHERE a.attrelid = 'customers_pending'::regclass AND a.attnum > 0 ORDER BY a.attnum;
SELECT pg_get_userbyid(relowner) AS owner, reloptions FROM pg_class WHERE relname = 'customers_pending';
GRANT SELECT ON customers_pending, customers_wished TO alice, bob, dave;

SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = 1;
SELECT customer_workflow.submit(1);
UPDATE customers SET payment_terms = 'N1' WHERE id = 2;
SELECT id, credit_limit, payment_terms, pending_fields, pending_proposals FROM customers_pending ORDER BY id;
SELECT id, credit_limit, payment_terms, pending_fields, pending_proposals FROM customers_wished ORDER BY id;
-- it is a query like any other
SELECT p.name, c.credit_limit AS stored, p.credit_limit AS would_be FROM customers AS c JOIN customers_pending AS p USING (id) WHERE 'credit_limit' = ANY (p.pending_fields);
SELECT sum(credit_limit) FROM customers_pending;

-- A superuser who makes it leaves it to the owner of the table.
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.create_pending_view('customers', 'by_superuser');
SELECT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE relname = 'by_superuser';

-- It reads with the rights of whoever reads: his rows, and proposals for them.
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_dave ON customers TO dave USING (id <> 1);
SET SESSION AUTHORIZATION dave;
SELECT id, payment_terms, pending_proposals FROM customers_wished ORDER BY id;
SELECT id, payment_terms FROM customer_workflow.with_pending(NULL::customers, statuses => '{not_submitted,pending_approval}') ORDER BY id;
SELECT id FROM customer_workflow.with_pending(NULL::customers, '{"{\"id\": 1}"}');
RESET SESSION AUTHORIZATION;
DROP POLICY of_dave ON customers;
ALTER TABLE customers DISABLE ROW LEVEL SECURITY;
REVOKE SELECT ON customers FROM dave;
GRANT SELECT (id, payment_terms) ON customers TO dave;
SET SESSION AUTHORIZATION dave;
SELECT value FROM error_of('SELECT id FROM customers_wished') WHERE field = 'message';
SELECT value FROM error_of('SELECT id FROM customer_workflow.with_pending(NULL::customers)') WHERE field = 'message';

-- Keys of every kind are found.
RESET SESSION AUTHORIZATION;
CREATE DOMAIN nr AS integer CHECK (VALUE > 0);
CREATE TABLE keys (i nr, n numeric, "a ""b" text, o oid, u uuid, b boolean, d timestamptz, v int, PRIMARY KEY (i, n, "a ""b", o, u, b, d));
ALTER TABLE keys OWNER TO erp_owner;
INSERT INTO keys SELECT 1, n, 'x "y"', 4294967295, '00000000-0000-0000-0000-000000000001', true, '2026-03-29 02:30:00+02', 0 FROM unnest('{1.50,1.5e300,NaN,-Infinity,-7,0}'::numeric[]) AS n;
SELECT customer_workflow.protect('keys', '{v}', 'credit_managers');
SELECT customer_workflow.create_pending_view('keys', 'keys_pending', '{not_submitted}');
UPDATE keys SET v = 1;
SET TimeZone = 'Asia/Tokyo';
SELECT count(*) FILTER (WHERE v = 1 AND pending_fields = '{v}') AS laid_over, count(*) FROM keys_pending;
SELECT count(*) FILTER (WHERE v = 1) AS laid_over, count(*) FROM customer_workflow.with_pending(NULL::keys, statuses => '{not_submitted}');
SELECT count(*) FILTER (WHERE v = 1) AS laid_over, count(*) FROM customer_workflow.with_pending(NULL::keys, (SELECT array_agg(customer_workflow.record_key('keys', k)) FROM keys AS k WHERE n > 1), '{not_submitted}');
