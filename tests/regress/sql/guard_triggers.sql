-- Promise 1 (no way around): DDL that would take the triggers of a protected table away is refused, however it comes; what superusers do is on record.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner, dave;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}', 'credit_managers');
GRANT TRIGGER ON customers TO dave;
CREATE FUNCTION public.raise_limit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.credit_limit := 1000000; RETURN new; END $$;
CREATE VIEW public.ddl_history AS
SELECT person, comment, details FROM customer_workflow.workflow_history WHERE kind = 'protection_altered' ORDER BY at;

-- The owner disables, drops or renames none of them
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM error_of('ALTER TABLE customers DISABLE TRIGGER "!customer_workflow_first"');
SELECT s AS statement, e.value AS error
  FROM unnest(ARRAY[
    'ALTER TABLE customers DISABLE TRIGGER "~~~customer_workflow_last"',
    'ALTER TABLE customers DISABLE TRIGGER USER',
    'ALTER TABLE customers ADD COLUMN more int, DISABLE TRIGGER USER, ALTER COLUMN city SET DEFAULT ''x''',
    'ALTER TABLE customers ENABLE REPLICA TRIGGER "!customer_workflow_first"',
    'ALTER TABLE customers ENABLE ALWAYS TRIGGER "~~~customer_workflow_last"',
    'DROP TRIGGER "!customer_workflow_first" ON customers',
    'DROP TRIGGER "~~~customer_workflow_truncate" ON customers',
    'ALTER TRIGGER "!customer_workflow_first" ON customers RENAME TO "first"',
    'ALTER TRIGGER "~~~customer_workflow_last" ON customers RENAME TO "a"',
    'CREATE OR REPLACE TRIGGER "!customer_workflow_first" BEFORE UPDATE OF bank_account ON customers FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_first()',
    'CREATE OR REPLACE TRIGGER "!customer_workflow_first" BEFORE UPDATE OF credit_limit, bank_account ON customers FOR EACH ROW WHEN (false) EXECUTE FUNCTION customer_workflow.capture_first()',
    'CREATE OR REPLACE TRIGGER "~~~customer_workflow_last" BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION raise_limit()',
    'CREATE OR REPLACE TRIGGER "~~~customer_workflow_last" AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_last()',
    'CREATE TRIGGER mine BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_scope()',
    'CREATE TRIGGER "~~~customer_workflow_scope" BEFORE UPDATE ON customers FOR EACH ROW WHEN (false) EXECUTE FUNCTION customer_workflow.capture_scope()',
    'ALTER TABLE customers DROP COLUMN credit_limit CASCADE']) AS s
 CROSS JOIN LATERAL error_of(s) AS e WHERE e.field IN ('message', 'none');
-- What is as it was passes, so that a restore does
CREATE OR REPLACE TRIGGER "!customer_workflow_first" BEFORE UPDATE OF credit_limit, bank_account ON customers FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_first();

-- Neither the owner nor who has the privilege TRIGGER makes one that fires after ours, or gives a trigger such a name
SELECT * FROM error_of('CREATE TRIGGER "~~~customer_workflow_last2" BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION raise_limit()');
SET SESSION AUTHORIZATION dave;
SELECT field, value FROM error_of('CREATE TRIGGER "~~~~" BEFORE INSERT OR UPDATE OF city ON customers FOR EACH ROW WHEN (new.id = 1) EXECUTE FUNCTION raise_limit()') WHERE field IN ('sqlstate', 'message');
CREATE TRIGGER "~~~~ after" AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION raise_limit();
CREATE TRIGGER "~~~~ statement" BEFORE UPDATE ON customers EXECUTE FUNCTION raise_limit();
CREATE TRIGGER "~~~~ delete" BEFORE DELETE ON customers FOR EACH ROW EXECUTE FUNCTION raise_limit();
CREATE TRIGGER between BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION raise_limit();
SET SESSION AUTHORIZATION erp_owner;
SELECT field, value FROM error_of('ALTER TRIGGER between ON customers RENAME TO "~~~~"') WHERE field IN ('sqlstate', 'message');
ALTER TABLE customers DISABLE TRIGGER between;
ALTER TABLE customers ENABLE TRIGGER between;
ALTER TRIGGER between ON customers RENAME TO middle;
DROP TRIGGER middle ON customers;
DROP TRIGGER "~~~~ after" ON customers;
DROP TRIGGER "~~~~ statement" ON customers;
DROP TRIGGER "~~~~ delete" ON customers;

