-- Proposals to configure, for who may decide them or sees everything of the table, also when they are over.

CREATE VIEW customer_workflow.configuration_proposals WITH (security_barrier) AS
SELECT p.id,
       p.created_at AS at,
       customer_workflow._display(p.author) AS author,
       t.relation,
       p.record_label AS subject,
       c.call,
       c.before,
       c.after,
       p.status,
       p.comment,
       customer_workflow._display(d.person) AS decided_by,
       p.decided_at,
       p.digest,
       m.used_at
  FROM customer_workflow.configuration_proposal AS m
  JOIN customer_workflow.proposal AS p ON p.id = m.id
  LEFT JOIN customer_workflow.protected_table AS t ON t.id = m.table_id
 CROSS JOIN LATERAL (
    SELECT min(x.proposed) FILTER (WHERE x.field OPERATOR(pg_catalog.=) 'call') AS call,
           coalesce(jsonb_object_agg(x.field, x.original) FILTER (WHERE x.field OPERATOR(pg_catalog.<>) 'call'), '{}') AS before,
           coalesce(jsonb_object_agg(x.field, x.proposed) FILTER (WHERE x.field OPERATOR(pg_catalog.<>) 'call'), '{}') AS after
      FROM customer_workflow.change AS x WHERE x.proposal = p.id) AS c
  LEFT JOIN LATERAL (
    SELECT h.person FROM customer_workflow.history AS h
     WHERE h.proposal = p.id AND h.kind IN ('approved', 'rejected', 'change_requested') ORDER BY h.id DESC LIMIT 1) AS d ON true
 WHERE m.table_id = ANY ((SELECT tables FROM customer_workflow._reach)::int[])
    OR p.parties && (SELECT identities FROM customer_workflow._reach)::text[]
    OR (SELECT k.approvers FROM customer_workflow.protected_company AS k WHERE k.table_id = p.table_id AND k.company = p.company)
       = ANY ((SELECT assignees FROM customer_workflow._reach)::text[])
 ORDER BY p.id;
COMMENT ON VIEW customer_workflow.configuration_proposals IS 'Calls that were to change the configuration of gated tables: your own, those that you may decide, and those of tables of which you see everything';
COMMENT ON COLUMN customer_workflow.configuration_proposals.id IS 'The number that the verbs take';
COMMENT ON COLUMN customer_workflow.configuration_proposals.at IS 'When the function was called';
COMMENT ON COLUMN customer_workflow.configuration_proposals.author IS 'Who called it, and as whom it is done on approval';
COMMENT ON COLUMN customer_workflow.configuration_proposals.relation IS 'The protected table that it is about; null: none, more than one, or one that is not protected any more';
COMMENT ON COLUMN customer_workflow.configuration_proposals.subject IS 'What it is about, in words';
COMMENT ON COLUMN customer_workflow.configuration_proposals.call IS 'The call, as SQL';
COMMENT ON COLUMN customer_workflow.configuration_proposals.before IS 'What it changes, as it was when it was proposed';
COMMENT ON COLUMN customer_workflow.configuration_proposals.after IS 'The same, as it is to be';
COMMENT ON COLUMN customer_workflow.configuration_proposals.status IS 'The status of the proposal';
COMMENT ON COLUMN customer_workflow.configuration_proposals.comment IS 'Why, in the author''s words: customer_workflow.comment of his session';
COMMENT ON COLUMN customer_workflow.configuration_proposals.decided_by IS 'Who approved, rejected or sent it back last';
COMMENT ON COLUMN customer_workflow.configuration_proposals.decided_at IS 'When it was decided';
COMMENT ON COLUMN customer_workflow.configuration_proposals.digest IS 'SHA-256 of what was proposed, for approve(digest => …)';
COMMENT ON COLUMN customer_workflow.configuration_proposals.used_at IS 'When a maintenance that was approved began';

GRANT SELECT ON customer_workflow.configuration_proposals TO PUBLIC;
