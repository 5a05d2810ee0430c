-- Promise 9: every entry says how it was established who acted, and from where; who sees that.
\set SHOW_CONTEXT never
CREATE ROLE trust_identity_app LOGIN;
CREATE ROLE trust_identity_user;
GRANT trust_identity_user TO trust_identity_app;
GRANT SELECT, UPDATE ON customers TO trust_identity_app, trust_identity_user;
SELECT customer_workflow.set_application_role('trust_identity_app', false);
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SELECT customer_workflow.set_data_entity('role:import', 'customers', '{"behavior": "allow_without_approval"}');

-- in bulk and one by one, by each way
SET SESSION AUTHORIZATION alice;
SET application_name = 'ERP "north"';
UPDATE customers SET credit_limit = 5000;
SELECT outcome FROM customer_workflow.submit_many(ARRAY[1, 2, 3]);
SET SESSION AUTHORIZATION trust_identity_app;
SET application_name = 'web';
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
SET ROLE trust_identity_user;
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
RESET ROLE;
BEGIN;
SELECT customer_workflow.act_as('maria');
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
-- whoever is named later is not who acted before, and what the client calls itself may change
SET LOCAL application_name = 'web 2';
UPDATE customers SET payment_terms = 'N90' WHERE id = 1;
COMMIT;
SET SESSION AUTHORIZATION bob;
SET application_name = '';
SELECT outcome FROM customer_workflow.approve_many(ARRAY[1, 2, 3]);
SELECT customer_workflow.add_comment(1, 'done') > 0 AS added;
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
RESET SESSION AUTHORIZATION;
SELECT kind, person, database_role, identity, count(*) FROM customer_workflow.workflow_history WHERE proposal IS NOT NULL
 GROUP BY kind, person, database_role, identity ORDER BY min(proposal), min(at), kind;
SELECT person, reason, identity FROM customer_workflow.direct_changes;
-- entries that are written by an INSERT each have it too
CREATE FUNCTION pg_temp.nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER nothing BEFORE INSERT ON customer_workflow.history FOR EACH ROW EXECUTE FUNCTION pg_temp.nothing();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000 WHERE id = 3;
SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals WHERE author = 'alice';
RESET SESSION AUTHORIZATION;
DROP TRIGGER nothing ON customer_workflow.history;
SELECT kind, identity FROM customer_workflow.workflow_history ORDER BY at DESC LIMIT 2;
SELECT count(*) FROM customer_workflow.history WHERE identity IS NULL;

-- it is for those who see everything of the table, and about oneself
SET SESSION AUTHORIZATION bob;
SELECT kind, person, identity FROM customer_workflow.workflow_history WHERE proposal = 1;
SET SESSION AUTHORIZATION alice;
SELECT kind, person, identity FROM customer_workflow.workflow_history WHERE proposal = 1;
SELECT person, identity FROM customer_workflow.direct_changes;
SET SESSION AUTHORIZATION erp_owner;
SELECT count(*), count(identity) FROM customer_workflow.workflow_history WHERE proposal IS NOT NULL;
RESET SESSION AUTHORIZATION;
DROP OWNED BY trust_identity_app, trust_identity_user;
DROP ROLE trust_identity_app, trust_identity_user;
