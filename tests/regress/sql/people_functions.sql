-- Assignment by a set-returning function of the DBA: as the role that activated the workflow, read-only.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SET ROLE erp_owner;
CREATE FUNCTION crm.in_charge(relation regclass, record_key jsonb, changes jsonb) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT 'bob' WHERE relation = 'customers'::regclass AND changes ? 'credit_limit'
    UNION ALL SELECT 'person:' || (record_key ->> 'id') UNION ALL SELECT NULL UNION ALL SELECT '' UNION ALL SELECT 'maria'
$$;
CREATE FUNCTION crm.nobody(relation regclass, record_key jsonb, changes jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT 'x' WHERE false $$;
CREATE FUNCTION crm.fails_for_2(relation regclass, record_key jsonb, changes jsonb) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    IF record_key = '{"id": 2}' THEN
        RAISE EXCEPTION 'nobody knows %', record_key;
    END IF;
    RETURN NEXT 'bob';
END
$$;
CREATE FUNCTION crm.writes(relation regclass, record_key jsonb, changes jsonb) RETURNS SETOF text LANGUAGE sql AS $$ UPDATE public.customers SET city = 'Ulm' RETURNING 'bob' $$;
CREATE FUNCTION crm.as_whom(relation regclass, record_key jsonb, changes jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT 'person:' || current_user || ' ' || customer_workflow.current_person() $$;
CREATE FUNCTION public.unqualified(relation regclass, record_key jsonb, changes jsonb) RETURNS SETOF name LANGUAGE sql AS $$ SELECT 'bob'::name $$;
CREATE FUNCTION crm."odd ""name"(relation regclass, record_key jsonb, changes jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT 'bob' $$;
RESET ROLE;
CREATE FUNCTION who(function text, role name DEFAULT 'erp_owner') RETURNS TABLE (record bigint, eligible jsonb) LANGUAGE sql AS $$
    SELECT e.proposal, e.eligible
      FROM customer_workflow._eligible(jsonb_build_object('assign_to', jsonb_build_object('sql', function)), '/assign_to', role, 'customers',
               (SELECT array_agg(ROW(k, NULL, jsonb_build_object('id', k), '{"credit_limit": "5"}', '{role:alice}', 'role:alice', 'role:alice', NULL, NULL, NULL, NULL)::customer_workflow._case)
                  FROM generate_series(1, 3) AS k), NULL, NULL) AS e
$$;
SELECT * FROM who('crm.in_charge');
SELECT * FROM who('crm.nobody') WHERE record = 1;
SELECT * FROM who('unqualified') WHERE record = 1;
SELECT * FROM who('crm."odd ""name"') WHERE record = 1;
-- One record for which it fails
SELECT * FROM who('crm.fails_for_2');
SELECT * FROM who('crm.writes') WHERE record = 1;
SELECT count(*) FROM customers WHERE city = 'Ulm';
-- As the role, of a superuser as the owner of the table; only what that role may call
SELECT eligible FROM who('crm.as_whom') WHERE record = 1;
SELECT eligible FROM who('crm.as_whom', 'postgres') WHERE record = 1;
SELECT eligible FROM who('crm.as_whom', 'dave') WHERE record = 1;
REVOKE EXECUTE ON FUNCTION crm.in_charge FROM PUBLIC;
SELECT eligible FROM who('crm.in_charge', 'dave') WHERE record = 1;
-- What is not there, or is no name
SELECT eligible FROM who('crm.no_such_function') WHERE record = 1;
SELECT eligible FROM who('crm.in_charge', 'no_such_role') WHERE record = 1;
SELECT eligible FROM who('crm.in_charge($1, $2, $3); DROP TABLE customers; --');
\echo :SQLSTATE
