-- Undo: the inverse of an applied proposal is proposed like any change, by an UPDATE of the caller's own.

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
    -- Of a company that is disabled only capture knows, which sees the record.
    ELSIF NOT (SELECT t.enabled OR EXISTS (SELECT FROM customer_workflow.protected_company AS c WHERE c.table_id = t.id AND c.enabled)
                 FROM customer_workflow.protected_table AS t WHERE t.id = page.table_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'CW005', MESSAGE = format('approvals are disabled for table "%s"', tab),
            DETAIL = 'It was switched off with customer_workflow.disable().', HINT = 'Switch it on again with customer_workflow.enable(), or write the values with UPDATE.';
    ELSIF page.operation = 'delete' THEN
        -- what can be stored again is seen to where its values are read
        RETURN;
    ELSIF page.stored IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('there is no record %s in table "%s"', page.record_key, tab),
            DETAIL = 'It does not exist, or you may not see or update it.',
            HINT = CASE WHEN page.operation IS NULL THEN 'Where its key has changed since, propose the former values with UPDATE.'
                        ELSE 'Where its key has changed since, delete it by the new one.' END;
    ELSIF page.too_long IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('proposal %s for "%s" %s cannot be reverted', page.proposal, tab, page.record_key),
            DETAIL = format('It was written over a value of %s of more than 1 MiB, of which only the SHA-256 is kept.', page.too_long),
            HINT = 'Propose the value with UPDATE.';
    END IF;
    SELECT string_agg(f, ', ') INTO gone FROM unnest(page.fields) AS f
     WHERE f NOT IN (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = page.relation AND a.attnum > 0 AND NOT a.attisdropped);
    IF gone IS NOT NULL AND page.operation IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CW008', MESSAGE = format('proposal %s for "%s" %s cannot be reverted', page.proposal, tab, page.record_key),
            DETAIL = format('Table "%s" has no column %s any more.', tab, gone), HINT = 'Propose other fields with UPDATE.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._refuse_revert(customer_workflow._revertible) IS 'Errors where a proposal cannot be reverted';

CREATE FUNCTION customer_workflow._warn_moved(page customer_workflow._revertible, among text[], advice text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moved record;
BEGIN
    SELECT string_agg(f.field, ', ') AS fields,
           string_agg(format('%s was %s when proposal %s was applied and is %s now', f.field, coalesce(left(f.proposed, 1000), 'null'), page.proposal,
                             coalesce(left(f.stored, 1000), 'null')), '; ') AS detail
      INTO moved
      FROM unnest(page.fields, page.befores, page.proposeds, page.stored) AS f (field, before, proposed, stored)
     WHERE f.stored COLLATE "C" IS DISTINCT FROM f.proposed AND (f.stored COLLATE "C" IS DISTINCT FROM f.before OR page.operation IS NOT NULL)
       AND (among IS NULL OR f.field = ANY (among));
    IF moved.fields IS NOT NULL THEN
        RAISE WARNING USING MESSAGE = format('customer_workflow: %s of "%s" %s changed since proposal %s was applied', moved.fields,
                                             customer_workflow._name(page.relation), page.record_key, page.proposal),
            DETAIL = moved.detail || '.', HINT = advice;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._warn_moved(customer_workflow._revertible, text[], text) IS 'A WARNING with what of a proposal has moved since it was applied, of these fields (null: all)';

-- The values are literals of the caller's own statement, read as himself under pinned settings.
CREATE FUNCTION customer_workflow._revert_statement(page customer_workflow._revertible, before customer_workflow._deleted_record, whole boolean,
                                                    OUT statement text, OUT fields text[], OUT known bigint[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tab text := customer_workflow._name(page.relation);
    listed text[];
BEGIN
    PERFORM customer_workflow._refuse_revert(page);
    listed := customer_workflow._fields(page.relation)::text[];
    known := ARRAY(SELECT p.id FROM customer_workflow.proposal AS p
                    WHERE p.record_hash = customer_workflow._key_hash(page.record_key) AND p.table_id = page.table_id
                      AND p.author = customer_workflow._person() AND p.status = ANY (customer_workflow._open_statuses()));
    IF page.operation = 'delete' THEN
        statement := customer_workflow._restore_statement(page, before);
        RETURN;
    ELSIF page.operation IS NOT NULL THEN
        statement := customer_workflow._delete_statement(page.relation, page.record_key);
        PERFORM customer_workflow._warn_moved(page, listed, 'The new proposal would delete the record with that.');
        RETURN;
    END IF;
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
    IF whole AND (statement IS NULL OR NOT fields && listed) THEN
        statement := NULL;
        RETURN;
    ELSIF statement IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003', MESSAGE = format('nothing of proposal %s for "%s" %s is left to revert', page.proposal, tab, page.record_key),
            DETAIL = 'Every field holds what it held before.';
    ELSIF NOT fields && listed THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003', MESSAGE = format('proposal %s for "%s" %s needs no revert', page.proposal, tab, page.record_key),
            DETAIL = format('Not protected any more: %s.', array_to_string(fields, ', ')), HINT = 'Write the former values with UPDATE.';
    END IF;
    statement := format('/* customer_workflow.propose */ UPDATE %s AS t SET %s WHERE %s', page.relation, statement,
        (SELECT string_agg(format('t.%I %s customer_workflow._input(%L, NULL::%s)', k.field, k.equals, page.record_key ->> k.field, k.type), ' AND ')
           FROM customer_workflow._key_parts(page.relation) AS k));
    PERFORM customer_workflow._warn_moved(page, NULL, 'The new proposal would write over that, too: discard_change() leaves a field as it is.');
END
$$;
COMMENT ON FUNCTION customer_workflow._revert_statement(customer_workflow._revertible, customer_workflow._deleted_record, boolean)
    IS 'The statement that revert() runs as its caller, and his open proposals for the record; a WARNING names what moved. whole: for a change set, of which some may need no revert';

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
                    WHERE o.id = reverted AND o.status = 'applied' AND o.table_id = p.table_id AND o.record_hash = p.record_hash
                      AND p.operation IS NOT DISTINCT FROM CASE WHEN o.operation = 'delete' THEN 'insert' WHEN o.operation IS NOT NULL THEN 'delete' END)
       FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003', MESSAGE = format('nothing of proposal %s is left to revert', reverted),
            DETAIL = 'The statement that should have proposed it proposed nothing.',
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
    IF target.operation = 'insert' THEN
        PERFORM customer_workflow._check_restored(reverted, draft);
    ELSIF missing IS NOT NULL THEN
        RAISE WARNING USING MESSAGE = format('customer_workflow: %s of proposal %s could not be proposed back', missing, reverted),
            DETAIL = 'What is not protected any more is not proposed.', HINT = 'Write the former values with UPDATE.';
    END IF;
    PERFORM customer_workflow._log('reverts', target.table_id, draft, NULL, jsonb_build_object('proposal', reverted));
    RETURN draft;
END
$$;
COMMENT ON FUNCTION customer_workflow._mark_revert(bigint, bigint, bigint[], text[])
    IS 'Notes that a draft which this transaction of its author made is the inverse of another proposal; CW003 where it was one of those known before, a WARNING where it does not have all of these fields';

-- The statement runs with the rights, the row level security and the search_path of the caller, as his own would.
CREATE FUNCTION customer_workflow._revert_page(page customer_workflow._revertible, whole boolean) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    deleted customer_workflow._deleted_record;
    inverse pg_catalog.record;
    begun boolean;
    draft bigint;
BEGIN
    IF page.operation OPERATOR(pg_catalog.=) 'delete' THEN
        SELECT d.* INTO deleted FROM customer_workflow._deleted_record AS d WHERE d.proposal OPERATOR(pg_catalog.=) page.proposal;
    END IF;
    SELECT s.statement, s.fields, s.known INTO inverse FROM customer_workflow._revert_statement(page, deleted, whole) AS s;
    IF inverse.statement IS NULL THEN
        RETURN NULL;
    END IF;
    begun := customer_workflow._propose_begin(page.relation);
    EXECUTE inverse.statement;
    draft := customer_workflow._propose_end();
    IF draft IS NULL AND (page.operation OPERATOR(pg_catalog.=) 'delete') IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found',
            MESSAGE = pg_catalog.format('there is no record %s in table "%s"', page.record_key, customer_workflow._name(page.relation)),
            DETAIL = CASE WHEN page.operation IS NULL THEN 'It does not exist, or you may not see or update it.' ELSE 'It does not exist, or you may not see or delete it.' END,
            HINT = CASE WHEN page.operation IS NULL THEN 'A revert takes who may update the record.' ELSE 'A revert takes who may delete the record.' END;
    END IF;
    RETURN customer_workflow._mark_revert(page.proposal, draft, inverse.known, inverse.fields);
END
$$;
COMMENT ON FUNCTION customer_workflow._revert_page(customer_workflow._revertible, boolean)
    IS 'Proposes the inverse of one applied proposal as the caller; null where whole and nothing is left to revert';

CREATE FUNCTION customer_workflow.revert(proposal bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    page customer_workflow._revertible;
    members pg_catalog.int8[];
    member pg_catalog.int8;
    begun pg_catalog.int8;
    draft pg_catalog.int8;
    first pg_catalog.int8;
    wanted pg_catalog.int8;
BEGIN
    SELECT r.* INTO page FROM customer_workflow._revertible AS r WHERE r.proposal OPERATOR(pg_catalog.=) revert.proposal;
    IF page.proposal IS NULL THEN
        -- One message for what does not exist and what may not be seen, so that nothing is learnt.
        RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = pg_catalog.format('proposal %s does not exist', coalesce(revert.proposal::pg_catalog.text, 'null'));
    END IF;
    members := page.members;
    IF members IS NULL THEN
        RETURN customer_workflow._revert_page(page, false);
    ELSIF page.there IS NOT NULL THEN
        RETURN page.there;
    END IF;
    IF customer_workflow._change_set() IS NULL THEN
        begun := customer_workflow.begin_change_set(page.title);
    END IF;
    FOREACH member IN ARRAY members LOOP
        SELECT r.* INTO page FROM customer_workflow._revertible AS r WHERE r.proposal OPERATOR(pg_catalog.=) member;
        IF page.proposal IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = pg_catalog.format('proposal %s cannot be reverted', revert.proposal),
                DETAIL = 'It was applied together with others, and you do not see all of them.', HINT = 'Let somebody revert it who does.';
        END IF;
        draft := customer_workflow._revert_page(page, true);
        first := coalesce(first, draft);
        IF member OPERATOR(pg_catalog.=) revert.proposal THEN
            wanted := draft;
        END IF;
    END LOOP;
    IF first IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003', MESSAGE = pg_catalog.format('nothing of proposal %s is left to revert', revert.proposal),
            DETAIL = 'Every field of it, and of what was applied with it, holds what it held before, or is not protected any more.';
    ELSIF begun IS NOT NULL THEN
        PERFORM customer_workflow._leave_change_set(begun);
    END IF;
    RETURN coalesce(wanted, first);
END
$$;
COMMENT ON FUNCTION customer_workflow.revert(bigint)
    IS 'Proposes the inverse of an applied proposal, and of all that was applied with it in a change set, as a statement of the caller would; a WARNING names what moved since; returns the new proposal';

CREATE FUNCTION customer_workflow._note_reverted(person text, proposals bigint[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, details)
    SELECT old.table_id, old.id, 'reverted', coalesce(person, 'system'), session_user,
           jsonb_build_object('proposal', new.id, 'fields', jsonb_agg(c.field ORDER BY c.field))
      FROM customer_workflow.proposal AS new
      JOIN customer_workflow.proposal AS old ON old.id = new.reverts
      JOIN customer_workflow.change AS c ON c.proposal = new.id
      JOIN customer_workflow._replaced AS o ON o.proposal = old.id AND o.field = c.field
     WHERE new.id = ANY (proposals) AND new.status = 'applied'
       -- its author may have edited it
       AND c.proposed IS NOT DISTINCT FROM o.before
     GROUP BY new.id, old.table_id, old.id
     ORDER BY new.id
$$;
COMMENT ON FUNCTION customer_workflow._note_reverted(text, bigint[]) IS 'History of applied proposals that those of these that were applied have undone';

REVOKE EXECUTE ON FUNCTION customer_workflow._note_reverted(text, bigint[]), customer_workflow._refuse_revert(customer_workflow._revertible),
    customer_workflow._warn_moved(customer_workflow._revertible, text[], text) FROM PUBLIC;
