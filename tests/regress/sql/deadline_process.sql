-- process_deadlines(): who may, how many, what fails, tables that are switched off
SET client_min_messages = error;
SELECT customer_workflow.protect('customers', '{credit_limit}');
CREATE TABLE suppliers (id integer PRIMARY KEY, iban text);
INSERT INTO suppliers VALUES (1, 'DE01');
GRANT SELECT, UPDATE ON suppliers TO alice;
ALTER TABLE suppliers OWNER TO dave;
SELECT customer_workflow.protect('suppliers', '{iban}');
INSERT INTO customer_workflow.calendar VALUES ('plant', '{"time_zone": "UTC", "week": {"monday": [["08:00", "16:00"]]}}');
SELECT customer_workflow.create_workflow(tab, tab, '{"expires_after": {"days": 1}, "elements": [{"approval": {"name": "Approval", "steps": [
    {"name": "Manager", "assign_to": {"role": "credit_managers"}, "time_limit": {"hours": 1},
     "escalation": [{"assign_to": {"role": "dave"}, "time_limit": {"working_hours": 4, "calendar": "plant"}}]}]}}]}')
  FROM unnest('{customers,suppliers}'::text[]) AS tab;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.activate_workflow('customers', 1);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.activate_workflow('suppliers', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000;
UPDATE suppliers SET iban = 'DE99';
SELECT count(*) FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals)) WHERE outcome = 'pending_approval';

-- everybody may; before its time nothing is done
SELECT customer_workflow.process_deadlines();
SELECT * FROM error_of('SELECT customer_workflow.process_deadlines(0)');
SELECT * FROM error_of('SELECT customer_workflow.process_deadlines(NULL)');
-- but not make something due
SELECT * FROM error_of($$SELECT customer_workflow.process_deadlines(as_of => now() + interval '1 year')$$);
-- who owns a table may, in that one; it is on record
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.process_deadlines(as_of => '2999-01-01');
RESET SESSION AUTHORIZATION;
SELECT relation, status, count(*) FROM customer_workflow.proposals GROUP BY relation, status ORDER BY relation;
SELECT t.relation, h.person, h.details ? 'as_of' AS as_of FROM customer_workflow.history AS h JOIN customer_workflow.protected_table AS t ON t.id = h.table_id
 WHERE h.kind = 'process_deadlines';

-- no more than asked for
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.process_deadlines(2, as_of => now() + interval '2 hours');
RESET SESSION AUTHORIZATION;
SELECT assignee, count(*) FROM customer_workflow.work_items WHERE status = 'open' GROUP BY assignee ORDER BY assignee;

-- what fails is in the history once, is tried again later, and stands in nobody's way; nothing of it is done
DELETE FROM customer_workflow.calendar;
SELECT id AS failing FROM customer_workflow.proposals WHERE relation = 'customers'::regclass AND waiting_on = '{credit_managers}' \gset
UPDATE customer_workflow.deadline SET due_at = now() - interval '1 hour' WHERE proposal = :failing AND timer ? 'item';
UPDATE customer_workflow.deadline SET due_at = now() WHERE proposal <> :failing AND timer ? 'proposal';
SELECT customer_workflow.process_deadlines();
SELECT customer_workflow.process_deadlines();
SELECT timer, attempts, failure, due_at > now() AS later FROM customer_workflow.deadline WHERE failure IS NOT NULL;
UPDATE customer_workflow.deadline SET due_at = now() WHERE failure IS NOT NULL;
BEGIN;
SELECT customer_workflow.process_deadlines();
SELECT attempts, due_at = now() + interval '2 minutes' AS in_two_minutes FROM customer_workflow.deadline WHERE failure IS NOT NULL;
COMMIT;
SELECT proposal = :failing AS failing, kind, person, details FROM customer_workflow.workflow_history WHERE kind = 'fault';
SELECT waiting_on FROM customer_workflow.proposals WHERE id = :failing;
-- with the calendar back it goes on
INSERT INTO customer_workflow.calendar VALUES ('plant', '{"time_zone": "UTC", "week": {"monday": [["08:00", "16:00"]]}}');
UPDATE customer_workflow.deadline SET due_at = now() WHERE failure IS NOT NULL;
SELECT customer_workflow.process_deadlines();
SELECT waiting_on FROM customer_workflow.proposals WHERE id = :failing;

-- while approvals are switched off deadlines stop; what was due meanwhile is done afterwards
SELECT customer_workflow.disable('customers');
UPDATE customer_workflow.deadline SET due_at = now() - interval '1 month';
SELECT customer_workflow.process_deadlines();
SELECT customer_workflow.process_deadlines(as_of => '2999-01-01');
SELECT customer_workflow.enable('customers');
SELECT customer_workflow.process_deadlines();
SELECT relation, status, count(*) FROM customer_workflow.proposals GROUP BY relation, status ORDER BY relation;
SELECT count(*) AS deadlines FROM customer_workflow.deadline;
