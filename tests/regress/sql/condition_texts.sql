-- Conditions, attack: texts that are not one expression, or that reach for more than an expression has.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
CREATE TABLE victims (id int);
ALTER TABLE victims OWNER TO erp_owner;
INSERT INTO victims VALUES (1);

CREATE FUNCTION checked(condition text) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(customer_workflow._check_condition('customers', 'erp_owner', condition), 'fine')
$$;
-- Not one expression
SELECT t AS condition, checked(t) FROM unnest(ARRAY[
    '', ' ', '-- nothing', 'true; DROP TABLE victims', 'true); DROP TABLE victims; SELECT (true', 'true) FROM victims WHERE (true', 'true) INTO x FROM (SELECT 1) AS (y',
    'true), (false', 'true, false', 'true UNION SELECT true', 'true) UNION SELECT (true', 'true) ORDER BY (1', 'true) LIMIT (1', 'true) GROUP BY (1', 'true) HAVING (true',
    'true) AS x, (true', 'DELETE FROM victims', 'true /*', 'true /* comment', '''', '"', '$$', 'true AS "x', 'true) AS x --', E'\\', 'true)', '(true']) AS t;
-- What is odd, and an expression
SELECT t AS condition, checked(t) FROM unnest(ARRAY[
    'true -- comment', '/* comment */ true', '(SELECT true)', 'SELECT true', 'true) OR (false', 'NOT true', '''yes''', 'EXISTS (SELECT FROM victims)', '(VALUES (true))', 'NULL',
    '''true; DROP TABLE victims'' <> ''''', '$x$ ) ; $x$ <> ''''', '"new"."id" = 1', 'new.*::text <> ''''', 'old IS DISTINCT FROM NULL',
    'current_date > ''2020-01-01''', 'new.name ~ ''^A''', 'new.id IN (1, 2)', 'CASE WHEN changed(''credit_limit'') THEN true END']) AS t;
-- Not boolean, or not for one row
SELECT t AS condition, checked(t) FROM unnest(ARRAY[
    '1', 'new.name', 'count(*) > 1', 'bool_or(new.id > 1)', 'generate_series(1, 2) > 1', 'row_number() OVER () = 1', 'grouping(new.id) = 1', '$1', '$1 IS NULL',
    'EXISTS (SELECT FROM new)', 'credit_limit > 1', 'new.nothing', 'other.id = 1', 'no_function()', 'ROW(true)']) AS t;
-- changed() is for one field, by its name
SELECT t AS condition, checked(t) FROM unnest(ARRAY[
    'changed(''credit_limit'')', 'changed ( ''credit_limit'' )', 'changed(''nothing'')', 'changed(new.name)', 'changed(''credit'' || ''_limit'')', 'changed(NULL)', 'changed()',
    'changed(''credit_limit'', ''name'')', 'changed(*)', 'changed(DISTINCT ''credit_limit'')', 'changed(VARIADIC ''{credit_limit}'')', 'changed(field => ''credit_limit'')',
    'changed(''credit_limit'') OVER ()', 'changed(''credit_limit'') FILTER (WHERE true)', '"changed"(''credit_limit'')', 'U&"\0063hanged"(''credit_limit'')',
    'customer_workflow.changed(''credit_limit'')', 'public.changed(''credit_limit'')', 'changed', 'changed.credit_limit', 'changed(''credit_limit''); DROP TABLE victims']) AS t;
-- What changes something
SELECT t AS condition, checked(t) FROM unnest(ARRAY[
    'EXISTS (WITH d AS (DELETE FROM victims RETURNING 1) SELECT FROM d)', 'EXISTS (SELECT FROM victims FOR UPDATE)', 'EXISTS (SELECT 1 INTO TEMP x)',
    'nextval(''customer_workflow.proposal_id_seq'') > 0', 'lo_creat(1) = 0', 'pg_read_file(''/etc/passwd'') = ''''', 'EXISTS (SELECT FROM customer_workflow.proposal)']) AS t;
-- Very deep, very long
SELECT left(t, 20) AS condition, checked(t) IN ('fine', 'stack depth limit exceeded') OR checked(t) LIKE 'memory exhausted%' AS answered
  FROM unnest(ARRAY[repeat('(', 100000) || 'true' || repeat(')', 100000), repeat('NOT ', 200000) || 'true', repeat('1 + ', 50000) || '1 > 0',
                    'new.name IN (' || repeat('''x'', ', 100000) || '''y'')']) AS t;
SELECT count(*) FROM victims;
SELECT count(*) FROM customers;

-- Nor do texts that were stored before they could be checked, when they are evaluated
SELECT t AS condition, c.value, c.message
  FROM unnest(ARRAY['true; DROP TABLE victims', 'true) FROM victims WHERE (true', '$1 IS NULL', 'count(*) > 0', '1', 'changed(''nothing'')']) AS t
 CROSS JOIN LATERAL customer_workflow._conditions('customers', 'erp_owner', t, ARRAY[
     ROW(1, NULL, '{"id": 1}', '{"credit_limit": "5"}', NULL, 'role:alice', NULL, NULL, NULL, NULL, NULL)::customer_workflow._case]) AS c;
-- How a text is read does not depend on who looks: a backslash is a backslash
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SELECT c.value, c.message FROM customer_workflow._conditions('customers', 'erp_owner', $$'\' = chr(92) AND changed('credit_limit')$$, ARRAY[
     ROW(1, NULL, '{"id": 1}', '{"credit_limit": "5"}', NULL, 'role:alice', NULL, NULL, NULL, NULL, NULL)::customer_workflow._case]) AS c;
