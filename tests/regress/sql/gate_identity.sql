-- Option gate_configuration: identity keys, claims and mapped roles; a secret key is in no proposal; two roles of one person are one administrator.
\set SHOW_CONTEXT never
\pset null ~
CREATE ROLE gate_identity_app LOGIN;
CREATE ROLE gate_identity_twin LOGIN;
SELECT customer_workflow.set_application_role('gate_identity_app');
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'administrator', u) FROM unnest('{dave,gate_identity_twin}'::text[]) AS u;
SELECT customer_workflow.configure('customers', '{"gate_configuration": true}');

-- What would let somebody be anybody takes two
SELECT customer_workflow.set_identity_key('hs', 'HS256', 'a secret that has more than thirty-two bytes', 'https://issuer.test', 'erp');
SELECT customer_workflow.set_claims_source('gate_identity_app');
SELECT customer_workflow.map_role('gate_identity_twin', 'dave');
SELECT customer_workflow.map_role('dave', 'dave');
SELECT kid FROM customer_workflow.identity_keys;
SELECT * FROM customer_workflow.mapped_roles;

-- The secret is nowhere that anybody reads
SELECT count(*) FROM customer_workflow.change WHERE proposed ~ 'thirty-two';
SELECT count(*) FROM customer_workflow.history WHERE details::text ~ 'thirty-two';
SELECT count(*) FROM customer_workflow.configuration_secret WHERE value ~ 'thirty-two';
SET SESSION AUTHORIZATION dave;
SELECT regexp_replace(call, '[0-9a-f-]{36}', '<name>') AS call FROM customer_workflow.configuration_proposals ORDER BY id;
SELECT field, original_value, proposed_value FROM customer_workflow.proposed_changes WHERE field <> 'call' ORDER BY proposal, field;
SELECT customer_workflow._gate_secret(substring(call FROM '[0-9a-f-]{36}')::uuid) FROM customer_workflow.configuration_proposals ORDER BY id LIMIT 1;

-- On approval it is used, and forgotten; so is that of a call that was cancelled, when the next one comes
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items ORDER BY proposal;
RESET SESSION AUTHORIZATION;
SELECT kid, algorithm FROM customer_workflow.identity_keys;
SELECT role, setting FROM customer_workflow.application_roles;
SELECT * FROM customer_workflow.mapped_roles;
SELECT count(*) FROM customer_workflow.configuration_secret;
SELECT customer_workflow.set_identity_key('hs', 'HS256', 'another secret of more than thirty-two bytes', 'https://issuer.test', 'erp');
SELECT customer_workflow.cancel(max(id)) FROM customer_workflow.configuration_proposals;
SELECT customer_workflow.set_identity_key('hs', 'HS256', 'a third secret of more than thirty-two bytes', 'https://issuer.test', 'erp');
SELECT value FROM customer_workflow.configuration_secret;

-- Who is the same person approves nothing of himself under the other name, and is not the second administrator
SET SESSION AUTHORIZATION gate_identity_twin;
SELECT customer_workflow.disable('customers');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(max(id)) FROM customer_workflow.configuration_proposals;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.unmap_role('dave');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(max(id)) FROM customer_workflow.configuration_proposals;
RESET SESSION AUTHORIZATION;
SELECT * FROM customer_workflow.mapped_roles;
DROP OWNED BY gate_identity_twin;
DROP ROLE gate_identity_twin, gate_identity_app;
