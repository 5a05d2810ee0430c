-- Options of a protected table: their defaults, their valid values, and whether those fit the table.

CREATE FUNCTION customer_workflow._option_defaults() RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT '{
        "data_entity_behavior": "create_change_proposals",
        "auto_submit": "data_entity",
        "overlap": "parallel",
        "amend": "recall",
        "conflict": "fail",
        "require_digest": false,
        "comment_required": [],
        "validate_on_submit": true,
        "together": "fields",
        "companions": {},
        "bookkeeping": {},
        "record_label": null,
        "on_record_delete": "cancel",
        "redundant_update": "write",
        "apply_as": null,
        "part_of": null,
        "field_decisions": false,
        "on_insert": "allow",
        "on_delete": "allow",
        "new_records": "protected",
        "scope": null,
        "company_column": null,
        "gate_configuration": false
    }'::jsonb
$$;
COMMENT ON FUNCTION customer_workflow._option_defaults() IS 'Every option of a protected table with its default; what is not here is no option';

CREATE FUNCTION customer_workflow._option_rules() RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT '{
        "data_entity_behavior": ["create_change_proposals", "reject_changes", "allow_without_approval", "ignore_changes"],
        "auto_submit": ["data_entity", "always", "never"],
        "overlap": ["parallel", "reject"],
        "amend": ["recall", "reject", "parallel"],
        "conflict": ["fail", "overwrite"],
        "require_digest": "boolean",
        "comment_required": {"list": ["submit", "recall", "cancel", "approve", "reject", "request_change", "delegate", "complete_task",
                             "decide_outcome", "reroute"]},
        "validate_on_submit": "boolean",
        "together": ["fields", "row"],
        "companions": "lists",
        "bookkeeping": "texts",
        "record_label": "text",
        "on_record_delete": ["cancel", "restrict"],
        "redundant_update": ["write", "skip"],
        "apply_as": "text",
        "part_of": "parent",
        "field_decisions": "boolean",
        "on_insert": ["allow", "draft", "held"],
        "on_delete": ["allow", "propose"],
        "new_records": ["protected", "transaction"],
        "scope": "text",
        "company_column": "text",
        "gate_configuration": "boolean"
    }'::jsonb
$$;
COMMENT ON FUNCTION customer_workflow._option_rules() IS 'Valid values of each option of a protected table: a list of words, or the kind of value';

CREATE FUNCTION customer_workflow._entity_option_rules() RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT '{
        "behavior": ["create_change_proposals", "reject_changes", "allow_without_approval", "ignore_changes"],
        "fields": {"values": ["create_change_proposals", "reject_changes", "allow_without_approval", "ignore_changes"]},
        "auto_submit": ["data_entity", "always", "never"],
        "redundant_update": ["write", "skip"],
        "withdraw": "boolean"
    }'::jsonb
$$;
COMMENT ON FUNCTION customer_workflow._entity_option_rules() IS 'Valid values of each option of a data entity';

