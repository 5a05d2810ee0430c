-- Work items: what waits for whom.

-- The planner takes the cost for that of a comparison, and so never filters a scan of everybody's items by it: it uses the
-- index, which needs the value once. Inside, the order by does the same: one look at the index for each assignee.
CREATE FUNCTION customer_workflow._assignees() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mine text[] := customer_workflow._my_assignees();
    mine_open text[] := '{}';
    holder text;
BEGIN
    FOREACH holder IN ARRAY coalesce(mine, '{}') LOOP
        IF holder = (SELECT w.assignee FROM customer_workflow.work_item AS w
                      WHERE w.status = 'open' AND w.assignee >= holder
                      ORDER BY w.assignee, w.id LIMIT 1) THEN
            mine_open := mine_open || holder;
        END IF;
    END LOOP;
    RETURN mine_open;
END
$$;
COMMENT ON FUNCTION customer_workflow._assignees() IS 'Every assignee that the current person is or belongs to and that has open work items, each once';

CREATE FUNCTION customer_workflow._place_holder() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT l.person FROM customer_workflow.work_item_place AS l WHERE l.person = customer_workflow._person() LIMIT 1);
END
$$;
COMMENT ON FUNCTION customer_workflow._place_holder() IS 'The current person, where he has a place of his own on an open work item';

CREATE FUNCTION customer_workflow._item_actions(actions text[], outcomes text[], enabled boolean) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ARRAY(SELECT v.verb
                   FROM unnest(CASE WHEN outcomes <> '{}' THEN '{decide_outcome}' ELSE '{}' END::text[] || array_replace(actions, 'complete', 'complete_task'))
                        WITH ORDINALITY AS v (verb, position)
                  WHERE _item_actions.enabled OR v.verb NOT IN ('approve', 'complete_task', 'decide_outcome')
                  ORDER BY v.position)
$$;
COMMENT ON FUNCTION customer_workflow._item_actions(text[], text[], boolean) IS 'The verbs for a work item with these actions and outcomes, of a table whose approvals are enabled or not';

-- The first page must not depend on how much is open. Four assignees are four scans of the index (assignee, id), each in
-- the order of id, which PostgreSQL merges as it goes; whoever has more with open items pays a sort for the rest. A simple
-- assignee = ANY (…) would sort everything. Places beside the assignee are a sixth scan, of the index (person, work_item),
-- without the items that the others find. The laterals with OFFSET 0 can only be nested loops, which keep that order.
CREATE VIEW customer_workflow._my_item WITH (security_barrier) AS
SELECT w.*, p.table_id, p.record_key, p.record_label, p.author, p.originator, p.comment, p.digest, p.workflow, p.effective_at, p.change_set, p.operation, p.company
  FROM ((SELECT w.id, w.proposal, w.element, w.step, w.created_at, w.due_at, w.actions, w.outcomes, w.subject, w.instructions FROM customer_workflow.work_item AS w
          WHERE w.status = 'open' AND w.assignee = (customer_workflow._assignees())[1] ORDER BY w.id)
         UNION ALL
        (SELECT w.id, w.proposal, w.element, w.step, w.created_at, w.due_at, w.actions, w.outcomes, w.subject, w.instructions FROM customer_workflow.work_item AS w
          WHERE w.status = 'open' AND w.assignee = (customer_workflow._assignees())[2] ORDER BY w.id)
         UNION ALL
        (SELECT w.id, w.proposal, w.element, w.step, w.created_at, w.due_at, w.actions, w.outcomes, w.subject, w.instructions FROM customer_workflow.work_item AS w
          WHERE w.status = 'open' AND w.assignee = (customer_workflow._assignees())[3] ORDER BY w.id)
         UNION ALL
        (SELECT w.id, w.proposal, w.element, w.step, w.created_at, w.due_at, w.actions, w.outcomes, w.subject, w.instructions FROM customer_workflow.work_item AS w
          WHERE w.status = 'open' AND w.assignee = (customer_workflow._assignees())[4] ORDER BY w.id)
         UNION ALL
        (SELECT w.id, w.proposal, w.element, w.step, w.created_at, w.due_at, w.actions, w.outcomes, w.subject, w.instructions FROM customer_workflow.work_item AS w
          WHERE w.status = 'open' AND w.assignee = ANY ((customer_workflow._assignees())[5:]) ORDER BY w.id)
         UNION ALL
        (SELECT l.work_item, w.proposal, w.element, w.step, w.created_at, w.due_at, w.actions, w.outcomes, w.subject, w.instructions FROM customer_workflow.work_item_place AS l
          CROSS JOIN LATERAL (SELECT * FROM customer_workflow.work_item AS w WHERE w.id = l.work_item OFFSET 0) AS w
          WHERE l.person = customer_workflow._place_holder() AND w.status = 'open'
            AND w.assignee <> ALL ((SELECT assignees FROM customer_workflow._reach)::text[])
          ORDER BY l.work_item)) AS w
 CROSS JOIN LATERAL (SELECT * FROM customer_workflow.proposal AS p WHERE p.id = w.proposal OFFSET 0) AS p
 -- Separation of duties looks at the person and at who logged in.
 WHERE NOT p.parties && (SELECT known_as FROM customer_workflow._reach) OR p.self_approval
 ORDER BY w.id;
