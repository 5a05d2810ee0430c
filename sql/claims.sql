-- Proxies that say in a setting who acts, PostgREST for example.

CREATE FUNCTION customer_workflow.set_claims_source(role regrole, setting text DEFAULT 'request.jwt.claims', claim text DEFAULT 'sub') RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_name name;
    before customer_workflow.application_role;
BEGIN
    IF customer_workflow._gated('set_claims_source', NULL, jsonb_build_object('role', set_claims_source.role, 'setting', set_claims_source.setting, 'claim', set_claims_source.claim)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_owns_database();
    role_name := customer_workflow._role_name(set_claims_source.role);
    IF set_claims_source.setting IS NULL OR set_claims_source.setting !~ '^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)+$'
       OR octet_length(set_claims_source.setting) > 255 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('"%s" is not the name of a setting that a proxy can set', coalesce(set_claims_source.setting, '')),
            HINT = 'Its name has a dot in it, as in request.jwt.claims.';
    ELSIF set_claims_source.claim = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'claim must not be empty',
            HINT = 'It is a member of the JSON object in the setting; null where the text of the setting is the name.';
    END IF;
    SELECT a.* INTO before FROM customer_workflow.application_role AS a WHERE a.role = role_name FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('role %s is not an application role', quote_ident(role_name)),
            HINT = 'customer_workflow.set_application_role(role) makes it one.';
    ELSIF before.token_required THEN
        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = format('application role %s names people by signed tokens only', quote_ident(role_name)),
            HINT = 'Set token_required to false first: customer_workflow.set_application_role(role, person_required, false).';
    ELSIF (before.setting, before.claim) IS NOT DISTINCT FROM (set_claims_source.setting, set_claims_source.claim) THEN
        RETURN;
    END IF;
    UPDATE customer_workflow.application_role AS a SET (setting, claim) = (set_claims_source.setting, set_claims_source.claim) WHERE a.role = role_name;
    PERFORM customer_workflow._log('set_claims_source', NULL, NULL, NULL, jsonb_build_object('role', role_name,
        'setting', jsonb_build_object('old', before.setting, 'new', set_claims_source.setting),
        'claim', jsonb_build_object('old', before.claim, 'new', set_claims_source.claim)));
    PERFORM customer_workflow._invalidate(NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow.set_claims_source(regrole, text, text)
    IS 'In sessions of this application role a setting names the person: a member of the JSON object in it or, where claim is null, its text';

CREATE FUNCTION customer_workflow.remove_claims_source(role regrole) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_name name;
    before customer_workflow.application_role;
BEGIN
    IF customer_workflow._gated('remove_claims_source', NULL, jsonb_build_object('role', remove_claims_source.role)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_owns_database();
    role_name := customer_workflow._role_name(remove_claims_source.role);
    SELECT a.* INTO before FROM customer_workflow.application_role AS a WHERE a.role = role_name AND a.setting IS NOT NULL FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('no setting names the people of role %s', quote_ident(role_name)),
            HINT = 'The view customer_workflow.application_roles shows them.';
    END IF;
    UPDATE customer_workflow.application_role AS a SET (setting, claim) = (NULL, NULL) WHERE a.role = role_name;
    PERFORM customer_workflow._log('remove_claims_source', NULL, NULL, NULL,
        jsonb_build_object('role', role_name, 'setting', jsonb_build_object('old', before.setting, 'new', NULL)));
    PERFORM customer_workflow._invalidate(NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow.remove_claims_source(regrole) IS 'No setting names the people of this application role any more';

CREATE VIEW customer_workflow.application_roles WITH (security_barrier) AS
SELECT a.role, a.person_required, a.token_required, a.setting, a.claim
  FROM customer_workflow.application_role AS a
 WHERE (SELECT customer_workflow._owns_database())
 ORDER BY a.role;
COMMENT ON VIEW customer_workflow.application_roles IS 'For the database owner: the pooled login roles, and how they name the person who acts';
COMMENT ON COLUMN customer_workflow.application_roles.role IS 'The role that the application logs in as';
COMMENT ON COLUMN customer_workflow.application_roles.person_required IS 'Whether a protected change without a person is refused';
COMMENT ON COLUMN customer_workflow.application_roles.token_required IS 'Whether only a signed token names a person';
COMMENT ON COLUMN customer_workflow.application_roles.setting IS 'The setting that names the person; null: none';
COMMENT ON COLUMN customer_workflow.application_roles.claim IS 'The member of the JSON object in it; null: its text';

GRANT SELECT ON customer_workflow.application_roles TO PUBLIC;
