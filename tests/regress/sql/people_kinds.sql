-- Assignments: role, group, user, workflow_user, field.
\set SHOW_CONTEXT never
CREATE ROLE people_kinds_cfo LOGIN;
CREATE ROLE people_kinds_board;
GRANT people_kinds_board TO people_kinds_cfo;
ALTER TABLE customers ADD account_manager text;
UPDATE customers SET account_manager = (ARRAY['bob', 'person:maria', NULL])[id];
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.add_group_member('controllers', 'person:erna');
SELECT customer_workflow.add_group_member('controllers', 'credit_managers');
-- Who gets a change by alice to the records 1 to 4
CREATE FUNCTION who(assign jsonb, owner text DEFAULT NULL) RETURNS TABLE (record bigint, eligible jsonb) LANGUAGE sql AS $$
    SELECT e.proposal, e.eligible
      FROM customer_workflow._eligible(jsonb_strip_nulls(jsonb_build_object('owner', owner, 'steps', jsonb_build_array(jsonb_build_object('assign_to', assign)))),
               '/steps/0/assign_to', 'erp_owner', 'customers',
               (SELECT array_agg(ROW(k, NULL, jsonb_build_object('id', k), '{"credit_limit": "5"}', ARRAY['role:alice', 'oid:' || 'alice'::regrole::oid],
                                     'role:alice', 'person:maria', NULL, NULL, NULL, NULL)::customer_workflow._case)
                  FROM generate_series(1, 4) AS k), NULL, NULL) AS e
$$;
-- The members of a role; of a group, also those of a role that belongs to it
SELECT DISTINCT eligible FROM who('{"role": "credit_managers"}');
SELECT DISTINCT eligible FROM who('{"group": "controllers"}');
-- a role without members but itself; a group that nobody belongs to
SELECT DISTINCT eligible FROM who('{"role": "bob"}');
SELECT DISTINCT eligible FROM who('{"group": "nobody"}');
-- One person: a role where there is one of that name, else a person
SELECT DISTINCT eligible FROM who('{"user": "bob"}');
SELECT DISTINCT eligible FROM who('{"user": "role:bob"}');
SELECT DISTINCT eligible FROM who('{"user": "maria"}');
SELECT DISTINCT eligible FROM who('{"user": "person:bob"}');
-- a role as which nobody can act is nobody
SELECT DISTINCT eligible FROM who('{"user": "credit_managers"}');
-- The people of the proposal, who mostly may not decide; the owner of the workflow, or who belongs to it
SELECT DISTINCT eligible FROM who('{"workflow_user": "author"}');
SELECT DISTINCT eligible FROM who('{"workflow_user": "originator"}');
SELECT DISTINCT eligible FROM who('{"workflow_user": "owner"}', 'people_kinds_cfo');
SELECT DISTINCT eligible FROM who('{"workflow_user": "owner"}', 'people_kinds_board');
SELECT DISTINCT eligible FROM who('{"workflow_user": "owner"}');
-- Whom a column of the stored record names: 3 names nobody, 4 does not exist
SELECT * FROM who('{"field": "account_manager"}');
SELECT * FROM who('{"field": "city"}');

-- An application role that has to name people does not decide itself; the roles that it can take do
SELECT customer_workflow.set_application_role('people_kinds_cfo');
SELECT DISTINCT eligible FROM who('{"user": "people_kinds_cfo"}');
SELECT DISTINCT eligible FROM who('{"user": "people_kinds_board"}');
SELECT customer_workflow.remove_application_role('people_kinds_cfo');

-- What is not there any more
DROP ROLE people_kinds_cfo, people_kinds_board;
SELECT DISTINCT eligible FROM who('{"role": "people_kinds_board"}');
SELECT DISTINCT eligible FROM who('{"user": "role:people_kinds_cfo"}');
SELECT DISTINCT eligible FROM who('{"field": "no_such_column"}');
ALTER TABLE customers DROP account_manager;
SELECT DISTINCT eligible FROM who('{"field": "account_manager"}');
-- The column is read with the rights of who activated the workflow
REVOKE ALL ON customers FROM erp_owner;
SELECT DISTINCT eligible FROM who('{"field": "city"}');
