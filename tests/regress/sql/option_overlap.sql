-- Design 5.1, option overlap: what a change does to a field for which another author has an open proposal.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SELECT value FROM customer_workflow.protected_fields, jsonb_each(options) WHERE key = 'overlap' LIMIT 1;

-- parallel, the default: both wait, and the NOTICE tells the second author of the first
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 6000, payment_terms = 'N60' WHERE id = 1;
-- another field is no overlap, and neither is another record
UPDATE customers SET payment_terms = 'N90' WHERE id = 2;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000 WHERE id = 2;
SELECT customer_workflow.submit(1);

-- whoever is applied first wins, and whoever comes later meets the conflict check
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT customer_workflow.approve(2);
\echo :SQLSTATE
SELECT credit_limit, payment_terms FROM customers WHERE id = 1;
SELECT customer_workflow.reject(2, 'overtaken');

-- reject: the statement fails, and says whose proposal is in the way
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('customers', '{"overlap": "reject"}');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of($$ UPDATE customers SET payment_terms = 'N60', city = 'Bremen' WHERE id = 1 $$);
SELECT city, payment_terms FROM customers WHERE id = 1;
-- one record of many is enough
SELECT * FROM error_of($$ UPDATE customers SET payment_terms = 'N60' $$);
-- also with the same value, which another author's approval could not stand for
SELECT field, value FROM error_of($$ UPDATE customers SET payment_terms = 'N90' WHERE id = 2 $$) WHERE field = 'sqlstate';
SELECT field, value FROM error_of($$ SELECT customer_workflow.propose('customers', '{"id": 2}', '{"payment_terms": "N90"}') $$) WHERE field = 'sqlstate';
-- fields that nobody else has touched, and one's own, are free
UPDATE customers SET credit_limit = 7500 WHERE id = 2;
UPDATE customers SET payment_terms = 'N60' WHERE id = 3;
-- what is unprotected is nobody's
UPDATE customers SET city = 'Bremen' WHERE id = 1;

-- an author sees his own proposal as before, and once it is closed the field is free
SET SESSION AUTHORIZATION dave;
UPDATE customers SET payment_terms = 'N45' WHERE id = 2;
SELECT customer_workflow.cancel(2);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
SELECT proposal, record_key, field, proposed_value, status, author FROM customer_workflow.proposed_changes ORDER BY proposal, field;
