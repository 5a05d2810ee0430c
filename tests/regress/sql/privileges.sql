-- Privileges: every member of the extension, with who may use it. A line that is new or has changed is read before it is accepted:
-- does the function ask who calls, or compute from its arguments only; is its search_path pinned; does it run code of users?
-- Then: tools/test accept privileges
\pset format unaligned
\pset tuples_only on

-- kind, name | definer or invoker, settings | who besides the owner may use it: =X is everybody's EXECUTE, =r his SELECT
SELECT m.line FROM (
SELECT format('%s %s | %s | %s', CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, p.oid::regprocedure,
              concat_ws(', ', CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END, array_to_string(p.proconfig, ', ')),
              coalesce(nullif((SELECT string_agg(a.entry, ' ' ORDER BY a.entry) FROM unnest(coalesce(p.proacl, acldefault('f', p.proowner))::text[]) AS e (full_entry)
                                CROSS JOIN LATERAL (SELECT split_part(e.full_entry, '/', 1)) AS a (entry)
                                WHERE a.entry NOT LIKE pg_get_userbyid(p.proowner) || '=%'), ''), '-')) AS line
  FROM pg_depend AS d JOIN pg_proc AS p ON p.oid = d.objid
 WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e' AND d.refobjid = (SELECT x.oid FROM pg_extension AS x WHERE x.extname = 'customer_workflow')
UNION ALL
SELECT format('%s %s | %s | %s', CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE c.relkind::text END, c.oid::regclass,
              coalesce(array_to_string(c.reloptions, ', '), '-'),
              coalesce(nullif((SELECT string_agg(a.entry, ' ' ORDER BY a.entry) FROM unnest(c.relacl::text[]) AS e (full_entry)
                                CROSS JOIN LATERAL (SELECT split_part(e.full_entry, '/', 1)) AS a (entry)
                                WHERE a.entry NOT LIKE pg_get_userbyid(c.relowner) || '=%'), ''), '-'))
  FROM pg_depend AS d JOIN pg_class AS c ON c.oid = d.objid
 WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'e' AND d.refobjid = (SELECT x.oid FROM pg_extension AS x WHERE x.extname = 'customer_workflow')
   AND c.relkind <> 'c'
UNION ALL
SELECT format('%s %s | - | -', i.type, i.identity)
  FROM pg_depend AS d CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) AS i
 WHERE d.deptype = 'e' AND d.refobjid = (SELECT x.oid FROM pg_extension AS x WHERE x.extname = 'customer_workflow')
   AND d.classid NOT IN ('pg_proc'::regclass, 'pg_class'::regclass)
   AND i.identity !~ '\[\]$' AND i.type <> 'type') AS m
 ORDER BY m.line COLLATE "C";

-- Everything belongs to one role, a superuser
SELECT count(DISTINCT o.owner), bool_and(r.rolsuper)
  FROM (SELECT p.proowner AS owner FROM pg_proc AS p WHERE p.pronamespace = 'customer_workflow'::regnamespace
        UNION SELECT c.relowner FROM pg_class AS c WHERE c.relnamespace = 'customer_workflow'::regnamespace
        UNION SELECT n.nspowner FROM pg_namespace AS n WHERE n.nspname = 'customer_workflow'
        UNION SELECT e.evtowner FROM pg_event_trigger AS e WHERE e.evtname LIKE 'customer_workflow%') AS o
  JOIN pg_roles AS r ON r.oid = o.owner;
-- The schema: everybody may use it, nobody else may create in it
SELECT has_schema_privilege('public', 'customer_workflow', 'USAGE'), has_schema_privilege('public', 'customer_workflow', 'CREATE');
-- Nothing is in the schema that is not of the extension
SELECT i.type, i.identity FROM (
    SELECT 'pg_proc'::regclass AS class, p.oid FROM pg_proc AS p WHERE p.pronamespace = 'customer_workflow'::regnamespace
    UNION ALL SELECT 'pg_class'::regclass, c.oid FROM pg_class AS c WHERE c.relnamespace = 'customer_workflow'::regnamespace AND c.relkind NOT IN ('i', 'c')) AS o
 CROSS JOIN LATERAL pg_identify_object(o.class, o.oid, 0) AS i
 WHERE NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype IN ('e', 'i', 'a'));
-- No column of a table is granted by itself
SELECT a.attrelid::regclass, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'customer_workflow'::regnamespace AND a.attacl IS NOT NULL;
