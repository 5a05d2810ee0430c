-- Options bookkeeping, companions, together: what else is written with an approved value.
\set SHOW_CONTEXT never
CREATE TABLE accounts (
    id          int PRIMARY KEY,
    amount      numeric,
    used        numeric DEFAULT 10,
    available   numeric GENERATED ALWAYS AS (amount - used) STORED,
    on_hold     boolean DEFAULT false,
    hold_until  date,
    hold_reason text,
    city        text DEFAULT 'Bonn',
    version     int NOT NULL DEFAULT 1,
    changed_by  name,
    updated_at  timestamptz DEFAULT '2026-01-01'
);
INSERT INTO accounts (id, amount) VALUES (1, 100), (2, 200);
ALTER TABLE accounts OWNER TO erp_owner;
GRANT SELECT, UPDATE ON accounts TO alice;
SELECT customer_workflow.protect('accounts', '{amount,on_hold}', 'credit_managers', '{
    "bookkeeping": {"version": "old.version + 1 -- as the application does", "changed_by": "current_user", "updated_at": "now()"},
    "companions": {"on_hold": ["hold_until", "hold_reason"]}}');

-- Alice saves a form, as an ORM does: every column, and the version that she saw.
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET amount = 500, on_hold = true, hold_until = '2026-06-30', hold_reason = 'late', city = 'Berlin', version = version + 1, changed_by = 'alice', updated_at = now()
 WHERE id = 1 AND version = 1;
-- What is not protected and goes with nothing that is, is written; her version as well.
SELECT amount, available, on_hold, hold_until, hold_reason, city, version, changed_by, updated_at = now() AS now FROM accounts WHERE id = 1;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes ORDER BY field;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;

-- Somebody opens the form before the approval …
SELECT version AS seen FROM accounts WHERE id = 1 \gset
SET SESSION AUTHORIZATION bob;
BEGIN;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
RESET SESSION AUTHORIZATION;
SELECT amount, available, on_hold, hold_until, hold_reason, city, version, changed_by, updated_at = now() AS now FROM accounts WHERE id = 1;
COMMIT;
-- … and saves it afterwards: the optimistic lock holds, the old values are not proposed again.
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET amount = 100, on_hold = false, hold_until = NULL, hold_reason = NULL, city = 'Bremen', version = version + 1 WHERE id = 1 AND version = :seen;
SELECT count(*) FROM customer_workflow.proposals;

-- A companion that changes alone is an ordinary column; one that is discarded goes with its field.
UPDATE accounts SET hold_reason = 'very late' WHERE id = 1;
UPDATE accounts SET on_hold = false, hold_until = NULL, hold_reason = NULL WHERE id = 1;
SELECT on_hold, hold_until, hold_reason FROM accounts WHERE id = 1;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
UPDATE accounts SET amount = 600 WHERE id = 1;
SELECT customer_workflow.discard_change(:p, 'on_hold');
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes WHERE proposal = :p ORDER BY field;
SELECT customer_workflow.cancel(:p);

-- together: row
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('accounts', '{"together": "row"}');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET amount = 700, city = 'Bremen', used = 50, version = version + 1 WHERE id = 2;
SELECT amount, used, available, city, version FROM accounts WHERE id = 2;
UPDATE accounts SET city = 'Kiel' WHERE id = 1;
SELECT city FROM accounts WHERE id = 1;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes WHERE status = 'not_submitted' ORDER BY field;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
RESET SESSION AUTHORIZATION;
SELECT amount, used, available, city, version FROM accounts WHERE id = 2;

-- An expression that fails later makes the approval fail.
CREATE FUNCTION next_version(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no more versions'; END $$;
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"version": "public.next_version(old.version)"}}');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET amount = 800 WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of('SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items');
