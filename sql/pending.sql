-- Records as they would be: the stored rows with what is proposed for them laid over.
--
-- Whoever looks must not run code of the table's owner. So proposed values are read as the type that a domain is over, without its
-- CHECK, and types in which domains may hide (composites, arrays of them) as the role that writes approved values.

CREATE FUNCTION customer_workflow._base_type(type oid, OUT base oid, OUT plain boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE down AS (
        SELECT t.* FROM pg_type AS t WHERE t.oid = _base_type.type
        UNION ALL
        SELECT t.* FROM down JOIN pg_type AS t ON t.oid = down.typbasetype WHERE down.typtype = 'd')
    SELECT d.oid,
           d.typtype IN ('b', 'e') AND NOT EXISTS (SELECT FROM pg_type AS e WHERE e.oid = d.typelem AND e.typtype NOT IN ('b', 'e'))
           OR EXISTS (SELECT FROM pg_range AS g JOIN pg_type AS e ON e.oid = g.rngsubtype
                       WHERE g.rngtypid = d.oid AND e.typtype = 'b' AND e.typelem = 0)
      FROM down AS d WHERE d.typtype <> 'd'
$$;
COMMENT ON FUNCTION customer_workflow._base_type(oid) IS 'The type that a domain is over, or the type itself; plain: reading a value of it runs nobody''s code';

CREATE VIEW customer_workflow._pending_value AS
SELECT c.relation,
       c.record_hash,
       c.record_key,
       c.id AS proposal,
       c.status,
       c.field,
       c.proposed,
       c.has_image AND (c.acts OR NOT coalesce((c.privileges -> 'some_rows')::boolean, true)) AS exact
  FROM customer_workflow._seen_change AS c
 WHERE c.open AND c.operation IS NULL;
COMMENT ON VIEW customer_workflow._pending_value IS 'Proposed values of open proposals, as far as the caller sees them';
COMMENT ON COLUMN customer_workflow._pending_value.relation IS 'The protected table';
COMMENT ON COLUMN customer_workflow._pending_value.record_hash IS 'Stands for the key of the record';
COMMENT ON COLUMN customer_workflow._pending_value.record_key IS 'The primary key of the record';
COMMENT ON COLUMN customer_workflow._pending_value.proposal IS 'The proposal';
COMMENT ON COLUMN customer_workflow._pending_value.status IS 'Its status';
COMMENT ON COLUMN customer_workflow._pending_value.field IS 'The field';
COMMENT ON COLUMN customer_workflow._pending_value.proposed IS 'The proposed value as text';
COMMENT ON COLUMN customer_workflow._pending_value.exact IS 'Whether _proposed_exactly() has more to give than the text';

CREATE FUNCTION customer_workflow._proposed_exactly(stored anyelement, proposal bigint, field text) RETURNS anyelement
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    looking text := customer_workflow._looking_role();
    one record;
BEGIN
    SELECT c.proposed, c.image, t.relation, t.options INTO one
      FROM customer_workflow.change AS c
      JOIN customer_workflow._acting AS p ON p.id = c.proposal
      JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
      JOIN pg_class AS r ON r.oid = t.relation
      JOIN pg_attribute AS a ON a.attrelid = t.relation AND a.attname = c.field AND NOT a.attisdropped
     WHERE c.proposal = _proposed_exactly.proposal AND c.field = _proposed_exactly.field
       -- an image is taken as it is
       AND a.atttypid = pg_typeof(stored)::oid
       AND (p.acts
            OR has_schema_privilege(looking, r.relnamespace, 'USAGE') AND has_column_privilege(looking, t.relation, a.attnum, 'SELECT')
               AND NOT r.relrowsecurity
               AND NOT EXISTS (SELECT FROM customer_workflow._key_parts(t.relation) AS k WHERE NOT has_column_privilege(looking, t.relation, k.field, 'SELECT')));
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('permission denied for the value that proposal %s proposes for %s', proposal, field);
    END IF;
    RETURN customer_workflow._exactly(one.proposed, one.image, stored, customer_workflow._writing_role(one.relation, one.options));
END
$$;
COMMENT ON FUNCTION customer_workflow._proposed_exactly(anyelement, bigint, text)
    IS 'A proposed value bit by bit, and of types of which reading may run code; the first argument is any value of the column. For those who act in the proposal, or may SELECT the field of any record';

-- The key of record_key in alias key, compared with the record in alias record.
CREATE FUNCTION customer_workflow._same_record(relation regclass, record text, key text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT string_agg(CASE WHEN b.plain
                           THEN format('%s.%I %s customer_workflow._input(%s OPERATOR(pg_catalog.->>) %L, NULL::%s)',
                                       record, p.field, p.equals, key, p.field, format_type(b.base, NULL))
                           ELSE format('customer_workflow._render(%s.%I) OPERATOR(pg_catalog.=) (%s OPERATOR(pg_catalog.->>) %L)',
                                       record, p.field, key, p.field) END, ' AND ' ORDER BY p.place)
      FROM customer_workflow._key_parts(relation) AS p
      JOIN pg_attribute AS a ON a.attrelid = relation AND a.attname = p.field
     CROSS JOIN LATERAL customer_workflow._base_type(a.atttypid) AS b
$$;
COMMENT ON FUNCTION customer_workflow._same_record(regclass, text, text) IS 'SQL: whether a row of the table has this record key';

-- As capture writes it (key.rs), of a row that is at hand.
CREATE FUNCTION customer_workflow._key_of(relation regclass, record text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('pg_catalog.jsonb_build_object(%s)', string_agg(format('%L, ', p.field) ||
               format(CASE WHEN b.base IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'boolean'::regtype) THEN 'pg_catalog.to_jsonb(%1$s.%2$I)'
                           WHEN b.base IN ('numeric'::regtype, 'oid'::regtype)
                           THEN 'CASE WHEN pg_catalog.regexp_like(customer_workflow._render(%1$s.%2$I), ''^-?[0-9]'') THEN customer_workflow._render(%1$s.%2$I)::pg_catalog.jsonb '
                                'ELSE pg_catalog.to_jsonb(customer_workflow._render(%1$s.%2$I)) END'
                           ELSE 'pg_catalog.to_jsonb(customer_workflow._render(%1$s.%2$I))' END, record, p.field), ', ' ORDER BY p.place))
      FROM customer_workflow._key_parts(relation) AS p
      JOIN pg_attribute AS a ON a.attrelid = relation AND a.attname = p.field
     CROSS JOIN LATERAL customer_workflow._base_type(a.atttypid) AS b
$$;
COMMENT ON FUNCTION customer_workflow._key_of(regclass, text) IS 'SQL: the record key of a row of the table';

CREATE FUNCTION customer_workflow._pending_query(relation regclass, shape text, statuses text[]) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table := (SELECT t FROM customer_workflow.protected_table AS t WHERE t.id = customer_workflow._table_id(_pending_query.relation));
    open_statuses CONSTANT text[] := customer_workflow._open_statuses();
    columns text;
    laid_over text;
    from_where text;
BEGIN
    IF statuses IS NULL OR NOT statuses <@ open_statuses THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'statuses must be those of open proposals', DETAIL = format('Parameter statuses is %s.', coalesce(statuses::text, 'null')),
            HINT = format('Valid statuses are: %s.', array_to_string(open_statuses, ', '));
    END IF;
    IF customer_workflow._same_record(relation, 't', 'p') IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CW008', MESSAGE = format('the protection of table "%s" is not whole', customer_workflow._name(relation)),
            DETAIL = 'It has no primary key any more.', HINT = 'Add the primary key again.';
    END IF;
    SELECT string_agg(CASE WHEN NOT h.held THEN format('t.%I', a.attname)
                           ELSE format('CASE WHEN p."~p%1$s" IS NULL THEN t.%2$I %3$s ELSE %4$s END%5$s AS %2$I',
                                       a.attnum, a.attname,
                                       CASE WHEN b.plain THEN format('WHEN p."~e%s" THEN customer_workflow._proposed_exactly(t.%I, p."~p%1$s", %2$L)', a.attnum, a.attname) ELSE '' END,
                                       CASE WHEN b.plain THEN format('customer_workflow._proposed(p."~v%s", t.%I)', a.attnum, a.attname)
                                            ELSE format('customer_workflow._proposed_exactly(t.%I, p."~p%s", %1$L)', a.attname, a.attnum) END,
                                       CASE WHEN a.atttypmod <> -1 THEN '::' || format_type(a.atttypid, a.atttypmod) ELSE '' END) END,
                      ', ' ORDER BY a.attnum),
           -- of several proposals the last wins
           string_agg(format(', pg_catalog.max(v.proposal) FILTER (WHERE v.field OPERATOR(pg_catalog.=) %2$L) AS "~p%1$s"'
                             ', (pg_catalog.array_agg(v.proposed ORDER BY v.proposal DESC) FILTER (WHERE v.field OPERATOR(pg_catalog.=) %2$L))[1] AS "~v%1$s"'
                             ', (pg_catalog.array_agg(v.exact ORDER BY v.proposal DESC) FILTER (WHERE v.field OPERATOR(pg_catalog.=) %2$L))[1] AS "~e%1$s"',
                             a.attnum, a.attname), '' ORDER BY a.attnum) FILTER (WHERE h.held)
      INTO columns, laid_over
      FROM pg_attribute AS a
     CROSS JOIN LATERAL customer_workflow._base_type(a.atttypid) AS b
     CROSS JOIN LATERAL (SELECT a.attname = ANY (customer_workflow._held_columns(tab.relation, customer_workflow._fields(tab.relation), tab.options)) AS held) AS h
     WHERE a.attrelid = _pending_query.relation AND a.attnum > 0 AND NOT a.attisdropped;
    laid_over := 'pg_catalog.array_agg(DISTINCT v.field::pg_catalog.name) AS fields, pg_catalog.array_agg(DISTINCT v.proposal) AS proposals'
                 || laid_over || format(' FROM customer_workflow._pending_value AS v WHERE v.relation OPERATOR(pg_catalog.=) %L::pg_catalog.regclass', relation);
    -- Records that are only proposed are not among the stored ones: where inserts are held, they are one more branch, UNION ALL.
    CASE shape
        WHEN 'all' THEN
            from_where := format('FROM %s AS t LEFT JOIN (SELECT v.record_key, %s AND v.status OPERATOR(pg_catalog.=) ANY ($2) GROUP BY v.record_key) AS p ON %s',
                                 relation, laid_over, customer_workflow._same_record(relation, 't', 'p.record_key'));
        WHEN 'some' THEN
            from_where := format(
                'FROM (SELECT DISTINCT customer_workflow._key(%1$L::pg_catalog.regclass, u.key) AS key FROM pg_catalog.unnest($1) AS u (key) WHERE u.key IS NOT NULL) AS k '
                'JOIN %1$s AS t ON %2$s LEFT JOIN (SELECT v.record_key, %3$s AND v.status OPERATOR(pg_catalog.=) ANY ($2) '
                'AND v.record_hash OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT customer_workflow._key_hash(customer_workflow._key(%1$L::pg_catalog.regclass, u.key)) '
                'FROM pg_catalog.unnest($1) AS u (key) WHERE u.key IS NOT NULL)) GROUP BY v.record_key) AS p ON p.record_key OPERATOR(pg_catalog.=) k.key',
                relation, customer_workflow._same_record(relation, 't', 'k.key'), laid_over);
        WHEN 'view' THEN
            columns := columns || ', coalesce(p.fields, ''{}'') AS pending_fields, coalesce(p.proposals, ''{}'') AS pending_proposals';
            -- row by row, so that what a reader's WHERE and LIMIT leave out costs nothing; OFFSET 0: a plain value may pass the barrier of the views below
            from_where := format(
                'FROM %1$s AS t CROSS JOIN LATERAL (SELECT customer_workflow._key_hash(%2$s) AS hash OFFSET 0) AS k '
                'LEFT JOIN LATERAL (SELECT %3$s AND v.status OPERATOR(pg_catalog.=) ANY (%4$L::pg_catalog.text[]) AND v.record_hash OPERATOR(pg_catalog.=) k.hash) AS p ON true',
                relation, customer_workflow._key_of(relation, 't'), laid_over, statuses);
        ELSE
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('there is no pending query of shape "%s"', shape),
                HINT = 'Shapes are all, some and view.';
    END CASE;
    RETURN format('SELECT %s %s', columns, from_where);
END
$$;
COMMENT ON FUNCTION customer_workflow._pending_query(regclass, text, text[])
    IS 'The query for the records of a table with proposed values laid over: all of them, some of them by key ($1), or as a view says it; $2: the statuses';

-- No pinned search_path: row level security of the table runs in here, and must find what it finds in the caller's queries.
CREATE FUNCTION customer_workflow.with_pending(relation anyelement, record_keys jsonb[] DEFAULT NULL, statuses text[] DEFAULT '{pending_approval}')
    RETURNS SETOF anyelement
LANGUAGE plpgsql STABLE ROWS 1000 AS $$
DECLARE
    tab pg_catalog.regclass := (SELECT t.typrelid FROM pg_catalog.pg_type AS t
                                 WHERE t.oid OPERATOR(pg_catalog.=) pg_catalog.pg_typeof(relation)::pg_catalog.oid
                                   AND t.typrelid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid);
BEGIN
    IF tab IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = pg_catalog.format('type %s is not the row of a table', pg_catalog.pg_typeof(relation)),
            HINT = 'Name the table by a null of its row type: SELECT * FROM customer_workflow.with_pending(NULL::customers).';
    END IF;
    RETURN QUERY EXECUTE customer_workflow._pending_query(tab, CASE WHEN record_keys IS NULL THEN 'all' ELSE 'some' END, statuses)
        USING record_keys, statuses;
END
$$;
COMMENT ON FUNCTION customer_workflow.with_pending(anyelement, jsonb[], text[])
    IS 'The records of a table as they would be with what is proposed for them, as far as you see both: SELECT * FROM customer_workflow.with_pending(NULL::customers). Of several proposals the last wins';

CREATE FUNCTION customer_workflow.create_pending_view(relation regclass, name text, statuses text[] DEFAULT '{pending_approval}') RETURNS regclass
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    query pg_catalog.text;
    tab record;
BEGIN
    query := customer_workflow._pending_query(relation, 'view', statuses);
    SELECT n.nspname, r.rolname, c.relname INTO tab
      FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) c.relowner
     WHERE c.oid OPERATOR(pg_catalog.=) create_pending_view.relation::pg_catalog.oid;
    IF customer_workflow._owns(relation) IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = pg_catalog.format('must be owner of table "%s"', tab.relname),
            HINT = 'A view of your own may select from customer_workflow.with_pending().';
    ELSIF coalesce(name, '') OPERATOR(pg_catalog.=) '' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'name must not be null or empty', HINT = 'Give the name of the view, without a schema.';
    END IF;
    EXECUTE pg_catalog.format('CREATE VIEW %I.%I WITH (security_invoker = true) AS %s', tab.nspname, name, query);
    EXECUTE pg_catalog.format('COMMENT ON VIEW %I.%I IS %L', tab.nspname, name,
                              pg_catalog.format('%s with what is proposed for its records, made by customer_workflow.create_pending_view()', tab.relname));
    EXECUTE pg_catalog.format('ALTER VIEW %I.%I OWNER TO %I', tab.nspname, name, tab.rolname);
    RETURN pg_catalog.format('%I.%I', tab.nspname, name)::pg_catalog.regclass;
END
$$;
COMMENT ON FUNCTION customer_workflow.create_pending_view(regclass, text, text[])
    IS 'For owners: makes a view of the table, in its schema and with its owner, that shows proposed values in place of stored ones, and pending_fields and pending_proposals';

-- _proposed() computes from its arguments; _pending_query() tells catalogs as SQL.
REVOKE EXECUTE ON FUNCTION customer_workflow._base_type(oid), customer_workflow._same_record(regclass, text, text),
    customer_workflow._key_of(regclass, text) FROM PUBLIC;
GRANT SELECT ON customer_workflow._pending_value TO PUBLIC;
