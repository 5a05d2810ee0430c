-- Everything that makes up the extension, one row a fact, without numbers that differ from installation to installation.
WITH member AS (
    SELECT d.classid, d.objid, pg_describe_object(d.classid, d.objid, 0) AS name
      FROM pg_depend AS d JOIN pg_extension AS x ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.deptype = 'e'
     WHERE x.extname = 'customer_workflow'
), relation AS (
    SELECT m.name, c.* FROM member AS m JOIN pg_class AS c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
    UNION ALL
    -- indexes belong to their tables, row types of composite types to their types
    SELECT pg_describe_object('pg_class'::regclass, c.oid, 0), c.* FROM pg_class AS c
     WHERE c.relkind = 'i' AND c.oid IN (SELECT i.indexrelid FROM pg_index AS i JOIN member AS m ON m.classid = 'pg_class'::regclass AND m.objid = i.indrelid)
        OR c.relkind = 'c' AND c.oid IN (SELECT t.typrelid FROM pg_type AS t JOIN member AS m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid)
), part AS (
    -- what belongs to members without being one
    SELECT 'pg_trigger'::regclass::oid AS classid, g.oid AS objid FROM pg_trigger AS g JOIN relation AS r ON r.oid = g.tgrelid
    UNION ALL SELECT 'pg_constraint'::regclass, k.oid FROM pg_constraint AS k JOIN relation AS r ON r.oid = k.conrelid
    UNION ALL SELECT 'pg_rewrite'::regclass, w.oid FROM pg_rewrite AS w JOIN relation AS r ON r.oid = w.ev_class
    UNION ALL SELECT 'pg_class'::regclass, r.oid FROM relation AS r
    UNION ALL SELECT m.classid, m.objid FROM member AS m
)
SELECT m.name AS object, 'member' AS fact, '' AS value FROM member AS m
UNION ALL
SELECT m.name, 'definition', pg_get_functiondef(p.oid) FROM member AS m JOIN pg_proc AS p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid AND p.prokind <> 'a'
UNION ALL
SELECT m.name, v.fact, v.value FROM member AS m JOIN pg_proc AS p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
 CROSS JOIN LATERAL (VALUES ('owner', p.proowner::regrole::text), ('privileges', p.proacl::text), ('security definer', p.prosecdef::text),
                            ('settings', p.proconfig::text), ('result', pg_get_function_result(p.oid))) AS v (fact, value)
UNION ALL
SELECT r.name, v.fact, v.value FROM relation AS r
 CROSS JOIN LATERAL (VALUES ('kind', r.relkind::text), ('owner', r.relowner::regrole::text), ('privileges', r.relacl::text), ('storage', concat(r.relpersistence, r.reloptions)),
                            ('row security', concat(r.relrowsecurity, ' ', r.relforcerowsecurity)), ('replica identity', r.relreplident::text),
                            ('definition', CASE r.relkind WHEN 'v' THEN pg_get_viewdef(r.oid) WHEN 'i' THEN pg_get_indexdef(r.oid) END)) AS v (fact, value)
UNION ALL
SELECT r.name, 'column ' || row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum),
       concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attcollation::regcollation,
                 a.attstorage, a.attacl, pg_get_expr(f.adbin, f.adrelid))
  FROM relation AS r JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef AS f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
UNION ALL
SELECT r.name, 'constraint ' || k.conname, concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated) FROM relation AS r JOIN pg_constraint AS k ON k.conrelid = r.oid
UNION ALL
SELECT r.name, 'trigger ' || g.tgname, concat_ws(' ', pg_get_triggerdef(g.oid), g.tgenabled) FROM relation AS r JOIN pg_trigger AS g ON g.tgrelid = r.oid AND NOT g.tgisinternal
UNION ALL
SELECT r.name, 'rule ' || w.rulename, pg_get_ruledef(w.oid) FROM relation AS r JOIN pg_rewrite AS w ON w.ev_class = r.oid AND w.rulename <> '_RETURN'
UNION ALL
SELECT r.name, 'policy ' || y.polname, concat_ws(' ', y.polcmd, y.polpermissive, pg_get_expr(y.polqual, y.polrelid)) FROM relation AS r JOIN pg_policy AS y ON y.polrelid = r.oid
UNION ALL
SELECT r.name, 'sequence', concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle) FROM relation AS r JOIN pg_sequence AS s ON s.seqrelid = r.oid
UNION ALL
SELECT r.name, 'dumped', u.condition FROM pg_extension AS x CROSS JOIN LATERAL unnest(x.extconfig, x.extcondition) AS u (config, condition) JOIN relation AS r ON r.oid = u.config
 WHERE x.extname = 'customer_workflow'
UNION ALL
SELECT m.name, 'event trigger', concat_ws(' ', e.evtevent, e.evtfoid::regproc, e.evtenabled, e.evttags) FROM member AS m JOIN pg_event_trigger AS e ON m.classid = 'pg_event_trigger'::regclass AND e.oid = m.objid
UNION ALL
SELECT m.name, 'type', concat_ws(' ', t.typtype, t.typowner::regrole, t.typacl, t.typnotnull, format_type(nullif(t.typbasetype, 0), t.typtypmod), t.typdefault,
                                 (SELECT string_agg(l.enumlabel, ',' ORDER BY l.enumsortorder) FROM pg_enum AS l WHERE l.enumtypid = t.oid))
  FROM member AS m JOIN pg_type AS t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
UNION ALL
SELECT m.name, 'schema', concat_ws(' ', n.nspowner::regrole, n.nspacl) FROM member AS m JOIN pg_namespace AS n ON m.classid = 'pg_namespace'::regclass AND n.oid = m.objid
UNION ALL
SELECT pg_describe_object(c.classoid, c.objoid, c.objsubid), 'comment', c.description FROM pg_description AS c
 WHERE EXISTS (SELECT FROM part AS p WHERE p.classid = c.classoid AND p.objid = c.objoid)
UNION ALL
SELECT 'extension', 'properties', concat_ws(' ', x.extversion, x.extrelocatable, x.extnamespace::regnamespace) FROM pg_extension AS x WHERE x.extname = 'customer_workflow'
