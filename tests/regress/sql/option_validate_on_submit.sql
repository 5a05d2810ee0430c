-- Design 5.1, option validate_on_submit: whether submit() asks if the change could be written, as its author.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit}', 'credit_managers');

-- true, the default: what no approval could write is refused, with the table's own error
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = -1 WHERE id = 1;
UPDATE customers SET name = NULL WHERE id = 2;
UPDATE customers SET credit_limit = 5000 WHERE id = 3;
SELECT ctid AS before FROM customers WHERE id = 1 \gset
SELECT * FROM error_of('SELECT customer_workflow.submit(1)');
SELECT * FROM error_of('SELECT customer_workflow.submit(2)');
SELECT * FROM customer_workflow.submit_many('{1,2,3}');
SELECT id, status, submit_message FROM customer_workflow.proposals ORDER BY id;
-- the row has not been touched
SELECT ctid = :'before' AS same_row, credit_limit FROM customers WHERE id = 1;
-- put right, it passes
UPDATE customers SET credit_limit = 1 WHERE id = 1;
SELECT customer_workflow.submit(1);

-- the author's own row level security and triggers count
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY small ON customers USING (true) WITH CHECK (credit_limit < 10000);
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 20000 WHERE id = 2;
SELECT * FROM error_of('SELECT customer_workflow.submit(4)');
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE customers DISABLE ROW LEVEL SECURITY;
CREATE FUNCTION crm.round_thousands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF mod(NEW.credit_limit, 1000) <> 0 THEN
        RAISE EXCEPTION 'credit limits are in thousands' USING ERRCODE = 'P0100';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER round_thousands BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION crm.round_thousands();
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 20001 WHERE id = 2;
SELECT * FROM error_of('SELECT customer_workflow.submit(4)');
UPDATE customers SET credit_limit = 21000 WHERE id = 2;
SELECT customer_workflow.submit(4);

-- deferred constraints are checked too
RESET SESSION AUTHORIZATION;
ALTER TABLE customers ADD CONSTRAINT unique_name UNIQUE (name) DEFERRABLE INITIALLY DEFERRED;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET name = 'Gamma' WHERE id = 2;
SELECT * FROM error_of('SELECT customer_workflow.submit(2)');

-- false: submit() asks nothing, and the approval fails
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"validate_on_submit": false}');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');
SELECT * FROM customer_workflow.approve_many('{2,3}');
SELECT id, status FROM customer_workflow.proposals ORDER BY id;
SELECT id, name, credit_limit FROM customers ORDER BY id;
-- check_proposal() can always be asked
SELECT * FROM customer_workflow.check_proposal(2);
