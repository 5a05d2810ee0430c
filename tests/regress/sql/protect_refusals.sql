-- Promise 8 (fails closed): protect() refuses what could not be held back soundly, with 0A000 and a hint, and writes nothing.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
GRANT CREATE ON SCHEMA public TO erp_owner;
-- PostgreSQL 18 has generated columns that are not stored
SELECT CASE WHEN current_setting('server_version_num')::int >= 180000 THEN 'VIRTUAL' ELSE 'STORED' END AS virtual \gset
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE countries (code text PRIMARY KEY);
CREATE TABLE suppliers (
    id int PRIMARY KEY,
    number int GENERATED ALWAYS AS IDENTITY,
    net numeric,
    gross numeric GENERATED ALWAYS AS (net * 1.2) STORED,
    tax numeric GENERATED ALWAYS AS (net * 0.2) :virtual,
    on_update_cascade text REFERENCES countries ON UPDATE CASCADE,
    on_update_null text REFERENCES countries ON UPDATE SET NULL,
    on_update_default text REFERENCES countries ON UPDATE SET DEFAULT,
    on_delete_cascade text REFERENCES countries ON DELETE CASCADE,
    on_delete_null text REFERENCES countries ON DELETE SET NULL,
    on_delete_default text REFERENCES countries ON DELETE SET DEFAULT,
    no_action text REFERENCES countries,
    restricted text REFERENCES countries ON UPDATE RESTRICT ON DELETE RESTRICT,
    plan pg_node_tree
);

