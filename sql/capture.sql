-- What the triggers captured meets open proposals.

CREATE FUNCTION customer_workflow._merge(table_id integer, keys text[], hashes uuid[], records integer[], fields text[],
    originals text[], proposeds text[], images bytea[], withdraws boolean[], author text, parties text[], data_entity text,
    auto_submit boolean, reference text, comment text, company text)
RETURNS TABLE (record integer, proposal bigint, status text, outcome text, others text, submits boolean, changes bigint)
-- Planning anew for each call would take most of its time.
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    amend text := customer_workflow._option(_merge.table_id, 'amend', _merge.company) ->> 0;
    overlap text := customer_workflow._option(_merge.table_id, 'overlap', _merge.company) ->> 0;
    open_statuses text[] := customer_workflow._open_statuses();
    tab text := (SELECT customer_workflow._name(t.relation) FROM customer_workflow.protected_table AS t WHERE t.id = _merge.table_id);
    own bigint[];
    targets bigint[];
    actions text[];
    recalled bigint[];
    withdrawn bigint[];
    withdrawn_records integer[];
    withdrawn_fields text[];
    new_records integer[];
    new_ids bigint[];
    created integer;
    wrong record;
BEGIN
    PERFORM customer_workflow._see_configuration(ARRAY[_merge.table_id]);
    PERFORM customer_workflow._lock_mates(ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
        WHERE p.record_hash = ANY (hashes) AND p.table_id = _merge.table_id AND p.author = _merge.author AND p.status = ANY (open_statuses)));
    own := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                  WHERE p.record_hash = ANY (hashes) AND p.table_id = _merge.table_id AND p.author = _merge.author
                    AND p.status = ANY (open_statuses)
                  ORDER BY p.id FOR UPDATE);

    -- Where each change goes: nowhere when its value is proposed already, else into an editable proposal of its author,
    -- first of all one that has the field; a pending one only by option amend.
    SELECT array_agg(a.target ORDER BY a.n), array_agg(a.action ORDER BY a.n) INTO targets, actions
      FROM (SELECT c.n,
                   CASE WHEN c.withdraw THEN NULL
                        WHEN o.same IS NOT NULL THEN o.same
                        WHEN o.editing IS NOT NULL THEN o.editing
                        WHEN o.pending IS NOT NULL AND amend IN ('recall', 'reject') THEN o.pending
                        ELSE o.editable END AS target,
                   CASE WHEN c.withdraw THEN 'withdraw'
                        WHEN o.same IS NOT NULL THEN 'unchanged'
                        WHEN o.editing IS NOT NULL THEN 'amend'
                        WHEN o.pending IS NOT NULL AND amend = 'recall' THEN 'recall'
                        WHEN o.pending IS NOT NULL AND amend = 'reject' THEN 'reject'
                        WHEN o.editable IS NOT NULL THEN 'amend'
                        ELSE 'new' END AS action
              FROM ROWS FROM (unnest(records), unnest(fields), unnest(proposeds), unnest(images), unnest(withdraws)) WITH ORDINALITY
                   AS c (record, field, proposed, image, withdraw, n)
              LEFT JOIN LATERAL (
                   SELECT max(p.id) FILTER (WHERE x.proposal IS NOT NULL AND x.proposed COLLATE "C" IS NOT DISTINCT FROM c.proposed
                                                  AND x.image IS NOT DISTINCT FROM c.image) AS same,
                          max(p.id) FILTER (WHERE x.proposal IS NOT NULL AND e.editable) AS editing,
                          max(p.id) FILTER (WHERE x.proposal IS NOT NULL AND NOT e.editable) AS pending,
                          coalesce(max(p.id) FILTER (WHERE p.collects), max(p.id) FILTER (WHERE e.editable)) AS editable
                     FROM customer_workflow.proposal AS p
                    CROSS JOIN LATERAL (SELECT p.status IN ('not_submitted', 'change_requested', 'rejected') AS editable) AS e
                     LEFT JOIN customer_workflow.change AS x ON x.proposal = p.id AND x.field = c.field
                    WHERE p.record_hash = hashes[c.record] AND p.table_id = _merge.table_id AND p.author = _merge.author
                      AND p.status = ANY (open_statuses) AND coalesce(p.operation, 'draft') = 'draft') AS o ON true) AS a;

    SELECT c.field, keys[c.record] AS key, c.target AS id INTO wrong
      FROM ROWS FROM (unnest(actions), unnest(targets), unnest(records), unnest(fields)) AS c (action, target, record, field)
     WHERE c.action = 'reject' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'CW006',
            MESSAGE = format('%s of "%s" %s is waiting for approval and cannot be changed', wrong.field, tab, wrong.key),
            DETAIL = format('It is in proposal %s. Option amend of the table is reject.', wrong.id),
            HINT = 'Recall the proposal first with customer_workflow.recall().';
    END IF;
    IF overlap = 'reject' THEN
        SELECT c.field, keys[c.record] AS key, p.id, p.author INTO wrong
          FROM ROWS FROM (unnest(actions), unnest(records), unnest(fields)) AS c (action, record, field)
          JOIN customer_workflow.proposal AS p ON p.record_hash = hashes[c.record] AND p.table_id = _merge.table_id
           AND p.author <> _merge.author AND p.status = ANY (open_statuses)
          JOIN customer_workflow.change AS x ON x.proposal = p.id AND x.field = c.field
         WHERE c.action NOT IN ('unchanged', 'withdraw') ORDER BY p.id LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'CW006',
                MESSAGE = format('another author has an open proposal for %s of "%s" %s', wrong.field, tab, wrong.key),
                DETAIL = format('It is proposal %s of %s. Option overlap of the table is reject.', wrong.id, customer_workflow._display(wrong.author)),
                HINT = 'Wait until it is decided, or talk to its author.';
        END IF;
    END IF;

    recalled := ARRAY(SELECT DISTINCT c.target FROM ROWS FROM (unnest(actions), unnest(targets)) AS c (action, target) WHERE c.action = 'recall' ORDER BY 1);
    IF recalled <> '{}' THEN
        PERFORM customer_workflow._interrupt(recalled);
        PERFORM customer_workflow._back_to_draft(recalled, 'recalled', '{"reason": "amended by its author"}');
        PERFORM customer_workflow._take_back_mates(recalled, '{"reason": "a proposal of its change set was amended by its author"}');
        -- what the same UPDATE changes besides goes into what is a draft again by this
        SELECT array_agg(coalesce(r.id, c.target) ORDER BY c.n),
               array_agg(CASE WHEN r.id IS NULL AND c.action <> 'recall' THEN c.action ELSE 'amend' END ORDER BY c.n) INTO targets, actions
          FROM ROWS FROM (unnest(actions), unnest(targets), unnest(records)) WITH ORDINALITY AS c (action, target, record, n)
          LEFT JOIN customer_workflow.proposal AS r
            ON c.action = 'new' AND r.record_hash = hashes[c.record] AND r.table_id = _merge.table_id AND r.author = _merge.author AND r.collects
           AND coalesce(r.operation, 'draft') = 'draft';
    END IF;

    SELECT array_agg(n.record ORDER BY n.record), array_agg(n.id ORDER BY n.record) INTO new_records, new_ids
      FROM (SELECT c.record, nextval('customer_workflow.proposal_id_seq') AS id
              FROM (SELECT DISTINCT c.record FROM ROWS FROM (unnest(actions), unnest(records)) AS c (action, record) WHERE c.action = 'new') AS c) AS n;
    IF new_records IS NOT NULL THEN
        INSERT INTO customer_workflow.proposal (id, table_id, record_key, record_hash, collects, author, parties, database_role, data_entity,
                                                auto_submit, reference, comment, company)
        OVERRIDING SYSTEM VALUE
        SELECT n.id, _merge.table_id, keys[n.record]::jsonb, hashes[n.record],
               -- his draft of a record that another has stored meanwhile goes on collecting
               NOT EXISTS (SELECT FROM customer_workflow.proposal AS q WHERE q.record_hash = hashes[n.record] AND q.table_id = _merge.table_id
                                                                        AND q.author = _merge.author AND q.collects AND q.operation = 'insert'),
               _merge.author, _merge.parties,
               customer_workflow._looking_role(), _merge.data_entity, _merge.auto_submit, _merge.reference, _merge.comment, _merge.company
          FROM unnest(new_records, new_ids) AS n (record, id)
        ON CONFLICT (record_hash, table_id, (CASE WHEN collects THEN author WHEN status <> ALL ('{applied,cancelled,expired}') THEN id::text END)) DO NOTHING;
        GET DIAGNOSTICS created = ROW_COUNT;
        IF created < cardinality(new_ids) THEN
            RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
                MESSAGE = 'could not serialize access due to a concurrent draft of the same author',
                HINT = 'Try the transaction again.';
        END IF;
        INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, source, comment)
        SELECT _merge.table_id, n.id, 'proposed', _merge.author, session_user, _merge.data_entity, _merge.comment FROM unnest(new_ids) AS n (id);
        SELECT array_agg(coalesce(n.id, c.target) ORDER BY c.n) INTO targets
          FROM ROWS FROM (unnest(actions), unnest(targets), unnest(records)) WITH ORDINALITY AS c (action, target, record, n)
          LEFT JOIN unnest(new_records, new_ids) AS n (record, id) ON n.record = c.record AND c.action = 'new';
    END IF;

    PERFORM customer_workflow._edit(_merge.table_id, array_agg(c.target), array_agg(c.action <> 'new'), array_agg(c.field), array_agg(c.original),
                                    array_agg(c.proposed), array_agg(c.image), _merge.author, _merge.data_entity, _merge.auto_submit,
                                    _merge.reference, _merge.comment)
       FROM ROWS FROM (unnest(actions), unnest(targets), unnest(fields), unnest(originals), unnest(proposeds), unnest(images))
            AS c (action, target, field, original, proposed, image)
      WHERE c.action IN ('new', 'amend', 'recall');

    IF 'withdraw' = ANY (actions) THEN
        SELECT array_agg(p.id), array_agg(c.record), array_agg(c.field) INTO withdrawn, withdrawn_records, withdrawn_fields
          FROM ROWS FROM (unnest(actions), unnest(records), unnest(fields)) AS c (action, record, field)
          JOIN customer_workflow.proposal AS p ON p.id = ANY (own) AND p.record_hash = hashes[c.record]
          JOIN customer_workflow.change AS x ON x.proposal = p.id AND x.field = c.field
         WHERE c.action = 'withdraw';
        IF withdrawn IS NOT NULL THEN
            PERFORM customer_workflow._remove_changes(withdrawn, withdrawn_fields, 'withdrawn', _merge.comment);
        END IF;
    END IF;

    -- What is only withdrawn comes first: the last row is the proposal that took the values.
    RETURN QUERY
    SELECT r.record, p.id, p.status, r.outcome,
           (SELECT string_agg(DISTINCT format('proposal %s of %s', q.id, customer_workflow._display(q.author)), ', ')
              FROM customer_workflow.proposal AS q
              JOIN customer_workflow.change AS x ON x.proposal = q.id
             WHERE r.outcome NOT IN ('unchanged', 'withdrawn')
               AND q.record_hash = hashes[r.record] AND q.table_id = _merge.table_id AND q.author <> _merge.author
               AND q.status = ANY (open_statuses) AND x.field = ANY (r.fields)),
           _merge.auto_submit AND r.outcome <> 'unchanged' AND p.status IN ('not_submitted', 'change_requested', 'rejected'),
           r.changes
      FROM (SELECT c.record, c.target, array_agg(c.field) AS fields, count(*) FILTER (WHERE c.action <> 'withdraw') AS changes,
                   CASE WHEN bool_or(c.action = 'new') THEN 'new' WHEN bool_and(c.action = 'withdraw') THEN 'withdrawn'
                        WHEN bool_and(c.action = 'unchanged') THEN 'unchanged' ELSE 'amended' END AS outcome
              FROM (SELECT * FROM ROWS FROM (unnest(actions), unnest(targets), unnest(records), unnest(fields)) AS c (action, target, record, field)
                     WHERE c.action <> 'withdraw'
                    UNION ALL
                    SELECT 'withdraw', w.* FROM unnest(withdrawn, withdrawn_records, withdrawn_fields) AS w) AS c (action, target, record, field)
             GROUP BY c.record, c.target) AS r
      JOIN customer_workflow.proposal AS p ON p.id = r.target
     WHERE r.outcome <> 'withdrawn' OR p.status = ANY (open_statuses)
     ORDER BY r.record, r.outcome = 'withdrawn' DESC, p.id;