-- No rule rewrites an UPDATE
SELECT * FROM error_of('CREATE RULE none AS ON UPDATE TO customers DO INSTEAD NOTHING');
CREATE RULE note AS ON INSERT TO customers DO ALSO SELECT 1;
DROP RULE note ON customers;

-- Who is a superuser by session is not where the function is somebody else's
CREATE FUNCTION public.disable_all() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'ALTER TABLE customers DISABLE TRIGGER USER';
RESET SESSION AUTHORIZATION;
SELECT field, value FROM error_of('SELECT public.disable_all()') WHERE field IN ('sqlstate', 'message');
-- and where it is a superuser's, he has given it away
CREATE FUNCTION public.enable_last() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'ALTER TABLE customers ENABLE ALWAYS TRIGGER "~~~customer_workflow_last"';
SET SESSION AUTHORIZATION dave;
SELECT public.enable_last();
-- A setting of the session names nobody
SET customer_workflow_ddl.role = 'postgres';
SELECT field, value FROM error_of('DROP TRIGGER "!customer_workflow_first" ON customers') WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION erp_owner;
SELECT field, value FROM error_of('ALTER TABLE customers DISABLE TRIGGER USER') WHERE field IN ('sqlstate', 'message');
SELECT * FROM customer_workflow.verify_protection();

-- A superuser does; the history says so
RESET SESSION AUTHORIZATION;
ALTER TABLE customers DISABLE TRIGGER ALL;
ALTER TABLE customers ENABLE TRIGGER ALL;
DROP TRIGGER "~~~customer_workflow_last" ON customers;
CREATE OR REPLACE TRIGGER "!customer_workflow_first" BEFORE UPDATE OF bank_account ON customers FOR EACH ROW EXECUTE FUNCTION customer_workflow.capture_first();
CREATE TRIGGER "~~~~" BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION raise_limit();
ALTER TABLE customers DROP COLUMN bank_account CASCADE;
SELECT person, details FROM ddl_history;
SELECT * FROM customer_workflow.verify_protection();

-- In maintenance the owner does, and the commit makes it whole
DROP TRIGGER "~~~~" ON customers;
SELECT customer_workflow.protect('customers', '{credit_limit}');
BEGIN;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.begin_maintenance('{customers}', 'bulk load');
ALTER TABLE customers DISABLE TRIGGER USER;
DROP TRIGGER "!customer_workflow_first" ON customers;
COMMIT;
SELECT * FROM customer_workflow.verify_protection();
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM ddl_history;

-- Tables that are not protected are nobody's business
SET SESSION AUTHORIZATION dave;
CREATE TABLE plain (id int PRIMARY KEY, v int);
CREATE TRIGGER "~~~~" BEFORE UPDATE ON plain FOR EACH ROW EXECUTE FUNCTION raise_limit();
ALTER TABLE plain DISABLE TRIGGER USER;
CREATE RULE none AS ON UPDATE TO plain DO INSTEAD NOTHING;
DROP TABLE plain;

-- What maintenance leaves is whole, or it does not commit
SET SESSION AUTHORIZATION erp_owner;
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'by the way');
SELECT field, value FROM error_of('CREATE OR REPLACE TRIGGER "~~~customer_workflow_last" BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION raise_limit()') WHERE field IN ('sqlstate', 'message');
SELECT field, value FROM error_of('CREATE TRIGGER "~~~customer_workflow_scope" BEFORE UPDATE ON customers FOR EACH ROW WHEN (false) EXECUTE FUNCTION customer_workflow.capture_scope()') WHERE field = 'message';
ALTER TRIGGER "~~~customer_workflow_last" ON customers RENAME TO early;
COMMIT;
SELECT tgname, pg_get_triggerdef(oid) ~ 'capture_last' AS last FROM pg_trigger WHERE tgrelid = 'customers'::regclass AND NOT tgisinternal ORDER BY 1;
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'by the way');
CREATE TRIGGER "~~~~" BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION raise_limit();
COMMIT;
SELECT * FROM customer_workflow.verify_protection();
