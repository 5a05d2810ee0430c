-- Verbs about single work items, and what an administrator does with them.

CREATE TYPE customer_workflow._item_event AS (work_item bigint, event jsonb);
COMMENT ON TYPE customer_workflow._item_event IS 'What happens to a work item';

CREATE TYPE customer_workflow._item_problem AS (work_item bigint, problem customer_workflow._problem);
COMMENT ON TYPE customer_workflow._item_problem IS 'Why a verb failed for a work item';

CREATE FUNCTION customer_workflow._run_items(request customer_workflow._request, events customer_workflow._item_event[], all_or_nothing boolean)
    RETURNS SETOF customer_workflow._item_problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    chunk_size CONSTANT integer := 5000;
    chunk customer_workflow._item_event[];
BEGIN
    -- A proposal takes one event at a time.
    FOR chunk IN
        SELECT array_agg(ROW(r.work_item, r.event)::customer_workflow._item_event ORDER BY r.proposal)
          FROM (SELECT n.*, row_number() OVER (PARTITION BY n.n ORDER BY n.proposal) AS place
                  FROM (SELECT e.work_item, e.event, w.proposal, row_number() OVER (PARTITION BY w.proposal ORDER BY w.id) AS n
                          FROM unnest(events) AS e JOIN customer_workflow.work_item AS w ON w.id = e.work_item) AS n) AS r
         GROUP BY r.n, (r.place - 1) / chunk_size ORDER BY r.n, (r.place - 1) / chunk_size
    LOOP
        RETURN QUERY
        SELECT c.work_item, f
          FROM customer_workflow._run(request, ARRAY(SELECT ROW(ARRAY[w.proposal], c.event, NULL, NULL)::customer_workflow._event
                                                       FROM unnest(chunk) AS c JOIN customer_workflow.work_item AS w ON w.id = c.work_item),
                                      all_or_nothing) AS f
          JOIN customer_workflow.work_item AS w ON w.proposal = f.proposal
          JOIN unnest(chunk) AS c ON c.work_item = w.id;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._run_items(customer_workflow._request, customer_workflow._item_event[], boolean)
    IS 'Lets events happen to work items of locked proposals, as _run() does to proposals, also several to one';

CREATE FUNCTION customer_workflow._ready(request customer_workflow._request, proposal bigint) RETURNS customer_workflow._request
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    problem customer_workflow._problem;
BEGIN
    PERFORM customer_workflow._lock(ARRAY[_ready.proposal], request.verb <> 'delegate');
    request.mine := customer_workflow._my_assignees();
    SELECT o.* INTO problem FROM customer_workflow._obstacles(request, ARRAY[_ready.proposal], NULL) AS o LIMIT 1;
    IF FOUND THEN
        PERFORM customer_workflow._raise_problem(problem);
    END IF;
    RETURN request;
END
$$;
COMMENT ON FUNCTION customer_workflow._ready(customer_workflow._request, bigint) IS 'A request whose proposal is locked and that nothing stands against; else the error';

CREATE FUNCTION customer_workflow._finish_item(request customer_workflow._request, act jsonb) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    item customer_workflow.work_item;
BEGIN
    SELECT w.* INTO item FROM customer_workflow.work_item AS w JOIN customer_workflow._acting AS p ON p.id = w.proposal AND p.acts
     WHERE w.id = request.work_item;
    IF NOT FOUND THEN
        -- One message for what does not exist and what may not be seen.
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('work item %s does not exist', coalesce(request.work_item::text, 'null')),
            HINT = 'See customer_workflow.my_work_items.';
    END IF;
    request := customer_workflow._ready(request, item.proposal);
    PERFORM customer_workflow._decide(request, ARRAY[item.proposal], act, true);
    RETURN (SELECT p.status FROM customer_workflow.proposal AS p WHERE p.id = item.proposal);
END
$$;
COMMENT ON FUNCTION customer_workflow._finish_item(customer_workflow._request, jsonb) IS 'Does something with the work item of a request; returns the new status of its proposal';

