-- verify_history(): whether what is stored is what the checkpoints saw.

CREATE FUNCTION customer_workflow._checks(given jsonb)
    RETURNS TABLE (number bigint, kept boolean, at timestamptz, size bigint, root bytea, snapshot text, running xid8[], last_entry bigint, last_change bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT c.number, false, c.at, c.size, c.root, c.snapshot::text, ARRAY(SELECT pg_snapshot_xip(c.snapshot)), c.last_entry, c.last_direct_change
      FROM customer_workflow.history_checkpoint AS c;
    IF _checks.given IS NOT NULL THEN
        IF _checks.given ->> 'format' IS DISTINCT FROM '1' THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = 'this is no checkpoint that this version knows',
                DETAIL = format('Its format is %s, and 1 is known.', coalesce(_checks.given -> 'format', 'null')),
                HINT = 'Give what checkpoint() has returned, as it was.';
        END IF;
        BEGIN
            RETURN QUERY
            SELECT g.number, true, g.at, g.size, decode(g.root, 'hex'), g.snapshot::text, ARRAY(SELECT pg_snapshot_xip(g.snapshot)), g.last_entry, g.last_direct_change
              FROM jsonb_to_record(_checks.given) AS g (number bigint, at timestamptz, size bigint, root text, snapshot pg_snapshot, last_entry bigint, last_direct_change bigint)
             WHERE g.number > 0 AND g.size >= 0 AND length(g.root) = 64 AND g.at IS NOT NULL AND g.snapshot IS NOT NULL AND g.last_entry >= 0 AND g.last_direct_change >= 0;
            IF NOT FOUND THEN
                RAISE data_exception USING MESSAGE = 'Something is missing in it.';
            END IF;
        EXCEPTION WHEN data_exception THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = 'this is no checkpoint', DETAIL = SQLERRM, HINT = 'Give what checkpoint() has returned, as it was.';
        END;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._checks(jsonb) IS 'The stored checkpoints, and one that was kept elsewhere; error 22023 unless that is one';

CREATE FUNCTION customer_workflow._checked_links(given jsonb) RETURNS TABLE (problem text, source text, entry bigint, proposal bigint, table_id integer, message text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET jit = off AS $$
    WITH checks AS MATERIALIZED (SELECT * FROM customer_workflow._checks(_checked_links.given)),
    links AS (SELECT count(*) AS total FROM customer_workflow.history_link),
    grown AS (SELECT row_number() OVER w AS size, customer_workflow._tree(NULL, l.hash) OVER w AS tree
                FROM customer_workflow.history_link AS l WINDOW w AS (ORDER BY l.position)),
    wrong AS (SELECT c.*, max(c.size) FILTER (WHERE g.size = c.size AND customer_workflow._root(g.tree) = c.root OR c.size = 0)
                             OVER (ORDER BY c.size, c.kept ROWS UNBOUNDED PRECEDING) AS good,
                     coalesce(customer_workflow._root(g.tree) = c.root, c.size = 0 AND c.root = customer_workflow._root(NULL)) AS holds
                FROM checks AS c LEFT JOIN grown AS g ON g.size = c.size)
    SELECT 'removed', 'checkpoints', NULL::bigint, NULL::bigint, NULL::integer, format('links %s to %s of the chains are missing', g.before + 1, g.position - 1)
      FROM (SELECT l.position, lag(l.position, 1, 0::bigint) OVER (ORDER BY l.position) AS before FROM customer_workflow.history_link AS l) AS g
     WHERE g.position <> g.before + 1
    UNION ALL
    -- what comes after the first is wrong by it, too
    (SELECT 'checkpoint', 'checkpoints', w.number, NULL, NULL,
            CASE WHEN w.size > links.total THEN format('checkpoint %s covers %s links of the chains, and there are %s', w.number, w.size, links.total)
                 ELSE format('links %s to %s of the chains are not those of checkpoint %s', coalesce(w.good, 0) + 1, w.size, w.number) END
       FROM wrong AS w, links WHERE NOT w.holds AND NOT w.kept ORDER BY w.size, w.number LIMIT 1)
    UNION ALL
    SELECT 'checkpoint', 'checkpoints', w.number, NULL, NULL,
           CASE WHEN w.size > links.total
                THEN format('checkpoint %s as it was kept elsewhere covers %s links of the chains, and there are %s', w.number, w.size, links.total)
                ELSE format('the first %s links of the chains are not those of checkpoint %s as it was kept elsewhere', w.size, w.number) END
      FROM wrong AS w, links WHERE NOT w.holds AND w.kept
    UNION ALL
    SELECT 'checkpoint', 'checkpoints', k.number, NULL, NULL,
           CASE WHEN s.number IS NULL THEN format('checkpoint %s is not stored', k.number)
                ELSE format('checkpoint %s is stored otherwise than it was kept elsewhere', k.number) END
      FROM checks AS k LEFT JOIN checks AS s ON s.number = k.number AND NOT s.kept
     WHERE k.kept AND (s.at, s.size, s.root, s.snapshot, s.last_entry, s.last_change) IS DISTINCT FROM (k.at, k.size, k.root, k.snapshot, k.last_entry, k.last_change)
$$;
COMMENT ON FUNCTION customer_workflow._checked_links(jsonb) IS 'What is wrong with the chains: links that are missing, or not those of a checkpoint';

-- What a checkpoint has not seen was recorded by a transaction that was running then, or by one that began later: then it has a
-- higher number than all that it saw, and a later time. A minute is left for clocks that are set.
CREATE FUNCTION customer_workflow._checked_entries(given jsonb) RETURNS TABLE (problem text, source text, entry bigint, proposal bigint, table_id integer, message text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET jit = off AS $$
    WITH checks AS MATERIALIZED (SELECT * FROM customer_workflow._checks(_checked_entries.given)),
    -- between which checkpoints, and what those before saw at most
    spans AS MATERIALIZED (
        SELECT lag(b.size, 1, -9223372036854775807) OVER w AS after, b.size AS up_to,
               max(b.last_entry) OVER before AS last_entry, max(b.last_change) OVER before AS last_change, max(b.at) OVER before AS at
          FROM (SELECT c.size, c.last_entry, c.last_change, c.at FROM checks AS c UNION ALL SELECT 9223372036854775807, NULL, NULL, NULL) AS b
        WINDOW w AS (ORDER BY b.size), before AS (ORDER BY b.size ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
    last AS MATERIALIZED (SELECT s.*, (SELECT max(c.number) FROM checks AS c WHERE NOT c.kept) AS checkpoint FROM spans AS s WHERE s.up_to = 9223372036854775807),
    links AS (SELECT l.*, (CASE WHEN l.kind IN ('d', 'c') THEN l.kind ELSE 'h' END)::"char" AS source,
                     lag(l.hash) OVER (PARTITION BY l.kind, l.chain ORDER BY l.position) AS previous, s.after, s.last_entry, s.last_change, s.at
                FROM spans AS s CROSS JOIN LATERAL (SELECT * FROM customer_workflow.history_link AS l WHERE l.position > s.after AND l.position <= s.up_to) AS l),
    compared AS (
        SELECT l.position, l.kind, l.chain, l.source AS link_source, l.entry AS link_entry, l.hash, l.previous,
               e.source, e.kind AS entry_kind, e.chain AS entry_chain, e.entry, e.transaction, e.at, e.proposal, e.table_id, e.content,
               coalesce(l.after, 9223372036854775807) AS after,
               CASE WHEN l.position IS NOT NULL THEN l.at ELSE (SELECT at FROM last) END - interval '1 minute' AS before_at,
               CASE WHEN e.source = 'd' THEN CASE WHEN l.position IS NOT NULL THEN l.last_change ELSE (SELECT last_change FROM last) END
                    ELSE CASE WHEN l.position IS NOT NULL THEN l.last_entry ELSE (SELECT last_entry FROM last) END END AS last_seen
          FROM links AS l
          FULL JOIN customer_workflow._history_entry AS e ON e.source = l.source AND e.entry = l.entry),
    judged AS (
        SELECT c.*, CASE WHEN c.entry IS NULL THEN 'removed'
                         WHEN c.position IS NOT NULL
                              AND (c.entry_kind <> c.kind OR c.entry_chain <> c.chain OR customer_workflow._link(NULL, c.previous, c.content) <> c.hash) THEN 'changed'
                         WHEN c.source = 'c' THEN CASE WHEN c.position IS NULL AND c.entry < (SELECT checkpoint FROM last) THEN 'inserted' END
                         WHEN c.entry <= c.last_seen
                              AND EXISTS (SELECT FROM checks AS k WHERE k.size <= c.after AND c.transaction <> ALL (k.running)
                                             AND c.entry <= CASE WHEN c.source = 'd' THEN k.last_change ELSE k.last_entry END) THEN 'inserted'
                         WHEN c.at < c.before_at
                              AND EXISTS (SELECT FROM checks AS k WHERE k.size <= c.after AND c.transaction <> ALL (k.running)
                                             AND c.at < k.at - interval '1 minute') THEN 'backdated' END AS problem
          FROM compared AS c)
    SELECT j.problem,
           CASE coalesce(j.source, j.link_source) WHEN 'h' THEN 'workflow_history' WHEN 'd' THEN 'direct_changes' ELSE 'checkpoints' END,
           coalesce(j.entry, j.link_entry),
           coalesce(j.proposal, CASE WHEN j.kind = 'p' THEN j.chain END),
           coalesce(j.table_id, CASE WHEN j.kind IN ('t', 'd') THEN j.chain END::integer),
           CASE j.problem WHEN 'removed' THEN format('it is gone; it was link %s of the chains', j.position)
                          WHEN 'changed' THEN format('it is not what it was as link %s of the chains', j.position)
                          WHEN 'inserted' THEN 'by its number it was recorded before a checkpoint that has not seen it'
                          ELSE 'by its time it was recorded before a checkpoint that has not seen it' END
      FROM judged AS j WHERE j.problem IS NOT NULL
$$;
COMMENT ON FUNCTION customer_workflow._checked_entries(jsonb) IS 'Entries that are not what was chained, that are gone, or that came when a checkpoint should have seen them';

-- What decisions shows beside the history: author and record of a proposal. The digest that people have decided by covers the record.
CREATE FUNCTION customer_workflow._checked_proposals() RETURNS TABLE (problem text, source text, entry bigint, proposal bigint, table_id integer, message text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET jit = off AS $$
    WITH stored AS (
        SELECT p.id, p.table_id, p.status, p.author, p.record_key, p.workflow, p.version, p.digest, p.effective_at, p.operation, p.change_set
          FROM customer_workflow.proposal AS p
        UNION ALL
        SELECT p.id, p.table_id, p.status, p.author, p.record_key, p.workflow, p.version, p.digest, p.effective_at, p.operation, p.change_set
          FROM customer_workflow.archive_proposal AS p),
    changes AS (
        SELECT c.proposal, string_agg(customer_workflow._digest_line(c.field, c.original, c.proposed, c.image), E'\n' ORDER BY c.field COLLATE "C") AS lines
          FROM (SELECT proposal, field, original, proposed, image FROM customer_workflow.change
                UNION ALL
                SELECT proposal, field, original, proposed, image FROM customer_workflow.archive_change) AS c
         GROUP BY c.proposal),
    told AS (
        SELECT h.proposal, min(h.id) AS first, min(h.id) FILTER (WHERE h.kind = 'proposed') AS proposed,
               array_agg(DISTINCT h.digest) FILTER (WHERE h.digest IS NOT NULL) AS digests,
               bool_or(h.kind IN ('key_changed', 'column_renamed', 'schema_changed')) AS followed
          FROM (SELECT id, proposal, kind, digest FROM customer_workflow.history WHERE proposal IS NOT NULL
                UNION ALL
                SELECT id, proposal, kind, digest FROM customer_workflow.archive_history) AS h
         GROUP BY h.proposal),
    compared AS (
        SELECT s.*, t.first, t.digests, t.followed,
               (SELECT h.person FROM customer_workflow.history AS h WHERE h.id = t.proposed
                UNION ALL
                SELECT h.person FROM customer_workflow.archive_history AS h WHERE h.id = t.proposed LIMIT 1) AS proposed_by,
               CASE WHEN s.status = 'applied' AND s.change_set IS NULL AND s.digest IS NOT NULL
                    THEN encode(sha256(convert_to(concat_ws(E'\n', s.table_id, s.record_key, length(coalesce(s.workflow, '')), coalesce(s.workflow, ''),
                             coalesce(s.version, 0), c.lines, 'effective at ' || extract(epoch FROM s.effective_at), 'operation ' || s.operation), 'UTF8')), 'hex') END AS digest_now
          FROM stored AS s
          LEFT JOIN told AS t ON t.proposal = s.id
          LEFT JOIN changes AS c ON c.proposal = s.id)
    SELECT CASE WHEN c.first IS NULL THEN 'removed' ELSE 'changed' END, 'proposals', NULL::bigint, c.id, c.table_id,
           CASE WHEN c.first IS NULL THEN 'it has no history'
                WHEN c.author <> c.proposed_by THEN 'its author is not who proposed it'
                ELSE 'its record or its values are not those that were decided' END
      FROM compared AS c
     WHERE c.first IS NULL OR c.author <> c.proposed_by
        OR c.digest_now <> c.digest OR c.digest_now IS NOT NULL AND NOT c.followed AND NOT coalesce(c.digest = ANY (c.digests), false)
$$;
COMMENT ON FUNCTION customer_workflow._checked_proposals() IS 'Proposals that are not what their history says';

CREATE FUNCTION customer_workflow._checked_guards() RETURNS TABLE (problem text, source text, entry bigint, proposal bigint, table_id integer, message text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'unguarded', CASE WHEN g.name LIKE '%history' THEN 'workflow_history' WHEN g.name = 'direct_change' THEN 'direct_changes' ELSE 'checkpoints' END,
           NULL::bigint, NULL::bigint, NULL::integer, format('trigger %s of customer_workflow.%s is %s', g.trigger, g.name, CASE WHEN t.oid IS NULL THEN 'gone' ELSE 'disabled' END)
      FROM (VALUES ('history', 'append_only'), ('history', 'only_to_archive'), ('archive_history', 'append_only'), ('direct_change', 'append_only'),
                   ('history_link', 'append_only'), ('history_checkpoint', 'append_only')) AS g (name, trigger)
      LEFT JOIN pg_trigger AS t ON t.tgrelid = format('customer_workflow.%I', g.name)::regclass AND t.tgname = g.trigger
     WHERE t.oid IS NULL OR t.tgenabled NOT IN ('O', 'A')
    UNION ALL
    SELECT 'inserted', 'workflow_history', h.id, h.proposal, h.table_id, 'it is in the history and in the archive'
      FROM customer_workflow.history AS h JOIN customer_workflow.archive_history AS a ON a.id = h.id
    UNION ALL
    SELECT 'unguarded', s.source, NULL, NULL, NULL, format('sequence %s gives numbers that are below what a checkpoint saw, or not one by one', s.sequence)
      FROM (SELECT 'workflow_history' AS source, 'customer_workflow.history_id_seq'::regclass AS sequence, last_value,
                   (SELECT max(c.last_entry) FROM customer_workflow.history_checkpoint AS c) AS seen FROM customer_workflow.history_id_seq
            UNION ALL
            SELECT 'direct_changes', 'customer_workflow.direct_change_id_seq', last_value,
                   (SELECT max(c.last_direct_change) FROM customer_workflow.history_checkpoint AS c) FROM customer_workflow.direct_change_id_seq) AS s
      JOIN pg_sequence AS q ON q.seqrelid = s.sequence
     WHERE s.last_value < s.seen OR q.seqincrement <> 1 OR q.seqcache <> 1 OR q.seqcycle
$$;
COMMENT ON FUNCTION customer_workflow._checked_guards() IS 'What keeps the history append-only and is not there, entries that are there twice, and sequences that do not count';

CREATE FUNCTION customer_workflow.verify_history(checkpoint jsonb DEFAULT NULL)
    RETURNS TABLE (problem text, source text, entry bigint, proposal bigint, relation text, message text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM customer_workflow._require_auditor();
    RETURN QUERY
    SELECT f.problem, f.source, f.entry, f.proposal, t.relation_name, f.message
      FROM (SELECT 1 AS part, l.* FROM customer_workflow._checked_links(verify_history.checkpoint) AS l
            UNION ALL
            SELECT 2, e.* FROM customer_workflow._checked_entries(verify_history.checkpoint) AS e
            UNION ALL
            SELECT 3, p.* FROM customer_workflow._checked_proposals() AS p
            UNION ALL
            SELECT 4, g.* FROM customer_workflow._checked_guards() AS g) AS f
      LEFT JOIN customer_workflow.proposal AS p ON p.id = f.proposal
      LEFT JOIN customer_workflow.archive_proposal AS a ON a.id = f.proposal
      LEFT JOIN customer_workflow.protected_table AS t ON t.id = coalesce(f.table_id, p.table_id, a.table_id)
     ORDER BY f.part, f.source, f.entry, f.proposal, f.message;
END
$$;
COMMENT ON FUNCTION customer_workflow.verify_history(jsonb) IS 'Whether the history is what the checkpoints saw, also one that was kept elsewhere: a row a problem, none when it is; for auditors, the database owner and superusers';

REVOKE EXECUTE ON FUNCTION customer_workflow._checks(jsonb), customer_workflow._checked_links(jsonb), customer_workflow._checked_entries(jsonb),
    customer_workflow._checked_proposals(), customer_workflow._checked_guards() FROM PUBLIC;
