-- Events for other systems: the history, in an order in which nothing that commits late is skipped.
--
-- Entries are delivered in the order of their transactions, and only those of transactions before the oldest of this database that
-- is still in progress: whatever can still come has a later place. What was recorded on another server has other numbers; where a database is
-- adopted, each consumer has the entries that it has not had yet as a list.

CREATE TABLE customer_workflow.event_consumer (
    id                integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name              text NOT NULL CONSTRAINT event_consumer_name UNIQUE CHECK (name OPERATOR(pg_catalog.<>) ''),
    role              name NOT NULL,
    kinds             text[],
    notify            boolean NOT NULL DEFAULT true,
    after_transaction xid8 NOT NULL DEFAULT '0',
    after_event       bigint NOT NULL DEFAULT 0,
    last_event        bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE customer_workflow.event_consumer IS 'Who reads events, and how far each has come';
COMMENT ON COLUMN customer_workflow.event_consumer.id IS 'Its number';
COMMENT ON COLUMN customer_workflow.event_consumer.name IS 'Its name';
COMMENT ON COLUMN customer_workflow.event_consumer.role IS 'Members of this role may read and acknowledge, beside the database owner';
COMMENT ON COLUMN customer_workflow.event_consumer.kinds IS 'Only these kinds; null means all';
COMMENT ON COLUMN customer_workflow.event_consumer.notify IS 'Whether a NOTIFY tells it of transactions with events';
COMMENT ON COLUMN customer_workflow.event_consumer.after_transaction IS 'It has acknowledged what comes before this place in the order of transaction and number: the transaction';
COMMENT ON COLUMN customer_workflow.event_consumer.after_event IS 'Likewise: the number of the entry';
COMMENT ON COLUMN customer_workflow.event_consumer.last_event IS 'The greatest number that it has acknowledged: what is greater it has not had';

CREATE TABLE customer_workflow.event_backlog (
    consumer integer NOT NULL,
    event    bigint NOT NULL,
    PRIMARY KEY (consumer, event)
);
COMMENT ON TABLE customer_workflow.event_backlog IS 'Entries of before the database was adopted that a consumer has not acknowledged yet; they come first, by their numbers';
COMMENT ON COLUMN customer_workflow.event_backlog.consumer IS 'The consumer';
COMMENT ON COLUMN customer_workflow.event_backlog.event IS 'The entry of the history';

-- A draft is nobody's business but its author's; capture pays nothing for events.
CREATE INDEX history_event ON customer_workflow.history (transaction, id) WHERE kind OPERATOR(pg_catalog.<>) 'proposed';
ALTER TABLE customer_workflow.history ALTER COLUMN transaction SET DEFAULT customer_workflow._event_transaction();

CREATE FUNCTION customer_workflow._may_consume(role name) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT customer_workflow._owns_database()
        OR coalesce((SELECT pg_has_role(customer_workflow._role_that_acts(), r.oid, 'USAGE') FROM pg_roles AS r WHERE r.rolname = _may_consume.role), false)
$$;
COMMENT ON FUNCTION customer_workflow._may_consume(name) IS 'Whether the current person is a member of the role that a consumer has, or owns the database';

CREATE FUNCTION customer_workflow._event_horizon() RETURNS xid8
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    horizon xid8;
    known boolean;
BEGIN
    -- What has ended since the snapshot was taken, and is not found any more, counts as one of ours; the next snapshot is without it. All of it
    -- is told by one snapshot: what begins between two would be passed over.
    FOR attempt IN 1 .. 10 LOOP
        SELECT least(coalesce(min(x.id), pg_snapshot_xmax(pg_current_snapshot())), pg_current_xact_id_if_assigned()),
               bool_and(a.pid IS NOT NULL OR p.gid IS NOT NULL) INTO horizon, known
          FROM pg_snapshot_xip(pg_current_snapshot()) AS x (id)
          LEFT JOIN pg_stat_activity AS a ON a.backend_xid = x.id::xid
          LEFT JOIN pg_prepared_xacts AS p ON p.transaction = x.id::xid
         WHERE coalesce(a.datname, p.database, current_database()) = current_database();
        EXIT WHEN known IS NOT FALSE;
        PERFORM pg_stat_clear_snapshot();
    END LOOP;
    RETURN horizon;
END
$$;
COMMENT ON FUNCTION customer_workflow._event_horizon() IS 'The oldest transaction that may be in progress in this database, else the next one: what comes before it is complete';

CREATE FUNCTION customer_workflow._event_consumer(consumer text) RETURNS customer_workflow.event_consumer
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    reader customer_workflow.event_consumer;
BEGIN
    PERFORM customer_workflow._outside_approval(pg_trigger_depth());
    SELECT c.* INTO reader FROM customer_workflow.event_consumer AS c WHERE c.name = consumer;
    -- Who may not read it does not learn that it is there.
    IF customer_workflow._may_consume(reader.role) IS NOT TRUE OR reader.id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('event consumer %s does not exist', coalesce(quote_literal(consumer), 'null')),
            HINT = 'The view customer_workflow.event_consumers shows those that you may read; the database owner makes one with customer_workflow.set_event_consumer().';
    END IF;
    PERFORM customer_workflow._require_home('events');
    -- The only one at a time; waiting takes no transaction number, which would hold back the events of others.
    PERFORM customer_workflow._lock_consumer(reader.id);
    SELECT c.* INTO reader FROM customer_workflow.event_consumer AS c WHERE c.id = reader.id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('event consumer %L does not exist any more', consumer);
    END IF;
    RETURN reader;
END
$$;
COMMENT ON FUNCTION customer_workflow._event_consumer(text) IS 'A consumer that the caller may read, for this transaction alone; error P0002 where there is none';

CREATE FUNCTION customer_workflow._holders(entry customer_workflow.history, holder jsonb) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT x.kind || ':' || x.name FROM jsonb_each_text(holder -> 'pool') AS x (kind, name)
    UNION ALL
    SELECT x.place ->> 'person' FROM jsonb_array_elements(holder -> 'places') AS x (place)
    UNION ALL
    SELECT a.person
      FROM customer_workflow.work_item AS w
     CROSS JOIN LATERAL (SELECT w.assignee
                         UNION ALL
                         SELECT l.person FROM customer_workflow.work_item_place AS l WHERE l.work_item = w.id) AS a (person)
     WHERE holder IS NULL AND w.proposal = entry.proposal AND w.status = 'open'
       AND (entry.element IS NULL OR w.element = entry.element) AND (entry.step IS NULL OR w.step = entry.step)
$$;
COMMENT ON FUNCTION customer_workflow._holders(customer_workflow.history, jsonb) IS 'Who holds the work that an entry is about: as it says itself, else who does now';

CREATE FUNCTION customer_workflow._recipients(entry customer_workflow.history, proposal customer_workflow.proposal) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT customer_workflow._display(r.person) ORDER BY customer_workflow._display(r.person)), '{}')
      FROM (SELECT h.person
              FROM customer_workflow._holders(entry, entry.details -> 'holder') AS h (person)
             WHERE entry.kind IN ('creation', 'escalation_path', 'delegated', 'reassigned', 'taken_up', 'reminder', 'due_date_exceeded', 'duration_exceeded',
                                  'commented', 'override_applied')
                -- of the built-in workflow there is no entry "creation"
                OR entry.kind = 'submitted' AND proposal.workflow = 'built_in'
            UNION ALL
            SELECT unnest(ARRAY[proposal.author, proposal.originator])
             WHERE entry.kind IN ('approved', 'rejected', 'change_requested', 'field_approved', 'field_rejected', 'effective_later', 'applied', 'expired', 'cancelled',
                                  'recalled', 'discarded', 'withdrawn', 'rebased', 'overtaken', 'override_applied', 'override_reviewed', 'reverted', 'commented',
                                  'record_deleted', 'column_dropped', 'schema_changed', 'company_changed', 'fault')) AS r (person)
     WHERE r.person <> entry.person