END
$$;
COMMENT ON FUNCTION customer_workflow._merge(integer, text[], uuid[], integer[], text[], text[], text[], bytea[], boolean[], text, text[], text, boolean, text, text, text)
    IS 'Captured changes of records that have open proposals: into which proposal each goes';

CREATE FUNCTION customer_workflow._amend_drafts(table_id integer, proposals bigint[], places integer[], fields text[], originals text[],
    proposeds text[], images bytea[], author text, data_entity text, auto_submit boolean, reference text, comment text)
RETURNS TABLE (place bigint, proposal bigint, status text, amended boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    locked bigint[];
    statuses text[];
    edited bigint[];
BEGIN
    SELECT array_agg(l.id), array_agg(l.status) INTO locked, statuses
      FROM (SELECT p.id, p.status FROM customer_workflow.proposal AS p
             WHERE p.id = ANY (proposals) AND p.status IN ('not_submitted', 'change_requested', 'rejected')
             ORDER BY p.id FOR UPDATE) AS l;
    IF cardinality(locked) IS DISTINCT FROM cardinality(proposals) THEN
        RETURN;
    END IF;
    SELECT customer_workflow._edit(_amend_drafts.table_id, array_agg(proposals[c.place]), array_agg(true), array_agg(c.field),
                                   array_agg(c.original), array_agg(c.proposed), array_agg(c.image), _amend_drafts.author,
                                   _amend_drafts.data_entity, _amend_drafts.auto_submit, _amend_drafts.reference, _amend_drafts.comment)
      INTO edited
      FROM ROWS FROM (unnest(places), unnest(fields), unnest(originals), unnest(proposeds), unnest(images))
           AS c (place, field, original, proposed, image)
      LEFT JOIN customer_workflow.change AS x ON x.proposal = proposals[c.place] AND x.field = c.field
     WHERE x.proposal IS NULL OR x.proposed COLLATE "C" IS DISTINCT FROM c.proposed OR x.image IS DISTINCT FROM c.image;
    RETURN QUERY
    SELECT p.place, p.id, l.status, coalesce(l.id = ANY (edited), false)
      FROM unnest(proposals) WITH ORDINALITY AS p (id, place) JOIN unnest(locked, statuses) AS l (id, status) ON l.id = p.id;
END
$$;
COMMENT ON FUNCTION customer_workflow._amend_drafts(integer, bigint[], integer[], text[], text[], text[], bytea[], text, text, boolean, text, text)
    IS 'Captured changes of records whose only open proposal is an editable one of their author; no rows, and nothing done, where one of them is not editable any more';

-- logged: whether the proposal had been made before, so that its history tells what it was.
CREATE FUNCTION customer_workflow._edit(table_id integer, targets bigint[], logged boolean[], fields text[], originals text[], proposeds text[],
    images bytea[], author text, data_entity text, auto_submit boolean, reference text, comment text) RETURNS bigint[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    amended bigint[];
BEGIN
    PERFORM customer_workflow._refuse_edit(targets);
    WITH edit AS (
        SELECT e.target, e.logged, e.field, e.original, e.proposed, e.image
          FROM ROWS FROM (unnest(targets), unnest(_edit.logged), unnest(fields), unnest(originals), unnest(proposeds), unnest(images))
               AS e (target, logged, field, original, proposed, image)
    ), before AS (
        SELECT e.target, e.field, x.proposed, e.proposed AS now
          FROM edit AS e LEFT JOIN customer_workflow.change AS x ON x.proposal = e.target AND x.field = e.field
         WHERE e.logged
    ), history AS (
        INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, source, comment, details)
        SELECT _edit.table_id, b.target, 'amended', _edit.author, session_user, _edit.data_entity, _edit.comment,
               jsonb_build_object('changes', jsonb_agg(jsonb_build_object('field', b.field,
                   'previous', customer_workflow._logged_text(b.proposed), 'proposed', customer_workflow._logged_text(b.now)) ORDER BY b.field))
          FROM before AS b GROUP BY b.target
        RETURNING proposal
    ), written AS (
        INSERT INTO customer_workflow.change (proposal, field, original, proposed, image)
        SELECT e.target, e.field, e.original, e.proposed, e.image FROM edit AS e
        ON CONFLICT (proposal, field) DO UPDATE SET original = excluded.original, proposed = excluded.proposed, image = excluded.image, changed_at = now()
    )
    SELECT array_agg(h.proposal) INTO amended FROM history AS h;
    UPDATE customer_workflow.proposal AS p
       SET digest = NULL, auto_submit = p.auto_submit OR _edit.auto_submit, submit_sqlstate = NULL, submit_message = NULL,
           comment = coalesce(_edit.comment, p.comment), reference = coalesce(_edit.reference, p.reference)
     WHERE p.id = ANY (amended);
    RETURN amended;
END
$$;
COMMENT ON FUNCTION customer_workflow._edit(integer, bigint[], boolean[], text[], text[], text[], bytea[], text, text, boolean, text, text)
    IS 'Writes changes into proposals; returns those that were amended';

-- No pinned search_path, which would keep it from being inlined where it is called twice a row.
CREATE FUNCTION customer_workflow._logged_text(value text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN pg_catalog.octet_length(value) OPERATOR(pg_catalog.>) 1048576
                THEN pg_catalog.jsonb_build_object('sha256', pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(value, 'UTF8')), 'hex'),
                                                   'bytes', pg_catalog.octet_length(value))
                ELSE coalesce(pg_catalog.to_jsonb(value), 'null') END
