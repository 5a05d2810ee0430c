-- begin_maintenance(): to the end of a transaction the owner of protected tables may alter them, and writes past approval. What must
-- outlive a statement is kept in a table, so that a savepoint takes it back; its rows are gone when the transaction commits.

CREATE TABLE customer_workflow.maintenance (
    table_id integer PRIMARY KEY,
    comment  text NOT NULL,
    fields   jsonb NOT NULL,
    columns  jsonb NOT NULL
);
COMMENT ON TABLE customer_workflow.maintenance IS 'Protected tables under maintenance in the current transaction; no row is ever committed';
COMMENT ON COLUMN customer_workflow.maintenance.table_id IS 'The protected table';
COMMENT ON COLUMN customer_workflow.maintenance.comment IS 'Why';
COMMENT ON COLUMN customer_workflow.maintenance.fields IS 'Its protected fields, by column number, for when their trigger is away';
COMMENT ON COLUMN customer_workflow.maintenance.columns IS 'Its columns before the last command, as _columns() gives them';

CREATE FUNCTION customer_workflow._columns(relation regclass) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(a.attnum, jsonb_build_array(a.attname, a.atttypid, a.atttypmod, format_type(a.atttypid, a.atttypmod))), '{}')
      FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
$$;
COMMENT ON FUNCTION customer_workflow._columns(regclass) IS 'Name, type, type modifier and written type of each column, by its number';

CREATE FUNCTION customer_workflow._field_numbers(relation regclass) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_object_agg(a.attnum, a.attname)
      FROM pg_trigger AS t JOIN pg_attribute AS a ON a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr::smallint[])
     WHERE t.tgrelid = relation AND t.tgname = '!customer_workflow_first'
$$;
COMMENT ON FUNCTION customer_workflow._field_numbers(regclass) IS 'The protected fields by column number; null while the trigger that lists them is away';

CREATE FUNCTION customer_workflow._require_maintains(relation regclass) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM customer_workflow._table_id(relation);
    IF customer_workflow._owns(relation) IS NOT TRUE OR customer_workflow._is_gate_table(relation) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('must be owner of table "%s" to maintain it', customer_workflow._name(relation)),
            HINT = 'Ask the owner or a superuser.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._require_maintains(regclass) IS 'Error 22023 unless the table is protected, 42501 unless the current person owns it';

