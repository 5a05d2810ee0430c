-- Companies: what is protected, for whom and how may differ by the company that a record belongs to (option company_column). A company's
-- own rules come before the table's; what it does not say of itself it has from the table.

CREATE FUNCTION customer_workflow._company_type(relation regclass, company_column name) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE base (oid, typmod) AS (
        SELECT a.atttypid, a.atttypmod FROM pg_attribute AS a
         WHERE a.attrelid = relation AND a.attname = company_column AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT t.typbasetype, t.typtypmod FROM base JOIN pg_type AS t ON t.oid = base.oid WHERE t.typtype = 'd')
    SELECT format_type(base.oid, base.typmod) FROM base JOIN pg_type AS t ON t.oid = base.oid
     WHERE t.typtype = 'e' OR t.oid IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'name'::regtype, 'smallint'::regtype,
                                        'integer'::regtype, 'bigint'::regtype, 'uuid'::regtype)
$$;
COMMENT ON FUNCTION customer_workflow._company_type(regclass, name) IS 'The type of a company column, without its domain; null where it cannot be one';

CREATE FUNCTION customer_workflow._company(relation regclass, company text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    col name := (SELECT t.options ->> 'company_column' FROM customer_workflow.protected_table AS t
                  WHERE t.id = customer_workflow._table_id(_company.relation));
    type text := customer_workflow._company_type(relation, col);
    result text;
    problem text;
BEGIN
    IF company IS NULL THEN
        RETURN NULL;
    ELSIF col IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('table "%s" has no companies', customer_workflow._name(relation)),
            HINT = 'Say which column has them: customer_workflow.configure(relation, ''{"company_column": "…"}'').';
    END IF;
    BEGIN
        EXECUTE format('SELECT customer_workflow._render(%L::%s)', company, type) INTO result;
    EXCEPTION WHEN data_exception THEN
        problem := SQLERRM;
    END;
    IF problem IS NOT NULL OR result IS NULL OR type ~ '^char' AND rtrim(result, ' ') <> rtrim(company, ' ') THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('"%s" is no company of table "%s"', company, customer_workflow._name(relation)),
            DETAIL = coalesce(problem, format('Column "%s" is %s.', col, type)), HINT = format('Give a value of column "%s".', col);
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION customer_workflow._company(regclass, text) IS 'A company as capture writes it; error 22023 where the table has none, or it is no value of the company column';

CREATE FUNCTION customer_workflow._check_company_column(relation regclass) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table := (SELECT t FROM customer_workflow.protected_table AS t WHERE t.relation = _check_company_column.relation);
    col name := tab.options ->> 'company_column';
    problem text;
    advice text := 'Name a column of text, number, uuid or enum that says to which company a record belongs.';
BEGIN
    IF col IS NULL THEN
        RETURN;
    ELSIF NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = _check_company_column.relation AND a.attname = col AND a.attnum > 0 AND NOT a.attisdropped) THEN
        problem := 'There is no such column.';
    ELSIF customer_workflow._company_type(relation, col) IS NULL THEN
        problem := 'It has a type that cannot name a company.';
    ELSIF col <> ALL (customer_workflow._key_columns(relation))
          AND (col <> ALL (customer_workflow._fields(relation)) OR col = ANY (tab.only_companies)) THEN
        problem := 'It is neither protected, for every company, nor in the primary key.';
        advice := 'Protect it as well: one UPDATE of it could take a record to a company with other rules.';
    ELSE
        RETURN;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
        MESSAGE = format('option "company_column" of table "%s" cannot be %s', customer_workflow._name(relation), col), DETAIL = problem, HINT = advice;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_company_column(regclass) IS 'Error 22023 unless the company of a record cannot change unseen';

