-- Approved records are stored and deleted, as _write() changes fields: as the writing role, under a permit, with deferred constraints
-- checked inside.

CREATE FUNCTION customer_workflow._insert_query(relation regclass, fields text[], watched text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('WITH v AS MATERIALIZED (SELECT k.n, %s FROM pg_catalog.unnest($1) WITH ORDINALITY AS k (key, n)), '
                  'w AS (INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM v ORDER BY v.n %s RETURNING %s) '
                  'SELECT pg_catalog.count(w.*), pg_catalog.count(w.*) FILTER (WHERE (ROW(%s)::pg_catalog.record OPERATOR(pg_catalog.*=) ROW(%s)::pg_catalog.record) IS NOT TRUE) '
                  'FROM w LEFT JOIN v ON %s',
                  c.read, relation::text, c.names, c.given, k.at_conflict, c.returned, c.stored, c.wished, k.matches)
      FROM (SELECT string_agg(format('customer_workflow._permitted(k.n::integer, %s, NULL::%s)::%s AS f%s', u.n, format_type(base.oid, NULL),
                                     CASE WHEN ty.typtype = 'd' THEN format_type(ty.oid, NULL) ELSE format_type(ty.oid, -1) END, u.n), ', ' ORDER BY u.n) AS read,
                   string_agg(quote_ident(u.name), ', ' ORDER BY u.n) AS names,
                   string_agg(format('v.f%s', u.n), ', ' ORDER BY u.n) AS given,
                   string_agg(format('%I AS w%s', u.name, u.n), ', ' ORDER BY u.n) FILTER (WHERE u.name = ANY (watched)) AS returned,
                   string_agg(format('w.w%s', u.n), ', ' ORDER BY u.n) FILTER (WHERE u.name = ANY (watched)) AS stored,
                   string_agg(format('v.f%s', u.n), ', ' ORDER BY u.n) FILTER (WHERE u.name = ANY (watched)) AS wished
              FROM unnest(fields) WITH ORDINALITY AS u (name, n)
              JOIN pg_attribute AS a ON a.attrelid = relation AND a.attname = u.name AND NOT a.attisdropped
              JOIN pg_type AS ty ON ty.oid = a.atttypid
             CROSS JOIN LATERAL customer_workflow._without_domain(ty.oid) AS base (oid)) AS c,
           (SELECT string_agg(format('w.w%s %s v.f%s', array_position(fields, p.field::text), p.equals, array_position(fields, p.field::text)), ' AND ') AS matches,
                   -- who comes second waits for the first, and finds the record there
                   CASE WHEN (SELECT i.indimmediate FROM pg_index AS i WHERE i.indrelid = relation AND i.indisprimary)
                        THEN format('ON CONFLICT (%s) DO NOTHING', string_agg(quote_ident(p.field), ', ' ORDER BY p.place)) ELSE '' END AS at_conflict
              FROM customer_workflow._key_parts(relation) AS p) AS k
$$;
COMMENT ON FUNCTION customer_workflow._insert_query(regclass, text[], text[]) IS 'The statement that stores permitted records with keys $1, and counts those that it stored and those that differ in the watched columns then';

CREATE FUNCTION customer_workflow._delete_query(relation regclass) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('WITH w AS (DELETE FROM %s AS t USING (SELECT %s FROM pg_catalog.unnest($1) AS k (key)) AS v WHERE %s RETURNING 1) '
                  'SELECT pg_catalog.count(*), 0::pg_catalog.int8 FROM w', relation::text,
                  string_agg(format('%s AS key%s', customer_workflow._key_value(p.field, p.type), p.place), ', '),
                  string_agg(format('t.%I %s v.key%s', p.field, p.equals, p.place), ' AND '))
      FROM customer_workflow._key_parts(relation) AS p
$$;
COMMENT ON FUNCTION customer_workflow._delete_query(regclass) IS 'The statement that deletes the records with keys $1, and counts them';

CREATE FUNCTION customer_workflow._write_whole(table_id integer, operation text, role oid, past_row_security boolean, keys jsonb[], fields text[],
                                               proposed text[], images bytea[])
    RETURNS TABLE (written bigint, different bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- the table's triggers keep their plans, whatever suits their caller
SET plan_cache_mode = auto AS $$
DECLARE
    tab customer_workflow.protected_table := (SELECT t FROM customer_workflow.protected_table AS t WHERE t.id = _write_whole.table_id);
    path text;
    constraints record;
    query text;
BEGIN
    SELECT * INTO constraints FROM customer_workflow._deferrable(tab.relation, role, false);
    PERFORM customer_workflow._permit(tab.relation, keys::text[], fields, proposed, images, role);
    PERFORM customer_workflow._permit_as(operation);
    query := CASE operation
        WHEN 'insert' THEN customer_workflow._insert_query(tab.relation, fields, customer_workflow._key_columns(tab.relation)::text[]
            || customer_workflow._held_columns(tab.relation, customer_workflow._fields(tab.relation), tab.options)::text[])
        ELSE customer_workflow._delete_query(tab.relation) END;
    path := customer_workflow._path_now(tab.relation, tab.search_path);
    PERFORM customer_workflow._switch_user(role, past_row_security, false);
    PERFORM set_config('search_path', path, true);
    EXECUTE query INTO written, different USING keys;
    IF constraints.names IS NOT NULL THEN
        EXECUTE 'SET CONSTRAINTS ' || constraints.names || ' IMMEDIATE';
    END IF;
    IF constraints.deferred IS NOT NULL THEN
        EXECUTE 'SET CONSTRAINTS ' || constraints.deferred || ' DEFERRED';
    END IF;
    -- As in _write().
    IF session_user = 'pg_database_owner' THEN
        SET CONSTRAINTS ALL IMMEDIATE;
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION customer_workflow._write_whole(integer, text, oid, boolean, jsonb[], text[], text[], bytea[])
    IS 'Stores or deletes these records as a role, checks deferred constraints, and counts records written and those that hold something else than was approved afterwards';

CREATE FUNCTION customer_workflow._write_records(proposals bigint[], operation text, as_author boolean, whole boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    batch record;
    result record;
    foreign_keys record;
    remembered integer;
BEGIN
    FOR batch IN
        WITH one AS (
            SELECT p.id, p.table_id, p.record_key, p.record_hash, p.database_role, t.relation, t.options, c.fields, c.proposed, c.images
              FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
             -- a column that was dropped since has no place any more
             CROSS JOIN LATERAL (SELECT coalesce(array_agg(c.field ORDER BY c.field COLLATE "C"), '{}') AS fields,
                                        array_agg(c.proposed ORDER BY c.field COLLATE "C") AS proposed, array_agg(c.image ORDER BY c.field COLLATE "C") AS images
                                   FROM customer_workflow.change AS c JOIN pg_attribute AS a ON a.attrelid = t.relation AND a.attname = c.field AND NOT a.attisdropped
                                  WHERE c.proposal = p.id AND _write_records.operation = 'insert') AS c
             WHERE p.id = ANY (proposals) AND p.operation = _write_records.operation
        ), alike AS MATERIALIZED (
            SELECT o.table_id, o.fields, o.database_role,
                   CASE WHEN as_author THEN customer_workflow._author_role(o.database_role, o.relation, o.fields, _write_records.operation) END AS role
              FROM (SELECT DISTINCT one.table_id, one.relation, one.fields, one.database_role FROM one) AS o
        )
        SELECT o.table_id, o.relation, o.options, o.fields, a.role, array_agg(o.id ORDER BY o.id) AS ids,
               array_agg(o.record_key ORDER BY o.id) AS keys, array_agg(o.record_hash ORDER BY o.id) AS hashes,
               coalesce(array_agg(o.proposed ORDER BY o.id) FILTER (WHERE o.fields <> '{}'), '{}') AS proposed,
               coalesce(array_agg(o.images ORDER BY o.id) FILTER (WHERE o.fields <> '{}'), '{}') AS images
          FROM one AS o JOIN alike AS a ON a.table_id = o.table_id AND a.fields = o.fields AND a.database_role = o.database_role
         GROUP BY o.table_id, o.relation, o.options, o.fields, a.role
         ORDER BY min(o.id)
    LOOP
        remembered := customer_workflow._remember_settings();
        IF operation = 'delete' AND NOT as_author THEN
            PERFORM customer_workflow._keep_deleted(batch.table_id, batch.ids, batch.keys);
        END IF;
        SELECT * INTO result FROM customer_workflow._write_whole(batch.table_id, operation,
            coalesce(batch.role, customer_workflow._writing_role(batch.relation, batch.options)), batch.role IS NULL,
            batch.keys, batch.fields, batch.proposed, batch.images);
        IF whole THEN
            SELECT * INTO foreign_keys FROM customer_workflow._deferrable(batch.relation, (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = current_user), true);
            PERFORM customer_workflow._check_now(foreign_keys.names, foreign_keys.deferred);
        END IF;
        PERFORM customer_workflow._permit_end();
        PERFORM customer_workflow._restore_settings(remembered);
        IF result.written < cardinality(batch.keys) AND operation = 'insert'
           AND cardinality(batch.keys) = (SELECT count(*) FROM customer_workflow._read_records(batch.table_id, batch.keys, '{}', false)) THEN
            PERFORM customer_workflow._raise_problem(e) FROM customer_workflow._existing(batch.ids) AS e LIMIT 1;
        ELSIF result.written < cardinality(batch.keys) AND batch.role IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
                MESSAGE = format('role "%s" may not %s "%s" %s', (SELECT r.rolname FROM pg_roles AS r WHERE r.oid = batch.role), operation,
                                 customer_workflow._name(batch.relation), batch.keys[1]),
                DETAIL = format('Row level security or a trigger of the table kept the row from being %s.', CASE operation WHEN 'insert' THEN 'inserted' ELSE 'deleted' END);
        ELSIF result.written <> cardinality(batch.keys) OR result.different > 0 THEN
            RAISE EXCEPTION USING ERRCODE = 'CW009',
                MESSAGE = format('another trigger %s "%s"%s while it was %s', CASE WHEN result.different > 0 THEN 'changed' ELSE 'swallowed' END,
                                 customer_workflow._name(batch.relation), CASE WHEN cardinality(batch.keys) = 1 THEN ' ' || batch.keys[1]::text ELSE '' END,
                                 CASE operation WHEN 'insert' THEN 'stored' ELSE 'deleted' END),
                DETAIL = format('%s of %s rows were written, %s of them with another value than was approved. Triggers that may have done it: %s.',
                                result.written, cardinality(batch.keys), result.different,
                                coalesce((SELECT string_agg(DISTINCT t.tgname, ', ') FROM pg_trigger AS t
                                           WHERE t.tgrelid IN (SELECT customer_workflow._tree(batch.relation)) AND NOT t.tgisinternal AND t.tgtype & 3 = 3
                                             AND t.tgtype & CASE operation WHEN 'insert' THEN 20 ELSE 8 END <> 0 AND t.tgname !~ 'customer_workflow_'), 'none')),
                HINT = 'Make the trigger leave records alone that are being approved.';
        END IF;
        IF operation = 'delete' THEN
            PERFORM customer_workflow._records_gone(batch.table_id, batch.hashes, '{}', batch.ids);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._write_records(bigint[], text, boolean, boolean) IS 'Stores or deletes the records of those proposals that say so, as the writing role, or as their authors where these may';

CREATE FUNCTION customer_workflow._may_write_record(role oid, relation regclass, fields text[], operation text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT has_schema_privilege(role, (SELECT c.relnamespace FROM pg_class AS c WHERE c.oid = relation), 'USAGE')
       AND has_schema_privilege(role, 'customer_workflow', 'USAGE')
       AND NOT EXISTS (SELECT FROM customer_workflow._key_parts(relation) AS p WHERE NOT has_column_privilege(role, relation, p.field, 'SELECT'))
       AND CASE operation WHEN 'delete' THEN has_table_privilege(role, relation, 'DELETE')
                ELSE NOT EXISTS (SELECT FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid LEFT JOIN pg_type AS b ON b.oid = t.typbasetype
                                  WHERE a.attrelid = relation AND a.attname = ANY (fields) AND NOT a.attisdropped
                                    AND NOT (has_column_privilege(role, relation, a.attnum, 'INSERT') AND has_column_privilege(role, relation, a.attnum, 'SELECT')
                                             AND has_schema_privilege(role, t.typnamespace, 'USAGE')
                                             AND has_schema_privilege(role, coalesce(b.typnamespace, t.typnamespace), 'USAGE'))) END
$$;
COMMENT ON FUNCTION customer_workflow._may_write_record(oid, regclass, text[], text) IS 'Whether a role may store records with these columns, or delete records, by itself';

CREATE FUNCTION customer_workflow._existing(proposals bigint[]) RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    batch record;
BEGIN
    FOR batch IN
        SELECT l.table_id, t.relation, array_agg(p.record_key) AS keys
          FROM customer_workflow._alike(proposals, '{table_id,operation}') AS k
          JOIN customer_workflow.proposal AS l ON l.id = k.first AND l.operation = 'insert'
          JOIN customer_workflow.protected_table AS t ON t.id = l.table_id
         CROSS JOIN LATERAL unnest(k.alike) AS i (id) JOIN customer_workflow.proposal AS p ON p.id = i.id
         GROUP BY l.table_id, t.relation ORDER BY l.table_id
    LOOP
        RETURN QUERY
        SELECT p.id, 'CW001', format('"%s" %s of proposal %s exists already', customer_workflow._name(batch.relation), p.record_key, p.id),
               'Another record has been stored under this key since it was proposed.', 'Cancel the proposal, or change the record that exists.',
               NULL::text, NULL::text, NULL::text, NULL::text, NULL::text
          FROM customer_workflow._read_records(batch.table_id, batch.keys, '{}', false) AS r
          JOIN customer_workflow.proposal AS p ON p.table_id = batch.table_id AND p.record_key = r.record_key AND p.id = ANY (proposals) AND p.operation = 'insert'
         ORDER BY p.id;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._existing(bigint[]) IS 'Conflicts of proposals to create a record that is there by now';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._insert_query(regclass, text[], text[]), customer_workflow._delete_query(regclass),
    customer_workflow._write_whole(integer, text, oid, boolean, jsonb[], text[], text[], bytea[]),
    customer_workflow._write_records(bigint[], text, boolean, boolean), customer_workflow._may_write_record(oid, regclass, text[], text),
    customer_workflow._existing(bigint[])
    FROM PUBLIC;
