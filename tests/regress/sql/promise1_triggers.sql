-- Promise 1, no way around: what triggers and foreign keys write.
SET customer_workflow.notices = off;
UPDATE customers SET credit_limit = id * 1000;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');

-- What is stored and what is proposed after a path was tried; then all is cancelled, for the next one.
CREATE FUNCTION outcome() RETURNS TABLE (customer bigint, stored numeric, city text, proposed text)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
        SELECT c.id, c.credit_limit, c.city, string_agg(p.field || ' ' || p.proposed_value, ', ' ORDER BY p.field)
          FROM customers AS c LEFT JOIN customer_workflow.proposed_changes AS p
            ON p.record_key = jsonb_build_object('id', c.id) AND p.status = 'not_submitted'
         GROUP BY c.id HAVING count(p) > 0 OR c.credit_limit IS DISTINCT FROM c.id * 1000 ORDER BY c.id;
    PERFORM customer_workflow.cancel_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted'));
END
$$;

-- A BEFORE trigger that assigns the field, while the statement writes another one
CREATE FUNCTION raise_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    new.credit_limit := 7000;
    RETURN new;
END
$$;
CREATE TRIGGER raise_limit BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION raise_limit();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET city = 'Bremen' WHERE id = 1;
SELECT * FROM outcome();
-- … or the same one: then what the statement says is proposed
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT * FROM outcome();
-- … or another protected one
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;
DROP TRIGGER raise_limit ON customers;

-- One with a name before ours, one just before the last of ours, one only for this column
CREATE TRIGGER " !" BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION raise_limit();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET city = 'Bremen' WHERE id = 1;
UPDATE customers SET payment_terms = 'N60' WHERE id = 2;
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;
DROP TRIGGER " !" ON customers;
CREATE TRIGGER "~~~customer_workflow" BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION raise_limit();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET city = 'Bremen' WHERE id = 1;
UPDATE customers SET payment_terms = 'N60' WHERE id = 2;
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;
DROP TRIGGER "~~~customer_workflow" ON customers;
CREATE TRIGGER raise_limit BEFORE UPDATE OF name ON customers FOR EACH ROW WHEN (new.name <> old.name) EXECUTE FUNCTION raise_limit();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET name = 'Alpha Ltd' WHERE id = 1;
SELECT * FROM outcome();
-- … in a statement that INSERTs as well
INSERT INTO customers (id, name, credit_limit) VALUES (1, 'Alpha', 0) ON CONFLICT (id) DO UPDATE SET name = excluded.name;
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;
DROP TRIGGER raise_limit ON customers;

-- A BEFORE trigger that assigns it on INSERT and UPDATE: the new record has it, the old one keeps its own
CREATE TRIGGER raise_limit BEFORE INSERT OR UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION raise_limit();
SET SESSION AUTHORIZATION alice;
INSERT INTO customers (id, name) VALUES (1, 'Alpha'), (7, 'Eta') ON CONFLICT (id) DO UPDATE SET city = 'Bremen';
SELECT * FROM outcome();
SELECT id, credit_limit FROM customers WHERE id = 7;
RESET SESSION AUTHORIZATION;
DROP TRIGGER raise_limit ON customers;

-- An AFTER trigger that updates the row again: its wish is the later one
CREATE FUNCTION update_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 THEN
        UPDATE customers SET credit_limit = 8000 WHERE id = new.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER update_again AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION update_again();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
UPDATE customers SET city = 'Bonn' WHERE id = 1;
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;
DROP TRIGGER update_again ON customers;

-- An AFTER trigger for the whole statement
CREATE FUNCTION update_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 THEN
        UPDATE customers AS c SET credit_limit = 7000 FROM changed WHERE changed.id = c.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER update_all AFTER UPDATE ON customers REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION update_all();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET city = 'Bonn' WHERE id < 3;
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;
DROP TRIGGER update_all ON customers;

-- A BEFORE trigger that updates another record, and one that does so when a record is inserted or deleted
CREATE FUNCTION update_other() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 THEN
        UPDATE customers SET credit_limit = 7000 WHERE id = 2;
    END IF;
    RETURN coalesce(new, old);
END
$$;
CREATE TRIGGER update_other BEFORE INSERT OR UPDATE OR DELETE ON customers FOR EACH ROW EXECUTE FUNCTION update_other();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET city = 'Berlin', credit_limit = 8000 WHERE id = 1;
SELECT * FROM outcome();
INSERT INTO customers (id, name, credit_limit) VALUES (5, 'Epsilon', 5000);
SELECT * FROM outcome();
DELETE FROM customers WHERE id = 5;
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;
DROP TRIGGER update_other ON customers;

-- Triggers on another table: with the rights of the table's owner, which catch every exception, or at commit
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE crm.orders (customer bigint, amount numeric);
GRANT ALL ON crm.orders TO alice;
CREATE FUNCTION crm.order_raises_limit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE customers SET credit_limit = credit_limit + new.amount WHERE id = new.customer;
    RETURN new;
EXCEPTION WHEN others THEN
    RETURN NULL;
END
$$;
CREATE TRIGGER raise_limit BEFORE INSERT ON crm.orders FOR EACH ROW EXECUTE FUNCTION crm.order_raises_limit();
SET SESSION AUTHORIZATION alice;
INSERT INTO crm.orders VALUES (1, 10), (2, 20);
SELECT * FROM outcome();
SET SESSION AUTHORIZATION erp_owner;
DROP TRIGGER raise_limit ON crm.orders;
CREATE CONSTRAINT TRIGGER raise_limit AFTER INSERT ON crm.orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION crm.order_raises_limit();
SET SESSION AUTHORIZATION alice;
BEGIN;
INSERT INTO crm.orders VALUES (1, 10), (2, 20);
SELECT * FROM outcome();
COMMIT;
SELECT * FROM outcome();
-- … and when the transaction is prepared
BEGIN;
INSERT INTO crm.orders VALUES (1, 10);
PREPARE TRANSACTION 'promise1_triggers';
COMMIT PREPARED 'promise1_triggers';
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;

-- A foreign key that cascades into another field; a trigger there assigns the protected one
CREATE TABLE countries (code text PRIMARY KEY);
INSERT INTO countries VALUES ('DE');
GRANT ALL ON countries TO alice;
ALTER TABLE customers ADD FOREIGN KEY (country) REFERENCES countries ON UPDATE CASCADE ON DELETE SET DEFAULT;
SET SESSION AUTHORIZATION alice;
UPDATE countries SET code = 'AT';
SELECT * FROM outcome();
SELECT DISTINCT country FROM customers;
RESET SESSION AUTHORIZATION;
CREATE TRIGGER raise_limit BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION raise_limit();
SET SESSION AUTHORIZATION alice;
UPDATE countries SET code = 'CH';
SELECT * FROM outcome();
SELECT DISTINCT country FROM customers;
RESET SESSION AUTHORIZATION;
