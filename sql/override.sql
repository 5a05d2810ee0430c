-- Break glass: whoever has the duty override applies a proposal at once, without the approvals that it lacks. That is loud, and
-- somebody else has to close a review of it.

CREATE FUNCTION customer_workflow._override_reviewers(proposal bigint, without text[]) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(h.holder ORDER BY h.holder), '{}')
      FROM (SELECT s.approvers AS holder FROM customer_workflow.proposal AS p CROSS JOIN LATERAL customer_workflow._settings(p.table_id, p.company) AS s
             WHERE p.id = _override_reviewers.proposal
            UNION
            SELECT d.person FROM customer_workflow.proposal AS p JOIN customer_workflow.duty AS d ON d.table_id = p.table_id AND d.duty = 'administrator'
             WHERE p.id = _override_reviewers.proposal
            UNION
            SELECT w.assignee FROM customer_workflow.work_item AS w WHERE w.proposal = _override_reviewers.proposal AND w.status = 'open'
            UNION
            SELECT l.person FROM customer_workflow.work_item AS w JOIN customer_workflow.work_item_place AS l ON l.work_item = w.id
             WHERE w.proposal = _override_reviewers.proposal AND w.status = 'open') AS h
     WHERE EXISTS (SELECT FROM customer_workflow._members(h.holder) AS m WHERE NOT m.identities && without)
$$;
COMMENT ON FUNCTION customer_workflow._override_reviewers(bigint, text[])
    IS 'Who reviews an override: the approvers of the table, its administrators, and those for whom the proposal waits, as far as somebody else than these people is among them';

