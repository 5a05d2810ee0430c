-- Promise 1 (no way around): partitions that are attached later are guarded as well, and those that are detached no more.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE regions (code text PRIMARY KEY);
INSERT INTO regions VALUES ('A'), ('B'), ('C');
CREATE TABLE stock (id int, region text, amount numeric, place text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE stock_eu PARTITION OF stock FOR VALUES IN ('eu');
CREATE TABLE stock_us PARTITION OF stock FOR VALUES IN ('us', 'ca') PARTITION BY LIST (region);
CREATE TABLE stock_us_us PARTITION OF stock_us FOR VALUES IN ('us');
SELECT customer_workflow.protect('stock', '{amount}', 'credit_managers');
SELECT customer_workflow.protect('stock', '{place}');
CREATE VIEW guarded AS
    SELECT t.tgrelid::regclass AS relation, string_agg(t.tgname, ' ' ORDER BY t.tgname) AS triggers
      FROM pg_trigger AS t WHERE t.tgname ~ 'customer_workflow' GROUP BY t.tgrelid ORDER BY 1;
SELECT * FROM guarded;

-- Created and attached, with columns in another order, and with partitions of their own
CREATE TABLE stock_us_ca PARTITION OF stock_us FOR VALUES IN ('ca');
CREATE TABLE stock_asia (place text, amount numeric, region text NOT NULL, id int NOT NULL) PARTITION BY LIST (region);
CREATE TABLE stock_asia_jp PARTITION OF stock_asia FOR VALUES IN ('jp');
ALTER TABLE stock ATTACH PARTITION stock_asia FOR VALUES IN ('jp', 'kr');
SELECT * FROM guarded WHERE relation::text ~ 'ca|asia';
SET client_min_messages = warning;
INSERT INTO stock VALUES (1, 'eu', 10, 'A'), (2, 'jp', 10, 'B');
UPDATE stock SET amount = 20, place = 'C';
UPDATE stock_asia_jp SET amount = 30;
RESET client_min_messages;
SELECT id, region, amount, place FROM stock ORDER BY id;
SELECT record_key, status FROM customer_workflow.proposals ORDER BY id;

-- A foreign key with an action cannot come in through a partition
ALTER TABLE stock_eu ADD FOREIGN KEY (place) REFERENCES regions ON DELETE SET NULL;
\echo :SQLSTATE
CREATE TABLE stock_ch PARTITION OF stock (FOREIGN KEY (place) REFERENCES regions ON UPDATE CASCADE) FOR VALUES IN ('ch');
\echo :SQLSTATE
CREATE TABLE stock_ch (LIKE stock, FOREIGN KEY (place) REFERENCES regions ON UPDATE CASCADE);
ALTER TABLE stock ATTACH PARTITION stock_ch FOR VALUES IN ('ch');
\echo :SQLSTATE
ALTER TABLE stock ADD FOREIGN KEY (place) REFERENCES regions;
\echo :SQLSTATE

-- A rename reaches all of them
ALTER TABLE stock RENAME amount TO quantity;
SELECT DISTINCT field FROM customer_workflow.proposed_changes ORDER BY field;

-- Detached, a partition is an ordinary table
ALTER TABLE stock DETACH PARTITION stock_asia;
SELECT * FROM guarded;
UPDATE stock_asia SET quantity = 40;
TRUNCATE stock_asia;

-- Without protection nothing is left anywhere
SELECT customer_workflow.unprotect('stock', '{*}', true);
SELECT * FROM guarded;
