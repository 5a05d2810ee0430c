-- Option gate_configuration: what one administrator calls to configure a table is a proposal that another administrator approves.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'administrator', 'alice');
SELECT customer_workflow.grant_duty('customers', 'administrator', 'dave');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.configure('customers', '{"gate_configuration": true}');

-- Nothing is done yet; a NOTICE names the proposal
SELECT customer_workflow.configure('customers', '{"require_digest": true, "overlap": "reject"}');
SELECT DISTINCT options -> 'require_digest' AS require_digest FROM customer_workflow.protected_fields;
-- The same again is the same proposal, and what would change nothing is none
SELECT customer_workflow.configure('customers', '{"overlap": "reject", "require_digest": true}');
SELECT customer_workflow.configure('customers', '{"gate_configuration": true}');
-- What is wrong is refused as ever
SELECT customer_workflow.configure('customers', '{"overlap": "perhaps"}');
SELECT customer_workflow.configure('customers', '{"record_label": "name"}');

-- The author sees it, and does not decide it
SELECT id, author, relation, subject, call, before, after, status FROM customer_workflow.configuration_proposals;
SELECT customer_workflow.approve(1);

-- Another administrator has it among his work, with what it changes
SET SESSION AUTHORIZATION dave;
SELECT proposal, relation, record_label, author, workflow, allowed_actions FROM customer_workflow.my_work_items;
SELECT field, original_value, proposed_value, conflict, operation FROM customer_workflow.proposed_changes WHERE proposal = 1;
SELECT waiting_on, operation, conflict, status_message FROM customer_workflow.proposals WHERE id = 1;
SELECT * FROM customer_workflow.check_proposal(1);
SELECT customer_workflow.approve(1, 'agreed', digest => (SELECT digest FROM customer_workflow.my_work_items));
SELECT DISTINCT options -> 'require_digest' AS require_digest, options -> 'overlap' AS overlap FROM customer_workflow.protected_fields;

-- In the history it is the author who has configured, by a proposal that the other one has approved
SELECT kind, person, details FROM customer_workflow.workflow_history WHERE kind = 'configure' ORDER BY at;
SELECT kind, person, comment FROM customer_workflow.workflow_history WHERE proposal = 1 ORDER BY at;
SELECT author, status, decided_by FROM customer_workflow.configuration_proposals;

-- Rejected, sent back and taken back: nothing is done
SELECT customer_workflow.configure('customers', '{"amend": "reject"}');
SELECT customer_workflow.configure('customers', '{"conflict": "overwrite"}');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.reject(p.id, 'no') FROM customer_workflow.configuration_proposals AS p WHERE p.after ? 'options.amend';
SELECT customer_workflow.request_change(p.id, 'why?') FROM customer_workflow.configuration_proposals AS p WHERE p.after ? 'options.conflict';
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.cancel(p.id) FROM customer_workflow.configuration_proposals AS p WHERE p.after ? 'options.amend';
SELECT customer_workflow.submit(p.id, 'so that imports win') FROM customer_workflow.configuration_proposals AS p WHERE p.after ? 'options.conflict';
SELECT customer_workflow.recall(p.id) FROM customer_workflow.configuration_proposals AS p WHERE p.after ? 'options.conflict';
SELECT after, status FROM customer_workflow.configuration_proposals ORDER BY id;
SELECT DISTINCT options -> 'amend' AS amend, options -> 'conflict' AS conflict FROM customer_workflow.protected_fields;

-- A bystander sees none of it
SET SESSION AUTHORIZATION bob;
SELECT count(*) FROM customer_workflow.configuration_proposals;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION import;
SELECT customer_workflow.configure('customers', '{"overlap": "parallel"}');

-- The option is taken away as it is used: by two
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.configure('customers', '{"gate_configuration": false}');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.approve(p.id) FROM customer_workflow.configuration_proposals AS p WHERE p.after ? 'options.gate_configuration';
SELECT customer_workflow.configure('customers', '{"overlap": "parallel"}');
SELECT DISTINCT options -> 'overlap' AS overlap, options -> 'gate_configuration' AS gate FROM customer_workflow.protected_fields;

-- The table of these proposals is none that anybody protects, and their history proves itself like every other
RESET SESSION AUTHORIZATION;
SELECT * FROM customer_workflow.verify_protection();
SELECT * FROM customer_workflow.repair_protection();
SELECT * FROM customer_workflow.verify_history();
SELECT name, value FROM customer_workflow.status WHERE name IN ('protected_tables', 'protection_problems');
