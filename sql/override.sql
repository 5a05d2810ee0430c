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

CREATE FUNCTION customer_workflow._shout_override(person text, target customer_workflow.proposal, tab text, fields text, reason text, reviewers text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said CONSTANT text := format('customer_workflow override: %s applied proposal %s for "%s" %s without its approvals',
                                 customer_workflow._display(person), target.id, tab, target.record_key);
    -- as JSON it stays on one line of the log
    details CONSTANT text := format('Fields: %s. Reason: %s.', fields, to_jsonb(reason));
    help CONSTANT text := format('It waits for review by %s.', (SELECT string_agg(customer_workflow._display(r), ', ') FROM unnest(reviewers) AS r));
BEGIN
    RAISE WARNING USING MESSAGE = said, DETAIL = details, HINT = help;
    -- Whatever the server's log leaves out, it has this.
    IF current_setting('log_min_messages') IN ('error', 'log', 'fatal', 'panic') THEN
        RAISE LOG USING MESSAGE = said, DETAIL = details, HINT = help;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._shout_override(text, customer_workflow.proposal, text, text, text, text[]) IS 'Tells the client and the server''s log of an override';

CREATE FUNCTION customer_workflow._refuse_override(request customer_workflow._request, target customer_workflow.proposal, tab text, reviewers text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moved customer_workflow._problem;
BEGIN
    IF request.comment IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('a reason is required to override the approval of proposal %s for "%s" %s', target.id, tab, target.record_key),
            DETAIL = 'The reason is null or empty.', HINT = 'Say in the parameter reason what the emergency is.';
    ELSIF coalesce(target.change_set, target.part_of) IS NOT NULL OR target.operation IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
            MESSAGE = format('proposal %s for "%s" %s cannot be overridden', target.id, tab, target.record_key),
            DETAIL = CASE WHEN target.operation IS NOT NULL THEN 'It creates or deletes the record.' ELSE 'It is applied together with others.' END,
            HINT = 'Have it approved.';
    ELSIF reviewers = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'CW004',
            MESSAGE = format('nobody could review an override of proposal %s for "%s" %s', target.id, tab, target.record_key),
            DETAIL = 'Among the approvers and administrators of the table, and those for whom the proposal waits, is nobody who is neither you nor a party to it.',
            HINT = 'Have the duty administrator given to somebody else: customer_workflow.grant_duty(relation, ''administrator'', person).';
    END IF;
    SELECT f.* INTO moved FROM customer_workflow._conflicts(request, ARRAY[target.id]) AS c CROSS JOIN LATERAL unnest(c.failed) AS f;
    IF FOUND THEN
        PERFORM customer_workflow._raise(moved.sqlstate, moved.message, moved.detail,
            'An override does not write over what another has changed: propose it anew, and override that.', NULL, NULL, NULL, NULL, NULL);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._refuse_override(customer_workflow._request, customer_workflow.proposal, text, text[])
    IS 'Errors where a proposal must not be overridden: no reason, nobody to review it, a record that moved';

CREATE FUNCTION customer_workflow.override_apply(proposal bigint, reason text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    request customer_workflow._request := customer_workflow._request('override_apply', override_apply.reason, NULL, 'fail');
    target customer_workflow.proposal;
    tab text;
    reviewers text[];
    changes jsonb;
    fields text;
    rivals bigint[];
    before jsonb;
BEGIN
    request := customer_workflow._ready(request, override_apply.proposal);
    SELECT p.* INTO target FROM customer_workflow.proposal AS p WHERE p.id = override_apply.proposal;
    tab := (SELECT customer_workflow._name(t.relation) FROM customer_workflow.protected_table AS t WHERE t.id = target.table_id);
    reviewers := customer_workflow._override_reviewers(target.id, target.parties || request.identities);
    PERFORM customer_workflow._refuse_override(request, target, tab, reviewers);

    rivals := customer_workflow._rivals(ARRAY[target.id]);
    before := customer_workflow._moves(rivals);
    PERFORM customer_workflow._apply(ARRAY[target.id], true);
    PERFORM customer_workflow._tell_overtaken(request, ARRAY[target.id], rivals, before);
    PERFORM customer_workflow._close(ARRAY[target.id]);
    -- Who breaks the glass is a party from now on; that a workflow lets parties decide is not said of the review.
    UPDATE customer_workflow.proposal AS p
       SET status = 'applied', applied_at = now(), decided_at = now(), collects = false, state = NULL, self_approval = NULL,
           digest = coalesce(p.digest, customer_workflow._digest(p.id)),
           parties = ARRAY(SELECT DISTINCT i FROM unnest(p.parties || request.identities) AS i ORDER BY i)
     WHERE p.id = target.id;
    changes := (SELECT l.details FROM customer_workflow._logged_changes(ARRAY[target.id]) AS l);
    INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, comment, digest, details)
    SELECT p.table_id, p.id, 'override_applied', request.person, session_user, request.comment, p.digest,
           changes || jsonb_build_object('status', target.status, 'reviewers', to_jsonb(reviewers))
      FROM customer_workflow.proposal AS p WHERE p.id = target.id;
    INSERT INTO customer_workflow.direct_change (table_id, record_key, field, original_value, new_value, person, database_role, reason)
    SELECT target.table_id, target.record_key, c.field, c.original, c.proposed, request.person, session_user, 'override'
      FROM customer_workflow.change AS c WHERE c.proposal = target.id ORDER BY c.field;
    INSERT INTO customer_workflow.work_item (proposal, table_id, element, assignee, number, at, actions, subject, instructions)
    SELECT target.id, target.table_id, 'Override review', r.holder, 0, 'override', '{complete}',
           format('Override by %s: proposal %s for %s %s', customer_workflow._display(request.person), target.id, tab,
                  coalesce(target.record_label, target.record_key::text)),
           format('Applied without approval. The reason given: %s', request.comment)
      FROM unnest(reviewers) WITH ORDINALITY AS r (holder, n) ORDER BY r.n;
    IF target.reverts IS NOT NULL THEN
        PERFORM customer_workflow._note_reverted(request.person, ARRAY[target.id]);
    END IF;
    fields := (SELECT string_agg(c.field, ', ' ORDER BY c.field) FROM customer_workflow.change AS c WHERE c.proposal = target.id);
    PERFORM customer_workflow._shout_override(request.person, target, tab, fields, request.comment, reviewers);
    RETURN 'applied';
END
$$;
COMMENT ON FUNCTION customer_workflow.override_apply(bigint, text)
    IS 'For the duty override: applies an open proposal at once without the approvals that it lacks, for a reason, loudly; somebody else has to review it; returns the new status';

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
    SELECT w.proposal, w.element, w.status AS item_status, p.table_id, p.status, p.digest, p.parties && request.identities AS own, t.relation, customer_workflow._enabled(t.id, p.company) AS enabled,
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
    -- One of those who were asked is enough.
    UPDATE customer_workflow.work_item AS w
       SET status = CASE WHEN w.id = request.work_item THEN 'completed' ELSE 'closed' END, closed_at = now(), closed_by = request.person
     WHERE w.proposal = item.proposal AND w.at = 'override' AND w.status = 'open';
    INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, element, comment, digest)
    VALUES (item.table_id, item.proposal, 'override_reviewed', request.person, session_user, item.element, request.comment, item.digest);
    RETURN item.status;
END
$$;
COMMENT ON FUNCTION customer_workflow._finish_override_review(customer_workflow._request) IS 'Closes the review of an override, for all who were asked; returns the status of the proposal';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._override_reviewers(bigint, text[]),
    customer_workflow._shout_override(text, customer_workflow.proposal, text, text, text, text[]),
    customer_workflow._refuse_override(customer_workflow._request, customer_workflow.proposal, text, text[]),
    customer_workflow._is_override_review(bigint), customer_workflow._finish_override_review(customer_workflow._request)
    FROM PUBLIC;
