-- Approvals are for a content. An edit of a running proposal takes it back; where the edit is undone, it goes on where it stood.

CREATE FUNCTION customer_workflow._frame(proposal customer_workflow.proposal) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_array(proposal.table_id, proposal.record_key, proposal.operation, proposal.company, proposal.change_set, proposal.part_of,
                             extract(epoch FROM proposal.effective_at))
$$;
COMMENT ON FUNCTION customer_workflow._frame(customer_workflow.proposal) IS 'What a proposal is about beside its fields';

-- Before the edit: afterwards nobody knows what was approved.
CREATE FUNCTION customer_workflow._interrupt(proposals bigint[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    WITH running AS MATERIALIZED (
        -- the built-in workflow has one step, whose approval ends it
        SELECT p.id FROM customer_workflow.proposal AS p
         WHERE p.id = ANY (proposals) AND p.status = 'pending_approval' AND p.workflow <> 'built_in' AND p.digest IS NOT NULL
    ), item AS MATERIALIZED (
        SELECT w.proposal, w.id FROM customer_workflow.work_item AS w WHERE w.proposal IN (SELECT r.id FROM running AS r) AND w.status = 'open'
    )
    UPDATE customer_workflow.proposal AS p
       SET interrupted = jsonb_build_object('digest', p.digest, 'frame', customer_workflow._frame(p), 'changes', customer_workflow._fingerprints(p.id),
                                            'items', i.ids, 'places', coalesce(l.places, '[]'), 'deadlines', coalesce(d.deadlines, '[]'))
      FROM running AS r
      LEFT JOIN (SELECT i.proposal, jsonb_agg(i.id ORDER BY i.id) AS ids FROM item AS i GROUP BY i.proposal) AS i ON i.proposal = r.id
      LEFT JOIN (SELECT i.proposal, jsonb_agg(to_jsonb(l) ORDER BY l.work_item, l.person) AS places
                   FROM item AS i JOIN customer_workflow.work_item_place AS l ON l.work_item = i.id GROUP BY i.proposal) AS l ON l.proposal = r.id
      LEFT JOIN (SELECT d.proposal, jsonb_agg(to_jsonb(d) ORDER BY d.id) AS deadlines
                   FROM customer_workflow.deadline AS d WHERE d.proposal IN (SELECT r.id FROM running AS r) GROUP BY d.proposal) AS d ON d.proposal = r.id
     WHERE p.id = r.id
$$;
COMMENT ON FUNCTION customer_workflow._interrupt(bigint[]) IS 'Keeps what of these proposals runs and what has been seen of them, before an edit takes them back';

CREATE FUNCTION customer_workflow._interruptions(request customer_workflow._request, proposals bigint[], workflows text[], versions integer[])
    RETURNS TABLE (proposal bigint, how text, changed jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    ids bigint[] := ARRAY(
        SELECT p.id FROM unnest(proposals, workflows, versions) AS h (id, workflow, version) JOIN customer_workflow.proposal AS p ON p.id = h.id
         WHERE h.workflow <> 'built_in' AND p.interrupted IS NOT NULL AND (p.workflow, p.version) = (h.workflow, h.version)
           AND p.interrupted -> 'frame' = customer_workflow._frame(p) ORDER BY p.id);
    same bigint[];
    otherwise bigint[] := '{}';
    told record;
BEGIN
    IF ids = '{}' THEN
        RETURN;
    END IF;
    same := ARRAY(SELECT d.proposal FROM customer_workflow._digests(ids) AS d JOIN customer_workflow.proposal AS p ON p.id = d.proposal
                   WHERE d.digest = p.interrupted ->> 'digest');
    -- The way that it took must be the one that it would take.
    FOR told IN
        SELECT t.relation, d.role, c.condition, array_agg(c.id ORDER BY c.id, c.value) AS ids, array_agg(c.value ORDER BY c.id, c.value) AS found
          FROM (SELECT DISTINCT p.id, p.workflow, p.version, p.table_id, h.details ->> 'condition' AS condition, h.details ->> 'value' AS value
                  FROM customer_workflow.proposal AS p JOIN customer_workflow.history AS h ON h.proposal = p.id
                 WHERE p.id = ANY (same)
                   AND h.kind IN ('pre_condition_evaluation', 'auto_completion_condition_evaluation', 'decision_condition_evaluation')
                   AND h.id > (SELECT max(s.id) FROM customer_workflow.history AS s WHERE s.proposal = p.id AND s.kind IN ('submitted', 'rerouted'))) AS c
         CROSS JOIN LATERAL customer_workflow._definition(c.workflow, c.version, c.table_id) AS d
          JOIN customer_workflow.protected_table AS t ON t.id = c.table_id
         GROUP BY t.relation, d.role, c.condition ORDER BY t.relation, c.condition
    LOOP
        otherwise := otherwise || ARRAY(
            SELECT b.id FROM unnest(told.ids, told.found) AS b (id, value)
              LEFT JOIN customer_workflow._conditions(told.relation, told.role, told.condition, customer_workflow._cases_of(request,
                            ARRAY(SELECT DISTINCT i.id FROM unnest(told.ids) AS i (id) ORDER BY i.id))) AS c ON c.proposal = b.id
             WHERE c.value IS DISTINCT FROM coalesce(b.value, 'null'));
    END LOOP;
    RETURN QUERY
    SELECT p.id, CASE WHEN p.id <> ALL (same) THEN 'edited' WHEN p.id = ANY (otherwise) THEN 'edited' ELSE 'undone' END, e.changed
      FROM customer_workflow.proposal AS p
     CROSS JOIN LATERAL (SELECT customer_workflow._edited_fields(p.interrupted -> 'changes', customer_workflow._fingerprints(p.id)) AS changed) AS e
     -- the same fields under another digest: what else it covers has changed, and nothing of it was seen
     WHERE p.id = ANY (ids) AND (p.id = ANY (same) OR e.changed <> '[]');
END
$$;
COMMENT ON FUNCTION customer_workflow._interruptions(customer_workflow._request, bigint[], text[], integer[])
    IS 'What has become of edits that took running proposals back which are submitted to the same workflow version again: edited, with the fields that differ, or undone; no row for a proposal that starts as any other';

CREATE FUNCTION customer_workflow._take_up(courses customer_workflow._course[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ids bigint[] := ARRAY(SELECT i.id FROM unnest(courses) AS c CROSS JOIN LATERAL unnest(c.proposals) AS i (id) WHERE c.result -> 'effects' @> '[{"do": "take_up"}]');
    items bigint[] := ARRAY(SELECT i.id::bigint FROM customer_workflow.proposal AS p CROSS JOIN LATERAL jsonb_array_elements_text(p.interrupted -> 'items') AS i (id)
                             WHERE p.id = ANY (ids));
BEGIN
    UPDATE customer_workflow.work_item AS w SET status = 'open', closed_at = NULL, closed_by = NULL WHERE w.id = ANY (items);
    INSERT INTO customer_workflow.work_item_place (work_item, person, on_behalf_of)
    SELECT l.work_item, l.person, l.on_behalf_of FROM customer_workflow.proposal AS p
     CROSS JOIN LATERAL jsonb_to_recordset(p.interrupted -> 'places') AS l (work_item bigint, person text, on_behalf_of text[])
     WHERE p.id = ANY (ids) ORDER BY l.work_item, l.person;
    INSERT INTO customer_workflow.deadline (proposal, timer, due_at, attempts, failure)
    SELECT p.id, d.timer, d.due_at, d.attempts, d.failure FROM customer_workflow.proposal AS p
     CROSS JOIN LATERAL jsonb_to_recordset(p.interrupted -> 'deadlines') AS d (id bigint, timer jsonb, due_at timestamptz, attempts integer, failure text)
     WHERE p.id = ANY (ids) ORDER BY d.due_at, d.id;
    -- also of those that start anew: they are interrupted no more
    UPDATE customer_workflow.proposal AS p SET interrupted = NULL
     WHERE p.id IN (SELECT i.id FROM unnest(courses) AS c CROSS JOIN LATERAL unnest(c.proposals) AS i (id)) AND p.interrupted IS NOT NULL;
END
$$;
COMMENT ON FUNCTION customer_workflow._take_up(customer_workflow._course[]) IS 'Work items, places and deadlines of interrupted proposals that go on are there again; the others forget them';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._frame(customer_workflow.proposal), customer_workflow._interrupt(bigint[]),
    customer_workflow._interruptions(customer_workflow._request, bigint[], text[], integer[]), customer_workflow._take_up(customer_workflow._course[])
    FROM PUBLIC;
