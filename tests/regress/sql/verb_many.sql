-- Design 5: the plural of the verbs. A row for each proposal that was named, in the order in which it was named.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
RESET SESSION AUTHORIZATION;
INSERT INTO customers (id, name, credit_limit) SELECT i, 'Customer ' || i, 0 FROM generate_series(4, 9) AS i;
SET SESSION AUTHORIZATION dave;
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = CASE id WHEN 5 THEN -5 ELSE id END WHERE id > 1;

-- good and bad, in any order, some twice, some that there are not
SELECT * FROM customer_workflow.submit_many('{6,2,5,1,2,NULL,99,4,99,NULL,3}', 'yearly review');
-- nothing to do: no rows
SELECT * FROM customer_workflow.submit_many('{}');
SELECT * FROM customer_workflow.submit_many(NULL);
SELECT * FROM customer_workflow.submit_many('{NULL}');
-- what failed is as it was, the others are done
SELECT id, author, status, comment FROM customer_workflow.proposals ORDER BY id;

-- all or nothing: the first failure is raised as the verb itself would raise it, and nothing is done
SELECT * FROM error_of($$ SELECT * FROM customer_workflow.recall_many('{2,3,7}', all_or_nothing => true) $$);
SELECT id, status FROM customer_workflow.proposals WHERE id IN (2, 3) ORDER BY id;
SELECT * FROM error_of($$ SELECT * FROM customer_workflow.submit_many('{5,7}', all_or_nothing => true) $$) WHERE field <> 'detail';
SELECT * FROM customer_workflow.recall_many('{3,2}', all_or_nothing => true);
SELECT * FROM customer_workflow.submit_many('{2,3,7}', all_or_nothing => true);
-- null is false
SELECT * FROM customer_workflow.submit_many('{2}', all_or_nothing => NULL);

-- digests: one for each, null where it is not to be compared
SET SESSION AUTHORIZATION bob;
SELECT array_agg(digest ORDER BY proposal) AS digests FROM customer_workflow.my_work_items WHERE proposal IN (2, 3) \gset
SELECT * FROM error_of($$ SELECT * FROM customer_workflow.approve_many('{2,3}', digests => '{abc}') $$);
SELECT * FROM customer_workflow.approve_many('{3,2}', digests => :'digests');
SELECT * FROM customer_workflow.approve_many('{2,3,4}', digests => :'digests'::text[] || NULL::text);
SELECT id, credit_limit FROM customers WHERE id IN (3, 4, 5) ORDER BY id;

-- the others
SELECT * FROM customer_workflow.reject_many('{7,2}', 'too late');
SELECT * FROM customer_workflow.reject_many('{6}');
SELECT * FROM customer_workflow.request_change_many('{6,1}', 'why?');
SET SESSION AUTHORIZATION alice;
SELECT * FROM customer_workflow.submit_many('{6,7}');
SELECT * FROM customer_workflow.recall_many('{6,5}', 'oh');
SELECT * FROM customer_workflow.cancel_many('{7,6,1,2}', 'enough');
SELECT * FROM customer_workflow.rebase_many('{8,2}');
SELECT id, status FROM customer_workflow.proposals ORDER BY id;
