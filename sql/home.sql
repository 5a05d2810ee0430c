-- Where the database is at home. A copy that was restored elsewhere has people in it who know nothing of it: until it is adopted
-- nothing happens by itself there.

CREATE TABLE customer_workflow.home (
    one_row           boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    nonce             uuid NOT NULL,
    system_identifier bigint NOT NULL,
    database          oid NOT NULL,
    database_name     name NOT NULL,
    adopted_at        timestamptz NOT NULL DEFAULT pg_catalog.now(),
    last_event        bigint NOT NULL DEFAULT 0,
    from_transaction  xid8 NOT NULL DEFAULT '0'
);
COMMENT ON TABLE customer_workflow.home IS 'The server and the database to which this data belongs: at most one row, made with the first protected table. A dump has it';
COMMENT ON COLUMN customer_workflow.home.one_row IS 'There is one row';
COMMENT ON COLUMN customer_workflow.home.nonce IS 'The same as in table seal, which no dump has';
COMMENT ON COLUMN customer_workflow.home.system_identifier IS 'That of the server';
COMMENT ON COLUMN customer_workflow.home.database IS 'The OID of the database';
COMMENT ON COLUMN customer_workflow.home.database_name IS 'Its name, as it was then';
COMMENT ON COLUMN customer_workflow.home.adopted_at IS 'Since when it belongs there';
COMMENT ON COLUMN customer_workflow.home.last_event IS 'The last entry of the history that was there when the database was adopted: transactions of entries up to it may be another server''s';
COMMENT ON COLUMN customer_workflow.home.from_transaction IS 'Transactions before this one had ended when the database was adopted';

CREATE TABLE customer_workflow.seal (
    one_row   boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    nonce     uuid NOT NULL,
    extension oid NOT NULL,
    schema    oid NOT NULL
);
COMMENT ON TABLE customer_workflow.seal IS 'What pg_dump leaves out and pg_upgrade carries along, so that one is told from the other';
COMMENT ON COLUMN customer_workflow.seal.one_row IS 'There is one row';
COMMENT ON COLUMN customer_workflow.seal.nonce IS 'The same as in table home';
COMMENT ON COLUMN customer_workflow.seal.extension IS 'The OID of the extension, which pg_upgrade does not keep, and a copy of the files does';
COMMENT ON COLUMN customer_workflow.seal.schema IS 'The OID of its schema, likewise';

CREATE VIEW customer_workflow._place AS
SELECT c.system_identifier, d.oid AS database, d.datname AS database_name, e.oid AS extension, n.oid AS schema
  FROM pg_catalog.pg_control_system() AS c
  JOIN pg_catalog.pg_database AS d ON d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
  JOIN pg_catalog.pg_extension AS e ON e.extname OPERATOR(pg_catalog.=) 'customer_workflow'
  JOIN pg_catalog.pg_namespace AS n ON n.nspname OPERATOR(pg_catalog.=) 'customer_workflow';
COMMENT ON VIEW customer_workflow._place IS 'The server, the database and the catalog entries in which this is';

-- At home with its files: on the same server, or on another after pg_upgrade, which keeps the OIDs of databases and makes the
-- catalogs anew. A copy of all files to which a tool gave another system identifier has the same catalogs, and is a copy.
CREATE VIEW customer_workflow._home AS
SELECT h.*, k.here AND (k.same_server OR k.new_catalogs) AS at_home, k.here AND NOT k.same_server AND k.new_catalogs AS upgraded
  FROM customer_workflow.home AS h
  LEFT JOIN customer_workflow.seal AS s ON s.nonce OPERATOR(pg_catalog.=) h.nonce
  JOIN customer_workflow._place AS p ON true
 CROSS JOIN LATERAL (
    SELECT s.nonce IS NOT NULL AND h.database OPERATOR(pg_catalog.=) p.database AS here,
           h.system_identifier OPERATOR(pg_catalog.=) p.system_identifier AS same_server,
           coalesce(s.extension OPERATOR(pg_catalog.<>) p.extension OR s.schema OPERATOR(pg_catalog.<>) p.schema, false) AS new_catalogs) AS k;
COMMENT ON VIEW customer_workflow._home IS 'The home of the data, and whether this is it; no row before anything was protected';

CREATE FUNCTION customer_workflow._is_copy() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM customer_workflow._home AS h WHERE NOT h.at_home)
$$;
COMMENT ON FUNCTION customer_workflow._is_copy() IS 'Whether this is a restored copy that nobody has adopted: deadlines and events pause';

