-- Attack on companies: a value gets past the rules of its company by way of another company, a key, a trigger, a partition, case, or a policy.
\set SHOW_CONTEXT never
CREATE TABLE public.accounts (company text, id int, region text, credit_limit int, note text, PRIMARY KEY (company, id, region)) PARTITION BY LIST (region);
CREATE TABLE public.accounts_n PARTITION OF accounts FOR VALUES IN ('n');
CREATE TABLE public.accounts_s PARTITION OF accounts FOR VALUES IN ('s');
ALTER TABLE accounts OWNER TO erp_owner;
ALTER TABLE accounts_n OWNER TO erp_owner;
ALTER TABLE accounts_s OWNER TO erp_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON accounts TO alice, import;
INSERT INTO accounts VALUES ('DE', 1, 'n', 1), ('FR', 2, 'n', 1), ('de', 3, 'n', 1);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers', '{"company_column": "company"}');
SELECT customer_workflow.unprotect('accounts', '{credit_limit}', company => 'FR');

-- a company in the key: the record cannot leave it, in one UPDATE or two, with or without another partition
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET company = 'FR' WHERE id = 1;
UPDATE accounts SET company = 'FR', credit_limit = 100, region = 's' WHERE id = 1;
UPDATE accounts SET company = 'DE', credit_limit = 100 WHERE id = 2;
UPDATE accounts SET credit_limit = 100, id = 11 WHERE id = 1 RETURNING company, id, credit_limit;
UPDATE accounts SET credit_limit = 100, region = 's' WHERE id = 2 RETURNING company, region, credit_limit;
UPDATE accounts SET credit_limit = 100 WHERE id = 3 RETURNING company, credit_limit;

-- a trigger changes the company on the way, before ours, between them, and in the other partition
RESET SESSION AUTHORIZATION;
CREATE FUNCTION crm.move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.note = 'move' THEN new.company := 'FR'; END IF; RETURN new; END $$;
CREATE TRIGGER move BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION crm.move();
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 100, note = 'move' WHERE id = 11;
RESET SESSION AUTHORIZATION;
ALTER TRIGGER move ON accounts RENAME TO "!!";
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 100, note = 'move' WHERE id = 11;
RESET SESSION AUTHORIZATION;
DROP TRIGGER "!!" ON accounts;
CREATE TRIGGER move BEFORE INSERT ON accounts_s FOR EACH ROW EXECUTE FUNCTION crm.move();
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET region = 's', note = 'move' WHERE id = 11;
SELECT company, id, region, credit_limit FROM accounts ORDER BY id;

-- while one of the two is switched off
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('accounts', company => 'DE');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET company = 'FR' WHERE id = 11;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('accounts', company => 'FR');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET company = 'FR', credit_limit = 5 WHERE id = 11 RETURNING company, credit_limit;
SET SESSION AUTHORIZATION erp_owner;
SELECT record_key, field, original_value, new_value, reason FROM customer_workflow.direct_changes;

-- a column: the stricter policy of the two companies counts
RESET SESSION AUTHORIZATION;
CREATE TABLE public.parties (id int PRIMARY KEY, company int, credit_limit int);
ALTER TABLE parties OWNER TO erp_owner;
GRANT SELECT, UPDATE ON parties TO alice, import;
INSERT INTO parties VALUES (1, 10, 1), (2, 20, 1), (3, 30, 1);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('parties', '{company,credit_limit}', 'credit_managers', '{"company_column": "company"}');
SELECT customer_workflow.set_data_entity('import', 'parties', '{"behavior": "allow_without_approval"}', '010');
SELECT customer_workflow.set_data_entity('import', 'parties', '{"behavior": "reject_changes"}', '20');
SET SESSION AUTHORIZATION import;
UPDATE parties SET company = 20, credit_limit = 2 WHERE id = 1;
UPDATE parties SET company = 30, credit_limit = 2 WHERE id = 1 RETURNING company, credit_limit;
UPDATE parties SET credit_limit = 2 WHERE id = 1 RETURNING company, credit_limit;
-- a rule of a company goes with its own records only
UPDATE parties SET company = 10, credit_limit = 3 WHERE id = 3 RETURNING company, credit_limit;

-- without the column in list or key nothing is known
RESET SESSION AUTHORIZATION;
ALTER TABLE accounts DROP CONSTRAINT accounts_pkey;
ALTER TABLE accounts ADD PRIMARY KEY (id, region);
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 6 WHERE id = 2;
