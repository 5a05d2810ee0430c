-- add_comment(): who acts in a proposal says something about it or one of its fields, open or closed; it decides nothing.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'auditor', 'import');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = 1;
-- on a draft, by its author
SELECT customer_workflow.add_comment(1, '  Waiting for their balance sheet ') IS NOT NULL AS added;
SELECT customer_workflow.submit(1);
CREATE TEMP TABLE before AS SELECT status, digest FROM customer_workflow.proposals WHERE id = 1;

-- by an approver, on a field, with what he found
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.add_comment(1, 'See page 3', 'credit_limit',
    '[{"uri": "https://dms.example/4711", "name": "Balance sheet", "media_type": "application/pdf", "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}, {"uri": "urn:x:1"}]') AS n \gset
SELECT max(comment_id) = :n AS its_number FROM customer_workflow.comments;
-- without words
SELECT customer_workflow.add_comment(1, NULL, attachments => '[{"uri": "https://dms.example/4712"}]') IS NOT NULL AS added;
-- by an auditor
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.add_comment(1, 'Why not in May?', 'payment_terms') IS NOT NULL AS added;

-- Everyone who acts in it reads them, in a view and in review().
SET SESSION AUTHORIZATION alice;
SELECT proposal, field, person, comment, attachments FROM customer_workflow.comments;
SELECT c ->> 'person' AS person, c ->> 'field' AS field, c ->> 'comment' AS comment, jsonb_array_length(c -> 'attachments') AS attached
  FROM jsonb_array_elements(customer_workflow.review(1) -> 'comments') AS c;
SELECT kind, person, comment FROM customer_workflow.workflow_history WHERE kind = 'commented';
-- Nothing else has changed.
SELECT b.status = p.status AND b.digest = p.digest AS unchanged, p.status, p.comment FROM before AS b, customer_workflow.proposals AS p;

-- Closed proposals too
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(1);
SELECT customer_workflow.add_comment(1, 'The paper is in the safe') IS NOT NULL AS added;
SELECT status, (SELECT count(*) FROM customer_workflow.comments) AS comments FROM customer_workflow.proposals;

-- For everyone else there is no such proposal, though he reads the table.
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of('SELECT customer_workflow.add_comment(1, ''hello'')');
SELECT * FROM error_of('SELECT customer_workflow.add_comment(99, ''hello'')') WHERE field IN ('sqlstate', 'message');
