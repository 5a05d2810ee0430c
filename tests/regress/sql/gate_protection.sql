-- Option gate_configuration: protect(), unprotect(), enable(), disable() and data entities, of a table and of its companies.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit,country}', 'credit_managers', '{"company_column": "country", "gate_configuration": true}');
SELECT customer_workflow.grant_duty('customers', 'administrator', 'alice');
SELECT customer_workflow.approve(1);
CREATE VIEW public.asked AS SELECT id, call, before, after, status FROM customer_workflow.configuration_proposals;
CREATE VIEW public.fields AS SELECT field, enabled, approvers, company FROM customer_workflow.protected_fields;
GRANT SELECT ON asked, fields TO PUBLIC;
CREATE TABLE public.notes (id int PRIMARY KEY, note text);
ALTER TABLE notes OWNER TO alice;
-- The owner is the other one
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.approve(1);

SET SESSION AUTHORIZATION alice;
\pset null ~
SELECT customer_workflow.disable('customers', 'month end');
SELECT customer_workflow.disable('customers', company => 'DE');
SELECT customer_workflow.unprotect('customers', '{credit_limit}');
SELECT customer_workflow.unprotect('customers', '{*}', cancel_open => true);
SELECT customer_workflow.unprotect('customers', '{credit_limit}', company => 'FR');
SELECT customer_workflow.protect('customers', '{bank_account}');
SELECT customer_workflow.protect('customers', '{credit_limit}', 'alice');
SELECT customer_workflow.protect('customers', '{credit_limit}', 'alice', '{"auto_submit": "always"}', 'DE');
SELECT customer_workflow.configure('customers', '{"overlap": "reject"}', 'DE');
SELECT customer_workflow.set_data_entity('import', 'customers', '{"behavior": "allow_without_approval"}');
SELECT customer_workflow.set_data_entity('import', 'customers', '{"fields": {"credit_limit": "ignore_changes"}}', 'DE');
-- what is enabled already needs nobody
SELECT customer_workflow.enable('customers');
SELECT call, before, after FROM asked WHERE id > 1 ORDER BY id;
SELECT * FROM fields;

-- Bad input is refused at once, before anybody is asked
SELECT customer_workflow.unprotect('customers', '{city}');
SELECT customer_workflow.protect('customers', '{no_such_column}');
SELECT customer_workflow.remove_data_entity('import', 'customers');
SELECT customer_workflow.disable('notes');

-- The other one approves all but what ends the protection; each is what it was when it was proposed
SET SESSION AUTHORIZATION erp_owner;
SELECT p.id - 1 AS n, a.outcome, a.sqlstate, a.message
  FROM customer_workflow.approve_many(ARRAY(SELECT id FROM asked WHERE status = 'pending_approval' AND call !~ '\*|disable|cancel_open => false\)' ORDER BY id)) AS a
  JOIN asked AS p ON p.id = a.proposal ORDER BY 1;
SELECT * FROM fields;
SELECT data_entity, relation, options, company FROM customer_workflow.data_entities;
SELECT customer_workflow.approve(id) FROM asked WHERE call ~ 'month end';
SELECT customer_workflow.enable('customers');
SELECT DISTINCT enabled FROM fields WHERE company IS NULL;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.approve(max(id)) FROM asked;
SELECT DISTINCT enabled FROM fields WHERE company IS NULL;

-- The end of the protection ends the gate, and what was open about it cannot be done any more
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.approve(id) FROM asked WHERE call ~ '\*';
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.unprotect('customers', '{*}', cancel_open => true);
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.approve(max(id)) FROM asked;
SELECT * FROM fields;
SET SESSION AUTHORIZATION alice;
SELECT call, status FROM asked WHERE status = 'pending_approval' ORDER BY id;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.approve(3);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel(id) FROM asked WHERE status = 'pending_approval' ORDER BY id;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT * FROM fields;
