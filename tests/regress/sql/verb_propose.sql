-- Design 5, Propose: propose() makes the proposal that an UPDATE would make, and does not touch the row.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit, payment_terms}', 'credit_managers');
CREATE TEMP VIEW changes AS SELECT proposal, record_key, field, original_value, proposed_value FROM customer_workflow.proposed_changes ORDER BY proposal, field;
GRANT SELECT ON changes TO PUBLIC;
SELECT ctid AS before FROM customers WHERE id = 1 \gset

-- numbers, strings, null: JSON null is SQL NULL
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 5000.5, "name": "Alpha \"A\" Ltd", "payment_terms": null}', 'as agreed');
SELECT * FROM changes;
SELECT author, status, source, comment FROM customer_workflow.proposals;
SELECT name, credit_limit, payment_terms, ctid = :'before' AS same_row FROM customers WHERE id = 1;
-- a number may come as a string, the key too; what is not a change is none; the draft takes more
SELECT customer_workflow.propose('customers', '{"id": "1"}', '{"credit_limit": "6000"}');
SELECT * FROM changes;
-- the comment was for that proposal only
SELECT customer_workflow.propose('customers', '{"id": 2}', '{"credit_limit": 1}');
SELECT id, comment FROM customer_workflow.proposals ORDER BY id;

-- the stored value withdraws; of what is left the proposal is returned, of nothing nothing
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"name": "Alpha"}');
SELECT * FROM changes WHERE proposal = 1;
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"credit_limit": 1000, "payment_terms": "N30"}');
SELECT id, status FROM customer_workflow.proposals ORDER BY id;
-- numeric scale counts for what is stored, which is numeric(12,2)
SELECT customer_workflow.propose('customers', '{"id": 2}', '{"credit_limit": 2000.000}');
SELECT id, status FROM customer_workflow.proposals ORDER BY id;
-- the stored value where nothing is proposed
SELECT customer_workflow.propose('customers', '{"id": 3}', '{"credit_limit": null}');
-- one withdrawn, one proposed
SELECT customer_workflow.propose('customers', '{"id": 3}', '{"credit_limit": 3, "payment_terms": "N60"}');
SELECT customer_workflow.propose('customers', '{"id": 3}', '{"credit_limit": null, "payment_terms": "N90"}');
SELECT * FROM changes WHERE record_key = '{"id": 3}';

-- BEFORE triggers see an UPDATE, which then does not happen
SET SESSION AUTHORIZATION erp_owner;
CREATE FUNCTION crm.tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE NOTICE '% % row trigger', TG_WHEN, TG_OP; RETURN NEW; END $$;
CREATE TRIGGER tell_before BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION crm.tell();
CREATE TRIGGER tell_after AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION crm.tell();
SET SESSION AUTHORIZATION alice;
SELECT ctid AS before FROM customers WHERE id = 3 \gset
SELECT customer_workflow.propose('customers', '{"id": 3}', '{"credit_limit": 4}');
SELECT ctid = :'before' AS same_row FROM customers WHERE id = 3;
-- straight after it an UPDATE writes again
UPDATE customers SET city = 'Halle' WHERE id = 3;
SELECT city FROM customers WHERE id = 3;

-- also after one that failed
DO $$
BEGIN
    BEGIN
        PERFORM customer_workflow.propose('customers', '{"id": 3}', '{"credit_limit": "much"}');
    EXCEPTION WHEN invalid_text_representation THEN NULL;
    END;
    UPDATE customers SET city = 'Jena' WHERE id = 3;
END $$;
SELECT city FROM customers WHERE id = 3;

-- A BEFORE trigger of it may propose for another record; both are told from each other, also where the inner one fails or withdraws
SET SESSION AUTHORIZATION erp_owner;
DROP TRIGGER tell_before ON customers;
DROP TRIGGER tell_after ON customers;
CREATE FUNCTION crm.follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.id = 1 THEN
        RAISE NOTICE 'inner: %', customer_workflow.propose('customers', '{"id": 2}', '{"payment_terms": "N90"}');
        RAISE NOTICE 'inner, withdrawn: %', customer_workflow.propose('customers', '{"id": 2}', '{"payment_terms": "N30"}');
        BEGIN
            PERFORM customer_workflow.propose('customers', '{"id": 2}', '{"credit_limit": "much"}');
        EXCEPTION WHEN invalid_text_representation THEN NULL;
        END;
        UPDATE customers SET city = 'Gera' WHERE id = 2;
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER follow BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION crm.follow();
SET SESSION AUTHORIZATION alice;
SELECT ctid AS before FROM customers WHERE id = 1 \gset
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"name": "Omega"}') AS outer \gset
SELECT record_key, status FROM customer_workflow.proposals WHERE id = :outer;
SELECT id, city, ctid = :'before' AS same_row FROM customers WHERE id < 3 ORDER BY id;
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"name": "Alpha"}');
SELECT status FROM customer_workflow.proposals WHERE id = :outer;
