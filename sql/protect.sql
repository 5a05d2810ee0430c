-- protect() and unprotect(): which fields, and what can be protected at all.

CREATE FUNCTION customer_workflow._key_columns(relation regclass) RETURNS name[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(a.attname ORDER BY k.place), '{}')
      FROM pg_index AS i
     CROSS JOIN unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, place)
      JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
     WHERE i.indrelid = relation AND i.indisprimary AND i.indisvalid AND k.place <= i.indnkeyatts
$$;
COMMENT ON FUNCTION customer_workflow._key_columns(regclass) IS 'The columns of the primary key, in its order; empty without one';

-- Not pg_partition_tree(): that locks every partition, and so deadlocks with DDL on two of them, as in a parallel restore.
CREATE FUNCTION customer_workflow._tree(relation regclass) RETURNS SETOF regclass
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE tree (relid) AS (
        SELECT relation::oid
        UNION ALL
        SELECT i.inhrelid FROM tree JOIN pg_inherits AS i ON i.inhparent = tree.relid
    )
    SELECT relid::regclass FROM tree
$$;
COMMENT ON FUNCTION customer_workflow._tree(regclass) IS 'The table and all of its partitions';

CREATE FUNCTION customer_workflow._refuse(message text, hint text) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = message, HINT = hint;
END
$$;
COMMENT ON FUNCTION customer_workflow._refuse(text, text) IS 'Error 0A000: this cannot be protected';

CREATE FUNCTION customer_workflow._check_table(relation regclass) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rel record;
    tab text := customer_workflow._name(relation);
    other regclass;
BEGIN
    SELECT c.oid, c.relkind, c.relpersistence, c.relispartition, n.nspname INTO rel
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = relation;
    IF rel.oid < 16384 OR rel.nspname IN ('pg_catalog', 'information_schema', 'pg_toast') THEN
        PERFORM customer_workflow._refuse(format('"%s" cannot be protected: it is a system catalog', tab), 'Protect tables of your own.');
    ELSIF rel.nspname = 'customer_workflow' THEN
        PERFORM customer_workflow._refuse(format('"%s" cannot be protected: it belongs to this extension', tab), 'Protect tables of your own.');
    ELSIF rel.relkind NOT IN ('r', 'p') THEN
        PERFORM customer_workflow._refuse(
            format('"%s" cannot be protected: it is a %s', tab, CASE rel.relkind WHEN 'f' THEN 'foreign table' WHEN 'v' THEN 'view'
                WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'composite type' ELSE 'relation of another kind' END),
            CASE rel.relkind WHEN 'f' THEN 'Protect the table on the server where it is stored.'
                WHEN 'v' THEN 'Protect the tables that the view writes to.' ELSE 'Protect an ordinary or a partitioned table.' END);
    ELSIF rel.relpersistence = 't' THEN
        PERFORM customer_workflow._refuse(format('"%s" cannot be protected: it is a temporary table', tab), 'Protect a permanent table.');
    ELSIF rel.relispartition THEN
        PERFORM customer_workflow._refuse(format('"%s" cannot be protected: it is a partition', tab),
            format('Protect the root of the partitioned table, %s.', pg_partition_root(relation)));
    END IF;
    SELECT CASE i.inhparent WHEN relation THEN i.inhrelid ELSE i.inhparent END INTO other FROM pg_inherits AS i
     WHERE (i.inhparent = relation AND rel.relkind = 'r') OR i.inhrelid = relation LIMIT 1;
    IF FOUND THEN
        PERFORM customer_workflow._refuse(format('"%s" cannot be protected: it shares columns by inheritance with "%s"', tab, customer_workflow._name(other)),
            'Use a partitioned table, or end the inheritance with ALTER TABLE … NO INHERIT.');
    END IF;
    IF EXISTS (SELECT FROM pg_rewrite AS r WHERE r.ev_class = relation AND r.ev_type = '2') THEN
        PERFORM customer_workflow._refuse(format('"%s" cannot be protected: it has a rule ON UPDATE', tab),
            'PostgreSQL cannot tell what such an UPDATE has written. Use a trigger instead of the rule.');
    END IF;
    -- A foreign table cannot be a partition of a table that has a primary key.
    IF customer_workflow._key_columns(relation) = '{}' THEN
        PERFORM customer_workflow._refuse(format('"%s" cannot be protected: it has no primary key', tab),
            'A proposal finds its record by the primary key: add one with ALTER TABLE … ADD PRIMARY KEY.');
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_table(regclass) IS 'Error 0A000 for tables that cannot be protected soundly';

