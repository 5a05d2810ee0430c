-- Schema changes under open proposals: check_proposal() tells of a new constraint at once, and the approval that it breaks fails whole.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
SET client_min_messages = warning;
CREATE TABLE terms (code text PRIMARY KEY);
INSERT INTO terms VALUES ('N30'), ('N60');
CREATE TABLE accounts (id int PRIMARY KEY, amount numeric, terms text, iban text);
INSERT INTO accounts SELECT g, g, 'N30', 'DE' || g FROM generate_series(1, 4) AS g;
GRANT SELECT, UPDATE ON accounts TO alice;
SELECT customer_workflow.protect('accounts', '{amount, terms, iban}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET amount = 5000 WHERE id = 1;
UPDATE accounts SET terms = 'N99' WHERE id = 2;
UPDATE accounts SET iban = 'DE1' WHERE id = 3;
UPDATE accounts SET iban = NULL WHERE id = 4;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
RESET client_min_messages;
SELECT p.id, c.* FROM customer_workflow.proposals AS p CROSS JOIN LATERAL customer_workflow.check_proposal(p.id) AS c;

SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE accounts ADD CONSTRAINT modest CHECK (amount < 1000) NOT VALID;
ALTER TABLE accounts ADD CONSTRAINT known_terms FOREIGN KEY (terms) REFERENCES terms;
ALTER TABLE accounts ADD CONSTRAINT one_iban UNIQUE (iban);
ALTER TABLE accounts ALTER COLUMN iban SET NOT NULL;
SELECT p.id, c.sqlstate, c.message FROM customer_workflow.proposals AS p CROSS JOIN LATERAL customer_workflow.check_proposal(p.id) AS c ORDER BY p.id;
ALTER TABLE accounts VALIDATE CONSTRAINT modest;
SELECT c.sqlstate, c.message FROM customer_workflow.check_proposal((SELECT min(id) FROM customer_workflow.proposals)) AS c;

SET SESSION AUTHORIZATION bob;
SELECT proposal IS NOT NULL AS proposal, outcome, sqlstate FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items));
SELECT count(*) FROM customer_workflow.my_work_items;

-- Without it, it is applied
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE accounts DROP CONSTRAINT modest;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(min(proposal)) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM accounts ORDER BY id;
