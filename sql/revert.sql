-- Undo: the inverse of an applied proposal is proposed like any change, by an UPDATE of the caller's own.

CREATE VIEW customer_workflow._revertible WITH (security_barrier) AS
SELECT p.id AS proposal, p.table_id, p.relation, p.record_key, p.status, p.operation, c.fields, c.befores, c.proposeds, c.images, c.too_long,
       CASE WHEN p.acts THEN customer_workflow._stored_values(p.id, c.fields)
            ELSE customer_workflow._own_values(p.relation, p.record_key, c.fields) END AS stored
  FROM customer_workflow._seen_proposal AS p
 -- An approver may have overwritten something else than the original: that is what was there before.
  LEFT JOIN LATERAL (SELECT (SELECT jsonb_object_agg(o.change ->> 'field', o.change -> 'stored')
                               FROM jsonb_array_elements(h.details -> 'overwritten') AS o (change)) AS overwritten
                       FROM customer_workflow.history AS h
                      WHERE h.proposal = p.id AND h.kind = 'applied' ORDER BY h.id DESC LIMIT 1) AS h ON true
 CROSS JOIN LATERAL (
    SELECT array_agg(c.field ORDER BY c.field) AS fields, array_agg(c.proposed ORDER BY c.field) AS proposeds,
           array_agg(CASE WHEN h.overwritten ? c.field THEN h.overwritten ->> c.field ELSE c.original END ORDER BY c.field) AS befores,
           array_agg(c.original_image ORDER BY c.field) AS images,
           string_agg(c.field, ', ' ORDER BY c.field) FILTER (WHERE jsonb_typeof(h.overwritten -> c.field) = 'object') AS too_long
      FROM customer_workflow.change AS c WHERE c.proposal = p.id) AS c
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

CREATE FUNCTION customer_workflow._original_value(proposal bigint, field text, image bytea, "like" anyelement) RETURNS anyelement
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    -- Whoever asks has the bytes already; that they are read as a value at all is because they are ours.
    SELECT customer_workflow._image_value(c.original_image, "like") FROM customer_workflow.change AS c
     WHERE c.proposal = _original_value.proposal AND c.field = _original_value.field AND c.original_image = _original_value.image
$$;
COMMENT ON FUNCTION customer_workflow._original_value(bigint, text, bytea, anyelement)
    IS 'The value that a proposal replaced, for who knows its image; null where it was kept in another database, or is of another type';

CREATE FUNCTION customer_workflow._refuse_revert(page customer_workflow._revertible) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab text := customer_workflow._name(page.relation);
    gone text;
