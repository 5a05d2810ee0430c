-- Design 5, Propose: values of propose() by type, each the same as the UPDATE beside it would carry.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TYPE address AS (street text, no int);
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN percent AS numeric(5,2) CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE things (
    a int, b text, PRIMARY KEY (b, a),
    num numeric, fixed numeric(8,3), small smallint, flag boolean, code char(4), short varchar(3), day date, stamp timestamptz, span interval,
    bin bytea, j json, jb jsonb, ints int[], texts text[], addr address, addrs address[], m mood, pct percent, rng int4range, uid uuid);
GRANT SELECT, UPDATE ON things TO alice, dave;
INSERT INTO things (a, b) VALUES (1, 'x'), (2, 'x');
SELECT customer_workflow.protect('things', (SELECT array_agg(attname) FROM pg_attribute WHERE attrelid = 'things'::regclass AND attnum > 2), 'credit_managers');
SET SESSION AUTHORIZATION alice;
SET timezone = 'Asia/Tokyo';
SET datestyle = 'German';

SELECT customer_workflow.propose('things', '{"a": 1, "b": "x"}', $${
    "num": 1.10, "fixed": 1.5, "small": 7, "flag": true, "code": "ab", "short": "abc", "day": "31.12.2026", "stamp": "2026-01-01 12:00", "span": "1 day 02:03",
    "bin": "\\x00ff", "j": {"a":  [1, null]}, "jb": {"b": {"c": "d"}}, "ints": [1, null, 3], "texts": ["a", "b,c", "NULL", null],
    "addr": {"street": "Elm St", "no": 5}, "addrs": [{"street": "Elm \"St\"", "no": 5}, null, {"no": 6}], "m": "bad", "pct": 12.5,
    "rng": "[1,5)", "uid": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"}$$);
UPDATE things SET num = 1.10, fixed = 1.5, small = 7, flag = true, code = 'ab', short = 'abc', day = '31.12.2026', stamp = '2026-01-01 12:00', span = '1 day 02:03',
    bin = '\x00ff', j = '{"a":  [1, null]}', jb = '{"b": {"c": "d"}}', ints = '{1,null,3}', texts = '{a,"b,c","NULL",NULL}',
    addr = '("Elm St",5)', addrs = ARRAY[('Elm "St"', 5)::address, NULL, (NULL, 6)::address], m = 'bad', pct = 12.5,
    rng = '[1,5)', uid = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' WHERE a = 2;
-- only the blanks in a json are those of the parameter's jsonb
SELECT p.field, p.proposed_value, CASE WHEN p.proposed_value IS DISTINCT FROM q.proposed_value THEN q.proposed_value ELSE 'same' END AS by_update
  FROM customer_workflow.proposed_changes AS p FULL JOIN customer_workflow.proposed_changes AS q USING (field)
 WHERE p.proposal = 1 AND q.proposal = 2 ORDER BY field;

-- values that the type refuses
SELECT value FROM error_of($$ SELECT customer_workflow.propose('things', '{"a": 1, "b": "x"}', '{"short": "abcd"}') $$);
SELECT value FROM error_of($$ SELECT customer_workflow.propose('things', '{"a": 1, "b": "x"}', '{"pct": 101}') $$);
SELECT value FROM error_of($$ SELECT customer_workflow.propose('things', '{"a": 1, "b": "x"}', '{"m": "so so"}') $$);
SELECT value FROM error_of($$ SELECT customer_workflow.propose('things', '{"a": 1, "b": "x"}', '{"small": 70000}') $$);
SELECT value FROM error_of($$ SELECT customer_workflow.propose('things', '{"a": 1, "b": "x"}', '{"ints": {"a": 1}}') $$);
SELECT value FROM error_of($$ SELECT customer_workflow.propose('things', '{"a": 1, "b": "x"}', '{"flag": "perhaps"}') $$);

-- JSON null is SQL NULL, for json and jsonb columns, too
SELECT customer_workflow.propose('things', '{"b": "x", "a": 1}', '{"j": null, "jb": null, "addr": null, "ints": null}');
SELECT count(*) FILTER (WHERE field IN ('j', 'jb', 'addr', 'ints')) AS left_over, count(*) FROM customer_workflow.proposed_changes WHERE proposal = 1;

-- approved, both rows are the same
SELECT customer_workflow.propose('things', '{"a": 1, "b": "x"}', '{"j": {"a":  [1, null]}, "jb": {"b": {"c": "d"}}, "ints": [1, null, 3], "addr": {"street": "Elm St", "no": 5}}');
SELECT customer_workflow.submit_many('{1,2}');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve_many('{1,2}');
SET SESSION AUTHORIZATION erp_owner;
SELECT j, jb, texts, addr, addrs FROM things WHERE a = 1;
SELECT count(DISTINCT (to_jsonb(t) - 'a')::text) AS different_rows FROM things AS t;
