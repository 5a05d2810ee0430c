-- Proposals and proposed changes, as people see them.

-- Without a record the proposed value cannot be written either: moved.
CREATE FUNCTION customer_workflow._conflict(stored text[], originals text[], proposeds text[], operation text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN _conflict.operation = 'configure' THEN 'none'
                WHEN _conflict.operation = 'insert' THEN CASE WHEN _conflict.stored IS NULL THEN 'none' ELSE 'moved' END
                WHEN _conflict.stored IS NULL
                  OR bool_or(v.stored IS DISTINCT FROM v.original AND (v.stored IS DISTINCT FROM v.proposed OR _conflict.operation = 'delete')) THEN 'moved'
                WHEN bool_or(v.stored IS DISTINCT FROM v.original) THEN 'already'
                ELSE 'none' END
      FROM unnest(_conflict.stored COLLATE "C", _conflict.originals, _conflict.proposeds) AS v (stored, original, proposed)
$$;
COMMENT ON FUNCTION customer_workflow._conflict(text[], text[], text[], text) IS 'moved, already or none: the worst of the fields whose stored, original and proposed values these are';

CREATE VIEW customer_workflow._page AS
SELECT p.id,
       p.relation,
       p.record_key,
       CASE WHEN p.acts OR (p.privileges -> 'all_fields')::boolean THEN p.record_label END AS record_label,
       p.status,
       p.status_message,
       customer_workflow._display(p.author) AS author,
       customer_workflow._display(p.originator) AS originator,
       coalesce(customer_workflow._display(p.data_entity), 'person') AS source,
       p.reference,
       CASE WHEN p.complete THEN p.comment END AS comment,
       p.created_at,
       p.submitted_at,
       p.decided_at,
       p.applied_at,
       ARRAY(SELECT DISTINCT customer_workflow._display(h.holder)
               FROM customer_workflow.work_item AS w
              CROSS JOIN LATERAL (SELECT w.assignee
                                   UNION ALL
                                  SELECT l.person FROM customer_workflow.work_item_place AS l WHERE l.work_item = w.id) AS h (holder)
              WHERE w.proposal = p.id AND w.status = 'open'
             UNION
             SELECT format('change set %s', p.change_set) WHERE p.held AND p.status = 'pending_approval'
              ORDER BY 1) AS waiting_on,
       CASE WHEN p.submitted_at IS NOT NULL THEN coalesce(p.workflow, 'built_in') END AS workflow,
       CASE WHEN p.submitted_at IS NOT NULL THEN coalesce(p.version, 1) END AS version,
       CASE WHEN p.complete THEN p.digest END AS digest,
       CASE WHEN p.open THEN (
           SELECT customer_workflow._conflict(
                      CASE WHEN p.acts THEN customer_workflow._stored_values(p.id, coalesce(array_agg(c.field), '{}'))
                           ELSE customer_workflow._own_values(p.relation, p.record_key, coalesce(array_agg(c.field), '{}')) END,
                      array_agg(c.original), array_agg(c.proposed), p.operation)
             FROM customer_workflow.change AS c
            WHERE c.proposal = p.id AND (p.acts OR p.privileges -> 'fields' ? c.field)) END AS conflict,
       p.submit_sqlstate,
       CASE WHEN p.complete THEN p.submit_message END AS submit_message,
       p.parties,
       coalesce(p.self_approval, false) AS self_approval,
       p.open,
       p.acts,
       p.privileges,
       p.complete,
       p.effective_at,
       p.reverts,
       p.change_set,
       coalesce(p.operation, 'update') AS operation,
       CASE WHEN p.acts OR (p.privileges -> 'all_fields')::boolean THEN p.company END AS company
  FROM customer_workflow._seen_proposal AS p;
COMMENT ON VIEW customer_workflow._page IS 'proposals, and what review() needs besides';

CREATE VIEW customer_workflow.proposals AS
SELECT p.id, p.relation, p.record_key, p.record_label, p.status, p.status_message, p.author, p.originator, p.source, p.reference,
       p.comment, p.created_at, p.submitted_at, p.decided_at, p.applied_at, p.waiting_on, p.workflow, p.version, p.digest,
       p.conflict, p.submit_sqlstate, p.submit_message, p.effective_at, p.reverts, p.operation, p.company
  FROM customer_workflow._page AS p;
COMMENT ON VIEW customer_workflow.proposals IS 'Proposals: those of tables of which you see everything, those in which you act, and those that change a field that you may SELECT in a row that you may see';
COMMENT ON COLUMN customer_workflow.proposals.id IS 'The number that the verbs take';
COMMENT ON COLUMN customer_workflow.proposals.relation IS 'The protected table; null once it has been dropped or unprotected';
COMMENT ON COLUMN customer_workflow.proposals.record_key IS 'The primary key of the record, {"id": 42}';
COMMENT ON COLUMN customer_workflow.proposals.record_label IS 'The record in words (option record_label), as of submit; null for readers who may not SELECT the whole table';
COMMENT ON COLUMN customer_workflow.proposals.status IS 'not_submitted, pending_approval, change_requested, rejected, approved, applied, cancelled or expired';
COMMENT ON COLUMN customer_workflow.proposals.status_message IS 'The status in words';
COMMENT ON COLUMN customer_workflow.proposals.author IS 'Who made the changes';
COMMENT ON COLUMN customer_workflow.proposals.originator IS 'Who submitted them';
COMMENT ON COLUMN customer_workflow.proposals.source IS 'The data entity that the changes came from, or person';
COMMENT ON COLUMN customer_workflow.proposals.reference IS 'customer_workflow.reference of the session that made it, a batch id for example';
COMMENT ON COLUMN customer_workflow.proposals.comment IS 'Why, in the author''s words; null for readers who may not see all its values';
COMMENT ON COLUMN customer_workflow.proposals.created_at IS 'When its first change was made';
COMMENT ON COLUMN customer_workflow.proposals.submitted_at IS 'When it was last submitted';
COMMENT ON COLUMN customer_workflow.proposals.decided_at IS 'When it was last decided';
COMMENT ON COLUMN customer_workflow.proposals.applied_at IS 'When its values were written';
COMMENT ON COLUMN customer_workflow.proposals.waiting_on IS 'The assignees of its open work items, and who stands in for them; its change set, where only others of that are waited for';
COMMENT ON COLUMN customer_workflow.proposals.workflow IS 'The workflow in which it runs or ran; null before submit';
COMMENT ON COLUMN customer_workflow.proposals.version IS 'The version of that workflow';
COMMENT ON COLUMN customer_workflow.proposals.digest IS 'SHA-256 of what was submitted, for approve(digest => …); null while it can be edited, and for readers who may not see all its values';
COMMENT ON COLUMN customer_workflow.proposals.conflict IS 'The worst of its changes: moved, already or none, see proposed_changes; null when it is closed';
COMMENT ON COLUMN customer_workflow.proposals.submit_sqlstate IS 'Why the last automatic submit failed: SQLSTATE';
COMMENT ON COLUMN customer_workflow.proposals.submit_message IS 'Why the last automatic submit failed: message';
COMMENT ON COLUMN customer_workflow.proposals.effective_at IS 'When it is applied once it is approved; null means at once';
COMMENT ON COLUMN customer_workflow.proposals.reverts IS 'The applied proposal that it was made to undo, see revert()';
COMMENT ON COLUMN customer_workflow.proposals.operation IS 'update: fields of a record are changed; insert: the record is stored on approval; draft: it is stored, and pending until approved; delete: it is deleted on approval; configure: what field call says is done on approval, see configuration_proposals';
COMMENT ON COLUMN customer_workflow.proposals.company IS 'The company of the record, where the table has companies; null for readers who may not SELECT the whole table';

CREATE VIEW customer_workflow._shown_change AS
SELECT c.record_hash,
       c.id AS proposal,
       c.relation,
       c.record_key,
       c.field,
       c.original AS original_value,
       c.proposed AS proposed_value,
       (CASE WHEN c.acts THEN customer_workflow._stored_values(c.id, ARRAY[c.field])
             ELSE customer_workflow._own_values(c.relation, c.record_key, ARRAY[c.field]) END)[1] AS current_value,
       CASE WHEN c.open THEN customer_workflow._conflict(
            CASE WHEN c.acts THEN customer_workflow._stored_values(c.id, ARRAY[c.field])
             ELSE customer_workflow._own_values(c.relation, c.record_key, ARRAY[c.field]) END,
            ARRAY[c.original], ARRAY[c.proposed], c.operation) END AS conflict,
       c.status,
       c.status_message,
       customer_workflow._display(c.author) AS author,
       c.changed_at,
       coalesce(c.operation, 'update') AS operation
  FROM customer_workflow._seen_change AS c;
COMMENT ON VIEW customer_workflow._shown_change IS 'proposed_changes, with the hash of the record key, by which an index finds open proposals';

CREATE VIEW customer_workflow.proposed_changes AS
SELECT c.proposal, c.relation, c.record_key, c.field, c.original_value, c.proposed_value, c.current_value, c.conflict, c.status, c.status_message,
       c.author, c.changed_at, c.operation
  FROM customer_workflow._shown_change AS c;
COMMENT ON VIEW customer_workflow.proposed_changes IS 'Proposed changes, one row a field of a proposal; which of them you see is as in proposals';
COMMENT ON COLUMN customer_workflow.proposed_changes.proposal IS 'The proposal it belongs to';
COMMENT ON COLUMN customer_workflow.proposed_changes.relation IS 'The protected table; null once it has been dropped or unprotected';
COMMENT ON COLUMN customer_workflow.proposed_changes.record_key IS 'The primary key of the record, {"id": 42}';
COMMENT ON COLUMN customer_workflow.proposed_changes.field IS 'The protected field';
COMMENT ON COLUMN customer_workflow.proposed_changes.original_value IS 'What was stored when the change was proposed; null is SQL NULL';
COMMENT ON COLUMN customer_workflow.proposed_changes.proposed_value IS 'What is written on approval; null is SQL NULL';
COMMENT ON COLUMN customer_workflow.proposed_changes.current_value IS 'What is stored now; null is SQL NULL, or no such record any more';
COMMENT ON COLUMN customer_workflow.proposed_changes.conflict IS 'none: the original value is still stored; moved: another value is; already: the proposed one is; null when the proposal is closed';
COMMENT ON COLUMN customer_workflow.proposed_changes.status IS 'The status of the proposal';
COMMENT ON COLUMN customer_workflow.proposed_changes.status_message IS 'The same in words';
COMMENT ON COLUMN customer_workflow.proposed_changes.author IS 'Who made the change';
COMMENT ON COLUMN customer_workflow.proposed_changes.changed_at IS 'When it was made or last edited';
COMMENT ON COLUMN customer_workflow.proposed_changes.operation IS 'What the proposal does to the record, see proposals';

CREATE VIEW customer_workflow._pending_changes AS
SELECT c.* FROM customer_workflow._shown_change AS c
 WHERE c.status IN ('not_submitted', 'pending_approval', 'change_requested', 'rejected', 'approved');
COMMENT ON VIEW customer_workflow._pending_changes IS 'What pending_changes() reads: proposed_changes of open proposals, with the hash of the record key';

-- SECURITY INVOKER, because the view answers for the role that reads it; and no pinned search_path, because the row level
-- security of the table runs below.
CREATE FUNCTION customer_workflow.pending_changes(relation regclass, record_keys jsonb[] DEFAULT NULL)
RETURNS SETOF customer_workflow.proposed_changes
LANGUAGE sql STABLE ROWS 100
AS $$
    SELECT c.proposal, c.relation, c.record_key, c.field, c.original_value, c.proposed_value, c.current_value, c.conflict,
           c.status, c.status_message, c.author, c.changed_at, c.operation
      FROM customer_workflow._pending_changes AS c
     WHERE pending_changes.record_keys IS NULL
       AND c.relation OPERATOR(pg_catalog.=) coalesce(pg_catalog.pg_partition_root(pending_changes.relation), pending_changes.relation)
    UNION ALL
    SELECT c.proposal, c.relation, c.record_key, c.field, c.original_value, c.proposed_value, c.current_value, c.conflict,
           c.status, c.status_message, c.author, c.changed_at, c.operation
      FROM customer_workflow._pending_changes AS c
     WHERE c.relation OPERATOR(pg_catalog.=) coalesce(pg_catalog.pg_partition_root(pending_changes.relation), pending_changes.relation)
       AND c.record_hash OPERATOR(pg_catalog.=) ANY (ARRAY(
               SELECT customer_workflow._key_hash(customer_workflow._key(
                          coalesce(pg_catalog.pg_partition_root(pending_changes.relation), pending_changes.relation), k.key))
                 FROM pg_catalog.unnest(pending_changes.record_keys) AS k (key)))
$$;
COMMENT ON FUNCTION customer_workflow.pending_changes(regclass, jsonb[]) IS 'The open proposed changes of a table, or of these records of it: the badge on a form. Record keys as record_key() makes them, or by hand: {"id": 42}';

CREATE FUNCTION customer_workflow.record_key(relation regclass, record anyelement) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    fields name[] := ARRAY(
        SELECT a.attname
          FROM pg_index AS i
         CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, position)
          JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
         WHERE i.indrelid = record_key.relation AND i.indisprimary AND k.position <= i.indnkeyatts
         ORDER BY k.position);
    key jsonb;
