-- The engine is asked what follows, for many proposals at once: those that stand at the same place and to which the same
-- happens are one course, so that the number of statements depends on the definition and not on the number of proposals.

CREATE TYPE customer_workflow._event AS (proposals bigint[], event jsonb, workflow text, version integer);
COMMENT ON TYPE customer_workflow._event IS 'What happens to proposals; the workflow is given where they start a new one';

CREATE TYPE customer_workflow._course AS (
    workflow text, version integer, table_id integer, state jsonb, event jsonb, answers jsonb, result jsonb, proposals bigint[]);
COMMENT ON TYPE customer_workflow._course IS 'Proposals that stand at the same place and to which the same happens, with what the engine says';

CREATE FUNCTION customer_workflow._built_in(approvers text, field_decisions boolean) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object(
               'description', 'One approval by a member of ' || customer_workflow._display(approvers),
               'elements', jsonb_build_array(jsonb_build_object('approval', jsonb_build_object(
                   'name', 'Approval',
                   'field_decisions', field_decisions,
                   'steps', jsonb_build_array(jsonb_build_object(
                       'name', 'Approval',
                       'assign_to', jsonb_build_object(split_part(approvers, ':', 1), substr(approvers, strpos(approvers, ':') + 1)),
                       'completion_policy', 'single_approver'))))))
$$;
COMMENT ON FUNCTION customer_workflow._built_in(text, boolean) IS 'The definition of the built-in workflow with these approvers, who may decide single fields or not';

CREATE FUNCTION customer_workflow._definition(workflow text, version integer, table_id integer, OUT definition jsonb, OUT role name)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT customer_workflow._built_in(coalesce(c.approvers, t.approvers), t.options @> '{"field_decisions": true}'), NULL::name
      FROM customer_workflow.protected_table AS t
      LEFT JOIN customer_workflow.protected_company AS c ON c.table_id = t.id AND c.id = _definition.version - 1
     WHERE _definition.workflow = 'built_in' AND t.id = _definition.table_id AND coalesce(c.approvers, t.approvers) IS NOT NULL
    UNION ALL
    SELECT v.definition, v.activated_role
      FROM customer_workflow.workflow AS w JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id
     WHERE w.name = _definition.workflow AND v.version = _definition.version
$$;
COMMENT ON FUNCTION customer_workflow._definition(text, integer, integer)
    IS 'The definition of a workflow version and the role with whose rights it looks; the built-in one is a single step of the approvers: version 1 of the table''s, others of a company''s';

