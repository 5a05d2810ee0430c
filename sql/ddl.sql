-- DDL that would take the protection off a table: refused but in maintenance; what superusers do goes into the history. What DDL does
-- to configuration and proposals is seen to in guard.sql and drift.sql; what is looked at here is what protects.
--
-- Who runs the command only a function without SECURITY DEFINER can tell, and what is to be done only one with it may. So the first
-- event trigger of an event leaves the role for the others of the same event; nothing of a user's runs between them.

CREATE FUNCTION customer_workflow._ddl_by() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('customer_workflow_ddl.role', current_user, true);
END
$$;
COMMENT ON FUNCTION customer_workflow._ddl_by() IS 'Notes who runs the command, for the event triggers that come next';

CREATE FUNCTION customer_workflow._judge_ddl(tab customer_workflow.protected_table, done text, hint text, command text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    acting name := current_setting('customer_workflow_ddl.role');
BEGIN
    IF customer_workflow._under_maintenance(tab.id) THEN
        RETURN;
    ELSIF NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = acting) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('table "%s" is protected: %s is for superusers, or for maintenance', coalesce((SELECT c.relname FROM pg_class AS c WHERE c.oid = tab.relation), tab.relation_name), done),
            HINT = hint;
    END IF;
    PERFORM customer_workflow._log('protection_altered', tab.id, NULL, NULL, jsonb_build_object('command', command, 'done', done, 'role', acting));
END
$$;
COMMENT ON FUNCTION customer_workflow._judge_ddl(customer_workflow.protected_table, text, text, text)
    IS 'Of DDL that touches what protects a table: passes in maintenance, goes into the history for a superuser, else error 42501';

CREATE FUNCTION customer_workflow._protected(relation oid) RETURNS customer_workflow.protected_table
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT t FROM customer_workflow.protected_table AS t WHERE t.relation = coalesce(pg_partition_root(_protected.relation)::oid, _protected.relation)
$$;
COMMENT ON FUNCTION customer_workflow._protected(oid) IS 'The protected table that this is, or is a partition of; null: none';

CREATE FUNCTION customer_workflow._is_ours(trigger name) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT trigger ~ '^(!|~~~)customer_workflow_'
$$;
COMMENT ON FUNCTION customer_workflow._is_ours(name) IS 'Whether a trigger has the name of one of ours';

CREATE FUNCTION customer_workflow._has_rows(relation regclass) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    filled boolean;
BEGIN
    -- what is behind a foreign table would be asked with the rights of the extension's owner
    IF relation IS NULL OR EXISTS (SELECT FROM customer_workflow._tree(relation) AS t JOIN pg_class AS c ON c.oid = t WHERE c.relkind = 'f') THEN
        RETURN true;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', relation) INTO filled;
    RETURN filled;
END
$$;
COMMENT ON FUNCTION customer_workflow._has_rows(regclass) IS 'Whether there is, or may be behind a foreign table, a row in the table or a partition of it';

CREATE FUNCTION customer_workflow._has_trigger(relation oid, trigger name) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = _has_trigger.relation AND g.tgname = _has_trigger.trigger)
$$;
COMMENT ON FUNCTION customer_workflow._has_trigger(oid, name) IS 'Whether the table has a trigger of this name';

