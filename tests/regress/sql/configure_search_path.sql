-- Approved values are written under the search_path of the owner who protected the table, without schemas in which
-- others may create, and with temporary tables last.
\set SHOW_CONTEXT never
CREATE SCHEMA erp AUTHORIZATION erp_owner;
CREATE SCHEMA shared;
GRANT CREATE, USAGE ON SCHEMA shared TO PUBLIC;
CREATE SCHEMA friends;
GRANT CREATE ON SCHEMA friends TO alice;
GRANT USAGE ON SCHEMA friends TO PUBLIC;
CREATE SCHEMA "Read only, please";
GRANT USAGE ON SCHEMA "Read only, please" TO PUBLIC;
CREATE SCHEMA of_alice AUTHORIZATION alice;
GRANT USAGE ON SCHEMA of_alice TO erp_owner;
CREATE FUNCTION public.write_path(relation regclass) RETURNS text LANGUAGE sql SECURITY DEFINER
    RETURN (SELECT t.search_path FROM customer_workflow.protected_table AS t WHERE t.relation = $1);

SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE erp.accounts (id int PRIMARY KEY, name text, credit_limit numeric);

-- The schema public is safe as PostgreSQL makes it; the table's own schema is always there; order is kept, names are quoted
SET search_path = "$user", "Read only, please", public;
SELECT customer_workflow.protect('erp.accounts', '{credit_limit}', 'credit_managers');
SELECT public.write_path('erp.accounts');

-- Unsafe are schemas where PUBLIC or another role may create, and those that another role owns: protect() says so
SET search_path = shared, friends, of_alice, erp, public;
SELECT customer_workflow.protect('accounts', '{credit_limit}');
SELECT public.write_path('accounts');

-- Temporary tables never come first, whatever the session says
SET search_path = pg_temp, erp;
CREATE TEMPORARY TABLE scratch ();
SELECT customer_workflow.protect('accounts', '{credit_limit}');
SELECT public.write_path('accounts');

-- An order in which pg_catalog is not first is kept
SET search_path = erp, pg_catalog;
SELECT customer_workflow.protect('accounts', '{credit_limit}');
SELECT public.write_path('accounts');

-- An administrator's session does not count
GRANT USAGE ON SCHEMA erp TO alice;
SELECT customer_workflow.grant_duty('accounts', 'administrator', 'alice');
SET SESSION AUTHORIZATION alice;
SET search_path = public;
SELECT customer_workflow.protect('erp.accounts', '{name}');
SELECT public.write_path('erp.accounts');

-- So a trigger of the owner finds his own objects when an approver has others of the same name in the way
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION erp_owner;
SET search_path = erp;
CREATE TABLE rates (factor numeric);
INSERT INTO rates VALUES (2);
CREATE TABLE audit (note text);
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit SELECT format('%s times %s by %s', NEW.credit_limit, factor, current_user) FROM rates;
    RETURN NULL;
END
$$;
CREATE TRIGGER note AFTER UPDATE OF credit_limit ON accounts FOR EACH ROW EXECUTE FUNCTION note_change();
INSERT INTO accounts VALUES (1, 'ACME', 100);
SELECT customer_workflow.protect('accounts', '{credit_limit}');
SET client_min_messages = warning;
UPDATE accounts SET credit_limit = 200;
RESET client_min_messages;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
SET SESSION AUTHORIZATION bob;
CREATE TEMPORARY TABLE rates (factor numeric);
CREATE TEMPORARY TABLE audit (note text);
INSERT INTO rates VALUES (1000);
SET search_path = pg_temp;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
TABLE pg_temp.audit;
SET SESSION AUTHORIZATION erp_owner;
TABLE erp.audit;
