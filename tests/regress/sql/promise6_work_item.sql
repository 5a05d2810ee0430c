-- Promise 6: a work item belongs to one submission; whoever decides by its number decides what he saw.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT id AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT work_item AS w FROM customer_workflow.my_work_items \gset
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 90000 WHERE id = 1;
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s, work_item => %s)', :p, :w));
SELECT * FROM error_of(format('SELECT customer_workflow.reject(%s, ''no'', work_item => %s)', :p, :w));
SELECT customer_workflow.approve(:p, work_item => (SELECT work_item FROM customer_workflow.my_work_items));
