-- Promises 2 and 3 in databases and for clients of other encodings: nothing fails for its name, no two texts become one.
\set SHOW_CONTEXT never
CREATE DATABASE promise3_latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C';
CREATE DATABASE promise3_ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C';
\set back :DBNAME
\c promise3_latin1
SET client_encoding = 'UTF8';
SET client_min_messages = notice;
CREATE EXTENSION customer_workflow;
CREATE TABLE größe (naïve text, "é" int, "größer" text, v int, note text, PRIMARY KEY (naïve, "é"));
INSERT INTO größe VALUES ('é', 1, 'ä', 1), ('è', 1, 'ö', 2);
ALTER TABLE größe OWNER TO erp_owner;
GRANT SELECT, UPDATE ON größe TO alice;
SELECT customer_workflow.protect('größe', '{größer, v}', 'credit_managers', '{"companions": {"größer": ["note"]}}');
SET SESSION AUTHORIZATION alice;
SET customer_workflow.comment = 'Größe: 10 µm';
UPDATE größe SET "größer" = "größer" || 'ÿ', v = v + 10, note = 'ü';
UPDATE größe SET "größer" = 'ß' WHERE naïve = 'è';
SELECT customer_workflow.propose('größe', '{"naïve": "é", "é": 1}', '{"größer": "ñ"}');
SELECT customer_workflow.propose('größe', '{"naïve": "ê", "é": 1}', '{"größer": "ñ"}');
SELECT customer_workflow.propose('größe', '{"naive": "ê", "é": 1}', '{"größer": "ñ"}');
SELECT record_key, customer_workflow.record_key('größe', g) = record_key AS found, status, comment FROM customer_workflow.proposals JOIN größe AS g ON g.naïve = record_key ->> 'naïve' ORDER BY id;
SELECT record_key, field, original_value, proposed_value, current_value, conflict FROM customer_workflow.proposed_changes ORDER BY proposal, field;
SELECT * FROM customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals ORDER BY id));
SET SESSION AUTHORIZATION bob;
SELECT record_key, comment FROM customer_workflow.my_work_items ORDER BY proposal;
SELECT * FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items ORDER BY proposal), 'ça va');
RESET SESSION AUTHORIZATION;
SELECT * FROM größe ORDER BY naïve COLLATE "C";
SELECT * FROM customer_workflow.verify_history();

-- Bytes of no known encoding are refused where they are part of a key, which must be the same in every database
\c promise3_ascii
CREATE EXTENSION customer_workflow;
CREATE TABLE keys (id text PRIMARY KEY, v int);
INSERT INTO keys VALUES (E'\351', 1), (E'\350', 2), ('é', 3);
ALTER TABLE keys OWNER TO erp_owner;
GRANT SELECT, UPDATE ON keys TO alice;
SELECT customer_workflow.protect('keys', '{v}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE keys SET v = v + 10 WHERE v < 3;
UPDATE keys SET v = v + 10 WHERE v = 3;
RESET SESSION AUTHORIZATION;
SELECT record_key FROM customer_workflow.proposals;

-- A NOTICE that a client could not be sent must not be the end of its UPDATE
\c :back
DROP DATABASE promise3_latin1 WITH (FORCE);
DROP DATABASE promise3_ascii WITH (FORCE);
CREATE TABLE regions (name text PRIMARY KEY, v int);
INSERT INTO regions VALUES ('日本', 1), ('France', 2);
ALTER TABLE regions OWNER TO erp_owner;
GRANT SELECT, UPDATE ON regions TO alice;
SELECT customer_workflow.protect('regions', '{v}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
SET client_encoding = 'LATIN1';
UPDATE regions SET v = 10 WHERE name <> 'France';
SET client_encoding = 'UTF8';
SELECT record_key FROM customer_workflow.proposals;
