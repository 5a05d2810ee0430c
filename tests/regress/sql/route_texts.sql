-- Definitions, subject and instructions: texts of work items with placeholders.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, name}', options => '{"record_label": "name"}');
SELECT customer_workflow.create_workflow('credit', 'customers', $${
  "resubmission": "same_element",
  "elements": [
    {"approval": {"name": "Credit", "steps": [
      {"name": "First", "assign_to": {"role": "credit_managers"},
       "subject": "{{new.name}}: {{old.credit_limit}} → {{new.credit_limit}}",
       "instructions": "{{proposal.id}} of {{proposal.author}}, submitted by {{proposal.originator}} ({{proposal.fields}} of {{proposal.record}}) because {{proposal.comment}}; {{proposal.reference}} {{proposal.source}}. {{workflow}}/{{element}}/{{step}}. {{due_at}}"},
      {"name": "Second", "assign_to": {"user": "dave"},
       "subject": "Last word: {{last_comment}}", "instructions": "{{ new.credit_limit }} {new.credit_limit} { {{new.city}} } 100 %"}]}},
    {"task": {"name": "File", "assign_to": {"user": "import"}, "subject": "File {{new.name}}"}},
    {"manual_decision": {"name": "Known?", "assign_to": {"user": "import"}, "instructions": "Do we know {{old.name}} in {{old.city}}?", "outcomes": [{"name": "yes", "elements": []}, {"name": "no", "elements": []}]}}
  ]}$$);
SELECT customer_workflow.activate_workflow('credit', 1);
SELECT customer_workflow.grant_duty('customers', 'steward', 'erp_owner');

SET SESSION AUTHORIZATION alice;
SET customer_workflow.reference = 'batch 7';
UPDATE customers SET credit_limit = 5000, name = 'Alpha {{old.bank_account}}' WHERE id = 1;
UPDATE customers SET credit_limit = NULL WHERE id = 2;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.submit(1, 'they grow');
SELECT customer_workflow.submit(2);
SET SESSION AUTHORIZATION bob;
\pset format unaligned
\pset null '(null)'
-- values are not read as templates again; what is null leaves nothing
SELECT subject, instructions FROM customer_workflow.my_work_items ORDER BY proposal;
SELECT customer_workflow.approve(1, 'they do indeed');
SELECT customer_workflow.approve(2);
SET SESSION AUTHORIZATION dave;
SELECT subject, instructions FROM customer_workflow.my_work_items ORDER BY proposal;
SELECT customer_workflow.request_change(1, 'do they?');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION dave;
SELECT subject FROM customer_workflow.my_work_items ORDER BY proposal;
SELECT customer_workflow.approve(1);
SET SESSION AUTHORIZATION import;
-- without a subject there is one all the same
SELECT work_item, element, subject, instructions FROM customer_workflow.my_work_items;
SELECT work_item AS item FROM customer_workflow.my_work_items \gset
SELECT customer_workflow.complete_task(:item);
SELECT element, subject, instructions FROM customer_workflow.my_work_items;
-- Placeholders that mean nothing are told when it is written.
SET SESSION AUTHORIZATION erp_owner;
SELECT path, message FROM customer_workflow.validate_workflow('{"elements": [{"approval": {"name": "Credit", "steps": [{"name": "One", "assign_to": {"user": "dave"}, "subject": "{{new.nothing}} {{secret}} {{"}]}}]}', 'customers');
