-- Design 5, Look: record_key() makes the key of a row, pending_changes() finds its open proposed changes.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE DOMAIN article AS text CHECK (VALUE <> '');
CREATE TABLE prices (at timestamptz, "Article No" article, region char(4), price numeric, PRIMARY KEY ("Article No", region, at));
INSERT INTO prices VALUES ('2026-01-01 00:00+00', 'a "b"', 'DE', 1), ('2026-01-01 00:00+00', 'c', 'FR', 2);
GRANT SELECT, UPDATE ON prices TO alice;
SELECT customer_workflow.protect('prices', '{price}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE prices SET price = 10 WHERE region = 'DE';
UPDATE prices SET price = 20 WHERE region = 'FR';

SET TimeZone = 'Asia/Tokyo';
SET DateStyle = 'German';
SELECT customer_workflow.record_key('prices', p) FROM prices AS p ORDER BY region;
SELECT customer_workflow.record_key('prices', p) FROM (SELECT (NULL::prices).*) AS n, LATERAL (SELECT NULL::prices AS p) AS p;
SELECT c.field, c.original_value, c.proposed_value, c.current_value, c.conflict, c.author
  FROM prices AS p CROSS JOIN LATERAL customer_workflow.pending_changes('prices', ARRAY[customer_workflow.record_key('prices', p)]) AS c
 WHERE p.region = 'DE';
SELECT field, proposed_value FROM customer_workflow.pending_changes('prices') ORDER BY 2;
SELECT count(*) FROM customer_workflow.pending_changes('prices', '{}');
-- by hand, as a client writes it
SELECT proposed_value FROM customer_workflow.pending_changes('prices', ARRAY['{"region": "FR", "at": "2026-01-01T00:00:00Z", "Article No": "c"}'::jsonb]);
SELECT customer_workflow.record_key('prices', '{"region": "FR", "at": "2026-01-01T00:00:00Z", "Article No": "c", "price": 9}'::jsonb)
     = (SELECT customer_workflow.record_key('prices', p) FROM prices AS p WHERE region = 'FR') AS same;
SELECT * FROM customer_workflow.pending_changes('prices', '{"{\"region\": \"FR\"}"}');
\echo :SQLSTATE
SELECT customer_workflow.record_key('prices', 42);
\echo :SQLSTATE
SELECT customer_workflow.record_key('prices', ROW('DE', 'c'));
\echo :SQLSTATE
SELECT customer_workflow.record_key('pg_depend', d) FROM pg_depend AS d LIMIT 1;
\echo :SQLSTATE

-- Closed proposals are not pending
SELECT customer_workflow.cancel(proposal) FROM customer_workflow.pending_changes('prices') WHERE proposed_value = '20';
SELECT field, proposed_value FROM customer_workflow.pending_changes('prices');

-- A partition names its root
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE parts (id int, region text, price numeric, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE parts_de PARTITION OF parts FOR VALUES IN ('DE');
INSERT INTO parts VALUES (1, 'DE', 1);
SELECT customer_workflow.protect('parts', '{price}', 'credit_managers');
UPDATE parts SET price = 5;
SELECT relation, record_key, proposed_value, current_value FROM customer_workflow.pending_changes('parts_de', (SELECT array_agg(customer_workflow.record_key('parts', p)) FROM parts_de AS p));

-- Whoever looks runs no code of the table's owner
CREATE FUNCTION trap(value text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'erp_owner' THEN
        RAISE WARNING 'ran as %', current_user;
    END IF;
    RETURN true;
END
$$;
CREATE DOMAIN code AS text CHECK (trap(VALUE));
CREATE DOMAIN short_code AS code;
CREATE TYPE part AS (code code, n int);
CREATE TABLE traps (one short_code, more code[], part part, span daterange, price numeric, PRIMARY KEY (one, more, part, span));
INSERT INTO traps VALUES ('a', '{b,"c d"}', ROW('e f', 1), '[2026-01-01,2026-02-01)', 1);
GRANT SELECT ON traps TO dave;
SELECT customer_workflow.protect('traps', '{price}', 'credit_managers');
UPDATE traps SET price = 2;
SELECT record_key, current_value, conflict FROM customer_workflow.pending_changes('traps', (SELECT array_agg(customer_workflow.record_key('traps', t)) FROM traps AS t));
SET SESSION AUTHORIZATION dave;
SELECT record_key, current_value, conflict FROM customer_workflow.proposed_changes WHERE relation = 'traps'::regclass;
SELECT conflict FROM customer_workflow.proposals WHERE relation = 'traps'::regclass;
