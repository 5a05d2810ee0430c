-- Promise 7: nobody decides his own change: not its author, its originator, its editors, and not a superuser who uses the verbs.
\set SHOW_CONTEXT never
-- Everybody approves here.
CREATE ROLE promise7_all;
GRANT promise7_all TO alice, bob, dave, erp_owner, postgres;
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'promise7_all');
SELECT customer_workflow.grant_duty('customers', 'steward', 'dave');
CREATE FUNCTION try(verb text, proposal bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.value, ': ' ORDER BY e.field DESC) FROM error_of(format(
        CASE verb WHEN 'approve' THEN 'SELECT customer_workflow.approve(%s)' ELSE 'SELECT customer_workflow.' || verb || '(%s, ''no'')' END, proposal)) AS e
     WHERE e.field IN ('sqlstate', 'message', 'none')
$$;

-- The author: Alice changes and submits; on every path it is hers.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT id AS p FROM customer_workflow.proposals WHERE record_key = '{"id": 1}' \gset
SELECT customer_workflow.submit(:p);
SELECT verb, try(verb, :p) FROM unnest('{approve,reject,request_change}'::text[]) AS verb;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :p));
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many(ARRAY[:p]);
SELECT outcome, sqlstate FROM customer_workflow.reject_many(ARRAY[:p], 'no');
SELECT outcome, sqlstate FROM customer_workflow.request_change_many(ARRAY[:p], 'no');
SELECT count(*) AS waits_for_her FROM customer_workflow.my_work_items;

-- The originator: Dave, a steward, submits what Alice has changed. Neither of them decides; Bob does.
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
SET SESSION AUTHORIZATION dave;
SELECT id AS q FROM customer_workflow.proposals WHERE record_key = '{"id": 2}' \gset
SELECT customer_workflow.submit(:q);
SELECT try('approve', :q) AS dave;
SET SESSION AUTHORIZATION alice;
SELECT try('approve', :q) AS alice;
SET SESSION AUTHORIZATION bob;
SELECT try('approve', :q) AS bob;

-- Who was once its originator stays a party, also when somebody else submits it the next time.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET payment_terms = 'N60' WHERE id = 2;
SET SESSION AUTHORIZATION dave;
SELECT id AS q FROM customer_workflow.proposals WHERE status = 'not_submitted' \gset
SELECT customer_workflow.submit(:q);
SELECT customer_workflow.recall(:q);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(:q);
SET SESSION AUTHORIZATION dave;
SELECT try('approve', :q) AS dave;

-- An editor: Dave discards one field of Alice's, or takes the stored value as the new original.
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel(:q);
UPDATE customers SET credit_limit = 7000, payment_terms = 'N90' WHERE id = 2;
SELECT id AS q FROM customer_workflow.proposals WHERE status = 'not_submitted' \gset
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.discard_change(:q, 'payment_terms');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(:q);
SET SESSION AUTHORIZATION dave;
SELECT try('approve', :q) AS dave;
SET SESSION AUTHORIZATION bob;
SELECT try('approve', :q) AS bob;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 8000 WHERE id = 2;
SELECT id AS q FROM customer_workflow.proposals WHERE status = 'not_submitted' \gset
SELECT customer_workflow.submit(:q);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('customers');
UPDATE customers SET credit_limit = 7500 WHERE id = 2;
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.rebase(:q);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(:q);
SET SESSION AUTHORIZATION dave;
SELECT try('approve', :q) AS dave;

-- Who only sent it back, or recalled it as a steward, has not changed it.
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.request_change(:q, 'rather 8100');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 8100 WHERE id = 2;
SELECT customer_workflow.submit(:q);
SET SESSION AUTHORIZATION bob;
SELECT try('approve', :q) AS bob;

-- A superuser and the table's owner are no exception.
RESET SESSION AUTHORIZATION;
UPDATE customers SET credit_limit = 1 WHERE id = 3;
SELECT id AS q FROM customer_workflow.proposals WHERE status = 'not_submitted' \gset
SELECT customer_workflow.submit(:q);
SELECT try('approve', :q) AS superuser;
SELECT customer_workflow.cancel(:q);
SET SESSION AUTHORIZATION erp_owner;
UPDATE customers SET credit_limit = 1 WHERE id = 3;
SELECT id AS q FROM customer_workflow.proposals WHERE status = 'not_submitted' \gset
SELECT customer_workflow.submit(:q);
SELECT try('approve', :q) AS owner;
SELECT id, credit_limit, payment_terms FROM customers ORDER BY id;

-- To be a superuser makes nobody an approver either.
RESET SESSION AUTHORIZATION;
REVOKE promise7_all FROM postgres;
SELECT try('approve', :q) AS superuser;
DROP OWNED BY promise7_all;
DROP ROLE promise7_all;
