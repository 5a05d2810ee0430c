-- Promise 7: one's own change stays one's own under every other name: SET ROLE, a renamed role, a function of somebody else, a group.
\set SHOW_CONTEXT never
CREATE ROLE promise7_clerk LOGIN;
CREATE ROLE promise7_boss LOGIN;
GRANT promise7_boss TO promise7_clerk;  -- so the clerk may SET ROLE to the boss
GRANT SELECT, UPDATE ON customers TO promise7_clerk, promise7_boss;
SELECT customer_workflow.add_group_member('board', 'promise7_boss');
SELECT customer_workflow.add_group_member('board', 'promise7_clerk');
SELECT customer_workflow.protect('customers', '{credit_limit}', 'group:board');
CREATE FUNCTION try(proposal bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.value, ': ' ORDER BY e.field DESC) FROM error_of(format('SELECT customer_workflow.approve(%s)', proposal)) AS e
     WHERE e.field IN ('sqlstate', 'message', 'none')
$$;

-- SET ROLE changes privileges, not the person: the author is the clerk, whatever role he has put on.
SET SESSION AUTHORIZATION promise7_clerk;
UPDATE customers SET credit_limit = 1 WHERE id = 1;
SET ROLE promise7_boss;
UPDATE customers SET credit_limit = 2 WHERE id = 2;
SELECT record_key, author FROM customer_workflow.proposals ORDER BY record_key;
SELECT customer_workflow.current_person();
SELECT outcome FROM customer_workflow.submit_many((SELECT array_agg(id) FROM customer_workflow.proposals));
SELECT record_key, try(id) FROM customer_workflow.proposals ORDER BY record_key;
RESET ROLE;
SELECT record_key, try(id) FROM customer_workflow.proposals ORDER BY record_key;

-- Functions with the rights of the boss: he is not the one who calls them.
RESET SESSION AUTHORIZATION;
CREATE FUNCTION decide(p bigint) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT current_user || ': ' || public.try(p) $$;
ALTER FUNCTION decide(bigint) OWNER TO promise7_boss;
SET SESSION AUTHORIZATION promise7_clerk;
SELECT record_key, decide(id) FROM customer_workflow.proposals ORDER BY record_key;

-- The role gets another name between proposal and approval.
RESET SESSION AUTHORIZATION;
ALTER ROLE promise7_clerk RENAME TO promise7_alias;
SELECT customer_workflow.add_group_member('board', 'promise7_alias');
SET SESSION AUTHORIZATION promise7_alias;
SELECT count(*) AS waits_for_him FROM customer_workflow.my_work_items;
SELECT id AS p FROM customer_workflow.proposals WHERE record_key = '{"id": 1}' \gset
SELECT try(:p);
-- Whoever is given the old name meanwhile does not decide it either: better one too many than one too few.
RESET SESSION AUTHORIZATION;
CREATE ROLE promise7_clerk LOGIN;
SET SESSION AUTHORIZATION promise7_clerk;
SELECT try(:p);

-- The boss does.
SET SESSION AUTHORIZATION promise7_boss;
SELECT try(:p);
SELECT id, credit_limit FROM customers WHERE id = 1;

RESET SESSION AUTHORIZATION;
DROP OWNED BY promise7_clerk, promise7_alias, promise7_boss;
DROP ROLE promise7_clerk, promise7_alias, promise7_boss;
