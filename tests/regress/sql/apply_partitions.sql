-- Approved values are written to partitioned tables too, in whatever partition the record is by then.
\set SHOW_CONTEXT never
-- (The primary key holds the partition key, and is never held back, so that no approval moves a record.)
CREATE TABLE contracts (id int, region text, amount numeric, note text, version int DEFAULT 1, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE contracts_de PARTITION OF contracts FOR VALUES IN ('DE') PARTITION BY RANGE (id);
CREATE TABLE contracts_de_1 PARTITION OF contracts_de FOR VALUES FROM (0) TO (100);
CREATE TABLE contracts_de_2 (note text, version int DEFAULT 1, gone int, amount numeric, region text NOT NULL, id int NOT NULL);
ALTER TABLE contracts_de_2 DROP COLUMN gone;
ALTER TABLE contracts_de ATTACH PARTITION contracts_de_2 FOR VALUES FROM (100) TO (200);
CREATE TABLE contracts_at PARTITION OF contracts FOR VALUES IN ('AT');
INSERT INTO contracts VALUES (1, 'DE', 10), (101, 'DE', 10), (2, 'AT', 10);
ALTER TABLE contracts OWNER TO erp_owner;
GRANT SELECT, UPDATE ON contracts TO alice;
SELECT customer_workflow.protect('contracts', '{amount}', 'credit_managers', '{"together": "row", "bookkeeping": {"version": "old.version + 1"}}');
CREATE PROCEDURE submit_all() LANGUAGE sql AS $$
    SELECT count(*) FROM customer_workflow.submit_many((SELECT array_agg(id) FROM customer_workflow.proposals WHERE status = 'not_submitted'))
$$;
CREATE FUNCTION approve_all() RETURNS TABLE (outcome text, sqlstate text, message text) LANGUAGE sql AS $$
    SELECT outcome, sqlstate, message FROM customer_workflow.approve_many((SELECT array_agg(proposal ORDER BY proposal) FROM customer_workflow.my_work_items))
$$;

-- Records of several partitions, of which one has its columns in another order
SET SESSION AUTHORIZATION alice;
UPDATE contracts SET amount = 20, note = 'new';
CALL submit_all();
SET SESSION AUTHORIZATION bob;
SELECT * FROM approve_all();
RESET SESSION AUTHORIZATION;
SELECT tableoid::regclass, * FROM contracts ORDER BY id;

-- The record moves while its change waits; the proposal follows its key, and is written where the record is.
SET SESSION AUTHORIZATION alice;
UPDATE contracts SET amount = 30 WHERE id IN (1, 101);
CALL submit_all();
RESET SESSION AUTHORIZATION;
UPDATE contracts SET region = 'AT' WHERE id = 1;
UPDATE contracts SET id = 50 WHERE id = 101;
SET SESSION AUTHORIZATION bob;
SELECT record_key FROM customer_workflow.my_work_items ORDER BY 1;
SELECT * FROM approve_all();
RESET SESSION AUTHORIZATION;
SELECT tableoid::regclass, * FROM contracts ORDER BY id;

-- A trigger of one partition that changes the value there
CREATE FUNCTION rounds() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.amount := round(new.amount, -1); RETURN new; END $$;
CREATE TRIGGER rounds BEFORE UPDATE ON contracts_at FOR EACH ROW EXECUTE FUNCTION rounds();
SET SESSION AUTHORIZATION alice;
UPDATE contracts SET amount = 44;
CALL submit_all();
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', (SELECT max(id) FROM customer_workflow.proposals WHERE record_key ->> 'region' = 'AT')));
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('contracts', '{"validate_on_submit": false}');
SET SESSION AUTHORIZATION alice;
CALL submit_all();
SET SESSION AUTHORIZATION bob;
SELECT * FROM approve_all();
RESET SESSION AUTHORIZATION;
SELECT tableoid::regclass, id, amount FROM contracts ORDER BY id;
