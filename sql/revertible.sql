-- What revert() needs to know of applied proposals. Of deleted records all columns are kept for it.

CREATE VIEW customer_workflow._replaced AS
SELECT c.proposal, c.field, c.proposed, c.original_image AS image,
       CASE WHEN h.overwritten ? c.field THEN h.overwritten ->> c.field ELSE c.original END AS before,
       coalesce(jsonb_typeof(h.overwritten -> c.field) = 'object', false) AS too_long
  FROM customer_workflow.change AS c
 -- An approver may have overwritten something else than the original: that is what was there before.
  LEFT JOIN LATERAL (SELECT (SELECT jsonb_object_agg(o.change ->> 'field', o.change -> 'stored')
                               FROM jsonb_array_elements(h.details -> 'overwritten') AS o (change)) AS overwritten
                       FROM customer_workflow.history AS h
                      WHERE h.proposal = c.proposal AND h.kind = 'applied' ORDER BY h.id DESC LIMIT 1) AS h ON true;
COMMENT ON VIEW customer_workflow._replaced IS 'What the changes of applied proposals have replaced';
COMMENT ON COLUMN customer_workflow._replaced.proposal IS 'The proposal';
COMMENT ON COLUMN customer_workflow._replaced.field IS 'The field';
COMMENT ON COLUMN customer_workflow._replaced.proposed IS 'The value that was written';
COMMENT ON COLUMN customer_workflow._replaced.image IS 'The replaced value as PostgreSQL stores it, where its text is not exact';
COMMENT ON COLUMN customer_workflow._replaced.before IS 'The replaced value';
COMMENT ON COLUMN customer_workflow._replaced.too_long IS 'Whether the replaced value is not kept';

CREATE VIEW customer_workflow._revertible WITH (security_barrier) AS
SELECT p.id AS proposal, p.table_id, p.relation, p.record_key, p.status, p.operation, c.fields, c.befores, c.proposeds, c.images, c.too_long,
       CASE WHEN p.acts THEN customer_workflow._stored_values(p.id, c.fields)
            ELSE customer_workflow._own_values(p.relation, p.record_key, c.fields) END AS stored,
       s.members, s.title, s.there
  FROM customer_workflow._seen_proposal AS p
 CROSS JOIN LATERAL (
    SELECT array_agg(c.field ORDER BY c.field) AS fields, array_agg(c.proposed ORDER BY c.field) AS proposeds,
           array_agg(c.before ORDER BY c.field) AS befores, array_agg(c.image ORDER BY c.field) AS images,
           string_agg(c.field, ', ' ORDER BY c.field) FILTER (WHERE c.too_long) AS too_long
      FROM customer_workflow._replaced AS c WHERE c.proposal = p.id) AS c
  LEFT JOIN LATERAL (
    SELECT -- those that change nothing were made for the sake of their parts
           (SELECT array_agg(m.id ORDER BY m.part_of NULLS FIRST, m.id) FROM customer_workflow.proposal AS m
             WHERE m.change_set = p.change_set AND m.status = 'applied' AND EXISTS (SELECT FROM customer_workflow.change AS c WHERE c.proposal = m.id)) AS members,
           coalesce('Revert: ' || s.title, format('Revert of proposal %s', p.id)) AS title,
           (SELECT max(m.id) FROM customer_workflow.proposal AS m
             WHERE m.record_hash = p.record_hash AND m.table_id = p.table_id AND m.author = customer_workflow._person()
               AND m.reverts = p.id AND m.status = ANY ('{not_submitted,pending_approval,change_requested,rejected,approved}')) AS there
      FROM customer_workflow.change_set AS s WHERE s.id = p.change_set) AS s ON p.status = 'applied'
 WHERE p.complete;
COMMENT ON VIEW customer_workflow._revertible IS 'What revert() needs of a proposal of which the caller sees everything';
COMMENT ON COLUMN customer_workflow._revertible.proposal IS 'The proposal';
COMMENT ON COLUMN customer_workflow._revertible.table_id IS 'The number of its table';
COMMENT ON COLUMN customer_workflow._revertible.relation IS 'Its table';
COMMENT ON COLUMN customer_workflow._revertible.record_key IS 'Its record';
COMMENT ON COLUMN customer_workflow._revertible.status IS 'Its status';
COMMENT ON COLUMN customer_workflow._revertible.operation IS 'Whether it creates or deletes the record';
COMMENT ON COLUMN customer_workflow._revertible.fields IS 'Its fields';
COMMENT ON COLUMN customer_workflow._revertible.befores IS 'The value of each that it replaced';
COMMENT ON COLUMN customer_workflow._revertible.proposeds IS 'The value of each that was written';
COMMENT ON COLUMN customer_workflow._revertible.images IS 'The replaced value as PostgreSQL stores it, where its text is not exact';
COMMENT ON COLUMN customer_workflow._revertible.too_long IS 'Fields of which the replaced value is not kept';
COMMENT ON COLUMN customer_workflow._revertible.stored IS 'The value of each that is stored now; null where there is no such record';
COMMENT ON COLUMN customer_workflow._revertible.members IS 'All that was applied with it in a change set; null for what was applied alone';
COMMENT ON COLUMN customer_workflow._revertible.title IS 'What a change set is called that undoes these';
COMMENT ON COLUMN customer_workflow._revertible.there IS 'The caller''s open revert of it, where it was applied with others';

