-- Design 4, Identity, and 5.1, auto_submit: what is automatic at commit acts for the identity stored at capture, in every kind of transaction.
\set SHOW_CONTEXT never
CREATE ROLE auto_submit_app LOGIN;
SELECT customer_workflow.set_application_role('auto_submit_app');
GRANT SELECT, UPDATE ON customers TO auto_submit_app;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers', '{"auto_submit": "always"}');
RESET SESSION AUTHORIZATION;
CREATE VIEW state AS SELECT id, record_key, author, originator, status FROM customer_workflow.proposals ORDER BY id;
GRANT SELECT ON state TO PUBLIC;

-- the session has become somebody else since: bob, who is an approver, and who did not submit it
SET SESSION AUTHORIZATION alice;
BEGIN;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SET SESSION AUTHORIZATION bob;
COMMIT;
SELECT * FROM state;
SELECT kind, person, database_role FROM customer_workflow.workflow_history WHERE proposal = 1;
SELECT customer_workflow.approve(1);
-- two authors in one transaction: each his own
SET SESSION AUTHORIZATION alice;
BEGIN;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
RESET SESSION AUTHORIZATION;
COMMIT;
SELECT * FROM state WHERE id > 1;
-- a person behind a pool, and a role that was switched off again
SET SESSION AUTHORIZATION auto_submit_app;
BEGIN;
SELECT customer_workflow.act_as('maria');
UPDATE customers SET credit_limit = 6000 WHERE id = 3;
COMMIT;
SELECT * FROM state WHERE id > 3;
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM customer_workflow.cancel_many('{2,3,4}');

-- SET CONSTRAINTS ALL IMMEDIATE is harmless: it is no constraint
SET SESSION AUTHORIZATION alice;
BEGIN;
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
UPDATE customers SET payment_terms = 'N60' WHERE id = 2;
SELECT status FROM state WHERE id = 5;
SET CONSTRAINTS ALL IMMEDIATE;
SELECT status FROM state WHERE id = 5;
COMMIT;
SELECT status FROM state WHERE id = 5;

-- a savepoint that was rolled back: neither its proposals nor their start; one that was kept, all of it
BEGIN;
UPDATE customers SET credit_limit = 1 WHERE id = 3;
SAVEPOINT s;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
UPDATE customers SET credit_limit = 2 WHERE id = 3;
ROLLBACK TO s;
SAVEPOINT t;
UPDATE customers SET payment_terms = 'N90' WHERE id = 1;
RELEASE t;
SELECT count(*) FROM customer_workflow.last_proposals();
COMMIT;
SELECT p.record_key, field, proposed_value, p.status FROM customer_workflow.proposed_changes AS p WHERE author = 'alice' AND status = 'pending_approval' ORDER BY proposal, field;
-- a transaction that was rolled back
BEGIN;
UPDATE customers SET payment_terms = 'N10' WHERE id = 3;
ROLLBACK;
SELECT count(*) FROM customer_workflow.proposed_changes WHERE field = 'payment_terms' AND record_key = '{"id": 3}';

-- a procedure that commits in a loop starts each as it goes; so does one that rolls back what failed
CREATE PROCEDURE pg_temp.load() LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. 3 LOOP
        UPDATE customers SET payment_terms = 'L' || i WHERE id = i;
        IF i = 2 THEN ROLLBACK; ELSE COMMIT; END IF;
        RAISE NOTICE '%', (SELECT string_agg(format('%s: %s', record_key ->> 'id', status), ', ' ORDER BY proposal)
                             FROM customer_workflow.proposed_changes WHERE proposed_value LIKE 'L%');
    END LOOP;
END $$;
CALL pg_temp.load();

-- prepared transactions: started when they are prepared, visible when they are committed
BEGIN;
UPDATE customers SET credit_limit = 8000;
PREPARE TRANSACTION 'auto_submit_one';
SELECT count(*) FROM customer_workflow.proposed_changes WHERE proposed_value = '8000.00';
COMMIT PREPARED 'auto_submit_one';
SELECT record_key, status FROM customer_workflow.proposed_changes WHERE proposed_value = '8000.00' ORDER BY proposal;
BEGIN;
UPDATE customers SET payment_terms = 'N70' WHERE id = 2;
PREPARE TRANSACTION 'auto_submit_two';
ROLLBACK PREPARED 'auto_submit_two';
SELECT count(*) FROM customer_workflow.proposed_changes WHERE proposed_value = 'N70';

-- a deferred trigger of the table that changes more at commit
RESET SESSION AUTHORIZATION;
CREATE FUNCTION crm.follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN UPDATE public.customers SET payment_terms = 'N' || NEW.version WHERE id = NEW.id AND payment_terms IS NULL; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER follow AFTER UPDATE OF version ON customers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION crm.follow();
SET SESSION AUTHORIZATION dave;
BEGIN;
UPDATE customers SET version = 77 WHERE id = 3;
COMMIT;
SELECT record_key, proposed_value, status FROM customer_workflow.proposed_changes WHERE author = 'dave' AND proposed_value = 'N77';
RESET SESSION AUTHORIZATION;
DROP OWNED BY auto_submit_app;
DROP ROLE auto_submit_app;