CREATE FUNCTION customer_workflow._words(words jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT string_agg(w.word, ', ' ORDER BY w.place) FROM jsonb_array_elements_text(words) WITH ORDINALITY AS w (word, place)
$$;
COMMENT ON FUNCTION customer_workflow._words(jsonb) IS 'A jsonb array of strings as a list for people';

-- The expected form of a value in words, or null when it has that form. Nulls reset an option, so they always fit.
CREATE FUNCTION customer_workflow._expected(value jsonb, rule jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kind text := jsonb_typeof(value);
BEGIN
    IF kind = 'null' THEN
        RETURN NULL;
    END IF;
    IF jsonb_typeof(rule) = 'array' THEN
        RETURN CASE WHEN kind = 'string' AND rule @> value THEN NULL
                    ELSE 'Valid values are: ' || customer_workflow._words(rule) || '.' END;
    ELSIF rule ? 'list' AND jsonb_typeof(rule) = 'object' THEN
        RETURN CASE WHEN kind = 'array' AND rule -> 'list' @> value THEN NULL
                    ELSE 'A valid value is a list of these: ' || customer_workflow._words(rule -> 'list') || '.' END;
    ELSIF rule ? 'values' AND jsonb_typeof(rule) = 'object' THEN
        RETURN CASE WHEN kind = 'object' AND NOT EXISTS (SELECT FROM jsonb_each(CASE kind WHEN 'object' THEN value ELSE '{}' END) AS e
                                                          WHERE jsonb_typeof(e.value) <> 'string' OR NOT rule -> 'values' @> e.value) THEN NULL
                    ELSE 'A valid value is an object of field names, each with one of: ' || customer_workflow._words(rule -> 'values') || '.' END;
    END IF;
    CASE rule #>> '{}'
        WHEN 'boolean' THEN
            RETURN CASE WHEN kind <> 'boolean' THEN 'Valid values are: true, false.' END;
        WHEN 'text' THEN
            RETURN CASE WHEN kind <> 'string' OR value = '""' THEN 'A valid value is a text that is not empty.' END;
        WHEN 'parent' THEN
            RETURN CASE WHEN kind <> 'object' OR value - 'relation' - 'by' <> '{}'
                          OR jsonb_typeof(value -> 'relation') IS DISTINCT FROM 'string' OR jsonb_typeof(value -> 'by') IS DISTINCT FROM 'array'
                          OR value -> 'by' = '[]' OR jsonb_path_exists(value, 'strict $.by[*] ? (@.type() != "string")')
                        THEN 'A valid value is an object with a table and the columns that refer to it, for example {"relation": "customers", "by": ["customer_id"]}.' END;
        WHEN 'texts' THEN
            RETURN CASE WHEN kind <> 'object' OR jsonb_path_exists(value, 'strict $.* ? (@.type() != "string" || @ == "")')
                        THEN 'A valid value is an object of column names, each with a text, for example {"version": "old.version + 1"}.' END;
        WHEN 'lists' THEN
            RETURN CASE WHEN kind <> 'object'
                          OR jsonb_path_exists(value, 'strict $.* ? (@.type() != "array" || @.size() == 0)')
                          OR jsonb_path_exists(value, 'strict $.* ? (@.type() == "array")[*] ? (@.type() != "string")')
                        THEN 'A valid value is an object of field names, each with a list of columns, for example {"hold": ["hold_until"]}.' END;
    END CASE;
END
$$;
COMMENT ON FUNCTION customer_workflow._expected(jsonb, jsonb) IS 'What an option''s value should look like, or null when it does';

CREATE FUNCTION customer_workflow._check_values(options jsonb, rules jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    option record;
    expected text;
BEGIN
    IF options IS NULL OR jsonb_typeof(options) <> 'object' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'options must be a JSON object, for example {"overlap": "reject"}';
    END IF;
    FOR option IN SELECT e.key, e.value FROM jsonb_each(options) AS e LOOP
        IF NOT rules ? option.key THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = format('unrecognized option "%s"', option.key),
                HINT = 'Valid options are: ' || (SELECT string_agg(k, ', ' ORDER BY k) FROM jsonb_object_keys(rules) AS k) || '.';
        END IF;
        expected := customer_workflow._expected(option.value, rules -> option.key);
        IF expected IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = format('invalid value for option "%s": %s', option.key, option.value),
                HINT = expected;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_values(jsonb, jsonb) IS 'Error 22023 for an option or a value that the rules do not know';

CREATE FUNCTION customer_workflow._merge_options(options jsonb, change jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(e.key, e.value) FILTER (WHERE e.value <> 'null'), '{}') FROM jsonb_each(options || change) AS e
$$;
COMMENT ON FUNCTION customer_workflow._merge_options(jsonb, jsonb) IS 'The options after a change, in which null resets one';

-- What can be checked without looking at the other options; and who may set what.
CREATE FUNCTION customer_workflow._check_option_values(relation regclass, options jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    owners text[] := '{}';
    as_role text := options ->> 'apply_as';
BEGIN
    PERFORM customer_workflow._check_values(options, customer_workflow._option_rules());
    SELECT coalesce(array_agg(k ORDER BY k), '{}') INTO owners FROM jsonb_object_keys(options) AS k WHERE k IN ('apply_as', 'bookkeeping', 'record_label', 'scope');
    IF owners <> '{}' THEN
        PERFORM customer_workflow._require_owns(relation, owners);
    END IF;
    -- The table's triggers will run as that role, so nobody may name a role that he could not become.
    IF EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = as_role) THEN
        IF pg_has_role(customer_workflow._role_that_acts(), as_role::name,
                       CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END) IS NOT TRUE THEN
            RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
                MESSAGE = format('must be able to SET ROLE %s to set option "apply_as"', quote_ident(as_role)),
                DETAIL = 'The triggers of the table will run with the rights of that role.',
                HINT = 'Ask a superuser to set it.';
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_option_values(regclass, jsonb) IS 'Errors for options that are unknown, have no valid value, or are not the caller''s to set';

-- Expressions. The text stands between two kinds of brackets in one statement: whatever closes the one breaks the other, so that only one
-- expression passes, and a text that holds more than one statement fails to parse before anything runs. EXPLAIN runs nothing.
CREATE FUNCTION customer_workflow._explain_as(role oid, path text, statement text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM customer_workflow._switch_user(role, false, true);
    PERFORM set_config('search_path', path, true);
    EXECUTE 'EXPLAIN ' || statement;
END
$$;
COMMENT ON FUNCTION customer_workflow._explain_as(oid, text, text) IS 'Parses and plans a statement as another role, under the search_path that approved values are written with';

CREATE FUNCTION customer_workflow._check_expression(relation regclass, role oid, path text, option text, col name, expression text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    problem text;
BEGIN
    BEGIN
        PERFORM customer_workflow._explain_as(role, path, format(
            E'SELECT FROM %s%s WHERE (%s\n) IS NULL OR CASE WHEN true THEN %s\nEND IS NULL',
            relation, CASE WHEN col IS NULL THEN '' ELSE ' AS old' END, expression, expression));
        IF col IS NOT NULL THEN
            PERFORM customer_workflow._explain_as(role, path, format(E'UPDATE %s AS old SET %I = (%s\n)', relation, col, expression));
        END IF;
        RETURN;
    EXCEPTION WHEN query_canceled OR program_limit_exceeded OR insufficient_resources THEN
        RAISE;
    WHEN OTHERS THEN
        problem := SQLERRM;
    END;
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
        MESSAGE = format('option "%s" of table "%s" is not a valid expression%s: %s', option, customer_workflow._name(relation),
                         ' for column "' || col || '"', expression),
        DETAIL = problem,
        HINT = CASE WHEN col IS NULL THEN 'Give one SQL expression over the columns of the record, for example "name".'
                    ELSE 'Give one SQL expression over the stored record, for example "old.version + 1" or "now()".' END;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_expression(regclass, oid, text, text, name, text) IS 'Error 22023 unless the text is one SQL expression over the record, of a type that suits the column';

-- Who writes approved values.
CREATE FUNCTION customer_workflow._writing_role(relation regclass, options jsonb) RETURNS oid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    as_role text := options ->> 'apply_as';
    writer record;
BEGIN
    SELECT r.oid, r.rolname, r.rolsuper INTO writer FROM pg_roles AS r
     WHERE CASE WHEN as_role IS NULL THEN r.oid = (SELECT c.relowner FROM pg_class AS c WHERE c.oid = relation) ELSE r.rolname = as_role END;
    IF as_role IS NULL THEN
        IF writer.rolsuper THEN
            RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
                MESSAGE = format('the owner of table "%s" is a superuser', customer_workflow._name(relation)),
                DETAIL = 'Approved values are written as the owner, and so would its triggers run as a superuser.',
                HINT = 'Give option "apply_as": a role without superuser that has SELECT and UPDATE on the table.';
        END IF;
    ELSIF writer.oid IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('role "%s" of option "apply_as" does not exist', as_role),
            HINT = 'Name a role without superuser that has SELECT and UPDATE on the table.';
    ELSIF writer.rolsuper THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('role "%s" of option "apply_as" is a superuser', as_role),
            HINT = 'Name a role without superuser that has SELECT and UPDATE on the table.';
    ELSIF NOT (has_table_privilege(writer.oid, relation, 'SELECT') AND has_table_privilege(writer.oid, relation, 'UPDATE')) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('role "%s" of option "apply_as" may not SELECT and UPDATE table "%s"', as_role, customer_workflow._name(relation)),
            HINT = format('GRANT SELECT, UPDATE ON %s TO %I, and USAGE on its schema.', relation, as_role);
    END IF;
    RETURN writer.oid;
END
$$;
COMMENT ON FUNCTION customer_workflow._writing_role(regclass, jsonb) IS 'The role that approved values of a table are written as: its owner, or option apply_as; never a superuser';

CREATE FUNCTION customer_workflow._check_companions(relation regclass, fields name[], options jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bad text;
BEGIN
    SELECT k INTO bad FROM jsonb_object_keys(options -> 'companions') AS k WHERE k <> ALL (fields) ORDER BY k LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('option "companions" names "%s", which is not a protected field of table "%s"', bad, customer_workflow._name(relation)),
            HINT = 'Protected fields are: ' || array_to_string(fields, ', ') || '.';
    END IF;
    SELECT c INTO bad FROM unnest(customer_workflow._companions(options)) AS c
     WHERE NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attname = c AND NOT a.attisdropped) ORDER BY c LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('option "companions" names "%s", which is not a column of table "%s"', bad, customer_workflow._name(relation)),
            HINT = 'Companions are columns of the same table that change together with a protected field.';
    END IF;
    SELECT c INTO bad FROM unnest(customer_workflow._companions(options)) AS c WHERE c = ANY (fields) ORDER BY c LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('column "%s" of table "%s" is a protected field and cannot be a companion as well', bad, customer_workflow._name(relation)),
            HINT = 'Take it out of option "companions": a protected field is held anyway.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_companions(regclass, name[], jsonb) IS 'Error 22023 unless option companions belongs to protected fields';

CREATE FUNCTION customer_workflow._companions(options jsonb) RETURNS name[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT c.col::name ORDER BY c.col::name), '{}')
      FROM jsonb_each(coalesce(options -> 'companions', '{}')) AS e, jsonb_array_elements_text(e.value) AS c (col)
$$;
COMMENT ON FUNCTION customer_workflow._companions(jsonb) IS 'All columns that option companions names';

CREATE FUNCTION customer_workflow._check_bookkeeping(relation regclass, fields name[], options jsonb, role oid, path text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entry record;
    reason text;
BEGIN
    FOR entry IN SELECT e.key AS col, e.value AS expression FROM jsonb_each_text(coalesce(options -> 'bookkeeping', '{}')) AS e LOOP
        reason := CASE WHEN NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attname = entry.col
                                                                       AND a.attnum > 0 AND NOT a.attisdropped) THEN 'does not exist'
                       WHEN entry.col = ANY (fields) THEN 'is a protected field'
                       WHEN entry.col = ANY (customer_workflow._key_columns(relation)) THEN 'belongs to the primary key'
                       WHEN entry.col = ANY (customer_workflow._companions(options)) THEN 'is a companion' END;
        IF reason IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
                MESSAGE = format('column "%s" of table "%s", named in option "bookkeeping", %s', entry.col, customer_workflow._name(relation), reason),
                HINT = 'Bookkeeping columns are those that every UPDATE sets, such as a version or a time of change.';
        END IF;
        PERFORM customer_workflow._check_expression(relation, role, path, 'bookkeeping', entry.col::name, entry.expression);
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_bookkeeping(regclass, name[], jsonb, oid, text) IS 'Error unless option bookkeeping names ordinary columns, each with a valid expression';

-- Everything that must hold for a protected table, whenever its configuration changes.
CREATE FUNCTION customer_workflow._check_protection(relation regclass, fields name[], options jsonb, path text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    writer oid;
BEGIN
    PERFORM customer_workflow._check_table(relation);
    PERFORM customer_workflow._check_columns(relation, fields);
    PERFORM customer_workflow._check_companions(relation, fields, options);
    PERFORM customer_workflow._check_columns(relation, customer_workflow._companions(options));
    PERFORM customer_workflow._check_references(relation, customer_workflow._held_columns(relation, fields, options));
    PERFORM customer_workflow._check_part_of(relation, fields, options);
    writer := customer_workflow._writing_role(relation, options);
    PERFORM customer_workflow._check_bookkeeping(relation, fields, options, writer, path);
    PERFORM customer_workflow._check_record_options(relation, options, writer);
    IF options ? 'record_label' THEN
        PERFORM customer_workflow._check_expression(relation, writer, path, 'record_label', NULL, options ->> 'record_label');
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_protection(regclass, name[], jsonb, text) IS 'Error unless the table, its protected fields and its options suit each other';

-- _option_defaults() stays PUBLIC: a view shows the defaults.
REVOKE EXECUTE ON FUNCTION
    customer_workflow._option_rules(),
    customer_workflow._entity_option_rules(),
    customer_workflow._words(jsonb),
    customer_workflow._expected(jsonb, jsonb),
    customer_workflow._check_values(jsonb, jsonb),
    customer_workflow._merge_options(jsonb, jsonb),
    customer_workflow._check_option_values(regclass, jsonb),
    customer_workflow._explain_as(oid, text, text),
    customer_workflow._check_expression(regclass, oid, text, text, name, text),
    customer_workflow._writing_role(regclass, jsonb),
    customer_workflow._check_companions(regclass, name[], jsonb),
    customer_workflow._companions(jsonb),
    customer_workflow._check_bookkeeping(regclass, name[], jsonb, oid, text),
    customer_workflow._check_protection(regclass, name[], jsonb, text)
    FROM PUBLIC;
