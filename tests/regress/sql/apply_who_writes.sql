-- Approved values are written as the table's owner, or as the role of option apply_as; never as the approver, a superuser or the extension's owner.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE trace (at text, who name, session name, role text, path text);
GRANT INSERT ON trace TO PUBLIC;
CREATE FUNCTION trace() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.trace VALUES (TG_WHEN || ' ' || TG_LEVEL, current_user, session_user, current_setting('role'), current_setting('search_path'));
    RETURN new;
END
$$;
CREATE TRIGGER trace_before BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION trace();
CREATE TRIGGER trace_after AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION trace();
CREATE TRIGGER trace_statement AFTER UPDATE ON customers FOR EACH STATEMENT EXECUTE FUNCTION trace();
CREATE CONSTRAINT TRIGGER trace_deferred AFTER UPDATE ON customers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trace();
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');

-- The author's UPDATE runs her triggers as ever. What submit tries out leaves no trace.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
RESET SESSION AUTHORIZATION;
SELECT at, who, session, role FROM trace;
TRUNCATE trace;

-- The approval, by somebody who may not even UPDATE the table, with a role and a path of his own
SET SESSION AUTHORIZATION carol;
SELECT * FROM error_of('UPDATE customers SET credit_limit = 0 WHERE id = 1') WHERE field IN ('sqlstate', 'message');
SET ROLE credit_managers;
SET search_path = pg_temp, public;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
-- Afterwards everything is as it was.
SELECT current_user, session_user, current_setting('role') AS role, current_setting('search_path') AS path;
RESET search_path;
RESET ROLE;
RESET SESSION AUTHORIZATION;
SELECT at, who, session, path FROM trace;
TRUNCATE trace;

-- apply_as: another role than the owner
CREATE ROLE apply_who_writes_robot;
GRANT SELECT, UPDATE ON customers TO apply_who_writes_robot;
SELECT customer_workflow.configure('customers', '{"apply_as": "apply_who_writes_robot"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
RESET SESSION AUTHORIZATION;
TRUNCATE trace;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
RESET SESSION AUTHORIZATION;
SELECT at, who, session FROM trace;

-- It loses what it needs, becomes a superuser, or is gone: nothing is written by anybody else in its place.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
SELECT max(id) AS p FROM customer_workflow.proposals \gset
RESET SESSION AUTHORIZATION;
REVOKE UPDATE ON customers FROM apply_who_writes_robot;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :p));
RESET SESSION AUTHORIZATION;
GRANT UPDATE ON customers TO apply_who_writes_robot;
ALTER ROLE apply_who_writes_robot SUPERUSER;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(%s)', :p)) WHERE field IN ('sqlstate', 'message');
RESET SESSION AUTHORIZATION;
DROP OWNED BY apply_who_writes_robot;
DROP ROLE apply_who_writes_robot;
SET SESSION AUTHORIZATION bob;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(%s)', :p)) WHERE field IN ('sqlstate', 'message');
RESET SESSION AUTHORIZATION;

-- A table that comes to belong to a superuser
SELECT customer_workflow.configure('customers', '{"apply_as": null}');
ALTER TABLE customers OWNER TO postgres;
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :p));
RESET SESSION AUTHORIZATION;
SELECT id, credit_limit FROM customers WHERE id = 1;
