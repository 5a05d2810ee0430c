-- The verbs on many proposals at once: what stands against each, then what each does. One proposal is the case of many.

CREATE FUNCTION customer_workflow._digest_each(INOUT proposals bigint[], workflow text, version integer, OUT digests text[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ids bigint[];
    heads text[];
    tails text[];
    sets bigint[];
    in_sets boolean;
BEGIN
    -- names with their lengths, values by their digests: nothing passes from one part into another
    SELECT array_agg(p.id), array_agg(p.head), array_agg(p.tail), array_agg(p.change_set), bool_or(p.change_set IS NOT NULL)
      INTO ids, heads, tails, sets, in_sets
      FROM (SELECT p.id, concat_ws(E'\n', p.table_id, p.record_key, length(coalesce(_digest_each.workflow, p.workflow, '')), coalesce(_digest_each.workflow, p.workflow, ''),
                                   coalesce(_digest_each.version, p.version, 0)) AS head,
                   CASE WHEN p.effective_at IS NOT NULL OR p.operation IS NOT NULL
                        THEN concat_ws(E'\n', 'effective at ' || extract(epoch FROM p.effective_at), 'operation ' || p.operation) END AS tail,
                   p.change_set
              FROM customer_workflow.proposal AS p WHERE p.id = ANY ((SELECT proposals)::bigint[]) ORDER BY p.id) AS p;
    IF in_sets THEN
        -- who decides one of a change set decides on all of it
        tails := ARRAY(SELECT CASE WHEN i.change_set IS NULL THEN i.tail ELSE concat_ws(E'\n', s.content, i.tail) END
                         FROM unnest(tails, sets) WITH ORDINALITY AS i (tail, change_set, n)
                         LEFT JOIN (SELECT k.change_set, customer_workflow._set_content(k.change_set) AS content
                                      FROM (SELECT DISTINCT k.change_set FROM unnest(sets) AS k (change_set) WHERE k.change_set IS NOT NULL) AS k OFFSET 0) AS s
                           ON s.change_set = i.change_set
                        ORDER BY i.n);
    END IF;
    -- not in a query, which would be planned with it
    digests := customer_workflow._digests_of(ids, heads, tails);
    proposals := ids;
END
$$;
COMMENT ON FUNCTION customer_workflow._digest_each(bigint[], text, integer) IS 'The digests of proposals, see _digests(); proposals and digests in the order of the numbers';

CREATE FUNCTION customer_workflow._digests(proposals bigint[], workflow text DEFAULT NULL, version integer DEFAULT NULL)
    RETURNS TABLE (proposal bigint, digest text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    each record := customer_workflow._digest_each(proposals, workflow, version);
BEGIN
    RETURN QUERY SELECT * FROM unnest(each.proposals, each.digests);
END
$$;
COMMENT ON FUNCTION customer_workflow._digests(bigint[], text, integer) IS 'SHA-256 over table, record, workflow version, fields, original and proposed values and the effective date of proposals, as they are or will be in a workflow';

CREATE FUNCTION customer_workflow._digest(proposal bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.digest FROM customer_workflow._digests(ARRAY[_digest.proposal]) AS d
$$;
COMMENT ON FUNCTION customer_workflow._digest(bigint) IS 'The digest of one proposal, see _digests()';

CREATE TYPE customer_workflow._request AS (
    verb text, person text, identities text[], mine text[], comment text, work_item bigint, on_conflict text, automatic boolean,
    fields text[], effective_at timestamptz, whole_sets boolean);
COMMENT ON TYPE customer_workflow._request IS 'Who asks for what: the verb, the person with all identities and everything he holds, and the verb''s arguments';

CREATE FUNCTION customer_workflow._request(verb text, comment text, work_item bigint, on_conflict text,
                                           fields name[] DEFAULT NULL, effective_at timestamptz DEFAULT NULL) RETURNS customer_workflow._request
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    IF on_conflict NOT IN ('fail', 'overwrite') THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('"%s" is not a value of on_conflict', on_conflict), HINT = 'Valid values are: fail, overwrite.';
    END IF;
    RETURN ROW(verb, customer_workflow._require_person(), customer_workflow._identities(), customer_workflow._my_assignees(),
               CASE WHEN comment ~ '\S' THEN btrim(comment, E' \t\r\n') END, work_item, on_conflict, false,
               fields::text[], effective_at, NULL::boolean);
END
$$;
COMMENT ON FUNCTION customer_workflow._request(text, text, bigint, text, name[], timestamptz) IS 'A request of the current person';

CREATE FUNCTION customer_workflow._plan_for(proposals bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Plans that are kept know neither how many proposals there are nor that the tables have grown since. Where the planner can
    -- do nothing but look them up, it is not shown how many they are, (SELECT proposals)::bigint[]: it looks at each, which takes time.
    IF cardinality(proposals) > 100 THEN
        PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._plan_for(bigint[]) IS 'Statements on many proposals are planned anew until the calling function ends, which must set plan_cache_mode itself';

CREATE FUNCTION customer_workflow._under_another_name(proposal bigint, person text, names text[], places boolean) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH mine AS (
        SELECT w.id, w.at FROM customer_workflow.work_item AS w
         WHERE w.proposal = _under_another_name.proposal AND w.status = 'open'
           AND (w.assignee = ANY (customer_workflow._my_assignees())
                OR EXISTS (SELECT FROM customer_workflow.work_item_place AS l WHERE l.work_item = w.id AND l.person = customer_workflow._person()))
    )
    SELECT o.name
      FROM (SELECT d.one ->> 'person' AS name
              FROM customer_workflow.proposal AS p CROSS JOIN LATERAL jsonb_array_elements(p.state -> 'decided') AS d (one)
             WHERE p.id = _under_another_name.proposal
               AND (d.one ->> 'at' IN (SELECT m.at FROM mine AS m)
                    OR (customer_workflow._definition(p.workflow, p.version, p.table_id)).definition -> 'distinct_approvers' = 'true')
            UNION ALL
            SELECT h.holder FROM customer_workflow.work_item AS w LEFT JOIN customer_workflow.work_item_place AS l ON l.work_item = w.id
             CROSS JOIN LATERAL (VALUES (w.assignee), (l.person)) AS h (holder)
             WHERE places AND w.proposal = _under_another_name.proposal AND w.status = 'open'
               AND w.at IN (SELECT m.at FROM mine AS m) AND w.id NOT IN (SELECT m.id FROM mine AS m)) AS o
     WHERE o.name <> _under_another_name.person AND o.name = ANY (names) LIMIT 1
$$;
COMMENT ON FUNCTION customer_workflow._under_another_name(bigint, text, text[], boolean)
    IS 'The other name under which a person has decided what waits for the caller, an earlier step where approvers must be distinct, or with places has a place beside the caller''s';

CREATE FUNCTION customer_workflow._obstacles(request customer_workflow._request, proposals bigint[], digests text[])
    RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    answers CONSTANT boolean := request.verb IN ('approve', 'reject', 'request_change', 'delegate', 'complete_task', 'decide_outcome');
    several_names CONSTANT boolean := answers AND request.verb <> 'delegate' AND cardinality(customer_workflow._known_as()) > cardinality(request.identities);
    not_mine bigint[] := '{}';
    -- Those that are judged one by one; of the others one speaks for all that are alike.
    single bigint[];
BEGIN
    IF answers THEN
        not_mine := customer_workflow._minus(proposals, ARRAY(
            SELECT w.proposal FROM customer_workflow.work_item AS w
             WHERE w.proposal = ANY (proposals) AND w.status = 'open'
               AND (w.assignee = ANY (request.mine)
                    OR EXISTS (SELECT FROM customer_workflow.work_item_place AS l WHERE l.work_item = w.id AND l.person = request.person))
               AND (request.work_item IS NULL OR w.id = request.work_item)));
    END IF;
    single := CASE WHEN request.work_item IS NOT NULL OR several_names THEN proposals
                   WHEN digests IS NULL THEN not_mine
                   ELSE not_mine || ARRAY(SELECT a.id FROM unnest(proposals, digests) AS a (id, digest) JOIN customer_workflow.proposal AS p ON p.id = a.id
                                           WHERE a.digest IS DISTINCT FROM coalesce(p.digest, '')) END;
    RETURN QUERY
    WITH kinds AS MATERIALIZED (
        SELECT k.alike, p.table_id, p.status, p.author, p.originator, p.parties, p.self_approval, p.part_of, p.company
          FROM customer_workflow._alike(proposals, '{table_id,status,author,originator,parties,self_approval,part_of,company}') AS k
          JOIN customer_workflow.proposal AS p ON p.id = k.first
    ), asked AS (
        SELECT customer_workflow._minus(k.alike, single) AS ids, NULL::bigint AS one, NULL::text AS given, NULL::text AS digest, k.* FROM kinds AS k
        UNION ALL
        SELECT ARRAY[p.id], p.id, a.digest, p.digest, k.*
          FROM kinds AS k CROSS JOIN LATERAL unnest(k.alike) AS i (id)
          JOIN unnest(proposals, digests) AS a (id, digest) ON a.id = i.id
          JOIN customer_workflow.proposal AS p ON p.id = i.id
         WHERE i.id = ANY (single)
        UNION ALL
        SELECT ARRAY[m.id], m.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
          FROM unnest(CASE WHEN cardinality(proposals) = (SELECT sum(cardinality(k.alike)) FROM kinds AS k) THEN '{}'
                           ELSE customer_workflow._minus(proposals, ARRAY(SELECT i.id FROM kinds AS k CROSS JOIN LATERAL unnest(k.alike) AS i (id))) END) AS m (id)
    ), tables AS MATERIALIZED (
        SELECT t.id, k.company, t.relation, s.enabled, s.approvers,
               EXISTS (SELECT FROM customer_workflow.workflow AS w JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id AND v.active
                        WHERE w.table_id = t.id) AS has_workflow,
               coalesce(customer_workflow._name(t.relation), t.relation_name) AS name,
               coalesce((SELECT c.relrowsecurity FROM pg_class AS c WHERE c.oid = t.relation), true) AS row_security,
               customer_workflow._option_defaults() || s.options AS options,
               customer_workflow._has_duty(t.id, '{steward}') AS steward,
               customer_workflow._configures(t.relation) AS administrator
          FROM (SELECT DISTINCT k.table_id, k.company FROM kinds AS k) AS k
          JOIN customer_workflow.protected_table AS t ON t.id = k.table_id
         CROSS JOIN LATERAL customer_workflow._settings(t.id, k.company) AS s
    ), eligible AS MATERIALIZED (
        SELECT t.id, t.company, m.identities FROM tables AS t CROSS JOIN LATERAL customer_workflow._members(t.approvers) AS m
         WHERE request.verb = 'submit' AND t.approvers IS NOT NULL AND NOT t.has_workflow
    ), checked AS (
        SELECT a.*, t.name AS tab, t.approvers, t.has_workflow,
               CASE
                   WHEN a.table_id IS NULL THEN 'P0002'
                   WHEN t.relation IS NULL THEN 'CW008'
                   -- what is left may be applied by the rejection of a field
                   WHEN NOT t.enabled AND (request.verb IN ('submit', 'approve', 'complete_task', 'decide_outcome', 'reroute', 'override_apply')
                                            OR request.verb = 'reject' AND request.fields IS NOT NULL) THEN 'CW005'
                   -- what is done to a single work item is possible where the whole could be approved
                   WHEN customer_workflow._transition(a.status, CASE WHEN request.verb IN ('delegate', 'complete_task', 'decide_outcome', 'reassign', 'reroute')
                                                                                THEN 'approve' ELSE request.verb END) IS NULL THEN 'CW003'
                   WHEN request.automatic THEN NULL
                   WHEN request.verb IN ('submit', 'rebase', 'discard_change')
                        AND NOT (a.author = request.person OR t.steward) THEN '42501 author'
                   WHEN request.verb = 'recall'
                        AND NOT (a.originator = request.person OR t.steward
                                 OR a.status = 'approved' AND (a.author = request.person OR t.administrator)) THEN '42501 originator'
                   WHEN request.verb = 'cancel'
                        AND NOT (a.author = request.person OR t.steward OR t.administrator) THEN '42501 cancel'
                   WHEN request.verb IN ('reassign', 'reroute') AND NOT t.administrator THEN '42501 administrator'
                   WHEN request.verb = 'override_apply' AND NOT customer_workflow._has_duty(t.id, '{override}') THEN '42501 override'
                   WHEN request.work_item IS NOT NULL
                        AND NOT EXISTS (SELECT FROM customer_workflow.work_item AS w
                                         WHERE w.id = request.work_item AND w.proposal = a.one AND w.status = 'open') THEN 'P0002 item'
                   WHEN answers AND a.parties && (SELECT customer_workflow._known_as()) AND a.self_approval IS NOT TRUE THEN 'CW007'
                   WHEN several_names
                        AND customer_workflow._under_another_name(a.one, request.person, customer_workflow._known_as(), false) IS NOT NULL THEN 'CW007 again'
                   WHEN a.one = ANY (not_mine) THEN '42501 assignee'
                   WHEN request.comment IS NULL
                        AND (request.verb IN ('reject', 'request_change') OR t.options -> 'comment_required' ? request.verb) THEN '22023'
                   WHEN request.verb IN ('approve', 'reject', 'request_change') AND (digests IS NULL OR a.one IS NOT NULL AND a.given IS NULL)
                        AND (t.options ->> 'require_digest')::boolean THEN 'CW002 missing'
                   WHEN a.given <> coalesce(a.digest, '') THEN 'CW002'
               END AS code, t.relation, t.row_security, coalesce(t.options -> 'part_of' <> 'null', false) AS is_part
          -- OFFSET 0: once, not wherever its code is asked for
          FROM asked AS a LEFT JOIN tables AS t ON t.id = a.table_id AND t.company IS NOT DISTINCT FROM a.company
         WHERE a.ids <> '{}' OFFSET 0
    ), suited AS (
        SELECT c.*, CASE WHEN c.code IS NOT NULL OR request.verb <> 'submit' THEN NULL
                         -- what is a part has the workflow of its parent, and none else
                         WHEN c.is_part AND c.part_of IS NULL THEN 'CW004 parent'
                         WHEN c.has_workflow OR c.part_of IS NOT NULL THEN NULL
                         WHEN c.approvers IS NULL THEN 'CW004'
                         WHEN NOT EXISTS (SELECT FROM eligible AS e
                                           WHERE e.id = c.table_id AND e.company IS NOT DISTINCT FROM c.company
                                             AND NOT e.identities && (c.parties || request.identities)) THEN 'CW004 nobody' END AS nobody
          FROM checked AS c OFFSET 0
    ), judged AS (
        SELECT s.*, i.id, p.record_key,
               CASE -- who may not see a proposal does not learn from an error that it exists
                    WHEN s.code IS NOT NULL AND NOT request.automatic
                         AND NOT EXISTS (SELECT FROM customer_workflow._acting AS o WHERE o.id = i.id AND o.acts OFFSET 0)
                         AND (s.row_security OR NOT has_table_privilege(customer_workflow._looking_role(),
                                                                        s.relation, 'SELECT')) THEN 'P0002'
                    ELSE coalesce(s.code, s.nobody) END AS verdict
          FROM suited AS s CROSS JOIN LATERAL unnest(s.ids) AS i (id) LEFT JOIN customer_workflow.proposal AS p ON p.id = i.id
         WHERE s.code IS NOT NULL OR s.nobody IS NOT NULL OFFSET 0
    )
    SELECT j.id, split_part(j.verdict, ' ', 1),
           CASE j.verdict
               WHEN 'P0002' THEN format('proposal %s does not exist', coalesce(j.id::text, 'null'))
               WHEN 'P0002 item' THEN format('proposal %s for %s has no open work item %s', j.id, v.record, request.work_item)
               WHEN 'CW008' THEN format('table "%s" of proposal %s does not exist or is not protected any more', j.tab, j.id)
               WHEN 'CW005' THEN format('approvals are disabled for table "%s"%s', j.tab, ' in company "' || j.company || '"')
               WHEN 'CW003' THEN format('proposal %s for %s cannot be %s', j.id, v.record, v.done)
               WHEN '42501 author' THEN format('permission denied to %s proposal %s for %s', v.plain, j.id, v.record)
               WHEN '42501 originator' THEN format('permission denied to %s proposal %s for %s', v.plain, j.id, v.record)
               WHEN '42501 cancel' THEN format('permission denied to %s proposal %s for %s', v.plain, j.id, v.record)
               WHEN '42501 override' THEN format('permission denied to %s proposal %s for %s', v.plain, j.id, v.record)
               WHEN '42501 administrator' THEN format('must be owner or administrator of table "%s" to %s proposal %s', j.tab, v.plain, j.id)
               WHEN 'CW007' THEN format('proposal %s for %s is your own change', j.id, v.record)
               WHEN 'CW007 again' THEN format('proposal %s for %s has your decision', j.id, v.record)
               WHEN '42501 assignee' THEN format('proposal %s for %s is not waiting for you', j.id, v.record)
               WHEN '22023' THEN format('a comment is required to %s proposal %s for %s', v.plain, j.id, v.record)
               WHEN 'CW002 missing' THEN format('a digest is required to %s proposal %s for %s', v.plain, j.id, v.record)
               WHEN 'CW002' THEN format('proposal %s for %s is not what you saw', j.id, v.record)
               WHEN 'CW004' THEN format('no workflow and no approvers are defined for table "%s"', j.tab)
               WHEN 'CW004 parent' THEN format('nobody decides proposal %s for %s', j.id, v.record)
               WHEN 'CW004 nobody' THEN format('nobody may approve proposal %s for %s', j.id, v.record)
           END,
           CASE j.verdict
               WHEN 'CW003' THEN format('Its status is %s.', j.status)
               WHEN 'CW008' THEN 'Its values can no longer be written.'
               WHEN 'CW005' THEN 'It was switched off with customer_workflow.disable().'
               WHEN '42501 author' THEN format('Its author is %s, and you (%s) are not a steward of the table.',
                                               customer_workflow._display(j.author), customer_workflow._display(request.person))
               WHEN '42501 originator' THEN format('Its originator is %s, and you (%s) are not a steward of the table.',
                                                   customer_workflow._display(j.originator), customer_workflow._display(request.person))
               WHEN '42501 cancel' THEN format('Its author is %s, and you (%s) are neither steward nor administrator of the table.',
                                               customer_workflow._display(j.author), customer_workflow._display(request.person))
               WHEN '42501 override' THEN format('You (%s) do not have the duty override for the table.', customer_workflow._display(request.person))
               WHEN 'CW007' THEN format('Its author is %s, its originator %s%s.', customer_workflow._display(j.author),
                                        coalesce(customer_workflow._display(j.originator), 'nobody'),
                                        CASE WHEN request.person IN (j.author, coalesce(j.originator, '')) THEN ''
                                             WHEN j.parties && request.identities THEN ', and you have edited or submitted it'
                                             ELSE ', and you have a part in it under another name' END)
               WHEN 'CW007 again' THEN format('You have given it as %s.',
                       customer_workflow._display(customer_workflow._under_another_name(j.id, request.person, customer_workflow._known_as(), false)))
               WHEN '42501 assignee' THEN format('It is waiting for %s, and you are %s.',
                       coalesce((SELECT string_agg(DISTINCT customer_workflow._display(h.holder), ', ') FROM customer_workflow.work_item AS w
                                  CROSS JOIN LATERAL (SELECT w.assignee UNION ALL SELECT l.person FROM customer_workflow.work_item_place AS l
                                                       WHERE l.work_item = w.id) AS h (holder)
                                  WHERE w.proposal = j.id AND w.status = 'open'),
                                (SELECT format('the others of change set %s', p.change_set) FROM customer_workflow.proposal AS p WHERE p.id = j.id AND p.held), 'nobody'), customer_workflow._display(request.person))
               WHEN '22023' THEN 'The comment is null or empty.'
               WHEN 'CW002' THEN format('Its digest is %s, and %s was given.', coalesce(j.digest, 'not set'), j.given)
               WHEN 'CW002 missing' THEN 'Option require_digest of the table is true.'
               WHEN 'CW004' THEN 'A proposal needs somebody who decides it.'
               WHEN 'CW004 parent' THEN 'Its table is a part of another one (option part_of), and it was proposed before that.'
               WHEN 'CW004 nobody' THEN format('%s has no member who is neither its author nor its originator.', customer_workflow._display(j.approvers))
           END,
           CASE split_part(j.verdict, ' ', 1)
               WHEN 'P0002' THEN CASE WHEN j.verdict = 'P0002' THEN 'See customer_workflow.proposals.' ELSE 'See customer_workflow.my_work_items.' END
               WHEN 'CW003' THEN CASE WHEN j.status IN ('applied', 'cancelled', 'expired') AND request.verb IN ('recall', 'cancel', 'delegate', 'reassign')
                                           THEN 'It is closed, and nothing of it waits any more.'
                                      WHEN j.status IN ('applied', 'cancelled', 'expired') THEN 'It is closed. Propose the change again.'
                                      WHEN request.verb = 'recall' THEN 'Only a pending proposal can be recalled; this one can be edited, submitted or cancelled.'
                                      WHEN j.status = 'pending_approval' THEN 'Recall it first, or wait for the decision.'
                                      WHEN j.status = 'approved' THEN 'It waits for its date. Recall or cancel it, if it is not to be applied then.'
                                      ELSE 'Submit it first with customer_workflow.submit().' END
               WHEN 'CW008' THEN 'Cancel is not needed; the proposal stays in the history.'
               WHEN 'CW005' THEN 'Switch it on again with customer_workflow.enable().'
               WHEN '42501' THEN CASE WHEN j.verdict = '42501 assignee' THEN 'See customer_workflow.my_work_items.'
                                      WHEN j.verdict = '42501 override' THEN 'It is given with customer_workflow.grant_duty(relation, ''override'', person).'
                                      WHEN j.verdict = '42501 administrator' THEN 'The owner grants the duty with customer_workflow.grant_duty(relation, ''administrator'', person).'
                                      ELSE 'A steward may: customer_workflow.grant_duty(…, ''steward'', …).' END
               WHEN 'CW007' THEN 'Another person has to decide it.'
               WHEN '22023' THEN 'Say why in the parameter comment.'
               WHEN 'CW002' THEN CASE WHEN j.verdict = 'CW002' THEN 'Look at the proposal again: customer_workflow.review() shows what it is now and its digest.'
                                      ELSE 'Give the digest that you saw in customer_workflow.my_work_items or review().' END
               WHEN 'CW004' THEN CASE WHEN j.verdict = 'CW004' THEN 'Name approvers: customer_workflow.protect(…, approvers => ''role:…'').'
                                      WHEN j.verdict = 'CW004 parent' THEN 'Cancel it, and propose the change again.'
                                      ELSE 'Add another member to it.' END
           END,
           NULL::text, NULL::text, NULL::text, NULL::text, NULL::text
      FROM judged AS j
     CROSS JOIN LATERAL (SELECT format('"%s" %s', j.tab, j.record_key) AS record,
                                CASE request.verb WHEN 'submit' THEN 'submitted' WHEN 'recall' THEN 'recalled' WHEN 'cancel' THEN 'cancelled'
                                    WHEN 'approve' THEN 'approved' WHEN 'reject' THEN 'rejected' WHEN 'rebase' THEN 'rebased'
                                    WHEN 'request_change' THEN 'sent back' WHEN 'delegate' THEN 'delegated' WHEN 'complete_task' THEN 'completed'
                                    WHEN 'decide_outcome' THEN 'decided' WHEN 'reassign' THEN 'reassigned' WHEN 'reroute' THEN 'rerouted'
                                    WHEN 'override_apply' THEN 'overridden'
                                    ELSE 'changed' END AS done,
                                CASE request.verb WHEN 'request_change' THEN 'send back' WHEN 'discard_change' THEN 'discard changes of'
                                    WHEN 'complete_task' THEN 'complete a task of' WHEN 'decide_outcome' THEN 'decide the outcome of'
                                    WHEN 'reassign' THEN 'reassign work items of' WHEN 'override_apply' THEN 'override the approval of'
                                    ELSE request.verb END AS plain) AS v
     ORDER BY j.id;
END
$$;
COMMENT ON FUNCTION customer_workflow._obstacles(customer_workflow._request, bigint[], text[]) IS 'What stands against a request, a row a proposal that it cannot be granted for';

CREATE FUNCTION customer_workflow._submit_may_write(proposals bigint[]) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM (SELECT DISTINCT p.table_id, p.company FROM customer_workflow.proposal AS p WHERE p.id = ANY ((SELECT proposals)::bigint[]) OFFSET 0) AS p
                    WHERE customer_workflow._option(p.table_id, 'validate_on_submit', p.company)::boolean
                       OR EXISTS (SELECT FROM customer_workflow.workflow AS w JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id AND v.active
                                   WHERE w.table_id = p.table_id));
END
$$;
COMMENT ON FUNCTION customer_workflow._submit_may_write(bigint[]) IS 'Whether submitting writes records: to rehearse it, or since a workflow may approve by itself';

CREATE FUNCTION customer_workflow._lock(proposals bigint[], with_records boolean, with_drafts boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    batch record;
    ids bigint[] := proposals;
    known bigint[] := '{}';
    keys jsonb[] := '{}';
    closed bigint[];
    moved bigint[];
    deletes bigint[] := '{}';
    sets boolean := customer_workflow._in_sets(proposals);
BEGIN
    -- Everywhere in this order: change sets, records by key, proposals by number. Capture has the record before it looks for proposals.
    IF sets THEN
        PERFORM FROM customer_workflow.change_set AS s
          WHERE s.id IN (SELECT p.change_set FROM customer_workflow.proposal AS p WHERE p.change_set IS NOT NULL AND p.id = ANY (proposals))
          ORDER BY s.id FOR UPDATE;
        proposals := customer_workflow._with_mates(proposals);
        ids := proposals;
    END IF;
    IF with_records THEN
        closed := ARRAY(SELECT i.id FROM customer_workflow._alike(proposals, '{status}') AS k JOIN customer_workflow.proposal AS p ON p.id = k.first
                         CROSS JOIN LATERAL unnest(k.alike) AS i (id) WHERE p.status <> ALL (customer_workflow._open_statuses()));
        deletes := ARRAY(SELECT i.id FROM customer_workflow._alike(proposals, '{operation}') AS k JOIN customer_workflow.proposal AS p ON p.id = k.first
                          CROSS JOIN LATERAL unnest(k.alike) AS i (id) WHERE p.operation = 'delete' AND i.id <> ALL (closed));
        FOR batch IN
            SELECT l.table_id, l.ids, customer_workflow._keys(l.ids) AS keys
              FROM (SELECT p.table_id, customer_workflow._minus(k.alike, closed) AS ids
                      FROM customer_workflow._alike(proposals, '{table_id}') AS k JOIN customer_workflow.proposal AS p ON p.id = k.first
                      JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
                     -- an older snapshot may name a table that has been dropped
                     WHERE has_table_privilege(t.relation, 'SELECT') IS NOT NULL) AS l
             WHERE l.ids <> '{}' ORDER BY l.table_id
        LOOP
            PERFORM FROM customer_workflow._read_records(batch.table_id, batch.keys, '{}', true);
            known := known || batch.ids;
            keys := keys || batch.keys;
        END LOOP;
    END IF;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM customer_workflow._see_configuration(ARRAY(SELECT DISTINCT p.table_id FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals)));
    END IF;
    -- Which of an author's proposals for a record is his draft cannot be said without the others.
    IF with_drafts THEN
        ids := ARRAY(SELECT id FROM unnest(proposals) AS id
                     UNION
                     SELECT s.id FROM customer_workflow.proposal AS p
                       JOIN customer_workflow.proposal AS s ON s.record_hash = p.record_hash AND s.table_id = p.table_id AND s.author = p.author
                      WHERE p.id = ANY (proposals) AND s.status = ANY (customer_workflow._open_statuses()));
    END IF;
    -- What deletes a record ends the other proposals for it.
    IF deletes <> '{}' THEN
        ids := ARRAY(SELECT id FROM unnest(ids) AS id
                     UNION
                     SELECT s.id FROM customer_workflow.proposal AS p
                       JOIN customer_workflow.proposal AS s ON s.record_hash = p.record_hash AND s.table_id = p.table_id
                      WHERE p.id = ANY (deletes) AND s.status = ANY (customer_workflow._open_statuses()));
    END IF;
    PERFORM FROM customer_workflow.proposal AS p WHERE p.id = ANY ((SELECT ids)::bigint[]) ORDER BY p.id FOR UPDATE;
    IF NOT sets AND customer_workflow._in_sets(proposals) THEN
        -- The author of one has taken it into a change set while it was waited for.
        PERFORM customer_workflow._lock(proposals, with_records, with_drafts);
        RETURN;
    END IF;
    -- A record whose key changed while it was waited for was not found by the old one.
    moved := ARRAY(SELECT k.id FROM unnest(known, keys, customer_workflow._keys(known)) AS k (id, before, after) WHERE k.after <> k.before ORDER BY k.id);
    IF moved <> '{}' THEN
        PERFORM customer_workflow._lock(moved, true);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._lock(bigint[], boolean, boolean)
    IS 'Locks proposals; with_records: after the records that they change; with_drafts: with the other open proposals of their authors for these records';

CREATE FUNCTION customer_workflow._note(request customer_workflow._request, kind text, proposals bigint[], with_changes boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, source, comment, digest, details)
    SELECT p.table_id, p.id, _note.kind, coalesce(request.person, p.author), session_user, CASE WHEN request.automatic THEN p.data_entity END,
           request.comment, p.digest, c.details
      FROM customer_workflow.proposal AS p
      LEFT JOIN customer_workflow._logged_changes(CASE WHEN with_changes THEN proposals END) AS c ON c.proposal = p.id
     WHERE p.id = ANY (proposals)
     ORDER BY p.id;
END
$$;
COMMENT ON FUNCTION customer_workflow._note(customer_workflow._request, text, bigint[], boolean) IS 'One history entry for each of these proposals';

CREATE FUNCTION customer_workflow._new_labels(proposals bigint[]) RETURNS TABLE (proposal bigint, label text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM customer_workflow.protected_table AS t WHERE t.options ? 'record_label') THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT p.id, r.label
      FROM (SELECT q.table_id, array_agg(DISTINCT q.record_key) AS keys FROM customer_workflow.proposal AS q
              JOIN customer_workflow.protected_table AS t ON t.id = q.table_id AND t.options ? 'record_label'
             WHERE q.id = ANY (proposals) GROUP BY q.table_id) AS b
     CROSS JOIN LATERAL customer_workflow._labels(b.table_id, b.keys) AS r
      JOIN customer_workflow.proposal AS p ON p.table_id = b.table_id AND p.record_key = r.record_key
     WHERE p.id = ANY (proposals);
END
$$;
COMMENT ON FUNCTION customer_workflow._new_labels(bigint[]) IS 'Option record_label of the records of these proposals, as it is now';
