-- Attack: every function and operator of PostgreSQL stands once more in a schema that comes first, and no function of the extension takes one of them.
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA planted;
GRANT USAGE ON SCHEMA planted TO PUBLIC;
-- Whatever has a name and arguments that somebody else may take again; a call of one raises an error
DO $$
DECLARE
    f record;
    made int := 0;
BEGIN
    FOR f IN SELECT p.oid, p.proname, pg_get_function_identity_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result, p.proretset
               FROM pg_proc AS p
              WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND p.prorettype NOT IN ('internal'::regtype, 'trigger'::regtype, 'event_trigger'::regtype)
                AND NOT 'internal'::regtype = ANY (p.proargtypes) AND NOT 'cstring'::regtype = ANY (p.proargtypes) AND p.provariadic = 0 AND p.proargnames IS NULL
                AND p.proname ~ '^(json|array|string|to_|text|name|int|oid|bool|concat|format|replace|substr|left|right|lower|upper|length|cardinality|unnest|generate_|coalesce|has_|pg_get|pg_|regexp|quote|current|set_config|now|clock|statement|txid|row_|btrim|trim|split|translate|array_|num|date|time|starts|bigint|btint|hash|encode|decode|md5|sha|convert|nextval|lastval|timestamptz|greatest|like|nlike|similar)'
    LOOP
        BEGIN
            EXECUTE format('CREATE FUNCTION planted.%I(%s) RETURNS %s LANGUAGE plpgsql AS $f$BEGIN RAISE EXCEPTION %L; END$f$', f.proname, f.arguments,
                           CASE WHEN f.result LIKE 'TABLE%' THEN 'SETOF record' ELSE f.result END, 'planted ' || f.oid::regprocedure);
            made := made + 1;
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
    END LOOP;
    ASSERT made > 800, made;
    made := 0;
    FOR f IN SELECT o.oprname, o.oprleft::regtype AS l, o.oprright::regtype AS r, o.oprresult::regtype AS result, o.oid
               FROM pg_operator AS o WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprright <> 0 LOOP
        BEGIN
            EXECUTE format('CREATE FUNCTION planted.%I(%s%s) RETURNS %s LANGUAGE plpgsql AS $f$BEGIN RAISE EXCEPTION %L; END$f$', 'operator ' || f.oid,
                           CASE WHEN f.l::oid <> 0 THEN f.l::text || ',' ELSE '' END, f.r, f.result, 'planted ' || f.oid::regoperator);
            EXECUTE format('CREATE OPERATOR planted.%s (FUNCTION = planted.%I %s, RIGHTARG = %s)', f.oprname, 'operator ' || f.oid,
                           CASE WHEN f.l::oid <> 0 THEN ', LEFTARG = ' || f.l ELSE '' END, f.r);
            made := made + 1;
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
    END LOOP;
    ASSERT made > 700, made;
END
$$;
SET search_path = planted, pg_catalog, public;
-- it is in the way
SELECT 1 + 1;
SELECT upper('x');

SET SESSION AUTHORIZATION erp_owner;
SET search_path = public;
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'credit_managers', '{"record_label": "name", "bookkeeping": {"version": "old.version + 1"}, "on_delete": "propose"}');
SET search_path = planted, pg_catalog, public;
SELECT customer_workflow.configure('customers', '{"conflict": "overwrite", "scope": "true"}');
SELECT customer_workflow.set_data_entity('role:import', 'customers', '{"behavior": "reject_changes"}');
SELECT customer_workflow.grant_duty('customers', 'steward', 'role:dave');
SELECT customer_workflow.grant_duty('customers', 'override', 'role:carol');
SELECT customer_workflow.validate_workflow('{"elements": []}', 'customers');
SELECT customer_workflow.create_workflow('w', 'customers', '{"elements": [{"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"role": "credit_managers"}, "subject": "{{new.name}}", "time_limit": {"days": 1}}]}}]}');
SELECT customer_workflow.create_workflow('w', 'customers', '{"elements": [{"approval": {"name": "B", "steps": [{"name": "S", "assign_to": {"role": "credit_managers"}}]}}]}');
SELECT customer_workflow.activate_workflow('w', 1);
SELECT path, change FROM customer_workflow.compare_workflows('w', 1, 2);
SELECT customer_workflow.workflow_diagram('w') IS NOT NULL;
SELECT element, assignees FROM customer_workflow.simulate('customers', '{"id": 1}', '{"credit_limit": 5}');
SELECT field, company FROM customer_workflow.protected_fields ORDER BY field;
SELECT name, version, active FROM customer_workflow.workflows ORDER BY name, version;

SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 10, city = 'Ulm';
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"payment_terms": "N60"}') IS NOT NULL;
SELECT customer_workflow.propose_delete('customers', '{"id": 3}') IS NOT NULL;
SELECT field, proposed_value FROM customer_workflow.pending_changes('customers', '{"{\"id\": 1}"}');
SELECT record_key, status, record_label FROM customer_workflow.proposals ORDER BY id;
SELECT field, original_value, proposed_value, current_value, conflict FROM customer_workflow.proposed_changes ORDER BY proposal, field;
SELECT id, credit_limit FROM customer_workflow.with_pending(NULL::customers, NULL, '{not_submitted}');
SELECT customer_workflow.record_key('customers', (SELECT c FROM customers AS c LIMIT 1)), customer_workflow.is_pending('customers', '{"id": 1}'), customer_workflow.current_person();
SELECT customer_workflow.check_proposal(id), customer_workflow.review(id) IS NOT NULL FROM customer_workflow.proposals ORDER BY id;
SELECT customer_workflow.add_comment(id, 'c') IS NOT NULL FROM customer_workflow.proposals;
SELECT customer_workflow.submit(id, 'please') FROM customer_workflow.proposals;
SELECT customer_workflow.recall(id) FROM customer_workflow.proposals;
SELECT outcome, sqlstate FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals));

SET SESSION AUTHORIZATION bob;
SELECT record_key, record_label, subject FROM customer_workflow.my_work_items ORDER BY proposal;
SELECT customer_workflow.create_delegation('role:bob', 'role:dave', '2026-01-01', '2099-01-01') IS NOT NULL;
SELECT customer_workflow.request_change(proposal, 'other') FROM (SELECT proposal FROM customer_workflow.my_work_items ORDER BY proposal DESC LIMIT 1) AS w;
SELECT customer_workflow.reject(proposal, 'no') FROM (SELECT proposal FROM customer_workflow.my_work_items ORDER BY proposal DESC LIMIT 1) AS w;
SELECT outcome, sqlstate FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items));
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.revert(id) IS NOT NULL FROM (SELECT id FROM customer_workflow.proposals ORDER BY status, operation NULLS FIRST, id LIMIT 1) AS p;
SELECT customer_workflow.cancel(id) FROM (SELECT id FROM customer_workflow.proposals ORDER BY id DESC LIMIT 1) AS p;
SELECT customer_workflow.begin_change_set('set') IS NOT NULL;
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.override_apply(id, 'urgent') FROM (SELECT id FROM customer_workflow.proposals ORDER BY status DESC, id LIMIT 1) AS p;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.process_deadlines(as_of => '2999-01-01') IS NOT NULL;
SELECT customer_workflow.begin_maintenance('{customers}', 'm');
SELECT kind FROM customer_workflow.workflow_history GROUP BY kind ORDER BY kind;
SELECT action FROM customer_workflow.decisions GROUP BY action ORDER BY action;
SELECT field FROM customer_workflow.direct_changes;
SELECT customer_workflow.disable('customers', 'd');
SELECT customer_workflow.enable('customers');
SELECT customer_workflow.unprotect('customers', '{payment_terms}', true);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.add_group_member('g', 'role:alice');
SELECT customer_workflow.set_calendar('de', '{"time_zone": "UTC", "week": {"monday": [["08:00", "16:00"]]}}');
SELECT customer_workflow.set_application_role('erp');