-- Columns whose values nobody sets
SELECT customer_workflow.protect('suppliers', '{gross}', 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.protect('suppliers', '{tax}', 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.protect('suppliers', '{number}', 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.protect('suppliers', '{xmin}', 'credit_managers');
\echo :SQLSTATE

-- The primary key, by which a proposal finds its record
SELECT customer_workflow.protect('suppliers', '{id}', 'credit_managers');
\echo :SQLSTATE

-- Columns that a foreign key's action writes: holding that back would commit a broken key
SELECT customer_workflow.protect('suppliers', '{on_update_cascade}', 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.protect('suppliers', '{on_update_null}', 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.protect('suppliers', '{on_update_default}', 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.protect('suppliers', '{on_delete_cascade}', 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.protect('suppliers', '{on_delete_null}', 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.protect('suppliers', '{on_delete_default}', 'credit_managers');
\echo :SQLSTATE

-- A type that cannot be read back from text
SELECT customer_workflow.protect('suppliers', '{plan}', 'credit_managers');
\echo :SQLSTATE

-- Columns that do not exist, and no columns
SELECT customer_workflow.protect('suppliers', '{net, nett}', 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.protect('suppliers', '{}', 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.protect('suppliers', NULL, 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.protect('suppliers', '{net, NULL}', 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.protect(NULL, '{net}', 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.protect(4294967295::oid::regclass, '{net}', 'credit_managers');
\echo :SQLSTATE

-- Companions, and rows held whole, must be sound as well
SELECT customer_workflow.protect('suppliers', '{net}', 'credit_managers', '{"companions": {"net": ["on_update_null"]}}');
\echo :SQLSTATE
SELECT customer_workflow.protect('suppliers', '{net}', 'credit_managers', '{"companions": {"net": ["gross"]}}');
\echo :SQLSTATE
SELECT customer_workflow.protect('suppliers', '{net}', 'credit_managers', '{"companions": {"net": ["id"]}}');
\echo :SQLSTATE
SELECT customer_workflow.protect('suppliers', '{net}', 'credit_managers', '{"together": "row"}');
\echo :SQLSTATE

-- Nothing was written by all that; foreign keys without such actions are fine
SELECT count(*) FROM customer_workflow.protected_fields;
SELECT customer_workflow.protect('suppliers', '{net, no_action, restricted}', 'credit_managers');
SELECT field FROM customer_workflow.protected_fields ORDER BY field;

-- Protecting again changes nothing, and what is refused leaves the rest protected
SELECT customer_workflow.protect('suppliers', '{net}');
SELECT customer_workflow.protect('suppliers', '{net, id}');
\echo :SQLSTATE
SELECT field FROM customer_workflow.protected_fields ORDER BY field;

-- Relations that are not ordinary or partitioned tables
CREATE VIEW supplier_list AS SELECT id, net FROM suppliers;
SELECT customer_workflow.protect('supplier_list', '{net}');
\echo :SQLSTATE
CREATE MATERIALIZED VIEW supplier_copy AS SELECT id, net FROM suppliers;
SELECT customer_workflow.protect('supplier_copy', '{net}');
\echo :SQLSTATE
CREATE TEMPORARY TABLE scratch (id int PRIMARY KEY, net numeric);
SELECT customer_workflow.protect('scratch', '{net}');
\echo :SQLSTATE
CREATE SEQUENCE counter;
SELECT customer_workflow.protect('counter', '{last_value}');
\echo :SQLSTATE
CREATE TABLE keyless (net numeric);
SELECT customer_workflow.protect('keyless', '{net}');
\echo :SQLSTATE
RESET SESSION AUTHORIZATION;
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE remote (id int, net numeric) SERVER elsewhere;
SELECT customer_workflow.protect('remote', '{net}');
\echo :SQLSTATE
SELECT customer_workflow.protect('pg_class', '{relname}');
\echo :SQLSTATE
SELECT customer_workflow.protect('information_schema.sql_features', '{feature_name}');
\echo :SQLSTATE
SELECT customer_workflow.protect('customer_workflow.proposal', '{status}');
\echo :SQLSTATE
SET SESSION AUTHORIZATION erp_owner;

-- Inheritance shares columns in a way that triggers do not follow
CREATE TABLE parent (id int PRIMARY KEY, net numeric);
CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
SELECT customer_workflow.protect('parent', '{net}');
\echo :SQLSTATE
SELECT customer_workflow.protect('child', '{net}');
\echo :SQLSTATE

-- Of a partitioned table the root is protected; foreign keys of its partitions count
CREATE TABLE stock (id int PRIMARY KEY, amount numeric, place text) PARTITION BY RANGE (id);
CREATE TABLE stock_1 PARTITION OF stock FOR VALUES FROM (1) TO (100) PARTITION BY RANGE (id);
CREATE TABLE stock_1_1 PARTITION OF stock_1 FOR VALUES FROM (1) TO (10);
ALTER TABLE stock_1_1 ADD FOREIGN KEY (place) REFERENCES countries ON DELETE SET NULL;
SELECT customer_workflow.protect('stock_1', '{amount}');
\echo :SQLSTATE
SELECT customer_workflow.protect('stock_1_1', '{amount}');
\echo :SQLSTATE
SELECT customer_workflow.protect('stock', '{place}');
\echo :SQLSTATE
SELECT customer_workflow.protect('stock', '{amount}', 'credit_managers');

-- A superuser's table: approved values would be written as a superuser, so it takes a role to write them as
RESET SESSION AUTHORIZATION;
CREATE TABLE rates (id int PRIMARY KEY, rate numeric);
SELECT customer_workflow.protect('rates', '{rate}', 'credit_managers');
\echo :SQLSTATE
SELECT customer_workflow.protect('rates', '{rate}', 'credit_managers', '{"apply_as": "nobody_at_all"}');
\echo :SQLSTATE
SELECT customer_workflow.protect('rates', '{rate}', 'credit_managers', format('{"apply_as": "%s"}', current_user)::jsonb);
\echo :SQLSTATE
SELECT customer_workflow.protect('rates', '{rate}', 'credit_managers', '{"apply_as": "erp_owner"}');
\echo :SQLSTATE
GRANT SELECT, UPDATE ON rates TO erp_owner;
SELECT customer_workflow.protect('rates', '{rate}', 'credit_managers', '{"apply_as": "erp_owner"}');

-- It stays so whenever the configuration changes
SELECT customer_workflow.configure('rates', '{"apply_as": null}');
\echo :SQLSTATE
REVOKE UPDATE ON rates FROM erp_owner;
SELECT customer_workflow.configure('rates', '{"overlap": "reject"}');
\echo :SQLSTATE

-- A table with a rule ON UPDATE: what it writes could not be compared with what was approved
CREATE TABLE ruled (id int PRIMARY KEY, v int);
CREATE RULE doubled AS ON UPDATE TO ruled DO ALSO SELECT 1;
SELECT customer_workflow.protect('ruled', '{v}', 'credit_managers', '{"apply_as": "erp_owner"}');
\echo :SQLSTATE
