-- Functions of the DBA that automated tasks call, as the role that activated the workflow: it is the person then, too, so that they
-- decide and propose in nobody else's name.

CREATE FUNCTION customer_workflow._call_once(function text, evaluator customer_workflow._evaluator, relation regclass, cases customer_workflow._case[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    called regprocedure := customer_workflow._find_function(evaluator.search_path, function, 'bigint, regclass, jsonb, jsonb');
BEGIN
    IF called IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CW008', MESSAGE = format('function %s(bigint, regclass, jsonb, jsonb) does not exist', function);
    END IF;
    PERFORM customer_workflow._call_as(evaluator.id, evaluator.past_row_security);
    PERFORM set_config('search_path', evaluator.search_path, true);
    EXECUTE format('SELECT %s(c.n, $2, c.key, c.changes) FROM ROWS FROM (pg_catalog.unnest($1)) AS c (n, "table", key, changes)', called::regproc)
      USING cases, relation;
    -- see _write()
    IF session_user = 'pg_database_owner' THEN
        SET CONSTRAINTS ALL IMMEDIATE;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._call_once(text, customer_workflow._evaluator, regclass, customer_workflow._case[])
    IS 'Calls the function of an automated task for each case, as the role that it runs as, which is the person then until _call_end()';

-- Names are looked up there first: who approves would take it for the table that he means.
CREATE FUNCTION customer_workflow._refuse_temporary(function text, role oid, outer_role text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    left_behind name := (SELECT min(c.relname) FROM pg_class AS c WHERE c.relnamespace = pg_my_temp_schema() AND c.relowner = role);
BEGIN
    IF left_behind IS NOT NULL AND pg_get_userbyid(role) <> outer_role THEN
        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = format('function %s leaves the temporary table "%s" in the session of who decides', function, left_behind),
            HINT = 'Drop it at the end of the function.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._refuse_temporary(text, oid, text) IS 'Error 55000 where code of this role has left a temporary table in a session of another';

CREATE FUNCTION customer_workflow._call(function text, evaluator customer_workflow._evaluator, relation regclass, cases customer_workflow._case[]) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    half integer := cardinality(cases) / 2;
    outer_role CONSTANT text := customer_workflow._looking_role();
    remembered integer;
    code text;
    said text;
BEGIN
    IF cardinality(cases) = 0 THEN
        RETURN '{}';
    END IF;
    BEGIN
        remembered := customer_workflow._remember_settings();
        PERFORM customer_workflow._call_once(function, evaluator, relation, cases);
        PERFORM customer_workflow._call_end();
        PERFORM customer_workflow._restore_settings(remembered);
        PERFORM customer_workflow._refuse_temporary(function, evaluator.id, outer_role);
        RETURN '{}';
    EXCEPTION WHEN OTHERS OR assert_failure THEN
        GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, said = MESSAGE_TEXT;
        IF NOT customer_workflow._is_outcome(code) THEN
            RAISE;
        END IF;
    END;
    IF half = 0 THEN
        RETURN jsonb_build_object((cases[1]).proposal::text, said);
    END IF;
    RETURN customer_workflow._call(function, evaluator, relation, cases[:half]) || customer_workflow._call(function, evaluator, relation, cases[half + 1:]);
END
$$;
COMMENT ON FUNCTION customer_workflow._call(text, customer_workflow._evaluator, regclass, customer_workflow._case[])
    IS 'Calls the function of an automated task for each case, in halves around those that fail; returns their messages by proposal';

CREATE FUNCTION customer_workflow._call_functions(request customer_workflow._request, courses customer_workflow._course[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    nobody customer_workflow._request := ROW('call', NULL, '{}', '{}', NULL, NULL, request.on_conflict, true);
    call record;
    evaluator customer_workflow._evaluator;
    failed jsonb;
    problem customer_workflow._problem;
BEGIN
    FOR call IN
        SELECT c.workflow, c.version, c.table_id, c.at, c.function, d.role, t.relation, c.proposals
          FROM (SELECT x.workflow, x.version, x.table_id, x.at, x.function, array_agg(i.id ORDER BY i.id) AS proposals
                  FROM customer_workflow._effects(courses, 'call_function') AS x CROSS JOIN LATERAL unnest(x.proposals) AS i (id)
                 GROUP BY 1, 2, 3, 4, 5) AS c
         CROSS JOIN LATERAL customer_workflow._definition(c.workflow, c.version, c.table_id) AS d
          JOIN customer_workflow.protected_table AS t ON t.id = c.table_id
         ORDER BY c.proposals, c.at
    LOOP
        -- the task of another branch may have ended it
        call.proposals := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p WHERE p.id = ANY (call.proposals) AND p.status = 'pending_approval' ORDER BY p.id);
        evaluator := customer_workflow._evaluator(call.relation, call.role);
        failed := CASE WHEN evaluator.problem IS NOT NULL THEN (SELECT jsonb_object_agg(i.id::text, evaluator.problem) FROM unnest(call.proposals) AS i (id))
                       ELSE customer_workflow._call(call.function, evaluator, call.relation, customer_workflow._cases(call.proposals)) END;
        FOR problem IN
            SELECT * FROM customer_workflow._run(nobody, ARRAY(
                SELECT ROW(ARRAY[p.id], CASE WHEN failed ? p.id::text
                                      THEN jsonb_build_object('call_failed', jsonb_build_object('at', call.at, 'message', failed ->> p.id::text))
                                      ELSE jsonb_build_object('called', jsonb_build_object('at', call.at)) END, NULL, NULL)::customer_workflow._event
                  -- the function may have ended it itself
                  FROM customer_workflow.proposal AS p WHERE p.id = ANY (call.proposals) AND p.status = 'pending_approval' ORDER BY p.id), false)
        LOOP
            -- What it leads to cannot be: its author hears that, and the proposal does not stay here for ever.
            PERFORM FROM customer_workflow._run(nobody, ARRAY[
                ROW(ARRAY[problem.proposal], jsonb_build_object('call_failed', jsonb_build_object('at', call.at, 'message', problem.message)), NULL, NULL)::customer_workflow._event], true);
        END LOOP;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._call_functions(customer_workflow._request, customer_workflow._course[]) IS 'Automated tasks: calls their functions, and goes on';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._refuse_temporary(text, oid, text),
    customer_workflow._call_once(text, customer_workflow._evaluator, regclass, customer_workflow._case[]),
    customer_workflow._call(text, customer_workflow._evaluator, regclass, customer_workflow._case[]), customer_workflow._call_functions(customer_workflow._request, customer_workflow._course[])
    FROM PUBLIC;
