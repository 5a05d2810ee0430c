-- review(): everything that the screen for one proposal needs, in one call.

CREATE FUNCTION customer_workflow._allowed_actions(proposal bigint, moved boolean) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ARRAY(
        SELECT v.verb
          FROM (SELECT p.status, p.table_id, p.operation, s.enabled,
                       s.approvers IS NOT NULL OR EXISTS (SELECT FROM customer_workflow.workflow AS w
                                                            JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id AND v.active
                                                           WHERE w.table_id = t.id) AS decidable,
                       p.author = ANY (customer_workflow._identities()) AS author,
                       p.originator = ANY (customer_workflow._identities()) AS originator,
                       customer_workflow._has_duty(p.table_id, '{steward}') AS steward,
                       customer_workflow._configures(t.relation) AS administrator,
                       ARRAY(SELECT a.verb FROM customer_workflow.work_item AS w
                              CROSS JOIN unnest(customer_workflow._item_actions(w.actions, w.outcomes, s.enabled)) AS a (verb)
                              WHERE w.proposal IN (SELECT p.id UNION ALL SELECT m.id FROM customer_workflow.proposal AS m WHERE m.change_set = p.change_set)
                                AND w.status = 'open'
                                AND (coalesce(p.self_approval, false) OR NOT p.parties && (customer_workflow._known_as()))
                                AND (w.assignee = ANY (customer_workflow._my_assignees())
                                     OR EXISTS (SELECT FROM customer_workflow.work_item_place AS l
                                                 WHERE l.work_item = w.id AND l.person = customer_workflow._person()))) AS work
                  FROM customer_workflow.proposal AS p
                  JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
                 CROSS JOIN LATERAL customer_workflow._settings(p.table_id, p.company) AS s
                 WHERE p.id = _allowed_actions.proposal AND t.relation IS NOT NULL
                OFFSET 0) AS p
         CROSS JOIN LATERAL (VALUES
             (1, 'submit', (author OR steward) AND enabled AND decidable),
             (2, 'recall', originator OR steward OR status = 'approved' AND (author OR administrator)),
             (3, 'approve', 'approve' = ANY (work)),
             (4, 'reject', 'reject' = ANY (work)),
             (5, 'request_change', 'request_change' = ANY (work)),
             (6, 'delegate', 'delegate' = ANY (work)),
             (7, 'complete_task', 'complete_task' = ANY (work)),
             (8, 'decide_outcome', 'decide_outcome' = ANY (work)),
             (9, 'discard_change', (author OR steward) AND p.operation IS NULL),
             (10, 'rebase', (author OR steward) AND _allowed_actions.moved AND p.operation IS DISTINCT FROM 'insert'),
             (11, 'reassign', administrator),
             (12, 'reroute', administrator AND enabled),
             (13, 'cancel', author OR steward OR administrator),
             (14, 'override_apply', enabled AND customer_workflow._has_duty(table_id, '{override}'))) AS v (position, verb, allowed)
         WHERE v.allowed 
           AND CASE WHEN v.verb IN ('delegate', 'complete_task', 'decide_outcome', 'reassign', 'reroute') THEN p.status = 'pending_approval'
                    ELSE customer_workflow._transition(p.status, v.verb) IS NOT NULL END
         ORDER BY v.position)
$$;
COMMENT ON FUNCTION customer_workflow._allowed_actions(bigint, boolean) IS 'The verbs that the current person may use now on an open proposal, whose values have moved or not';

CREATE FUNCTION customer_workflow._my_fields(work_item bigint, OUT fields text[], OUT approved text[])
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT customer_workflow._item_fields(w.id),
           customer_workflow._approved_fields(w.id, customer_workflow._place(w.id, customer_workflow._person()))
      FROM customer_workflow.work_item AS w
     WHERE w.id = _my_fields.work_item AND w.status = 'open'
       AND (w.assignee = ANY (customer_workflow._my_assignees())
            OR EXISTS (SELECT FROM customer_workflow.work_item_place AS l WHERE l.work_item = w.id AND l.person = customer_workflow._person()))
$$;
COMMENT ON FUNCTION customer_workflow._my_fields(bigint) IS 'The fields that the current person may decide one by one on an open work item of his (null: none), and those that he has approved';

