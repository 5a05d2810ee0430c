-- Workflows and their versions.

CREATE FUNCTION customer_workflow._workflow(name text) RETURNS customer_workflow.workflow
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wf customer_workflow.workflow;
    relation regclass;
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    SELECT w.* INTO wf FROM customer_workflow.workflow AS w WHERE w.name = _workflow.name FOR UPDATE;
    IF NOT EXISTS (SELECT FROM customer_workflow.workflow_version AS v WHERE v.workflow = wf.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('there is no workflow %s', coalesce(quote_ident(_workflow.name), 'null')),
            HINT = CASE WHEN _workflow.name = 'built_in' THEN 'The built-in workflow is what protect() was given as approvers.'
                        ELSE 'See customer_workflow.workflows.' END;
    END IF;
    relation := (SELECT t.relation FROM customer_workflow.protected_table AS t WHERE t.id = wf.table_id);
    IF relation IS NULL THEN
        PERFORM customer_workflow._require_owns_database();
    ELSE
        PERFORM customer_workflow._require_configures(relation);
    END IF;
    RETURN wf;
END
$$;
COMMENT ON FUNCTION customer_workflow._workflow(text) IS 'The workflow of that name, locked, for who may configure its table; P0002 when there is none, 42501 for others';

CREATE FUNCTION customer_workflow._workflow_table(name text) RETURNS regclass
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT t.relation FROM customer_workflow.workflow AS w JOIN customer_workflow.protected_table AS t ON t.id = w.table_id
                      WHERE w.name = _workflow_table.name), 0::regclass)
$$;
COMMENT ON FUNCTION customer_workflow._workflow_table(text) IS 'The table that a workflow is for; the number of none where it is for none any more';

CREATE FUNCTION customer_workflow._version(wf customer_workflow.workflow, version integer) RETURNS customer_workflow.workflow_version
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found customer_workflow.workflow_version;
BEGIN
    SELECT v.* INTO found FROM customer_workflow.workflow_version AS v WHERE v.workflow = wf.id AND v.version = _version.version FOR NO KEY UPDATE;
    IF found.workflow IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('workflow "%s" has no version %s', wf.name, coalesce(_version.version::text, 'null')),
            HINT = (SELECT format('Its versions are: %s.', string_agg(v.version::text, ', ' ORDER BY v.version))
                      FROM customer_workflow.workflow_version AS v WHERE v.workflow = wf.id);
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION customer_workflow._version(customer_workflow.workflow, integer) IS 'A version of a workflow, locked; P0002 when there is none';

CREATE FUNCTION customer_workflow.create_workflow(name text, relation regclass, definition jsonb, priority integer DEFAULT 0) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wf customer_workflow.workflow;
    tab integer;
    other record;
BEGIN
    PERFORM customer_workflow._require_configures(create_workflow.relation);
    tab := customer_workflow._table_id(create_workflow.relation);
    IF coalesce(create_workflow.name, '') IN ('', 'built_in') OR length(create_workflow.name) > 200 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('invalid name of a workflow: %s', coalesce(quote_literal(create_workflow.name), 'null')),
            HINT = 'Give it a name of up to 200 characters other than "built_in", unique in the database.';
    ELSIF create_workflow.definition IS NULL OR create_workflow.priority IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'definition and priority must not be null';
    END IF;
    PERFORM customer_workflow._require_valid(create_workflow.name, create_workflow.definition, create_workflow.relation, customer_workflow._role_that_acts());

    INSERT INTO customer_workflow.workflow (name, table_id, created_by)
        VALUES (create_workflow.name, tab, customer_workflow._require_person()) ON CONFLICT ON CONSTRAINT workflow_name_key DO NOTHING;
    SELECT w.* INTO wf FROM customer_workflow.workflow AS w WHERE w.name = create_workflow.name FOR UPDATE;
    IF wf.table_id <> tab THEN
        -- A name is free again once nothing is left of it, or once its table is gone.
        SELECT t.relation, customer_workflow._name(t.relation) AS name INTO other FROM customer_workflow.protected_table AS t WHERE t.id = wf.table_id;
        IF other.relation IS NOT NULL AND EXISTS (SELECT FROM customer_workflow.workflow_version AS v WHERE v.workflow = wf.id) THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('there is a workflow "%s" of table "%s"', wf.name, other.name),
                HINT = 'Names of workflows are unique in the database: choose another one.';
        END IF;
        DELETE FROM customer_workflow.workflow_version AS v WHERE v.workflow = wf.id;
        UPDATE customer_workflow.workflow AS w SET table_id = tab, created_by = customer_workflow._require_person(), created_at = now() WHERE w.id = wf.id;
    END IF;
    SELECT v.version, v.priority INTO other FROM customer_workflow.workflow_version AS v WHERE v.workflow = wf.id AND v.active;
    IF other.priority <> create_workflow.priority THEN
        RAISE NOTICE USING MESSAGE = format('priority of workflow "%s" will be %s when this version is activated, instead of %s', wf.name, create_workflow.priority, other.priority);
    END IF;

    UPDATE customer_workflow.workflow AS w SET last_version = w.last_version + 1 WHERE w.id = wf.id RETURNING w.* INTO wf;
    INSERT INTO customer_workflow.workflow_version (workflow, version, definition, priority, created_by)
        VALUES (wf.id, wf.last_version, create_workflow.definition, create_workflow.priority, customer_workflow._require_person());
    PERFORM customer_workflow._log('create_workflow', tab, NULL, NULL, jsonb_build_object('workflow', wf.name, 'version', wf.last_version,
        'priority', create_workflow.priority, 'definition', create_workflow.definition));
    RETURN wf.last_version;
