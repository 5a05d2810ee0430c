-- One person behind several roles: separation of duties knows them as one. It gives none of them the rights of another.

CREATE FUNCTION customer_workflow.map_role(role regrole, person text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_name name;
    before text;
    name text := btrim(regexp_replace(map_role.person, '^person:', ''));
BEGIN
    IF customer_workflow._gated('map_role', NULL, jsonb_build_object('role', map_role.role, 'person', map_role.person)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_owns_database();
    role_name := customer_workflow._role_name(map_role.role);
    IF name IS NULL OR name = '' OR name ~ '^(role|group):' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('"%s" is not the name of a person', coalesce(map_role.person, '')),
            HINT = 'Give all roles of a person the same name, for example map_role(''maria_admin'', ''maria'').';
    END IF;
    SELECT r.person INTO before FROM customer_workflow.role_person AS r WHERE r.role = map_role.role FOR UPDATE;
    IF before = 'person:' || name THEN
        RETURN;
    END IF;
    INSERT INTO customer_workflow.role_person AS r (role, person) VALUES (map_role.role, 'person:' || name)
        ON CONFLICT ON CONSTRAINT role_person_pkey DO UPDATE SET person = EXCLUDED.person;
    PERFORM customer_workflow._log('map_role', NULL, NULL, NULL,
        jsonb_build_object('role', role_name, 'person', jsonb_build_object('old', before, 'new', 'person:' || name)));
    PERFORM customer_workflow._invalidate(NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow.map_role(regrole, text) IS 'This role is that person: all roles of one person, and the person whom an application names, count as one where duties are separated';

CREATE FUNCTION customer_workflow.unmap_role(role regrole) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before text;
BEGIN
    IF customer_workflow._gated('unmap_role', NULL, jsonb_build_object('role', unmap_role.role)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_owns_database();
    IF unmap_role.role IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'role must not be null';
    END IF;
    DELETE FROM customer_workflow.role_person AS r WHERE r.role = unmap_role.role RETURNING r.person INTO before;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found',
            MESSAGE = format('role %s is not mapped to a person', unmap_role.role),
            HINT = 'The view customer_workflow.mapped_roles shows those that are.';
    END IF;
    PERFORM customer_workflow._log('unmap_role', NULL, NULL, NULL,
        jsonb_build_object('role', coalesce((SELECT r.rolname FROM pg_roles AS r WHERE r.oid = unmap_role.role), unmap_role.role::text), 'person', jsonb_build_object('old', before, 'new', NULL)));
    PERFORM customer_workflow._invalidate(NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow.unmap_role(regrole) IS 'This role is a person of its own again';

CREATE VIEW customer_workflow.mapped_roles WITH (security_barrier) AS
SELECT r.role, customer_workflow._display(r.person) AS person
  FROM customer_workflow.role_person AS r
 WHERE (SELECT customer_workflow._owns_database())
 ORDER BY r.person, r.role::text;
COMMENT ON VIEW customer_workflow.mapped_roles IS 'For the database owner: roles that are one person where duties are separated';
COMMENT ON COLUMN customer_workflow.mapped_roles.role IS 'The role; its number once it has been dropped';
COMMENT ON COLUMN customer_workflow.mapped_roles.person IS 'The person';

GRANT SELECT ON customer_workflow.mapped_roles TO PUBLIC;
