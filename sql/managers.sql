-- Managers: a walk up a relation of the DBA's own.

CREATE FUNCTION customer_workflow._managers(hierarchy customer_workflow.hierarchy, reader customer_workflow._evaluator, persons text[])
    RETURNS TABLE (person text, manager text, message text)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    -- the relation may write a role as "bob" or "role:bob", and a person without prefix where no role has that name
    WITH spelling AS MATERIALIZED (
        SELECT p.person, s.spelling, row_number() OVER () AS n
          FROM unnest(persons) AS p (person)
         CROSS JOIN LATERAL (VALUES (p.person), (regexp_replace(p.person, '^(role|person):', ''))) AS s (spelling)
         WHERE s.spelling = p.person OR p.person LIKE 'role:%' OR NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = s.spelling)
    )
    SELECT s.person, CASE WHEN e.message IS NULL THEN e.value END, e.message
      FROM customer_workflow._evaluate(
               format('SELECT pg_catalog.array_agg(v.n), pg_catalog.array_agg(h.%I::pg_catalog.text) '
                      'FROM pg_catalog.unnest($2) WITH ORDINALITY AS v (spelling, n) JOIN %s AS h ON h.%I::pg_catalog.text OPERATOR(pg_catalog.=) v.spelling COLLATE "C" '
                      'WHERE h.%I IS NOT NULL', hierarchy.manager, hierarchy.relation, hierarchy.person, hierarchy.manager),
               reader, '{}', ARRAY(SELECT s.spelling FROM spelling AS s ORDER BY s.n)) AS e
      JOIN spelling AS s ON s.n = e.n
$$;
COMMENT ON FUNCTION customer_workflow._managers(customer_workflow.hierarchy, customer_workflow._evaluator, text[])
    IS 'The managers of people, as the relation writes them';

CREATE FUNCTION customer_workflow._hierarchy_reader(hierarchy customer_workflow.hierarchy, evaluator customer_workflow._evaluator)
    RETURNS customer_workflow._evaluator
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN NOT r.rolsuper THEN ROW(r.oid, true, 'pg_catalog, pg_temp', NULL)::customer_workflow._evaluator ELSE evaluator END
      FROM pg_class AS c JOIN pg_roles AS r ON r.oid = c.relowner WHERE c.oid = hierarchy.relation
$$;
COMMENT ON FUNCTION customer_workflow._hierarchy_reader(customer_workflow.hierarchy, customer_workflow._evaluator)
    IS 'As whom a hierarchy is read: as its owner, or where that is a superuser as the role that evaluates conditions';

-- Each case goes up on its own way, level by level, until its condition holds; where people have several managers it forks. A way
-- that comes back to itself ends. Nested loops over thousands of cases, whose number the planner does not know, would be slow.
CREATE FUNCTION customer_workflow._walk(hierarchy customer_workflow.hierarchy, assign jsonb, role name, relation regclass,
                                        cases customer_workflow._case[], starts text[])
    RETURNS TABLE (n bigint, names text[], message text)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
DECLARE
    evaluator customer_workflow._evaluator := customer_workflow._evaluator(relation, role);
    reader customer_workflow._evaluator := customer_workflow._hierarchy_reader(hierarchy, evaluator);
    highest integer := least((assign ->> 'levels')::integer, 100);
    until text := assign ->> 'until';
    level integer := 0;
    -- where each way stands: its case, its people so far; of the next level also the manager as the relation writes him
    at_case bigint[];
    ways text[];
    next_case bigint[];
    next_ways text[];
    next_given text[];
    ended_case bigint[] := '{}';
    ended_ways text[] := '{}';
    failed_case bigint[] := '{}';
    failures text[] := '{}';
    found text[];
    managers text[];
    fault text;
