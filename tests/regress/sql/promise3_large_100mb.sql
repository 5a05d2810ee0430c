-- Promise 3: a text of 100 MB is written exactly as it was proposed.
\set SHOW_CONTEXT never
CREATE SCHEMA large AUTHORIZATION erp_owner;
GRANT USAGE ON SCHEMA large TO PUBLIC;
CREATE TABLE large.t (id int PRIMARY KEY, note text);
ALTER TABLE large.t OWNER TO erp_owner;
INSERT INTO large.t VALUES (1, 'short');
GRANT SELECT, UPDATE ON large.t TO alice;
SELECT customer_workflow.protect('large.t', '{note}', 'credit_managers');
CREATE TABLE wished AS SELECT 1 AS id, repeat('customer ', 11111111) || 'x' AS note;
GRANT SELECT ON wished TO alice;
SELECT octet_length(note) FROM wished;

SET SESSION AUTHORIZATION alice;
UPDATE large.t AS t SET note = w.note FROM wished AS w;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
RESET SESSION AUTHORIZATION;
SELECT t *= w AS exact FROM large.t AS t JOIN wished AS w USING (id);
