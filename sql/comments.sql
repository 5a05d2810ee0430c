-- What people say about a proposal or one of its fields beside deciding it, with references to what they attach.

CREATE FUNCTION customer_workflow._check_attachments(attachments jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wrong text;
    n bigint;
BEGIN
    IF attachments IS NULL OR attachments = 'null' THEN
        RETURN;
    ELSIF jsonb_typeof(attachments) <> 'array' THEN
        wrong := format('It is of type %s.', jsonb_typeof(attachments));
    ELSIF jsonb_array_length(attachments) > 20 THEN
        wrong := format('There are %s of them, and at most 20 may be given at once.', jsonb_array_length(attachments));
    ELSE
        SELECT a.n, v.wrong INTO n, wrong
          FROM jsonb_array_elements(attachments) WITH ORDINALITY AS a (one, n)
         CROSS JOIN LATERAL (SELECT CASE
                   WHEN jsonb_typeof(a.one) <> 'object' THEN 'is not an object'
                   WHEN NOT a.one ? 'uri' THEN 'has no "uri"'
                   WHEN a.one - '{uri,name,media_type,sha256}'::text[] <> '{}'
                   THEN format('has "%s"', (SELECT min(k) FROM jsonb_object_keys(a.one - '{uri,name,media_type,sha256}'::text[]) AS k))
                   WHEN jsonb_path_exists(a.one, '$.* ? (@.type() != "string" || @ == "")') THEN 'has a value that is no text, or is empty'
                   WHEN a.one ->> 'uri' ~ '[[:space:][:cntrl:]]' THEN 'has a "uri" with blanks or control characters'
                   WHEN length(a.one ->> 'uri') > 2000 THEN 'has a "uri" of more than 2000 characters'
                   WHEN length(a.one ->> 'name') > 255 THEN 'has a "name" of more than 255 characters'
                   WHEN length(a.one ->> 'media_type') > 255 THEN 'has a "media_type" of more than 255 characters'
                   WHEN a.one ->> 'sha256' !~ '^[0-9a-f]{64}$' THEN 'has a "sha256" that is not 64 hexadecimal digits in lower case'
               END) AS v (wrong)
         WHERE v.wrong IS NOT NULL
         ORDER BY a.n LIMIT 1;
        wrong := CASE WHEN wrong IS NOT NULL THEN format('Number %s %s.', n, wrong) END;
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'attachments are not a list of references', DETAIL = wrong,
            HINT = 'Give a list like [{"uri": "https://dms.example/4711", "name": "Annual report", "media_type": "application/pdf", "sha256": "…"}]; only "uri" is required.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._check_attachments(jsonb) IS 'Error 22023 unless it is null or a list of references: objects with uri, and perhaps name, media_type and sha256';

CREATE FUNCTION customer_workflow.add_comment(proposal bigint, comment text, field name DEFAULT NULL, attachments jsonb DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    request customer_workflow._request := customer_workflow._request('add_comment', add_comment.comment, NULL, NULL);
    target record;
    added bigint;
BEGIN
    SELECT p.id, p.table_id, p.digest, format('proposal %s for "%s" %s', p.id, coalesce(customer_workflow._name(t.relation), t.relation_name), p.record_key) AS record
      INTO target
      FROM customer_workflow._acting AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
     WHERE p.id = add_comment.proposal AND p.acts;
    IF NOT FOUND THEN
        -- One message for what does not exist and what may not be seen.
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('proposal %s does not exist', coalesce(add_comment.proposal::text, 'null')),
            HINT = 'See customer_workflow.proposals.';
    END IF;
    IF add_comment.field IS NOT NULL
       AND NOT EXISTS (SELECT FROM customer_workflow.change AS c WHERE c.proposal = target.id AND c.field = add_comment.field) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s does not change %s', target.record, add_comment.field),
            DETAIL = format('It changes %s.', coalesce((SELECT string_agg(c.field, ', ' ORDER BY c.field) FROM customer_workflow.change AS c
                                                         WHERE c.proposal = target.id), 'nothing')),
            HINT = 'Leave out parameter field to comment on the whole.';
    END IF;
    PERFORM customer_workflow._check_attachments(add_comment.attachments);
    IF request.comment IS NULL AND coalesce(add_comment.attachments, 'null') IN ('null', '[]') THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('nothing is said about %s', target.record),
            DETAIL = 'The comment is null or empty, and nothing is attached.', HINT = 'Give a comment, or attachments.';
    ELSIF length(request.comment) > 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the comment on %s is too long', target.record),
            DETAIL = format('It has %s characters, and at most 10000 may be given.', length(request.comment)), HINT = 'Attach a document.';
    END IF;
    INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, comment, digest, details)
    VALUES (target.table_id, target.id, 'commented', request.person, session_user, request.comment, target.digest,
            nullif(jsonb_strip_nulls(jsonb_build_object('field', add_comment.field, 'attachments', nullif(add_comment.attachments, '[]'))), '{}'))
    RETURNING id INTO added;
    RETURN added;
END
$$;
COMMENT ON FUNCTION customer_workflow.add_comment(bigint, text, name, jsonb)
    IS 'Says something about a proposal in which you act or of whose table you see everything, open or closed, or about one of its fields; returns the number of the entry in comments';

CREATE VIEW customer_workflow.comments AS
SELECT h.at,
       h.proposal,
       h.details ->> 'field' AS field,
       customer_workflow._display(h.person) AS person,
       h.comment,
       coalesce(h.details -> 'attachments', '[]') AS attachments,
       h.id AS comment_id
  FROM customer_workflow._seen_history AS h
 WHERE h.kind = 'commented' AND h.complete;
COMMENT ON VIEW customer_workflow.comments IS 'What was said about proposals beside deciding them: of proposals of which you see all values. In the order of recording';
COMMENT ON COLUMN customer_workflow.comments.at IS 'When';
COMMENT ON COLUMN customer_workflow.comments.proposal IS 'The proposal';
COMMENT ON COLUMN customer_workflow.comments.field IS 'The field that it is about; null: the whole';
COMMENT ON COLUMN customer_workflow.comments.person IS 'Who said it';
COMMENT ON COLUMN customer_workflow.comments.comment IS 'What the person said; null where something was only attached';
COMMENT ON COLUMN customer_workflow.comments.attachments IS 'References: objects with uri, and perhaps name, media_type and sha256. Nobody has looked whether they are true';
COMMENT ON COLUMN customer_workflow.comments.comment_id IS 'Its number, as add_comment() returned it';

REVOKE EXECUTE ON FUNCTION customer_workflow._check_attachments(jsonb) FROM PUBLIC;
GRANT SELECT ON customer_workflow.comments TO PUBLIC;
