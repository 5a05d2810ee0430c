-- begin_maintenance(): the owner's writes to protected fields pass and are recorded, in this transaction and nobody else's name.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SET client_min_messages = warning;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
RESET client_min_messages;

-- Every row is written, as the statement says
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'limits are kept in cents from now on');
UPDATE customers SET credit_limit = credit_limit * 100, city = upper(city);
SELECT id, credit_limit, city FROM customers ORDER BY id;
COMMIT;
SELECT relation, record_key, field, original_value, new_value, person, database_role, reason FROM customer_workflow.direct_changes ORDER BY at, record_key;
SELECT kind, person, comment, details FROM customer_workflow.workflow_history WHERE kind ~ 'maintenance' ORDER BY at;

-- With the transaction it is over
UPDATE customers SET credit_limit = 5 WHERE id = 1;
SELECT credit_limit FROM customers WHERE id = 1;

-- Also with a savepoint that it began in
BEGIN;
SAVEPOINT before;
SELECT customer_workflow.begin_maintenance('{customers}', 'a try');
UPDATE customers SET credit_limit = 6 WHERE id = 1 RETURNING credit_limit;
ROLLBACK TO before;
UPDATE customers SET credit_limit = 7 WHERE id = 1 RETURNING credit_limit;
COMMIT;
-- and not with one that began later
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'a second try');
SAVEPOINT later;
SELECT customer_workflow.begin_maintenance('{customers}', 'is under way already');
ROLLBACK TO later;
UPDATE customers SET credit_limit = 8 WHERE id = 1 RETURNING credit_limit;
SAVEPOINT kept;
UPDATE customers SET credit_limit = 9 WHERE id = 1 RETURNING credit_limit;
RELEASE kept;
ROLLBACK;
SELECT credit_limit FROM customers WHERE id = 1;

-- Who wrote otherwise is diverted in it too; and what is proposed in so many words is proposed
RESET SESSION AUTHORIZATION;
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'by a superuser');
UPDATE customers SET credit_limit = 10 WHERE id = 2 RETURNING credit_limit;
SELECT customer_workflow.propose('customers', '{"id": 2}', '{"credit_limit": 11}') IS NOT NULL AS proposed;
SET LOCAL SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 12 WHERE id = 2 RETURNING credit_limit;
ROLLBACK;

-- What triggers and functions write passes with it
SET SESSION AUTHORIZATION erp_owner;
CREATE FUNCTION crm.round_limit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.credit_limit := 1000; RETURN NEW; END $$;
CREATE TRIGGER round_limit BEFORE UPDATE OF city ON customers FOR EACH ROW EXECUTE FUNCTION crm.round_limit();
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'triggers too');
UPDATE customers SET city = 'Jena' WHERE id = 1 RETURNING credit_limit;
COMMIT;
SELECT field, original_value, new_value FROM customer_workflow.direct_changes WHERE reason = 'maintenance' ORDER BY at DESC LIMIT 1;

-- Proposals whose record moves stay open; the end says how many
DROP TRIGGER round_limit ON customers;
SELECT id, author, status, conflict FROM customer_workflow.proposals ORDER BY id;
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'moves what is proposed');
UPDATE customers SET credit_limit = credit_limit + 1;
COMMIT;
SELECT id, author, status, conflict FROM customer_workflow.proposals ORDER BY id;