CREATE FUNCTION customer_workflow._type_without_input(type oid) RETURNS regtype
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE part (id) AS (
        SELECT type
        UNION
        SELECT next.id FROM part JOIN pg_type AS t ON t.oid = part.id
         CROSS JOIN LATERAL (SELECT t.typbasetype WHERE t.typtype = 'd'
                             UNION ALL SELECT t.typelem WHERE t.typelem <> 0
                             UNION ALL SELECT a.atttypid FROM pg_attribute AS a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
                             UNION ALL SELECT r.rngsubtype FROM pg_range AS r WHERE r.rngtypid = t.oid OR r.rngmultitypid = t.oid) AS next (id))
    SELECT t.oid FROM part JOIN pg_type AS t ON t.oid = part.id
     WHERE t.typtype = 'p' OR NOT t.typisdefined
        OR t.typname IN ('pg_node_tree', 'pg_ndistinct', 'pg_dependencies', 'pg_mcv_list', 'pg_brin_bloom_summary', 'pg_brin_minmax_multi_summary', 'gtsvector')
           AND t.typnamespace = 'pg_catalog'::regnamespace
     LIMIT 1
$$;
COMMENT ON FUNCTION customer_workflow._type_without_input(oid) IS 'A type, in the type, of which values cannot be read back from text; null when there is none';

