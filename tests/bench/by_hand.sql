-- What a good DBA would write instead: the same facts in equivalent tables, by triggers in PL/pgSQL. Three ways, each on a
-- table of its own, and copies of our tables for the limit, which is PostgreSQL's own bulk INSERT.
CREATE SCHEMA copy;
CREATE TABLE copy.proposal (LIKE customer_workflow.proposal INCLUDING ALL);
CREATE TABLE copy.change (LIKE customer_workflow.change INCLUDING ALL);
CREATE TABLE copy.history (LIKE customer_workflow.history INCLUDING ALL);
-- these defaults call functions of ours, which are for nobody else
ALTER TABLE copy.history ALTER COLUMN transaction DROP DEFAULT, ALTER COLUMN identity DROP DEFAULT;

CREATE SCHEMA by_hand;
CREATE TABLE by_hand.proposal (LIKE customer_workflow.proposal INCLUDING ALL EXCLUDING INDEXES, PRIMARY KEY (id));
-- Whose tables all have a bigint for a key needs nothing more general.
ALTER TABLE by_hand.proposal DROP COLUMN record_key, DROP COLUMN record_hash, ADD COLUMN record bigint NOT NULL;
CREATE UNIQUE INDEX ON by_hand.proposal (record, table_id, author) WHERE collects;
CREATE TABLE by_hand.change (LIKE customer_workflow.change INCLUDING ALL);
CREATE TABLE by_hand.history (LIKE customer_workflow.history INCLUDING ALL);
CREATE UNLOGGED TABLE by_hand.staged (id bigint, field text, original text, proposed text);

CREATE TABLE row_trigger (LIKE plain INCLUDING ALL);
CREATE TABLE staging_trigger (LIKE plain INCLUDING ALL);
CREATE TABLE reverting_trigger (LIKE plain INCLUDING ALL);
INSERT INTO row_trigger SELECT * FROM plain ORDER BY id;
INSERT INTO staging_trigger SELECT * FROM plain ORDER BY id;
INSERT INTO reverting_trigger SELECT * FROM plain ORDER BY id;

-- The usual way: each row writes its proposal, its changes and its history, and keeps its old values.
CREATE FUNCTION by_hand.divert_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    person text := 'role:' || session_user;
    found_id bigint;
BEGIN
    INSERT INTO by_hand.proposal (table_id, record, author, parties, database_role)
    VALUES (1, OLD.id, person, ARRAY[person], session_user)
    ON CONFLICT (record, table_id, author) WHERE collects DO UPDATE SET comment = excluded.comment
    RETURNING id INTO found_id;
    IF NEW.credit_limit IS DISTINCT FROM OLD.credit_limit THEN
        INSERT INTO by_hand.change (proposal, field, original, proposed) VALUES (found_id, 'credit_limit', OLD.credit_limit, NEW.credit_limit)
        ON CONFLICT (proposal, field) DO UPDATE SET proposed = excluded.proposed, changed_at = excluded.changed_at;
        NEW.credit_limit := OLD.credit_limit;
    END IF;
    IF NEW.payment_terms IS DISTINCT FROM OLD.payment_terms THEN
        INSERT INTO by_hand.change (proposal, field, original, proposed) VALUES (found_id, 'payment_terms', OLD.payment_terms, NEW.payment_terms)
        ON CONFLICT (proposal, field) DO UPDATE SET proposed = excluded.proposed, changed_at = excluded.changed_at;
        NEW.payment_terms := OLD.payment_terms;
    END IF;
    IF NEW.bank_account IS DISTINCT FROM OLD.bank_account THEN
        INSERT INTO by_hand.change (proposal, field, original, proposed) VALUES (found_id, 'bank_account', OLD.bank_account, NEW.bank_account)
        ON CONFLICT (proposal, field) DO UPDATE SET proposed = excluded.proposed, changed_at = excluded.changed_at;
        NEW.bank_account := OLD.bank_account;
    END IF;
    IF NEW.tax_number IS DISTINCT FROM OLD.tax_number THEN
        INSERT INTO by_hand.change (proposal, field, original, proposed) VALUES (found_id, 'tax_number', OLD.tax_number, NEW.tax_number)
        ON CONFLICT (proposal, field) DO UPDATE SET proposed = excluded.proposed, changed_at = excluded.changed_at;
        NEW.tax_number := OLD.tax_number;
    END IF;
    INSERT INTO by_hand.history (table_id, proposal, kind, person, database_role)
    VALUES (1, found_id, 'proposed', person, session_user);
    RETURN NEW;
END
$$;
CREATE TRIGGER divert BEFORE UPDATE OF credit_limit, payment_terms, bank_account, tax_number ON row_trigger FOR EACH ROW
    WHEN ((OLD.credit_limit, OLD.payment_terms, OLD.bank_account, OLD.tax_number)
          IS DISTINCT FROM (NEW.credit_limit, NEW.payment_terms, NEW.bank_account, NEW.tax_number))
    EXECUTE FUNCTION by_hand.divert_row();

