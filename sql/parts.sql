-- Tables that are protected through a parent (option part_of): a change to a bank account of a customer is a part of the customer's
-- proposal, and has no workflow of its own.

CREATE FUNCTION customer_workflow._parent(options jsonb) RETURNS customer_workflow.protected_table
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    given text := options #>> '{part_of,relation}';
    found_tables customer_workflow.protected_table[];
BEGIN
    -- By its name as it is known here, so that nobody's search_path matters.
    found_tables := ARRAY(SELECT t FROM customer_workflow.protected_table AS t WHERE t.relation IS NOT NULL AND t.relation_name = given);
    IF cardinality(found_tables) = 0 THEN
        found_tables := ARRAY(SELECT t FROM customer_workflow.protected_table AS t JOIN pg_class AS c ON c.oid = t.relation
                               WHERE given IN (c.relname, quote_ident(c.relname)));
    END IF;
    IF cardinality(found_tables) <> 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = CASE WHEN cardinality(found_tables) = 0 THEN format('option "part_of" names "%s", which is not a protected table', given)
                           ELSE format('option "part_of" names "%s", and more than one protected table has that name', given) END,
            HINT = CASE WHEN cardinality(found_tables) = 0 THEN 'Protect the parent table first.' ELSE 'Give its schema, too.' END;
    END IF;
    RETURN found_tables[1];
END
$$;
COMMENT ON FUNCTION customer_workflow._parent(jsonb) IS 'The protected table that option part_of names; error 22023 where there is none';

