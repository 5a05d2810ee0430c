-- DDL on protected tables. These event triggers keep the configuration true to the tables and refuse what would make a protection
-- unsound; they return at once when no protected table is touched.

CREATE FUNCTION customer_workflow._open_statuses() RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT '{not_submitted,pending_approval,change_requested,rejected,approved}'::text[]
$$;
COMMENT ON FUNCTION customer_workflow._open_statuses() IS 'The statuses of a proposal that may still come to something';

CREATE FUNCTION customer_workflow._close(proposals bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM customer_workflow.work_item_place AS l USING customer_workflow.work_item AS w
     WHERE w.proposal = ANY (proposals) AND w.status = 'open' AND l.work_item = w.id;
    UPDATE customer_workflow.work_item AS w SET status = 'closed', closed_at = now(), closed_by = customer_workflow._person()
     WHERE w.proposal = ANY (proposals) AND w.status = 'open';
    DELETE FROM customer_workflow.deadline AS d WHERE d.proposal = ANY (proposals);
END
$$;
COMMENT ON FUNCTION customer_workflow._close(bigint[]) IS 'Closes the open work items of these proposals; nothing is due any more';

CREATE FUNCTION customer_workflow._cancel_locked(proposals bigint[], kind text, details jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE customer_workflow.proposal AS p SET status = 'cancelled', collects = false, decided_at = now() WHERE p.id = ANY (proposals);
    PERFORM customer_workflow._close(proposals);
    PERFORM customer_workflow._log(_cancel_locked.kind, p.table_id, p.id, NULL, _cancel_locked.details)
       FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals) ORDER BY p.id;
    PERFORM customer_workflow._leave_sets(proposals);
END
$$;
COMMENT ON FUNCTION customer_workflow._cancel_locked(bigint[], text, jsonb) IS 'Cancels proposals that the caller has locked, for a reason that is not a person''s verb';

CREATE FUNCTION customer_workflow._lock_touched(table_id integer, fields name[], remaining name[], cancel_open boolean, company text DEFAULT NULL) RETURNS bigint[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    touched bigint[] := ARRAY(
        SELECT p.id FROM customer_workflow.proposal AS p
         WHERE p.table_id = _lock_touched.table_id AND p.status = ANY (customer_workflow._open_statuses())
           AND (_lock_touched.company IS NULL OR p.company = _lock_touched.company)
           AND (remaining = '{}' OR EXISTS (SELECT FROM customer_workflow.change AS c WHERE c.proposal = p.id AND c.field = ANY (_lock_touched.fields)
                                             AND NOT EXISTS (SELECT FROM customer_workflow.protected_company AS k
                                                              WHERE k.table_id = p.table_id AND k.company = p.company AND (k.fields ->> c.field)::boolean)))
         ORDER BY p.id FOR UPDATE);
BEGIN
    IF touched <> '{}' AND NOT cancel_open THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003',
            MESSAGE = format('open proposals touch %s of table "%s"', coalesce(nullif(array_to_string(_lock_touched.fields, ', '), ''), 'records'),
                             (SELECT customer_workflow._name(t.relation) FROM customer_workflow.protected_table AS t WHERE t.id = _lock_touched.table_id)),
            DETAIL = format('Open proposals: %s.', cardinality(touched)),
            HINT = 'Decide them first, or withdraw them with cancel_open => true.';
    END IF;
    RETURN touched;
END
$$;
COMMENT ON FUNCTION customer_workflow._lock_touched(integer, name[], name[], boolean, text) IS 'Open proposals, with company of that company, with changes of fields that lose their protection; refuses with CW003 unless they may be withdrawn';

CREATE FUNCTION customer_workflow._forget_column(tab customer_workflow.protected_table, col text, was_protected boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    after jsonb := customer_workflow._merge_options(tab.options, jsonb_build_object(
        'bookkeeping', nullif((tab.options -> 'bookkeeping') - col, '{}'),
        'companions', (SELECT jsonb_object_agg(e.key, e.value - col) FROM jsonb_each(tab.options -> 'companions') AS e
                        WHERE e.key <> col AND e.value - col <> '[]')));
BEGIN
    UPDATE customer_workflow.data_entity AS e SET options = jsonb_set(e.options, '{fields}', (e.options -> 'fields') - col)
     WHERE e.table_id = tab.id AND e.options -> 'fields' ? col;
    UPDATE customer_workflow.protected_table AS t SET options = after, fields = array_remove(t.fields, col::name)
     WHERE t.id = tab.id AND (t.options <> after OR col::name = ANY (t.fields));
    IF was_protected OR after <> tab.options THEN
        PERFORM customer_workflow._log('column_dropped', tab.id, NULL, NULL, jsonb_build_object('column', col, 'protected', was_protected,
            'options', jsonb_build_object('old', tab.options, 'new', after)));
    END IF;
    PERFORM customer_workflow._invalidate(tab.relation);
END
$$;
COMMENT ON FUNCTION customer_workflow._forget_column(customer_workflow.protected_table, text, boolean) IS 'Takes a column that was dropped out of the options';

CREATE FUNCTION customer_workflow._on_drop() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table;
    col record;
    hierarchies text[];
BEGIN
    FOR tab IN SELECT t.* FROM customer_workflow.protected_table AS t
                WHERE t.relation IN (SELECT d.objid FROM pg_event_trigger_dropped_objects() AS d WHERE d.classid = 'pg_class'::regclass AND d.objsubid = 0)
                ORDER BY t.id FOR UPDATE LOOP
        PERFORM customer_workflow._refuse_drop(tab, NULL);
        UPDATE customer_workflow.protected_table AS t SET relation = NULL WHERE t.id = tab.id;
        PERFORM customer_workflow._log('table_dropped', tab.id, NULL, NULL, jsonb_build_object('relation', tab.relation_name));
        PERFORM customer_workflow._cancel_locked(
            ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                   WHERE p.table_id = tab.id AND p.status = ANY (customer_workflow._open_statuses()) ORDER BY p.id FOR UPDATE),
            'cancelled', '{"reason": "table_dropped"}');
        PERFORM customer_workflow._invalidate(NULL);
    END LOOP;
    WITH gone AS (
        DELETE FROM customer_workflow.hierarchy AS h
         WHERE h.relation IN (SELECT d.objid FROM pg_event_trigger_dropped_objects() AS d WHERE d.classid = 'pg_class'::regclass AND d.objsubid = 0)
        RETURNING h.name)
    SELECT array_agg(g.name ORDER BY g.name) INTO hierarchies FROM gone AS g;
    IF hierarchies IS NOT NULL THEN
        PERFORM customer_workflow._log('table_dropped', NULL, NULL, NULL, jsonb_build_object('hierarchies', hierarchies));
    END IF;
    FOR col IN SELECT d.objid, d.address_names[3] AS name,
                      EXISTS (SELECT FROM pg_event_trigger_dropped_objects() AS f
                               WHERE f.classid = 'pg_trigger'::regclass AND f.address_names = d.address_names[1:2] || '{!customer_workflow_first}'::text[])
                      OR EXISTS (SELECT FROM customer_workflow.maintenance AS m JOIN customer_workflow.protected_table AS t ON t.id = m.table_id
                                  WHERE t.relation = d.objid AND m.fields ? d.objsubid::text) AS was_protected
                 FROM pg_event_trigger_dropped_objects() AS d
                WHERE d.classid = 'pg_class'::regclass AND d.objsubid <> 0 LOOP
        SELECT t.* INTO tab FROM customer_workflow.protected_table AS t WHERE t.relation = col.objid FOR UPDATE;
        IF FOUND THEN
            PERFORM customer_workflow._refuse_drop(tab, col.name);
            PERFORM customer_workflow._forget_column(tab, col.name, col.was_protected);
        END IF;
    END LOOP;
    -- DROP TYPE … CASCADE takes columns; at the end of ALTER TABLE _after_alter() sees to them.
    IF TG_TAG NOT IN ('ALTER TABLE', 'ALTER TYPE', 'DROP TRIGGER') THEN
        PERFORM customer_workflow._resume_protection();
        PERFORM customer_workflow._follow_columns(m.table_id, m.columns)
           FROM customer_workflow.maintenance AS m JOIN customer_workflow.protected_table AS t ON t.id = m.table_id
          WHERE t.relation IN (SELECT d.objid FROM pg_event_trigger_dropped_objects() AS d WHERE d.classid = 'pg_class'::regclass AND d.objsubid <> 0);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._on_drop() IS 'A protected table was dropped, or a column of one: refused while open proposals touch it, but for maintenance; else its history stays, and options forget the column; or the table of a hierarchy: there is no such hierarchy any more';

-- What the columns of protected tables are called before a command, to know afterwards which one it renamed. Nothing of a user's runs
-- between the two events of a RENAME, so nobody can put another answer here.
CREATE FUNCTION customer_workflow._before_alter() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('customer_workflow_ddl.columns', coalesce((
        SELECT jsonb_object_agg(c.id, c.columns)::text
          -- as _columns() gives them, of all tables at once
          FROM (SELECT t.id, jsonb_object_agg(a.attnum, jsonb_build_array(a.attname, a.atttypid, a.atttypmod, format_type(a.atttypid, a.atttypmod))) AS columns
                  FROM customer_workflow.protected_table AS t
                  JOIN pg_attribute AS a ON a.attrelid = t.relation AND a.attnum > 0 AND NOT a.attisdropped
                 GROUP BY t.id) AS c), '{}'), true);
    IF TG_TAG IN ('ALTER TABLE', 'ALTER TYPE') THEN
        PERFORM customer_workflow._suspend_protection();
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._before_alter() IS 'Remembers the columns of protected tables for the length of one ALTER TABLE; of those under maintenance it lets protected columns be altered';

CREATE FUNCTION customer_workflow._renamed_text(value text, old_name text, new_name text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE value WHEN old_name THEN new_name ELSE value END
$$;
COMMENT ON FUNCTION customer_workflow._renamed_text(text, text, text) IS 'The name of a column after one was renamed';

CREATE FUNCTION customer_workflow._renamed_keys(value jsonb, old_name text, new_name text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN value ? old_name THEN (value - old_name) || jsonb_build_object(new_name, value -> old_name) ELSE value END
$$;
COMMENT ON FUNCTION customer_workflow._renamed_keys(jsonb, text, text) IS 'An object by column names after a column was renamed';

CREATE FUNCTION customer_workflow._rename_column(tab customer_workflow.protected_table, old_name text, new_name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    after jsonb := tab.options;
    changed bigint[];
BEGIN
    IF EXISTS (SELECT FROM customer_workflow.proposal AS p JOIN customer_workflow.change AS c ON c.proposal = p.id AND c.field = new_name
                WHERE p.table_id = tab.id AND p.status = ANY (customer_workflow._open_statuses())) THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003',
            MESSAGE = format('open proposals touch a former column "%s" of table "%s"', new_name, customer_workflow._name(tab.relation)),
            HINT = 'Cancel them or discard that change first, or choose another name.';
    END IF;
    IF after ? 'bookkeeping' THEN
        after := jsonb_set(after, '{bookkeeping}', customer_workflow._renamed_keys(after -> 'bookkeeping', old_name, new_name));
    END IF;
    IF after ? 'companions' THEN
        after := jsonb_set(after, '{companions}', (
            SELECT jsonb_object_agg(customer_workflow._renamed_text(e.key, old_name, new_name), (
                       SELECT jsonb_agg(customer_workflow._renamed_text(c.col, old_name, new_name) ORDER BY c.place)
                         FROM jsonb_array_elements_text(e.value) WITH ORDINALITY AS c (col, place)))
              FROM jsonb_each(after -> 'companions') AS e));
    END IF;
    IF after ? 'part_of' THEN
        after := jsonb_set(after, '{part_of,by}', (SELECT jsonb_agg(customer_workflow._renamed_text(b.col, old_name, new_name) ORDER BY b.place)
                                                     FROM jsonb_array_elements_text(after #> '{part_of,by}') WITH ORDINALITY AS b (col, place)));
    END IF;
    IF customer_workflow._scope_parts(tab.relation, (SELECT c.relowner FROM pg_class AS c WHERE c.oid = tab.relation)) -> 'columns'
       @> to_jsonb((SELECT a.attnum FROM pg_attribute AS a WHERE a.attrelid = tab.relation AND a.attname = new_name)) THEN
        after := after || jsonb_build_object('scope', customer_workflow._scope_condition(tab.relation));
    END IF;
    IF after ->> 'company_column' = old_name THEN
        after := after || jsonb_build_object('company_column', new_name);
    END IF;
    UPDATE customer_workflow.protected_table AS t SET options = after, only_companies = array_replace(t.only_companies, old_name::name, new_name::name),
           fields = array_replace(t.fields, old_name::name, new_name::name)
     WHERE t.id = tab.id AND (t.options <> after OR old_name::name = ANY (t.only_companies || t.fields));
    UPDATE customer_workflow.protected_company AS c SET fields = customer_workflow._renamed_keys(c.fields, old_name, new_name)
     WHERE c.table_id = tab.id AND c.fields ? old_name;
    UPDATE customer_workflow.data_entity AS e SET options = jsonb_set(e.options, '{fields}', customer_workflow._renamed_keys(e.options -> 'fields', old_name, new_name))
     WHERE e.table_id = tab.id AND e.options -> 'fields' ? old_name;
    WITH followed AS (
        UPDATE customer_workflow.change AS c SET field = new_name
          FROM customer_workflow.proposal AS p
         WHERE p.table_id = tab.id AND p.status = ANY (customer_workflow._open_statuses()) AND c.proposal = p.id AND c.field = old_name
        RETURNING p.id)
    SELECT coalesce(array_agg(f.id), '{}') INTO changed FROM followed AS f;
    WITH followed AS (
        UPDATE customer_workflow.proposal AS p SET record_key = k.renamed, record_hash = customer_workflow._key_hash(k.renamed)
          FROM (SELECT q.id, customer_workflow._renamed_keys(q.record_key, old_name, new_name) AS renamed FROM customer_workflow.proposal AS q
                 WHERE q.table_id = tab.id AND q.status = ANY (customer_workflow._open_statuses()) AND q.record_key ? old_name) AS k
         WHERE p.id = k.id
        RETURNING p.id)
    SELECT changed || coalesce(array_agg(f.id), '{}') INTO changed FROM followed AS f;
    UPDATE customer_workflow.pending_record AS r
       SET record_key = customer_workflow._renamed_keys(r.record_key, old_name, new_name),
           record_hash = customer_workflow._key_hash(customer_workflow._renamed_keys(r.record_key, old_name, new_name))
     WHERE r.table_id = tab.id AND r.record_key ? old_name;
    UPDATE customer_workflow.deleted_value AS d SET field = new_name
      FROM customer_workflow.proposal AS p WHERE p.id = d.proposal AND p.table_id = tab.id AND d.field = old_name
       AND NOT EXISTS (SELECT FROM customer_workflow.deleted_value AS o WHERE o.proposal = d.proposal AND o.field = new_name);
    UPDATE customer_workflow.proposal AS p SET digest = customer_workflow._digest(p.id)
     WHERE p.id = ANY (customer_workflow._with_mates(changed)) AND p.digest IS NOT NULL;
    PERFORM customer_workflow._log('column_renamed', tab.id, NULL, NULL, jsonb_build_object('old', old_name, 'new', new_name));
    BEGIN
        PERFORM customer_workflow._check_protection(tab.relation, customer_workflow._fields(tab.relation), after, tab.search_path);
    EXCEPTION WHEN invalid_parameter_value OR undefined_object OR feature_not_supported THEN
        RAISE WARNING USING MESSAGE = SQLERRM, DETAIL = format('Column "%s" was renamed to "%s". Until this is set anew nothing can be approved.', old_name, new_name),
            HINT = 'SELECT customer_workflow.configure(relation, options).';
    END;
    PERFORM customer_workflow._warn_of_misfits(tab);
END
$$;
COMMENT ON FUNCTION customer_workflow._rename_column(customer_workflow.protected_table, text, text) IS 'Options and open proposals follow a column that was renamed';

CREATE FUNCTION customer_workflow._guard_partitions(relation regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    part regclass;
BEGIN
    -- Only those that this transaction attached: a restore makes the triggers of the others itself.
    FOR part IN SELECT DISTINCT below.relid FROM customer_workflow._tree(relation) AS t
                  JOIN pg_inherits AS i ON i.inhrelid = t AND age(i.xmin) <= age(pg_current_xact_id()::xid)
                 CROSS JOIN LATERAL customer_workflow._tree(t) AS below (relid)
                 WHERE EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = relation AND g.tgname = '~~~customer_workflow_truncate')
                   AND NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = below.relid AND g.tgname = '~~~customer_workflow_truncate')
                 ORDER BY 1 LOOP
        EXECUTE format('CREATE TRIGGER "~~~customer_workflow_truncate" AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION customer_workflow.capture_truncate()', part);
    END LOOP;
    -- A detached partition loses the clones of row triggers, but not this one.
    FOR part IN SELECT g.tgrelid FROM pg_trigger AS g JOIN pg_class AS c ON c.oid = g.tgrelid
                 WHERE g.tgname = '~~~customer_workflow_truncate'
                   AND NOT EXISTS (SELECT FROM pg_trigger AS f WHERE f.tgrelid = coalesce(pg_partition_root(g.tgrelid), g.tgrelid) AND f.tgname = '!customer_workflow_first')
                   AND NOT EXISTS (SELECT FROM customer_workflow.protected_table AS t WHERE t.relation = coalesce(pg_partition_root(g.tgrelid), g.tgrelid)) LOOP
        EXECUTE format('DROP TRIGGER "~~~customer_workflow_truncate" ON %s', part);
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._guard_partitions(regclass) IS 'Partitions that were attached are guarded against TRUNCATE, those that were detached are not any more';

CREATE FUNCTION customer_workflow._after_alter() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    protected oid[] := ARRAY(SELECT t.relation::oid FROM customer_workflow.protected_table AS t WHERE t.relation IS NOT NULL);
    touched oid[];
    renames boolean;
    tab customer_workflow.protected_table;
    renamed record;
    child regclass;
    fields name[];
    known jsonb := nullif(current_setting('customer_workflow_ddl.columns', true), '')::jsonb;
BEGIN
    IF protected = '{}' THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._resume_protection();
    SELECT array_agg(d.objid), bool_or(d.objsubid <> 0) INTO touched, renames FROM pg_event_trigger_ddl_commands() AS d
     WHERE d.classid = 'pg_class'::regclass AND d.objid IS NOT NULL;

    SELECT i.inhrelid INTO child FROM pg_inherits AS i
     WHERE i.inhrelid = ANY (touched) AND (i.inhrelid = ANY (protected) OR i.inhparent = ANY (protected))
       AND NOT (SELECT c.relispartition FROM pg_class AS c WHERE c.oid = i.inhrelid) LIMIT 1;
    IF FOUND THEN
        PERFORM customer_workflow._refuse(format('table "%s" cannot inherit: it or its parent is protected', customer_workflow._name(child)),
            'Use a partitioned table, or unprotect the table first.');
    END IF;

    -- From a partition to the root, from a row type to the tables of that type, from a schema to all that is in it.
    touched := ARRAY(SELECT coalesce(pg_partition_root(o)::oid, o) FROM unnest(touched) AS o
                     UNION ALL
                     SELECT c.oid FROM unnest(touched) AS o JOIN pg_class AS y ON y.oid = o AND y.relkind = 'c'
                       JOIN pg_class AS c ON c.oid = ANY (protected) AND c.reloftype = y.reltype
                     UNION ALL
                     SELECT p FROM unnest(protected) AS p WHERE TG_TAG = 'ALTER SCHEMA');
    FOR tab IN SELECT t.* FROM customer_workflow.protected_table AS t WHERE t.relation = ANY (touched) ORDER BY t.id LOOP
        FOR renamed IN SELECT s.value ->> 0 AS old_name, a.attname AS new_name
                         FROM jsonb_each(known -> tab.id::text) AS s
                         JOIN pg_attribute AS a ON a.attrelid = tab.relation AND a.attnum = s.key::smallint AND NOT a.attisdropped
                        WHERE renames AND a.attname <> s.value ->> 0 LOOP
            PERFORM customer_workflow._rename_column(tab, renamed.old_name, renamed.new_name);
        END LOOP;
        IF tab.relation_name <> tab.relation::text THEN
            UPDATE customer_workflow.protected_table AS t SET relation_name = t.relation::text,
                   former_names = array_remove(t.former_names, t.relation::text) || t.relation_name
             WHERE t.id = tab.id;
            PERFORM customer_workflow._parts_follow(tab.relation_name, tab.relation::text);
        END IF;
        PERFORM customer_workflow._guard_partitions(tab.relation);
        fields := coalesce(customer_workflow._fields(tab.relation), '{}');
        PERFORM customer_workflow._check_columns(tab.relation, fields);
        PERFORM customer_workflow._check_references(tab.relation, customer_workflow._held_columns(tab.relation, fields, tab.options));
        IF TG_TAG IN ('ALTER TABLE', 'ALTER TYPE') THEN
            PERFORM customer_workflow._follow_columns(tab.id, known -> tab.id::text);
        END IF;
        PERFORM customer_workflow._invalidate(tab.relation);
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._after_alter() IS 'A protected table was altered: refuses what makes its protection unsound, and lets the configuration follow';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._open_statuses(),
    customer_workflow._close(bigint[]),
    customer_workflow._cancel_locked(bigint[], text, jsonb),
    customer_workflow._lock_touched(integer, name[], name[], boolean, text),
    customer_workflow._forget_column(customer_workflow.protected_table, text, boolean),
    customer_workflow._on_drop(),
    customer_workflow._before_alter(),
    customer_workflow._renamed_text(text, text, text),
    customer_workflow._renamed_keys(jsonb, text, text),
    customer_workflow._rename_column(customer_workflow.protected_table, text, text),
    customer_workflow._guard_partitions(regclass),
    customer_workflow._after_alter()
    FROM PUBLIC;
CREATE EVENT TRIGGER customer_workflow_drop ON sql_drop EXECUTE FUNCTION customer_workflow._on_drop();
COMMENT ON EVENT TRIGGER customer_workflow_drop IS 'Refuses to drop what open proposals touch, and lets the configuration follow';
CREATE EVENT TRIGGER customer_workflow_before_alter ON ddl_command_start
    WHEN TAG IN ('ALTER TABLE', 'ALTER VIEW', 'ALTER MATERIALIZED VIEW', 'ALTER FOREIGN TABLE', 'ALTER INDEX', 'ALTER TYPE')
    EXECUTE FUNCTION customer_workflow._before_alter();
COMMENT ON EVENT TRIGGER customer_workflow_before_alter IS 'Remembers the columns of protected tables while one may be altered';
CREATE EVENT TRIGGER customer_workflow_after_alter ON ddl_command_end
    WHEN TAG IN ('ALTER TABLE', 'ALTER VIEW', 'ALTER MATERIALIZED VIEW', 'ALTER FOREIGN TABLE', 'ALTER INDEX', 'ALTER TYPE',
                 'CREATE TABLE', 'CREATE FOREIGN TABLE', 'CREATE SCHEMA', 'ALTER SCHEMA')
    EXECUTE FUNCTION customer_workflow._after_alter();
COMMENT ON EVENT TRIGGER customer_workflow_after_alter IS 'Keeps configuration and protected tables true to each other';