$$;
COMMENT ON FUNCTION customer_workflow._logged_text(text) IS 'A value as the history keeps it: whole up to 1 MiB, then as its SHA-256 and length';

CREATE FUNCTION customer_workflow._back_to_draft(proposals bigint[], kind text, details jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM customer_workflow._refuse_edit(proposals);
    BEGIN
        UPDATE customer_workflow.proposal AS p
           SET status = 'not_submitted', digest = NULL,
               collects = p.operation IS DISTINCT FROM 'delete' AND NOT EXISTS (SELECT FROM customer_workflow.proposal AS q
                                       WHERE q.record_hash = p.record_hash AND q.table_id = p.table_id AND q.author = p.author
                                         AND (q.collects OR q.id = ANY (proposals) AND q.id > p.id))
         WHERE p.id = ANY (proposals);
    EXCEPTION WHEN unique_violation THEN
        -- The transaction keeps a snapshot that does not show the draft.
        RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
            MESSAGE = 'could not serialize access due to a concurrent draft of the same author', HINT = 'Try the transaction again.';
    END;
    PERFORM customer_workflow._close(proposals);
    IF kind IS NOT NULL THEN
        INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, source, details)
        SELECT p.table_id, p.id, _back_to_draft.kind, p.author, session_user, p.data_entity, _back_to_draft.details
          FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals) ORDER BY p.id;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._back_to_draft(bigint[], text, jsonb) IS 'Running proposals become drafts again, of which the author''s further changes go into one; kind: an entry of their author''s in the history';

