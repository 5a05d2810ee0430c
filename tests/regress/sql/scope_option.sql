-- Option scope: a change is unprotected only where the condition is false for (old, old) and for (old, new).
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit,country,payment_terms}', 'credit_managers',
    '{"scope": "old.country = ''DE'' or new.country = ''DE''"}');
INSERT INTO customers (id, name, country, credit_limit) VALUES (4, 'Delta', 'FR', 4000), (5, 'Epsilon', 'IT', 5000);

-- out of the scope: an ordinary write, recorded nowhere
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 4400, payment_terms = 'N60', city = 'Paris' WHERE id = 4 RETURNING credit_limit, payment_terms, city;
UPDATE customers SET country = 'ES' WHERE id = 5 RETURNING country;
-- in the scope
UPDATE customers SET credit_limit = 1100, city = 'Potsdam' WHERE id = 1 RETURNING credit_limit, city;
-- one statement, record by record
UPDATE customers SET credit_limit = credit_limit + 1 WHERE credit_limit IS NOT NULL;
SELECT id, country, credit_limit FROM customers ORDER BY id;
SELECT proposal, record_key, field, proposed_value FROM customer_workflow.proposed_changes ORDER BY proposal;
SELECT count(*) AS direct_changes FROM customer_workflow.direct_changes;

-- what leaves the scope, or enters it, is held as a whole
UPDATE customers SET country = 'FR', credit_limit = 9000 WHERE id = 1 RETURNING country, credit_limit;
UPDATE customers SET country = 'DE', credit_limit = 9000 WHERE id = 4 RETURNING country, credit_limit;

-- upsert and MERGE take the same path
INSERT INTO customers (id, name, country, credit_limit) VALUES (2, 'Beta', 'DE', 1), (4, 'Delta', 'FR', 1)
    ON CONFLICT (id) DO UPDATE SET credit_limit = excluded.credit_limit RETURNING id, credit_limit;
MERGE INTO customers AS c USING (VALUES (2, 2), (4, 2)) AS v (id, credit) ON c.id = v.id WHEN MATCHED THEN UPDATE SET credit_limit = v.credit;
SELECT id, credit_limit FROM customers WHERE id IN (2, 4) ORDER BY id;

-- who proposes wants an approval, also out of the scope
SELECT customer_workflow.propose('customers', '{"id": 5}', '{"credit_limit": 5500}') AS proposal;
SELECT credit_limit FROM customers WHERE id = 5;

-- a proposal stays what it is when its record leaves the scope meanwhile
SELECT proposal, field, original_value, proposed_value FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 4}' ORDER BY field;
SELECT customer_workflow.discard_change(max(proposal), 'country'), customer_workflow.rebase(max(proposal)), customer_workflow.submit(max(proposal))
  FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 4}';
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(max(proposal)) FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 4}';
SELECT country, credit_limit FROM customers WHERE id = 4;

-- a change of the option holds at once, and is in the history
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"scope": "old.credit_limit < new.credit_limit"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 10 WHERE id = 2 RETURNING credit_limit;
UPDATE customers SET credit_limit = 1 WHERE id = 2 RETURNING credit_limit;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"scope": null}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 0 WHERE id = 2 RETURNING credit_limit;
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM pg_trigger WHERE tgname ~ 'scope';
SELECT details #>> '{options,old,scope}' AS before, details #>> '{options,new,scope}' AS after
  FROM customer_workflow.workflow_history WHERE kind IN ('protect', 'configure') ORDER BY at;
