-- What is checked of a definition before it is stored or activated.

-- The one operator-free statement after set_config(): what is in the schemas of that path must not run here.
CREATE FUNCTION customer_workflow._find_function(path text, function text, arguments text) RETURNS regprocedure
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted text := format('%s(%s)', function, arguments);
BEGIN
    PERFORM set_config('search_path', path, true);
    RETURN pg_catalog.to_regprocedure(wanted);
EXCEPTION WHEN syntax_error OR invalid_name OR invalid_text_representation OR undefined_object OR too_many_arguments
            OR invalid_parameter_value OR feature_not_supported OR name_too_long THEN
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION customer_workflow._find_function(text, text, text) IS 'The function that a definition names, with these types of arguments, in this search_path; null when there is none';

CREATE FUNCTION customer_workflow._function_problem(tab customer_workflow.protected_table, rights oid, kind text, function text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    arguments text := CASE kind WHEN 'sql' THEN '' ELSE 'bigint, ' END || 'regclass, jsonb, jsonb';
    proc record;
BEGIN
    SELECT p.* INTO proc FROM pg_proc AS p
     WHERE p.oid = customer_workflow._find_function(tab.search_path, function, arguments)
       -- pg_temp is another one in each session, that of whoever submits
       AND p.pronamespace <> pg_my_temp_schema();
    RETURN CASE WHEN proc.oid IS NULL OR proc.prokind <> 'f' THEN format('function %s(%s) does not exist', function, arguments)
                WHEN kind = 'sql' AND NOT (proc.proretset AND proc.prorettype = 'text'::regtype) THEN format('function %s(%s) does not return SETOF text', function, arguments)
                WHEN NOT has_function_privilege(rights, proc.oid, 'EXECUTE') OR NOT has_schema_privilege(rights, proc.pronamespace, 'USAGE')
                THEN format('role "%s" may not EXECUTE function %s(%s)', pg_get_userbyid(rights), function, arguments) END;
END
$$;
COMMENT ON FUNCTION customer_workflow._function_problem(customer_workflow.protected_table, oid, text, text) IS 'Why a definition cannot call this function; null when it can';

CREATE FUNCTION customer_workflow._hierarchy_problem(hierarchy text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN h.name IS NULL THEN format('there is no hierarchy "%s"', hierarchy)
                WHEN c.oid IS NULL THEN format('the table of hierarchy "%s" does not exist any more', hierarchy)
                WHEN a.columns < 2 THEN format('a column of hierarchy "%s" does not exist any more', hierarchy) END
      FROM (SELECT) AS one
      LEFT JOIN customer_workflow.hierarchy AS h ON h.name = hierarchy
      LEFT JOIN pg_class AS c ON c.oid = h.relation
     CROSS JOIN LATERAL (SELECT count(*) AS columns FROM pg_attribute AS a
                          WHERE a.attrelid = h.relation AND a.attname IN (h.person, h.manager) AND a.attnum > 0 AND NOT a.attisdropped) AS a
$$;
COMMENT ON FUNCTION customer_workflow._hierarchy_problem(text) IS 'Why a definition cannot use this hierarchy; null when it can';

CREATE FUNCTION customer_workflow._column_problem(relation regclass, rights oid, col text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN a.attname IS NULL THEN format('column "%s" of table "%s" does not exist', col, customer_workflow._name(relation))
                WHEN NOT has_column_privilege(rights, relation, a.attnum, 'SELECT')
                THEN format('role "%s" may not SELECT column "%s" of table "%s"', pg_get_userbyid(rights), col, customer_workflow._name(relation)) END
      FROM (SELECT) AS one
      LEFT JOIN pg_attribute AS a ON a.attrelid = relation AND a.attname = col AND a.attnum > 0 AND NOT a.attisdropped
$$;
COMMENT ON FUNCTION customer_workflow._column_problem(regclass, oid, text) IS 'Why a definition cannot use this column; null when it can';

CREATE FUNCTION customer_workflow._reference_problem(tab customer_workflow.protected_table, rights oid, definition jsonb, kind text, place text, referred text,
                                                     OUT severity text, OUT message text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role text := CASE kind WHEN 'role' THEN referred WHEN 'user' THEN substring(referred FROM '^role:(.+)$') END;
BEGIN
    severity := 'error';
    message := CASE
        WHEN role IS NOT NULL AND NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = role) THEN format('role "%s" does not exist', role)
        WHEN kind = 'group' AND NOT EXISTS (SELECT FROM customer_workflow.group_member AS m WHERE m.group_name = referred)
        THEN format('group "%s" has no members', referred)
        WHEN kind = 'user' AND referred ~ '^((role|person):$|group:)' THEN format('"%s" does not name a person', referred)
        WHEN kind = 'field' THEN customer_workflow._column_problem(tab.relation, rights, referred)
        WHEN kind = 'hierarchy' THEN customer_workflow._hierarchy_problem(referred)
        WHEN kind IN ('sql', 'function') THEN customer_workflow._function_problem(tab, rights, kind, referred)
        WHEN kind = 'calendar' AND referred <> 'default' AND NOT EXISTS (SELECT FROM customer_workflow.calendar AS c WHERE c.name = referred)
        THEN format('there is no calendar "%s"', referred)
        WHEN kind = 'workflow_user' AND NOT definition ? 'owner' THEN 'the workflow names no owner'
        END;
    IF message IS NULL THEN
        severity := 'warning';
        message := CASE
            WHEN kind = 'role' AND NOT EXISTS (SELECT FROM customer_workflow._members('role:' || referred)) THEN format('nobody can act for role "%s"', referred)
            WHEN kind = 'user' AND referred !~ '^(role|person):' AND NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = referred)
            THEN format('there is no role "%s": a person behind an application role is meant, write "person:%s"', referred, referred)
            WHEN kind = 'field'
                 AND referred <> ALL (customer_workflow._held_columns(tab.relation, customer_workflow._fields(tab.relation), tab.options))
            THEN format('"%s" is not a protected field of table "%s"%s', referred, customer_workflow._name(tab.relation),
                        CASE WHEN place !~ '/fields/\d+$' THEN ': whoever may update it chooses who decides' END)
            WHEN kind = 'placeholder' THEN customer_workflow._column_problem(tab.relation, NULL, referred)
            END;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._reference_problem(customer_workflow.protected_table, oid, jsonb, text, text, text) IS 'What is wrong with a name in a definition; message is null when nothing is';

CREATE FUNCTION customer_workflow._definition_problems(definition jsonb, relation regclass, role oid)
    RETURNS TABLE (path text, severity text, message text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    found jsonb := customer_workflow._inspect(definition);
    tab customer_workflow.protected_table;
    evaluator customer_workflow._evaluator;
    said text[];
BEGIN
    IF role IS NULL THEN
        RETURN QUERY VALUES ('', 'warning', 'conditions and privileges were not checked: they are those of a database role, and a person behind an application role is none');
    ELSE
        evaluator := customer_workflow._evaluator(relation, pg_get_userbyid(role));
        RETURN QUERY SELECT '', 'error', evaluator.problem WHERE evaluator.problem IS NOT NULL;
    END IF;
    SELECT t.* INTO tab FROM customer_workflow.protected_table AS t WHERE t.relation = _definition_problems.relation;
    RETURN QUERY SELECT p.path, p.severity, p.message FROM jsonb_to_recordset(found -> 'problems') AS p (path text, severity text, message text);
    SELECT coalesce(array_agg(p.path), '{}') INTO said FROM jsonb_to_recordset(found -> 'problems') AS p (path text);
    RETURN QUERY
        SELECT r.path, q.severity, q.message
          FROM jsonb_to_recordset(found -> 'references') AS r (path text, kind text, name text)
         CROSS JOIN LATERAL customer_workflow._reference_problem(tab, evaluator.id, definition, r.kind, r.path, r.name) AS q
         WHERE q.message IS NOT NULL AND (r.kind = 'placeholder' OR r.path <> ALL (said));
    RETURN QUERY
        SELECT c.path, 'error', q.message
          FROM jsonb_to_recordset(found -> 'conditions') AS c (path text, kind text, condition text)
         CROSS JOIN LATERAL customer_workflow._check_condition(relation, pg_get_userbyid(role), c.condition, c.kind = 'until') AS q (message)
         WHERE evaluator.id IS NOT NULL AND q.message IS NOT NULL AND c.path <> ALL (said);
END
$$;
COMMENT ON FUNCTION customer_workflow._definition_problems(jsonb, regclass, oid) IS 'Everything that is wrong with a definition for a table, as this role would activate it; null for a person who is no role';

CREATE FUNCTION customer_workflow._require_valid(workflow text, definition jsonb, relation regclass, role oid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    problems text[];
    warnings text[];
    warning text;
BEGIN
    SELECT coalesce(array_agg(s.said) FILTER (WHERE s.severity = 'error'), '{}'), coalesce(array_agg(s.said) FILTER (WHERE s.severity <> 'error'), '{}')
      INTO problems, warnings
      FROM (SELECT p.severity, CASE WHEN p.path = '' THEN p.message ELSE p.path || ': ' || p.message END AS said
              FROM customer_workflow._definition_problems(definition, relation, role) AS p) AS s;
    IF problems <> '{}' THEN
        PERFORM customer_workflow._raise('22023', format('definition of workflow "%s" is not valid: %s', workflow, problems[1]),
            CASE WHEN cardinality(problems) > 1 THEN format('%s problems. The others: %s%s.', cardinality(problems),
                array_to_string(problems[2:10], '; '), CASE WHEN cardinality(problems) > 10 THEN '; …' ELSE '' END) END,
            'customer_workflow.validate_workflow(definition, relation) tells everything that is wrong.', NULL, NULL, NULL, NULL, NULL);
    END IF;
    FOREACH warning IN ARRAY warnings LOOP
        RAISE WARNING USING MESSAGE = format('workflow "%s": %s', workflow, warning);
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._require_valid(text, jsonb, regclass, oid) IS 'Error 22023 unless the definition can be activated by this role for the table; tells its warnings';

CREATE FUNCTION customer_workflow._has_workflow(table_id integer) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM customer_workflow.workflow AS w JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id AND v.active
                    WHERE w.table_id = _has_workflow.table_id)
$$;
COMMENT ON FUNCTION customer_workflow._has_workflow(integer) IS 'Whether a workflow is active for the table';

CREATE FUNCTION customer_workflow.validate_workflow(definition jsonb, relation regclass) RETURNS TABLE (path text, severity text, message text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM customer_workflow._require_configures(validate_workflow.relation);
    PERFORM customer_workflow._table_id(validate_workflow.relation);
    IF validate_workflow.definition IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'definition must not be null';
    END IF;
    RETURN QUERY SELECT p.* FROM customer_workflow._definition_problems(validate_workflow.definition, validate_workflow.relation,
                                                                       customer_workflow._role_that_acts()) AS p;
END
$$;
COMMENT ON FUNCTION customer_workflow.validate_workflow(jsonb, regclass) IS 'Everything that is wrong with a definition for a table, all at once, each with its JSON pointer; without a row of severity error it can be stored';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._find_function(text, text, text),
    customer_workflow._function_problem(customer_workflow.protected_table, oid, text, text),
    customer_workflow._hierarchy_problem(text),
    customer_workflow._column_problem(regclass, oid, text),
    customer_workflow._reference_problem(customer_workflow.protected_table, oid, jsonb, text, text, text),
    customer_workflow._definition_problems(jsonb, regclass, oid),
    customer_workflow._has_workflow(integer),
    customer_workflow._require_valid(text, jsonb, regclass, oid)
    FROM PUBLIC;
