-- Promise 3: names of database objects are written exactly as they were proposed, whatever search_path says and whoever may use their schemas.
\set SHOW_CONTEXT never
\getenv folder PG_ABS_SRCDIR
\set exact :folder '/exact.sql'
\set ECHO none
\i :exact
\set ECHO all

-- Two tables of one name: only search_path tells which one is meant.
CREATE SCHEMA elsewhere;
CREATE TABLE elsewhere.customers ();
CREATE TYPE elsewhere."Odd type" AS ENUM ('x');
CALL exact.try('oid', '0', '4294967295');
CALL exact.try('regclass', $$'pg_class'$$, $$'customers'$$, $$'elsewhere.customers'$$, '0::oid', '999999::oid');
CALL exact.try('regtype', $$'int4'$$, $$'elsewhere."Odd type"'$$, $$'"char"'$$, $$'char'$$, $$'timestamptz'$$, $$'int4[]'$$,
    '0::oid');
CALL exact.try('regrole', $$'alice'$$, '0::oid', '999999::oid');
CALL exact.try('regnamespace', $$'public'$$, $$'elsewhere'$$);
CALL exact.try('regproc', $$'now'$$, $$'error_of'$$, $$'customer_workflow.submit'$$);
CALL exact.try('regprocedure', $$'abs(int4)'$$, $$'error_of(text)'$$);
CALL exact.try('regoper', $$'pg_catalog.*='$$);
CALL exact.try('regoperator', $$'+(int4,int4)'$$, $$'-(NONE,int4)'$$);
CALL exact.try('regconfig', $$'english'$$);
CALL exact.try('regdictionary', $$'simple'$$);
CALL exact.try('regcollation', $$'"C"'$$, $$'"default"'$$);
CALL exact.try('regclass[]', $$'{pg_class,customers,elsewhere.customers}'$$);
CALL exact.try('pg_lsn', $$'16/B374D848'$$, $$'0/0'$$);
CALL exact.try('txid_snapshot', $$'10:20:10,14,15'$$);
CALL exact.try('pg_snapshot', $$'10:20:10,14,15'$$);
CALL exact.try('xid', $$'4294967295'$$);
CALL exact.try('xid8', $$'18446744073709551615'$$);
CALL exact.try('cid', $$'1'$$);
CALL exact.try('tid', $$'(4294967295,65535)'$$);
CALL exact.try('int2vector', $$'1 2 3'$$, $$''$$);
CALL exact.try('oidvector', $$'1 2 3'$$);
CALL exact.try('refcursor', $$'c'$$);
CALL exact.try('aclitem', $$'alice=arw*/erp_owner'$$, $$'=r/alice'$$);

-- Three people whose sessions have nothing in common
SET SESSION AUTHORIZATION alice;
SET client_min_messages = warning;
CALL exact.propose();
SET SESSION AUTHORIZATION dave;
SELECT * FROM exact.submit();
SET SESSION AUTHORIZATION bob;
SELECT * FROM exact.approve();

-- Every value arrived exactly, and everybody read the same
RESET SESSION AUTHORIZATION;
RESET ALL;
SELECT * FROM exact.compare();
SELECT * FROM exact.read_differently();
