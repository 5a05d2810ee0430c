-- The verbs on many proposals at once: what stands against each, then what each does. One proposal is the case of many.

CREATE FUNCTION customer_workflow._digests(proposals bigint[], workflow text DEFAULT NULL, version integer DEFAULT NULL)
    RETURNS TABLE (proposal bigint, digest text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT p.id, encode(sha256(convert_to(concat_ws(E'\n', p.table_id, p.record_key, coalesce(_digests.workflow, p.workflow, ''),
                                                    coalesce(_digests.version, p.version, 0), c.changes), 'UTF8')), 'hex')
      FROM customer_workflow.proposal AS p
      LEFT JOIN (SELECT c.proposal, string_agg(concat_ws(E'\n', c.field,
                            coalesce(encode(sha256(convert_to(c.original, 'UTF8')), 'hex'), '-'),
                            coalesce(encode(sha256(convert_to(c.proposed, 'UTF8')), 'hex'), '-'), encode(sha256(c.image), 'hex')),
                            E'\n' ORDER BY c.field COLLATE "C") AS changes
                   FROM customer_workflow.change AS c WHERE c.proposal = ANY (proposals) GROUP BY c.proposal) AS c ON c.proposal = p.id
     WHERE p.id = ANY (proposals);
END
$$;
COMMENT ON FUNCTION customer_workflow._digests(bigint[], text, integer) IS 'SHA-256 over table, record, workflow version, fields, original and proposed values of proposals, as they are or will be in a workflow';

CREATE FUNCTION customer_workflow._digest(proposal bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.digest FROM customer_workflow._digests(ARRAY[_digest.proposal]) AS d
$$;
COMMENT ON FUNCTION customer_workflow._digest(bigint) IS 'The digest of one proposal, see _digests()';

CREATE TYPE customer_workflow._request AS (
    verb text, person text, identities text[], mine text[], comment text, work_item bigint, on_conflict text, automatic boolean);
COMMENT ON TYPE customer_workflow._request IS 'Who asks for what: the verb, the person with all identities and everything he holds, and the verb''s arguments';

CREATE FUNCTION customer_workflow._request(verb text, comment text, work_item bigint, on_conflict text) RETURNS customer_workflow._request
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    IF on_conflict NOT IN ('fail', 'overwrite') THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('"%s" is not a value of on_conflict', on_conflict), HINT = 'Valid values are: fail, overwrite.';
    END IF;
    RETURN ROW(verb, customer_workflow._require_person(), customer_workflow._identities(), customer_workflow._my_assignees(),
               CASE WHEN comment ~ '\S' THEN btrim(comment, E' \t\r\n') END, work_item, on_conflict, false);
END
$$;
COMMENT ON FUNCTION customer_workflow._request(text, text, bigint, text) IS 'A request of the current person';

CREATE FUNCTION customer_workflow._plan_for(proposals bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Plans that are kept know neither how many proposals there are nor that the tables have grown since.
    IF cardinality(proposals) > 100 THEN
        PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._plan_for(bigint[]) IS 'Statements on many proposals are planned anew until the calling function ends, which must set plan_cache_mode itself';

CREATE FUNCTION customer_workflow._obstacles(request customer_workflow._request, proposals bigint[], digests text[])
    RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    WITH asked AS (
        SELECT a.id, a.n, a.digest AS given, p.id AS found, p.table_id, p.record_key, p.status, p.author, p.originator, p.parties, p.digest
          FROM ROWS FROM (unnest(proposals), unnest(digests)) WITH ORDINALITY AS a (id, digest, n)
          LEFT JOIN customer_workflow.proposal AS p ON p.id = a.id AND p.id = ANY (proposals)
    ), tables AS MATERIALIZED (
        SELECT t.id, t.relation, t.enabled, t.approvers,
               coalesce(customer_workflow._name(t.relation), t.relation_name) AS name,
               coalesce((SELECT c.relrowsecurity FROM pg_class AS c WHERE c.oid = t.relation), true) AS row_security,
               customer_workflow._option_defaults() || t.options AS options,
               customer_workflow._has_duty(t.id, '{steward}') AS steward,
               customer_workflow._configures(t.relation) AS administrator
          FROM customer_workflow.protected_table AS t
         WHERE t.id IN (SELECT a.table_id FROM asked AS a)
    ), eligible AS MATERIALIZED (
        SELECT t.id, m.identities FROM tables AS t CROSS JOIN LATERAL customer_workflow._members(t.approvers) AS m
         WHERE request.verb = 'submit' AND t.approvers IS NOT NULL
    ), checked AS (
        SELECT a.*, t.name AS tab, t.approvers, format('"%s" %s', t.name, a.record_key) AS record,
               CASE
                   WHEN a.found IS NULL THEN 'P0002'
                   WHEN t.relation IS NULL THEN 'CW008'
                   WHEN NOT t.enabled AND request.verb IN ('submit', 'approve') THEN 'CW005'
                   WHEN customer_workflow._transition(a.status, request.verb) IS NULL THEN 'CW003'
                   WHEN request.automatic THEN NULL
                   WHEN request.verb IN ('submit', 'rebase', 'discard_change')
                        AND NOT (a.author = request.person OR t.steward) THEN '42501 author'
                   WHEN request.verb = 'recall'
                        AND NOT (a.originator = request.person OR t.steward) THEN '42501 originator'
                   WHEN request.verb = 'cancel'
                        AND NOT (a.author = request.person OR t.steward OR t.administrator) THEN '42501 cancel'
                   WHEN request.work_item IS NOT NULL
                        AND NOT EXISTS (SELECT FROM customer_workflow.work_item AS w
                                         WHERE w.id = request.work_item AND w.proposal = a.id AND w.status = 'open') THEN 'P0002 item'
                   WHEN request.verb IN ('approve', 'reject', 'request_change')
                        AND a.parties && request.identities THEN 'CW007'
                   WHEN request.verb IN ('approve', 'reject', 'request_change')
                        AND NOT EXISTS (SELECT FROM customer_workflow.work_item AS w
                                         WHERE w.proposal = a.id AND w.status = 'open' AND w.assignee = ANY (request.mine)
                                           AND (request.work_item IS NULL OR w.id = request.work_item)) THEN '42501 assignee'
                   WHEN request.comment IS NULL
                        AND (request.verb IN ('reject', 'request_change') OR t.options -> 'comment_required' ? request.verb) THEN '22023'
                   WHEN request.verb IN ('approve', 'reject', 'request_change') AND a.given IS NULL
                        AND (t.options ->> 'require_digest')::boolean THEN 'CW002 missing'
                   WHEN a.given <> coalesce(a.digest, '') THEN 'CW002'
               END AS code, t.relation, t.row_security
          FROM asked AS a LEFT JOIN tables AS t ON t.id = a.table_id
    ), judged AS (
        SELECT c.*, CASE -- who may not see a proposal does not learn from an error that it exists
                         WHEN c.code IS NOT NULL AND NOT request.automatic
                              AND NOT EXISTS (SELECT FROM customer_workflow._acting AS s WHERE s.id = c.id AND s.acts OFFSET 0)
                              AND (c.row_security OR NOT has_table_privilege(coalesce(nullif(current_setting('role'), 'none'), session_user),
                                                                             c.relation, 'SELECT')) THEN 'P0002'
                         WHEN c.code IS NOT NULL OR request.verb <> 'submit' THEN c.code
                         WHEN c.approvers IS NULL THEN 'CW004'
                         WHEN NOT EXISTS (SELECT FROM eligible AS e
                                           WHERE e.id = c.table_id
                                             AND NOT e.identities && (c.parties || request.identities)) THEN 'CW004 nobody' END AS verdict
          FROM checked AS c
    )
    SELECT j.id, split_part(j.verdict, ' ', 1),
           CASE j.verdict
               WHEN 'P0002' THEN format('proposal %s does not exist', coalesce(j.id::text, 'null'))
               WHEN 'P0002 item' THEN format('proposal %s for %s has no open work item %s', j.id, j.record, request.work_item)
               WHEN 'CW008' THEN format('table "%s" of proposal %s does not exist or is not protected any more', j.tab, j.id)
               WHEN 'CW005' THEN format('approvals are disabled for table "%s"', j.tab)
               WHEN 'CW003' THEN format('proposal %s for %s cannot be %s', j.id, j.record, v.done)
               WHEN '42501 author' THEN format('permission denied to %s proposal %s for %s', v.plain, j.id, j.record)
               WHEN '42501 originator' THEN format('permission denied to %s proposal %s for %s', v.plain, j.id, j.record)
               WHEN '42501 cancel' THEN format('permission denied to %s proposal %s for %s', v.plain, j.id, j.record)
               WHEN 'CW007' THEN format('proposal %s for %s is your own change', j.id, j.record)
               WHEN '42501 assignee' THEN format('proposal %s for %s is not waiting for you', j.id, j.record)
               WHEN '22023' THEN format('a comment is required to %s proposal %s for %s', v.plain, j.id, j.record)
               WHEN 'CW002 missing' THEN format('a digest is required to %s proposal %s for %s', v.plain, j.id, j.record)
               WHEN 'CW002' THEN format('proposal %s for %s is not what you saw', j.id, j.record)
               WHEN 'CW004' THEN format('no workflow and no approvers are defined for table "%s"', j.tab)
               WHEN 'CW004 nobody' THEN format('nobody may approve proposal %s for %s', j.id, j.record)
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
               WHEN 'CW007' THEN format('Its author is %s, its originator %s%s.', customer_workflow._display(j.author),
                                        coalesce(customer_workflow._display(j.originator), 'nobody'),
                                        CASE WHEN request.person NOT IN (j.author, coalesce(j.originator, '')) THEN ', and you have edited or submitted it' END)
               WHEN '42501 assignee' THEN format('It is waiting for %s, and you are %s.',
                       coalesce((SELECT string_agg(DISTINCT customer_workflow._display(w.assignee), ', ') FROM customer_workflow.work_item AS w
                                  WHERE w.proposal = j.id AND w.status = 'open'), 'nobody'), customer_workflow._display(request.person))
               WHEN '22023' THEN 'The comment is null or empty.'
               WHEN 'CW002' THEN format('Its digest is %s, and %s was given.', coalesce(j.digest, 'not set'), j.given)
               WHEN 'CW002 missing' THEN 'Option require_digest of the table is true.'
               WHEN 'CW004' THEN 'A proposal needs somebody who decides it.'
               WHEN 'CW004 nobody' THEN format('%s has no member who is neither its author nor its originator.', customer_workflow._display(j.approvers))
           END,
           CASE split_part(j.verdict, ' ', 1)
               WHEN 'P0002' THEN CASE WHEN j.verdict = 'P0002' THEN 'See customer_workflow.proposals.' ELSE 'See customer_workflow.my_work_items.' END
               WHEN 'CW003' THEN CASE WHEN j.status IN ('applied', 'cancelled', 'expired') AND request.verb IN ('recall', 'cancel')
                                           THEN 'It is closed, and nothing of it waits any more.'
                                      WHEN j.status IN ('applied', 'cancelled', 'expired') THEN 'It is closed. Propose the change again.'
                                      WHEN request.verb = 'recall' THEN 'Only a pending proposal can be recalled; this one can be edited, submitted or cancelled.'
                                      WHEN j.status = 'pending_approval' THEN 'Recall it first, or wait for the decision.'
                                      ELSE 'Submit it first with customer_workflow.submit().' END
               WHEN 'CW008' THEN 'Cancel is not needed; the proposal stays in the history.'
               WHEN 'CW005' THEN 'Switch it on again with customer_workflow.enable().'
               WHEN '42501' THEN CASE WHEN j.verdict = '42501 assignee' THEN 'See customer_workflow.my_work_items.'
                                      ELSE 'A steward may: customer_workflow.grant_duty(…, ''steward'', …).' END
               WHEN 'CW007' THEN 'Another person has to decide it.'
               WHEN '22023' THEN 'Say why in the parameter comment.'
               WHEN 'CW002' THEN CASE WHEN j.verdict = 'CW002' THEN 'Look at the proposal again: customer_workflow.review() shows what it is now and its digest.'
                                      ELSE 'Give the digest that you saw in customer_workflow.my_work_items or review().' END
               WHEN 'CW004' THEN CASE WHEN j.verdict = 'CW004' THEN 'Name approvers: customer_workflow.protect(…, approvers => ''role:…'').'
                                      ELSE 'Add another member to it.' END
           END,
           NULL::text, NULL::text, NULL::text, NULL::text, NULL::text
      FROM judged AS j
     CROSS JOIN LATERAL (SELECT CASE request.verb WHEN 'submit' THEN 'submitted' WHEN 'recall' THEN 'recalled' WHEN 'cancel' THEN 'cancelled'
                                    WHEN 'approve' THEN 'approved' WHEN 'reject' THEN 'rejected' WHEN 'rebase' THEN 'rebased'
                                    WHEN 'request_change' THEN 'sent back' ELSE 'changed' END AS done,
                                CASE request.verb WHEN 'request_change' THEN 'send back' WHEN 'discard_change' THEN 'discard changes of'
                                    ELSE request.verb END AS plain) AS v
     WHERE j.verdict IS NOT NULL
     ORDER BY j.n;
END
$$;
COMMENT ON FUNCTION customer_workflow._obstacles(customer_workflow._request, bigint[], text[]) IS 'What stands against a request, a row a proposal that it cannot be granted for';

CREATE FUNCTION customer_workflow._lock(proposals bigint[], with_records boolean, with_drafts boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    batch record;
    ids bigint[] := proposals;
    known bigint[] := '{}';
    hashes uuid[] := '{}';
    moved bigint[];
BEGIN
    -- Everywhere in this order: records by key, then proposals by number. Capture has the record before it looks for proposals.
    IF with_records THEN
        FOR batch IN
            SELECT p.table_id, array_agg(p.record_key) FILTER (WHERE p.n = 1) AS keys, array_agg(p.id) AS ids, array_agg(p.record_hash) AS hashes
              FROM (SELECT p.id, p.table_id, p.record_key, p.record_hash, row_number() OVER (PARTITION BY p.table_id, p.record_hash) AS n
                      FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals) AND p.status = ANY (customer_workflow._open_statuses())) AS p
              JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
             -- an older snapshot may name a table that has been dropped
             WHERE has_table_privilege(t.relation, 'SELECT') IS NOT NULL
             GROUP BY p.table_id ORDER BY p.table_id
        LOOP
            PERFORM FROM customer_workflow._read_records(batch.table_id, batch.keys, '{}', true);
            known := known || batch.ids;
            hashes := hashes || batch.hashes;
        END LOOP;
    END IF;
    PERFORM customer_workflow._see_configuration(ARRAY(SELECT DISTINCT p.table_id FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals)));
    -- Which of an author's proposals for a record is his draft cannot be said without the others.
    IF with_drafts THEN
        ids := ARRAY(SELECT id FROM unnest(proposals) AS id
                     UNION
                     SELECT s.id FROM customer_workflow.proposal AS p
                       JOIN customer_workflow.proposal AS s ON s.record_hash = p.record_hash AND s.table_id = p.table_id AND s.author = p.author
                      WHERE p.id = ANY (proposals) AND s.status = ANY (customer_workflow._open_statuses()));
    END IF;
    PERFORM FROM customer_workflow.proposal AS p WHERE p.id = ANY (ids) ORDER BY p.id FOR UPDATE;
    -- A record whose key changed while it was waited for was not found by the old one.
    moved := ARRAY(SELECT p.id FROM unnest(known, hashes) AS k (id, hash) JOIN customer_workflow.proposal AS p ON p.id = k.id
                    WHERE p.record_hash <> k.hash);
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
    INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, source, element, step, comment, digest, details)
    SELECT p.table_id, p.id, _note.kind, coalesce(request.person, p.author), session_user, CASE WHEN request.automatic THEN p.data_entity END,
           w.element, w.step, request.comment, p.digest, c.details
      FROM customer_workflow.proposal AS p
      LEFT JOIN customer_workflow.work_item AS w ON _note.kind IN ('approved', 'rejected', 'change_requested') AND w.proposal = p.id AND w.status = 'open'
      LEFT JOIN (SELECT c.proposal, jsonb_build_object('changes', jsonb_agg(jsonb_build_object('field', c.field,
                            'original', customer_workflow._logged_text(c.original), 'proposed', customer_workflow._logged_text(c.proposed)) ORDER BY c.field)) AS details
                   FROM customer_workflow.change AS c WHERE with_changes AND c.proposal = ANY (proposals) GROUP BY c.proposal) AS c ON c.proposal = p.id
     WHERE p.id = ANY (proposals)
     ORDER BY p.id;
END
$$;
COMMENT ON FUNCTION customer_workflow._note(customer_workflow._request, text, bigint[], boolean) IS 'One history entry for each of these proposals';

CREATE FUNCTION customer_workflow._new_labels(proposals bigint[]) RETURNS TABLE (proposal bigint, label text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
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

CREATE FUNCTION customer_workflow._submit(request customer_workflow._request, proposals bigint[]) RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    problems customer_workflow._problem[];
    good bigint[];
BEGIN
    problems := ARRAY(SELECT r FROM customer_workflow._try_write(ARRAY(
        SELECT p.id FROM customer_workflow.proposal AS p
         WHERE p.id = ANY (proposals)
           AND p.table_id IN (SELECT t.id FROM customer_workflow.protected_table AS t WHERE customer_workflow._option(t.id, 'validate_on_submit')::boolean)
         ORDER BY p.id), true) AS r);
    good := ARRAY(SELECT id FROM unnest(proposals) AS id WHERE id NOT IN (SELECT f.proposal FROM unnest(problems) AS f));
    UPDATE customer_workflow.proposal AS p
       SET status = 'pending_approval', collects = false, submitted_at = now(), decided_at = NULL, originator = coalesce(request.person, p.author),
           parties = CASE WHEN request.automatic OR p.parties @> request.identities THEN p.parties
                          ELSE ARRAY(SELECT DISTINCT i FROM unnest(p.parties || request.identities) AS i ORDER BY i) END,
           comment = coalesce(request.comment, p.comment), workflow = 'built_in', version = 1, digest = d.digest,
           record_label = coalesce(l.label, p.record_label), submit_sqlstate = NULL, submit_message = NULL
      FROM customer_workflow._digests(good, 'built_in', 1) AS d LEFT JOIN customer_workflow._new_labels(good) AS l ON l.proposal = d.proposal
     WHERE p.id = d.proposal AND p.id = ANY (good);
    INSERT INTO customer_workflow.work_item (proposal, table_id, element, step, assignee)
    SELECT p.id, p.table_id, 'Approval', 'Approval', t.approvers
      FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
     WHERE p.id = ANY (good) ORDER BY p.id;
    PERFORM customer_workflow._note(request, 'submitted', good, true);
    RETURN QUERY SELECT * FROM unnest(problems);
END
$$;
COMMENT ON FUNCTION customer_workflow._submit(customer_workflow._request, bigint[]) IS 'Submits locked proposals that nothing stands against; returns those whose rehearsal failed';

CREATE FUNCTION customer_workflow._reads_whole_rows(proposals bigint[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM (SELECT DISTINCT p.table_id FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals)) AS p
                         JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
                         JOIN pg_class AS c ON c.oid = t.relation
                        WHERE NOT customer_workflow._owns(t.relation)
                          AND (c.relrowsecurity
                               OR NOT has_table_privilege(coalesce(nullif(current_setting('role'), 'none'), session_user), t.relation, 'SELECT')))
$$;
COMMENT ON FUNCTION customer_workflow._reads_whole_rows(bigint[]) IS 'Whether the caller may read every column of the records of these proposals anyway';

-- PostgreSQL keeps the failing row from a role that may not read it; here the UPDATE ran as the owner.
CREATE FUNCTION customer_workflow._without_row(problem customer_workflow._problem) RETURNS customer_workflow._problem
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT problem.proposal, problem.sqlstate, problem.message, CASE WHEN problem.sqlstate NOT LIKE '23%' THEN problem.detail END, problem.hint,
           problem."column", problem."constraint", problem.datatype, problem."table", problem."schema"
$$;
COMMENT ON FUNCTION customer_workflow._without_row(customer_workflow._problem) IS 'An error without the DETAIL that shows a whole row, for who may not read it';

CREATE FUNCTION customer_workflow._approve(request customer_workflow._request, proposals bigint[], all_or_nothing boolean)
    RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    round bigint[];
    moved record;
    failed customer_workflow._problem[];
    overwritten jsonb;
BEGIN
    -- Several proposals for one record are applied in rounds, which see each other's result.
    FOR round IN
        SELECT array_agg(r.id ORDER BY r.id)
          FROM (SELECT p.id, row_number() OVER (PARTITION BY p.table_id, p.record_hash ORDER BY p.id) AS n
                  FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals)) AS r
         GROUP BY r.n ORDER BY r.n
    LOOP
        failed := '{}';
        overwritten := '{}';
        FOR moved IN
            SELECT m.proposal, p.record_key, customer_workflow._name(t.relation) AS tab, bool_or(m.gone) AS gone,
                   string_agg(m.field, ', ' ORDER BY m.field) AS fields,
                   string_agg(format('%s was %s when it was proposed and is %s now', m.field, coalesce(m.original, 'null'), coalesce(m.current, 'null')),
                              '; ' ORDER BY m.field) AS detail,
                   jsonb_object_agg(m.field, customer_workflow._logged_text(m.current)) AS current,
                   coalesce(request.on_conflict, customer_workflow._option(p.table_id, 'conflict') ->> 0) AS on_conflict
              FROM customer_workflow._moved(round) AS m
              JOIN customer_workflow.proposal AS p ON p.id = m.proposal
              JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
             GROUP BY m.proposal, p.record_key, t.relation, p.table_id
        LOOP
            IF moved.on_conflict = 'overwrite' AND NOT moved.gone THEN
                overwritten := overwritten || jsonb_build_object(moved.proposal::text, moved.current);
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
        round := ARRAY(SELECT id FROM unnest(round) AS id WHERE id NOT IN (SELECT f.proposal FROM unnest(failed) AS f) ORDER BY id);
        IF all_or_nothing THEN
            IF failed <> '{}' THEN
                PERFORM customer_workflow._raise_problem(failed[1]);
            END IF;
            IF customer_workflow._reads_whole_rows(round) THEN
                PERFORM customer_workflow._write_proposals(round, false);
            ELSE
                SELECT ARRAY[r]::customer_workflow._problem[] INTO failed FROM customer_workflow._try_write(round, false) AS r LIMIT 1;
                IF failed <> '{}' THEN
                    PERFORM customer_workflow._raise_problem(customer_workflow._without_row(failed[1]));
                END IF;
                failed := '{}';
            END IF;
        ELSE
            failed := failed || ARRAY(SELECT r FROM customer_workflow._try_write(round, false) AS r);
            round := ARRAY(SELECT id FROM unnest(round) AS id WHERE id NOT IN (SELECT f.proposal FROM unnest(failed) AS f) ORDER BY id);
        END IF;
        PERFORM customer_workflow._note(request, 'approved', round, false);
        UPDATE customer_workflow.work_item AS w SET status = 'approved', closed_at = now(), closed_by = request.person
         WHERE w.proposal = ANY (round) AND w.status = 'open';
        UPDATE customer_workflow.proposal AS p SET status = 'applied', decided_at = now(), applied_at = now() WHERE p.id = ANY (round);
        INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, digest, details)
        SELECT p.table_id, p.id, 'applied', request.person, session_user, p.digest,
               CASE WHEN overwritten ? p.id::text THEN jsonb_build_object('overwritten', overwritten -> p.id::text) END
          FROM customer_workflow.proposal AS p WHERE p.id = ANY (round) ORDER BY p.id;
        RETURN QUERY SELECT * FROM unnest(failed);
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._approve(customer_workflow._request, bigint[], boolean) IS 'Applies locked proposals that nothing stands against; returns those that could not be applied';

CREATE FUNCTION customer_workflow._send_back(request customer_workflow._request, proposals bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    result text := customer_workflow._transition('pending_approval', request.verb);
BEGIN
    PERFORM customer_workflow._note(request, result, proposals, false);
    UPDATE customer_workflow.work_item AS w SET status = result, closed_at = now(), closed_by = request.person
     WHERE w.proposal = ANY (proposals) AND w.status = 'open';
    UPDATE customer_workflow.proposal AS p SET status = result, decided_at = now() WHERE p.id = ANY (proposals);
END
$$;
COMMENT ON FUNCTION customer_workflow._send_back(customer_workflow._request, bigint[]) IS 'Rejects locked proposals or requests a change of them, as the request says';
