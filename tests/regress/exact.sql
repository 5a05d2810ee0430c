-- Included by the tests of promise 3: values of many types are proposed, submitted and approved by three people whose
-- sessions have nothing in common, and compared by image with what was wished.
CREATE SCHEMA exact;
GRANT USAGE ON SCHEMA exact TO PUBLIC;
GRANT CREATE ON SCHEMA exact TO erp_owner;
CREATE TABLE exact.types (n int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, type text NOT NULL);
CREATE TABLE exact.seen (who text, proposal bigint, field text, original text, proposed text);
GRANT SELECT ON exact.types TO PUBLIC;
GRANT SELECT, INSERT ON exact.seen TO PUBLIC;

-- A protected table exact.t1, exact.t2 … for each type, whose rows hold these values; the wished values, in a plain table, are
-- those of the next row. So each value is once the original and once the proposed one; null is added to them.
CREATE PROCEDURE exact.try(type text, VARIADIC expressions text[])
LANGUAGE plpgsql AS $$
DECLARE
    number int;
    places int := cardinality(expressions) + 1;
    expression text;
    place int := 0;
BEGIN
    INSERT INTO exact.types (type) VALUES (type) RETURNING types.n INTO number;
    EXECUTE format('CREATE TABLE exact.t%s (id int PRIMARY KEY, value %s)', number, type);
    EXECUTE format('ALTER TABLE exact.t%s OWNER TO erp_owner', number);
    FOREACH expression IN ARRAY expressions || 'NULL'::text LOOP
        EXECUTE format('INSERT INTO exact.t%s VALUES (%s, %s)', number, place, expression);
        place := place + 1;
    END LOOP;
    EXECUTE format('CREATE TABLE exact.wished%s AS SELECT (id + %s) %% %s AS id, value FROM exact.t%s', number, places - 1, places, number);
    EXECUTE format('GRANT SELECT, UPDATE ON exact.t%s, exact.wished%s TO PUBLIC', number, number);
    PERFORM customer_workflow.protect(format('exact.t%s', number), '{value}', 'credit_managers');
    PERFORM customer_workflow.grant_duty(format('exact.t%s', number), 'steward', 'dave');
END
$$;

CREATE PROCEDURE exact.each(statement text)
LANGUAGE plpgsql AS $$
DECLARE
    number int;
BEGIN
    FOR number IN SELECT n FROM exact.types ORDER BY n LOOP
        EXECUTE replace(statement, '%', number::text);
    END LOOP;
END
$$;

-- What a person reads in the views.
CREATE PROCEDURE exact.look(who text)
LANGUAGE sql AS $$
    INSERT INTO exact.seen SELECT who, proposal, field, original_value, proposed_value FROM customer_workflow.proposed_changes
$$;

CREATE PROCEDURE exact.settings(who text)
LANGUAGE plpgsql AS $$
DECLARE
    setting record;
BEGIN
    FOR setting IN
        SELECT s.name, CASE who WHEN 'alice' THEN s.alice WHEN 'dave' THEN s.dave WHEN 'bob' THEN s.bob END AS value
          FROM (VALUES ('datestyle', 'SQL, DMY', 'Postgres, MDY', 'German, DMY'),
                       ('intervalstyle', 'sql_standard', 'postgres_verbose', 'iso_8601'),
                       ('timezone', 'America/St_Johns', 'UTC', 'Asia/Kathmandu'),
                       ('extra_float_digits', '0', '3', '-15'),
                       ('bytea_output', 'escape', 'hex', 'escape'),
                       ('client_encoding', 'LATIN1', 'UTF8', 'SQL_ASCII'),
                       ('search_path', 'pg_catalog', '', 'public, exact'),
                       ('xmloption', 'document', 'content', 'document'),
                       ('array_nulls', 'on', 'on', 'off'),
                       ('quote_all_identifiers', 'on', 'off', 'on'),
                       ('standard_conforming_strings', 'on', 'on', 'off'),
                       ('escape_string_warning', 'off', 'off', 'off'),
                       ('lc_monetary', 'de_DE.UTF-8', 'C', 'ja_JP.UTF-8')) AS s (name, alice, dave, bob)
    LOOP
        BEGIN
            PERFORM pg_catalog.set_config(setting.name, setting.value, false);
        EXCEPTION WHEN invalid_parameter_value THEN
            -- a locale that this machine does not have
            NULL;
        END;
    END LOOP;
END
$$;

-- One row a type: how many values arrived exactly, and which did not.
CREATE FUNCTION exact.compare() RETURNS TABLE (type text, "values" bigint, exact bigint, wrong text)
LANGUAGE plpgsql AS $$
DECLARE
    number int;
BEGIN
    FOR number, type IN SELECT t.n, t.type FROM exact.types AS t ORDER BY t.n LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %L::text, count(*), count(*) FILTER (WHERE t *= w),
                    string_agg(format(''%%s instead of %%s'', left(t.value::text, 40), left(w.value::text, 40)), ''; '' ORDER BY t.id) FILTER (WHERE NOT t *= w)
               FROM exact.t%s AS t JOIN exact.wished%s AS w USING (id)', type, number, number);
    END LOOP;
END
$$;

-- Alice proposes, Dave as a steward submits, Bob approves; what comes back is what could not be done, and what they read differently.
CREATE PROCEDURE exact.propose()
LANGUAGE plpgsql AS $$
BEGIN
    CALL exact.settings('alice');
    CALL exact.each('UPDATE exact.t% AS t SET value = w.value FROM exact.wished% AS w WHERE w.id = t.id');
    CALL exact.look('alice');
END
$$;
CREATE FUNCTION exact.submit() RETURNS TABLE (sqlstate text, message text)
LANGUAGE plpgsql AS $$
BEGIN
    CALL exact.settings('dave');
    CALL exact.look('dave');
    RETURN QUERY SELECT s.sqlstate, s.message
      FROM customer_workflow.submit_many((SELECT array_agg(id) FROM customer_workflow.proposals)) AS s WHERE s.outcome = 'failed';
END
$$;
CREATE FUNCTION exact.approve() RETURNS TABLE (sqlstate text, message text)
LANGUAGE plpgsql AS $$
BEGIN
    CALL exact.settings('bob');
    CALL exact.look('bob');
    RETURN QUERY SELECT a.sqlstate, a.message
      FROM customer_workflow.approve_many((SELECT array_agg(proposal) FROM customer_workflow.my_work_items)) AS a WHERE a.outcome = 'failed';
END
$$;
CREATE FUNCTION exact.read_differently() RETURNS TABLE (type text, texts text[])
LANGUAGE sql AS $$
    SELECT max(t.type), array_agg(DISTINCT ROW(s.original, s.proposed)::text)
      FROM exact.seen AS s
      LEFT JOIN customer_workflow.proposals AS p ON p.id = s.proposal
      LEFT JOIN exact.types AS t ON 't' || t.n = (SELECT relname FROM pg_class WHERE oid = p.relation)
     GROUP BY s.proposal, s.field HAVING count(DISTINCT ROW(s.original, s.proposed)) <> 1 OR count(*) <> 3
$$;