CREATE VIEW customer_workflow._review AS
SELECT p.id AS proposal,
       jsonb_build_object(
           'proposal', p.id, 'relation', p.relation, 'record_key', p.record_key, 'record_label', p.record_label,
           'status', p.status, 'status_message', p.status_message, 'author', p.author, 'originator', p.originator,
           'source', p.source, 'reference', p.reference, 'comment', p.comment, 'created_at', p.created_at,
           'submitted_at', p.submitted_at, 'decided_at', p.decided_at, 'effective_at', p.effective_at, 'applied_at', p.applied_at, 'reverts', p.reverts,
           'workflow', p.workflow, 'version', p.version, 'digest', p.digest, 'conflict', now.conflict, 'operation', p.operation, 'changes', v.changes)
       || jsonb_build_object(
           'comments', h.comments, 'history', h.history, 'decided_by', h.decided_by, 'waiting_on', p.waiting_on, 'work_items', w.work_items,
           'allowed_actions', CASE WHEN p.open THEN to_jsonb(customer_workflow._allowed_actions(p.id, now.conflict = 'moved'))
                                   ELSE '[]' END,
           'problems', v.problems || CASE WHEN p.submit_message IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_object(
               'field', NULL, 'problem', 'submit', 'sqlstate', p.submit_sqlstate, 'message', p.submit_message)) END)
       || CASE WHEN p.change_set IS NULL THEN '{}' ELSE jsonb_build_object('change_set', (
              SELECT jsonb_build_object('change_set', s.id, 'title', s.title, 'comment', s.comment, 'status', s.status,
                         'proposals', (SELECT jsonb_agg(jsonb_build_object('proposal', m.id, 'relation', m.relation, 'record_key', m.record_key,
                                                  'status', m.status, 'part_of', m.part_of) ORDER BY m.id)
                                         FROM customer_workflow._seen_proposal AS m WHERE m.change_set = s.id))
                FROM customer_workflow.change_sets AS s WHERE s.id = p.change_set)) END AS review
  FROM customer_workflow._page AS p
 CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(c.field ORDER BY c.field), '{}') AS fields, array_agg(c.original ORDER BY c.field) AS originals,
           array_agg(c.proposed ORDER BY c.field) AS proposeds
      FROM customer_workflow.change AS c
     WHERE c.proposal = p.id AND (p.acts OR p.privileges -> 'fields' ? c.field)) AS c
 -- The record is read once; OFFSET 0 keeps the planner from copying that to each place that uses it.
 CROSS JOIN LATERAL (
    SELECT CASE WHEN p.acts THEN customer_workflow._stored_values(p.id, c.fields)
                ELSE customer_workflow._own_values(p.relation, p.record_key, c.fields) END AS stored
    OFFSET 0) AS r
 CROSS JOIN LATERAL (
    SELECT CASE WHEN p.open THEN customer_workflow._conflict(r.stored, c.originals, c.proposeds, p.operation) END AS conflict
    OFFSET 0) AS now
 -- What was decided field by field since it was submitted last.
 CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(d.field, d.verdicts) AS verdicts
      FROM (SELECT e.change ->> 'field' AS field,
                   jsonb_agg(jsonb_build_object(
                       'at', h.at, 'verdict', CASE h.kind WHEN 'field_approved' THEN 'approved' ELSE 'rejected' END,
                       'person', customer_workflow._display(h.person), 'on_behalf_of', customer_workflow._display(h.on_behalf_of),
                       'element', h.element, 'step', h.step, 'comment', CASE WHEN p.complete THEN h.comment END) ORDER BY h.id) AS verdicts
              FROM customer_workflow.history AS h
             CROSS JOIN LATERAL jsonb_array_elements(h.details -> 'changes') AS e (change)
             WHERE h.proposal = p.id AND h.kind IN ('field_approved', 'field_rejected')
               AND h.id > coalesce((SELECT max(s.id) FROM customer_workflow.history AS s
                                     WHERE s.proposal = p.id AND s.kind IN ('submitted', 'rerouted')), 0)
             GROUP BY 1) AS d) AS d
 CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'field', f.field, 'original', f.original, 'proposed', f.proposed, 'current', f.stored, 'conflict', f.conflict,
               'verdicts', coalesce(d.verdicts -> f.field, '[]'))
               ORDER BY f.field), '[]') AS changes,
           coalesce(jsonb_agg(jsonb_build_object(
               'field', f.field, 'problem', CASE WHEN p.operation = 'insert' THEN 'exists' WHEN r.stored IS NULL THEN 'gone' ELSE 'moved' END, 'sqlstate', 'CW001',
               'message', CASE WHEN p.operation = 'insert' THEN 'there is such a record by now'
                               WHEN r.stored IS NULL THEN 'there is no such record any more'
                               ELSE format('%s changed since it was proposed', f.field) END) ORDER BY f.field)
               FILTER (WHERE f.conflict = 'moved'), '[]') AS problems
      FROM (SELECT u.field, u.original, u.proposed, u.stored,
                   CASE WHEN p.open THEN customer_workflow._conflict(CASE WHEN r.stored IS NOT NULL THEN ARRAY[u.stored] END,
                                                                     ARRAY[u.original], ARRAY[u.proposed], p.operation) END AS conflict
              FROM unnest(c.fields, c.originals, c.proposeds, r.stored) AS u (field, original, proposed, stored)) AS f) AS v
 CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'at', h.at, 'kind', h.kind, 'person', customer_workflow._display(h.person),
               'on_behalf_of', customer_workflow._display(h.on_behalf_of), 'database_role', h.database_role,
               'source', coalesce(customer_workflow._display(h.source), 'person'), 'element', h.element, 'step', h.step,
               'comment', CASE WHEN p.complete THEN h.comment END, 'digest', CASE WHEN p.complete THEN h.digest END,
               'details', CASE WHEN p.complete THEN h.details END) ORDER BY h.id), '[]') AS history,
           coalesce(jsonb_agg(jsonb_build_object(
               'at', h.at, 'comment_id', h.id, 'field', h.details -> 'field', 'person', customer_workflow._display(h.person), 'comment', h.comment,
               'attachments', coalesce(h.details -> 'attachments', '[]')) ORDER BY h.id)
               FILTER (WHERE h.kind = 'commented' AND p.complete), '[]') AS comments,
           coalesce(jsonb_agg(jsonb_build_object(
               'at', h.at, 'action', coalesce('decided: ' || (h.details ->> 'outcome'), h.kind), 'person', customer_workflow._display(h.person),
               'on_behalf_of', customer_workflow._display(h.on_behalf_of), 'element', h.element, 'step', h.step,
               'comment', CASE WHEN p.complete THEN h.comment END, 'digest', CASE WHEN p.complete THEN h.digest END) ORDER BY h.id)
               FILTER (WHERE h.kind IN ('approved', 'rejected', 'change_requested', 'field_approved', 'field_rejected')
                          OR h.kind = 'completion' AND h.details ? 'outcome' AND h.person <> 'system'), '[]') AS decided_by
      FROM customer_workflow.history AS h
     WHERE h.proposal = p.id) AS h
 CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'work_item', w.id, 'element', w.element, 'step', w.step, 'subject', w.subject, 'instructions', w.instructions,
               'created_at', w.created_at, 'due_at', w.due_at, 'overdue', coalesce(w.due_at < now(), false),
               'allowed_actions', customer_workflow._item_actions(w.actions, w.outcomes, w.enabled),
               'outcomes', coalesce(w.outcomes, '{}'),
               'fields', f.fields, 'approved_fields', f.approved) ORDER BY w.id), '[]') AS work_items
      FROM (SELECT w.*, coalesce((SELECT c.enabled FROM customer_workflow.proposal AS q JOIN customer_workflow.protected_company AS c
                                        ON c.table_id = q.table_id AND c.company = q.company WHERE q.id = w.proposal), t.enabled) AS enabled
              FROM customer_workflow.work_item AS w JOIN customer_workflow.protected_table AS t ON t.id = w.table_id) AS w
     CROSS JOIN LATERAL customer_workflow._my_fields(w.id) AS f
     WHERE w.proposal = p.id AND w.status = 'open'
       AND (w.assignee = ANY ((SELECT assignees FROM customer_workflow._reach)::text[])
            OR EXISTS (SELECT FROM customer_workflow.work_item_place AS l WHERE l.work_item = w.id AND l.person = customer_workflow._person()))
       AND (p.self_approval OR NOT p.parties && (SELECT known_as FROM customer_workflow._reach))) AS w;
