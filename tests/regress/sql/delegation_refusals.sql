-- create_delegation(): what is refused, with SQLSTATE and message; nothing of it is stored.
\set SHOW_CONTEXT never
\set VERBOSITY default
SET timezone = 'UTC';
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
CREATE TABLE public.plain (id int PRIMARY KEY);

CREATE FUNCTION public.try(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.value, E'\n') FROM public.error_of('SELECT customer_workflow.create_delegation(' || statement || ')') AS e
$$;
\pset format unaligned
\pset tuples_only on
-- people
SELECT try($$'nobody_at_all', 'bob', now(), 'infinity'$$);
SELECT try($$'group:board', 'bob', now(), 'infinity'$$);
SELECT try($$NULL, 'bob', now(), 'infinity'$$);
SELECT try($$'bob', '', now(), 'infinity'$$);
SELECT try($$'bob', 'role:bob', now(), 'infinity'$$);
-- nobody acts as a role for its members, or as one that has to name people
SELECT try($$'bob', 'credit_managers', now(), 'infinity'$$);
SELECT try($$'credit_managers', 'bob', now(), 'infinity'$$);
SELECT customer_workflow.set_application_role('erp');
SELECT try($$'bob', 'erp', now(), 'infinity'$$);
-- time
SELECT try($$'bob', 'carol', NULL, 'infinity'$$);
SELECT try($$'bob', 'carol', '2026-02-01', '2026-01-01'$$);
SELECT try($$'bob', 'carol', '2026-01-01', '2026-02-01'$$);
-- scope
SELECT try($$'bob', 'carol', now(), 'infinity', NULL$$);
SELECT try($$'bob', 'carol', now(), 'infinity', '[]'$$);
SELECT try($$'bob', 'carol', now(), 'infinity', '{"table": "customers"}'$$);
SELECT try($$'bob', 'carol', now(), 'infinity', '{"relation": 1}'$$);
SELECT try($$'bob', 'carol', now(), 'infinity', '{"relation": "customers"}'$$);
SELECT try($$'bob', 'carol', now(), 'infinity', '{"relation": "public.plain"}'$$);
SELECT try($$'bob', 'carol', now(), 'infinity', '{"workflow": "no such"}'$$);
-- two rules of one scope at one time; one after the other they are fine
SELECT customer_workflow.create_delegation('bob', 'carol', '2090-01-01', '2091-01-01');
SELECT try($$'bob', 'dave', '2090-06-01', 'infinity'$$);
SELECT customer_workflow.create_delegation('bob', 'dave', '2091-01-01', '2092-01-01');
SELECT customer_workflow.create_delegation('bob', 'dave', '2090-06-01', 'infinity', '{"relation": "public.customers"}');
SELECT count(*) FROM customer_workflow.delegation;