CREATE FUNCTION customer_workflow._check_part(tab customer_workflow.protected_table, what text, trigger name, about oid, command text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    IF what LIKE '%TRIGGER' AND what <> 'ENABLE TRIGGER' THEN
        IF trigger IN ('ALL', 'USER') OR customer_workflow._is_ours(trigger) AND trigger <> '~~~customer_workflow_scope' THEN
            PERFORM customer_workflow._judge_ddl(tab, format('%s %s', what, CASE WHEN trigger IN ('ALL', 'USER') THEN trigger ELSE quote_ident(trigger) END),
                'To write past approval, call customer_workflow.begin_maintenance() or disable(); other triggers can be disabled by name.', command);
        END IF;
    ELSIF what = 'OWNER TO' THEN
        PERFORM customer_workflow._judge_ddl(tab, 'OWNER TO ' || (SELECT c.relowner::regrole::text FROM pg_class AS c WHERE c.oid = tab.relation),
            'Who owns the table configures its protection. Call customer_workflow.begin_maintenance() first.', command);
        PERFORM customer_workflow._note_owner(tab.id);
    ELSIF what = 'DETACH PARTITION' THEN
        IF customer_workflow._has_trigger(tab.relation, '!customer_workflow_remove') AND customer_workflow._has_rows(about) THEN
            PERFORM customer_workflow._judge_ddl(tab, format('DETACH PARTITION %s', about::regclass),
                'It takes records out of the table, which need approval to be deleted. Call customer_workflow.begin_maintenance() first.', command);
        END IF;
    ELSIF what = 'ATTACH PARTITION' AND customer_workflow._has_trigger(tab.relation, '~~~customer_workflow_insert') AND customer_workflow._has_rows(about) THEN
        PERFORM customer_workflow._judge_ddl(tab, format('ATTACH PARTITION %s', about::regclass),
            'It brings in records, which need approval to be created. Attach it empty, or call customer_workflow.begin_maintenance() first.', command);
    END IF;
    IF what IN ('ENABLE TRIGGER', 'ATTACH PARTITION') THEN
        FOR bad IN SELECT p.relation, p.trigger FROM customer_workflow._trigger_problems(tab) AS p
                    WHERE p.problem = 'trigger_after'
                      AND (what = 'ENABLE TRIGGER' AND _check_part.trigger IN (p.trigger, 'ALL', 'USER')
                           OR what = 'ATTACH PARTITION' AND p.relation IN (SELECT t FROM customer_workflow._tree(about) AS t))
                    ORDER BY 1, 2 LIMIT 1 LOOP
            PERFORM customer_workflow._judge_ddl(tab, format('trigger %I, which would fire after its own,', bad.trigger),
                'Give it a name that sorts before "~~~customer_workflow".', command);
        END LOOP;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_part(customer_workflow.protected_table, text, name, oid, text) IS 'Judges one part of an ALTER TABLE';

CREATE FUNCTION customer_workflow._check_trigger(tab customer_workflow.protected_table, trg pg_trigger, command text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    SELECT p.problem, p.detail INTO bad FROM customer_workflow._trigger_problems(tab) AS p
     WHERE p.trigger = trg.tgname AND p.relation = trg.tgrelid AND p.problem NOT IN ('trigger_missing', 'trigger_disabled') ORDER BY 1 LIMIT 1;
    IF bad.problem = 'trigger_after' THEN
        PERFORM customer_workflow._judge_ddl(tab, format('trigger %I, which would fire after its own,', trg.tgname),
            'Give it a name that sorts before "~~~customer_workflow".', command);
    ELSIF customer_workflow._own_ddl_of() = tab.relation
          AND (trg.tgname = '~~~customer_workflow_scope' OR (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_setting('customer_workflow_ddl.role'))) THEN
        RETURN;
    ELSIF bad.problem IS NULL AND trg.tgname <> '~~~customer_workflow_scope' THEN
        RETURN;
    ELSIF customer_workflow._under_maintenance(tab.id) AND customer_workflow._is_ours(trg.tgname)
          AND NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_setting('customer_workflow_ddl.role')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('trigger %I of table "%s" is made by customer_workflow', trg.tgname, customer_workflow._name(tab.relation)),
            HINT = 'customer_workflow.protect() and configure() make it, and the end of maintenance.';
    ELSIF bad.problem IS NOT NULL
          -- Of the condition only its presence can be told. In a restore there are others missing yet.
          OR trg.tgname = '~~~customer_workflow_scope'
             AND NOT EXISTS (SELECT FROM customer_workflow._trigger_problems(tab) AS p WHERE p.problem = 'trigger_missing') THEN
        PERFORM customer_workflow._judge_ddl(tab, format(CASE command WHEN 'ALTER TRIGGER' THEN 'RENAME of a trigger to %I' ELSE 'CREATE TRIGGER %I' END, trg.tgname),
            'The triggers of the protection are made by customer_workflow.protect() and configure().', command);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_trigger(customer_workflow.protected_table, pg_trigger, text) IS 'Judges a trigger that was made, replaced or renamed';

-- RENAME and CREATE under the old name would leave applications with a table that nobody protects.
CREATE FUNCTION customer_workflow._check_names(command text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table;
    taken record;
BEGIN
    FOR tab IN SELECT t.* FROM customer_workflow.protected_table AS t WHERE t.relation IS NOT NULL AND t.former_names <> '{}' ORDER BY t.id LOOP
        FOR taken IN SELECT f.name, c.oid FROM unnest(tab.former_names) AS f (name) JOIN pg_class AS c ON c.oid = to_regclass(f.name)
                      WHERE c.oid <> tab.relation
                        -- a view on the table, and on nothing else, is as good as the table
                        AND NOT (c.relkind = 'v' AND (
                            SELECT count(DISTINCT d.refobjid) = 1 AND bool_and(d.refobjid = tab.relation)
                              FROM pg_rewrite AS r JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                             WHERE r.ev_class = c.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid)) LOOP
            PERFORM customer_workflow._judge_ddl(tab, format('another relation under its former name %s', taken.name),
                'Applications would write there unseen. A view on the table may have that name. Or call customer_workflow.begin_maintenance() first.', command);
            UPDATE customer_workflow.protected_table AS t SET former_names = array_remove(t.former_names, taken.name) WHERE t.id = tab.id;
        END LOOP;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_names(text) IS 'Judges whether a relation has taken the former name of a protected table that was renamed';

-- Before version 16 an event trigger is told no more than the name.
CREATE FUNCTION customer_workflow._partition_named(tab customer_workflow.protected_table, partition text) RETURNS oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.oid FROM pg_class AS c
     WHERE c.relname = partition AND c.relkind IN ('r', 'p', 'f')
     ORDER BY c.oid IN (SELECT customer_workflow._tree(tab.relation)) DESC,
              c.relnamespace = (SELECT o.relnamespace FROM pg_class AS o WHERE o.oid = tab.relation) DESC, c.oid DESC LIMIT 1
$$;
COMMENT ON FUNCTION customer_workflow._partition_named(customer_workflow.protected_table, text) IS 'A partition of the table by name; else a table of that name, rather in the same schema';

CREATE FUNCTION customer_workflow._check_ddl() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    cmd record;
    tab customer_workflow.protected_table;
    parts text[];
BEGIN
    IF NOT EXISTS (SELECT FROM customer_workflow.protected_table AS t WHERE t.relation IS NOT NULL) THEN
        RETURN;
    END IF;
    FOR cmd IN SELECT d.classid, d.objid, d.command, coalesce(g.tgrelid, r.ev_class, d.objid) AS relation, g AS trg, r.rulename, r.ev_type
                 FROM pg_event_trigger_ddl_commands() AS d
                 LEFT JOIN pg_trigger AS g ON d.classid = 'pg_trigger'::regclass AND g.oid = d.objid
                 LEFT JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
                WHERE d.classid IN ('pg_class'::regclass, 'pg_trigger'::regclass, 'pg_rewrite'::regclass) LOOP
        tab := customer_workflow._protected(cmd.relation);
        IF tab.id IS NULL THEN
            CONTINUE;
        ELSIF cmd.classid = 'pg_trigger'::regclass THEN
            PERFORM customer_workflow._check_trigger(tab, cmd.trg, TG_TAG);
        ELSIF cmd.classid = 'pg_rewrite'::regclass THEN
            IF cmd.ev_type = '2' THEN
                PERFORM customer_workflow._judge_ddl(tab, format('rule %I ON UPDATE', cmd.rulename), 'Use a trigger instead of the rule.', TG_TAG);
            END IF;
        ELSE
            parts := customer_workflow._ddl_parts(cmd.command);
            FOR i IN 1 .. cardinality(parts) BY 3 LOOP
                PERFORM customer_workflow._check_part(tab, parts[i], parts[i + 1]::name,
                    CASE WHEN parts[i] LIKE '% PARTITION' AND parts[i + 2] = '0' THEN customer_workflow._partition_named(tab, parts[i + 1]) ELSE parts[i + 2]::oid END, TG_TAG);
            END LOOP;
        END IF;
    END LOOP;
    PERFORM customer_workflow._check_names(TG_TAG);
END
$$;
COMMENT ON FUNCTION customer_workflow._check_ddl() IS 'Judges DDL that touches what protects a table';

CREATE FUNCTION customer_workflow._check_drop() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone record;
    tab customer_workflow.protected_table;
BEGIN
    FOR tab IN SELECT t.* FROM customer_workflow.protected_table AS t
                WHERE t.relation IN (SELECT d.objid FROM pg_event_trigger_dropped_objects() AS d WHERE d.classid = 'pg_class'::regclass AND d.objsubid = 0)
                ORDER BY t.id LOOP
        PERFORM customer_workflow._refuse_drop(tab, NULL);
        PERFORM customer_workflow._judge_ddl(tab, 'DROP TABLE', 'Unprotect the table first, or call customer_workflow.begin_maintenance().', TG_TAG);
    END LOOP;
    -- What open proposals touch is said first: that is refused to superusers, too.
    FOR gone IN SELECT d.objid, d.address_names[3] AS name FROM pg_event_trigger_dropped_objects() AS d
                 WHERE d.classid = 'pg_class'::regclass AND d.objsubid <> 0 LOOP
        SELECT t.* INTO tab FROM customer_workflow.protected_table AS t WHERE t.relation = gone.objid;
        IF FOUND THEN
            PERFORM customer_workflow._refuse_drop(tab, gone.name);
        END IF;
    END LOOP;
    FOR gone IN SELECT d.address_names[3] AS trigger, to_regclass(format('%I.%I', d.address_names[1], d.address_names[2])) AS relation,
                       format('%I.%I', d.address_names[1], d.address_names[2]) AS name
                  FROM pg_event_trigger_dropped_objects() AS d
                 WHERE d.classid = 'pg_trigger'::regclass AND customer_workflow._is_ours(d.address_names[3]::name) LOOP
        tab := customer_workflow._protected(gone.relation);
        IF tab.id IS NOT NULL AND customer_workflow._own_ddl_of() IS DISTINCT FROM tab.relation THEN
            PERFORM customer_workflow._judge_ddl(tab, format('DROP TRIGGER %I', gone.trigger), CASE WHEN TG_TAG = 'DROP TRIGGER'
                THEN 'To end the protection, call customer_workflow.unprotect().'
                ELSE 'The trigger lists the protected fields: unprotect the field first, or call customer_workflow.begin_maintenance().' END, TG_TAG);
        ELSIF gone.relation IS NULL AND gone.trigger = '!customer_workflow_remove' AND gone.name <> ALL (
                  ARRAY(SELECT t.relation_name FROM customer_workflow.protected_table AS t
                         WHERE t.relation IN (SELECT f.objid FROM pg_event_trigger_dropped_objects() AS f WHERE f.classid = 'pg_class'::regclass))) THEN
            SELECT t.* INTO tab FROM customer_workflow.protected_table AS t
             WHERE t.relation IS NOT NULL AND customer_workflow._has_trigger(t.relation, '!customer_workflow_remove')
             ORDER BY customer_workflow._under_maintenance(t.id) DESC, t.id LIMIT 1;
            IF FOUND THEN
                PERFORM customer_workflow._judge_ddl(tab, format('DROP TABLE of partition %s', gone.name),
                    'Its records need approval to be deleted. Call customer_workflow.begin_maintenance() first.', TG_TAG);
            END IF;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_drop() IS 'Judges DDL that drops a protected table, a trigger of one, or a partition whose records need approval to be deleted';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._ddl_by(), customer_workflow._judge_ddl(customer_workflow.protected_table, text, text, text), customer_workflow._protected(oid),
    customer_workflow._is_ours(name), customer_workflow._has_rows(regclass), customer_workflow._has_trigger(oid, name),
    customer_workflow._check_part(customer_workflow.protected_table, text, name, oid, text),
    customer_workflow._check_trigger(customer_workflow.protected_table, pg_trigger, text), customer_workflow._check_names(text),
    customer_workflow._partition_named(customer_workflow.protected_table, text), customer_workflow._check_ddl(), customer_workflow._check_drop()
    FROM PUBLIC;

-- Event triggers of one event fire in the order of their names: the role, at once what needs it, and then what follows the DDL, which
-- runs DDL itself.
CREATE EVENT TRIGGER customer_workflow_acting ON ddl_command_end
    WHEN TAG IN ('ALTER TABLE', 'ALTER VIEW', 'ALTER MATERIALIZED VIEW', 'ALTER FOREIGN TABLE', 'ALTER INDEX', 'ALTER SCHEMA', 'ALTER TRIGGER',
                 'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE VIEW', 'CREATE MATERIALIZED VIEW', 'CREATE FOREIGN TABLE', 'IMPORT FOREIGN SCHEMA',
                 'CREATE SCHEMA', 'CREATE TRIGGER', 'CREATE RULE')
    EXECUTE FUNCTION customer_workflow._ddl_by();
COMMENT ON EVENT TRIGGER customer_workflow_acting IS 'Notes who runs a command';
CREATE EVENT TRIGGER customer_workflow_acting_check ON ddl_command_end
    WHEN TAG IN ('ALTER TABLE', 'ALTER VIEW', 'ALTER MATERIALIZED VIEW', 'ALTER FOREIGN TABLE', 'ALTER INDEX', 'ALTER SCHEMA', 'ALTER TRIGGER',
                 'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE VIEW', 'CREATE MATERIALIZED VIEW', 'CREATE FOREIGN TABLE', 'IMPORT FOREIGN SCHEMA',
                 'CREATE SCHEMA', 'CREATE TRIGGER', 'CREATE RULE')
    EXECUTE FUNCTION customer_workflow._check_ddl();
COMMENT ON EVENT TRIGGER customer_workflow_acting_check IS 'Refuses what would take the protection off a table, but in maintenance and for superusers';
CREATE EVENT TRIGGER customer_workflow_acting_drop ON sql_drop EXECUTE FUNCTION customer_workflow._ddl_by();
COMMENT ON EVENT TRIGGER customer_workflow_acting_drop IS 'Notes who runs a command that drops something';
CREATE EVENT TRIGGER customer_workflow_check_drop ON sql_drop EXECUTE FUNCTION customer_workflow._check_drop();
COMMENT ON EVENT TRIGGER customer_workflow_check_drop IS 'Refuses to drop what protects a table, but in maintenance and for superusers';
