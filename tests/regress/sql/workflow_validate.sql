-- Design 5.3: validate_workflow reports every mistake at once, each with its JSON pointer; only a definition without an error is stored.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}', 'credit_managers');
CREATE FUNCTION crm.who(relation regclass, record_key jsonb, changes jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT 'bob' $$;
CREATE FUNCTION crm.one(relation regclass, record_key jsonb, changes jsonb) RETURNS text LANGUAGE sql AS $$ SELECT 'bob' $$;
CREATE FUNCTION crm.tell(proposal bigint, relation regclass, record_key jsonb, changes jsonb) RETURNS void LANGUAGE sql AS $$ SELECT $$;
REVOKE EXECUTE ON FUNCTION crm.tell FROM PUBLIC;
\pset format unaligned
\pset tuples_only on

-- The shape: unknown fields, missing ones, wrong values, names that are there twice
SELECT path, message FROM customer_workflow.validate_workflow('{
  "wehn": "true",
  "resubmission": "later",
  "expires_after": {"days": 1, "hours": 2},
  "elements": [
    {"approval": {"steps": [{"name": "a", "assign_to": {"role": "credit_managers"}, "end_action": "maybe"}]}},
    {"approval": {"name": "A", "steps": []}},
    {"approval": {"name": "A", "steps": [{"name": "a"}, {"name": "a", "assign_to": {"role": "credit_managers"}, "completion_policy": {"percentage": 101}}]}},
    {"subworkflow": {}},
    {"aproval": {}}]}', 'customers');

-- What it names must exist; that is told beside mistakes of the shape
SELECT path, message FROM customer_workflow.validate_workflow('{
  "wehn": "true",
  "owner": "role:nobody",
  "calendar": "nowhere",
  "elements": [
    {"approval": {"name": "A", "final_approver": {"role": "nobody"}, "steps": [
      {"name": "a", "assign_to": {"group": "nobody"}},
      {"name": "b", "assign_to": {"user": "role:nobody"}},
      {"name": "c", "assign_to": {"user": "group:board"}},
      {"name": "d", "assign_to": {"field": "owner"}},
      {"name": "e", "assign_to": {"hierarchy": {"name": "nobody", "start_from": {"field": "seller"}}}},
      {"name": "f", "assign_to": {"sql": "crm.nobody"}},
      {"name": "g", "assign_to": {"sql": "crm.one"}},
      {"name": "h", "assign_to": {"sql": "crm.who; SELECT 1"}},
      {"name": "i", "assign_to": {"sql": "crm.who"}, "time_limit": {"working_days": 2, "calendar": "nirvana"},
       "escalation": [{"assign_to": {"role": "nobody either"}}]}]}},
    {"automated_task": {"name": "B", "function": "crm.who"}},
    {"automated_task": {"name": "C", "function": "crm.tell"}},
    {"for_each_change": {"routes": [{"fields": ["credit_limit", "limit"], "elements": []}]}}]}', 'customers');
SELECT path, message FROM customer_workflow.validate_workflow('{"elements": [
  {"approval": {"name": "A", "steps": [{"name": "a", "assign_to": {"workflow_user": "owner"}}]}}]}', 'customers');

-- What is probably not meant is a warning, and told when it is stored
\set doubtful '{"elements": [{"approval": {"name": "A", "steps": [{"name": "a", "assign_to": {"user": "cfo"}, "end_action": "approve", "subject": "{{new.limit}} {{old.name}} {{customer}}"}]}}, {"for_each_change": {"routes": [{"fields": ["city"], "elements": []}]}}]}'
SELECT path, severity, message FROM customer_workflow.validate_workflow(:'doubtful', 'customers');
SELECT customer_workflow.create_workflow('doubtful', 'customers', :'doubtful');

SELECT path, severity, message FROM customer_workflow.validate_workflow('{"elements": [
  {"approval": {"name": "A", "steps": [{"name": "a", "assign_to": {"field": "city"}}, {"name": "b", "assign_to": {"field": "bank_account"}}]}}]}', 'customers');

-- A definition with an error is not stored; the error tells where, and what else
SELECT * FROM error_of($$ SELECT customer_workflow.create_workflow('bad', 'customers', '{"elements": [
  {"approval": {"name": "A", "steps": [{"name": "a", "assign_to": {"role": "nobody"}}, {"name": "b", "assign_to": {"group": "nobody"}}]}}]}') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.create_workflow('bad', 'customers', '[]') $$);
SELECT name FROM customer_workflow.workflows;

-- A version that was right and is not any more cannot be activated.
RESET SESSION AUTHORIZATION;
CREATE ROLE workflow_validate_deciders LOGIN;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('good', 'customers', '{"elements": [{"approval": {"name": "A", "steps": [{"name": "a", "assign_to": {"role": "workflow_validate_deciders"}}]}}]}');
RESET SESSION AUTHORIZATION;
DROP ROLE workflow_validate_deciders;
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM error_of($$ SELECT customer_workflow.activate_workflow('good', 1) $$);
SELECT active FROM customer_workflow.workflows WHERE name = 'good';
