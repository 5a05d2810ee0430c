-- Deciding field by field. Who approves some fields has said so for his place on his work item; when his fields are all that are
-- left, that is his approval. What somebody rejects leaves the proposal at once, and is a rejected proposal of its own.

CREATE TABLE customer_workflow.field_decision (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    work_item   bigint NOT NULL,
    place       text NOT NULL,
    field       text NOT NULL,
    person      text NOT NULL,
    digest      text NOT NULL,
    fingerprint text NOT NULL,
    at          timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    UNIQUE (work_item, place, field)
);
COMMENT ON TABLE customer_workflow.field_decision IS 'Fields that were approved one by one; they count while the work item is open and the change is what was seen';
COMMENT ON COLUMN customer_workflow.field_decision.id IS 'Order of recording';
COMMENT ON COLUMN customer_workflow.field_decision.work_item IS 'The work item';
COMMENT ON COLUMN customer_workflow.field_decision.place IS 'Whose place it is: the first in whose place the person acts, else he himself';
COMMENT ON COLUMN customer_workflow.field_decision.field IS 'The field';
COMMENT ON COLUMN customer_workflow.field_decision.person IS 'Who approved it: role:name or person:name';
COMMENT ON COLUMN customer_workflow.field_decision.digest IS 'The digest of the proposal as it was then';
COMMENT ON COLUMN customer_workflow.field_decision.fingerprint IS 'What the change was then';
COMMENT ON COLUMN customer_workflow.field_decision.at IS 'When';

CREATE FUNCTION customer_workflow._item_fields(work_item bigint) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT customer_workflow._decidable_fields(d.definition, coalesce(w.at, ''),
               ARRAY(SELECT c.field FROM customer_workflow.change AS c WHERE c.proposal = p.id ORDER BY c.field))
      FROM customer_workflow.work_item AS w
      JOIN customer_workflow.proposal AS p ON p.id = w.proposal
     CROSS JOIN LATERAL customer_workflow._definition(p.workflow, p.version, p.table_id) AS d
     WHERE w.id = _item_fields.work_item
       -- what is created, deleted, or decided together with others, is whole
       AND p.operation IS NULL AND p.change_set IS NULL AND p.part_of IS NULL
       AND NOT EXISTS (SELECT FROM customer_workflow.protected_table AS t
                        WHERE t.id = p.table_id AND t.options @> '{"together": "row"}')
$$;
COMMENT ON FUNCTION customer_workflow._item_fields(bigint) IS 'The fields that a work item is about and that may be decided one by one; null where none may';

CREATE FUNCTION customer_workflow._place(work_item bigint, person text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT l.on_behalf_of[1] FROM customer_workflow.work_item_place AS l
                      WHERE l.work_item = _place.work_item AND l.person = _place.person),
                    (SELECT w.on_behalf_of[1] FROM customer_workflow.work_item AS w WHERE w.id = _place.work_item AND w.assignee = _place.person),
                    _place.person)
$$;
COMMENT ON FUNCTION customer_workflow._place(bigint, text) IS 'Whose place a person has on a work item: of the first assignee where he stands in for one';

CREATE FUNCTION customer_workflow._approved_fields(work_item bigint, place text) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(f.field ORDER BY f.field), '{}')
      FROM customer_workflow.work_item AS w
     CROSS JOIN LATERAL customer_workflow._fingerprints(w.proposal) AS now (changes)
      JOIN customer_workflow.field_decision AS f ON f.work_item = w.id AND f.place = _approved_fields.place
                                                AND f.fingerprint = now.changes ->> f.field
     WHERE w.id = _approved_fields.work_item
$$;
COMMENT ON FUNCTION customer_workflow._approved_fields(bigint, text) IS 'The fields that were approved in this place and are still what was seen';

CREATE FUNCTION customer_workflow._check_fields(request customer_workflow._request, target customer_workflow.proposal) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table := (SELECT t FROM customer_workflow.protected_table AS t WHERE t.id = target.table_id);
    record text := format('proposal %s for "%s" %s', target.id, customer_workflow._name(tab.relation), target.record_key);
    there text[] := ARRAY(SELECT c.field FROM customer_workflow.change AS c WHERE c.proposal = target.id ORDER BY c.field);
    whole text;
    wrong text;
    split record;
