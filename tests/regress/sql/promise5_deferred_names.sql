-- Promise 5: deferred constraints are found also where the table's owner may not go, and where another constraint has the same name.
\set SHOW_CONTEXT never
ALTER TABLE customers ADD code text UNIQUE;
UPDATE customers SET code = 'c' || id;
CREATE SCHEMA billing;  -- neither erp_owner nor alice may use it
CREATE TABLE billing.invoices (id int PRIMARY KEY, code text CONSTRAINT billed REFERENCES customers (code) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE billing.reminders (id int, code text CONSTRAINT billed REFERENCES customers (code));
CREATE TABLE billing.notes (id int CONSTRAINT billed CHECK (id > 0));
INSERT INTO billing.invoices VALUES (1, 'c1');
SELECT customer_workflow.protect('customers', '{code}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET code = 'k' || id WHERE id IN (1, 2);
SELECT outcome, sqlstate, message FROM customer_workflow.submit_many((SELECT array_agg(id ORDER BY id) FROM customer_workflow.proposals));

-- The invoice goes, so that the change can be submitted; and comes back before it is approved.
RESET SESSION AUTHORIZATION;
DELETE FROM billing.invoices;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
RESET SESSION AUTHORIZATION;
INSERT INTO billing.invoices VALUES (2, 'c1');
SET SESSION AUTHORIZATION bob;
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many((SELECT array_agg(proposal ORDER BY proposal) FROM customer_workflow.my_work_items));
SELECT id, code FROM customers ORDER BY id;
