-- Columns of a protected table get other types, another key or vanish while proposals are open: these follow, go back to their authors,
-- or the command is refused.

CREATE FUNCTION customer_workflow._refuse_drift(tab customer_workflow.protected_table, what text, proposals bigint, hint text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'CW003', MESSAGE = format('open proposals touch %s of table "%s"', what,
            coalesce((SELECT c.relname::text FROM pg_class AS c WHERE c.oid = tab.relation), tab.relation_name)),
        DETAIL = format('Open proposals: %s.', proposals), HINT = hint;
END
$$;
COMMENT ON FUNCTION customer_workflow._refuse_drift(customer_workflow.protected_table, text, bigint, text) IS 'Error CW003: DDL that open proposals cannot follow';

CREATE FUNCTION customer_workflow._open_proposals(table_id integer) RETURNS bigint[]
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                  WHERE p.table_id = _open_proposals.table_id AND p.status = ANY (customer_workflow._open_statuses()) ORDER BY p.id FOR UPDATE)
$$;
COMMENT ON FUNCTION customer_workflow._open_proposals(integer) IS 'The open proposals of a table, locked';

CREATE FUNCTION customer_workflow._under_maintenance(table_id integer) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM customer_workflow.maintenance AS m WHERE m.table_id = _under_maintenance.table_id)
$$;
COMMENT ON FUNCTION customer_workflow._under_maintenance(integer) IS 'Whether this transaction maintains the table';

