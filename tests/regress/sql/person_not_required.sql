-- Design 4, Identity: an application role with person_required false acts for itself where it names nobody.
\set SHOW_CONTEXT never
CREATE ROLE person_not_required_app LOGIN;
SELECT customer_workflow.set_application_role('person_not_required_app', false);
SELECT customer_workflow.add_group_member('night', 'person:' || p) FROM unnest('{maria,otto}'::text[]) AS p;
SELECT customer_workflow.add_group_member('night', 'role:person_not_required_app');
GRANT SELECT, UPDATE ON customers TO person_not_required_app;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'group:night');

-- the batch job of the application, as the role
SET SESSION AUTHORIZATION person_not_required_app;
SELECT customer_workflow.current_person();
UPDATE customers SET credit_limit = 5000;
SELECT outcome FROM customer_workflow.submit_many('{1,2,3}');
-- not by itself
SELECT * FROM error_of('SELECT customer_workflow.approve(1)') WHERE field <> 'hint';
-- by a person behind the same pool: session_user is compared only where it is no application role
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT customer_workflow.approve(1);
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT kind, person, database_role FROM customer_workflow.workflow_history WHERE proposal = 1;

-- with a person required, it is nobody from then on, also in sessions that are open
SELECT customer_workflow.set_application_role('person_not_required_app', true);
SET SESSION AUTHORIZATION person_not_required_app;
SELECT customer_workflow.current_person();
SELECT field, value FROM error_of('SELECT customer_workflow.recall(2)') WHERE field IN ('sqlstate', 'message');
-- an ordinary role again, it is itself, and names nobody
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.remove_application_role('person_not_required_app');
SET SESSION AUTHORIZATION person_not_required_app;
SELECT customer_workflow.current_person();
SELECT customer_workflow.recall(2);
SELECT field, value FROM error_of($$ SELECT customer_workflow.act_as('maria') $$) WHERE field = 'sqlstate';
RESET SESSION AUTHORIZATION;
DROP OWNED BY person_not_required_app;
DROP ROLE person_not_required_app;
