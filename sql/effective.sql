-- Effective dates: what is approved before its date waits for it as "approved", with a deadline, and process_deadlines() applies it.

CREATE FUNCTION customer_workflow._set_effective(request customer_workflow._request, proposals bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF request.effective_at IS NULL THEN
        RETURN;
    ELSIF request.effective_at = 'infinity' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'effective_at must not be infinity',
            DETAIL = 'The values would never be written.', HINT = 'Give a date, or leave it out: what is approved is applied at once then.';
    END IF;
    IF EXISTS (SELECT FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals) AND p.operation = 'configure') THEN
        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = 'a proposal to configure has no effective date',
            DETAIL = 'Nobody would be there who answers for it on the day.', HINT = 'Leave effective_at out.';
    END IF;
    UPDATE customer_workflow.proposal AS p SET effective_at = CASE WHEN request.effective_at > now() THEN request.effective_at END
     WHERE p.id = ANY (proposals);
END
$$;
COMMENT ON FUNCTION customer_workflow._set_effective(customer_workflow._request, bigint[])
    IS 'The effective date that a submit gives to proposals; null keeps theirs, one that is not in the future means at once';

CREATE FUNCTION customer_workflow._put_off(courses customer_workflow._course[], proposals bigint[]) RETURNS customer_workflow._course[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT customer_workflow._without(courses, _put_off.proposals) || ARRAY(
        SELECT ROW(c.workflow, c.version, c.table_id, c.state, c.event, c.answers,
                   jsonb_set(jsonb_set(c.result, '{state,status}', '"approved"'), '{effects}',
                             jsonb_path_query_array(c.result, '$.effects[*] ? (@.do != "apply")')),
                   ARRAY(SELECT id FROM unnest(c.proposals) AS id WHERE id = ANY (_put_off.proposals) ORDER BY id))::customer_workflow._course
          FROM unnest(courses) AS c WHERE c.proposals && _put_off.proposals)
$$;
COMMENT ON FUNCTION customer_workflow._put_off(customer_workflow._course[], bigint[]) IS 'Courses in which some of their proposals end as approved, and are not applied yet';

-- What an approver has overwritten knowingly is no conflict on the day either, as long as it is still that.
CREATE FUNCTION customer_workflow._await_date(proposals bigint[], overwritten jsonb) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    WITH waiting AS (
        SELECT p.id, p.table_id, p.effective_at, overwritten -> p.id::text AS overwritten
          FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals) AND p.status = 'approved'
    ), due AS (
        INSERT INTO customer_workflow.deadline (proposal, timer, due_at)
        SELECT w.id, jsonb_build_object('effective', jsonb_build_object('overwritten', coalesce(w.overwritten, '[]'))), w.effective_at
          FROM waiting AS w ORDER BY w.id
    )
    INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, details)
    SELECT w.table_id, w.id, 'effective_later', 'system', session_user,
           jsonb_strip_nulls(jsonb_build_object('effective_at', customer_workflow._render(w.effective_at), 'overwritten', w.overwritten))
      FROM waiting AS w ORDER BY w.id
$$;
COMMENT ON FUNCTION customer_workflow._await_date(bigint[], jsonb) IS 'Deadlines for approved proposals that wait for their date, and what of their records was overwritten knowingly';

CREATE FUNCTION customer_workflow._moved_since_approval(deadlines bigint[], proposals bigint[]) RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT f.* FROM customer_workflow._conflicts(jsonb_populate_record(NULL::customer_workflow._request, '{"verb": "due", "on_conflict": "fail"}'), proposals) AS c
     CROSS JOIN LATERAL unnest(c.failed) AS f
     WHERE EXISTS (SELECT FROM customer_workflow._moved(ARRAY[f.proposal]) AS m
                     JOIN customer_workflow.deadline AS d ON d.proposal = m.proposal AND d.id = ANY (deadlines)
                    WHERE m.gone
                       OR NOT d.timer #> '{effective,overwritten}' @> jsonb_build_array(jsonb_build_object('field', m.field,
                                                                                          'stored', customer_workflow._logged_text(m.current))));
END
$$;
COMMENT ON FUNCTION customer_workflow._moved_since_approval(bigint[], bigint[]) IS 'Approved proposals whose record holds something else than what their approvers saw, whatever option conflict says';

