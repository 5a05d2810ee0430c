-- Promise 1 (no way around): partitions carry the protection of their root; what it takes to create and delete records is asked of partitions, too.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE FUNCTION raise_amount() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.amount := 1000000; RETURN new; END $$;
CREATE TABLE stock (id int, region text, amount numeric, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE stock_eu PARTITION OF stock FOR VALUES IN ('eu');
CREATE TABLE stock_us PARTITION OF stock FOR VALUES IN ('us', 'ca') PARTITION BY LIST (region);
CREATE TABLE stock_us_us PARTITION OF stock_us FOR VALUES IN ('us');
SELECT customer_workflow.protect('stock', '{amount}', 'credit_managers');
INSERT INTO stock VALUES (1, 'eu', 10), (2, 'us', 20);

SELECT s AS statement, e.value AS error
  FROM unnest(ARRAY[
    'ALTER TABLE stock_eu DISABLE TRIGGER USER',
    'ALTER TABLE stock_us_us DISABLE TRIGGER "!customer_workflow_first"',
    'ALTER TABLE ONLY stock DISABLE TRIGGER "~~~customer_workflow_last"',
    'DROP TRIGGER "~~~customer_workflow_truncate" ON stock_eu',
    'CREATE TRIGGER "~~~~" BEFORE UPDATE ON stock_us_us FOR EACH ROW EXECUTE FUNCTION raise_amount()',
    'CREATE TRIGGER "~~~customer_workflow_n" BEFORE INSERT ON stock_us_us FOR EACH ROW EXECUTE FUNCTION raise_amount()',
    'CREATE TRIGGER "~~~~" BEFORE UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION raise_amount()',
    'CREATE RULE none AS ON UPDATE TO stock_eu DO INSTEAD NOTHING',
    'ALTER TABLE stock_eu OWNER TO erp_owner']) AS s
 CROSS JOIN LATERAL error_of(s) AS e WHERE e.field IN ('message', 'none');
-- A trigger of a table that is attached counts as well
CREATE TABLE stock_asia (id int NOT NULL, region text NOT NULL, amount numeric);
CREATE TRIGGER "~~~~" BEFORE UPDATE ON stock_asia FOR EACH ROW EXECUTE FUNCTION raise_amount();
SELECT * FROM error_of('ALTER TABLE stock ATTACH PARTITION stock_asia FOR VALUES IN (''jp'')');
ALTER TABLE stock_asia DISABLE TRIGGER "~~~~";
ALTER TABLE stock ATTACH PARTITION stock_asia FOR VALUES IN ('jp');
SELECT field, value FROM error_of('ALTER TABLE stock_asia ENABLE TRIGGER "~~~~"') WHERE field = 'message';
SELECT field, value FROM error_of('ALTER TABLE stock_asia ENABLE TRIGGER ALL') WHERE field = 'message';
DROP TRIGGER "~~~~" ON stock_asia;
SELECT * FROM customer_workflow.verify_protection();

-- Partitions come and go while creating and deleting need no approval
CREATE TABLE stock_ch (LIKE stock);
INSERT INTO stock_ch VALUES (3, 'ch', 30);
ALTER TABLE stock ATTACH PARTITION stock_ch FOR VALUES IN ('ch');
ALTER TABLE stock DETACH PARTITION stock_ch;
DROP TABLE stock_ch;
-- and with these options the empty ones
SELECT customer_workflow.configure('stock', '{"on_insert": "held", "on_delete": "propose"}');
CREATE TABLE stock_ch (LIKE stock);
ALTER TABLE stock ATTACH PARTITION stock_ch FOR VALUES IN ('ch');
ALTER TABLE stock DETACH PARTITION stock_ch;
INSERT INTO stock_ch VALUES (3, 'ch', 30);
SELECT * FROM error_of('ALTER TABLE stock ATTACH PARTITION stock_ch FOR VALUES IN (''ch'')');
SELECT * FROM error_of('ALTER TABLE stock DETACH PARTITION stock_eu');
SELECT field, value FROM error_of('ALTER TABLE stock DETACH PARTITION stock_us') WHERE field = 'message';
SELECT * FROM error_of('DROP TABLE stock_eu');
BEGIN;
SELECT customer_workflow.begin_maintenance('{stock}', 'Switzerland');
ALTER TABLE stock ATTACH PARTITION stock_ch FOR VALUES IN ('ch');
DROP TABLE stock_eu;
COMMIT;
SELECT id, region FROM stock ORDER BY id;
SELECT * FROM customer_workflow.verify_protection();

-- The whole goes in maintenance
BEGIN;
SELECT customer_workflow.begin_maintenance('{stock}', 'gone');
DROP TABLE stock;
COMMIT;
