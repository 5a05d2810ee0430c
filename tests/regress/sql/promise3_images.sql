-- Promise 3: values of which the text is the same are still different values; the one that was wished is written, byte for byte.
\set SHOW_CONTEXT never
\getenv folder PG_ABS_SRCDIR
\set exact :folder '/exact.sql'
\set ECHO none
\i :exact
\set ECHO all

-- A NaN that was computed may have its sign bit set.
CALL exact.try('float8', $$'Infinity'::float8 - 'Infinity'::float8$$, $$'NaN'$$, '0');
CALL exact.try('float4', $$'Infinity'::float4 - 'Infinity'::float4$$, '0');
-- A part of an array without nulls remembers that the whole had one.
CALL exact.try('int[]', $$('{1,NULL,3}'::int[])[1:1]$$, $$'{1}'$$);
-- Operators lay a query out in another order than its text does.
CALL exact.try('tsquery', $$'a'::tsquery && 'bc'$$, $$'a & bc'$$);
-- A row of a table may hold a compressed text.
CREATE TABLE notes (id int, note text);
INSERT INTO notes VALUES (1, repeat('long ', 1000));
CALL exact.try('notes', '(SELECT n FROM notes AS n)', 'ROW(1, repeat($$long $$, 1000))::notes');
-- A row that is older than a column of its type
CREATE TYPE grows AS (a int);
CREATE TABLE grown (g grows);
INSERT INTO grown VALUES (ROW(1));
ALTER TYPE grows ADD ATTRIBUTE b int;
CALL exact.try('grows', '(SELECT g FROM grown)', 'ROW(1, NULL)::grows');

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