CREATE FUNCTION customer_workflow._apply_effective(deadlines bigint[], whole_set boolean DEFAULT false) RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ids bigint[] := ARRAY(SELECT d.proposal FROM customer_workflow.deadline AS d WHERE d.id = ANY (deadlines) ORDER BY d.proposal);
    failed customer_workflow._problem[];
    back bigint[];
    rivals bigint[];
    before jsonb;
BEGIN
    IF ids = '{}' THEN
        RETURN;
    ELSIF NOT whole_set AND customer_workflow._in_sets(ids) THEN
        RETURN QUERY SELECT * FROM customer_workflow._apply_effective_sets(deadlines);
        RETURN;
    END IF;
    PERFORM customer_workflow._deciding(ids, '{}');
    failed := ARRAY(SELECT m FROM customer_workflow._moved_since_approval(deadlines, ids) AS m);
    IF whole_set THEN
        failed := customer_workflow._of_all(failed, ids);
    END IF;
    rivals := customer_workflow._rivals(ids);
    before := customer_workflow._moves(rivals);
    failed := failed || ARRAY(
        SELECT w FROM customer_workflow._apply(ARRAY(SELECT id FROM unnest(ids) AS id EXCEPT SELECT f.proposal FROM unnest(failed) AS f ORDER BY 1), false) AS r
         CROSS JOIN LATERAL customer_workflow._without_row(r) AS w);
    IF whole_set THEN
        failed := customer_workflow._of_all(failed, ids);
    END IF;
    PERFORM customer_workflow._tell_overtaken(NULL, ids, rivals, before);
    -- What was merely locked or in use is tried again.
    RETURN QUERY SELECT f.* FROM unnest(failed) AS f WHERE f.sqlstate LIKE '55%';
    back := ARRAY(SELECT f.proposal FROM unnest(failed) AS f WHERE f.sqlstate NOT LIKE '55%');
    ids := ARRAY(SELECT id FROM unnest(ids) AS id EXCEPT SELECT f.proposal FROM unnest(failed) AS f ORDER BY 1);
    UPDATE customer_workflow.proposal AS p SET status = 'applied', applied_at = now(), state = NULL WHERE p.id = ANY (ids);
    -- Nothing that was decided holds any more, so that it begins anew.
    UPDATE customer_workflow.proposal AS p SET status = 'change_requested', decided_at = now(), sent_back = NULL WHERE p.id = ANY (back);
    PERFORM customer_workflow._deciding('{}', '{}');
    INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, digest, details)
    SELECT p.table_id, p.id, CASE WHEN f.proposal IS NULL THEN 'applied' ELSE 'change_requested' END, 'system', session_user, p.digest,
           CASE WHEN f.proposal IS NULL THEN jsonb_build_object('effective_at', customer_workflow._render(p.effective_at))
                                             || CASE WHEN d.timer #> '{effective,overwritten}' = '[]' THEN '{}'
                                                     ELSE jsonb_build_object('overwritten', d.timer #> '{effective,overwritten}') END
                ELSE jsonb_strip_nulls(jsonb_build_object('effective_at', customer_workflow._render(p.effective_at),
                         'reason', 'it could not be applied', 'sqlstate', f.sqlstate, 'message', f.message, 'detail', f.detail)) END
      FROM customer_workflow.deadline AS d
      JOIN customer_workflow.proposal AS p ON p.id = d.proposal
      LEFT JOIN unnest(failed) AS f ON f.proposal = p.id
     WHERE d.id = ANY (deadlines) AND p.id = ANY (ids || back)
     ORDER BY p.id;
    IF EXISTS (SELECT FROM customer_workflow.proposal AS p WHERE p.id = ANY (ids) AND p.reverts IS NOT NULL) THEN
        PERFORM customer_workflow._note_reverted(NULL, ids);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._apply_effective(bigint[], boolean)
    IS 'Applies approved proposals whose date has come, each of another record; what cannot be applied goes back to its author; returns those to be tried again. whole_set: all of them are one change set';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._set_effective(customer_workflow._request, bigint[]), customer_workflow._put_off(customer_workflow._course[], bigint[]),
    customer_workflow._await_date(bigint[], jsonb), customer_workflow._moved_since_approval(bigint[], bigint[]),
    customer_workflow._apply_effective(bigint[], boolean)
    FROM PUBLIC;
