-- Design 5.1, data_entity_behavior: the four things that an import's change to a protected field may do.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit, payment_terms}', 'credit_managers');
SELECT customer_workflow.set_data_entity('import', 'customers');
CREATE TEMP VIEW changes AS SELECT proposal, record_key, field, proposed_value, status FROM customer_workflow.proposed_changes ORDER BY proposal, field;
GRANT SELECT ON changes TO PUBLIC;

-- create_change_proposals, the default: held like a person's change, and submitted at commit
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 5000, city = 'Bremen' WHERE id = 1 RETURNING credit_limit, city;
SELECT * FROM changes;
SELECT author, originator, source FROM customer_workflow.proposals;

-- reject_changes: the statement fails, and names record and fields
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"data_entity_behavior": "reject_changes"}');
SET SESSION AUTHORIZATION import;
SELECT * FROM error_of($$ UPDATE customers SET credit_limit = 6000, name = 'B', payment_terms = 'N30', city = 'Halle' WHERE id = 2 $$);
-- of many rows one is enough, and nothing of the statement stays
SELECT field, value FROM error_of($$ UPDATE customers SET credit_limit = 2000, city = 'Halle' $$) WHERE field = 'message';
SELECT id, city FROM customers ORDER BY id;
-- the stored values and other fields pass
UPDATE customers SET credit_limit = 2000, city = 'Halle' WHERE id = 2;
SELECT city FROM customers WHERE id = 2;
SELECT field, value FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 2}', '{"credit_limit": 6000}') $$) WHERE field IN ('sqlstate', 'message');
-- what its own triggers make of a row counts as its change as well
RESET SESSION AUTHORIZATION;
CREATE FUNCTION crm.terms() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.payment_terms := 'N' || length(NEW.city); RETURN NEW; END $$;
CREATE TRIGGER terms BEFORE UPDATE OF city ON customers FOR EACH ROW EXECUTE FUNCTION crm.terms();
SET SESSION AUTHORIZATION import;
SELECT field, value FROM error_of($$ UPDATE customers SET city = 'Halle' WHERE id = 2 $$) WHERE field <> 'hint';
RESET SESSION AUTHORIZATION;
DROP TRIGGER terms ON customers;
-- people are not concerned
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;

-- allow_without_approval: written at once, and recorded
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"data_entity_behavior": "allow_without_approval"}');
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 7000, name = 'Gamma Ltd', city = 'Trier' WHERE id = 3 RETURNING credit_limit, name, city;
SET SESSION AUTHORIZATION erp_owner;
SELECT relation, record_key, field, original_value, new_value, person, database_role, reason FROM customer_workflow.direct_changes;
-- its own proposal of before has been overtaken by it, and is still there to be cancelled or applied
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT proposal, field, conflict, status FROM customer_workflow.proposed_changes WHERE author = 'import';
-- an explicit propose() wishes for approval, and gets it
SELECT customer_workflow.propose('customers', '{"id": 3}', '{"credit_limit": 8000}');
SELECT credit_limit FROM customers WHERE id = 3;
SELECT * FROM changes WHERE record_key = '{"id": 3}';

-- ignore_changes: dropped, and counted; another system is master of these fields
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"data_entity_behavior": "ignore_changes"}');
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 9000, payment_terms = 'N90', city = 'Ulm' RETURNING id, credit_limit, payment_terms, city;
UPDATE customers SET credit_limit = 9000 WHERE id = 1;
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 9000}');
SET customer_workflow.notices = off;
UPDATE customers SET credit_limit = 9000 WHERE id = 1;
RESET customer_workflow.notices;
SELECT * FROM changes;
SET SESSION AUTHORIZATION erp_owner;
SELECT count(*) FROM customer_workflow.direct_changes;
