-- Promise 3: dates and times are written exactly as they were proposed, whatever DateStyle, IntervalStyle and TimeZone say.
\set SHOW_CONTEXT never
\getenv folder PG_ABS_SRCDIR
\set exact :folder '/exact.sql'
\set ECHO none
\i :exact
\set ECHO all

CALL exact.try('date', $$'2026-02-03'$$, $$'0044-03-15 BC'$$, $$'infinity'$$, $$'-infinity'$$, $$'10000-01-01'$$,
    $$'5874897-12-31'$$, $$'4714-11-24 BC'$$);
CALL exact.try('time', $$'00:00'$$, $$'24:00:00'$$, $$'23:59:59.999999'$$);
CALL exact.try('time(0)', $$'23:59:59.4'$$, $$'01:02:03'$$);
CALL exact.try('timetz', $$'12:00+05:45'$$, $$'12:00:00.5-03:30:15'$$, $$'24:00:00-15:59'$$);
CALL exact.try('timestamp', $$'2026-02-03 04:05:06.000001'$$, $$'0044-03-15 BC'$$, $$'infinity'$$, $$'-infinity'$$,
    $$'10000-01-01'$$, $$'294276-12-31 23:59:59.999999'$$, $$'4713-01-01 BC'$$);
CALL exact.try('timestamp(2)', $$'2026-02-03 04:05:06.789'$$);
-- Two moments that St. John's, New York and the rest of the world call by the same hour; a time zone with seconds.
CALL exact.try('timestamptz', $$'2026-02-03 04:05:06.000001+00'$$, $$'2025-11-02 01:30:00-04'$$, $$'2025-11-02 01:30:00-05'$$,
    $$'2025-11-02 00:30:00-02:30'$$, $$'1880-01-01 00:00:00+00'$$, $$'0044-03-15 BC'$$, $$'infinity'$$, $$'-infinity'$$,
    $$'10000-01-01'$$, $$'294276-12-31 23:59:59.999999+00'$$);
CALL exact.try('interval', $$'1 mon -2 days'$$, $$'-1 mons +2 days -03:00:00'$$, $$'1 year -1 mon'$$, $$'-00:00:00.000001'$$,
    $$'0'$$, $$'178000000 years'$$, $$'-178000000 years'$$, $$'1 day -1 sec'$$, $$'30 days'$$, $$'1 mon'$$, $$'720:00'$$,
    'make_interval(secs => 2562047788)');
CALL exact.try('interval day to second(3)', $$'1 day 2.3456 sec'$$, $$'-1 day 2 sec'$$);
CALL exact.try('interval year to month', $$'-1-2'$$);

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
