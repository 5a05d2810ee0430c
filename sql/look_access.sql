-- Who sees what. The views of the other look_ files are built on the internal views here, which answer for the person
-- and the role that run the query.
--
-- What hides rows is a security barrier, so that a function in a reader's WHERE never meets a hidden row. The views that
-- people read are plain ones on top: what they compute for each row (current values, who is waited for) is then computed
-- for the rows that a query returns, after its ORDER BY and LIMIT, and not for all that it might have returned.

-- A view may only call what its reader may execute, so these functions are PUBLIC. They either do nothing that the
-- caller could not do himself (SECURITY INVOKER), or check who is asking.

-- Whoever looks must not run code of the table's owner, and the check of a domain would be that: the key is read as the type
-- that a domain is over, and where domains may hide inside a type (composites, arrays of them), texts are compared instead.
-- The casts to text give names as they must be written under this search_path.
CREATE FUNCTION customer_workflow._record_query(relation regclass, fields text[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('SELECT ARRAY[%s]::pg_catalog.text[] FROM %s AS r WHERE %s',
                  (SELECT string_agg(CASE WHEN a.attname IS NULL THEN 'NULL'
                                          ELSE format('customer_workflow._render(r.%I)', a.attname) END, ', ' ORDER BY f.position)
                     FROM unnest(_record_query.fields) WITH ORDINALITY AS f (field, position)
                     LEFT JOIN pg_attribute AS a ON a.attrelid = _record_query.relation AND a.attname = f.field
                                                AND a.attnum > 0 AND NOT a.attisdropped),
                  _record_query.relation::text,
                  string_agg(CASE WHEN ty.plain
                                  THEN format('r.%I OPERATOR(%s) customer_workflow._input($1 OPERATOR(pg_catalog.->>) %L, NULL::%s)',
                                              a.attname, ao.amopopr::regoper::text, a.attname, format_type(ty.oid, NULL))
                                  ELSE format('customer_workflow._render(r.%I) OPERATOR(pg_catalog.=) ($1 OPERATOR(pg_catalog.->>) %L)',
                                              a.attname, a.attname) END, ' AND '))
      FROM pg_index AS i
     CROSS JOIN LATERAL unnest(i.indkey, i.indclass) WITH ORDINALITY AS k (attnum, opclass, position)
      JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      JOIN pg_opclass AS oc ON oc.oid = k.opclass
      JOIN pg_amop AS ao ON ao.amopfamily = oc.opcfamily AND ao.amoplefttype = oc.opcintype AND ao.amoprighttype = oc.opcintype
                        -- as in _key_parts()
                        AND ao.amopstrategy = (SELECT max(e.amopstrategy) FROM pg_amop AS e
                                                WHERE e.amopfamily = oc.opcfamily AND (e.amoplefttype, e.amoprighttype) = (oc.opcintype, oc.opcintype)
                                                  AND (e.amopstrategy = 3 OR e.amopstrategy = 18 AND i.indisexclusion))
     CROSS JOIN LATERAL (
          WITH RECURSIVE base AS (
              SELECT t.* FROM pg_type AS t WHERE t.oid = a.atttypid
              UNION ALL
              SELECT t.* FROM base JOIN pg_type AS t ON t.oid = base.typbasetype WHERE base.typtype = 'd')
          SELECT base.oid,
                 base.typtype IN ('b', 'e')
                 AND NOT EXISTS (SELECT FROM pg_type AS e WHERE e.oid = base.typelem AND e.typtype NOT IN ('b', 'e'))
                 OR EXISTS (SELECT FROM pg_range AS g JOIN pg_type AS e ON e.oid = g.rngsubtype
                             WHERE g.rngtypid = base.oid AND e.typtype = 'b' AND e.typelem = 0) AS plain
            FROM base WHERE base.typtype <> 'd') AS ty
     WHERE i.indrelid = _record_query.relation AND i.indisprimary AND k.position <= i.indnkeyatts
    HAVING count(*) = max(i.indnkeyatts)
$$;
COMMENT ON FUNCTION customer_workflow._record_query(regclass, text[]) IS 'The query that reads these fields of the record whose key is $1, as text under pinned settings; null when there is no such table';

-- No pinned search_path: row level security of the table runs in here, and must find what it finds in the caller's queries.
CREATE FUNCTION customer_workflow._own_values(relation regclass, record_key jsonb, fields text[]) RETURNS text[]
LANGUAGE plpgsql STABLE
SET row_security = on
AS $$
DECLARE
    query text := customer_workflow._record_query(relation, fields);
    stored text[];
BEGIN
    IF query IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE query INTO stored USING record_key;
    RETURN stored;
END
$$;
COMMENT ON FUNCTION customer_workflow._own_values(regclass, jsonb, text[]) IS 'Stored values, read with the privileges and the row level security of the caller; null when he sees no such record';

CREATE VIEW customer_workflow._reach AS
SELECT coalesce(customer_workflow._identities(), '{}') AS identities,
       coalesce(customer_workflow._known_as(), '{}') AS known_as,
       coalesce(customer_workflow._my_assignees(), '{}') AS assignees,
       ARRAY(SELECT t.id FROM customer_workflow.protected_table AS t WHERE customer_workflow._sees_all(t.id)) AS tables,
       ARRAY(SELECT t.id FROM customer_workflow.protected_table AS t WHERE customer_workflow._has_duty(t.id, '{steward,override}')) AS stewarded,
       (SELECT jsonb_object_agg(t.id, jsonb_build_object(
                   'fields', (SELECT jsonb_agg(a.attname)
                                FROM pg_catalog.pg_attribute AS a
                               WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                                 AND has_column_privilege(c.oid, a.attnum, 'SELECT')),
                   'all_fields', has_table_privilege(c.oid, 'SELECT'),
                   'some_rows', row_security_active(c.oid)))
          FROM customer_workflow.protected_table AS t
          JOIN pg_catalog.pg_class AS c ON c.oid = t.relation
         WHERE has_any_column_privilege(c.oid, 'SELECT')
           -- In a SECURITY DEFINER function of a superuser, ours for example, his privileges are not the reader's.
           AND (current_user = coalesce(nullif(current_setting('role'), 'none'), session_user)
                OR NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user AND r.rolsuper))
           AND has_schema_privilege(c.relnamespace, 'USAGE')
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i, unnest(i.indkey) AS k (attnum)
                            WHERE i.indrelid = c.oid AND i.indisprimary
                              AND NOT has_column_privilege(c.oid, k.attnum, 'SELECT'))) AS privileges;