CREATE FUNCTION customer_workflow._settle() RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    home record;
BEGIN
    SELECT h.at_home, h.upgraded, h.system_identifier INTO home FROM customer_workflow._home AS h;
    IF NOT FOUND THEN
        WITH settled AS (
            INSERT INTO customer_workflow.home (nonce, system_identifier, database, database_name)
            SELECT gen_random_uuid(), p.system_identifier, p.database, p.database_name FROM customer_workflow._place AS p
             -- An empty one may be copied by whoever makes databases of it.
             WHERE EXISTS (SELECT FROM customer_workflow.protected_table) OR EXISTS (SELECT FROM customer_workflow.event_consumer)
            ON CONFLICT DO NOTHING RETURNING nonce
        )
        INSERT INTO customer_workflow.seal (nonce, extension, schema)
        SELECT s.nonce, p.extension, p.schema FROM settled AS s CROSS JOIN customer_workflow._place AS p;
    ELSIF home.upgraded THEN
        UPDATE customer_workflow.home AS h SET system_identifier = p.system_identifier, database_name = p.database_name, adopted_at = now()
          FROM customer_workflow._place AS p WHERE h.system_identifier = home.system_identifier;
        IF FOUND THEN
            UPDATE customer_workflow.seal AS s SET extension = p.extension, schema = p.schema FROM customer_workflow._place AS p;
            INSERT INTO customer_workflow.history (kind, person, database_role, details)
            VALUES ('adopt_database', 'system', session_user, '{"reason": "pg_upgrade"}');
        END IF;
    END IF;
    RETURN home.at_home IS NOT FALSE;
END
$$;
COMMENT ON FUNCTION customer_workflow._settle() IS 'Notes where the data is at home, where nobody has yet or pg_upgrade has carried it; returns whether it is there';

CREATE FUNCTION customer_workflow._require_home(what text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    home record;
BEGIN
    IF customer_workflow._settle() THEN
        RETURN;
    END IF;
    SELECT h.database_name, h.database, h.system_identifier INTO home FROM customer_workflow.home AS h;
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
        MESSAGE = format('%s are paused: database "%s" is a restored copy', what, current_database()),
        DETAIL = format('What it holds belongs to database "%s" (OID %s) of the server with system identifier %s.',
                        home.database_name, home.database, home.system_identifier),
        HINT = 'If it is to take the place of that one, the database owner calls customer_workflow.adopt_database(comment).';
END
$$;
COMMENT ON FUNCTION customer_workflow._require_home(text) IS 'Error 55000 in a restored copy: nothing happens by itself there';

CREATE FUNCTION customer_workflow.adopt_database(comment text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    home record;
BEGIN
    PERFORM customer_workflow._require_owns_database();
    IF coalesce(btrim(adopt_database.comment), '') = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a comment is required to adopt a database',
            DETAIL = 'The comment is null or empty.', HINT = 'Say what this database takes the place of, and why.';
    ELSIF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION USING ERRCODE = 'active_sql_transaction', MESSAGE = 'adopt_database() must run in a READ COMMITTED transaction',
            DETAIL = format('This one is %s, and does not see what has happened since it began.', upper(current_setting('transaction_isolation'))),
            HINT = 'Call it in a transaction of its own.';
    END IF;
    IF customer_workflow._settle() THEN
        RAISE NOTICE USING MESSAGE = format('database "%s" is not a restored copy', current_database()), DETAIL = 'There is nothing to adopt.';
        RETURN;
    END IF;
    -- Whoever writes to it is waited for, so that all entries are there which this server did not number, or before now.
    LOCK TABLE customer_workflow.history IN SHARE ROW EXCLUSIVE MODE;
    PERFORM FROM customer_workflow.home AS h FOR UPDATE;
    SELECT h.database_name, h.database, h.system_identifier, h.at_home INTO home FROM customer_workflow._home AS h;
    IF home.at_home THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._keep_undelivered();
    UPDATE customer_workflow.home AS h
       SET nonce = gen_random_uuid(), system_identifier = p.system_identifier, database = p.database, database_name = p.database_name, adopted_at = now(),
           last_event = (SELECT coalesce(max(e.id), 0) FROM customer_workflow.history AS e), from_transaction = pg_snapshot_xmin(pg_current_snapshot())
      FROM customer_workflow._place AS p;
    DELETE FROM customer_workflow.seal;
    INSERT INTO customer_workflow.seal (nonce, extension, schema)
    SELECT h.nonce, p.extension, p.schema FROM customer_workflow.home AS h CROSS JOIN customer_workflow._place AS p;
    PERFORM customer_workflow._log('adopt_database', NULL, NULL, adopt_database.comment,
        jsonb_build_object('from', jsonb_build_object('database', home.database_name, 'oid', home.database, 'system_identifier', home.system_identifier::text)));
END
$$;
COMMENT ON FUNCTION customer_workflow.adopt_database(text)
    IS 'For the database owner: a restored copy takes the place of what it was copied from, and its deadlines and events go on';

GRANT EXECUTE ON FUNCTION customer_workflow._is_copy() TO PUBLIC;
REVOKE EXECUTE ON FUNCTION customer_workflow._settle(), customer_workflow._require_home(text) FROM PUBLIC;
