-- Promise 2, transparent: other triggers, generated columns and constraints see the values that are stored.
\set SHOW_CONTEXT never
SET customer_workflow.notices = off;
ALTER TABLE customers ADD COLUMN used numeric DEFAULT 400, ADD COLUMN available numeric,
    ADD COLUMN doubled numeric GENERATED ALWAYS AS (credit_limit * 2) STORED,
    ADD COLUMN terms_and_city text GENERATED ALWAYS AS (coalesce(payment_terms, '-') || ' ' || coalesce(city, '-')) STORED;
UPDATE customers SET available = credit_limit - used;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
CREATE TABLE seen (n int GENERATED ALWAYS AS IDENTITY, at text, old_limit numeric, new_limit numeric, new_city text);
GRANT ALL ON seen TO alice, erp_owner;

-- What is computed from the protected field in a trigger or a generated column
CREATE FUNCTION compute_available() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    new.available := new.credit_limit - new.used;
    RETURN new;
END
$$;
CREATE TRIGGER compute_available BEFORE INSERT OR UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION compute_available();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000, payment_terms = 'N60', used = 500, city = 'Bremen' WHERE id = 1
    RETURNING credit_limit, available, doubled, terms_and_city;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes ORDER BY field;
RESET SESSION AUTHORIZATION;

-- What each kind of trigger meets; those that fire when the field changes do not fire
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO seen (at, old_limit, new_limit, new_city) VALUES (tg_argv[0], old.credit_limit, new.credit_limit, new.city);
    RETURN new;
END
$$;
CREATE FUNCTION see_tables() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO seen (at, old_limit, new_limit, new_city)
    SELECT tg_argv[0], o.credit_limit, n.credit_limit, n.city FROM before AS o JOIN after AS n USING (id) ORDER BY id;
    RETURN NULL;
END
$$;
CREATE TRIGGER a_before BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION see('before');
CREATE TRIGGER b_before_of BEFORE UPDATE OF credit_limit ON customers FOR EACH ROW EXECUTE FUNCTION see('before, update of');
CREATE TRIGGER c_before_when BEFORE UPDATE ON customers FOR EACH ROW WHEN (old.credit_limit IS DISTINCT FROM new.credit_limit) EXECUTE FUNCTION see('before, when changed');
CREATE TRIGGER d_after AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION see('after');
CREATE TRIGGER e_after_when AFTER UPDATE ON customers FOR EACH ROW WHEN (old.credit_limit IS DISTINCT FROM new.credit_limit) EXECUTE FUNCTION see('after, when changed');
CREATE CONSTRAINT TRIGGER f_deferred AFTER UPDATE ON customers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION see('deferred');
CREATE TRIGGER g_statement AFTER UPDATE ON customers REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION see_tables('statement');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000, city = 'Kiel' WHERE id = 1;
SELECT at, old_limit, new_limit, new_city FROM seen ORDER BY n;
TRUNCATE seen;
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 8000) ON CONFLICT (id) DO UPDATE SET credit_limit = excluded.credit_limit;
SELECT at, old_limit, new_limit, new_city FROM seen ORDER BY n;
RESET SESSION AUTHORIZATION;

-- They see the new value when it is written, once, and what is computed from it follows
TRUNCATE seen;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
RESET SESSION AUTHORIZATION;
SELECT at, old_limit, new_limit, new_city FROM seen ORDER BY n;
SELECT credit_limit, available, doubled, terms_and_city FROM customers WHERE id = 1;
DROP TRIGGER a_before ON customers;
DROP TRIGGER b_before_of ON customers;
DROP TRIGGER c_before_when ON customers;
DROP TRIGGER d_after ON customers;
DROP TRIGGER e_after_when ON customers;
DROP TRIGGER f_deferred ON customers;
DROP TRIGGER g_statement ON customers;

-- Constraints of the table check what is stored: a wish that they would refuse becomes a proposal, and is refused by submit
CREATE TABLE cities (name text PRIMARY KEY);
INSERT INTO cities VALUES ('Kiel'), ('Bonn');
ALTER TABLE customers ADD CONSTRAINT known_city FOREIGN KEY (city) REFERENCES cities,
    ADD CONSTRAINT not_overdrawn CHECK (used <= credit_limit), ADD CONSTRAINT one_account UNIQUE (bank_account);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1 WHERE id = 2;
SELECT credit_limit FROM customers WHERE id = 2;
SELECT customer_workflow.submit(proposal) FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 2}';
\echo :SQLSTATE
-- An error of another column in the same UPDATE keeps all of its fields, and nothing is proposed
SELECT customer_workflow.cancel(proposal) FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 2}';
SELECT * FROM error_of($$UPDATE customers SET credit_limit = 7000, name = NULL WHERE id = 2$$);
SELECT * FROM error_of($$UPDATE customers SET credit_limit = 7000, city = 'Atlantis' WHERE id = 2$$);
SELECT * FROM error_of($$UPDATE customers SET credit_limit = 7000, used = 3000 WHERE id = 2$$);
SELECT * FROM error_of($$UPDATE customers SET credit_limit = 7000, bank_account = 'DE01' WHERE id = 2$$);
SELECT * FROM error_of($$UPDATE customers SET credit_limit = 7000, version = 'x' WHERE id = 2$$);
SELECT * FROM error_of($$UPDATE customers SET credit_limit = 12345678901234 WHERE id = 2$$);
SELECT count(*) FROM customer_workflow.proposals WHERE record_key = '{"id": 2}' AND status <> 'cancelled';
RESET SESSION AUTHORIZATION;
