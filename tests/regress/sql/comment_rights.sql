-- add_comment(): who sees only some values of a proposal does not read what others say about it; nobody speaks in another's name.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
REVOKE SELECT ON customers FROM dave;
GRANT SELECT (id, payment_terms) ON customers TO dave;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = 1;
SELECT customer_workflow.submit(1);
SELECT customer_workflow.add_comment(1, 'from 1000 to 5000', 'credit_limit') IS NOT NULL AS added;
SET SESSION AUTHORIZATION dave;
SELECT proposal, field FROM customer_workflow.proposed_changes;
SELECT * FROM customer_workflow.comments;
SELECT customer_workflow.review(1) -> 'comments' AS comments;
SELECT comment, details FROM customer_workflow.workflow_history WHERE kind = 'commented';

-- Triggers of the table run in the approver's session, and cannot speak in his name.
SET SESSION AUTHORIZATION erp_owner;
CREATE FUNCTION crm.speak() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE '%', (SELECT value FROM public.error_of('SELECT customer_workflow.add_comment(1, ''Approved by me in person'')') WHERE field = 'sqlstate');
    RETURN NEW;
END
$$;
CREATE TRIGGER speak BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION crm.speak();
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT person, comment FROM customer_workflow.comments;
-- A pooled role without a person says nothing.
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_application_role('erp');
SELECT customer_workflow.grant_duty('customers', 'auditor', 'person:maria');
SET SESSION AUTHORIZATION erp;
SELECT * FROM error_of('SELECT customer_workflow.add_comment(1, ''x'')') WHERE field IN ('sqlstate', 'message');
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT customer_workflow.add_comment(1, 'Seen') IS NOT NULL AS added;
SELECT person, comment FROM customer_workflow.comments WHERE comment = 'Seen';
COMMIT;
