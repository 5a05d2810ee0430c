-- DROP EXTENSION takes proposals and history with it, and the triggers of protected tables with CASCADE.

CREATE FUNCTION customer_workflow._refuse_drop_extension(role oid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    waiting bigint;
    tables bigint;
    entries bigint;
BEGIN
    -- others PostgreSQL refuses, and they learn nothing from us
    IF NOT (SELECT pg_has_role(role, e.extowner, 'USAGE') FROM pg_extension AS e WHERE e.extname = 'customer_workflow') THEN
        RETURN;
    END IF;
    SELECT count(*), count(DISTINCT p.table_id) INTO waiting, tables FROM customer_workflow.proposal AS p
     WHERE p.status = ANY (customer_workflow._open_statuses());
    IF waiting > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'CW003',
            MESSAGE = 'open proposals would be lost with extension "customer_workflow"',
            DETAIL = format('Open proposals: %s, of tables: %s.', waiting, tables),
            HINT = 'Decide them first, or withdraw those of a table with customer_workflow.unprotect(relation, ''{*}'', cancel_open => true).';
    END IF;
    SELECT count(*) INTO entries FROM customer_workflow.history;
    IF entries > 0 THEN
        RAISE WARNING USING MESSAGE = 'proposals and their history are lost with extension "customer_workflow"',
            DETAIL = format('Entries of the history: %s.', entries),
            HINT = 'A dump of the database keeps them.';
    END IF;
END
$$;
COMMENT ON FUNCTION customer_workflow._refuse_drop_extension(oid) IS 'For who may drop the extension: CW003 while proposals are open; else a WARNING that the history goes';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._refuse_drop_extension(oid),
    customer_workflow._before_drop_extension()
    FROM PUBLIC;
CREATE EVENT TRIGGER customer_workflow_drop_extension ON ddl_command_start WHEN TAG IN ('DROP EXTENSION')
    EXECUTE FUNCTION customer_workflow._before_drop_extension();
COMMENT ON EVENT TRIGGER customer_workflow_drop_extension IS 'Refuses to drop the extension while proposals are open';
