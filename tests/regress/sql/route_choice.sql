-- Definitions, "when" of a workflow: of several for one table the first whose condition is true, by priority; else the one without; else CW004.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account, payment_terms}', 'credit_managers');
CREATE FUNCTION crm.workflow(name text, priority int, condition text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM customer_workflow.activate_workflow(name, customer_workflow.create_workflow(name, 'customers',
        jsonb_strip_nulls(jsonb_build_object('when', condition, 'elements', jsonb_build_array(jsonb_build_object('approval', jsonb_build_object(
            'name', name, 'steps', '[{"name": "One", "assign_to": {"role": "credit_managers"}}]'::jsonb))))), priority));
    RETURN name;
END $$;

-- Without an active workflow the approvers of the table decide: the built-in workflow.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 10 WHERE id = 1;
SELECT customer_workflow.submit(1);
SELECT workflow, version FROM customer_workflow.proposals;
SELECT customer_workflow.recall(1);

-- Three workflows: the highest priority first, then by name, and the one without a condition for the rest.
SET SESSION AUTHORIZATION erp_owner;
SELECT crm.workflow('small', 1, 'new.credit_limit < 1000');
SELECT crm.workflow('tiny', 5, 'new.credit_limit < 100');
SELECT crm.workflow('bank', 1, $$changed('bank_account')$$);
SELECT crm.workflow('rest', 100, NULL);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 500 WHERE id = 2;
SELECT customer_workflow.propose('customers', '{"id": 3}', '{"credit_limit": 99, "bank_account": "DE99"}') AS tiny \gset
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;
SELECT id, workflow, version FROM customer_workflow.proposals ORDER BY id;
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals ORDER BY id;
-- bank and small have the same priority: the name decides; neither: rest
UPDATE customers SET credit_limit = 500, bank_account = 'DE77' WHERE id = 1;
UPDATE customers SET credit_limit = 50000 WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted' ORDER BY id;
SELECT id, workflow FROM customer_workflow.proposals WHERE status = 'pending_approval' ORDER BY id;
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE status = 'pending_approval' ORDER BY id;

-- A condition that is null on the way refuses: it is neither true nor false. One that a workflow of higher priority makes unnecessary is not asked.
UPDATE customers SET payment_terms = 'N60' WHERE id = 3;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :p));
SELECT status, workflow FROM customer_workflow.proposals WHERE id = :p;
UPDATE customers SET bank_account = 'DE78' WHERE id = 3;
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :p));
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.deactivate_workflow('tiny');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(:p);
SELECT workflow FROM customer_workflow.proposals WHERE id = :p;
SELECT customer_workflow.cancel(:p);

-- So does one that fails; no other workflow takes its place.
SET SESSION AUTHORIZATION erp_owner;
SELECT crm.workflow('broken', 50, '1 / (new.credit_limit - 7) > 0');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7 WHERE id = 1;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :p));
SELECT status FROM customer_workflow.proposals WHERE id = :p;

-- Where workflows are active and none is for the change, the approvers of the table are no way out.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.deactivate_workflow(w) FROM unnest('{broken,rest,bank}'::text[]) AS w;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 77777 WHERE id = 1;
SELECT * FROM error_of(format('SELECT customer_workflow.submit(%s)', :p));
-- in bulk, each by itself
UPDATE customers SET credit_limit = 20 * id WHERE id > 1;
SELECT r.outcome, r.sqlstate, r.message FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted' ORDER BY id)) AS r;
SELECT p.record_key, p.workflow FROM customer_workflow.proposals AS p WHERE status = 'pending_approval' ORDER BY p.id;
-- with the last workflow gone they are again
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.deactivate_workflow('small');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(:p);
SELECT workflow, version FROM customer_workflow.proposals WHERE id = :p;
-- and who was submitted to a workflow stays in it
SET SESSION AUTHORIZATION bob;
SELECT p.record_key, customer_workflow.approve(p.id) FROM customer_workflow.proposals AS p WHERE status = 'pending_approval' ORDER BY p.id;
SELECT id, credit_limit FROM customers ORDER BY id;
