-- What the verbs do to proposals that nothing stands against: they ask the engine, and write what it says.

CREATE FUNCTION customer_workflow._choose_workflows(request customer_workflow._request, proposals bigint[],
                                                    OUT chosen bigint[], OUT workflows text[], OUT versions integer[], OUT failed customer_workflow._problem[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    candidate record;
    remaining bigint[] := proposals;
    matching bigint[];
    judged record;
    misfit text;
BEGIN
    SELECT coalesce(array_agg(i.id), '{}'), coalesce(array_agg('built_in'::text), '{}'), coalesce(array_agg(coalesce(c.id + 1, 1)), '{}') INTO chosen, workflows, versions
      FROM customer_workflow._alike(proposals, '{table_id,company}') AS k
      JOIN customer_workflow.proposal AS p ON p.id = k.first
      LEFT JOIN customer_workflow.protected_company AS c ON c.table_id = p.table_id AND c.company = p.company AND c.approvers IS NOT NULL
     CROSS JOIN LATERAL unnest(k.alike) AS i (id)
     WHERE NOT EXISTS (SELECT FROM customer_workflow.workflow AS w JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id AND v.active
                        WHERE w.table_id = p.table_id);
    failed := '{}';
    remaining := customer_workflow._minus(proposals, chosen);
    FOR candidate IN
        SELECT t.id AS table_id, t.relation, w.name, v.version, v.definition ->> 'when' AS condition, v.activated_role AS role
          FROM customer_workflow.protected_table AS t
          JOIN customer_workflow.workflow AS w ON w.table_id = t.id
          JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id AND v.active
         WHERE t.id IN (SELECT p.table_id FROM customer_workflow.proposal AS p WHERE p.id = ANY (remaining))
         ORDER BY t.id, v.definition ? 'when' DESC, w.priority DESC, w.name
           -- drop_workflow_version() waits, and sees who uses it
           FOR KEY SHARE OF v
    LOOP
        matching := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p WHERE p.id = ANY (remaining) AND p.table_id = candidate.table_id ORDER BY p.id);
        CONTINUE WHEN cardinality(matching) = 0;
        IF candidate.condition IS NOT NULL THEN
            SELECT coalesce(array_agg(c.proposal) FILTER (WHERE c.value = 'true'), '{}') AS yes,
                   coalesce(array_agg(c.proposal) FILTER (WHERE c.value = 'false'), '{}') AS no,
                   coalesce(jsonb_object_agg(c.proposal::text, c.message) FILTER (WHERE c.value = 'error'), '{}') AS errors
              INTO judged
              FROM customer_workflow._conditions(candidate.relation, candidate.role, candidate.condition,
                                                    customer_workflow._cases_of(request, matching)) AS c;
            misfit := CASE WHEN judged.errors <> '{}' THEN customer_workflow._check_condition(candidate.relation, candidate.role, candidate.condition) END;
            failed := failed || ARRAY(
                SELECT ROW(p.id, CASE WHEN misfit IS NULL THEN 'CW004' ELSE 'CW008' END, format('workflow "%s" has no way for proposal %s for "%s" %s', candidate.name, p.id,
                                                 customer_workflow._name(candidate.relation), p.record_key),
                           CASE WHEN judged.errors ? p.id::text THEN format('Its condition %s failed: %s.', candidate.condition, judged.errors ->> p.id::text)
                                ELSE format('Its condition %s is null.', candidate.condition) END,
                           CASE WHEN misfit IS NULL THEN 'See customer_workflow.simulate().' ELSE 'Change the workflow and activate it.' END,
                           NULL, NULL, NULL, NULL, NULL)::customer_workflow._problem
                  FROM customer_workflow.proposal AS p
                 WHERE p.id = ANY (matching) AND p.id <> ALL (judged.yes) AND p.id <> ALL (judged.no) ORDER BY p.id);
            remaining := customer_workflow._minus(remaining, customer_workflow._minus(matching, judged.no));
            matching := judged.yes;
        ELSE
            remaining := customer_workflow._minus(remaining, matching);
        END IF;
        chosen := chosen || matching;
        workflows := workflows || array_fill(candidate.name, ARRAY[cardinality(matching)]);
        versions := versions || array_fill(candidate.version, ARRAY[cardinality(matching)]);
    END LOOP;
    failed := failed || ARRAY(
        SELECT ROW(p.id, 'CW004', format('no workflow is for proposal %s for "%s" %s', p.id, customer_workflow._name(t.relation), p.record_key),
                   'The condition of every active workflow of the table is false.', 'See customer_workflow.simulate(), or activate a workflow without condition.',
                   NULL, NULL, NULL, NULL, NULL)::customer_workflow._problem
          FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
         WHERE p.id = ANY (remaining) ORDER BY p.id);
END
$$;
COMMENT ON FUNCTION customer_workflow._choose_workflows(customer_workflow._request, bigint[]) IS 'Which workflow proposals take: the first whose condition holds, by priority; else the one without; the built-in one where the table has none';

CREATE FUNCTION customer_workflow._submit(request customer_workflow._request, proposals bigint[]) RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    problems customer_workflow._problem[];
    parts bigint[] := '{}';
    choice record;
BEGIN
    PERFORM customer_workflow._set_effective(request, proposals);
    problems := ARRAY(SELECT r FROM customer_workflow._try_write(ARRAY(
        SELECT i.id FROM customer_workflow._alike(proposals, '{table_id,company}') AS k JOIN customer_workflow.proposal AS p ON p.id = k.first
         CROSS JOIN LATERAL unnest(k.alike) AS i (id)
         WHERE request.whole_sets OR customer_workflow._option(p.table_id, 'validate_on_submit', p.company)::boolean
         ORDER BY i.id), true) AS r);
    IF request.whole_sets AND cardinality(problems) > 0 THEN
        PERFORM customer_workflow._raise_problem(problems[1]);
    ELSIF request.whole_sets THEN
        parts := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals) AND p.part_of IS NOT NULL ORDER BY p.id);
    END IF;
    SELECT * INTO choice FROM customer_workflow._choose_workflows(request,
        customer_workflow._minus(proposals, ARRAY(SELECT f.proposal FROM unnest(problems) AS f) || parts));
    problems := problems || choice.failed;
    IF request.whole_sets AND cardinality(problems) > 0 THEN
        PERFORM customer_workflow._raise_problem(problems[1]);
    ELSIF cardinality(parts) > 0 THEN
        PERFORM customer_workflow._submit_parts(request, parts, choice.chosen, choice.workflows, choice.versions);
    END IF;
    RETURN QUERY SELECT * FROM unnest(problems);
    RETURN QUERY
    SELECT * FROM customer_workflow._run(request, ARRAY(
        SELECT ROW(s.proposals, jsonb_build_object('submitted', jsonb_build_object(
                       'person', s.person,
                       'involved', CASE WHEN request.automatic THEN to_jsonb(customer_workflow._with_other_names(s.parties))
                                        ELSE (SELECT jsonb_agg(DISTINCT i ORDER BY i)
                                                FROM unnest(customer_workflow._with_other_names(s.parties || request.identities)) AS i) END,
                       'fields', s.fields,
                       'changed', s.changed,
                       'interrupted', s.interrupted)),
                   s.workflow, s.version)::customer_workflow._event
          FROM (SELECT h.workflow, h.version, coalesce(request.person, p.author) AS person, p.parties,
                       CASE WHEN p.change_set IS NULL THEN k.fields ELSE k.fields || customer_workflow._part_fields(p.id) END AS fields,
                       CASE WHEN i.how IS NOT NULL THEN i.changed
                            WHEN p.sent_back IS NOT NULL THEN customer_workflow._edited_fields(p.sent_back, customer_workflow._fingerprints(p.id)) END AS changed,
                       i.how AS interrupted, s.ids AS proposals
                  FROM (SELECT c.workflow, c.version, array_agg(c.id) AS ids
                          FROM unnest(choice.chosen, choice.workflows, choice.versions) AS c (id, workflow, version) GROUP BY 1, 2) AS h
                 CROSS JOIN LATERAL customer_workflow._alike(h.ids, '{author,parties,change_set,sent_back,interrupted,fields}') AS k
                  JOIN customer_workflow.proposal AS l ON l.id = k.first
                 -- what is asked of the content is asked of each
                 CROSS JOIN LATERAL (SELECT k.alike AS ids WHERE num_nonnulls(l.change_set, l.sent_back, l.interrupted) = 0
                                     UNION ALL
                                     SELECT ARRAY[o.id] FROM unnest(k.alike) AS o (id) WHERE num_nonnulls(l.change_set, l.sent_back, l.interrupted) > 0) AS s
                  JOIN customer_workflow.proposal AS p ON p.id = s.ids[1]
                  LEFT JOIN customer_workflow._interruptions(request, choice.chosen, choice.workflows, choice.versions) AS i ON i.proposal = p.id) AS s), false);