CREATE FUNCTION customer_workflow._check_columns(relation regclass, columns name[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    keys name[] := customer_workflow._key_columns(relation);
    tab text := customer_workflow._name(relation);
    generated name := (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attname = ANY (keys) AND a.attgenerated <> '' LIMIT 1);
    col record;
BEGIN
    -- A BEFORE trigger, and so the record key that it captures, comes before the column is computed.
    IF generated IS NOT NULL THEN
        PERFORM customer_workflow._refuse(format('"%s" cannot be protected: column "%s" of its primary key is generated', tab, generated),
            'Make the primary key of columns that are written, and the generated one UNIQUE.');
    END IF;
    FOR col IN SELECT f.name, a.attnum, a.attgenerated, a.attidentity, a.atttypid, format('column "%s" of table "%s" cannot be protected: ', f.name, tab) AS refusal
                 FROM unnest(columns) AS f (name)
                 LEFT JOIN pg_attribute AS a ON a.attrelid = relation AND a.attname = f.name AND NOT a.attisdropped LOOP
        IF col.attnum IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = format('column "%s" of table "%s" does not exist', col.name, tab),
                HINT = (SELECT 'Its columns are: ' || string_agg(a.attname, ', ' ORDER BY a.attnum) || '.' FROM pg_attribute AS a
                         WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped);
        ELSIF col.attnum < 0 THEN
            PERFORM customer_workflow._refuse(col.refusal || 'it is a system column', 'Name columns that an UPDATE can set.');
        ELSIF col.attgenerated <> '' THEN
            PERFORM customer_workflow._refuse(col.refusal || 'it is generated', 'Protect the columns that it is computed from.');
        ELSIF col.attidentity = 'a' THEN
            PERFORM customer_workflow._refuse(col.refusal || 'it is GENERATED ALWAYS AS IDENTITY', 'No UPDATE can give it a value.');
        ELSIF col.name = ANY (keys) THEN
            PERFORM customer_workflow._refuse(col.refusal || 'it belongs to the primary key',
                'A proposal finds its record by the primary key; use a key without meaning and protect this column beside it.');
        ELSIF customer_workflow._type_without_input(col.atttypid) IS NOT NULL THEN
            PERFORM customer_workflow._refuse(col.refusal || format('values of type %s cannot be read back from text', customer_workflow._type_without_input(col.atttypid)),
                'Use a type that has an input function.');
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_columns(regclass, name[]) IS 'Error 0A000 for columns that cannot be held back soundly, 42703 for those that do not exist';

-- The values of these may be held back: holding one that a foreign key's action writes would commit a broken key.
CREATE FUNCTION customer_workflow._held_columns(relation regclass, fields name[], options jsonb) RETURNS name[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN options ->> 'together' = 'row'
           THEN (SELECT coalesce(array_agg(a.attname ORDER BY a.attnum), '{}') FROM pg_attribute AS a
                  WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
                    AND NOT coalesce(options -> 'bookkeeping' ? a.attname, false)
                    AND a.attname <> ALL (customer_workflow._key_columns(relation)))
           ELSE fields || customer_workflow._companions(options) END
$$;
COMMENT ON FUNCTION customer_workflow._held_columns(regclass, name[], jsonb) IS 'Columns of which a change may be held back: fields, companions, or with together row all that an UPDATE can set, except key and bookkeeping';

CREATE FUNCTION customer_workflow._check_references(relation regclass, columns name[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    SELECT a.attname, k.conname, k.conrelid INTO bad
      FROM customer_workflow._tree(relation) AS t
      JOIN pg_constraint AS k ON k.conrelid = t AND k.contype = 'f' AND (k.confupdtype IN ('c', 'n', 'd') OR k.confdeltype IN ('c', 'n', 'd'))
      JOIN pg_attribute AS a ON a.attrelid = t AND a.attnum = ANY (k.conkey)
     WHERE a.attname = ANY (columns)
     ORDER BY t <> relation, k.conname, a.attnum LIMIT 1;
    IF FOUND THEN
        PERFORM customer_workflow._refuse(
            format('column "%s" of table "%s" cannot be protected and have foreign key %s', bad.attname, customer_workflow._name(bad.conrelid), quote_ident(bad.conname)),
            'A foreign key with CASCADE, SET NULL or SET DEFAULT breaks when what it writes is held back; use NO ACTION or RESTRICT.');
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_references(regclass, name[]) IS 'Error 0A000 when the action of a foreign key of the table or a partition of it may write one of the columns';

-- The path for approved writes: what the caller's names meant, without schemas in which others could put something in the way.
CREATE FUNCTION customer_workflow._safe_schemas(relation regclass, path name[]) RETURNS name[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(wanted.name ORDER BY wanted.place), '{}')
      FROM pg_class AS c
     CROSS JOIN LATERAL (SELECT s.name, min(s.place) AS place
                           FROM unnest(path || (SELECT own.nspname FROM pg_namespace AS own WHERE own.oid = c.relnamespace)) WITH ORDINALITY AS s (name, place)
                          WHERE s.name !~ '^pg_(temp|toast)' GROUP BY s.name) AS wanted
      JOIN pg_namespace AS n ON n.nspname = wanted.name
     WHERE c.oid = relation
       AND NOT EXISTS (
            SELECT FROM (SELECT n.nspowner AS who
                         UNION ALL
                         SELECT x.grantee FROM aclexplode(n.nspacl) AS x WHERE x.privilege_type = 'CREATE') AS creator
              LEFT JOIN pg_roles AS r ON r.oid = creator.who
             WHERE NOT coalesce(r.rolsuper OR r.rolname = 'pg_database_owner', false) AND creator.who <> c.relowner)
$$;
COMMENT ON FUNCTION customer_workflow._safe_schemas(regclass, name[]) IS 'Of the schemas of a path, and the table''s own, those in which only superusers and the table''s owner may create';

CREATE FUNCTION customer_workflow._safe_path(relation regclass, path name[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT string_agg(quote_ident(s.name), ', ' ORDER BY s.place)
      FROM unnest(customer_workflow._safe_schemas(relation, path) || 'pg_temp'::name) WITH ORDINALITY AS s (name, place)
$$;
COMMENT ON FUNCTION customer_workflow._safe_path(regclass, name[]) IS 'The safe schemas as a value of search_path; temporary tables come last';

-- Since protect() others may have been let create in a schema of it, the table may have another owner, or a name another schema.
CREATE FUNCTION customer_workflow._path_now(relation regclass, path text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    names name[] := ARRAY(
        SELECT CASE WHEN m.one[1] LIKE '"%' THEN replace(substr(m.one[1], 2, length(m.one[1]) - 2), '""', '"') ELSE m.one[1] END
          FROM regexp_matches(path, '("(?:[^"]|"")+"|[^", ]+)', 'g') WITH ORDINALITY AS m (one, n) ORDER BY m.n);
BEGIN
    -- what was left out may hold what others have put there
    RETURN (SELECT string_agg(quote_ident(s.name), ', ' ORDER BY s.place)
              FROM unnest(customer_workflow._safe_schemas(relation, names) || 'pg_temp'::name) WITH ORDINALITY AS s (name, place) WHERE s.name = ANY (names));
END
$$;
COMMENT ON FUNCTION customer_workflow._path_now(regclass, text) IS 'Of a stored search_path what is safe now';

CREATE FUNCTION customer_workflow._tell_left_out(relation regclass, path name[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    left_out text := (SELECT string_agg(quote_ident(w), ', ') FROM unnest(path) AS w
                       WHERE w !~ '^pg_' AND w <> ALL (customer_workflow._safe_schemas(relation, path)));
BEGIN
    IF left_out IS NOT NULL THEN
        RAISE NOTICE USING MESSAGE = format('approved changes to table "%s" are written without %s in the search_path', customer_workflow._name(relation), left_out),
            DETAIL = 'Others than the table''s owner and superusers may create objects there, which triggers of the table would then use with the owner''s rights.',
            HINT = 'Qualify the names in those triggers; or see to it that nobody else may CREATE there, and protect the table again.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._tell_left_out(regclass, name[]) IS 'NOTICE about schemas of the caller''s search_path that are not safe';

CREATE FUNCTION customer_workflow._canonical_approvers(approvers text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kind text := substring(approvers FROM '^(role|group|person):');
    plain text := regexp_replace(approvers, '^(role|group):', '');
    is_role boolean := EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = plain);
    is_group boolean := EXISTS (SELECT FROM customer_workflow.group_member AS m WHERE m.group_name = plain);
BEGIN
    IF approvers IS NULL THEN
        RETURN NULL;
    ELSIF plain = '' OR kind = 'person' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('invalid approvers: "%s"', approvers),
            HINT = 'Approvers are a role or a group, for example "role:credit_managers" or "group:board".';
    ELSIF kind = 'group' THEN
        RETURN approvers;
    ELSIF kind IS NULL AND is_role AND is_group THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('there is a role and a group "%s"', plain),
            HINT = format('Say which are the approvers: "role:%s" or "group:%s".', plain, plain);
    ELSIF kind IS NULL AND is_group THEN
        RETURN 'group:' || plain;
    ELSIF NOT is_role THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = CASE WHEN kind IS NULL THEN format('there is no role and no group "%s"', plain) ELSE format('role "%s" does not exist', plain) END,
            HINT = 'CREATE ROLE makes a role; customer_workflow.add_group_member(group_name, person) makes a group.';
    END IF;
    RETURN 'role:' || plain;
END
$$;
COMMENT ON FUNCTION customer_workflow._canonical_approvers(text) IS 'role:name or group:name of a role or group that exists';

-- The column list of the first trigger is the set of protected fields.
CREATE FUNCTION customer_workflow._install(relation regclass, fields name[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    part regclass;
BEGIN
    UPDATE customer_workflow.protected_table AS t
       SET fields = _install.fields, owner = coalesce(t.owner, (SELECT pg_get_userbyid(c.relowner) FROM pg_class AS c WHERE c.oid = t.relation))
     WHERE t.relation = _install.relation AND (t.fields <> _install.fields OR t.owner IS NULL);
    EXECUTE format('CREATE OR REPLACE TRIGGER "!customer_workflow_first" BEFORE UPDATE OF %s ON %s FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_first()',
                   (SELECT string_agg(quote_ident(f.name), ', ' ORDER BY f.place) FROM unnest(fields) WITH ORDINALITY AS f (name, place)), relation);
    EXECUTE format('CREATE OR REPLACE TRIGGER "~~~customer_workflow_last" BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_last()', relation);
    EXECUTE format('CREATE OR REPLACE TRIGGER "!customer_workflow_delete" AFTER DELETE ON %s FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_delete()', relation);
    IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = relation AND c.relkind = 'p') THEN
        EXECUTE format('CREATE OR REPLACE TRIGGER "~~~customer_workflow_move" BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_move()', relation);
    END IF;
    -- Statement triggers are not cloned to partitions.
    FOR part IN SELECT t FROM customer_workflow._tree(relation) AS t ORDER BY t LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER "~~~customer_workflow_truncate" AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION customer_workflow.capture_truncate()', part);
    END LOOP;
    IF (customer_workflow._fields(relation) @> fields AND customer_workflow._fields(relation) <@ fields) IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'object_in_use', MESSAGE = format('table %s was renamed meanwhile', relation), HINT = 'Try again.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._install(regclass, name[]) IS 'Makes or replaces the triggers of a protected table';

CREATE FUNCTION customer_workflow._uninstall(relation regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    trg record;
BEGIN
    PERFORM customer_workflow._own_ddl(relation);
    FOR trg IN SELECT g.tgname, g.tgrelid::regclass AS tab FROM customer_workflow._tree(relation) AS t
                 JOIN pg_trigger AS g ON g.tgrelid = t AND g.tgparentid = 0 AND g.tgname ~ '^(!|~~~)customer_workflow_'
                 JOIN pg_proc AS p ON p.oid = g.tgfoid AND p.pronamespace = 'customer_workflow'::regnamespace
                ORDER BY t, g.tgname LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', trg.tgname, trg.tab);
    END LOOP;
    PERFORM customer_workflow._own_ddl(NULL);
END
$$;
COMMENT ON FUNCTION customer_workflow._uninstall(regclass) IS 'Drops the triggers of a protected table';

CREATE FUNCTION customer_workflow._protect(relation regclass, fields name[], approvers text, options jsonb, path name[], company text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before customer_workflow.protected_table;
    new_approvers text;
    new_options jsonb;
    new_path text;
    old_fields name[];
    new_fields name[];
    new_only name[];
BEGIN
    IF customer_workflow._gated('_protect', _protect.relation, jsonb_build_object('relation', _protect.relation, 'fields', _protect.fields, 'approvers', _protect.approvers, 'options', _protect.options, 'path', _protect.path, 'company', _protect.company)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_configures(_protect.relation);
    IF coalesce(cardinality(_protect.fields), 0) = 0 OR array_position(_protect.fields, NULL) IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'fields must name at least one column, and no nulls';
    END IF;
    IF _protect.company IS NOT NULL THEN
        PERFORM customer_workflow._protect_company(_protect.relation, _protect.fields, _protect.approvers, _protect.options, _protect.company);
        RETURN;
    END IF;
    PERFORM customer_workflow._check_option_values(_protect.relation, _protect.options);
    PERFORM customer_workflow._check_table(_protect.relation);
    new_approvers := customer_workflow._canonical_approvers(_protect.approvers);
    EXECUTE format('LOCK TABLE %s IN %s MODE', _protect.relation, customer_workflow._record_lock(_protect.relation, customer_workflow._merge_options(
        coalesce((SELECT t.options FROM customer_workflow.protected_table AS t WHERE t.relation = _protect.relation), '{}'), _protect.options), 'SHARE ROW EXCLUSIVE'));
    -- He may have lost the right while he waited.
    PERFORM customer_workflow._require_configures(_protect.relation);

    SELECT t.* INTO before FROM customer_workflow.protected_table AS t WHERE t.relation = _protect.relation FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO customer_workflow.protected_table AS t (relation, relation_name, search_path)
            VALUES (_protect.relation, _protect.relation::text, '') RETURNING t.* INTO before;
        PERFORM customer_workflow._settle();
    END IF;
    old_fields := coalesce(customer_workflow._fields(_protect.relation), '{}');
    SELECT array_agg(f.name ORDER BY f.place) INTO new_fields
      FROM (SELECT u.name, min(u.place) AS place FROM unnest(old_fields || _protect.fields) WITH ORDINALITY AS u (name, place) GROUP BY u.name) AS f;
    new_approvers := coalesce(new_approvers, before.approvers);
    new_options := customer_workflow._with_parent(customer_workflow._merge_options(before.options, _protect.options), before.options);
    new_only := ARRAY(SELECT f FROM unnest(before.only_companies) AS f WHERE f <> ALL (_protect.fields));
    PERFORM customer_workflow._keep_companies(before, new_options);
    -- An administrator does not change what the names in the owner's triggers mean.
    new_path := CASE WHEN before.search_path = '' OR customer_workflow._owns(_protect.relation)
                     THEN customer_workflow._safe_path(_protect.relation, _protect.path) ELSE before.search_path END;
    PERFORM customer_workflow._check_protection(_protect.relation, new_fields, new_options, new_path);
    PERFORM customer_workflow._install(_protect.relation, new_fields);
    PERFORM customer_workflow._install_record_triggers(_protect.relation, new_options);
    PERFORM customer_workflow._install_scope(_protect.relation, new_fields, before.options, new_options, new_path);

    IF (before.approvers, before.options, before.search_path, before.only_companies, old_fields)
       IS DISTINCT FROM (new_approvers, new_options, new_path, new_only, new_fields) THEN
        UPDATE customer_workflow.protected_table AS t
           SET approvers = new_approvers, options = new_options, search_path = new_path, only_companies = new_only
         WHERE t.id = before.id;
        PERFORM customer_workflow._require_administrators(ARRAY[before.id]) WHERE NOT before.options @> '{"gate_configuration": true}';
        PERFORM customer_workflow._log('protect', before.id, NULL, NULL, jsonb_build_object(
            'fields', jsonb_build_object('old', ARRAY(SELECT f FROM unnest(old_fields) AS f WHERE f <> ALL (before.only_companies)),
                                         'new', ARRAY(SELECT f FROM unnest(new_fields) AS f WHERE f <> ALL (new_only))),
            'approvers', jsonb_build_object('old', before.approvers, 'new', new_approvers),
            'options', jsonb_build_object('old', before.options, 'new', new_options),
            'search_path', jsonb_build_object('old', before.search_path, 'new', new_path)));
        PERFORM customer_workflow._invalidate(_protect.relation);
    END IF;
    PERFORM customer_workflow._check_company_column(_protect.relation);
    IF before.search_path <> new_path THEN
        PERFORM customer_workflow._tell_left_out(_protect.relation, _protect.path);
    END IF;
    IF new_approvers IS NULL AND NOT new_options ? 'part_of' AND NOT customer_workflow._has_workflow(before.id) THEN
        RAISE WARNING USING MESSAGE = format('nothing can be submitted for table "%s": it has no approvers', customer_workflow._name(_protect.relation)),
            HINT = format('Name them: SELECT customer_workflow.protect(%L, %L, approvers => ''role:…'').', _protect.relation, _protect.fields);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._protect(regclass, name[], text, jsonb, name[], text) IS 'What protect() does, knowing the search_path of its caller';

-- No pinned search_path: it passes on that of its caller.
CREATE FUNCTION customer_workflow.protect(relation regclass, fields name[], approvers text DEFAULT NULL, options jsonb DEFAULT '{}', company text DEFAULT NULL) RETURNS void
LANGUAGE sql AS $$
    SELECT customer_workflow._protect(relation, fields, approvers, options, pg_catalog.current_schemas(false), company)
$$;
COMMENT ON FUNCTION customer_workflow.protect(regclass, name[], text, jsonb, text) IS 'Protects these fields of a table, in addition to those already protected: changes to them wait for approval; with company, in that company whatever holds for all. Called by the owner it also takes the search_path of the session for the approved writes';

CREATE FUNCTION customer_workflow.unprotect(relation regclass, fields name[], cancel_open boolean DEFAULT false, company text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table;
    old_fields name[];
    new_fields name[];
    gone name[];
    kept name[];
    bad name;
    touched bigint[];
    new_options jsonb;
BEGIN
    IF customer_workflow._gated('unprotect', unprotect.relation, jsonb_build_object('relation', unprotect.relation, 'fields', unprotect.fields, 'cancel_open', unprotect.cancel_open, 'company', unprotect.company)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_configures(unprotect.relation);
    IF coalesce(cardinality(unprotect.fields), 0) = 0 OR array_position(unprotect.fields, NULL) IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'fields must name at least one protected field, and no nulls',
            HINT = 'Give ''{*}'' for all fields.';
    END IF;
    PERFORM customer_workflow._table_id(unprotect.relation);
    IF unprotect.company IS NOT NULL THEN
        PERFORM customer_workflow._unprotect_company(unprotect.relation, unprotect.fields, unprotect.cancel_open, unprotect.company);
        RETURN;
    END IF;
    -- The mode that verbs cannot hold meanwhile: they lock records first, then proposals.
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', unprotect.relation);
    PERFORM customer_workflow._require_configures(unprotect.relation);
    SELECT t.* INTO tab FROM customer_workflow.protected_table AS t
     WHERE t.id = customer_workflow._table_id(unprotect.relation) FOR UPDATE;
    old_fields := coalesce(customer_workflow._fields(tab.relation), '{}');
    gone := CASE WHEN unprotect.fields = '{*}' THEN old_fields ELSE unprotect.fields END;
    SELECT f INTO bad FROM unnest(gone) AS f
     WHERE f <> ALL (old_fields) OR unprotect.fields <> '{*}' AND f = ANY (tab.only_companies) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('"%s" is not a protected field of table "%s"', bad, customer_workflow._name(tab.relation)),
            HINT = 'Protected fields are: ' || array_to_string(ARRAY(SELECT f FROM unnest(old_fields) AS f WHERE f <> ALL (tab.only_companies)), ', ') || '.';
    END IF;
    -- Where a company protects it of itself, a field stays in the list.
    kept := ARRAY(SELECT f FROM unnest(gone) AS f
                   WHERE unprotect.fields <> '{*}' AND EXISTS (SELECT FROM customer_workflow.protected_company AS c WHERE c.table_id = tab.id AND (c.fields ->> f)::boolean));
    SELECT coalesce(array_agg(f ORDER BY o), '{}') INTO new_fields FROM unnest(old_fields) WITH ORDINALITY AS u (f, o) WHERE f <> ALL (gone) OR f = ANY (kept);

    IF new_fields <> '{}' THEN
        PERFORM customer_workflow._check_part_of(tab.relation, new_fields, tab.options);
    END IF;
    touched := customer_workflow._lock_touched(tab.id, gone, new_fields, coalesce(unprotect.cancel_open, false));
    IF new_fields = '{}' THEN
        PERFORM customer_workflow._uninstall(tab.relation);
    ELSE
        PERFORM customer_workflow._install(tab.relation, new_fields);
        PERFORM customer_workflow._check_scope(tab.relation, new_fields, tab.options ->> 'scope');
    END IF;
    PERFORM customer_workflow._remove_changes(array_agg(c.proposal), array_agg(c.field), 'withdrawn', NULL)
       FROM customer_workflow.change AS c WHERE c.proposal = ANY (touched) AND c.field = ANY (gone) HAVING count(*) > 0;
    IF new_fields = '{}' THEN
        PERFORM customer_workflow._cancel_locked(ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
            WHERE p.id = ANY (touched) AND p.status = ANY (customer_workflow._open_statuses())), 'cancelled', '{"reason": "unprotect"}');
    END IF;
    gone := ARRAY(SELECT f FROM unnest(gone) AS f WHERE f <> ALL (kept));
    new_options := customer_workflow._merge_options(tab.options, jsonb_build_object('companions',
        nullif((tab.options -> 'companions') - gone::text[], '{}')));
    -- Or an exception that was made for a field would come back with the field.
    UPDATE customer_workflow.data_entity AS e SET options = jsonb_set(e.options, '{fields}', (e.options -> 'fields') - gone::text[])
     WHERE e.table_id = tab.id AND e.options -> 'fields' ?| gone::text[];
    UPDATE customer_workflow.protected_table AS t
       SET options = new_options, relation = CASE WHEN new_fields <> '{}' THEN t.relation END,
           only_companies = ARRAY(SELECT f FROM unnest(t.only_companies || kept) AS f WHERE f = ANY (new_fields))
     WHERE t.id = tab.id;
    PERFORM customer_workflow._check_company_column(tab.relation);
    PERFORM customer_workflow._log('unprotect', tab.id, NULL, NULL, jsonb_build_object(
        'fields', jsonb_build_object('old', ARRAY(SELECT f FROM unnest(old_fields) AS f WHERE f <> ALL (tab.only_companies)),
                                     'new', ARRAY(SELECT f FROM unnest(new_fields) AS f WHERE f <> ALL (tab.only_companies || kept))),
        'options', jsonb_build_object('old', tab.options, 'new', new_options)));
    PERFORM customer_workflow._invalidate(tab.relation);
END
$$;
COMMENT ON FUNCTION customer_workflow.unprotect(regclass, name[], boolean, text) IS 'Ends the protection of these fields, ''{*}'' for all, with company in that company; refused while open proposals touch them, unless cancel_open withdraws them';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._key_columns(regclass),
    customer_workflow._tree(regclass),
    customer_workflow._refuse(text, text),
    customer_workflow._check_table(regclass),
    customer_workflow._type_without_input(oid),
    customer_workflow._check_columns(regclass, name[]),
    customer_workflow._held_columns(regclass, name[], jsonb),
    customer_workflow._check_references(regclass, name[]),
    customer_workflow._safe_schemas(regclass, name[]),
    customer_workflow._safe_path(regclass, name[]), customer_workflow._path_now(regclass, text),
    customer_workflow._tell_left_out(regclass, name[]),
    customer_workflow._canonical_approvers(text),
    customer_workflow._install(regclass, name[]),
    customer_workflow._uninstall(regclass)
    FROM PUBLIC;
