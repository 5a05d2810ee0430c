-- Standing delegations: new work goes to the delegate, who acts in the delegator's name; open work items move where asked for.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, name text, credit_limit numeric, iban text);
INSERT INTO accounts SELECT i, 'Account ' || i, 100, 'DE' FROM generate_series(1, 9) AS i;
GRANT SELECT, UPDATE ON accounts TO alice, dave;
SELECT customer_workflow.protect('accounts', '{credit_limit,iban}', 'credit_managers');
SELECT customer_workflow.create_workflow('Person', 'accounts', '{"when": "changed(''iban'')", "elements": [{"approval": {"name": "Approval",
    "steps": [{"name": "Bob", "assign_to": {"user": "bob"}}]}}]}');
SELECT customer_workflow.create_workflow('Role', 'accounts', '{"elements": [{"approval": {"name": "Approval",
    "steps": [{"name": "Managers", "assign_to": {"role": "credit_managers"}}]}}]}');
SELECT customer_workflow.create_workflow('Strict', 'accounts', '{"when": "new.credit_limit > 1000", "elements": [{"approval": {"name": "Approval",
    "allowed_actions": ["approve", "reject"], "steps": [{"name": "Bob", "assign_to": {"user": "bob"}}]}}]}');
SELECT customer_workflow.activate_workflow(name, 1) FROM unnest('{Person,Role,Strict}'::text[]) AS name;
CREATE FUNCTION submit(account int, field text, val text, OUT waiting_on text[]) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE accounts SET %I = %L WHERE id = %s', field, val, account);
    PERFORM customer_workflow.submit(p.id) FROM customer_workflow.proposals AS p WHERE p.record_key = jsonb_build_object('id', account) AND p.status = 'not_submitted';
    SELECT p.waiting_on INTO submit.waiting_on FROM customer_workflow.proposals AS p WHERE p.record_key = jsonb_build_object('id', account) ORDER BY p.id DESC LIMIT 1;
END
$$;
SET client_min_messages = warning;

-- bob has three open items: his own, one by his role, one that he may not delegate
SET SESSION AUTHORIZATION alice;
SELECT submit(1, 'iban', 'FR'), submit(2, 'credit_limit', '200'), submit(3, 'credit_limit', '2000');
-- Without open_items they stay; with it they go, as far as their workflows let them
SET client_min_messages = notice;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.create_delegation('bob', 'dave', now(), 'infinity', open_items => false) AS first \gset
SELECT record_key, assignee FROM customer_workflow.work_items ORDER BY work_item;
SELECT customer_workflow.end_delegation(:first);
SELECT customer_workflow.create_delegation('bob', 'dave', now(), 'infinity') AS second \gset
SELECT record_key, assignee FROM customer_workflow.work_items ORDER BY work_item;
SELECT record_key FROM customer_workflow.my_work_items ORDER BY work_item;
SET SESSION AUTHORIZATION dave;
SELECT record_key FROM customer_workflow.my_work_items ORDER BY work_item;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items WHERE record_key = '{"id": 1}';
SELECT record_key, action, person, on_behalf_of FROM customer_workflow.decisions WHERE record_key = '{"id": 1}';

-- New work: what is bob's goes to dave, a role keeps its own and dave gets a place; but not for dave's own change
SET client_min_messages = warning;
SET SESSION AUTHORIZATION alice;
SELECT submit(4, 'iban', 'FR'), submit(5, 'credit_limit', '200'), submit(6, 'credit_limit', '2000');
SET SESSION AUTHORIZATION dave;
SELECT submit(7, 'iban', 'FR'), submit(8, 'credit_limit', '200');
SELECT record_key FROM customer_workflow.my_work_items ORDER BY work_item;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items WHERE record_key = '{"id": 5}';
SELECT kind, person, on_behalf_of FROM customer_workflow.workflow_history
 WHERE proposal = (SELECT id FROM customer_workflow.proposals WHERE record_key = '{"id": 5}') AND kind IN ('automatic_delegation', 'approved') ORDER BY at;

-- It ends: dave keeps what he has, and gets no more
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.end_delegation(:second);
SET SESSION AUTHORIZATION alice;
SELECT submit(9, 'iban', 'FR');
SET SESSION AUTHORIZATION dave;
SELECT record_key FROM customer_workflow.my_work_items ORDER BY work_item;

-- Only the work of one workflow, and along a chain; who holds it anyway needs no place, and parties get none
SET client_min_messages = notice;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.create_delegation('bob', 'carol', now(), 'infinity', '{"workflow": "Role"}') AS third \gset
SELECT customer_workflow.end_delegation(:third);
SELECT customer_workflow.create_delegation('bob', 'dave', now(), 'infinity', '{"workflow": "Person"}') AS fourth \gset
SELECT customer_workflow.end_delegation(:fourth);
SELECT record_key, assignee FROM customer_workflow.work_items WHERE status = 'open' ORDER BY work_item;
SET SESSION AUTHORIZATION carol;
SELECT FROM customer_workflow.create_delegation('carol', 'import', now(), 'infinity');
SET SESSION AUTHORIZATION bob;
SELECT FROM customer_workflow.create_delegation('bob', 'carol', now(), 'infinity', '{"workflow": "Person"}');
SELECT record_key, assignee FROM customer_workflow.work_items WHERE status = 'open' ORDER BY work_item;
SET SESSION AUTHORIZATION import;
SELECT record_key FROM customer_workflow.my_work_items ORDER BY work_item;
