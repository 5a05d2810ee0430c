-- Promise 3: XML is written exactly as it was proposed, its declaration included, be xmloption document or content.
\set SHOW_CONTEXT never
\getenv folder PG_ABS_SRCDIR
\set exact :folder '/exact.sql'
\set ECHO none
\i :exact
\set ECHO all

CALL exact.try('xml', $$'<a/>'$$, $$'<a  b="1"/>'$$, $$'<?xml version="1.0"?><a/>'$$,
    $$'<?xml version="1.0" encoding="UTF-8"?><a/>'$$, $$'<?xml version="1.0" encoding="LATIN1" standalone="yes"?><a/>'$$,
    $$'<!DOCTYPE a><a/>'$$, $$E'<?xml version="1.0"?>\n<a/>'$$);
SET xmloption = content;
CALL exact.try('xml', $$'a<b/>'$$, $$''$$);
CALL exact.try('xml[]', $$ARRAY['<?xml version="1.0" encoding="UTF-8"?><a/>'::xml, 'b', NULL]$$);
RESET xmloption;

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
