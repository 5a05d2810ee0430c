-- Creating and deleting records: the triggers of tables that guard it, proposals for whole records, and records that are stored and
-- wait for approval.

CREATE TABLE customer_workflow.pending_record (
    table_id    integer NOT NULL,
    record_hash uuid NOT NULL,
    record_key  jsonb NOT NULL,
    proposal    bigint NOT NULL,
    PRIMARY KEY (table_id, record_hash)
);
COMMENT ON TABLE customer_workflow.pending_record IS 'Records that were stored as drafts (option on_insert) and have not been approved, whatever has become of their proposal';
COMMENT ON COLUMN customer_workflow.pending_record.table_id IS 'The protected table';
COMMENT ON COLUMN customer_workflow.pending_record.record_hash IS 'Stands for the key, see proposal.record_hash';
COMMENT ON COLUMN customer_workflow.pending_record.record_key IS 'The primary key of the record; follows the record when its key changes';
COMMENT ON COLUMN customer_workflow.pending_record.proposal IS 'The last proposal whose approval ends it';

CREATE FUNCTION customer_workflow._record_triggers(options jsonb) RETURNS TABLE (name text, event text, function text, wanted boolean)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.name, v.event, v.function, v.wanted
      FROM (SELECT coalesce(options ->> 'on_insert', 'allow') <> 'allow' AS inserts,
                   coalesce(options ->> 'on_delete', 'allow') <> 'allow' AS deletes,
                   coalesce(options ->> 'new_records', 'protected') <> 'protected' AS completes) AS o
     CROSS JOIN LATERAL (VALUES
         ('~~~customer_workflow_insert', 'BEFORE INSERT', 'capture_insert', o.inserts),
         ('!customer_workflow_inserted', 'AFTER INSERT', 'capture_inserted', o.inserts OR o.completes),
         ('!customer_workflow_remove', 'BEFORE DELETE', 'capture_remove', o.deletes)) AS v (name, event, function, wanted)
$$;
COMMENT ON FUNCTION customer_workflow._record_triggers(jsonb) IS 'The triggers for creating and deleting records, and which of them a table with these options has';

CREATE FUNCTION customer_workflow._of_any_company(relation regclass, options jsonb) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    -- each of them by what does most
    SELECT options || coalesce(jsonb_object_agg(o.key, o.value) FILTER (WHERE o.value <> 'allow' AND o.value <> 'protected'), '{}')
      FROM (SELECT e.key, max(e.value) AS value
              FROM (SELECT options AS given
                    UNION ALL
                    SELECT c.options FROM customer_workflow.protected_company AS c JOIN customer_workflow.protected_table AS t ON t.id = c.table_id
                     WHERE t.relation = _of_any_company.relation) AS g
             CROSS JOIN LATERAL jsonb_each_text(g.given) AS e
             WHERE e.key IN ('on_insert', 'on_delete', 'new_records') GROUP BY e.key) AS o
$$;
COMMENT ON FUNCTION customer_workflow._of_any_company(regclass, jsonb) IS 'These options of a table, with what any of its companies says of creating and deleting records';

CREATE FUNCTION customer_workflow._record_lock(relation regclass, options jsonb, otherwise text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    -- Nobody is in the middle of what the triggers have to see from the beginning.
    SELECT CASE WHEN EXISTS (SELECT FROM customer_workflow._record_triggers(customer_workflow._of_any_company(relation, options)) AS w
                              WHERE w.wanted <> EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = relation AND t.tgname = w.name))
                THEN 'ACCESS EXCLUSIVE' ELSE otherwise END
$$;
COMMENT ON FUNCTION customer_workflow._record_lock(regclass, jsonb, text) IS 'The mode in which to lock a table whose options become these: exclusive where triggers come or go';

