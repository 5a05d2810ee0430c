-- Design 5.1, option companions: fields that travel with a protected one.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, hold boolean NOT NULL DEFAULT false, credit_limit numeric, hold_until date, hold_reason text, phone text);
INSERT INTO accounts VALUES (1), (2), (3);
GRANT SELECT, UPDATE ON accounts TO alice, dave;
CREATE TEMP VIEW changes AS SELECT proposal, field, original_value, proposed_value, status FROM customer_workflow.proposed_changes ORDER BY proposal, field;
GRANT SELECT ON changes TO PUBLIC;
SELECT customer_workflow.protect('accounts', '{hold, credit_limit}', 'credit_managers');

-- {}, the default: the others are written at once, and the reason stands beside the old value
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET hold = true, hold_reason = 'late payments' WHERE id = 1 RETURNING hold, hold_reason;

-- with it they wait together
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('accounts', '{"companions": {"hold": ["hold_until", "hold_reason"], "credit_limit": ["hold_reason"]}}');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET hold = true, hold_until = '2030-01-01', hold_reason = 'late payments', phone = '1' WHERE id = 2 RETURNING *;
SELECT * FROM changes WHERE proposal = 2;
-- a companion alone is not protected
UPDATE accounts SET hold_reason = 'none' WHERE id = 3 RETURNING hold_reason;
-- and not held by a protected field that it does not belong to
UPDATE accounts SET credit_limit = 5, hold_until = '2031-01-01' WHERE id = 3 RETURNING credit_limit, hold_until;

-- the companion of two fields goes only with the last of them
UPDATE accounts SET credit_limit = 10 WHERE id = 2;
SELECT customer_workflow.discard_change(2, 'hold');
SELECT * FROM changes WHERE proposal = 2;
SELECT customer_workflow.discard_change(2, 'credit_limit');
SELECT * FROM changes WHERE proposal = 2;

-- applied together
UPDATE accounts SET hold = true, hold_until = '2030-01-01', hold_reason = 'late payments' WHERE id = 2;
SELECT customer_workflow.submit(4);
-- an edit of a companion alone, beside a proposal that holds it, is a plain UPDATE, and then a conflict
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET hold_reason = 'seasonal' WHERE id = 2;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(4)') WHERE field IN ('sqlstate', 'message');
SELECT customer_workflow.approve(4, on_conflict => 'overwrite');
RESET SESSION AUTHORIZATION;
SELECT * FROM accounts ORDER BY id;
-- changes of companions are no direct changes
SELECT count(*) FROM customer_workflow.direct_changes;
