-- Attack: default privileges would hand the tables and internal functions of the extension to others, or take its views from everybody.
\set SHOW_CONTEXT never
CREATE ROLE attack_default_privileges LOGIN;
CREATE ROLE attack_default_privileges_su SUPERUSER;
\set back :DBNAME
CREATE DATABASE attack_default_privileges TEMPLATE template0;
\c attack_default_privileges
ALTER DEFAULT PRIVILEGES GRANT INSERT, SELECT ON TABLES TO attack_default_privileges;
CREATE EXTENSION customer_workflow;
ALTER DEFAULT PRIVILEGES REVOKE INSERT, SELECT ON TABLES FROM attack_default_privileges;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO attack_default_privileges;
CREATE EXTENSION customer_workflow;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM attack_default_privileges, PUBLIC;
CREATE EXTENSION customer_workflow;
SELECT count(*) FROM pg_namespace WHERE nspname = 'customer_workflow';

-- Those of others, and for single schemas, do not count.
SET ROLE attack_default_privileges_su;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO attack_default_privileges;
CREATE EXTENSION customer_workflow;
RESET ROLE;
SELECT count(*) FROM pg_class WHERE relnamespace = 'customer_workflow'::regnamespace AND relacl::text ~ 'attack_default_privileges=';
SELECT count(*) FROM pg_proc WHERE pronamespace = 'customer_workflow'::regnamespace AND proacl::text ~ 'attack_default_privileges=';
\c :back
DROP DATABASE attack_default_privileges WITH (FORCE);
DROP ROLE attack_default_privileges, attack_default_privileges_su;
