-- Change sets: proposals that are submitted, decided and applied together. Here is which proposals those are; what the verbs do with
-- them is in together.sql.

CREATE FUNCTION customer_workflow._in_sets(proposals bigint[]) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- mostly there is no change set at all; = ANY would compare every number with every one of the array
    RETURN EXISTS (SELECT FROM customer_workflow.proposal AS p WHERE p.change_set IS NOT NULL)
       AND EXISTS (SELECT FROM unnest(proposals) AS i (id) JOIN customer_workflow.proposal AS p ON p.id = i.id WHERE p.change_set IS NOT NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow._in_sets(bigint[]) IS 'Whether any of these proposals belongs to a change set';

CREATE FUNCTION customer_workflow._with_mates(proposals bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT customer_workflow._in_sets(proposals) THEN
        RETURN proposals;
    END IF;
    RETURN ARRAY(
        SELECT id FROM unnest(proposals) AS id
        UNION
        SELECT m.id FROM customer_workflow.proposal AS m
         WHERE m.change_set IN (SELECT p.change_set FROM customer_workflow.proposal AS p WHERE p.change_set IS NOT NULL AND p.id = ANY (proposals))
           AND m.status = ANY (customer_workflow._open_statuses())
         ORDER BY 1);
END
$$;
COMMENT ON FUNCTION customer_workflow._with_mates(bigint[]) IS 'These proposals and the open ones of their change sets';

CREATE FUNCTION customer_workflow._lock_mates(proposals bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF customer_workflow._in_sets(proposals) THEN
        PERFORM FROM customer_workflow.proposal AS p WHERE p.id = ANY (customer_workflow._with_mates(proposals)) ORDER BY p.id FOR UPDATE;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._lock_mates(bigint[]) IS 'Locks proposals of change sets with the others of their sets, so that whoever takes back several waits in the order of numbers';

CREATE FUNCTION customer_workflow.begin_change_set(title text, comment text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    begun bigint;
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    IF (begin_change_set.title ~ '\S') IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a change set needs a title',
            HINT = 'Say in a few words what is changed together, for example ''Move of ACME to Berlin''.';
    END IF;
    INSERT INTO customer_workflow.change_set (title, comment, author, database_role)
    VALUES (btrim(begin_change_set.title, E' \t\r\n'), CASE WHEN begin_change_set.comment ~ '\S' THEN begin_change_set.comment END,
            customer_workflow._require_person(), session_user)
    RETURNING id INTO begun;
    PERFORM customer_workflow._enter_change_set(begun);
    RETURN begun;
END
$$;
COMMENT ON FUNCTION customer_workflow.begin_change_set(text, text)
    IS 'What you propose from now on in this transaction is one change set: submitted, decided and applied together; returns its number';

CREATE FUNCTION customer_workflow.resume_change_set(change_set bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_set customer_workflow.change_set;
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    SELECT s.* INTO found_set FROM customer_workflow.change_set AS s
     WHERE s.id = resume_change_set.change_set AND s.author = customer_workflow._require_person() FOR UPDATE;
    IF NOT FOUND THEN
        -- One message for what does not exist and what is another's.
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('you have no change set %s', coalesce(resume_change_set.change_set::text, 'null')),
            HINT = 'See customer_workflow.change_sets. Only who began a change set can go on with it.';
    END IF;
    PERFORM customer_workflow._require_editable(found_set.id);
    PERFORM customer_workflow._enter_change_set(found_set.id);
END
$$;
COMMENT ON FUNCTION customer_workflow.resume_change_set(bigint)
    IS 'Goes on with a change set of yours that is not submitted, or was rejected or sent back: what you propose from now on in this transaction joins it';

-- Asked at each statement that proposes: a plan that was made when there were few proposals would read all of them for ever.
CREATE FUNCTION customer_workflow._require_editable(change_set bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT p.id, p.status INTO wrong FROM customer_workflow.proposal AS p
     WHERE p.change_set = _require_editable.change_set AND p.status NOT IN ('not_submitted', 'change_requested', 'rejected')
     ORDER BY p.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003', MESSAGE = format('nothing can be added to change set %s', _require_editable.change_set),
            DETAIL = format('The status of its proposal %s is %s.', wrong.id, wrong.status),
            HINT = CASE WHEN wrong.status = 'pending_approval' THEN 'Recall it first with customer_workflow.recall(), or begin another.'
                        ELSE 'Begin another with customer_workflow.begin_change_set().' END;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._require_editable(bigint) IS 'Error CW003 where a change set is running or closed';

CREATE FUNCTION customer_workflow._collect(table_id integer, proposals bigint[], change_set bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    -- the value of one that waits already was repeated, and it stays where it is
    taken bigint[] := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                             WHERE p.id = ANY (proposals) AND p.status IN ('not_submitted', 'change_requested', 'rejected') ORDER BY p.id);
BEGIN
    IF cardinality(taken) > 0 AND customer_workflow._option(_collect.table_id, 'part_of') <> 'null' THEN
        taken := customer_workflow._join_parents(_collect.table_id, taken, _collect.change_set);
    END IF;
    IF cardinality(taken) > 0 AND _collect.change_set IS NOT NULL THEN
        PERFORM customer_workflow._join_change_set(_collect.change_set, taken);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._collect(integer, bigint[], bigint) IS 'Proposals that have just taken captured values join the proposals of their parent records, and the change set of the transaction';

CREATE FUNCTION customer_workflow._join_change_set(change_set bigint, proposals bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    wrong record;
BEGIN
    PERFORM customer_workflow._require_editable(_join_change_set.change_set);
    SELECT p.id, p.record_key, p.change_set, customer_workflow._name(t.relation) AS tab INTO wrong
      FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
     WHERE p.id = ANY (proposals) AND p.change_set <> _join_change_set.change_set ORDER BY p.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'CW006',
            MESSAGE = format('your proposal %s for "%s" %s belongs to another change set', wrong.id, wrong.tab, wrong.record_key),
            DETAIL = format('It is in change set %s, and this transaction collects in change set %s.', wrong.change_set, _join_change_set.change_set),
            HINT = 'Submit or cancel that one first, or go on with it by customer_workflow.resume_change_set().';
    END IF;
    UPDATE customer_workflow.proposal AS p SET change_set = _join_change_set.change_set WHERE p.id = ANY (proposals) AND p.change_set IS NULL;
    SELECT min(m.id) AS first, max(m.id) AS last, m.record_key, customer_workflow._name(t.relation) AS tab INTO wrong
      FROM customer_workflow.proposal AS m JOIN customer_workflow.protected_table AS t ON t.id = m.table_id
     WHERE m.change_set = _join_change_set.change_set AND m.status = ANY (customer_workflow._open_statuses())
     GROUP BY t.relation, m.record_key, m.record_hash HAVING count(*) > 1 ORDER BY 1 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'CW006',
            MESSAGE = format('change set %s has two proposals for "%s" %s', _join_change_set.change_set, wrong.tab, wrong.record_key),
            DETAIL = format('They are proposals %s and %s.', wrong.first, wrong.last),
            HINT = 'Cancel or submit the one that is not in the change set, and propose its values again.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._join_change_set(bigint, bigint[]) IS 'Editable proposals of its author join a change set, those that are in it already stay';

-- The workflows of the others are not in it: they are chosen while some have a digest already.
CREATE FUNCTION customer_workflow._set_content(change_set bigint) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
BEGIN
    RETURN (
        SELECT encode(sha256(convert_to(concat_ws(E'\n', _set_content.change_set,
                   string_agg(concat_ws(E'\n', m.table_id, m.record_key, coalesce(m.operation, 'update'), c.changes), E'\n\n' ORDER BY m.id)), 'UTF8')), 'hex')
          FROM customer_workflow.proposal AS m
         CROSS JOIN LATERAL (
               SELECT string_agg(concat_ws(E'\n', length(c.field), c.field,
                          coalesce(encode(sha256(convert_to(c.original, 'UTF8')), 'hex'), '-'),
                          coalesce(encode(sha256(convert_to(c.proposed, 'UTF8')), 'hex'), '-'), coalesce(encode(sha256(c.image), 'hex'), '-')),
                          E'\n' ORDER BY c.field COLLATE "C") AS changes
                 FROM customer_workflow.change AS c WHERE c.proposal = m.id) AS c
         WHERE m.change_set = _set_content.change_set AND m.status NOT IN ('cancelled', 'expired'));
END
$$;
COMMENT ON FUNCTION customer_workflow._set_content(bigint) IS 'SHA-256 over the records and changes of all proposals of a change set';

CREATE FUNCTION customer_workflow._take_back_mates(proposals bigint[], details jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mates bigint[] := ARRAY(SELECT id FROM unnest(customer_workflow._with_mates(proposals)) AS id EXCEPT SELECT id FROM unnest(proposals) AS id ORDER BY id);
    running bigint[];
BEGIN
    IF cardinality(mates) > 0 THEN
        running := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p WHERE p.id = ANY (mates) AND p.status IN ('pending_approval', 'approved') ORDER BY p.id);
        PERFORM customer_workflow._back_to_draft(running, NULL, NULL);
        PERFORM customer_workflow._log('recalled', p.table_id, p.id, NULL, details)
           FROM customer_workflow.proposal AS p WHERE p.id = ANY (running) ORDER BY p.id;
        UPDATE customer_workflow.proposal AS p SET digest = NULL WHERE p.id = ANY (mates);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._take_back_mates(bigint[], jsonb) IS 'The others of the change sets of these proposals become drafts again: what was seen of them is not what is proposed any more';

-- A proposal that is over before the others leaves its set, which goes back to its author. What is a part of it is over, too.
CREATE FUNCTION customer_workflow._leave_sets(proposals bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parts bigint[];
    parents bigint[];
BEGIN
    IF NOT customer_workflow._in_sets(proposals) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._take_back_mates(proposals, '{"reason": "a proposal of its change set was cancelled"}');
    parts := ARRAY(SELECT m.id FROM customer_workflow.proposal AS p JOIN customer_workflow.proposal AS m ON m.change_set = p.change_set AND m.part_of = p.id
                    WHERE p.id = ANY (proposals) AND m.id <> ALL (proposals) AND m.status = ANY (customer_workflow._open_statuses()) ORDER BY m.id);
    -- made for the sake of its parts only
    parents := ARRAY(SELECT DISTINCT m.id FROM customer_workflow.proposal AS p JOIN customer_workflow.proposal AS m ON m.id = p.part_of AND m.change_set = p.change_set
                      WHERE p.id = ANY (proposals) AND m.id <> ALL (proposals) AND m.status = ANY (customer_workflow._open_statuses())
                        AND NOT EXISTS (SELECT FROM customer_workflow.change AS c WHERE c.proposal = m.id)
                        AND NOT EXISTS (SELECT FROM customer_workflow.proposal AS o
                                         WHERE o.change_set = m.change_set AND o.part_of = m.id AND o.id <> ALL (proposals)
                                           AND o.status = ANY (customer_workflow._open_statuses())) ORDER BY m.id);
    -- who had a part in what is gone had a part in the set
    UPDATE customer_workflow.proposal AS m SET parties = ARRAY(SELECT DISTINCT i FROM unnest(m.parties || g.parties) AS i ORDER BY i)
      FROM (SELECT p.change_set, array_agg(i) AS parties FROM customer_workflow.proposal AS p CROSS JOIN LATERAL unnest(p.parties) AS i
             WHERE p.id = ANY (proposals) AND p.change_set IS NOT NULL GROUP BY p.change_set) AS g
     WHERE m.change_set = g.change_set AND m.id <> ALL (proposals) AND m.status = ANY (customer_workflow._open_statuses());
    UPDATE customer_workflow.proposal AS p SET change_set = NULL, held = NULL WHERE p.id = ANY (proposals);
    IF cardinality(parts || parents) > 0 THEN
        PERFORM customer_workflow._cancel_locked(parts || parents, 'cancelled', '{"reason": "its parent record or its parts are not proposed any more"}');
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._leave_sets(bigint[]) IS 'Cancelled proposals leave their change sets, the others of which become drafts again';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._in_sets(bigint[]), customer_workflow._with_mates(bigint[]), customer_workflow._lock_mates(bigint[]),
    customer_workflow._require_editable(bigint), customer_workflow._collect(integer, bigint[], bigint),
    customer_workflow._join_change_set(bigint, bigint[]), customer_workflow._set_content(bigint),
    customer_workflow._take_back_mates(bigint[], jsonb), customer_workflow._leave_sets(bigint[])
    FROM PUBLIC;
