-- checkpoint(): everything recorded is chained. Nothing of this happens when an entry is recorded, so that writers neither wait for
-- each other nor pay for it.

CREATE FUNCTION customer_workflow._content(parts text[]) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_content';
COMMENT ON FUNCTION customer_workflow._content(text[]) IS 'SHA-256 of the parts in UTF-8, each as its length in bytes, a colon, the bytes, and a comma; of null as a hyphen';

CREATE FUNCTION customer_workflow._link(state bytea, previous bytea, content bytea) RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_link';
COMMENT ON FUNCTION customer_workflow._link(bytea, bytea, bytea) IS 'SHA-256 of the link before (state, else previous, else 32 zero bytes) and the content of an entry';

CREATE FUNCTION customer_workflow._grow(state bytea, start bytea, link bytea) RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_grow';
COMMENT ON FUNCTION customer_workflow._grow(bytea, bytea, bytea) IS 'The tree (state, else start, else an empty one) with one more link';

CREATE FUNCTION customer_workflow._root(tree bytea) RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_root';
COMMENT ON FUNCTION customer_workflow._root(bytea) IS 'The root of the tree, as of RFC 6962';

CREATE FUNCTION customer_workflow._next_transaction() RETURNS xid8
    LANGUAGE c VOLATILE PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_next_transaction';
COMMENT ON FUNCTION customer_workflow._next_transaction() IS 'Above the numbers of all transactions that have one now';

-- A snapshot calls running only what has a lower number than some transaction that has ended. One with a higher number may run as
-- well, and have recorded something: it got its number before this function was called, which is after the snapshot was taken.
CREATE FUNCTION customer_workflow._all_running(snapshot pg_snapshot) RETURNS pg_snapshot
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    WITH next AS MATERIALIZED (SELECT customer_workflow._next_transaction()::text::bigint AS id),
    running AS (SELECT x::text::bigint AS id FROM pg_snapshot_xip(_all_running.snapshot) AS x
                UNION
                SELECT generate_series(pg_snapshot_xmax(_all_running.snapshot)::text::bigint, next.id - 1) FROM next)
    SELECT format('%s:%s:%s', coalesce(min(r.id), next.id), next.id, string_agg(r.id::text, ',' ORDER BY r.id))::pg_snapshot
      FROM next LEFT JOIN running AS r ON r.id <> pg_current_xact_id()::text::bigint
     GROUP BY next.id
$$;
COMMENT ON FUNCTION customer_workflow._all_running(pg_snapshot) IS 'The snapshot of the moment, with every other transaction that has a number and may not have been seen';

CREATE AGGREGATE customer_workflow._chained(previous bytea, content bytea) (SFUNC = customer_workflow._link, STYPE = bytea);
COMMENT ON AGGREGATE customer_workflow._chained(bytea, bytea) IS 'The last link of a chain that goes on from the first previous';

CREATE AGGREGATE customer_workflow._tree(start bytea, link bytea) (SFUNC = customer_workflow._grow, STYPE = bytea);
COMMENT ON AGGREGATE customer_workflow._tree(bytea, bytea) IS 'The tree over these links, which grows on from the first start';

-- Times as seconds since 1970 and jsonb as PostgreSQL writes it: no setting of a session and no dump makes a difference.
CREATE VIEW customer_workflow._history_entry AS
SELECT 'h'::"char" AS source,
       (CASE WHEN h.proposal IS NOT NULL THEN 'p' WHEN h.table_id IS NOT NULL THEN 't' ELSE 'g' END)::"char" AS kind,
       coalesce(h.proposal, h.table_id, 0) AS chain,
       h.id AS entry,
       h.transaction,
       h.at,
       h.table_id,
       h.proposal,
       customer_workflow._content(ARRAY['history', h.id::text, h.transaction::text, extract(epoch FROM h.at)::text, h.table_id::text,
           h.proposal::text, h.kind, h.person, h.on_behalf_of, h.database_role, h.source, h.element, h.step, h.comment, h.digest,
           h.details::text, h.identity::text]) AS content
  FROM (SELECT id, transaction, at, table_id, proposal, kind, person, on_behalf_of, database_role, source, element, step, comment, digest,
               details, identity
          FROM customer_workflow.history
        UNION ALL
        SELECT id, transaction, at, table_id, proposal, kind, person, on_behalf_of, database_role, source, element, step, comment, digest,
               details, identity
          FROM customer_workflow.archive_history) AS h
