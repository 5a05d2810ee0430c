-- What happened: the history, the decisions in it, and what was written past approval.

CREATE VIEW customer_workflow._seen_history WITH (security_barrier) AS
SELECT h.*, s.complete
  FROM customer_workflow.history AS h
 -- Whether to see all of the entry; null: nothing.
 CROSS JOIN LATERAL (
    SELECT CASE WHEN h.table_id = ANY ((SELECT tables FROM customer_workflow._reach)::int[]) THEN true
                WHEN h.proposal IS NOT NULL
                THEN (SELECT p.complete FROM customer_workflow._seen_proposal AS p WHERE p.id = h.proposal)
                WHEN h.table_id IS NULL AND (SELECT customer_workflow._owns_database()) THEN true END AS complete
    OFFSET 0) AS s
 WHERE s.complete IS NOT NULL
 ORDER BY h.id;
COMMENT ON VIEW customer_workflow._seen_history IS 'The history that the caller may see, and whether with comment, digest and details';

CREATE VIEW customer_workflow.workflow_history AS
SELECT h.at,
       h.proposal,
       h.kind,
       customer_workflow._display(h.person) AS person,
       customer_workflow._display(h.on_behalf_of) AS on_behalf_of,
       h.database_role::name,
       coalesce(customer_workflow._display(h.source), 'person') AS source,
       h.element,
       h.step,
       CASE WHEN h.complete THEN h.comment END AS comment,
       CASE WHEN h.complete THEN h.digest END AS digest,
       CASE WHEN NOT h.complete THEN NULL
            WHEN h.proposal IS NULL AND h.table_id IS NOT NULL
            THEN jsonb_build_object('relation', (SELECT t.relation_name FROM customer_workflow.protected_table AS t WHERE t.id = h.table_id))
                 || coalesce(h.details, '{}')
            ELSE h.details END AS details,
       CASE WHEN h.person = ANY ((SELECT identities FROM customer_workflow._reach)::text[])
                 OR h.table_id = ANY ((SELECT tables FROM customer_workflow._reach)::int[])
                 OR h.table_id IS NULL THEN h.identity END AS identity
  FROM customer_workflow._seen_history AS h;
COMMENT ON VIEW customer_workflow.workflow_history IS 'Everything that happened to the proposals that you see; where you see everything of a table also to its configuration, and for the database owner to that of the database. In the order of recording';
COMMENT ON COLUMN customer_workflow.workflow_history.at IS 'When';
COMMENT ON COLUMN customer_workflow.workflow_history.proposal IS 'The proposal; null for a configuration change';
COMMENT ON COLUMN customer_workflow.workflow_history.kind IS 'What happened: proposed, amended, withdrawn, discarded, submitted, recalled, approved, rejected, change_requested, field_approved, field_rejected, commented, rebased, cancelled, applied, record_deleted, key_changed, or the name of the configuring function';
COMMENT ON COLUMN customer_workflow.workflow_history.person IS 'Who did it';
COMMENT ON COLUMN customer_workflow.workflow_history.on_behalf_of IS 'For whom, when a person stood in for another';
COMMENT ON COLUMN customer_workflow.workflow_history.database_role IS 'The session user';
COMMENT ON COLUMN customer_workflow.workflow_history.source IS 'The data entity that it came from, or person';
COMMENT ON COLUMN customer_workflow.workflow_history.element IS 'The element of the workflow';
COMMENT ON COLUMN customer_workflow.workflow_history.step IS 'The step in that element';
COMMENT ON COLUMN customer_workflow.workflow_history.comment IS 'What the person said; like digest and details null for readers who may not see all values of the proposal';
COMMENT ON COLUMN customer_workflow.workflow_history.digest IS 'The digest of what was submitted or decided';
COMMENT ON COLUMN customer_workflow.workflow_history.details IS 'What belongs to the kind: the changes at submit, the options at configure';
COMMENT ON COLUMN customer_workflow.workflow_history.identity IS 'How it was established who acted (by, with kid and jti of a token), from which address and application; for those who see everything of the table, and of your own entries';

