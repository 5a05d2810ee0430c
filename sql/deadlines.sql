-- Deadlines: when something is due, and what happens then.

CREATE FUNCTION customer_workflow._time_zone() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    -- Not that of the session: a limit must not depend on who happens to start it.
    SELECT coalesce((SELECT split_part(s.setting, '=', 2)
                       FROM pg_db_role_setting AS r JOIN pg_database AS d ON d.oid = r.setdatabase
                      CROSS JOIN unnest(r.setconfig) AS s (setting)
                      WHERE d.datname = current_database() AND r.setrole = 0 AND s.setting ILIKE 'TimeZone=%'),
                    (SELECT f.setting FROM pg_file_settings AS f WHERE f.name ILIKE 'TimeZone' AND f.applied ORDER BY f.seqno DESC LIMIT 1),
                    current_setting('log_timezone'))
$$;
COMMENT ON FUNCTION customer_workflow._time_zone() IS 'The time zone of the database, else of the server''s configuration file, whatever the session has';

CREATE FUNCTION customer_workflow._calendar(name text) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted text := coalesce(name, 'default');
    calendar jsonb := (SELECT c.definition FROM customer_workflow.calendar AS c WHERE c.name = wanted);
BEGIN
    IF calendar IS NULL AND wanted = 'default' THEN
        RETURN to_jsonb(customer_workflow._time_zone());
    ELSIF calendar IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CW008', MESSAGE = format('calendar "%s" does not exist any more', wanted),
            DETAIL = 'A time limit of the workflow is told by it.',
            HINT = 'Make it again with customer_workflow.set_calendar(), or reroute the proposal to another version of the workflow.';
    END IF;
    RETURN calendar;
END
$$;
COMMENT ON FUNCTION customer_workflow._calendar(text) IS 'A calendar for _due(); null means "default", which without a definition is office hours in the time zone of the database';

CREATE FUNCTION customer_workflow._due_at(definition jsonb, span jsonb) RETURNS timestamptz
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT customer_workflow._due(span, customer_workflow._calendar(coalesce(span ->> 'calendar', definition ->> 'calendar')), now())
$$;
COMMENT ON FUNCTION customer_workflow._due_at(jsonb, jsonb) IS 'When a span of a definition that begins now ends, by the calendar of the span or else of the definition';

-- Nobody is ever waited for: what another session has locked is left for the next time. Otherwise a worker that has locked many
-- proposals would wait for an author, who waits for one of them. Verbs take their locks in the same order: records, proposals.
CREATE FUNCTION customer_workflow._claim(proposals bigint[], with_records bigint[]) RETURNS bigint[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    batch record;
    records jsonb[];
    busy bigint[] := '{}';
    known bigint[] := '{}';
    hashes uuid[] := '{}';
    claimed bigint[];
BEGIN
    FOR batch IN
        SELECT p.table_id, t.relation, array_agg(DISTINCT p.record_key) AS keys, array_agg(p.id ORDER BY p.id) AS ids,
               array_agg(p.record_key ORDER BY p.id) AS records, array_agg(p.record_hash ORDER BY p.id) AS hashes
          FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
         WHERE p.id = ANY (with_records) AND has_table_privilege(t.relation, 'SELECT') IS NOT NULL
         GROUP BY p.table_id, t.relation ORDER BY p.table_id
    LOOP
        BEGIN
            EXECUTE format('LOCK TABLE %s IN ROW EXCLUSIVE MODE NOWAIT', batch.relation);
            records := ARRAY(SELECT r.record_key FROM customer_workflow._read_records(batch.table_id, batch.keys, '{}', true, skip_locked => true) AS r);
            -- A record that is there and was not locked is somebody else's; one that is not there stands in nobody's way.
            records := ARRAY(SELECT r.record_key FROM customer_workflow._read_records(batch.table_id,
                ARRAY(SELECT k FROM unnest(batch.keys) AS k EXCEPT SELECT l FROM unnest(records) AS l), '{}', false) AS r);
            busy := busy || ARRAY(SELECT b.id FROM unnest(batch.ids, batch.records) AS b (id, record)
                                   WHERE b.record IN (SELECT r FROM unnest(records) AS r));
        EXCEPTION
            WHEN lock_not_available THEN
                busy := busy || batch.ids;
            WHEN OTHERS THEN
                IF NOT customer_workflow._is_outcome(SQLSTATE) THEN
                    RAISE;
                END IF;
                -- What is wrong with the table, the write itself will say.
        END;
        known := known || batch.ids;
        hashes := hashes || batch.hashes;
    END LOOP;
    PERFORM customer_workflow._see_configuration(ARRAY(SELECT DISTINCT p.table_id FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals)));
    claimed := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                      WHERE p.id = ANY (proposals) AND p.id NOT IN (SELECT b FROM unnest(busy) AS b) ORDER BY p.id FOR UPDATE SKIP LOCKED);
    -- The key of a record may have changed meanwhile, and another record is locked.
    RETURN ARRAY(SELECT id FROM unnest(claimed) AS id
                 EXCEPT
                 SELECT k.id FROM unnest(known, hashes) AS k (id, hash) JOIN customer_workflow.proposal AS p ON p.id = k.id
                  WHERE p.record_hash <> k.hash
                  ORDER BY 1);
