-- revert() and promise 3: what comes back is binary-identical to what was there, also where its text is not exact
SET client_min_messages = error;
CREATE TYPE pair AS (a double precision, b text);
CREATE DOMAIN positive AS numeric(10,3) CHECK (value > 0);
CREATE TYPE mood AS ENUM ('glad', 'so-so');
CREATE TABLE samples (id integer PRIMARY KEY, real4 real, real8 double precision, list double precision[], nulls integer[], both_ pair, amount numeric, money_ positive, span interval,
                      at timestamptz, doc json, docb jsonb, raw bytea, feeling mood, range_ numrange, code char(5), word text);
-- a NaN that was computed may have its sign bit set, and an array may remember that it had a null
INSERT INTO samples VALUES (1, 'Infinity'::real - 'Infinity'::real, 'Infinity'::float8 - 'Infinity'::float8, ARRAY['Infinity'::float8 - 'Infinity'::float8, 1.5],
    ('{1,NULL,3}'::int[])[1:1], ROW('Infinity'::float8 - 'Infinity'::float8, 'x')::pair, 1.50, 1.500, '-1 day +02:03', '2026-10-25 02:30:00+01',
    '{"a":  1, "a": 2}', '{"a": 1.0}', '\x00ff', 'so-so', '[1.0,2)', 'ab', E'O''Brien \\ "x"');
CREATE TABLE before AS TABLE samples;
-- The fields that are byte for byte what they were.
CREATE FUNCTION same() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    field name; equal boolean; result text[] := '{}';
BEGIN
    FOR field IN SELECT attname FROM pg_attribute WHERE attrelid = 'samples'::regclass AND attnum > 1 ORDER BY attnum LOOP
        EXECUTE format('SELECT ROW(s.%1$I)::record *= ROW(b.%1$I)::record FROM public.samples AS s, public.before AS b', field) INTO equal;
        result := result || CASE WHEN equal THEN field::text END;
    END LOOP;
    RETURN array_to_string(result, ', ');
END $$;
SELECT same();
ALTER TABLE samples OWNER TO erp_owner;
GRANT SELECT, UPDATE ON samples TO alice, dave;
SELECT customer_workflow.protect('samples', ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = 'samples'::regclass AND attnum > 1), 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE samples SET real4 = 'NaN', real8 = 'NaN', list = ARRAY['NaN', 1.5]::float8[], nulls = ARRAY[1], both_ = ROW('NaN', 'x'), amount = 1.5, money_ = 2, span = '1 day',
    at = NULL, doc = '{"a": 2}', docb = '{}', raw = '', feeling = 'glad', range_ = 'empty', code = 'xyz', word = NULL;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
RESET SESSION AUTHORIZATION;
SELECT same();
-- the images of the values that were overwritten were kept, where the text is not exact
SELECT field, original, proposed, image IS NOT NULL AS image, original_image IS NOT NULL AS original_image FROM customer_workflow.change
 WHERE image IS NOT NULL OR original_image IS NOT NULL ORDER BY field;
-- reverted by another, under other settings, and with a search_path in which names mean something else
CREATE SCHEMA revert_other;
GRANT USAGE ON SCHEMA revert_other TO PUBLIC;
CREATE TABLE revert_other.samples (id integer);
SET SESSION AUTHORIZATION dave;
SET DateStyle = 'German'; SET IntervalStyle = 'sql_standard'; SET bytea_output = 'escape'; SET extra_float_digits = -15; SET standard_conforming_strings = off;
SET search_path = revert_other, public;
SELECT customer_workflow.revert(1);
SELECT customer_workflow.submit(2);
RESET ALL;
SET client_min_messages = error;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
RESET SESSION AUTHORIZATION;
SELECT same();

-- an image is read as a value only where it is ours, and of the type that it was taken of
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow._original_value(1, 'real8', '\x00112233445566778899aabbccddeeff0011223344556677'::bytea, NULL::double precision) IS NULL AS not_ours;
SELECT customer_workflow._original_value(1, 'real8', (SELECT images[array_position(fields, 'real8')] FROM customer_workflow._revertible WHERE proposal = 1), NULL::text) IS NULL AS another_type;
SELECT * FROM error_of($$SELECT customer_workflow._image_value('\x00', NULL::text)$$);
