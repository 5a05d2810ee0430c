-- verify_protection() and repair_protection(): whether what protects a table is all there. What should be there is the configuration
-- (protected_table) and the release; what is there PostgreSQL's catalogs say.

CREATE FUNCTION customer_workflow._expected_triggers(relation regclass, options jsonb) RETURNS TABLE (name name, function name, type smallint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    -- tgtype: 1 for each row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate
    SELECT v.name::name, v.function::name, v.type::smallint
      FROM (VALUES ('!customer_workflow_first', 'capture_first', 19, true), ('~~~customer_workflow_last', 'capture_last', 19, true),
                   ('!customer_workflow_delete', 'capture_delete', 9, true), ('~~~customer_workflow_truncate', 'capture_truncate', 32, true),
                   ('~~~customer_workflow_move', 'capture_move', 7, (SELECT c.relkind = 'p' FROM pg_class AS c WHERE c.oid = relation)),
                   ('~~~customer_workflow_scope', 'capture_scope', 19, options ? 'scope')) AS v (name, function, type, wanted)
     WHERE v.wanted
    UNION ALL
    SELECT w.name::name, w.function::name, (CASE w.event WHEN 'BEFORE INSERT' THEN 7 WHEN 'AFTER INSERT' THEN 5 WHEN 'BEFORE DELETE' THEN 11 END)::smallint
      FROM customer_workflow._record_triggers(customer_workflow._of_any_company(relation, options)) AS w WHERE w.wanted
$$;
COMMENT ON FUNCTION customer_workflow._expected_triggers(regclass, jsonb) IS 'The triggers that a protected table with these options has, on itself and on each partition';

CREATE FUNCTION customer_workflow._trigger_problems(tab customer_workflow.protected_table)
    RETURNS TABLE (relation regclass, trigger name, problem text, detail text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH expected AS (
        SELECT e.* FROM customer_workflow._expected_triggers(tab.relation, tab.options) AS e
    ), tree AS (
        SELECT t AS relid FROM customer_workflow._tree(tab.relation) AS t
    ), there AS (
        SELECT g.*, p.proname AS ours
          FROM tree JOIN pg_trigger AS g ON g.tgrelid = tree.relid
          LEFT JOIN pg_proc AS p ON p.oid = g.tgfoid AND p.pronamespace = 'customer_workflow'::regnamespace
    )
    SELECT tree.relid, e.name, 'trigger_missing', format('Trigger "%s" is not there.', e.name)
      FROM tree CROSS JOIN expected AS e
     WHERE NOT EXISTS (SELECT FROM there AS h WHERE h.tgrelid = tree.relid AND h.tgname = e.name)
    UNION ALL
    SELECT h.tgrelid, h.tgname, 'trigger_altered',
           CASE WHEN e.name IS NULL THEN format('Trigger "%s" calls %s(), and is none of the triggers of this table.', h.tgname, coalesce(h.ours, '?'))
                ELSE format('Trigger "%s" is another than protect() makes: %s.', h.tgname, substring(pg_get_triggerdef(h.oid) FROM ' TRIGGER (?:"[^"]*"|\S+) (.*)$')) END
      FROM there AS h LEFT JOIN expected AS e ON e.name = h.tgname
     WHERE (e.name IS NULL AND h.ours IS NOT NULL)
        OR (e.name IS NOT NULL
            AND ((h.ours, h.tgtype, h.tgqual IS NULL) IS DISTINCT FROM (e.function, e.type, e.name <> '~~~customer_workflow_scope')
                 OR h.tgconstraint <> 0 OR h.tgnargs <> 0 OR (h.tgattr::text <> '' AND e.name <> '!customer_workflow_first')))
    UNION ALL
    SELECT h.tgrelid, h.tgname, 'trigger_disabled',
           format(CASE h.tgenabled WHEN 'D' THEN 'Trigger "%s" is disabled.' WHEN 'R' THEN 'Trigger "%s" fires for replicas only.'
                       ELSE 'Trigger "%s" fires for what replication applies, too.' END, h.tgname)
      FROM there AS h JOIN expected AS e ON e.name = h.tgname
     WHERE h.tgenabled <> 'O' AND e.name <> '~~~customer_workflow_scope'
    UNION ALL
    SELECT tab.relation, '!customer_workflow_first', 'fields_differ',
           format('Configured are %s; the trigger lists %s.', array_to_string(tab.fields, ', '), array_to_string(customer_workflow._fields(tab.relation), ', '))
      FROM there AS h
     WHERE h.tgrelid = tab.relation AND h.tgname = '!customer_workflow_first'
       AND NOT (tab.fields <@ customer_workflow._fields(tab.relation) AND tab.fields @> customer_workflow._fields(tab.relation))
    UNION ALL
    SELECT h.tgrelid, h.tgname, 'trigger_after', format('Trigger "%s" fires after "%s", so that it could change protected values unseen.', h.tgname, min(e.name))
      FROM there AS h
      JOIN expected AS e ON e.name LIKE '~~~%' AND e.name <> '~~~customer_workflow_scope' AND e.type & 3 = 3
                        AND h.tgtype & 3 = 3 AND h.tgtype & e.type & 20 <> 0 AND h.tgname > e.name
     WHERE h.tgenabled <> 'D' AND h.ours IS NULL
     GROUP BY h.tgrelid, h.tgname
$$;
COMMENT ON FUNCTION customer_workflow._trigger_problems(customer_workflow.protected_table) IS 'What is wrong with the triggers of a protected table and its partitions';

CREATE FUNCTION customer_workflow._complaint(tab customer_workflow.protected_table, what text) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    fields name[] := CASE WHEN customer_workflow._fields(tab.relation) = '{}' THEN tab.fields ELSE customer_workflow._fields(tab.relation) END;
BEGIN
    CASE what
        WHEN 'columns' THEN PERFORM customer_workflow._check_columns(tab.relation, fields);
        WHEN 'references' THEN PERFORM customer_workflow._check_references(tab.relation, customer_workflow._held_columns(tab.relation, fields, tab.options));
        WHEN 'options' THEN PERFORM customer_workflow._check_protection(tab.relation, fields, tab.options, tab.search_path)
           WHERE customer_workflow._complaint(tab, 'columns') IS NULL AND customer_workflow._complaint(tab, 'references') IS NULL;
    END CASE;
    RETURN NULL;
EXCEPTION WHEN invalid_parameter_value OR undefined_object OR undefined_column OR feature_not_supported THEN
    RETURN SQLERRM;
END
$$;
COMMENT ON FUNCTION customer_workflow._complaint(customer_workflow.protected_table, text) IS 'What protect() would say to the columns, the foreign keys or the options of a protected table; null: nothing';

CREATE FUNCTION customer_workflow._note_owner(table_id integer) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    UPDATE customer_workflow.protected_table AS t SET owner = pg_get_userbyid(c.relowner)
      FROM pg_class AS c WHERE t.id = _note_owner.table_id AND c.oid = t.relation AND t.owner IS DISTINCT FROM pg_get_userbyid(c.relowner)
$$;
COMMENT ON FUNCTION customer_workflow._note_owner(integer) IS 'The owner of a protected table is whom it has now';

CREATE FUNCTION customer_workflow._table_problems(tab customer_workflow.protected_table)
    RETURNS TABLE (relation regclass, problem text, detail text, repair text)
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.relation, p.problem, p.detail,
           CASE WHEN p.problem = 'trigger_after' THEN format('ALTER TRIGGER %I ON %s RENAME TO …, to a name that sorts before.', p.trigger, p.relation)
                ELSE 'SELECT * FROM customer_workflow.repair_protection().' END
      FROM customer_workflow._trigger_problems(tab) AS p
    UNION ALL
    SELECT r.ev_class, 'rule', format('Rule "%s" rewrites UPDATE.', r.rulename), format('DROP RULE %I ON %s.', r.rulename, r.ev_class::regclass)
      FROM pg_rewrite AS r WHERE r.ev_type = '2' AND r.ev_enabled <> 'D' AND r.ev_class IN (SELECT t FROM customer_workflow._tree(tab.relation) AS t)
    UNION ALL
    SELECT i.inhrelid, 'inheritance', format('Table "%s" inherits from "%s".', customer_workflow._name(i.inhrelid), customer_workflow._name(i.inhparent)),
           format('ALTER TABLE %s NO INHERIT %s.', i.inhrelid::regclass, i.inhparent::regclass)
      FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
     WHERE NOT c.relispartition AND (i.inhparent = tab.relation OR i.inhrelid = tab.relation)
    UNION ALL
    -- Under another name he may be the same.
    SELECT tab.relation, 'owner', format('It belongs to "%s", and belonged to "%s".', pg_get_userbyid(c.relowner), tab.owner),
           format('ALTER TABLE %s OWNER TO %I; or where this is meant, an empty maintenance: begin_maintenance() and COMMIT.', tab.relation, tab.owner)
      FROM pg_class AS c
     WHERE c.oid = tab.relation AND pg_get_userbyid(c.relowner) <> tab.owner AND EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = tab.owner)
    UNION ALL
    SELECT tab.relation, 'no_primary_key', 'Every UPDATE fails with CW008.', format('ALTER TABLE %s ADD PRIMARY KEY ….', tab.relation)
     WHERE customer_workflow._key_columns(tab.relation) = '{}'
    UNION ALL
    SELECT tab.relation, c.problem, c.complaint || '.', c.repair
      FROM (SELECT v.*, customer_workflow._complaint(tab, v.what) AS complaint
              FROM (VALUES ('columns', 'column', 'Unprotect the column, or alter it.'), ('references', 'foreign_key', 'Drop the foreign key.'),
                           ('options', 'options', 'SELECT customer_workflow.configure(relation, options): nothing can be approved until then.')) AS v (what, problem, repair)
             WHERE customer_workflow._key_columns(tab.relation) <> '{}') AS c
     WHERE c.complaint IS NOT NULL
$$;
COMMENT ON FUNCTION customer_workflow._table_problems(customer_workflow.protected_table) IS 'What is wrong with the protection of a table, with what helps';

CREATE FUNCTION customer_workflow._database_problems() RETURNS TABLE (relation regclass, problem text, detail text, repair text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT NULL::regclass, 'event_trigger',
           format(CASE e.evtenabled WHEN 'D' THEN 'Event trigger "%s" is disabled.' ELSE 'Event trigger "%s" fires for replicas only.' END, e.evtname),
           'SELECT * FROM customer_workflow.repair_protection().'
      FROM pg_event_trigger AS e JOIN pg_proc AS p ON p.oid = e.evtfoid AND p.pronamespace = 'customer_workflow'::regnamespace
     WHERE e.evtenabled NOT IN ('O', 'A')
    UNION ALL
    SELECT c.relation, 'history', format('Trigger "append_only" of %s is not there, or disabled: entries can be changed and deleted.', c.relation),
           'SELECT * FROM customer_workflow.repair_protection().'
      FROM (VALUES ('customer_workflow.history'::regclass), ('customer_workflow.direct_change')) AS c (relation)
     WHERE NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = c.relation AND g.tgname = 'append_only' AND g.tgenabled IN ('O', 'A'))
    UNION ALL
    SELECT NULL::regclass, 'setting',
           format('%s is set for %s.', s.setting, concat_ws(' in ', CASE WHEN d.setrole <> 0 THEN 'role ' || quote_ident(pg_get_userbyid(d.setrole)) END,
                                                          CASE WHEN d.setdatabase <> 0 THEN 'this database' WHEN d.setrole = 0 THEN 'everybody' END)),
           format('ALTER %s RESET %s.', CASE WHEN d.setrole <> 0 THEN format('ROLE %I', pg_get_userbyid(d.setrole)) ELSE format('DATABASE %I', current_database()) END,
                  split_part(s.setting, '=', 1))
      FROM pg_db_role_setting AS d CROSS JOIN unnest(d.setconfig) AS s (setting)
     WHERE d.setdatabase IN (0, (SELECT b.oid FROM pg_database AS b WHERE b.datname = current_database()))
       AND s.setting ~* '^(session_replication_role=replica|event_triggers=(off|false|no|0))$'
    UNION ALL
    SELECT NULL::regclass, 'setting', 'session_replication_role is replica in this session: its writes are not seen.', 'RESET session_replication_role.'
     WHERE current_setting('session_replication_role') = 'replica'
    UNION ALL
    SELECT NULL::regclass, 'library', format('This session runs version %s of the library, the extension has version %s.', customer_workflow._library_version(), x.extversion),
           'Connect anew; if that does not help, ALTER EXTENSION customer_workflow UPDATE, or install the library of that version.'
      FROM pg_extension AS x WHERE x.extname = 'customer_workflow' AND x.extversion <> customer_workflow._library_version()
    UNION ALL
    SELECT g.tgrelid, 'not_configured', 'It has triggers of customer_workflow and is not protected: every UPDATE of it fails with CW008.',
           'SELECT customer_workflow.protect(relation, fields), or drop these triggers.'
      FROM pg_trigger AS g JOIN pg_proc AS p ON p.oid = g.tgfoid AND p.pronamespace = 'customer_workflow'::regnamespace
     WHERE g.tgparentid = 0 AND g.tgname = '!customer_workflow_first'
       AND NOT EXISTS (SELECT FROM customer_workflow.protected_table AS t WHERE t.relation = g.tgrelid)
$$;
COMMENT ON FUNCTION customer_workflow._database_problems() IS 'What is wrong with the protection of all tables';

CREATE FUNCTION customer_workflow._monitors() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT customer_workflow._owns_database()
        OR coalesce(pg_has_role(customer_workflow._role_that_acts(), 'pg_monitor', 'USAGE'), false)
$$;
COMMENT ON FUNCTION customer_workflow._monitors() IS 'Whether the current person owns the database, is a superuser, or a member of pg_monitor';

CREATE FUNCTION customer_workflow.verify_protection() RETURNS TABLE (relation regclass, problem text, detail text, repair text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.*
      FROM customer_workflow.protected_table AS t CROSS JOIN LATERAL customer_workflow._table_problems(t) AS p
     WHERE t.relation IS NOT NULL AND NOT customer_workflow._is_gate_table(t.relation) AND (customer_workflow._sees_all(t.id) OR customer_workflow._monitors())
    UNION ALL
    SELECT p.* FROM customer_workflow._database_problems() AS p
     WHERE p.problem <> 'not_configured' OR customer_workflow._monitors() OR customer_workflow._owns(p.relation)
     ORDER BY 1, 2, 3
$$;
COMMENT ON FUNCTION customer_workflow.verify_protection()
    IS 'One row a problem with the protection of tables of which you see everything, none when it is whole; members of pg_monitor see all';

CREATE FUNCTION customer_workflow._repair_table(tab customer_workflow.protected_table) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- Never less than is protected now.
    fields name[] := ARRAY(SELECT a.attname FROM pg_attribute AS a
                            WHERE a.attrelid = tab.relation AND NOT a.attisdropped AND a.attnum > 0
                              AND a.attname = ANY (tab.fields || coalesce(customer_workflow._fields(tab.relation), '{}')) ORDER BY a.attnum);
    bad record;
BEGIN
    PERFORM customer_workflow._own_ddl(tab.relation);
    FOR bad IN SELECT DISTINCT g.tgname FROM customer_workflow._trigger_problems(tab) AS p
                 JOIN pg_trigger AS g ON g.tgrelid = tab.relation AND g.tgname = p.trigger
                WHERE p.problem IN ('trigger_missing', 'trigger_altered') ORDER BY 1 LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', bad.tgname, tab.relation);
    END LOOP;
    FOR bad IN SELECT p.relation, p.trigger FROM customer_workflow._trigger_problems(tab) AS p
                 JOIN pg_trigger AS g ON g.tgrelid = p.relation AND g.tgname = p.trigger AND g.tgparentid = 0
                WHERE p.problem = 'trigger_altered' ORDER BY 1, 2 LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', bad.trigger, bad.relation);
    END LOOP;
    IF fields <> '{}' THEN
        PERFORM customer_workflow._install(tab.relation, fields);
    END IF;
    PERFORM customer_workflow._install_record_triggers(tab.relation, tab.options);
    PERFORM customer_workflow._install_scope(tab.relation, fields, tab.options, tab.options, tab.search_path);
    PERFORM customer_workflow._own_ddl(tab.relation);
    FOR bad IN SELECT p.relation, p.trigger FROM customer_workflow._trigger_problems(tab) AS p WHERE p.problem = 'trigger_disabled' ORDER BY 1, 2 LOOP
        EXECUTE format('ALTER TABLE ONLY %s ENABLE TRIGGER %I', bad.relation, bad.trigger);
    END LOOP;
    PERFORM customer_workflow._own_ddl(NULL);
    PERFORM customer_workflow._invalidate(tab.relation);
END
$$;
COMMENT ON FUNCTION customer_workflow._repair_table(customer_workflow.protected_table) IS 'Makes the triggers of a protected table what they should be';

CREATE FUNCTION customer_workflow._repair_database() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    FOR bad IN SELECT e.evtname FROM pg_event_trigger AS e JOIN pg_proc AS p ON p.oid = e.evtfoid AND p.pronamespace = 'customer_workflow'::regnamespace
                WHERE e.evtenabled NOT IN ('O', 'A') ORDER BY 1 LOOP
        EXECUTE format('ALTER EVENT TRIGGER %I ENABLE', bad.evtname);
    END LOOP;
    FOR bad IN SELECT p.relation FROM customer_workflow._database_problems() AS p WHERE p.problem = 'history' ORDER BY 1 LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION customer_workflow._append_only()',
                       bad.relation);
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER append_only', bad.relation);
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._repair_database() IS 'Enables event triggers of ours and the triggers that keep the history';

CREATE FUNCTION customer_workflow.repair_protection() RETURNS TABLE (relation regclass, problem text, detail text, outcome text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table;
    found jsonb := '[]';
    all_of_it boolean := customer_workflow._owns_database();
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    FOR tab IN SELECT t.* FROM customer_workflow.protected_table AS t
                WHERE t.relation IS NOT NULL AND NOT customer_workflow._is_gate_table(t.relation) AND customer_workflow._configures(t.relation)
                  AND EXISTS (SELECT FROM customer_workflow._table_problems(t)) ORDER BY t.id LOOP
        IF EXISTS (SELECT FROM customer_workflow._trigger_problems(tab) AS p WHERE p.problem <> 'trigger_after') THEN
            EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', tab.relation);
            PERFORM customer_workflow._require_configures(tab.relation);
            SELECT t.* INTO tab FROM customer_workflow.protected_table AS t WHERE t.id = tab.id FOR UPDATE;
        END IF;
        found := found || (SELECT coalesce(jsonb_agg(to_jsonb(p) || jsonb_build_object('table_id', tab.id, 'oid', p.relation::oid::bigint)), '[]')
                             FROM customer_workflow._table_problems(tab) AS p);
        IF EXISTS (SELECT FROM customer_workflow._trigger_problems(tab) AS p WHERE p.problem <> 'trigger_after') THEN
            PERFORM customer_workflow._repair_table(tab);
        END IF;
    END LOOP;
    IF all_of_it THEN
        found := found || (SELECT coalesce(jsonb_agg(to_jsonb(p) || jsonb_build_object('oid', p.relation::oid::bigint)), '[]') FROM customer_workflow._database_problems() AS p);
        PERFORM customer_workflow._repair_database();
    END IF;
    RETURN QUERY
    WITH before AS (
        SELECT (f.value ->> 'table_id')::integer AS table_id, (f.value ->> 'oid')::oid::regclass AS relation, f.value ->> 'problem' AS problem,
               f.value ->> 'detail' AS detail, f.value ->> 'repair' AS repair
          FROM jsonb_array_elements(found) AS f
    ), after AS (
        SELECT p.* FROM customer_workflow.protected_table AS t CROSS JOIN LATERAL customer_workflow._table_problems(t) AS p
         WHERE t.id IN (SELECT b.table_id FROM before AS b)
        UNION ALL
        SELECT p.* FROM customer_workflow._database_problems() AS p WHERE all_of_it
    ), outcome AS (
        SELECT b.*, EXISTS (SELECT FROM after AS a WHERE a.relation IS NOT DISTINCT FROM b.relation AND a.problem = b.problem AND a.detail = b.detail) AS is_left
          FROM before AS b
    ), logged AS (
        SELECT customer_workflow._log('protection_repaired', o.table_id, NULL, NULL,
                   jsonb_build_object('repaired', jsonb_agg(concat_ws(': ', o.relation, o.detail) ORDER BY o.relation, o.detail COLLATE "C")))
          FROM outcome AS o WHERE NOT o.is_left GROUP BY o.table_id
    )
    SELECT o.relation, o.problem, o.detail, CASE WHEN o.is_left THEN 'left: ' || o.repair ELSE 'repaired' END
      FROM outcome AS o WHERE (SELECT count(*) FROM logged) >= 0
     ORDER BY 1, 2, 3;
END
$$;
COMMENT ON FUNCTION customer_workflow.repair_protection()
    IS 'Makes the protection of the tables that you may configure whole again, as far as it can, and tells what it found; the owner of the database also repairs what is not of one table';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._expected_triggers(regclass, jsonb), customer_workflow._trigger_problems(customer_workflow.protected_table),
    customer_workflow._complaint(customer_workflow.protected_table, text), customer_workflow._table_problems(customer_workflow.protected_table),
    customer_workflow._note_owner(integer), customer_workflow._monitors(), customer_workflow._database_problems(), customer_workflow._repair_table(customer_workflow.protected_table), customer_workflow._repair_database()
    FROM PUBLIC;
