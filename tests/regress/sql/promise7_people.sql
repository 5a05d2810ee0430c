-- Promise 7: people behind an application role: nobody decides his own change, and the pool's role is not a way around.
\set SHOW_CONTEXT never
SELECT customer_workflow.set_application_role('erp', person_required => false);
SELECT customer_workflow.add_group_member('desk', 'person:maria');
SELECT customer_workflow.add_group_member('desk', 'person:peter');
SELECT customer_workflow.add_group_member('desk', 'role:erp');
SELECT customer_workflow.add_group_member('desk', 'role:alice');
SELECT customer_workflow.protect('customers', '{credit_limit}', 'group:desk');
CREATE FUNCTION try(proposal bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.value, ': ' ORDER BY e.field DESC) FROM error_of(format('SELECT customer_workflow.approve(%s)', proposal)) AS e
     WHERE e.field IN ('sqlstate', 'message', 'none')
$$;

SET SESSION AUTHORIZATION erp;
BEGIN;
SELECT customer_workflow.act_as('maria');
UPDATE customers SET credit_limit = 5000 WHERE id IN (1, 2);
SELECT outcome FROM customer_workflow.submit_many((SELECT array_agg(id) FROM customer_workflow.proposals));
SELECT author, originator FROM customer_workflow.proposals;
COMMIT;

-- Maria, with and without prefix; and again after an exception has taken her name back
BEGIN;
SELECT customer_workflow.act_as('person:maria');
SELECT try(min(id)) FROM customer_workflow.proposals;
ROLLBACK;
BEGIN;
SAVEPOINT s;
SELECT customer_workflow.act_as('maria');
ROLLBACK TO s;
SELECT customer_workflow.act_as('maria');
SELECT try(min(id)) FROM customer_workflow.proposals;
-- Nor can she be somebody else in the same transaction.
SELECT * FROM error_of('SELECT customer_workflow.act_as(''peter'')');
ROLLBACK;

-- Other spellings are other people; it is the application that says who it is.
BEGIN;
SELECT customer_workflow.act_as('Maria');
SELECT field, value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field = 'sqlstate';
ROLLBACK;

-- Peter decides.
BEGIN;
SELECT customer_workflow.act_as('peter');
SELECT proposal, try(proposal) FROM customer_workflow.my_work_items ORDER BY proposal LIMIT 1;
COMMIT;

-- A database role alice and a person of that name are two.
BEGIN;
SELECT customer_workflow.act_as('alice');
UPDATE customers SET credit_limit = 7000 WHERE id = 3;
SELECT outcome FROM customer_workflow.submit_many((SELECT array_agg(id) FROM customer_workflow.proposals));
COMMIT;
SET SESSION AUTHORIZATION alice;
SELECT record_key, author FROM customer_workflow.my_work_items ORDER BY record_key;

-- The pool itself, when it names nobody
SET SESSION AUTHORIZATION erp;
SELECT customer_workflow.current_person();
UPDATE customers SET credit_limit = 9000 WHERE id = 1;
SELECT id AS p FROM customer_workflow.proposals WHERE author = 'erp' \gset
SELECT customer_workflow.submit(:p);
SELECT try(:p);