BEGIN
    IF record_key.record IS NOT DISTINCT FROM NULL THEN
        RETURN NULL;
    END IF;
    IF fields = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('table "%s" has no primary key', customer_workflow._name(record_key.relation));
    END IF;
    IF pg_typeof(record_key.record) = 'jsonb'::regtype THEN
        SELECT jsonb_object_agg(f.field, record_key.record -> f.field) INTO key FROM unnest(fields) AS f (field);
    ELSIF NOT EXISTS (SELECT FROM pg_type AS t WHERE t.oid = pg_typeof(record_key.record) AND t.typtype = 'c') THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('type %s is not a row of table "%s"', pg_typeof(record_key.record), customer_workflow._name(record_key.relation)),
            HINT = 'Give a whole row, as in SELECT customer_workflow.record_key(''customers'', c) FROM customers AS c, or a jsonb object.';
    ELSE
        EXECUTE format('SELECT jsonb_build_object(%s)',
                       (SELECT string_agg(format('%L, customer_workflow._render(($1).%I)', f.field, f.field), ', ')
                          FROM unnest(fields) AS f (field)))
           INTO key USING record_key.record;
    END IF;
    RETURN customer_workflow._key(record_key.relation, key);
END
$$;
COMMENT ON FUNCTION customer_workflow.record_key(regclass, anyelement) IS 'The record key of a row: SELECT customer_workflow.record_key(''customers'', c) FROM customers AS c';

GRANT SELECT ON customer_workflow.proposals, customer_workflow.proposed_changes, customer_workflow._pending_changes TO PUBLIC;
GRANT EXECUTE ON FUNCTION customer_workflow._conflict(text[], text[], text[], text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION customer_workflow.pending_changes(regclass, jsonb[]) TO PUBLIC;
GRANT EXECUTE ON FUNCTION customer_workflow.record_key(regclass, anyelement) TO PUBLIC;
