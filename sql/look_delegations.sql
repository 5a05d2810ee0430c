-- Standing delegations, readable.

CREATE VIEW customer_workflow.delegations WITH (security_barrier) AS
SELECT d.id,
       customer_workflow._display(d.delegator) AS delegator,
       customer_workflow._display(d.delegate_to) AS delegate_to,
       d.starts,
       d.ends,
       t.relation,
       d.scope ->> 'workflow' AS workflow,
       d.ended_at IS NULL AND d.starts <= now() AND d.ends > now() AS active,
       customer_workflow._display(d.created_by) AS created_by,
       d.created_at,
       d.ended_at
  FROM customer_workflow.delegation AS d
  LEFT JOIN customer_workflow.protected_table AS t ON t.id = (d.scope ->> 'table')::integer
 WHERE customer_workflow._sees_delegation(d.delegator, d.delegate_to, d.scope);
COMMENT ON VIEW customer_workflow.delegations IS 'Standing delegations: yours, those to you, and those that move work of tables of which you see everything';
COMMENT ON COLUMN customer_workflow.delegations.id IS 'Its number, for end_delegation()';
COMMENT ON COLUMN customer_workflow.delegations.delegator IS 'Whose work';
COMMENT ON COLUMN customer_workflow.delegations.delegate_to IS 'Who gets it';
COMMENT ON COLUMN customer_workflow.delegations.starts IS 'From then on';
COMMENT ON COLUMN customer_workflow.delegations.ends IS 'Until then';
COMMENT ON COLUMN customer_workflow.delegations.relation IS 'Only the work of this table; null is that of every table';
COMMENT ON COLUMN customer_workflow.delegations.workflow IS 'Only the work of this workflow; null is that of every workflow';
COMMENT ON COLUMN customer_workflow.delegations.active IS 'Whether it is in force now';
COMMENT ON COLUMN customer_workflow.delegations.created_by IS 'Who made the rule';
COMMENT ON COLUMN customer_workflow.delegations.created_at IS 'When';
COMMENT ON COLUMN customer_workflow.delegations.ended_at IS 'When it was ended before its time';

GRANT SELECT ON customer_workflow.delegations TO PUBLIC;