CREATE FUNCTION customer_workflow._install_record_triggers(relation regclass, options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    trg record;
BEGIN
    PERFORM customer_workflow._own_ddl(relation);
    FOR trg IN SELECT w.*, EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = relation AND t.tgname = w.name) AS there
                 FROM customer_workflow._record_triggers(customer_workflow._of_any_company(relation, options)) AS w LOOP
        IF trg.wanted THEN
            EXECUTE format('CREATE OR REPLACE TRIGGER %I %s ON %s FOR EACH ROW EXECUTE FUNCTION customer_workflow.%I()', trg.name, trg.event, relation, trg.function);
        ELSIF trg.there THEN
            EXECUTE format('DROP TRIGGER %I ON %s', trg.name, relation);
        END IF;
    END LOOP;
    PERFORM customer_workflow._own_ddl(NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow._install_record_triggers(regclass, jsonb) IS 'Makes or drops the triggers for creating and deleting records, by the options of the table';

CREATE FUNCTION customer_workflow._check_record_options(relation regclass, options jsonb, writer oid) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    missing text;
    bad record;
BEGIN
    options := customer_workflow._of_any_company(relation, options);
    missing := CASE WHEN options ->> 'on_insert' = 'held' AND NOT has_table_privilege(writer, relation, 'INSERT') THEN 'INSERT into'
                    WHEN options ->> 'on_delete' = 'propose' AND NOT has_table_privilege(writer, relation, 'DELETE') THEN 'DELETE from' END;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('role "%s", which writes approved values, may not %s table "%s"', (SELECT r.rolname FROM pg_roles AS r WHERE r.oid = writer),
                             missing, customer_workflow._name(relation)),
            HINT = format('GRANT %s ON %s TO %I.', split_part(missing, ' ', 1), relation, (SELECT r.rolname FROM pg_roles AS r WHERE r.oid = writer));
    END IF;
    IF options ->> 'on_insert' = 'held' THEN
        SELECT a.attname, customer_workflow._type_without_input(a.atttypid) AS type INTO bad FROM pg_attribute AS a
         WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
           AND customer_workflow._type_without_input(a.atttypid) IS NOT NULL ORDER BY a.attnum LIMIT 1;
        IF FOUND THEN
            PERFORM customer_workflow._refuse(format('new records of table "%s" cannot be held: values of type %s (column "%s") cannot be read back from text',
                                                     customer_workflow._name(relation), bad.type, bad.attname),
                'Use a type that has an input function, or option on_insert draft.');
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_record_options(regclass, jsonb, oid) IS 'Error where on_insert or on_delete do not suit the table or who writes approved values';

CREATE FUNCTION customer_workflow._propose_records(table_id integer, operation text, keys text[], hashes uuid[], records integer[], fields text[],
    originals text[], proposeds text[], images bytea[], author text, parties text[], data_entity text, auto_submit boolean, reference text, comment text, company text DEFAULT NULL)
RETURNS TABLE (record bigint, proposal bigint, status text, outcome text, others text, submits boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    amend text := customer_workflow._option(_propose_records.table_id, 'amend', _propose_records.company) ->> 0;
    overlap text := customer_workflow._option(_propose_records.table_id, 'overlap', _propose_records.company) ->> 0;
    open_statuses text[] := customer_workflow._open_statuses();
    tab text := (SELECT customer_workflow._name(t.relation) FROM customer_workflow.protected_table AS t WHERE t.id = _propose_records.table_id);
    own bigint[];
    targets bigint[];
    actions text[];
    made bigint;
    wrong record;
BEGIN
    PERFORM customer_workflow._see_configuration(ARRAY[_propose_records.table_id]);
    own := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                  WHERE p.record_hash = ANY (hashes) AND p.table_id = _propose_records.table_id AND p.author = _propose_records.author
                    AND p.operation = _propose_records.operation AND p.status = ANY (open_statuses)
                  ORDER BY p.id FOR UPDATE);

    -- Nowhere where the author proposes just that already, else into an editable proposal of his; into a pending one only by option amend.
    WITH given AS (
        SELECT c.record, c.field, c.original, c.proposed, c.image, count(*) OVER (PARTITION BY c.record) AS n
          FROM ROWS FROM (unnest(records), unnest(fields), unnest(originals), unnest(proposeds), unnest(images)) AS c (record, field, original, proposed, image)
         WHERE own <> '{}'
    ), met AS (
        SELECT h.n AS record, p.id, p.collects, p.status IN ('not_submitted', 'change_requested', 'rejected') AS editable
          FROM unnest(hashes) WITH ORDINALITY AS h (hash, n)
          JOIN customer_workflow.proposal AS p ON p.record_hash = h.hash AND p.id = ANY (own)
    ), same AS (
        SELECT m.id, m.record FROM met AS m
          JOIN given AS g ON g.record = m.record
          JOIN customer_workflow.change AS x ON x.proposal = m.id AND x.field = g.field AND x.proposed COLLATE "C" IS NOT DISTINCT FROM g.proposed
           AND x.original COLLATE "C" IS NOT DISTINCT FROM g.original AND x.image IS NOT DISTINCT FROM g.image
         GROUP BY m.id, m.record
        HAVING count(*) = max(g.n) AND count(*) = (SELECT count(*) FROM customer_workflow.change AS k WHERE k.proposal = m.id)
    ), best AS (
        SELECT m.record, max(s.id) AS same, max(m.id) FILTER (WHERE NOT m.editable) AS pending,
               coalesce(max(m.id) FILTER (WHERE m.collects), max(m.id) FILTER (WHERE m.editable)) AS editable
          FROM met AS m LEFT JOIN same AS s ON s.id = m.id GROUP BY m.record
    )
    SELECT array_agg(a.target ORDER BY a.n), array_agg(a.action ORDER BY a.n) INTO targets, actions
      FROM (SELECT h.n,
                   CASE WHEN b.same IS NOT NULL THEN b.same WHEN b.editable IS NOT NULL THEN b.editable
                        WHEN b.pending IS NOT NULL AND amend <> 'parallel' THEN b.pending
                        ELSE nextval('customer_workflow.proposal_id_seq') END AS target,
                   CASE WHEN b.same IS NOT NULL THEN 'unchanged' WHEN b.editable IS NOT NULL THEN 'amend'
                        WHEN b.pending IS NOT NULL AND amend <> 'parallel' THEN amend ELSE 'new' END AS action
              FROM unnest(hashes) WITH ORDINALITY AS h (hash, n) LEFT JOIN best AS b ON b.record = h.n) AS a;

    SELECT a.key, a.target AS id INTO wrong FROM unnest(keys, actions, targets) AS a (key, action, target) WHERE a.action = 'reject' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'CW006',
            MESSAGE = format('"%s" %s is waiting for approval and cannot be changed', tab, wrong.key),
            DETAIL = format('It is in proposal %s. Option amend of the table is reject.', wrong.id),
            HINT = 'Recall the proposal first with customer_workflow.recall().';
    END IF;
    IF overlap = 'reject' THEN
        SELECT a.key, p.id, p.author INTO wrong
          FROM unnest(keys, hashes, actions) AS a (key, hash, action)
          JOIN customer_workflow.proposal AS p ON p.record_hash = a.hash AND p.table_id = _propose_records.table_id AND p.author <> _propose_records.author
           AND p.operation = _propose_records.operation AND p.status = ANY (open_statuses)
         WHERE a.action <> 'unchanged' ORDER BY p.id LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'CW006',
                MESSAGE = format('another author has an open proposal to %s "%s" %s', CASE operation WHEN 'delete' THEN 'delete' ELSE 'create' END, tab, wrong.key),
                DETAIL = format('It is proposal %s of %s. Option overlap of the table is reject.', wrong.id, customer_workflow._display(wrong.author)),
                HINT = 'Wait until it is decided, or talk to its author.';
        END IF;
    END IF;
    IF 'recall' = ANY (actions) THEN
        PERFORM customer_workflow._back_to_draft(ARRAY(SELECT a.target FROM unnest(actions, targets) AS a (action, target) WHERE a.action = 'recall' ORDER BY 1),
                                                 'recalled', '{"reason": "amended by its author"}');
    END IF;

    IF 'new' = ANY (actions) THEN
        -- What deletes a record collects nothing: further changes of its author are changes.
        INSERT INTO customer_workflow.proposal (id, table_id, record_key, record_hash, operation, collects, author, parties, database_role, data_entity,
                                                auto_submit, reference, comment, company)
        OVERRIDING SYSTEM VALUE
        SELECT a.target, _propose_records.table_id, a.key::jsonb, a.hash, _propose_records.operation,
               _propose_records.operation <> 'delete'
                   AND NOT EXISTS (SELECT FROM customer_workflow.proposal AS q WHERE q.record_hash = a.hash AND q.table_id = _propose_records.table_id
                                                                                 AND q.author = _propose_records.author AND q.collects),
               _propose_records.author, _propose_records.parties, customer_workflow._looking_role(), _propose_records.data_entity,
               _propose_records.auto_submit, _propose_records.reference, _propose_records.comment, _propose_records.company
          FROM unnest(keys, hashes, actions, targets) AS a (key, hash, action, target) WHERE a.action = 'new'
        ON CONFLICT (record_hash, table_id, (CASE WHEN collects THEN author WHEN status <> ALL ('{applied,cancelled,expired}') THEN id::text END)) DO NOTHING;
        GET DIAGNOSTICS made = ROW_COUNT;
        IF made < (SELECT count(*) FROM unnest(actions) AS a WHERE a = 'new') THEN
            RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
                MESSAGE = 'could not serialize access due to a concurrent draft of the same author', HINT = 'Try the transaction again.';
        END IF;
        INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, source, comment, details)
        SELECT _propose_records.table_id, a.target, 'proposed', _propose_records.author, session_user, _propose_records.data_entity, _propose_records.comment,
               jsonb_build_object('operation', _propose_records.operation)
          FROM unnest(actions, targets) AS a (action, target) WHERE a.action = 'new' ORDER BY a.target;
    END IF;
    IF own <> '{}' THEN
        DELETE FROM customer_workflow.change AS x USING unnest(actions, targets) WITH ORDINALITY AS a (action, target, n)
         WHERE x.proposal = a.target AND a.action IN ('amend', 'recall')
           AND NOT EXISTS (SELECT FROM unnest(records, fields) AS g (record, field) WHERE g.record = a.n AND g.field = x.field);
    END IF;
    PERFORM customer_workflow._edit(_propose_records.table_id, array_agg(a.target), array_agg(a.action <> 'new'), array_agg(g.field), array_agg(g.original),
                                    array_agg(g.proposed), array_agg(g.image), _propose_records.author, _propose_records.data_entity,
                                    _propose_records.auto_submit, _propose_records.reference, _propose_records.comment)
       FROM ROWS FROM (unnest(records), unnest(fields), unnest(originals), unnest(proposeds), unnest(images)) AS g (record, field, original, proposed, image)
       JOIN unnest(actions, targets) WITH ORDINALITY AS a (action, target, n) ON a.n = g.record AND a.action <> 'unchanged'
       LEFT JOIN customer_workflow.change AS x ON x.proposal = a.target AND x.field = g.field AND own <> '{}'
      WHERE a.action = 'new' OR x.proposal IS NULL OR x.proposed COLLATE "C" IS DISTINCT FROM g.proposed
         OR x.original COLLATE "C" IS DISTINCT FROM g.original OR x.image IS DISTINCT FROM g.image
     HAVING count(*) > 0;
    IF operation = 'draft' THEN
        INSERT INTO customer_workflow.pending_record AS r (table_id, record_hash, record_key, proposal)
        SELECT _propose_records.table_id, a.hash, a.key::jsonb, a.target FROM unnest(keys, hashes, targets) AS a (key, hash, target)
        ON CONFLICT (table_id, record_hash) DO UPDATE SET proposal = excluded.proposal;
    END IF;

    RETURN QUERY
    SELECT a.n, p.id, p.status, a.action,
           (SELECT string_agg(format('proposal %s of %s', q.id, customer_workflow._display(q.author)), ', ' ORDER BY q.id)
              FROM customer_workflow.proposal AS q
             WHERE a.action <> 'unchanged' AND q.record_hash = a.hash AND q.table_id = _propose_records.table_id AND q.author <> _propose_records.author
               AND q.status = ANY (open_statuses)),
           _propose_records.auto_submit AND a.action <> 'unchanged' AND p.status IN ('not_submitted', 'change_requested', 'rejected')
      FROM unnest(hashes, actions, targets) WITH ORDINALITY AS a (hash, action, target, n)
      JOIN customer_workflow.proposal AS p ON p.id = a.target
     ORDER BY a.n;
