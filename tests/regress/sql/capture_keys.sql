-- Capture: one record has one key, whatever type it has and whatever settings the session has.
\set SHOW_CONTEXT never
SET customer_workflow.notices = off;
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TYPE kind AS ENUM ('buyer', 'seller');
CREATE DOMAIN code AS text CHECK (value <> '');

-- Keys of all kinds, in one table each; alice proposes twice, under settings that write the key in another way
CREATE FUNCTION crm.try(type text, value text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE crm.k (id %s PRIMARY KEY, v int); INSERT INTO crm.k VALUES (%L, 1); GRANT ALL ON crm.k TO alice', type, value);
    PERFORM customer_workflow.protect('crm.k', '{v}', 'credit_managers');
END
$$;
RESET SESSION AUTHORIZATION;
CREATE PROCEDURE crm.report(type text, value text) LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    SET LOCAL SESSION AUTHORIZATION erp_owner;
    PERFORM crm.try(type, value);
    SET LOCAL SESSION AUTHORIZATION alice;
    UPDATE crm.k SET v = 2;
    SET LOCAL timezone = 'Asia/Kolkata';
    SET LOCAL datestyle = 'German';
    SET LOCAL intervalstyle = 'iso_8601';
    SET LOCAL bytea_output = 'escape';
    SET LOCAL extra_float_digits = -10;
    SET LOCAL xmloption = 'document';
    SET LOCAL search_path = crm;
    UPDATE crm.k SET v = 3;
    SELECT record_key, count(*) AS n, min(proposed_value) AS v INTO r FROM customer_workflow.proposed_changes GROUP BY 1;
    -- what is shown names the record to propose() too
    PERFORM customer_workflow.propose('crm.k', r.record_key, '{"v": 4}');
    RAISE INFO '%: % (% change, %)', type, r.record_key, r.n, (SELECT string_agg(proposed_value, ', ') FROM customer_workflow.proposed_changes);
    ROLLBACK;
END
$$;
CALL crm.report('int', '-42');
CALL crm.report('numeric', '1.50');
CALL crm.report('numeric', 'NaN');
CALL crm.report('numeric', '123456789012345678901234567890.000000000001');
CALL crm.report('float8', '0.1');
CALL crm.report('float8', '1e300');
CALL crm.report('boolean', 't');
CALL crm.report('text', 'a "quoted" \ text, with é and tab	');
CALL crm.report('text', '');
CALL crm.report('char(5)', 'ab');
CALL crm.report('public.code', '42');
CALL crm.report('public.kind', 'seller');
CALL crm.report('uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11');
CALL crm.report('timestamptz', '2026-02-28 23:59:59.123456+02');
CALL crm.report('timestamptz', 'infinity');
CALL crm.report('timestamp', '2026-02-28 23:59:59');
CALL crm.report('date', '2026-02-28');
CALL crm.report('date', '0044-03-15 BC');
CALL crm.report('timetz', '23:59:59+05:30');
CALL crm.report('interval', '1 year 2 mons -3 days 04:05:06.7');
CALL crm.report('bytea', '\x00ff7f');
CALL crm.report('inet', '10.0.0.1/8');
CALL crm.report('int4range', '[1,5]');
CALL crm.report('tstzrange', '[2026-01-01 00:00+00,2026-02-01 00:00+00)');
CALL crm.report('text[]', '{a,"b c",NULL}');
CALL crm.report('timestamptz[]', '{2026-01-01 00:00+00}');
CALL crm.report('jsonb', '{"b": 1, "a": [1.0, null]}');
CALL crm.report('money', '1234.5');

-- A key of several columns, with names that need quotes
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE crm.prices (customer bigint, "Valid from" timestamptz, "q""uote" text, v int, PRIMARY KEY ("Valid from", "q""uote", customer));
INSERT INTO crm.prices VALUES (1, '2026-01-01 00:00+00', 'x', 1);
SELECT customer_workflow.protect('crm.prices', '{v}', 'credit_managers');
GRANT ALL ON crm.prices TO alice;
SET SESSION AUTHORIZATION alice;
UPDATE crm.prices SET v = 2;
SELECT record_key FROM customer_workflow.proposals;
SELECT customer_workflow.propose('crm.prices', '{"Valid from": "2026-01-01 05:30+05:30", "customer": 1, "q\"uote": "x"}', '{"v": 3}') = id AS same FROM customer_workflow.proposals;
-- Keys that name no record, or are no keys
SELECT * FROM error_of($$SELECT customer_workflow.propose('crm.prices', '{"Valid from": "2026-01-01 00:00+05:30", "customer": 1, "q\"uote": "x"}', '{"v": 3}')$$);
SELECT * FROM error_of($$SELECT customer_workflow.propose('crm.prices', '{"customer": 1}', '{"v": 3}')$$);
SELECT * FROM error_of($$SELECT customer_workflow.propose('customers', '{"id": 1}', '{"v": 3}')$$);
RESET SESSION AUTHORIZATION;

-- Keys that are too long for an index entry of ours
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE crm.long (id text COLLATE "C", v int);
INSERT INTO crm.long SELECT repeat(chr(64 + g), 5000), g FROM generate_series(1, 3) AS g;
ALTER TABLE crm.long ADD PRIMARY KEY (id);
SELECT customer_workflow.protect('crm.long', '{v}', 'credit_managers');
GRANT ALL ON crm.long TO alice;
SET SESSION AUTHORIZATION alice;
UPDATE crm.long SET v = v + 10;
UPDATE crm.long SET v = v + 20 WHERE id LIKE 'B%';
SELECT customer_workflow.propose('crm.long', jsonb_build_object('id', repeat('A', 5000)), '{"v": 30}') IS NOT NULL AS proposed;
SELECT length(record_key ->> 'id'), left(record_key ->> 'id', 3), original_value, proposed_value FROM customer_workflow.proposed_changes WHERE relation = 'crm.long'::regclass ORDER BY 2;
RESET SESSION AUTHORIZATION;
