-- review(): everything that the screen for one proposal needs, in one call.

CREATE FUNCTION customer_workflow._no_proposal(proposal bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- One message for what does not exist and what may not be seen, so that nothing is learnt.
    RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('proposal %s does not exist', coalesce(proposal::text, 'null'));
END
$$;
COMMENT ON FUNCTION customer_workflow._no_proposal(bigint) IS 'Error P0002';

CREATE FUNCTION customer_workflow._allowed_actions(proposal bigint, conflict text) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ARRAY(
        SELECT v.verb
          FROM (SELECT p.id, p.status, p.open, t.enabled, t.approvers IS NOT NULL AS decidable,
                       p.author = ANY (customer_workflow._identities()) AS author,
                       p.originator = ANY (customer_workflow._identities()) AS originator,
                       customer_workflow._has_duty(p.table_id, 'steward') AS steward,
                       customer_workflow._configures(p.relation) AS administrator,
                       EXISTS (SELECT FROM customer_workflow.my_work_items AS w WHERE w.proposal = p.id) AS assignee
                  FROM customer_workflow._seen_proposal AS p
                  JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
                 WHERE p.id = _allowed_actions.proposal AND p.open AND t.relation IS NOT NULL) AS p
         CROSS JOIN LATERAL (VALUES
             (1, 'submit', (author OR steward) AND status IN ('not_submitted', 'change_requested', 'rejected') AND enabled AND decidable),
             (2, 'recall', (originator OR steward) AND status = 'pending_approval'),
             (3, 'approve', assignee AND enabled),
             (4, 'reject', assignee),
             (5, 'request_change', assignee),
             (6, 'discard_change', (author OR steward) AND status IN ('not_submitted', 'change_requested', 'rejected')),
             (7, 'rebase', (author OR steward) AND _allowed_actions.conflict = 'moved'),
             (8, 'cancel', author OR steward OR administrator)) AS v (position, verb, allowed)
         WHERE v.allowed
         ORDER BY v.position)
$$;
COMMENT ON FUNCTION customer_workflow._allowed_actions(bigint, text) IS 'The verbs that the current person may use now on an open proposal; none where he does not see it';

-- SECURITY INVOKER, because the views answer for the role that reads them; and no pinned search_path, because the row level
-- security of a table runs below. A parsed body does not depend on it.
CREATE FUNCTION customer_workflow.review(proposal bigint) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(
        (SELECT to_jsonb(r) || jsonb_build_object(
                    'changes', c.changes,
                    'history', h.history,
                    'decided_by', h.decided_by,
                    'work_items', w.work_items,
                    'allowed_actions', to_jsonb(customer_workflow._allowed_actions(r.proposal, r.conflict)),
                    'problems', coalesce(c.problems, '[]') || CASE WHEN p.submit_message IS NULL THEN '[]' ELSE jsonb_build_array(
                        jsonb_build_object('field', NULL, 'problem', 'submit', 'sqlstate', p.submit_sqlstate, 'message', p.submit_message)) END)
           FROM customer_workflow.proposals AS p
          CROSS JOIN LATERAL (
             SELECT p.id AS proposal, p.relation::text AS relation, p.record_key, p.record_label, p.status, p.status_message,
                    p.author, p.originator, p.source, p.reference, p.comment, p.created_at, p.submitted_at, p.decided_at,
                    p.applied_at, p.workflow, p.version, p.digest, p.conflict, p.waiting_on) AS r
          CROSS JOIN LATERAL (
             SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'field', c.field, 'original', c.original_value, 'proposed', c.proposed_value, 'current', c.current_value,
                        'conflict', c.conflict) ORDER BY c.field), '[]') AS changes,
                    jsonb_agg(jsonb_build_object(
                        'field', c.field, 'problem', 'moved', 'sqlstate', 'CW001',
                        'message', format('%s has changed since the change was proposed', c.field)) ORDER BY c.field)
                        FILTER (WHERE c.conflict = 'moved') AS problems
               FROM customer_workflow.proposed_changes AS c
              WHERE c.proposal = p.id) AS c
          CROSS JOIN LATERAL (
             SELECT coalesce(jsonb_agg(to_jsonb(h) - 'proposal' - 'position' ORDER BY h.position), '[]') AS history,
                    coalesce(jsonb_agg(jsonb_build_object(
                        'person', h.person, 'on_behalf_of', h.on_behalf_of, 'action', h.kind, 'element', h.element, 'step', h.step,
                        'comment', h.comment, 'digest', h.digest, 'at', h.at) ORDER BY h.position)
                        FILTER (WHERE h.kind IN ('approved', 'rejected', 'change_requested')), '[]') AS decided_by
               FROM (SELECT o.*, row_number() OVER () AS position
                       FROM customer_workflow.workflow_history AS o WHERE o.proposal = p.id) AS h) AS h
          CROSS JOIN LATERAL (
             SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'work_item', w.work_item, 'element', w.element, 'step', w.step, 'subject', w.subject,
                        'instructions', w.instructions, 'created_at', w.created_at, 'due_at', w.due_at, 'overdue', w.overdue,
                        'allowed_actions', w.allowed_actions) ORDER BY w.work_item), '[]') AS work_items
               FROM customer_workflow.my_work_items AS w
              WHERE w.proposal = p.id) AS w
          WHERE p.id = review.proposal),
        customer_workflow._no_proposal(review.proposal));
END;
COMMENT ON FUNCTION customer_workflow.review(bigint) IS 'One proposal with its changes (original, proposed and current value), history, decisions, who is next, your work items, what you may do and what stands in the way; P0002 where you see none';

GRANT EXECUTE ON FUNCTION customer_workflow._no_proposal(bigint) TO PUBLIC;
GRANT EXECUTE ON FUNCTION customer_workflow._allowed_actions(bigint, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION customer_workflow.review(bigint) TO PUBLIC;
