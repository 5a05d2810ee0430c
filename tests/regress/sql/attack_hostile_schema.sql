-- Attack: somebody prepares a schema customer_workflow, or objects in public, before a superuser runs CREATE EXTENSION.
\set SHOW_CONTEXT never
CREATE ROLE attack_schema_mallory LOGIN;
CREATE DATABASE attack_hostile_schema TEMPLATE template0;
GRANT CREATE ON DATABASE attack_hostile_schema TO attack_schema_mallory;
\set back :DBNAME
\c attack_hostile_schema
GRANT CREATE ON SCHEMA public TO attack_schema_mallory;

-- A schema of that name, empty or not, is refused.
\c - attack_schema_mallory
CREATE SCHEMA customer_workflow;
CREATE FUNCTION customer_workflow._option_defaults() RETURNS jsonb LANGUAGE sql AS $$ SELECT '{}'::jsonb $$;
\c - postgres
CREATE EXTENSION customer_workflow;
DROP SCHEMA customer_workflow CASCADE;
CREATE SCHEMA customer_workflow;
CREATE EXTENSION customer_workflow;
CREATE EXTENSION customer_workflow SCHEMA public;
DROP SCHEMA customer_workflow;

-- Objects in public that would be taken before the system's own, if a name were left unqualified under a careless search_path
\c - attack_schema_mallory
CREATE TABLE public.loot (who name, what text);
GRANT INSERT ON public.loot TO PUBLIC;
CREATE FUNCTION public.steal(what text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.loot VALUES (current_user, what); RETURN what; END $$;
CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT public.steal('now')::text::timestamptz $$;
CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN PERFORM public.steal('clock_timestamp'); RETURN pg_catalog.now(); END $$;
CREATE FUNCTION public.jsonb_typeof(jsonb) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN public.steal('jsonb_typeof'); END $$;
CREATE FUNCTION public.equal(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM public.steal('='); RETURN true; END $$;
CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.equal);
CREATE FUNCTION public.matches(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM public.steal('~'); RETURN true; END $$;
CREATE OPERATOR public.~ (LEFTARG = text, RIGHTARG = text, FUNCTION = public.matches);
CREATE OPERATOR public.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = public.matches);
CREATE TABLE public.proposal (id int);
CREATE TABLE public.pg_class (id int);
CREATE DOMAIN public.bigint AS int;
CREATE DOMAIN public.jsonb AS text;
\c - postgres
SET search_path = public, pg_catalog;
CREATE EXTENSION customer_workflow;
CREATE TABLE accounts (id int PRIMARY KEY, amount int);
INSERT INTO accounts VALUES (1, 1);
GRANT SELECT, UPDATE ON accounts TO alice;
GRANT CREATE ON SCHEMA public TO erp_owner;
ALTER TABLE accounts OWNER TO erp_owner;
SELECT customer_workflow.protect('accounts', '{amount}', 'credit_managers');
\c - alice
SET search_path = public, pg_catalog;
UPDATE accounts SET amount = 2;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
SELECT customer_workflow.review(id) IS NULL AS no_review FROM customer_workflow.proposals;
\c - bob
SET search_path = public, pg_catalog;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
\c - postgres
SELECT amount FROM accounts;
SELECT * FROM public.loot WHERE who NOT IN ('alice', 'bob');
-- The extension uses nothing of theirs.
SELECT d.classid::regclass, d.objid, d.refobjid::regclass FROM pg_depend AS d JOIN pg_depend AS e ON (e.classid, e.objid) = (d.classid, d.objid) AND e.deptype = 'e'
  JOIN pg_extension AS x ON x.oid = e.refobjid AND x.extname = 'customer_workflow'
 WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid IN ('public.proposal'::regclass, 'public.pg_class'::regclass)
    OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN ('public.bigint'::regtype::oid, 'public.jsonb'::regtype::oid);

\c :back
DROP DATABASE attack_hostile_schema WITH (FORCE);
DROP ROLE attack_schema_mallory;