COMMENT ON VIEW customer_workflow._reach IS 'How far the caller sees: one row, of which the other views take columns by uncorrelated subselects, so that each is computed once a query';
COMMENT ON COLUMN customer_workflow._reach.identities IS 'Every identity of the current person';
COMMENT ON COLUMN customer_workflow._reach.known_as IS 'These, and those of the other roles that are the same person: none of them decides';
COMMENT ON COLUMN customer_workflow._reach.assignees IS 'Every assignee that the current person is or belongs to';
COMMENT ON COLUMN customer_workflow._reach.tables IS 'Protected tables of which the person sees everything';
COMMENT ON COLUMN customer_workflow._reach.stewarded IS 'Protected tables of which the person is steward, or may override approvals, and so acts in all of their proposals';
COMMENT ON COLUMN customer_workflow._reach.privileges IS 'Table id → the fields that the current role may SELECT, whether that is all, and whether row level security applies; only tables whose key he may SELECT, since a change of an unnamed record says nothing';

CREATE VIEW customer_workflow._acting AS
SELECT p.*, a.acts
  FROM customer_workflow.proposal AS p
 -- OFFSET 0 keeps the planner from copying the expression to each place that uses it.
 CROSS JOIN LATERAL (
    SELECT p.parties && (SELECT identities FROM customer_workflow._reach)
        OR p.table_id = ANY ((SELECT tables || stewarded FROM customer_workflow._reach)::int[])
        OR EXISTS (SELECT FROM customer_workflow.work_item AS w
                    WHERE w.proposal = p.id AND w.status = 'open'
                      AND (w.assignee = ANY ((SELECT assignees FROM customer_workflow._reach)::text[])
                           OR EXISTS (SELECT FROM customer_workflow.work_item_place AS l
                                       WHERE l.work_item = w.id AND l.person = ANY ((SELECT identities FROM customer_workflow._reach)::text[]))))
        OR EXISTS (SELECT FROM customer_workflow.history AS h
                    WHERE h.proposal = p.id AND h.kind IN ('approved', 'rejected', 'change_requested', 'completion', 'delegated', 'field_approved', 'field_rejected', 'override_reviewed')
                      AND h.person = ANY ((SELECT identities FROM customer_workflow._reach)::text[]))
        -- who decides one of a change set decides on all of it
        OR p.change_set IS NOT NULL
           AND EXISTS (SELECT FROM customer_workflow.proposal AS m
                        WHERE m.change_set = p.change_set
                          AND (EXISTS (SELECT FROM customer_workflow.work_item AS w
                                        WHERE w.proposal = m.id AND w.status = 'open'
                                          AND (w.assignee = ANY ((SELECT assignees FROM customer_workflow._reach)::text[])
                                               OR EXISTS (SELECT FROM customer_workflow.work_item_place AS l
                                                           WHERE l.work_item = w.id AND l.person = ANY ((SELECT identities FROM customer_workflow._reach)::text[]))))
                               OR EXISTS (SELECT FROM customer_workflow.history AS h
                                           WHERE h.proposal = m.id AND h.kind IN ('approved', 'rejected', 'change_requested', 'completion', 'delegated', 'field_approved', 'field_rejected', 'override_reviewed')
                                             AND h.person = ANY ((SELECT identities FROM customer_workflow._reach)::text[])))) AS acts
    OFFSET 0) AS a;