CREATE FUNCTION customer_workflow._remove_changes(proposals bigint[], fields text[], kind text, comment text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changed bigint[];
    emptied bigint[];
BEGIN
    PERFORM customer_workflow._refuse_edit(proposals);
    PERFORM customer_workflow._interrupt(ARRAY(SELECT c.proposal FROM unnest(proposals, fields) AS g (proposal, field)
                                                 JOIN customer_workflow.change AS c ON c.proposal = g.proposal AND c.field = g.field));
    WITH gone AS (
        DELETE FROM customer_workflow.change AS c USING unnest(proposals, fields) AS g (proposal, field)
         WHERE c.proposal = g.proposal
           -- a record is created or deleted as a whole
           AND NOT EXISTS (SELECT FROM customer_workflow.proposal AS p WHERE p.id = c.proposal AND p.operation IS NOT NULL)
           AND (c.field = g.field
               -- companions go with the last field that they travelled with
               OR EXISTS (SELECT FROM customer_workflow.proposal AS p
                           WHERE p.id = c.proposal AND customer_workflow._option(p.table_id, 'companions') -> g.field ? c.field)
                  AND NOT EXISTS (SELECT FROM customer_workflow.proposal AS p JOIN customer_workflow.change AS k ON k.proposal = p.id
                                   WHERE p.id = c.proposal AND (k.proposal, k.field) NOT IN (SELECT * FROM unnest(proposals, fields))
                                     AND customer_workflow._option(p.table_id, 'companions') -> k.field ? c.field))
        RETURNING c.proposal, c.field, c.original, c.proposed
    ), logged AS (
        INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, source, comment, details)
        SELECT p.table_id, p.id, _remove_changes.kind, coalesce(customer_workflow._person(), 'role:' || session_user), session_user,
               CASE WHEN p.author = customer_workflow._person() THEN p.data_entity END, _remove_changes.comment,
               jsonb_build_object('changes', jsonb_agg(jsonb_build_object('field', g.field,
                   'original', customer_workflow._logged_text(g.original), 'proposed', customer_workflow._logged_text(g.proposed)) ORDER BY g.field))
          FROM gone AS g JOIN customer_workflow.proposal AS p ON p.id = g.proposal
         GROUP BY p.table_id, p.id RETURNING proposal
    )
    SELECT array_agg(l.proposal) INTO changed FROM logged AS l;
    -- nothing is left to decide when no protected field is
    emptied := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
                      WHERE p.id = ANY (changed)
                        AND NOT EXISTS (SELECT FROM customer_workflow.change AS c
                                         WHERE c.proposal = p.id AND c.field = ANY (customer_workflow._fields(t.relation)::text[]))
                        -- a parent record may go on for the sake of its parts
                        AND NOT EXISTS (SELECT FROM customer_workflow.proposal AS m
                                         WHERE m.change_set = p.change_set AND m.part_of = p.id AND m.status = ANY (customer_workflow._open_statuses())));
    PERFORM customer_workflow._take_back_mates(changed, '{"reason": "a proposal of its change set was edited"}');
    PERFORM customer_workflow._back_to_draft(ARRAY(
        SELECT p.id FROM customer_workflow.proposal AS p
         WHERE p.id = ANY (changed) AND p.id <> ALL (emptied) AND p.status IN ('pending_approval', 'approved')), NULL, NULL);
    -- Also where there is none: whoever holds an older snapshot must not submit what this proposal was.
    UPDATE customer_workflow.proposal AS p SET digest = NULL WHERE p.id = ANY (changed);
    PERFORM customer_workflow._cancel_locked(emptied, 'cancelled', '{"reason": "no proposed change is left"}');
