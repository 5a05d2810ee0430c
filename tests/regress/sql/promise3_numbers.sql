-- Promise 3: numbers are written exactly as they were proposed: scale, sign of zero, NaN, infinity, denormals.
\set SHOW_CONTEXT never
\getenv folder PG_ABS_SRCDIR
\set exact :folder '/exact.sql'
\set ECHO none
\i :exact
\set ECHO all

-- Each call makes a table of that type whose rows hold these values; wished is the value of the next row.
CALL exact.try('int2', '-32768', '0', '32767');
CALL exact.try('int4', '-2147483648', '0', '2147483647');
CALL exact.try('int8', '-9223372036854775808', '0', '9223372036854775807');
CALL exact.try('numeric', '1.5', '1.50', '1.500', '0', '0.00', '-1.5', $$'NaN'$$, $$'Infinity'$$, $$'-Infinity'$$, '1e-1000',
    '10::numeric ^ 1000', '1::numeric / 3');
CALL exact.try('numeric(12,2)', '1.5', '-0.01', '9999999999.99', $$'NaN'$$);
CALL exact.try('numeric(3,-3)', '123456', '-999499', '0');
CALL exact.try('float4', '0', $$'-0'$$, $$'NaN'$$, $$'Infinity'$$, $$'-Infinity'$$, '0.1', '1e-45', '3.4028235e38', '16777217',
    '1.17549435e-38');
CALL exact.try('float8', '0', $$'-0'$$, $$'NaN'$$, $$'Infinity'$$, $$'-Infinity'$$, '0.1', '0.1::float8 + 0.2::float8', '5e-324',
    '1.7976931348623157e308', '2.2250738585072014e-308', '123456789012345678');
CALL exact.try('money', $$'-92233720368547758.08'$$, $$'0'$$, '12.345::numeric::money');
CALL exact.try('bit(3)', $$B'101'$$, $$B'000'$$);
CALL exact.try('bit varying', $$B''$$, $$B'1'$$, $$B'10'$$, $$B'000000001'$$);
CALL exact.try('boolean', 'true', 'false');

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
