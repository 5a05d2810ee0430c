-- Design 5.1, option bookkeeping: columns that every UPDATE sets never count as a change, are never held, and are set on apply.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');

-- {}, the default: an approval leaves them alone, so that a form which was opened before it proposes the old value back
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, version = 2 WHERE id = 1 AND version = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION dave;
UPDATE customers SET city = 'Bremen', credit_limit = 1000, version = 3 WHERE id = 1 AND version = 2;

-- with it the approval counts as a write
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"bookkeeping": {"version": "old.version + 1", "updated_at": "now()"}}');
SET SESSION AUTHORIZATION alice;
-- they are written at once, and are no part of the proposal
UPDATE customers SET credit_limit = 6000, version = 2, updated_at = '2026-02-02' WHERE id = 2 AND version = 1
    RETURNING credit_limit, version, updated_at;
SELECT field FROM customer_workflow.proposed_changes WHERE proposal = 3;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION bob;
BEGIN;
SELECT customer_workflow.approve(3);
SELECT credit_limit, version, updated_at = now() AS updated_now FROM customers WHERE id = 2;
COMMIT;
-- a form that was opened before the approval meets its optimistic lock
SET SESSION AUTHORIZATION dave;
UPDATE customers SET city = 'Bremen', credit_limit = 2000, version = 3 WHERE id = 2 AND version = 2;
\echo :ROW_COUNT

-- the expressions see the stored record
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"bookkeeping": {"version": "old.version * 10", "city": "old.city || '' ('' || old.credit_limit || '')''"}}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000 WHERE id = 2;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
SELECT credit_limit, version, city FROM customers WHERE id = 2;