-- In bulk: each row only notes what was wished, the end of the statement makes the rest of it.
CREATE FUNCTION by_hand.note_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.credit_limit IS DISTINCT FROM OLD.credit_limit THEN
        INSERT INTO by_hand.staged VALUES (OLD.id, 'credit_limit', OLD.credit_limit, NEW.credit_limit);
        NEW.credit_limit := OLD.credit_limit;
    END IF;
    IF NEW.payment_terms IS DISTINCT FROM OLD.payment_terms THEN
        INSERT INTO by_hand.staged VALUES (OLD.id, 'payment_terms', OLD.payment_terms, NEW.payment_terms);
        NEW.payment_terms := OLD.payment_terms;
    END IF;
    IF NEW.bank_account IS DISTINCT FROM OLD.bank_account THEN
        INSERT INTO by_hand.staged VALUES (OLD.id, 'bank_account', OLD.bank_account, NEW.bank_account);
        NEW.bank_account := OLD.bank_account;
    END IF;
    IF NEW.tax_number IS DISTINCT FROM OLD.tax_number THEN
        INSERT INTO by_hand.staged VALUES (OLD.id, 'tax_number', OLD.tax_number, NEW.tax_number);
        NEW.tax_number := OLD.tax_number;
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION by_hand.propose_staged() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    WITH taken AS MATERIALIZED (
        DELETE FROM by_hand.staged RETURNING id, field, original, proposed
    ), proposals AS MATERIALIZED (
        INSERT INTO by_hand.proposal AS p (table_id, record, author, parties, database_role)
        SELECT 1, t.id, 'role:' || session_user, ARRAY['role:' || session_user], session_user
          FROM (SELECT DISTINCT id FROM taken) AS t
        ON CONFLICT (record, table_id, author) WHERE collects DO UPDATE SET comment = excluded.comment
        RETURNING p.id, p.record
    ), changes AS (
        INSERT INTO by_hand.change (proposal, field, original, proposed)
        SELECT p.id, t.field, t.original, t.proposed FROM taken AS t JOIN proposals AS p ON p.record = t.id
        ON CONFLICT (proposal, field) DO UPDATE SET proposed = excluded.proposed, changed_at = excluded.changed_at
    )
    INSERT INTO by_hand.history (table_id, proposal, kind, person, database_role)
    SELECT 1, p.id, 'proposed', 'role:' || session_user, session_user FROM proposals AS p;
    RETURN NULL;
END
$$;
CREATE TRIGGER divert BEFORE UPDATE OF credit_limit, payment_terms, bank_account, tax_number ON staging_trigger FOR EACH ROW
    WHEN ((OLD.credit_limit, OLD.payment_terms, OLD.bank_account, OLD.tax_number)
          IS DISTINCT FROM (NEW.credit_limit, NEW.payment_terms, NEW.bank_account, NEW.tax_number))
    EXECUTE FUNCTION by_hand.note_row();
CREATE TRIGGER propose AFTER UPDATE OF credit_limit, payment_terms, bank_account, tax_number ON staging_trigger FOR EACH STATEMENT
    EXECUTE FUNCTION by_hand.propose_staged();

-- Set-based with transition tables: the wished values are written, and written back at the end of the statement. Other
-- triggers, RETURNING and constraints see them, so that this keeps fewer promises; it is here to compare.
CREATE FUNCTION by_hand.revert() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF pg_trigger_depth() > 1 THEN
        RETURN NULL;
    END IF;
    WITH wished AS MATERIALIZED (
        SELECT o.id, f.field, f.original, f.proposed
          FROM old_rows AS o JOIN new_rows AS n ON n.id = o.id
         CROSS JOIN LATERAL (VALUES ('credit_limit', o.credit_limit::text, n.credit_limit::text), ('payment_terms', o.payment_terms, n.payment_terms),
                                    ('bank_account', o.bank_account, n.bank_account), ('tax_number', o.tax_number, n.tax_number))
               AS f (field, original, proposed)
         WHERE f.original IS DISTINCT FROM f.proposed
    ), proposals AS MATERIALIZED (
        INSERT INTO by_hand.proposal AS p (table_id, record, author, parties, database_role)
        SELECT 1, t.id, 'role:' || session_user, ARRAY['role:' || session_user], session_user
          FROM (SELECT DISTINCT id FROM wished) AS t
        ON CONFLICT (record, table_id, author) WHERE collects DO UPDATE SET comment = excluded.comment
        RETURNING p.id, p.record
    ), changes AS (
        INSERT INTO by_hand.change (proposal, field, original, proposed)
        SELECT p.id, t.field, t.original, t.proposed FROM wished AS t JOIN proposals AS p ON p.record = t.id
        ON CONFLICT (proposal, field) DO UPDATE SET proposed = excluded.proposed, changed_at = excluded.changed_at
    )
    INSERT INTO by_hand.history (table_id, proposal, kind, person, database_role)
    SELECT 1, p.id, 'proposed', 'role:' || session_user, session_user FROM proposals AS p;
    UPDATE public.reverting_trigger AS t
       SET credit_limit = o.credit_limit, payment_terms = o.payment_terms, bank_account = o.bank_account, tax_number = o.tax_number
      FROM old_rows AS o WHERE t.id = o.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER divert AFTER UPDATE ON reverting_trigger REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION by_hand.revert();

GRANT UPDATE, SELECT ON row_trigger, staging_trigger, reverting_trigger TO alice;

-- The rows for the limit are the ones that a diverted UPDATE makes.
CREATE SCHEMA source;
BEGIN;
SET SESSION AUTHORIZATION alice;
UPDATE guarded SET credit_limit = credit_limit + 1;
RESET SESSION AUTHORIZATION;
CREATE TABLE source.proposal AS SELECT * FROM customer_workflow.proposal ORDER BY id;
CREATE TABLE source.change AS SELECT * FROM customer_workflow.change ORDER BY proposal, field;
CREATE TABLE source.history AS SELECT * FROM customer_workflow.history WHERE proposal IS NOT NULL ORDER BY id;
SET LOCAL session_replication_role = replica;
TRUNCATE customer_workflow.proposal, customer_workflow.change, customer_workflow.history;
COMMIT;
GRANT USAGE ON SCHEMA copy, source TO alice;
GRANT SELECT ON ALL TABLES IN SCHEMA source TO alice;
GRANT INSERT, UPDATE, SELECT ON ALL TABLES IN SCHEMA copy TO alice;
VACUUM (FREEZE, ANALYZE);
