-- archive_history(): closed proposals move where nobody's work finds them, and can still be proved and read.

CREATE FUNCTION customer_workflow._only_to_archive() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM gone AS g
                WHERE NOT EXISTS (SELECT FROM customer_workflow.archive_history AS a WHERE a.id = g.id AND a.* *= g.*)) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'table "history" is append-only',
            DETAIL = 'DELETE was tried.',
            HINT = 'History is never changed. What happened next is a new entry.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION customer_workflow._only_to_archive() IS 'Trigger of the history: an entry can only go when it is in the archive as it was';

CREATE TRIGGER only_to_archive AFTER DELETE ON customer_workflow.history REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION customer_workflow._only_to_archive();

CREATE FUNCTION customer_workflow._closed_before(at timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH closed AS (
        SELECT p.id, p.change_set,
               p.status IN ('applied', 'cancelled', 'expired')
               -- the work item of an override is open until somebody has reviewed it
               AND NOT EXISTS (SELECT FROM customer_workflow.work_item AS w WHERE w.proposal = p.id AND w.status = 'open')
               AND NOT EXISTS (SELECT FROM customer_workflow.proposal AS r
                                WHERE r.reverts = p.id AND r.status NOT IN ('applied', 'cancelled', 'expired'))
               AND NOT EXISTS (SELECT FROM customer_workflow.history AS h
                                WHERE h.proposal = p.id
                                  AND (h.at >= _closed_before.at
                                       OR NOT EXISTS (SELECT FROM customer_workflow.history_link AS l
                                                       WHERE l.kind = 'p' AND l.chain = h.proposal AND l.entry = h.id))) AS rests
          FROM customer_workflow.proposal AS p)
    SELECT c.id FROM closed AS c
     WHERE c.rests
       AND NOT EXISTS (SELECT FROM closed AS m WHERE m.change_set = c.change_set AND NOT m.rests)
$$;
COMMENT ON FUNCTION customer_workflow._closed_before(timestamptz) IS 'Closed proposals to which nothing has happened since then, and to none that they were decided with';

CREATE FUNCTION customer_workflow.archive_history(older_than interval) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET intervalstyle = postgres
SET jit = off
AS $$
DECLARE
    ids bigint[];
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    PERFORM customer_workflow._require_owns_database();
    IF older_than IS NULL OR older_than < '0' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('"%s" is not an age', coalesce(older_than::text, 'null')), HINT = 'Write an interval, for example ''2 years''.';
    END IF;
    -- what moves is chained, whatever becomes of it afterwards
    PERFORM customer_workflow.checkpoint();
    SELECT coalesce(array_agg(p.id ORDER BY p.id), '{}') INTO ids
      FROM (SELECT p.id FROM customer_workflow.proposal AS p
             WHERE p.id IN (SELECT customer_workflow._closed_before(now() - archive_history.older_than))
               -- of which nobody is still to be told
               AND p.id NOT IN (SELECT e.proposal FROM customer_workflow._awaited_event AS e WHERE e.proposal IS NOT NULL)
             ORDER BY p.id FOR UPDATE SKIP LOCKED) AS p;
    -- of a change set that somebody is working with, nothing goes
    ids := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                  WHERE p.id = ANY (ids)
                    AND (p.change_set IS NULL
                         OR NOT EXISTS (SELECT FROM customer_workflow.proposal AS m WHERE m.change_set = p.change_set AND m.id <> ALL (ids))));
    WITH gone AS (DELETE FROM customer_workflow.proposal AS p WHERE p.id = ANY (ids) RETURNING p.*)
    INSERT INTO customer_workflow.archive_proposal SELECT * FROM gone;
    WITH gone AS (DELETE FROM customer_workflow.change AS c WHERE c.proposal = ANY (ids) RETURNING c.*)
    INSERT INTO customer_workflow.archive_change SELECT * FROM gone;
    -- what is archived is reverted no more
    DELETE FROM customer_workflow.deleted_value AS d WHERE d.proposal = ANY (ids);
    -- the history has them
    DELETE FROM customer_workflow.field_decision AS d
     WHERE d.work_item IN (SELECT w.id FROM customer_workflow.work_item AS w WHERE w.proposal = ANY (ids));
    WITH gone AS (DELETE FROM customer_workflow.work_item AS w WHERE w.proposal = ANY (ids) RETURNING w.*)
    INSERT INTO customer_workflow.archive_work_item SELECT * FROM gone;
    -- with what was said of those that went before while they went
    WITH gone AS (DELETE FROM customer_workflow.history AS h
                   WHERE h.proposal IN (SELECT a.id FROM customer_workflow.archive_proposal AS a)
                     AND EXISTS (SELECT FROM customer_workflow.history_link AS l WHERE l.kind = 'p' AND l.chain = h.proposal AND l.entry = h.id)
                     AND h.id NOT IN (SELECT e.id FROM customer_workflow._awaited_event AS e)
                  RETURNING h.*)
    INSERT INTO customer_workflow.archive_history SELECT * FROM gone;
    IF ids <> '{}' THEN
        PERFORM customer_workflow._log('archive_history', NULL, NULL, NULL,
                                       jsonb_build_object('older_than', archive_history.older_than, 'proposals', cardinality(ids)));
    END IF;
    RETURN cardinality(ids);
END
$$;
COMMENT ON FUNCTION customer_workflow.archive_history(interval) IS 'Moves closed proposals to which nothing has happened for so long, with their changes, work items and history, to the archive; returns how many. For the database owner';

CREATE VIEW customer_workflow._archived_acting AS
SELECT p.*,
       p.parties && (SELECT identities FROM customer_workflow._reach)
       OR p.table_id = ANY ((SELECT tables FROM customer_workflow._reach)::int[]) AS acts
  FROM customer_workflow.archive_proposal AS p;
