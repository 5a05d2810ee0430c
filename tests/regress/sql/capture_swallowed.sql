-- Capture: rows that another trigger swallows (returns NULL for) are not proposed, unless it may have taken them for unchanged.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
CREATE VIEW changes AS SELECT record_key, status, string_agg(field || ' ' || coalesce(proposed_value, 'null'), ', ' ORDER BY field) AS changes
  FROM customer_workflow.proposed_changes GROUP BY proposal, record_key, status ORDER BY proposal;
GRANT SELECT ON changes TO PUBLIC;

-- A trigger forbids changes of one record by swallowing them
CREATE FUNCTION locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF old.id = 2 THEN
        RETURN NULL;
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER locked BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION locked();
SET SESSION AUTHORIZATION alice;
\set QUIET off
UPDATE customers SET credit_limit = 5000, city = 'Kiel' WHERE id < 3;
UPDATE customers SET credit_limit = 5000, city = 'Kiel' WHERE id = 2;
\set QUIET on
SELECT * FROM changes;
SELECT id, city FROM customers ORDER BY id;
-- one with a name before ours swallows in time, whatever the UPDATE sets
RESET SESSION AUTHORIZATION;
ALTER TRIGGER locked ON customers RENAME TO " locked";
SET SESSION AUTHORIZATION alice;
\set QUIET off
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
\set QUIET on
SELECT * FROM changes WHERE record_key = '{"id": 2}';
RESET SESSION AUTHORIZATION;
DROP TRIGGER " locked" ON customers;

-- PostgreSQL's own trigger against redundant updates: the row that it sees is unchanged, the wish is not lost
CREATE TRIGGER z_min_update BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
SET SESSION AUTHORIZATION alice;
\set QUIET off
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
UPDATE customers SET credit_limit = 6000, payment_terms = 'N60' WHERE id > 1;
UPDATE customers SET credit_limit = credit_limit;
UPDATE customers SET city = 'Ulm', credit_limit = 6100 WHERE id = 3;
\set QUIET on
SELECT * FROM changes;
SELECT customer_workflow.propose('customers', '{"id": 1}', '{"payment_terms": "N90"}') AS proposal;
SELECT * FROM error_of($$SELECT customer_workflow.propose('customers', '{"id": 99}', '{"payment_terms": "N90"}')$$);
-- … and is written when it is approved
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 2}';
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
SELECT credit_limit, payment_terms FROM customers WHERE id = 2;
RESET SESSION AUTHORIZATION;
DROP TRIGGER z_min_update ON customers;
-- … or one that people write
CREATE FUNCTION same() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new IS NOT DISTINCT FROM old THEN
        RETURN NULL;
    END IF;
    new.version := old.version + 1;
    RETURN new;
END
$$;
CREATE TRIGGER same BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION same();
SET SESSION AUTHORIZATION alice;
\set QUIET off
UPDATE customers SET credit_limit = 7000 WHERE id = 2;
UPDATE customers SET credit_limit = 7000, city = 'Hof' WHERE id = 2;
\set QUIET on
SELECT * FROM changes WHERE record_key = '{"id": 2}';
RESET SESSION AUTHORIZATION;
DROP TRIGGER same ON customers;

-- What a trigger would swallow cannot be submitted
CREATE TRIGGER locked BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION locked();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7100 WHERE id = 2;
SELECT * FROM error_of($$SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 2}' AND status = 'not_submitted'$$);
RESET SESSION AUTHORIZATION;

-- Row movement: a trigger that keeps the row where it is, one that lets it vanish
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int, region text, v int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE accounts_de PARTITION OF accounts FOR VALUES IN ('de');
CREATE TABLE accounts_at PARTITION OF accounts FOR VALUES IN ('at');
INSERT INTO accounts VALUES (1, 'de', 1), (2, 'de', 2), (3, 'de', 3);
SELECT customer_workflow.protect('accounts', '{v}', 'credit_managers');
GRANT ALL ON accounts TO alice;
CREATE FUNCTION crm.nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER stay BEFORE DELETE ON accounts_de FOR EACH ROW EXECUTE FUNCTION crm.nothing();
SET SESSION AUTHORIZATION alice;
SET customer_workflow.notices = off;
UPDATE accounts SET v = 10 WHERE id = 1;
UPDATE accounts SET region = 'at' WHERE id = 1;
UPDATE accounts SET region = 'at', v = 20 WHERE id = 2;
SELECT * FROM changes WHERE record_key ? 'region';
SELECT * FROM accounts ORDER BY id;
SET SESSION AUTHORIZATION erp_owner;
DROP TRIGGER stay ON accounts_de;
CREATE TRIGGER vanish BEFORE INSERT ON accounts_at FOR EACH ROW EXECUTE FUNCTION crm.nothing();
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET region = 'at' WHERE id = 1;
UPDATE accounts SET region = 'at', v = 20 WHERE id = 3;
SELECT * FROM changes WHERE record_key ? 'region';
SELECT * FROM accounts ORDER BY id;
RESET SESSION AUTHORIZATION;

-- An UPDATE that moves a row and fails leaves nothing behind that the next INSERT meets
SET SESSION AUTHORIZATION erp_owner;
DROP TRIGGER vanish ON accounts_at;
CREATE FUNCTION crm.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'stay here'; END $$;
CREATE TRIGGER refuse BEFORE DELETE ON accounts_de FOR EACH ROW EXECUTE FUNCTION crm.refuse();
SET SESSION AUTHORIZATION alice;
DO $$
BEGIN
    UPDATE accounts SET region = 'at' WHERE id = 2;
EXCEPTION WHEN raise_exception THEN
    INSERT INTO accounts VALUES (2, 'at', 222);
END
$$;
SELECT * FROM accounts ORDER BY id;
SELECT * FROM changes WHERE record_key ? 'region';
RESET SESSION AUTHORIZATION;
