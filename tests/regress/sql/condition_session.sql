-- Conditions mean the same in every session: its settings, temporary tables and search_path do not matter.
\set SHOW_CONTEXT never
ALTER TABLE customers ADD since date DEFAULT '2026-02-01', ADD bought money DEFAULT 5;
CREATE TABLE limits (country text, most numeric);
INSERT INTO limits VALUES ('DE', 100);
GRANT SELECT ON limits TO erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit,since}', 'credit_managers');
CREATE FUNCTION value_of(condition text) RETURNS text LANGUAGE sql SET search_path = public AS $$
    SELECT concat_ws(': ', c.value, c.message)
      FROM customer_workflow._conditions('public.customers', 'erp_owner', condition, ARRAY[
               ROW(1, NULL, '{"id": 1}', '{"since": "2026-03-02"}', NULL, 'role:alice', 'role:alice', NULL, NULL, NULL, NULL)::customer_workflow._case]) AS c
$$;
SET DateStyle = 'German, DMY';
SET IntervalStyle = sql_standard;
SET TimeZone = 'Pacific/Kiritimati';
SET extra_float_digits = -10;
SET bytea_output = escape;
SET transform_null_equals = on;
SET default_text_search_config = 'pg_catalog.german';
SELECT value_of('new.since = ''03/02/2026'' AND new.since::text = ''2026-03-02''');
SELECT value_of('old.since = NULL');
SELECT value_of('''2026-01-01 00:00''::timestamptz = ''2026-01-01 00:00 UTC''');
SELECT value_of('(0.1::float8 + 0.2::float8)::text = ''0.30000000000000004'' AND ''\x00''::bytea::text = ''\x00''');
SELECT value_of('(interval ''-1 day'')::text = ''-1 days'' AND to_tsvector(''Häuser'')::text = ''''''häuser'''':1''');
RESET ALL;
-- Names are those of the table's search_path
CREATE TEMP TABLE limits (country text, most numeric);
CREATE TEMP TABLE customers (id bigint, credit_limit numeric, since date);
CREATE SCHEMA mine;
CREATE FUNCTION mine.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT 'mine' $$;
CREATE FUNCTION mine.more(numeric, numeric) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE OPERATOR mine.> (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = mine.more);
SET search_path = mine, pg_catalog, public;
SELECT public.value_of('(SELECT l.most FROM limits AS l WHERE l.country = new.country) = 100');
SELECT public.value_of('lower(new.name) = ''alpha'' AND NOT new.credit_limit > 1e9');
SELECT public.value_of('EXISTS (SELECT FROM customers AS c WHERE c.id = 3)');
