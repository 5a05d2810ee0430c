-- Status approved, until the effective date: recall, cancel, edits of its author, other authors, the switch, expiry
SET client_min_messages = error;
SET timezone = 'UTC';
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'credit_managers');
CREATE ROLE effective_admin LOGIN;
CREATE ROLE effective_steward LOGIN;
SELECT customer_workflow.grant_duty('customers', 'administrator', 'effective_admin'), customer_workflow.grant_duty('customers', 'steward', 'effective_steward');
GRANT SELECT ON customers TO effective_admin, effective_steward;
CREATE PROCEDURE approved_later() LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL SESSION AUTHORIZATION alice;
    UPDATE customers SET credit_limit = 5000 WHERE id = 1;
    PERFORM customer_workflow.submit(l, effective_at => '2999-01-01') FROM customer_workflow.last_proposals() AS l;
    SET LOCAL SESSION AUTHORIZATION bob;
    PERFORM customer_workflow.approve(w.proposal) FROM customer_workflow.my_work_items AS w;
    RESET SESSION AUTHORIZATION;
END $$;
CREATE FUNCTION state_of(proposal bigint) RETURNS text LANGUAGE sql AS
    $$SELECT format('%s, due: %s, collects: %s, digest: %s', p.status, (SELECT count(*) FROM customer_workflow.deadline AS d WHERE d.proposal = p.id), p.collects,
                    p.digest IS NOT NULL) FROM customer_workflow.proposal AS p WHERE p.id = state_of.proposal$$;
SET client_min_messages = notice;

-- the author recalls it: approvals are void, nothing is due any more
CALL approved_later();
SELECT state_of(1);
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.recall(1)');
SELECT * FROM error_of('SELECT customer_workflow.cancel(1)');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.review(1) -> 'allowed_actions' AS may;
SELECT customer_workflow.recall(1, 'Not after all');
RESET SESSION AUTHORIZATION;
SELECT state_of(1);
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT credit_limit FROM customers WHERE id = 1;
-- a second approval is asked for
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT proposal, effective_at FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(1);

-- so may a steward and an administrator; who approved may not
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.review(1) -> 'allowed_actions' AS may;
SELECT * FROM error_of('SELECT customer_workflow.recall(1)');
SELECT * FROM error_of($$SELECT customer_workflow.reject(1, 'No')$$);
SELECT * FROM error_of($$SELECT customer_workflow.approve(1)$$);
SET SESSION AUTHORIZATION effective_admin;
SELECT customer_workflow.review(1) -> 'allowed_actions' AS may;
SELECT customer_workflow.recall(1);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION effective_steward;
SELECT customer_workflow.cancel(1);
RESET SESSION AUTHORIZATION;
SELECT state_of(1);

-- its author changes the field again: by option amend it is a draft once more, with its date
CALL approved_later();
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
RESET SESSION AUTHORIZATION;
SELECT state_of(2);
SELECT effective_at, (SELECT proposed FROM customer_workflow.change WHERE proposal = 2) AS proposed FROM customer_workflow.proposals WHERE id = 2;
-- another field goes into a proposal of its own
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
-- another author is told of it
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SET SESSION AUTHORIZATION alice;
-- discarding its value cancels it
SELECT customer_workflow.discard_change(2, 'credit_limit');
RESET SESSION AUTHORIZATION;
SELECT state_of(2);

-- while approvals are disabled it waits, and is applied afterwards
CALL approved_later();
SELECT id AS waiting FROM customer_workflow.proposals WHERE status = 'approved' \gset
SELECT customer_workflow.disable('customers');
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT state_of(:waiting);
SELECT customer_workflow.enable('customers');
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT state_of(:waiting);
SELECT credit_limit FROM customers WHERE id = 1;
-- a field that waits cannot lose its protection unnoticed
CALL approved_later();
SELECT * FROM error_of($$SELECT customer_workflow.unprotect('customers', '{credit_limit}')$$);

-- expires_after is the time to decide: it ends with the last approval, and the date wins from then on
SELECT customer_workflow.create_workflow('soon', 'customers', '{"expires_after": {"days": 1}, "elements": [{"approval": {"name": "Approval",
    "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"}}]}}]}');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.activate_workflow('soon', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 1 WHERE id = 2;
UPDATE customers SET credit_limit = 1 WHERE id = 3;
RESET SESSION AUTHORIZATION;
SELECT min(id) AS decided, max(id) AS undecided FROM customer_workflow.proposals WHERE record_key IN ('{"id": 2}', '{"id": 3}') \gset
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(p, effective_at => '2999-01-01') FROM unnest(ARRAY[:decided, :undecided]) AS p;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(:decided);
RESET SESSION AUTHORIZATION;
SELECT proposal = :decided AS decided, timer FROM customer_workflow.deadline WHERE proposal IN (:decided, :undecided) ORDER BY proposal;
SELECT customer_workflow.process_deadlines(as_of => '2998-01-01');
SELECT id = :decided AS decided, status FROM customer_workflow.proposals WHERE id IN (:decided, :undecided) ORDER BY id;

-- as_of is for owners, and on record
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of($$SELECT customer_workflow.process_deadlines(as_of => '3000-01-01')$$);
SELECT customer_workflow.process_deadlines();
RESET SESSION AUTHORIZATION;
SELECT count(*) > 0 AS on_record FROM customer_workflow.history WHERE kind = 'process_deadlines' AND details ->> 'as_of' LIKE '2998%';
REVOKE ALL ON customers FROM effective_admin, effective_steward;
DROP ROLE effective_admin, effective_steward;
