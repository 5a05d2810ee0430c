-- Promise 3: arrays, composites, enums, domains, ranges and multiranges are written exactly as they were proposed.
\set SHOW_CONTEXT never
\getenv folder PG_ABS_SRCDIR
\set exact :folder '/exact.sql'
\set ECHO none
\i :exact
\set ECHO all

CREATE TYPE colour AS ENUM ('red', 'dark blue', '', 'NULL', 'a,b"c');
CREATE TYPE pair AS (a int, b text);
CREATE TYPE nested AS (p pair, c colour, x numeric(10,2), t timestamptz[]);
CREATE DOMAIN positive AS numeric(12,3) CHECK (VALUE > 0);
CREATE DOMAIN code AS varchar(5) CHECK (VALUE ~ '^[A-Z ]*$');
CREATE DOMAIN ints AS int[] CHECK (cardinality(VALUE) < 5);
CREATE DOMAIN first_positive AS pair CHECK ((VALUE).a > 0);
CREATE TYPE textrange AS RANGE (subtype = text, collation = "C");
CREATE TYPE floatrange AS RANGE (subtype = float8, subtype_diff = float8mi);
CALL exact.try('int[]', $$'{}'$$, $$'{1,NULL,3}'$$, $$'[2:3]={1,2}'$$, $$'{{1,2},{3,4}}'$$, $$'{NULL}'$$,
    $$'[-1:0][5:5]={{1},{2}}'$$, $$array_fill(7, '{2,2}', '{0,0}')$$);
CALL exact.try('int[]', 'ARRAY[1,2] || 3', '(SELECT array_agg(i) FROM generate_series(1, 3) AS i)');
CALL exact.try('text[]', $$'{a,"b c","d\"e","{f}",NULL,"NULL","",",","\\\\"}'$$, $$ARRAY[E'\n', ' ', repeat('y', 3000)]$$);
CALL exact.try('varchar(3)[]', $$'{abc,a}'$$);
CALL exact.try('numeric(6,2)[]', $$'{1.5,2}'$$);
CALL exact.try('timestamptz[]', $$'{2026-02-03 04:05:06+00,infinity}'$$);
CALL exact.try('float8[]', $$'{0.1,-0,NaN}'$$);
CALL exact.try('bytea[]', $$'{"\\x00ff","\\x"}'$$);
CALL exact.try('money[]', $$'{1.23}'$$);
CALL exact.try('bit(2)[]', $$'{01,10}'$$);
CALL exact.try('colour', $$'red'$$, $$'dark blue'$$, $$''$$, $$'NULL'$$, $$'a,b"c'$$);
CALL exact.try('colour[]', $$'{red,"dark blue","",NULL,"NULL","a,b\"c"}'$$);
CALL exact.try('pair', $$'(1,a)'$$, $$'(,)'$$, $$ROW(1, 'a,"b)')::pair$$, $$ROW(NULL, '')::pair$$);
CALL exact.try('pair[]', $$ARRAY[ROW(1, 'a,"b)')::pair, NULL, ROW(NULL, '')::pair]$$);
CALL exact.try('nested', $$ROW(ROW(1, 'x'), 'a,b"c', 1.5, ARRAY['2026-02-03 04:05:06+00'::timestamptz])::nested$$,
    'ROW(NULL, NULL, NULL, NULL)::nested', $$ROW(ROW(NULL, NULL), 'red', 1.005, '{}')::nested$$);
CALL exact.try('positive', '1.5', '0.001');
CALL exact.try('positive[]', $$'{1.5,2}'$$);
CALL exact.try('code', $$'ABC'$$, $$'A  '$$);
CALL exact.try('ints', $$'{1,NULL}'$$);
CALL exact.try('first_positive', $$ROW(1, 'x')::pair$$);
CALL exact.try('int4range', $$'[1,5)'$$, $$'empty'$$, $$'(,)'$$, $$'[3,]'$$);
CALL exact.try('int8range', $$'(1,5]'$$);
CALL exact.try('numrange', $$'[1.5,1.50]'$$, $$'(1.50,2.500)'$$, $$'(,1)'$$);
CALL exact.try('daterange', $$'[2026-01-01,infinity)'$$, $$'[2026-01-01,2026-02-01]'$$);
CALL exact.try('tsrange', $$'[2026-01-01 1:2:3.4,)'$$);
CALL exact.try('tstzrange', $$'[2026-01-01 1:2:3.4+00,2026-06-01 12:00+00]'$$);
CALL exact.try('textrange', $$'[a,b]'$$, $$'["a ,",)'$$, $$'["","\""]'$$);
CALL exact.try('floatrange', $$'[0.1,0.30000000000000004)'$$);
CALL exact.try('int4multirange', $$'{[1,3),[5,8)}'$$, $$'{}'$$, $$'{(,1),[4,)}'$$);
CALL exact.try('nummultirange', $$'{[1.5,1.50],(3,4.00)}'$$);
CALL exact.try('tstzmultirange', $$'{[2026-01-01 1:2:3.4+00,2026-06-01 12:00+00]}'$$);
CALL exact.try('datemultirange', $$'{[2026-01-01,2026-02-01]}'$$);

-- Three people whose sessions have nothing in common
SET SESSION AUTHORIZATION alice;
SET client_min_messages = warning;
CALL exact.propose();
SET SESSION AUTHORIZATION dave;
SELECT * FROM exact.submit();
SET SESSION AUTHORIZATION bob;
SELECT * FROM exact.approve();

-- Every value arrived exactly, and everybody read the same
RESET SESSION AUTHORIZATION;
RESET ALL;
SELECT * FROM exact.compare();
SELECT * FROM exact.read_differently();