$$;
COMMENT ON FUNCTION customer_workflow._recipients(customer_workflow.history, customer_workflow.proposal)
    IS 'Whom an entry concerns who did not do it: those who have work by it, or author and originator of what happened to the proposal';

CREATE FUNCTION customer_workflow._event_payload(entry customer_workflow.history, proposal customer_workflow.proposal) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
               'author', customer_workflow._display(proposal.author), 'originator', customer_workflow._display(proposal.originator),
               'on_behalf_of', customer_workflow._display(entry.on_behalf_of), 'status', proposal.status, 'operation', proposal.operation,
               'change_set', proposal.change_set, 'workflow', proposal.workflow, 'element', entry.element, 'step', entry.step, 'digest', entry.digest,
               'fields', CASE WHEN jsonb_typeof(entry.details -> 'changes') = 'array'
                              THEN (SELECT jsonb_agg(DISTINCT x.change -> 'field') FROM jsonb_array_elements(entry.details -> 'changes') AS x (change))
                              ELSE (SELECT jsonb_agg(c.field ORDER BY c.field) FROM customer_workflow.change AS c WHERE c.proposal = proposal.id) END,
               'work_items', (SELECT jsonb_agg(jsonb_build_object('work_item', w.id, 'assignee', customer_workflow._display(w.assignee), 'element', w.element,
                                                                  'step', w.step, 'due_at', w.due_at) ORDER BY w.id)
                                FROM customer_workflow.work_item AS w WHERE w.proposal = proposal.id AND w.status = 'open')))
