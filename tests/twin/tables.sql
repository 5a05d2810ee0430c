-- The same tables in two schemas, guarded and twin; search_path says which. What triggers do depends on no protected column.
CREATE TABLE account (
    uid         integer NOT NULL, -- which row it is: no statement changes it
    id          integer NOT NULL,
    region      text NOT NULL,
    name        text,
    n           integer NOT NULL DEFAULT 0,
    credit      numeric(12,2),
    terms       text,
    born_credit numeric(12,2), -- with what it was inserted: no statement changes it
    born_terms  text,
    twice       integer GENERATED ALWAYS AS (n * 2) STORED,
    PRIMARY KEY (:key)
) :partition;
CREATE TABLE log (uid integer, id integer, region text, name text, n integer);

-- Assigns a protected column, as application code in a trigger might. Of a column that the statement sets too, the statement's wish counts.
CREATE FUNCTION assign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.name = 'assigned' THEN
        new.terms := 'by trigger';
        new.name := 'was assigned';
    END IF;
    new.n := new.n + 1;
    RETURN new;
END
$$;
CREATE TRIGGER assign BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION assign();

-- Swallows a row.
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.name = 'swallowed' THEN
        RETURN NULL;
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER swallow BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION swallow();

-- Statements inside of the statement, before and after its row.
CREATE FUNCTION nest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 3 AND new.name = 'nested ' || lower(TG_WHEN) THEN
        UPDATE account SET credit = new.n + 50, n = n + 10 WHERE uid = new.uid + 1;
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER nest_before BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION nest();
CREATE TRIGGER nest_after AFTER UPDATE ON account FOR EACH ROW EXECUTE FUNCTION nest();

CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log SELECT new.uid, new.id, new.region, new.name, new.n;
    RETURN NULL;
END
$$;
CREATE TRIGGER note AFTER UPDATE ON account FOR EACH ROW EXECUTE FUNCTION note();

CREATE VIEW plain_view AS SELECT * FROM account WHERE region <> 'none';
CREATE VIEW view_of_view AS SELECT uid, id, region, name, n, credit AS wished, terms FROM plain_view;
CREATE VIEW instead AS SELECT * FROM account;
CREATE FUNCTION instead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE account SET name = new.name, n = new.n, credit = new.credit, terms = new.terms WHERE uid = old.uid;
    RETURN new;
END
$$;
CREATE TRIGGER instead INSTEAD OF UPDATE ON instead FOR EACH ROW EXECUTE FUNCTION instead();

CREATE FUNCTION set_credit(which integer, wished numeric) RETURNS numeric LANGUAGE sql AS $$
    UPDATE account SET credit = wished, name = coalesce(name, '') || 'f' WHERE uid = which RETURNING n
$$;
CREATE FUNCTION definer(which integer, wished numeric) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    c CURSOR FOR SELECT uid FROM account WHERE uid = which FOR UPDATE;
    found_uid integer;
BEGIN
    OPEN c;
    FETCH c INTO found_uid;
    IF found_uid IS NULL THEN
        CLOSE c;
        RETURN 0;
    END IF;
    BEGIN
        UPDATE account SET credit = wished, n = n + 3 WHERE CURRENT OF c;
        IF wished IS NULL THEN
            RAISE EXCEPTION 'taken back';
        END IF;
    EXCEPTION WHEN raise_exception THEN
        CLOSE c;
        RETURN -1;
    END;
    CLOSE c;
    RETURN 1;
END
$$;
GRANT SELECT, INSERT, UPDATE, DELETE ON account, plain_view, view_of_view, instead TO alice;
GRANT INSERT, SELECT ON log TO alice;
