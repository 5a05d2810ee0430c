-- simulate(): which workflow a change would take and why, every condition with its value, and who would get it.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms,bank_account}', 'credit_managers');
-- Without a workflow of its own, the table has the built-in one
SELECT * FROM customer_workflow.simulate('customers', '{"id": 1}', '{"credit_limit": 5000}');

SELECT customer_workflow.add_group_member('board', 'person:erna');
SELECT customer_workflow.add_group_member('board', 'alice');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('Credit', 'customers', $${
  "when": "new.country = 'DE'",
  "elements": [
    {"approval": {
      "name": "Credit approval", "when": "changed('credit_limit')",
      "automatic_action": {"when": "proposal.fields = '{credit_limit}' AND new.credit_limit - old.credit_limit <= 1000", "action": "approve"},
      "steps": [
        {"name": "Manager", "assign_to": {"role": "credit_managers"}},
        {"name": "Board", "when": "new.credit_limit > 100000", "assign_to": {"group": "board"}, "completion_policy": {"percentage": 50}}],
      "final_approver": {"user": "dave"}}},
    {"decision": {"name": "Bank?", "branches": [{"name": "bank", "when": "changed('bank_account')", "elements": [
        {"task": {"name": "Call the customer", "when": "new.city IS NOT NULL", "assign_to": {"user": "carol"}}},
        {"manual_decision": {"name": "Safe?", "assign_to": {"user": "bob"}, "outcomes": [{"name": "yes", "elements": []}, {"name": "no", "elements": []}]}}]}],
      "otherwise": []}}
  ]}$$, 5);
SELECT customer_workflow.create_workflow('Large', 'customers', '{"when": "new.credit_limit > 1000000", "elements": [{"approval": {"name": "Large", "steps": [{"name": "Bob", "assign_to": {"user": "bob"}}]}}]}', 9);
SELECT customer_workflow.create_workflow('Others', 'customers', '{"elements": [{"approval": {"name": "Others", "steps": [{"name": "Bob", "assign_to": {"user": "bob"}}]}}]}');
SELECT customer_workflow.activate_workflow(w, 1) FROM unnest('{Credit,Large,Others}'::text[]) AS w;

SET SESSION AUTHORIZATION alice;
\pset null ∅
-- Little: approved by itself
SELECT * FROM customer_workflow.simulate('customers', '{"id": 1}', '{"credit_limit": 1500}');
-- More: the manager
SELECT * FROM customer_workflow.simulate('customers', '{"id": 1}', '{"credit_limit": 5000}');
-- Much, and the bank account: the board, in which Alice is who proposes, so that the final approver decides, too
SELECT * FROM customer_workflow.simulate('customers', '{"id": 1}', '{"credit_limit": 500000, "bank_account": "DE99"}');
-- Without limit: what is not known goes to people; which workflow it takes must be known
SELECT * FROM customer_workflow.simulate('customers', '{"id": 1}', '{"credit_limit": null}');
-- More than a million: another workflow
SELECT * FROM customer_workflow.simulate('customers', '{"id": 1}', '{"credit_limit": 5000000}');
-- In another country: the one without condition
UPDATE customers SET country = 'FR' WHERE id = 2;
SELECT * FROM customer_workflow.simulate('customers', '{"id": 2}', '{"payment_terms": "N90"}');
-- As if somebody else had changed it
SELECT step, assignees FROM customer_workflow.simulate('customers', '{"id": 1}', '{"credit_limit": 5000}', 'bob') WHERE assignees IS NOT NULL;
SELECT step, assignees FROM customer_workflow.simulate('customers', '{"id": 1}', '{"credit_limit": 5000}', 'person:maria') WHERE assignees IS NOT NULL;

-- What submit would refuse
SELECT * FROM customer_workflow.simulate('customers', '{"id": 1}', '{"payment_terms": "N90"}');
SELECT * FROM customer_workflow.simulate('customers', '{"id": 2}', '{"payment_terms": "N90"}', 'bob');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.deactivate_workflow(w) FROM unnest('{Credit,Others}'::text[]) AS w;
SELECT * FROM customer_workflow.simulate('customers', '{"id": 1}', '{"credit_limit": 5000}');
SELECT * FROM customer_workflow.simulate('customers', '{"id": 1}', '{"credit_limit": null}');
-- Nothing was written
SELECT count(*) FROM customer_workflow.proposals;
SELECT kind, count(*) FROM customer_workflow.workflow_history GROUP BY kind ORDER BY kind;
