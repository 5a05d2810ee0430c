-- Definitions, resubmission: after a rebase, changed_only keeps the approvals of steps that do not depend on what moved; the other modes start again.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}');
SELECT customer_workflow.set_data_entity('erp', 'customers', '{"behavior": "allow_without_approval"}');
CREATE FUNCTION crm.workflow(mode text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM customer_workflow.activate_workflow('credit', customer_workflow.create_workflow('credit', 'customers', $d${
      "elements": [
        {"approval": {"name": "Each", "steps": [
          {"name": "Limit", "when": "changed('credit_limit')", "assign_to": {"user": "bob"}},
          {"name": "Account", "when": "changed('bank_account')", "assign_to": {"user": "carol"}},
          {"name": "City", "when": "new.city IS NOT NULL AND changed('credit_limit')", "assign_to": {"group": "deputies"}},
          {"name": "All", "assign_to": {"user": "import"}}]}}
      ]}$d$::jsonb || jsonb_build_object('resubmission', mode)));
END $$;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.add_group_member('deputies', p) FROM unnest('{dave,erp}'::text[]) AS p;
-- All but the last approve; then the stored account moves, and Alice takes it as the new original.
CREATE FUNCTION approve_as(people text[], p bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    who text;
BEGIN
    FOREACH who IN ARRAY people LOOP
        EXECUTE format('SET SESSION AUTHORIZATION %I', who);
        PERFORM customer_workflow.approve(p);
        RESET SESSION AUTHORIZATION;
    END LOOP;
END $$;

-- changed_only: who has approved the limit has approved it
SELECT crm.workflow('changed_only');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, bank_account = 'DE55' WHERE id IN (1, 2);
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;
RESET SESSION AUTHORIZATION;
SELECT approve_as('{bob,carol,dave}', p) FROM generate_series(1, 2) AS p;
SELECT id, waiting_on FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION erp;
UPDATE customers SET bank_account = 'DE44' WHERE id IN (1, 2);
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(1);
SELECT customer_workflow.submit(1);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 1;
SELECT kind, step, person FROM customer_workflow.workflow_history WHERE proposal = 1 AND kind = 'approval_kept' ORDER BY step;
RESET SESSION AUTHORIZATION;
SELECT approve_as('{carol,import}', 1);
SELECT status FROM customer_workflow.proposals WHERE id = 1;
SELECT credit_limit, bank_account FROM customers WHERE id = 1;

-- nothing is kept that was approved by somebody who would not be asked any more
SELECT customer_workflow.remove_group_member('deputies', 'dave');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(2);
SELECT customer_workflow.submit(2);
RESET SESSION AUTHORIZATION;
SELECT approve_as('{carol}', 2);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 2;
SELECT approve_as('{erp,import}', 2);
SELECT status FROM customer_workflow.proposals WHERE id = 2;
SELECT customer_workflow.add_group_member('deputies', 'dave');

-- the other modes: everybody again
SELECT crm.workflow('restart');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000, bank_account = 'DE66' WHERE id = 2;
SELECT customer_workflow.submit(3);
RESET SESSION AUTHORIZATION;
SELECT approve_as('{bob,carol}', 3);
SET SESSION AUTHORIZATION erp;
UPDATE customers SET bank_account = 'DE45' WHERE id = 2;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(3);
SELECT customer_workflow.submit(3);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 3;
SELECT customer_workflow.cancel(3);
RESET SESSION AUTHORIZATION;
SELECT crm.workflow('same_element');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000, bank_account = 'DE66' WHERE id = 2;
SELECT customer_workflow.submit(4);
RESET SESSION AUTHORIZATION;
SELECT approve_as('{bob,carol}', 4);
SET SESSION AUTHORIZATION erp;
UPDATE customers SET bank_account = 'DE46' WHERE id = 2;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(4);
SELECT customer_workflow.submit(4);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 4;

-- What a condition read may have moved besides: the way is looked for anew, and a step that did not run before runs now.
SELECT customer_workflow.cancel(4);
RESET SESSION AUTHORIZATION;
SELECT crm.workflow('changed_only');
UPDATE customers SET city = NULL WHERE id = 2;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000, bank_account = 'DE66' WHERE id = 2;
SELECT customer_workflow.submit(5);
RESET SESSION AUTHORIZATION;
SELECT approve_as('{bob,carol}', 5);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 5;
UPDATE customers SET city = 'Bonn' WHERE id = 2;
SET SESSION AUTHORIZATION erp;
UPDATE customers SET bank_account = 'DE47' WHERE id = 2;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(5);
SELECT customer_workflow.submit(5);
RESET SESSION AUTHORIZATION;
SELECT approve_as('{carol}', 5);
SELECT waiting_on FROM customer_workflow.proposals WHERE id = 5;
