-- Option part_of: a table is protected through its parent, by columns that nobody changes past approval.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE bank_accounts (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers, iban text CHECK (iban <> ''), note text);
ALTER TABLE bank_accounts OWNER TO erp_owner;
GRANT SELECT, UPDATE, DELETE ON bank_accounts TO alice, bob, dave, erp;
INSERT INTO bank_accounts VALUES (100, 1, 'DE100'), (101, 1, 'DE101'), (200, 2, 'DE200'), (900, NULL, 'DE900');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit, payment_terms}', 'credit_managers');
RESET client_min_messages;
CREATE FUNCTION crm.try(option text, fields name[] DEFAULT '{iban,customer_id}') RETURNS TABLE (field text, value text) LANGUAGE sql AS $$
    SELECT * FROM public.error_of(format('SELECT customer_workflow.protect(''bank_accounts'', %L, options => %L)', fields, format('{"part_of": %s}', option)))
$$;
SELECT * FROM crm.try('"customers"') WHERE field <> 'message';
SELECT * FROM crm.try('{"relation": "customers"}') WHERE field = 'message';
SELECT * FROM crm.try('{"relation": "customers", "by": []}') WHERE field = 'message';
SELECT * FROM crm.try('{"relation": "customers", "by": ["customer_id"], "on": 1}') WHERE field = 'message';
SELECT * FROM crm.try('{"relation": "nobody", "by": ["customer_id"]}');
SELECT * FROM crm.try('{"relation": "bank_accounts", "by": ["customer_id"]}');
SELECT * FROM crm.try('{"relation": "customers", "by": ["nothing"]}');
SELECT * FROM crm.try('{"relation": "customers", "by": ["customer_id"]}', '{iban}');
SELECT * FROM crm.try('{"relation": "customers", "by": ["iban"]}');
SELECT * FROM crm.try('{"relation": "customers", "by": ["customer_id", "id"]}');
SELECT * FROM crm.try('{"relation": "customers", "by": ["customer_id"]}');
-- who names a parent must configure that, too
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.grant_duty('bank_accounts', 'administrator', 'dave');
SELECT customer_workflow.configure('bank_accounts', '{"part_of": null}');
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of($$SELECT customer_workflow.configure('bank_accounts', '{"part_of": {"relation": "customers", "by": ["customer_id"]}}')$$);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('bank_accounts', '{"part_of": {"relation": "customers", "by": ["customer_id"]}}');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.configure('bank_accounts', '{"overlap": "reject"}');
SET SESSION AUTHORIZATION erp_owner;
-- it needs no approvers, and has the name of its parent as it is known
SELECT o.options FROM (SELECT DISTINCT f.options -> 'part_of' AS options FROM customer_workflow.protected_fields AS f WHERE f.relation = 'bank_accounts'::regclass) AS o;
SELECT * FROM error_of($$SELECT customer_workflow.unprotect('bank_accounts', '{customer_id}')$$) WHERE field IN ('sqlstate', 'message');
-- a part has no parts
RESET SESSION AUTHORIZATION;
CREATE TABLE signatures (bank_account bigint REFERENCES bank_accounts, person text, amount numeric, PRIMARY KEY (bank_account, person));
ALTER TABLE signatures OWNER TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM error_of($$SELECT customer_workflow.protect('signatures', '{amount}', options => '{"part_of": {"relation": "bank_accounts", "by": ["bank_account"]}}')$$);
SELECT * FROM error_of($$SELECT customer_workflow.configure('customers', '{"part_of": {"relation": "bank_accounts", "by": ["id"]}}')$$) WHERE field IN ('sqlstate', 'message');
-- columns of the primary key do
SELECT customer_workflow.configure('bank_accounts', '{"part_of": null}');
SELECT customer_workflow.protect('signatures', '{amount}', options => '{"part_of": {"relation": "customers", "by": ["bank_account"]}}');

-- a rename of the parent, or of a column, is followed
SELECT customer_workflow.configure('bank_accounts', '{"part_of": {"relation": "public.customers", "by": ["customer_id"]}}');
ALTER TABLE bank_accounts RENAME COLUMN customer_id TO owner;
RESET SESSION AUTHORIZATION;
ALTER TABLE customers SET SCHEMA crm;
ALTER TABLE crm.customers RENAME TO clients;
SELECT t.relation, t.options -> 'part_of' AS part_of FROM customer_workflow.protected_table AS t ORDER BY t.id;
SET SESSION AUTHORIZATION alice;
UPDATE bank_accounts SET iban = 'DE1' WHERE id = 100;
SELECT relation, record_key FROM customer_workflow.proposals ORDER BY id;
-- where the parent is not protected any more nothing is proposed past it
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.unprotect('crm.clients', '{*}', cancel_open => true);
SELECT relation, status FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of($$UPDATE bank_accounts SET iban = 'DE1' WHERE id = 101$$);
SELECT id, iban FROM bank_accounts ORDER BY id;