COMMENT ON VIEW customer_workflow._my_item IS 'The open work items that the caller may finish, in the order of their numbers, with what they show of their proposals';

CREATE VIEW customer_workflow.my_work_items AS
SELECT w.id AS work_item,
       w.proposal,
       t.relation,
       w.record_key,
       w.record_label,
       customer_workflow._display(w.author) AS author,
       customer_workflow._display(w.originator) AS originator,
       w.comment,
       w.digest,
       coalesce(w.workflow, 'built_in') AS workflow,
       w.element,
       w.step,
       coalesce(w.subject, format(CASE w.operation WHEN 'insert' THEN 'New record of %s: %s' WHEN 'draft' THEN 'New record of %s: %s'
                                            WHEN 'delete' THEN 'Deletion from %s: %s' ELSE 'Changes to %s %s: %s' END,
              customer_workflow._name(t.relation), coalesce(w.record_label, w.record_key::text),
              (SELECT string_agg(c.field, ', ' ORDER BY c.field)
                 FROM (SELECT c.field FROM customer_workflow.change AS c WHERE c.proposal = w.proposal
                       UNION
                       SELECT customer_workflow._name(k.relation) || '.' || c.field
                         FROM customer_workflow.proposal AS m JOIN customer_workflow.change AS c ON c.proposal = m.id
                         JOIN customer_workflow.protected_table AS k ON k.id = m.table_id
                        WHERE m.change_set = w.change_set AND m.part_of = w.proposal) AS c))) AS subject,
       w.instructions,
       w.created_at,
       w.due_at,
       coalesce(w.due_at < now(), false) AS overdue,
       customer_workflow._item_actions(w.actions, w.outcomes, t.enabled) AS allowed_actions,
       w.effective_at
  FROM customer_workflow._my_item AS w
 CROSS JOIN LATERAL (SELECT t.relation, coalesce((SELECT c.enabled FROM customer_workflow.protected_company AS c
                                                   WHERE c.table_id = t.id AND c.company = w.company), t.enabled) AS enabled
                       FROM customer_workflow.protected_table AS t WHERE t.id = w.table_id OFFSET 0) AS t;