END
$$;
COMMENT ON FUNCTION customer_workflow._claim(bigint[], bigint[])
    IS 'Locks proposals without waiting, of some also the records: returns those that it got, in order';

CREATE FUNCTION customer_workflow._run_due(deadlines bigint[]) RETURNS SETOF customer_workflow._problem
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    half integer := cardinality(deadlines) / 2;
    problems customer_workflow._problem[];
    code text;
    said text;
    help text;
BEGIN
    IF cardinality(deadlines) = 0 THEN
        RETURN;
    END IF;
    BEGIN
        problems := ARRAY(SELECT r FROM customer_workflow._run(
            jsonb_populate_record(NULL::customer_workflow._request, '{"verb": "due", "identities": [], "mine": [], "automatic": true}'),
            ARRAY(SELECT jsonb_populate_record(NULL::customer_workflow._event,
                             jsonb_build_object('proposals', ARRAY[d.proposal], 'event', jsonb_build_object('due', d.timer)))
                    FROM customer_workflow.deadline AS d WHERE d.id = ANY (deadlines) AND NOT d.timer ? 'effective' ORDER BY d.proposal),
            false) AS r);
        problems := problems || ARRAY(SELECT r FROM customer_workflow._apply_effective(ARRAY(
            SELECT d.id FROM customer_workflow.deadline AS d WHERE d.id = ANY (deadlines) AND d.timer ? 'effective' ORDER BY d.id)) AS r);
        RETURN QUERY SELECT * FROM unnest(problems);
        RETURN;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, said = MESSAGE_TEXT, help = PG_EXCEPTION_HINT;
        -- An internal error is one here: whatever it is, it must not stand in the way of other proposals.
        IF left(code, 2) IN ('40', '53', '57', '58') THEN
            RAISE;
        END IF;
    END;
    IF half > 0 THEN
        RETURN QUERY SELECT * FROM customer_workflow._run_due(deadlines[:half]);
        RETURN QUERY SELECT * FROM customer_workflow._run_due(deadlines[half + 1:]);
        RETURN;
    END IF;
    RETURN QUERY SELECT d.proposal, code, said, NULL::text, nullif(help, ''), NULL::text, NULL::text, NULL::text, NULL::text, NULL::text
                   FROM customer_workflow.deadline AS d WHERE d.id = deadlines[1];
END
$$;
COMMENT ON FUNCTION customer_workflow._run_due(bigint[])
    IS 'Does what is due by these deadlines, each of another locked proposal; returns those that failed, of which nothing is written';

