-- Promise 3: types of extensions, which live in a schema that only the table's owner may use.
\set SHOW_CONTEXT never
\getenv folder PG_ABS_SRCDIR
\set exact :folder '/exact.sql'
\set ECHO none
\i :exact
\set ECHO all

CREATE SCHEMA types;
GRANT USAGE ON SCHEMA types TO erp_owner;
CREATE EXTENSION citext SCHEMA types;
CREATE EXTENSION hstore SCHEMA types;
CALL exact.try('types.citext', $$'aBc'$$, $$'abc'$$);
CALL exact.try('types.citext[]', $$'{aBc,NULL,"d e"}'$$);
CALL exact.try('types.hstore', $$'a=>1, "b c"=>NULL'$$, $$''$$, $$'"a\"b"=>"=>"'$$, $$'b=>1, a=>2'$$);

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
