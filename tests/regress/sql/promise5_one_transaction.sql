-- Promise 5: the last approval, the write and the history entry are one transaction.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT id AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);

CREATE TEMP VIEW effect AS
SELECT (SELECT credit_limit FROM customers WHERE id = 1) AS stored,
       (SELECT p.status FROM customer_workflow.proposals AS p) AS status,
       (SELECT array_agg(h.kind ORDER BY h.at) FROM customer_workflow.workflow_history AS h WHERE h.proposal IS NOT NULL) AS history,
       (SELECT count(*) FROM customer_workflow.work_items AS w) AS work_items;
GRANT SELECT ON effect TO bob, erp_owner;

-- In the transaction of the approval the value is there; when that is rolled back, nothing of it is.
RESET SESSION AUTHORIZATION;
SELECT * FROM effect;
SET SESSION AUTHORIZATION bob;
BEGIN;
SELECT customer_workflow.approve(:p);
SELECT stored, status FROM effect;
ROLLBACK;
RESET SESSION AUTHORIZATION;
SELECT * FROM effect;

-- The same with a savepoint, and with an exception that is caught
SET SESSION AUTHORIZATION bob;
BEGIN;
SAVEPOINT s;
SELECT customer_workflow.approve(:p);
ROLLBACK TO s;
SELECT stored, status FROM effect;
DO $$ BEGIN
    PERFORM customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
    RAISE EXCEPTION 'on second thoughts';
EXCEPTION WHEN raise_exception THEN NULL;
END $$;
SELECT stored, status FROM effect;
COMMIT;

-- A transaction that is prepared is one thing too.
BEGIN;
SELECT customer_workflow.approve(:p);
PREPARE TRANSACTION 'promise5';
ROLLBACK PREPARED 'promise5';
RESET SESSION AUTHORIZATION;
SELECT * FROM effect;
SET SESSION AUTHORIZATION bob;
BEGIN;
SELECT customer_workflow.approve(:p);
PREPARE TRANSACTION 'promise5';
COMMIT PREPARED 'promise5';
RESET SESSION AUTHORIZATION;
SELECT * FROM effect;

-- Record, proposal and history carry the number of one transaction.
SELECT count(DISTINCT xid) = 1 AS one_transaction
  FROM (SELECT xmin::text AS xid FROM customers WHERE id = 1
        UNION ALL SELECT xmin::text FROM customer_workflow.proposal WHERE id = :p
        UNION ALL SELECT xmin::text FROM customer_workflow.work_item WHERE proposal = :p
        UNION ALL SELECT xmin::text FROM customer_workflow.history WHERE proposal = :p AND kind IN ('approved', 'applied')) AS x;
