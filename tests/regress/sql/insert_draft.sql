-- Option on_insert draft: an INSERT stores the record, which is pending until a second person approves it.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers', '{"on_insert": "draft"}');
-- what keeps others from using it: a policy, or the application
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY writes ON customers FOR ALL TO alice USING (true);
CREATE POLICY approved ON customers FOR SELECT TO dave USING (NOT customer_workflow.is_pending('customers', jsonb_build_object('id', id)));
SET SESSION AUTHORIZATION alice;
\set QUIET off
INSERT INTO customers (id, name, credit_limit) VALUES (7, 'Delta', 700) RETURNING id, credit_limit;
\set QUIET on
SELECT relation, record_key, proposal, operation, status, author FROM customer_workflow.pending_records;
SELECT field, original_value, proposed_value, current_value, conflict FROM customer_workflow.proposed_changes ORDER BY field;
SET SESSION AUTHORIZATION dave;
SELECT id FROM customers ORDER BY id;
-- What its author writes afterwards goes into the same proposal, and what is not protected is written
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 800, city = 'Kiel' WHERE id = 7 RETURNING credit_limit, city;
SELECT field, original_value, proposed_value, current_value, conflict FROM customer_workflow.proposed_changes ORDER BY field;
-- Of what is approved as a whole no part is taken away, in no way
SELECT field, value FROM error_of('SELECT customer_workflow.discard_change(1, ''credit_limit'')') WHERE field = 'sqlstate';
SELECT customer_workflow.propose('customers', '{"id": 7}', '{"credit_limit": 700}');
SELECT field, proposed_value FROM customer_workflow.proposed_changes ORDER BY field;
SELECT customer_workflow.submit(1);
SELECT field, value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field = 'sqlstate';
SET SESSION AUTHORIZATION bob;
SELECT subject FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(1);
RESET SESSION AUTHORIZATION;
SELECT credit_limit, payment_terms, city FROM customers WHERE id = 7;
SELECT * FROM customer_workflow.pending_records;
SET SESSION AUTHORIZATION dave;
SELECT id FROM customers ORDER BY id;

-- It stays pending when its proposal is cancelled or rejected, and another one is applied; and when its key changes
SET SESSION AUTHORIZATION alice;
SET customer_workflow.notices = off;
INSERT INTO customers (id, name, credit_limit) VALUES (8, 'Epsilon', 800), (9, 'Zeta', 900);
SELECT customer_workflow.cancel(2);
UPDATE customers SET payment_terms = 'N90' WHERE id = 8;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET id = CASE id WHEN 8 THEN 80 ELSE 90 END WHERE id IN (8, 9);
SELECT record_key, proposal, status FROM customer_workflow.pending_records ORDER BY proposal;
SELECT id, customer_workflow.is_pending('customers', customer_workflow.record_key('customers', c)) FROM customers AS c ORDER BY id;
-- proposed once more, by its author or a steward, as it is stored
SET SESSION AUTHORIZATION dave;
SELECT field, value FROM error_of('SELECT customer_workflow.propose_record(''customers'', ''{"id": 80}'')');
SET SESSION AUTHORIZATION alice;
SELECT field, value FROM error_of('SELECT customer_workflow.propose_record(''customers'', ''{"id": 90}'')');
SELECT field, value FROM error_of('SELECT customer_workflow.propose_record(''customers'', ''{"id": 1}'')');
SELECT customer_workflow.propose_record('customers', '{"id": "80"}', 'once more');
SELECT field, original_value, proposed_value, conflict FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 80}' AND operation = 'draft' AND status = 'not_submitted' ORDER BY field;
SELECT customer_workflow.submit(5);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(5);
SELECT record_key, proposal, status FROM customer_workflow.pending_records ORDER BY proposal;

-- Another author's change that is applied first is a conflict for it
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(3);
RESET SESSION AUTHORIZATION;
CREATE POLICY writes_too ON customers FOR ALL TO import USING (true);
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 1 WHERE id = 90;
SELECT customer_workflow.submit(6);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(6);
SELECT field, value FROM error_of('SELECT customer_workflow.approve(3)') WHERE field <> 'hint';
SELECT record_key, proposal, status FROM customer_workflow.pending_records ORDER BY proposal;

-- Deleted or truncated it is gone, and its proposal with it
SET SESSION AUTHORIZATION alice;
DELETE FROM customers WHERE id = 90;
SELECT status FROM customer_workflow.proposals WHERE id = 3;
INSERT INTO customers (id, name) VALUES (91, 'Eta');
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM customer_workflow.pending_records;
TRUNCATE customers;
SELECT count(*) FROM customer_workflow.pending_records;
-- Its key is renamed
SET SESSION AUTHORIZATION alice;
INSERT INTO customers (id, name) VALUES (92, 'Theta');
RESET SESSION AUTHORIZATION;
ALTER TABLE customers RENAME COLUMN id TO number;
SELECT record_key, customer_workflow.is_pending('customers', '{"number": 92}') FROM customer_workflow.pending_records;
