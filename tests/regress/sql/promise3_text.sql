-- Promise 3: texts, bytes, documents and what is made of them are written exactly as they were proposed.
\set SHOW_CONTEXT never
\getenv folder PG_ABS_SRCDIR
\set exact :folder '/exact.sql'
\set ECHO none
\i :exact
\set ECHO all

CALL exact.try('text', $$''$$, $$' '$$, $$'NULL'$$, $$E'a\nb\tc\\d'$$, $$E'\u00e9\u20ac\U0001F600'$$, $$E'e\u0301'$$,
    $$'"quoted" {braces} (brackets)'$$, $$repeat('x', 3000)$$,
    $$(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) AS i)$$);
CALL exact.try('varchar(5)', $$'a'$$, $$'a  '$$, $$''$$);
CALL exact.try('char(5)', $$'a'$$, $$''$$, $$'abcde'$$);
CALL exact.try('"char"', $$'a'$$, $$''$$, $$'\'$$, $$'"'$$);
CALL exact.try('name', $$'a'$$, $$repeat('x', 63)$$, $$''$$);
CALL exact.try('bytea', $$''$$, $$'\x000102feff'$$, $$'\x5c'$$, $$decode(repeat('00ff', 3000), 'hex')$$);
CALL exact.try('json', $$'{"b": 1,   "a": [1,2 , 3], "b": 2}'$$, $$'{"a":1}'$$, $$' {"a":1}'$$, $$'null'$$, $$'"\u0000"'$$,
    $$'1.0'$$, $$'1e400'$$);
CALL exact.try('jsonb', $$'{"b": 1,   "a": [1,2 , 3], "b": 2}'$$, $$'null'$$, $$'1.0'$$, $$'1.00'$$, $$'"\u00e9"'$$, $$'[]'$$,
    $$'{}'$$, $$'{"a": {"b": [null, true, "x", 1e10]}}'$$, $$jsonb_set('{"a": {"b": [1.50, 2]}}', '{a,b,0}', '"longer"')$$,
    $$'{"b": 1.5}'::jsonb || '{"a": "x"}'$$);
CALL exact.try('jsonpath', $$'$.a[*] ? (@.b > 1)'$$, $$'lax $'$$, $$'strict $.x'$$);
CALL exact.try('tsvector', $$'a:1A b:2,3'$$, $$to_tsvector('english', 'The quick brown foxes')$$,
    $$setweight(to_tsvector('english', 'The quick brown foxes'), 'B') || 'x:3'::tsvector$$, $$strip('a:1 b:2'::tsvector)$$, $$''$$);
CALL exact.try('tsquery', $$'a & (b | !c)'$$, $$'a <-> b'$$, $$'a:*AB <3> b'$$, $$to_tsquery('english', 'foxes & !dogs')$$,
    $$phraseto_tsquery('english', 'the quick fox')$$);
CALL exact.try('uuid', $$'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'$$, $$'00000000-0000-0000-0000-000000000000'$$);

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
