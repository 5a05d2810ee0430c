-- Definitions, assign_to: role, group, user, a field of the record, author, originator and owner; who has a part in the change is taken out.
\set SHOW_CONTEXT never
CREATE ROLE route_people_erin LOGIN;
SELECT customer_workflow.add_group_member('treasury', 'carol');
SELECT customer_workflow.add_group_member('treasury', 'person:maria@example.com');
SELECT customer_workflow.set_application_role('erp');
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE customers ADD account_manager text;
UPDATE customers SET account_manager = CASE id WHEN 1 THEN 'dave' WHEN 2 THEN 'person:maria@example.com' END;
SELECT customer_workflow.protect('customers', '{credit_limit, account_manager}');
SELECT customer_workflow.grant_duty('customers', 'steward', 'bob');
CREATE FUNCTION crm.to_whom(assign_to jsonb, more jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM customer_workflow.activate_workflow('credit', customer_workflow.create_workflow('credit', 'customers', more || jsonb_build_object('elements', jsonb_build_array(
        jsonb_build_object('approval', jsonb_build_object('name', 'Credit', 'steps', jsonb_build_array(
            jsonb_build_object('name', 'One', 'assign_to', assign_to))))))));
END $$;
RESET SESSION AUTHORIZATION;
-- Who gets a change that alice makes to this record and that somebody submits; then it is cancelled.
CREATE FUNCTION public.who_gets(assign_to jsonb, record int DEFAULT 1, submitter text DEFAULT 'alice', more jsonb DEFAULT '{}') RETURNS TABLE (assignees text[], error text) LANGUAGE plpgsql AS $$
DECLARE p bigint;
BEGIN
    SET LOCAL SESSION AUTHORIZATION erp_owner;
    PERFORM crm.to_whom(assign_to, more);
    SET LOCAL SESSION AUTHORIZATION alice;
    UPDATE customers SET credit_limit = 5000 WHERE id = record;
    SET LOCAL SESSION AUTHORIZATION DEFAULT;
    p := (SELECT max(id) FROM customer_workflow.proposals);
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', submitter);
    BEGIN
        PERFORM customer_workflow.submit(p);
    EXCEPTION WHEN OTHERS THEN
        error := SQLSTATE || ' ' || SQLERRM;
    END;
    SET LOCAL SESSION AUTHORIZATION DEFAULT;
    assignees := (SELECT waiting_on FROM customer_workflow.proposals WHERE id = p);
    PERFORM customer_workflow.cancel(p);
    RETURN NEXT;
END $$;

SELECT * FROM who_gets('{"role": "credit_managers"}');
SELECT * FROM who_gets('{"group": "treasury"}');
SELECT * FROM who_gets('{"user": "dave"}');
SELECT * FROM who_gets('{"user": "role:dave"}');
SELECT * FROM who_gets('{"user": "maria@example.com"}');
-- a person, although there is a role of that name
SELECT * FROM who_gets('{"user": "person:dave"}');

-- The column of the stored record names the person; a change that is only proposed does not.
SELECT * FROM who_gets('{"field": "account_manager"}', 1);
SELECT * FROM who_gets('{"field": "account_manager"}', 2);
SELECT * FROM who_gets('{"field": "account_manager"}', 3);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET account_manager = 'carol' WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
RESET SESSION AUTHORIZATION;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes AS c JOIN customer_workflow.proposals AS p ON p.id = c.proposal WHERE p.status = 'pending_approval';
SELECT waiting_on FROM customer_workflow.proposals WHERE status = 'pending_approval';
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE status = 'pending_approval';

-- Relative to the proposal: the owner of the workflow is a person, or a role whose members get it
SELECT * FROM who_gets('{"workflow_user": "owner"}', more => '{"owner": "dave"}');
SELECT * FROM who_gets('{"workflow_user": "owner"}', more => '{"owner": "credit_managers"}');
-- author and originator have a part in the change, so that they are only asked where the workflow says that they may
SELECT * FROM who_gets('{"workflow_user": "author"}');
SELECT * FROM who_gets('{"workflow_user": "author"}', more => '{"allow_self_approval": true}');
SELECT * FROM who_gets('{"workflow_user": "originator"}', 1, 'bob', '{"allow_self_approval": true}');
SELECT * FROM who_gets('{"workflow_user": "author"}', 1, 'bob', '{"allow_self_approval": true}');

-- bob submitted it as a steward: of the two managers carol is left, who is enough
SELECT * FROM who_gets('{"role": "credit_managers"}', 1, 'bob');
SELECT * FROM who_gets('{"user": "bob"}', 1, 'bob');

-- Nobody there: an empty group, a role without members, a column that is null or names nobody who can act
SELECT * FROM who_gets('{"user": "route_people_erin"}');
ALTER ROLE route_people_erin NOLOGIN;
SELECT * FROM who_gets('{"user": "route_people_erin"}');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of('SELECT customer_workflow.submit(1)');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.remove_group_member('treasury', 'carol');
SELECT * FROM who_gets('{"group": "treasury"}');
SELECT customer_workflow.remove_group_member('treasury', 'person:maria@example.com');
SELECT * FROM who_gets('{"group": "treasury"}');

-- Named people decide as roles do, and only their own.
SET SESSION AUTHORIZATION erp_owner;
SELECT crm.to_whom('{"field": "account_manager"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000 WHERE id = 2;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION erp;
BEGIN;
SELECT customer_workflow.act_as('other@example.com');
SELECT * FROM error_of('SELECT customer_workflow.approve(' || :p || ')');
COMMIT;
BEGIN;
SELECT customer_workflow.act_as('maria@example.com');
SELECT record_key, element, step FROM customer_workflow.my_work_items;
SELECT customer_workflow.approve(:p);
COMMIT;
SELECT credit_limit FROM customers WHERE id = 2;
