-- Option gate_configuration: keys of signed tokens, settings that name people, and who is one person, are set when another administrator approves.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE trust_gate_ann LOGIN;
CREATE ROLE trust_gate_ben LOGIN;
CREATE ROLE trust_gate_ben_too LOGIN;
SELECT format('ALTER DATABASE %I OWNER TO erp_owner', current_database()) AS own \gexec
GRANT erp_owner TO trust_gate_ann, trust_gate_ben, trust_gate_ben_too;
SET SESSION AUTHORIZATION trust_gate_ann;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"gate_configuration": true}');
SELECT customer_workflow.set_application_role('erp');
SELECT customer_workflow.set_identity_key('k', 'HS256', 'a secret of the tests, and of nobody else', 'https://issuer.test', 'erp');
SELECT customer_workflow.map_role('alice', 'al');
SELECT count(*) AS not_yet FROM customer_workflow.identity_keys;
SELECT id, subject, regexp_replace(call, '[0-9a-f]{8}-[0-9a-f-]{27}', '…') AS call FROM customer_workflow.configuration_proposals ORDER BY id;
-- an HS256 secret is in no proposal, no history and no view
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM customer_workflow.change AS c WHERE c::text ~ 'secret of the tests';
SELECT count(*) FROM customer_workflow.history AS h WHERE h::text ~ 'secret of the tests';
SET SESSION AUTHORIZATION trust_gate_ann;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(2)') WHERE field = 'sqlstate';
SET SESSION AUTHORIZATION trust_gate_ben;
SELECT customer_workflow.approve(p) FROM unnest('{1,2,3}'::bigint[]) AS p;
SELECT kid, algorithm FROM customer_workflow.identity_keys;
SELECT * FROM customer_workflow.mapped_roles;
SELECT * FROM customer_workflow.application_roles;
-- what was approved is done as its author, and the history says so
RESET SESSION AUTHORIZATION;
SELECT kind, person, identity ->> 'by' AS by FROM customer_workflow.history WHERE kind IN ('set_identity_key', 'map_role', 'set_application_role') ORDER BY id;
SELECT customer_workflow._key_problem(algorithm, key) IS NULL AND key LIKE 'a secret%' AS whole FROM customer_workflow.identity_key;

-- one person with two roles is no other administrator
SET SESSION AUTHORIZATION trust_gate_ann;
SELECT customer_workflow.map_role('trust_gate_ben', 'ben');
SELECT customer_workflow.map_role('trust_gate_ben_too', 'ben');
SET SESSION AUTHORIZATION trust_gate_ben;
SELECT customer_workflow.approve(p) FROM unnest('{4,5}'::bigint[]) AS p;
SELECT customer_workflow.remove_identity_key('k');
SET SESSION AUTHORIZATION trust_gate_ben_too;
SELECT field, value FROM error_of('SELECT customer_workflow.approve(6)') WHERE field = 'sqlstate';
SET SESSION AUTHORIZATION trust_gate_ann;
SELECT customer_workflow.approve(6);
SELECT kid, retired_at IS NOT NULL AS retired FROM customer_workflow.identity_keys;
SELECT customer_workflow.set_claims_source('erp');
SET SESSION AUTHORIZATION trust_gate_ben;
SELECT customer_workflow.approve(7);
SELECT * FROM customer_workflow.application_roles;
RESET SESSION AUTHORIZATION;
SELECT format('ALTER DATABASE %I OWNER TO %I', current_database(), current_user) AS own \gexec
DROP OWNED BY trust_gate_ann, trust_gate_ben, trust_gate_ben_too;
DROP ROLE trust_gate_ann, trust_gate_ben, trust_gate_ben_too;
