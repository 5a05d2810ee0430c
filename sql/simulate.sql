-- What would become of a change: which workflow, which steps, who decides.

-- Reading a key or a value may run code of its type, and seeing a record that of a policy: as the caller, who would do the same by an
-- UPDATE of his own, or where he is a superuser as the role that writes.
CREATE FUNCTION customer_workflow._imagined(relation regclass, record_key jsonb, changes jsonb, OUT key jsonb, OUT texts jsonb, OUT seen boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    caller customer_workflow._evaluator := customer_workflow._evaluator(relation, customer_workflow._looking_role());
    query text := (
        SELECT format('SELECT pg_catalog.jsonb_object_agg(v.field, v.value) FROM pg_catalog.jsonb_to_record($1) AS x (%s) CROSS JOIN LATERAL (VALUES %s) AS v (field, value)',
                      string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', '),
                      string_agg(format('(%L, customer_workflow._render(x.%I))', a.attname, a.attname), ', '))
          FROM pg_attribute AS a WHERE a.attrelid = relation AND changes ? a.attname AND a.attnum > 0 AND NOT a.attisdropped);
BEGIN
    IF caller.problem IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CW008', MESSAGE = caller.problem;
    END IF;
    PERFORM customer_workflow._switch_user(caller.id, caller.past_row_security, true);
    PERFORM set_config('search_path', caller.search_path, true);
    key := customer_workflow._key(relation, record_key);
    EXECUTE query INTO texts USING changes;
    seen := customer_workflow._own_values(relation, key, '{}') IS NOT NULL;
END
$$;
COMMENT ON FUNCTION customer_workflow._imagined(regclass, jsonb, jsonb) IS 'Record key and wished values as they would be stored with a proposal, and whether the caller sees the record';

CREATE FUNCTION customer_workflow._simulated_case(relation regclass, record_key jsonb, changes jsonb, author text) RETURNS customer_workflow._case
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab integer := customer_workflow._table_id(relation);
    configures boolean := customer_workflow._configures(relation);
    writes text := CASE WHEN author IS NULL THEN customer_workflow._require_person() ELSE customer_workflow._canonical_person(author, '{role,person}') END;
    imagined record;
BEGIN
    IF NOT configures AND NOT has_table_privilege(customer_workflow._looking_role(), relation, 'SELECT') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('permission denied to simulate changes of table "%s"', customer_workflow._name(relation)),
            DETAIL = 'Where a change goes says something about the whole record.', HINT = 'It needs SELECT on the table, or the duty administrator.';
    END IF;
    PERFORM customer_workflow._propose_statement(relation, record_key, changes);
    SELECT * INTO imagined FROM customer_workflow._imagined(relation, record_key, changes);
    IF NOT (imagined.seen OR configures AND EXISTS (SELECT FROM customer_workflow._read_records(tab, ARRAY[imagined.key], '{}', false))) THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('there is no record %s in table "%s"', record_key, customer_workflow._name(relation)),
            DETAIL = 'It does not exist, or you may not see it.', HINT = 'Give the primary key of a record that you may see.';
    END IF;
    RETURN ROW(0, tab, imagined.key, imagined.texts,
               CASE WHEN author IS NULL THEN customer_workflow._identities() ELSE customer_workflow._identities_of(writes) END,
               writes, writes, (SELECT min(d.person) FROM customer_workflow.data_entity AS d WHERE d.person = writes AND coalesce(d.table_id, tab) = tab
                                    AND (d.company IS NULL OR d.company = customer_workflow._record_company(tab, imagined.key))),
               nullif(current_setting('customer_workflow.reference', true), ''), nullif(current_setting('customer_workflow.comment', true), ''), NULL)::customer_workflow._case;
END
$$;
COMMENT ON FUNCTION customer_workflow._simulated_case(regclass, jsonb, jsonb, text) IS 'The case that simulate() is asked about; error 42501, P0002 or 22023 where the caller may not, or it makes no sense';