CREATE FUNCTION customer_workflow._begin_maintenance(relations regclass[], comment text) RETURNS TABLE (relation oid)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    tabs regclass[] := ARRAY(SELECT DISTINCT r FROM unnest(relations) AS r ORDER BY r);
    tab regclass;
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    IF pg_trigger_depth() > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = 'maintenance cannot begin within a trigger',
            HINT = 'Call customer_workflow.begin_maintenance() before the statement.';
    ELSIF tabs = '{}' OR array_position(tabs, NULL) IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'relations must name at least one protected table, and no nulls';
    ELSIF _begin_maintenance.comment !~ '\S' OR _begin_maintenance.comment IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a comment is required to begin maintenance',
            DETAIL = 'The comment is null or empty.', HINT = 'Say why, for those who read the history.';
    ELSIF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = format('maintenance cannot begin in a transaction with isolation level %s', upper(current_setting('transaction_isolation'))),
            DETAIL = 'Proposals that its snapshot does not show would not follow.', HINT = 'Use READ COMMITTED.';
    END IF;
    FOREACH tab IN ARRAY tabs LOOP
        PERFORM customer_workflow._require_maintains(tab);
    END LOOP;
    IF NOT customer_workflow._may_maintain(tabs, _begin_maintenance.comment) THEN
        RETURN;
    END IF;
    FOREACH tab IN ARRAY tabs LOOP
        -- Verbs lock records first, which this mode keeps them from, then proposals.
        EXECUTE format('LOCK TABLE %s IN EXCLUSIVE MODE', tab);
        PERFORM customer_workflow._require_maintains(tab);
    END LOOP;
    PERFORM FROM customer_workflow.proposal AS p
      WHERE p.id = ANY (customer_workflow._with_mates(ARRAY(
                SELECT o.id FROM customer_workflow.proposal AS o
                 WHERE o.table_id IN (SELECT t.id FROM customer_workflow.protected_table AS t WHERE t.relation = ANY (tabs))
                   AND o.status = ANY (customer_workflow._open_statuses()))))
      ORDER BY p.id FOR UPDATE;
    RETURN QUERY
    WITH begun AS (
        INSERT INTO customer_workflow.maintenance AS m (table_id, comment, fields, columns)
        SELECT t.id, btrim(_begin_maintenance.comment, E' \t\r\n'), coalesce(customer_workflow._field_numbers(t.relation), '{}'), customer_workflow._columns(t.relation)
          FROM customer_workflow.protected_table AS t WHERE t.relation = ANY (tabs)
        ON CONFLICT (table_id) DO NOTHING
        RETURNING m.table_id, m.comment)
    SELECT t.relation::oid
      FROM begun AS b JOIN customer_workflow.protected_table AS t ON t.id = b.table_id
     CROSS JOIN LATERAL customer_workflow._log('maintenance_began', b.table_id, NULL, b.comment, NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow._begin_maintenance(regclass[], text) IS 'What begin_maintenance() does in tables; returns those of which maintenance has begun now';

-- PostgreSQL refuses to alter or drop a column that a trigger names, so the trigger is away while the command runs.
CREATE FUNCTION customer_workflow._suspend_protection() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab record;
BEGIN
    FOR tab IN SELECT t.id, t.relation, customer_workflow._field_numbers(t.relation) AS fields
                 FROM customer_workflow.maintenance AS m JOIN customer_workflow.protected_table AS t ON t.id = m.table_id AND t.relation IS NOT NULL
                ORDER BY t.relation LOOP
        IF tab.fields IS NULL THEN
            CONTINUE;
        END IF;
        BEGIN
            EXECUTE format('DROP TRIGGER "!customer_workflow_first" ON %s', tab.relation);
            UPDATE customer_workflow.maintenance AS m SET fields = tab.fields WHERE m.table_id = tab.id;
        EXCEPTION WHEN object_in_use THEN
            -- Then this table cannot be altered either, and the command may be about another.
            NULL;
        END;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._suspend_protection() IS 'Takes the list of protected fields away from tables under maintenance, for the length of one command';

CREATE FUNCTION customer_workflow._resume_protection() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab record;
    fields name[];
BEGIN
    FOR tab IN SELECT t.*, m.fields AS known FROM customer_workflow.maintenance AS m
                 JOIN customer_workflow.protected_table AS t ON t.id = m.table_id AND t.relation IS NOT NULL
                WHERE customer_workflow._field_numbers(t.relation) IS NULL
                ORDER BY t.relation LOOP
        -- A column that was dropped and made again under its name is as dangerous as before.
        fields := ARRAY(SELECT a.attname FROM pg_attribute AS a
                         WHERE a.attrelid = tab.relation AND a.attnum > 0 AND NOT a.attisdropped
                           AND (tab.known ? a.attnum::text
                                OR a.attname IN (SELECT k.value FROM jsonb_each_text(tab.known) AS k
                                                  WHERE NOT EXISTS (SELECT FROM pg_attribute AS o WHERE o.attrelid = tab.relation
                                                                       AND o.attnum = k.key::smallint AND NOT o.attisdropped)))
                         ORDER BY a.attnum);
        IF fields <> '{}' THEN
            PERFORM customer_workflow._install(tab.relation, fields);
        END IF;
        PERFORM customer_workflow._invalidate(tab.relation);
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._resume_protection() IS 'Protects the fields of tables under maintenance again';

CREATE FUNCTION customer_workflow._end_maintenance() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab record;
    tab_now customer_workflow.protected_table;
    fields name[];
    late text;
    moved bigint;
BEGIN
    PERFORM customer_workflow._resume_protection();
    FOR tab IN SELECT t.*, m.comment FROM customer_workflow.maintenance AS m
                 JOIN customer_workflow.protected_table AS t ON t.id = m.table_id AND t.relation IS NOT NULL
                ORDER BY t.id LOOP
        fields := customer_workflow._fields(tab.relation);
        IF fields = '{}' THEN
            RAISE EXCEPTION USING ERRCODE = 'CW008', MESSAGE = format('no protected field of table "%s" is left', customer_workflow._name(tab.relation)),
                HINT = 'Unprotect the table in the same transaction: SELECT customer_workflow.unprotect(relation, ''{*}'').';
        END IF;
        SELECT t.* INTO tab_now FROM customer_workflow.protected_table AS t WHERE t.id = tab.id;
        IF EXISTS (SELECT FROM customer_workflow._trigger_problems(tab_now) AS p WHERE p.problem <> 'trigger_after') THEN
            PERFORM customer_workflow._repair_table(tab_now);
            fields := customer_workflow._fields(tab.relation);
        END IF;
        late := (SELECT min(p.trigger) FROM customer_workflow._trigger_problems(tab_now) AS p WHERE p.problem = 'trigger_after');
        IF late IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'CW008', MESSAGE = format('trigger "%s" of table "%s" would fire after those that protect it', late, customer_workflow._name(tab.relation)),
                HINT = 'Give it a name that sorts before "~~~customer_workflow", or drop it.';
        END IF;
        PERFORM customer_workflow._check_table(tab.relation);
        PERFORM customer_workflow._check_columns(tab.relation, fields);
        PERFORM customer_workflow._check_references(tab.relation, customer_workflow._held_columns(tab.relation, fields, tab.options));
        BEGIN
            PERFORM customer_workflow._check_protection(tab.relation, fields, tab.options, tab.search_path);
        EXCEPTION WHEN invalid_parameter_value OR undefined_object OR feature_not_supported THEN
            RAISE WARNING USING MESSAGE = SQLERRM, DETAIL = 'Until this is set anew nothing can be approved.',
                HINT = 'SELECT customer_workflow.configure(relation, options).';
        END;
        moved := (SELECT count(DISTINCT v.proposal) FROM customer_workflow._moved(ARRAY(
                     SELECT p.id FROM customer_workflow.proposal AS p
                      WHERE p.table_id = tab.id AND p.status = ANY (customer_workflow._open_statuses()) ORDER BY p.id)) AS v);
        IF moved > 0 THEN
            RAISE WARNING USING MESSAGE = format('customer_workflow: records of %s moved under open proposals: %s', customer_workflow._name(tab.relation), moved),
                HINT = 'See conflict in customer_workflow.proposals.';
        END IF;
        PERFORM customer_workflow._note_owner(tab.id);
        PERFORM customer_workflow._log('maintenance_ended', tab.id, NULL, tab.comment, jsonb_build_object('fields', fields, 'conflicts', moved));
    END LOOP;
    DELETE FROM customer_workflow.maintenance;
END
$$;
COMMENT ON FUNCTION customer_workflow._end_maintenance() IS 'Before the commit: protection of tables under maintenance is whole again, or an error; open proposals are looked at again';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._columns(regclass), customer_workflow._field_numbers(regclass), customer_workflow._require_maintains(regclass),
    customer_workflow._begin_maintenance(regclass[], text),
    customer_workflow._suspend_protection(), customer_workflow._resume_protection(),
    customer_workflow._end_maintenance()
    FROM PUBLIC;
