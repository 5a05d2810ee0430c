-- Promise 2, transparent: virtual generated columns and RETURNING old, new (both from PostgreSQL 18 on).
SELECT current_setting('server_version_num')::int >= 180000 AS is_18 \gset
\if :is_18
SET customer_workflow.notices = off;
ALTER TABLE customers ADD COLUMN doubled numeric GENERATED ALWAYS AS (credit_limit * 2) VIRTUAL,
    ADD COLUMN stored_double numeric GENERATED ALWAYS AS (credit_limit * 2) STORED;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SELECT * FROM error_of($$SELECT customer_workflow.protect('customers', '{doubled}')$$);

-- A trigger that comes between ours, for what PostgreSQL computes before and after it
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER keep BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION keep();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000, city = 'Kiel' WHERE id = 1 RETURNING credit_limit, doubled, stored_double;
UPDATE customers SET credit_limit = 7000, payment_terms = 'N60', city = 'Bonn' WHERE id = 1
    RETURNING old.credit_limit AS old_limit, new.credit_limit AS new_limit, old.doubled AS old_double, new.doubled AS new_double, old.city AS old_city, new.city AS new_city;
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 8000), (4, 'Delta', 4000)
    ON CONFLICT (id) DO UPDATE SET credit_limit = excluded.credit_limit RETURNING old.credit_limit AS old_limit, new.credit_limit AS new_limit, new.doubled;
MERGE INTO customers AS c USING (VALUES (1, 9000)) AS w (id, wish) ON w.id = c.id
    WHEN MATCHED THEN UPDATE SET credit_limit = w.wish RETURNING merge_action(), old.credit_limit AS old_limit, new.credit_limit AS new_limit;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes ORDER BY field;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
SELECT credit_limit, doubled, stored_double, payment_terms FROM customers WHERE id = 1;
RESET SESSION AUTHORIZATION;
\endif
