-- What a table owner or administrator configures, apart from the fields (protect.sql) and the data entities (entities.sql).

CREATE FUNCTION customer_workflow._require_configures(relation regclass) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    IF relation IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'relation must not be null';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = relation) THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('table with OID %s does not exist', relation::oid);
    END IF;
    IF customer_workflow._is_gate_table(relation) THEN
        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('table "%s" cannot be configured', customer_workflow._name(relation)),
            DETAIL = 'Proposals to configure are decided by another administrator, and by nobody else.';
    END IF;
    IF customer_workflow._configures(relation) IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('must be owner or administrator of table "%s"', customer_workflow._name(relation)),
            HINT = 'The owner grants the duty with customer_workflow.grant_duty(relation, ''administrator'', person).';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._require_configures(regclass) IS 'Error 42501 unless the current person is the table''s owner or administrator';

CREATE FUNCTION customer_workflow._require_owns(relation regclass, options text[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF customer_workflow._owns(relation) IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('must be owner of table "%s" to set "%s"', customer_workflow._name(relation), array_to_string(options, '", "')),
            DETAIL = 'What it says is run with the rights of the table''s owner.',
            HINT = 'Ask the owner or a superuser to set it.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._require_owns(regclass, text[]) IS 'Error 42501 unless the current person owns the table: for options that carry SQL or a role';

CREATE FUNCTION customer_workflow._require_owns_database() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    IF customer_workflow._owns_database() IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('must be owner of database "%s"', current_database()),
            HINT = 'This is for the database owner or a superuser.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._require_owns_database() IS 'Error 42501 unless the current person owns the database: for what is not about one table';

CREATE FUNCTION customer_workflow._stored_person(person text, kinds text[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF person IS NULL OR person = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'person must not be null or empty';
    ELSIF split_part(person, ':', 1) = ANY (kinds) AND person LIKE '%:%' THEN
        RETURN person;
    END IF;
    RETURN split_part(customer_workflow._require_person(), ':', 1) || ':' || person;
END
$$;
COMMENT ON FUNCTION customer_workflow._stored_person(text, text[]) IS 'Canonical form of a person who need not exist any more, so that what was said about a dropped role can be removed';

-- Options.

CREATE FUNCTION customer_workflow.configure(relation regclass, options jsonb, company text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table;
    merged jsonb;
BEGIN
    IF customer_workflow._gated('configure', configure.relation, jsonb_build_object('relation', configure.relation, 'options', configure.options, 'company', configure.company)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_configures(configure.relation);
    IF configure.company IS NOT NULL THEN
        PERFORM customer_workflow._configure_company(configure.relation, configure.options, configure.company);
        RETURN;
    END IF;
    PERFORM customer_workflow._check_option_values(configure.relation, configure.options);
    -- Against a foreign key that comes at the same time and does not suit the new options; a condition becomes a trigger.
    EXECUTE format('LOCK TABLE %s IN %s MODE', configure.relation, customer_workflow._record_lock(configure.relation, customer_workflow._merge_options(
        coalesce((SELECT t.options FROM customer_workflow.protected_table AS t WHERE t.relation = configure.relation), '{}'), configure.options), CASE WHEN configure.options ? 'scope' THEN 'ACCESS EXCLUSIVE' ELSE 'SHARE UPDATE EXCLUSIVE' END));
    SELECT t.* INTO tab FROM customer_workflow.protected_table AS t
     WHERE t.id = customer_workflow._table_id(configure.relation) FOR UPDATE;
    merged := customer_workflow._with_parent(customer_workflow._merge_options(tab.options, configure.options), tab.options);
    PERFORM customer_workflow._keep_companies(tab, merged);
    PERFORM customer_workflow._check_protection(configure.relation, customer_workflow._fields(configure.relation), merged, tab.search_path);
    PERFORM customer_workflow._install_scope(configure.relation, customer_workflow._fields(configure.relation), tab.options, merged, tab.search_path);
    IF merged <> tab.options THEN
        UPDATE customer_workflow.protected_table AS t SET options = merged WHERE t.id = tab.id;
        PERFORM customer_workflow._install_record_triggers(configure.relation, merged);
        PERFORM customer_workflow._check_company_column(tab.relation);
        PERFORM customer_workflow._require_administrators(ARRAY[tab.id]) WHERE NOT tab.options @> '{"gate_configuration": true}';
        PERFORM customer_workflow._log('configure', tab.id, NULL, NULL,
            jsonb_build_object('options', jsonb_build_object('old', tab.options, 'new', merged)));
        PERFORM customer_workflow._invalidate(configure.relation);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow.configure(regclass, jsonb, text) IS 'Sets options of a protected table, with company of that company; those not named keep their value, null resets one to its default';

-- The master switch.

CREATE FUNCTION customer_workflow._set_enabled(relation regclass, enabled boolean, comment text, company text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table;
BEGIN
    PERFORM customer_workflow._require_configures(_set_enabled.relation);
    IF _set_enabled.company IS NOT NULL THEN
        PERFORM customer_workflow._enable_company(_set_enabled.relation, _set_enabled.enabled, _set_enabled.comment, _set_enabled.company);
        RETURN;
    END IF;
    SELECT t.* INTO tab FROM customer_workflow.protected_table AS t
     WHERE t.id = customer_workflow._table_id(_set_enabled.relation) FOR UPDATE;
    IF tab.enabled = _set_enabled.enabled THEN
        RETURN;
    END IF;
    IF _set_enabled.enabled THEN
        PERFORM customer_workflow._check_protection(tab.relation, customer_workflow._fields(tab.relation), tab.options, tab.search_path);
    END IF;
    UPDATE customer_workflow.protected_table AS t SET enabled = _set_enabled.enabled WHERE t.id = tab.id;
    PERFORM customer_workflow._log(CASE WHEN _set_enabled.enabled THEN 'enable' ELSE 'disable' END, tab.id, NULL, _set_enabled.comment, NULL);
    PERFORM customer_workflow._invalidate(tab.relation);
END
$$;
COMMENT ON FUNCTION customer_workflow._set_enabled(regclass, boolean, text, text) IS 'What enable() and disable() do';

CREATE FUNCTION customer_workflow.enable(relation regclass, company text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF customer_workflow._gated('enable', enable.relation, jsonb_build_object('relation', enable.relation, 'company', enable.company)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._set_enabled(relation, true, NULL, company);
END
$$;
COMMENT ON FUNCTION customer_workflow.enable(regclass, text) IS 'Switches approvals of a table, with company of that company, on again after disable()';

CREATE FUNCTION customer_workflow.disable(relation regclass, comment text DEFAULT NULL, company text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF customer_workflow._gated('disable', disable.relation, jsonb_build_object('relation', disable.relation, 'comment', disable.comment, 'company', disable.company)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._set_enabled(relation, false, comment, company);
END
$$;
COMMENT ON FUNCTION customer_workflow.disable(regclass, text, text) IS 'Switches approvals of a table, with company of that company, off: writes pass and are recorded, proposals stay, submit and approve are refused';

-- Duties.

CREATE FUNCTION customer_workflow._check_duty(duty text) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF duty IS NULL OR duty NOT IN ('administrator', 'steward', 'auditor', 'override') THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('unrecognized duty: %s', coalesce(quote_literal(duty), 'null')),
            HINT = 'Valid duties are: administrator, steward, auditor, override.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_duty(text) IS 'Error 22023 unless there is such a duty';

CREATE FUNCTION customer_workflow.grant_duty(relation regclass, duty text, person text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    holder text;
    tab integer;
BEGIN
    IF customer_workflow._gated('grant_duty', grant_duty.relation, jsonb_build_object('relation', grant_duty.relation, 'duty', grant_duty.duty, 'person', grant_duty.person)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_configures(grant_duty.relation);
    PERFORM customer_workflow._check_duty(grant_duty.duty);
    tab := customer_workflow._table_id(grant_duty.relation);
    holder := customer_workflow._canonical_person(grant_duty.person, '{role,person,group}');
    INSERT INTO customer_workflow.duty (table_id, duty, person) VALUES (tab, grant_duty.duty, holder) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        PERFORM customer_workflow._log('grant_duty', tab, NULL, NULL, jsonb_build_object('duty', grant_duty.duty, 'person', holder));
        PERFORM customer_workflow._invalidate(grant_duty.relation);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow.grant_duty(regclass, text, text) IS 'Gives a duty for a protected table (administrator, steward, auditor, override) to a role with its members, a person or a group';

CREATE FUNCTION customer_workflow.revoke_duty(relation regclass, duty text, person text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    holder text;
    tab integer;
BEGIN
    IF customer_workflow._gated('revoke_duty', revoke_duty.relation, jsonb_build_object('relation', revoke_duty.relation, 'duty', revoke_duty.duty, 'person', revoke_duty.person)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_configures(revoke_duty.relation);
    PERFORM customer_workflow._check_duty(revoke_duty.duty);
    tab := customer_workflow._table_id(revoke_duty.relation);
    holder := customer_workflow._stored_person(revoke_duty.person, '{role,person,group}');
    DELETE FROM customer_workflow.duty AS d WHERE d.table_id = tab AND d.duty = revoke_duty.duty AND d.person = holder;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found',
            MESSAGE = format('%s does not have duty %s for table "%s"', customer_workflow._display(holder), revoke_duty.duty, customer_workflow._name(revoke_duty.relation)),
            HINT = 'The view customer_workflow.duties shows who has which duty.';
    END IF;
    PERFORM customer_workflow._log('revoke_duty', tab, NULL, NULL, jsonb_build_object('duty', revoke_duty.duty, 'person', holder));
    PERFORM customer_workflow._invalidate(revoke_duty.relation);
END
$$;
COMMENT ON FUNCTION customer_workflow.revoke_duty(regclass, text, text) IS 'Takes a duty away that grant_duty() gave';

-- Application roles.

CREATE FUNCTION customer_workflow._role_name(role regrole) RETURNS name
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    result name := (SELECT r.rolname FROM pg_roles AS r WHERE r.oid = role);
BEGIN
    IF role IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'role must not be null';
    ELSIF result IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('role with OID %s does not exist', role::oid);
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION customer_workflow._role_name(regrole) IS 'The plain name of a role, unquoted; an error when there is none';

CREATE FUNCTION customer_workflow.set_application_role(role regrole, person_required boolean DEFAULT true, token_required boolean DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_name name;
    before customer_workflow.application_role;
    token boolean;
BEGIN
    IF customer_workflow._gated('set_application_role', NULL, jsonb_build_object('role', set_application_role.role, 'person_required', set_application_role.person_required,
                                                                                 'token_required', set_application_role.token_required)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_owns_database();
    role_name := customer_workflow._role_name(set_application_role.role);
    IF set_application_role.person_required IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'person_required must not be null';
    ELSIF EXISTS (SELECT FROM pg_roles AS r WHERE r.oid = set_application_role.role AND r.rolsuper)
        OR EXISTS (SELECT FROM pg_database AS d WHERE d.datname = current_database() AND d.datdba = set_application_role.role) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('role %s cannot be an application role', quote_ident(role_name)),
            DETAIL = 'It is a superuser or owns the database, and could not configure anything any more, nor take this back.',
            HINT = 'Give the application a login role of its own.';
    END IF;
    SELECT a.* INTO before FROM customer_workflow.application_role AS a WHERE a.role = role_name FOR UPDATE;
    token := coalesce(set_application_role.token_required, before.token_required, false);
    IF token AND before.setting IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = format('a setting names the people of application role %s', quote_ident(role_name)),
            HINT = 'Remove it first: customer_workflow.remove_claims_source(role).';
    ELSIF (before.person_required, before.token_required) = (set_application_role.person_required, token) THEN
        RETURN;
    END IF;
    INSERT INTO customer_workflow.application_role AS a (role, person_required, token_required) VALUES (role_name, set_application_role.person_required, token)
        ON CONFLICT ON CONSTRAINT application_role_pkey DO UPDATE SET (person_required, token_required) = (EXCLUDED.person_required, EXCLUDED.token_required);
    PERFORM customer_workflow._log('set_application_role', NULL, NULL, NULL,
        jsonb_build_object('role', role_name, 'person_required', jsonb_build_object('old', before.person_required, 'new', set_application_role.person_required))
        || CASE WHEN token = coalesce(before.token_required, false) THEN '{}'
                ELSE jsonb_build_object('token_required', jsonb_build_object('old', coalesce(before.token_required, false), 'new', token)) END);
    PERFORM customer_workflow._invalidate(NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow.set_application_role(regrole, boolean, boolean) IS 'This pooled login role may name the person who acts; with person_required a protected change without a person is refused; with token_required only sign_in() names one; null leaves that as it is';

CREATE FUNCTION customer_workflow.remove_application_role(role regrole) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_name name;
BEGIN
    IF customer_workflow._gated('remove_application_role', NULL, jsonb_build_object('role', remove_application_role.role)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_owns_database();
    role_name := customer_workflow._role_name(remove_application_role.role);
    DELETE FROM customer_workflow.application_role AS a WHERE a.role = role_name;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found',
            MESSAGE = format('role %s is not an application role', quote_ident(role_name)),
            HINT = 'customer_workflow.set_application_role(role) makes it one.';
    END IF;
    PERFORM customer_workflow._log('remove_application_role', NULL, NULL, NULL, jsonb_build_object('role', role_name));
    PERFORM customer_workflow._invalidate(NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow.remove_application_role(regrole) IS 'This role may not name other people any more';

-- Groups.

CREATE FUNCTION customer_workflow._group_name(group_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    result text := regexp_replace(group_name, '^group:', '');
BEGIN
    IF result IS NULL OR result = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'group_name must not be null or empty';
    ELSIF customer_workflow._is_administrators_group(result) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('group "%s" exists by itself', result),
            DETAIL = 'Its members are those who may configure.', HINT = 'Choose another name.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION customer_workflow._group_name(text) IS 'The name of a group, written with or without its prefix group:';

CREATE FUNCTION customer_workflow.add_group_member(group_name text, person text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    member text;
    grp text;
BEGIN
    IF customer_workflow._gated('add_group_member', NULL, jsonb_build_object('group_name', add_group_member.group_name, 'person', add_group_member.person)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_owns_database();
    grp := customer_workflow._group_name(add_group_member.group_name);
    member := customer_workflow._canonical_person(add_group_member.person, '{role,person}');
    INSERT INTO customer_workflow.group_member (group_name, person) VALUES (grp, member) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        PERFORM customer_workflow._log('add_group_member', NULL, NULL, NULL, jsonb_build_object('group', grp, 'person', member));
        PERFORM customer_workflow._invalidate(NULL);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow.add_group_member(text, text) IS 'Adds a person, or a role with its members, to a group; the first member makes the group';

CREATE FUNCTION customer_workflow.remove_group_member(group_name text, person text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    member text;
    grp text;
BEGIN
    IF customer_workflow._gated('remove_group_member', NULL, jsonb_build_object('group_name', remove_group_member.group_name, 'person', remove_group_member.person)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_owns_database();
    grp := customer_workflow._group_name(remove_group_member.group_name);
    member := customer_workflow._stored_person(remove_group_member.person, '{role,person}');
    DELETE FROM customer_workflow.group_member AS m WHERE m.group_name = grp AND m.person = member;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found',
            MESSAGE = format('%s is not a member of group %s', customer_workflow._display(member), grp),
            HINT = (SELECT CASE WHEN count(*) = 0 THEN 'There is no such group.'
                                ELSE 'Its members are: ' || string_agg(customer_workflow._display(m.person), ', ' ORDER BY m.person) || '.' END
                      FROM customer_workflow.group_member AS m WHERE m.group_name = grp);
    END IF;
    PERFORM customer_workflow._log('remove_group_member', NULL, NULL, NULL, jsonb_build_object('group', grp, 'person', member));
    PERFORM customer_workflow._invalidate(NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow.remove_group_member(text, text) IS 'Takes a person out of a group; without members there is no group';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._require_configures(regclass),
    customer_workflow._require_owns(regclass, text[]),
    customer_workflow._require_owns_database(),
    customer_workflow._stored_person(text, text[]),
    customer_workflow._set_enabled(regclass, boolean, text, text),
    customer_workflow._check_duty(text),
    customer_workflow._role_name(regrole),
    customer_workflow._group_name(text)
    FROM PUBLIC;
