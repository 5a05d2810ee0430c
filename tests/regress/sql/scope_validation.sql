-- Option scope: what is no condition, or could be left by what is not protected, is refused, and nothing has changed.
\set SHOW_CONTEXT never
ALTER TABLE customers ADD COLUMN doubled numeric GENERATED ALWAYS AS (credit_limit * 2) STORED, ADD COLUMN due date;
CREATE FUNCTION crm.is_customer(kind text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT kind = ''customer''';
CREATE FUNCTION crm.is_pinned(kind text) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS 'SELECT kind = ''customer''';
CREATE FUNCTION crm.is_recent(kind text, at timestamptz DEFAULT now()) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS 'SELECT true';
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit,country,due}', 'credit_managers', '{"scope": "old.country = ''DE''"}');
SELECT o.option, e.field, e.value
  FROM unnest(ARRAY['', 'true', 'old.country', 'old.country =', 'old.nothing = 1', 'old.country = ''DE''; DROP TABLE customers', 'true) OR (true',
                    'true) EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger(); DROP TABLE customers; --',
                    'true -- a comment', 'old.country IN (SELECT ''DE'')', 'count(*) > 1', 'generate_series(1, 2) = 1', '$1', 'changed(''credit_limit'')',
                    'old.city = ''Bonn''', 'old.doubled > 1', 'old IS NOT NULL', 'old.ctid = ''(0,1)''', 'old.id = 1',
                    'new.due = current_date', 'old.due::text = ''2026-01-01''', 'current_user = ''alice''', 'random() < 0.5',
                    'crm.is_customer(old.country)', 'crm.is_pinned(old.country)', 'crm.is_recent(old.country)', 'public.error_of(old.country) IS NULL']) AS o (option),
       error_of(format('SELECT customer_workflow.configure(''customers'', %L)', jsonb_build_object('scope', option))) AS e
 WHERE e.field <> 'sqlstate' OR e.value <> '22023';
SELECT options ->> 'scope' AS scope FROM customer_workflow.protected_fields LIMIT 1;

-- it needs its fields protected as long as it names them
SELECT customer_workflow.configure('customers', '{"scope": "old.country = ''DE''"}');
SELECT customer_workflow.unprotect('customers', '{credit_limit}');
SELECT customer_workflow.unprotect('customers', '{country}');
SELECT customer_workflow.unprotect('customers', '{*}');
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM pg_trigger WHERE tgname ~ 'customer_workflow' AND tgrelid = 'customers'::regclass;

-- it is SQL, so that it is for the owner
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'administrator', 'dave');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.configure('customers', '{"scope": "false"}');
SELECT customer_workflow.configure('customers', '{"scope": null}');
