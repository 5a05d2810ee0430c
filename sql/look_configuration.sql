-- The configuration, readable.

CREATE VIEW customer_workflow.protected_fields WITH (security_barrier) AS
SELECT t.relation,
       a.attname AS field,
       r.enabled,
       customer_workflow._display(r.approvers) AS approvers,
       customer_workflow._option_defaults() || r.options AS options,
       r.company
  FROM customer_workflow.protected_table AS t
  JOIN pg_catalog.pg_trigger AS tg ON tg.tgrelid = t.relation AND tg.tgname = '!customer_workflow_first'
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.relation AND a.attnum = ANY (tg.tgattr::smallint[])
 CROSS JOIN LATERAL (
    SELECT NULL::text AS company, t.enabled, t.approvers, t.options WHERE a.attname <> ALL (t.only_companies)
    UNION ALL
    SELECT c.company, coalesce(c.enabled, t.enabled), coalesce(c.approvers, t.approvers), t.options || c.options
      FROM customer_workflow.protected_company AS c
     WHERE c.table_id = t.id AND coalesce((c.fields ->> a.attname)::boolean, a.attname <> ALL (t.only_companies))) AS r
 WHERE t.id = ANY ((SELECT tables FROM customer_workflow._reach)::int[])
    OR has_any_column_privilege(t.relation, 'SELECT')
 ORDER BY t.id, r.company NULLS FIRST, a.attnum;
COMMENT ON VIEW customer_workflow.protected_fields IS 'The protected fields of tables of which you may SELECT something or see everything';
COMMENT ON COLUMN customer_workflow.protected_fields.relation IS 'The protected table';
COMMENT ON COLUMN customer_workflow.protected_fields.field IS 'The protected field';
COMMENT ON COLUMN customer_workflow.protected_fields.enabled IS 'Whether approvals are enabled for the table, see enable() and disable()';
COMMENT ON COLUMN customer_workflow.protected_fields.approvers IS 'The role or group whose members decide where no workflow is defined';
COMMENT ON COLUMN customer_workflow.protected_fields.options IS 'The options of the table, defaults included';
COMMENT ON COLUMN customer_workflow.protected_fields.company IS 'The company that has rules of its own; null: for all others';

CREATE VIEW customer_workflow.data_entities WITH (security_barrier) AS
SELECT customer_workflow._display(d.person) AS data_entity,
       t.relation,
       d.options,
       coalesce(d.options ->> 'behavior', c.options ->> 'data_entity_behavior', t.options ->> 'data_entity_behavior',
                CASE WHEN d.table_id IS NOT NULL THEN customer_workflow._option_defaults() ->> 'data_entity_behavior' END) AS behavior,
       d.company
  FROM customer_workflow.data_entity AS d
  LEFT JOIN customer_workflow.protected_table AS t ON t.id = d.table_id
  LEFT JOIN customer_workflow.protected_company AS c ON c.table_id = d.table_id AND c.company = d.company
 WHERE d.person = ANY ((SELECT assignees FROM customer_workflow._reach)::text[])
    OR CASE WHEN d.table_id IS NOT NULL THEN d.table_id = ANY ((SELECT tables FROM customer_workflow._reach)::int[])
            ELSE (SELECT customer_workflow._owns_database() OR tables <> '{}' FROM customer_workflow._reach) END
 ORDER BY t.id NULLS FIRST, d.company NULLS FIRST, d.person;
COMMENT ON VIEW customer_workflow.data_entities IS 'Imports and integrations: of tables of which you see everything, those for every table, and you yourself';
COMMENT ON COLUMN customer_workflow.data_entities.data_entity IS 'The role or person';
COMMENT ON COLUMN customer_workflow.data_entities.relation IS 'The protected table; null means every table';
COMMENT ON COLUMN customer_workflow.data_entities.options IS 'The options that were set for it';
COMMENT ON COLUMN customer_workflow.data_entities.behavior IS 'What its change to a protected field does, unless options has a behavior for that field; null means what each table says';
COMMENT ON COLUMN customer_workflow.data_entities.company IS 'The company in which it is one; null means all';

CREATE VIEW customer_workflow.duties WITH (security_barrier) AS
SELECT t.relation,
       d.duty,
       customer_workflow._display(d.person) AS person
  FROM customer_workflow.duty AS d
  JOIN customer_workflow.protected_table AS t ON t.id = d.table_id
 WHERE d.table_id = ANY ((SELECT tables FROM customer_workflow._reach)::int[])
    OR d.person = ANY ((SELECT assignees FROM customer_workflow._reach)::text[])
 ORDER BY t.id, d.duty, d.person;
COMMENT ON VIEW customer_workflow.duties IS 'Who has which duty: for tables of which you see everything, and your own';
COMMENT ON COLUMN customer_workflow.duties.relation IS 'The protected table';
COMMENT ON COLUMN customer_workflow.duties.duty IS 'administrator, steward, auditor or override';
COMMENT ON COLUMN customer_workflow.duties.person IS 'The role (its members have it too), person:name or group:name';

GRANT SELECT ON customer_workflow.protected_fields, customer_workflow.data_entities, customer_workflow.duties TO PUBLIC;