COMMENT ON VIEW customer_workflow.my_work_items IS 'What waits for you, oldest first: open work items of yours, your roles and your groups, and those that were delegated to you, without those of proposals to which you are a party (unless their workflow lets parties decide)';
COMMENT ON COLUMN customer_workflow.my_work_items.work_item IS 'Its number, for approve(work_item => …), complete_task() and decide_outcome()';
COMMENT ON COLUMN customer_workflow.my_work_items.proposal IS 'The proposal to decide';
COMMENT ON COLUMN customer_workflow.my_work_items.relation IS 'The protected table';
COMMENT ON COLUMN customer_workflow.my_work_items.record_key IS 'The primary key of the record';
COMMENT ON COLUMN customer_workflow.my_work_items.record_label IS 'The record in words (option record_label)';
COMMENT ON COLUMN customer_workflow.my_work_items.author IS 'Who made the changes';
COMMENT ON COLUMN customer_workflow.my_work_items.originator IS 'Who submitted them';
COMMENT ON COLUMN customer_workflow.my_work_items.comment IS 'Why, in the author''s words';
COMMENT ON COLUMN customer_workflow.my_work_items.digest IS 'What is to be decided, for approve(digest => …): an edit afterwards voids it';
COMMENT ON COLUMN customer_workflow.my_work_items.workflow IS 'The workflow';
COMMENT ON COLUMN customer_workflow.my_work_items.element IS 'The element of the workflow';
COMMENT ON COLUMN customer_workflow.my_work_items.step IS 'The step in that element';
COMMENT ON COLUMN customer_workflow.my_work_items.subject IS 'One line for a list';
COMMENT ON COLUMN customer_workflow.my_work_items.instructions IS 'What the workflow tells the assignee; null where it tells nothing';
COMMENT ON COLUMN customer_workflow.my_work_items.created_at IS 'When it was assigned';
COMMENT ON COLUMN customer_workflow.my_work_items.due_at IS 'When it is due; null means no limit';
COMMENT ON COLUMN customer_workflow.my_work_items.overdue IS 'Whether that has passed';
COMMENT ON COLUMN customer_workflow.my_work_items.allowed_actions IS 'The verbs that an assignee may use now; the outcomes for decide_outcome() are in review()';
COMMENT ON COLUMN customer_workflow.my_work_items.effective_at IS 'When the values are written once all is approved; null means at once';

CREATE VIEW customer_workflow._seen_item WITH (security_barrier) AS
SELECT w.*, p.record_key, p.record_label, p.author, p.originator, p.comment, p.digest, p.workflow, p.effective_at, p.change_set, p.operation, p.company
  FROM customer_workflow.work_item AS w
  JOIN customer_workflow._acting AS p ON p.id = w.proposal
 WHERE p.acts;
COMMENT ON VIEW customer_workflow._seen_item IS 'The work items that the caller may see, with what they show of their proposals';

CREATE VIEW customer_workflow.work_items AS
SELECT w.id AS work_item,
       w.proposal,
       t.relation,
       w.record_key,
       w.record_label,
       customer_workflow._display(w.author) AS author,
       customer_workflow._display(w.originator) AS originator,
       w.comment,
       w.digest,
       coalesce(w.workflow, 'built_in') AS workflow,
       w.element,
       w.step,
       coalesce(w.subject, format(CASE w.operation WHEN 'insert' THEN 'New record of %s: %s' WHEN 'draft' THEN 'New record of %s: %s'
                                            WHEN 'delete' THEN 'Deletion from %s: %s' ELSE 'Changes to %s %s: %s' END,
              customer_workflow._name(t.relation), coalesce(w.record_label, w.record_key::text),
              (SELECT string_agg(c.field, ', ' ORDER BY c.field)
                 FROM (SELECT c.field FROM customer_workflow.change AS c WHERE c.proposal = w.proposal
                       UNION
                       SELECT customer_workflow._name(k.relation) || '.' || c.field
                         FROM customer_workflow.proposal AS m JOIN customer_workflow.change AS c ON c.proposal = m.id
                         JOIN customer_workflow.protected_table AS k ON k.id = m.table_id
                        WHERE m.change_set = w.change_set AND m.part_of = w.proposal) AS c))) AS subject,
       w.instructions,
       w.created_at,
       w.due_at,
       coalesce(w.status = 'open' AND w.due_at < now(), false) AS overdue,
       CASE WHEN w.status = 'open' THEN customer_workflow._item_actions(w.actions, w.outcomes, coalesce(
           (SELECT c.enabled FROM customer_workflow.protected_company AS c WHERE c.table_id = t.id AND c.company = w.company), t.enabled)) ELSE '{}' END AS allowed_actions,
       concat_ws(', ', customer_workflow._display(w.assignee),
                 (SELECT string_agg(customer_workflow._display(l.person), ', ' ORDER BY l.person)
                    FROM customer_workflow.work_item_place AS l WHERE l.work_item = w.id AND w.status = 'open')) AS assignee,
       w.status,
       w.effective_at
  FROM customer_workflow._seen_item AS w
  JOIN customer_workflow.protected_table AS t ON t.id = w.table_id;
