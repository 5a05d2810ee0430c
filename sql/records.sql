-- Protected tables, their options, their keys, and the history.

CREATE FUNCTION customer_workflow._name(relation regclass) RETURNS text
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT c.relname::text FROM pg_class AS c WHERE c.oid = relation), relation::text)
$$;
COMMENT ON FUNCTION customer_workflow._name(regclass) IS 'The table''s name in messages, without schema';

CREATE FUNCTION customer_workflow._table_id(relation regclass) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_id integer := (SELECT t.id FROM customer_workflow.protected_table AS t WHERE t.relation = _table_id.relation);
    root regclass;
BEGIN
    IF found_id IS NULL THEN
        root := (SELECT t.relation FROM pg_partition_ancestors(relation) AS a JOIN customer_workflow.protected_table AS t ON t.relation = a.relid);
        PERFORM customer_workflow._raise('22023',
            CASE WHEN relation IS NULL THEN 'relation must not be null'
                 ELSE format('table "%s" is not protected', customer_workflow._name(relation)) END,
            CASE WHEN root IS NOT NULL THEN format('It is a partition of "%s".', customer_workflow._name(root)) END,
            CASE WHEN root IS NOT NULL THEN 'Name the root of the partitioned table.'
                 ELSE 'See customer_workflow.protected_fields, or protect it with customer_workflow.protect().' END,
            NULL, NULL, NULL, NULL, NULL);
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION customer_workflow._table_id(regclass) IS 'The number of a protected table; error 22023 when it is not protected';

CREATE FUNCTION customer_workflow._fields(relation regclass) RETURNS name[]
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(a.attname ORDER BY a.attnum), '{}')
      FROM pg_trigger AS t
      JOIN pg_attribute AS a ON a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr::smallint[])
     WHERE t.tgrelid = relation AND t.tgname = '!customer_workflow_first'
$$;
COMMENT ON FUNCTION customer_workflow._fields(regclass) IS 'The protected fields of a table, as its trigger lists them';

CREATE FUNCTION customer_workflow._settings(table_id integer, company text, OUT enabled boolean, OUT approvers text, OUT options jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(c.enabled, t.enabled), coalesce(c.approvers, t.approvers), t.options || coalesce(c.options, '{}')
      FROM customer_workflow.protected_table AS t
      LEFT JOIN customer_workflow.protected_company AS c ON c.table_id = t.id AND c.company = _settings.company
     WHERE t.id = _settings.table_id
$$;
COMMENT ON FUNCTION customer_workflow._settings(integer, text) IS 'Switch, approvers and options (without defaults) of a company; of the table where the company is null or has no rules of its own';

CREATE FUNCTION customer_workflow._enabled(table_id integer, company text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (customer_workflow._settings(table_id, company)).enabled
$$;
COMMENT ON FUNCTION customer_workflow._enabled(integer, text) IS 'Whether approvals are enabled for a company of a table';

CREATE FUNCTION customer_workflow._option(table_id integer, option text, company text DEFAULT NULL) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT s.options FROM customer_workflow._settings(_option.table_id, _option.company) AS s) -> option,
                    customer_workflow._option_defaults() -> option)
$$;
COMMENT ON FUNCTION customer_workflow._option(integer, text, text) IS 'The value of an option of a protected table, in a company, or its default';

