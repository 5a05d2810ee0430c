-- Options on_insert held and draft: a restore that meets the triggers is refused, and does not propose its records silently.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"on_insert": "held", "apply_as": "erp_owner"}');
-- as every script of pg_dump has it
SET row_security = off;
SELECT * FROM error_of($$INSERT INTO customers (id, name) VALUES (11, 'Kappa')$$);
SELECT customer_workflow.configure('customers', '{"on_insert": "draft"}');
SELECT * FROM error_of($$INSERT INTO customers (id, name) VALUES (11, 'Kappa')$$);
SELECT count(*) FROM customer_workflow.proposals;

-- What needs no approval is stored, and everything is in a session whose triggers are silent.
SELECT customer_workflow.configure('customers', '{"on_insert": "allow"}');
INSERT INTO customers (id, name) VALUES (11, 'Kappa');
SELECT customer_workflow.configure('customers', '{"on_insert": "held"}');
SET session_replication_role = replica;
INSERT INTO customers (id, name) VALUES (12, 'Lambda');
RESET session_replication_role;
RESET row_security;
SELECT id FROM customers WHERE id > 10 ORDER BY id;
INSERT INTO customers (id, name) VALUES (13, 'My');
SELECT count(*) FROM customer_workflow.proposals;