BEGIN
    IF cardinality(request.fields) = 0 OR array_position(request.fields, NULL) IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('no fields of %s are named', record),
            DETAIL = 'Parameter fields is empty, or has a null in it.', HINT = format('Its fields are: %s.', array_to_string(there, ', '));
    END IF;
    SELECT f INTO wrong FROM unnest(request.fields) AS f WHERE f <> ALL (there) ORDER BY f LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s does not change %s', record, wrong),
            DETAIL = format('It changes %s.', array_to_string(there, ', ')), HINT = 'See customer_workflow.review().';
    END IF;
    whole := CASE WHEN target.operation = 'configure' THEN 'They are what one call changes.' WHEN target.operation IS NOT NULL THEN format('It would %s the record.', target.operation)
                  WHEN target.change_set IS NOT NULL OR target.part_of IS NOT NULL THEN 'It is decided together with other proposals.'
                  WHEN customer_workflow._option(target.table_id, 'together') ->> 0 = 'row' THEN 'Option together of the table is row.' END;
    IF whole IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s can only be decided as a whole', record),
            DETAIL = whole, HINT = 'Leave out parameter fields.';
    END IF;
    SELECT k.field, c.companion INTO split
      FROM jsonb_each(customer_workflow._option(target.table_id, 'companions')) AS k (field, companions)
     CROSS JOIN LATERAL jsonb_array_elements_text(k.companions) AS c (companion)
     WHERE k.field = ANY (there) AND c.companion = ANY (there)
       AND (k.field = ANY (request.fields)) <> (c.companion = ANY (request.fields))
     ORDER BY 1, 2 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('%s and %s of %s must be decided together', split.field, split.companion, record),
            DETAIL = format('%s travels with %s by option companions of the table.', split.companion, split.field), HINT = 'Name both of them.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_fields(customer_workflow._request, customer_workflow.proposal)
    IS 'Error 22023 unless the fields of a request are in the proposal and can be decided without the others';