$$;
COMMENT ON FUNCTION customer_workflow._event_payload(customer_workflow.history, customer_workflow.proposal)
    IS 'What else an event tells: names of fields, never what is in them, nor what people said';

CREATE FUNCTION customer_workflow.next_events(consumer text, max_items integer DEFAULT 100)
    RETURNS TABLE (id bigint, at timestamptz, kind text, relation text, proposal bigint, record_key jsonb, person text, recipients text[], payload jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    reader customer_workflow.event_consumer;
    boundary bigint;
    -- Taken before the entries are read, so that all of the transactions before it are seen.
    horizon xid8;
BEGIN
    reader := customer_workflow._event_consumer(next_events.consumer);
    IF next_events.max_items IS NULL OR next_events.max_items < 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'max_items must be at least 1',
            DETAIL = format('It is %s.', coalesce(next_events.max_items::text, 'null'));
    END IF;
    boundary := (SELECT h.last_event FROM customer_workflow.home AS h);
    horizon := customer_workflow._event_horizon();
    RETURN QUERY
    WITH due AS MATERIALIZED (
        SELECT d.event, d.transaction FROM (
            (SELECT b.event, '0'::xid8 AS transaction FROM customer_workflow.event_backlog AS b WHERE b.consumer = reader.id ORDER BY b.event LIMIT next_events.max_items)
            UNION ALL
            (SELECT h.id, h.transaction FROM customer_workflow.history AS h
              WHERE h.kind <> 'proposed' AND (h.transaction, h.id) > (reader.after_transaction, reader.after_event) AND h.transaction < horizon
                AND h.id > boundary AND (reader.kinds IS NULL OR h.kind = ANY (reader.kinds))
              ORDER BY h.transaction, h.id LIMIT next_events.max_items)) AS d
         ORDER BY d.transaction, d.event LIMIT next_events.max_items
    )
    SELECT h.id, h.at, h.kind, t.relation_name, h.proposal, p.record_key, customer_workflow._display(h.person),
           CASE WHEN p.id IS NULL THEN '{}' ELSE customer_workflow._recipients(h, p) END,
           CASE WHEN p.id IS NULL THEN '{}' ELSE customer_workflow._event_payload(h, p) END
      FROM due AS d
      JOIN customer_workflow.history AS h ON h.id = d.event
      LEFT JOIN customer_workflow.proposal AS p ON p.id = h.proposal
      LEFT JOIN customer_workflow.protected_table AS t ON t.id = h.table_id
     ORDER BY d.transaction, d.event;
    -- So that what it does not want is not gone through again and again.
    IF NOT FOUND AND reader.kinds IS NOT NULL THEN
        UPDATE customer_workflow.event_consumer AS c SET after_transaction = horizon, after_event = 0
         WHERE c.id = reader.id
           AND EXISTS (SELECT FROM customer_workflow.history AS h
                        WHERE h.kind <> 'proposed' AND (h.transaction, h.id) > (reader.after_transaction, reader.after_event) AND h.transaction < horizon);
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow.next_events(text, integer)
    IS 'The next events that a consumer has not acknowledged, in the order in which it acknowledges them; until the end of the transaction no other session gets any for it';

CREATE FUNCTION customer_workflow.acknowledge_events(consumer text, up_to bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    reader customer_workflow.event_consumer;
    entry record;
    boundary bigint;
    complete boolean;
BEGIN
    reader := customer_workflow._event_consumer(acknowledge_events.consumer);
    boundary := (SELECT h.last_event FROM customer_workflow.home AS h);
    SELECT h.id, h.transaction INTO entry FROM customer_workflow.history AS h WHERE h.id = up_to AND h.kind <> 'proposed';
    complete := entry.id <= boundary;
    -- A consumer that was moved on meanwhile is a serialization failure before anything else.
    PERFORM FROM customer_workflow.event_consumer AS c WHERE c.id = reader.id FOR UPDATE;
    IF complete IS FALSE THEN
        complete := entry.transaction < customer_workflow._event_horizon();
    END IF;
    IF complete IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('event %s has not been delivered', coalesce(up_to::text, 'null')),
            DETAIL = 'There is no such event, or a transaction that began before it is still in progress.', HINT = 'Give the id of an event that next_events() has returned.';
    ELSIF entry.id <= boundary THEN
        DELETE FROM customer_workflow.event_backlog AS b WHERE b.consumer = reader.id AND b.event <= entry.id;
    ELSIF (entry.transaction, entry.id) > (reader.after_transaction, reader.after_event) THEN
        DELETE FROM customer_workflow.event_backlog AS b WHERE b.consumer = reader.id;
        UPDATE customer_workflow.event_consumer AS c
           SET after_transaction = entry.transaction, after_event = entry.id,
               last_event = greatest(c.last_event, (
                   SELECT max(h.id) FROM customer_workflow.history AS h
                    WHERE h.kind <> 'proposed' AND (h.transaction, h.id) > (reader.after_transaction, reader.after_event)
                      AND (h.transaction, h.id) <= (entry.transaction, entry.id) AND h.id > boundary))
         WHERE c.id = reader.id;
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow.acknowledge_events(text, bigint) IS 'A consumer has dealt with this event and with all that next_events() returned before it';

CREATE FUNCTION customer_workflow._keep_undelivered() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    boundary CONSTANT bigint := (SELECT h.last_event FROM customer_workflow.home AS h);
BEGIN
    -- A number that is greater than all that a consumer has acknowledged is new to it, whichever server numbered its transaction.
    INSERT INTO customer_workflow.event_backlog (consumer, event)
    SELECT c.id, h.id
      FROM customer_workflow.event_consumer AS c
      JOIN customer_workflow.history AS h ON h.id > boundary AND ((h.transaction, h.id) > (c.after_transaction, c.after_event) OR h.id > c.last_event)
     WHERE h.kind <> 'proposed' AND (c.kinds IS NULL OR h.kind = ANY (c.kinds))
    ON CONFLICT DO NOTHING;
    UPDATE customer_workflow.event_consumer AS c
       SET after_transaction = pg_snapshot_xmin(pg_current_snapshot()), after_event = 0, last_event = (SELECT coalesce(max(h.id), 0) FROM customer_workflow.history AS h);
END
$$;
COMMENT ON FUNCTION customer_workflow._keep_undelivered() IS 'What consumers have not acknowledged yet becomes a list, before the database is adopted; nobody adds to the history meanwhile';

CREATE FUNCTION customer_workflow.set_event_consumer(consumer text, role regrole, from_beginning boolean DEFAULT false, kinds text[] DEFAULT NULL, notify boolean DEFAULT true) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    role_name name;
    before customer_workflow.event_consumer;
    reader customer_workflow.event_consumer;
    boundary bigint;
BEGIN
    PERFORM customer_workflow._require_owns_database();
    role_name := customer_workflow._role_name(set_event_consumer.role);
    IF coalesce(set_event_consumer.consumer, '') = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'consumer must not be null or empty';
    ELSIF set_event_consumer.from_beginning IS NULL OR set_event_consumer.notify IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('%s must not be null', CASE WHEN set_event_consumer.notify IS NULL THEN 'notify' ELSE 'from_beginning' END);
    ELSIF set_event_consumer.kinds = '{}' OR array_position(set_event_consumer.kinds, NULL) IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'kinds must not be empty or have nulls',
            HINT = 'Leave it out for events of every kind.';
    ELSIF 'proposed' = ANY (set_event_consumer.kinds) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'there are no events of kind "proposed"',
            DETAIL = 'A draft concerns nobody but its author.', HINT = 'The first event of a proposal is "submitted".';
    END IF;
    INSERT INTO customer_workflow.event_consumer AS c (name, role, kinds, notify) VALUES (set_event_consumer.consumer, role_name, set_event_consumer.kinds, set_event_consumer.notify)
        ON CONFLICT ON CONSTRAINT event_consumer_name DO NOTHING RETURNING c.* INTO reader;
    PERFORM customer_workflow._require_home('events');
    IF reader.id IS NULL THEN
        reader := customer_workflow._event_consumer(set_event_consumer.consumer);
        before := reader;
        UPDATE customer_workflow.event_consumer AS c SET role = role_name, kinds = set_event_consumer.kinds, notify = set_event_consumer.notify WHERE c.id = reader.id;
    END IF;
    DELETE FROM customer_workflow.event_backlog AS b
     WHERE b.consumer = reader.id
       AND NOT EXISTS (SELECT FROM customer_workflow.history AS h WHERE h.id = b.event AND (set_event_consumer.kinds IS NULL OR h.kind = ANY (set_event_consumer.kinds)));
    IF set_event_consumer.from_beginning THEN
        boundary := (SELECT h.last_event FROM customer_workflow.home AS h);
        INSERT INTO customer_workflow.event_backlog (consumer, event)
        SELECT reader.id, h.id FROM customer_workflow.history AS h
         WHERE h.id <= boundary AND h.kind <> 'proposed' AND (set_event_consumer.kinds IS NULL OR h.kind = ANY (set_event_consumer.kinds))
            ON CONFLICT DO NOTHING;
        UPDATE customer_workflow.event_consumer AS c
           SET after_transaction = (SELECT h.from_transaction FROM customer_workflow.home AS h), after_event = 0, last_event = boundary
         WHERE c.id = reader.id;
    ELSIF before.id IS NULL THEN
        UPDATE customer_workflow.event_consumer AS c
           SET after_transaction = customer_workflow._event_horizon(), last_event = (SELECT coalesce(max(h.id), 0) FROM customer_workflow.history AS h)
         WHERE c.id = reader.id;
    END IF;
    IF before.id IS NULL OR set_event_consumer.from_beginning
       OR (before.role, before.kinds, before.notify) IS DISTINCT FROM (role_name, set_event_consumer.kinds, set_event_consumer.notify) THEN
        PERFORM customer_workflow._log('set_event_consumer', NULL, NULL, NULL, jsonb_build_object('consumer', set_event_consumer.consumer, 'role', role_name,
            'from_beginning', set_event_consumer.from_beginning, 'kinds', set_event_consumer.kinds, 'notify', set_event_consumer.notify));
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow.set_event_consumer(text, regrole, boolean, text[], boolean)
    IS 'For the database owner: members of a role read events under this name, from now on or from the beginning; of these kinds; told by NOTIFY or not';

CREATE FUNCTION customer_workflow.remove_event_consumer(consumer text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    PERFORM customer_workflow._require_owns_database();
    DELETE FROM customer_workflow.event_consumer AS c WHERE c.name = remove_event_consumer.consumer RETURNING c.id INTO gone;
    DELETE FROM customer_workflow.event_backlog AS b WHERE b.consumer = gone;
    IF gone IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('event consumer %s does not exist', coalesce(quote_literal(remove_event_consumer.consumer), 'null')),
            HINT = 'See the view customer_workflow.event_consumers.';
    END IF;
    PERFORM customer_workflow._log('remove_event_consumer', NULL, NULL, NULL, jsonb_build_object('consumer', remove_event_consumer.consumer));
END
$$;
COMMENT ON FUNCTION customer_workflow.remove_event_consumer(text) IS 'For the database owner: this consumer reads no more events, and how far it came is forgotten';

CREATE VIEW customer_workflow._awaited_event AS
SELECT h.id, h.proposal
  FROM customer_workflow.event_backlog AS b JOIN customer_workflow.history AS h ON h.id OPERATOR(pg_catalog.=) b.event
UNION ALL
SELECT h.id, h.proposal
  FROM customer_workflow.event_consumer AS c
 CROSS JOIN customer_workflow.home AS m
  JOIN customer_workflow.history AS h ON (h.transaction, h.id) OPERATOR(pg_catalog.>) (c.after_transaction, c.after_event)
 WHERE h.kind OPERATOR(pg_catalog.<>) 'proposed' AND h.id OPERATOR(pg_catalog.>) m.last_event
   AND (c.kinds IS NULL OR h.kind OPERATOR(pg_catalog.=) ANY (c.kinds));
COMMENT ON VIEW customer_workflow._awaited_event IS 'Entries of the history that a consumer has not acknowledged yet; archive_history() leaves their proposals where they are';

CREATE FUNCTION customer_workflow._events_waiting()
    RETURNS TABLE (consumer text, role name, kinds text[], notify boolean, waiting bigint, oldest timestamptz, held_back bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.name, c.role, c.kinds, c.notify, w.waiting, w.oldest, w.held_back
      FROM customer_workflow.event_consumer AS c
     CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE e.ready) AS waiting, min(e.at) AS oldest, count(*) FILTER (WHERE NOT e.ready) AS held_back
          FROM (SELECT h.at, true AS ready
                  FROM customer_workflow.event_backlog AS b JOIN customer_workflow.history AS h ON h.id = b.event WHERE b.consumer = c.id
                UNION ALL
                SELECT h.at, h.transaction < (SELECT customer_workflow._event_horizon())
                  FROM customer_workflow.history AS h
                 WHERE h.kind <> 'proposed' AND (h.transaction, h.id) > (c.after_transaction, c.after_event)
                   AND h.id > (SELECT m.last_event FROM customer_workflow.home AS m) AND (c.kinds IS NULL OR h.kind = ANY (c.kinds))) AS e) AS w
     WHERE customer_workflow._may_consume(c.role)
$$;
COMMENT ON FUNCTION customer_workflow._events_waiting() IS 'The consumers that the caller may read for, with what waits for each';

CREATE VIEW customer_workflow.event_consumers AS
SELECT e.consumer, e.role, e.kinds, e.notify, e.waiting, e.oldest, e.held_back FROM customer_workflow._events_waiting() AS e ORDER BY e.consumer;
COMMENT ON VIEW customer_workflow.event_consumers IS 'Who reads events, for the database owner and for those who may read them, and what waits for each';
COMMENT ON COLUMN customer_workflow.event_consumers.consumer IS 'The name of the consumer';
COMMENT ON COLUMN customer_workflow.event_consumers.role IS 'Whose members may read its events';
COMMENT ON COLUMN customer_workflow.event_consumers.kinds IS 'Only these kinds; null means all';
COMMENT ON COLUMN customer_workflow.event_consumers.notify IS 'Whether a NOTIFY tells of transactions with events';
COMMENT ON COLUMN customer_workflow.event_consumers.waiting IS 'How many events next_events() would return';
COMMENT ON COLUMN customer_workflow.event_consumers.oldest IS 'When the oldest event happened that has not been acknowledged';
COMMENT ON COLUMN customer_workflow.event_consumers.held_back IS 'How many there are besides that wait for a transaction which began before them and is still in progress';
GRANT SELECT ON customer_workflow.event_consumers TO PUBLIC;
GRANT EXECUTE ON FUNCTION customer_workflow._events_waiting() TO PUBLIC;

REVOKE EXECUTE ON FUNCTION
    customer_workflow._may_consume(name), customer_workflow._event_horizon(), customer_workflow._event_consumer(text), customer_workflow._holders(customer_workflow.history, jsonb),
    customer_workflow._recipients(customer_workflow.history, customer_workflow.proposal),
    customer_workflow._event_payload(customer_workflow.history, customer_workflow.proposal), customer_workflow._keep_undelivered()
    FROM PUBLIC;