-- In views, so PUBLIC.
CREATE FUNCTION customer_workflow._logged_value(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN jsonb_typeof(value) = 'object' THEN format('sha256:%s (%s bytes)', value ->> 'sha256', value ->> 'bytes')
                ELSE value #>> '{}' END
$$;
COMMENT ON FUNCTION customer_workflow._logged_value(jsonb) IS 'A value as the history keeps it: the text, or what stands for one over 1 MiB';
GRANT EXECUTE ON FUNCTION customer_workflow._logged_value(jsonb) TO PUBLIC;

CREATE VIEW customer_workflow.decisions WITH (security_barrier) AS
SELECT h.proposal,
       p.record_key,
       c.field,
       c.original AS original_value,
       c.proposed AS proposed_value,
       customer_workflow._display(p.author) AS author,
       customer_workflow._display(h.person) AS person,
       customer_workflow._display(h.on_behalf_of) AS on_behalf_of,
       coalesce('decided: ' || (h.details ->> 'outcome'), h.kind) AS action,
       h.comment,
       h.digest,
       h.at,
       CASE WHEN h.kind IN ('approved', 'completion', 'field_approved') AND (h.digest = p.digest OR left_of_it.stands) THEN p.applied_at END AS applied_at
  FROM customer_workflow.history AS h
  JOIN customer_workflow._acting AS p ON p.id = h.proposal
 -- What was decided is what had been submitted last, without what was rejected since, whatever became of the proposal afterwards.
 CROSS JOIN LATERAL (
    SELECT s.id, s.details -> 'changes' AS changes
      FROM customer_workflow.history AS s
     WHERE s.proposal = h.proposal AND s.kind = 'submitted' AND s.id < h.id AND h.kind NOT IN ('field_approved', 'field_rejected')
    UNION ALL
    SELECT h.id, h.details -> 'changes' WHERE h.kind IN ('field_approved', 'field_rejected')
     ORDER BY id DESC
     LIMIT 1) AS submitted
 CROSS JOIN LATERAL (
    SELECT e.change ->> 'field' AS field,
           customer_workflow._logged_value(e.change -> 'original') AS original,
           customer_workflow._logged_value(e.change -> 'proposed') AS proposed
      FROM jsonb_array_elements(submitted.changes) AS e (change)
     WHERE NOT EXISTS (SELECT FROM customer_workflow.history AS r
                        WHERE r.proposal = h.proposal AND r.kind = 'field_rejected' AND r.id > submitted.id AND r.id < h.id
                          AND r.details -> 'changes' @> jsonb_build_array(jsonb_build_object('field', e.change -> 'field')))) AS c
 -- A field that was rejected later left the others as they had been seen, with a digest of their own.
 CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM customer_workflow.history AS r
                    WHERE r.proposal = h.proposal AND r.kind = 'field_rejected' AND r.details ? 'proposal' AND r.id > h.id AND r.digest = h.digest
                      AND NOT EXISTS (SELECT FROM customer_workflow.history AS s
                                       WHERE s.proposal = h.proposal AND s.kind IN ('submitted', 'rerouted') AND s.id > r.id))
           AND EXISTS (SELECT FROM customer_workflow.change AS x WHERE x.proposal = h.proposal AND x.field = c.field) AS stands) AS left_of_it
 WHERE (h.kind IN ('approved', 'rejected', 'change_requested', 'field_approved') OR h.kind = 'field_rejected' AND h.details ? 'proposal' OR h.kind = 'completion' AND h.details ? 'outcome' AND h.person <> 'system')
   AND p.acts
 ORDER BY h.id, c.field;
