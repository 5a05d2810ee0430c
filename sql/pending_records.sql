-- Records that wait for approval as a whole, for applications and policies; and the explicit ways to propose one.

CREATE VIEW customer_workflow._pending_record WITH (security_barrier) AS
SELECT p.relation, r.record_key, p.id, p.operation, p.status, p.author, p.created_at
  FROM customer_workflow.pending_record AS r
  JOIN customer_workflow._seen_proposal AS p ON p.id = r.proposal
UNION ALL
SELECT p.relation, p.record_key, p.id, p.operation, p.status, p.author, p.created_at
  FROM customer_workflow._seen_proposal AS p
 WHERE p.operation IN ('insert', 'delete') AND p.open;
COMMENT ON VIEW customer_workflow._pending_record IS 'What pending_records shows';

CREATE VIEW customer_workflow.pending_records AS
SELECT p.relation,
       p.record_key,
       p.id AS proposal,
       p.operation,
       p.status,
       customer_workflow._display(p.author) AS author,
       p.created_at
  FROM customer_workflow._pending_record AS p;
COMMENT ON VIEW customer_workflow.pending_records IS 'Records that wait as a whole: drafts, which are stored and have not been approved; new records that are held; records that are to be deleted. Which of them you see is as in proposals';
COMMENT ON COLUMN customer_workflow.pending_records.relation IS 'The protected table';
COMMENT ON COLUMN customer_workflow.pending_records.record_key IS 'The primary key of the record, {"id": 42}';
COMMENT ON COLUMN customer_workflow.pending_records.proposal IS 'The proposal whose approval ends it';
COMMENT ON COLUMN customer_workflow.pending_records.operation IS 'draft: it is stored; insert: it is stored on approval; delete: it is deleted on approval';
COMMENT ON COLUMN customer_workflow.pending_records.status IS 'The status of the proposal; a draft stays here also when that is cancelled';
COMMENT ON COLUMN customer_workflow.pending_records.author IS 'Who made it';
COMMENT ON COLUMN customer_workflow.pending_records.created_at IS 'When it was made';

-- For policies of the table, where it is asked for each row: whoever sees a row may know whether it is approved.
CREATE FUNCTION customer_workflow.is_pending(relation regclass, record_key jsonb) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM customer_workflow.protected_table AS t
                     JOIN customer_workflow.pending_record AS r ON r.table_id = t.id AND r.record_hash = customer_workflow._key_hash(is_pending.record_key)
                    WHERE t.relation = coalesce(pg_partition_root(is_pending.relation), is_pending.relation))
$$;
COMMENT ON FUNCTION customer_workflow.is_pending(regclass, jsonb) IS 'Whether a record was stored as a draft and has not been approved; the key as record_key() makes it. For policies and applications';