CREATE FUNCTION customer_workflow._keep_companies(tab customer_workflow.protected_table, options jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF tab.options ->> 'company_column' IS DISTINCT FROM options ->> 'company_column'
       AND (EXISTS (SELECT FROM customer_workflow.protected_company AS c WHERE c.table_id = tab.id)
            OR EXISTS (SELECT FROM customer_workflow.data_entity AS e WHERE e.table_id = tab.id AND e.company IS NOT NULL)) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('option "company_column" of table "%s" cannot change', customer_workflow._name(tab.relation)),
            DETAIL = 'Companies have rules of their own, which belong to its values.', HINT = 'Unprotect the table, and protect it anew.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._keep_companies(customer_workflow.protected_table, jsonb) IS 'Error 22023 where these options would leave rules of companies without their column';

CREATE FUNCTION customer_workflow._check_company_options(options jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    of_companies text[] := '{data_entity_behavior,auto_submit,overlap,amend,conflict,require_digest,comment_required,validate_on_submit,on_record_delete,redundant_update,on_insert,on_delete,new_records}';
    other text;
BEGIN
    PERFORM customer_workflow._check_values(options, customer_workflow._option_rules());
    SELECT k INTO other FROM jsonb_object_keys(options) AS k WHERE k <> ALL (of_companies) ORDER BY k LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('option "%s" is the same for all companies', other),
            DETAIL = format('Options that can differ by company are: %s.', array_to_string(of_companies, ', ')),
            HINT = 'Set it without parameter company.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_company_options(jsonb) IS 'Error 22023 for options that are unknown, have no valid value, or cannot differ by company';

CREATE FUNCTION customer_workflow._of_records(options jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT options ?| '{on_insert,on_delete,new_records}'
$$;
COMMENT ON FUNCTION customer_workflow._of_records(jsonb) IS 'Whether options say something of creating and deleting records, for which the table has triggers of their own';

CREATE FUNCTION customer_workflow._follow_company_records(tab customer_workflow.protected_table, options jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF customer_workflow._of_records(options) THEN
        PERFORM customer_workflow._check_record_options(tab.relation, tab.options, customer_workflow._writing_role(tab.relation, tab.options));
        PERFORM customer_workflow._install_record_triggers(tab.relation, tab.options);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._follow_company_records(customer_workflow.protected_table, jsonb)
    IS 'After options of a company have changed: the table has the triggers for creating and deleting records that its companies need';

CREATE FUNCTION customer_workflow._company_rules(table_id integer, company text) RETURNS customer_workflow.protected_company
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rules customer_workflow.protected_company;
BEGIN
    -- So that a transaction with an older snapshot knows of it, see _see_configuration().
    UPDATE customer_workflow.protected_table AS t SET relation_name = t.relation_name WHERE t.id = _company_rules.table_id;
    INSERT INTO customer_workflow.protected_company (table_id, company) VALUES (_company_rules.table_id, _company_rules.company) ON CONFLICT DO NOTHING;
    SELECT c.* INTO STRICT rules FROM customer_workflow.protected_company AS c
     WHERE c.table_id = _company_rules.table_id AND c.company = _company_rules.company FOR UPDATE;
    RETURN rules;
END
$$;
COMMENT ON FUNCTION customer_workflow._company_rules(integer, text) IS 'The rules of a company, locked; new ones say nothing';

CREATE FUNCTION customer_workflow._company_fields(tab customer_workflow.protected_table, own jsonb) RETURNS name[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(f.name ORDER BY f.place), '{}')
      FROM unnest(customer_workflow._fields(tab.relation)) WITH ORDINALITY AS f (name, place)
     WHERE coalesce((own ->> f.name)::boolean, f.name <> ALL (tab.only_companies))
$$;
COMMENT ON FUNCTION customer_workflow._company_fields(customer_workflow.protected_table, jsonb) IS 'The fields that are protected for a company with these fields of its own';

CREATE FUNCTION customer_workflow._protect_company(relation regclass, fields name[], approvers text, options jsonb, company text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table;
    before customer_workflow.protected_company;
    canonical text := customer_workflow._company(_protect_company.relation, _protect_company.company);
    new_approvers text := customer_workflow._canonical_approvers(_protect_company.approvers);
    listed name[];
    added name[];
    own jsonb;
    merged jsonb;
BEGIN
    PERFORM customer_workflow._check_company_options(_protect_company.options);
    EXECUTE format('LOCK TABLE %s IN %s MODE', _protect_company.relation,
                   CASE WHEN customer_workflow._of_records(_protect_company.options) THEN 'ACCESS EXCLUSIVE' ELSE 'SHARE ROW EXCLUSIVE' END);
    PERFORM customer_workflow._require_configures(_protect_company.relation);
    SELECT t.* INTO tab FROM customer_workflow.protected_table AS t WHERE t.id = customer_workflow._table_id(_protect_company.relation) FOR UPDATE;
    before := customer_workflow._company_rules(tab.id, canonical);
    listed := customer_workflow._fields(tab.relation);
    own := before.fields || (SELECT jsonb_object_agg(f, true) FROM unnest(_protect_company.fields) AS f);
    merged := customer_workflow._merge_options(before.options, _protect_company.options);
    added := ARRAY(SELECT DISTINCT f FROM unnest(_protect_company.fields) AS f WHERE f <> ALL (listed));
    IF added <> '{}' THEN
        listed := listed || added;
        PERFORM customer_workflow._check_protection(tab.relation, listed, tab.options, tab.search_path);
        PERFORM customer_workflow._install(tab.relation, listed);
        UPDATE customer_workflow.protected_table AS t SET only_companies = t.only_companies || added WHERE t.id = tab.id RETURNING t.* INTO tab;
    END IF;
    new_approvers := coalesce(new_approvers, before.approvers);
    IF (before.approvers, before.options, before.fields) IS DISTINCT FROM (new_approvers, merged, own) THEN
        UPDATE customer_workflow.protected_company AS c SET approvers = new_approvers, options = merged, fields = own WHERE c.id = before.id;
        PERFORM customer_workflow._log('protect', tab.id, NULL, NULL, jsonb_build_object('company', canonical,
            'fields', jsonb_build_object('old', customer_workflow._company_fields(tab, before.fields), 'new', customer_workflow._company_fields(tab, own)),
            'approvers', jsonb_build_object('old', before.approvers, 'new', new_approvers),
            'options', jsonb_build_object('old', before.options, 'new', merged)));
        PERFORM customer_workflow._follow_company_records(tab, _protect_company.options);
    END IF;
    PERFORM customer_workflow._invalidate(tab.relation);
    IF coalesce(new_approvers, tab.approvers) IS NULL AND NOT customer_workflow._has_workflow(tab.id) THEN
        RAISE WARNING USING MESSAGE = format('nothing can be submitted for table "%s" in company "%s": it has no approvers', customer_workflow._name(tab.relation), canonical),
            HINT = format('Name them: SELECT customer_workflow.protect(%L, %L, approvers => ''role:…'', company => %L).', tab.relation, _protect_company.fields, canonical);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._protect_company(regclass, name[], text, jsonb, text) IS 'What protect() does for one company';

CREATE FUNCTION customer_workflow._unprotect_company(relation regclass, fields name[], cancel_open boolean, company text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table;
    before customer_workflow.protected_company;
    canonical text := customer_workflow._company(_unprotect_company.relation, _unprotect_company.company);
    covered name[];
    listed name[];
    remaining name[];
    gone name[];
    bad name;
    own jsonb;
    touched bigint[];
BEGIN
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', _unprotect_company.relation);
    PERFORM customer_workflow._require_configures(_unprotect_company.relation);
    SELECT t.* INTO tab FROM customer_workflow.protected_table AS t WHERE t.id = customer_workflow._table_id(_unprotect_company.relation) FOR UPDATE;
    before := customer_workflow._company_rules(tab.id, canonical);
    covered := customer_workflow._company_fields(tab, before.fields);
    gone := CASE WHEN _unprotect_company.fields = '{*}' THEN array_remove(covered, (tab.options ->> 'company_column')::name) ELSE _unprotect_company.fields END;
    SELECT f INTO bad FROM unnest(gone) AS f WHERE f <> ALL (covered) OR f = (tab.options ->> 'company_column')::name LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = CASE WHEN bad = ANY (covered) THEN format('company column "%s" of table "%s" is protected for every company', bad, customer_workflow._name(tab.relation))
                           ELSE format('"%s" is not a protected field of table "%s" in company "%s"', bad, customer_workflow._name(tab.relation), canonical) END,
            HINT = 'Protected fields are: ' || array_to_string(covered, ', ') || '.';
    END IF;
    own := (before.fields - gone::text[])
           || coalesce((SELECT jsonb_object_agg(f, false) FROM unnest(gone) AS f WHERE f <> ALL (tab.only_companies)), '{}');
    UPDATE customer_workflow.protected_company AS c SET fields = own WHERE c.id = before.id;
    -- What no company protects any more leaves the list of the table.
    listed := customer_workflow._fields(tab.relation);
    remaining := ARRAY(SELECT f FROM unnest(listed) AS f WHERE f <> ALL (tab.only_companies) OR EXISTS (
        SELECT FROM customer_workflow.protected_company AS c WHERE c.table_id = tab.id AND (c.fields ->> f)::boolean));
    IF remaining = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('no field of table "%s" would be protected any more', customer_workflow._name(tab.relation)),
            HINT = 'Unprotect the table for all companies: SELECT customer_workflow.unprotect(relation, ''{*}'').';
    END IF;
    PERFORM customer_workflow._check_scope(tab.relation, remaining, tab.options ->> 'scope');
    touched := customer_workflow._lock_touched(tab.id, gone, remaining, coalesce(_unprotect_company.cancel_open, false), canonical)
            || customer_workflow._lock_touched(tab.id, ARRAY(SELECT f FROM unnest(listed) AS f WHERE f <> ALL (remaining)), remaining,
                                               coalesce(_unprotect_company.cancel_open, false), NULL);
    IF remaining <> listed THEN
        PERFORM customer_workflow._install(tab.relation, remaining);
        UPDATE customer_workflow.protected_table AS t
           SET only_companies = ARRAY(SELECT f FROM unnest(t.only_companies) AS f WHERE f = ANY (remaining)),
               options = customer_workflow._merge_options(t.options, jsonb_build_object('companions',
                   nullif((t.options -> 'companions') - ARRAY(SELECT f::text FROM unnest(listed) AS f WHERE f <> ALL (remaining)), '{}')))
         WHERE t.id = tab.id;
    END IF;
    PERFORM customer_workflow._remove_changes(array_agg(c.proposal), array_agg(c.field), 'withdrawn', NULL)
       FROM customer_workflow.change AS c WHERE c.proposal = ANY (touched) AND c.field = ANY (gone) HAVING count(*) > 0;
    UPDATE customer_workflow.data_entity AS e SET options = jsonb_set(e.options, '{fields}', (e.options -> 'fields') - gone::text[])
     WHERE e.table_id = tab.id AND e.company = canonical AND e.options -> 'fields' ?| gone::text[];
    PERFORM customer_workflow._log('unprotect', tab.id, NULL, NULL, jsonb_build_object('company', canonical,
        'fields', jsonb_build_object('old', covered, 'new', ARRAY(SELECT f FROM unnest(covered) AS f WHERE f <> ALL (gone)))));
    PERFORM customer_workflow._invalidate(tab.relation);
END
$$;
COMMENT ON FUNCTION customer_workflow._unprotect_company(regclass, name[], boolean, text) IS 'What unprotect() does for one company';

CREATE FUNCTION customer_workflow._configure_company(relation regclass, options jsonb, company text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table;
    canonical text := customer_workflow._company(_configure_company.relation, _configure_company.company);
    before customer_workflow.protected_company;
    merged jsonb;
BEGIN
    PERFORM customer_workflow._check_company_options(_configure_company.options);
    IF customer_workflow._of_records(_configure_company.options) THEN
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', _configure_company.relation);
    END IF;
    SELECT t.* INTO tab FROM customer_workflow.protected_table AS t WHERE t.id = customer_workflow._table_id(_configure_company.relation) FOR UPDATE;
    before := customer_workflow._company_rules(tab.id, canonical);
    merged := customer_workflow._merge_options(before.options, _configure_company.options);
    IF merged <> before.options THEN
        UPDATE customer_workflow.protected_company AS c SET options = merged WHERE c.id = before.id;
        PERFORM customer_workflow._log('configure', tab.id, NULL, NULL, jsonb_build_object('company', canonical,
            'options', jsonb_build_object('old', before.options, 'new', merged)));
        PERFORM customer_workflow._follow_company_records(tab, _configure_company.options);
        PERFORM customer_workflow._invalidate(_configure_company.relation);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._configure_company(regclass, jsonb, text) IS 'What configure() does for one company';

CREATE FUNCTION customer_workflow._enable_company(relation regclass, enabled boolean, comment text, company text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table;
    canonical text := customer_workflow._company(_enable_company.relation, _enable_company.company);
    before customer_workflow.protected_company;
BEGIN
    SELECT t.* INTO tab FROM customer_workflow.protected_table AS t WHERE t.id = customer_workflow._table_id(_enable_company.relation) FOR UPDATE;
    before := customer_workflow._company_rules(tab.id, canonical);
    IF before.enabled IS NOT DISTINCT FROM _enable_company.enabled THEN
        RETURN;
    END IF;
    IF _enable_company.enabled THEN
        PERFORM customer_workflow._check_protection(tab.relation, customer_workflow._fields(tab.relation), tab.options, tab.search_path);
    END IF;
    UPDATE customer_workflow.protected_company AS c SET enabled = _enable_company.enabled WHERE c.id = before.id;
    PERFORM customer_workflow._log(CASE WHEN _enable_company.enabled THEN 'enable' ELSE 'disable' END, tab.id, NULL, _enable_company.comment,
                                   jsonb_build_object('company', canonical));
    PERFORM customer_workflow._invalidate(tab.relation);
END
$$;
COMMENT ON FUNCTION customer_workflow._enable_company(regclass, boolean, text, text) IS 'What enable() and disable() do for one company';

-- Where a record changes its company past an approval of that (or by one), people of the other company have seen its proposals.
CREATE FUNCTION customer_workflow._company_changed(table_id integer, hashes uuid[], companies text[], applying bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moved bigint[];
BEGIN
    moved := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                    WHERE p.record_hash = ANY (hashes) AND p.table_id = _company_changed.table_id
                      AND p.status = ANY (customer_workflow._open_statuses()) AND (p.id = ANY (applying)) IS NOT TRUE
                    ORDER BY p.id FOR UPDATE);
    IF moved = '{}' THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._refuse_edit(moved);
    UPDATE customer_workflow.proposal AS p SET company = m.company
      FROM unnest(hashes, companies) AS m (hash, company) WHERE p.id = ANY (moved) AND p.record_hash = m.hash;
    PERFORM customer_workflow._back_to_draft(ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                                                    WHERE p.id = ANY (moved) AND p.status IN ('pending_approval', 'approved') ORDER BY p.id), NULL, NULL);
    PERFORM customer_workflow._log('company_changed', p.table_id, p.id, NULL, jsonb_build_object('company', p.company))
       FROM customer_workflow.proposal AS p WHERE p.id = ANY (moved) ORDER BY p.id;
END
$$;
COMMENT ON FUNCTION customer_workflow._company_changed(integer, uuid[], text[], bigint[])
    IS 'Open proposals follow their record to another company; running ones become drafts. applying: those that are being written';

CREATE FUNCTION customer_workflow._record_company(table_id integer, record_key jsonb) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.stored[1] FROM customer_workflow.protected_table AS t
     CROSS JOIN LATERAL customer_workflow._read_records(t.id, ARRAY[_record_company.record_key], ARRAY[t.options ->> 'company_column'], false) AS r
     WHERE t.id = _record_company.table_id AND t.options ? 'company_column'
$$;
COMMENT ON FUNCTION customer_workflow._record_company(integer, jsonb) IS 'The company that a record belongs to; null where the table has none';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._company_type(regclass, name), customer_workflow._company(regclass, text), customer_workflow._check_company_column(regclass),
    customer_workflow._check_company_options(jsonb), customer_workflow._of_records(jsonb),
    customer_workflow._follow_company_records(customer_workflow.protected_table, jsonb), customer_workflow._keep_companies(customer_workflow.protected_table, jsonb), customer_workflow._company_rules(integer, text),
    customer_workflow._company_fields(customer_workflow.protected_table, jsonb),
    customer_workflow._protect_company(regclass, name[], text, jsonb, text), customer_workflow._unprotect_company(regclass, name[], boolean, text),
    customer_workflow._configure_company(regclass, jsonb, text), customer_workflow._enable_company(regclass, boolean, text, text),
    customer_workflow._company_changed(integer, uuid[], text[], bigint[]), customer_workflow._record_company(integer, jsonb)
    FROM PUBLIC;
