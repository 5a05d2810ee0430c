-- Time limits: minutes, hours, days, weeks, months, working days and working hours, in the calendar that counts
SET timezone = 'UTC';
SET datestyle = 'ISO';
INSERT INTO customer_workflow.calendar VALUES
    ('berlin', '{"time_zone": "Europe/Berlin", "week": {"monday": [["08:00", "12:00"], ["13:00", "17:00"]], "tuesday": [["08:00", "17:00"]],
                "wednesday": [["08:00", "17:00"]], "thursday": [["08:00", "17:00"]], "friday": [["08:00", "14:00"]]},
                "holidays": ["12-25", "12-26", "2026-04-03"]}'),
    ('tokyo', '{"time_zone": "Asia/Tokyo", "week": {"saturday": [["09:00", "10:00"]]}}');
CREATE FUNCTION due(span jsonb, from_time timestamptz, calendar text DEFAULT 'berlin') RETURNS timestamptz
LANGUAGE sql AS 'SELECT customer_workflow._due(span, customer_workflow._calendar(calendar), from_time)';

-- a Friday at 13:30 in Berlin
SELECT span, due(span::jsonb, '2026-03-27 12:30+00') AT TIME ZONE 'Europe/Berlin' AS in_berlin
  FROM unnest(ARRAY['{"minutes": 90}', '{"hours": 48}', '{"days": 2}', '{"weeks": 1}', '{"months": 11}', '{"working_hours": 1}', '{"working_hours": 5}',
                    '{"working_days": 1}', '{"working_days": 5}']) AS span;

-- the clocks change on the 29th of March: two days are 47 hours
SELECT due('{"days": 2}', '2026-03-27 12:30+00') - '2026-03-27 12:30+00' AS two_days, due('{"hours": 48}', '2026-03-27 12:30+00') - '2026-03-27 12:30+00' AS hours;

-- holidays, those of every year too
SELECT due('{"working_days": 1}', '2026-04-02 08:00+00') AS after_good_friday, due('{"working_days": 1}', '2030-12-24 08:00+00') AS after_christmas;

-- a month has an end
SELECT due('{"months": 1}', '2026-01-31 12:00+00') AS february;

-- the calendar of the span comes before that of the workflow, that before the one called default
BEGIN;
SELECT customer_workflow._due_at('{"calendar": "berlin"}', '{"working_days": 3, "calendar": "tokyo"}') = due('{"working_days": 3}', now(), 'tokyo') AS own,
       customer_workflow._due_at('{"calendar": "berlin"}', '{"working_days": 3}') = due('{"working_days": 3}', now(), 'berlin') AS of_the_workflow;
INSERT INTO customer_workflow.calendar SELECT 'default', definition FROM customer_workflow.calendar WHERE name = 'tokyo';
SELECT customer_workflow._due_at('{}', '{"working_days": 3}') = due('{"working_days": 3}', now(), 'tokyo') AS default_calendar;
ROLLBACK;

-- without it: Monday to Friday, 9 to 17, in the time zone of the database, not of the session
SELECT format('ALTER DATABASE %I SET timezone = %L', current_database(), 'America/New_York') AS set_zone \gexec
SELECT customer_workflow._time_zone() AS zone_of_the_database, current_setting('timezone') AS of_the_session;
SELECT due('{"working_hours": 1}', '2026-06-05 20:30+00', NULL) AS friday_half_past_four_in_new_york;
-- PostgreSQL's own names of time zones count as UTC
SELECT customer_workflow._due('{"working_hours": 1}', '"EST5EDT,M3.2.0,M11.1.0"', '2026-06-05 16:30+00') AS next_monday;
SELECT format('ALTER DATABASE %I RESET timezone', current_database()) AS reset_zone \gexec
SELECT customer_workflow._time_zone() AS zone_of_the_server;

-- a calendar that is gone
SELECT * FROM error_of($$SELECT customer_workflow._due_at('{"calendar": "mars"}', '{"hours": 1}')$$);
-- beyond what can be told
SELECT * FROM error_of($$SELECT due('{"months": 4000000000}', '2026-01-01 00:00+00')$$);
SELECT * FROM error_of($$SELECT due('{"hours": 1}', 'infinity')$$);
SELECT * FROM error_of($$SELECT due('{"years": 1}', '2026-01-01 00:00+00')$$);
SELECT * FROM error_of($$SELECT customer_workflow._due('{"hours": 1}', '{"time_zone": "Europe/Atlantis", "week": {"monday": [["08:00", "12:00"]]}}', now())$$);
