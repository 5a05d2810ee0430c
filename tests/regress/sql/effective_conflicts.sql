-- Effective dates and promise 4: what moved after the approval, or cannot be written on the day, goes back to its author and is never applied silently
SET client_min_messages = error;
SET timezone = 'UTC';
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'credit_managers', '{"conflict": "overwrite"}');
SELECT customer_workflow.set_data_entity('role:import', 'customers', '{"behavior": "allow_without_approval"}');
CREATE PROCEDURE propose_later(record bigint, credit numeric) LANGUAGE plpgsql AS $$
BEGIN
    UPDATE customers SET credit_limit = credit WHERE id = record;
    PERFORM customer_workflow.submit(l, effective_at => '2999-01-01 00:00:00+00') FROM customer_workflow.last_proposals() AS l;
END $$;
CREATE VIEW outcome AS
SELECT p.id, p.status, c.credit_limit AS stored, p.conflict,
       (SELECT h.details - 'effective_at' FROM customer_workflow.workflow_history AS h WHERE h.proposal = p.id AND h.person = 'system' ORDER BY h.at DESC LIMIT 1) AS told
  FROM customer_workflow.proposals AS p LEFT JOIN customers AS c ON c.id = (p.record_key ->> 'id')::bigint ORDER BY p.id;

-- moved after the approval: sent back with the reason, although option conflict is overwrite
SET SESSION AUTHORIZATION alice;
CALL propose_later(1, 5000);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 1500 WHERE id = 1;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT * FROM outcome \gx
-- who is asked again decides about everything anew: nothing of the old approval holds
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(1);
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT id, status, stored FROM outcome;

-- what the approver overwrote knowingly is written, as long as it is still that
SET SESSION AUTHORIZATION alice;
CALL propose_later(1, 6000);
CALL propose_later(2, 7000);
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 1 WHERE id IN (1, 2);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(p, on_conflict => 'overwrite') FROM unnest('{2,3}'::bigint[]) AS p;
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 2 WHERE id = 2;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT id, status, stored, told FROM outcome WHERE id IN (2, 3) \gx

-- another field of the record moved: that is no conflict
SET SESSION AUTHORIZATION alice;
CALL propose_later(1, 8000);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
SET SESSION AUTHORIZATION import;
UPDATE customers SET payment_terms = 'N90' WHERE id = 1;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT id, status, stored FROM outcome WHERE id = 4;

-- a constraint that is there by then refuses it: sent back, without the row in the reason; others go on
SET SESSION AUTHORIZATION alice;
CALL propose_later(1, 9000);
CALL propose_later(3, 500);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(p) FROM unnest('{5,6}'::bigint[]) AS p;
RESET SESSION AUTHORIZATION;
ALTER TABLE customers ADD CONSTRAINT not_so_much CHECK (credit_limit < 9000);
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT id, status, stored, told FROM outcome WHERE id IN (5, 6) \gx
SELECT status, waiting_on FROM customer_workflow.proposals WHERE id = 5;

-- two of other authors for one field: what becomes effective first is applied, the other comes too late, also when nobody looked in between
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 100 WHERE id = 3;
SELECT customer_workflow.submit(7, effective_at => '2999-02-01');
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 200 WHERE id = 3;
SELECT customer_workflow.submit(8, effective_at => '2999-01-01');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(p) FROM unnest('{7,8}'::bigint[]) AS p;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT id, status, stored, told FROM outcome WHERE id IN (7, 8) \gx

-- the record is deleted before its day: nothing is left to apply
SET SESSION AUTHORIZATION alice;
CALL propose_later(2, 50);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
RESET SESSION AUTHORIZATION;
DELETE FROM customers WHERE id = 2;
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT id, status FROM outcome WHERE id = 3;

-- a lock that cannot be had says nothing about the proposal: it is tried again later
SET SESSION AUTHORIZATION alice;
CALL propose_later(1, 10);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(5);
RESET SESSION AUTHORIZATION;
CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE lock_not_available USING MESSAGE = 'busy'; END$$;
CREATE TRIGGER busy BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION busy();
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT p.status, d.attempts, d.failure FROM customer_workflow.proposal AS p JOIN customer_workflow.deadline AS d ON d.proposal = p.id;
DROP TRIGGER busy ON customers;
SELECT customer_workflow.process_deadlines(as_of => '3000-01-01');
SELECT id, status, stored FROM outcome WHERE id = 5;
