-- Definitions, resubmission: where a proposal starts again that was rejected, or of which a change was requested.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account, payment_terms}');
SELECT customer_workflow.grant_duty('customers', 'steward', 'import');
INSERT INTO customers (id, name, credit_limit, bank_account) SELECT i, 'Customer ' || i, 100, 'DE' || i FROM generate_series(11, 40) AS i;
CREATE FUNCTION crm.again(mode text, more jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM customer_workflow.activate_workflow('credit', customer_workflow.create_workflow('credit', 'customers', $d${
      "elements": [
        {"approval": {"name": "Credit", "steps": [
          {"name": "Bob", "when": "changed('credit_limit')", "assign_to": {"user": "bob"}},
          {"name": "Bank", "when": "changed('bank_account')", "assign_to": {"user": "bob"}}]}},
        {"approval": {"name": "Board", "steps": [
          {"name": "Carol", "assign_to": {"user": "carol"}},
          {"name": "Dave", "assign_to": {"user": "dave"}}]}}
      ]}$d$::jsonb || jsonb_build_object('resubmission', mode) || more));
END $$;
RESET SESSION AUTHORIZATION;
-- who has been asked since the proposal was submitted last, and what was kept
CREATE VIEW public.asked AS
SELECT h.proposal, string_agg(CASE h.kind WHEN 'creation' THEN '' ELSE h.kind || ' ' END || h.element || '/' || h.step, ', ' ORDER BY h.at) AS asked
  FROM customer_workflow.workflow_history AS h
 WHERE h.kind IN ('creation', 'approval_kept')
   AND h.at >= (SELECT max(s.at) FROM customer_workflow.workflow_history AS s WHERE s.proposal = h.proposal AND s.kind = 'submitted')
 GROUP BY h.proposal;
GRANT SELECT ON public.asked TO PUBLIC;
-- Who holds it says yes, until it comes to somebody named.
CREATE FUNCTION public.yes_until(p bigint, who text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE holder text; n int := 0;
BEGIN
    LOOP
        SELECT waiting_on[1] INTO holder FROM customer_workflow.proposals WHERE id = p;
        EXIT WHEN holder IS NULL OR holder = who;
        EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', holder);
        PERFORM customer_workflow.approve(p);
        SET LOCAL SESSION AUTHORIZATION DEFAULT;
    END LOOP;
    RETURN (SELECT status FROM customer_workflow.proposals WHERE id = p);
END $$;
CREATE PROCEDURE public.draft(record int) LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL SESSION AUTHORIZATION alice;
    UPDATE customers SET credit_limit = 5000, bank_account = 'XX' WHERE id = record;
    PERFORM customer_workflow.submit((SELECT max(id) FROM customer_workflow.proposals));
END $$;

-- restart, the default: everything again, whatever was rejected or asked for
SET SESSION AUTHORIZATION erp_owner;
SELECT crm.again('restart');
RESET SESSION AUTHORIZATION;
CALL draft(11);
SELECT yes_until(1, 'dave');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.reject(1, 'too much');
SET SESSION AUTHORIZATION alice;
SELECT status, status_message, waiting_on FROM customer_workflow.proposals WHERE id = 1;
SELECT customer_workflow.submit(1, 'I insist');
RESET SESSION AUTHORIZATION;
SELECT yes_until(1, 'nobody');
SELECT asked FROM asked WHERE proposal = 1;

-- same_element: at the element that sent it back, from its first step
SET SESSION AUTHORIZATION erp_owner;
SELECT crm.again('same_element');
RESET SESSION AUTHORIZATION;
CALL draft(12);
SELECT yes_until(2, 'dave');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.request_change(2, 'less');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 4000 WHERE id = 12;
SELECT customer_workflow.submit(2);
RESET SESSION AUTHORIZATION;
SELECT yes_until(2, 'nobody');
SELECT asked FROM asked WHERE proposal = 2;
SELECT credit_limit FROM customers WHERE id = 12;
-- after a recall it starts again like any draft
CALL draft(13);
SELECT yes_until(3, 'dave');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(3);
SELECT customer_workflow.submit(3);
SELECT asked FROM asked WHERE proposal = 3;
-- and where an approver of before has edited it since, who may not decide his own change
RESET SESSION AUTHORIZATION;
CALL draft(14);
SELECT yes_until(4, 'dave');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.grant_duty('customers', 'steward', 'carol');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.reject(4, 'no');
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.discard_change(4, 'bank_account');
SELECT customer_workflow.submit(4);
\echo :SQLSTATE

-- changed_only: steps keep their approvals whose fields did not change
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.revoke_duty('customers', 'steward', 'carol');
SELECT crm.again('changed_only');
RESET SESSION AUTHORIZATION;
CALL draft(15);
SELECT yes_until(5, 'dave');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.request_change(5, 'less');
SET SESSION AUTHORIZATION alice;
-- only the credit limit: who approved the bank account is not asked again; Carol's step names no field and so is about all
UPDATE customers SET credit_limit = 4000 WHERE id = 15;
SELECT customer_workflow.submit(5);
RESET SESSION AUTHORIZATION;
SELECT yes_until(5, 'dave');
SELECT asked FROM asked WHERE proposal = 5;
-- nothing changed: only who said no is asked again
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.reject(5, 'still too much');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(5, 'it is not');
SELECT asked FROM asked WHERE proposal = 5;
-- an edit that was undone is none
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.reject(5, 'still too much');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 3999.99 WHERE id = 15;
UPDATE customers SET credit_limit = 4000 WHERE id = 15;
SELECT customer_workflow.submit(5, 'it is not');
SELECT asked FROM asked WHERE proposal = 5;
-- a representation is a change: 4000 and 4000.00 are one here, by the type of the column; another bank account with a blank is not
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.reject(5, 'still too much');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET bank_account = 'XX ' WHERE id = 15;
SELECT customer_workflow.submit(5, 'it is not');
RESET SESSION AUTHORIZATION;
SELECT yes_until(5, 'nobody');
SELECT asked FROM asked WHERE proposal = 5;
SELECT credit_limit, bank_account = 'XX ' AS blank FROM customers WHERE id = 15;

-- A field less, a field more
CALL draft(16);
SELECT yes_until(6, 'dave');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.request_change(6, 'not the bank account');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.discard_change(6, 'bank_account');
UPDATE customers SET payment_terms = 'N90' WHERE id = 16;
SELECT p.id, c.field, c.proposed_value FROM customer_workflow.proposals AS p JOIN customer_workflow.proposed_changes AS c ON c.proposal = p.id WHERE p.record_key = '{"id": 16}' ORDER BY 1, 2;
SELECT customer_workflow.submit(6);
RESET SESSION AUTHORIZATION;
SELECT yes_until(6, 'nobody');
SELECT asked FROM asked WHERE proposal = 6;

-- What moved and was rebased has another original: what was approved of it is void.
CALL draft(17);
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT yes_until(:p, 'dave');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.reject(:p, 'no');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('customers');
UPDATE customers SET credit_limit = 222 WHERE id = 17;
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(:p);
SELECT customer_workflow.submit(:p);
RESET SESSION AUTHORIZATION;
SELECT yes_until(:p, 'nobody');
SELECT asked FROM asked WHERE proposal = :p;
SELECT credit_limit FROM customers WHERE id = 17;

-- An approval belongs to the version that it was given in: in another one the same place may be another step.
CALL draft(18);
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT yes_until(:p, 'dave');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.reject(:p, 'no');
SET SESSION AUTHORIZATION erp_owner;
SELECT crm.again('changed_only', '{"elements": [
        {"approval": {"name": "New", "steps": [
          {"name": "Carol", "assign_to": {"user": "carol"}},
          {"name": "Dave", "assign_to": {"user": "dave"}}]}}]}');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(:p);
RESET SESSION AUTHORIZATION;
SELECT yes_until(:p, 'nobody');
SELECT asked FROM asked WHERE proposal = :p;
