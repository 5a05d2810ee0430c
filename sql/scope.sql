-- Option scope. Its condition is kept as the WHEN of a trigger that does nothing: PostgreSQL parses it, knows what it depends on, follows
-- renames, dumps it and gives it to partitions. Capture evaluates it.

CREATE FUNCTION customer_workflow._scope_condition(relation regclass) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT substring(pg_get_triggerdef(g.oid) FROM 'FOR EACH ROW WHEN \((.*)\) EXECUTE FUNCTION customer_workflow\.capture_scope\(\)$')
      FROM pg_trigger AS g
     WHERE g.tgrelid = relation AND g.tgname = '~~~customer_workflow_scope'
$$;
COMMENT ON FUNCTION customer_workflow._scope_condition(regclass) IS 'The condition of option scope as PostgreSQL writes it, with the names that columns have now';

-- As the table's owner, because reading the constants of a condition may run code of his types.
CREATE FUNCTION customer_workflow._create_scope(relation regclass, condition text, path text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS $$
DECLARE
    statement text := format(E'CREATE OR REPLACE TRIGGER "~~~customer_workflow_scope" BEFORE UPDATE ON %s FOR EACH ROW WHEN (%s\n) '
                             'EXECUTE FUNCTION customer_workflow.capture_scope()', relation, condition);
BEGIN
    PERFORM customer_workflow._switch_user((SELECT c.relowner FROM pg_class AS c WHERE c.oid = relation), false, true);
    PERFORM set_config('search_path', path, true);
    EXECUTE statement;
END
$$;
COMMENT ON FUNCTION customer_workflow._create_scope(regclass, text, text) IS 'Makes the trigger that has the condition of option scope, under the search_path that approved values are written with';

CREATE FUNCTION customer_workflow._check_scope(relation regclass, fields name[], condition text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab text := customer_workflow._name(relation);
    parts jsonb := customer_workflow._scope_parts(relation, (SELECT c.relowner FROM pg_class AS c WHERE c.oid = relation));
    wrong record;
    problem text;
    advice text;
BEGIN
    SELECT c.number, a.attname INTO wrong
      FROM (SELECT x.value::smallint AS number FROM jsonb_array_elements_text(parts -> 'columns') AS x) AS c
      LEFT JOIN pg_attribute AS a ON a.attrelid = relation AND a.attnum = c.number
     WHERE c.number <= 0 OR a.attname <> ALL (fields || customer_workflow._key_columns(relation))
     ORDER BY c.number LIMIT 1;
    IF FOUND THEN
        problem := CASE WHEN wrong.number = 0 THEN 'It names the whole record.'
                        WHEN wrong.number < 0 THEN format('It names system column "%s".', wrong.attname)
                        ELSE format('It names column "%s", which is neither protected nor in the primary key.', wrong.attname) END;
        advice := CASE WHEN wrong.number <= 0 THEN 'Name protected fields, old.field and new.field.'
                       ELSE format('Protect "%s" as well: one UPDATE of it could take a record out of the scope, and the next change it freely.', wrong.attname) END;
    ELSE
        SELECT p.oid::regprocedure AS function, p.provolatile <> 'i' AS mutable INTO wrong
          FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
         WHERE p.oid IN (SELECT x.value::oid FROM jsonb_array_elements_text(parts -> 'functions') AS x)
           AND (p.provolatile <> 'i'
                -- what somebody else's search_path makes of its names
                OR p.oid >= 16384 AND l.lanname NOT IN ('c', 'internal')
                   AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS s WHERE s LIKE 'search\_path=%'))
         ORDER BY p.oid LIMIT 1;
        IF FOUND AND NOT wrong.mutable THEN
            problem := format('Function %s does not set its search_path.', wrong.function);
            advice := format('ALTER FUNCTION %s SET search_path = …: what it says must not depend on who changes the record.', wrong.function);
        ELSIF FOUND OR (parts -> 'mutable')::boolean THEN
            problem := CASE WHEN FOUND THEN format('Function %s is not immutable.', wrong.function) ELSE 'It is not immutable.' END;
            advice := 'It may depend on nothing but the stored and the changed record: not on time, settings, or other tables.';
        END IF;
    END IF;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('option "scope" of table "%s" cannot be %s', tab, condition), DETAIL = problem, HINT = advice;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_scope(regclass, name[], text) IS 'Error 22023 unless the condition of option scope depends on protected fields and the key alone';

CREATE FUNCTION customer_workflow._install_scope(relation regclass, fields name[], before jsonb, options jsonb, path text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    condition text := options ->> 'scope';
    there boolean := EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = _install_scope.relation AND g.tgname = '~~~customer_workflow_scope');
    problem text;
BEGIN
    IF condition IS NULL THEN
        IF there THEN
            PERFORM customer_workflow._own_ddl(_install_scope.relation);
            EXECUTE format('DROP TRIGGER "~~~customer_workflow_scope" ON %s', _install_scope.relation);
            PERFORM customer_workflow._own_ddl(NULL);
        END IF;
        RETURN;
    ELSIF there AND condition = before ->> 'scope' THEN
        RETURN;
    END IF;
    BEGIN
        PERFORM customer_workflow._condition_sql(condition);
        PERFORM customer_workflow._own_ddl(_install_scope.relation);
        PERFORM customer_workflow._create_scope(_install_scope.relation, condition, path);
        PERFORM customer_workflow._own_ddl(NULL);
    EXCEPTION WHEN OTHERS THEN
        IF NOT customer_workflow._is_outcome(SQLSTATE) THEN
            RAISE;
        END IF;
        problem := SQLERRM;
    END;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('option "scope" of table "%s" is not a valid condition: %s', customer_workflow._name(_install_scope.relation), condition),
            DETAIL = problem,
            HINT = 'Give one SQL condition over the stored and the changed record, for example "old.credit_limit < new.credit_limit".';
    END IF;
    -- It has nothing to do; its condition is read all the same.
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER "~~~customer_workflow_scope"', _install_scope.relation);
    PERFORM customer_workflow._check_scope(_install_scope.relation, fields, condition);
END
$$;
COMMENT ON FUNCTION customer_workflow._install_scope(regclass, name[], jsonb, jsonb, text) IS 'Makes, replaces or drops the trigger that has the condition of option scope, where the option has changed';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._scope_condition(regclass), customer_workflow._create_scope(regclass, text, text),
    customer_workflow._check_scope(regclass, name[], text), customer_workflow._install_scope(regclass, name[], jsonb, jsonb, text)
    FROM PUBLIC;
