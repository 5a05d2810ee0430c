-- Option gate_configuration: calls that change the configuration become proposals, which another administrator approves. The proposal
-- holds the call itself and what it changes, which a trial run has shown; on approval the call is run as its author, and must change just that.

CREATE TABLE customer_workflow.configuration_proposal (
    id       bigint PRIMARY KEY,
    table_id integer,
    function text NOT NULL,
    used_at  timestamptz
);
COMMENT ON TABLE customer_workflow.configuration_proposal IS 'Proposals to configure: the record that such a proposal is about is its row here';
COMMENT ON COLUMN customer_workflow.configuration_proposal.id IS 'The number of the proposal';
COMMENT ON COLUMN customer_workflow.configuration_proposal.table_id IS 'The protected table that it is about; null: none, or more than one';
COMMENT ON COLUMN customer_workflow.configuration_proposal.function IS 'The function that is called; how is the proposed change of field call';
COMMENT ON COLUMN customer_workflow.configuration_proposal.used_at IS 'When an approved maintenance began, which it does once';

-- What nobody should read in a proposal, such as a key: the call has a name for it, which tells nothing to who tries many. Not dumped.
CREATE TABLE customer_workflow.configuration_secret (
    name  uuid PRIMARY KEY,
    value text NOT NULL
);
COMMENT ON TABLE customer_workflow.configuration_secret IS 'Secret arguments of calls that wait for approval';
COMMENT ON COLUMN customer_workflow.configuration_secret.name IS 'What the call has in its place';
COMMENT ON COLUMN customer_workflow.configuration_secret.value IS 'The argument';

CREATE FUNCTION customer_workflow._gate_secret(name uuid) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    value text := (SELECT s.value FROM customer_workflow.configuration_secret AS s WHERE s.name = _gate_secret.name);
BEGIN
    IF value IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = 'a secret of this call is not here any more',
            DETAIL = 'It is not part of a dump.', HINT = 'Cancel the proposal, and call the function again.';
    END IF;
    RETURN value;
END
$$;
COMMENT ON FUNCTION customer_workflow._gate_secret(uuid) IS 'The secret argument of this name, for the call that has it';

CREATE FUNCTION customer_workflow._forget_secrets() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM customer_workflow.configuration_secret AS s
     WHERE NOT EXISTS (SELECT FROM customer_workflow.configuration_proposal AS m
                         JOIN customer_workflow.proposal AS p ON p.id = m.id AND p.status = ANY (customer_workflow._open_statuses())
                         JOIN customer_workflow.change AS c ON c.proposal = m.id AND c.field = 'call' AND position(s.name::text IN c.proposed) > 0);
END
$$;
COMMENT ON FUNCTION customer_workflow._forget_secrets() IS 'No secret is kept of a call that does not wait any more';

CREATE FUNCTION customer_workflow._gate_table() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own CONSTANT regclass := 'customer_workflow.configuration_proposal';
BEGIN
    -- The call was tried out already.
    INSERT INTO customer_workflow.protected_table (relation, relation_name, search_path, options)
    VALUES (own, own::text, 'pg_catalog, pg_temp', '{"validate_on_submit": false}') ON CONFLICT (relation) DO NOTHING;
    RETURN (SELECT t.id FROM customer_workflow.protected_table AS t WHERE t.relation = own);
END
$$;
COMMENT ON FUNCTION customer_workflow._gate_table() IS 'The number of the table of proposals to configure, which is a protected table to verbs and views, but has no triggers, since nobody writes it';

CREATE FUNCTION customer_workflow._is_gate_table(relation regclass) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = relation AND c.relname = 'configuration_proposal' AND c.relnamespace = 'customer_workflow'::regnamespace)
$$;
COMMENT ON FUNCTION customer_workflow._is_gate_table(regclass) IS 'Whether this is the table of proposals to configure';

-- Its administrators decide about a table: each has a company of its own in the table of proposals, with them as approvers.
CREATE FUNCTION customer_workflow._gate_company(gate_id integer, table_id integer) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    name text := coalesce('table ' || _gate_company.table_id, 'database');
BEGIN
    INSERT INTO customer_workflow.protected_company (table_id, company, approvers)
    VALUES (gate_id, name, 'group:' || customer_workflow._administrators_group(_gate_company.table_id)) ON CONFLICT ON CONSTRAINT protected_company_table_id_company_key DO NOTHING;
    RETURN name;
