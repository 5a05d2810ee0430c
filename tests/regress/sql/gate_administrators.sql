-- Option gate_configuration: who decides; there are always two, or the option, and what would leave one alone, is refused (CW004).
\set SHOW_CONTEXT never
\pset null ~
CREATE ROLE gate_administrators_owner;
CREATE ROLE gate_administrators_boss LOGIN;
GRANT CREATE ON SCHEMA public TO gate_administrators_owner;
CREATE TABLE public.accounts (id int PRIMARY KEY, credit_limit int);
ALTER TABLE accounts OWNER TO gate_administrators_owner;
SELECT customer_workflow.protect('accounts', '{credit_limit}', 'credit_managers');
-- Other files have superusers too, who would be other people: not in this transaction
CREATE FUNCTION public.only_me() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    other name;
BEGIN
    FOR other IN SELECT rolname FROM pg_roles WHERE rolsuper AND rolcanlogin AND rolname <> session_user LOOP
        EXECUTE format('ALTER ROLE %I NOLOGIN', other);
    END LOOP;
END
$$;

-- A superuser alone is one person
BEGIN;
SELECT public.only_me();
SELECT customer_workflow.configure('accounts', '{"gate_configuration": true}');
\echo :SQLSTATE
ROLLBACK;
BEGIN;
SELECT public.only_me();
SELECT customer_workflow.protect('accounts', '{credit_limit}', options => '{"gate_configuration": true}');
\echo :SQLSTATE
ROLLBACK;
-- An administrator who cannot act is none either, nor is a group without members
SELECT customer_workflow.grant_duty('accounts', 'administrator', 'group:board');
CREATE ROLE gate_administrators_nobody;
SELECT customer_workflow.grant_duty('accounts', 'administrator', 'gate_administrators_nobody');
BEGIN;
SELECT public.only_me();
SELECT customer_workflow.configure('accounts', '{"gate_configuration": true}');
ROLLBACK;
-- With another one it is fine: by the duty, alone or in a group, or as a member of the owner; a superuser counts as a person
SELECT customer_workflow.grant_duty('accounts', 'administrator', 'dave');
BEGIN;
SELECT public.only_me();
SELECT customer_workflow.configure('accounts', '{"gate_configuration": true}');
-- Now nothing may leave him alone
SELECT customer_workflow.revoke_duty('accounts', 'administrator', 'dave');
\echo :SQLSTATE
ROLLBACK;
SELECT customer_workflow.configure('accounts', '{"gate_configuration": true}');
SELECT customer_workflow.add_group_member('board', 'bob');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;

-- Who may decide what the superuser proposes: by duty, in a group, by membership in the owner
RESET SESSION AUTHORIZATION;
GRANT gate_administrators_owner TO gate_administrators_boss;
SELECT customer_workflow.configure('accounts', '{"overlap": "reject"}');
SELECT person FROM customer_workflow._administrators((SELECT id FROM customer_workflow.protected_table WHERE relation = 'accounts'::regclass)) WHERE person ~ 'gate|bob|carol|dave';
SET SESSION AUTHORIZATION bob;
SELECT count(*) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION gate_administrators_boss;
SELECT count(*) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION carol;
SELECT count(*) FROM customer_workflow.my_work_items;
-- Whose right is gone decides nothing, though he had the work before
RESET SESSION AUTHORIZATION;
REVOKE gate_administrators_owner FROM gate_administrators_boss;
SET SESSION AUTHORIZATION gate_administrators_boss;
SELECT customer_workflow.approve(id) FROM customer_workflow.configuration_proposals;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;

-- A person behind an application role is one too
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.grant_duty('accounts', 'administrator', 'person:maria');
SELECT customer_workflow.set_application_role('erp');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items ORDER BY proposal;
SET SESSION AUTHORIZATION erp;
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT customer_workflow.disable('accounts');
COMMIT;
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT customer_workflow.approve(max(id)) FROM customer_workflow.configuration_proposals;
ROLLBACK;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
SELECT kind, person, database_role, details -> 'configuration_proposal' IS NOT NULL AS approved FROM customer_workflow.workflow_history WHERE kind = 'disable';
SELECT customer_workflow.enable('accounts');
SET SESSION AUTHORIZATION erp;
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
COMMIT;

-- Of two gated tables who administers one does not decide for the database; who administers both does
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"gate_configuration": true}');
BEGIN;
SELECT public.only_me();
SELECT customer_workflow.remove_application_role('erp');
\echo :SQLSTATE
ROLLBACK;
SELECT customer_workflow.grant_duty('customers', 'administrator', 'dave');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.remove_application_role('erp');
SET SESSION AUTHORIZATION erp_owner;
SELECT count(*) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
RESET SESSION AUTHORIZATION;
SELECT role, person_required FROM customer_workflow.application_role;

-- The auditor sees what was decided, and decides nothing
SELECT customer_workflow.grant_duty('accounts', 'auditor', 'carol');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION carol;
SELECT author, subject, status, decided_by FROM customer_workflow.configuration_proposals ORDER BY id;
RESET SESSION AUTHORIZATION;
DROP TABLE accounts;
REVOKE CREATE ON SCHEMA public FROM gate_administrators_owner;
DROP ROLE gate_administrators_boss, gate_administrators_owner, gate_administrators_nobody;
