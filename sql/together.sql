-- What the verbs do with change sets. A set is taken as a whole or not at all: inside, everything is done as for one proposal
-- whose first problem is raised.

CREATE FUNCTION customer_workflow._perform_sets(request customer_workflow._request, proposals bigint[], digests text[], all_or_nothing boolean)
    RETURNS TABLE (proposal bigint, outcome text, sqlstate text, message text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    alone bigint[];
    alone_seen text[];
    asked bigint[];
    seen text[];
    sets bigint[];
    failed customer_workflow._problem[] := '{}';
BEGIN
    PERFORM customer_workflow._lock(proposals, request.verb IN ('approve', 'rebase')
                                        OR request.verb = 'submit' AND customer_workflow._submit_may_write(customer_workflow._with_mates(proposals)),
                                    request.verb IN ('recall', 'rebase'));
    request.mine := customer_workflow._my_assignees();
    SELECT array_agg(a.id ORDER BY a.id), array_agg(a.digest ORDER BY a.id) INTO asked, seen
      FROM (SELECT u.id, CASE WHEN count(DISTINCT u.digest) > 1 THEN 'more than one' ELSE min(u.digest) END AS digest
              FROM ROWS FROM (unnest(proposals), unnest(digests)) AS u (id, digest) GROUP BY u.id) AS a;
    SELECT array_agg(a.id ORDER BY a.id), array_agg(a.digest ORDER BY a.id) INTO alone, alone_seen
      FROM unnest(asked, seen) AS a (id, digest)
     WHERE NOT EXISTS (SELECT FROM customer_workflow.proposal AS p WHERE p.id = a.id AND p.change_set IS NOT NULL);
    IF cardinality(alone) > 0 THEN
        failed := ARRAY(
            SELECT ROW(r.proposal, r.sqlstate, r.message, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::customer_workflow._problem
              FROM customer_workflow._perform(request, alone, alone_seen, all_or_nothing) AS r
             WHERE r.outcome = 'failed');
    END IF;
    request.whole_sets := true;
    -- Sets that change the same record come one after the other.
    FOR sets IN
        WITH asked_set AS MATERIALIZED (
            SELECT DISTINCT p.change_set AS id FROM customer_workflow.proposal AS p WHERE p.id = ANY (asked) AND p.change_set IS NOT NULL
        ), record AS (
            SELECT s.id, m.table_id, m.record_hash FROM asked_set AS s JOIN customer_workflow.proposal AS m ON m.change_set = s.id
        ), shared AS (
            SELECT DISTINCT r.id FROM record AS r
              JOIN (SELECT x.table_id, x.record_hash FROM record AS x GROUP BY 1, 2 HAVING count(DISTINCT x.id) > 1) AS d
                ON d.table_id = r.table_id AND d.record_hash = r.record_hash
        )
        SELECT array_agg(s.id ORDER BY s.id)
          FROM asked_set AS s LEFT JOIN shared AS h ON h.id = s.id
         GROUP BY h.id ORDER BY h.id NULLS FIRST
    LOOP
        failed := failed || ARRAY(SELECT f FROM customer_workflow._try_sets(request, sets, asked, seen, all_or_nothing) AS f);
    END LOOP;
    RETURN QUERY
    SELECT a.id, CASE WHEN f.sqlstate IS NULL THEN p.status ELSE 'failed' END, f.sqlstate, f.message
      FROM (SELECT u.id, min(u.n) AS n FROM unnest(proposals) WITH ORDINALITY AS u (id, n) GROUP BY u.id) AS a
      LEFT JOIN customer_workflow.proposal AS p ON p.id = a.id
      LEFT JOIN unnest(failed) AS f ON coalesce(f.proposal, 0) = coalesce(a.id, 0) AND (f.proposal IS NULL) = (a.id IS NULL)
     ORDER BY a.n;
END
$$;
COMMENT ON FUNCTION customer_workflow._perform_sets(customer_workflow._request, bigint[], text[], boolean)
    IS 'What _perform() does where some of the proposals belong to change sets: each of these as a whole';

CREATE FUNCTION customer_workflow._try_sets(request customer_workflow._request, sets bigint[], asked bigint[], seen text[], all_or_nothing boolean)
    RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    half integer := cardinality(sets) / 2;
    code text;
    said text;
BEGIN
    IF all_or_nothing THEN
        PERFORM customer_workflow._perform_whole(request, sets, asked, seen);
        RETURN;
    END IF;
    BEGIN
        PERFORM customer_workflow._perform_whole(request, sets, asked, seen);
        RETURN;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, said = MESSAGE_TEXT;
        IF NOT customer_workflow._is_outcome(code) THEN
            RAISE;
        END IF;
    END;
    IF half > 0 THEN
        RETURN QUERY SELECT * FROM customer_workflow._try_sets(request, sets[:half], asked, seen, false);
        RETURN QUERY SELECT * FROM customer_workflow._try_sets(request, sets[half + 1:], asked, seen, false);
        RETURN;
    END IF;
    RETURN QUERY SELECT p.id, code, said, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text
                   FROM customer_workflow.proposal AS p WHERE p.change_set = sets[1] AND p.id = ANY (asked);
END
$$;
COMMENT ON FUNCTION customer_workflow._try_sets(customer_workflow._request, bigint[], bigint[], text[], boolean)
    IS 'Does what a request asks to change sets, in halves around those that fail, of which nothing is done; all_or_nothing: raises what fails';

CREATE FUNCTION customer_workflow._perform_whole(request customer_workflow._request, sets bigint[], asked bigint[], seen text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    members bigint[] := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                               WHERE p.change_set = ANY (sets) AND (p.status = ANY (customer_workflow._open_statuses()) OR p.id = ANY (asked)) ORDER BY p.id);
    acting bigint[] := members;
    given text[];
    problem customer_workflow._problem;
BEGIN
    IF request.verb = 'submit' THEN
        PERFORM customer_workflow._prepare_sets(request, members);
    ELSIF request.verb IN ('approve', 'reject', 'request_change') THEN
        -- He decides what he holds of each set; where that is nothing, what stands against it is said of what he asked for.
        acting := ARRAY(
            SELECT m.id
              FROM (SELECT p.id, p.change_set, EXISTS (
                        SELECT FROM customer_workflow.work_item AS w
                         WHERE w.proposal = p.id AND w.status = 'open' AND (request.work_item IS NULL OR w.id = request.work_item)
                           AND (w.assignee = ANY (request.mine)
                                OR EXISTS (SELECT FROM customer_workflow.work_item_place AS l WHERE l.work_item = w.id AND l.person = request.person))) AS holds
                      FROM customer_workflow.proposal AS p WHERE p.id = ANY (members)) AS m
             WHERE m.holds OR m.id = ANY (asked) AND m.change_set NOT IN (
                       SELECT p.change_set FROM customer_workflow.work_item AS w JOIN customer_workflow.proposal AS p ON p.id = w.proposal
                        WHERE p.id = ANY (members) AND w.status = 'open' AND (request.work_item IS NULL OR w.id = request.work_item)
                          AND (w.assignee = ANY (request.mine)
                               OR EXISTS (SELECT FROM customer_workflow.work_item_place AS l WHERE l.work_item = w.id AND l.person = request.person)))
             ORDER BY m.id);
        -- The digest of any proposal of a set stands for all of it.
        given := CASE WHEN cardinality(array_remove(seen, NULL)) > 0 THEN ARRAY(
            SELECT CASE WHEN s.change_set IS NOT NULL THEN coalesce(s.wrong, p.digest) END
              FROM customer_workflow.proposal AS p
              LEFT JOIN (SELECT m.change_set, min(a.digest) FILTER (WHERE NOT EXISTS (SELECT FROM customer_workflow.proposal AS o
                                                                                       WHERE o.change_set = m.change_set AND o.digest = a.digest)) AS wrong
                           FROM unnest(asked, seen) AS a (id, digest) JOIN customer_workflow.proposal AS m ON m.id = a.id
                          WHERE a.digest IS NOT NULL GROUP BY m.change_set) AS s ON s.change_set = p.change_set
             WHERE p.id = ANY (acting) ORDER BY p.id) END;
        IF request.verb = 'approve' THEN
            PERFORM customer_workflow._require_enabled(members);
        END IF;
    ELSIF request.verb = 'rebase' AND request.fields IS NOT NULL THEN
        -- what has these fields is what was asked for
        acting := ARRAY(SELECT id FROM unnest(members) AS id WHERE id = ANY (asked) ORDER BY id);
    END IF;
    -- First what stands against that which was asked for: of the others nobody hears who may not see it.
    SELECT o.* INTO problem FROM customer_workflow._obstacles(request, ARRAY(SELECT id FROM unnest(acting) AS id WHERE id = ANY (asked) ORDER BY id), NULL) AS o
     WHERE o.sqlstate <> 'CW002' LIMIT 1;
    IF FOUND THEN
        PERFORM customer_workflow._raise_problem(problem);
    END IF;
    PERFORM FROM customer_workflow._perform(request, acting, given, true);
END
$$;
COMMENT ON FUNCTION customer_workflow._perform_whole(customer_workflow._request, bigint[], bigint[], text[]) IS 'Does what a request asks to whole change sets that are locked, or raises the first problem';

CREATE FUNCTION customer_workflow._require_enabled(proposals bigint[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    off record;
BEGIN
    SELECT p.id, p.record_key, p.change_set, coalesce(customer_workflow._name(t.relation), t.relation_name) AS tab, t.relation IS NULL AS gone INTO off
      FROM (SELECT k.table_id, k.company FROM (SELECT DISTINCT p.table_id, p.company FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals)) AS k
              JOIN customer_workflow.protected_table AS t ON t.id = k.table_id
             WHERE t.relation IS NULL OR NOT customer_workflow._enabled(t.id, k.company)) AS k
      JOIN customer_workflow.proposal AS p ON p.id = ANY (proposals) AND p.table_id = k.table_id AND p.company IS NOT DISTINCT FROM k.company
      JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
     ORDER BY p.id LIMIT 1;
    IF off.gone THEN
        RAISE EXCEPTION USING ERRCODE = 'CW008', MESSAGE = format('table "%s" of proposal %s does not exist or is not protected any more', off.tab, off.id),
            DETAIL = format('The proposal is in change set %s.', off.change_set), HINT = 'Cancel the change set, and propose what is left again.';
    ELSIF NOT off.gone THEN
        RAISE EXCEPTION USING ERRCODE = 'CW005', MESSAGE = format('approvals are disabled for table "%s"', off.tab),
            DETAIL = format('Proposal %s for "%s" %s is in change set %s.', off.id, off.tab, off.record_key, off.change_set),
            HINT = 'Switch it on again with customer_workflow.enable().';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._require_enabled(bigint[]) IS 'Error CW005 where approvals are disabled for the table of one of these proposals';

CREATE FUNCTION customer_workflow._prepare_sets(request customer_workflow._request, members bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Who has a part in one has a part in all, and all have one date; and an approval that an earlier round gave to one did not see the others as they are.
    UPDATE customer_workflow.proposal AS p
       SET parties = u.parties, effective_at = u.effective_at, held = NULL, sent_back = NULL, interrupted = NULL, state = p.state - 'run' - 'approved' - 'decided' - 'consented' - 'unchanged'
      FROM (SELECT m.change_set, array_agg(DISTINCT i ORDER BY i) AS parties, max(m.effective_at) AS effective_at
              FROM customer_workflow.proposal AS m CROSS JOIN LATERAL unnest(m.parties) AS i
             WHERE m.change_set IN (SELECT q.change_set FROM customer_workflow.proposal AS q WHERE q.id = ANY (members)) GROUP BY m.change_set) AS u
     WHERE p.id = ANY (members) AND p.change_set = u.change_set AND p.status IN ('not_submitted', 'change_requested', 'rejected');
END
$$;
COMMENT ON FUNCTION customer_workflow._prepare_sets(customer_workflow._request, bigint[]) IS 'Before the proposals of change sets are submitted: they have the same parties, and nothing of an earlier round counts';

CREATE FUNCTION customer_workflow._submit_parts(request customer_workflow._request, parts bigint[], parents bigint[], workflows text[], versions integer[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lost record;
    batch record;
BEGIN
    SELECT p.id, p.record_key, coalesce(customer_workflow._name(t.relation), t.relation_name) AS tab INTO lost
      FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
     WHERE p.id = ANY (parts) AND p.part_of <> ALL (parents) ORDER BY p.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'CW004', MESSAGE = format('nobody decides proposal %s for "%s" %s', lost.id, lost.tab, lost.record_key),
            DETAIL = 'The proposal of its parent record is not submitted with it.', HINT = 'Cancel it, and propose the change again.';
    END IF;
    FOR batch IN
        SELECT h.workflow, h.version, array_agg(p.id ORDER BY p.id) AS ids
          FROM unnest(parents, workflows, versions) AS h (id, workflow, version) JOIN customer_workflow.proposal AS p ON p.part_of = h.id AND p.id = ANY (parts)
         GROUP BY 1, 2
    LOOP
        UPDATE customer_workflow.proposal AS p
           SET status = 'pending_approval', collects = false, held = true, submitted_at = now(), decided_at = NULL,
               originator = coalesce(request.person, p.author), comment = coalesce(request.comment, p.comment),
               parties = ARRAY(SELECT DISTINCT i FROM unnest(p.parties || CASE WHEN request.automatic THEN '{}' ELSE request.identities END) AS i ORDER BY i),
               workflow = batch.workflow, version = batch.version, self_approval = NULL,
               digest = d.digest, record_label = coalesce(b.label, p.record_label), submit_sqlstate = NULL, submit_message = NULL
          FROM customer_workflow._digests(batch.ids, batch.workflow, batch.version) AS d
          LEFT JOIN customer_workflow._new_labels(batch.ids) AS b ON b.proposal = d.proposal
         WHERE p.id = d.proposal;
    END LOOP;
    PERFORM customer_workflow._note(request, 'submitted', parts, true);
END
$$;
COMMENT ON FUNCTION customer_workflow._submit_parts(customer_workflow._request, bigint[], bigint[], text[], integer[])
    IS 'Parts are submitted with the proposals of their parents, whose workflows these are, and wait for them';

CREATE FUNCTION customer_workflow._run_sets(request customer_workflow._request, events customer_workflow._event[]) RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    members bigint[];
    ids bigint[] := ARRAY(SELECT i.id FROM unnest(events) AS e CROSS JOIN LATERAL unnest(e.proposals) AS i (id));
    code text;
    said text;
    help text;
BEGIN
    members := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p WHERE p.change_set IS NOT NULL AND p.id = ANY (ids));
    IF cardinality(members) < cardinality(ids) THEN
        RETURN QUERY SELECT * FROM customer_workflow._run(request, ARRAY(
            SELECT ROW(l.ids, e.event, e.workflow, e.version)::customer_workflow._event
              FROM unnest(events) AS e
             CROSS JOIN LATERAL (SELECT ARRAY(SELECT id FROM unnest(e.proposals) AS id WHERE id <> ALL (members)) AS ids) AS l
             WHERE cardinality(l.ids) > 0), false);
    END IF;
    request.whole_sets := true;
    FOR members IN
        SELECT array_agg(p.id ORDER BY p.id) FROM customer_workflow.proposal AS p
         WHERE p.change_set IS NOT NULL AND p.id = ANY (ids) GROUP BY p.change_set ORDER BY p.change_set
    LOOP
        BEGIN
            PERFORM FROM customer_workflow._run(request, ARRAY(
                SELECT ROW(l.ids, e.event, e.workflow, e.version)::customer_workflow._event
                  FROM unnest(events) AS e
                 CROSS JOIN LATERAL (SELECT ARRAY(SELECT id FROM unnest(e.proposals) AS id WHERE id = ANY (members)) AS ids) AS l
                 WHERE cardinality(l.ids) > 0), true);
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, said = MESSAGE_TEXT, help = PG_EXCEPTION_HINT;
            IF NOT customer_workflow._is_outcome(code) THEN
                RAISE;
            END IF;
            RETURN QUERY SELECT id, code, said, NULL::text, nullif(help, ''), NULL::text, NULL::text, NULL::text, NULL::text, NULL::text
                           FROM unnest(members) AS id;
        END;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._run_sets(customer_workflow._request, customer_workflow._event[])
    IS 'What _run() does where some of the proposals belong to change sets: each of these as a whole';

-- What the engine says of each proposal becomes what happens to its set: the end of one workflow is held back until all have come to
-- theirs, and a rejection of one is one of all.
CREATE FUNCTION customer_workflow._together(request customer_workflow._request, courses customer_workflow._course[]) RETURNS customer_workflow._course[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    members record;
    more customer_workflow._course[];
BEGIN
    WITH now AS MATERIALIZED (
        SELECT i.id, c.n, c.result #>> '{state,status}' AS outcome
          FROM unnest(courses) WITH ORDINALITY AS c (workflow, version, table_id, state, event, answers, result, proposals, n)
         CROSS JOIN LATERAL unnest(c.proposals) AS i (id)
    ), member AS MATERIALIZED (
        SELECT m.id, m.change_set, n.n, n.outcome, m.held AND m.status = 'pending_approval' AS held
          FROM (SELECT DISTINCT p.change_set FROM now JOIN customer_workflow.proposal AS p ON p.id = now.id) AS s
          JOIN customer_workflow.proposal AS m ON m.change_set = s.change_set AND m.status = ANY (customer_workflow._open_statuses())
          LEFT JOIN now AS n ON n.id = m.id
    ), fate AS (
        SELECT m.change_set, min(m.outcome) FILTER (WHERE m.outcome IN ('rejected', 'change_requested', 'expired')) AS falls,
               min(m.id) FILTER (WHERE m.outcome IN ('rejected', 'change_requested', 'expired')) AS because,
               bool_and(coalesce(m.outcome = 'applied', m.held, false)) AS complete
          FROM member AS m GROUP BY m.change_set
    ), changed AS MATERIALIZED (
        SELECT m.id, m.n, f.falls, CASE WHEN f.falls IS NULL THEN NULL ELSE f.because END AS because, f.complete, m.change_set
          FROM member AS m JOIN fate AS f ON f.change_set = m.change_set
         WHERE f.falls IS NOT NULL AND m.outcome IS DISTINCT FROM f.falls
            OR f.falls IS NULL AND f.complete AND m.outcome IS NULL
            OR f.falls IS NULL AND NOT f.complete AND m.outcome = 'applied'
    )
    SELECT coalesce(array_agg(c.id), '{}') AS ids,
           coalesce(array_agg(c.id) FILTER (WHERE c.falls IS NULL AND NOT c.complete), '{}') AS held,
           coalesce(array_agg(c.id) FILTER (WHERE c.falls IS NULL AND c.complete), '{}') AS released,
           array_agg(ROW(coalesce(o.workflow, p.workflow), coalesce(o.version, p.version), p.table_id, coalesce(o.state, p.state),
                         coalesce(o.event, jsonb_build_object('change_set', c.change_set)), o.answers,
                         CASE WHEN c.falls IS NOT NULL THEN customer_workflow._falls(request, p, o.result, c.falls, c.because)
                              WHEN c.complete THEN jsonb_build_object('state', coalesce(p.state, '{}') || '{"status": "applied"}',
                                                                      'effects', '[{"do": "apply"}, {"do": "end", "status": "applied"}]'::jsonb)
                              ELSE jsonb_set(o.result, '{state,status}', '"pending_approval"')
                                   || jsonb_build_object('effects', jsonb_path_query_array(o.result, '$.effects[*] ? (@.do != "apply" && @.do != "end")')) END,
                         ARRAY[c.id])::customer_workflow._course ORDER BY c.id) AS courses
      INTO members
      FROM changed AS c
      JOIN customer_workflow.proposal AS p ON p.id = c.id
      LEFT JOIN unnest(courses) WITH ORDINALITY AS o (workflow, version, table_id, state, event, answers, result, proposals, n) ON o.n = c.n;
    IF cardinality(members.ids) = 0 THEN
        RETURN courses;
    END IF;
    UPDATE customer_workflow.proposal AS p SET held = CASE WHEN p.id = ANY (members.held) THEN true END WHERE p.id = ANY (members.ids);
    DELETE FROM customer_workflow.deadline AS d WHERE d.proposal = ANY (members.held);
    IF cardinality(members.released) > 0 THEN
        PERFORM customer_workflow._require_enabled(members.released);
    END IF;
    RETURN customer_workflow._without(courses, members.ids) || members.courses;
END
$$;
COMMENT ON FUNCTION customer_workflow._together(customer_workflow._request, customer_workflow._course[])
    IS 'Courses of proposals of change sets, with what follows for the others of each set';

CREATE FUNCTION customer_workflow._falls(request customer_workflow._request, proposal customer_workflow.proposal, result jsonb, status text, because bigint) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object(
               'state', coalesce(result -> 'state', proposal.state, '{}') - 'run' || jsonb_build_object('status', _falls.status),
               'effects', coalesce(jsonb_path_query_array(result, '$.effects[*] ? (@.do == "log" || @.do == "close_work_item")'), '[]')
                   || (SELECT coalesce(jsonb_agg(jsonb_build_object('do', 'close_work_item', 'item', w.number, 'done', false) ORDER BY w.number), '[]')
                         FROM customer_workflow.work_item AS w WHERE w.proposal = proposal.id AND w.status = 'open')
                   || jsonb_build_array(
                          jsonb_build_object('do', 'end', 'status', _falls.status),
                          jsonb_build_object('do', 'log', 'kind', CASE _falls.status WHEN 'expired' THEN 'expiry' ELSE _falls.status END, 'person', request.person,
                                             'details', jsonb_build_object('change_set', proposal.change_set, 'proposal', because))))
$$;
COMMENT ON FUNCTION customer_workflow._falls(customer_workflow._request, customer_workflow.proposal, jsonb, text, bigint)
    IS 'What follows for a proposal from the rejection, request for change or expiry of another one of its change set';

-- Foreign keys between the tables say who comes first. Those that go in a circle can only hold at the end, if one is deferrable.
CREATE FUNCTION customer_workflow._write_order(proposals bigint[]) RETURNS TABLE (proposal bigint, round integer)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE involved AS MATERIALIZED (
        SELECT DISTINCT t.id, t.relation FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
         WHERE p.id = ANY (proposals)
    ), reference AS MATERIALIZED (
        SELECT DISTINCT child.id AS child, parent.id AS parent
          FROM pg_constraint AS f JOIN involved AS child ON child.relation = f.conrelid JOIN involved AS parent ON parent.relation = f.confrelid
         -- those that are deferrable are checked when all is written
         WHERE f.contype = 'f' AND NOT f.condeferrable AND child.id <> parent.id
    ), walk AS (
        SELECT i.id, 0 AS depth, ARRAY[i.id] AS path FROM involved AS i
        UNION ALL
        SELECT r.child, w.depth + 1, w.path || r.child FROM walk AS w JOIN reference AS r ON r.parent = w.id WHERE r.child <> ALL (w.path)
    ), depth AS (
        SELECT w.id, max(w.depth) AS depth FROM walk AS w GROUP BY w.id
    )
    -- parents are written first, and deleted last
    SELECT p.id, (CASE WHEN p.operation = 'delete' THEN 1000000 - d.depth ELSE d.depth END)::integer
      FROM customer_workflow.proposal AS p JOIN depth AS d ON d.id = p.table_id WHERE p.id = ANY (proposals)
$$;
COMMENT ON FUNCTION customer_workflow._write_order(bigint[]) IS 'In which round each of these proposals is written, so that foreign keys between their tables hold';

CREATE FUNCTION customer_workflow._write_sets(proposals bigint[], as_author boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    keys record;
    turn bigint[];
BEGIN
    SELECT string_agg(k.names, ', ') AS names, string_agg(k.deferred, ', ') AS deferred INTO keys
      FROM (SELECT DISTINCT t.relation FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
             WHERE p.id = ANY (proposals)) AS t
     CROSS JOIN LATERAL customer_workflow._deferrable(t.relation, (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = current_user), true) AS k;
    IF keys.names IS NOT NULL THEN
        PERFORM customer_workflow._defer(keys.names);
    END IF;
    FOR turn IN SELECT array_agg(o.proposal ORDER BY o.proposal) FROM customer_workflow._write_order(proposals) AS o GROUP BY o.round ORDER BY o.round LOOP
        PERFORM customer_workflow._write_proposals(turn, as_author, false);
    END LOOP;
    PERFORM customer_workflow._check_now(keys.names, keys.deferred);
END
$$;
COMMENT ON FUNCTION customer_workflow._write_sets(bigint[], boolean) IS 'Writes proposals of change sets, round by round, and checks deferrable foreign keys when all are written';

CREATE FUNCTION customer_workflow._defer(names text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE 'SET CONSTRAINTS ' || names || ' DEFERRED';
END
$$;
COMMENT ON FUNCTION customer_workflow._defer(text) IS 'Constraints of these names are checked later';

CREATE FUNCTION customer_workflow._claim_whole(proposals bigint[], with_records bigint[]) RETURNS bigint[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    busy bigint[];
    claimed bigint[];
BEGIN
    IF NOT customer_workflow._in_sets(proposals) THEN
        RETURN customer_workflow._claim(proposals, with_records);
    END IF;
    WITH wanted AS (
        SELECT DISTINCT p.change_set AS id FROM customer_workflow.proposal AS p WHERE p.change_set IS NOT NULL AND p.id = ANY (proposals)
    ), got AS (
        SELECT s.id FROM customer_workflow.change_set AS s WHERE s.id IN (SELECT w.id FROM wanted AS w) ORDER BY s.id FOR UPDATE SKIP LOCKED
    )
    SELECT coalesce(array_agg(w.id), '{}') INTO busy FROM wanted AS w WHERE w.id NOT IN (SELECT g.id FROM got AS g);
    proposals := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                        WHERE p.id = ANY (customer_workflow._with_mates(proposals)) AND (p.change_set = ANY (busy)) IS NOT TRUE);
    claimed := customer_workflow._claim(proposals, ARRAY(SELECT id FROM unnest(customer_workflow._with_mates(with_records)) AS id WHERE id = ANY (proposals)));
    -- all of a set, or nothing of it
    RETURN ARRAY(
        SELECT p.id FROM customer_workflow.proposal AS p
         WHERE p.id = ANY (claimed)
           AND (p.change_set IS NULL
                OR NOT EXISTS (SELECT FROM customer_workflow.proposal AS m
                                WHERE m.change_set = p.change_set AND m.status = ANY (customer_workflow._open_statuses()) AND m.id <> ALL (claimed)))
         ORDER BY p.id);
END
$$;
COMMENT ON FUNCTION customer_workflow._claim_whole(bigint[], bigint[]) IS 'What _claim() does, with all proposals of change sets: returns those that it got, of a set all or none';

CREATE FUNCTION customer_workflow._apply_effective_sets(deadlines bigint[]) RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    alone bigint[];
    one record;
BEGIN
    alone := ARRAY(SELECT d.id FROM customer_workflow.deadline AS d JOIN customer_workflow.proposal AS p ON p.id = d.proposal
                    WHERE d.id = ANY (deadlines) AND p.change_set IS NULL ORDER BY d.id);
    RETURN QUERY SELECT * FROM customer_workflow._apply_effective(alone);
    FOR one IN
        SELECT s.change_set, array_agg(d.id ORDER BY d.id) AS deadlines, array_agg(DISTINCT m.id) FILTER (WHERE d.id = ANY (_apply_effective_sets.deadlines)) AS asked,
               bool_and(coalesce(m.status = 'approved' AND (d.due_at <= now() OR d.id = ANY (_apply_effective_sets.deadlines)) AND customer_workflow._enabled(t.id, m.company), false)) AS ready
          FROM (SELECT DISTINCT p.change_set FROM customer_workflow.deadline AS d JOIN customer_workflow.proposal AS p ON p.id = d.proposal
                 WHERE d.id = ANY (_apply_effective_sets.deadlines) AND p.change_set IS NOT NULL) AS s
          JOIN customer_workflow.proposal AS m ON m.change_set = s.change_set AND m.status = ANY (customer_workflow._open_statuses())
          JOIN customer_workflow.protected_table AS t ON t.id = m.table_id
          LEFT JOIN customer_workflow.deadline AS d ON d.proposal = m.id AND d.timer ? 'effective'
         GROUP BY s.change_set ORDER BY s.change_set
    LOOP
        IF one.ready THEN
            RETURN QUERY SELECT * FROM customer_workflow._apply_effective(one.deadlines, true);
        ELSE
            RETURN QUERY SELECT id, '55000', format('change set %s cannot be applied as a whole yet', one.change_set), NULL::text,
                                'All of its tables must be enabled, and the date of all its proposals be there.',
                                NULL::text, NULL::text, NULL::text, NULL::text, NULL::text
                           FROM unnest(one.asked) AS id;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._apply_effective_sets(bigint[])
    IS 'What _apply_effective() does where some of the proposals belong to change sets: each of these as a whole';

CREATE FUNCTION customer_workflow._of_all(problems customer_workflow._problem[], proposals bigint[]) RETURNS customer_workflow._problem[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY(SELECT ROW(id, f.sqlstate, f.message, f.detail, f.hint, f."column", f."constraint", f.datatype, f."table", f."schema")::customer_workflow._problem
                   FROM unnest(problems[:1]) AS f CROSS JOIN unnest(proposals) AS id)
$$;
COMMENT ON FUNCTION customer_workflow._of_all(customer_workflow._problem[], bigint[]) IS 'The first problem as one of all these proposals; none where there is none';

CREATE FUNCTION customer_workflow._ready_sets(proposals bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT customer_workflow._in_sets(proposals) THEN
        RETURN proposals;
    END IF;
    RETURN ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                  WHERE p.id = ANY (customer_workflow._with_mates(proposals))
                    AND (p.change_set IS NULL
                         OR NOT EXISTS (SELECT FROM customer_workflow.proposal AS m
                                         WHERE m.change_set = p.change_set AND m.status = ANY (customer_workflow._open_statuses()) AND NOT m.auto_submit))
                  ORDER BY p.id);
END
$$;
COMMENT ON FUNCTION customer_workflow._ready_sets(bigint[]) IS 'Of proposals that submit themselves those that may: a change set does when all that is in it would, and then as a whole';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._perform_sets(customer_workflow._request, bigint[], text[], boolean),
    customer_workflow._try_sets(customer_workflow._request, bigint[], bigint[], text[], boolean),
    customer_workflow._perform_whole(customer_workflow._request, bigint[], bigint[], text[]),
    customer_workflow._require_enabled(bigint[]), customer_workflow._prepare_sets(customer_workflow._request, bigint[]),
    customer_workflow._submit_parts(customer_workflow._request, bigint[], bigint[], text[], integer[]),
    customer_workflow._run_sets(customer_workflow._request, customer_workflow._event[]),
    customer_workflow._together(customer_workflow._request, customer_workflow._course[]),
    customer_workflow._falls(customer_workflow._request, customer_workflow.proposal, jsonb, text, bigint),
    customer_workflow._write_order(bigint[]), customer_workflow._write_sets(bigint[], boolean), customer_workflow._defer(text),
    customer_workflow._claim_whole(bigint[], bigint[]), customer_workflow._ready_sets(bigint[]),
    customer_workflow._apply_effective_sets(bigint[]), customer_workflow._of_all(customer_workflow._problem[], bigint[])
    FROM PUBLIC;
