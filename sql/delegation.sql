-- Standing rules: while one is in force, a person's work goes to another. They are looked up when work is given out.

CREATE FUNCTION customer_workflow._acts(person text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM customer_workflow._members(_acts.person) AS m WHERE m.person = _acts.person)
$$;
COMMENT ON FUNCTION customer_workflow._acts(text) IS 'Whether somebody can act under this very name; under that of a role for its members nobody can';

CREATE FUNCTION customer_workflow._identities_of(person text) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY[_identities_of.person] || ARRAY(SELECT 'oid:' || r.oid FROM pg_roles AS r
                                                  WHERE _identities_of.person LIKE 'role:%' AND r.rolname = substr(_identities_of.person, 6))
$$;
COMMENT ON FUNCTION customer_workflow._identities_of(text) IS 'Every identity of a person, for separation of duties';

CREATE FUNCTION customer_workflow._acting_person(person text, parameter text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one text := customer_workflow._canonical_person(person, '{role,person}');
BEGIN
    IF NOT customer_workflow._acts(one) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('nobody acts as role "%s"', substr(one, 6)),
            DETAIL = format('Parameter %s needs a person: a role that can log in or that an application role can take, and not one that has to name people.', parameter),
            HINT = 'Name one of its members, or a person as person:name.';
    END IF;
    RETURN one;
END
$$;
COMMENT ON FUNCTION customer_workflow._acting_person(text, text) IS 'A person as stored; error 22023 where nobody acts under that name';

CREATE FUNCTION customer_workflow._delegation_scope(scope jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bad text;
    tab integer;
    flow text;
    flow_table integer;
BEGIN
    IF jsonb_typeof(scope) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'scope must be a JSON object',
            HINT = 'Write {"relation": "public.customers", "workflow": "Credit"}, one of the two, or {} for all work.';
    END IF;
    SELECT k INTO bad FROM jsonb_each(scope) AS e (k, v) WHERE k NOT IN ('relation', 'workflow') OR jsonb_typeof(v) <> 'string' ORDER BY k LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = CASE WHEN bad IN ('relation', 'workflow') THEN format('"%s" of scope must be a name', bad) ELSE format('scope has no "%s"', bad) END,
            HINT = 'Valid are: relation, workflow.';
    END IF;
    IF scope ? 'relation' THEN
        IF to_regclass(scope ->> 'relation') IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('relation "%s" does not exist', scope ->> 'relation'),
                HINT = 'Write it with its schema, as in "public.customers".';
        END IF;
        tab := customer_workflow._table_id((scope ->> 'relation')::regclass);
    END IF;
    flow := scope ->> 'workflow';
    IF flow <> 'built_in' THEN
        SELECT w.table_id INTO flow_table FROM customer_workflow.workflow AS w WHERE w.name = flow;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('workflow "%s" does not exist', flow),
                HINT = 'See customer_workflow.workflows.';
        ELSIF flow_table <> tab THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = format('workflow "%s" is not one of table "%s"', flow, customer_workflow._name((scope ->> 'relation')::regclass)),
                HINT = 'Name one of the two only.';
        END IF;
        tab := flow_table;
    END IF;
    RETURN jsonb_strip_nulls(jsonb_build_object('table', tab, 'workflow', flow));
END
$$;
COMMENT ON FUNCTION customer_workflow._delegation_scope(jsonb) IS 'A scope as it is stored: the number of the table, so that a rename keeps it, and the workflow';

CREATE FUNCTION customer_workflow._require_delegates(delegator text, table_id integer, id bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF delegator = customer_workflow._require_person() OR customer_workflow._owns_database()
       OR EXISTS (SELECT FROM customer_workflow.protected_table AS t
                   WHERE t.id = _require_delegates.table_id AND customer_workflow._configures(t.relation)) THEN
        RETURN;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
        MESSAGE = CASE WHEN id IS NULL THEN format('permission denied to delegate the work of %s', customer_workflow._display(delegator))
                       ELSE format('permission denied to end delegation %s', id) END,
        DETAIL = format('You are %s.', customer_workflow._display(customer_workflow._person())),
        HINT = format('Those who may are %s and the database owner, and with a table in scope its owner and administrators.', customer_workflow._display(delegator));
END
$$;
COMMENT ON FUNCTION customer_workflow._require_delegates(text, integer, bigint) IS 'Error 42501 unless the current person may make or end a rule for this delegator and table';

-- Two scopes meet unless they name different tables or workflows.
CREATE FUNCTION customer_workflow._delegation_circle(delegator text, delegate_to text, starts timestamptz, ends timestamptz, scope jsonb) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE way (person, starts, ends, tab, flow, path) AS (
        SELECT _delegation_circle.delegate_to, _delegation_circle.starts, _delegation_circle.ends, scope ->> 'table', scope ->> 'workflow',
               ARRAY[_delegation_circle.delegator, _delegation_circle.delegate_to]
        UNION ALL
        SELECT d.delegate_to, greatest(w.starts, d.starts), least(w.ends, d.ends),
               coalesce(w.tab, d.scope ->> 'table'), coalesce(w.flow, d.scope ->> 'workflow'), w.path || d.delegate_to
          FROM way AS w
          JOIN customer_workflow.delegation AS d
            ON d.delegator = w.person AND d.ended_at IS NULL AND d.starts < w.ends AND d.ends > w.starts
           AND coalesce(w.tab = d.scope ->> 'table', true) AND coalesce(w.flow = d.scope ->> 'workflow', true)
         WHERE w.person <> _delegation_circle.delegator AND d.delegate_to <> ALL (w.path[2:])
    )
    SELECT w.path FROM way AS w WHERE w.person = _delegation_circle.delegator ORDER BY cardinality(w.path), w.path LIMIT 1
$$;
COMMENT ON FUNCTION customer_workflow._delegation_circle(text, text, timestamptz, timestamptz, jsonb)
    IS 'The people of the circle that such a rule would close at any one moment for any one proposal; null where there is none';

CREATE FUNCTION customer_workflow._stand_ins(persons text[], relation regclass, workflow text) RETURNS TABLE (person text, stand_in text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE rules AS MATERIALIZED (
        -- of several the most special one counts
        SELECT DISTINCT ON (d.delegator) d.delegator, d.delegate_to
          FROM customer_workflow.delegation AS d
         WHERE d.ended_at IS NULL AND d.starts <= now() AND d.ends > now()
           AND coalesce((d.scope ->> 'table')::integer = (SELECT t.id FROM customer_workflow.protected_table AS t WHERE t.relation = _stand_ins.relation),
                        NOT d.scope ? 'table')
           AND coalesce(d.scope ->> 'workflow' = _stand_ins.workflow, NOT d.scope ? 'workflow')
           -- to a role that was dropped nothing goes
           AND (d.delegate_to LIKE 'person:%' OR EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = substr(d.delegate_to, 6)))
         ORDER BY d.delegator, d.scope ? 'workflow' DESC, d.scope ? 'table' DESC, d.id DESC
    ), way (person, stand_in, path) AS (
        SELECT r.delegator, r.delegate_to, ARRAY[r.delegator, r.delegate_to] FROM rules AS r WHERE r.delegator = ANY (persons)
        UNION ALL
        SELECT w.person, r.delegate_to, w.path || r.delegate_to
          FROM way AS w JOIN rules AS r ON r.delegator = w.stand_in
         WHERE w.stand_in <> ALL (w.path[:cardinality(w.path) - 1])
    )
    -- those who turn in a circle, which only transactions with old snapshots can have made, keep their work
    SELECT w.person, w.stand_in FROM way AS w WHERE NOT EXISTS (SELECT FROM rules AS r WHERE r.delegator = w.stand_in)
$$;
COMMENT ON FUNCTION customer_workflow._stand_ins(text[], regclass, text)
    IS 'Who stands in now for which of these people, in a workflow of a table, chains followed to their end; nothing for those who act themselves';

CREATE FUNCTION customer_workflow.create_delegation(delegator text, delegate_to text, starts timestamptz, ends timestamptz, scope jsonb DEFAULT '{}',
                                                    open_items boolean DEFAULT true) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    away text;
    deputy text;
    stored jsonb;
    other record;
    circle text[];
    new_id bigint;
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    stored := customer_workflow._delegation_scope(create_delegation.scope);
    IF customer_workflow._gated('create_delegation', (SELECT t.relation FROM customer_workflow.protected_table AS t WHERE t.id = (stored ->> 'table')::integer),
           jsonb_build_object('delegator', create_delegation.delegator, 'delegate_to', create_delegation.delegate_to, 'starts', create_delegation.starts,
                              'ends', create_delegation.ends, 'scope', create_delegation.scope, 'open_items', create_delegation.open_items)) THEN
        RETURN NULL;
    END IF;
    away := customer_workflow._canonical_person(create_delegation.delegator, '{role,person}');
    PERFORM customer_workflow._require_delegates(away, (stored ->> 'table')::integer, NULL);
    away := customer_workflow._acting_person(away, 'delegator');
    deputy := customer_workflow._acting_person(create_delegation.delegate_to, 'delegate_to');
    IF away = deputy THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('%s cannot delegate to himself', customer_workflow._display(away)), HINT = 'Name another person.';
    ELSIF (create_delegation.starts < create_delegation.ends) IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a delegation must start before it ends',
            DETAIL = format('It starts %s and ends %s.', coalesce(create_delegation.starts::text, 'null'), coalesce(create_delegation.ends::text, 'null')),
            HINT = 'Write now() for one that starts at once, and ''infinity'' for one without end.';
    ELSIF create_delegation.ends <= now() THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a delegation must end in the future';
    END IF;

    -- Two rules that are made at the same time could close a circle that neither sees.
    LOCK TABLE customer_workflow.delegation IN SHARE ROW EXCLUSIVE MODE;
    SELECT d.id, d.delegate_to, d.starts, d.ends INTO other FROM customer_workflow.delegation AS d
     WHERE d.delegator = away AND d.ended_at IS NULL AND d.scope = stored AND d.starts < create_delegation.ends AND d.ends > create_delegation.starts
     ORDER BY d.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('%s delegates to %s in that time already', customer_workflow._display(away), customer_workflow._display(other.delegate_to)),
            DETAIL = format('Delegation %s of the same scope is from %s until %s.', other.id, other.starts, other.ends),
            HINT = 'End it with customer_workflow.end_delegation(), or choose another time or scope.';
    END IF;
    circle := customer_workflow._delegation_circle(away, deputy, create_delegation.starts, create_delegation.ends, stored);
    IF circle IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('a delegation from %s to %s would close a circle', customer_workflow._display(away), customer_workflow._display(deputy)),
            DETAIL = (SELECT string_agg(customer_workflow._display(c.person), ' to ' ORDER BY c.n) || '.' FROM unnest(circle) WITH ORDINALITY AS c (person, n)),
            HINT = 'At the end of a chain of delegations there must be somebody who acts himself.';
    END IF;

    INSERT INTO customer_workflow.delegation (delegator, delegate_to, starts, ends, scope, created_by)
    VALUES (away, deputy, create_delegation.starts, create_delegation.ends, stored, customer_workflow._require_person())
    RETURNING id INTO new_id;
    PERFORM customer_workflow._log('create_delegation', (stored ->> 'table')::integer, NULL, NULL, jsonb_build_object('delegation', new_id,
        'delegator', away, 'delegate_to', deputy, 'starts', create_delegation.starts, 'ends', create_delegation.ends, 'scope', create_delegation.scope));
    IF coalesce(open_items, true) AND create_delegation.starts <= now() THEN
        PERFORM customer_workflow._move_open_items(away, stored);
    END IF;
    RETURN new_id;
END
$$;
COMMENT ON FUNCTION customer_workflow.create_delegation(text, text, timestamptz, timestamptz, jsonb, boolean)
    IS 'While it is in force, new work of the delegator goes to the delegate; scope: only that of {"relation": …, "workflow": …}; open_items: also what waits for him now; returns its number';

CREATE FUNCTION customer_workflow.end_delegation(id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rule customer_workflow.delegation;
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    SELECT * INTO rule FROM customer_workflow.delegation AS d WHERE d.id = end_delegation.id FOR UPDATE;
    -- One message for what does not exist and what may not be seen.
    IF NOT FOUND OR NOT customer_workflow._sees_delegation(rule.delegator, rule.delegate_to, rule.scope) THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('delegation %s does not exist', coalesce(end_delegation.id::text, 'null')),
            HINT = 'See customer_workflow.delegations.';
    END IF;
    PERFORM customer_workflow._require_delegates(rule.delegator, (rule.scope ->> 'table')::integer, rule.id);
    IF rule.ended_at IS NOT NULL OR rule.ends <= now() THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('delegation %s has ended already', rule.id);
    END IF;
    -- Who takes his work back that he gave away himself loosens nothing.
    IF rule.delegator <> rule.created_by OR rule.delegator <> ALL (customer_workflow._identities()) THEN
        IF customer_workflow._gated('end_delegation', (SELECT t.relation FROM customer_workflow.protected_table AS t WHERE t.id = (rule.scope ->> 'table')::integer),
                                    jsonb_build_object('id', rule.id)) THEN
            RETURN;
        END IF;
    END IF;
    UPDATE customer_workflow.delegation AS d SET ended_at = now() WHERE d.id = rule.id;
    PERFORM customer_workflow._log('end_delegation', (rule.scope ->> 'table')::integer, NULL, NULL,
        jsonb_build_object('delegation', rule.id, 'delegator', rule.delegator, 'delegate_to', rule.delegate_to));
END
$$;
COMMENT ON FUNCTION customer_workflow.end_delegation(bigint) IS 'Ends a standing rule before its time: from now on work goes to the delegator again; what was given to the delegate stays with him';

-- For a view: it answers about the caller only.
CREATE FUNCTION customer_workflow._sees_delegation(delegator text, delegate_to text, scope jsonb) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY[delegator, delegate_to] && customer_workflow._identities()
        OR customer_workflow._owns_database()
        OR EXISTS (SELECT FROM customer_workflow.protected_table AS t
                    WHERE (t.id = (scope ->> 'table')::integer OR NOT scope ? 'table' AND t.relation IS NOT NULL) AND customer_workflow._sees_all(t.id))
$$;
COMMENT ON FUNCTION customer_workflow._sees_delegation(text, text, jsonb) IS 'Whether the current person sees a rule: one of the two, the database owner, or who sees everything of a table whose work it moves';

REVOKE EXECUTE ON FUNCTION customer_workflow._acts(text), customer_workflow._identities_of(text), customer_workflow._acting_person(text, text),
    customer_workflow._delegation_scope(jsonb), customer_workflow._require_delegates(text, integer, bigint),
    customer_workflow._delegation_circle(text, text, timestamptz, timestamptz, jsonb), customer_workflow._stand_ins(text[], regclass, text)
    FROM PUBLIC;
