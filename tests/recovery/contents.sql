-- What a database is: rows of the extension's tables, what views say, what is stored, and what protects it.
SET TimeZone = 'UTC';
CREATE FUNCTION pg_temp.contents(of regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
    EXECUTE format('SELECT count(*) || '' rows '' || md5(coalesce(string_agg(t::text, e''\n'' ORDER BY t::text), '''')) FROM %s AS t', of) INTO answer;
    RETURN answer;
END
$$;
SELECT c.oid::regclass, pg_temp.contents(c.oid) FROM pg_class AS c
 WHERE (c.relnamespace = 'customer_workflow'::regnamespace AND c.relkind IN ('r', 'v') OR c.relnamespace IN (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname IN ('public', 'The "CRM"')) AND c.relkind IN ('r', 'p', 'v'))
   -- counted anew; and what is not dumped on purpose
   AND c.relname NOT IN ('status', 'metrics', 'seal', 'configuration_secret') AND c.relname !~ '^_'
 ORDER BY c.oid::regclass::text;
SELECT g.tgrelid::regclass, pg_get_triggerdef(g.oid), g.tgenabled FROM pg_trigger AS g WHERE NOT g.tgisinternal OR g.tgparentid <> 0 ORDER BY 1::text, 2;
SELECT e.evtname, e.evtenabled, e.evtfoid::regproc FROM pg_event_trigger AS e ORDER BY 1;
SELECT s.schemaname, s.sequencename, s.last_value FROM pg_sequences AS s WHERE s.schemaname = 'customer_workflow' ORDER BY 2;
