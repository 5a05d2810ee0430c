-- The verbs as people call them: one proposal, and many.

CREATE FUNCTION customer_workflow._perform(request customer_workflow._request, proposals bigint[], digests text[], all_or_nothing boolean)
    RETURNS TABLE (proposal bigint, outcome text, sqlstate text, message text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = auto SET jit = off AS $$
#variable_conflict use_column
DECLARE
    chunk_size CONSTANT integer := 50000;
    ids bigint[];
    asked bigint[];
    seen text[];
    chunk bigint[];
    failed customer_workflow._problem[] := '{}';
    lost customer_workflow._problem[];
    good bigint[];
    memory text := current_setting('work_mem');
BEGIN
    PERFORM customer_workflow._plan_for(proposals);
    IF cardinality(digests) <> cardinality(proposals) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'there must be as many digests as proposals',
            DETAIL = format('There are %s proposals and %s digests.', cardinality(proposals), cardinality(digests)),
            HINT = 'Give null for a proposal whose digest is not to be compared.';
    END IF;
    IF request.whole_sets IS NOT TRUE AND customer_workflow._in_sets(proposals) THEN
        RETURN QUERY SELECT * FROM customer_workflow._perform_sets(request, proposals, digests, all_or_nothing);
        RETURN;
    END IF;
    -- A chunk is not worth a temporary file.
    IF cardinality(proposals) > 1000 AND pg_size_bytes(memory) < pg_size_bytes('32MB') THEN
        PERFORM set_config('work_mem', '32MB', true);
    END IF;
    -- In the order of numbers, so that two callers never wait for each other in a circle.
    ids := coalesce(customer_workflow._distinct(proposals), '{}');
    -- mostly they come in that order
    asked := CASE WHEN ids = proposals THEN ids
                  ELSE ARRAY(SELECT u.id FROM unnest(proposals) WITH ORDINALITY AS u (id, n) GROUP BY u.id ORDER BY min(u.n)) END;
    IF digests IS NOT NULL THEN
        seen := ARRAY(SELECT CASE WHEN count(DISTINCT a.digest) > 1 THEN 'more than one' ELSE min(a.digest) END
                        FROM unnest(proposals, digests) AS a (id, digest) GROUP BY a.id ORDER BY a.id);
    END IF;
    -- Before the first chunk: records of a later one must not be locked after the proposals of this one.
    PERFORM customer_workflow._lock(ids, request.verb IN ('approve', 'rebase') OR request.verb = 'submit' AND customer_workflow._submit_may_write(ids),
                                    request.verb IN ('recall', 'rebase'));
    IF request.whole_sets IS NOT TRUE AND customer_workflow._in_sets(proposals) THEN
        -- its author has taken one into a change set while it was waited for
        PERFORM set_config('work_mem', memory, true);
        RETURN QUERY SELECT * FROM customer_workflow._perform_sets(request, proposals, digests, all_or_nothing);
        RETURN;
    END IF;
    -- He may have lost it while he waited.
    request.mine := customer_workflow._my_assignees();
    FOR n IN 1 .. cardinality(ids) BY chunk_size LOOP
        chunk := ids[n : n + chunk_size - 1];
        lost := ARRAY(SELECT o FROM customer_workflow._obstacles(request, chunk, seen[n : n + chunk_size - 1]) AS o);
        IF all_or_nothing AND lost <> '{}' THEN
            PERFORM customer_workflow._raise_problem(lost[1]);
        END IF;
        good := customer_workflow._minus(chunk, ARRAY(SELECT l.proposal FROM unnest(lost) AS l));
        CASE request.verb
            WHEN 'submit' THEN
                lost := lost || ARRAY(SELECT f FROM customer_workflow._submit(request, good) AS f);
            WHEN 'approve', 'reject', 'request_change' THEN
                lost := lost || ARRAY(SELECT f FROM customer_workflow._decide(request, good, to_jsonb(request.verb), all_or_nothing) AS f);
            WHEN 'recall' THEN
                PERFORM customer_workflow._note(request, 'recalled', good, false);
                PERFORM customer_workflow._back_to_draft(good, NULL, NULL);
            WHEN 'cancel' THEN
                PERFORM customer_workflow._note(request, 'cancelled', good, true);
                PERFORM customer_workflow._close(good);
                UPDATE customer_workflow.proposal AS p SET status = 'cancelled', collects = false, decided_at = now() WHERE p.id = ANY (good);
            WHEN 'rebase' THEN
                lost := lost || ARRAY(SELECT f FROM customer_workflow._rebase(request, good) AS f);
        END CASE;
        IF all_or_nothing AND lost <> '{}' THEN
            PERFORM customer_workflow._raise_problem(lost[1]);
        END IF;
        failed := failed || lost;
    END LOOP;
    IF failed = '{}' AND asked = ids THEN
        RETURN QUERY SELECT p.id, p.status, NULL::text, NULL::text FROM customer_workflow.proposal AS p WHERE p.id = ANY ((SELECT ids)::bigint[]) ORDER BY p.id;
    ELSE
        RETURN QUERY
        WITH now AS MATERIALIZED (
            SELECT p.id, p.status FROM customer_workflow.proposal AS p WHERE p.id = ANY ((SELECT ids)::bigint[])
        )
        SELECT a.id, CASE WHEN f.sqlstate IS NULL THEN p.status ELSE 'failed' END, f.sqlstate, f.message
          FROM unnest(asked) WITH ORDINALITY AS a (id, n)
          LEFT JOIN now AS p ON p.id = a.id
          LEFT JOIN unnest(failed) AS f ON coalesce(f.proposal, 0) = coalesce(a.id, 0) AND (f.proposal IS NULL) = (a.id IS NULL)
         ORDER BY a.n;
    END IF;
    PERFORM set_config('work_mem', memory, true);
END
$$;
COMMENT ON FUNCTION customer_workflow._perform(customer_workflow._request, bigint[], text[], boolean)
    IS 'Does what a request asks to many proposals, in chunks; all_or_nothing: raises the first failure';

CREATE FUNCTION customer_workflow._edited(request customer_workflow._request, proposals bigint[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    UPDATE customer_workflow.proposal AS p
       SET parties = ARRAY(SELECT DISTINCT i FROM unnest(p.parties || request.identities) AS i ORDER BY i)
     WHERE p.id = ANY (proposals) AND NOT p.parties @> request.identities
$$;
COMMENT ON FUNCTION customer_workflow._edited(customer_workflow._request, bigint[]) IS 'Whoever edits a proposal does not decide it';

CREATE FUNCTION customer_workflow._one(request customer_workflow._request, proposal bigint, digest text) RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.outcome FROM customer_workflow._perform(request, ARRAY[_one.proposal], CASE WHEN _one.digest IS NOT NULL THEN ARRAY[_one.digest] END, true) AS r
$$;
COMMENT ON FUNCTION customer_workflow._one(customer_workflow._request, bigint, text) IS 'A request for one proposal: its new status, or the error';

CREATE FUNCTION customer_workflow.submit(proposal bigint, comment text DEFAULT NULL, effective_at timestamptz DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN customer_workflow._one(customer_workflow._request('submit', submit.comment, NULL, NULL, NULL, submit.effective_at), submit.proposal, NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow.submit(bigint, text, timestamptz)
    IS 'Hands a proposal to its workflow, also again after a rejection or a request for change; effective_at: approved, it waits for that time; returns the new status';

CREATE FUNCTION customer_workflow.submit_many(proposals bigint[], comment text DEFAULT NULL, digests text[] DEFAULT NULL, all_or_nothing boolean DEFAULT false)
    RETURNS TABLE (proposal bigint, outcome text, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT * FROM customer_workflow._perform(customer_workflow._request('submit', submit_many.comment, NULL, NULL),
                                                          proposals, digests, coalesce(all_or_nothing, false));
END
$$;
COMMENT ON FUNCTION customer_workflow.submit_many(bigint[], text, text[], boolean) IS 'The same as submit for many proposals: a row each, with the new status or why it failed; all_or_nothing: one failure fails all';

CREATE FUNCTION customer_workflow.recall(proposal bigint, comment text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN customer_workflow._one(customer_workflow._request('recall', recall.comment, NULL, NULL), recall.proposal, NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow.recall(bigint, text) IS 'Takes a proposal back from its workflow; it can be edited and submitted again; returns the new status';

CREATE FUNCTION customer_workflow.recall_many(proposals bigint[], comment text DEFAULT NULL, digests text[] DEFAULT NULL, all_or_nothing boolean DEFAULT false)
    RETURNS TABLE (proposal bigint, outcome text, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT * FROM customer_workflow._perform(customer_workflow._request('recall', recall_many.comment, NULL, NULL),
                                                          proposals, digests, coalesce(all_or_nothing, false));
END
$$;
COMMENT ON FUNCTION customer_workflow.recall_many(bigint[], text, text[], boolean) IS 'The same as recall for many proposals: a row each, with the new status or why it failed; all_or_nothing: one failure fails all';

CREATE FUNCTION customer_workflow.cancel(proposal bigint, comment text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN customer_workflow._one(customer_workflow._request('cancel', cancel.comment, NULL, NULL), cancel.proposal, NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow.cancel(bigint, text) IS 'Discards all changes of a proposal, whatever its open status; returns the new status';

CREATE FUNCTION customer_workflow.cancel_many(proposals bigint[], comment text DEFAULT NULL, digests text[] DEFAULT NULL, all_or_nothing boolean DEFAULT false)
    RETURNS TABLE (proposal bigint, outcome text, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT * FROM customer_workflow._perform(customer_workflow._request('cancel', cancel_many.comment, NULL, NULL),
                                                          proposals, digests, coalesce(all_or_nothing, false));
END
$$;
COMMENT ON FUNCTION customer_workflow.cancel_many(bigint[], text, text[], boolean) IS 'The same as cancel for many proposals: a row each, with the new status or why it failed; all_or_nothing: one failure fails all';

CREATE FUNCTION customer_workflow.approve(proposal bigint, comment text DEFAULT NULL, digest text DEFAULT NULL, work_item bigint DEFAULT NULL, on_conflict text DEFAULT NULL,
                                          fields name[] DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF approve.fields IS NOT NULL THEN
        RETURN customer_workflow._decide_fields(customer_workflow._request('approve', approve.comment, approve.work_item, approve.on_conflict, approve.fields),
                                                approve.proposal, approve.digest);
    END IF;
    RETURN customer_workflow._one(customer_workflow._request('approve', approve.comment, approve.work_item, approve.on_conflict), approve.proposal, approve.digest);
END
$$;
COMMENT ON FUNCTION customer_workflow.approve(bigint, text, text, bigint, text, name[]) IS 'Approves a proposal that waits for the caller, or some of its fields; with the last approval its values are written; returns the new status';

CREATE FUNCTION customer_workflow.approve_many(proposals bigint[], comment text DEFAULT NULL, digests text[] DEFAULT NULL, all_or_nothing boolean DEFAULT false)
    RETURNS TABLE (proposal bigint, outcome text, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT * FROM customer_workflow._perform(customer_workflow._request('approve', approve_many.comment, NULL, NULL),
                                                          proposals, digests, coalesce(all_or_nothing, false));
END
$$;
COMMENT ON FUNCTION customer_workflow.approve_many(bigint[], text, text[], boolean) IS 'The same as approve for many proposals: a row each, with the new status or why it failed; all_or_nothing: one failure fails all';

CREATE FUNCTION customer_workflow.reject(proposal bigint, comment text, digest text DEFAULT NULL, work_item bigint DEFAULT NULL, fields name[] DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF reject.fields IS NOT NULL THEN
        RETURN customer_workflow._decide_fields(customer_workflow._request('reject', reject.comment, reject.work_item, NULL, reject.fields),
                                                reject.proposal, reject.digest);
    END IF;
    RETURN customer_workflow._one(customer_workflow._request('reject', reject.comment, reject.work_item, NULL), reject.proposal, reject.digest);
END
$$;
COMMENT ON FUNCTION customer_workflow.reject(bigint, text, text, bigint, name[]) IS 'Rejects a proposal that waits for the caller, or takes some of its fields out of it, with a reason; its author can edit and resubmit or cancel what was rejected; returns the new status';

CREATE FUNCTION customer_workflow.reject_many(proposals bigint[], comment text DEFAULT NULL, digests text[] DEFAULT NULL, all_or_nothing boolean DEFAULT false)
    RETURNS TABLE (proposal bigint, outcome text, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT * FROM customer_workflow._perform(customer_workflow._request('reject', reject_many.comment, NULL, NULL),
                                                          proposals, digests, coalesce(all_or_nothing, false));
END
$$;
COMMENT ON FUNCTION customer_workflow.reject_many(bigint[], text, text[], boolean) IS 'The same as reject for many proposals: a row each, with the new status or why it failed; all_or_nothing: one failure fails all';

CREATE FUNCTION customer_workflow.request_change(proposal bigint, comment text, digest text DEFAULT NULL, work_item bigint DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN customer_workflow._one(customer_workflow._request('request_change', request_change.comment, request_change.work_item, NULL), request_change.proposal, request_change.digest);
END
$$;
COMMENT ON FUNCTION customer_workflow.request_change(bigint, text, text, bigint) IS 'Sends a proposal that waits for the caller back to its author, with what is to be changed; returns the new status';

CREATE FUNCTION customer_workflow.request_change_many(proposals bigint[], comment text DEFAULT NULL, digests text[] DEFAULT NULL, all_or_nothing boolean DEFAULT false)
    RETURNS TABLE (proposal bigint, outcome text, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT * FROM customer_workflow._perform(customer_workflow._request('request_change', request_change_many.comment, NULL, NULL),
                                                          proposals, digests, coalesce(all_or_nothing, false));
END
$$;
COMMENT ON FUNCTION customer_workflow.request_change_many(bigint[], text, text[], boolean) IS 'The same as request_change for many proposals: a row each, with the new status or why it failed; all_or_nothing: one failure fails all';

CREATE FUNCTION customer_workflow.rebase(proposal bigint, fields name[] DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF rebase.fields = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('no fields of proposal %s are given', rebase.proposal),
            HINT = 'Name fields, or leave the parameter fields out for all that moved.';
    END IF;
    RETURN customer_workflow._one(customer_workflow._request('rebase', NULL, NULL, NULL, rebase.fields), rebase.proposal, NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow.rebase(bigint, name[])
    IS 'What moved under a proposal, of these fields or of all, takes the stored value as its new original; approvals of it are void; returns the new status';

CREATE FUNCTION customer_workflow.rebase_many(proposals bigint[], comment text DEFAULT NULL, digests text[] DEFAULT NULL, all_or_nothing boolean DEFAULT false)
    RETURNS TABLE (proposal bigint, outcome text, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT * FROM customer_workflow._perform(customer_workflow._request('rebase', rebase_many.comment, NULL, NULL),
                                                          proposals, digests, coalesce(all_or_nothing, false));
END
$$;
COMMENT ON FUNCTION customer_workflow.rebase_many(bigint[], text, text[], boolean) IS 'The same as rebase for many proposals: a row each, with the new status or why it failed; all_or_nothing: one failure fails all';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._perform(customer_workflow._request, bigint[], text[], boolean),
    customer_workflow._edited(customer_workflow._request, bigint[]),
    customer_workflow._one(customer_workflow._request, bigint, text),
    customer_workflow._digest_each(bigint[], text, integer), customer_workflow._digests(bigint[], text, integer), customer_workflow._digest(bigint), customer_workflow._submit_may_write(bigint[]), customer_workflow._new_labels(bigint[]),
    customer_workflow._request(text, text, bigint, text, name[], timestamptz), customer_workflow._plan_for(bigint[]),
    customer_workflow._obstacles(customer_workflow._request, bigint[], text[]), customer_workflow._under_another_name(bigint, text, text[], boolean), customer_workflow._lock(bigint[], boolean, boolean),
    customer_workflow._logged_changes(bigint[]), customer_workflow._note(customer_workflow._request, text, bigint[], boolean)
    FROM PUBLIC;
