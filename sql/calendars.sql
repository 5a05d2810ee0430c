-- What definitions refer to by name: calendars and hierarchies.

CREATE FUNCTION customer_workflow._definitions_in_use() RETURNS TABLE (workflow text, version integer, definition jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT w.name, v.version, v.definition
      FROM customer_workflow.workflow AS w
      JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id
     WHERE v.active OR EXISTS (SELECT FROM customer_workflow.proposal AS p
                                WHERE p.workflow = w.name AND p.version = v.version AND p.status = ANY (customer_workflow._open_statuses()))
     ORDER BY w.name, v.version
$$;
COMMENT ON FUNCTION customer_workflow._definitions_in_use() IS 'The versions that are active or that open proposals use';

CREATE FUNCTION customer_workflow._require_unused(kind text, name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    users text;
BEGIN
    SELECT string_agg(format('version %s of workflow "%s"', d.version, d.workflow), ', ') INTO users
      FROM customer_workflow._definitions_in_use() AS d
     WHERE EXISTS (SELECT FROM jsonb_to_recordset(customer_workflow._inspect(d.definition) -> 'references') AS r (kind text, name text)
                    WHERE r.kind = _require_unused.kind AND r.name = _require_unused.name);
    IF users IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'object_in_use', MESSAGE = format('%s "%s" is in use', kind, name), DETAIL = format('It is used by %s.', users),
            HINT = 'Activate a version that does without it, and let the proposals that use it be decided or rerouted.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._require_unused(text, text) IS 'Error 55006 while an active version, or one that open proposals use, refers to it';

CREATE FUNCTION customer_workflow._check_object_name(kind text, name text) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF coalesce(name, '') = '' OR length(name) > 200 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('name of a %s must not be null, empty or longer than 200 characters', kind);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_object_name(text, text) IS 'Error 22023 for a name that no definition could give';

CREATE FUNCTION customer_workflow.set_calendar(name text, definition jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    problems text[];
    before jsonb;
BEGIN
    IF customer_workflow._gated('set_calendar', NULL, jsonb_build_object('name', set_calendar.name, 'definition', set_calendar.definition)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_owns_database();
    PERFORM customer_workflow._check_object_name('calendar', set_calendar.name);
    SELECT c.definition INTO before FROM customer_workflow.calendar AS c WHERE c.name = set_calendar.name FOR UPDATE;
    IF before = set_calendar.definition THEN
        RETURN;
    ELSIF set_calendar.definition IS NULL THEN
        IF before IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('there is no calendar "%s"', set_calendar.name),
                HINT = 'See customer_workflow.calendars.';
        END IF;
        -- Without a calendar "default" there are office hours.
        IF set_calendar.name <> 'default' THEN
            PERFORM customer_workflow._require_unused('calendar', set_calendar.name);
        END IF;
        DELETE FROM customer_workflow.calendar AS c WHERE c.name = set_calendar.name;
    ELSE
        problems := ARRAY(SELECT CASE WHEN p.path = '' THEN p.message ELSE p.path || ': ' || p.message END
                            FROM jsonb_to_recordset(customer_workflow._calendar_problems(set_calendar.definition)) AS p (path text, message text));
        IF problems <> '{}' THEN
            PERFORM customer_workflow._raise('22023', format('definition of calendar "%s" is not valid: %s', set_calendar.name, problems[1]),
                CASE WHEN cardinality(problems) > 1 THEN format('%s problems. The others: %s%s.', cardinality(problems),
                    array_to_string(problems[2:10], '; '), CASE WHEN cardinality(problems) > 10 THEN '; …' ELSE '' END) END,
                'For example: {"time_zone": "Europe/Berlin", "week": {"monday": [["08:00", "12:00"], ["13:00", "17:00"]]}, "holidays": ["2026-12-25", "01-01"]}',
                NULL, NULL, NULL, NULL, NULL);
        END IF;
        INSERT INTO customer_workflow.calendar AS c (name, definition) VALUES (set_calendar.name, set_calendar.definition)
            ON CONFLICT ON CONSTRAINT calendar_pkey DO UPDATE SET definition = EXCLUDED.definition;
    END IF;
    PERFORM customer_workflow._log('set_calendar', NULL, NULL, NULL,
        jsonb_build_object('calendar', set_calendar.name, 'definition', jsonb_build_object('old', before, 'new', set_calendar.definition)));
END
$$;
COMMENT ON FUNCTION customer_workflow.set_calendar(text, jsonb) IS 'Makes or changes a calendar: time zone, week and holidays; null removes it. Limits that are running keep the time at which they are due';

CREATE FUNCTION customer_workflow._check_hierarchy(relation regclass, person name, manager name) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rel record;
    col name;
BEGIN
    SELECT c.relkind, c.relname, r.rolname, r.rolsuper, n.nspname, c.relpersistence INTO rel
      FROM pg_class AS c JOIN pg_roles AS r ON r.oid = c.relowner JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = relation;
    IF rel.relkind NOT IN ('r', 'p', 'f', 'm', 'v') OR rel.relpersistence = 't' OR rel.nspname IN ('pg_catalog', 'information_schema', 'customer_workflow') THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('"%s" cannot be a hierarchy', rel.relname),
            HINT = 'Name a permanent table or view of your own.';
    ELSIF rel.relkind = 'v' AND rel.rolsuper THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('"%s" cannot be a hierarchy: it is a view of a superuser', rel.relname),
            DETAIL = 'A hierarchy is read as its owner, and so would the functions in the view run as a superuser.',
            HINT = 'Give the view to a role without superuser, or name a table.';
    END IF;
    FOREACH col IN ARRAY ARRAY[person, manager] LOOP
        IF NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attname = col AND a.attnum > 0 AND NOT a.attisdropped) THEN
            RAISE EXCEPTION USING ERRCODE = 'undefined_column',
                MESSAGE = format('column %s of table "%s" does not exist', coalesce('"' || col || '"', 'null'), rel.relname),
                HINT = (SELECT 'Its columns are: ' || string_agg(a.attname, ', ' ORDER BY a.attnum) || '.' FROM pg_attribute AS a
                         WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped);
        END IF;
    END LOOP;
    IF person = manager THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('column "%s" cannot be person and manager', person);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_hierarchy(regclass, name, name) IS 'Error 22023 or 42703 unless a manager can be looked up in these columns';

CREATE FUNCTION customer_workflow.set_hierarchy(name text, relation regclass, person name, manager name) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before customer_workflow.hierarchy;
    other regclass;
BEGIN
    IF customer_workflow._gated('set_hierarchy', NULL, jsonb_build_object('name', set_hierarchy.name, 'relation', set_hierarchy.relation, 'person', set_hierarchy.person, 'manager', set_hierarchy.manager)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    PERFORM customer_workflow._check_object_name('hierarchy', set_hierarchy.name);
    SELECT h.* INTO before FROM customer_workflow.hierarchy AS h WHERE h.name = set_hierarchy.name FOR UPDATE;
    IF set_hierarchy.relation IS NOT NULL AND NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = set_hierarchy.relation) THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('table with OID %s does not exist', set_hierarchy.relation::oid);
    END IF;
    FOREACH other IN ARRAY ARRAY[set_hierarchy.relation, before.relation] LOOP
        IF other IS NOT NULL AND NOT (customer_workflow._owns(other) OR customer_workflow._owns_database()) THEN
            RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('must be owner of table "%s"', customer_workflow._name(other)),
                DETAIL = 'A hierarchy is read with the rights of the owner of its table.',
                HINT = 'Its owner, the database owner or a superuser may set it.';
        END IF;
    END LOOP;
    IF set_hierarchy.relation IS NULL THEN
        IF before.name IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('there is no hierarchy "%s"', set_hierarchy.name),
                HINT = 'See customer_workflow.hierarchies.';
        END IF;
        PERFORM customer_workflow._require_unused('hierarchy', set_hierarchy.name);
        DELETE FROM customer_workflow.hierarchy AS h WHERE h.name = set_hierarchy.name;
    ELSE
        PERFORM customer_workflow._check_hierarchy(set_hierarchy.relation, set_hierarchy.person, set_hierarchy.manager);
        IF (before.relation, before.person, before.manager) IS NOT DISTINCT FROM (set_hierarchy.relation, set_hierarchy.person, set_hierarchy.manager) THEN
            RETURN;
        END IF;
        INSERT INTO customer_workflow.hierarchy AS h (name, relation, person, manager)
            VALUES (set_hierarchy.name, set_hierarchy.relation, set_hierarchy.person, set_hierarchy.manager)
            ON CONFLICT ON CONSTRAINT hierarchy_pkey DO UPDATE SET relation = EXCLUDED.relation, person = EXCLUDED.person, manager = EXCLUDED.manager;
    END IF;
    PERFORM customer_workflow._log('set_hierarchy', NULL, NULL, NULL, jsonb_build_object('hierarchy', set_hierarchy.name,
        'relation', jsonb_build_object('old', before.relation::text, 'new', set_hierarchy.relation::text),
        'person', jsonb_build_object('old', before.person, 'new', set_hierarchy.person),
        'manager', jsonb_build_object('old', before.manager, 'new', set_hierarchy.manager)));
END
$$;
COMMENT ON FUNCTION customer_workflow.set_hierarchy(text, regclass, name, name) IS 'Names a table in which a column has the manager of the person in another column; relation null removes the name';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._definitions_in_use(),
    customer_workflow._require_unused(text, text),
    customer_workflow._check_object_name(text, text),
    customer_workflow._check_hierarchy(regclass, name, name)
    FROM PUBLIC;
