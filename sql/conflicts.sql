-- The stored value is not the original any more: what its author does about it, and who is told.

CREATE FUNCTION customer_workflow._rebase(request customer_workflow._request, proposals bigint[]) RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    problems customer_workflow._problem[];
    moves record;
    gone bigint[];
BEGIN
    problems := ARRAY(
        SELECT ROW(p.id, 'P0002', format('proposal %s does not change %s', p.id, coalesce(f.name, 'null')),
                   format('It changes %s.', (SELECT string_agg(c.field, ', ' ORDER BY c.field) FROM customer_workflow.change AS c WHERE c.proposal = p.id)),
                   'See customer_workflow.proposed_changes.', NULL, NULL, NULL, NULL, NULL)::customer_workflow._problem
          FROM customer_workflow.proposal AS p
         CROSS JOIN LATERAL (SELECT u.name FROM unnest(request.fields) AS u (name)
                              WHERE NOT EXISTS (SELECT FROM customer_workflow.change AS c WHERE c.proposal = p.id AND c.field = u.name) LIMIT 1) AS f
         WHERE p.id = ANY (proposals) ORDER BY p.id);
    SELECT array_agg(m.proposal) FILTER (WHERE NOT m.gone) AS ids, array_agg(m.field) FILTER (WHERE NOT m.gone) AS fields,
           array_agg(m.original) FILTER (WHERE NOT m.gone) AS originals, array_agg(m.current) FILTER (WHERE NOT m.gone) AS currents,
           array_agg(DISTINCT m.proposal) FILTER (WHERE m.gone) AS gone
      INTO moves
      FROM customer_workflow._moved(ARRAY(SELECT id FROM unnest(proposals) AS id EXCEPT SELECT f.proposal FROM unnest(problems) AS f ORDER BY id)) AS m
     WHERE m.gone OR request.fields IS NULL OR m.field = ANY (request.fields);
    IF moves.ids IS NOT NULL THEN
        PERFORM customer_workflow._interrupt(moves.ids);
        UPDATE customer_workflow.change AS c SET original = m.current, changed_at = now()
          FROM unnest(moves.ids, moves.fields, moves.currents) AS m (proposal, field, current)
         WHERE c.proposal = m.proposal AND c.field = m.field;
        INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, comment, digest, details)
        SELECT p.table_id, p.id, 'rebased', request.person, session_user, request.comment, p.digest,
               jsonb_build_object('changes', jsonb_agg(jsonb_build_object('field', m.field,
                   'previous', customer_workflow._logged_text(m.original), 'original', customer_workflow._logged_text(m.current)) ORDER BY m.field))
          FROM unnest(moves.ids, moves.fields, moves.originals, moves.currents) AS m (proposal, field, original, current)
          JOIN customer_workflow.proposal AS p ON p.id = m.proposal
         GROUP BY p.id ORDER BY p.id;
        PERFORM customer_workflow._edited(request, moves.ids);
        -- what was seen is not what is proposed any more
        PERFORM customer_workflow._back_to_draft(ARRAY(
            SELECT p.id FROM customer_workflow.proposal AS p
             WHERE p.id = ANY (customer_workflow._with_mates(moves.ids)) AND p.status IN ('pending_approval', 'approved')), NULL, NULL);
        UPDATE customer_workflow.proposal AS p SET digest = NULL WHERE p.id = ANY (customer_workflow._with_mates(moves.ids));
    END IF;
    RETURN QUERY SELECT * FROM unnest(problems);
    RETURN QUERY
    SELECT p.id, 'CW001', format('"%s" %s of proposal %s does not exist any more', customer_workflow._name(t.relation), p.record_key, p.id),
           'There is no such record.', 'Cancel the proposal.', NULL::text, NULL::text, NULL::text, NULL::text, NULL::text
      FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
     WHERE p.id = ANY (moves.gone) ORDER BY p.id;
    RETURN QUERY SELECT * FROM customer_workflow._existing(proposals);
END
$$;
COMMENT ON FUNCTION customer_workflow._rebase(customer_workflow._request, bigint[])
    IS 'What moved (of the fields of the request, null: all) takes the stored value as its new original, and approvals of it are void; returns those whose record is gone, or that do not change a field';

