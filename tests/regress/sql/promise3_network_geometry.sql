-- Promise 3: addresses and shapes are written exactly as they were proposed, whatever extra_float_digits says.
\set SHOW_CONTEXT never
\getenv folder PG_ABS_SRCDIR
\set exact :folder '/exact.sql'
\set ECHO none
\i :exact
\set ECHO all

CALL exact.try('inet', $$'10.0.0.1'$$, $$'10.0.0.1/8'$$, $$'::1'$$, $$'::ffff:1.2.3.4/128'$$);
CALL exact.try('cidr', $$'10.0.0.0/8'$$, $$'10.0.0.0/32'$$, $$'::/0'$$);
CALL exact.try('macaddr', $$'08:00:2b:01:02:03'$$, $$'00:00:00:00:00:00'$$);
CALL exact.try('macaddr8', $$'08:00:2b:01:02:03:04:05'$$);
CALL exact.try('point', $$'(0.1,-0)'$$, $$'(NaN,Infinity)'$$, 'point(0.1::float8 + 0.2::float8, 5e-324)');
CALL exact.try('line', $$'{1,-1,0}'$$, $$'[(0,0),(1,3)]'$$);
CALL exact.try('lseg', $$'[(0,0),(0.1,-0)]'$$);
CALL exact.try('box', $$'(1,2),(0.1,0)'$$, 'box(point(0,0), point(1,1))');
CALL exact.try('path', $$'((0,0),(1,1),(2,0))'$$, $$'[(0,0),(1,1),(2,0)]'$$, $$pclose('[(0,0),(1,1),(2,0)]')$$, $$'((1,1))'$$);
CALL exact.try('polygon', $$'((0,0),(1,1),(2,0))'$$, $$polygon(12, circle '<(0,0),1>')$$);
CALL exact.try('circle', $$'<(0,0),0.1>'$$, 'circle(point(0.1,0), 1)');

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
