-- Hostile names: the whole life of proposals where one odd name is that of schema, table, columns, domain, partitions, trigger, roles, group, workflow, element and set.
\set SHOW_CONTEXT never
SET client_min_messages = error;
-- The name with one more letter, within 63 bytes
CREATE FUNCTION cut(name text, more text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    WHILE octet_length(name || more) > 63 LOOP name := left(name, -1); END LOOP;
    RETURN name || more;
END
$$;

CREATE PROCEDURE live(n text) LANGUAGE plpgsql AS $$
DECLARE
    author text := cut(n, 'ha'); approver text := cut(n, 'hb'); owner text := cut(n, 'ho'); managers text := cut(n, 'hm');
    key text := cut(n, 'k'); value text := cut(n, 'v'); free text := cut(n, 'w'); counter text := cut(n, 'x'); company text := cut(n, 'y');
    tab text := format('%I.%I', n, n); other text := format('%I.%I', n, cut(n, '2'));
    record jsonb := jsonb_build_object(n, 1, key, n); second jsonb := jsonb_build_object(n, 2, key, n);
    ids bigint[]; id bigint; said text; amount numeric;
BEGIN
    EXECUTE format('CREATE ROLE %I LOGIN', author);
    EXECUTE format('CREATE ROLE %I LOGIN', approver);
    EXECUTE format('CREATE ROLE %I LOGIN', owner);
    EXECUTE format('CREATE ROLE %I', managers);
    EXECUTE format('GRANT %I TO %I', managers, approver);
    EXECUTE format('CREATE SCHEMA %I AUTHORIZATION %I', n, owner);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC', n);
    PERFORM customer_workflow.add_group_member(n, 'role:' || approver);
    EXECUTE format('SET SESSION AUTHORIZATION %I', owner);
    EXECUTE format('CREATE DOMAIN %I.%I AS numeric CONSTRAINT %I CHECK (VALUE < 1000)', n, cut(n, 't'), n);
    EXECUTE format('CREATE TABLE %s (%I int, %I text, %I %I.%I, %I text, %I int DEFAULT 0, PRIMARY KEY (%2$I, %3$I)) PARTITION BY LIST (%3$I)',
                   tab, n, key, value, n, cut(n, 't'), free, counter);
    EXECUTE format('CREATE TABLE %I.%I PARTITION OF %s FOR VALUES IN (%L)', n, cut(n, 'p'), tab, n);
    EXECUTE format('CREATE TABLE %I.%I PARTITION OF %s DEFAULT', n, cut(n, 'q'), tab);
    EXECUTE format('CREATE FUNCTION %I.%I() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NEW; END''', n, n);
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION %I.%I()', n, tab, n, n);
    EXECUTE format('CREATE TABLE %s (%I int PRIMARY KEY, %I numeric, %I text)', other, n, value, company);
    EXECUTE format('INSERT INTO %s SELECT g, %L, g, ''f'', 0 FROM generate_series(1, 3) AS g', tab, n);
    EXECUTE format('INSERT INTO %s SELECT g, g, %L FROM generate_series(1, 3) AS g', other, n);
    EXECUTE format('GRANT ALL ON %s, %s TO %I', tab, other, author);
    EXECUTE format('GRANT SELECT ON %s, %s TO %I', tab, other, approver);

    PERFORM customer_workflow.protect(tab, ARRAY[value]::name[], 'role:' || managers, jsonb_build_object(
        'bookkeeping', jsonb_build_object(counter, format('old.%I + 1', counter)), 'companions', jsonb_build_object(value, jsonb_build_array(free)),
        'record_label', format('%I || ''/''', key), 'scope', format('new.%I > 0', n)));
    PERFORM customer_workflow.protect(other, ARRAY[value, company]::name[], 'role:' || managers, '{"on_insert": "held", "on_delete": "propose"}');
    PERFORM customer_workflow.configure(other, jsonb_build_object('company_column', company));
    PERFORM customer_workflow.configure(other, '{"conflict": "overwrite"}', n);
    PERFORM customer_workflow.grant_duty(tab, 'steward', 'role:' || owner);
    PERFORM customer_workflow.create_workflow(n, tab, jsonb_build_object('elements', jsonb_build_array(jsonb_build_object('approval', jsonb_build_object(
        'name', n, 'field_decisions', true, 'when', format('changed(%L) and new.%I > old.%I', value, value, value), 'steps', jsonb_build_array(jsonb_build_object(
            'name', n, 'assign_to', jsonb_build_object('group', n), 'subject', n))))))
        || jsonb_build_object('when', format('new.%I = %L', key, n)));
    PERFORM customer_workflow.activate_workflow(n, 1);
    ASSERT customer_workflow.workflow_diagram(n) IS NOT NULL;

    EXECUTE format('SET SESSION AUTHORIZATION %I', author);
    EXECUTE format('UPDATE %s SET %I = %I + 100, %I = %L', tab, value, value, free, n);
    SELECT array_agg(p) INTO ids FROM customer_workflow.last_proposals() AS p;
    ASSERT cardinality(ids) = 3, format('%s proposals', cardinality(ids));
    ASSERT customer_workflow.propose(tab, record, jsonb_build_object(value, 500)) = ANY (ids);
    ASSERT (SELECT count(*) FROM customer_workflow.pending_changes(tab, ARRAY[record])) = 2;
    PERFORM customer_workflow.add_comment(ids[1], n, value, jsonb_build_array(jsonb_build_object('name', n, 'uri', 'x')));
    EXECUTE format('SELECT count(*) FROM customer_workflow.with_pending(NULL::%s, ARRAY[%L::jsonb], ''{not_submitted}'') AS t WHERE t.%I = 500', tab, record, value) INTO amount;
    ASSERT amount = 1, 'with_pending';
    ASSERT (SELECT bool_and(s.step = n AND s.assignees IN (ARRAY[approver], ARRAY['role:' || approver])) FROM customer_workflow.simulate(tab, second, jsonb_build_object(value, 600)) AS s WHERE s.element = n AND s.condition IS NULL), 'simulate';
    SELECT string_agg(s.message, ' ') INTO said FROM customer_workflow.submit_many(ids, n) AS s WHERE s.outcome <> 'pending_approval';
    ASSERT said IS NULL, said;

    EXECUTE format('SET SESSION AUTHORIZATION %I', approver);
    ASSERT (SELECT bool_and(w.element = n AND w.step = n AND w.subject IS NOT NULL) FROM customer_workflow.my_work_items AS w WHERE w.relation = tab::regclass), 'work items';
    ASSERT (SELECT count(*) = 3 FROM customer_workflow.my_work_items), 'three work items';
    ASSERT (customer_workflow.review(ids[2]) -> 'changes') IS NOT NULL;
    ASSERT customer_workflow.reject(ids[3], n) = 'rejected';
    PERFORM customer_workflow.delegate(ids[2], 'role:' || owner, n);
    ASSERT customer_workflow.approve(ids[1], fields => ARRAY[value, free]::name[]) = 'applied', 'approve';
    PERFORM customer_workflow.create_delegation('role:' || approver, 'role:' || owner, now(), now() + interval '1 day', jsonb_build_object('workflow', n));
    EXECUTE format('SET SESSION AUTHORIZATION %I', owner);
    ASSERT customer_workflow.approve(ids[2]) = 'applied', 'approve what was delegated';
    EXECUTE format('SELECT sum(%I) FROM %s', value, tab) INTO amount;
    ASSERT amount = 500 + 102 + 3, amount;

    -- reverted; an import; maintenance renames it all; a view
    EXECUTE format('SET SESSION AUTHORIZATION %I', author);
    ASSERT customer_workflow.revert(ids[2]) IS NOT NULL;
    EXECUTE format('SET SESSION AUTHORIZATION %I', owner);
    PERFORM customer_workflow.set_data_entity('role:' || author, tab, jsonb_build_object('behavior', 'allow_without_approval', 'fields', jsonb_build_object(value, 'allow_without_approval')));
    EXECUTE format('SET SESSION AUTHORIZATION %I', author);
    EXECUTE format('UPDATE %s SET %I = 9 WHERE %I = 3', tab, value, n);
    EXECUTE format('SET SESSION AUTHORIZATION %I', owner);
    ASSERT (SELECT count(*) FROM customer_workflow.direct_changes AS d WHERE d.field = value) = 1, 'direct change';
    ASSERT customer_workflow.create_pending_view(tab, cut(n, 's')) IS NOT NULL;
    EXECUTE format('SELECT count(*) FROM %I.%I WHERE %L = ANY (pending_fields)', n, cut(n, 's'), value) INTO amount;
    ASSERT amount = 0;
    PERFORM customer_workflow.begin_maintenance(ARRAY[tab]::regclass[], n);
    EXECUTE format('ALTER TABLE %s RENAME COLUMN %I TO %I', tab, value, cut(n, 'z'));
    ASSERT (SELECT f.field = cut(n, 'z') FROM customer_workflow.protected_fields AS f WHERE f.relation = tab::regclass), 'renamed';
    EXECUTE format('ALTER TABLE %s RENAME TO %I', tab, cut(n, '3'));
    PERFORM customer_workflow.unprotect(format('%I.%I', n, cut(n, '3')), '{*}', true);
    EXECUTE 'RESET SESSION AUTHORIZATION';
    ASSERT (SELECT count(*) FROM customer_workflow.proposals WHERE status = 'cancelled') = 2, 'cancelled';

    EXECUTE format('SET SESSION AUTHORIZATION %I', author);
    -- a change set, a new and a deleted record
    PERFORM customer_workflow.begin_change_set(n, n);
    EXECUTE format('INSERT INTO %s VALUES (9, 9, %L)', other, n);
    EXECUTE format('DELETE FROM %s WHERE %I = 3', other, n);
    EXECUTE format('UPDATE %s SET %I = 77 WHERE %I = 1', other, value, n);
    ASSERT (SELECT title = btrim(n, E' \t\n') AND cardinality(proposals) = 3 FROM customer_workflow.change_sets), 'change set';
    SELECT p.id INTO id FROM customer_workflow.proposals AS p WHERE p.relation = other::regclass ORDER BY p.id LIMIT 1;
    ASSERT customer_workflow.submit(id) = 'pending_approval', 'submit a set';
    EXECUTE format('SET SESSION AUTHORIZATION %I', approver);
    ASSERT customer_workflow.approve(id, n) = 'applied', 'approve a set';
    EXECUTE format('SELECT string_agg(%I::text, '','' ORDER BY %I) FROM %s', n, n, other) INTO said;
    ASSERT said = '1,2,9', said;
    EXECUTE 'RESET SESSION AUTHORIZATION';
END
$$;

-- The life of one name: a line
CREATE FUNCTION lives(n text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    stack text;
BEGIN
    CALL live(n);
    RAISE EXCEPTION 'lived';
EXCEPTION WHEN assert_failure OR OTHERS THEN
    EXECUTE 'RESET SESSION AUTHORIZATION';
    GET STACKED DIAGNOSTICS stack = PG_EXCEPTION_CONTEXT;
    IF sqlerrm = 'lived' THEN RETURN 'lived'; END IF;
    RETURN format('%s %s [%s]', sqlstate, sqlerrm, substring(stack FROM 'function live\(text\) line (\d+)'));
END
$$;

-- The prefix of a group is not a part of its name.
SELECT outcome, count(*) AS names, array_agg(name) FILTER (WHERE outcome <> 'lived') AS which
  FROM (SELECT n AS name, lives(n) AS outcome FROM unnest(ARRAY[
    'plain', 'UPPER', 'two words', ' blank before', 'blank after ', E'tab\tand\nline', '''', '"', '"quoted"', 'a"b''c', '.', '"a"."b"', '\', '\''', E'\\n', '$1', '$$', '$a$',
    '%', '%s', '%1$I', ';', '--', '/*', '*/', '(', ')', '[', '{', '}', '{a,b}', '{{new.x}}', 'a,b', ':', '::text', '/', '~1/0', '*', '?', '@', '||', '=',
    '1', '-1', 'NaN', 'null', 'NULL', 'true', 'new', 'old', 'proposal', 'select', 'user', 'table', 'array', 'row', 'default', 'limit',
    'oid', 'p', 't', 'v', 'k', 'field', 'fields', 'key', 'id', 'value', 'record_key', 'status', 'role:x', 'person:x', 'group:x', 'oid:10', 'role:', 'U&"\0041"', E'\u00e4\u00d6\u00df', E'\U0001F4A9', E'e\u0301', E'\u202e',
    E'\u00a0', E'\ufeff', E'\x01', repeat('b', 63), repeat('X', 62) || '"', repeat('''', 63), repeat('\', 63), repeat('%', 63), repeat(E'\u00e4', 31), repeat(E'\u65e5', 21)]) AS n) AS l
 GROUP BY outcome ORDER BY outcome;