UNION ALL
SELECT 'd', 'd', d.table_id, d.id, d.transaction, d.at, d.table_id, NULL,
       customer_workflow._content(ARRAY['direct_change', d.id::text, d.transaction::text, extract(epoch FROM d.at)::text, d.table_id::text,
           d.record_key::text, d.field, d.original_value, d.new_value, d.person, d.database_role, d.reason, d.identity::text])
  FROM customer_workflow.direct_change AS d
UNION ALL
SELECT 'c', 'c', 0, c.number, NULL, c.at, NULL, NULL,
       customer_workflow._content(ARRAY['checkpoint', c.number::text, extract(epoch FROM c.at)::text, c.size::text, encode(c.root, 'hex'),
           encode(c.tree, 'hex'), c.snapshot::text, c.last_entry::text, c.last_direct_change::text, c.system_identifier::text,
           c.format::text, c.person, c.database_role])
  FROM customer_workflow.history_checkpoint AS c;
COMMENT ON VIEW customer_workflow._history_entry IS 'Whatever is chained: the history with its archive, direct changes, and checkpoints, each by its chain and with the hash of all that it says';
COMMENT ON COLUMN customer_workflow._history_entry.source IS 'h: the history; d: direct changes; c: checkpoints. Numbers are unique in each';
COMMENT ON COLUMN customer_workflow._history_entry.kind IS 'The kind of chain, see history_link';
COMMENT ON COLUMN customer_workflow._history_entry.chain IS 'Which chain of that kind';
COMMENT ON COLUMN customer_workflow._history_entry.entry IS 'Its number';
COMMENT ON COLUMN customer_workflow._history_entry.transaction IS 'The transaction that recorded it';
COMMENT ON COLUMN customer_workflow._history_entry.at IS 'When';
COMMENT ON COLUMN customer_workflow._history_entry.table_id IS 'The protected table';
COMMENT ON COLUMN customer_workflow._history_entry.proposal IS 'The proposal';
COMMENT ON COLUMN customer_workflow._history_entry.content IS 'SHA-256 of what it says';