-- Locked for a moment only: protect() locks the table and this row, a transaction that had this row would wait for it in a circle.
CREATE FUNCTION customer_workflow._see_configuration(table_ids integer[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        BEGIN
            PERFORM FROM customer_workflow.protected_table AS t WHERE t.id = ANY (table_ids) FOR SHARE SKIP LOCKED;
            RAISE EXCEPTION USING ERRCODE = 'CW000', MESSAGE = 'let go of the rows again';
        EXCEPTION WHEN SQLSTATE 'CW000' THEN
            NULL;
        END;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._see_configuration(integer[]) IS 'Error 40001 where the snapshot of the transaction is older than the configuration of one of these tables';

CREATE FUNCTION customer_workflow._log(kind text, table_id integer, proposal bigint, comment text, details jsonb) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, comment, details)
    VALUES (_log.table_id, _log.proposal, _log.kind, coalesce(customer_workflow._person(), 'role:' || session_user), session_user,
            _log.comment, CASE WHEN _log.proposal IS NULL AND customer_workflow._gate_proposal() IS NOT NULL
                               THEN coalesce(_log.details, '{}') || jsonb_build_object('configuration_proposal', customer_workflow._gate_proposal()) ELSE _log.details END)
$$;
COMMENT ON FUNCTION customer_workflow._log(text, integer, bigint, text, jsonb) IS 'Adds one entry of the current person to the history';

CREATE FUNCTION customer_workflow._key_parts(relation regclass)
    RETURNS TABLE (place bigint, field name, type text, equals text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.place, a.attname, format_type(a.atttypid, NULL),
           format('OPERATOR(%I.%s)', n.nspname, o.oprname)
      FROM pg_index AS i
     CROSS JOIN unnest(i.indkey::smallint[], i.indclass::oid[]) WITH ORDINALITY AS k (attnum, opclass, place)
      JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      JOIN pg_opclass AS c ON c.oid = k.opclass
      JOIN pg_amop AS s ON s.amopfamily = c.opcfamily AND s.amoplefttype = c.opcintype AND s.amoprighttype = c.opcintype
                       -- of GiST, which has the key of a period, 3 may be that they overlap
                       AND s.amopstrategy = (SELECT max(e.amopstrategy) FROM pg_amop AS e
                                              WHERE e.amopfamily = c.opcfamily AND (e.amoplefttype, e.amoprighttype) = (c.opcintype, c.opcintype)
                                                AND (e.amopstrategy = 3 OR e.amopstrategy = 18 AND i.indisexclusion))
      JOIN pg_operator AS o ON o.oid = s.amopopr
      JOIN pg_namespace AS n ON n.oid = o.oprnamespace
     WHERE i.indrelid = relation AND i.indisprimary AND k.place <= i.indnkeyatts
     ORDER BY k.place
$$;
COMMENT ON FUNCTION customer_workflow._key_parts(regclass) IS 'The columns of a primary key, with type and the equality operator of its index';

CREATE FUNCTION customer_workflow._append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
        MESSAGE = format('table "%s" is append-only', TG_TABLE_NAME),
        DETAIL = format('%s was tried.', TG_OP),
        HINT = 'History is never changed. What happened next is a new entry.';
END
$$;
COMMENT ON FUNCTION customer_workflow._append_only() IS 'Trigger of the history: it can only grow';

CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON customer_workflow.history
    FOR EACH STATEMENT EXECUTE FUNCTION customer_workflow._append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON customer_workflow.direct_change
    FOR EACH STATEMENT EXECUTE FUNCTION customer_workflow._append_only();

CREATE FUNCTION customer_workflow._capture_rules(table_id integer, company text) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object(
               'enabled', s.enabled,
               'options', customer_workflow._option_defaults() || s.options,
               'fields', coalesce((SELECT jsonb_object_agg(f, false) FROM unnest(t.only_companies) AS f), '{}')
                         || coalesce((SELECT c.fields FROM customer_workflow.protected_company AS c
                                       WHERE c.table_id = t.id AND c.company = _capture_rules.company), '{}'),
               'entities', coalesce((
                   SELECT jsonb_agg(jsonb_build_object('person', e.person, 'options', e.options) ORDER BY e.company NULLS LAST, e.table_id NULLS LAST)
                     FROM customer_workflow.data_entity AS e
                    WHERE (e.table_id = t.id OR e.table_id IS NULL) AND (e.company = _capture_rules.company OR e.company IS NULL)), '[]'))
      FROM customer_workflow.protected_table AS t
     CROSS JOIN LATERAL customer_workflow._settings(t.id, _capture_rules.company) AS s
     WHERE t.id = _capture_rules.table_id
$$;
COMMENT ON FUNCTION customer_workflow._capture_rules(integer, text) IS 'What applies to changes of the records of a company, or of those that have no rules of their own';

CREATE FUNCTION customer_workflow._capture_config(relation regclass) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object(
               'table_id', t.id,
               'name', c.relname,
               'options', customer_workflow._option_defaults() || t.options,
               'partition_columns', coalesce((
                   SELECT jsonb_agg(DISTINCT coalesce(a.attname, '*'))
                     FROM pg_partitioned_table AS p
                    CROSS JOIN unnest(p.partattrs::smallint[]) AS k (attnum)
                     LEFT JOIN pg_attribute AS a ON a.attrelid = p.partrelid AND a.attnum = k.attnum AND k.attnum <> 0
                    WHERE p.partrelid IN (SELECT tree.relid FROM pg_partition_tree(t.relation) AS tree)), '[]'),
               'rules', customer_workflow._capture_rules(t.id, NULL),
               'companies', coalesce((
                   SELECT jsonb_object_agg(c.company, customer_workflow._capture_rules(t.id, c.company))
                     FROM (SELECT c.company FROM customer_workflow.protected_company AS c WHERE c.table_id = t.id
                           UNION
                           SELECT e.company FROM customer_workflow.data_entity AS e WHERE e.table_id = t.id AND e.company IS NOT NULL) AS c), '{}'))::text
      FROM customer_workflow.protected_table AS t
      JOIN pg_class AS c ON c.oid = t.relation
     WHERE t.relation = _capture_config.relation
$$;
COMMENT ON FUNCTION customer_workflow._capture_config(regclass) IS 'What the triggers of a protected table need to know, as JSON';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._see_configuration(integer[]), customer_workflow._log(text, integer, bigint, text, jsonb), customer_workflow._append_only(),
    customer_workflow._capture_config(regclass), customer_workflow._capture_rules(integer, text), customer_workflow._option(integer, text, text),
    customer_workflow._settings(integer, text), customer_workflow._enabled(integer, text)
    FROM PUBLIC;
