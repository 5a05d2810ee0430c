-- Capture, option overlap: a change to a field for which another author has an open proposal.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
CREATE VIEW changes AS SELECT proposal, author, status, string_agg(field || ' ' || coalesce(proposed_value, 'null'), ', ' ORDER BY field) AS changes
  FROM customer_workflow.proposed_changes GROUP BY proposal, author, status ORDER BY proposal;
GRANT SELECT ON changes TO PUBLIC;

-- parallel: each author has a draft, the NOTICE names the others
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
-- another field of the record is nobody's business
UPDATE customers SET payment_terms = 'N60' WHERE id = 1;
SET SESSION AUTHORIZATION erp;
UPDATE customers SET payment_terms = 'N90', credit_limit = 5000 WHERE id = 1;
UPDATE customers SET payment_terms = 'N90', credit_limit = 5000 WHERE id = 2;
RESET SESSION AUTHORIZATION;
SELECT * FROM changes;
-- whoever is applied later meets the conflict check
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SELECT * FROM error_of('SELECT customer_workflow.approve(2)');

-- reject: the statement fails, whole
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.configure('customers', '{"overlap": "reject"}');
SET SESSION AUTHORIZATION alice;
SELECT * FROM error_of($$UPDATE customers SET payment_terms = 'N10', city = 'Kiel' WHERE id < 4$$);
SELECT id, city FROM customers ORDER BY id;
-- the same value is refused too, another field is not, nor is what the author has proposed himself before
UPDATE customers SET payment_terms = 'N90' WHERE id = 1;
\echo :SQLSTATE
UPDATE customers SET credit_limit = 1 WHERE id = 3;
SET SESSION AUTHORIZATION dave;
UPDATE customers SET credit_limit = 6000, payment_terms = 'N60' WHERE id = 1;
UPDATE customers SET payment_terms = 'N61' WHERE id = 1;
\echo :SQLSTATE
-- a closed proposal is in nobody's way
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.cancel_many(array_agg(id ORDER BY id)) FROM customer_workflow.proposals WHERE author = 'erp';
SET SESSION AUTHORIZATION dave;
UPDATE customers SET payment_terms = 'N61' WHERE id = 1;
RESET SESSION AUTHORIZATION;
SELECT * FROM changes;