CREATE FUNCTION customer_workflow._exported(stored customer_workflow.history_checkpoint) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object(
               'format', stored.format, 'number', stored.number,
               'at', to_char(stored.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
               'size', stored.size, 'root', encode(stored.root, 'hex'), 'snapshot', stored.snapshot::text,
               'last_entry', stored.last_entry, 'last_direct_change', stored.last_direct_change,
               'database', current_database(), 'system_identifier', stored.system_identifier::text,
               'version', (SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'customer_workflow'))
$$;
COMMENT ON FUNCTION customer_workflow._exported(customer_workflow.history_checkpoint) IS 'A checkpoint as it is kept elsewhere';

CREATE FUNCTION customer_workflow._require_auditor() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT (customer_workflow._owns_database()
            OR EXISTS (SELECT FROM customer_workflow.protected_table AS t WHERE customer_workflow._has_duty(t.id, '{auditor}'))) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'permission denied for the proof of the history',
            DETAIL = format('%s does not own database "%s", and is auditor of no table.', coalesce(customer_workflow.current_person(), session_user), current_database()),
            HINT = 'It takes the database owner, a superuser, or the duty auditor.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._require_auditor() IS 'Error 42501 unless the current person owns the database, or is auditor of a table: the history is proved as a whole';

-- What is new is found by numbers alone. A transaction has its own before its first entry has one, so that whatever was recorded
-- by transactions that had none yet at a checkpoint has numbers above all that this one saw; of lower ones only those can be new that
-- a transaction recorded which was running then. These are above what the last checkpoint saw that is older than all of them.
CREATE FUNCTION customer_workflow.checkpoint() RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
    last customer_workflow.history_checkpoint;
    running xid8[];
    low_entry bigint := 0;
    low_change bigint := 0;
    made customer_workflow.history_checkpoint;
    began timestamptz;
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    PERFORM customer_workflow._require_auditor();
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = 'a checkpoint must see what is committed now',
            DETAIL = format('The isolation level of this transaction is %s.', current_setting('transaction_isolation')),
            HINT = 'Take it in a transaction with READ COMMITTED.';
    END IF;
    -- one at a time; who records something does not look at this table
    LOCK TABLE customer_workflow.history_checkpoint IN SHARE ROW EXCLUSIVE MODE;
    SELECT * INTO last FROM customer_workflow.history_checkpoint AS c ORDER BY c.number DESC LIMIT 1;
    running := ARRAY(SELECT pg_snapshot_xip(last.snapshot));
    IF running <> '{}' THEN
        SELECT coalesce(max(c.last_entry), 0), coalesce(max(c.last_direct_change), 0) INTO low_entry, low_change
          FROM customer_workflow.history_checkpoint AS c
         WHERE c.system_identifier = last.system_identifier AND pg_snapshot_xmax(c.snapshot) <= pg_snapshot_xmin(last.snapshot);
    END IF;
    began := clock_timestamp();
    -- one statement, so that what is noted as its snapshot is what it has read by
    WITH seen AS MATERIALIZED (SELECT customer_workflow._all_running(pg_current_snapshot()) AS snapshot),
    new AS (
        SELECT e.source, e.kind, e.chain, e.entry, e.content FROM customer_workflow._history_entry AS e
         WHERE e.source = 'h' AND e.entry > coalesce(last.last_entry, 0) AND (SELECT s.snapshot FROM seen AS s) IS NOT NULL -- early
        UNION ALL
        SELECT e.source, e.kind, e.chain, e.entry, e.content FROM customer_workflow._history_entry AS e
         WHERE e.source = 'h' AND running <> '{}' AND e.entry > low_entry AND e.entry <= last.last_entry AND e.transaction = ANY (running)
        UNION ALL
        SELECT e.source, e.kind, e.chain, e.entry, e.content FROM customer_workflow._history_entry AS e
         WHERE e.source = 'd' AND e.entry > coalesce(last.last_direct_change, 0)
        UNION ALL
        SELECT e.source, e.kind, e.chain, e.entry, e.content FROM customer_workflow._history_entry AS e
         WHERE e.source = 'd' AND running <> '{}' AND e.entry > low_change AND e.entry <= last.last_direct_change AND e.transaction = ANY (running)
        UNION ALL
        SELECT e.source, e.kind, e.chain, e.entry, e.content FROM customer_workflow._history_entry AS e
         WHERE e.source = 'c' AND e.entry = last.number
    ),
    placed AS (
        SELECT n.*, row_number() OVER (ORDER BY n.kind, n.chain, n.entry) AS place,
               row_number() OVER (PARTITION BY n.kind, n.chain ORDER BY n.entry) = 1 AS begins
          FROM new AS n
    ),
    chained AS (
        SELECT p.source, p.kind, p.chain, p.entry, coalesce(last.size, 0) + p.place AS position,
               customer_workflow._chained(CASE WHEN p.begins THEN (SELECT l.hash FROM customer_workflow.history_link AS l
                                                                    WHERE l.kind = p.kind AND l.chain = p.chain
                                                                    ORDER BY l.position DESC LIMIT 1) END, p.content)
                   OVER (PARTITION BY p.kind, p.chain ORDER BY p.entry) AS hash
          FROM placed AS p
    ),
    links AS (
        INSERT INTO customer_workflow.history_link (position, kind, chain, entry, hash)
        SELECT c.position, c.kind, c.chain, c.entry, c.hash FROM chained AS c ORDER BY c.position
        RETURNING position, kind, entry, hash
    ),
    total AS (
        SELECT coalesce(last.size, 0) + count(*) AS size,
               coalesce(customer_workflow._tree(last.tree, l.hash ORDER BY l.position), last.tree, '\x0000000000000000') AS tree,
               max(l.entry) FILTER (WHERE l.kind IN ('p', 't', 'g')) AS entry, max(l.entry) FILTER (WHERE l.kind = 'd') AS change
          FROM links AS l
    )
    INSERT INTO customer_workflow.history_checkpoint
           (number, at, size, root, tree, snapshot, last_entry, last_direct_change, system_identifier, person, database_role)
    SELECT coalesce(last.number, 0) + 1, began, t.size, customer_workflow._root(t.tree), t.tree, s.snapshot,
           greatest(t.entry, last.last_entry, 0), greatest(t.change, last.last_direct_change, 0),
           (SELECT system_identifier FROM pg_control_system()), customer_workflow._require_person(), session_user
      FROM total AS t, seen AS s
    RETURNING * INTO made;
    RETURN customer_workflow._exported(made);
END
$$;
COMMENT ON FUNCTION customer_workflow.checkpoint() IS 'Chains everything that has been recorded, and returns what proves it later, to be kept elsewhere; for auditors, the database owner and superusers';

REVOKE EXECUTE ON FUNCTION customer_workflow._content(text[]), customer_workflow._link(bytea, bytea, bytea), customer_workflow._grow(bytea, bytea, bytea),
    customer_workflow._root(bytea), customer_workflow._next_transaction(), customer_workflow._all_running(pg_snapshot), customer_workflow._chained(bytea, bytea), customer_workflow._tree(bytea, bytea),
    customer_workflow._exported(customer_workflow.history_checkpoint), customer_workflow._require_auditor() FROM PUBLIC;
