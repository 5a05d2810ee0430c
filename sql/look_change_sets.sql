-- Change sets as people see them.

CREATE VIEW customer_workflow.change_sets AS
SELECT s.id,
       s.title,
       CASE WHEN s.author = ANY ((SELECT identities FROM customer_workflow._reach)::text[])
              OR EXISTS (SELECT FROM customer_workflow._acting AS p WHERE p.change_set = s.id AND p.acts) THEN s.comment END AS comment,
       customer_workflow._display(s.author) AS author,
       s.created_at,
       m.status,
       ARRAY(SELECT p.id FROM customer_workflow._seen_proposal AS p WHERE p.change_set = s.id ORDER BY p.id) AS proposals,
       ARRAY(SELECT DISTINCT p.relation FROM customer_workflow._seen_proposal AS p WHERE p.change_set = s.id AND p.relation IS NOT NULL ORDER BY 1) AS relations
  FROM customer_workflow.change_set AS s
 CROSS JOIN LATERAL (
       -- those that are open have one status, or are with their author
       SELECT coalesce(min(p.status) FILTER (WHERE p.status IN ('pending_approval', 'approved')), min(p.status) FILTER (WHERE p.status = 'rejected'),
                       min(p.status) FILTER (WHERE p.status = 'change_requested'), min(p.status) FILTER (WHERE p.status = 'not_submitted'),
                       min(p.status), 'cancelled') AS status
         FROM customer_workflow.proposal AS p WHERE p.change_set = s.id) AS m
 WHERE s.author = ANY ((SELECT identities FROM customer_workflow._reach)::text[])
    OR EXISTS (SELECT FROM customer_workflow._seen_proposal AS p WHERE p.change_set = s.id);
COMMENT ON VIEW customer_workflow.change_sets IS 'Change sets: yours, and those of which you see a proposal';
COMMENT ON COLUMN customer_workflow.change_sets.id IS 'Its number';
COMMENT ON COLUMN customer_workflow.change_sets.title IS 'What it is about; null where it is a record with its parts (option part_of)';
COMMENT ON COLUMN customer_workflow.change_sets.comment IS 'Why, in the author''s words; null for readers who act in none of its proposals';
COMMENT ON COLUMN customer_workflow.change_sets.author IS 'Who began it';
COMMENT ON COLUMN customer_workflow.change_sets.created_at IS 'When it was begun';
COMMENT ON COLUMN customer_workflow.change_sets.status IS 'The status of its proposals; rejected or change_requested as long as one of them is';
COMMENT ON COLUMN customer_workflow.change_sets.proposals IS 'Its proposals, as far as you see them: any of them stands for the change set in a verb';
COMMENT ON COLUMN customer_workflow.change_sets.relations IS 'The tables that they change';

GRANT SELECT ON customer_workflow.change_sets TO PUBLIC;