COMMENT ON VIEW customer_workflow._review IS 'What review() returns, for each proposal that the caller sees';
COMMENT ON COLUMN customer_workflow._review.proposal IS 'The proposal';
COMMENT ON COLUMN customer_workflow._review.review IS 'The page';

-- SECURITY INVOKER, because the view answers for the role that reads it; and no pinned search_path, because the row level
-- security of a table runs below.
CREATE FUNCTION customer_workflow.review(proposal bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    page pg_catalog.jsonb;
BEGIN
    SELECT r.review INTO page FROM customer_workflow._review AS r WHERE r.proposal OPERATOR(pg_catalog.=) review.proposal;
    IF page IS NULL THEN
        -- One message for what does not exist and what may not be seen, so that nothing is learnt.
        RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = pg_catalog.format('proposal %s does not exist', coalesce(review.proposal::pg_catalog.text, 'null'));
    END IF;
    RETURN page;
END
$$;
COMMENT ON FUNCTION customer_workflow.review(bigint) IS 'One proposal with its changes (original, proposed and current value), history, decisions, who is next, your work items, what you may do and what stands in the way; P0002 where you see none';

GRANT SELECT ON customer_workflow._review TO PUBLIC;
GRANT EXECUTE ON FUNCTION customer_workflow._allowed_actions(bigint, boolean) TO PUBLIC;
GRANT EXECUTE ON FUNCTION customer_workflow._my_fields(bigint) TO PUBLIC;
GRANT EXECUTE ON FUNCTION customer_workflow.review(bigint) TO PUBLIC;
