-- Design 5, set_calendar: working times by name, for time limits; of the database owner, readable by everybody.
\set SHOW_CONTEXT never
SELECT customer_workflow.set_calendar('office', '{"time_zone": "Europe/Berlin", "week": {"monday": [["08:00", "12:00"], ["13:00", "17:00"]], "friday": [["08:00", "24:00"]]},
    "holidays": ["2026-12-25", "01-01"]}');
SELECT customer_workflow.set_calendar('default', '{"time_zone": "UTC", "week": {"sunday": [["00:00", "24:00"]]}}');
SELECT customer_workflow.set_calendar('default', '{"time_zone": "UTC", "week": {"sunday": [["00:00", "12:00"]]}}');
SELECT * FROM customer_workflow.calendars;

-- Mistakes are told at their places, and change nothing.
\pset format unaligned
SELECT e.* FROM unnest(ARRAY['null', '{}', '{"time_zone": "Europe/Nowhere", "week": {"moonday": [], "monday": [["8:00", "12:00"]], "friday": [["12:00", "08:00"]]}, "holidays": ["2026-02-30", 5], "color": 1}',
    '{"time_zone": "UTC", "week": {}}']) AS d, error_of(format('SELECT customer_workflow.set_calendar(''default'', %L)', d)) AS e WHERE e.field <> 'hint';
SELECT * FROM error_of($$ SELECT customer_workflow.set_calendar('', '{}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.set_calendar('none', NULL) $$);
SELECT definition -> 'week' AS week FROM customer_workflow.calendars WHERE name = 'default';

-- One that an active version names stays; null removes one.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.create_workflow('credit', 'customers', '{"elements": [{"approval": {"name": "A", "steps": [
    {"name": "a", "assign_to": {"role": "credit_managers"}, "time_limit": {"working_days": 1, "calendar": "office"}, "end_action": "reject"}]}}]}');
SELECT customer_workflow.activate_workflow('credit', 1);
RESET SESSION AUTHORIZATION;
SELECT * FROM error_of($$ SELECT customer_workflow.set_calendar('office', NULL) $$);
SELECT customer_workflow.deactivate_workflow('credit');
SELECT customer_workflow.set_calendar('office', NULL);
SELECT customer_workflow.set_calendar('default', NULL);

-- Who may: the owner of the database
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM error_of($$ SELECT customer_workflow.set_calendar('office', NULL) $$);
SELECT * FROM customer_workflow.calendars;
RESET SESSION AUTHORIZATION;
SELECT kind, person, details -> 'calendar' AS calendar, details -> 'definition' -> 'new' -> 'week' AS week FROM customer_workflow.history WHERE kind = 'set_calendar' ORDER BY id;