END
$$;
COMMENT ON FUNCTION customer_workflow._gate_company(integer, integer) IS 'The company under which a table, null: the database, is decided about';

CREATE FUNCTION customer_workflow._gate_call(function text, arguments jsonb, secrets jsonb DEFAULT '{}') RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('SELECT customer_workflow.%I(%s)', function, string_agg(format('%I => %s', a.name,
               CASE WHEN v.value = 'null' THEN 'NULL'
                    WHEN secrets ? a.name THEN format('customer_workflow._gate_secret(%L)', secrets ->> a.name)
                    WHEN a.type = 'jsonb'::regtype THEN quote_literal(v.value)
                    WHEN jsonb_typeof(v.value) IN ('boolean', 'number') THEN v.value #>> '{}'
                    WHEN jsonb_typeof(v.value) = 'array' THEN quote_literal(ARRAY(SELECT e FROM jsonb_array_elements_text(v.value) AS e))
                    ELSE quote_literal(v.value #>> '{}') END), ', ' ORDER BY a.n))
      FROM pg_proc AS p
     CROSS JOIN LATERAL unnest(p.proargnames[:p.pronargs], p.proargtypes::oid[]) WITH ORDINALITY AS a (name, type, n)
     CROSS JOIN LATERAL (SELECT coalesce(arguments -> a.name, 'null') AS value) AS v
     WHERE p.pronamespace = 'customer_workflow'::regnamespace AND p.proname = function
       AND (v.value <> 'null' OR pg_get_function_arg_default(p.oid, a.n::integer) NOT LIKE 'NULL%' OR pg_get_function_arg_default(p.oid, a.n::integer) IS NULL)
$$;
COMMENT ON FUNCTION customer_workflow._gate_call(text, jsonb, jsonb) IS 'A call of one of our functions as SQL; arguments by name, without those that are null by default';

-- What a call changes is what it has written to the history.
CREATE FUNCTION customer_workflow._gate_changes(since bigint) RETURNS TABLE (field text, original text, proposed text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    WITH entry AS (
        SELECT h.kind, coalesce(h.details, '{}') - '{delegation,configuration_proposal}'::text[] AS details,
               row_number() OVER (ORDER BY h.id) AS n, count(*) OVER () AS many,
               h.kind ~ '^(revoke|remove|drop|end|deactivate)_' AS takes,
               -- what was not set has been what it is by default
               CASE WHEN h.kind IN ('protect', 'unprotect', 'configure') AND NOT h.details ? 'company' THEN customer_workflow._option_defaults() ELSE '{}' END AS defaults
          FROM customer_workflow.history AS h WHERE h.id > since AND h.proposal IS NULL AND h.transaction = pg_current_xact_id()
    ), part AS (
        SELECT e.n, e.takes, d.key, d.value, CASE d.key WHEN 'options' THEN e.defaults ELSE '{}' END AS defaults, jsonb_typeof(d.value) = 'object' AND d.value ?& '{old,new}' AND d.value - '{old,new}'::text[] = '{}' AS pair,
               'object' IN (jsonb_typeof(d.value -> 'old'), jsonb_typeof(d.value -> 'new'))
                   AND coalesce(jsonb_typeof(nullif(d.value -> 'old', 'null')), 'object') = 'object' AND coalesce(jsonb_typeof(nullif(d.value -> 'new', 'null')), 'object') = 'object' AS deep
          FROM entry AS e CROSS JOIN LATERAL jsonb_each(e.details) AS d (key, value)
    ), leaf (n, field, old, new) AS (
        SELECT p.n, p.key, p.value -> 'old', p.value -> 'new' FROM part AS p WHERE p.pair AND NOT p.deep
        UNION ALL
        SELECT p.n, p.key || '.' || k.key, (p.defaults || coalesce(nullif(p.value -> 'old', 'null'), '{}')) -> k.key,
               (p.defaults || coalesce(nullif(p.value -> 'new', 'null'), '{}')) -> k.key
          FROM part AS p
         CROSS JOIN LATERAL (SELECT jsonb_object_keys(coalesce(nullif(p.value -> 'old', 'null'), '{}')) UNION SELECT jsonb_object_keys(coalesce(nullif(p.value -> 'new', 'null'), '{}'))) AS k (key)
         WHERE p.pair AND p.deep
        UNION ALL
        SELECT p.n, p.key, CASE WHEN p.takes THEN p.value END, CASE WHEN NOT p.takes THEN p.value END FROM part AS p WHERE NOT p.pair
        UNION ALL
        SELECT e.n, 'enabled', to_jsonb(e.kind <> 'enable'), to_jsonb(e.kind = 'enable') FROM entry AS e WHERE e.kind IN ('enable', 'disable')
        UNION ALL
        -- who approves an activation sees the workflow
        SELECT e.n, 'definition', o.definition, v.definition
          FROM entry AS e
          JOIN customer_workflow.workflow AS w ON w.name = e.details ->> 'workflow'
          LEFT JOIN customer_workflow.workflow_version AS o ON o.workflow = w.id AND o.version = (e.details #>> '{version,old}')::integer
          LEFT JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id AND v.version = (e.details #>> '{version,new}')::integer
         WHERE e.kind = 'activate_workflow'
    )
    SELECT CASE WHEN e.many > 1 THEN format('%s %s: ', e.n, e.kind) ELSE '' END || l.field, l.old #>> '{}', l.new #>> '{}'
      FROM leaf AS l JOIN entry AS e ON e.n = l.n
     WHERE l.old #>> '{}' IS DISTINCT FROM l.new #>> '{}';
END
$$;
COMMENT ON FUNCTION customer_workflow._gate_changes(bigint) IS 'What this transaction has changed in the configuration since an entry of the history, as fields with original and proposed value';

CREATE FUNCTION customer_workflow._well_administered() RETURNS integer[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT g.id FROM unnest(customer_workflow._gated_tables()) AS g (id)
                  WHERE EXISTS (SELECT FROM customer_workflow._administrators(g.id) AS a JOIN customer_workflow._administrators(g.id) AS b ON NOT a.identities && b.identities));
END
$$;
COMMENT ON FUNCTION customer_workflow._well_administered() IS 'The gated tables that two different people may configure';

CREATE FUNCTION customer_workflow._require_administrators(table_ids integer[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lone integer := (SELECT min(g) FROM unnest(customer_workflow._gated_tables()) AS g
                      WHERE g = ANY (table_ids) AND g <> ALL (customer_workflow._well_administered()));
BEGIN
    IF lone IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CW004',
            MESSAGE = (SELECT format('nobody would be left to approve the configuration of table "%s"', customer_workflow._name(t.relation))
                         FROM customer_workflow.protected_table AS t WHERE t.id = lone),
            DETAIL = format('Those who may configure it: %s.', coalesce((SELECT string_agg(customer_workflow._display(a.person), ', ' ORDER BY a.person)
                                                                          FROM customer_workflow._administrators(lone) AS a), 'nobody')),
            HINT = 'With option gate_configuration there must be two: grant the duty administrator, or the role that owns the table, to another person.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._require_administrators(integer[]) IS 'Error CW004 where one of these tables is gated and fewer than two people may configure it';

CREATE FUNCTION customer_workflow._propose_configuration(function text, table_id integer, call text, fields text[], originals text[], proposeds text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    person text := customer_workflow._require_person();
    gate_id integer := customer_workflow._gate_table();
    grp text := customer_workflow._administrators_group(_propose_configuration.table_id);
    plain text := regexp_replace(function, '^_', '');
    tab text := (SELECT customer_workflow._name(t.relation) FROM customer_workflow.protected_table AS t WHERE t.id = _propose_configuration.table_id);
    about text := format('%s of %s', plain, coalesce('table "' || tab || '"', 'the database'));
    made bigint;
    state text;
BEGIN
    SELECT p.id, p.status INTO made, state
      FROM customer_workflow.proposal AS p JOIN customer_workflow.change AS c ON c.proposal = p.id AND c.field = 'call'
     WHERE p.table_id = gate_id AND p.author = person AND p.status = 'pending_approval' AND c.proposed = _propose_configuration.call
       AND NOT EXISTS (SELECT FROM (SELECT x.* FROM customer_workflow.change AS x WHERE x.proposal = p.id AND x.field <> 'call') AS x
                         FULL JOIN unnest(fields, originals, proposeds) AS n (field, original, proposed) ON n.field = x.field
                        WHERE (x.original, x.proposed) IS DISTINCT FROM (n.original, n.proposed) OR x.field IS NULL OR n.field IS NULL)
     ORDER BY p.id LIMIT 1;
    IF made IS NULL THEN
        IF NOT EXISTS (SELECT FROM customer_workflow._administrators_of('group:' || grp) AS a WHERE NOT a.identities && customer_workflow._known_as()) THEN
            RAISE EXCEPTION USING ERRCODE = 'CW004', MESSAGE = format('nobody else may approve %s', about),
                DETAIL = 'The configuration is gated (option gate_configuration): another administrator has to approve it.',
                HINT = 'Grant the role that owns the table or the database to another person.';
        END IF;
        made := nextval('customer_workflow.proposal_id_seq');
        INSERT INTO customer_workflow.configuration_proposal (id, table_id, function) VALUES (made, _propose_configuration.table_id, _propose_configuration.function);
        INSERT INTO customer_workflow.proposal (id, table_id, record_key, record_hash, record_label, operation, collects, author, parties, database_role,
                                                reference, comment, company)
        OVERRIDING SYSTEM VALUE
        SELECT made, gate_id, k.key, customer_workflow._key_hash(k.key), about, 'configure', false, person, customer_workflow._identities(),
               customer_workflow._looking_role(), nullif(current_setting('customer_workflow.reference', true), ''),
               nullif(current_setting('customer_workflow.comment', true), ''), customer_workflow._gate_company(gate_id, _propose_configuration.table_id)
          FROM (SELECT jsonb_build_object('id', made) AS key) AS k;
        INSERT INTO customer_workflow.change (proposal, field, original, proposed)
        SELECT made, 'call', NULL, _propose_configuration.call
        UNION ALL
        SELECT made, c.field, c.original, c.proposed FROM unnest(fields, originals, proposeds) AS c (field, original, proposed);
        PERFORM customer_workflow._log('proposed', gate_id, made, nullif(current_setting('customer_workflow.comment', true), ''), '{"operation": "configure"}');
        PERFORM customer_workflow._touch(ARRAY[made], false);
        state := customer_workflow._one(customer_workflow._request('submit', NULL, NULL, NULL), made, NULL);
    END IF;
    IF current_setting('customer_workflow.notices', true) IS DISTINCT FROM 'off' THEN
        RAISE NOTICE USING MESSAGE = format('customer_workflow: %s needs approval by another administrator (proposal %s, %s)', about, made, replace(state, '_', ' '));
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._propose_configuration(text, integer, text, text[], text[], text[])
    IS 'Makes a call a proposal and submits it, unless the current person has proposed it already';

-- The zone of a session must not show in what a call changes.
CREATE FUNCTION customer_workflow._gated(function text, relation regclass, arguments jsonb, secrets text[] DEFAULT '{}') RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    call text;
    since bigint;
    administered integer[];
    fields text[];
    originals text[];
    proposeds text[];
    names jsonb := '{}';
    tried boolean := false;
BEGIN
    IF customer_workflow._gate_enter(function) THEN
        RETURN false;
    END IF;
    -- Who turns the option on waits for those who configure, and they for him. Before every other lock of these functions.
    IF jsonb_typeof(arguments -> 'options') = 'object' AND arguments -> 'options' ? 'gate_configuration' THEN
        LOCK TABLE customer_workflow.configuration_proposal IN EXCLUSIVE MODE;
    ELSE
        LOCK TABLE customer_workflow.configuration_proposal IN ROW SHARE MODE;
    END IF;
    IF NOT customer_workflow._is_gated(_gated.relation) THEN
        RETURN false;
    END IF;
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    PERFORM customer_workflow._see_configuration(ARRAY(SELECT t.id FROM customer_workflow.protected_table AS t));
    IF secrets <> '{}' THEN
        PERFORM customer_workflow._forget_secrets();
        WITH kept AS (
            SELECT s.argument, gen_random_uuid() AS name FROM unnest(secrets) AS s (argument) WHERE arguments ->> s.argument IS NOT NULL
        ), stored AS (
            INSERT INTO customer_workflow.configuration_secret (name, value) SELECT k.name, arguments ->> k.argument FROM kept AS k
        )
        SELECT coalesce(jsonb_object_agg(k.argument, k.name), '{}') INTO names FROM kept AS k;
    END IF;
    call := customer_workflow._gate_call(function, arguments, names);
    since := coalesce((SELECT max(h.id) FROM customer_workflow.history AS h), 0);
    administered := customer_workflow._well_administered();
    BEGIN
        PERFORM customer_workflow._gate_open(function, NULL, NULL, NULL);
        EXECUTE call;
        SELECT array_agg(c.field), array_agg(c.original), array_agg(c.proposed) INTO fields, originals, proposeds FROM customer_workflow._gate_changes(since) AS c;
        PERFORM customer_workflow._require_administrators(administered);
        tried := true;
        RAISE EXCEPTION USING ERRCODE = 'CW000', MESSAGE = 'only to roll it back';
    EXCEPTION WHEN SQLSTATE 'CW000' THEN
        IF NOT tried THEN
            RAISE;
        END IF;
    END;
    IF fields IS NOT NULL THEN
        PERFORM customer_workflow._propose_configuration(function, (SELECT t.id FROM customer_workflow.protected_table AS t WHERE t.relation = _gated.relation),
                                                         call, fields, originals, proposeds);
    ELSIF secrets <> '{}' THEN
        PERFORM customer_workflow._forget_secrets();
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION customer_workflow._gated(text, regclass, jsonb, text[])
    IS 'First of all in a function that configures a table, null: the database: whether that is gated, and the call has become a proposal, or would change nothing, so that there is nothing to be done; secrets: arguments that the proposal must not show';

CREATE FUNCTION customer_workflow._write_configuration(proposals bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    one record;
    since bigint;
    administered integer[];
    difference text;
BEGIN
    FOR one IN
        SELECT p.id, p.author, p.parties, p.record_label, c.function, c.table_id, x.proposed AS call, customer_workflow._identities_of(p.author) AS identities
          FROM customer_workflow.proposal AS p
          JOIN customer_workflow.configuration_proposal AS c ON c.id = p.id
          JOIN customer_workflow.change AS x ON x.proposal = p.id AND x.field = 'call'
         WHERE p.id = ANY (proposals) AND p.operation = 'configure' ORDER BY p.id
    LOOP
        -- Under a name that was given to another role since, another one would act.
        IF one.author LIKE 'role:%' AND NOT EXISTS (SELECT FROM unnest(one.identities) AS i WHERE i LIKE 'oid:%' AND i = ANY (one.parties)) THEN
            RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
                MESSAGE = format('%s, the author of proposal %s, does not exist any more', customer_workflow._display(one.author), one.id),
                DETAIL = 'What is configured is configured with the rights of who proposed it.', HINT = 'Reject the proposal, and let somebody else make it.';
        END IF;
        -- What is approved is that the maintenance may begin, see _may_maintain().
        CONTINUE WHEN one.function = 'begin_maintenance';
        since := coalesce((SELECT max(h.id) FROM customer_workflow.history AS h), 0);
        administered := customer_workflow._well_administered();
        PERFORM customer_workflow._gate_open(one.function, one.id, one.author, one.identities);
        EXECUTE one.call;
        PERFORM customer_workflow._gate_close();
        DELETE FROM customer_workflow.configuration_secret AS s WHERE position(s.name::text IN one.call) > 0;
        SELECT string_agg(format('%s was to change from %s to %s, and would now %s', d.field, coalesce(d.original, 'null'), coalesce(d.proposed, 'null'),
                                 CASE WHEN d.found THEN format('change from %s to %s', coalesce(d.now_original, 'null'), coalesce(d.now_proposed, 'null')) ELSE 'stay as it is' END),
                          '; ' ORDER BY d.field) INTO difference
          FROM (SELECT coalesce(x.field, n.field) AS field, x.original, x.proposed, n.field IS NOT NULL AS found, n.original AS now_original, n.proposed AS now_proposed
                  FROM (SELECT c.* FROM customer_workflow.change AS c WHERE c.proposal = one.id AND c.field <> 'call') AS x
                  FULL JOIN customer_workflow._gate_changes(since) AS n ON n.field = x.field
                 WHERE n.field IS NULL OR x.field IS NULL OR (n.original, n.proposed) IS DISTINCT FROM (x.original, x.proposed)) AS d;
        -- Names in the call may mean another table by now.
        IF difference IS NULL THEN
            SELECT format('it would be about %s', coalesce('table "' || customer_workflow._name(t.relation) || '"', 'the database')) INTO difference
              FROM customer_workflow.history AS h LEFT JOIN customer_workflow.protected_table AS t ON t.id = h.table_id
             WHERE h.id > since AND h.proposal IS NULL AND h.transaction = pg_current_xact_id() AND h.table_id IS DISTINCT FROM one.table_id LIMIT 1;
        END IF;
        IF difference IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'CW001', MESSAGE = format('the configuration changed since proposal %s was made: %s', one.id, one.record_label),
                DETAIL = difference || '.', HINT = 'Reject or cancel the proposal, and call the function again.';
        END IF;
        PERFORM customer_workflow._require_administrators(administered);
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._write_configuration(bigint[]) IS 'Runs the calls of approved proposals to configure, each as its author; error CW001 where one changes anything else than was approved';

CREATE FUNCTION customer_workflow._may_maintain(relations regclass[], comment text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gated integer[];
    call text;
    approved bigint;
BEGIN
    LOCK TABLE customer_workflow.configuration_proposal IN ROW SHARE MODE;
    gated := ARRAY(SELECT customer_workflow._table_id(r) FROM unnest(relations) AS r WHERE customer_workflow._is_gated(r) ORDER BY 1);
    IF gated = '{}' THEN
        RETURN true;
    END IF;
    call := customer_workflow._gate_call('begin_maintenance', jsonb_build_object('relations', relations, 'comment', _may_maintain.comment));
    SELECT m.id INTO approved
      FROM customer_workflow.configuration_proposal AS m
      JOIN customer_workflow.proposal AS p ON p.id = m.id
      JOIN customer_workflow.change AS x ON x.proposal = m.id AND x.field = 'call'
      JOIN customer_workflow.change AS t ON t.proposal = m.id AND t.field = 'tables' AND t.proposed = gated::text
     WHERE m.function = 'begin_maintenance' AND m.used_at IS NULL AND p.status = 'applied' AND p.applied_at > now() - interval '24 hours'
       AND p.author = customer_workflow._require_person() AND p.parties @> customer_workflow._identities() AND x.proposed = call
     ORDER BY m.id LIMIT 1 FOR UPDATE OF m;
    IF FOUND THEN
        UPDATE customer_workflow.configuration_proposal AS m SET used_at = now() WHERE m.id = approved;
        RETURN true;
    END IF;
    PERFORM customer_workflow._propose_configuration('begin_maintenance',
        CASE WHEN cardinality(gated) = 1 THEN gated[1] END, call, '{maintenance,tables}', '{NULL,NULL}', ARRAY[format('one transaction of %s, begun within 24 hours of the approval', customer_workflow._display(customer_workflow._person())), gated::text]);
    RETURN false;
END
$$;
COMMENT ON FUNCTION customer_workflow._may_maintain(regclass[], text)
    IS 'Whether maintenance may begin: where one of the tables is gated, it takes an approval of just that, which is used up, and without one is proposed';

CREATE FUNCTION customer_workflow._may_reassign(proposals bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record;
BEGIN
    SELECT p.id, p.operation, customer_workflow._name(t.relation) AS tab INTO own
      FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
     WHERE p.id = ANY (proposals)
       AND (p.operation = 'configure' OR p.parties && customer_workflow._known_as() AND customer_workflow._is_gated(t.relation))
     ORDER BY p.id LIMIT 1;
    IF own.operation = 'configure' THEN
        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('work items of proposal %s cannot be reassigned', own.id),
            DETAIL = 'It is about the configuration, which administrators decide.';
    ELSIF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'CW007', MESSAGE = format('proposal %s is your own change: you cannot choose who decides it', own.id),
            DETAIL = format('The configuration of table "%s" is gated (option gate_configuration).', own.tab), HINT = 'Another administrator has to reassign it.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._may_reassign(bigint[]) IS 'Error CW007 where the caller has a part in a proposal of a gated table, 0A000 for proposals to configure';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._gate_table(), customer_workflow._is_gate_table(regclass), customer_workflow._gate_company(integer, integer),
    customer_workflow._gate_call(text, jsonb, jsonb), customer_workflow._gate_secret(uuid), customer_workflow._forget_secrets(), customer_workflow._gate_changes(bigint), customer_workflow._well_administered(),
    customer_workflow._require_administrators(integer[]),
    customer_workflow._propose_configuration(text, integer, text, text[], text[], text[]), customer_workflow._gated(text, regclass, jsonb, text[]),
    customer_workflow._write_configuration(bigint[]), customer_workflow._may_maintain(regclass[], text), customer_workflow._may_reassign(bigint[])
    FROM PUBLIC;
