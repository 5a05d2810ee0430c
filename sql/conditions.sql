-- Conditions of workflows: SQL expressions of whoever activated the workflow, evaluated in other people's sessions. So they run as
-- the role that activated it, read-only, as that role's person, and what they leave behind is rolled back.

CREATE TYPE customer_workflow._case AS (
    proposal bigint, table_id integer, record_key jsonb, changes jsonb, parties text[], author text, originator text,
    source text, reference text, comment text, operation text);
COMMENT ON TYPE customer_workflow._case IS 'A record with wished values: a stored proposal, or one that is only imagined';
COMMENT ON COLUMN customer_workflow._case.proposal IS 'Its number, by which answers name it';
COMMENT ON COLUMN customer_workflow._case.table_id IS 'The protected table';
COMMENT ON COLUMN customer_workflow._case.record_key IS 'The record';
COMMENT ON COLUMN customer_workflow._case.changes IS 'Field → proposed value as text under pinned settings, or null';
COMMENT ON COLUMN customer_workflow._case.parties IS 'Every identity of author, originator and editors';
COMMENT ON COLUMN customer_workflow._case.author IS 'Who made the change: role:name or person:name';
COMMENT ON COLUMN customer_workflow._case.originator IS 'Who submitted it';
COMMENT ON COLUMN customer_workflow._case.source IS 'The data entity it came from; null for a person';
COMMENT ON COLUMN customer_workflow._case.reference IS 'The reference of the session that made it';
COMMENT ON COLUMN customer_workflow._case.comment IS 'Why';
COMMENT ON COLUMN customer_workflow._case.operation IS 'As in proposal: null where fields of a stored record are changed';

CREATE FUNCTION customer_workflow._cases(proposals bigint[]) RETURNS customer_workflow._case[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(ROW(p.id, p.table_id, p.record_key,
                                  coalesce((SELECT jsonb_object_agg(c.field, c.proposed) FROM customer_workflow.change AS c WHERE c.proposal = p.id), '{}')
                                  || CASE WHEN p.change_set IS NULL THEN '{}' ELSE customer_workflow._part_changes(p.id) END,
                                  p.parties, p.author, coalesce(p.originator, p.author), p.data_entity, p.reference, p.comment, p.operation)::customer_workflow._case
                              ORDER BY p.id), '{}')
      FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals)
$$;
COMMENT ON FUNCTION customer_workflow._cases(bigint[]) IS 'The cases of stored proposals, in the order of their numbers';

CREATE TYPE customer_workflow._evaluator AS (id oid, past_row_security boolean, search_path text, problem text);
COMMENT ON TYPE customer_workflow._evaluator IS 'As whom code of a workflow runs: the role, whether row level security that its owner forces upon himself counts, the search_path; or why nobody can';

CREATE FUNCTION customer_workflow._evaluator(relation regclass, role name) RETURNS customer_workflow._evaluator
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table := (SELECT t FROM customer_workflow.protected_table AS t WHERE t.relation = _evaluator.relation);
    who record;
    writer oid;
BEGIN
    SELECT r.oid, r.rolsuper INTO who FROM pg_roles AS r WHERE r.rolname = role;
    IF tab.id IS NULL THEN
        RETURN ROW(NULL, NULL, NULL, 'the table does not exist or is not protected any more')::customer_workflow._evaluator;
    ELSIF NOT FOUND THEN
        RETURN ROW(NULL, NULL, NULL, format('role "%s", which activated the workflow, does not exist any more', role))::customer_workflow._evaluator;
    ELSIF NOT who.rolsuper THEN
        RETURN ROW(who.oid, false, customer_workflow._path_now(relation, tab.search_path), NULL)::customer_workflow._evaluator;
    END IF;
    BEGIN
        writer := customer_workflow._writing_role(relation, tab.options);
    EXCEPTION WHEN feature_not_supported OR invalid_parameter_value OR insufficient_privilege THEN
        RETURN ROW(NULL, NULL, NULL, SQLERRM)::customer_workflow._evaluator;
    END;
    RETURN ROW(writer, true, customer_workflow._path_now(relation, tab.search_path), NULL)::customer_workflow._evaluator;
END
$$;
COMMENT ON FUNCTION customer_workflow._evaluator(regclass, name) IS 'As whom code of a workflow runs that this role has activated: as that role, or where it is a superuser as the one that writes approved values';

