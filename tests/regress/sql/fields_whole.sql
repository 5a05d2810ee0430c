-- Option field_decisions: what travels together is decided together.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, hold boolean NOT NULL DEFAULT false, credit_limit numeric, hold_until date, hold_reason text);
INSERT INTO accounts VALUES (1), (2);
GRANT SELECT, UPDATE ON accounts TO alice;
SELECT customer_workflow.protect('accounts', '{hold, credit_limit}', 'credit_managers',
    '{"field_decisions": true, "companions": {"hold": ["hold_until", "hold_reason"]}}');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET hold = true, hold_until = '2030-01-01', hold_reason = 'late payments', credit_limit = 5 WHERE id = 1;
SELECT customer_workflow.submit(1);

-- Companions are not split from their field, neither way.
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of($$SELECT customer_workflow.reject(1, 'no', fields => '{hold}')$$);
SELECT * FROM error_of($$SELECT customer_workflow.reject(1, 'no', fields => '{hold_reason, credit_limit}')$$) WHERE field IN ('sqlstate', 'message');
SELECT * FROM error_of($$SELECT customer_workflow.approve(1, fields => '{hold, hold_reason}')$$) WHERE field IN ('sqlstate', 'message');
SELECT customer_workflow.reject(1, 'no hold', fields => '{hold, hold_until, hold_reason}');
SELECT proposal, field, status FROM customer_workflow.proposed_changes ORDER BY 1, 2;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION alice;
SELECT * FROM accounts WHERE id = 1;

-- Option together row: the row is decided, never a part of it.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('accounts', '{"together": "row", "companions": null}');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET hold = true, credit_limit = 5 WHERE id = 2;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of($$SELECT customer_workflow.approve(3, fields => '{hold}')$$);
SELECT * FROM error_of($$SELECT customer_workflow.reject(3, 'no', fields => '{hold}')$$) WHERE field IN ('sqlstate', 'message');
SELECT w -> 'fields' AS fields FROM jsonb_array_elements(customer_workflow.review(3) -> 'work_items') AS w;
SELECT customer_workflow.approve(3);

-- What is created, deleted, or decided together with other proposals, is whole as well.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('accounts', '{"together": null}');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET hold = false, credit_limit = 6 WHERE id = 2;
SELECT customer_workflow.submit(4);
RESET SESSION AUTHORIZATION;
UPDATE customer_workflow.proposal SET change_set = 1 WHERE id = 4;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of($$SELECT customer_workflow.approve(4, fields => '{hold}')$$) WHERE field IN ('sqlstate', 'message', 'detail');
RESET SESSION AUTHORIZATION;
UPDATE customer_workflow.proposal SET change_set = NULL, operation = 'delete' WHERE id = 4;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of($$SELECT customer_workflow.reject(4, 'no', fields => '{hold}')$$) WHERE field IN ('sqlstate', 'message', 'detail');
