-- Row level security: it holds for the author who submits; approved values are written past the one that a table forces on its owner.
\set SHOW_CONTEXT never
CREATE TABLE accounts (id int PRIMARY KEY, country text, amount numeric);
INSERT INTO accounts VALUES (1, 'DE', 10), (2, 'FR', 20), (3, 'DE', 30);
ALTER TABLE accounts OWNER TO erp_owner;
GRANT SELECT, UPDATE ON accounts TO alice, dave;
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY german ON accounts TO alice USING (country = 'DE') WITH CHECK (amount < 1000);
CREATE POLICY any_sees ON accounts FOR SELECT TO dave USING (true);
CREATE POLICY any_writes ON accounts FOR UPDATE TO dave USING (true);
-- Nobody has a policy that the owner could use.
SELECT customer_workflow.protect('accounts', '{amount,country}', 'credit_managers');

-- Alice sees and changes German ones. What the policy forbids her to write is held back like all else, and then found at submit.
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET amount = amount + 1;
UPDATE accounts SET amount = 5000 WHERE id = 3;
SELECT id AS one FROM customer_workflow.proposals WHERE record_key = '{"id": 1}' \gset
SELECT id AS three FROM customer_workflow.proposals WHERE record_key = '{"id": 3}' \gset
SELECT customer_workflow.submit(:one);
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :three));
SELECT * FROM customer_workflow.check_proposal(:three);
-- She gives an account away: written by herself it would be refused.
SELECT customer_workflow.cancel(:three);
UPDATE accounts SET country = 'FR' WHERE id = 3;
SELECT id AS three FROM customer_workflow.proposals WHERE status = 'not_submitted' \gset
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :three));

-- The record leaves her sight.
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('accounts');
UPDATE accounts SET country = 'AT' WHERE id = 3;
SELECT customer_workflow.enable('accounts');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.discard_change(:three, 'country');
SELECT max(id) FROM accounts;
SELECT customer_workflow.propose('accounts', '{"id": 1}', '{"amount": 12}') AS p \gset
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('accounts');
UPDATE accounts SET country = 'AT' WHERE id = 1;
SELECT customer_workflow.enable('accounts');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :p));

-- A steward who sees it submits it for her; the approver, who may not see the table at all, decides.
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.grant_duty('accounts', 'steward', 'dave');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT * FROM accounts') WHERE field = 'message';
SELECT customer_workflow.approve(:p);
RESET SESSION AUTHORIZATION;
SELECT * FROM accounts ORDER BY id;