-- Columns that the role may not read are not in "new".
CREATE FUNCTION customer_workflow._record_of_case(relation regclass, role oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH columns AS (
        SELECT a.attname AS name, a.attnum AS n, a.attgenerated <> '' AS generated, pg_get_expr(d.adbin, d.adrelid) AS expression,
               has_column_privilege(role, relation, a.attnum, 'SELECT') AS readable,
               format('CASE WHEN pg_catalog.jsonb_exists("~case"."~changes", %L) THEN customer_workflow._input("~case"."~changes" OPERATOR(pg_catalog.->>) %L, old.%I)%s ELSE old.%I END',
                      a.attname, a.attname, a.attname, CASE WHEN a.atttypmod <> -1 THEN '::' || format_type(a.atttypid, a.atttypmod) END, a.attname) AS value
          FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated <> ''
         WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
    ), whole AS (
        SELECT bool_and(c.readable) AS readable,
               string_agg(format('%s AS %I', c.value, c.name), ', ' ORDER BY c.n) FILTER (WHERE c.readable AND NOT c.generated) AS stored,
               string_agg(format(', %s AS %I', c.expression, c.name), '' ORDER BY c.n) FILTER (WHERE c.generated) AS computed
          FROM columns AS c
    )
    -- A record that is only to be stored has no "old".
    SELECT format('LEFT JOIN %s AS old ON "~case"."~operation" IS DISTINCT FROM ''insert'' AND %s '
                  'JOIN LATERAL (SELECT %s) AS new ON "~case"."~operation" IS NOT DISTINCT FROM ''insert'' OR old.%I IS NOT NULL', relation::text, k.matches,
                  CASE WHEN w.readable AND w.computed IS NOT NULL
                       THEN format('"~new".*%s FROM (SELECT %s) AS "~new"', w.computed, w.stored) ELSE w.stored END, k.first)
      FROM whole AS w
     CROSS JOIN (SELECT string_agg(format('old.%I %s customer_workflow._input("~case"."~key" OPERATOR(pg_catalog.->>) %L, NULL::%s)',
                                          p.field, p.equals, p.field, p.type), ' AND ') AS matches, min(p.field::text) AS first
                   FROM customer_workflow._key_parts(relation) AS p HAVING count(*) > 0) AS k
$$;
COMMENT ON FUNCTION customer_workflow._record_of_case(regclass, oid) IS 'SQL that adds the stored record as "old", and as "new" with the wished values, to a case; null where the table has no primary key any more';

CREATE FUNCTION customer_workflow._case_query(value text, more text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('SELECT pg_catalog.array_agg(r.n), pg_catalog.array_agg(r.v) FROM (SELECT "~case"."~n" AS n, %s AS v '
                  'FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) WITH ORDINALITY AS "~case" '
                  '("~proposal", "~table", "~key", "~changes", "~parties", "~author", "~originator", "~source", "~reference", "~comment", "~operation", "~manager", "~n") '
                  '%s) AS r', value, more)
$$;
COMMENT ON FUNCTION customer_workflow._case_query(text, text) IS 'The statement that computes a text for many cases, for _evaluate()';

-- The condition stands twice: in WHERE, where PostgreSQL allows neither aggregates nor sets and asks for a boolean, and which it
-- then drops since OR true decides; and where its value is computed.
CREATE FUNCTION customer_workflow._condition_query(relation regclass, role oid, condition text, with_manager boolean) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT customer_workflow._case_query(format(E'((%s\n) AND true)::pg_catalog.text', c.sql),
        customer_workflow._record_of_case(relation, role)
        || ' CROSS JOIN LATERAL (SELECT ARRAY(SELECT k FROM pg_catalog.jsonb_object_keys("~case"."~changes") AS k ORDER BY k COLLATE "C") AS fields, '
           'customer_workflow._display("~case"."~author") AS author, customer_workflow._display("~case"."~originator") AS originator, '
           'coalesce(customer_workflow._display("~case"."~source"), ''person'') AS source, '
           '"~case"."~reference" AS reference, "~case"."~comment" AS comment, coalesce("~case"."~operation", ''update'') AS operation) AS proposal'
        || CASE WHEN with_manager THEN ' CROSS JOIN LATERAL (SELECT "~case"."~manager" AS manager) AS "~manager"' ELSE '' END
        || format(E' WHERE ((%s\n) OR true)', c.sql))
      FROM (SELECT customer_workflow._condition_sql(condition) AS sql) AS c
$$;
COMMENT ON FUNCTION customer_workflow._condition_query(regclass, oid, text, boolean) IS 'The statement that evaluates a condition for many cases whose record the role sees; null where the table has no primary key any more';

CREATE FUNCTION customer_workflow._parts(query text, evaluator customer_workflow._evaluator, cases customer_workflow._case[], managers text[], whole boolean)
    RETURNS TABLE (n bigint, value text, message text, sqlstate text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    size integer := (cardinality(cases) + 7) / 8;
    numbers bigint[];
    answers text[];
    answered boolean := false;
    code text;
    said text;
BEGIN
    BEGIN
        PERFORM customer_workflow._evaluate_as(evaluator.id, evaluator.past_row_security);
        PERFORM set_config('search_path', evaluator.search_path, true);
        EXECUTE query INTO numbers, answers USING cases, managers;
        IF NOT current_setting('transaction_read_only')::boolean THEN
            -- PostgreSQL 15 lets RESET do that
            RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction', MESSAGE = 'a condition must leave the transaction read-only';
        END IF;
        answered := true;
        RAISE EXCEPTION 'only to roll it back';
    EXCEPTION WHEN OTHERS OR assert_failure THEN
        GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, said = MESSAGE_TEXT;
        IF answered THEN
            RETURN QUERY SELECT a.n, a.v, NULL::text, NULL::text FROM unnest(numbers, answers) AS a (n, v);
            RETURN;
        ELSIF NOT customer_workflow._is_outcome(code) THEN
            RAISE;
        END IF;
    END;
    IF cardinality(cases) < 2 OR whole AND EXISTS (SELECT FROM customer_workflow._parts(query, evaluator, '{}', '{}', false)) THEN
        RETURN QUERY SELECT g.n, 'error', said, code FROM generate_series(1::bigint, greatest(cardinality(cases), 1)) AS g (n);
        RETURN;
    END IF;
    FOR begins IN 1 .. cardinality(cases) BY size LOOP
        RETURN QUERY SELECT p.n + begins - 1, p.value, p.message, p.sqlstate
            FROM customer_workflow._parts(query, evaluator, cases[begins:begins + size - 1], managers[begins:begins + size - 1], false) AS p;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._parts(text, customer_workflow._evaluator, customer_workflow._case[], text[], boolean) IS 'See _evaluate(); whole: these are all cases, so that what fails without any of them fails for all';

-- How literals and dates of a condition are read must not depend on the session that happens to submit.
CREATE FUNCTION customer_workflow._evaluate(query text, evaluator customer_workflow._evaluator, cases customer_workflow._case[], managers text[])
    RETURNS TABLE (n bigint, value text, message text, sqlstate text)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp SET "DateStyle" = 'ISO, MDY' SET "IntervalStyle" = postgres SET "TimeZone" = 'UTC'
SET extra_float_digits = 1 SET bytea_output = hex SET array_nulls = on SET xmloption = content SET lc_monetary = 'C' SET lc_numeric = 'C'
SET lc_time = 'C' SET standard_conforming_strings = on SET transform_null_equals = off SET row_security = on
SET default_text_search_config = 'pg_catalog.simple' SET gin_fuzzy_search_limit = 0 AS $$
    SELECT * FROM customer_workflow._parts(query, evaluator, cases, managers, true)
$$;
COMMENT ON FUNCTION customer_workflow._evaluate(text, customer_workflow._evaluator, customer_workflow._case[], text[])
    IS 'Runs a statement of _case_query(), in ever smaller parts around cases that fail: these have value error, and PostgreSQL''s message and SQLSTATE';

CREATE FUNCTION customer_workflow._unknown_field(relation regclass, condition text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(format('column "%s" does not exist', f)) FROM unnest(customer_workflow._condition_fields(condition)) AS f
     WHERE NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attname = f AND a.attnum > 0 AND NOT a.attisdropped)
       -- of a table that is a part of it
       AND NOT EXISTS (SELECT FROM customer_workflow.protected_table AS own
                         JOIN customer_workflow.protected_table AS t ON t.options #>> '{part_of,relation}' = own.relation_name
                         JOIN pg_attribute AS a ON a.attrelid = t.relation AND a.attnum > 0 AND NOT a.attisdropped
                        WHERE own.relation = _unknown_field.relation AND f = customer_workflow._name(t.relation) || '.' || a.attname)
$$;
COMMENT ON FUNCTION customer_workflow._unknown_field(regclass, text) IS 'What is wrong where a condition asks changed() about a field that the table does not have; it would never be true';

-- Of the statement around the condition nothing is said.
CREATE FUNCTION customer_workflow._about_condition(message text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT regexp_replace(regexp_replace(message, '^argument of (AND|OR) must', 'a condition must'), '\n\)"$', '"')
$$;
COMMENT ON FUNCTION customer_workflow._about_condition(text) IS 'An error message of PostgreSQL in the words of who wrote the condition';

CREATE FUNCTION customer_workflow._answers(relation regclass, role name, condition text, cases customer_workflow._case[], managers text[])
    RETURNS TABLE (n bigint, value text, message text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    evaluator customer_workflow._evaluator := customer_workflow._evaluator(relation, role);
    problem text := evaluator.problem;
    query text;
BEGIN
    IF problem IS NULL THEN
        BEGIN
            query := customer_workflow._condition_query(relation, evaluator.id, condition, managers IS NOT NULL);
            problem := CASE WHEN query IS NULL THEN 'the table has no primary key any more' ELSE customer_workflow._unknown_field(relation, condition) END;
        EXCEPTION WHEN syntax_error OR statement_too_complex THEN
            problem := customer_workflow._about_condition(SQLERRM);
        END;
    END IF;
    IF problem IS NOT NULL THEN
        RETURN QUERY SELECT g.n, 'error', problem FROM generate_series(1::bigint, cardinality(cases)) AS g (n);
        RETURN;
    END IF;
    RETURN QUERY
    SELECT g.n, coalesce(e.value, 'null'), CASE WHEN e.n IS NULL THEN 'the record does not exist, or row level security hides it' ELSE customer_workflow._about_condition(e.message) END
      FROM generate_series(1::bigint, cardinality(cases)) AS g (n)
      LEFT JOIN customer_workflow._evaluate(query, evaluator, cases, managers) AS e ON e.n = g.n
     ORDER BY g.n;
END
$$;
COMMENT ON FUNCTION customer_workflow._answers(regclass, name, text, customer_workflow._case[], text[])
    IS 'The values of a condition for many cases, by their place in the array; managers: with one of them for each';

CREATE FUNCTION customer_workflow._conditions(relation regclass, role name, condition text, cases customer_workflow._case[])
    RETURNS TABLE (proposal bigint, value text, message text)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.proposal, a.value, a.message
      FROM unnest(cases) WITH ORDINALITY AS c (proposal, t, k, ch, i, au, o, s, r, co, op, n)
      JOIN customer_workflow._answers(relation, role, condition, cases, NULL) AS a ON a.n = c.n ORDER BY c.n
$$;
COMMENT ON FUNCTION customer_workflow._conditions(regclass, name, text, customer_workflow._case[])
    IS 'The value of a condition for many cases: true, false, null (also where the role sees no such record), or error with PostgreSQL''s message';

CREATE FUNCTION customer_workflow._check_condition(relation regclass, role name, condition text, with_manager boolean DEFAULT false) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    evaluator customer_workflow._evaluator := customer_workflow._evaluator(relation, role);
    query text;
    unknown text;
BEGIN
    IF evaluator.problem IS NOT NULL THEN
        RETURN evaluator.problem;
    END IF;
    BEGIN
        unknown := customer_workflow._unknown_field(relation, condition);
        IF unknown IS NOT NULL THEN
            RETURN unknown;
        END IF;
        query := customer_workflow._condition_query(relation, evaluator.id, condition, with_manager);
    EXCEPTION WHEN syntax_error OR statement_too_complex THEN
        RETURN customer_workflow._about_condition(SQLERRM);
    END;
    IF query IS NULL THEN
        RETURN 'the table has no primary key';
    END IF;
    RETURN (SELECT customer_workflow._about_condition(min(e.message)) FROM customer_workflow._evaluate(query, evaluator, '{}', '{}') AS e);
END
$$;
COMMENT ON FUNCTION customer_workflow._check_condition(regclass, name, text, boolean)
    IS 'What is wrong with a condition for this role, as PostgreSQL says it; null when nothing is. with_manager: it may use manager, as the until of a hierarchy';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._cases(bigint[]), customer_workflow._evaluator(regclass, name),
    customer_workflow._record_of_case(regclass, oid), customer_workflow._case_query(text, text),
    customer_workflow._condition_query(regclass, oid, text, boolean),
    customer_workflow._parts(text, customer_workflow._evaluator, customer_workflow._case[], text[], boolean),
    customer_workflow._evaluate(text, customer_workflow._evaluator, customer_workflow._case[], text[]),
    customer_workflow._unknown_field(regclass, text), customer_workflow._about_condition(text), customer_workflow._answers(regclass, name, text, customer_workflow._case[], text[]),
    customer_workflow._conditions(regclass, name, text, customer_workflow._case[]), customer_workflow._check_condition(regclass, name, text, boolean)
    FROM PUBLIC;