CREATE FUNCTION customer_workflow._simulate(one customer_workflow._case, relation regclass, workflow text, version integer, messages boolean)
    RETURNS TABLE (element text, step text, condition text, value text, assignees text[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    flow record;
    fields text[] := ARRAY(SELECT k FROM jsonb_object_keys(one.changes) AS k ORDER BY k COLLATE "C");
    answers jsonb := '{"conditions": {}, "people": {}}';
    route jsonb;
    question jsonb;
    at text;
    event jsonb := jsonb_build_object('submitted', jsonb_build_object('person', one.author, 'involved', to_jsonb(one.parties), 'fields', to_jsonb(fields), 'changed', NULL));
    outcome jsonb;
BEGIN
    SELECT * INTO flow FROM customer_workflow._definition(_simulate.workflow, _simulate.version, one.table_id);
    LOOP
        route := customer_workflow._route(flow.definition, one.parties, fields, answers);
        outcome := CASE WHEN route ? 'ask' THEN route ELSE customer_workflow._engine(flow.definition, NULL, event, answers) END;
        EXIT WHEN NOT coalesce(outcome ? 'ask', false);
        FOR question IN SELECT q FROM jsonb_array_elements(outcome -> 'ask') AS q LOOP
            at := coalesce(question ->> 'condition', question ->> 'people');
            IF question ? 'condition' THEN
                answers := jsonb_set(answers, ARRAY['conditions', at], (
                    SELECT CASE c.value WHEN 'error' THEN jsonb_build_object('error', CASE WHEN messages THEN c.message ELSE '…' END) ELSE to_jsonb(c.value) END
                      FROM customer_workflow._conditions(relation, flow.role, customer_workflow._pointed(flow.definition, at) #>> '{}', ARRAY[one]) AS c));
            ELSE
                answers := jsonb_set(answers, ARRAY['people', at], (
                    SELECT e.eligible FROM customer_workflow._eligible(flow.definition, at, flow.role, relation, ARRAY[one],
                               jsonb_build_object('0', question -> 'without'), NULL, _simulate.workflow) AS e));
            END IF;
        END LOOP;
    END LOOP;
    IF route ? 'misfit' THEN
        RETURN QUERY SELECT NULL::text, NULL::text, NULL::text, 'refused: ' || (route ->> 'misfit'), NULL::text[];
        RETURN;
    END IF;
    RETURN QUERY
    SELECT r.element, r.step, r.condition,
           CASE WHEN r.refused IS NULL THEN r.value
                ELSE 'refused: ' || coalesce(CASE WHEN messages THEN p.problem ->> 'message' END, r.refused) END,
           CASE WHEN r.people IS NOT NULL THEN ARRAY(SELECT customer_workflow._display(n.name) FROM unnest(r.people) WITH ORDINALITY AS n (name, place) ORDER BY n.place) END
      FROM ROWS FROM (jsonb_to_recordset(route -> 'rows') AS (at text, element text, step text, condition text, value text, people text[], refused text))
           WITH ORDINALITY AS r (at, element, step, condition, value, people, refused, n)
     CROSS JOIN LATERAL (SELECT coalesce(answers -> 'people' -> (r.at || '/assign_to'), answers -> 'people' -> r.at) -> 'problem' AS problem) AS p
     ORDER BY r.n;
    -- the way may be free, and yet nobody on it approves
    IF outcome ? 'refused' AND NOT jsonb_path_exists(route, '$.rows[*].refused ? (@ != null)') THEN
        RETURN QUERY SELECT NULL::text, NULL::text, NULL::text, 'refused: ' || (outcome #>> '{refused,text}'), NULL::text[];
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._simulate(customer_workflow._case, regclass, text, integer, boolean)
    IS 'The way of a case through a workflow; messages: with what PostgreSQL said where a condition failed';

CREATE FUNCTION customer_workflow.simulate(relation regclass, record_key jsonb, changes jsonb, author text DEFAULT NULL)
    RETURNS TABLE (element text, step text, condition text, value text, assignees text[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one customer_workflow._case;
    messages boolean := customer_workflow._configures(simulate.relation);
    flow record;
    judged record;
    chosen record;
    built_in integer;
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    one := customer_workflow._simulated_case(simulate.relation, simulate.record_key, simulate.changes, simulate.author);
    FOR flow IN
        SELECT w.name, v.version, v.definition ->> 'when' AS condition, v.activated_role
          FROM customer_workflow.workflow AS w JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id AND v.active
         WHERE w.table_id = one.table_id ORDER BY v.definition ? 'when' DESC, w.priority DESC, w.name
    LOOP
        step := format('workflow "%s", version %s', flow.name, flow.version);
        condition := flow.condition;
        value := 'true';
        IF flow.condition IS NOT NULL THEN
            SELECT * INTO judged FROM customer_workflow._conditions(simulate.relation, flow.activated_role, flow.condition, ARRAY[one]);
            value := CASE WHEN judged.value = 'error' AND messages THEN 'error: ' || judged.message ELSE judged.value END;
        END IF;
        RETURN NEXT;
        IF value = 'true' THEN
            RETURN QUERY SELECT * FROM customer_workflow._simulate(one, simulate.relation, flow.name, flow.version, messages);
            RETURN;
        ELSIF value <> 'false' THEN
            step := NULL;
            condition := NULL;
            value := format('refused: the condition of workflow "%s" is not known', flow.name);
            RETURN NEXT;
            RETURN;
        END IF;
    END LOOP;
    condition := NULL;
    SELECT coalesce(max(c.id) + 1, 1) INTO built_in FROM customer_workflow.protected_company AS c
     WHERE c.table_id = one.table_id AND c.approvers IS NOT NULL AND c.company = customer_workflow._record_company(one.table_id, one.record_key);
    IF step IS NULL AND EXISTS (SELECT FROM customer_workflow._definition('built_in', built_in, one.table_id) AS d WHERE d.definition IS NOT NULL) THEN
        step := format('workflow "built_in", version %s', built_in);
        value := 'true';
        RETURN NEXT;
        RETURN QUERY SELECT * FROM customer_workflow._simulate(one, simulate.relation, 'built_in', built_in, messages);
    ELSE
        value := CASE WHEN step IS NULL THEN 'refused: no workflow and no approvers are defined' ELSE 'refused: no workflow is for this change' END;
        step := NULL;
        RETURN NEXT;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow.simulate(regclass, jsonb, jsonb, text)
    IS 'What would become of a change: the workflows that are tried, then each condition with its value and each step with who would get it; writes nothing';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._imagined(regclass, jsonb, jsonb), customer_workflow._simulated_case(regclass, jsonb, jsonb, text),
    customer_workflow._simulate(customer_workflow._case, regclass, text, integer, boolean)
    FROM PUBLIC;