CREATE FUNCTION customer_workflow._check_part_of(relation regclass, fields name[], options jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab text := customer_workflow._name(relation);
    parent customer_workflow.protected_table;
    by_columns text[];
    bad record;
BEGIN
    IF coalesce(options -> 'part_of', 'null') = 'null' THEN
        RETURN;
    END IF;
    parent := customer_workflow._parent(options);
    by_columns := ARRAY(SELECT b.col FROM jsonb_array_elements_text(options #> '{part_of,by}') WITH ORDINALITY AS b (col, n) ORDER BY b.n);
    IF parent.relation = _check_part_of.relation THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('table "%s" cannot be a part of itself', tab),
            HINT = 'Name the parent table in option "part_of".';
    ELSIF parent.options ? 'part_of' OR EXISTS (SELECT FROM customer_workflow.protected_table AS t
                                                 JOIN customer_workflow.protected_table AS own ON own.relation = _check_part_of.relation
                                                WHERE t.options #>> '{part_of,relation}' = own.relation_name) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('table "%s" cannot be a part of "%s"', tab, customer_workflow._name(parent.relation)),
            DETAIL = CASE WHEN parent.options ? 'part_of' THEN format('"%s" is a part of "%s".', customer_workflow._name(parent.relation), parent.options #>> '{part_of,relation}')
                          ELSE format('Other tables are parts of "%s".', tab) END,
            HINT = 'A part has no parts of its own: name the uppermost table.';
    END IF;
    SELECT b.col, CASE WHEN a.attname IS NULL THEN 'is not a column of the table'
                       WHEN a.attname <> ALL (fields) AND a.attname <> ALL (customer_workflow._key_columns(relation))
                       THEN 'is neither protected nor a part of the primary key' END AS reason INTO bad
      FROM unnest(by_columns) AS b (col)
      LEFT JOIN pg_attribute AS a ON a.attrelid = relation AND a.attname = b.col AND a.attnum > 0 AND NOT a.attisdropped
     WHERE a.attname IS NULL OR a.attname <> ALL (fields) AND a.attname <> ALL (customer_workflow._key_columns(relation)) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('column "%s" of table "%s", named in option "part_of", %s', bad.col, tab, bad.reason),
            HINT = CASE WHEN bad.reason LIKE '%protected%' THEN 'Protect it: who changes it moves the record to another parent.'
                        ELSE 'Name the columns that refer to the primary key of the parent, in its order.' END;
    END IF;
    IF ARRAY(SELECT a.atttypid FROM unnest(by_columns) WITH ORDINALITY AS b (col, n)
               JOIN pg_attribute AS a ON a.attrelid = relation AND a.attname = b.col AND NOT a.attisdropped ORDER BY b.n)
       <> ARRAY(SELECT a.atttypid FROM customer_workflow._key_parts(parent.relation) AS k
                  JOIN pg_attribute AS a ON a.attrelid = parent.relation AND a.attname = k.field AND NOT a.attisdropped ORDER BY k.place) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('option "part_of" of table "%s" does not match the primary key of "%s"', tab, customer_workflow._name(parent.relation)),
            DETAIL = format('The primary key is %s.', (SELECT string_agg(format('%s (%s)', k.field, k.type), ', ' ORDER BY k.place)
                                                          FROM customer_workflow._key_parts(parent.relation) AS k)),
            HINT = 'Name as many columns, of the same types.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_part_of(regclass, name[], jsonb) IS 'Error 22023 unless option part_of names a protected table and columns that refer to it past which nobody moves a record';

CREATE FUNCTION customer_workflow._with_parent(options jsonb, before jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parent customer_workflow.protected_table;
BEGIN
    IF coalesce(options -> 'part_of', 'null') = 'null' OR options -> 'part_of' = before -> 'part_of' THEN
        RETURN options;
    END IF;
    parent := customer_workflow._parent(options);
    options := jsonb_set(options, '{part_of,relation}', to_jsonb(parent.relation_name));
    IF options -> 'part_of' IS DISTINCT FROM before -> 'part_of' THEN
        -- its approvers get the work, and authors of parts proposals for its records
        PERFORM customer_workflow._require_configures(parent.relation);
    END IF;
    RETURN options;
END
$$;
COMMENT ON FUNCTION customer_workflow._with_parent(jsonb, jsonb)
    IS 'Options with the parent''s name as it is known here, by which a rename is followed; error 42501 for who does not configure the parent and names it anew';

CREATE FUNCTION customer_workflow._parts_follow(old_name text, new_name text) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    UPDATE customer_workflow.protected_table AS t SET options = jsonb_set(t.options, '{part_of,relation}', to_jsonb(new_name))
     WHERE t.options #>> '{part_of,relation}' = old_name
$$;
COMMENT ON FUNCTION customer_workflow._parts_follow(text, text) IS 'Option part_of follows the rename of a parent table';

-- As Rust writes keys; no code of a type runs, since the value was rendered by who may read it.
CREATE FUNCTION customer_workflow._key_json(type oid, value text) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE base (oid, next) AS (
        SELECT t.oid, t.typbasetype FROM pg_type AS t WHERE t.oid = type
        UNION ALL
        SELECT t.oid, t.typbasetype FROM base JOIN pg_type AS t ON t.oid = base.next
    )
    SELECT CASE WHEN b.oid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'oid'::regtype, 'boolean'::regtype)
                  OR b.oid = 'numeric'::regtype AND value ~ '^-?[0-9]'
                THEN (CASE WHEN b.oid = 'boolean'::regtype THEN CASE WHEN value IN ('t', 'true') THEN 'true' ELSE 'false' END ELSE value END)::jsonb
                ELSE to_jsonb(value) END
      FROM base AS b WHERE b.next = 0
$$;
COMMENT ON FUNCTION customer_workflow._key_json(oid, text) IS 'The value of a key column, as record keys have it, from its text under pinned settings';

CREATE FUNCTION customer_workflow._join_parents(table_id integer, proposals bigint[], change_set bigint) RETURNS bigint[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    tab customer_workflow.protected_table := (SELECT t FROM customer_workflow.protected_table AS t WHERE t.id = _join_parents.table_id);
    parent customer_workflow.protected_table;
    by_columns text[];
    -- A part that has an editable parent stays with it.
    parts bigint[] := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                             WHERE p.id = ANY (proposals)
                               AND NOT EXISTS (SELECT FROM customer_workflow.proposal AS m
                                                WHERE m.id = p.part_of AND m.change_set = p.change_set
                                                  AND m.status IN ('not_submitted', 'change_requested', 'rejected')) ORDER BY p.id);
    keys jsonb[];
    hashes uuid[];
    wrong record;
    parents bigint[];
    made bigint[];
    together bigint;
    one record;
BEGIN
    IF cardinality(parts) = 0 THEN
        RETURN proposals;
    END IF;
    BEGIN
        parent := customer_workflow._parent(tab.options);
        PERFORM customer_workflow._check_part_of(tab.relation, customer_workflow._fields(tab.relation), tab.options);
    EXCEPTION WHEN invalid_parameter_value THEN
        RAISE EXCEPTION USING ERRCODE = 'CW008', MESSAGE = format('the protection of table "%s" is not whole', customer_workflow._name(tab.relation)),
            DETAIL = format('%s%s.', upper(left(SQLERRM, 1)), substr(SQLERRM, 2)), HINT = 'Set option "part_of" anew with customer_workflow.configure().';
    END;
    by_columns := ARRAY(SELECT b.col FROM jsonb_array_elements_text(tab.options #> '{part_of,by}') WITH ORDINALITY AS b (col, n) ORDER BY b.n);

    WITH stored AS MATERIALIZED (
        SELECT p.id, CASE WHEN p.operation = 'insert'
                          THEN ARRAY(SELECT c.proposed FROM unnest(by_columns) WITH ORDINALITY AS u (col, n)
                                       JOIN customer_workflow.change AS c ON c.proposal = p.id AND c.field = u.col ORDER BY u.n)
                          ELSE r.stored END AS stored
          FROM customer_workflow.proposal AS p
          LEFT JOIN customer_workflow._read_records(_join_parents.table_id,
                        ARRAY(SELECT q.record_key FROM customer_workflow.proposal AS q WHERE q.id = ANY (parts)), by_columns, false) AS r ON r.record_key = p.record_key
         WHERE p.id = ANY (parts)
    )
    SELECT array_agg(k.key ORDER BY k.id), array_agg(customer_workflow._key_hash(k.key) ORDER BY k.id) INTO keys, hashes
      FROM (SELECT s.id, (SELECT jsonb_object_agg(f.field, customer_workflow._key_json(a.atttypid, s.stored[f.place]))
                            FROM customer_workflow._key_parts(parent.relation) AS f
                            JOIN pg_attribute AS a ON a.attrelid = parent.relation AND a.attname = f.field
                          HAVING bool_and(s.stored[f.place] IS NOT NULL)) AS key
              FROM stored AS s) AS k;
    SELECT p.record_key, w.key INTO wrong
      FROM unnest(parts, keys) AS w (id, key) JOIN customer_workflow.proposal AS p ON p.id = w.id
     WHERE w.key IS NULL
        OR w.key NOT IN (SELECT r.record_key FROM customer_workflow._read_records(parent.id,
                             ARRAY(SELECT DISTINCT k FROM unnest(keys) AS k WHERE k IS NOT NULL), '{}', false) AS r)
     ORDER BY w.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
            MESSAGE = format('"%s" %s is a part of no record of "%s"', customer_workflow._name(tab.relation), wrong.record_key, customer_workflow._name(parent.relation)),
            DETAIL = CASE WHEN wrong.key IS NULL THEN format('%s is null.', array_to_string(by_columns, ', '))
                          ELSE format('There is no record %s in table "%s".', wrong.key, customer_workflow._name(parent.relation)) END,
            HINT = 'Its changes are decided with the proposal of its parent record (option part_of).';
    END IF;

    -- The parent's draft of the same author; where there is none, one is made that changes nothing itself.
    WITH missing AS (
        SELECT DISTINCT ON (h.hash, p.author) h.hash, h.key, p.author, p.parties, p.database_role, p.data_entity, p.auto_submit, p.reference, p.comment
          FROM unnest(parts, keys, hashes) AS h (id, key, hash) JOIN customer_workflow.proposal AS p ON p.id = h.id
         WHERE NOT EXISTS (SELECT FROM customer_workflow.proposal AS m
                            WHERE m.record_hash = h.hash AND m.table_id = parent.id AND m.author = p.author
                              AND m.status IN ('not_submitted', 'change_requested', 'rejected'))
         ORDER BY h.hash, p.author, p.id
    ), added AS (
        INSERT INTO customer_workflow.proposal (table_id, record_key, record_hash, author, parties, database_role, data_entity, auto_submit, reference, comment)
        SELECT parent.id, m.key, m.hash, m.author, m.parties, m.database_role, m.data_entity, m.auto_submit, m.reference, m.comment FROM missing AS m
        ON CONFLICT (record_hash, table_id, (CASE WHEN collects THEN author WHEN status <> ALL ('{applied,cancelled,expired}') THEN id::text END)) DO NOTHING
        RETURNING id, author, data_entity, comment
    ), logged AS (
        INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, source, comment, details)
        SELECT parent.id, a.id, 'proposed', a.author, session_user, a.data_entity, a.comment, jsonb_build_object('parts', tab.relation_name) FROM added AS a
    )
    SELECT coalesce(array_agg(a.id ORDER BY a.id), '{}') INTO made FROM added AS a;
    parents := ARRAY(
        SELECT (SELECT m.id FROM customer_workflow.proposal AS m
                 WHERE m.record_hash = h.hash AND m.table_id = parent.id AND m.author = p.author AND m.status IN ('not_submitted', 'change_requested', 'rejected')
                 ORDER BY m.collects DESC, m.id DESC LIMIT 1)
          FROM unnest(parts, hashes) WITH ORDINALITY AS h (id, hash, n) JOIN customer_workflow.proposal AS p ON p.id = h.id ORDER BY h.n);
    IF array_position(parents, NULL) IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
            MESSAGE = 'could not serialize access due to a concurrent draft of the same author', HINT = 'Try the transaction again.';
    END IF;
    PERFORM customer_workflow._touch(made, false);
    PERFORM FROM customer_workflow.proposal AS p WHERE p.id = ANY (parents) ORDER BY p.id FOR UPDATE;

    -- One set a parent, where neither it nor the transaction has one.
    FOR one IN
        SELECT m.id, m.author, m.database_role, coalesce(m.change_set, min(p.change_set), _join_parents.change_set) AS change_set, array_agg(p.id ORDER BY p.id) AS parts
          FROM unnest(parts, parents) AS h (id, parent)
          JOIN customer_workflow.proposal AS m ON m.id = h.parent JOIN customer_workflow.proposal AS p ON p.id = h.id
         GROUP BY m.id ORDER BY m.id
    LOOP
        together := one.change_set;
        IF together IS NULL THEN
            INSERT INTO customer_workflow.change_set (author, database_role) VALUES (one.author, one.database_role) RETURNING id INTO together;
        ELSE
            PERFORM FROM customer_workflow.change_set AS s WHERE s.id = together FOR UPDATE;
        END IF;
        UPDATE customer_workflow.proposal AS p SET part_of = one.id WHERE p.id = ANY (one.parts);
        PERFORM customer_workflow._join_change_set(together, one.id || one.parts);
    END LOOP;
    RETURN ARRAY(SELECT id FROM unnest(proposals) AS id UNION SELECT id FROM unnest(parents) AS id ORDER BY 1);
END
$$;
COMMENT ON FUNCTION customer_workflow._join_parents(integer, bigint[], bigint)
    IS 'Drafts of a table that is a part of another join their authors'' proposals of the parent records, which are made where there are none; returns them with those';

CREATE FUNCTION customer_workflow._part_changes(proposal bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
BEGIN
    -- asked of each proposal of a change set, of which nearly none has parts
    IF NOT EXISTS (SELECT FROM customer_workflow.proposal AS p JOIN customer_workflow.proposal AS m ON m.change_set = p.change_set AND m.part_of = p.id
                    WHERE p.id = _part_changes.proposal) THEN
        RETURN '{}';
    END IF;
    RETURN (
    SELECT coalesce(jsonb_object_agg(f.name, f.proposed), '{}')
      FROM (SELECT coalesce(customer_workflow._name(t.relation), t.relation_name) || '.' || c.field AS name, jsonb_object_agg(m.record_key::text, c.proposed) AS proposed
              FROM customer_workflow.proposal AS p
              JOIN customer_workflow.proposal AS m ON m.change_set = p.change_set AND m.part_of = p.id AND m.status NOT IN ('cancelled', 'expired')
              JOIN customer_workflow.protected_table AS t ON t.id = m.table_id
              JOIN customer_workflow.change AS c ON c.proposal = m.id
             WHERE p.id = _part_changes.proposal AND p.change_set IS NOT NULL GROUP BY 1) AS f);
END
$$;
COMMENT ON FUNCTION customer_workflow._part_changes(bigint) IS 'The changes of the parts of a record that are decided with its proposal: {"table.field": {record key: value}}';

CREATE FUNCTION customer_workflow._part_fields(proposal bigint) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT k FROM jsonb_object_keys(customer_workflow._part_changes(_part_fields.proposal)) AS k ORDER BY k COLLATE "C");
END
$$;
COMMENT ON FUNCTION customer_workflow._part_fields(bigint) IS 'The fields of the parts of a record that are decided with its proposal, as table.field';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._parent(jsonb), customer_workflow._check_part_of(regclass, name[], jsonb), customer_workflow._with_parent(jsonb, jsonb),
    customer_workflow._parts_follow(text, text), customer_workflow._key_json(oid, text), customer_workflow._join_parents(integer, bigint[], bigint),
    customer_workflow._part_changes(bigint), customer_workflow._part_fields(bigint)
    FROM PUBLIC;
