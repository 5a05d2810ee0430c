-- add_comment(): what is no comment or no reference is refused (22023), and nothing is written.
\set SHOW_CONTEXT never
\pset format unaligned
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
CREATE FUNCTION pg_temp.refused(attachments text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.value, ': ' ORDER BY e.field DESC) FROM error_of(format('SELECT customer_workflow.add_comment(1, ''x'', attachments => %L)', attachments)) AS e
     WHERE e.field IN ('sqlstate', 'detail', 'none')
$$;
SELECT * FROM error_of('SELECT customer_workflow.add_comment(1, NULL)');
SELECT * FROM error_of('SELECT customer_workflow.add_comment(1, '' '', attachments => ''[]'')') WHERE field IN ('sqlstate', 'message');
SELECT * FROM error_of('SELECT customer_workflow.add_comment(1, repeat(''x'', 10001))');
SELECT * FROM error_of('SELECT customer_workflow.add_comment(1, ''x'', ''city'')');
SELECT * FROM error_of('SELECT customer_workflow.add_comment(NULL, ''x'')') WHERE field IN ('sqlstate', 'message');
SELECT * FROM error_of('SELECT customer_workflow.add_comment(1, ''x'', attachments => ''{}'')');
SELECT a AS attachments, pg_temp.refused(a) FROM unnest(ARRAY['"https://x"', '1', '[1]', '[null]', '[[]]', '[{}]', '[{"name": "x"}]', '[{"uri": ""}]', '[{"uri": 1}]', '[{"uri": null}]',
    '[{"uri": "x"}, {"uri": "y", "title": "z"}]', '[{"uri": "a b"}]', '[{"uri": "a\nb"}]', '[{"uri": "x", "sha256": "ABC"}]', '[{"uri": "x", "name": {}}]']) AS a;
SELECT what, pg_temp.refused(a) FROM (VALUES
    ('a long uri', '[{"uri": "' || repeat('x', 2001) || '"}]'), ('a long name', '[{"uri": "x", "name": "' || repeat('x', 256) || '"}]'),
    ('a long media type', '[{"uri": "x", "media_type": "' || repeat('x', 256) || '"}]'),
    ('many', (SELECT jsonb_agg('{"uri": "x"}'::jsonb)::text FROM generate_series(1, 21)))) AS v (what, a);
SELECT count(*) FROM customer_workflow.comments;
-- What is just within the limits
SELECT customer_workflow.add_comment(1, repeat('x', 10000), 'credit_limit', (SELECT jsonb_agg(jsonb_build_object('uri', repeat('x', 2000), 'name', repeat('x', 255))) FROM generate_series(1, 20))) IS NOT NULL AS added;