COMMENT ON VIEW customer_workflow.work_items IS 'Work items, open and closed, of tables of which you see everything, and of proposals in which you act';
COMMENT ON COLUMN customer_workflow.work_items.work_item IS 'Its number, for approve(work_item => …), complete_task() and decide_outcome()';
COMMENT ON COLUMN customer_workflow.work_items.proposal IS 'The proposal to decide';
COMMENT ON COLUMN customer_workflow.work_items.relation IS 'The protected table';
COMMENT ON COLUMN customer_workflow.work_items.record_key IS 'The primary key of the record';
COMMENT ON COLUMN customer_workflow.work_items.record_label IS 'The record in words (option record_label)';
COMMENT ON COLUMN customer_workflow.work_items.author IS 'Who made the changes';
COMMENT ON COLUMN customer_workflow.work_items.originator IS 'Who submitted them';
COMMENT ON COLUMN customer_workflow.work_items.comment IS 'Why, in the author''s words';
COMMENT ON COLUMN customer_workflow.work_items.digest IS 'What is to be decided, for approve(digest => …): an edit afterwards voids it';
COMMENT ON COLUMN customer_workflow.work_items.workflow IS 'The workflow';
COMMENT ON COLUMN customer_workflow.work_items.element IS 'The element of the workflow';
COMMENT ON COLUMN customer_workflow.work_items.step IS 'The step in that element';
COMMENT ON COLUMN customer_workflow.work_items.subject IS 'One line for a list';
COMMENT ON COLUMN customer_workflow.work_items.instructions IS 'What the workflow tells the assignee; null where it tells nothing';
COMMENT ON COLUMN customer_workflow.work_items.created_at IS 'When it was assigned';
COMMENT ON COLUMN customer_workflow.work_items.due_at IS 'When it is due; null means no limit';
COMMENT ON COLUMN customer_workflow.work_items.overdue IS 'Whether that has passed';
COMMENT ON COLUMN customer_workflow.work_items.allowed_actions IS 'The verbs that an assignee may use now; the outcomes for decide_outcome() are in review()';
COMMENT ON COLUMN customer_workflow.work_items.assignee IS 'Who holds it: a role, group:name or person:name; while it is open also those who have places beside';
COMMENT ON COLUMN customer_workflow.work_items.status IS 'open; approved, rejected, change_requested or completed by an assignee; closed when the proposal went elsewhere';
COMMENT ON COLUMN customer_workflow.work_items.effective_at IS 'When the values are written once all is approved; null means at once';

GRANT SELECT ON customer_workflow.my_work_items, customer_workflow.work_items TO PUBLIC;
GRANT EXECUTE ON FUNCTION customer_workflow._assignees() TO PUBLIC;
GRANT EXECUTE ON FUNCTION customer_workflow._place_holder() TO PUBLIC;
GRANT EXECUTE ON FUNCTION customer_workflow._item_actions(text[], text[], boolean) TO PUBLIC;
