-- Attack: who is neither assigned nor a delegate decides, because he is a member of the role of somebody who is, or because he has another name now.
\set SHOW_CONTEXT never
CREATE ROLE attack_people_pool;
CREATE ROLE attack_people_ann LOGIN;
CREATE ROLE attack_people_ben LOGIN;
CREATE ROLE attack_people_cid LOGIN;
CREATE ROLE attack_people_dep LOGIN;
CREATE ROLE attack_people_eve LOGIN;
GRANT attack_people_pool TO attack_people_ann, attack_people_ben, attack_people_cid;
-- Eve is a member of the deputy's role, and of nothing else.
GRANT attack_people_dep TO attack_people_eve;
GRANT SELECT, UPDATE ON customers TO attack_people_ben, attack_people_eve;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}', 'attack_people_pool');

-- A deputy has a place beside the role; members of his role have not.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION attack_people_ann;
SELECT customer_workflow.delegate(1, 'attack_people_dep');
SET SESSION AUTHORIZATION attack_people_eve;
SELECT * FROM error_of('SELECT customer_workflow.approve(1)');
SELECT count(*) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION attack_people_dep;
SELECT customer_workflow.approve(1);

-- The same where the step counts people, and each has an item of his own.
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.create_workflow('counted', 'customers', '{"elements": [{"approval": {"name": "A", "steps": [
    {"name": "S", "assign_to": {"role": "attack_people_pool"}, "completion_policy": {"count": 2}}]}}]}');
SELECT customer_workflow.activate_workflow('counted', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION attack_people_ann;
SELECT customer_workflow.delegate(2, 'attack_people_dep');
SET SESSION AUTHORIZATION attack_people_eve;
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');

-- One who has voted does not vote again for somebody else: neither as his delegate nor under another name.
SET SESSION AUTHORIZATION attack_people_ben;
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION attack_people_cid;
SELECT * FROM error_of('SELECT customer_workflow.delegate(2, ''attack_people_ben'')');
SELECT * FROM error_of('SELECT customer_workflow.delegate(2, ''alice'')');
SELECT * FROM error_of('SELECT customer_workflow.delegate(2, ''attack_people_dep'')');
RESET SESSION AUTHORIZATION;
SELECT r.outcome, r.sqlstate, r.message FROM customer_workflow.reassign(
    ARRAY(SELECT work_item FROM customer_workflow.work_items WHERE proposal = 2 AND status = 'open' ORDER BY 1), 'alice', 'try') AS r;
SELECT r.outcome, r.sqlstate, r.message FROM customer_workflow.reassign(
    ARRAY(SELECT work_item FROM customer_workflow.work_items WHERE proposal = 2 AND status = 'open' ORDER BY 1), 'attack_people_ben', 'try') AS r;

-- An approver who then edits, as a steward, decides no more: earlier approvals of his are not kept either.
SELECT customer_workflow.create_workflow('counted', 'customers', '{"resubmission": "changed_only", "elements": [
    {"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"user": "role:attack_people_ben"}}]}},
    {"approval": {"name": "B", "steps": [{"name": "S", "assign_to": {"role": "attack_people_pool"}}]}}]}');
SELECT customer_workflow.activate_workflow('counted', 2);
SELECT customer_workflow.grant_duty('customers', 'steward', 'attack_people_ben');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000 WHERE id = 2;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION attack_people_ben;
SELECT customer_workflow.approve(3);
SET SESSION AUTHORIZATION attack_people_ann;
SELECT customer_workflow.request_change(3, 'more');
SET SESSION AUTHORIZATION attack_people_ben;
SELECT * FROM error_of('SELECT customer_workflow.submit(3)');
RESET SESSION AUTHORIZATION;
SELECT id, status FROM customer_workflow.proposals ORDER BY id;

SET client_min_messages = warning;
DROP OWNED BY attack_people_ben, attack_people_eve;
DROP ROLE attack_people_pool, attack_people_ann, attack_people_ben, attack_people_cid, attack_people_dep, attack_people_eve;