-- Nearly always there is none. The index has the open proposals of a record apart from its closed ones.
CREATE FUNCTION customer_workflow._rivals(proposals bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    beside bigint[] := ARRAY(
        SELECT q.id FROM customer_workflow.proposal AS p
          JOIN customer_workflow.proposal AS q ON q.record_hash = p.record_hash AND q.table_id = p.table_id
           AND (CASE WHEN q.collects THEN q.author WHEN q.status <> ALL ('{applied,cancelled,expired}') THEN q.id::text END) IS NOT NULL
         WHERE p.id = ANY (proposals) AND q.id <> p.id);
BEGIN
    RETURN CASE WHEN beside = '{}' THEN beside ELSE ARRAY(
        SELECT DISTINCT q.id FROM customer_workflow.proposal AS q
          JOIN customer_workflow.change AS x ON x.proposal = q.id
          JOIN customer_workflow.proposal AS p ON p.record_hash = q.record_hash AND p.table_id = q.table_id
          JOIN customer_workflow.change AS c ON c.proposal = p.id AND c.field = x.field
         WHERE q.id = ANY (beside) AND q.status = ANY (customer_workflow._open_statuses()) AND p.id = ANY (proposals) AND p.id <> q.id
         ORDER BY q.id) END;
END
$$;
COMMENT ON FUNCTION customer_workflow._rivals(bigint[]) IS 'Other open proposals that change the same field of the same record as one of these';

CREATE FUNCTION customer_workflow._moves(proposals bigint[]) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(m.proposal::text, m.fields), '{}')
      FROM (SELECT m.proposal, jsonb_object_agg(m.field, m.current) AS fields FROM customer_workflow._moved(proposals) AS m GROUP BY m.proposal) AS m
$$;
COMMENT ON FUNCTION customer_workflow._moves(bigint[]) IS 'What is stored where a change of these proposals has moved, by proposal and field';

CREATE FUNCTION customer_workflow._tell_overtaken(request customer_workflow._request, applied bigint[], rivals bigint[], before jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    told bigint[];
BEGIN
    WITH told AS (
        INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, details)
        SELECT q.table_id, q.id, 'overtaken', coalesce(request.person, 'system'), session_user,
               jsonb_build_object('by', max(p.id), 'changes', jsonb_agg(jsonb_build_object('field', m.field,
                   'original', customer_workflow._logged_text(m.original), 'stored', customer_workflow._logged_text(m.current)) ORDER BY m.field))
          FROM customer_workflow._moved(rivals) AS m
          JOIN customer_workflow.proposal AS q ON q.id = m.proposal
          JOIN customer_workflow.proposal AS p ON p.id = ANY (applied) AND p.id <> q.id AND p.record_hash = q.record_hash AND p.table_id = q.table_id
         WHERE NOT m.gone AND before #> ARRAY[m.proposal::text, m.field] IS DISTINCT FROM coalesce(to_jsonb(m.current), 'null')
         GROUP BY q.id, q.table_id ORDER BY q.id
        RETURNING proposal
    )
    SELECT array_agg(t.proposal) INTO told FROM told AS t;
    PERFORM customer_workflow._overtook(told);
END
$$;
COMMENT ON FUNCTION customer_workflow._tell_overtaken(customer_workflow._request, bigint[], bigint[], jsonb)
    IS 'Tells proposals of which values have moved since, and whoever overtook them';

CREATE FUNCTION customer_workflow._overtaken_directly(table_id integer, hashes uuid[], fields text[], stored text[], person text, reason text) RETURNS SETOF bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH written AS (
        -- a statement may write a record twice
        SELECT DISTINCT ON (w.hash, w.field) w.hash, w.field, w.stored COLLATE "C" AS stored
          FROM ROWS FROM (unnest(hashes), unnest(_overtaken_directly.fields), unnest(_overtaken_directly.stored)) WITH ORDINALITY AS w (hash, field, stored, n)
         ORDER BY w.hash, w.field, w.n DESC
    ), told AS (
        INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, details)
        SELECT q.table_id, q.id, 'overtaken', _overtaken_directly.person, session_user,
               jsonb_build_object('reason', _overtaken_directly.reason, 'changes', jsonb_agg(jsonb_build_object('field', c.field,
                   'original', customer_workflow._logged_text(c.original), 'stored', customer_workflow._logged_text(w.stored)) ORDER BY c.field))
          FROM written AS w
          JOIN customer_workflow.proposal AS q ON q.record_hash = w.hash AND q.table_id = _overtaken_directly.table_id
           AND q.status = ANY (customer_workflow._open_statuses())
          JOIN customer_workflow.change AS c ON c.proposal = q.id AND c.field = w.field
         WHERE w.stored IS DISTINCT FROM c.original AND w.stored IS DISTINCT FROM c.proposed
         GROUP BY q.id, q.table_id ORDER BY q.id
        RETURNING proposal
    )
    SELECT t.proposal FROM told AS t ORDER BY t.proposal;
END
$$;
COMMENT ON FUNCTION customer_workflow._overtaken_directly(integer, uuid[], text[], text[], text, text)
    IS 'Tells open proposals of these records that values were written past approval, which are neither the original nor the proposed ones; returns them';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._rebase(customer_workflow._request, bigint[]), customer_workflow._rivals(bigint[]), customer_workflow._moves(bigint[]),
    customer_workflow._tell_overtaken(customer_workflow._request, bigint[], bigint[], jsonb),
    customer_workflow._overtaken_directly(integer, uuid[], text[], text[], text, text)
    FROM PUBLIC;