CREATE FUNCTION customer_workflow._refuse_drop(tab customer_workflow.protected_table, col text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    touched bigint;
BEGIN
    IF customer_workflow._under_maintenance(tab.id) THEN
        RETURN;
    END IF;
    SELECT count(*) INTO touched FROM customer_workflow.proposal AS p
     WHERE p.id = ANY (customer_workflow._open_proposals(tab.id))
       AND (col IS NULL OR p.record_key ? col OR EXISTS (SELECT FROM customer_workflow.change AS c WHERE c.proposal = p.id AND c.field = col));
    IF touched > 0 THEN
        PERFORM customer_workflow._refuse_drift(tab, coalesce(quote_ident(col), 'records'), touched, CASE WHEN col IS NULL
            THEN 'Decide or cancel them first: unprotect(…, cancel_open => true) cancels them all. Or drop the table after begin_maintenance().'
            ELSE 'Decide or cancel them first: unprotect(…, cancel_open => true) takes the field out of them. Or drop the column after begin_maintenance().' END);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._refuse_drop(customer_workflow.protected_table, text) IS 'Error CW003 where open proposals touch a column (null: a table) that is dropped, outside maintenance';

CREATE FUNCTION customer_workflow._warn_of_misfits(tab customer_workflow.protected_table) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    FOR bad IN SELECT w.name, string_agg(p.message, '; ') AS messages
                 FROM customer_workflow.workflow AS w
                 JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id AND v.active
                 JOIN pg_roles AS r ON r.rolname = v.activated_role
                CROSS JOIN LATERAL customer_workflow._definition_problems(v.definition, tab.relation, r.oid) AS p
                WHERE w.table_id = tab.id AND p.severity = 'error'
                GROUP BY w.name ORDER BY w.name LOOP
        RAISE WARNING USING MESSAGE = format('workflow "%s" does not fit table "%s" any more', bad.name, customer_workflow._name(tab.relation)),
            DETAIL = bad.messages || '.', HINT = 'Create and activate a version that fits; proposals that run in this one wait until then, see customer_workflow.reroute().';
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._warn_of_misfits(customer_workflow.protected_table) IS 'WARNINGs where active workflows of a table do not fit its columns any more';

-- Types may run their owners' code, so as the role that writes.
CREATE FUNCTION customer_workflow._converted(table_id integer, texts text[], from_type oid, to_type oid, to_typmod integer, by_cast boolean)
    RETURNS TABLE (n bigint, value text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table := (SELECT t FROM customer_workflow.protected_table AS t WHERE t.id = _converted.table_id);
    path text;
    query text := format('SELECT u.n, customer_workflow._render(customer_workflow._input(%s, NULL::%s, %s)) FROM pg_catalog.unnest($1) WITH ORDINALITY AS u (value, n)',
        CASE WHEN by_cast THEN format('customer_workflow._render(CAST(customer_workflow._input(u.value, NULL::%s) AS %s))', format_type(from_type, -1), format_type(to_type, -1))
             ELSE 'u.value' END, format_type(to_type, -1), to_typmod);
BEGIN
    path := customer_workflow._path_now(tab.relation, tab.search_path);
    PERFORM customer_workflow._switch_user(customer_workflow._writing_role(tab.relation, tab.options), true, true);
    PERFORM set_config('search_path', path, true);
    RETURN QUERY EXECUTE query USING texts;
END
$$;
COMMENT ON FUNCTION customer_workflow._converted(integer, text[], oid, oid, integer, boolean)
    IS 'Values of one type, as text, as they are in another: by its cast, or read from their text';

CREATE FUNCTION customer_workflow._convert(table_id integer, texts text[], from_type oid, to_type oid, to_typmod integer, by_cast boolean)
    RETURNS TABLE (value text, converted text, problem text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    half integer := cardinality(texts) / 2;
    code text;
    said text;
BEGIN
    IF cardinality(texts) = 0 THEN
        RETURN;
    END IF;
    BEGIN
        RETURN QUERY SELECT texts[c.n], c.value, NULL::text
                       FROM customer_workflow._converted(_convert.table_id, texts, from_type, to_type, to_typmod, by_cast) AS c;
        RETURN;
    EXCEPTION WHEN OTHERS THEN
        code := SQLSTATE;
        said := SQLERRM;
        IF NOT customer_workflow._is_outcome(code) THEN
            RAISE;
        END IF;
    END;
    IF by_cast AND code = '42846' THEN
        RETURN QUERY SELECT * FROM customer_workflow._convert(_convert.table_id, texts, from_type, to_type, to_typmod, false);
    ELSIF cardinality(texts) = 1 THEN
        RETURN QUERY SELECT texts[1], NULL::text, said;
    ELSE
        RETURN QUERY SELECT * FROM customer_workflow._convert(_convert.table_id, texts[:half], from_type, to_type, to_typmod, by_cast);
        RETURN QUERY SELECT * FROM customer_workflow._convert(_convert.table_id, texts[half + 1:], from_type, to_type, to_typmod, by_cast);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._convert(integer, text[], oid, oid, integer, boolean) IS 'Each of these values in another type, or why it has none there';

CREATE FUNCTION customer_workflow._convert_changes(tab customer_workflow.protected_table, col name, was jsonb, new_type oid, new_typmod integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ids bigint[];
    keys jsonb[];
    old_texts text[];
    new_texts text[];
    problems text[];
    affected bigint[];
BEGIN
    SELECT array_agg(p.id), array_agg(DISTINCT p.record_key) INTO ids, keys
      FROM customer_workflow.proposal AS p JOIN customer_workflow.change AS c ON c.proposal = p.id AND c.field = col
     WHERE p.id = ANY (customer_workflow._open_proposals(tab.id));
    IF ids IS NULL THEN
        RETURN;
    END IF;
    SELECT array_agg(v.value), array_agg(v.converted), array_agg(v.problem) INTO old_texts, new_texts, problems
      FROM customer_workflow._convert(tab.id, ARRAY(
               SELECT DISTINCT u.value COLLATE "C" FROM customer_workflow.change AS c CROSS JOIN LATERAL (VALUES (c.original), (c.proposed)) AS u (value)
                WHERE c.proposal = ANY (ids) AND c.field = col AND u.value IS NOT NULL),
               (was ->> 1)::oid, new_type, new_typmod, true) AS v;
    -- Without a key no record is found, and so nothing is known to be as it was.
    IF customer_workflow._key_columns(tab.relation) = '{}' THEN
        keys := '{}';
    END IF;
    WITH record AS MATERIALIZED (
        SELECT r.record_key, r.stored[1] AS stored FROM customer_workflow._read_records(tab.id, keys, ARRAY[col::text], false) AS r WHERE keys <> '{}'
    ), verdict AS MATERIALIZED (
        SELECT c.proposal, c.original, c.proposed, o.converted AS new_original, n.converted AS new_proposed,
               CASE WHEN coalesce(o.problem, n.problem) IS NOT NULL THEN coalesce(o.problem, n.problem)
                    WHEN c.image IS NOT NULL THEN 'the exact value cannot be converted'
                    WHEN r.record_key IS NULL OR r.stored COLLATE "C" IS DISTINCT FROM o.converted THEN 'the stored value is not the original value in its new type' END AS problem,
               coalesce(o.problem, n.problem) IS NULL AS readable
          FROM customer_workflow.change AS c
          JOIN customer_workflow.proposal AS p ON p.id = c.proposal
          LEFT JOIN unnest(old_texts, new_texts, problems) AS o (value, converted, problem) ON o.value = c.original COLLATE "C"
          LEFT JOIN unnest(old_texts, new_texts, problems) AS n (value, converted, problem) ON n.value = c.proposed COLLATE "C"
          LEFT JOIN record AS r ON r.record_key = p.record_key
         WHERE c.proposal = ANY (ids) AND c.field = col
    ), written AS (
        -- an image is one of the old type
        UPDATE customer_workflow.change AS c
           SET original = CASE WHEN v.readable THEN v.new_original ELSE c.original END,
               proposed = CASE WHEN v.readable THEN v.new_proposed ELSE c.proposed END, image = NULL
          FROM verdict AS v WHERE c.proposal = v.proposal AND c.field = col
    ), logged AS (
        INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, comment, details)
        SELECT tab.id, v.proposal, 'schema_changed', coalesce(customer_workflow._person(), 'role:' || session_user), session_user,
               (SELECT m.comment FROM customer_workflow.maintenance AS m WHERE m.table_id = tab.id),
               jsonb_build_object('field', col, 'from', was -> 3, 'to', format_type(new_type, new_typmod), 'changes', jsonb_build_array(
                   jsonb_build_object('field', col, 'original', customer_workflow._logged_text(v.original), 'proposed', customer_workflow._logged_text(v.proposed))))
               || CASE WHEN v.problem IS NULL THEN '{}' ELSE jsonb_build_object('problem', v.problem) END
          FROM verdict AS v
         WHERE v.problem IS NOT NULL OR (v.original, v.proposed) IS DISTINCT FROM (v.new_original, v.new_proposed)
         ORDER BY v.proposal
        RETURNING proposal
    )
    SELECT array_agg(l.proposal) INTO affected FROM logged AS l;
    -- What somebody saw, or has decided on, was written otherwise.
    UPDATE customer_workflow.proposal AS p
       SET status = CASE WHEN p.status IN ('pending_approval', 'approved') THEN 'change_requested' ELSE p.status END,
           digest = NULL, sent_back = NULL, state = p.state - 'run', submit_sqlstate = NULL, submit_message = NULL
     WHERE p.id = ANY (affected);
    PERFORM customer_workflow._close(affected);
    PERFORM customer_workflow._take_back_mates(affected, '{"reason": "a proposal of its change set was converted to another type"}');
END
$$;
COMMENT ON FUNCTION customer_workflow._convert_changes(customer_workflow.protected_table, name, jsonb, oid, integer)
    IS 'Open proposed changes of a column that has another type now: their values are converted, and what is written otherwise than it was goes back to its author';

CREATE FUNCTION customer_workflow._canonical_keys(table_id integer, keys jsonb[]) RETURNS TABLE (old_key jsonb, new_key jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table := (SELECT t FROM customer_workflow.protected_table AS t WHERE t.id = _canonical_keys.table_id);
    path text;
BEGIN
    path := customer_workflow._path_now(tab.relation, tab.search_path);
    PERFORM customer_workflow._switch_user(customer_workflow._writing_role(tab.relation, tab.options), true, true);
    PERFORM set_config('search_path', path, true);
    RETURN QUERY EXECUTE format('SELECT k.key, customer_workflow._key(%L::pg_catalog.regclass, k.key) FROM pg_catalog.unnest($1) AS k (key)', tab.relation) USING keys;
END
$$;
COMMENT ON FUNCTION customer_workflow._canonical_keys(integer, jsonb[]) IS 'Record keys as they are written now that the key has another type';

CREATE FUNCTION customer_workflow._other_keys(table_id integer, keys jsonb[], names text[]) RETURNS TABLE (old_key jsonb, new_key jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table := (SELECT t FROM customer_workflow.protected_table AS t WHERE t.id = _other_keys.table_id);
    path text;
    query text := format('SELECT k.key, customer_workflow._key(%L::pg_catalog.regclass, pg_catalog.jsonb_build_object(%s)) '
                         'FROM pg_catalog.unnest($1) AS k (key) JOIN %s AS t ON %s', tab.relation,
        (SELECT string_agg(format('%L, customer_workflow._render(t.%I)', p.field, p.field), ', ') FROM customer_workflow._key_parts(tab.relation) AS p), tab.relation,
        (SELECT string_agg(format('customer_workflow._render(t.%I) COLLATE "C" OPERATOR(pg_catalog.=) (k.key OPERATOR(pg_catalog.->>) %L)', c.name, c.name), ' AND ')
           FROM unnest(names) AS c (name)));
BEGIN
    path := customer_workflow._path_now(tab.relation, tab.search_path);
    PERFORM customer_workflow._switch_user(customer_workflow._writing_role(tab.relation, tab.options), true, true);
    PERFORM set_config('search_path', path, true);
    RETURN QUERY EXECUTE query USING keys;
END
$$;
COMMENT ON FUNCTION customer_workflow._other_keys(integer, jsonb[], text[]) IS 'Record keys of the records that had these keys by other columns, which are still there';

CREATE FUNCTION customer_workflow._follow_key(tab customer_workflow.protected_table, proposals bigint[], altered boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    keys jsonb[] := ARRAY(SELECT DISTINCT p.record_key FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals));
    names text[] := ARRAY(SELECT jsonb_object_keys(keys[1]) ORDER BY 1);
    now_names text[] := ARRAY(SELECT k::text FROM unnest(customer_workflow._key_columns(tab.relation)) AS k ORDER BY 1);
    missing text := (SELECT string_agg(quote_ident(n), ', ') FROM unnest(names) AS n
                      WHERE NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = tab.relation AND a.attname = n AND NOT a.attisdropped));
    old_keys jsonb[];
    new_keys jsonb[];
BEGIN
    IF keys = '{}' THEN
        RETURN;
    ELSIF missing IS NOT NULL THEN
        PERFORM customer_workflow._refuse_drift(tab, missing || ', by which they name their records,', cardinality(proposals),
            'Add the new primary key in a command of its own before you drop the old one.');
    ELSIF now_names = '{}' THEN
        RETURN;
    ELSIF names = now_names THEN
        SELECT array_agg(k.old_key), array_agg(k.new_key) INTO old_keys, new_keys FROM customer_workflow._canonical_keys(tab.id, keys) AS k;
    ELSE
        SELECT array_agg(k.old_key), array_agg(k.new_key) INTO old_keys, new_keys FROM customer_workflow._other_keys(tab.id, keys, names) AS k;
    END IF;
    IF old_keys = new_keys AND NOT altered THEN
        RETURN;
    ELSIF old_keys IS DISTINCT FROM new_keys AND NOT customer_workflow._under_maintenance(tab.id) THEN
        PERFORM customer_workflow._refuse_drift(tab, 'records', cardinality(proposals),
            'Decide or cancel them first, or alter the key after begin_maintenance(), so that they follow.');
    ELSIF (SELECT count(DISTINCT k) FROM unnest(old_keys) AS k) < cardinality(keys) OR cardinality(old_keys) > cardinality(keys)
          OR (SELECT count(*) FROM customer_workflow._read_records(tab.id, new_keys, '{}', false)) < cardinality(keys) THEN
        PERFORM customer_workflow._refuse_drift(tab, 'records', cardinality(proposals),
            'Some of these records cannot be told by the new key. Decide or cancel these proposals first.');
    END IF;
    PERFORM customer_workflow._keys_changed(tab.id, array_agg(customer_workflow._key_hash(k.old_key)), array_agg(k.new_key::text), array_agg(customer_workflow._key_hash(k.new_key)))
       FROM unnest(old_keys, new_keys) AS k (old_key, new_key) WHERE k.old_key <> k.new_key HAVING count(*) > 0;
END
$$;
COMMENT ON FUNCTION customer_workflow._follow_key(customer_workflow.protected_table, bigint[], boolean)
    IS 'Open proposals name their records by the primary key that there is now; error CW003 where they cannot, or outside maintenance. altered: a key column has got another type';

CREATE FUNCTION customer_workflow._follow_columns(table_id integer, known jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table := (SELECT t FROM customer_workflow.protected_table AS t WHERE t.id = _follow_columns.table_id);
    maintained boolean := customer_workflow._under_maintenance(_follow_columns.table_id);
    now_columns jsonb := customer_workflow._columns(tab.relation);
    proposals bigint[];
    gone text[];
    col record;
    touched bigint;
    key_altered boolean := false;
BEGIN
    -- Most commands change neither a type nor the key, and then no proposal needs to be locked.
    IF NOT maintained
       AND NOT EXISTS (SELECT FROM jsonb_each(known) AS k JOIN jsonb_each(now_columns) AS n ON n.key = k.key
                        WHERE (k.value -> 1, k.value -> 2) <> (n.value -> 1, n.value -> 2))
       AND NOT EXISTS (SELECT FROM customer_workflow.proposal AS p
                        WHERE p.table_id = tab.id AND p.status = ANY (customer_workflow._open_statuses())
                          AND NOT p.record_key ?& customer_workflow._key_columns(tab.relation)::text[]) THEN
        RETURN;
    END IF;
    proposals := customer_workflow._open_proposals(tab.id);
    gone := ARRAY(SELECT k.value ->> 0 FROM jsonb_each(known) AS k WHERE NOT now_columns ? k.key);
    IF gone <> '{}' AND maintained THEN
        PERFORM customer_workflow._remove_changes(array_agg(c.proposal), array_agg(c.field), 'column_dropped', m.comment)
           FROM customer_workflow.maintenance AS m JOIN customer_workflow.change AS c ON c.proposal = ANY (proposals) AND c.field = ANY (gone)
          WHERE m.table_id = tab.id GROUP BY m.comment;
        proposals := customer_workflow._open_proposals(tab.id);
    END IF;
    FOR col IN SELECT n.value ->> 0 AS name, k.value AS was, (n.value ->> 1)::oid AS type, (n.value ->> 2)::integer AS typmod
                 FROM jsonb_each(known) AS k JOIN jsonb_each(now_columns) AS n ON n.key = k.key
                WHERE (k.value -> 1, k.value -> 2) <> (n.value -> 1, n.value -> 2) LOOP
        SELECT count(*) INTO touched FROM customer_workflow.change AS c WHERE c.proposal = ANY (proposals) AND c.field = col.name;
        key_altered := key_altered OR EXISTS (SELECT FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals) AND p.record_key ? col.name);
        IF NOT maintained AND (touched > 0 OR key_altered AND customer_workflow._key_columns(tab.relation) = '{}') THEN
            PERFORM customer_workflow._refuse_drift(tab, quote_ident(col.name), coalesce(nullif(touched, 0), cardinality(proposals)),
                'Decide or cancel them first, or alter the column after begin_maintenance(), so that their values are converted.');
        ELSIF touched > 0 THEN
            PERFORM customer_workflow._convert_changes(tab, col.name, col.was, col.type, col.typmod);
        END IF;
        IF col.name = ANY (customer_workflow._fields(tab.relation)) THEN
            PERFORM customer_workflow._log('schema_changed', tab.id, NULL, (SELECT m.comment FROM customer_workflow.maintenance AS m WHERE m.table_id = tab.id),
                jsonb_build_object('field', col.name, 'from', col.was -> 3, 'to', format_type(col.type, col.typmod), 'proposals', touched));
        END IF;
    END LOOP;
    PERFORM customer_workflow._follow_key(tab, proposals, key_altered);
    UPDATE customer_workflow.maintenance AS m SET columns = now_columns WHERE m.table_id = tab.id;
END
$$;
COMMENT ON FUNCTION customer_workflow._follow_columns(integer, jsonb) IS 'Open proposals follow a table whose columns were these before a command';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._refuse_drift(customer_workflow.protected_table, text, bigint, text), customer_workflow._open_proposals(integer),
    customer_workflow._under_maintenance(integer), customer_workflow._refuse_drop(customer_workflow.protected_table, text),
    customer_workflow._warn_of_misfits(customer_workflow.protected_table),
    customer_workflow._converted(integer, text[], oid, oid, integer, boolean), customer_workflow._convert(integer, text[], oid, oid, integer, boolean),
    customer_workflow._convert_changes(customer_workflow.protected_table, name, jsonb, oid, integer),
    customer_workflow._canonical_keys(integer, jsonb[]), customer_workflow._other_keys(integer, jsonb[], text[]),
    customer_workflow._follow_key(customer_workflow.protected_table, bigint[], boolean), customer_workflow._follow_columns(integer, jsonb)
    FROM PUBLIC;
