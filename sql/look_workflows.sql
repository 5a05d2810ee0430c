-- Workflows and what they refer to, readable.

CREATE VIEW customer_workflow.workflows WITH (security_barrier) AS
SELECT v.name,
       t.relation,
       v.version,
       v.active,
       v.priority,
       v.definition,
       v.definition ->> 'description' AS description,
       customer_workflow._display(v.created_by) AS created_by,
       v.created_at,
       customer_workflow._display(v.activated_by) AS activated_by,
       v.activated_role,
       v.activated_at
  FROM customer_workflow.protected_table AS t
  JOIN (SELECT w.table_id, w.name, v.version, v.active, v.priority, v.definition, v.created_by, v.created_at, v.activated_by, v.activated_role, v.activated_at
          FROM customer_workflow.workflow AS w
          JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id
        UNION ALL
        SELECT t.id, 'built_in', 1,
               NOT EXISTS (SELECT FROM customer_workflow.workflow AS w
                             JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id AND v.active
                            WHERE w.table_id = t.id),
               0, customer_workflow._built_in(t.approvers, t.options @> '{"field_decisions": true}'), NULL, NULL, NULL, NULL, NULL
          FROM customer_workflow.protected_table AS t
         WHERE t.relation IS NOT NULL AND t.approvers IS NOT NULL
        UNION ALL
        SELECT t.id, 'built_in', c.id + 1,
               NOT EXISTS (SELECT FROM customer_workflow.workflow AS w
                             JOIN customer_workflow.workflow_version AS v ON v.workflow = w.id AND v.active
                            WHERE w.table_id = t.id),
               0, customer_workflow._built_in(c.approvers, t.options @> '{"field_decisions": true}'), NULL, NULL, NULL, NULL, NULL
          FROM customer_workflow.protected_table AS t JOIN customer_workflow.protected_company AS c ON c.table_id = t.id AND c.approvers IS NOT NULL
         WHERE t.relation IS NOT NULL) AS v ON v.table_id = t.id
 WHERE t.id = ANY ((SELECT tables FROM customer_workflow._reach)::int[])
    OR has_any_column_privilege(t.relation, 'SELECT')
 ORDER BY t.id, v.name, v.version;
COMMENT ON VIEW customer_workflow.workflows IS 'Every version of the workflows of tables of which you may SELECT something or see everything, and the built-in one wherever protect() was given approvers';
COMMENT ON COLUMN customer_workflow.workflows.name IS 'Its name';
COMMENT ON COLUMN customer_workflow.workflows.relation IS 'The protected table; null once it is not protected any more';
COMMENT ON COLUMN customer_workflow.workflows.version IS 'The version';
COMMENT ON COLUMN customer_workflow.workflows.active IS 'Whether proposals are submitted to it; to the built-in one while no other is active for the table';
COMMENT ON COLUMN customer_workflow.workflows.priority IS 'Of several that match, the highest wins';
COMMENT ON COLUMN customer_workflow.workflows.definition IS 'The definition';
COMMENT ON COLUMN customer_workflow.workflows.description IS 'Its description';
COMMENT ON COLUMN customer_workflow.workflows.created_by IS 'Who wrote this version';
COMMENT ON COLUMN customer_workflow.workflows.created_at IS 'When';
COMMENT ON COLUMN customer_workflow.workflows.activated_by IS 'Who activated it last; null if nobody ever did';
COMMENT ON COLUMN customer_workflow.workflows.activated_role IS 'The role with whose rights its conditions and functions run';
COMMENT ON COLUMN customer_workflow.workflows.activated_at IS 'When it was activated last';

CREATE VIEW customer_workflow.calendars WITH (security_barrier) AS
SELECT c.name,
       c.definition
  FROM customer_workflow.calendar AS c
 ORDER BY c.name;
COMMENT ON VIEW customer_workflow.calendars IS 'The calendars of working times';
COMMENT ON COLUMN customer_workflow.calendars.name IS 'The name by which definitions know it; default is taken where none is named';
COMMENT ON COLUMN customer_workflow.calendars.definition IS 'Time zone, week, and holidays';

CREATE VIEW customer_workflow.hierarchies WITH (security_barrier) AS
SELECT h.name,
       h.relation,
       h.person,
       h.manager
  FROM customer_workflow.hierarchy AS h
 WHERE (SELECT customer_workflow._owns_database() OR tables <> '{}' FROM customer_workflow._reach)
    OR has_any_column_privilege(h.relation, 'SELECT')
 ORDER BY h.name;
COMMENT ON VIEW customer_workflow.hierarchies IS 'The manager relations: all of them for who sees everything of a protected table, else those whose table you may SELECT something of';
COMMENT ON COLUMN customer_workflow.hierarchies.name IS 'The name by which definitions know it';
COMMENT ON COLUMN customer_workflow.hierarchies.relation IS 'The table; it is read as its owner';
COMMENT ON COLUMN customer_workflow.hierarchies.person IS 'The column with the person';
COMMENT ON COLUMN customer_workflow.hierarchies.manager IS 'The column with the manager of that person';

GRANT SELECT ON customer_workflow.workflows, customer_workflow.calendars, customer_workflow.hierarchies TO PUBLIC;