CREATE TABLE customer_workflow.deleted_value (
    proposal bigint NOT NULL,
    field    text NOT NULL,
    value    text,
    image    bytea,
    PRIMARY KEY (proposal, field)
);
COMMENT ON TABLE customer_workflow.deleted_value IS 'Records that were deleted by applied proposals, as they were then: what revert() stores again';
COMMENT ON COLUMN customer_workflow.deleted_value.proposal IS 'The proposal that deleted the record';
COMMENT ON COLUMN customer_workflow.deleted_value.field IS 'The column; generated ones are computed anew';
COMMENT ON COLUMN customer_workflow.deleted_value.value IS 'Its value as text under pinned settings';
COMMENT ON COLUMN customer_workflow.deleted_value.image IS 'The value as PostgreSQL stores it, where its text is not exact';

CREATE FUNCTION customer_workflow._read_whole_records(table_id integer, keys jsonb[]) RETURNS TABLE (n bigint, field text, value text, image bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = auto AS $$
DECLARE
    tab customer_workflow.protected_table := (SELECT t FROM customer_workflow.protected_table AS t WHERE t.id = _read_whole_records.table_id);
    path text;
    query text;
BEGIN
    SELECT format('SELECT k.n, f.field, f.value, f.image FROM pg_catalog.unnest($1) WITH ORDINALITY AS k (key, n) JOIN %s AS t ON %s '
                  'CROSS JOIN LATERAL (VALUES %s) AS f (field, value, image)',
                  tab.relation::text, string_agg(format('t.%I %s %s', p.field, p.equals, customer_workflow._key_value(p.field, p.type)), ' AND '),
                  (SELECT string_agg(format('(%L, customer_workflow._render(t.%I), customer_workflow._image(t.%I))', a.attname, a.attname, a.attname), ', ' ORDER BY a.attnum)
                     FROM pg_attribute AS a WHERE a.attrelid = tab.relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''))
      INTO query
      FROM customer_workflow._key_parts(tab.relation) AS p;
    path := customer_workflow._path_now(tab.relation, tab.search_path);
    PERFORM customer_workflow._switch_user(customer_workflow._writing_role(tab.relation, tab.options), true, true);
    PERFORM set_config('search_path', path, true);
    RETURN QUERY EXECUTE query USING keys;
END
$$;
COMMENT ON FUNCTION customer_workflow._read_whole_records(integer, jsonb[]) IS 'All columns of records but generated ones, read as the role that writes approved values; n: which of the keys';

CREATE FUNCTION customer_workflow._keep_deleted(table_id integer, proposals bigint[], keys jsonb[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO customer_workflow.deleted_value (proposal, field, value, image)
    SELECT proposals[r.n], r.field, r.value, r.image FROM customer_workflow._read_whole_records(_keep_deleted.table_id, keys) AS r
$$;
COMMENT ON FUNCTION customer_workflow._keep_deleted(integer, bigint[], jsonb[]) IS 'Keeps records that these proposals are about to delete';

-- Who stores it again sees all of it, and so must be one who could have seen it: by his privileges for each column, and where row level
-- security would ask about a row that is not there, by having deleted it.
CREATE VIEW customer_workflow._deleted_record WITH (security_barrier) AS
SELECT p.id AS proposal, d.fields, d."values", d.images, coalesce(s.mine, false) AS mine,
       EXISTS (SELECT FROM customer_workflow.deleted_value AS k WHERE k.proposal = p.id) AS kept,
       (SELECT string_agg(k.field, ', ' ORDER BY k.field) FROM customer_workflow.deleted_value AS k
         WHERE k.proposal = p.id AND (s.privileges -> 'fields' ? k.field) IS NOT TRUE
           AND EXISTS (SELECT FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = p.relation AND a.attname = k.field AND a.attnum > 0 AND NOT a.attisdropped)) AS hidden
  FROM customer_workflow._seen_proposal AS p
 CROSS JOIN LATERAL (
    SELECT r.privileges, NOT (r.privileges -> 'some_rows')::boolean OR p.author = customer_workflow._person() AS mine
      FROM (SELECT (SELECT privileges FROM customer_workflow._reach) -> p.table_id::text AS privileges) AS r OFFSET 0) AS s
 CROSS JOIN LATERAL (
    SELECT array_agg(d.field ORDER BY d.field) AS fields, array_agg(d.value ORDER BY d.field) AS "values", array_agg(d.image ORDER BY d.field) AS images
      FROM customer_workflow.deleted_value AS d WHERE d.proposal = p.id AND s.mine AND s.privileges -> 'fields' ? d.field) AS d
 WHERE p.complete AND p.operation = 'delete' AND p.status = 'applied';
COMMENT ON VIEW customer_workflow._deleted_record IS 'Records that were deleted by proposals of which the caller sees everything, as far as he may see the table''s';
COMMENT ON COLUMN customer_workflow._deleted_record.proposal IS 'The proposal';
COMMENT ON COLUMN customer_workflow._deleted_record.fields IS 'The columns that the caller may see';
COMMENT ON COLUMN customer_workflow._deleted_record."values" IS 'The value of each';
COMMENT ON COLUMN customer_workflow._deleted_record.images IS 'The value as PostgreSQL stores it, where its text is not exact';
COMMENT ON COLUMN customer_workflow._deleted_record.mine IS 'Whether row level security does not hide it from the caller';
COMMENT ON COLUMN customer_workflow._deleted_record.kept IS 'Whether the record is kept at all';
COMMENT ON COLUMN customer_workflow._deleted_record.hidden IS 'The columns that the caller may not see';

GRANT SELECT ON customer_workflow._revertible, customer_workflow._deleted_record TO PUBLIC;
REVOKE EXECUTE ON FUNCTION customer_workflow._read_whole_records(integer, jsonb[]), customer_workflow._keep_deleted(integer, bigint[], jsonb[]) FROM PUBLIC;
