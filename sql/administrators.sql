-- Who administers a table whose configuration is gated (option gate_configuration), and who the database: as groups that exist by
-- themselves, "administrators of table 5" and "administrators of the database", so that work items can be held by them.
-- PL/pgSQL throughout, for a plan that is kept; and since some of these and the functions in identity.sql call each other.

CREATE FUNCTION customer_workflow._gated_tables() RETURNS integer[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT t.id FROM customer_workflow.protected_table AS t
                  WHERE t.relation IS NOT NULL AND t.options @> '{"gate_configuration": true}' ORDER BY t.id);
END
$$;
COMMENT ON FUNCTION customer_workflow._gated_tables() IS 'The protected tables whose configuration is gated';

CREATE FUNCTION customer_workflow._administrators_group(table_id integer) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'administrators of ' || coalesce('table ' || table_id, 'the database')
$$;
COMMENT ON FUNCTION customer_workflow._administrators_group(integer) IS 'The name of the group of those who administer a table, null: the database';

CREATE FUNCTION customer_workflow._is_administrators_group(group_name text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT group_name ~ '^(group:)?administrators of (table \d{1,9}|the database)$'
$$;
COMMENT ON FUNCTION customer_workflow._is_administrators_group(text) IS 'Whether a group is one of those that exist by themselves';

CREATE FUNCTION customer_workflow._administrators(table_id integer) RETURNS TABLE (person text, identities text[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT DISTINCT ON (m.person) m.person, m.identities
      FROM (SELECT 'role:' || pg_get_userbyid(c.relowner) AS name, true AS members
              FROM customer_workflow.protected_table AS t JOIN pg_class AS c ON c.oid = t.relation WHERE t.id = _administrators.table_id
            UNION ALL
            SELECT d.person, true FROM customer_workflow.duty AS d
             WHERE d.table_id = _administrators.table_id AND d.duty = 'administrator' AND NOT customer_workflow._is_administrators_group(d.person)
            UNION ALL
            -- who is a member of a superuser is none
            SELECT 'role:' || r.rolname, false FROM pg_roles AS r WHERE r.rolsuper) AS h
     CROSS JOIN LATERAL customer_workflow._members(h.name) AS m
     WHERE h.members OR m.person = h.name
     ORDER BY m.person;
END
$$;
COMMENT ON FUNCTION customer_workflow._administrators(integer) IS 'The people who may configure a protected table, with every identity of each: owner, administrators, superusers';

CREATE FUNCTION customer_workflow._database_administrators() RETURNS TABLE (person text, identities text[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gated integer[] := customer_workflow._gated_tables();
BEGIN
    RETURN QUERY
    WITH of_tables AS MATERIALIZED (
        SELECT a.person, min(a.identities) AS identities
          FROM unnest(gated) AS g (id) CROSS JOIN LATERAL customer_workflow._administrators(g.id) AS a
         GROUP BY a.person HAVING count(*) = cardinality(gated)
    )
    SELECT DISTINCT ON (m.person) m.person, m.identities
      FROM (SELECT o.person, o.identities FROM of_tables AS o
            UNION ALL
            SELECT o.person, o.identities FROM pg_database AS d CROSS JOIN LATERAL customer_workflow._members('role:' || pg_get_userbyid(d.datdba)) AS o
             WHERE d.datname = current_database()) AS m
     ORDER BY m.person;
END
$$;
COMMENT ON FUNCTION customer_workflow._database_administrators()
    IS 'The people who decide about what is not one table''s, with every identity of each: the database owner, superusers, and who may configure every table that is gated';

CREATE FUNCTION customer_workflow._administrators_of(assignee text) RETURNS TABLE (person text, identities text[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF assignee LIKE '%database' THEN
        RETURN QUERY SELECT * FROM customer_workflow._database_administrators();
    ELSE
        RETURN QUERY SELECT * FROM customer_workflow._administrators(substring(assignee FROM '\d+$')::integer);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._administrators_of(text) IS 'The members of a group that exists by itself, see _is_administrators_group()';

CREATE FUNCTION customer_workflow._administered(identities text[], held text[]) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gated integer[] := customer_workflow._gated_tables();
    own integer[];
    everything boolean;
BEGIN
    IF gated = '{}' THEN
        RETURN;
    END IF;
    everything := EXISTS (SELECT FROM pg_roles AS r WHERE r.rolsuper AND 'oid:' || r.oid = ANY (identities));
    own := ARRAY(SELECT t.id FROM customer_workflow.protected_table AS t JOIN pg_class AS c ON c.oid = t.relation
                  WHERE t.id = ANY (gated)
                    AND (everything OR 'role:' || pg_get_userbyid(c.relowner) = ANY (held)
                         OR EXISTS (SELECT FROM customer_workflow.duty AS d WHERE d.table_id = t.id AND d.duty = 'administrator' AND d.person = ANY (held)))
                  ORDER BY t.id);
    RETURN QUERY
    SELECT 'group:' || customer_workflow._administrators_group(o.id) FROM unnest(own) AS o (id)
    UNION ALL
    SELECT 'group:' || customer_workflow._administrators_group(NULL)
     WHERE own = gated OR EXISTS (SELECT FROM pg_database AS d WHERE d.datname = current_database() AND 'role:' || pg_get_userbyid(d.datdba) = ANY (held));
END
$$;
COMMENT ON FUNCTION customer_workflow._administered(text[], text[])
    IS 'The groups that exist by themselves to which somebody with these identities belongs, who holds what these roles, people and groups hold';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._gated_tables(), customer_workflow._administrators_group(integer), customer_workflow._is_administrators_group(text),
    customer_workflow._administrators(integer), customer_workflow._database_administrators(), customer_workflow._administrators_of(text),
    customer_workflow._administered(text[], text[])
    FROM PUBLIC;
