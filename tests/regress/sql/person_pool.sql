-- Design 4, Identity: people behind one pooled role, named by act_as() for the rest of a transaction.
\set SHOW_CONTEXT never
CREATE ROLE person_pool_app LOGIN;
CREATE ROLE person_pool_other LOGIN;
SELECT customer_workflow.set_application_role('person_pool_app');
SELECT customer_workflow.add_group_member('desk', 'person:' || p) FROM unnest('{maria,otto,nina}'::text[]) AS p;
GRANT SELECT, UPDATE ON customers TO person_pool_app, person_pool_other;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'group:desk');

-- person_required: without a person no protected change, by no path; other fields are free
SET SESSION AUTHORIZATION person_pool_app;
SELECT customer_workflow.current_person();
SELECT * FROM error_of('UPDATE customers SET credit_limit = 5000 WHERE id = 1');
SELECT * FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 5000}') $$) WHERE field = 'sqlstate';
UPDATE customers SET city = 'Bremen' WHERE id = 1;
-- the stored value is no change
UPDATE customers SET credit_limit = 1000 WHERE id = 1;
-- nor does anybody else
SELECT * FROM error_of('SELECT customer_workflow.submit(1)');
SELECT field, value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field = 'sqlstate';
SELECT count(*) FROM customer_workflow.proposals;

-- a person, for the transaction
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT customer_workflow.current_person();
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1, 'as agreed');
COMMIT;
SELECT customer_workflow.current_person();

-- her own change is not hers to decide, though she is in the group, and through whatever she tries
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT count(*) FROM customer_workflow.my_work_items;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
-- a second person in one transaction fails, the same again does not
SELECT * FROM error_of($$ SELECT customer_workflow.act_as('otto') $$);
SELECT customer_workflow.act_as('person:maria');
SELECT customer_workflow.current_person();
ROLLBACK;

-- another one decides, in another transaction
BEGIN;
SELECT customer_workflow.act_as('otto');
SELECT proposal, author, originator, comment FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(1, 'checked');
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
SELECT customer_workflow.submit(2);
COMMIT;
-- and the first the change of the other
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT customer_workflow.approve(2);
COMMIT;
SELECT id, credit_limit FROM customers ORDER BY id;

-- the history says who, and through which role
RESET SESSION AUTHORIZATION;
SELECT proposal, kind, person, database_role FROM customer_workflow.workflow_history WHERE proposal IS NOT NULL;
SELECT proposal, author, person, action FROM customer_workflow.decisions ORDER BY proposal;

-- the name ends with the transaction, also with one that fails
SET SESSION AUTHORIZATION person_pool_app;
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT 1 / 0;
ROLLBACK;
SELECT customer_workflow.current_person();
-- outside a transaction block it lasts for its own statement
SELECT customer_workflow.act_as('maria');
SELECT customer_workflow.current_person();
SELECT customer_workflow.act_as('maria'), customer_workflow.current_person();

-- a name that was given in a savepoint goes with it, and everything done under it; one that was kept, stays
BEGIN;
SAVEPOINT s;
SELECT customer_workflow.act_as('maria');
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
ROLLBACK TO s;
SELECT customer_workflow.current_person();
SELECT customer_workflow.act_as('otto');
SAVEPOINT t;
ROLLBACK TO t;
SELECT customer_workflow.current_person();
SAVEPOINT u;
RELEASE u;
DO $$ BEGIN PERFORM 1 / 0; EXCEPTION WHEN OTHERS THEN NULL; END $$;
SELECT customer_workflow.current_person();
COMMIT;
BEGIN;
SAVEPOINT s;
SELECT customer_workflow.act_as('maria');
RELEASE s;
SELECT customer_workflow.current_person();
ROLLBACK;
SELECT count(*) FROM customer_workflow.proposals WHERE status = 'not_submitted';

-- a procedure that commits starts anew
CREATE PROCEDURE pg_temp.two() LANGUAGE plpgsql AS $$
BEGIN
    PERFORM customer_workflow.act_as('maria');
    RAISE NOTICE 'acts as %', customer_workflow.current_person();
    COMMIT;
    RAISE NOTICE 'acts as %', customer_workflow.current_person();
    PERFORM customer_workflow.act_as('otto');
    RAISE NOTICE 'acts as %', customer_workflow.current_person();
END $$;
CALL pg_temp.two();

-- an ordinary role names nobody, however it got there: not by SET ROLE, not inside a function of the pooled role
SET SESSION AUTHORIZATION person_pool_other;
SELECT * FROM error_of($$ SELECT customer_workflow.act_as('maria') $$);
RESET SESSION AUTHORIZATION;
GRANT person_pool_app TO person_pool_other;
SET SESSION AUTHORIZATION person_pool_other;
SET ROLE person_pool_app;
SELECT field, value FROM error_of($$ SELECT customer_workflow.act_as('maria') $$) WHERE field <> 'hint';
SELECT customer_workflow.current_person();
RESET ROLE;
RESET SESSION AUTHORIZATION;
CREATE FUNCTION crm.name_maria() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ SELECT customer_workflow.act_as('maria') $$;
ALTER FUNCTION crm.name_maria() OWNER TO person_pool_app;
SET SESSION AUTHORIZATION person_pool_other;
SELECT field, value FROM error_of('SELECT crm.name_maria()') WHERE field <> 'hint';
RESET SESSION AUTHORIZATION;
SELECT field, value FROM error_of($$ SELECT customer_workflow.act_as('maria') $$) WHERE field <> 'hint';
DROP OWNED BY person_pool_app, person_pool_other;
DROP ROLE person_pool_app, person_pool_other;
