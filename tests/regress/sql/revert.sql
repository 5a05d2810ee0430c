-- revert(): the inverse of an applied proposal is proposed, and goes through approval like any change
SET client_min_messages = error;
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms,bank_account}', 'credit_managers');
SELECT customer_workflow.set_data_entity('role:import', 'customers', '{"behavior": "allow_without_approval"}');
CREATE FUNCTION changes_of(proposal bigint) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS
    $$SELECT string_agg(format('%s: %s -> %s', c.field, coalesce(c.original, 'null'), coalesce(c.proposed, 'null')), ', ' ORDER BY c.field)
        FROM customer_workflow.change AS c WHERE c.proposal = changes_of.proposal$$;
SET client_min_messages = notice;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = NULL WHERE id = 1;
-- what is not applied yet is recalled or cancelled
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);

-- by whoever may update the record, not only its author: a new draft of the caller's
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.revert(1);
SELECT changes_of(2);
SELECT id, author, status, reverts FROM customer_workflow.proposals ORDER BY id;
SELECT customer_workflow.review(2) -> 'reverts' AS reverts;
-- nothing is written without approval
SELECT credit_limit, payment_terms FROM customers WHERE id = 1;
-- again: it is there already
SELECT customer_workflow.revert(1);
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
SELECT credit_limit, payment_terms FROM customers WHERE id = 1;
-- the history says so on both sides
RESET SESSION AUTHORIZATION;
SELECT proposal, kind, person, details FROM customer_workflow.workflow_history WHERE kind IN ('reverts', 'reverted') ORDER BY at;
-- nothing is left to revert
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.revert(1)');
-- the revert can be reverted
SELECT customer_workflow.revert(2);
SELECT changes_of(3);
SELECT customer_workflow.cancel(3);

-- where values moved since, it says so; those that are as they were before are left out
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000, payment_terms = 'N90', bank_account = 'DE66' WHERE id = 1;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 7000, bank_account = 'DE01' WHERE id = 1;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.revert(4);
SELECT changes_of(5);
SELECT customer_workflow.cancel(5);

-- what an approver has overwritten comes back, not what the author saw
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 8000 WHERE id = 2;
SELECT customer_workflow.submit(6);
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 2500 WHERE id = 2;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(6, on_conflict => 'overwrite');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.revert(6);
SELECT changes_of(7);
-- its author may edit it: then that is what it changes, and the history does not say that it was reverted
UPDATE customers SET credit_limit = 2600 WHERE id = 2;
SELECT customer_workflow.submit(7);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(7);
RESET SESSION AUTHORIZATION;
SELECT count(*) AS reverted FROM customer_workflow.history WHERE proposal = 6 AND kind = 'reverted';

-- one with an effective date, and one that was overridden
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 9000 WHERE id = 3;
SELECT customer_workflow.submit(8, effective_at => '2999-01-01');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(8);
SELECT * FROM error_of('SELECT customer_workflow.revert(8)');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.revert(8);
SELECT changes_of(9);
SELECT customer_workflow.submit(9, effective_at => '2999-01-01');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(9);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT credit_limit FROM customers WHERE id = 3;
SELECT proposal, details FROM customer_workflow.workflow_history WHERE kind = 'reverted' ORDER BY at;

-- the key of the record changed since
UPDATE customers SET id = 33 WHERE id = 3;
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.revert(8)');
