-- Option part_of: a change to a part joins the proposal of its parent record by the same author, which is made where there is none.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE bank_accounts (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers, iban text CHECK (iban <> ''), note text);
ALTER TABLE bank_accounts OWNER TO erp_owner;
GRANT SELECT, UPDATE, DELETE ON bank_accounts TO alice, bob, dave, erp;
INSERT INTO bank_accounts VALUES (100, 1, 'DE100'), (101, 1, 'DE101'), (200, 2, 'DE200'), (900, NULL, 'DE900');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit, payment_terms}', 'credit_managers');
SELECT customer_workflow.protect('bank_accounts', '{iban, customer_id}', options => '{"part_of": {"relation": "customers", "by": ["customer_id"]}}');
CREATE VIEW crm.now AS SELECT p.id, p.relation, p.record_key, p.status, p.waiting_on FROM customer_workflow.proposals AS p ORDER BY p.id;
GRANT SELECT ON crm.now TO PUBLIC;
RESET client_min_messages;
SET SESSION AUTHORIZATION alice;
UPDATE bank_accounts SET iban = 'DE1' WHERE id = 100;
TABLE crm.now;
SELECT id, title, proposals, relations FROM customer_workflow.change_sets;
SELECT array_agg(p ORDER BY p) FROM customer_workflow.last_proposals() AS p;
-- more of it, and the record itself
UPDATE bank_accounts SET iban = 'DE2' WHERE id = 101;
UPDATE customers SET name = 'Alpha AG' WHERE id = 1;
UPDATE bank_accounts SET iban = 'DE1' WHERE id = 100;
TABLE crm.now;
SELECT id, proposals FROM customer_workflow.change_sets;
SELECT proposal, field, proposed_value FROM customer_workflow.proposed_changes ORDER BY proposal, field;
-- the record first, and then a part of it
UPDATE customers SET name = 'Beta AG' WHERE id = 2;
SELECT customer_workflow.propose('bank_accounts', '{"id": 200}', '{"iban": "DE3"}');
SELECT id, proposals FROM customer_workflow.change_sets ORDER BY id;
-- of another author it is another proposal
SET SESSION AUTHORIZATION dave;
UPDATE bank_accounts SET iban = 'DE4' WHERE id = 200;
SELECT id, proposals FROM customer_workflow.change_sets ORDER BY id;
SELECT customer_workflow.cancel(p.id) FROM customer_workflow.proposals AS p WHERE p.author = 'dave' AND p.relation = 'customers'::regclass;
-- in a change set, it goes there with its parent
BEGIN;
SELECT customer_workflow.begin_change_set('Of dave');
UPDATE bank_accounts SET iban = 'DE5' WHERE id = 101;
UPDATE customers SET credit_limit = 5 WHERE id = 3;
COMMIT;
SELECT title, proposals FROM customer_workflow.change_sets WHERE title IS NOT NULL;

-- no parent, no proposal
SELECT * FROM error_of($$UPDATE bank_accounts SET iban = 'DE9' WHERE id = 900$$);
RESET SESSION AUTHORIZATION;
ALTER TABLE bank_accounts DROP CONSTRAINT bank_accounts_customer_id_fkey;
INSERT INTO bank_accounts VALUES (901, 77, 'DE901');
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of($$UPDATE bank_accounts SET iban = 'DE9' WHERE id = 901$$);
SELECT id, iban FROM bank_accounts ORDER BY id;

-- many at once
RESET SESSION AUTHORIZATION;
INSERT INTO customers (id, name) SELECT g, 'c' || g FROM generate_series(1000, 1099) AS g;
INSERT INTO bank_accounts SELECT g, 1000 + g % 100, 'DE' || g FROM generate_series(2000, 2299) AS g;
SET SESSION AUTHORIZATION alice;
UPDATE bank_accounts SET iban = 'FR' || id WHERE id >= 2000;
SELECT relation, count(*) FROM customer_workflow.proposals WHERE author = 'alice' GROUP BY relation ORDER BY relation;
SELECT cardinality(proposals) AS proposals, count(*) FROM customer_workflow.change_sets GROUP BY 1 ORDER BY 1;
