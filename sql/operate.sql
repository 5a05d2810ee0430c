-- What monitoring asks: the views status and metrics. Both tell of the tables of which the reader sees everything; members of
-- pg_monitor and the owner of the database see numbers of all.

CREATE FUNCTION customer_workflow._monitored() RETURNS SETOF customer_workflow.protected_table
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT t FROM customer_workflow.protected_table AS t
     WHERE (SELECT customer_workflow._monitors()) OR customer_workflow._sees_all(t.id)
$$;
COMMENT ON FUNCTION customer_workflow._monitored() IS 'The tables of which status and metrics tell the current person, unprotected and dropped ones as well';

CREATE FUNCTION customer_workflow._pause() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN customer_workflow._is_copy() THEN 'restored copy' END
$$;
COMMENT ON FUNCTION customer_workflow._pause() IS 'Why deadlines are not processed in this database; null: they are';

CREATE FUNCTION customer_workflow._worker() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.backend_type = 'customer_workflow launcher') THEN 'running' ELSE 'not running' END
$$;
COMMENT ON FUNCTION customer_workflow._worker() IS 'Whether the background worker''s launcher is there';

CREATE FUNCTION customer_workflow._protection_problems() RETURNS TABLE (table_id integer, problems bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.id, (SELECT count(*) FROM customer_workflow._trigger_problems(t))
      FROM customer_workflow._monitored() AS t WHERE t.relation IS NOT NULL AND NOT customer_workflow._is_gate_table(t.relation)
    UNION ALL
    SELECT NULL, count(*) FROM customer_workflow._database_problems()
$$;
COMMENT ON FUNCTION customer_workflow._protection_problems() IS 'Problems of verify_protection() that cost no more than a look into catalogs: triggers by table, and what is not of one table';

CREATE FUNCTION customer_workflow._status() RETURNS TABLE (name text, value text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH seen AS (
        SELECT t.* FROM customer_workflow._monitored() AS t
    ), waiting AS (
        SELECT count(*) AS items, min(w.created_at) AS oldest FROM customer_workflow.work_item AS w JOIN seen ON seen.id = w.table_id WHERE w.status = 'open'
    ), due AS (
        SELECT count(*) AS overdue FROM customer_workflow.deadline AS d
          JOIN customer_workflow.proposal AS p ON p.id = d.proposal JOIN seen ON seen.id = p.table_id WHERE d.due_at < now()
    )
    SELECT r.name, r.value
      FROM waiting CROSS JOIN due
     CROSS JOIN LATERAL (VALUES
        ('version', (SELECT x.extversion FROM pg_extension AS x WHERE x.extname = 'customer_workflow')),
        ('protected_tables', (SELECT count(*) FILTER (WHERE seen.relation IS NOT NULL AND NOT customer_workflow._is_gate_table(seen.relation)) FROM seen)::text),
        ('disabled_tables', (SELECT count(*) FILTER (WHERE seen.relation IS NOT NULL AND NOT seen.enabled) FROM seen)::text),
        ('protection_problems', (SELECT sum(p.problems) FROM customer_workflow._protection_problems() AS p)::text),
        ('worker', customer_workflow._worker()),
        ('paused', coalesce(customer_workflow._pause(), 'no')),
        ('open_work_items', waiting.items::text),
        ('oldest_waiting', to_char(waiting.oldest AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
        ('overdue_deadlines', due.overdue::text),
        ('oldest_event', (SELECT to_char(min(e.oldest) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') FROM customer_workflow._events_waiting() AS e))) AS r (name, value)
$$;
COMMENT ON FUNCTION customer_workflow._status() IS 'The rows of the view status';

CREATE VIEW customer_workflow.status AS
SELECT s.name, s.value FROM customer_workflow._status() AS s;
COMMENT ON VIEW customer_workflow.status IS 'The state of the extension in this database, a row each; of the tables of which you see everything';
COMMENT ON COLUMN customer_workflow.status.name IS 'What';
COMMENT ON COLUMN customer_workflow.status.value IS 'How it is; null: nothing waits';

CREATE FUNCTION customer_workflow._proposal_metrics() RETURNS TABLE (name text, labels jsonb, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    -- One pass over the proposals.
    -- A table that was dropped and made again counts as one.
    WITH counted AS (
        SELECT p.table_id, p.status, p.status = ANY (customer_workflow._open_statuses()) AS open,
               CASE WHEN p.status = ANY ('{applied,cancelled,expired}') THEN NULL
                    WHEN p.created_at > (SELECT now() - interval '1 hour') THEN '1 hour' WHEN p.created_at > (SELECT now() - interval '1 day') THEN '1 day'
                    WHEN p.created_at > (SELECT now() - interval '7 days') THEN '7 days' WHEN p.created_at > (SELECT now() - interval '30 days') THEN '30 days'
                    ELSE 'more' END AS age,
               count(*) AS n, min(p.created_at) AS oldest
          FROM customer_workflow.proposal AS p GROUP BY 1, 2, 3, 4
    ), seen AS (
        SELECT t.relation_name, c.* FROM customer_workflow._monitored() AS t JOIN counted AS c ON c.table_id = t.id
    )
    SELECT 'proposals', jsonb_build_object('relation', s.relation_name, 'status', s.status), sum(s.n)::double precision
      FROM seen AS s GROUP BY s.relation_name, s.status
    UNION ALL
    SELECT 'open_proposals_by_age', jsonb_build_object('relation', s.relation_name, 'younger_than', s.age), sum(s.n)::double precision
      FROM seen AS s WHERE s.open GROUP BY s.relation_name, s.age
    UNION ALL
    SELECT 'oldest_open_proposal_seconds', jsonb_build_object('relation', s.relation_name), extract(epoch FROM now() - min(s.oldest))::double precision
      FROM seen AS s WHERE s.open GROUP BY s.relation_name
$$;
COMMENT ON FUNCTION customer_workflow._proposal_metrics() IS 'Rows of the view metrics about proposals';

CREATE FUNCTION customer_workflow._work_metrics() RETURNS TABLE (name text, labels jsonb, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH seen AS (
        SELECT t.id, t.relation_name FROM customer_workflow._monitored() AS t WHERE t.relation IS NOT NULL
    )
    SELECT 'open_work_items', jsonb_build_object('relation', s.relation_name), coalesce(w.n, 0)::double precision
      FROM seen AS s
      LEFT JOIN (SELECT i.table_id, count(*) AS n FROM customer_workflow.work_item AS i WHERE i.status = 'open' GROUP BY 1) AS w ON w.table_id = s.id
    UNION ALL
    SELECT 'overdue_deadlines', jsonb_build_object('relation', s.relation_name), coalesce(d.n, 0)::double precision
      FROM seen AS s
      LEFT JOIN (SELECT p.table_id, count(*) AS n FROM customer_workflow.deadline AS i JOIN customer_workflow.proposal AS p ON p.id = i.proposal
                  WHERE i.due_at < now() GROUP BY 1) AS d ON d.table_id = s.id
$$;
COMMENT ON FUNCTION customer_workflow._work_metrics() IS 'Rows of the view metrics about work items and deadlines';

CREATE FUNCTION customer_workflow._event_metrics() RETURNS TABLE (name text, labels jsonb, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.name, jsonb_build_object('consumer', e.consumer), m.value
      FROM customer_workflow._events_waiting() AS e
     CROSS JOIN LATERAL (VALUES ('events_waiting', e.waiting::double precision), ('events_held_back', e.held_back)) AS m (name, value)
$$;
COMMENT ON FUNCTION customer_workflow._event_metrics() IS 'Rows of the view metrics about event consumers';

CREATE FUNCTION customer_workflow._direct_metrics() RETURNS TABLE (name text, labels jsonb, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'direct_changes', jsonb_build_object('relation', t.relation_name, 'reason', d.reason), sum(d.n)::double precision
      FROM (SELECT c.table_id, c.reason, count(*) AS n FROM customer_workflow.direct_change AS c GROUP BY 1, 2) AS d
      JOIN customer_workflow._monitored() AS t ON t.id = d.table_id
     GROUP BY t.relation_name, d.reason
$$;
COMMENT ON FUNCTION customer_workflow._direct_metrics() IS 'Rows of the view metrics about writes past approval';

CREATE FUNCTION customer_workflow._protection_metrics() RETURNS TABLE (name text, labels jsonb, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'protection_problems', CASE WHEN t.id IS NULL THEN '{}' ELSE jsonb_build_object('relation', t.relation_name) END, p.problems::double precision
      FROM customer_workflow._protection_problems() AS p LEFT JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
    UNION ALL
    SELECT 'worker_running', '{}', CASE customer_workflow._worker() WHEN 'running' THEN 1 ELSE 0 END
    UNION ALL
    SELECT 'paused', '{}', CASE WHEN customer_workflow._pause() IS NULL THEN 0 ELSE 1 END
$$;
COMMENT ON FUNCTION customer_workflow._protection_metrics() IS 'Rows of the view metrics about the protection and the worker';

CREATE VIEW customer_workflow.metrics AS
SELECT m.name, m.labels, m.value FROM customer_workflow._proposal_metrics() AS m
UNION ALL
SELECT m.name, m.labels, m.value FROM customer_workflow._work_metrics() AS m
UNION ALL
SELECT m.name, m.labels, m.value FROM customer_workflow._event_metrics() AS m
UNION ALL
SELECT m.name, m.labels, m.value FROM customer_workflow._direct_metrics() AS m
UNION ALL
SELECT m.name, m.labels, m.value FROM customer_workflow._protection_metrics() AS m;
COMMENT ON VIEW customer_workflow.metrics IS 'Numbers for monitoring, of the tables of which you see everything; reads the proposals once';
COMMENT ON COLUMN customer_workflow.metrics.name IS 'What is counted';
COMMENT ON COLUMN customer_workflow.metrics.labels IS 'Of what: relation, status, …';
COMMENT ON COLUMN customer_workflow.metrics.value IS 'How much';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._monitored(), customer_workflow._pause(), customer_workflow._worker(), customer_workflow._protection_problems()
    FROM PUBLIC;
GRANT SELECT ON customer_workflow.status, customer_workflow.metrics TO PUBLIC;
