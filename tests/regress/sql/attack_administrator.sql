-- Attack: an administrator of a protected table, who does not own it, has code run with the owner's rights.
\set SHOW_CONTEXT never
CREATE ROLE attack_administrator_adam LOGIN;
GRANT CREATE ON SCHEMA public TO attack_administrator_adam;
GRANT SELECT, UPDATE ON customers TO attack_administrator_adam;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"bookkeeping": {"version": "old.version + 1"}, "record_label": "name"}');
SELECT customer_workflow.grant_duty('customers', 'administrator', 'attack_administrator_adam');
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.value, ': ' ORDER BY e.field DESC) FROM public.error_of('SELECT customer_workflow.' || statement) AS e WHERE e.field IN ('sqlstate', 'message', 'none')
$$;
\c - attack_administrator_adam
CREATE FUNCTION seize(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'GRANT erp_owner TO attack_administrator_adam'; RETURN $1; END $$;
CREATE FUNCTION seize(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'GRANT erp_owner TO attack_administrator_adam'; RETURN $1; END $$;
CREATE FUNCTION upper(text) RETURNS text LANGUAGE sql AS $$ SELECT public.seize($1) $$;

-- Options that carry SQL or a role are the owner's; what is set remains.
SELECT s AS statement, try(s) FROM unnest(ARRAY[
    'configure(''customers'', ''{"record_label": "public.seize(name)"}'')', 'configure(''customers'', ''{"record_label": "upper(name)"}'')',
    'configure(''customers'', ''{"bookkeeping": {"version": "public.seize(1)"}}'')', 'configure(''customers'', ''{"bookkeeping": null}'')',
    'configure(''customers'', ''{"apply_as": "attack_administrator_adam"}'')', 'configure(''customers'', ''{"apply_as": null}'')',
    'protect(''customers'', ''{payment_terms}'', options => ''{"record_label": "public.seize(name)"}'')']) AS s;
-- Other options are his.
SELECT customer_workflow.configure('customers', '{"overlap": "reject"}');
-- A search_path of his does not become that of the owner's triggers.
SET search_path = public, pg_catalog;
SELECT customer_workflow.protect('customers', '{payment_terms}');
RESET search_path;
\c - postgres
SELECT search_path FROM customer_workflow.protected_table;
-- He does not become an approver by it; those whom he names in their place are in the history.
\c - alice
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
\c - attack_administrator_adam
SELECT try('approve(1)');
SELECT customer_workflow.protect('customers', '{credit_limit}', 'attack_administrator_adam');
SELECT try('approve(1)');
\c - bob
SELECT customer_workflow.approve(1);
\c - postgres
SELECT kind, person, details -> 'approvers' AS approvers FROM customer_workflow.workflow_history WHERE kind = 'protect' AND details #> '{approvers,old}' <> details #> '{approvers,new}' ORDER BY at;
SELECT r.rolname FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.roleid WHERE m.member = 'attack_administrator_adam'::regrole;
SET client_min_messages = warning;
DROP OWNED BY attack_administrator_adam CASCADE;
DROP ROLE attack_administrator_adam;