COMMENT ON VIEW customer_workflow.decisions IS 'For the auditor: who decided what about which value, a row a field; also for the people who act in the proposal';
COMMENT ON COLUMN customer_workflow.decisions.proposal IS 'The proposal';
COMMENT ON COLUMN customer_workflow.decisions.record_key IS 'The primary key of the record';
COMMENT ON COLUMN customer_workflow.decisions.field IS 'The protected field';
COMMENT ON COLUMN customer_workflow.decisions.original_value IS 'What was stored when the change was proposed, as submitted; of a value over 1 MiB its SHA-256 and size';
COMMENT ON COLUMN customer_workflow.decisions.proposed_value IS 'What was decided, as submitted; of a value over 1 MiB its SHA-256 and size';
COMMENT ON COLUMN customer_workflow.decisions.author IS 'Who made the change';
COMMENT ON COLUMN customer_workflow.decisions.person IS 'Who decided';
COMMENT ON COLUMN customer_workflow.decisions.on_behalf_of IS 'For whom, when a person stood in for another';
COMMENT ON COLUMN customer_workflow.decisions.action IS 'approved, rejected or change_requested; field_approved or field_rejected where this field was decided by itself; decided: and its name where an outcome was chosen';
COMMENT ON COLUMN customer_workflow.decisions.comment IS 'What the person said';
COMMENT ON COLUMN customer_workflow.decisions.digest IS 'The digest that the decision binds to';
COMMENT ON COLUMN customer_workflow.decisions.at IS 'When';
COMMENT ON COLUMN customer_workflow.decisions.applied_at IS 'When these values were written; null when they were not';

CREATE VIEW customer_workflow.direct_changes WITH (security_barrier) AS
SELECT d.at,
       t.relation,
       d.record_key,
       d.field,
       d.original_value,
       d.new_value,
       customer_workflow._display(d.person) AS person,
       d.database_role::name,
       d.reason,
       CASE WHEN d.table_id = ANY ((SELECT tables FROM customer_workflow._reach)::int[])
                 OR d.person = ANY ((SELECT identities FROM customer_workflow._reach)::text[]) THEN d.identity END AS identity
  FROM customer_workflow.direct_change AS d
  JOIN customer_workflow.protected_table AS t ON t.id = d.table_id
 WHERE d.table_id = ANY ((SELECT tables FROM customer_workflow._reach)::int[])
    OR d.person = ANY ((SELECT identities FROM customer_workflow._reach)::text[])
    OR ((SELECT privileges FROM customer_workflow._reach) -> d.table_id::text -> 'fields' ? d.field
        AND CASE WHEN ((SELECT privileges FROM customer_workflow._reach) -> d.table_id::text -> 'some_rows')::boolean
                 THEN customer_workflow._own_values(t.relation, d.record_key, '{}') IS NOT NULL
                 ELSE true END)
 ORDER BY d.id;
COMMENT ON VIEW customer_workflow.direct_changes IS 'Protected values that were written past approval by permission: of tables of which you see everything, your own, and of fields that you may SELECT in rows that you may see. In the order of recording';
COMMENT ON COLUMN customer_workflow.direct_changes.at IS 'When';
COMMENT ON COLUMN customer_workflow.direct_changes.relation IS 'The protected table';
COMMENT ON COLUMN customer_workflow.direct_changes.record_key IS 'The primary key of the record';
COMMENT ON COLUMN customer_workflow.direct_changes.field IS 'The protected field';
COMMENT ON COLUMN customer_workflow.direct_changes.original_value IS 'The value before';
COMMENT ON COLUMN customer_workflow.direct_changes.new_value IS 'The value written';
COMMENT ON COLUMN customer_workflow.direct_changes.person IS 'Who wrote it';
COMMENT ON COLUMN customer_workflow.direct_changes.database_role IS 'The session user';
COMMENT ON COLUMN customer_workflow.direct_changes.reason IS 'The permission: data_entity, disabled, maintenance or override';
COMMENT ON COLUMN customer_workflow.direct_changes.identity IS 'How it was established who wrote it, and from where; for those who see everything of the table, and of your own';

GRANT SELECT ON customer_workflow.workflow_history, customer_workflow.decisions, customer_workflow.direct_changes TO PUBLIC;
