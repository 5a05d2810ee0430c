-- Subjects and instructions of work items, in the words of the workflow.

CREATE FUNCTION customer_workflow._word_work_items(courses customer_workflow._course[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    batch record;
    evaluator customer_workflow._evaluator;
    fields text[];
    seen bigint[];
BEGIN
    FOR batch IN
        SELECT g.workflow, g.version, g.table_id, t.relation, d.role, g.names, g.proposals, g.keys
          FROM (SELECT x.workflow, x.version, x.table_id, array_agg(DISTINCT n.name) AS names,
                       array_agg(DISTINCT p.id) AS proposals, array_agg(DISTINCT p.record_key) AS keys
                  FROM customer_workflow._effects(courses, 'create_work_item') AS x
                 CROSS JOIN LATERAL unnest(x.proposals) AS i (id)
                  JOIN customer_workflow.proposal AS p ON p.id = i.id
                  LEFT JOIN LATERAL jsonb_array_elements_text(customer_workflow._placeholders(concat(x.subject, ' ', x.instructions))) AS n (name) ON true
                 WHERE x.subject IS NOT NULL OR x.instructions IS NOT NULL
                 GROUP BY x.workflow, x.version, x.table_id) AS g
          JOIN customer_workflow.protected_table AS t ON t.id = g.table_id
         CROSS JOIN LATERAL customer_workflow._definition(g.workflow, g.version, g.table_id) AS d
    LOOP
        -- A text shows what the role may read that activated the workflow, in rows and columns, and no more.
        evaluator := customer_workflow._evaluator(batch.relation, batch.role);
        seen := CASE WHEN (SELECT c.relrowsecurity FROM pg_class AS c WHERE c.oid = batch.relation) AND evaluator.problem IS NULL
                     THEN ARRAY(SELECT p.id FROM customer_workflow._case_texts(evaluator, $q$'seen'$q$, customer_workflow._record_of_case(batch.relation, evaluator.id),
                                                                                customer_workflow._cases(batch.proposals)) AS c
                                  JOIN unnest(customer_workflow._cases(batch.proposals)) WITH ORDINALITY AS p (id, t, k, ch, pa, au, o, s, r, co, op, n) ON p.n = c.n
                                 WHERE c.value IS NOT NULL)
                     ELSE batch.proposals END;
        fields := ARRAY(SELECT DISTINCT a.attname::text
                          FROM unnest(batch.names) AS n (name)
                          JOIN pg_attribute AS a ON a.attrelid = batch.relation AND NOT a.attisdropped AND a.attnum > 0 AND n.name IN ('old.' || a.attname, 'new.' || a.attname)
                         WHERE evaluator.problem IS NULL AND has_column_privilege(evaluator.id, batch.relation, a.attnum, 'SELECT'));
        WITH stored AS (
            SELECT r.record_key, (SELECT jsonb_object_agg(f.name, f.value) FROM unnest(fields, r.stored) AS f (name, value)) AS record
              FROM customer_workflow._read_records(batch.table_id, batch.keys, fields, false) AS r
        )
        UPDATE customer_workflow.work_item AS w
           SET subject = customer_workflow._render_text(x.subject, v.known), instructions = customer_workflow._render_text(x.instructions, v.known)
          FROM customer_workflow._effects(courses, 'create_work_item') AS x
         CROSS JOIN LATERAL unnest(x.proposals) AS i (id)
          JOIN customer_workflow.proposal AS p ON p.id = i.id
          LEFT JOIN stored AS s ON s.record_key = p.record_key AND p.id = ANY (seen)
         CROSS JOIN LATERAL (
              SELECT jsonb_object_agg(k.name, k.value) AS known
                FROM (SELECT 'old.' || f.key AS name, f.value FROM jsonb_each_text(s.record) AS f
                      UNION ALL
                      SELECT 'new.' || f.key, CASE WHEN c.proposal IS NULL THEN f.value ELSE c.proposed END
                        FROM jsonb_each_text(s.record) AS f LEFT JOIN customer_workflow.change AS c ON c.proposal = p.id AND c.field = f.key
                      UNION ALL
                      SELECT 'new.' || c.field, c.proposed FROM customer_workflow.change AS c WHERE c.proposal = p.id AND p.operation = 'insert'
                      UNION ALL
                      SELECT * FROM (VALUES ('proposal.id', p.id::text), ('proposal.author', customer_workflow._display(p.author)),
                          ('proposal.originator', customer_workflow._display(p.originator)), ('proposal.source', customer_workflow._display(p.data_entity)),
                          ('proposal.reference', p.reference), ('proposal.comment', p.comment),
                          ('proposal.effective_at', customer_workflow._render(p.effective_at)),
                          ('proposal.record', coalesce(p.record_label, p.record_key::text)),
                          ('proposal.fields', (SELECT string_agg(c.field, ', ' ORDER BY c.field) FROM customer_workflow.change AS c WHERE c.proposal = p.id)),
                          ('workflow', x.workflow), ('element', x.element), ('step', x.step),
                          ('due_at', (SELECT customer_workflow._render(i.due_at) FROM customer_workflow.work_item AS i
                                       WHERE i.proposal = p.id AND i.number = x.item AND i.status = 'open')),
                          ('last_comment', (SELECT h.comment FROM customer_workflow.history AS h
                                             WHERE h.proposal = p.id AND h.comment IS NOT NULL ORDER BY h.id DESC LIMIT 1))) AS o (name, value)) AS k
               WHERE k.name = ANY (batch.names)) AS v
         WHERE x.workflow = batch.workflow AND x.version = batch.version AND x.table_id = batch.table_id
           AND w.proposal = p.id AND w.number = x.item AND w.status = 'open' AND (x.subject IS NOT NULL OR x.instructions IS NOT NULL);
    END LOOP;
END
$$;
COMMENT ON FUNCTION customer_workflow._word_work_items(customer_workflow._course[]) IS 'Subject and instructions of new work items, with values in the places of placeholders';

REVOKE EXECUTE ON FUNCTION customer_workflow._word_work_items(customer_workflow._course[]) FROM PUBLIC;