-- about: the fields of an item; named: those of them that the request names.
CREATE FUNCTION customer_workflow._field_items(request customer_workflow._request, target customer_workflow.proposal)
    RETURNS TABLE (id bigint, element text, step text, place text, on_behalf_of text, about text[], named text[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    record text := (SELECT format('proposal %s for "%s" %s', target.id, customer_workflow._name(t.relation), target.record_key)
                      FROM customer_workflow.protected_table AS t WHERE t.id = target.table_id);
    held bigint[] := ARRAY(
        SELECT w.id FROM customer_workflow.work_item AS w
         WHERE w.proposal = target.id AND w.status = 'open' AND (request.work_item IS NULL OR w.id = request.work_item)
           AND (w.assignee = ANY (request.mine)
                OR EXISTS (SELECT FROM customer_workflow.work_item_place AS l WHERE l.work_item = w.id AND l.person = request.person))
         ORDER BY w.id);
    open bigint[] := ARRAY(SELECT w.id FROM customer_workflow.work_item AS w WHERE w.id = ANY (held) AND customer_workflow._item_fields(w.id) IS NOT NULL);
    able bigint[] := ARRAY(SELECT w.id FROM customer_workflow.work_item AS w WHERE w.id = ANY (open) AND request.verb = ANY (w.actions));
    decided text[];
    missing text;
BEGIN
    IF open = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('single fields of %s cannot be decided', record),
            DETAIL = (SELECT format('"%s" of workflow "%s" does not allow it.', w.element, coalesce(target.workflow, 'built_in'))
                        FROM customer_workflow.work_item AS w WHERE w.id = held[1]),
            HINT = CASE WHEN coalesce(target.workflow, 'built_in') = 'built_in' THEN 'Decide the whole, or set option field_decisions of the table.'
                        ELSE 'Decide the whole, or activate a definition with "field_decisions": true in that approval.' END;
    ELSIF able = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('"%s" is not possible for the work item of %s', request.verb, record),
            HINT = 'See allowed_actions in customer_workflow.my_work_items.';
    END IF;
    decided := ARRAY(SELECT DISTINCT f FROM unnest(able) AS i (id) CROSS JOIN LATERAL unnest(customer_workflow._item_fields(i.id)) AS f ORDER BY f);
    SELECT f INTO missing FROM unnest(request.fields) AS f WHERE f <> ALL (decided) ORDER BY f LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s of %s is not for you to decide', missing, record),
            DETAIL = format('Your work items are about %s.', coalesce(nullif(array_to_string(decided, ', '), ''), 'none of its fields')),
            HINT = 'See work_items in customer_workflow.review().';
    END IF;
    RETURN QUERY
    SELECT w.id, w.element, w.step, h.place, nullif(h.place, request.person), a.about, n.named
      FROM customer_workflow.work_item AS w
     CROSS JOIN LATERAL (SELECT customer_workflow._item_fields(w.id) AS about) AS a
     CROSS JOIN LATERAL (SELECT ARRAY(SELECT f FROM unnest(a.about) AS f WHERE f = ANY (request.fields) ORDER BY f) AS named) AS n
     CROSS JOIN LATERAL (SELECT customer_workflow._place(w.id, request.person) AS place) AS h
     WHERE w.id = ANY (able) AND n.named <> '{}'
     ORDER BY w.id;
END
$$;
COMMENT ON FUNCTION customer_workflow._field_items(customer_workflow._request, customer_workflow.proposal)
    IS 'The caller''s work items that are about fields of a request; error 22023 where they do not let him decide those';

CREATE FUNCTION customer_workflow._decide_fields(request customer_workflow._request, proposal bigint, digest text) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    problem customer_workflow._problem;
    target customer_workflow.proposal;
BEGIN
    PERFORM customer_workflow._lock(ARRAY[_decide_fields.proposal], true);
    -- He may have lost it while he waited.
    request.mine := customer_workflow._my_assignees();
    SELECT o.* INTO problem
      FROM customer_workflow._obstacles(request, ARRAY[_decide_fields.proposal], CASE WHEN _decide_fields.digest IS NOT NULL THEN ARRAY[_decide_fields.digest] END) AS o LIMIT 1;
    IF FOUND THEN
        PERFORM customer_workflow._raise_problem(problem);
    END IF;
    SELECT p.* INTO target FROM customer_workflow.proposal AS p WHERE p.id = _decide_fields.proposal;
    request.fields := ARRAY(SELECT DISTINCT f FROM unnest(request.fields) AS f ORDER BY f);
    PERFORM customer_workflow._check_fields(request, target);
    IF request.verb = 'approve' THEN
        PERFORM customer_workflow._approve_fields(request, target);
    ELSE
        PERFORM customer_workflow._reject_fields(request, target);
    END IF;
    RETURN (SELECT p.status FROM customer_workflow.proposal AS p WHERE p.id = target.id);
END
$$;
COMMENT ON FUNCTION customer_workflow._decide_fields(customer_workflow._request, bigint, text)
    IS 'Approves or rejects the fields of a request in a proposal that waits for the caller; returns its new status';

CREATE FUNCTION customer_workflow._changes_of(proposal bigint, fields text[]) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_agg(jsonb_build_object('field', c.field, 'original', customer_workflow._logged_text(c.original),
                                        'proposed', customer_workflow._logged_text(c.proposed)) ORDER BY c.field)
      FROM customer_workflow.change AS c WHERE c.proposal = _changes_of.proposal AND c.field = ANY (_changes_of.fields)
$$;
COMMENT ON FUNCTION customer_workflow._changes_of(bigint, text[]) IS 'Some changes of a proposal as the history keeps them';

CREATE FUNCTION customer_workflow._approve_fields(request customer_workflow._request, target customer_workflow.proposal) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    failed customer_workflow._problem[];
    item record;
    whole bigint[] := '{}';
BEGIN
    -- No approval passes over what moved; the other fields are not his concern now.
    IF EXISTS (SELECT FROM customer_workflow._moved(ARRAY[target.id]) AS m WHERE m.gone OR m.field = ANY (request.fields)) THEN
        SELECT c.failed INTO failed FROM customer_workflow._conflicts(request, ARRAY[target.id]) AS c;
        IF cardinality(failed) > 0 THEN
            PERFORM customer_workflow._raise_problem(failed[1]);
        END IF;
    END IF;
    FOR item IN SELECT * FROM customer_workflow._field_items(request, target) LOOP
        IF item.about <@ (item.named || customer_workflow._approved_fields(item.id, item.place)) THEN
            whole := whole || item.id;
            CONTINUE;
        END IF;
        INSERT INTO customer_workflow.field_decision (work_item, place, field, person, digest, fingerprint)
        SELECT item.id, item.place, f.field, request.person, target.digest, customer_workflow._fingerprints(target.id) ->> f.field
          FROM unnest(item.named) AS f (field)
        ON CONFLICT (work_item, place, field) DO UPDATE
           SET person = excluded.person, digest = excluded.digest, fingerprint = excluded.fingerprint, at = excluded.at;
        INSERT INTO customer_workflow.history (table_id, proposal, kind, person, on_behalf_of, database_role, element, step, comment, digest, details)
        VALUES (target.table_id, target.id, 'field_approved', request.person, item.on_behalf_of, session_user, item.element, item.step,
                request.comment, target.digest, jsonb_build_object('changes', customer_workflow._changes_of(target.id, item.named)));
    END LOOP;
    -- Who has an older snapshot than this must not decide without it.
    UPDATE customer_workflow.proposal AS p SET decided_at = p.decided_at WHERE p.id = target.id;
    IF whole <> '{}' THEN
        PERFORM FROM customer_workflow._answer(request, whole, ARRAY(SELECT n FROM generate_series(1, cardinality(whole)) AS n), '"approve"', true);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._approve_fields(customer_workflow._request, customer_workflow.proposal)
    IS 'Notes approved fields, each for the caller''s place on a work item; where none is left there, that is his approval';

CREATE FUNCTION customer_workflow._split_off(target customer_workflow.proposal, fields text[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    taken bigint;
BEGIN
    INSERT INTO customer_workflow.proposal (table_id, record_key, record_hash, record_label, status, collects, author, originator, parties, database_role,
                                            data_entity, auto_submit, reference, comment, created_at, submitted_at, decided_at, workflow, version,
                                            self_approval, company, reverts, effective_at)
    SELECT p.table_id, p.record_key, p.record_hash, p.record_label, 'rejected', false, p.author, p.originator, p.parties, p.database_role,
           p.data_entity, p.auto_submit, p.reference, p.comment, p.created_at, p.submitted_at, now(), p.workflow, p.version,
           p.self_approval, p.company, p.reverts, p.effective_at
      FROM customer_workflow.proposal AS p WHERE p.id = target.id
    RETURNING id INTO taken;
    UPDATE customer_workflow.change AS c SET proposal = taken WHERE c.proposal = target.id AND c.field = ANY (fields);
    UPDATE customer_workflow.proposal AS p SET digest = d.digest
      FROM customer_workflow._digests(ARRAY[target.id, taken]) AS d WHERE p.id = d.proposal;
    RETURN taken;
END
$$;
COMMENT ON FUNCTION customer_workflow._split_off(customer_workflow.proposal, text[]) IS 'Makes a rejected proposal of some changes of a running one; both have the digest of what they are then';

CREATE FUNCTION customer_workflow._reject_fields(request customer_workflow._request, target customer_workflow.proposal) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rest text[] := ARRAY(SELECT c.field FROM customer_workflow.change AS c WHERE c.proposal = target.id AND c.field <> ALL (request.fields) ORDER BY c.field);
    items bigint[];
    told jsonb;
    taken bigint;
    now_digest text;
BEGIN
    SELECT array_agg(i.id ORDER BY i.id) INTO items FROM customer_workflow._field_items(request, target) AS i;
    IF NOT rest && (SELECT customer_workflow._fields(t.relation)::text[] FROM customer_workflow.protected_table AS t WHERE t.id = target.table_id) THEN
        PERFORM FROM customer_workflow._answer(request, items[:1], '{1}', '"reject"', true);
        RETURN;
    END IF;
    -- a field may be on several routes, and is rejected once
    SELECT jsonb_agg(jsonb_build_object('element', f.element, 'step', f.step, 'on_behalf_of', f.on_behalf_of,
                                        'changes', customer_workflow._changes_of(target.id, f.fields)) ORDER BY f.id) INTO told
      FROM (SELECT f.id, f.element, f.step, f.on_behalf_of, array_agg(f.field) AS fields
              FROM (SELECT DISTINCT ON (n.field) i.id, i.element, i.step, i.on_behalf_of, n.field FROM customer_workflow._field_items(request, target) AS i
                     CROSS JOIN LATERAL unnest(i.named) AS n (field) ORDER BY n.field, i.id) AS f
             GROUP BY f.id, f.element, f.step, f.on_behalf_of) AS f;
    taken := customer_workflow._split_off(target, request.fields);
    now_digest := (SELECT p.digest FROM customer_workflow.proposal AS p WHERE p.id = target.id);
    INSERT INTO customer_workflow.history (table_id, proposal, kind, person, on_behalf_of, database_role, element, step, comment, digest, details)
    SELECT target.table_id, h.proposal, 'field_rejected', request.person, t.on_behalf_of, session_user, t.element, t.step, request.comment, target.digest,
           jsonb_build_object('changes', t.changes) || h.details
      FROM ROWS FROM (jsonb_to_recordset(told) AS (element text, step text, on_behalf_of text, changes jsonb)) WITH ORDINALITY
           AS t (element, step, on_behalf_of, changes, n)
     CROSS JOIN LATERAL (VALUES (target.id, jsonb_build_object('proposal', taken, 'digest', now_digest)),
                                (taken, jsonb_build_object('from', target.id))) AS h (proposal, details)
     ORDER BY t.n, h.proposal;
    PERFORM FROM customer_workflow._run(request, ARRAY[ROW(ARRAY[target.id], jsonb_build_object('narrowed', jsonb_build_object('fields', rest)),
                                                           NULL, NULL)::customer_workflow._event], true);
    UPDATE customer_workflow.work_item AS w SET status = 'rejected' WHERE w.id = ANY (items) AND w.status = 'closed';
    PERFORM customer_workflow._count_approved(request, target.id);
END
$$;
COMMENT ON FUNCTION customer_workflow._reject_fields(customer_workflow._request, customer_workflow.proposal)
    IS 'Takes fields out of a running proposal, as a rejected one of their own; where no protected field is left, all of it is rejected';

CREATE FUNCTION customer_workflow._approved_items(proposal bigint) RETURNS TABLE (id bigint, number integer, person text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT w.id, w.number, v.person
      FROM customer_workflow.work_item AS w
      JOIN customer_workflow.proposal AS p ON p.id = w.proposal
     CROSS JOIN LATERAL (SELECT f.place, max(f.id) AS last, (array_agg(f.person ORDER BY f.id DESC))[1] AS person
                           FROM customer_workflow.field_decision AS f WHERE f.work_item = w.id GROUP BY f.place) AS v
     CROSS JOIN LATERAL (SELECT customer_workflow._item_fields(w.id) AS about) AS a
     WHERE w.proposal = _approved_items.proposal AND w.status = 'open' AND 'approve' = ANY (w.actions)
       AND a.about <> '{}' AND a.about <@ customer_workflow._approved_fields(w.id, v.place)
       -- he must still be who may say it, in the same place
       AND (EXISTS (SELECT FROM customer_workflow._members(w.assignee) AS m WHERE m.person = v.person)
            OR EXISTS (SELECT FROM customer_workflow.work_item_place AS l WHERE l.work_item = w.id AND l.person = v.person))
       AND customer_workflow._place(w.id, v.person) = v.place
       AND (p.self_approval OR NOT p.parties && customer_workflow._with_other_names(customer_workflow._identities_of(v.person)))
     ORDER BY v.last
$$;
COMMENT ON FUNCTION customer_workflow._approved_items(bigint) IS 'Open work items of a proposal on which somebody has approved every field that is left for him';

CREATE FUNCTION customer_workflow._count_approved(request customer_workflow._request, proposal bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    item record;
    left_alone bigint[] := '{}';
BEGIN
    request.verb := 'approve';
    request.comment := NULL;
    request.fields := NULL;
    request.work_item := NULL;
    LOOP
        SELECT i.* INTO item FROM customer_workflow._approved_items(_count_approved.proposal) AS i WHERE i.id <> ALL (left_alone) LIMIT 1;
        EXIT WHEN NOT FOUND;
        request.person := item.person;
        request.identities := customer_workflow._identities_of(item.person);
        -- what stands in its way stands in the way of his approval, not of the rejection: his fields stay approved
        PERFORM FROM customer_workflow._run(request, ARRAY[ROW(ARRAY[_count_approved.proposal], jsonb_build_object('acted', jsonb_build_object(
            'item', item.number, 'person', item.person, 'act', 'approve')), NULL, NULL)::customer_workflow._event], false);
        left_alone := left_alone || item.id;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._count_approved(customer_workflow._request, bigint)
    IS 'After a rejection: who has approved every field that is left has approved';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._item_fields(bigint), customer_workflow._place(bigint, text), customer_workflow._approved_fields(bigint, text),
    customer_workflow._check_fields(customer_workflow._request, customer_workflow.proposal),
    customer_workflow._field_items(customer_workflow._request, customer_workflow.proposal),
    customer_workflow._decide_fields(customer_workflow._request, bigint, text), customer_workflow._changes_of(bigint, text[]),
    customer_workflow._approve_fields(customer_workflow._request, customer_workflow.proposal),
    customer_workflow._split_off(customer_workflow.proposal, text[]),
    customer_workflow._reject_fields(customer_workflow._request, customer_workflow.proposal),
    customer_workflow._approved_items(bigint), customer_workflow._count_approved(customer_workflow._request, bigint)
    FROM PUBLIC;