CREATE FUNCTION customer_workflow.complete_task(work_item bigint, comment text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    request customer_workflow._request := customer_workflow._request('complete_task', complete_task.comment, complete_task.work_item, NULL);
BEGIN
    IF customer_workflow._is_override_review(complete_task.work_item) THEN
        RETURN customer_workflow._finish_override_review(request);
    END IF;
    RETURN customer_workflow._finish_item(request, '"complete"');
END
$$;
COMMENT ON FUNCTION customer_workflow.complete_task(bigint, text) IS 'A task that waits for the caller is done, and the workflow goes on, or the review of an override, with a comment; returns the status of the proposal';

CREATE FUNCTION customer_workflow.decide_outcome(work_item bigint, outcome text, comment text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF decide_outcome.outcome IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'outcome must not be null',
            HINT = 'The outcomes of a work item are in customer_workflow.review().';
    END IF;
    RETURN customer_workflow._finish_item(customer_workflow._request('decide_outcome', decide_outcome.comment, decide_outcome.work_item, NULL),
                                          jsonb_build_object('choose', decide_outcome.outcome));
END
$$;
COMMENT ON FUNCTION customer_workflow.decide_outcome(bigint, text, text)
    IS 'Chooses one of the outcomes of a manual decision that waits for the caller, and the workflow goes on there; returns the new status of the proposal';

CREATE FUNCTION customer_workflow._not_of(proposal bigint, person text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one record;
BEGIN
    SELECT p.id, coalesce(customer_workflow._name(t.relation), t.relation_name) AS tab, p.record_key INTO one
      FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
     WHERE p.id = _not_of.proposal AND p.parties && customer_workflow._with_other_names(customer_workflow._identities_of(_not_of.person)) AND NOT coalesce(p.self_approval, false);
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'CW007',
            MESSAGE = format('proposal %s for "%s" %s is a change of %s', one.id, one.tab, one.record_key, customer_workflow._display(_not_of.person)),
            HINT = 'Name another person.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._not_of(bigint, text) IS 'Error CW007 where a person is a party to a proposal, under whatever name';

CREATE FUNCTION customer_workflow._not_twice(proposal bigint, person text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    identities CONSTANT text[] := customer_workflow._identities_of(_not_twice.person);
    names CONSTANT text[] := customer_workflow._with_other_names(identities);
    other text;
BEGIN
    IF names = identities THEN
        RETURN;
    END IF;
    other := customer_workflow._under_another_name(_not_twice.proposal, _not_twice.person, names, true);
    IF other IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('%s has a part in the decision of proposal %s already', customer_workflow._display(_not_twice.person), _not_twice.proposal),
            DETAIL = format('The same person is known as %s.', customer_workflow._display(other)), HINT = 'Name another person.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._not_twice(bigint, text) IS 'Error 22023 where a person has decided, or would decide twice, under another name';

CREATE FUNCTION customer_workflow.delegate(proposal bigint, delegate_to text, comment text DEFAULT NULL, work_item bigint DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    request customer_workflow._request := customer_workflow._request('delegate', delegate.comment, delegate.work_item, NULL);
    deputy text;
BEGIN
    request := customer_workflow._ready(request, delegate.proposal);
    deputy := customer_workflow._acting_person(delegate.delegate_to, 'delegate_to');
    PERFORM customer_workflow._not_of(delegate.proposal, deputy);
    PERFORM customer_workflow._not_twice(delegate.proposal, deputy);
    PERFORM customer_workflow._decide(request, ARRAY[delegate.proposal], jsonb_build_object('delegate', deputy), true);
    RETURN (SELECT p.status FROM customer_workflow.proposal AS p WHERE p.id = delegate.proposal);
END
$$;
COMMENT ON FUNCTION customer_workflow.delegate(bigint, text, text, bigint)
    IS 'Gives the caller''s place in a proposal that waits for him to another person; a role that holds a work item keeps its own; returns the status';

CREATE FUNCTION customer_workflow._new_holders(item customer_workflow.work_item, assign_to text) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(m.person ORDER BY m.person), '{}')
      FROM customer_workflow.proposal AS p
     CROSS JOIN customer_workflow._members(assign_to) AS m
     WHERE p.id = item.proposal
       -- a person is named for what he is, and refused with a reason; of a role or group those are taken who may have it
       AND (m.person = assign_to
            OR (coalesce(p.self_approval, false) OR NOT p.parties && m.identities)
               AND NOT EXISTS (SELECT FROM jsonb_array_elements(p.state -> 'decided') AS d
                                WHERE d ->> 'person' = ANY (m.identities)
                                  AND (d ->> 'at' = item.at OR (customer_workflow._definition(p.workflow, p.version, p.table_id)).definition -> 'distinct_approvers' = 'true'))
               AND NOT EXISTS (SELECT FROM customer_workflow.work_item AS o
                                 LEFT JOIN customer_workflow.work_item_place AS l ON l.work_item = o.id
                                WHERE o.proposal = p.id AND o.status = 'open' AND o.id <> item.id AND o.at = item.at AND ARRAY[o.assignee, l.person] && m.identities))
       AND (m.person = assign_to OR NOT customer_workflow._acts(assign_to))
$$;
COMMENT ON FUNCTION customer_workflow._new_holders(customer_workflow.work_item, text) IS 'Who gets a work item: a person, or those members of a role or group who may have it';

CREATE FUNCTION customer_workflow.reassign(work_items bigint[], assign_to text, comment text)
    RETURNS TABLE (work_item bigint, outcome text, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    request customer_workflow._request := customer_workflow._request('reassign', reassign.comment, NULL, NULL);
    holder text;
    ids bigint[];
    proposals bigint[];
    stopped customer_workflow._problem[];
    failed customer_workflow._item_problem[];
BEGIN
    holder := customer_workflow._holder(reassign.assign_to);
    IF request.comment IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a comment is required to reassign work items',
            DETAIL = 'The comment is null or empty.', HINT = 'Say why in the parameter comment.';
    END IF;
    ids := ARRAY(SELECT DISTINCT i.id FROM unnest(reassign.work_items) AS i (id) WHERE i.id IS NOT NULL ORDER BY i.id);
    proposals := ARRAY(SELECT DISTINCT w.proposal FROM customer_workflow.work_item AS w WHERE w.id = ANY (ids) ORDER BY w.proposal);
    PERFORM customer_workflow._lock(proposals, false);
    PERFORM customer_workflow._may_reassign(proposals);
    stopped := ARRAY(SELECT o FROM customer_workflow._obstacles(request, proposals, NULL) AS o);
    -- What may not be seen does not exist; what was finished meanwhile may be told of.
    failed := ARRAY(SELECT ROW(i.id, CASE
                               WHEN w.id IS NULL OR o.sqlstate = 'P0002' THEN customer_workflow._no_item(i.id, w.proposal, false)
                               WHEN o.sqlstate IS NOT NULL THEN o
                               ELSE customer_workflow._no_item(i.id, w.proposal, true) END)::customer_workflow._item_problem
                      FROM unnest(ids) AS i (id)
                      LEFT JOIN customer_workflow.work_item AS w ON w.id = i.id
                      LEFT JOIN unnest(stopped) AS o ON o.proposal = w.proposal
                     WHERE w.id IS NULL OR o.sqlstate IS NOT NULL OR w.status <> 'open');
    failed := failed || ARRAY(SELECT r FROM customer_workflow._run_items(request, ARRAY(
        SELECT ROW(w.id, jsonb_build_object('reassigned', jsonb_build_object('item', w.number, 'person', request.person,
                       'to', customer_workflow._new_holders(w, holder))))::customer_workflow._item_event
          FROM customer_workflow.work_item AS w
         WHERE w.id = ANY (ids) AND w.id NOT IN (SELECT f.work_item FROM unnest(failed) AS f) ORDER BY w.id), false) AS r);
    RETURN QUERY
    SELECT i.id, CASE WHEN f.work_item IS NULL THEN 'reassigned' ELSE 'failed' END, (f.problem).sqlstate, (f.problem).message
      FROM (SELECT u.id, min(u.n) AS n FROM unnest(reassign.work_items) WITH ORDINALITY AS u (id, n) WHERE u.id IS NOT NULL GROUP BY u.id) AS i
      LEFT JOIN unnest(failed) AS f ON f.work_item = i.id
     ORDER BY i.n;
END
$$;
COMMENT ON FUNCTION customer_workflow.reassign(bigint[], text, text)
    IS 'For administrators: work items go to another person, or to the members of a role or group, in place of those who have them; a row each, with what happened';

CREATE FUNCTION customer_workflow._holder(assign_to text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    holder text := customer_workflow._canonical_person(assign_to, '{role,person,group}');
BEGIN
    IF NOT EXISTS (SELECT FROM customer_workflow._members(holder) AS m) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('nobody acts for %s', customer_workflow._display(holder)),
            HINT = 'Name a person, or a role or group with members who can act.';
    END IF;
    RETURN holder;
END
$$;
COMMENT ON FUNCTION customer_workflow._holder(text) IS 'A person, role or group as stored; error 22023 where nobody can act for it';

CREATE FUNCTION customer_workflow._no_item(item bigint, proposal bigint, seen boolean) RETURNS customer_workflow._problem
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT _no_item.proposal, 'P0002', format(CASE WHEN seen THEN 'work item %s is not open any more' ELSE 'work item %s does not exist' END, item),
           NULL::text, 'See customer_workflow.work_items.', NULL::text, NULL::text, NULL::text, NULL::text, NULL::text
$$;
COMMENT ON FUNCTION customer_workflow._no_item(bigint, bigint, boolean) IS 'The problem of a work item that is not there';

CREATE FUNCTION customer_workflow._restart(request customer_workflow._request, proposals bigint[], all_or_nothing boolean)
    RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    chunk_size CONSTANT integer := 5000;
    chunk bigint[];
    choice record;
BEGIN
    IF customer_workflow._in_sets(proposals) THEN
        -- parts have the workflow of their parent
        proposals := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals) AND p.part_of IS NULL ORDER BY p.id);
        UPDATE customer_workflow.proposal AS p SET held = NULL WHERE p.id = ANY (proposals) AND p.held;
    END IF;
    FOR n IN 1 .. cardinality(proposals) BY chunk_size LOOP
        chunk := proposals[n : n + chunk_size - 1];
        SELECT * INTO choice FROM customer_workflow._choose_workflows(request, chunk);
        IF all_or_nothing AND cardinality(choice.failed) > 0 THEN
            PERFORM customer_workflow._raise_problem(choice.failed[1]);
        END IF;
        RETURN QUERY SELECT * FROM unnest(choice.failed);
        -- Several proposals for one record may be applied at once, by automatic actions.
        FOR chunk IN
            SELECT array_agg(r.id ORDER BY r.id)
              FROM (SELECT p.id, row_number() OVER (PARTITION BY p.table_id, p.record_hash ORDER BY p.id) AS n
                      FROM customer_workflow.proposal AS p WHERE p.id = ANY (choice.chosen)) AS r
             GROUP BY r.n ORDER BY r.n
        LOOP
            RETURN QUERY
            SELECT * FROM customer_workflow._run(request, ARRAY(
                SELECT ROW(array_agg(c.id), jsonb_build_object('rerouted', jsonb_build_object('person', request.person)), c.workflow, c.version)::customer_workflow._event
                  FROM unnest(choice.chosen, choice.workflows, choice.versions) AS c (id, workflow, version)
                 WHERE c.id = ANY (chunk) GROUP BY c.workflow, c.version), all_or_nothing);
        END LOOP;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._restart(customer_workflow._request, bigint[], boolean)
    IS 'Starts locked running proposals anew, each by the workflow that is for it now; returns those that go on as they were';

CREATE FUNCTION customer_workflow.reroute(proposal bigint, comment text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    request customer_workflow._request := customer_workflow._request('reroute', reroute.comment, NULL, NULL);
BEGIN
    request := customer_workflow._ready(request, reroute.proposal);
    PERFORM customer_workflow._restart(request, ARRAY[reroute.proposal], true);
    RETURN (SELECT p.status FROM customer_workflow.proposal AS p WHERE p.id = reroute.proposal);
END
$$;
COMMENT ON FUNCTION customer_workflow.reroute(bigint, text)
    IS 'For administrators: a running proposal starts anew, by the workflow that is active for it now; returns the new status';

CREATE FUNCTION customer_workflow._reroute(proposals bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    request customer_workflow._request := customer_workflow._request('reroute', NULL, NULL, NULL);
    problems customer_workflow._problem[];
BEGIN
    PERFORM customer_workflow._lock(proposals, true);
    problems := ARRAY(SELECT r FROM customer_workflow._restart(request, ARRAY(
        SELECT p.id FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals) AND p.status = 'pending_approval' ORDER BY p.id), false) AS r);
    IF cardinality(problems) > 0 THEN
        RAISE WARNING USING MESSAGE = format('customer_workflow: running proposals that could not be rerouted and go on as they were: %s', cardinality(problems)),
            DETAIL = (SELECT format('The first of them: %s.', r.message) FROM unnest(problems) AS r ORDER BY r.proposal LIMIT 1),
            HINT = 'See customer_workflow.simulate(), and customer_workflow.reroute(proposal).';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._reroute(bigint[]) IS 'Reroutes those of these proposals that are running, with a WARNING where some could not be and go on as they were';

CREATE FUNCTION customer_workflow._mark_rerouted(courses customer_workflow._course[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moved bigint[] := ARRAY(SELECT i.id FROM unnest(courses) AS c CROSS JOIN LATERAL unnest(c.proposals) AS i (id));
BEGIN
    IF cardinality(moved) = 0 THEN
        RETURN;
    END IF;
    UPDATE customer_workflow.proposal AS p SET workflow = l.workflow, version = l.version, self_approval = l.self_approval
      FROM (SELECT i.id, c.workflow, c.version,
                   nullif(coalesce(((customer_workflow._definition(c.workflow, c.version, c.table_id)).definition -> 'allow_self_approval')::boolean, false), false) AS self_approval
              FROM unnest(courses) AS c CROSS JOIN LATERAL unnest(c.proposals) AS i (id)) AS l
     WHERE p.id = l.id;
    -- what was seen was in another workflow
    UPDATE customer_workflow.proposal AS p SET digest = customer_workflow._digest(p.id) WHERE p.id = ANY (moved);
END
$$;
COMMENT ON FUNCTION customer_workflow._mark_rerouted(customer_workflow._course[]) IS 'Which workflow rerouted proposals are in now';

CREATE FUNCTION customer_workflow._move_open_items(delegator text, scope jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    request customer_workflow._request := customer_workflow._request('delegate', NULL, NULL, NULL);
    mine text[] := customer_workflow._assignees_of(customer_workflow._identities_of(delegator));
    items bigint[];
    stay bigint;
BEGIN
    items := ARRAY(
        SELECT w.id FROM customer_workflow.work_item AS w
         WHERE w.status = 'open' AND w.assignee = ANY (mine)
        UNION
        SELECT l.work_item FROM customer_workflow.work_item_place AS l WHERE l.person = _move_open_items.delegator);
    -- what is decided meanwhile is not open any more
    PERFORM customer_workflow._lock(ARRAY(SELECT DISTINCT w.proposal FROM customer_workflow.work_item AS w WHERE w.id = ANY (items) ORDER BY w.proposal), false);
    WITH waiting AS MATERIALIZED (
        SELECT w.id, w.number, s.stand_in, coalesce(p.self_approval, false) OR NOT p.parties && customer_workflow._with_other_names(s.identities) AS movable
          FROM customer_workflow.work_item AS w
          JOIN customer_workflow.proposal AS p ON p.id = w.proposal AND p.status = 'pending_approval'
          JOIN (SELECT k.table_id, k.workflow, s.stand_in, i.identities, customer_workflow._assignees_of(i.identities) AS theirs
                  FROM (SELECT DISTINCT p.table_id, p.workflow FROM customer_workflow.work_item AS w JOIN customer_workflow.proposal AS p ON p.id = w.proposal
                         WHERE w.id = ANY (items)) AS k
                  JOIN customer_workflow.protected_table AS t ON t.id = k.table_id AND t.relation IS NOT NULL
                 CROSS JOIN LATERAL customer_workflow._stand_ins(ARRAY[_move_open_items.delegator], t.relation, k.workflow) AS s
                 CROSS JOIN LATERAL (SELECT customer_workflow._identities_of(s.stand_in) AS identities) AS i
                 WHERE coalesce((_move_open_items.scope ->> 'table')::integer = k.table_id, true)
                   AND coalesce(_move_open_items.scope ->> 'workflow' = k.workflow, true)) AS s ON s.table_id = p.table_id AND s.workflow = p.workflow
         WHERE w.id = ANY (items) AND w.status = 'open'
           AND (coalesce(p.self_approval, false) OR NOT p.parties && (SELECT customer_workflow._with_other_names(customer_workflow._identities_of(_move_open_items.delegator))))
           -- who may act on it anyway needs no place
           AND (w.assignee <> ALL (s.theirs) OR EXISTS (SELECT FROM customer_workflow.work_item_place AS l
                                                         WHERE l.work_item = w.id AND l.person = _move_open_items.delegator))
    )
    SELECT (SELECT count(*) FROM waiting AS w WHERE NOT w.movable)
           + (SELECT count(*) FROM customer_workflow._run_items(request, ARRAY(
                  SELECT ROW(w.id, jsonb_build_object('acted', jsonb_build_object('item', w.number, 'person', _move_open_items.delegator,
                                 'act', jsonb_build_object('delegate', w.stand_in))))::customer_workflow._item_event
                    FROM waiting AS w WHERE w.movable ORDER BY w.id), false)) INTO stay;
    IF stay > 0 THEN
        RAISE NOTICE USING MESSAGE = format('customer_workflow: open work items that stay with %s: %s', customer_workflow._display(delegator), stay),
            HINT = 'Their workflows do not let them be delegated to this person.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._move_open_items(text, jsonb) IS 'What waits for a delegator goes to whoever stands in for him now';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._run_items(customer_workflow._request, customer_workflow._item_event[], boolean),
    customer_workflow._ready(customer_workflow._request, bigint),
    customer_workflow._finish_item(customer_workflow._request, jsonb), customer_workflow._not_of(bigint, text), customer_workflow._not_twice(bigint, text),
    customer_workflow._new_holders(customer_workflow.work_item, text), customer_workflow._holder(text),
    customer_workflow._no_item(bigint, bigint, boolean), customer_workflow._move_open_items(text, jsonb),
    customer_workflow._restart(customer_workflow._request, bigint[], boolean), customer_workflow._reroute(bigint[]),
    customer_workflow._mark_rerouted(customer_workflow._course[])
    FROM PUBLIC;