END
$$;
COMMENT ON FUNCTION customer_workflow._propose_records(integer, text, text[], uuid[], integer[], text[], text[], text[], bytea[], text, text[], text, boolean, text, text, text)
    IS 'Makes or amends the proposals of one author to create or delete records; a draft is pending from then on';

CREATE FUNCTION customer_workflow._pending_gone(table_id integer, hashes uuid[], taken uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    candidates jsonb[] := ARRAY(SELECT r.record_key FROM customer_workflow.pending_record AS r
                                 WHERE r.table_id = _pending_gone.table_id AND (hashes IS NULL OR r.record_hash = ANY (hashes)));
BEGIN
    IF candidates <> '{}' THEN
        DELETE FROM customer_workflow.pending_record AS r
         WHERE r.table_id = _pending_gone.table_id AND (hashes IS NULL OR r.record_hash = ANY (hashes))
           AND (r.record_hash = ANY (taken)
                OR r.record_key NOT IN (SELECT s.record_key FROM customer_workflow._read_records(_pending_gone.table_id, candidates, '{}', false) AS s));
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._pending_gone(integer, uuid[], uuid[]) IS 'Records that were deleted or truncated are pending no more; taken: keys that another record has by now';

CREATE FUNCTION customer_workflow._pending_moved(table_id integer, old_hashes uuid[], new_keys text[], new_hashes uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before uuid[];
    proposals bigint[];
BEGIN
    -- Keys may be swapped or shifted.
    WITH gone AS (
        DELETE FROM customer_workflow.pending_record AS r WHERE r.table_id = _pending_moved.table_id AND r.record_hash = ANY (old_hashes)
        RETURNING r.record_hash, r.proposal)
    SELECT array_agg(g.record_hash), array_agg(g.proposal) INTO before, proposals FROM gone AS g;
    IF before IS NOT NULL THEN
        INSERT INTO customer_workflow.pending_record (table_id, record_hash, record_key, proposal)
        SELECT _pending_moved.table_id, k.new_hash, k.new_key::jsonb, b.proposal
          FROM unnest(before, proposals) AS b (hash, proposal) JOIN unnest(old_hashes, new_keys, new_hashes) AS k (old_hash, new_key, new_hash) ON k.old_hash = b.hash
        ON CONFLICT DO NOTHING;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._pending_moved(integer, uuid[], text[], uuid[]) IS 'A pending record stays pending when its key changes';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._record_triggers(jsonb), customer_workflow._of_any_company(regclass, jsonb), customer_workflow._record_lock(regclass, jsonb, text), customer_workflow._install_record_triggers(regclass, jsonb),
    customer_workflow._check_record_options(regclass, jsonb, oid),
    customer_workflow._propose_records(integer, text, text[], uuid[], integer[], text[], text[], text[], bytea[], text, text[], text, boolean, text, text, text),
    customer_workflow._pending_gone(integer, uuid[], uuid[]), customer_workflow._pending_moved(integer, uuid[], text[], uuid[])
    FROM PUBLIC;