BEGIN
    IF page.proposal IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = 'proposal null does not exist';
    ELSIF page.status <> 'applied' THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003', MESSAGE = format('proposal %s for "%s" %s cannot be reverted', page.proposal, tab, page.record_key),
            DETAIL = format('Its status is %s.', page.status),
            HINT = CASE WHEN page.status IN ('cancelled', 'expired') THEN 'It was never applied.' ELSE 'It is not applied yet: recall or cancel it.' END;
    ELSIF page.relation IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CW008', MESSAGE = format('the table of proposal %s does not exist or is not protected any more', page.proposal);
    ELSIF page.operation = 'configure' THEN
        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('proposal %s cannot be reverted', page.proposal),
            DETAIL = 'It changed the configuration.', HINT = 'Configure it as it was before.';
    ELSIF page.operation IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('proposal %s for "%s" %s cannot be reverted', page.proposal, tab, page.record_key),
            DETAIL = CASE page.operation WHEN 'delete' THEN 'It deleted the record.' ELSE 'It created the record.' END,
            HINT = CASE page.operation WHEN 'delete' THEN 'Insert the record again.' ELSE 'Delete the record.' END;
    ELSIF page.stored IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('there is no record %s in table "%s"', page.record_key, tab),
            DETAIL = 'It does not exist, or you may not see or update it.', HINT = 'Where its key has changed since, propose the former values with UPDATE.';
    ELSIF page.too_long IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('proposal %s for "%s" %s cannot be reverted', page.proposal, tab, page.record_key),
            DETAIL = format('It was written over a value of %s of more than 1 MiB, of which only the SHA-256 is kept.', page.too_long),
            HINT = 'Propose the value with UPDATE.';
    END IF;
    SELECT string_agg(f, ', ') INTO gone FROM unnest(page.fields) AS f
     WHERE f NOT IN (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = page.relation AND a.attnum > 0 AND NOT a.attisdropped);
    IF gone IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CW008', MESSAGE = format('proposal %s for "%s" %s cannot be reverted', page.proposal, tab, page.record_key),
            DETAIL = format('Table "%s" has no column %s any more.', tab, gone), HINT = 'Propose other fields with UPDATE.';
    -- Of a company that is disabled only capture knows, which sees the record.
    ELSIF NOT (SELECT t.enabled OR EXISTS (SELECT FROM customer_workflow.protected_company AS c WHERE c.table_id = t.id AND c.enabled)
                 FROM customer_workflow.protected_table AS t WHERE t.id = page.table_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'CW005', MESSAGE = format('approvals are disabled for table "%s"', tab),
            DETAIL = 'It was switched off with customer_workflow.disable().', HINT = 'Switch it on again with customer_workflow.enable(), or write the values with UPDATE.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._refuse_revert(customer_workflow._revertible) IS 'Errors where a proposal cannot be reverted';

-- The values are literals of the caller's own statement, read as himself under pinned settings.
CREATE FUNCTION customer_workflow._revert_statement(page customer_workflow._revertible, OUT statement text, OUT fields text[], OUT known bigint[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab text := customer_workflow._name(page.relation);
    moved record;
BEGIN
    PERFORM customer_workflow._refuse_revert(page);
    SELECT string_agg(f.field, ', ') AS fields,
           string_agg(format('%s was %s when proposal %s was applied and is %s now', f.field, coalesce(left(f.proposed, 1000), 'null'), page.proposal,
                             coalesce(left(f.stored, 1000), 'null')), '; ') AS detail
      INTO moved
      FROM unnest(page.fields, page.befores, page.proposeds, page.stored) AS f (field, before, proposed, stored)
     WHERE f.stored COLLATE "C" IS DISTINCT FROM f.proposed AND f.stored COLLATE "C" IS DISTINCT FROM f.before;
    SELECT string_agg(format('%I = %s', f.field, CASE
                   WHEN f.before IS NULL THEN 'NULL'
                   WHEN f.image IS NULL THEN v.as_text
                   ELSE format('coalesce(customer_workflow._original_value(%s, %L, %L::pg_catalog.bytea, NULL::%s)::%s, %s)',
                               page.proposal, f.field, f.image, v.base, v.own, v.as_text) END), ', ' ORDER BY f.n), array_agg(f.field ORDER BY f.n)
      INTO statement, fields
      FROM unnest(page.fields, page.befores, page.stored, page.images) WITH ORDINALITY AS f (field, before, stored, image, n)
      JOIN pg_attribute AS a ON a.attrelid = page.relation AND a.attname = f.field AND a.attnum > 0 AND NOT a.attisdropped
     CROSS JOIN LATERAL (
        SELECT format_type(customer_workflow._without_domain(a.atttypid), NULL) AS base, format_type(a.atttypid, NULL) AS own,
               format('customer_workflow._input(%L, NULL::%s)', f.before, format_type(a.atttypid, NULL)) AS as_text) AS v
     WHERE f.stored COLLATE "C" IS DISTINCT FROM f.before OR f.image IS NOT NULL;
    IF statement IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003', MESSAGE = format('nothing of proposal %s for "%s" %s is left to revert', page.proposal, tab, page.record_key),
            DETAIL = 'Every field holds what it held before.';
    ELSIF NOT fields && customer_workflow._fields(page.relation)::text[] THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003', MESSAGE = format('proposal %s for "%s" %s needs no revert', page.proposal, tab, page.record_key),
            DETAIL = format('Not protected any more: %s.', array_to_string(fields, ', ')), HINT = 'Write the former values with UPDATE.';
    END IF;
    statement := format('/* customer_workflow.propose */ UPDATE %s AS t SET %s WHERE %s', page.relation, statement,
        (SELECT string_agg(format('t.%I %s customer_workflow._input(%L, NULL::%s)', k.field, k.equals, page.record_key ->> k.field, k.type), ' AND ')
           FROM customer_workflow._key_parts(page.relation) AS k));
    known := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                    WHERE p.record_hash = customer_workflow._key_hash(page.record_key) AND p.table_id = page.table_id
                      AND p.author = customer_workflow._person() AND p.status = ANY (customer_workflow._open_statuses()));
    IF moved.fields IS NOT NULL THEN
        RAISE WARNING USING MESSAGE = format('customer_workflow: %s of "%s" %s changed since proposal %s was applied', moved.fields, tab, page.record_key, page.proposal),
            DETAIL = moved.detail || '.', HINT = 'The new proposal would write over that, too: discard_change() leaves a field as it is.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._revert_statement(customer_workflow._revertible)
    IS 'The UPDATE that revert() runs as its caller, and his open proposals for the record; a WARNING names what moved';

CREATE FUNCTION customer_workflow._mark_revert(reverted bigint, draft bigint, known bigint[], fields text[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    target customer_workflow.proposal;
    missing text;
BEGIN
    SELECT p.* INTO target FROM customer_workflow.proposal AS p
     WHERE p.id = draft AND p.author = customer_workflow._person() AND p.status = ANY (customer_workflow._open_statuses())
       -- nobody's word is taken for it
       AND EXISTS (SELECT FROM customer_workflow.proposal AS o JOIN customer_workflow.change AS c ON c.proposal = o.id
                     JOIN customer_workflow.change AS n ON n.proposal = p.id AND n.field = c.field
                    WHERE o.id = reverted AND o.status = 'applied' AND o.table_id = p.table_id AND o.record_hash = p.record_hash)
       FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003', MESSAGE = format('nothing of proposal %s is left to revert', reverted),
            DETAIL = 'The UPDATE that should have proposed the former values proposed nothing.',
            HINT = 'See data entities and options of the table, which may drop changes.';
    ELSIF target.reverts = reverted THEN
        -- it was there already
        RETURN draft;
    ELSIF draft = ANY (known) OR draft <> ALL (customer_workflow._touched()) THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003',
            MESSAGE = format('you have an open proposal for "%s" %s, with which the former values would be mixed',
                             (SELECT customer_workflow._name(t.relation) FROM customer_workflow.protected_table AS t WHERE t.id = target.table_id), target.record_key),
            DETAIL = format('It is proposal %s.', draft), HINT = 'Have it decided, or cancel it first.';
    END IF;
    UPDATE customer_workflow.proposal AS p SET reverts = reverted WHERE p.id = draft;
    SELECT string_agg(f, ', ') INTO missing FROM unnest(fields) AS f
     WHERE f NOT IN (SELECT c.field FROM customer_workflow.change AS c WHERE c.proposal = draft);
    IF missing IS NOT NULL THEN
        RAISE WARNING USING MESSAGE = format('customer_workflow: %s of proposal %s could not be proposed back', missing, reverted),
            DETAIL = 'What is not protected any more is not proposed.', HINT = 'Write the former values with UPDATE.';
    END IF;
    PERFORM customer_workflow._log('reverts', target.table_id, draft, NULL, jsonb_build_object('proposal', reverted));
    RETURN draft;
END
$$;
COMMENT ON FUNCTION customer_workflow._mark_revert(bigint, bigint, bigint[], text[])
    IS 'Notes that a draft which this transaction of its author made is the inverse of another proposal; CW003 where it was one of those known before, a WARNING where it does not have all of these fields';

-- The UPDATE runs with the rights, the row level security and the search_path of the caller, as his own would.
CREATE FUNCTION customer_workflow.revert(proposal bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    page customer_workflow._revertible;
    inverse pg_catalog.record;
    begun boolean;
    draft bigint;
BEGIN
    SELECT r.* INTO page FROM customer_workflow._revertible AS r WHERE r.proposal OPERATOR(pg_catalog.=) revert.proposal;
    IF page.proposal IS NULL THEN
        -- One message for what does not exist and what may not be seen, so that nothing is learnt.
        RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = pg_catalog.format('proposal %s does not exist', coalesce(revert.proposal::pg_catalog.text, 'null'));
    END IF;
    SELECT s.statement, s.fields, s.known INTO inverse FROM customer_workflow._revert_statement(page) AS s;
    begun := customer_workflow._propose_begin(page.relation);
    EXECUTE inverse.statement;
    draft := customer_workflow._propose_end();
    IF draft IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found',
            MESSAGE = pg_catalog.format('there is no record %s in table "%s"', page.record_key, customer_workflow._name(page.relation)),
            DETAIL = 'It does not exist, or you may not see or update it.',
            HINT = 'A revert takes who may update the record.';
    END IF;
    RETURN customer_workflow._mark_revert(revert.proposal, draft, inverse.known, inverse.fields);
END
$$;
COMMENT ON FUNCTION customer_workflow.revert(bigint)
    IS 'Proposes the values that an applied proposal replaced, as an UPDATE of the caller would; a WARNING names what moved since; returns the new proposal';

CREATE FUNCTION customer_workflow._note_reverted(person text, proposals bigint[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, details)
    SELECT old.table_id, old.id, 'reverted', coalesce(person, 'system'), session_user,
           jsonb_build_object('proposal', new.id, 'fields', jsonb_agg(c.field ORDER BY c.field))
      FROM customer_workflow.proposal AS new
      JOIN customer_workflow.proposal AS old ON old.id = new.reverts
      JOIN customer_workflow.change AS c ON c.proposal = new.id
      JOIN customer_workflow.change AS o ON o.proposal = old.id AND o.field = c.field
      LEFT JOIN LATERAL (SELECT (SELECT jsonb_object_agg(o.change ->> 'field', o.change -> 'stored')
                                   FROM jsonb_array_elements(h.details -> 'overwritten') AS o (change)) AS overwritten
                           FROM customer_workflow.history AS h
                          WHERE h.proposal = old.id AND h.kind = 'applied' ORDER BY h.id DESC LIMIT 1) AS h ON true
     WHERE new.id = ANY (proposals) AND new.status = 'applied'
       -- its author may have edited it
       AND c.proposed IS NOT DISTINCT FROM CASE WHEN h.overwritten ? c.field THEN h.overwritten ->> c.field ELSE o.original END
     GROUP BY new.id, old.table_id, old.id
     ORDER BY new.id
$$;
COMMENT ON FUNCTION customer_workflow._note_reverted(text, bigint[]) IS 'History of applied proposals that those of these that were applied have undone';

GRANT SELECT ON customer_workflow._revertible TO PUBLIC;
REVOKE EXECUTE ON FUNCTION customer_workflow._note_reverted(text, bigint[]), customer_workflow._refuse_revert(customer_workflow._revertible) FROM PUBLIC;
