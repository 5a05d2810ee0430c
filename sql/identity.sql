-- Who acts, what he holds, what he may do.

ALTER TABLE customer_workflow.history ALTER COLUMN identity SET DEFAULT customer_workflow._identity();
ALTER TABLE customer_workflow.direct_change ALTER COLUMN identity SET DEFAULT customer_workflow._identity();

CREATE FUNCTION customer_workflow._display(person text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN person ~ '^role:(?!(role|person|group):)' THEN substr(person, 6) ELSE person END
$$;
COMMENT ON FUNCTION customer_workflow._display(text) IS 'A person as people read it: roles plainly (unless their name looks like a person''s), people and groups with their prefix';

CREATE FUNCTION customer_workflow.current_person() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT customer_workflow._display(customer_workflow._person())
$$;
COMMENT ON FUNCTION customer_workflow.current_person() IS 'Who acts now: the session user, or whom an application role has named; null where it has to name a person and has not';

CREATE FUNCTION customer_workflow._require_person() RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    person text := customer_workflow._person();
BEGIN
    IF person IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'this needs the person who acts',
            DETAIL = format('The session user "%s" is an application role and has not named anybody.', session_user),
            HINT = 'Name the person first in this transaction: customer_workflow.act_as(''…''), or sign_in() or its setting where the role takes names by that only.';
    END IF;
    RETURN person;
END
$$;
COMMENT ON FUNCTION customer_workflow._require_person() IS 'Who acts; error 42501 where a person must be named first';

-- A membership WITH ADMIN alone, which PostgreSQL 16 gives to whoever creates a role, neither inherits nor sets it.
CREATE VIEW customer_workflow._membership AS
SELECT m.roleid, m.member
  FROM pg_catalog.pg_auth_members AS m
 CROSS JOIN LATERAL (SELECT pg_catalog.to_jsonb(m) AS options) AS o
 WHERE coalesce((o.options OPERATOR(pg_catalog.->>) 'inherit_option')::boolean, true)
    OR coalesce((o.options OPERATOR(pg_catalog.->>) 'set_option')::boolean, true);
COMMENT ON VIEW customer_workflow._membership IS 'Which role is really a member of which';
COMMENT ON COLUMN customer_workflow._membership.roleid IS 'The role';
COMMENT ON COLUMN customer_workflow._membership.member IS 'Its member';

CREATE FUNCTION customer_workflow._roles_of(role oid) RETURNS SETOF oid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE up (id) AS (
        SELECT role
        UNION
        SELECT m.roleid FROM up JOIN customer_workflow._membership AS m ON m.member = up.id
    )
    SELECT id FROM up
$$;
COMMENT ON FUNCTION customer_workflow._roles_of(oid) IS 'The role and the roles that it is a member of, direct or inherited; being a superuser makes nobody a member';

CREATE FUNCTION customer_workflow._assignees_of(identities text[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH mine (id) AS (SELECT unnest(identities)),
         own (name) AS (
             SELECT id FROM mine WHERE id NOT LIKE 'oid:%'
             UNION
             SELECT 'role:' || r.rolname
               FROM mine CROSS JOIN LATERAL customer_workflow._roles_of(substr(mine.id, 5)::oid) AS o (id)
               JOIN pg_roles AS r ON r.oid = o.id
              WHERE mine.id LIKE 'oid:%'
         ), held (name) AS (
             SELECT name FROM own
             UNION
             SELECT 'group:' || g.group_name FROM customer_workflow.group_member AS g JOIN own ON own.name = g.person
         )
    SELECT coalesce(array_agg(a.name ORDER BY a.name), '{}')
      FROM (SELECT name FROM held
            UNION ALL
            SELECT customer_workflow._administered(identities, ARRAY(SELECT name FROM held))) AS a
$$;
COMMENT ON FUNCTION customer_workflow._assignees_of(text[]) IS 'Every role, group and person for whom somebody with these identities may act on a work item; see _my_assignees()';

-- An application role that has to name people does not act itself; a role without login acts only where one may switch to it.
CREATE VIEW customer_workflow._acting_role AS
SELECT r.oid, r.rolname
  FROM pg_catalog.pg_roles AS r
 WHERE r.rolcanlogin AND NOT EXISTS (SELECT FROM customer_workflow.application_role AS a WHERE a.role OPERATOR(pg_catalog.=) r.rolname AND a.person_required)
    OR r.oid IN (SELECT o.id FROM customer_workflow.application_role AS a JOIN pg_catalog.pg_roles AS ar ON ar.rolname OPERATOR(pg_catalog.=) a.role
                  CROSS JOIN LATERAL customer_workflow._roles_of(ar.oid) AS o (id) WHERE o.id OPERATOR(pg_catalog.<>) ar.oid);
COMMENT ON VIEW customer_workflow._acting_role IS 'The roles under whose name somebody can act';
COMMENT ON COLUMN customer_workflow._acting_role.oid IS 'The role';
COMMENT ON COLUMN customer_workflow._acting_role.rolname IS 'Its name';

-- One who is known under one name only, as nearly everybody is, is asked about in no other table.
CREATE FUNCTION customer_workflow._known_as_of(identities text[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH same (person) AS (
        SELECT i.id FROM unnest(identities) AS i (id) WHERE i.id LIKE 'person:%'
        UNION
        SELECT r.person FROM unnest(identities) AS i (id) JOIN customer_workflow.role_person AS r
            ON r.role = CASE WHEN i.id LIKE 'oid:%' THEN substr(i.id, 5)::oid END
    )
    SELECT identities || ARRAY(
        SELECT n.name
          FROM (SELECT s.person AS name FROM same AS s
                UNION
                SELECT v.name FROM same AS s JOIN customer_workflow.role_person AS r ON r.person = s.person LEFT JOIN pg_roles AS p ON p.oid = r.role
                 CROSS JOIN LATERAL (VALUES ('role:' || p.rolname), ('oid:' || r.role::oid)) AS v (name)) AS n
         WHERE n.name <> ALL (identities) ORDER BY n.name)
$$;
COMMENT ON FUNCTION customer_workflow._known_as_of(text[]) IS 'These identities and those of the other roles that are the same person, for separation of duties';

CREATE FUNCTION customer_workflow._with_other_names(identities text[]) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM customer_workflow.role_person) THEN customer_workflow._known_as_of(identities) ELSE identities END
$$;
COMMENT ON FUNCTION customer_workflow._with_other_names(text[]) IS 'The same, without a look where nobody has two names';

CREATE FUNCTION customer_workflow._members(assignee text) RETURNS TABLE (person text, identities text[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE named (name) AS (
        SELECT assignee WHERE assignee NOT LIKE 'group:%'
        UNION
        SELECT g.person FROM customer_workflow.group_member AS g
         WHERE assignee LIKE 'group:%' AND g.group_name = substr(assignee, 7)
    ), down (id) AS (
        SELECT r.oid FROM named JOIN pg_roles AS r ON 'role:' || r.rolname = named.name
        UNION
        SELECT m.member FROM down JOIN customer_workflow._membership AS m ON m.roleid = down.id
    )
    SELECT name, customer_workflow._with_other_names(ARRAY[name]) FROM named WHERE name LIKE 'person:%'
    UNION ALL
    SELECT 'role:' || r.rolname, customer_workflow._with_other_names(ARRAY['role:' || r.rolname, 'oid:' || r.oid])
      FROM down JOIN customer_workflow._acting_role AS r ON r.oid = down.id
    UNION ALL
    SELECT a.person, a.identities FROM customer_workflow._administrators_of(assignee) AS a WHERE customer_workflow._is_administrators_group(assignee)
$$;
COMMENT ON FUNCTION customer_workflow._members(text) IS 'The people who may act for an assignee, with everything that each is known as';

CREATE FUNCTION customer_workflow._canonical_person(person text, kinds text[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kind text := substring(person FROM '^(role|person|group):');
    plain text := regexp_replace(person, '^(role|person|group):', '');
BEGIN
    IF plain IS NULL OR plain = '' OR kind <> ALL (kinds) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('"%s" does not name a %s', coalesce(person, ''), array_to_string(kinds, ' or ')),
            HINT = format('Write %s.', (SELECT string_agg(k || ':name', ' or ') FROM unnest(kinds) AS k));
    END IF;
    IF kind IS NULL THEN
        kind := CASE WHEN customer_workflow._person() LIKE 'person:%' AND 'person' = ANY (kinds) THEN 'person' ELSE 'role' END;
    END IF;
    IF kind = 'role' AND NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = plain) THEN
        PERFORM customer_workflow._raise('42704', format('role "%s" does not exist', plain), NULL,
            CASE WHEN 'person' = ANY (kinds) THEN format('For a person who is no database role write person:%s.', plain) END,
            NULL, NULL, NULL, NULL, NULL);
    END IF;
    RETURN kind || ':' || plain;
END
$$;
COMMENT ON FUNCTION customer_workflow._canonical_person(text, text[]) IS 'A person as it is stored: role:name, person:name or group:name; without prefix a role where the caller acts as a role, else a person';

CREATE FUNCTION customer_workflow._role_that_acts() RETURNS oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT substr(i.id, 5)::oid FROM unnest(customer_workflow._identities()) AS i (id) WHERE i.id LIKE 'oid:%'
$$;
COMMENT ON FUNCTION customer_workflow._role_that_acts() IS 'The database role as which the current person acts; null for a named person, who has no privileges of the pooled role';

CREATE FUNCTION customer_workflow._owns_database() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(pg_has_role(customer_workflow._role_that_acts(), d.datdba, 'USAGE'), false)
      FROM pg_database AS d WHERE d.datname = current_database()
$$;
COMMENT ON FUNCTION customer_workflow._owns_database() IS 'Whether the current person owns the database or is a superuser';

CREATE FUNCTION customer_workflow._owns(relation regclass) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT pg_has_role(customer_workflow._role_that_acts(), c.relowner, 'USAGE')
                       FROM pg_class AS c WHERE c.oid = relation), false)
$$;
COMMENT ON FUNCTION customer_workflow._owns(regclass) IS 'Whether the current person owns the table or is a superuser; a named person behind an application role never';

CREATE FUNCTION customer_workflow._is_on_duty(table_id integer, duties text[], assignees text[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM customer_workflow.duty AS d
                    WHERE d.table_id = _is_on_duty.table_id AND d.duty = ANY (duties) AND d.person = ANY (assignees))
$$;
COMMENT ON FUNCTION customer_workflow._is_on_duty(integer, text[], text[]) IS 'Whether one of these assignees has one of these duties for the table; see _has_duty()';

CREATE FUNCTION customer_workflow._configures(relation regclass) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT customer_workflow._owns(relation)
        OR EXISTS (SELECT FROM customer_workflow.protected_table AS t
                    WHERE t.relation = _configures.relation AND customer_workflow._has_duty(t.id, '{administrator}'))
$$;
COMMENT ON FUNCTION customer_workflow._configures(regclass) IS 'Whether the current person may configure the table: its owner, a superuser, or an administrator';

CREATE FUNCTION customer_workflow._sees_all(table_id integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM customer_workflow.protected_table AS t
                    WHERE t.id = _sees_all.table_id
                      AND CASE WHEN t.relation IS NULL THEN customer_workflow._owns_database()
                               ELSE customer_workflow._owns(t.relation) END)
        OR customer_workflow._has_duty(table_id, '{administrator,auditor}')
$$;
COMMENT ON FUNCTION customer_workflow._sees_all(integer) IS 'Whether the current person sees everything of the table: its owner, a superuser, an administrator or an auditor';

REVOKE EXECUTE ON FUNCTION customer_workflow._assignees_of(text[]), customer_workflow._is_on_duty(integer, text[], text[]), customer_workflow._roles_of(oid), customer_workflow._members(text),
    customer_workflow._known_as_of(text[]), customer_workflow._with_other_names(text[]), customer_workflow._identity() FROM PUBLIC;
