-- Promise 8: no approvers, approvers without members, none but the author, dropped ones: the change waits, with an error that says why.
\set SHOW_CONTEXT never
CREATE FUNCTION try(verb text, proposal bigint DEFAULT NULL) RETURNS TABLE (field text, value text) LANGUAGE sql AS $$
    SELECT e.* FROM error_of(format('SELECT customer_workflow.%I(%s)', verb, coalesce(try.proposal, (SELECT max(id) FROM customer_workflow.proposals)))) AS e
$$;

-- Nobody is named: protect() warns; the change waits as a draft.
SELECT customer_workflow.protect('customers', '{credit_limit}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT id AS p FROM customer_workflow.proposals \gset
SELECT * FROM try('submit');
SELECT outcome, sqlstate FROM customer_workflow.submit_many(ARRAY[:p]);

-- A role without members
RESET SESSION AUTHORIZATION;
CREATE ROLE promise8_approvers;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'promise8_approvers');
SET SESSION AUTHORIZATION alice;
SELECT * FROM try('submit');

-- A role that can log in is its own member; one that cannot is nobody.
RESET SESSION AUTHORIZATION;
CREATE ROLE promise8_sub;
GRANT promise8_approvers TO promise8_sub;
SET SESSION AUTHORIZATION alice;
SELECT field, value FROM try('submit') WHERE field IN ('sqlstate', 'message');

-- None but the author
RESET SESSION AUTHORIZATION;
GRANT promise8_approvers TO alice;
SET SESSION AUTHORIZATION alice;
SELECT * FROM try('submit');

-- None but the author and the steward who submits
RESET SESSION AUTHORIZATION;
GRANT promise8_approvers TO dave;
SELECT customer_workflow.grant_duty('customers', 'steward', 'dave');
SET SESSION AUTHORIZATION dave;
SELECT field, value FROM try('submit') WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(:p);

-- The last of them leaves while the change waits: it waits on.
RESET SESSION AUTHORIZATION;
REVOKE promise8_approvers FROM dave;
SET SESSION AUTHORIZATION dave;
SELECT * FROM try('approve', :p);
-- The role is dropped.
RESET SESSION AUTHORIZATION;
DROP ROLE promise8_approvers;
SET SESSION AUTHORIZATION dave;
SELECT field, value FROM try('approve', :p) WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM try('approve', :p) WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION alice;
SELECT status, waiting_on FROM customer_workflow.proposals;
SELECT customer_workflow.recall(:p);
SELECT * FROM try('submit');

-- Other approvers are named, and it goes on.
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.add_group_member('board', 'bob');
SELECT customer_workflow.protect('customers', '{credit_limit}', 'group:board');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(:p);
-- The group is empty: that is no group any more.
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.remove_group_member('board', 'bob');
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM try('approve', :p) WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5001 WHERE id = 1;
SELECT field, value FROM try('submit') WHERE field IN ('sqlstate', 'message', 'detail');
SELECT id, credit_limit FROM customers WHERE id = 1;

RESET SESSION AUTHORIZATION;
DROP ROLE promise8_sub;