END
$$;
COMMENT ON FUNCTION customer_workflow._submit(customer_workflow._request, bigint[]) IS 'Submits locked proposals that nothing stands against; returns those that could not be';

CREATE FUNCTION customer_workflow._edited_fields(before jsonb, after jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_agg(k.field ORDER BY k.field), '[]')
      FROM (SELECT jsonb_object_keys(before) UNION SELECT jsonb_object_keys(after)) AS k (field)
     WHERE before -> k.field IS DISTINCT FROM after -> k.field
$$;
COMMENT ON FUNCTION customer_workflow._edited_fields(jsonb, jsonb) IS 'The fields whose fingerprints differ';

CREATE FUNCTION customer_workflow._mark_submitted(request customer_workflow._request, courses customer_workflow._course[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    batch record;
    submitted record;
BEGIN
    FOR batch IN
        SELECT c.workflow, c.version, nullif((d.definition -> 'allow_self_approval')::boolean, false) AS self_approval,
               array_agg(i.id ORDER BY i.id) AS ids, array_agg(c.n ORDER BY i.id) AS courses
          FROM unnest(courses) WITH ORDINALITY AS c (workflow, version, table_id, state, event, answers, result, proposals, n)
         CROSS JOIN LATERAL unnest(c.proposals) AS i (id)
          JOIN (SELECT k.workflow, k.version, k.table_id, d.definition
                  FROM (SELECT DISTINCT c.workflow, c.version, c.table_id FROM unnest(courses) AS c) AS k
                 CROSS JOIN LATERAL customer_workflow._definition(k.workflow, k.version, k.table_id) AS d) AS d
            ON d.workflow = c.workflow AND d.version = c.version AND d.table_id = c.table_id
         GROUP BY 1, 2, 3
    LOOP
        submitted := customer_workflow._digest_each(batch.ids, batch.workflow, batch.version);
        IF submitted.proposals IS DISTINCT FROM batch.ids THEN
            RAISE EXCEPTION 'proposals are gone that were locked';
        END IF;
        UPDATE customer_workflow.proposal AS p
           SET status = l.status, state = l.state, collects = false,
               submitted_at = now(), decided_at = CASE WHEN l.ended THEN now() END,
               applied_at = CASE WHEN l.status = 'applied' THEN now() END,
               originator = coalesce(request.person, p.author),
               parties = CASE WHEN request.automatic OR p.parties @> request.identities THEN p.parties
                              ELSE ARRAY(SELECT DISTINCT i FROM unnest(p.parties || request.identities) AS i ORDER BY i) END,
               comment = coalesce(request.comment, p.comment), workflow = batch.workflow, version = batch.version, self_approval = batch.self_approval,
               digest = i.digest, record_label = coalesce(i.label, p.record_label), submit_sqlstate = NULL, submit_message = NULL
          -- narrow rows are joined first, and get the state of their course last
          FROM (SELECT i.id, i.n, i.digest, b.label
                  FROM unnest(batch.ids, batch.courses, submitted.digests) AS i (id, n, digest)
                  LEFT JOIN customer_workflow._new_labels(batch.ids) AS b ON b.proposal = i.id OFFSET 0) AS i
          JOIN (SELECT c.n, c.result #>> '{state,status}' AS status, customer_workflow._kept_state(c.result) AS state,
                       c.result -> 'effects' @> '[{"do": "end"}]' AS ended
                  FROM unnest(courses) WITH ORDINALITY AS c (workflow, version, table_id, state, event, answers, result, proposals, n) OFFSET 0) AS l ON l.n = i.n
         WHERE p.id = i.id;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._mark_submitted(customer_workflow._request, customer_workflow._course[]) IS 'Who submitted proposals, to which workflow, and the digest of what they are';

CREATE FUNCTION customer_workflow._reads_whole_rows(proposals bigint[]) RETURNS boolean
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM customer_workflow._alike(proposals, '{table_id}') AS k JOIN customer_workflow.proposal AS p ON p.id = k.first
                         JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
                         JOIN pg_class AS c ON c.oid = t.relation
                        WHERE NOT customer_workflow._owns(t.relation)
                          AND (c.relrowsecurity
                               OR NOT has_table_privilege(customer_workflow._looking_role(), t.relation, 'SELECT')))
$$;
COMMENT ON FUNCTION customer_workflow._reads_whole_rows(bigint[]) IS 'Whether the caller may read every column of the records of these proposals anyway';

-- PostgreSQL keeps the failing row from a role that may not read it; here the UPDATE ran as the owner.
CREATE FUNCTION customer_workflow._without_row(problem customer_workflow._problem) RETURNS customer_workflow._problem
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT problem.proposal, problem.sqlstate, problem.message, CASE WHEN problem.sqlstate NOT LIKE '23%' THEN problem.detail END, problem.hint,
           problem."column", problem."constraint", problem.datatype, problem."table", problem."schema"
$$;
COMMENT ON FUNCTION customer_workflow._without_row(customer_workflow._problem) IS 'An error without the DETAIL that shows a whole row, for who may not read it';

CREATE FUNCTION customer_workflow._conflicts(request customer_workflow._request, proposals bigint[],
                                             OUT failed customer_workflow._problem[], OUT overwritten jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    moved record;
BEGIN
    failed := ARRAY(SELECT e FROM customer_workflow._existing(proposals) AS e);
    overwritten := '{}';
    FOR moved IN
        SELECT m.proposal, p.record_key, customer_workflow._name(t.relation) AS tab, bool_or(m.gone) AS gone,
               string_agg(m.field, ', ' ORDER BY m.field) AS fields,
               string_agg(format('%s was %s when it was proposed and is %s now', m.field, coalesce(m.original, 'null'), coalesce(m.current, 'null')),
                          '; ' ORDER BY m.field) AS detail,
               jsonb_agg(jsonb_build_object('field', m.field, 'original', customer_workflow._logged_text(m.original),
                                            'stored', customer_workflow._logged_text(m.current), 'proposed', customer_workflow._logged_text(c.proposed))
                         ORDER BY m.field) AS overwritten,
               coalesce(request.on_conflict, customer_workflow._option(p.table_id, 'conflict', p.company) ->> 0) AS on_conflict
          FROM customer_workflow._moved(proposals) AS m
          JOIN customer_workflow.change AS c ON c.proposal = m.proposal AND c.field = m.field
          JOIN customer_workflow.proposal AS p ON p.id = m.proposal
          JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
         GROUP BY m.proposal, p.record_key, t.relation, p.table_id, p.company
    LOOP
        IF moved.on_conflict = 'overwrite' AND NOT moved.gone THEN
            overwritten := overwritten || jsonb_build_object(moved.proposal::text, moved.overwritten);
        ELSE
            failed := failed || ROW(moved.proposal, 'CW001',
                CASE WHEN moved.gone THEN format('"%s" %s of proposal %s does not exist any more', moved.tab, moved.record_key, moved.proposal)
                     ELSE format('%s of "%s" %s changed since proposal %s was made', moved.fields, moved.tab, moved.record_key, moved.proposal) END,
                CASE WHEN moved.gone THEN 'There is no such record.' ELSE moved.detail || '.' END,
                CASE WHEN moved.gone THEN 'Cancel the proposal.'
                     ELSE 'Its author can take the stored value as the new original with customer_workflow.rebase(), or withdraw the change with discard_change(); you can write it all the same with on_conflict => ''overwrite''.' END,
                NULL, NULL, NULL, NULL, NULL)::customer_workflow._problem;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._conflicts(customer_workflow._request, bigint[])
    IS 'Proposals whose record moved since: those that fail for it, and what is overwritten where that is said';

CREATE FUNCTION customer_workflow._apply(proposals bigint[], all_or_nothing boolean) RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    failed customer_workflow._problem[];
BEGIN
    IF NOT all_or_nothing THEN
        IF customer_workflow._reads_whole_rows(proposals) THEN
            RETURN QUERY SELECT * FROM customer_workflow._try_write(proposals, false);
        ELSE
            RETURN QUERY SELECT w.* FROM customer_workflow._try_write(proposals, false) AS r CROSS JOIN LATERAL customer_workflow._without_row(r) AS w;
        END IF;
    ELSIF customer_workflow._reads_whole_rows(proposals) THEN
        PERFORM customer_workflow._write_proposals(proposals, false);
    ELSE
        failed := ARRAY(SELECT r FROM customer_workflow._try_write(proposals, false) AS r LIMIT 1);
        IF cardinality(failed) > 0 THEN
            PERFORM customer_workflow._raise_problem(customer_workflow._without_row(failed[1]));
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._apply(bigint[], boolean) IS 'Writes the values of proposals, each of another record; returns those that could not be written, or raises the first';

CREATE FUNCTION customer_workflow._acts(request customer_workflow._request, items bigint[], act jsonb, without bigint[]) RETURNS customer_workflow._event[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(ROW(l.proposals, jsonb_build_object('acted', jsonb_build_object('item', l.number, 'person', request.person, 'act', act)),
                                  NULL, NULL)::customer_workflow._event), '{}')
      FROM (SELECT w.number, array_agg(w.proposal) AS proposals FROM customer_workflow.work_item AS w
             WHERE w.id = ANY ((SELECT items)::bigint[]) AND w.status = 'open' AND w.proposal <> ALL (without) GROUP BY w.number) AS l
$$;
COMMENT ON FUNCTION customer_workflow._acts(customer_workflow._request, bigint[], jsonb, bigint[]) IS 'That the caller does something with those of these work items that are open, without those of some proposals';

CREATE FUNCTION customer_workflow._answer(request customer_workflow._request, items bigint[], turns integer[], act jsonb, all_or_nothing boolean)
    RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last integer := turns[cardinality(turns)];
    problems customer_workflow._problem[];
    lost bigint[] := '{}';
    again boolean := true;
BEGIN
    IF last = 1 OR all_or_nothing THEN
        FOR turn IN 1 .. last LOOP
            RETURN QUERY SELECT * FROM customer_workflow._run(request, customer_workflow._acts(
                request, ARRAY(SELECT i.id FROM unnest(items, turns) AS i (id, n) WHERE i.n = turn), act, lost), all_or_nothing);
        END LOOP;
        RETURN;
    END IF;
    -- Where a later one fails, the earlier ones of that proposal have not been answered.
    WHILE again LOOP
        again := false;
        BEGIN
            FOR turn IN 1 .. last LOOP
                problems := ARRAY(SELECT r FROM customer_workflow._run(request, customer_workflow._acts(
                    request, ARRAY(SELECT i.id FROM unnest(items, turns) AS i (id, n) WHERE i.n = turn), act, lost), false) AS r);
                IF cardinality(problems) > 0 THEN
                    RETURN QUERY SELECT * FROM unnest(problems);
                    lost := lost || ARRAY(SELECT f.proposal FROM unnest(problems) AS f);
                    again := turn > 1;
                    IF again THEN
                        RAISE EXCEPTION 'only to roll it back';
                    END IF;
                END IF;
            END LOOP;
        EXCEPTION WHEN OTHERS THEN
            IF NOT again THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._answer(customer_workflow._request, bigint[], integer[], jsonb, boolean)
    IS 'What the caller says to work items, by turns, at most one of a proposal in each; returns the proposals that it could not be said to';

CREATE FUNCTION customer_workflow._decide(request customer_workflow._request, proposals bigint[], act jsonb, all_or_nothing boolean)
    RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    several boolean := customer_workflow._records(proposals) < cardinality(proposals);
    turn record;
BEGIN
    -- Several proposals for one record come in rounds, which see each other's result; several work items of the caller in one
    -- proposal come one after the other. Those that his first answer brings about are not answered.
    FOR turn IN
        WITH held AS (
            SELECT w.proposal, w.id, row_number() OVER (PARTITION BY w.proposal ORDER BY w.id) AS n
              FROM customer_workflow.work_item AS w
             WHERE w.proposal = ANY (proposals) AND w.status = 'open' AND (request.work_item IS NULL OR w.id = request.work_item)
               AND (request.work_item IS NOT NULL OR request.verb = ANY (w.actions)
                    OR NOT EXISTS (SELECT FROM customer_workflow.work_item AS o
                                    WHERE o.proposal = w.proposal AND o.status = 'open' AND request.verb = ANY (o.actions)))
               AND (w.assignee = ANY (request.mine)
                    OR EXISTS (SELECT FROM customer_workflow.work_item_place AS l WHERE l.work_item = w.id AND l.person = request.person))
        ), placed AS (
            SELECT p.id, dense_rank() OVER (PARTITION BY p.table_id, p.record_hash ORDER BY p.id) AS round
              FROM customer_workflow.proposal AS p WHERE several AND p.id = ANY (proposals)
        )
        SELECT coalesce(p.round, 1) AS round, array_agg(h.id ORDER BY h.n, h.proposal) AS items, array_agg(h.n::integer ORDER BY h.n, h.proposal) AS turns
          FROM held AS h LEFT JOIN placed AS p ON p.id = h.proposal GROUP BY 1 ORDER BY 1
    LOOP
        RETURN QUERY SELECT * FROM customer_workflow._answer(request, turn.items, turn.turns, act, all_or_nothing);
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._decide(customer_workflow._request, bigint[], jsonb, boolean)
    IS 'What the caller says to locked proposals that nothing stands against; returns those that it could not be said to';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._choose_workflows(customer_workflow._request, bigint[]), customer_workflow._submit(customer_workflow._request, bigint[]), customer_workflow._edited_fields(jsonb, jsonb),
    customer_workflow._mark_submitted(customer_workflow._request, customer_workflow._course[]),
    customer_workflow._reads_whole_rows(bigint[]), customer_workflow._without_row(customer_workflow._problem),
    customer_workflow._conflicts(customer_workflow._request, bigint[]), customer_workflow._apply(bigint[], boolean),
    customer_workflow._acts(customer_workflow._request, bigint[], jsonb, bigint[]),
    customer_workflow._answer(customer_workflow._request, bigint[], integer[], jsonb, boolean),
    customer_workflow._decide(customer_workflow._request, bigint[], jsonb, boolean)
    FROM PUBLIC;