CREATE FUNCTION customer_workflow._postpone(deadlines bigint[], problems customer_workflow._problem[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    WITH failed AS (
        SELECT d.id, d.proposal, d.timer, d.failure, f.sqlstate, f.message, f.hint, format('%s: %s', f.sqlstate, f.message) AS reason
          FROM customer_workflow.deadline AS d JOIN unnest(problems) AS f ON f.proposal = d.proposal
         WHERE d.id = ANY (deadlines)
    ), logged AS (
        INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, details)
        SELECT p.table_id, p.id, 'fault', 'system', session_user,
               jsonb_strip_nulls(jsonb_build_object('due', f.timer, 'sqlstate', f.sqlstate, 'message', f.message, 'hint', f.hint))
          FROM failed AS f JOIN customer_workflow.proposal AS p ON p.id = f.proposal
         WHERE f.failure IS DISTINCT FROM f.reason
         ORDER BY f.id
    )
    UPDATE customer_workflow.deadline AS d
       SET attempts = d.attempts + 1, failure = f.reason, due_at = now() + least(interval '1 minute' * 2 ^ least(d.attempts, 10), interval '1 hour')
      FROM failed AS f WHERE d.id = f.id
$$;
COMMENT ON FUNCTION customer_workflow._postpone(bigint[], customer_workflow._problem[])
    IS 'Notes failed deadlines, once in the history, and tries them again later: after a minute, then after twice as long each time, at most an hour';

CREATE FUNCTION customer_workflow._process_deadlines(max_items integer, as_of timestamptz, table_ids integer[], deadline bigint) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    chunk_size CONSTANT integer := 1000;
    -- What this call starts is not for this call, also where as_of is far away.
    newest CONSTANT bigint := (SELECT max(d.id) FROM customer_workflow.deadline AS d);
    handled integer := 0;
    tried bigint[] := '{}';
    after_time timestamptz := '-infinity';
    after_id bigint := 0;
    chunk record;
    claimed bigint[];
    round bigint[];
    running bigint[];
    problems customer_workflow._problem[];
BEGIN
    WHILE handled < max_items LOOP
        WITH due AS MATERIALIZED (
            SELECT d.id, d.proposal, d.due_at, p.workflow, p.version, p.status = 'pending_approval' AND d.timer ?| '{item,element}' AS may_end,
                   p.status = 'approved' AS approved
              FROM customer_workflow.deadline AS d
              JOIN customer_workflow.proposal AS p ON p.id = d.proposal
              JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
             WHERE d.due_at <= coalesce(as_of, now()) AND (d.due_at, d.id) > (after_time, after_id) AND d.id <= newest AND d.id <> ALL (tried)
               AND (_process_deadlines.deadline IS NULL OR d.id = _process_deadlines.deadline)
               AND (table_ids IS NULL OR p.table_id = ANY (table_ids))
               AND (p.status NOT IN ('pending_approval', 'approved') OR CASE WHEN p.company IS NULL THEN t.enabled ELSE customer_workflow._enabled(t.id, p.company) END AND has_table_privilege(t.relation, 'SELECT') IS NOT NULL)
             ORDER BY d.due_at, d.id LIMIT least(max_items - handled, chunk_size)
        ), writing AS (
            -- Only an end action takes a proposal further, and so perhaps to the write of its values.
            SELECT w.name, v.version
              FROM (SELECT DISTINCT d.workflow, d.version FROM due AS d WHERE d.may_end) AS k
              JOIN customer_workflow.workflow AS w ON w.name = k.workflow
              JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id AND v.version = k.version
             WHERE jsonb_path_exists(v.definition, '$.**.end_action ? (@ != "reject" && @ != "request_change")')
        )
        SELECT array_agg(d.id ORDER BY d.due_at, d.id) AS ids, array_agg(DISTINCT d.proposal) AS proposals,
               array_agg(DISTINCT d.proposal) FILTER (WHERE d.may_end AND w.name IS NOT NULL OR d.approved) AS writing,
               max(d.due_at) AS last_time, (array_agg(d.id ORDER BY d.due_at DESC, d.id DESC))[1] AS last_id
          INTO chunk
          FROM due AS d LEFT JOIN writing AS w ON w.name = d.workflow AND w.version = d.version;
        EXIT WHEN chunk.ids IS NULL;
        after_time := chunk.last_time;
        after_id := chunk.last_id;
        claimed := customer_workflow._claim_whole(chunk.proposals, chunk.writing);
        -- Of one proposal, and of what becomes effective in one record, what was due first happens first.
        FOR round IN
            SELECT array_agg(r.id ORDER BY r.id)
              FROM (SELECT d.id, row_number() OVER (PARTITION BY CASE WHEN d.timer ? 'effective' THEN format('%s %s', p.table_id, p.record_hash)
                                                                      ELSE d.proposal::text END ORDER BY d.due_at, d.id) AS n
                      FROM customer_workflow.deadline AS d JOIN customer_workflow.proposal AS p ON p.id = d.proposal
                     WHERE d.id = ANY (chunk.ids) AND d.proposal = ANY (claimed)) AS r
             GROUP BY r.n ORDER BY r.n
        LOOP
            running := ARRAY(SELECT d.id FROM customer_workflow.deadline AS d
                               JOIN customer_workflow.proposal AS p ON p.id = d.proposal
                               JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
                              WHERE d.id = ANY (round) AND CASE WHEN p.company IS NULL THEN t.enabled ELSE customer_workflow._enabled(t.id, p.company) END
                                AND p.status = CASE WHEN d.timer ? 'effective' THEN 'approved' ELSE 'pending_approval' END ORDER BY d.id);
            problems := ARRAY(SELECT r FROM customer_workflow._run_due(running) AS r);
            tried := tried || ARRAY(SELECT d.id FROM customer_workflow.deadline AS d JOIN unnest(problems) AS f ON f.proposal = d.proposal
                                     WHERE d.id = ANY (running));
            IF problems <> '{}' THEN
                PERFORM customer_workflow._postpone(running, problems);
            END IF;
            -- Also those that nobody awaits any more, because the proposal went elsewhere.
            round := ARRAY(SELECT id FROM unnest(round) AS id EXCEPT SELECT id FROM unnest(tried) AS id);
            DELETE FROM customer_workflow.deadline AS d WHERE d.id = ANY (round);
            handled := handled + cardinality(round);
        END LOOP;
    END LOOP;
    RETURN handled;
END
$$;
COMMENT ON FUNCTION customer_workflow._process_deadlines(integer, timestamptz, integer[], bigint)
    IS 'What process_deadlines() does; table_ids: only for these tables; deadline: only this one';

CREATE FUNCTION customer_workflow._require_as_of(as_of timestamptz) RETURNS integer[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own integer[] := ARRAY(SELECT t.id FROM customer_workflow.protected_table AS t
                            WHERE (customer_workflow._owns_database() OR customer_workflow._owns(t.relation))
                              -- where the configuration is gated, nobody alone lets time run out
                              AND (t.relation IS NOT NULL AND as_of > now() AND customer_workflow._is_gated(t.relation)) IS NOT TRUE ORDER BY t.id);
BEGIN
    IF own = '{}' AND NOT customer_workflow._owns_database()
       AND NOT EXISTS (SELECT FROM customer_workflow.protected_table AS t WHERE customer_workflow._owns(t.relation)) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'must be owner of a protected table to give as_of',
            DETAIL = 'It makes deadlines due that are not.',
            HINT = 'Leave it out: what is due now is processed for everybody.';
    END IF;
    IF as_of > now() THEN
        INSERT INTO customer_workflow.history (table_id, kind, person, database_role, details)
        SELECT t, 'process_deadlines', coalesce(customer_workflow._person(), 'role:' || session_user), session_user, jsonb_build_object('as_of', as_of)
          FROM unnest(own) AS t
         WHERE EXISTS (SELECT FROM customer_workflow.deadline AS d JOIN customer_workflow.proposal AS p ON p.id = d.proposal
                        WHERE p.table_id = t AND p.status IN ('pending_approval', 'approved') AND d.due_at > now() AND d.due_at <= as_of);
    END IF;
    RETURN own;
END
$$;
COMMENT ON FUNCTION customer_workflow._require_as_of(timestamptz)
    IS 'The protected tables whose deadlines the caller may make due, with an entry in the history; error 42501 where there is none';

CREATE FUNCTION customer_workflow.process_deadlines(max_items integer DEFAULT 1000, as_of timestamptz DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    IF max_items IS NULL OR max_items < 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'max_items must be at least 1',
            DETAIL = format('It is %s.', coalesce(max_items::text, 'null'));
    END IF;
    PERFORM customer_workflow._require_home('deadlines');
    RETURN customer_workflow._process_deadlines(max_items, as_of, CASE WHEN as_of IS NOT NULL THEN customer_workflow._require_as_of(as_of) END, NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow.process_deadlines(integer, timestamptz)
    IS 'Does what is due: reminders, escalation, end actions, expiry, effective dates; returns how many deadlines it has dealt with. as_of: as if it were that time, for tables of the caller';

-- For the worker, where an error has ended a whole call: which deadlines to take one by one, and which of them it was.

CREATE FUNCTION customer_workflow._overdue() RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY(SELECT d.id FROM customer_workflow.deadline AS d
                   JOIN customer_workflow.proposal AS p ON p.id = d.proposal
                   JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
                  WHERE d.due_at <= now() AND (p.status NOT IN ('pending_approval', 'approved') OR CASE WHEN p.company IS NULL THEN t.enabled ELSE customer_workflow._enabled(t.id, p.company) END AND t.relation IS NOT NULL)
                  ORDER BY d.due_at, d.id LIMIT 1000)
$$;
COMMENT ON FUNCTION customer_workflow._overdue() IS 'Deadlines that are due now';

CREATE FUNCTION customer_workflow._deadline_failed(deadline bigint, sqlstate text, message text) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT customer_workflow._postpone(ARRAY[d.id], ARRAY[ROW(d.proposal, _deadline_failed.sqlstate, _deadline_failed.message,
                                                              NULL, NULL, NULL, NULL, NULL, NULL, NULL)::customer_workflow._problem])
      FROM customer_workflow.deadline AS d WHERE d.id = _deadline_failed.deadline
$$;
COMMENT ON FUNCTION customer_workflow._deadline_failed(bigint, text, text) IS 'Notes that a deadline failed with an error that ended the whole transaction';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._overdue(), customer_workflow._deadline_failed(bigint, text, text),
    customer_workflow._time_zone(), customer_workflow._calendar(text), customer_workflow._due_at(jsonb, jsonb),
    customer_workflow._claim(bigint[], bigint[]), customer_workflow._run_due(bigint[]),
    customer_workflow._postpone(bigint[], customer_workflow._problem[]),
    customer_workflow._process_deadlines(integer, timestamptz, integer[], bigint), customer_workflow._require_as_of(timestamptz)
    FROM PUBLIC;
