-- Design 5: the columns of the views, in this order with these names, and a comment for everything.
\pset format unaligned
SELECT c.relname AS view, string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum) AS columns
  FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
 WHERE c.relnamespace = 'customer_workflow'::regnamespace AND c.relkind = 'v' AND c.relname !~ '^_' AND a.attnum > 0
 GROUP BY c.relname ORDER BY c.relname;
SELECT p.oid::regprocedure AS function, pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result
  FROM pg_proc AS p
 WHERE p.pronamespace = 'customer_workflow'::regnamespace AND p.proname IN ('review', 'pending_changes', 'record_key') ORDER BY p.proname;

-- No table can be read by everybody
SELECT c.relname FROM pg_class AS c
 WHERE c.relnamespace = 'customer_workflow'::regnamespace AND c.relkind IN ('r', 'p', 'S')
   AND has_table_privilege('public', c.oid, 'SELECT, INSERT, UPDATE, DELETE');

-- What has no comment
SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
 WHERE c.relnamespace = 'customer_workflow'::regnamespace AND c.relkind = 'v' AND c.relname !~ '^_' AND a.attnum > 0
   AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS NULL);
SELECT p.oid::regprocedure FROM pg_proc AS p
 WHERE p.pronamespace = 'customer_workflow'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL;
