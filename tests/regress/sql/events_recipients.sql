-- Events: whom each concerns. Who has work by it; else author and originator; nobody is told of what he did himself
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'role:credit_managers');
SELECT customer_workflow.add_group_member('board', 'role:dave');
SELECT customer_workflow.grant_duty('customers', 'override', 'dave');
SELECT customer_workflow.grant_duty('customers', 'steward', 'import');
SELECT customer_workflow.create_workflow('limits', 'customers', '{"elements": [{"approval": {"name": "Approval", "steps": [
    {"name": "Manager", "assign_to": {"role": "credit_managers"}, "time_limit": {"days": 2}, "reminders": [{"days": 1}], "escalation": [{"assign_to": {"group": "board"}, "time_limit": {"hours": 6}}]},
    {"name": "Carol", "assign_to": {"user": "carol"}}]}}]}');
SELECT customer_workflow.activate_workflow('limits', 1);
SELECT customer_workflow.set_event_consumer('mail', 'postgres');
CREATE FUNCTION told() RETURNS TABLE (kind text, step text, person text, recipients text[], work jsonb) LANGUAGE plpgsql AS $$
DECLARE last bigint;
BEGIN
    RETURN QUERY SELECT e.kind, e.payload ->> 'step', e.person, e.recipients, jsonb_path_query_array(e.payload, '$.work_items[*].assignee')
                   FROM customer_workflow.next_events('mail') AS e WHERE e.kind <> 'pre_condition_evaluation';
    SELECT e.id INTO last FROM customer_workflow.next_events('mail') WITH ORDINALITY AS e ORDER BY e.ordinality DESC LIMIT 1;
    IF FOUND THEN
        PERFORM customer_workflow.acknowledge_events('mail', last);
    END IF;
END
$$;

SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1);
RESET SESSION AUTHORIZATION;
SELECT * FROM told();
-- reminded, escalated
SELECT customer_workflow.process_deadlines(as_of => now() + interval '25 hours'), customer_workflow.process_deadlines(as_of => now() + interval '49 hours');
SELECT * FROM told() WHERE kind <> 'process_deadlines';
-- decided, delegated, decided
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.delegate(1, 'bob');
RESET SESSION AUTHORIZATION;
SELECT * FROM told();
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
RESET SESSION AUTHORIZATION;
SELECT * FROM told();

-- submitted by a steward, and overtaken by another change
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.submit(2);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('customers');
UPDATE customers SET credit_limit = 1 WHERE id = 1;
SELECT customer_workflow.enable('customers');
SELECT * FROM told() WHERE kind NOT IN ('enable', 'disable');
-- sent back, recalled, said, cancelled by others
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.request_change(2, 'why?');
SELECT customer_workflow.add_comment(2, 'why so much?');
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.cancel(2);
RESET SESSION AUTHORIZATION;
SELECT * FROM told();

-- overridden: the reviewers have work, the author is told
SET SESSION AUTHORIZATION alice;
UPDATE customers SET payment_terms = 'N60' WHERE id = 2;
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.override_apply(3, 'goods are at the ramp');
RESET SESSION AUTHORIZATION;
SELECT * FROM told();
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.complete_task(work_item, 'agreed') FROM customer_workflow.my_work_items WHERE element = 'Override review' LIMIT 1;
RESET SESSION AUTHORIZATION;
SELECT * FROM told();
