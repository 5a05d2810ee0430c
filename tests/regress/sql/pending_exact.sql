-- Promise 3 in with_pending(): proposed values come back as they would be stored, for every type and whatever the settings; no CHECK of a domain runs for the reader.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET client_min_messages = warning;
SET SESSION AUTHORIZATION erp_owner;
CREATE FUNCTION crm.tell(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'CHECK as %', current_user; RETURN true; END $$;
CREATE DOMAIN word AS text CHECK (crm.tell(VALUE));
CREATE TYPE pair AS (a word, b int);
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE items (code word, part int, PRIMARY KEY (code, part), n numeric(12,2), f float8, t timestamptz, iv interval(2), c char(5), v varchar(10), b bytea, j json, jb jsonb,
    a int[], r int4range, m mood, w word, p pair, s smallint, x bit(4), bo boolean, total numeric GENERATED ALWAYS AS (n * 2) STORED);
INSERT INTO items (code, part) VALUES ('A', 1), ('B', 1);
GRANT SELECT, UPDATE ON items TO alice;
GRANT SELECT ON items TO carol;
SELECT customer_workflow.protect('items', '{n, f, t, iv, c, v, b, j, jb, a, r, m, w, p, s, x, bo}', 'credit_managers');
SELECT customer_workflow.create_pending_view('items', 'items_pending');
GRANT SELECT ON items_pending TO carol;
SET SESSION AUTHORIZATION alice;
UPDATE items SET n = 1.50, f = -'NaN'::float8, t = '2026-03-29 02:30:00.123456+00', iv = '1 mon 2 days 03:04:05.67', c = 'ab', v = 'x  ', b = '\x00ff', j = '{"b":1, "a": 2}', jb = '{"b":1}',
    a = '[0:1]={1,NULL}', r = '[1,5)', m = 'happy', w = 'Größe', p = ROW('q', NULL), s = -5, x = B'0101', bo = false WHERE code = 'A';
SELECT customer_workflow.submit(1);
-- of these the text is not exact
RESET SESSION AUTHORIZATION;
SELECT field FROM customer_workflow.change WHERE image IS NOT NULL ORDER BY field;

SET SESSION AUTHORIZATION carol;
SET DateStyle = 'SQL, DMY';
SET TimeZone = 'Asia/Tokyo';
SET IntervalStyle = sql_standard;
SET extra_float_digits = -10;
-- The CHECK inside a composite runs as the owner who wrote it, that of a domain does not run.
SET client_min_messages = notice;
CREATE TEMP TABLE would_be AS SELECT * FROM customer_workflow.with_pending(NULL::items);
CREATE TEMP TABLE in_view AS SELECT * FROM items_pending;
SET client_min_messages = warning;
RESET DateStyle;
RESET TimeZone;
RESET IntervalStyle;
RESET extra_float_digits;
SELECT n, f, t AT TIME ZONE 'UTC' AS t, iv, c || '|' AS c, v || '|' AS v, b, j, jb, a, r, m, w, p, s, x, bo FROM would_be WHERE code = 'A';
SELECT customer_workflow.approve(1);
-- bit by bit what is stored in the end; a generated column keeps its stored value until then
SELECT i.code, ROW(i.n, i.f, i.t, i.iv, i.c, i.v, i.b, i.j, i.jb, i.a, i.r, i.m, i.w, i.p, i.s, i.x, i.bo)::record *= ROW(w.n, w.f, w.t, w.iv, w.c, w.v, w.b, w.j, w.jb, w.a, w.r, w.m, w.w, w.p, w.s, w.x, w.bo)::record AS by_function,
       ROW(i.n, i.f, i.t, i.iv, i.c, i.v, i.b, i.j, i.jb, i.a, i.r, i.m, i.w, i.p, i.s, i.x, i.bo)::record *= ROW(v.n, v.f, v.t, v.iv, v.c, v.v, v.b, v.j, v.jb, v.a, v.r, v.m, v.w, v.p, v.s, v.x, v.bo)::record AS by_view,
       i.total, w.total AS total_before
  FROM items AS i JOIN would_be AS w USING (code, part) JOIN in_view AS v USING (code, part) ORDER BY i.code;

-- An image is only taken for the column that it is of, and by whoever may see it.
SET SESSION AUTHORIZATION alice;
UPDATE items SET f = -'NaN'::float8, p = ROW('z', 1) WHERE code = 'B';
SELECT customer_workflow._proposed_exactly(NULL::float8, 2, 'f');
SELECT value FROM error_of('SELECT customer_workflow._proposed_exactly(NULL::text, 2, ''f'')') WHERE field IN ('sqlstate', 'message');
SELECT value FROM error_of('SELECT customer_workflow._proposed_exactly(NULL::float8, 2, ''n'')') WHERE field = 'sqlstate';
SELECT value FROM error_of('SELECT customer_workflow._exactly(NULL, ''\x00'', NULL::text, 10)') WHERE field = 'sqlstate';
SET SESSION AUTHORIZATION dave;
SELECT value FROM error_of('SELECT customer_workflow._proposed_exactly(NULL::float8, 2, ''f'')') WHERE field = 'sqlstate';
SELECT count(*) FROM customer_workflow._pending_value;
