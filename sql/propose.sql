-- Proposing without an UPDATE of one's own, taking back single values, and asking whether a proposal would apply.

CREATE FUNCTION customer_workflow._propose_statement(relation regclass, record_key jsonb, changes jsonb) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    the_table integer := customer_workflow._table_id(relation);
    tab text := customer_workflow._name(relation);
    fields name[] := customer_workflow._fields(relation);
    unknown text;
BEGIN
    -- Of a company that is disabled only capture knows, which sees the record.
    IF NOT (SELECT t.enabled OR EXISTS (SELECT FROM customer_workflow.protected_company AS c WHERE c.table_id = t.id AND c.enabled)
              FROM customer_workflow.protected_table AS t WHERE t.id = the_table) THEN
        RAISE EXCEPTION USING ERRCODE = 'CW005', MESSAGE = format('approvals are disabled for table "%s"', tab),
            DETAIL = 'It was switched off with customer_workflow.disable().', HINT = 'Switch it on again with customer_workflow.enable(), or write the value with UPDATE.';
    END IF;
    IF jsonb_typeof(changes) IS DISTINCT FROM 'object' OR changes = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('no changes are given for table "%s"', tab),
            DETAIL = format('Parameter changes is %s.', coalesce(changes::text, 'null')),
            HINT = 'Give an object of field and value, for example {"credit_limit": 5000}.';
    END IF;
    SELECT c INTO unknown FROM jsonb_object_keys(changes) AS c WHERE c <> ALL (fields) ORDER BY c LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('"%s" is not a protected field of table "%s"', unknown, tab),
            DETAIL = format('Protected fields are: %s.', array_to_string(fields, ', ')), HINT = 'Write other fields with UPDATE.';
    END IF;
    IF record_key IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'record_key must not be null',
            HINT = 'Give the primary key as an object, for example {"id": 42}.';
    END IF;
    RETURN format('/* customer_workflow.propose */ UPDATE %s AS t SET %s WHERE %s', relation,
        (SELECT string_agg(format('%1$I = (SELECT x.%1$I FROM pg_catalog.jsonb_to_record($1) AS x (%1$I %2$s))', a.attname, format_type(a.atttypid, a.atttypmod)),
                           ', ' ORDER BY a.attnum)
           FROM pg_attribute AS a WHERE a.attrelid = relation AND changes ? a.attname AND a.attnum > 0 AND NOT a.attisdropped),
        (SELECT string_agg(format('t.%I %s customer_workflow._input(%L, NULL::%s)', p.field, p.equals, record_key ->> p.field, p.type), ' AND ')
           FROM customer_workflow._key_parts(relation) AS p));
END
$$;
COMMENT ON FUNCTION customer_workflow._propose_statement(regclass, jsonb, jsonb) IS 'The UPDATE that propose() runs as its caller; errors 22023 and CW005 for what cannot be proposed';

