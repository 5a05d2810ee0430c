-- Design 5: approve_many() applies what can be applied, also where single proposals fail, and several proposals for one record.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, credit_limit numeric CHECK (credit_limit < 1000), iban text UNIQUE DEFERRABLE INITIALLY DEFERRED, log text DEFAULT '');
CREATE FUNCTION crm.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.log := NEW.log || '+'; RETURN NEW; END $$;
CREATE TRIGGER note BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION crm.note();
INSERT INTO accounts SELECT i, 0, 'DE' || i FROM generate_series(1, 40) AS i;
GRANT SELECT, UPDATE ON accounts TO alice, dave, import;
SELECT customer_workflow.protect('accounts', '{credit_limit, iban}', 'credit_managers', '{"validate_on_submit": false}');
SELECT customer_workflow.set_data_entity('import', 'accounts', '{"behavior": "allow_without_approval"}');

-- of 40 proposals, two break a constraint, one has moved and two take the same value, of which one may
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = CASE WHEN id IN (7, 23) THEN 5000 ELSE id END, iban = CASE WHEN id IN (30, 31) THEN 'X' ELSE iban END, log = '';
SELECT outcome, count(*) FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals)) GROUP BY outcome;
SET SESSION AUTHORIZATION import;
UPDATE accounts SET credit_limit = 1 WHERE id = 12;
SET SESSION AUTHORIZATION bob;
SELECT proposal, outcome, sqlstate, message FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items ORDER BY proposal))
 WHERE outcome <> 'applied';
SET SESSION AUTHORIZATION erp_owner;
SELECT count(*), count(*) FILTER (WHERE credit_limit = id) AS as_approved FROM accounts;
SELECT id, credit_limit, iban FROM accounts WHERE id IN (7, 12, 23, 30, 31) ORDER BY id;
SELECT status, count(*) FROM customer_workflow.proposals GROUP BY status ORDER BY status;

-- all or nothing: the error of the table, with its fields (but not the row, which bob may not read), and no value written
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = CASE id WHEN 2 THEN 2000 ELSE 500 END WHERE id IN (1, 2, 3);
SELECT customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted' ORDER BY id), all_or_nothing => true);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of($$ SELECT customer_workflow.approve_many('{41,42,43}', all_or_nothing => true) $$);
SELECT * FROM error_of($$ SELECT customer_workflow.approve_many('{41,43,42}', all_or_nothing => true) $$) WHERE field = 'sqlstate';
SET SESSION AUTHORIZATION erp_owner;
SELECT id, credit_limit FROM accounts WHERE id IN (1, 2, 3) ORDER BY id;

-- several proposals for one record: in the order of their numbers, each seeing what the one before wrote
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 100 WHERE id = 4;
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET iban = 'DE44' WHERE id = 4;
UPDATE accounts SET credit_limit = 200 WHERE id = 5;
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 300 WHERE id = 5;
SELECT customer_workflow.submit_many('{44,47}');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.submit_many('{45,46}');
SET SESSION AUTHORIZATION bob;
SELECT * FROM customer_workflow.approve_many('{47,46,45,44}');
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM accounts WHERE id IN (4, 5) ORDER BY id;