CREATE FUNCTION customer_workflow._sorted(ids bigint[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT customer_workflow._distinct(ids)
$$;
COMMENT ON FUNCTION customer_workflow._sorted(bigint[]) IS 'The numbers in their order';

-- What a proposal becomes with its submission is not stored yet when conditions and assignments ask for it.
CREATE FUNCTION customer_workflow._cases_of(request customer_workflow._request, proposals bigint[]) RETURNS customer_workflow._case[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    cases customer_workflow._case[] := customer_workflow._cases(proposals);
BEGIN
    IF request.verb IS DISTINCT FROM 'submit' THEN
        RETURN cases;
    END IF;
    RETURN ARRAY(
        SELECT ROW(c.proposal, c.table_id, c.record_key, c.changes,
                   CASE WHEN request.automatic OR c.parties @> request.identities THEN c.parties ELSE c.parties || request.identities END,
                   c.author, coalesce(request.person, c.author), c.source, c.reference, coalesce(request.comment, c.comment), c.operation)::customer_workflow._case
          FROM unnest(cases) WITH ORDINALITY AS c (proposal, table_id, record_key, changes, parties, author, originator, source, reference, comment, operation, n)
         ORDER BY c.n);
END
$$;
COMMENT ON FUNCTION customer_workflow._cases_of(customer_workflow._request, bigint[]) IS 'The cases of stored proposals, in a submission as it makes them';

CREATE FUNCTION customer_workflow._courses(events customer_workflow._event[]) RETURNS customer_workflow._course[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH happening AS MATERIALIZED (
        SELECT e.*, dense_rank() OVER (ORDER BY e.event, e.workflow, e.version) AS kind FROM unnest(events) AS e
    ), together AS (
        SELECT h.kind, array_agg(i.id) AS proposals FROM happening AS h CROSS JOIN LATERAL unnest(h.proposals) AS i (id)
         WHERE cardinality(events) > 1 GROUP BY h.kind
        UNION ALL
        SELECT h.kind, h.proposals FROM happening AS h WHERE cardinality(events) = 1
    )
    SELECT coalesce(array_agg(ROW(c.workflow, c.version, c.table_id, c.state, c.event, '{"conditions": {}, "people": {}}', NULL,
                                  c.alike)::customer_workflow._course ORDER BY c.first), '{}')
      FROM (SELECT coalesce(e.workflow, p.workflow) AS workflow, CASE WHEN e.workflow IS NULL THEN p.version ELSE e.version END AS version,
                   p.table_id,
                   -- the table of proposals knows best; a draft that was recalled or edited stands nowhere, nor does what is
                   -- submitted to another version, whose places are others; what is rerouted still has its work items
                   CASE WHEN p.status = 'not_submitted' AND e.event #>> '{submitted,interrupted}' IS DISTINCT FROM 'undone' OR e.event ? 'submitted' AND (e.workflow, e.version) IS DISTINCT FROM (p.workflow, p.version)
                        THEN p.state - 'run' ELSE p.state END || jsonb_build_object('status', p.status) AS state,
                   e.event, k.alike, k.first
              FROM together AS t
              JOIN (SELECT DISTINCT ON (h.kind) h.* FROM happening AS h ORDER BY h.kind) AS e ON e.kind = t.kind
             CROSS JOIN LATERAL customer_workflow._alike(t.proposals, '{table_id,status,workflow,version,state}') AS k
              JOIN customer_workflow.proposal AS p ON p.id = k.first) AS c
$$;
COMMENT ON FUNCTION customer_workflow._courses(customer_workflow._event[]) IS 'The courses of proposals to which something happens, without answers';

CREATE FUNCTION customer_workflow._advance(request customer_workflow._request, events customer_workflow._event[]) RETURNS SETOF customer_workflow._course
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    courses customer_workflow._course[] := customer_workflow._courses(events);
    answered integer := 0;
BEGIN
    WHILE cardinality(courses) > 0 LOOP
        courses := ARRAY(
            WITH known AS MATERIALIZED (
                SELECT k.workflow, k.version, k.table_id, d.definition
                  FROM (SELECT DISTINCT c.workflow, c.version, c.table_id FROM unnest(courses) AS c) AS k
                 CROSS JOIN LATERAL customer_workflow._definition(k.workflow, k.version, k.table_id) AS d
            )
            SELECT ROW(c.workflow, c.version, c.table_id, c.state, c.event, c.answers,
                       CASE WHEN c.result IS NOT NULL THEN c.result
                            WHEN k.definition IS NULL THEN '{"refused": {"reason": "does_not_fit", "sqlstate": "CW008", "text": "its workflow does not exist any more"}}'
                            ELSE customer_workflow._engine(k.definition, c.state, c.event, c.answers) END, c.proposals)::customer_workflow._course
              FROM unnest(courses) WITH ORDINALITY AS c
              LEFT JOIN known AS k ON k.workflow = c.workflow AND k.version IS NOT DISTINCT FROM c.version AND k.table_id = c.table_id
             ORDER BY c.ordinality);
        RETURN QUERY SELECT c.* FROM unnest(courses) AS c WHERE NOT c.result ? 'ask';
        courses := ARRAY(SELECT c FROM unnest(courses) AS c WHERE c.result ? 'ask');
        -- every round answers at least one question of the definition, which has an end
        answered := answered + 1;
        IF answered > 10000 THEN
            RAISE EXCEPTION USING ERRCODE = 'internal_error', MESSAGE = 'the workflow engine asks without end';
        END IF;
        courses := ARRAY(SELECT c FROM customer_workflow._answered(request, courses) AS c);
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._advance(customer_workflow._request, customer_workflow._event[]) IS 'What follows from events, without writing anything';

CREATE FUNCTION customer_workflow._answered(request customer_workflow._request, courses customer_workflow._course[]) RETURNS SETOF customer_workflow._course
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    question record;
    more record;
    -- A proposal is in one course only, so that an answer is found by proposal and place.
    found_for bigint[] := '{}';
    found_at text[] := '{}';
    found_value jsonb[] := '{}';
    -- Mostly all have the same answer.
    shared jsonb := '{}';
    failed jsonb := '{}';
    code text;
    said text;
    hint text;
BEGIN
    FOR question IN
        WITH known AS MATERIALIZED (
            SELECT k.workflow, k.version, k.table_id, d.definition, d.role
              FROM (SELECT DISTINCT c.workflow, c.version, c.table_id FROM unnest(courses) AS c) AS k
             CROSS JOIN LATERAL customer_workflow._definition(k.workflow, k.version, k.table_id) AS d
        )
        SELECT q.*, k.definition, k.role, t.relation
          FROM (SELECT c.workflow, c.version, c.table_id, a.question ? 'condition' AS is_condition, w.alike,
                       coalesce(a.question ->> 'condition', a.question ->> 'people') AS at, (a.question ->> 'at_most')::integer AS at_most,
                       array_agg(i.id ORDER BY i.id) AS proposals,
                       -- those involved _eligible() knows by all their identities
                       coalesce(jsonb_object_agg(i.id::text, w.without) FILTER (WHERE w.without <> '[]'), '{}') AS without
                  FROM unnest(courses) AS c
                 CROSS JOIN LATERAL jsonb_array_elements(c.result -> 'ask') AS a (question)
                  JOIN known AS k ON k.workflow = c.workflow AND k.version IS NOT DISTINCT FROM c.version AND k.table_id = c.table_id
                 CROSS JOIN LATERAL (SELECT coalesce(jsonb_agg(n.name), '[]') AS without,
                                            -- who has a name of the definition depends on who is involved and on nothing else
                                            c.event ? 'submitted' AND a.question ? 'people'
                                            AND customer_workflow._pointed(k.definition, a.question ->> 'people') ?| '{role,group,user}' AS alike
                                       FROM jsonb_array_elements_text(a.question -> 'without') AS n (name)
                                      WHERE NOT coalesce(coalesce(c.event -> 'submitted', c.state) -> 'involved' ? n.name, false)) AS w
                 CROSS JOIN LATERAL unnest(CASE WHEN w.alike THEN c.proposals[:1] ELSE c.proposals END) AS i (id)
                 GROUP BY 1, 2, 3, 4, 5, 6, 7) AS q
          JOIN known AS k ON k.workflow = q.workflow AND k.version IS NOT DISTINCT FROM q.version AND k.table_id = q.table_id
          JOIN customer_workflow.protected_table AS t ON t.id = q.table_id
         ORDER BY q.workflow, q.version, q.is_condition DESC, q.at
    LOOP
        said := NULL;
        BEGIN
            IF question.is_condition THEN
                SELECT array_agg(c.proposal) AS proposals,
                       array_agg(CASE c.value WHEN 'error' THEN jsonb_build_object('error', coalesce(c.message, '')) ELSE to_jsonb(c.value) END) AS answers
                  INTO more
                  FROM customer_workflow._conditions(question.relation, question.role,
                           customer_workflow._pointed(question.definition, question.at) #>> '{}', customer_workflow._cases_of(request, question.proposals)) AS c;
                -- where it fails for every record there is, it is the definition that does not fit
                IF jsonb_build_array(VARIADIC more.answers) @? '$[*].error' THEN
                    said := customer_workflow._check_condition(question.relation, question.role,
                                                               customer_workflow._pointed(question.definition, question.at) #>> '{}');
                    failed := failed || (SELECT coalesce(jsonb_object_agg(i.id::text, jsonb_build_object('refused', jsonb_build_object('reason', 'no_answer',
                                                            'sqlstate', 'CW008', 'text', format('condition %s: %s', question.at, said)))), '{}')
                                           FROM unnest(question.proposals) AS i (id) WHERE said IS NOT NULL);
                END IF;
            ELSE
                SELECT array_agg(e.proposal) AS proposals, array_agg(e.eligible) AS answers
                  INTO more
                  FROM customer_workflow._eligible(question.definition, question.at, question.role, question.relation,
                           customer_workflow._cases_of(request, question.proposals), question.without, question.at_most, question.workflow) AS e;
                IF question.alike AND (cardinality(courses) > 1 OR more.answers[1] ? 'problem') THEN
                    SELECT array_agg(i.id) AS proposals, array_agg(a.answer) AS answers
                      INTO more
                      FROM unnest(more.proposals, more.answers) AS a (id, answer)
                      JOIN unnest(courses) AS c ON c.proposals[1] = a.id
                     CROSS JOIN LATERAL unnest(c.proposals) AS i (id);
                    question.proposals := more.proposals;
                END IF;
                failed := failed || (
                    SELECT coalesce(jsonb_object_agg(p.id::text, jsonb_build_object('refused', jsonb_build_object('reason', 'no_answer',
                               'sqlstate', p.problem -> 'sqlstate', 'text', p.problem -> 'message', 'hint', p.problem -> 'hint'))), '{}')
                      FROM (SELECT a.id, a.answer -> 'problem' AS problem FROM unnest(more.proposals, more.answers) AS a (id, answer)
                             WHERE a.answer ? 'problem') AS p);
            END IF;
            IF cardinality(more.proposals) = cardinality(question.proposals) AND NOT more.answers[1] ? 'problem' AND said IS NULL
               AND NOT EXISTS (SELECT FROM unnest(more.answers) AS a WHERE a IS DISTINCT FROM more.answers[1]) THEN
                shared := shared || jsonb_build_object(
                    jsonb_build_array(question.workflow, question.version, question.table_id, question.at_most, question.at)::text, more.answers[1]);
            ELSE
                found_for := found_for || more.proposals;
                found_value := found_value || more.answers;
                found_at := found_at || array_fill(question.at, ARRAY[coalesce(cardinality(more.proposals), 0)]);
            END IF;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, said = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
            IF NOT customer_workflow._is_outcome(code) THEN
                RAISE;
            END IF;
            failed := failed || (SELECT jsonb_object_agg(i.id::text, jsonb_build_object('refused',
                                            jsonb_build_object('reason', 'no_answer', 'sqlstate', code, 'text', said, 'hint', hint)))
                                   FROM unnest(courses) AS c
                                  CROSS JOIN LATERAL unnest(c.proposals) AS i (id)
                                  WHERE CASE WHEN question.alike THEN c.proposals[1] ELSE i.id END = ANY (question.proposals));
        END;
    END LOOP;

    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT c.n AS course, a.question ? 'condition' AS is_condition, q.at, c.proposals,
               shared -> jsonb_build_array(c.workflow, c.version, c.table_id, (a.question ->> 'at_most')::integer, q.at)::text AS answer
          FROM unnest(courses) WITH ORDINALITY AS c (workflow, version, table_id, state, event, answers, result, proposals, n)
         CROSS JOIN LATERAL jsonb_array_elements(c.result -> 'ask') AS a (question)
         CROSS JOIN LATERAL (SELECT coalesce(a.question ->> 'condition', a.question ->> 'people') AS at) AS q
    ), shared_by AS (
        SELECT a.course, coalesce(jsonb_object_agg(a.at, a.answer) FILTER (WHERE a.is_condition), '{}') AS conditions,
               coalesce(jsonb_object_agg(a.at, a.answer) FILTER (WHERE NOT a.is_condition), '{}') AS people
          FROM asked AS a WHERE a.answer IS NOT NULL GROUP BY a.course
    ), found AS (
        SELECT f.proposal, f.at, f.answer FROM unnest(found_for, found_at, found_value) AS f (proposal, at, answer)
    ), told AS (
        -- what nobody answers is not known: NULL, and nobody
        SELECT a.course, i.id AS proposal, failed -> i.id::text AS failure,
               coalesce(jsonb_object_agg(a.at, coalesce(f.answer, '"null"')) FILTER (WHERE a.is_condition), '{}') AS conditions,
               coalesce(jsonb_object_agg(a.at, coalesce(f.answer, '{"people": []}')) FILTER (WHERE NOT a.is_condition), '{}') AS people
          FROM asked AS a
         CROSS JOIN LATERAL unnest(a.proposals) AS i (id)
          LEFT JOIN found AS f ON f.proposal = i.id AND f.at = a.at
         WHERE a.answer IS NULL
         GROUP BY a.course, i.id
    ), parted AS (
        SELECT t.course, t.failure, t.conditions, t.people, customer_workflow._sorted(array_agg(t.proposal)) AS proposals
          FROM told AS t GROUP BY t.course, t.failure, t.conditions, t.people
        UNION ALL
        SELECT c.n, NULL, '{}', '{}', c.proposals
          FROM unnest(courses) WITH ORDINALITY AS c (workflow, version, table_id, state, event, answers, result, proposals, n)
         WHERE c.n NOT IN (SELECT a.course FROM asked AS a WHERE a.answer IS NULL)
    )
    SELECT c.workflow, c.version, c.table_id, c.state, c.event,
           jsonb_build_object('conditions', coalesce(c.answers -> 'conditions', '{}') || coalesce(s.conditions, '{}') || p.conditions,
                              'people', coalesce(c.answers -> 'people', '{}') || coalesce(s.people, '{}') || p.people),
           p.failure, p.proposals
      FROM parted AS p
      JOIN unnest(courses) WITH ORDINALITY AS c (workflow, version, table_id, state, event, answers, result, proposals, n) ON c.n = p.course
      LEFT JOIN shared_by AS s ON s.course = p.course
     ORDER BY p.proposals;
END
$$;
COMMENT ON FUNCTION customer_workflow._answered(customer_workflow._request, customer_workflow._course[]) IS 'Answers the questions of courses; a course parts where its proposals have other answers';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._definition(text, integer, integer), customer_workflow._sorted(bigint[]), customer_workflow._courses(customer_workflow._event[]), customer_workflow._cases_of(customer_workflow._request, bigint[]),
    customer_workflow._advance(customer_workflow._request, customer_workflow._event[]), customer_workflow._answered(customer_workflow._request, customer_workflow._course[])
    FROM PUBLIC;
