-- map_role(): several roles are one person where duties are separated, and nowhere else.
\set SHOW_CONTEXT never
CREATE ROLE same_ann LOGIN;
CREATE ROLE same_ann_admin LOGIN;
CREATE ROLE "same Ben" LOGIN;
CREATE ROLE same_cleo LOGIN;
CREATE ROLE same_approvers;
GRANT same_approvers TO same_ann_admin, "same Ben", same_cleo;
GRANT SELECT, UPDATE ON customers TO same_ann, same_ann_admin, "same Ben", same_cleo;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'same_approvers');

-- without it the second role of the author approves
SET SESSION AUTHORIZATION same_ann;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION same_ann_admin;
SELECT count(*) FROM customer_workflow.my_work_items;
RESET SESSION AUTHORIZATION;
-- with it she does not, also where the change was submitted before
SELECT customer_workflow.map_role('same_ann', 'ann');
SELECT customer_workflow.map_role('same_ann_admin', 'person:ann');
SELECT customer_workflow.map_role('same_ann_admin', ' ann ');
SELECT * FROM customer_workflow.mapped_roles;
SET SESSION AUTHORIZATION same_ann_admin;
SELECT count(*) FROM customer_workflow.my_work_items;
SELECT customer_workflow.review(1) -> 'allowed_actions' AS allowed_actions;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
-- it gives no rights: neither the other's proposals, nor her draft, nor her submit
SELECT customer_workflow.current_person();
SELECT field, value FROM error_of('SELECT customer_workflow.recall(1)') WHERE field IN ('sqlstate', 'detail');
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
SELECT id, author FROM customer_workflow.proposals ORDER BY id;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.cancel(2);

-- it holds from its commit, and follows the role when that gets another name
ALTER ROLE same_ann RENAME TO same_anna;
SET SESSION AUTHORIZATION same_ann_admin;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(1)') WHERE field = 'sqlstate';
RESET SESSION AUTHORIZATION;
ALTER ROLE same_anna RENAME TO same_ann;
-- and ends with it
SELECT customer_workflow.unmap_role('same_ann_admin');
SET SESSION AUTHORIZATION same_ann_admin;
SELECT customer_workflow.approve(1);
RESET SESSION AUTHORIZATION;

-- Votes: where people are counted, who has two roles has one vote, and one place
SELECT customer_workflow.map_role('same_ann_admin', 'ann'), customer_workflow.map_role('"same Ben"', 'ben'), customer_workflow.map_role('same_cleo', 'ben');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('votes', 'customers', '{"elements": [{"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"role": "same_approvers"}, "completion_policy": "all_approvers"}]}}]}');
SELECT customer_workflow.activate_workflow('votes', 1);
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals;
RESET SESSION AUTHORIZATION;
SELECT assignee FROM customer_workflow.work_items WHERE status = 'open' ORDER BY assignee;
-- nor does he get another one from a colleague
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SET SESSION AUTHORIZATION same_ann_admin;
SELECT * FROM error_of(format('SELECT customer_workflow.delegate(%s, %L)', :p, 'same_cleo'));
SELECT customer_workflow.approve(:p);
SET SESSION AUTHORIZATION "same Ben";
SELECT customer_workflow.approve(:p);
RESET SESSION AUTHORIZATION;

-- Distinct approvers are distinct people
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('votes', 'customers', '{"distinct_approvers": true, "elements": [{"approval": {"name": "A", "steps": [
    {"name": "One", "assign_to": {"role": "same_approvers"}}, {"name": "Two", "assign_to": {"role": "same_approvers"}}, {"name": "Three", "assign_to": {"user": "bob"}}]}}]}');
SELECT customer_workflow.activate_workflow('votes', 2);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000 WHERE id = 2;
SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SET SESSION AUTHORIZATION "same Ben";
SELECT customer_workflow.approve(:p);
SET SESSION AUTHORIZATION same_cleo;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :p));
SET SESSION AUTHORIZATION same_ann_admin;
SELECT * FROM error_of(format('SELECT customer_workflow.delegate(%s, %L)', :p, 'same_cleo'));
SELECT customer_workflow.approve(:p);
SET SESSION AUTHORIZATION erp_owner;
-- nor by reassigning
SELECT outcome, sqlstate FROM customer_workflow.reassign(ARRAY(SELECT work_item FROM customer_workflow.work_items WHERE proposal = :p AND status = 'open'), 'same_approvers', 'bob is away');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(:p);
RESET SESSION AUTHORIZATION;

-- refusals, who may, and what the history says
SELECT s, string_agg(e.value, ' ' ORDER BY e.field DESC) AS refused FROM unnest(ARRAY[$$map_role(NULL, 'ann')$$, $$map_role('same_ann', NULL)$$, $$map_role('same_ann', ' ')$$,
    $$map_role('same_ann', 'role:bob')$$, $$map_role('same_ann', 'group:desk')$$, $$map_role('nobody_at_all', 'ann')$$, $$unmap_role('alice')$$, $$unmap_role(NULL)$$]) AS s
 CROSS JOIN LATERAL error_of('SELECT customer_workflow.' || s) AS e WHERE e.field IN ('sqlstate', 'message', 'none') GROUP BY s ORDER BY s;
SET SESSION AUTHORIZATION erp_owner;
SELECT field, value FROM error_of($$ SELECT customer_workflow.map_role('same_ann', 'x') $$) WHERE field = 'sqlstate';
SELECT field, value FROM error_of($$ SELECT customer_workflow.unmap_role('same_ann') $$) WHERE field = 'sqlstate';
SELECT count(*) FROM customer_workflow.mapped_roles;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.unmap_role('"same Ben"');
SELECT kind, details FROM customer_workflow.workflow_history WHERE kind IN ('map_role', 'unmap_role');
DROP OWNED BY same_ann, same_ann_admin, "same Ben", same_cleo, same_approvers;
DROP ROLE same_ann, same_ann_admin, "same Ben", same_cleo, same_approvers;