END
$$;
COMMENT ON FUNCTION customer_workflow.create_workflow(text, regclass, jsonb, integer) IS 'Stores a definition as the next version of a workflow of a protected table, not active yet; returns its number';

CREATE FUNCTION customer_workflow.activate_workflow(name text, version integer, running text DEFAULT 'keep') RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wf customer_workflow.workflow;
    chosen customer_workflow.workflow_version;
    before integer;
    relation regclass;
    role oid := customer_workflow._role_that_acts();
BEGIN
    IF customer_workflow._gated('activate_workflow', customer_workflow._workflow_table(activate_workflow.name), jsonb_build_object('name', activate_workflow.name, 'version', activate_workflow.version, 'running', activate_workflow.running)) THEN
        RETURN;
    END IF;
    IF activate_workflow.running IS NULL OR activate_workflow.running NOT IN ('keep', 'reroute') THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('invalid value for running: %s', coalesce(quote_literal(activate_workflow.running), 'null')),
            HINT = 'Running proposals keep the version that they started on ("keep"), or start again on this one ("reroute").';
    END IF;
    wf := customer_workflow._workflow(activate_workflow.name);
    chosen := customer_workflow._version(wf, activate_workflow.version);
    IF role IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('%s cannot activate a workflow', customer_workflow._display(customer_workflow._require_person())),
            DETAIL = 'Its conditions and functions run with the rights of the database role that activates it, and a person behind an application role has none.',
            HINT = 'Let the owner of the table or an administrator who is a database role activate it.';
    END IF;
    relation := (SELECT t.relation FROM customer_workflow.protected_table AS t WHERE t.id = wf.table_id);
    IF relation IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CW008', MESSAGE = format('the table of workflow "%s" is not protected any more', wf.name),
            HINT = 'customer_workflow.create_workflow() with this name and another table makes a new one of it.';
    END IF;
    PERFORM customer_workflow._require_valid(wf.name, chosen.definition, relation, role);

    UPDATE customer_workflow.workflow_version AS v SET active = false WHERE v.workflow = wf.id AND v.active AND v.version <> chosen.version RETURNING v.version INTO before;
    UPDATE customer_workflow.workflow_version AS v
       SET active = true, activated_by = customer_workflow._require_person(), activated_role = pg_get_userbyid(role), activated_at = now()
     WHERE v.workflow = wf.id AND v.version = chosen.version;
    UPDATE customer_workflow.workflow AS w SET priority = chosen.priority WHERE w.id = wf.id AND w.priority <> chosen.priority;
    PERFORM customer_workflow._log('activate_workflow', wf.table_id, NULL, NULL, jsonb_build_object('workflow', wf.name,
        'version', jsonb_build_object('old', CASE WHEN chosen.active THEN chosen.version ELSE before END, 'new', chosen.version),
        'priority', jsonb_build_object('old', wf.priority, 'new', chosen.priority),
        'role', jsonb_build_object('old', chosen.activated_role, 'new', pg_get_userbyid(role)), 'running', activate_workflow.running));
    IF activate_workflow.running = 'reroute' THEN
        PERFORM customer_workflow._reroute(ARRAY(
            SELECT p.id FROM customer_workflow.proposal AS p
             WHERE p.table_id = wf.table_id AND p.status = 'pending_approval' AND p.workflow = wf.name AND p.version <> chosen.version ORDER BY p.id));
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow.activate_workflow(text, integer, text) IS 'From now on proposals are submitted to this version; running ones keep theirs, or are rerouted. Its conditions and functions run with the rights of who activates it';