END
$$;
COMMENT ON FUNCTION customer_workflow._remove_changes(bigint[], text[], text, text) IS 'Removes proposed changes; a proposal of which nothing is left is cancelled, a running one becomes a draft';

CREATE FUNCTION customer_workflow._keys_changed(table_id integer, old_hashes uuid[], new_keys text[], new_hashes uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moved bigint[];
    before jsonb[];
    drafts bigint[];
BEGIN
    PERFORM customer_workflow._pending_moved(_keys_changed.table_id, old_hashes, new_keys, new_hashes);
    SELECT array_agg(l.id), array_agg(l.record_key), array_agg(l.id) FILTER (WHERE l.collects) INTO moved, before, drafts
      FROM (SELECT p.id, p.record_key, p.collects FROM customer_workflow.proposal AS p
             WHERE p.record_hash = ANY (old_hashes) AND p.table_id = _keys_changed.table_id
               AND p.status = ANY (customer_workflow._open_statuses()) AND p.operation IS DISTINCT FROM 'insert'
             ORDER BY p.id FOR UPDATE) AS l;
    IF moved IS NULL THEN
        RETURN;
    END IF;
    -- Keys may be swapped or shifted, and an index lets a draft have its new key only when no other has it any more.
    UPDATE customer_workflow.proposal AS p SET collects = false WHERE p.id = ANY (drafts);
    UPDATE customer_workflow.proposal AS p SET record_key = k.new_key::jsonb, record_hash = k.new_hash, collects = coalesce(p.id = ANY (drafts), false)
      FROM unnest(old_hashes, new_keys, new_hashes) AS k (old_hash, new_key, new_hash)
     WHERE p.id = ANY (moved) AND p.record_hash = k.old_hash;
    UPDATE customer_workflow.proposal AS p SET digest = customer_workflow._digest(p.id)
     WHERE p.id = ANY (customer_workflow._with_mates(moved)) AND p.digest IS NOT NULL;
    PERFORM customer_workflow._log('key_changed', _keys_changed.table_id, p.id, NULL, jsonb_build_object('from', m.before, 'to', p.record_key))
       FROM unnest(moved, before) AS m (id, before) JOIN customer_workflow.proposal AS p ON p.id = m.id;
END
$$;
COMMENT ON FUNCTION customer_workflow._keys_changed(integer, uuid[], text[], uuid[]) IS 'Open proposals follow their record when its key changes';

CREATE FUNCTION customer_workflow._records_gone(table_id integer, hashes uuid[], taken uuid[], but_for bigint[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    candidates bigint[];
    gone bigint[];
    one record;
BEGIN
    PERFORM customer_workflow._pending_gone(_records_gone.table_id, hashes, taken);
    candidates := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                         WHERE (hashes IS NULL OR p.record_hash = ANY (hashes)) AND p.table_id = _records_gone.table_id
                           AND p.status = ANY (customer_workflow._open_statuses()) AND p.operation IS DISTINCT FROM 'insert' AND p.id <> ALL (but_for));
    -- what is written just now is over with its record
    candidates := customer_workflow._minus(candidates, customer_workflow._being_applied());
    IF candidates = '{}' THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._lock_mates(candidates);
    -- The status again: one that was waited for may be closed by now.
    gone := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p WHERE p.id = ANY (candidates)
                     AND p.status = ANY (customer_workflow._open_statuses())
                     AND (p.record_hash = ANY (taken)
                          OR p.record_key NOT IN (SELECT r.record_key FROM customer_workflow._read_records(_records_gone.table_id,
                             ARRAY(SELECT DISTINCT q.record_key FROM customer_workflow.proposal AS q WHERE q.id = ANY (candidates)), '{}', false) AS r))
                   ORDER BY p.id FOR UPDATE);
    IF gone = '{}' THEN
        RETURN;
    END IF;
    SELECT p.id, p.record_key, customer_workflow._name(t.relation) AS tab INTO one
      FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
      JOIN (SELECT c.company FROM (SELECT DISTINCT q.company FROM customer_workflow.proposal AS q WHERE q.id = ANY (gone)) AS c
             WHERE customer_workflow._option(_records_gone.table_id, 'on_record_delete', c.company) ->> 0 = 'restrict') AS c
        ON c.company IS NOT DISTINCT FROM p.company
     WHERE p.id = ANY (gone) ORDER BY p.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'CW006',
            MESSAGE = format('"%s" %s has an open proposal and cannot be deleted', one.tab, one.record_key),
            DETAIL = format('It is proposal %s%s. Option on_record_delete of the table is restrict.', one.id,
                            CASE WHEN cardinality(gone) > 1 THEN format(' (one of %s)', cardinality(gone)) END),
            HINT = 'Decide or cancel the proposal first.';
    END IF;
    PERFORM customer_workflow._cancel_locked(gone, 'record_deleted', NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow._records_gone(integer, uuid[], uuid[], bigint[])
    IS 'What becomes of open proposals whose record was deleted or truncated, by option on_record_delete; taken: keys that another record has by now; but_for: proposals that deleted it';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._merge(integer, text[], uuid[], integer[], text[], text[], text[], bytea[], boolean[], text, text[], text, boolean, text, text, text),
    customer_workflow._amend_drafts(integer, bigint[], integer[], text[], text[], text[], bytea[], text, text, boolean, text, text),
    customer_workflow._edit(integer, bigint[], boolean[], text[], text[], text[], bytea[], text, text, boolean, text, text),
    customer_workflow._logged_text(text), customer_workflow._back_to_draft(bigint[], text, jsonb),
    customer_workflow._remove_changes(bigint[], text[], text, text),
    customer_workflow._keys_changed(integer, uuid[], text[], uuid[]), customer_workflow._records_gone(integer, uuid[], uuid[], bigint[])
    FROM PUBLIC;