CREATE FUNCTION customer_workflow._shout_override(person text, proposals bigint[], reason text, reviewers text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    what record;
    said text;
    details text;
    help CONSTANT text := format('It waits for review by %s.', (SELECT string_agg(customer_workflow._display(r), ', ') FROM unnest(reviewers) AS r));
BEGIN
    SELECT min(p.id) AS id, min(p.change_set) AS change_set, count(*) AS n, min(w.record) AS record, min(w.fields) AS fields,
           string_agg(format('%s for %s (%s)', p.id, w.record, w.fields), '; ' ORDER BY p.id) AS members
      INTO what
      FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
     CROSS JOIN LATERAL (
           SELECT format('"%s" %s', customer_workflow._name(t.relation), p.record_key) AS record,
                  CASE p.operation WHEN 'delete' THEN 'the record is deleted' WHEN 'insert' THEN 'the record is created' WHEN 'draft' THEN 'the record is created'
                       ELSE coalesce((SELECT string_agg(c.field, ', ' ORDER BY c.field) FROM customer_workflow.change AS c WHERE c.proposal = p.id),
                                     'nothing but its parts') END AS fields) AS w
     WHERE p.id = ANY (proposals);
    -- as JSON the reason stays on one line of the log
    said := format('customer_workflow override: %s applied %s without its approvals', customer_workflow._display(person),
                   CASE WHEN what.n > 1 THEN format('change set %s', what.change_set) ELSE format('proposal %s for %s', what.id, what.record) END);
    details := format('%s: %s. Reason: %s.', CASE WHEN what.n > 1 THEN 'Proposals' ELSE 'Fields' END, CASE WHEN what.n > 1 THEN what.members ELSE what.fields END,
                      to_jsonb(reason));
    RAISE WARNING USING MESSAGE = said, DETAIL = details, HINT = help;
    -- Whatever the server's log leaves out, it has this.
    IF current_setting('log_min_messages') IN ('error', 'log', 'fatal', 'panic') THEN
        RAISE LOG USING MESSAGE = said, DETAIL = details, HINT = help;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._shout_override(text, bigint[], text, text[]) IS 'Tells the client and the server''s log of an override';

CREATE FUNCTION customer_workflow._refuse_override(request customer_workflow._request, proposals bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moved customer_workflow._problem;
BEGIN
    SELECT f.* INTO moved FROM customer_workflow._conflicts(request, proposals) AS c CROSS JOIN LATERAL unnest(c.failed) AS f ORDER BY f.proposal LIMIT 1;
    IF FOUND THEN
        PERFORM customer_workflow._raise(moved.sqlstate, moved.message, moved.detail,
            'An override does not write over what another has changed: propose it anew, and override that.', NULL, NULL, NULL, NULL, NULL);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._refuse_override(customer_workflow._request, bigint[]) IS 'Error where a record of proposals that are to be overridden has moved';

CREATE FUNCTION customer_workflow._override_reviews(request customer_workflow._request, proposals bigint[]) RETURNS TABLE (proposal bigint, reviewers text[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    involved text[] := ARRAY(SELECT DISTINCT i FROM customer_workflow.proposal AS p CROSS JOIN LATERAL unnest(p.parties) AS i WHERE p.id = ANY (proposals)) || request.identities;
    none record;
BEGIN
    -- What is a part is reviewed with its parent, as it would have been decided.
    SELECT p.id, p.record_key, customer_workflow._name(t.relation) AS tab INTO none
      FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
     WHERE p.id = ANY (proposals) AND (p.part_of = ANY (proposals)) IS NOT TRUE AND customer_workflow._override_reviewers(p.id, involved) = '{}'
     ORDER BY p.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'CW004',
            MESSAGE = format('nobody could review an override of proposal %s for "%s" %s', none.id, none.tab, none.record_key),
            DETAIL = 'Among the approvers and administrators of the table, and those for whom the proposal waits, is nobody who is neither you nor a party to it.',
            HINT = 'Have the duty administrator given to somebody else: customer_workflow.grant_duty(relation, ''administrator'', person).';
    END IF;
    RETURN QUERY
    SELECT p.id, customer_workflow._override_reviewers(p.id, involved) FROM customer_workflow.proposal AS p
     WHERE p.id = ANY (proposals) AND (p.part_of = ANY (proposals)) IS NOT TRUE ORDER BY p.id;
END
$$;
COMMENT ON FUNCTION customer_workflow._override_reviews(customer_workflow._request, bigint[])
    IS 'Who reviews which of these proposals when they are overridden; error CW004 where nobody could';

CREATE FUNCTION customer_workflow._record_override(request customer_workflow._request, proposals bigint[], statuses text[], reviews bigint[], reviewers jsonb) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, comment, digest, details)
    SELECT p.table_id, p.id, 'override_applied', request.person, session_user, request.comment, p.digest,
           coalesce(l.details, '{}') || jsonb_build_object('status', o.status, 'reviewers', coalesce(reviewers -> p.id::text, reviewers -> p.part_of::text))
      FROM unnest(proposals, statuses) AS o (id, status)
      JOIN customer_workflow.proposal AS p ON p.id = o.id
      LEFT JOIN customer_workflow._logged_changes(proposals) AS l ON l.proposal = p.id
     ORDER BY p.id;
    -- of a record that comes or goes, what is protected of it
    INSERT INTO customer_workflow.direct_change (table_id, record_key, field, original_value, new_value, person, database_role, reason)
    SELECT p.table_id, p.record_key, c.field, c.original, c.proposed, request.person, session_user, 'override'
      FROM customer_workflow.proposal AS p
      JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
      JOIN customer_workflow.change AS c ON c.proposal = p.id
     WHERE p.id = ANY (proposals) AND (p.operation IS NULL OR c.field = ANY (customer_workflow._fields(t.relation)::text[]))
     ORDER BY p.id, c.field;
    INSERT INTO customer_workflow.work_item (proposal, table_id, element, assignee, number, at, actions, subject, instructions)
    SELECT p.id, p.table_id, 'Override review', r.holder, 0, 'override', '{complete}',
           format('Override by %s: proposal %s for %s %s', customer_workflow._display(request.person), p.id, customer_workflow._name(t.relation),
                  coalesce(p.record_label, p.record_key::text)),
           format('Applied without approval. The reason given: %s', request.comment)
      FROM customer_workflow.proposal AS p
      JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
     CROSS JOIN LATERAL jsonb_array_elements_text(reviewers -> p.id::text) WITH ORDINALITY AS r (holder, n)
     WHERE p.id = ANY (reviews) ORDER BY p.id, r.n
$$;
COMMENT ON FUNCTION customer_workflow._record_override(customer_workflow._request, bigint[], text[], bigint[], jsonb)
    IS 'History, direct changes and work items for review of proposals that have been overridden; reviewers: by number of the proposal';

CREATE FUNCTION customer_workflow.override_apply(proposal bigint, reason text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    request customer_workflow._request := customer_workflow._request('override_apply', override_apply.reason, NULL, 'fail');
    problem customer_workflow._problem;
    targets bigint[];
    statuses text[];
    reviews bigint[];
    reviewers jsonb;
    rivals bigint[];
    before jsonb;
BEGIN
    request := customer_workflow._ready(request, override_apply.proposal);
    -- _ready() has locked all of a change set
    targets := customer_workflow._with_mates(ARRAY[override_apply.proposal]);
    SELECT o.* INTO problem FROM customer_workflow._obstacles(request, targets, NULL) AS o LIMIT 1;
    IF EXISTS (SELECT FROM customer_workflow.proposal AS p WHERE p.id = ANY (targets) AND p.operation = 'configure') THEN
        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('proposal %s cannot be overridden', override_apply.proposal),
            DETAIL = 'It changes the configuration.', HINT = 'Have it approved.';
    ELSIF problem.sqlstate IN ('P0002', '42501') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('permission denied to override the approval of proposal %s', override_apply.proposal),
            DETAIL = 'It is applied together with others, and you do not have the duty override for the tables of all of them.';
    ELSIF problem.sqlstate IS NOT NULL THEN
        PERFORM customer_workflow._raise_problem(problem);
    ELSIF request.comment IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = (SELECT format('a reason is required to override the approval of proposal %s for "%s" %s', p.id, customer_workflow._name(t.relation), p.record_key)
                         FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id WHERE p.id = override_apply.proposal),
            DETAIL = 'The reason is null or empty.', HINT = 'Say in the parameter reason what the emergency is.';
    END IF;
    SELECT array_agg(r.proposal), jsonb_object_agg(r.proposal, to_jsonb(r.reviewers)) INTO reviews, reviewers
      FROM customer_workflow._override_reviews(request, targets) AS r;
    PERFORM customer_workflow._refuse_override(request, targets);

    rivals := ARRAY(SELECT r FROM unnest(customer_workflow._rivals(targets)) AS r WHERE r <> ALL (targets));
    before := customer_workflow._moves(rivals);
    PERFORM customer_workflow._deciding(targets, '{}');
    PERFORM customer_workflow._apply(targets, true);
    PERFORM customer_workflow._tell_overtaken(request, targets, rivals, before);
    PERFORM customer_workflow._close(targets);
    statuses := ARRAY(SELECT p.status FROM unnest(targets) WITH ORDINALITY AS u (id, n) JOIN customer_workflow.proposal AS p ON p.id = u.id ORDER BY u.n);
    -- Who breaks the glass is a party from now on; that a workflow lets parties decide is not said of the review.
    UPDATE customer_workflow.proposal AS p
       SET status = 'applied', applied_at = now(), decided_at = now(), collects = false, state = NULL, held = NULL, self_approval = NULL,
           digest = coalesce(p.digest, d.digest),
           parties = ARRAY(SELECT DISTINCT i FROM customer_workflow.proposal AS m CROSS JOIN LATERAL unnest(m.parties || request.identities) AS i
                            WHERE m.id = ANY (targets) ORDER BY i)
      FROM customer_workflow._digests(targets) AS d
     WHERE p.id = d.proposal;
    PERFORM customer_workflow._deciding('{}', '{}');
    PERFORM customer_workflow._record_override(request, targets, statuses, reviews, reviewers);
    IF EXISTS (SELECT FROM customer_workflow.proposal AS p WHERE p.id = ANY (targets) AND p.reverts IS NOT NULL) THEN
        PERFORM customer_workflow._note_reverted(request.person, targets);
    END IF;
    PERFORM customer_workflow._shout_override(request.person, targets, request.comment,
        ARRAY(SELECT DISTINCT r FROM jsonb_each(reviewers) AS e CROSS JOIN LATERAL jsonb_array_elements_text(e.value) AS r ORDER BY r));
    RETURN 'applied';
END
$$;
COMMENT ON FUNCTION customer_workflow.override_apply(bigint, text)
    IS 'For the duty override: applies an open proposal, with all of its change set, at once without the approvals that it lacks, for a reason, loudly; somebody else has to review it; returns the new status';

CREATE FUNCTION customer_workflow._is_override_review(work_item bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM customer_workflow.work_item AS w WHERE w.id = _is_override_review.work_item AND w.at = 'override')
$$;
COMMENT ON FUNCTION customer_workflow._is_override_review(bigint) IS 'Whether a work item is the review of an override; places in definitions are never called so';

CREATE FUNCTION customer_workflow._finish_override_review(request customer_workflow._request) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    item record;
BEGIN
    SELECT w.proposal INTO item FROM customer_workflow.work_item AS w JOIN customer_workflow._acting AS p ON p.id = w.proposal AND p.acts
     WHERE w.id = request.work_item;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('work item %s does not exist', request.work_item),
            HINT = 'See customer_workflow.my_work_items.';
    END IF;
    PERFORM customer_workflow._lock(ARRAY[item.proposal], false);
    SELECT w.proposal, w.element, w.status AS item_status, p.status, p.change_set, p.parties && customer_workflow._known_as() AS own, t.relation,
           customer_workflow._enabled(t.id, p.company) AS enabled,
           w.assignee = ANY (customer_workflow._my_assignees()) OR customer_workflow._configures(t.relation) AS may,
           format('the override of proposal %s for "%s" %s', p.id, coalesce(customer_workflow._name(t.relation), t.relation_name), p.record_key) AS review
      INTO item
      FROM customer_workflow.work_item AS w
      JOIN customer_workflow.proposal AS p ON p.id = w.proposal
      JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
     WHERE w.id = request.work_item;
    IF item.item_status <> 'open' THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('work item %s is not open any more', request.work_item),
            DETAIL = 'Somebody has closed the review.', HINT = 'See customer_workflow.workflow_history.';
    ELSIF item.relation IS NOT NULL AND NOT item.enabled THEN
        RAISE EXCEPTION USING ERRCODE = 'CW005', MESSAGE = format('approvals are disabled for table "%s"', customer_workflow._name(item.relation)),
            DETAIL = 'It was switched off with customer_workflow.disable().', HINT = 'Switch it on again with customer_workflow.enable().';
    ELSIF item.own THEN
        RAISE EXCEPTION USING ERRCODE = 'CW007', MESSAGE = format('%s is not yours to review', item.review),
            DETAIL = 'You have made, submitted or edited the change, or overridden its approval.', HINT = 'Another person has to review it.';
    ELSIF NOT item.may THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('the review of %s is not waiting for you', item.review),
            HINT = 'Its assignees may close it, and the owner and administrators of the table.';
    ELSIF request.comment IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('a comment is required to review %s', item.review),
            DETAIL = 'The comment is null or empty.', HINT = 'Say in the parameter comment what you found.';
    END IF;
    -- One of those who were asked is enough, and reviews what he may of a change set at once.
    WITH reviewed AS MATERIALIZED (
        SELECT m.id FROM customer_workflow.proposal AS m JOIN customer_workflow.protected_table AS t ON t.id = m.table_id
         WHERE m.id = item.proposal
            OR m.change_set = item.change_set AND (t.relation IS NULL OR customer_workflow._enabled(t.id, m.company))
           AND (customer_workflow._configures(t.relation)
                OR EXISTS (SELECT FROM customer_workflow.work_item AS w
                            WHERE w.proposal = m.id AND w.at = 'override' AND w.status = 'open' AND w.assignee = ANY (customer_workflow._my_assignees())))
    ), closed AS (
        UPDATE customer_workflow.work_item AS w
           SET status = CASE WHEN w.id = request.work_item OR w.proposal <> item.proposal AND w.assignee = ANY (customer_workflow._my_assignees())
                             THEN 'completed' ELSE 'closed' END,
               closed_at = now(), closed_by = request.person
         WHERE w.proposal IN (SELECT r.id FROM reviewed AS r) AND w.at = 'override' AND w.status = 'open'
        RETURNING w.proposal
    )
    INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, element, comment, digest)
    SELECT p.table_id, p.id, 'override_reviewed', request.person, session_user, item.element, request.comment, p.digest
      FROM customer_workflow.proposal AS p WHERE p.id IN (SELECT c.proposal FROM closed AS c) ORDER BY p.id;
    RETURN item.status;
END
$$;
COMMENT ON FUNCTION customer_workflow._finish_override_review(customer_workflow._request) IS 'Closes the review of an override, for all who were asked, and with it those of the same change set that the caller may close; returns the status of the proposal';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._override_reviewers(bigint, text[]),
    customer_workflow._shout_override(text, bigint[], text, text[]), customer_workflow._refuse_override(customer_workflow._request, bigint[]),
    customer_workflow._override_reviews(customer_workflow._request, bigint[]),
    customer_workflow._record_override(customer_workflow._request, bigint[], text[], bigint[], jsonb),
    customer_workflow._is_override_review(bigint), customer_workflow._finish_override_review(customer_workflow._request)
    FROM PUBLIC;