BEGIN
    SELECT array_agg(s.n), array_agg(ARRAY[s.name]::text) INTO at_case, ways FROM unnest(starts) WITH ORDINALITY AS s (name, n) WHERE s.name IS NOT NULL;
    WHILE at_case IS NOT NULL AND level < coalesce(highest, 100) LOOP
        level := level + 1;
        SELECT array_agg(m.person), array_agg(m.manager), min(m.message) INTO found, managers, fault
          FROM customer_workflow._managers(hierarchy, reader,
                   ARRAY(SELECT DISTINCT (w.way::text[])[cardinality(w.way::text[])] FROM unnest(ways) AS w (way))) AS m;
        IF fault IS NOT NULL THEN
            RETURN QUERY SELECT g.n, '{}'::text[], fault FROM generate_series(1::bigint, cardinality(cases)) AS g (n);
            RETURN;
        END IF;
        WITH standing AS MATERIALIZED (
            SELECT w.at_case, w.way::text[] AS way, row_number() OVER () AS id FROM unnest(at_case, ways) AS w (at_case, way)
        ), up AS MATERIALIZED (
            SELECT s.id, s.at_case, s.way || c.name AS way, m.manager AS given
              FROM standing AS s
              JOIN unnest(found, managers) AS m (person, manager) ON m.person = s.way[cardinality(s.way)]
              JOIN customer_workflow._canonical_names(managers) AS c ON c.given = m.manager
             WHERE c.name <> ALL (s.way)
        ), top AS (
            SELECT s.at_case, s.way FROM standing AS s LEFT JOIN up AS u ON u.id = s.id WHERE u.id IS NULL
        )
        SELECT ended_case || coalesce((SELECT array_agg(t.at_case) FROM top AS t), '{}'),
               ended_ways || coalesce((SELECT array_agg(t.way::text) FROM top AS t), '{}'),
               (SELECT array_agg(u.at_case ORDER BY u.at_case, u.way) FROM up AS u),
               (SELECT array_agg(u.way::text ORDER BY u.at_case, u.way) FROM up AS u),
               (SELECT array_agg(u.given ORDER BY u.at_case, u.way) FROM up AS u)
          INTO ended_case, ended_ways, next_case, next_ways, next_given;
        at_case := next_case;
        ways := next_ways;
        IF until IS NOT NULL AND at_case IS NOT NULL THEN
            WITH going AS MATERIALIZED (
                SELECT w.at_case, w.way, w.n FROM unnest(next_case, next_ways) WITH ORDINALITY AS w (at_case, way, n)
            ), asked AS MATERIALIZED (
                SELECT a.n, a.value, a.message
                  FROM customer_workflow._answers(relation, role, until,
                           ARRAY(SELECT c.one FROM going AS g JOIN (SELECT u::customer_workflow._case AS one, row_number() OVER () AS n FROM unnest(cases) AS u) AS c
                                                                ON c.n = g.at_case ORDER BY g.n), next_given) AS a
            ), judged AS MATERIALIZED (
                SELECT g.*, a.value, a.message FROM going AS g JOIN asked AS a ON a.n = g.n
            )
            SELECT ended_case || coalesce((SELECT array_agg(j.at_case) FROM judged AS j WHERE j.value = 'true'), '{}'),
                   ended_ways || coalesce((SELECT array_agg(j.way) FROM judged AS j WHERE j.value = 'true'), '{}'),
                   failed_case || coalesce((SELECT array_agg(j.at_case) FROM judged AS j WHERE j.value = 'error'), '{}'),
                   failures || coalesce((SELECT array_agg(j.message) FROM judged AS j WHERE j.value = 'error'), '{}'),
                   (SELECT array_agg(j.at_case ORDER BY j.n) FROM judged AS j WHERE j.value IN ('false', 'null')),
                   (SELECT array_agg(j.way ORDER BY j.n) FROM judged AS j WHERE j.value IN ('false', 'null'))
              INTO ended_case, ended_ways, failed_case, failures, at_case, ways;
        END IF;
    END LOOP;
    RETURN QUERY
    WITH way AS (
        SELECT e.n, e.way::text[] AS way
          FROM unnest(ended_case || coalesce(at_case, '{}'), ended_ways || coalesce(ways, '{}')) AS e (n, way)
    ), one AS (
        SELECT w.n, p.name, min(p.place) AS place
          FROM way AS w CROSS JOIN LATERAL unnest(w.way) WITH ORDINALITY AS p (name, place)
         WHERE p.place > 1 AND (assign ->> 'assign' IS DISTINCT FROM 'last' OR p.place = cardinality(w.way))
         GROUP BY w.n, p.name
    )
    SELECT g.n, coalesce(o.names, '{}'), f.message
      FROM generate_series(1::bigint, cardinality(cases)) AS g (n)
      LEFT JOIN (SELECT one.n, array_agg(one.name ORDER BY one.place, one.name COLLATE "C") AS names FROM one GROUP BY one.n) AS o ON o.n = g.n
      LEFT JOIN (SELECT u.n, min(u.message) AS message FROM unnest(failed_case, failures) AS u (n, message) GROUP BY u.n) AS f ON f.n = g.n;
END
$$;
COMMENT ON FUNCTION customer_workflow._walk(customer_workflow.hierarchy, jsonb, name, regclass, customer_workflow._case[], text[])
    IS 'The managers of a hierarchy above a person of each case, nearest first, as far as the assignment says; or why nobody knows';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._managers(customer_workflow.hierarchy, customer_workflow._evaluator, text[]),
    customer_workflow._hierarchy_reader(customer_workflow.hierarchy, customer_workflow._evaluator),
    customer_workflow._walk(customer_workflow.hierarchy, jsonb, name, regclass, customer_workflow._case[], text[])
    FROM PUBLIC;
