-- Options on_insert, on_delete and new_records by company: the record's company decides, also in one bulk statement over several
\set SHOW_CONTEXT never
ALTER TABLE customers ADD COLUMN company text NOT NULL DEFAULT 'DE';
SET client_min_messages = warning;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{company,name,credit_limit}', 'credit_managers', '{"company_column": "company"}');
SELECT customer_workflow.configure('customers', '{"on_insert": "held", "on_delete": "propose"}', 'FR');
SELECT customer_workflow.configure('customers', '{"on_insert": "draft"}', 'IT');
SELECT customer_workflow.configure('customers', '{"new_records": "transaction"}', 'DE');
CREATE FUNCTION crm.have() RETURNS TABLE (id bigint, company text, name text, credit_limit numeric) LANGUAGE sql SECURITY DEFINER AS
    'SELECT c.id, c.company, c.name, c.credit_limit FROM public.customers AS c WHERE c.id > 3 ORDER BY c.id';
CREATE VIEW crm.waiting AS SELECT r.record_key, r.operation FROM customer_workflow.pending_records AS r ORDER BY r.record_key, r.operation;
GRANT SELECT ON crm.waiting TO PUBLIC;
SET client_min_messages = notice;

-- one INSERT, four companies: what has no rule of its own is stored
SET SESSION AUTHORIZATION alice;
INSERT INTO customers (id, company, name, credit_limit) VALUES
    (10, 'DE', 'Stahl', 10), (11, 'FR', 'Acier', 11), (12, 'IT', 'Acciaio', 12), (13, 'ES', 'Acero', 13), (14, 'FR', 'Fonte', 14) RETURNING id;
SELECT * FROM crm.have();
TABLE crm.waiting;
-- COPY
COPY customers (id, company, name, credit_limit) FROM stdin;
15	DE	Blech	15
16	FR	Tole	16
\.
SELECT * FROM crm.have() WHERE id > 14;
-- one DELETE
DELETE FROM customers WHERE id IN (10, 12, 13);
SELECT id, company FROM crm.have();
SELECT outcome, count(*) FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted')) GROUP BY outcome;
SET SESSION AUTHORIZATION bob;
SELECT outcome, count(*) FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items)) GROUP BY outcome;
SELECT * FROM crm.have();
SET SESSION AUTHORIZATION alice;
DELETE FROM customers WHERE id > 3;
SELECT id, company FROM crm.have();
-- explicitly: where deleting needs no approval there is nothing to propose
SELECT customer_workflow.propose_delete('customers', '{"id": 11}') > 0 AS again;
SELECT * FROM error_of($$SELECT customer_workflow.propose_delete('customers', '{"id": 1}')$$);
-- what is held of one company is not truncated for another
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM error_of('TRUNCATE customers');

-- Only DE's new records may be completed by the transaction that inserted them, and not by taking them to a company that has a say in what comes
SET SESSION AUTHORIZATION alice;
BEGIN;
INSERT INTO customers (id, company, name) VALUES (20, 'DE', 'Neu'), (21, 'ES', 'Nuevo');
UPDATE customers SET credit_limit = 99 WHERE id IN (20, 21) RETURNING id, credit_limit;
UPDATE customers SET company = 'FR', credit_limit = 100 WHERE id = 20 RETURNING company, credit_limit;
UPDATE customers SET company = 'IT' WHERE id = 20 RETURNING company;
UPDATE customers SET credit_limit = 101 WHERE id = 20 RETURNING company, credit_limit;
COMMIT;
SELECT * FROM crm.have() WHERE id > 19;
-- where it has no say, it may, if there too new records may be completed
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"new_records": "transaction"}', 'ES');
SET SESSION AUTHORIZATION alice;
BEGIN;
INSERT INTO customers (id, company, name) VALUES (22, 'DE', 'Neu');
UPDATE customers SET company = 'ES', credit_limit = 100 WHERE id = 22 RETURNING company, credit_limit;
ROLLBACK;
-- a stored record does not come to a company by being moved there, nor leave one in order to be deleted
BEGIN;
UPDATE customers SET company = 'DE' WHERE id = 11 RETURNING company;
DELETE FROM customers WHERE id = 11;
ROLLBACK;

-- revert(): by the company that the deleted record had
SET SESSION AUTHORIZATION bob;
SELECT outcome, count(*) FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items)) GROUP BY outcome;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 11}' AND operation = 'delete' AND status = 'not_submitted';
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items WHERE record_key = '{"id": 11}';
SELECT count(*) FROM crm.have() WHERE id = 11;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.revert(id) > id AS made FROM customer_workflow.proposals WHERE record_key = '{"id": 11}' AND operation = 'delete' AND status = 'applied';
TABLE crm.waiting;

-- the triggers come with the first company that needs them, and go with the last
SET SESSION AUTHORIZATION erp_owner;
SELECT array_agg(tgname ORDER BY tgname) FROM pg_trigger WHERE tgrelid = 'customers'::regclass AND tgname ~ 'insert|remove';
SELECT customer_workflow.configure('customers', '{"on_insert": null, "on_delete": null}', 'FR');
SELECT customer_workflow.configure('customers', '{"on_insert": "allow"}', 'IT');
SELECT array_agg(tgname ORDER BY tgname) FROM pg_trigger WHERE tgrelid = 'customers'::regclass AND tgname ~ 'insert|remove';
SELECT customer_workflow.configure('customers', '{"new_records": null}', 'DE'), customer_workflow.configure('customers', '{"new_records": null}', 'ES');
SELECT array_agg(tgname ORDER BY tgname) FROM pg_trigger WHERE tgrelid = 'customers'::regclass AND tgname ~ 'insert|remove';
-- a company may be freer than the table
SELECT customer_workflow.configure('customers', '{"on_insert": "held", "on_delete": "propose"}');
SELECT customer_workflow.protect('customers', '{name}', options => '{"on_insert": "allow", "on_delete": "allow"}', company => 'ES');
SET SESSION AUTHORIZATION alice;
INSERT INTO customers (id, company, name) VALUES (30, 'ES', 'Libre'), (31, 'DE', 'Zu'), (32, 'PT', 'Novo');
SELECT id FROM crm.have() WHERE id > 29;
DELETE FROM customers WHERE id IN (1, 30);
SELECT id FROM crm.have() WHERE id > 29;
-- the disabled company, and the one whose rows nobody may write for it
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('customers', company => 'DE');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of($$SELECT customer_workflow.propose_delete('customers', '{"id": 1}')$$);
INSERT INTO customers (id, company, name) VALUES (33, 'DE', 'Auf');
SET SESSION AUTHORIZATION erp_owner;
SELECT record_key, field, reason FROM customer_workflow.direct_changes WHERE record_key = '{"id": 33}' ORDER BY field;
