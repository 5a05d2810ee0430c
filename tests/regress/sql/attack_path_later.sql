-- Attack, promise 7 of the security model: what others put into a schema of the stored search_path after protect() is not run with the owner's rights.
\set SHOW_CONTEXT never
CREATE ROLE mallory_path LOGIN;
CREATE SCHEMA tools AUTHORIZATION erp_owner;
CREATE SCHEMA "Odd "",$'";
GRANT USAGE ON SCHEMA tools, "Odd "",$'" TO PUBLIC;
CREATE TABLE public.stolen (who name, how text);
GRANT INSERT ON public.stolen TO PUBLIC;
-- The owner's trigger uses a name without its schema.
CREATE FUNCTION tools.rounded(x anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT x';
CREATE FUNCTION tools.keep_city() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.city := rounded(NEW.credit_limit)::text; RETURN NEW; END $$;
CREATE TRIGGER keep_city BEFORE UPDATE ON customers FOR EACH ROW WHEN (OLD.credit_limit IS DISTINCT FROM NEW.credit_limit) EXECUTE FUNCTION tools.keep_city();
SET ROLE erp_owner;
SET search_path = "Odd "",$'", tools, public;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
RESET search_path;
RESET ROLE;
SELECT search_path FROM customer_workflow.protected_table;
SET SESSION AUTHORIZATION alice;
SET search_path = tools, public;
UPDATE customers SET credit_limit = 5000 WHERE id IN (1, 2, 3);
SELECT * FROM customer_workflow.submit_many('{1, 2, 3}');
RESET search_path;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);

-- CREATE is granted later.
RESET SESSION AUTHORIZATION;
GRANT CREATE ON SCHEMA "Odd "",$'" TO mallory_path;
SET SESSION AUTHORIZATION mallory_path;
CREATE FUNCTION "Odd "",$'".rounded(x numeric) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.stolen VALUES (current_user, 'granted'); RETURN 0; END $$;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2);
RESET SESSION AUTHORIZATION;
-- A schema is dropped, and another one of its name is somebody else's.
DROP SCHEMA "Odd "",$'" CASCADE;
CREATE SCHEMA "Odd "",$'" AUTHORIZATION mallory_path;
GRANT USAGE ON SCHEMA "Odd "",$'" TO PUBLIC;
SET SESSION AUTHORIZATION mallory_path;
CREATE FUNCTION "Odd "",$'".rounded(x numeric) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.stolen VALUES (current_user, 'made anew'); RETURN 0; END $$;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(3);
RESET SESSION AUTHORIZATION;
SELECT id, credit_limit, city FROM customers ORDER BY id;
-- Who owned the table before may create in what was his, and is an other now; nothing is found there, and nothing passes.
SET SESSION AUTHORIZATION alice;
SET search_path = tools, public;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT customer_workflow.submit(4);
RESET search_path;
RESET SESSION AUTHORIZATION;
GRANT CREATE ON SCHEMA public TO dave;
ALTER TABLE customers OWNER TO dave;
REVOKE CREATE ON SCHEMA public FROM dave;
SET SESSION AUTHORIZATION erp_owner;
CREATE FUNCTION tools.rounded(x numeric) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.stolen VALUES (current_user, 'owned'); RETURN 0; END $$;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(4);
RESET SESSION AUTHORIZATION;
TABLE stolen;
DROP SCHEMA "Odd "",$'" CASCADE;
DROP ROLE mallory_path;