COMMENT ON VIEW customer_workflow._acting IS 'Every proposal, and whether the caller may see all of it: he acts in it, or sees everything of its table';

CREATE VIEW customer_workflow._seen_proposal WITH (security_barrier) AS
SELECT p.*,
       t.relation,
       CASE p.status
           WHEN 'not_submitted' THEN 'Changes not submitted'
           WHEN 'pending_approval' THEN 'Changes pending approval'
           WHEN 'change_requested' THEN 'Change requested'
           WHEN 'rejected' THEN 'Changes rejected'
           WHEN 'approved' THEN 'Changes approved, effective later'
           WHEN 'applied' THEN 'Changes approved and applied'
           WHEN 'cancelled' THEN 'Changes discarded'
           WHEN 'expired' THEN 'Proposal expired'
       END AS status_message,
       p.status IN ('not_submitted', 'pending_approval', 'change_requested', 'rejected', 'approved') AS open,
       s.privileges,
       p.acts OR NOT EXISTS (SELECT FROM customer_workflow.change AS c
                              WHERE c.proposal = p.id AND NOT s.privileges -> 'fields' ? c.field) AS complete
  FROM customer_workflow._acting AS p
  JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
 CROSS JOIN LATERAL (
    SELECT CASE WHEN NOT p.acts THEN (SELECT privileges FROM customer_workflow._reach) -> p.table_id::text END AS privileges
    OFFSET 0) AS s
 WHERE p.acts
    OR EXISTS (SELECT FROM customer_workflow.change AS c WHERE c.proposal = p.id AND s.privileges -> 'fields' ? c.field)
   AND CASE WHEN (s.privileges -> 'some_rows')::boolean
            THEN customer_workflow._own_values(t.relation, p.record_key, '{}') IS NOT NULL
            ELSE true END;
COMMENT ON VIEW customer_workflow._seen_proposal IS 'The proposals that the caller may see: all columns, and how much of them he may see';

CREATE VIEW customer_workflow._seen_change WITH (security_barrier) AS
SELECT p.*, c.field, c.original, c.proposed, c.changed_at, c.image IS NOT NULL AS has_image
  FROM customer_workflow._seen_proposal AS p
  JOIN customer_workflow.change AS c ON c.proposal = p.id
 WHERE p.acts OR p.privileges -> 'fields' ? c.field;
COMMENT ON VIEW customer_workflow._seen_change IS 'The proposed changes that the caller may see';

CREATE FUNCTION customer_workflow._stored_values(proposal bigint, fields text[]) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    seen record;
    query text;
    stored text[];
BEGIN
    SELECT p.record_key, t.relation, c.relowner INTO seen
      FROM customer_workflow._acting AS p
      JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
      JOIN pg_class AS c ON c.oid = t.relation
     WHERE p.id = _stored_values.proposal AND p.acts
       AND has_schema_privilege(c.relowner, c.relnamespace, 'USAGE')
       AND _stored_values.fields <@ ARRAY(SELECT ch.field FROM customer_workflow.change AS ch WHERE ch.proposal = p.id);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    query := customer_workflow._record_query(seen.relation, _stored_values.fields);
    IF query IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM customer_workflow._switch_user(seen.relowner, true, true);
    EXECUTE query INTO stored USING seen.record_key;
    RETURN stored;
END
$$;
COMMENT ON FUNCTION customer_workflow._stored_values(bigint, text[]) IS 'Stored values of fields of a proposal in which the caller acts or of whose table he sees everything, read as the table owner; null for others, and where there is no record';

GRANT EXECUTE ON FUNCTION customer_workflow._record_query(regclass, text[]) TO PUBLIC;
GRANT EXECUTE ON FUNCTION customer_workflow._own_values(regclass, jsonb, text[]) TO PUBLIC;
GRANT EXECUTE ON FUNCTION customer_workflow._stored_values(bigint, text[]) TO PUBLIC;
