-- What the engine says is done: values are written first, since that may fail; then what is known of proposals, work items,
-- deadlines and the history.

CREATE FUNCTION customer_workflow._effects(courses customer_workflow._course[], what text)
    RETURNS TABLE (
        proposals bigint[], n bigint, workflow text, version integer, table_id integer, event jsonb, "do" text, item integer, at text, element text, step text,
        assignee text, on_behalf_of text[], places jsonb, actions text[], outcomes text[], subject text, instructions text, timer jsonb, span jsonb,
        done boolean, kind text, person text, details jsonb, function text, status text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp ROWS 100 AS $$
    SELECT c.proposals, x.n, c.workflow, c.version, c.table_id, c.event, e.*
      FROM unnest(courses) AS c
     CROSS JOIN LATERAL jsonb_array_elements(c.result -> 'effects') WITH ORDINALITY AS x (effect, n)
     CROSS JOIN LATERAL jsonb_to_record(x.effect) AS e (
        "do" text, item integer, at text, element text, step text,
        assignee text, on_behalf_of text[], places jsonb, actions text[], outcomes text[], subject text, instructions text, timer jsonb, span jsonb,
        done boolean, kind text, person text, details jsonb, function text, status text)
     WHERE x.effect ->> 'do' = what
$$;
COMMENT ON FUNCTION customer_workflow._effects(customer_workflow._course[], text) IS 'The effects of one kind as _engine() says them, a row for all proposals of a course';

CREATE FUNCTION customer_workflow._run(request customer_workflow._request, events customer_workflow._event[], all_or_nothing boolean)
    RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    sets boolean := customer_workflow._in_sets(ARRAY(SELECT i.id FROM unnest(events) AS e CROSS JOIN LATERAL unnest(e.proposals) AS i (id)));
    courses customer_workflow._course[];
    problems customer_workflow._problem[];
    failed customer_workflow._problem[];
    overwritten jsonb := '{}';
    checked bigint[];
    applied bigint[];
    beside bigint[];
    rivals bigint[];
    before jsonb;
    -- several for one record
    later bigint[] := '{}';
    -- approved, but their date is not there yet
    waiting bigint[];
    some_revert boolean;
BEGIN
    IF sets AND NOT all_or_nothing AND request.whole_sets IS NOT TRUE THEN
        RETURN QUERY SELECT * FROM customer_workflow._run_sets(request, events);
        RETURN;
    END IF;
    all_or_nothing := all_or_nothing OR sets;
    courses := ARRAY(SELECT c FROM customer_workflow._advance(request, events) AS c);
    problems := ARRAY(SELECT r FROM customer_workflow._refusals(request, courses) AS r);
    IF all_or_nothing AND cardinality(problems) > 0 THEN
        PERFORM customer_workflow._raise_problem(problems[1]);
    END IF;
    courses := ARRAY(SELECT c FROM unnest(courses) AS c WHERE NOT c.result ? 'refused');
    IF sets THEN
        courses := customer_workflow._together(request, courses);
    END IF;
    applied := ARRAY(SELECT i.id FROM customer_workflow._effects(courses, 'apply') AS x CROSS JOIN LATERAL unnest(x.proposals) AS i (id) ORDER BY i.id);
    SELECT array_agg(i.id ORDER BY i.id) FILTER (WHERE p.effective_at > now()), bool_or(p.reverts IS NOT NULL)
      INTO waiting, some_revert
      FROM customer_workflow._alike(applied, '{effective_at,reverts}') AS k JOIN customer_workflow.proposal AS p ON p.id = k.first
      LEFT JOIN LATERAL unnest(CASE WHEN p.effective_at > now() THEN k.alike END) AS i (id) ON true;
    IF waiting IS NOT NULL THEN
        courses := customer_workflow._put_off(courses, waiting);
        applied := customer_workflow._minus(applied, waiting);
    END IF;
    IF NOT sets AND cardinality(applied) > customer_workflow._records(applied) THEN
        -- Each sees the result of the one before, in its conditions too.
        later := ARRAY(SELECT r.id FROM (SELECT p.id, row_number() OVER (PARTITION BY p.table_id, p.record_hash ORDER BY p.id) AS n
                                           FROM customer_workflow.proposal AS p WHERE p.id = ANY (applied)) AS r
                        WHERE r.n > 1 ORDER BY r.id);
        IF cardinality(later) > 0 THEN
            courses := customer_workflow._without(courses, later);
            applied := customer_workflow._minus(applied, later);
        END IF;
    END IF;
    -- A workflow that was activated since submit looked for one may write what submit has not locked.
    IF request.verb = 'submit' AND cardinality(applied) > 0 THEN
        PERFORM customer_workflow._lock(applied, true);
    END IF;
    -- No step of an approval passes over what moved.
    checked := CASE WHEN request.verb = 'approve' THEN ARRAY(SELECT i.id FROM unnest(courses) AS c CROSS JOIN LATERAL unnest(c.proposals) AS i (id) ORDER BY i.id)
                    ELSE applied END;
    IF sets THEN
        checked := customer_workflow._with_mates(checked);
    END IF;
    beside := customer_workflow._minus(CASE WHEN cardinality(courses) = 1 THEN (courses[1]).proposals
                                            ELSE ARRAY(SELECT i.id FROM unnest(courses) AS c CROSS JOIN LATERAL unnest(c.proposals) AS i (id)) END, applied);
    PERFORM customer_workflow._deciding(applied, beside);
    IF cardinality(checked) > 0 THEN
        SELECT c.failed, c.overwritten INTO failed, overwritten FROM customer_workflow._conflicts(request, checked) AS c;
        IF all_or_nothing AND cardinality(failed) > 0 THEN
            PERFORM customer_workflow._raise_problem(failed[1]);
        END IF;
        problems := problems || failed;
        IF cardinality(failed) > 0 THEN
            applied := customer_workflow._minus(applied, ARRAY(SELECT f.proposal FROM unnest(failed) AS f));
            beside := customer_workflow._minus(beside, ARRAY(SELECT f.proposal FROM unnest(failed) AS f));
            PERFORM customer_workflow._deciding(applied, beside);
        END IF;
        rivals := customer_workflow._rivals(applied);
        IF rivals <> '{}' THEN
            before := customer_workflow._moves(rivals);
        END IF;
        failed := ARRAY(SELECT a FROM customer_workflow._apply(applied, all_or_nothing) AS a);
        -- one whose record was deleted with what was written is cancelled
        IF applied <> '{}' AND beside <> '{}' THEN
            courses := customer_workflow._without(courses, ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                                                                  WHERE p.id = ANY (beside) AND p.status <> ALL (customer_workflow._open_statuses())));
        END IF;
        IF rivals <> '{}' THEN
            PERFORM customer_workflow._tell_overtaken(request, applied, rivals, before);
        END IF;
        problems := problems || failed;
        IF cardinality(problems) > 0 THEN
            courses := customer_workflow._without(courses, ARRAY(SELECT f.proposal FROM unnest(problems) AS f));
        END IF;
    END IF;
    PERFORM customer_workflow._take_up(i.courses) FROM (
        SELECT array_agg(c) AS courses FROM unnest(courses) AS c WHERE c.event #>> '{submitted,interrupted}' IS NOT NULL) AS i WHERE i.courses IS NOT NULL;
    PERFORM customer_workflow._mark_submitted(request, ARRAY(SELECT c FROM unnest(courses) AS c WHERE c.event ? 'submitted'));
    PERFORM customer_workflow._mark_rerouted(ARRAY(SELECT c FROM unnest(courses) AS c WHERE c.event ? 'rerouted'));
    PERFORM customer_workflow._carry_out(request, courses, overwritten);
    IF waiting IS NOT NULL THEN
        PERFORM customer_workflow._await_date(waiting, overwritten);
    END IF;
    IF some_revert THEN
        PERFORM customer_workflow._note_reverted(request.person, applied);
    END IF;
    RETURN QUERY SELECT * FROM unnest(problems);
    IF cardinality(later) > 0 THEN
        RETURN QUERY SELECT * FROM customer_workflow._run(request, ARRAY(
            SELECT ROW(ARRAY(SELECT id FROM unnest(e.proposals) AS id WHERE id = ANY (later)), e.event, e.workflow, e.version)::customer_workflow._event
              FROM unnest(events) AS e WHERE e.proposals && later), all_or_nothing);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._run(customer_workflow._request, customer_workflow._event[], boolean)
    IS 'Lets events happen to locked proposals, at most one to each; returns those that were refused or failed, to which nothing has happened';

CREATE FUNCTION customer_workflow._without(courses customer_workflow._course[], proposals bigint[]) RETURNS customer_workflow._course[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(ROW(l.workflow, l.version, l.table_id, l.state, l.event, l.answers, l.result, l.proposals)::customer_workflow._course), '{}')
      FROM (SELECT c.workflow, c.version, c.table_id, c.state, c.event, c.answers, c.result,
                   customer_workflow._minus(c.proposals, _without.proposals) AS proposals
              FROM unnest(courses) AS c) AS l
     WHERE cardinality(l.proposals) > 0
$$;
COMMENT ON FUNCTION customer_workflow._without(customer_workflow._course[], bigint[]) IS 'Courses without some of their proposals';

CREATE FUNCTION customer_workflow._refusals(request customer_workflow._request, courses customer_workflow._course[]) RETURNS SETOF customer_workflow._problem
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.id, r.said ->> 'sqlstate',
           CASE WHEN r.reason = 'nobody_eligible' THEN format('nobody may approve proposal %s', v.record)
                WHEN r.reason IN ('null_condition', 'condition_failed', 'no_branch', 'no_route', 'nothing_approved')
                THEN format('workflow "%s" has no way for proposal %s', c.workflow, v.record)
                WHEN r.reason = 'no_such_item' THEN format('proposal %s has no such open work item', v.record)
                WHEN r.reason = 'not_assignee' THEN format('proposal %s is not waiting for you', v.record)
                WHEN r.reason = 'own_change' AND r.said ->> 'name' = request.person THEN format('proposal %s is your own change', v.record)
                WHEN r.reason = 'own_change' THEN format('proposal %s is a change of %s', v.record, customer_workflow._display(r.said ->> 'name'))
                WHEN r.reason = 'already_decided' THEN format('an earlier step of proposal %s was decided by %s', v.record, customer_workflow._display(r.said ->> 'name'))
                WHEN r.reason = 'already_assigned' THEN format('proposal %s waits for %s already', v.record, customer_workflow._display(r.said ->> 'name'))
                WHEN r.reason = 'circle' THEN format('proposal %s has been delegated by %s', v.record, customer_workflow._display(r.said ->> 'name'))
                WHEN r.reason = 'not_allowed' THEN format('"%s" is not possible for the work item of proposal %s', r.said ->> 'name', v.record)
                WHEN r.reason = 'wrong_status' THEN format('proposal %s is %s', v.record, r.said ->> 'name')
                ELSE format('proposal %s does not fit its workflow any more', v.record) END,
           CASE WHEN r.reason IN ('own_change', 'not_assignee', 'already_decided', 'already_assigned', 'circle', 'not_allowed', 'wrong_status', 'no_such_item')
                THEN format('It is in workflow "%s".', c.workflow)
                ELSE upper(left(r.said ->> 'text', 1)) || substr(r.said ->> 'text', 2) || '.' END,
           coalesce(r.said ->> 'hint',
           CASE r.reason
               WHEN 'nobody_eligible' THEN 'Name somebody there who is neither its author nor its originator.'
               WHEN 'not_assignee' THEN 'See customer_workflow.my_work_items.'
               WHEN 'no_such_item' THEN 'See customer_workflow.my_work_items.'
               WHEN 'not_allowed' THEN 'See allowed_actions in customer_workflow.my_work_items.'
               WHEN 'own_change' THEN 'Another person has to decide it.'
               WHEN 'already_decided' THEN 'Another person has to decide it.'
               WHEN 'already_assigned' THEN 'Name another person.'
               WHEN 'circle' THEN 'Name another person.'
               WHEN 'wrong_status' THEN 'See customer_workflow.proposals.'
               WHEN 'does_not_fit' THEN 'An administrator can start it anew with customer_workflow.reroute().'
               WHEN 'no_answer' THEN 'An administrator can mend the workflow, activate it, and start the proposal anew with customer_workflow.reroute().'
               ELSE 'See customer_workflow.simulate().' END),
           NULL::text, NULL::text, NULL::text, NULL::text, NULL::text
      FROM unnest(courses) AS c
     CROSS JOIN LATERAL (SELECT c.result -> 'refused' AS said, c.result #>> '{refused,reason}' AS reason) AS r
     CROSS JOIN LATERAL unnest(c.proposals) AS i (id)
      JOIN customer_workflow.proposal AS p ON p.id = i.id
      JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
     CROSS JOIN LATERAL (SELECT format('%s for "%s" %s', p.id, coalesce(customer_workflow._name(t.relation), t.relation_name), p.record_key) AS record) AS v
     WHERE r.said IS NOT NULL
     ORDER BY i.id
$$;
COMMENT ON FUNCTION customer_workflow._refusals(customer_workflow._request, customer_workflow._course[]) IS 'What the engine refuses, as errors';

CREATE FUNCTION customer_workflow._close_work_items(person text, courses customer_workflow._course[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_nestloop = on AS $$
DECLARE
    ids bigint[] := ARRAY(SELECT i.id FROM unnest(courses) AS c CROSS JOIN LATERAL unnest(c.proposals) AS i (id));
BEGIN
    IF cardinality(ids) > 100 THEN
        -- Where the statistics are older than the work items, all of them would be read for each.
        PERFORM set_config('enable_nestloop', 'off', true);
    END IF;
    UPDATE customer_workflow.work_item AS w
       SET status = x.status, closed_at = now(), closed_by = person
      FROM (SELECT i.id, x.item, x.status
              FROM (SELECT x.proposals, x.item,
                           CASE WHEN NOT x.done OR NOT x.event ? 'acted' THEN 'closed'
                                ELSE coalesce('{"approve": "approved", "reject": "rejected", "request_change": "change_requested"}'::jsonb
                                                  ->> (x.event #>> '{acted,act}'), 'completed') END AS status
                      -- OFFSET 0: once a course, not once a proposal; and all proposals before any work item
                      FROM customer_workflow._effects(courses, 'close_work_item') AS x OFFSET 0) AS x
             CROSS JOIN LATERAL unnest(x.proposals) AS i (id) OFFSET 0) AS x
     WHERE w.proposal = x.id AND w.proposal = ANY ((SELECT ids)::bigint[]) AND w.number = x.item AND w.status = 'open';
END
$$;
COMMENT ON FUNCTION customer_workflow._close_work_items(text, customer_workflow._course[]) IS 'Work items that the courses close: finished by this person, or closed because the proposal went elsewhere';

CREATE FUNCTION customer_workflow._carry_out(request customer_workflow._request, courses customer_workflow._course[], overwritten jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    doing text[] := ARRAY(SELECT DISTINCT x.effect ->> 'do' FROM unnest(courses) AS c CROSS JOIN LATERAL jsonb_array_elements(c.result -> 'effects') AS x (effect));
BEGIN
    IF 'close_work_item' = ANY (doing) THEN
        IF EXISTS (SELECT FROM customer_workflow.work_item_place) THEN
            DELETE FROM customer_workflow.work_item_place AS l
             USING customer_workflow._effects(courses, 'close_work_item') AS x CROSS JOIN LATERAL unnest(x.proposals) AS i (id)
              JOIN customer_workflow.work_item AS w ON w.proposal = i.id AND w.number = x.item AND w.status = 'open'
             WHERE l.work_item = w.id;
        END IF;
        PERFORM customer_workflow._close_work_items(request.person, courses);
    END IF;
    IF 'end' = ANY (doing) THEN
        DELETE FROM customer_workflow.deadline AS d USING customer_workflow._effects(courses, 'end') AS x CROSS JOIN LATERAL unnest(x.proposals) AS i (id)
         WHERE x.workflow <> 'built_in' AND d.proposal = i.id;
    END IF;

    UPDATE customer_workflow.proposal AS p
       SET status = l.status, state = l.state, decided_at = CASE WHEN l.ended THEN now() ELSE p.decided_at END,
           applied_at = CASE WHEN l.status = 'applied' THEN now() ELSE p.applied_at END,
           sent_back = CASE WHEN l.status IN ('rejected', 'change_requested') AND l.workflow <> 'built_in' THEN customer_workflow._fingerprints(p.id)
                            ELSE p.sent_back END
      FROM (SELECT i.id, c.workflow, c.status, c.state, c.ended
              FROM (SELECT c.workflow, c.proposals, c.result #>> '{state,status}' AS status, customer_workflow._kept_state(c.result) AS state,
                           c.result -> 'effects' @> '[{"do": "end"}]' AS ended
                      FROM unnest(courses) AS c WHERE NOT c.event ? 'submitted' OFFSET 0) AS c
             CROSS JOIN LATERAL unnest(c.proposals) AS i (id)) AS l
     WHERE p.id = l.id;

    IF 'start_timer' = ANY (doing) THEN
        INSERT INTO customer_workflow.deadline (proposal, timer, due_at)
        SELECT i.id, x.timer, d.due_at
          FROM customer_workflow._effects(courses, 'start_timer') AS x
          JOIN customer_workflow._due_times(courses) AS d ON d.workflow = x.workflow AND d.version = x.version AND d.span = x.span
         CROSS JOIN LATERAL unnest(x.proposals) AS i (id)
         ORDER BY i.id, x.n;
    END IF;
    IF 'create_work_item' = ANY (doing) THEN
        PERFORM customer_workflow._create_work_items(courses);
    END IF;
    IF 'change_holder' = ANY (doing) OR 'escalate' = ANY (doing) THEN
        PERFORM customer_workflow._change_holders(courses);
    END IF;
    PERFORM customer_workflow._record(request, courses, overwritten);
    IF 'create_work_item' = ANY (doing) THEN
        PERFORM customer_workflow._word_work_items(courses);
    END IF;
    PERFORM customer_workflow._deciding('{}', '{}');
    IF 'call_function' = ANY (doing) THEN
        PERFORM customer_workflow._call_functions(request, courses);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._carry_out(customer_workflow._request, customer_workflow._course[], jsonb) IS 'Writes what follows from events, all but the values themselves';

CREATE FUNCTION customer_workflow._kept_state(result jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN result #>> '{state,status}' NOT IN ('applied', 'cancelled', 'expired') THEN result -> 'state' END
$$;
COMMENT ON FUNCTION customer_workflow._kept_state(jsonb) IS 'The state that the engine returned, as long as something can still happen';

CREATE FUNCTION customer_workflow._due_times(courses customer_workflow._course[]) RETURNS TABLE (workflow text, version integer, span jsonb, due_at timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT s.workflow, s.version, s.span, customer_workflow._due_at(d.definition, s.span)
      FROM (SELECT DISTINCT c.workflow, c.version, c.table_id, x.effect -> 'span' AS span
              FROM unnest(courses) AS c CROSS JOIN LATERAL jsonb_array_elements(c.result -> 'effects') AS x (effect)
             WHERE x.effect ->> 'do' = 'start_timer') AS s
     CROSS JOIN LATERAL customer_workflow._definition(s.workflow, s.version, s.table_id) AS d;
END
$$;
COMMENT ON FUNCTION customer_workflow._due_times(customer_workflow._course[]) IS 'When the spans that begin now are over';

CREATE FUNCTION customer_workflow._create_work_items(courses customer_workflow._course[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET cursor_tuple_fraction = 1 SET enable_nestloop = on AS $$
#variable_conflict use_column
DECLARE
    entries refcursor;
    rows refcursor;
BEGIN
    OPEN entries NO SCROLL FOR
    SELECT x.proposals[1] AS course, x.table_id, x.element, x.step, x.assignee, x.item AS number, x.at, x.on_behalf_of, x.actions,
           nullif(x.outcomes, '{}') AS outcomes, NULL::text[] AS own
      FROM customer_workflow._effects(courses, 'create_work_item') AS x ORDER BY x.n;
    OPEN rows NO SCROLL FOR
    SELECT i.id AS proposal, c.course
      FROM (SELECT c.proposals, c.proposals[1] AS course FROM unnest(courses) AS c OFFSET 0) AS c CROSS JOIN LATERAL unnest(c.proposals) AS i (id) ORDER BY i.id;
    PERFORM customer_workflow._append('work_item', entries, rows);
    CLOSE entries;
    CLOSE rows;
    -- mostly a role holds them, alone and without a limit
    courses := ARRAY(SELECT c FROM unnest(courses) AS c
                      WHERE jsonb_path_exists(c.result, '$.effects[*] ? (@.do == "start_timer" || exists(@.places[*]))'));
    IF cardinality(courses) = 0 THEN
        RETURN;
    END IF;
    IF (SELECT sum(cardinality(c.proposals)) FROM unnest(courses) AS c) > 100 THEN
        -- as in _close_work_items
        PERFORM set_config('enable_nestloop', 'off', true);
    END IF;
    INSERT INTO customer_workflow.work_item_place (work_item, person, on_behalf_of)
    SELECT w.id, l.person, coalesce(l.on_behalf_of, '{}')
      FROM (SELECT i.id, x.item, x.places FROM customer_workflow._effects(courses, 'create_work_item') AS x CROSS JOIN LATERAL unnest(x.proposals) AS i (id) OFFSET 0) AS x
      JOIN customer_workflow.work_item AS w ON w.proposal = x.id AND w.number = x.item AND w.status = 'open'
     CROSS JOIN LATERAL jsonb_to_recordset(x.places) AS l (person text, on_behalf_of text[]);
    UPDATE customer_workflow.work_item AS w SET due_at = x.due_at
      FROM (SELECT i.id, x.item, d.due_at
              FROM customer_workflow._effects(courses, 'start_timer') AS x
              JOIN customer_workflow._due_times(courses) AS d ON d.workflow = x.workflow AND d.version = x.version AND d.span = x.span
             CROSS JOIN LATERAL unnest(x.proposals) AS i (id) OFFSET 0) AS x
     WHERE w.proposal = x.id AND w.number = x.item AND w.status = 'open';
END
$$;
COMMENT ON FUNCTION customer_workflow._create_work_items(customer_workflow._course[]) IS 'Creates work items, with their further holders, due times and texts';

CREATE FUNCTION customer_workflow._change_holders(courses customer_workflow._course[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_nestloop = on AS $$
#variable_conflict use_column
DECLARE
    changed customer_workflow._course[] := courses;
BEGIN
    IF (SELECT sum(cardinality(c.proposals)) FROM unnest(courses) AS c) > 100 THEN
        -- as in _close_work_items
        PERFORM set_config('enable_nestloop', 'off', true);
    END IF;
    WITH changes AS MATERIALIZED (
        SELECT x.*, i.id
          FROM (SELECT * FROM customer_workflow._effects(courses, 'change_holder')
                UNION ALL
                SELECT * FROM customer_workflow._effects(courses, 'escalate')) AS x
         CROSS JOIN LATERAL unnest(x.proposals) AS i (id)
    ), held AS (
        UPDATE customer_workflow.work_item AS w
           SET assignee = x.assignee, on_behalf_of = x.on_behalf_of,
               due_at = CASE WHEN x."do" = 'change_holder' THEN w.due_at ELSE (
                   SELECT d.due_at FROM customer_workflow._effects(courses, 'start_timer') AS s
                     JOIN customer_workflow._due_times(courses) AS d ON d.workflow = s.workflow AND d.version = s.version AND d.span = s.span
                    WHERE x.id = ANY (s.proposals) AND s.item = x.item) END
          FROM changes AS x
         WHERE w.proposal = x.id AND w.number = x.item AND w.status = 'open'
        RETURNING w.id, x.places
    ), gone AS (
        DELETE FROM customer_workflow.work_item_place AS l USING held AS h
         WHERE l.work_item = h.id
           AND l.person NOT IN (SELECT n.person FROM jsonb_to_recordset(h.places) AS n (person text))
    )
    INSERT INTO customer_workflow.work_item_place (work_item, person, on_behalf_of)
    SELECT h.id, n.person, coalesce(n.on_behalf_of, '{}') FROM held AS h CROSS JOIN LATERAL jsonb_to_recordset(h.places) AS n (person text, on_behalf_of text[])
    ON CONFLICT (work_item, person) DO UPDATE SET on_behalf_of = excluded.on_behalf_of;
END
$$;
COMMENT ON FUNCTION customer_workflow._change_holders(customer_workflow._course[]) IS 'Work items that were delegated, reassigned or escalated have other holders';

CREATE FUNCTION customer_workflow._fingerprints(proposal bigint) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_object_agg(c.field, encode(sha256(convert_to(jsonb_build_array(c.original, c.proposed, c.image)::text, 'UTF8')), 'hex'))
      FROM customer_workflow.change AS c WHERE c.proposal = _fingerprints.proposal
$$;
COMMENT ON FUNCTION customer_workflow._fingerprints(bigint) IS 'What the changes of a proposal are now, by field';

CREATE FUNCTION customer_workflow._record(request customer_workflow._request, courses customer_workflow._course[], overwritten jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET cursor_tuple_fraction = 1 AS $$
#variable_conflict use_column
DECLARE
    ids bigint[];
    firsts bigint[];
    entries refcursor;
    rows refcursor;
BEGIN
    OPEN entries NO SCROLL FOR
    SELECT x.course, x.table_id, x.kind, x.person, x.on_behalf_of[1] AS on_behalf_of, session_user::text AS database_role, x.element, x.step, x.comment, x.details,
           array_remove(ARRAY[CASE WHEN x.person IS NULL THEN 'person' END, CASE WHEN x.of_entity THEN 'source' END, CASE WHEN x.of_digest THEN 'digest' END,
                              CASE WHEN x.kind = 'submitted' THEN 'changes'
                                   WHEN x.kind = 'applied' OR x.kind = 'approved' AND x.person = request.person THEN 'added' END], NULL) AS own
      FROM (SELECT l.proposals[1] AS course, l.n, l.table_id, l.kind, coalesce(l.person, 'system') AS person, l.on_behalf_of, l.element, l.step, l.details,
                   request.automatic AND l.event ? 'submitted' AS of_entity, CASE WHEN l.person = request.person THEN request.comment END AS comment,
                   l.kind IN ('submitted', 'taken_up', 'approved', 'rejected', 'change_requested') OR coalesce(l.details ? 'outcome', false) AS of_digest
              FROM customer_workflow._effects(courses, 'log') AS l
             -- the built-in workflow has one place, which goes without saying
             WHERE l.workflow <> 'built_in' OR l.kind NOT IN ('creation', 'completion')
            UNION ALL
            -- who submits without a person is the author of each
            SELECT a.proposals[1], a.n, a.table_id, 'applied', coalesce(request.person, CASE WHEN NOT a.event ? 'submitted' THEN 'system' END), NULL, NULL, NULL, NULL,
                   request.automatic AND a.event ? 'submitted', NULL, true
              FROM customer_workflow._effects(courses, 'apply') AS a) AS x
     ORDER BY x.n;
    -- Of these arrays the planner sees how long they are.
    SELECT array_agg(i.id ORDER BY i.id), array_agg(c.first ORDER BY i.id) INTO ids, firsts
      -- OFFSET 0: once a course, not once a proposal
      FROM (SELECT c.proposals, c.proposals[1] AS first FROM unnest(courses) AS c OFFSET 0) AS c CROSS JOIN LATERAL unnest(c.proposals) AS i (id);
    OPEN rows NO SCROLL FOR
    SELECT i.id AS proposal, i.first AS course, p.author AS person, p.data_entity AS source, p.digest,
           CASE WHEN p.effective_at IS NOT NULL THEN jsonb_build_object('effective_at', customer_workflow._render(p.effective_at)) END AS with_changes,
           CASE WHEN overwritten ? i.id::text THEN jsonb_build_object('overwritten', overwritten -> i.id::text) END AS added
      FROM unnest(ids, firsts) AS i (id, first)
      JOIN customer_workflow.proposal AS p ON p.id = i.id
     ORDER BY i.id;
    PERFORM customer_workflow._append('history', entries, rows);
    CLOSE entries;
    CLOSE rows;
END
$$;
COMMENT ON FUNCTION customer_workflow._record(customer_workflow._request, customer_workflow._course[], jsonb) IS 'The history of what happened';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._effects(customer_workflow._course[], text), customer_workflow._run(customer_workflow._request, customer_workflow._event[], boolean),
    customer_workflow._without(customer_workflow._course[], bigint[]), customer_workflow._refusals(customer_workflow._request, customer_workflow._course[]),
    customer_workflow._close_work_items(text, customer_workflow._course[]),
    customer_workflow._carry_out(customer_workflow._request, customer_workflow._course[], jsonb),
    customer_workflow._kept_state(jsonb), customer_workflow._due_times(customer_workflow._course[]), customer_workflow._create_work_items(customer_workflow._course[]),
    customer_workflow._change_holders(customer_workflow._course[]), customer_workflow._fingerprints(bigint),
    customer_workflow._record(customer_workflow._request, customer_workflow._course[], jsonb)
    FROM PUBLIC;