-- The UPDATE runs with the rights, the row level security and the search_path of the caller, as his own would.
CREATE FUNCTION customer_workflow.propose(relation regclass, record_key jsonb, changes jsonb, comment text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    table_id pg_catalog.int4 := customer_workflow._table_id(relation);
    -- read as the caller: the type of a key column may be a domain with a CHECK of its own
    key pg_catalog.jsonb := customer_workflow._key(relation, record_key);
    statement pg_catalog.text := customer_workflow._propose_statement(relation, key, changes);
    before pg_catalog.text := pg_catalog.current_setting('customer_workflow.comment', true);
    begun boolean;
    result bigint;
BEGIN
    IF comment IS NOT NULL THEN
        PERFORM pg_catalog.set_config('customer_workflow.comment', comment, true);
    END IF;
    begun := customer_workflow._propose_begin(relation);
    EXECUTE statement USING changes;
    result := customer_workflow._propose_end();
    IF comment IS NOT NULL THEN
        PERFORM pg_catalog.set_config('customer_workflow.comment', coalesce(before, ''), true);
    END IF;
    IF result IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found',
            MESSAGE = pg_catalog.format('there is no record %s in table "%s"', record_key, customer_workflow._name(relation)),
            DETAIL = 'It does not exist, or you may not see or update it.',
            HINT = 'Give the primary key of a record that you may update.';
    END IF;
    RETURN CASE WHEN result OPERATOR(pg_catalog.<>) 0 THEN result END;
END
$$;
COMMENT ON FUNCTION customer_workflow.propose(regclass, jsonb, jsonb, text)
    IS 'Proposes values for protected fields of a record, as an UPDATE of the caller would; JSON null is SQL NULL, a stored value withdraws; returns the proposal, null when nothing is proposed any more';

CREATE FUNCTION customer_workflow.last_proposals() RETURNS SETOF bigint
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT unnest(customer_workflow._touched())
$$;
COMMENT ON FUNCTION customer_workflow.last_proposals() IS 'Proposals that this transaction made or amended';

CREATE FUNCTION customer_workflow.discard_change(proposal bigint, field name) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    request customer_workflow._request := customer_workflow._request('discard_change', NULL, NULL, NULL);
    problem record;
BEGIN
    PERFORM customer_workflow._lock(ARRAY[discard_change.proposal], false, true);
    SELECT o AS obstacle INTO problem FROM customer_workflow._obstacles(request, ARRAY[discard_change.proposal], NULL) AS o;
    IF FOUND THEN
        PERFORM customer_workflow._raise_problem(problem.obstacle);
    END IF;
    IF NOT EXISTS (SELECT FROM customer_workflow.change AS c WHERE c.proposal = discard_change.proposal AND c.field = discard_change.field) THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found',
            MESSAGE = format('proposal %s does not change %s', discard_change.proposal, coalesce(discard_change.field::text, 'null')),
            DETAIL = format('It changes %s.', (SELECT string_agg(c.field, ', ' ORDER BY c.field) FROM customer_workflow.change AS c
                                                WHERE c.proposal = discard_change.proposal)),
            HINT = 'See customer_workflow.proposed_changes.';
    END IF;
    IF EXISTS (SELECT FROM customer_workflow.proposal AS p WHERE p.id = discard_change.proposal AND p.operation IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003', MESSAGE = format('no single change of proposal %s can be discarded', discard_change.proposal),
            DETAIL = CASE (SELECT p.operation FROM customer_workflow.proposal AS p WHERE p.id = discard_change.proposal)
                         WHEN 'configure' THEN 'They are what one call changes.' ELSE 'It creates or deletes a record as a whole.' END,
            HINT = 'Cancel it with customer_workflow.cancel().';
    END IF;
    PERFORM customer_workflow._edited(request, ARRAY[discard_change.proposal]);
    PERFORM customer_workflow._remove_changes(ARRAY[discard_change.proposal], ARRAY[discard_change.field]::text[], 'discarded', NULL);
    PERFORM customer_workflow._touch(ARRAY[discard_change.proposal], false);
    RETURN (SELECT p.status FROM customer_workflow.proposal AS p WHERE p.id = discard_change.proposal);
END
$$;
COMMENT ON FUNCTION customer_workflow.discard_change(bigint, name)
    IS 'Removes one proposed value; the last one cancels the proposal, a running proposal becomes a draft; returns the new status';

CREATE FUNCTION customer_workflow.check_proposal(proposal bigint) RETURNS TABLE (field text, problem text, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    target record;
BEGIN
    SELECT p.id, p.status INTO target FROM customer_workflow.proposal AS p WHERE p.id = check_proposal.proposal;
    IF target.id IS NULL OR NOT EXISTS (SELECT FROM customer_workflow._acting AS a WHERE a.id = check_proposal.proposal AND a.acts) THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('proposal %s does not exist', coalesce(check_proposal.proposal::text, 'null')),
            HINT = 'See customer_workflow.proposals.';
    END IF;
    IF target.status <> ALL (customer_workflow._open_statuses()) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._lock(ARRAY[target.id], true);
    RETURN QUERY
    SELECT m.field, CASE WHEN m.gone THEN 'gone' ELSE 'moved' END, 'CW001',
           CASE WHEN m.gone THEN 'there is no such record any more'
                ELSE format('%s changed since it was proposed', m.field) END
      FROM customer_workflow._moved(ARRAY[target.id]) AS m;
    RETURN QUERY SELECT NULL::text, 'exists', e.sqlstate, e.message FROM customer_workflow._existing(ARRAY[target.id]) AS e;
    IF FOUND THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM customer_workflow._moved(ARRAY[target.id]) AS m WHERE m.gone) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT nullif(f."column", ''), 'refused', f.sqlstate, f.message FROM customer_workflow._try_write(customer_workflow._with_mates(ARRAY[target.id]), true) AS f;
END
$$;
COMMENT ON FUNCTION customer_workflow.check_proposal(bigint) IS 'Would it apply now? One row a problem, none when it would; nothing is written';

CREATE FUNCTION customer_workflow._submit_for_authors(proposals bigint[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = auto SET jit = off AS $$
DECLARE
    request customer_workflow._request := ROW('submit', NULL, '{}', '{}', NULL, NULL, NULL, true, NULL, NULL, NULL);
    ids bigint[];
    failed customer_workflow._problem[];
BEGIN
    PERFORM customer_workflow._plan_for(proposals);
    PERFORM customer_workflow._lock(proposals, true);
    ids := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                  WHERE p.id = ANY (proposals) AND p.status IN ('not_submitted', 'change_requested', 'rejected') ORDER BY p.id);
    IF customer_workflow._in_sets(ids) THEN
        request := jsonb_populate_record(request, '{"whole_sets": true}');
        PERFORM customer_workflow._prepare_sets(request, ids);
    END IF;
    failed := ARRAY(SELECT o FROM customer_workflow._obstacles(request, ids, NULL) AS o);
    IF request.whole_sets AND cardinality(failed) > 0 THEN
        PERFORM customer_workflow._raise_problem(failed[1]);
    END IF;
    failed := failed || ARRAY(SELECT f FROM customer_workflow._submit(request,
        ARRAY(SELECT id FROM unnest(ids) AS id WHERE id NOT IN (SELECT f.proposal FROM unnest(failed) AS f))) AS f);
    UPDATE customer_workflow.proposal AS p SET submit_sqlstate = f.sqlstate, submit_message = f.message
      FROM unnest(failed) AS f WHERE p.id = f.proposal;
    RETURN cardinality(failed);
END
$$;
COMMENT ON FUNCTION customer_workflow._submit_for_authors(bigint[]) IS 'Submits proposals, each for its author, as far as they can be submitted; returns how many could not';

CREATE FUNCTION customer_workflow._auto_submit(proposals bigint[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    batch record;
    failed bigint := 0;
    marked bigint;
BEGIN
    FOR batch IN
        SELECT array_agg(p.id) AS ids FROM customer_workflow.proposal AS p WHERE p.id = ANY (customer_workflow._ready_sets(proposals))
         GROUP BY p.change_set, CASE WHEN p.change_set IS NULL THEN p.table_id END
         ORDER BY p.change_set NULLS FIRST, min(p.table_id)
    LOOP
        BEGIN
            failed := failed + customer_workflow._submit_for_authors(batch.ids);
        EXCEPTION WHEN OTHERS THEN
            -- what is wrong with the table must not cost the author his transaction
            IF NOT customer_workflow._is_outcome(SQLSTATE) THEN
                RAISE;
            END IF;
            UPDATE customer_workflow.proposal AS p SET submit_sqlstate = SQLSTATE, submit_message = SQLERRM
             WHERE p.id = ANY (batch.ids) AND p.status IN ('not_submitted', 'change_requested', 'rejected');
            GET DIAGNOSTICS marked = ROW_COUNT;
            failed := failed + marked;
        END;
    END LOOP;
    RETURN failed;
END
$$;
COMMENT ON FUNCTION customer_workflow._auto_submit(bigint[]) IS 'At commit: proposals that submit themselves do so; returns how many could not';

REVOKE EXECUTE ON FUNCTION customer_workflow._submit_for_authors(bigint[]), customer_workflow._auto_submit(bigint[]) FROM PUBLIC;
GRANT USAGE ON SCHEMA customer_workflow TO PUBLIC;