COMMENT ON VIEW customer_workflow._archived_acting IS 'Every archived proposal, and whether the caller sees it: he had a part in it, or sees everything of its table';

CREATE VIEW customer_workflow._archived_entry AS
SELECT * FROM customer_workflow.archive_history
UNION ALL
SELECT h.* FROM customer_workflow.history AS h WHERE h.proposal IN (SELECT a.id FROM customer_workflow.archive_proposal AS a);
COMMENT ON VIEW customer_workflow._archived_entry IS 'The history of archived proposals, also what has not been moved yet';

CREATE VIEW customer_workflow._seen_archived_history WITH (security_barrier) AS
SELECT e.*, true AS complete
  FROM customer_workflow._archived_entry AS e
  JOIN customer_workflow._archived_acting AS p ON p.id = e.proposal
 WHERE p.acts
 ORDER BY e.id;
COMMENT ON VIEW customer_workflow._seen_archived_history IS 'The archived history that the caller may see';

CREATE VIEW customer_workflow.archived_proposals WITH (security_barrier) AS
SELECT p.id,
       t.relation,
       p.record_key,
       p.record_label,
       p.status,
       customer_workflow._display(p.author) AS author,
       customer_workflow._display(p.originator) AS originator,
       coalesce(customer_workflow._display(p.data_entity), 'person') AS source,
       p.reference,
       p.comment,
       p.created_at,
       p.submitted_at,
       p.decided_at,
       p.applied_at,
       p.workflow,
       p.version,
       p.digest
  FROM customer_workflow._archived_acting AS p
  JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
 WHERE p.acts
 ORDER BY p.id;
COMMENT ON VIEW customer_workflow.archived_proposals IS 'Proposals that archive_history() has moved: those in which you had a part, and all of tables of which you see everything';

CREATE VIEW customer_workflow.archived_changes WITH (security_barrier) AS
SELECT c.proposal,
       t.relation,
       p.record_key,
       c.field,
       c.original AS original_value,
       c.proposed AS proposed_value,
       p.status,
       customer_workflow._display(p.author) AS author,
       c.changed_at
  FROM customer_workflow.archive_change AS c
  JOIN customer_workflow._archived_acting AS p ON p.id = c.proposal
  JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
 WHERE p.acts
 ORDER BY c.proposal, c.field;
COMMENT ON VIEW customer_workflow.archived_changes IS 'The proposed changes of archived_proposals';

-- The archive is shown as its originals are: the same views over other tables, so that they cannot differ.
DO $$
DECLARE
    same record;
    body text;
BEGIN
    FOR same IN SELECT * FROM (VALUES
        ('workflow_history', 'archived_history', '{_seen_history,_seen_archived_history}'::text[], 'The history of archived_proposals, with the columns of workflow_history'),
        ('decisions', 'archived_decisions', '{history,_archived_entry,_acting,_archived_acting,change,archive_change}',
         'The decisions on archived_proposals, with the columns of decisions')) AS v (name, archived, tables, comment)
    LOOP
        body := pg_catalog.pg_get_viewdef(pg_catalog.format('customer_workflow.%I', same.name)::pg_catalog.regclass);
        FOR i IN 1 .. pg_catalog.cardinality(same.tables) / 2 LOOP
            IF body !~ ('customer_workflow\.' || same.tables[2 * i - 1] || ' ') THEN
                RAISE EXCEPTION 'view % does not read %', same.name, same.tables[2 * i - 1];
            END IF;
            body := pg_catalog.replace(body, 'customer_workflow.' || same.tables[2 * i - 1] || ' ', 'customer_workflow.' || same.tables[2 * i] || ' ');
        END LOOP;
        EXECUTE pg_catalog.format('CREATE VIEW customer_workflow.%I WITH (security_barrier) AS %s', same.archived, body);
        EXECUTE pg_catalog.format('COMMENT ON VIEW customer_workflow.%I IS %L', same.archived, same.comment);
    END LOOP;
END
$$;

-- Columns are as in the views that show what is not archived.
DO $$
DECLARE
    col record;
BEGIN
    FOR col IN
        SELECT c.relname, a.attname,
               (SELECT pg_catalog.min(d.description)
                  FROM (VALUES ('archived_history', 'workflow_history'), ('archived_decisions', 'decisions'),
                               ('archived_proposals', 'proposals'), ('archived_changes', 'proposed_changes')) AS v (archived, original)
                  JOIN pg_catalog.pg_attribute AS o ON o.attrelid = pg_catalog.format('customer_workflow.%I', v.original)::pg_catalog.regclass AND o.attname = a.attname
                  JOIN pg_catalog.pg_description AS d ON d.objoid = o.attrelid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid = o.attnum
                 WHERE v.archived = c.relname) AS description
          FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'customer_workflow'::pg_catalog.regnamespace AND c.relname IN ('archived_history', 'archived_decisions', 'archived_proposals', 'archived_changes')
           AND a.attnum > 0 AND pg_catalog.col_description(c.oid, a.attnum) IS NULL
    LOOP
        EXECUTE pg_catalog.format('COMMENT ON COLUMN customer_workflow.%I.%I IS %L', col.relname, col.attname, col.description);
    END LOOP;
END
$$;

GRANT SELECT ON customer_workflow.archived_proposals, customer_workflow.archived_changes, customer_workflow.archived_history, customer_workflow.archived_decisions TO PUBLIC;
REVOKE EXECUTE ON FUNCTION customer_workflow._only_to_archive(), customer_workflow._closed_before(timestamptz) FROM PUBLIC;
