-- Stored records are read and approved values are written, as the table's owner (or option apply_as), never with the rights
-- of this extension. Every frame here is PL/pgSQL, so that an error of the table arrives with all its fields.

CREATE FUNCTION customer_workflow._key_value(field name, type text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    -- No setting changes how integers are read, and a cast is much faster.
    SELECT format(CASE WHEN type IN ('smallint', 'integer', 'bigint') THEN '(k.key OPERATOR(pg_catalog.->>) %L)::%s'
                       ELSE 'customer_workflow._input(k.key OPERATOR(pg_catalog.->>) %L, NULL::%s)' END, field, type)
$$;
COMMENT ON FUNCTION customer_workflow._key_value(name, text) IS 'The SQL expression for the value of a key column in the record key k.key';

CREATE FUNCTION customer_workflow._read_records(table_id integer, keys jsonb[], fields text[], lock boolean, with_label boolean DEFAULT false,
                                                skip_locked boolean DEFAULT false)
    RETURNS TABLE (record_key jsonb, stored text[], label text, n bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = auto AS $$
DECLARE
    tab customer_workflow.protected_table := (SELECT t FROM customer_workflow.protected_table AS t WHERE t.id = _read_records.table_id);
    path text;
    query text;
BEGIN
    SELECT format('SELECT k.key, ARRAY[%s]::pg_catalog.text[], %s, k.n FROM pg_catalog.unnest($1) WITH ORDINALITY AS k (key, n) JOIN %s AS t ON %s%s',
                  (SELECT string_agg(CASE WHEN EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = tab.relation AND a.attname = f.name AND NOT a.attisdropped)
                                          THEN format('customer_workflow._render(t.%I)', f.name) ELSE 'NULL' END, ', ' ORDER BY f.n)
                     FROM unnest(fields) WITH ORDINALITY AS f (name, n)),
                  CASE WHEN with_label AND tab.options ? 'record_label'
                       THEN format(E'(SELECT (%s\n)::pg_catalog.text FROM (SELECT t.*) AS r)', tab.options ->> 'record_label') ELSE 'NULL::pg_catalog.text' END,
                  tab.relation::text,
                  string_agg(format('t.%I %s %s', p.field, p.equals, customer_workflow._key_value(p.field, p.type)), ' AND '),
                  CASE WHEN lock THEN format(' ORDER BY %s FOR NO KEY UPDATE OF t%s', string_agg(format('t.%I', p.field), ', ' ORDER BY p.place),
                                         CASE WHEN skip_locked THEN ' SKIP LOCKED' END) END)
      INTO query
      FROM customer_workflow._key_parts(tab.relation) AS p HAVING count(*) > 0;
    IF tab.relation IS NULL OR customer_workflow._is_gate_table(tab.relation) THEN
        RETURN;
    ELSIF query IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CW008', MESSAGE = format('the protection of table "%s" is not whole', customer_workflow._name(tab.relation)),
            DETAIL = 'It has no primary key any more.', HINT = 'Add the primary key again.';
    END IF;
    path := customer_workflow._path_now(tab.relation, tab.search_path);
    PERFORM customer_workflow._switch_user(customer_workflow._writing_role(tab.relation, tab.options), true, true);
    PERFORM set_config('search_path', path, true);
    RETURN QUERY EXECUTE query USING keys;
END
$$;
COMMENT ON FUNCTION customer_workflow._read_records(integer, jsonb[], text[], boolean, boolean, boolean)
    IS 'Stored values of records, read as the role that writes approved values; with lock, locked in the order of their keys (skip_locked: without those that others have locked); with_label, with option record_label; n: the place of the key';

CREATE FUNCTION customer_workflow._labels(table_id integer, keys jsonb[]) RETURNS TABLE (record_key jsonb, label text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    half integer := cardinality(keys) / 2;
BEGIN
    BEGIN
        RETURN QUERY SELECT r.record_key, r.label FROM customer_workflow._read_records(_labels.table_id, keys, '{}', false, true) AS r;
        RETURN;
    EXCEPTION WHEN OTHERS THEN
        IF NOT customer_workflow._is_outcome(SQLSTATE) THEN
            RAISE;
        END IF;
    END;
    IF half > 0 THEN
        RETURN QUERY SELECT * FROM customer_workflow._labels(_labels.table_id, keys[:half]);
        RETURN QUERY SELECT * FROM customer_workflow._labels(_labels.table_id, keys[half + 1:]);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._labels(integer, jsonb[]) IS 'Option record_label of records, without those for which it cannot be computed: a label stands in nobody''s way';

-- SET CONSTRAINTS goes by name: it fires every constraint of a name in a schema, and needs USAGE of that schema. A table may be
-- referenced from schemas that its owner may not use; checks of foreign keys run as the tables' owners whoever fires them. Other
-- constraints may be triggers, and those of another owner must not run with this one's rights.
CREATE FUNCTION customer_workflow._deferrable(relation regclass, role oid, foreign_keys boolean) RETURNS TABLE (names text, deferred text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT string_agg(m.name, ', '), string_agg(m.name, ', ') FILTER (WHERE m.deferred AND NOT m.some_not_deferrable)
      FROM (SELECT format('%I.%I', n.nspname, c.conname) AS name, n.oid AS schema, bool_or(c.condeferred) AS deferred,
                   (SELECT bool_or(NOT k.condeferrable) FROM pg_constraint AS k WHERE k.conname = c.conname AND k.connamespace = n.oid) AS some_not_deferrable,
                   (SELECT bool_and(k.contype = 'f') FROM pg_constraint AS k
                     WHERE k.conname = c.conname AND k.connamespace = n.oid AND k.condeferrable) AS only_foreign_keys,
                   (SELECT bool_and(o.relowner = (SELECT own.relowner FROM pg_class AS own WHERE own.oid = relation))
                      FROM pg_constraint AS k JOIN pg_class AS o ON o.oid = k.conrelid
                     WHERE k.conname = c.conname AND k.connamespace = n.oid AND k.condeferrable) AS of_one_owner
              FROM pg_constraint AS c JOIN pg_namespace AS n ON n.oid = c.connamespace
             WHERE c.condeferrable
               AND (c.conrelid IN (SELECT customer_workflow._tree(relation)) OR c.confrelid IN (SELECT customer_workflow._tree(relation)))
             GROUP BY n.oid, n.nspname, c.conname) AS m
     WHERE m.only_foreign_keys = foreign_keys AND (m.only_foreign_keys OR m.of_one_owner) AND has_schema_privilege(role, m.schema, 'USAGE')
$$;
COMMENT ON FUNCTION customer_workflow._deferrable(regclass, oid, boolean) IS 'Names of deferrable constraints of a table and of those that reference it, as far as a role can set them: all, and those to be deferred again';

CREATE FUNCTION customer_workflow._without_domain(type oid) RETURNS oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE d (oid, next) AS (
        SELECT t.oid, t.typbasetype FROM pg_type AS t WHERE t.oid = type
        UNION ALL
        SELECT t.oid, t.typbasetype FROM d JOIN pg_type AS t ON t.oid = d.next)
    SELECT d.oid FROM d WHERE d.next = 0
$$;
COMMENT ON FUNCTION customer_workflow._without_domain(oid) IS 'The type that a domain is over in the end; any other is itself';

CREATE FUNCTION customer_workflow._write(table_id integer, role oid, past_row_security boolean, keys jsonb[], fields text[], proposed text[], images bytea[],
                                         keep_books boolean)
    RETURNS TABLE (written bigint, different bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- the table's triggers keep their plans, whatever suits their caller
SET plan_cache_mode = auto AS $$
DECLARE
    tab customer_workflow.protected_table := (SELECT t FROM customer_workflow.protected_table AS t WHERE t.id = _write.table_id);
    path text;
    constraints record;
    query text;
BEGIN
    SELECT * INTO constraints FROM customer_workflow._deferrable(tab.relation, role, false);
    PERFORM customer_workflow._permit(tab.relation, keys::text[], fields, proposed, images, role);
    SELECT format('WITH w AS (UPDATE %s AS t SET %s FROM (SELECT %s, %s FROM pg_catalog.unnest($1) WITH ORDINALITY AS k (key, n)) AS v WHERE %s '
                  'RETURNING ROW(%s)::pg_catalog.record OPERATOR(pg_catalog.*=) ROW(%s)::pg_catalog.record AS same) '
                  'SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE NOT same) FROM w',
                  tab.relation::text,
                  f.assign || coalesce(b.assign, ''), p.keys, f.proposed, p.matches, f.stored, f.wished)
      INTO query
      FROM (SELECT string_agg(format('%s AS key%s', customer_workflow._key_value(p.field, p.type), p.place), ', ') AS keys,
                   string_agg(format('t.%I %s v.key%s', p.field, p.equals, p.place), ' AND ') AS matches
              FROM customer_workflow._key_parts(tab.relation) AS p) AS p,
           (SELECT string_agg(format('%I = v.f%s', u.name, u.n), ', ' ORDER BY u.n) AS assign,
                   string_agg(format('customer_workflow._permitted(k.n::integer, %s, NULL::%s)::%s AS f%s', u.n,
                                     format_type(base.oid, NULL), CASE WHEN ty.typtype = 'd' THEN format_type(ty.oid, NULL) ELSE format_type(ty.oid, -1) END, u.n), ', ' ORDER BY u.n) AS proposed,
                   string_agg(format('t.%I', u.name), ', ' ORDER BY u.n) AS stored,
                   string_agg(format('v.f%s', u.n), ', ' ORDER BY u.n) AS wished
              FROM unnest(fields) WITH ORDINALITY AS u (name, n)
              JOIN pg_attribute AS a ON a.attrelid = tab.relation AND a.attname = u.name AND NOT a.attisdropped
              JOIN pg_type AS ty ON ty.oid = a.atttypid
             CROSS JOIN LATERAL customer_workflow._without_domain(ty.oid) AS base (oid)) AS f,
           (SELECT string_agg(format(E', %I = (SELECT (%s\n) FROM (SELECT t.*) AS old)', e.key, e.value), '' ORDER BY e.key) AS assign
              FROM jsonb_each_text(CASE WHEN keep_books THEN coalesce(tab.options -> 'bookkeeping', '{}') ELSE '{}' END) AS e) AS b;

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
    -- In the background worker nothing else waits to be fired, and before version 18 it would fire as the worker.
    IF session_user = 'pg_database_owner' THEN
        SET CONSTRAINTS ALL IMMEDIATE;
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION customer_workflow._write(integer, oid, boolean, jsonb[], text[], text[], bytea[], boolean)
    IS 'Writes these values to these records as a role, checks deferred constraints, and counts rows written and rows that hold something else afterwards';

CREATE FUNCTION customer_workflow._check_now(names text, deferred text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = auto AS $$
BEGIN
    IF names IS NOT NULL THEN
        EXECUTE 'SET CONSTRAINTS ' || names || ' IMMEDIATE';
    END IF;
    IF deferred IS NOT NULL THEN
        EXECUTE 'SET CONSTRAINTS ' || deferred || ' DEFERRED';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_now(text, text) IS 'Checks constraints that were deferred, with plans that are kept; those of the second list are deferred again';

-- The values come record by record, in the order of the keys, those of each in the order of the fields.
CREATE FUNCTION customer_workflow._write_proposals(proposals bigint[], as_author boolean, whole boolean DEFAULT true) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    batch record;
    result record;
    suspects text;
    foreign_keys record;
    remembered integer;
    operations text[] := ARRAY(SELECT p.operation FROM customer_workflow._alike(proposals, '{operation}') AS k
                                 JOIN customer_workflow.proposal AS p ON p.id = k.first WHERE p.operation IS NOT NULL);
BEGIN
    IF whole AND customer_workflow._in_sets(proposals) THEN
        PERFORM customer_workflow._write_sets(proposals, as_author);
        RETURN;
    END IF;
    IF 'configure' = ANY (operations) THEN
        PERFORM customer_workflow._write_configuration(proposals);
    END IF;
    IF 'insert' = ANY (operations) THEN
        PERFORM customer_workflow._write_records(proposals, 'insert', as_author, whole);
    END IF;
    FOR batch IN
        WITH alike AS (
            SELECT p.table_id, t.relation, t.options, k.alike, ARRAY(SELECT f FROM unnest(k.fields) AS f ORDER BY f COLLATE "C") AS fields,
                   CASE WHEN as_author THEN customer_workflow._author_role(p.database_role, t.relation, k.fields) END AS role
              FROM customer_workflow._alike(proposals, '{table_id,database_role,operation,fields}') AS k
              JOIN customer_workflow.proposal AS p ON p.id = k.first
              JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
             WHERE coalesce(p.operation, 'draft') = 'draft' AND k.fields IS NOT NULL
        ), numbered AS (
            SELECT a.*, dense_rank() OVER (ORDER BY a.table_id, a.fields, a.role) AS batch FROM alike AS a
        )
        -- all values are read before the first is written
        SELECT a.table_id, a.relation, a.options, a.fields, a.role, i.ids, customer_workflow._keys(i.ids) AS keys, c.proposed, c.images
          FROM (SELECT DISTINCT ON (n.batch) n.* FROM numbered AS n ORDER BY n.batch) AS a
          JOIN (SELECT n.batch, array_agg(i.id ORDER BY i.id) AS ids FROM numbered AS n CROSS JOIN LATERAL unnest(n.alike) AS i (id) GROUP BY n.batch) AS i
            ON i.batch = a.batch
         CROSS JOIN LATERAL (SELECT array_agg(c.proposed ORDER BY c.proposal, c.field COLLATE "C") AS proposed,
                                    array_agg(c.image ORDER BY c.proposal, c.field COLLATE "C") AS images
                               FROM customer_workflow.change AS c WHERE c.proposal = ANY (i.ids) AND c.field = ANY (a.fields)) AS c
         ORDER BY a.table_id, i.ids[1]
    LOOP
        remembered := customer_workflow._remember_settings();
        SELECT * INTO result FROM customer_workflow._write(batch.table_id,
            coalesce(batch.role, customer_workflow._writing_role(batch.relation, batch.options)), batch.role IS NULL,
            batch.keys, batch.fields, batch.proposed, batch.images, batch.role IS NULL);
        IF whole THEN
            SELECT * INTO foreign_keys FROM customer_workflow._deferrable(batch.relation, (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = current_user), true);
            PERFORM customer_workflow._check_now(foreign_keys.names, foreign_keys.deferred);
        END IF;
        PERFORM customer_workflow._keep_originals(batch.ids);
        -- Not in _write(), where it would have to be for the table's owner too.
        PERFORM customer_workflow._permit_end();
        PERFORM customer_workflow._restore_settings(remembered);
        IF batch.role IS NULL AND batch.options ->> 'company_column' = ANY (batch.fields) THEN
            PERFORM customer_workflow._company_changed(batch.table_id, array_agg(p.record_hash), array_agg(c.proposed), proposals)
               FROM customer_workflow.proposal AS p JOIN customer_workflow.change AS c ON c.proposal = p.id AND c.field = batch.options ->> 'company_column'
              WHERE p.id = ANY (proposals) AND p.table_id = batch.table_id;
        END IF;
        IF result.written < cardinality(batch.keys) AND batch.role IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
                MESSAGE = format('role "%s" may not update "%s" %s', (SELECT r.rolname FROM pg_roles AS r WHERE r.oid = batch.role),
                                 customer_workflow._name(batch.relation), batch.keys[1]),
                DETAIL = 'Row level security or a trigger of the table kept the row from being updated.';
        ELSIF result.written <> cardinality(batch.keys) OR result.different > 0 THEN
            suspects := (SELECT string_agg(DISTINCT t.tgname, ', ') FROM pg_trigger AS t
                          WHERE t.tgrelid IN (SELECT customer_workflow._tree(batch.relation)) AND NOT t.tgisinternal AND t.tgtype & 2 = 2 AND t.tgtype & 1 = 1
                            AND t.tgtype & 20 <> 0 AND t.tgname !~ 'customer_workflow_');
            RAISE EXCEPTION USING ERRCODE = 'CW009',
                MESSAGE = format('another trigger %s %s of "%s"%s', CASE WHEN result.different > 0 THEN 'changed' ELSE 'swallowed' END,
                                 array_to_string(batch.fields, ', '), customer_workflow._name(batch.relation),
                                 CASE WHEN cardinality(batch.keys) = 1 THEN ' ' || batch.keys[1]::text ELSE '' END),
                DETAIL = format('%s of %s rows were written, %s of them with another value than was approved. Triggers that may have done it: %s.%s',
                                result.written, cardinality(batch.keys), result.different, coalesce(suspects, 'none'),
                                (SELECT format(' Row level security of the table applies to role "%s", too.', r.rolname) FROM pg_roles AS r, pg_class AS c
                                  WHERE r.oid = customer_workflow._writing_role(batch.relation, batch.options) AND c.oid = batch.relation
                                    AND c.relrowsecurity AND NOT r.rolbypassrls AND NOT pg_has_role(r.oid, c.relowner, 'USAGE'))),
                HINT = 'Make the trigger leave values alone that are being approved, or propose the value as the trigger would store it.';
        END IF;
    END LOOP;
    IF 'draft' = ANY (operations) THEN
        DELETE FROM customer_workflow.pending_record AS r USING customer_workflow.proposal AS p
         WHERE p.id = ANY (proposals) AND p.operation = 'draft' AND r.table_id = p.table_id AND r.record_hash = p.record_hash;
    END IF;
    IF 'delete' = ANY (operations) THEN
        PERFORM customer_workflow._write_records(proposals, 'delete', as_author, whole);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._write_proposals(bigint[], boolean, boolean) IS 'Writes proposals, each of another record: as the writing role, or as their authors where these may; without whole, what more than one table says is checked by the caller';

CREATE FUNCTION customer_workflow._may_update(role oid, relation regclass, fields text[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM unnest(fields) AS f WHERE f NOT IN (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = relation AND NOT a.attisdropped))
       AND has_schema_privilege(role, (SELECT c.relnamespace FROM pg_class AS c WHERE c.oid = relation), 'USAGE')
       AND has_schema_privilege(role, 'customer_workflow', 'USAGE')
       AND NOT EXISTS (SELECT FROM unnest(fields) AS f
                         JOIN pg_attribute AS a ON a.attrelid = relation AND a.attname = f AND NOT a.attisdropped
                        WHERE NOT (has_column_privilege(role, relation, a.attnum, 'UPDATE') AND has_column_privilege(role, relation, a.attnum, 'SELECT')))
       AND NOT EXISTS (SELECT FROM customer_workflow._key_parts(relation) AS p WHERE NOT has_column_privilege(role, relation, p.field, 'SELECT'))
       -- the statement names the columns' types, an UPDATE of his own does not
       AND NOT EXISTS (SELECT FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid LEFT JOIN pg_type AS b ON b.oid = t.typbasetype
                        WHERE a.attrelid = relation AND (a.attname = ANY (fields) OR a.attname IN (SELECT p.field FROM customer_workflow._key_parts(relation) AS p))
                          AND NOT (has_schema_privilege(role, t.typnamespace, 'USAGE') AND has_schema_privilege(role, coalesce(b.typnamespace, t.typnamespace), 'USAGE')))
$$;
COMMENT ON FUNCTION customer_workflow._may_update(oid, regclass, text[]) IS 'Whether a role may find records by key and update these fields by itself';

-- Triggers of the table run as whoever writes, so an author who is not the one who acts now must not write: whoever owns the table
-- could make a trigger after the author's UPDATE and run it with his rights. Nor must a superuser, who learns nothing new.
CREATE FUNCTION customer_workflow._author_role(author name, relation regclass, fields text[], operation text DEFAULT NULL) RETURNS oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.oid FROM pg_roles AS r
     WHERE r.rolname = author AND r.rolname = customer_workflow._looking_role() AND NOT r.rolsuper
       AND CASE WHEN coalesce(operation, 'draft') = 'draft' THEN customer_workflow._may_update(r.oid, relation, fields)
                ELSE customer_workflow._may_write_record(r.oid, relation, fields, operation) END
$$;
COMMENT ON FUNCTION customer_workflow._author_role(name, regclass, text[], text) IS 'The role as which an author''s change can be tried out: his, where he is the one who acts and may write by himself; else null';

CREATE TYPE customer_workflow._problem AS (
    proposal bigint, sqlstate text, message text, detail text, hint text,
    "column" text, "constraint" text, datatype text, "table" text, "schema" text);
COMMENT ON TYPE customer_workflow._problem IS 'Why a verb failed for a proposal: the fields of the error';

CREATE FUNCTION customer_workflow._raise_problem(problem customer_workflow._problem) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT customer_workflow._raise(problem.sqlstate, problem.message, problem.detail, problem.hint, problem."schema", problem."table",
                                    problem."column", problem.datatype, problem."constraint")
$$;
COMMENT ON FUNCTION customer_workflow._raise_problem(customer_workflow._problem) IS 'Raises a problem as the error that it is';

-- Never an outcome: what has nothing to do with the proposal (resources, operator intervention, system, internal), and what
-- asks to try the whole transaction again.
CREATE FUNCTION customer_workflow._is_outcome(sqlstate text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT left(sqlstate, 2) NOT IN ('53', '57', '58', 'XX', '40')
$$;
COMMENT ON FUNCTION customer_workflow._is_outcome(text) IS 'Whether an error says something about a proposal, rather than about the server or the moment';

CREATE FUNCTION customer_workflow._try_write(proposals bigint[], rehearse boolean) RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    half integer := cardinality(proposals) / 2;
    rehearsed boolean := false;
    code text;
    said text;
    detail text;
    hint text;
    col text;
    con text;
    typ text;
    tab text;
    nsp text;
BEGIN
    IF cardinality(proposals) = 0 THEN
        RETURN;
    END IF;
    BEGIN
        PERFORM customer_workflow._write_proposals(proposals, rehearse);
        IF rehearse THEN
            rehearsed := true;
            RAISE EXCEPTION 'only to roll it back';
        END IF;
        RETURN;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, said = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
            col = COLUMN_NAME, con = CONSTRAINT_NAME, typ = PG_DATATYPE_NAME, tab = TABLE_NAME, nsp = SCHEMA_NAME;
        IF rehearsed THEN
            RETURN;
        ELSIF NOT customer_workflow._is_outcome(code) THEN
            RAISE;
        END IF;
    END;
    IF cardinality(proposals) > 1 AND NOT customer_workflow._in_sets(proposals) THEN
        RETURN QUERY SELECT * FROM customer_workflow._try_write(proposals[:half], rehearse);
        RETURN QUERY SELECT * FROM customer_workflow._try_write(proposals[half + 1:], rehearse);
        RETURN;
    END IF;
    -- Nobody else learns anything through the owner's eyes.
    IF rehearse AND code !~ '^CW' AND EXISTS (
        SELECT FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
         WHERE p.id = ANY (proposals)
           AND (customer_workflow._owns(t.relation)
                OR customer_workflow._author_role(p.database_role, t.relation,
                       ARRAY(SELECT c.field FROM customer_workflow.change AS c WHERE c.proposal = p.id), p.operation) IS NOT NULL) IS NOT TRUE) THEN
        said := 'the change cannot be applied' || CASE WHEN con <> '' THEN format(' (constraint "%s")', con) ELSE '' END;
        detail := NULL;
        hint := NULL;
        col := NULL;
    END IF;
    RETURN QUERY SELECT proposals[1], code, said, detail, hint, col, con, typ, tab, nsp;
END
$$;
COMMENT ON FUNCTION customer_workflow._try_write(bigint[], boolean)
    IS 'Writes proposals as far as they can be written, in halves around those that fail; rehearse: as their authors, and rolls it back';

CREATE FUNCTION customer_workflow._moved(proposals bigint[])
    RETURNS TABLE (proposal bigint, field text, original text, current text, gone boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    batch record;
    fields text[];
BEGIN
    FOR batch IN
        SELECT p.table_id, k.alike AS ids, customer_workflow._keys(k.alike) AS keys, p.operation,
               -- what became of a column that was dropped, _permit() says
               ARRAY(SELECT a.attname::text FROM customer_workflow.protected_table AS t JOIN pg_attribute AS a ON a.attrelid = t.relation
                      WHERE t.id = p.table_id AND NOT a.attisdropped) AS columns
          FROM customer_workflow._alike(proposals, '{table_id,operation}') AS k JOIN customer_workflow.proposal AS p ON p.id = k.first
         WHERE (p.operation IN ('insert', 'configure')) IS NOT TRUE ORDER BY p.table_id, k.first
    LOOP
        fields := ARRAY(SELECT c.field FROM customer_workflow.change AS c WHERE c.proposal = ANY ((SELECT batch.ids)::bigint[]) GROUP BY c.field);
        RETURN QUERY
        SELECT p.id, c.field, c.original, r.stored[array_position(fields, c.field)], r.n IS NULL
          FROM unnest(batch.ids) WITH ORDINALITY AS p (id, n)
          JOIN customer_workflow.change AS c ON c.proposal = p.id
          LEFT JOIN customer_workflow._read_records(batch.table_id, batch.keys, fields, false) AS r ON r.n = p.n
         WHERE r.n IS NULL
            OR c.field = ANY (batch.columns)
           AND r.stored[array_position(fields, c.field)] COLLATE "C" IS DISTINCT FROM c.original
           AND (r.stored[array_position(fields, c.field)] COLLATE "C" IS DISTINCT FROM c.proposed OR batch.operation = 'delete')
         ORDER BY p.id, c.field;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._moved(bigint[]) IS 'Changes whose stored value is neither the original nor the proposed one any more';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._without_domain(oid),
    customer_workflow._key_value(name, text), customer_workflow._read_records(integer, jsonb[], text[], boolean, boolean, boolean), customer_workflow._labels(integer, jsonb[]), customer_workflow._deferrable(regclass, oid, boolean),
    customer_workflow._write(integer, oid, boolean, jsonb[], text[], text[], bytea[], boolean), customer_workflow._check_now(text, text),
    customer_workflow._write_proposals(bigint[], boolean, boolean),
    customer_workflow._may_update(oid, regclass, text[]), customer_workflow._author_role(name, regclass, text[], text),
    customer_workflow._raise_problem(customer_workflow._problem),
    customer_workflow._is_outcome(text), customer_workflow._try_write(bigint[], boolean), customer_workflow._moved(bigint[])
    FROM PUBLIC;
