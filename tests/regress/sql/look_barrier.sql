-- Design 5, Look: a cheap function in WHERE never meets a row that the views hide.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
CREATE SCHEMA spy AUTHORIZATION dave;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, credit_limit numeric, iban text);
INSERT INTO accounts VALUES (1, 100, 'DE1'), (2, 200, 'DE2');
GRANT SELECT, UPDATE ON accounts TO alice;
GRANT SELECT (id, credit_limit) ON accounts TO dave;
SELECT customer_workflow.protect('accounts', '{credit_limit,iban}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET credit_limit = 111, iban = 'secret' WHERE id = 1;
UPDATE accounts SET iban = 'secret' WHERE id = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.reject(proposal, 'secret') FROM customer_workflow.my_work_items;

SET SESSION AUTHORIZATION dave;
CREATE FUNCTION spy.tell(value text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
    RAISE NOTICE 'saw %', value;
    RETURN true;
END
$$;
SELECT count(*) FROM customer_workflow.proposals AS p WHERE spy.tell((p.record_key, p.comment)::text);
SELECT count(*) FROM customer_workflow.proposed_changes AS c WHERE spy.tell((c.record_key, c.field, c.proposed_value)::text);
SELECT count(*) FROM customer_workflow.pending_changes('accounts') AS c WHERE spy.tell((c.record_key, c.field, c.proposed_value)::text);
SELECT count(*) FROM customer_workflow.my_work_items AS w WHERE spy.tell(w.subject);
SELECT count(*) FROM customer_workflow.work_items AS w WHERE spy.tell(w.subject);
SELECT count(*) FROM customer_workflow.workflow_history AS h WHERE spy.tell((h.kind, h.comment, h.details)::text);
SELECT count(*) FROM customer_workflow.decisions AS d WHERE spy.tell(d.proposed_value);
SELECT count(*) FROM customer_workflow.protected_fields AS f WHERE spy.tell(f.field);

-- Sorting, grouping and joining by it neither
SELECT count(*) FROM (SELECT spy.tell(proposed_value) FROM customer_workflow.proposed_changes ORDER BY 1) AS t;
SELECT count(*) FROM customer_workflow.proposals AS p JOIN (VALUES (1), (2)) AS v (id) ON spy.tell(p.id::text) AND v.id = p.id;
PREPARE generic(text) AS SELECT count(*) FROM customer_workflow.proposed_changes AS c WHERE spy.tell(c.field || $1);
SET plan_cache_mode = force_generic_plan;
EXECUTE generic('!');

-- The helpers that views need are executable by everybody, and tell nobody more
SELECT customer_workflow._stored_values((SELECT min(id) FROM customer_workflow.proposals), '{iban}');
SELECT customer_workflow._stored_values((SELECT min(id) FROM customer_workflow.proposals), '{credit_limit}');
SELECT customer_workflow._own_values('accounts', '{"id": 1}', '{credit_limit}');
SELECT customer_workflow._own_values('accounts', '{"id": 1}', '{iban}');
SELECT customer_workflow._allowed_actions((SELECT min(id) FROM customer_workflow.proposals), true);
SELECT count(*) FROM customer_workflow._review AS r WHERE spy.tell(r.review ->> 'changes');
