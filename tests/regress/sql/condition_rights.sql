-- Conditions run with the rights of the role that activated the workflow, never more, whoever submits.
\set SHOW_CONTEXT never
CREATE ROLE condition_rights_writer LOGIN;
GRANT SELECT ON customers TO condition_rights_writer;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
CREATE FUNCTION value_of(role name, condition text, key int DEFAULT 1) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(': ', c.value, c.message)
      FROM customer_workflow._conditions('customers', role, condition, ARRAY[
               ROW(1, NULL, jsonb_build_object('id', key), '{"credit_limit": "1500.00"}', NULL, 'role:alice', 'role:alice', NULL, NULL, NULL, NULL)::customer_workflow._case]) AS c
$$;

-- As that role; of a superuser, as the table's owner
SELECT value_of('condition_rights_writer', 'current_user = ''condition_rights_writer''');
SELECT value_of('postgres', 'current_user = ''erp_owner''');
-- and as that role's person: what the views show him, they show
SELECT value_of('condition_rights_writer', 'customer_workflow.current_person() = ''condition_rights_writer''');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7 WHERE id = 2;
RESET SESSION AUTHORIZATION;
SELECT value_of('alice', 'EXISTS (SELECT FROM customer_workflow.proposals)');
REVOKE SELECT ON customers FROM condition_rights_writer;
GRANT SELECT (id, name) ON customers TO condition_rights_writer;
SELECT value_of('condition_rights_writer', 'EXISTS (SELECT FROM customer_workflow.proposals)');

-- Columns that it may not read are not there
SELECT value_of('condition_rights_writer', 'new.name = ''Alpha''');
SELECT value_of('condition_rights_writer', 'new.credit_limit > 1');
SELECT value_of('condition_rights_writer', 'old.credit_limit > 1');
SELECT value_of('condition_rights_writer', 'to_jsonb(new) ? ''credit_limit''');
SELECT value_of('condition_rights_writer', 'old IS NOT NULL');
SELECT value_of('condition_rights_writer', 'changed(''credit_limit'')');
-- nor tables and functions
CREATE TABLE salaries (who text, pay int);
INSERT INTO salaries VALUES ('bob', 7000);
CREATE FUNCTION secret() RETURNS boolean LANGUAGE sql AS 'SELECT true';
REVOKE EXECUTE ON FUNCTION secret() FROM PUBLIC;
SELECT value_of('condition_rights_writer', 'EXISTS (SELECT FROM salaries)');
SELECT value_of('condition_rights_writer', 'secret()');
SELECT value_of('condition_rights_writer', 'EXISTS (SELECT FROM customer_workflow.history)');
SELECT value_of('condition_rights_writer', 'customer_workflow._evaluate_as(10, true) IS NULL');
SELECT customer_workflow._check_condition('customers', 'condition_rights_writer', t)
  FROM unnest(ARRAY['new.credit_limit > 1', 'EXISTS (SELECT FROM salaries)', 'secret()']) AS t;

-- Row level security of the table is that of the role
GRANT SELECT ON customers TO condition_rights_writer;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY german ON customers TO condition_rights_writer USING (id <> 2);
SELECT k, value_of('condition_rights_writer', 'true', k), value_of('erp_owner', 'true', k) FROM generate_series(1, 3) AS k;
SET row_security = off;
SELECT value_of('condition_rights_writer', 'true', 2);
RESET row_security;
ALTER TABLE customers DISABLE ROW LEVEL SECURITY;

-- A role that is gone, a table that is not protected
SELECT value_of('nobody_here', 'true');
SELECT customer_workflow._check_condition('customers', 'nobody_here', 'true');
SELECT value, message FROM customer_workflow._conditions('salaries', 'erp_owner', 'true', ARRAY[
    ROW(1, NULL, '{"id": 1}', '{}', NULL, 'role:alice', NULL, NULL, NULL, NULL, NULL)::customer_workflow._case]);

DROP OWNED BY condition_rights_writer;
DROP ROLE condition_rights_writer;
