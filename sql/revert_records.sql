-- Undo of deleting: the record is stored again as it was.

CREATE FUNCTION customer_workflow._deleted_value(proposal bigint, field text, image bytea, "like" anyelement) RETURNS anyelement
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    -- As in _original_value().
    SELECT customer_workflow._image_value(d.image, "like") FROM customer_workflow.deleted_value AS d
     WHERE d.proposal = _deleted_value.proposal AND d.field = _deleted_value.field AND d.image = _deleted_value.image
$$;
COMMENT ON FUNCTION customer_workflow._deleted_value(bigint, text, bytea, anyelement)
    IS 'The value that a deleted record had, for who knows its image; null where it was kept in another database, or is of another type';

CREATE FUNCTION customer_workflow._refuse_restore(page customer_workflow._revertible, before customer_workflow._deleted_record) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said text := format('proposal %s for "%s" %s cannot be reverted', page.proposal, customer_workflow._name(page.relation), page.record_key);
    bad record;
BEGIN
    -- by the company that it had: with another one it would not be the record that it was
    IF customer_workflow._option(page.table_id, 'on_insert', (SELECT p.company FROM customer_workflow.proposal AS p WHERE p.id = page.proposal)) = '"allow"' THEN
        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = said,
            DETAIL = 'It deleted the record, and creating records of the table needs no approval (its option on_insert is allow).',
            HINT = 'Insert the record again, or set option on_insert to held or draft.';
    ELSIF before.kept IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = said, DETAIL = 'It deleted the record, of which nothing was kept.', HINT = 'Insert the record again.';
    ELSIF NOT before.mine OR before.hidden IS NOT NULL OR before.fields IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = said,
            DETAIL = CASE WHEN before.hidden IS NOT NULL THEN format('You may not SELECT all columns of the table: %s.', before.hidden)
                          ELSE 'It deleted the record, and row level security of the table does not say whether you might see it.' END,
            HINT = 'Let who deleted it revert it, or somebody who sees all records of the table.';
    END IF;
    SELECT a.attname AS col, customer_workflow._type_without_input(a.atttypid) AS type INTO bad FROM pg_attribute AS a
     WHERE a.attrelid = page.relation AND a.attname = ANY (before.fields) AND NOT a.attisdropped AND customer_workflow._type_without_input(a.atttypid) IS NOT NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = said,
            DETAIL = format('Values of type %s (column %s) cannot be read back from text.', bad.type, bad.col), HINT = 'Insert the record again.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._refuse_restore(customer_workflow._revertible, customer_workflow._deleted_record)
    IS 'Errors where a deleted record cannot be stored again';

CREATE FUNCTION customer_workflow._restore_statement(page customer_workflow._revertible, before customer_workflow._deleted_record) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM customer_workflow._refuse_restore(page, before);
    RETURN (
        SELECT format('/* customer_workflow.propose */ INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE VALUES (%s)', page.relation,
                      string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
                      string_agg(CASE WHEN d.value IS NULL THEN 'NULL'
                                      WHEN d.image IS NULL THEN v.as_text
                                      ELSE format('coalesce(customer_workflow._deleted_value(%s, %L, %L::pg_catalog.bytea, NULL::%s)::%s, %s)',
                                                  page.proposal, d.field, d.image, v.base, v.own, v.as_text) END, ', ' ORDER BY a.attnum))
          FROM unnest(before.fields, before."values", before.images) AS d (field, value, image)
          JOIN pg_attribute AS a ON a.attrelid = page.relation AND a.attname = d.field AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
         CROSS JOIN LATERAL (
            SELECT format_type(customer_workflow._without_domain(a.atttypid), NULL) AS base, format_type(a.atttypid, NULL) AS own,
                   format('customer_workflow._input(%L, NULL::%s)', d.value, format_type(a.atttypid, NULL)) AS as_text) AS v);
END
$$;
COMMENT ON FUNCTION customer_workflow._restore_statement(customer_workflow._revertible, customer_workflow._deleted_record)
    IS 'The INSERT that revert() runs as its caller to store a deleted record again; errors where that cannot be';

CREATE FUNCTION customer_workflow._check_restored(reverted bigint, draft bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab customer_workflow.protected_table;
    other record;
    gone text;
BEGIN
    SELECT t.* INTO tab FROM customer_workflow.protected_table AS t JOIN customer_workflow.proposal AS p ON p.table_id = t.id WHERE p.id = draft;
    SELECT string_agg(d.field, ', ' ORDER BY d.field) FILTER (WHERE d.field IN (
               SELECT f::text FROM unnest(customer_workflow._fields(tab.relation) || customer_workflow._key_columns(tab.relation)) AS f
               UNION ALL
               SELECT f FROM jsonb_each(tab.options -> 'companions') AS e CROSS JOIN LATERAL jsonb_array_elements_text(e.value) AS f)) AS watched,
           string_agg(d.field, ', ' ORDER BY d.field) AS fields INTO other
      FROM customer_workflow.deleted_value AS d JOIN customer_workflow.change AS c ON c.proposal = draft AND c.field = d.field
     WHERE d.proposal = reverted AND (d.value COLLATE "C" IS DISTINCT FROM c.proposed OR d.image IS DISTINCT FROM c.image AND c.image IS NOT NULL);
    IF other.watched IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CW009',
            MESSAGE = format('another trigger changed %s while the record of proposal %s was proposed again', other.watched, reverted),
            DETAIL = 'It would not be the record that was deleted.', HINT = 'Make the trigger leave values alone that are given.';
    ELSIF other.fields IS NOT NULL THEN
        RAISE WARNING USING MESSAGE = format('customer_workflow: %s of the record that proposal %s deleted would be another', other.fields, reverted),
            DETAIL = 'Another trigger of the table sets it.', HINT = 'See the proposed record before you submit it.';
    END IF;
    SELECT string_agg(d.field, ', ' ORDER BY d.field) INTO gone FROM customer_workflow.deleted_value AS d
     WHERE d.proposal = reverted AND NOT EXISTS (SELECT FROM customer_workflow.change AS c WHERE c.proposal = draft AND c.field = d.field);
    IF gone IS NOT NULL THEN
        RAISE WARNING USING MESSAGE = format('customer_workflow: %s of the record that proposal %s deleted has no place any more', gone, reverted),
            DETAIL = 'The column does not exist any more, or is computed.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_restored(bigint, bigint)
    IS 'Error CW009 where another trigger gave a record that is to be stored again other protected values or another key, a WARNING where other columns differ';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._refuse_restore(customer_workflow._revertible, customer_workflow._deleted_record), customer_workflow._check_restored(bigint, bigint)
    FROM PUBLIC;
