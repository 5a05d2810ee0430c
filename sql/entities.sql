-- Data entities: imports and integrations, whose changes may be treated differently from those of people at a screen.

CREATE FUNCTION customer_workflow._no_company(company text) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF company IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a company belongs to a protected table',
            HINT = 'Give parameter relation too.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._no_company(text) IS 'Error 22023 for a company without its table';

CREATE FUNCTION customer_workflow.set_data_entity(data_entity text, relation regclass DEFAULT NULL, options jsonb DEFAULT '{}', company text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entity text;
    tab integer;
    fields name[];
    bad text;
    before jsonb;
    after jsonb;
    canonical text;
BEGIN
    IF customer_workflow._gated('set_data_entity', set_data_entity.relation, jsonb_build_object('data_entity', set_data_entity.data_entity, 'relation', set_data_entity.relation, 'options', set_data_entity.options, 'company', set_data_entity.company)) THEN
        RETURN;
    END IF;
    IF set_data_entity.relation IS NULL THEN
        PERFORM customer_workflow._no_company(set_data_entity.company);
        PERFORM customer_workflow._require_owns_database();
    ELSE
        PERFORM customer_workflow._require_configures(set_data_entity.relation);
        tab := customer_workflow._table_id(set_data_entity.relation);
        canonical := customer_workflow._company(set_data_entity.relation, set_data_entity.company);
        -- A field that loses its protection meanwhile would leave its exception behind.
        PERFORM FROM customer_workflow.protected_table AS t WHERE t.id = tab FOR UPDATE;
    END IF;
    entity := customer_workflow._canonical_person(set_data_entity.data_entity, '{role,person}');
    PERFORM customer_workflow._check_values(set_data_entity.options, customer_workflow._entity_option_rules());
    after := customer_workflow._merge_options('{}', set_data_entity.options);
    IF tab IS NOT NULL AND after ? 'fields' THEN
        fields := customer_workflow._fields(set_data_entity.relation);
        SELECT k INTO bad FROM jsonb_object_keys(after -> 'fields') AS k WHERE (k = ANY (fields)) IS NOT TRUE ORDER BY k LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = format('option "fields" names "%s", which is not a protected field of table "%s"', bad, customer_workflow._name(set_data_entity.relation)),
                HINT = 'Protected fields are: ' || array_to_string(fields, ', ') || '.';
        END IF;
    END IF;

    SELECT e.options INTO before FROM customer_workflow.data_entity AS e WHERE e.person = entity AND e.table_id IS NOT DISTINCT FROM tab
       AND e.company IS NOT DISTINCT FROM canonical FOR UPDATE;
    IF before = after THEN
        RETURN;
    END IF;
    INSERT INTO customer_workflow.data_entity AS e (person, table_id, options, company) VALUES (entity, tab, after, canonical)
        ON CONFLICT ON CONSTRAINT data_entity_once DO UPDATE SET options = EXCLUDED.options;
    PERFORM customer_workflow._log('set_data_entity', tab, NULL, NULL,
        jsonb_build_object('data_entity', entity, 'options', jsonb_build_object('old', before, 'new', after))
        || CASE WHEN canonical IS NULL THEN '{}' ELSE jsonb_build_object('company', canonical) END);
    PERFORM customer_workflow._invalidate(set_data_entity.relation);
END
$$;
COMMENT ON FUNCTION customer_workflow.set_data_entity(text, regclass, jsonb, text) IS 'This role or person is an import or integration, for one protected table (with company in that company) or, without relation, for every one; the options replace those set before';

CREATE FUNCTION customer_workflow.remove_data_entity(data_entity text, relation regclass DEFAULT NULL, company text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entity text;
    tab integer;
    before jsonb;
    canonical text;
BEGIN
    IF customer_workflow._gated('remove_data_entity', remove_data_entity.relation, jsonb_build_object('data_entity', remove_data_entity.data_entity, 'relation', remove_data_entity.relation, 'company', remove_data_entity.company)) THEN
        RETURN;
    END IF;
    IF remove_data_entity.relation IS NULL THEN
        PERFORM customer_workflow._no_company(remove_data_entity.company);
        PERFORM customer_workflow._require_owns_database();
    ELSE
        PERFORM customer_workflow._require_configures(remove_data_entity.relation);
        tab := customer_workflow._table_id(remove_data_entity.relation);
        canonical := customer_workflow._company(remove_data_entity.relation, remove_data_entity.company);
    END IF;
    entity := customer_workflow._stored_person(remove_data_entity.data_entity, '{role,person}');
    DELETE FROM customer_workflow.data_entity AS e WHERE e.person = entity AND e.table_id IS NOT DISTINCT FROM tab
       AND e.company IS NOT DISTINCT FROM canonical RETURNING e.options INTO before;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found',
            MESSAGE = format('%s is not a data entity for %s', customer_workflow._display(entity),
                             coalesce('table "' || customer_workflow._name(remove_data_entity.relation) || '"', 'every table')
                             || coalesce(' in company "' || canonical || '"', '')),
            HINT = 'The view customer_workflow.data_entities shows them; what was set for one table is removed for that table.';
    END IF;
    PERFORM customer_workflow._log('remove_data_entity', tab, NULL, NULL,
        jsonb_build_object('data_entity', entity, 'options', jsonb_build_object('old', before, 'new', NULL))
        || CASE WHEN canonical IS NULL THEN '{}' ELSE jsonb_build_object('company', canonical) END);
    PERFORM customer_workflow._invalidate(remove_data_entity.relation);
END
$$;
COMMENT ON FUNCTION customer_workflow.remove_data_entity(text, regclass, text) IS 'This role or person is treated as a person again, for one table or, without relation, where it was set for every one';

REVOKE EXECUTE ON FUNCTION customer_workflow._no_company(text) FROM PUBLIC;