CREATE FUNCTION customer_workflow._propose_draft(relation regclass, record_key jsonb, comment text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    request customer_workflow._request := customer_workflow._request('submit', comment, NULL, NULL);
    tab integer := customer_workflow._table_id(relation);
    hash uuid := customer_workflow._key_hash(record_key);
    fields text[] := customer_workflow._fields(relation)::text[];
    before record;
    found_values text[];
    made bigint;
BEGIN
    SELECT r.stored INTO found_values FROM customer_workflow._read_records(tab, ARRAY[record_key], fields, true) AS r;
    SELECT r.proposal, p.author, p.status INTO before
      FROM customer_workflow.pending_record AS r JOIN customer_workflow.proposal AS p ON p.id = r.proposal
     WHERE r.table_id = tab AND r.record_hash = hash FOR UPDATE OF r;
    IF found_values IS NULL OR before IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('"%s" %s is not pending', customer_workflow._name(relation), record_key),
            HINT = 'See customer_workflow.pending_records.';
    ELSIF NOT (before.author = request.person OR customer_workflow._has_duty(tab, '{steward}') OR customer_workflow._configures(relation)) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('permission denied to propose "%s" %s', customer_workflow._name(relation), record_key),
            DETAIL = format('It was proposed by %s, and you are neither steward nor administrator of the table.', customer_workflow._display(before.author));
    ELSIF before.status = ANY (customer_workflow._open_statuses()) THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003', MESSAGE = format('"%s" %s has an open proposal', customer_workflow._name(relation), record_key),
            DETAIL = format('It is proposal %s, and its status is %s.', before.proposal, before.status), HINT = 'Submit it, or wait until it is decided.';
    END IF;
    SELECT r.proposal INTO made
      FROM customer_workflow._propose_records(tab, 'draft', ARRAY[record_key::text], ARRAY[hash], array_fill(1, ARRAY[cardinality(fields)]), fields,
               array_fill(NULL::text, ARRAY[cardinality(fields)]), found_values, array_fill(NULL::bytea, ARRAY[cardinality(fields)]),
               request.person, request.identities, NULL, false, NULL, request.comment, customer_workflow._record_company(tab, record_key)) AS r;
    PERFORM customer_workflow._touch(ARRAY[made], false);
    RETURN made;
END
$$;
COMMENT ON FUNCTION customer_workflow._propose_draft(regclass, jsonb, text) IS 'What propose_record() does with a canonical key';

CREATE FUNCTION customer_workflow.propose_record(relation regclass, record_key jsonb, comment text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    -- the key is read as the caller: its type may be a domain with a CHECK of its own
    SELECT customer_workflow._propose_draft(relation, customer_workflow._key(relation, record_key), comment)
$$;
COMMENT ON FUNCTION customer_workflow.propose_record(regclass, jsonb, text)
    IS 'Proposes a draft, whose proposal was cancelled or has expired, once more, as it is stored now; returns the new proposal';

CREATE FUNCTION customer_workflow._delete_statement(relation regclass, record_key jsonb) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table := (SELECT t FROM customer_workflow.protected_table AS t WHERE t.id = customer_workflow._table_id(_delete_statement.relation));
BEGIN
    -- Of its company, where that differs, only capture knows, which sees the record.
    IF NOT (tab.enabled OR EXISTS (SELECT FROM customer_workflow.protected_company AS c WHERE c.table_id = tab.id AND c.enabled)) THEN
        RAISE EXCEPTION USING ERRCODE = 'CW005', MESSAGE = format('approvals are disabled for table "%s"', customer_workflow._name(relation)),
            DETAIL = 'It was switched off with customer_workflow.disable().', HINT = 'Switch it on again with customer_workflow.enable(), or use DELETE.';
    ELSIF customer_workflow._of_any_company(tab.relation, tab.options) ->> 'on_delete' IS DISTINCT FROM 'propose' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('deleting records of table "%s" needs no approval', customer_workflow._name(relation)),
            DETAIL = 'Its option on_delete is allow.', HINT = 'Use DELETE, or set option on_delete to propose.';
    ELSIF record_key IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'record_key must not be null',
            HINT = 'Give the primary key as an object, for example {"id": 42}.';
    END IF;
    RETURN format('/* customer_workflow.propose */ DELETE FROM %s AS t WHERE %s', relation,
        (SELECT string_agg(format('t.%I %s customer_workflow._input(%L, NULL::%s)', p.field, p.equals, record_key ->> p.field, p.type), ' AND ')
           FROM customer_workflow._key_parts(relation) AS p));
END
$$;
COMMENT ON FUNCTION customer_workflow._delete_statement(regclass, jsonb) IS 'The DELETE that propose_delete() runs as its caller; errors 22023 and CW005 for what cannot be proposed';

-- The DELETE runs with the rights, the row level security and the search_path of the caller, as his own would.
CREATE FUNCTION customer_workflow.propose_delete(relation regclass, record_key jsonb, comment text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    statement pg_catalog.text := customer_workflow._delete_statement(relation, customer_workflow._key(relation, record_key));
    before pg_catalog.text := pg_catalog.current_setting('customer_workflow.comment', true);
    begun boolean;
    result bigint;
BEGIN
    IF comment IS NOT NULL THEN
        PERFORM pg_catalog.set_config('customer_workflow.comment', comment, true);
    END IF;
    begun := customer_workflow._propose_begin(relation);
    EXECUTE statement;
    result := customer_workflow._propose_end();
    IF comment IS NOT NULL THEN
        PERFORM pg_catalog.set_config('customer_workflow.comment', coalesce(before, ''), true);
    END IF;
    IF result IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found',
            MESSAGE = pg_catalog.format('there is no record %s in table "%s"', record_key, customer_workflow._name(relation)),
            DETAIL = 'It does not exist, or you may not see or delete it.',
            HINT = 'Give the primary key of a record that you may delete.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION customer_workflow.propose_delete(regclass, jsonb, text)
    IS 'Proposes to delete a record, as a DELETE of the caller would, of a table with option on_delete propose; returns the proposal';

GRANT SELECT ON customer_workflow.pending_records TO PUBLIC;
