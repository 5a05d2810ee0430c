-- Definitions, completion_policy: how many responses finish a step; any rejection among them rejects.
\set SHOW_CONTEXT never
CREATE ROLE route_policies_board;
CREATE ROLE route_policies_erin LOGIN;
GRANT route_policies_board TO bob, carol, dave, route_policies_erin;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}');
INSERT INTO customers (id, name, credit_limit) SELECT i, 'Customer ' || i, 100 FROM generate_series(11, 30) AS i;
CREATE FUNCTION crm.policy(policy jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM customer_workflow.activate_workflow('board', customer_workflow.create_workflow('board', 'customers', jsonb_build_object('elements', jsonb_build_array(
        jsonb_build_object('approval', jsonb_build_object('name', 'Board', 'steps', jsonb_build_array(
            jsonb_build_object('name', 'Vote', 'assign_to', '{"role": "route_policies_board"}'::jsonb, 'completion_policy', policy))))))));
END $$;
RESET SESSION AUTHORIZATION;
-- Ask whoever is named, in this order, to approve, or with a minus to reject, the proposal for a record; what each got to hear.
CREATE FUNCTION public.votes(record int, voters text[]) RETURNS TABLE (voter text, answer text) LANGUAGE plpgsql AS $$
DECLARE
    p bigint := (SELECT max(id) FROM customer_workflow.proposals WHERE record_key = jsonb_build_object('id', record));
BEGIN
    FOREACH voter IN ARRAY voters LOOP
        EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', CASE ltrim(voter, '-') WHEN 'erin' THEN 'route_policies_erin' ELSE ltrim(voter, '-') END);
        BEGIN
            answer := CASE WHEN voter LIKE '-%' THEN customer_workflow.reject(p, 'no') ELSE customer_workflow.approve(p) END;
        EXCEPTION WHEN OTHERS THEN
            answer := SQLSTATE || ' ' || SQLERRM;
        END;
        RETURN NEXT;
    END LOOP;
    SET LOCAL SESSION AUTHORIZATION DEFAULT;
END $$;
CREATE PROCEDURE public.ask(policy jsonb, record int) LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL SESSION AUTHORIZATION erp_owner;
    PERFORM crm.policy(policy);
    SET LOCAL SESSION AUTHORIZATION alice;
    UPDATE customers SET credit_limit = 5000 WHERE id = record;
    PERFORM customer_workflow.submit((SELECT max(id) FROM customer_workflow.proposals WHERE record_key = jsonb_build_object('id', record)));
END $$;

-- single_approver: one work item for all four, the first response decides.
CALL ask('"single_approver"', 11);
SELECT step, assignee, status FROM customer_workflow.work_items WHERE record_key = '{"id": 11}' ORDER BY assignee;
SELECT * FROM votes(11, ARRAY['carol', 'dave']);
CALL ask('"single_approver"', 12);
SELECT * FROM votes(12, ARRAY['-carol', 'dave']);

-- majority: more than half of four are three; a work item each, and what is left closes.
CALL ask('"majority"', 13);
SELECT step, assignee, status FROM customer_workflow.work_items WHERE record_key = '{"id": 13}' ORDER BY assignee;
SELECT * FROM votes(13, ARRAY['carol', 'carol', 'dave', 'bob', 'erin']);
SELECT step, assignee, status FROM customer_workflow.work_items WHERE record_key = '{"id": 13}' ORDER BY assignee;
-- any rejection before that rejects
CALL ask('"majority"', 14);
SELECT * FROM votes(14, ARRAY['carol', 'dave', '-bob', 'erin']);
SELECT step, assignee, status FROM customer_workflow.work_items WHERE record_key = '{"id": 14}' ORDER BY assignee;

-- all_approvers
CALL ask('"all_approvers"', 15);
SELECT * FROM votes(15, ARRAY['carol', 'bob', 'erin', 'dave']);
CALL ask('"all_approvers"', 16);
SELECT * FROM votes(16, ARRAY['carol', 'bob', 'erin', '-dave']);

-- percentage, rounded up, at least one
CALL ask('{"percentage": 50}', 17);
SELECT * FROM votes(17, ARRAY['carol', 'bob', 'dave']);
CALL ask('{"percentage": 51}', 18);
SELECT * FROM votes(18, ARRAY['carol', 'bob', 'dave']);
CALL ask('{"percentage": 1}', 19);
SELECT * FROM votes(19, ARRAY['carol', 'bob']);
CALL ask('{"percentage": 100}', 20);
SELECT * FROM votes(20, ARRAY['carol', 'bob', 'dave', 'erin']);

-- count
CALL ask('{"count": 2}', 21);
SELECT * FROM votes(21, ARRAY['erin', 'bob', 'carol']);
CALL ask('{"count": 4}', 22);
SELECT * FROM votes(22, ARRAY['erin', 'bob', 'carol', 'dave']);
-- more than there are: refused at submit, not when it would get stuck
CALL ask('{"count": 5}', 23);
\echo :SQLSTATE

-- The people are counted when the step starts: who comes later has no vote, who leaves has none any more.
CALL ask('"majority"', 24);
GRANT route_policies_board TO import;
SELECT * FROM votes(24, ARRAY['import', 'bob']);
REVOKE route_policies_board FROM import;
REVOKE route_policies_board FROM bob;
SELECT * FROM votes(24, ARRAY['carol', 'dave']);
SELECT id, credit_limit FROM customers WHERE id = 24;

-- Whom alice may not ask is not counted: her own vote as a member of the board is none. Three are left, two are the majority.
GRANT route_policies_board TO alice, bob;
CALL ask('"majority"', 25);
SELECT step, assignee, status FROM customer_workflow.work_items WHERE record_key = '{"id": 25}' ORDER BY assignee;
SELECT * FROM votes(25, ARRAY['alice', 'bob', 'dave', 'erin']);

-- Each response is on record, and the values were written once.
SELECT record_key ->> 'id' AS record, string_agg(person || ' ' || action, ', ' ORDER BY at, person) AS responses
  FROM customer_workflow.decisions GROUP BY 1 ORDER BY 1;
SELECT record_key ->> 'id' AS record, status FROM customer_workflow.proposals ORDER BY id;
