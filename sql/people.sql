-- Who gets the work of an assignment: its people for many cases at once, without those who may not decide.

CREATE FUNCTION customer_workflow._pointed(definition jsonb, at text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT definition #> ARRAY(SELECT replace(replace(p.part, '~1', '/'), '~0', '~')
                                 FROM unnest(string_to_array(substr(at, 2), '/')) WITH ORDINALITY AS p (part, n) ORDER BY p.n)
$$;
COMMENT ON FUNCTION customer_workflow._pointed(jsonb, text) IS 'What a JSON pointer points to; null where there is nothing';

CREATE FUNCTION customer_workflow._canonical_names(names text[]) RETURNS TABLE (given text, name text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT g.given, CASE WHEN g.given ~ '^(role|person):.' THEN g.given
                         WHEN r.oid IS NOT NULL THEN 'role:' || g.given ELSE 'person:' || g.given END
      FROM (SELECT DISTINCT u FROM unnest(names) AS u WHERE u <> '') AS g (given) LEFT JOIN pg_roles AS r ON r.rolname = g.given
$$;
COMMENT ON FUNCTION customer_workflow._canonical_names(text[]) IS 'People as they are stored; one without prefix is the role of that name where there is one, else a person';

CREATE FUNCTION customer_workflow._people(names text[]) RETURNS TABLE (person text, identities text[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH named (name) AS (SELECT DISTINCT n FROM unnest(names) AS n)
    SELECT name, customer_workflow._with_other_names(ARRAY[name]) FROM named WHERE name LIKE 'person:%'
    UNION ALL
    SELECT name, customer_workflow._with_other_names(ARRAY[name, 'oid:' || r.oid]) FROM named JOIN customer_workflow._acting_role AS r ON 'role:' || r.rolname = named.name
$$;
COMMENT ON FUNCTION customer_workflow._people(text[]) IS 'Those of these names under which somebody can act, with everything that each is known as';

CREATE FUNCTION customer_workflow._misfit(what text) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object('sqlstate', 'CW008', 'message', what,
                              'hint', 'Change the workflow, activate it, and move the proposal there with customer_workflow.reroute().')
$$;
COMMENT ON FUNCTION customer_workflow._misfit(text) IS 'Why an assignment cannot be answered: the definition does not fit any more';

CREATE FUNCTION customer_workflow._failure(what text, message text) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object('sqlstate', 'CW004', 'message', format('%s failed: %s', what, message),
                              'hint', 'Without it nobody knows who may decide. Correct what it says, and submit again.')
$$;
COMMENT ON FUNCTION customer_workflow._failure(text, text) IS 'Why an assignment cannot be answered: code of the DBA failed for this record';

CREATE FUNCTION customer_workflow._case_texts(evaluator customer_workflow._evaluator, value text, more text, cases customer_workflow._case[])
    RETURNS TABLE (n bigint, value text, message text, sqlstate text)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.n, CASE WHEN e.message IS NULL THEN e.value END, e.message, e.sqlstate
      FROM customer_workflow._evaluate(customer_workflow._case_query(_case_texts.value, more), evaluator, cases, NULL) AS e
$$;
COMMENT ON FUNCTION customer_workflow._case_texts(customer_workflow._evaluator, text, text, customer_workflow._case[])
    IS 'A text for each of many cases, or PostgreSQL''s message';

CREATE FUNCTION customer_workflow._named_by_field(relation regclass, evaluator customer_workflow._evaluator, field text, cases customer_workflow._case[])
    RETURNS TABLE (n bigint, name text, message text)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF field IS NULL THEN
        RETURN;
    ELSIF NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attname = field AND a.attnum > 0 AND NOT a.attisdropped) THEN
        RETURN QUERY SELECT g.n, NULL::text, format('column "%s" does not exist any more', field) FROM generate_series(1::bigint, cardinality(cases)) AS g (n);
        RETURN;
    END IF;
    RETURN QUERY
    WITH read AS MATERIALIZED (
        SELECT v.* FROM customer_workflow._case_texts(evaluator, format('old.%I::pg_catalog.text', field),
                                                      customer_workflow._record_of_case(relation, evaluator.id), cases) AS v
    )
    SELECT r.n, c.name, r.message
      FROM read AS r LEFT JOIN customer_workflow._canonical_names(ARRAY(SELECT DISTINCT v.value FROM read AS v)) AS c ON c.given = r.value;
END
$$;
COMMENT ON FUNCTION customer_workflow._named_by_field(regclass, customer_workflow._evaluator, text, customer_workflow._case[])
    IS 'The person whom a column of each stored record names, or why nobody knows; no row where the role sees no such record';

-- One branch a kind; what is wrong with the definition is wrong for every case.
CREATE FUNCTION customer_workflow._assigned(definition jsonb, at text, role name, relation regclass, cases customer_workflow._case[])
    RETURNS TABLE (n bigint, names text[], problem jsonb)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
DECLARE
    assign jsonb := customer_workflow._pointed(definition, at);
    kind text := (SELECT k FROM jsonb_object_keys(assign) AS k);
    given text := assign ->> kind;
    evaluator customer_workflow._evaluator;
    tree customer_workflow.hierarchy;
    starts text[];
    one text[];
    fault text;
BEGIN
    IF kind IN ('field', 'hierarchy', 'sql') THEN
        evaluator := customer_workflow._evaluator(relation, role);
        fault := evaluator.problem;
    END IF;
    CASE kind
        WHEN 'role' THEN
            one := ARRAY['role:' || given];
            IF NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = given) THEN
                fault := format('role "%s" does not exist any more', given);
            END IF;
        WHEN 'group' THEN
            one := ARRAY['group:' || given];
        WHEN 'user' THEN
            one := ARRAY(SELECT c.name FROM customer_workflow._canonical_names(ARRAY[given]) AS c);
            fault := (SELECT format('role "%s" does not exist any more', substr(u.name, 6)) FROM unnest(one) AS u (name)
                       WHERE u.name LIKE 'role:%' AND NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = substr(u.name, 6)));
        WHEN 'workflow_user' THEN
            IF given = 'owner' THEN
                one := ARRAY(SELECT CASE WHEN EXISTS (SELECT FROM customer_workflow._people(ARRAY[c.name])) THEN c.name ELSE 'members of ' || c.name END
                               FROM customer_workflow._canonical_names(ARRAY[definition ->> 'owner']) AS c);
                IF one = '{}' THEN
                    fault := 'the workflow has no owner';
                END IF;
            ELSE
                RETURN QUERY SELECT c.n, ARRAY[CASE given WHEN 'author' THEN c.author ELSE coalesce(c.originator, c.author) END], NULL::jsonb
                    FROM unnest(cases) WITH ORDINALITY AS c (p, t, k, ch, i, author, originator, s, r, co, op, n);
                RETURN;
            END IF;
        WHEN 'field' THEN
            IF fault IS NULL THEN
                RETURN QUERY SELECT f.n, array_remove(ARRAY[f.name], NULL), customer_workflow._misfit(f.message)
                    FROM customer_workflow._named_by_field(relation, evaluator, given, cases) AS f;
                RETURN;
            END IF;
        WHEN 'hierarchy' THEN
            SELECT * INTO tree FROM customer_workflow.hierarchy AS h
             WHERE h.name = assign #>> '{hierarchy,name}' AND EXISTS (SELECT FROM pg_class AS c WHERE c.oid = h.relation);
            fault := coalesce(fault, CASE WHEN tree.name IS NULL THEN format('hierarchy "%s" does not exist any more', assign #>> '{hierarchy,name}') END,
                (SELECT format('column "%s" of hierarchy "%s" does not exist any more', min(u.name), tree.name) FROM unnest(ARRAY[tree.person, tree.manager]) AS u (name)
                  WHERE NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = tree.relation AND a.attname = u.name AND NOT a.attisdropped) HAVING count(*) > 0));
            IF fault IS NULL THEN
                SELECT array_agg(CASE assign #>> '{hierarchy,start_from}' WHEN 'originator' THEN coalesce(c.originator, c.author)
                                      ELSE CASE WHEN assign #> '{hierarchy,start_from,field}' IS NULL THEN c.author ELSE f.name END END ORDER BY c.n), min(f.message)
                  INTO starts, fault
                  FROM unnest(cases) WITH ORDINALITY AS c (p, t, k, ch, i, author, originator, s, r, co, op, n)
                  LEFT JOIN customer_workflow._named_by_field(relation, evaluator, assign #>> '{hierarchy,start_from,field}', cases) AS f ON f.n = c.n;
            END IF;
            IF fault IS NULL THEN
                RETURN QUERY SELECT w.n, w.names, customer_workflow._failure(format('hierarchy "%s"', tree.name), w.message)
                    FROM customer_workflow._walk(tree, assign -> 'hierarchy', role, relation, cases, starts) AS w;
                RETURN;
            END IF;
        WHEN 'sql' THEN
            IF fault IS NULL THEN
                RETURN QUERY
                WITH called AS MATERIALIZED (
                    SELECT v.n, v.value::text[] AS raw, v.message, v.sqlstate
                      FROM customer_workflow._case_texts(evaluator,
                               format('ARRAY(SELECT p.person::pg_catalog.text FROM %s(%L::pg_catalog.regclass, "~case"."~key", "~case"."~changes") AS p (person))::pg_catalog.text',
                                      (SELECT string_agg(quote_ident(i), '.') FROM unnest(parse_ident(given)) AS i), relation::oid), '', cases) AS v
                ), person AS (
                    SELECT v.n, array_agg(c.name ORDER BY u.place) AS names
                      FROM called AS v CROSS JOIN LATERAL unnest(v.raw) WITH ORDINALITY AS u (raw, place)
                      JOIN customer_workflow._canonical_names(ARRAY(SELECT DISTINCT x.raw FROM called AS y CROSS JOIN LATERAL unnest(y.raw) AS x (raw))) AS c
                        ON c.given = u.raw
                     GROUP BY v.n
                )
                SELECT v.n, p.names, CASE WHEN v.sqlstate LIKE '42%' THEN customer_workflow._misfit(v.message)
                                          ELSE customer_workflow._failure(format('function %s', given), v.message) END
                  FROM called AS v LEFT JOIN person AS p ON p.n = v.n;
                RETURN;
            END IF;
    END CASE;
    RETURN QUERY SELECT g.n, CASE WHEN fault IS NULL THEN one ELSE '{}' END, customer_workflow._misfit(fault)
        FROM generate_series(1::bigint, cardinality(cases)) AS g (n);
END
$$;
COMMENT ON FUNCTION customer_workflow._assigned(jsonb, text, name, regclass, customer_workflow._case[])
    IS 'Whom an assignment names for each case, by its place in the array: role:name, person:name, group:name, or members of role:name; or why nobody knows';

-- Cases of the same parties and the same names have the same answer, so that a bulk of one author costs as much as one change.
-- The planner does not know how many cases there are, and nested loops over thousands would be slow.
CREATE FUNCTION customer_workflow._eligible(definition jsonb, at text, role name, relation regclass, cases customer_workflow._case[],
                                            without jsonb, at_most integer, workflow text DEFAULT NULL)
    RETURNS TABLE (proposal bigint, eligible jsonb)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
    WITH given AS (
        SELECT coalesce((definition ->> 'allow_self_approval')::boolean, false) AS self_approval,
               customer_workflow._pointed(definition, at) ?| '{role,group}' AS pool,
               coalesce(customer_workflow._pointed(definition, regexp_replace(at, '/assign_to$', '')) -> 'completion_policy', '"single_approver"')
                   <> '"single_approver"' AS counted
    ), assigned AS MATERIALIZED (
        SELECT c.n, c.proposal, coalesce(c.parties, '{}') AS parties, coalesce(a.names, '{}') AS names, a.problem, w.without,
               dense_rank() OVER (ORDER BY c.parties, a.names, a.problem, w.without) AS alike
          FROM unnest(cases) WITH ORDINALITY AS c (proposal, t, k, ch, parties, au, o, s, r, co, op, n)
         CROSS JOIN LATERAL (SELECT coalesce(_eligible.without -> c.proposal::text, '[]') AS without) AS w
          LEFT JOIN customer_workflow._assigned(definition, at, role, relation, cases) AS a ON a.n = c.n
    ), alike AS MATERIALIZED (
        SELECT DISTINCT ON (a.alike) a.alike AS id, a.names, a.parties, a.problem, a.without FROM assigned AS a ORDER BY a.alike
    ), name AS MATERIALIZED (
        SELECT DISTINCT u.name FROM alike AS a CROSS JOIN LATERAL unnest(a.names) AS u (name)
    ), member AS MATERIALIZED (
        SELECT name.name, m.person, m.identities
          FROM name CROSS JOIN given
         CROSS JOIN LATERAL customer_workflow._members(regexp_replace(name.name, '^members of ', '')) AS m
         WHERE given.pool OR name.name LIKE 'members of %'
        UNION ALL
        SELECT p.person, p.person, p.identities
          FROM given CROSS JOIN customer_workflow._people(ARRAY(SELECT name.name FROM name)) AS p WHERE NOT given.pool
    ), rule AS MATERIALIZED (
        SELECT s.person, s.stand_in FROM customer_workflow._stand_ins(ARRAY(SELECT DISTINCT m.person FROM member AS m), relation, workflow) AS s
    ), stand_in AS MATERIALIZED (
        SELECT r.person, r.stand_in, p.identities, (SELECT min(i.id COLLATE "C") FROM unnest(p.identities) AS i (id)) AS known_as
          FROM rule AS r JOIN customer_workflow._people(ARRAY(SELECT x.stand_in FROM rule AS x)) AS p ON p.person = r.stand_in
    ), candidate AS MATERIALIZED (
        -- what somebody is known as is the same under each of his names; where people are counted, he is one
        SELECT DISTINCT ON (l.id, CASE WHEN g.counted THEN k.known_as ELSE m.person END) l.id, m.person, k.known_as, u.place, m.identities && l.parties AS party,
               l.without ?| m.identities OR m.identities && l.parties AND NOT g.self_approval AS out
          FROM alike AS l CROSS JOIN given AS g CROSS JOIN LATERAL unnest(l.names) WITH ORDINALITY AS u (name, place)
          JOIN member AS m ON m.name = u.name
         CROSS JOIN LATERAL (SELECT min(i.id COLLATE "C") AS known_as FROM unnest(m.identities) AS i (id)) AS k
         ORDER BY l.id, CASE WHEN g.counted THEN k.known_as ELSE m.person END, u.place, m.person COLLATE "C"
    ), deputy AS MATERIALIZED (
        -- where people are counted, nobody has two places, and no place has two people
        SELECT DISTINCT ON (c.id, CASE WHEN g.counted THEN s.known_as ELSE s.stand_in END, CASE WHEN NOT g.counted THEN c.person END) c.id, c.place, c.person, s.stand_in
          FROM candidate AS c CROSS JOIN given AS g JOIN stand_in AS s ON s.person = c.person JOIN alike AS l ON l.id = c.id
         WHERE NOT c.out AND NOT l.without ?| s.identities AND (g.self_approval OR NOT s.identities && l.parties)
           AND NOT EXISTS (SELECT FROM candidate AS own WHERE own.id = c.id AND own.known_as = s.known_as)
         ORDER BY c.id, CASE WHEN g.counted THEN s.known_as ELSE s.stand_in END, CASE WHEN NOT g.counted THEN c.person END, c.place, c.person COLLATE "C"
    ), place AS (
        SELECT c.id, c.person, NULL AS on_behalf_of, row_number() OVER (PARTITION BY c.id ORDER BY c.place, c.person COLLATE "C") AS n
          FROM candidate AS c CROSS JOIN given AS g
         WHERE NOT c.out AND (g.pool AND NOT g.counted OR NOT EXISTS (SELECT FROM deputy AS d WHERE d.id = c.id AND d.person = c.person))
        UNION ALL
        SELECT d.id, d.stand_in, d.person, 1000000 + row_number() OVER (PARTITION BY d.id ORDER BY d.place, d.person COLLATE "C") FROM deputy AS d
    ), people AS (
        SELECT p.id, jsonb_agg(jsonb_strip_nulls(jsonb_build_object('person', p.person, 'on_behalf_of', p.on_behalf_of)) ORDER BY p.n) AS people
          FROM place AS p WHERE p.on_behalf_of IS NOT NULL OR at_most IS NULL OR p.n <= at_most GROUP BY p.id
    ), involved AS (
        SELECT c.id, true AS involved FROM candidate AS c WHERE c.party GROUP BY c.id
    ), answer AS MATERIALIZED (
        SELECT l.id, jsonb_strip_nulls(jsonb_build_object('people', coalesce(p.people, '[]'), 'involved', i.involved, 'problem', l.problem)) AS eligible
          FROM alike AS l LEFT JOIN people AS p ON p.id = l.id LEFT JOIN involved AS i ON i.id = l.id
    )
    SELECT a.proposal, w.eligible FROM assigned AS a JOIN answer AS w ON w.id = a.alike ORDER BY a.n
$$;
COMMENT ON FUNCTION customer_workflow._eligible(jsonb, text, name, regclass, customer_workflow._case[], jsonb, integer, text)
    IS 'The people of an assignment for many cases as the engine reads them; without: names to leave out, by proposal; problem (sqlstate, message, hint) says why there can be none';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._pointed(jsonb, text), customer_workflow._canonical_names(text[]), customer_workflow._people(text[]),
    customer_workflow._misfit(text), customer_workflow._failure(text, text), customer_workflow._case_texts(customer_workflow._evaluator, text, text, customer_workflow._case[]),
    customer_workflow._named_by_field(regclass, customer_workflow._evaluator, text, customer_workflow._case[]),
    customer_workflow._assigned(jsonb, text, name, regclass, customer_workflow._case[]),
    customer_workflow._eligible(jsonb, text, name, regclass, customer_workflow._case[], jsonb, integer, text)
    FROM PUBLIC;