CREATE FUNCTION customer_workflow.deactivate_workflow(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wf customer_workflow.workflow;
    was integer;
    tab customer_workflow.protected_table;
BEGIN
    IF customer_workflow._gated('deactivate_workflow', customer_workflow._workflow_table(deactivate_workflow.name), jsonb_build_object('name', deactivate_workflow.name)) THEN
        RETURN;
    END IF;
    wf := customer_workflow._workflow(deactivate_workflow.name);
    UPDATE customer_workflow.workflow_version AS v SET active = false WHERE v.workflow = wf.id AND v.active RETURNING v.version INTO was;
    IF was IS NULL THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._log('deactivate_workflow', wf.table_id, NULL, NULL, jsonb_build_object('workflow', wf.name, 'version', was));
    SELECT t.* INTO tab FROM customer_workflow.protected_table AS t WHERE t.id = wf.table_id;
    IF tab.relation IS NOT NULL AND tab.approvers IS NULL AND NOT EXISTS (SELECT FROM customer_workflow.protected_company AS c WHERE c.table_id = tab.id AND c.approvers IS NOT NULL)
       AND NOT customer_workflow._has_workflow(tab.id) THEN
        RAISE WARNING USING MESSAGE = format('nothing can be submitted for table "%s": it has no active workflow and no approvers', customer_workflow._name(tab.relation));
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow.deactivate_workflow(text) IS 'No proposal is submitted to this workflow any more; those that run in it go on';

CREATE FUNCTION customer_workflow.drop_workflow_version(name text, version integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wf customer_workflow.workflow;
    gone customer_workflow.workflow_version;
    used bigint;
BEGIN
    IF customer_workflow._gated('drop_workflow_version', customer_workflow._workflow_table(drop_workflow_version.name), jsonb_build_object('name', drop_workflow_version.name, 'version', drop_workflow_version.version)) THEN
        RETURN;
    END IF;
    wf := customer_workflow._workflow(drop_workflow_version.name);
    gone := customer_workflow._version(wf, drop_workflow_version.version);
    IF gone.active THEN
        RAISE EXCEPTION USING ERRCODE = 'object_in_use', MESSAGE = format('version %s of workflow "%s" is active', gone.version, wf.name),
            HINT = format('Activate another version, or end it with customer_workflow.deactivate_workflow(%L).', wf.name);
    END IF;
    -- Who submits to a version holds FOR KEY SHARE: those who came first are committed now, and seen by the next statement.
    PERFORM FROM customer_workflow.workflow_version AS v WHERE v.workflow = wf.id AND v.version = gone.version FOR UPDATE;
    SELECT count(*) INTO used FROM customer_workflow.proposal AS p
     WHERE p.table_id = wf.table_id AND p.workflow = wf.name AND p.version = gone.version AND p.status = ANY (customer_workflow._open_statuses());
    IF used > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'object_in_use', MESSAGE = format('version %s of workflow "%s" is in use', gone.version, wf.name),
            DETAIL = format('Open proposals that were submitted to it: %s.', used),
            HINT = 'Let them be decided, cancel them, or send them through another version with customer_workflow.reroute(proposal).';
    END IF;
    DELETE FROM customer_workflow.workflow_version AS v WHERE v.workflow = wf.id AND v.version = gone.version;
    PERFORM customer_workflow._log('drop_workflow_version', wf.table_id, NULL, NULL, jsonb_build_object('workflow', wf.name, 'version', gone.version));
END
$$;
COMMENT ON FUNCTION customer_workflow.drop_workflow_version(text, integer) IS 'Removes a version that is not active and that no open proposal uses; with its last version the workflow is gone';

-- These run as their caller: he sees what the view shows him.

CREATE FUNCTION customer_workflow._seen_definition(name text, version integer, relation regclass) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    seen record;
BEGIN
    SELECT count(*) AS versions, (array_agg(w.definition ORDER BY w.active DESC, w.version DESC)
               FILTER (WHERE w.version = coalesce(_seen_definition.version, w.version)))[1] AS definition INTO seen
      FROM customer_workflow.workflows AS w
     WHERE w.name = _seen_definition.name AND w.relation IS NOT DISTINCT FROM coalesce(_seen_definition.relation, w.relation);
    IF seen.versions = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('there is no workflow %s', coalesce(quote_ident(_seen_definition.name), 'null')),
            HINT = 'See customer_workflow.workflows.';
    ELSIF seen.definition IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('workflow "%s" has no version %s', _seen_definition.name, _seen_definition.version),
            HINT = 'See customer_workflow.workflows.';
    ELSIF _seen_definition.name = 'built_in' AND seen.versions > 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'every table has a built-in workflow of its own',
            HINT = 'Name a proposal that runs in it.';
    END IF;
    RETURN seen.definition;
END
$$;
COMMENT ON FUNCTION customer_workflow._seen_definition(text, integer, regclass) IS 'The definition of a version that the caller may see, without version the active or else the newest; P0002 when there is none';

CREATE FUNCTION customer_workflow.compare_workflows(name text, a integer, b integer)
    RETURNS TABLE (path text, change text, old_value jsonb, new_value jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF compare_workflows.a IS NULL OR compare_workflows.b IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a and b must not be null';
    END IF;
    RETURN QUERY
        SELECT d.value ->> 'path', d.value ->> 'change', nullif(d.value -> 'old', 'null'), nullif(d.value -> 'new', 'null')
          FROM jsonb_array_elements(customer_workflow._compare_definitions(
                   customer_workflow._seen_definition(compare_workflows.name, compare_workflows.a, NULL),
                   customer_workflow._seen_definition(compare_workflows.name, compare_workflows.b, NULL))) WITH ORDINALITY AS d (value, place)
         ORDER BY d.place;
END
$$;
COMMENT ON FUNCTION customer_workflow.compare_workflows(text, integer, integer) IS 'What is different in version b from version a: added, removed, changed or moved, each with its JSON pointer';

CREATE FUNCTION customer_workflow._diagram_of(definition jsonb, proposal bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    state jsonb := (SELECT p.state FROM customer_workflow._acting AS p WHERE p.id = _diagram_of.proposal AND p.acts);
BEGIN
    RETURN customer_workflow._diagram(definition, state);
END
$$;
COMMENT ON FUNCTION customer_workflow._diagram_of(jsonb, bigint) IS 'A definition as a flowchart; where a proposal stands in it is marked for who acts in the proposal or sees everything of its table';

CREATE FUNCTION customer_workflow.workflow_diagram(name text, version integer DEFAULT NULL, proposal bigint DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    place regclass;
    flow text;
    at_version integer := workflow_diagram.version;
BEGIN
    IF workflow_diagram.proposal IS NOT NULL THEN
        SELECT p.relation, p.workflow, p.version INTO place, flow, at_version FROM customer_workflow.proposals AS p WHERE p.id = workflow_diagram.proposal;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('there is no proposal %s', workflow_diagram.proposal),
                HINT = 'See customer_workflow.proposals.';
        ELSIF (flow, at_version) IS DISTINCT FROM (workflow_diagram.name, coalesce(workflow_diagram.version, at_version)) THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = format('proposal %s does not run in%s workflow "%s"', workflow_diagram.proposal, ' version ' || workflow_diagram.version || ' of', workflow_diagram.name),
                DETAIL = CASE WHEN flow IS NULL THEN 'It has not been submitted.' ELSE format('It runs in version %s of workflow "%s".', at_version, flow) END;
        END IF;
    END IF;
    RETURN customer_workflow._diagram_of(
        customer_workflow._seen_definition(workflow_diagram.name, at_version, place), workflow_diagram.proposal);
END
$$;
COMMENT ON FUNCTION customer_workflow.workflow_diagram(text, integer, bigint) IS 'A Mermaid flowchart of a version, by default the active or else the newest one; with a proposal it marks what is approved and where it stands';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._workflow(text),
    customer_workflow._workflow_table(text),
    customer_workflow._version(customer_workflow.workflow, integer)
    FROM PUBLIC;
