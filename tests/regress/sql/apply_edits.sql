-- Promises 6 and 9: what is being decided is not edited by triggers that run while approved values are written.
\set SHOW_CONTEXT never
CREATE TABLE limits (id int PRIMARY KEY, customer_id bigint REFERENCES customers ON DELETE CASCADE, amount numeric, note text);
ALTER TABLE limits OWNER TO erp_owner;
INSERT INTO limits VALUES (1, 1, 10), (2, 2, 20);
GRANT SELECT, UPDATE ON limits TO alice, bob;
CREATE VIEW outcome AS
SELECT p.id, p.status, (SELECT string_agg(format('%s: %s -> %s', c.field, c.original_value, c.proposed_value), ', ') FROM customer_workflow.proposed_changes AS c WHERE c.proposal = p.id) AS changes,
       (SELECT string_agg(h.kind, ', ' ORDER BY h.at) FROM customer_workflow.workflow_history AS h WHERE h.proposal = p.id) AS history
  FROM customer_workflow.proposals AS p ORDER BY p.id;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers', '{"on_delete": "propose"}');
SELECT customer_workflow.protect('limits', '{amount, note}', 'credit_managers');
SELECT customer_workflow.create_workflow('Own', 'limits', '{"allow_self_approval": true, "elements": [{"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"role": "credit_managers"}}, {"name": "T", "when": "new.amount > 100", "assign_to": {"user": "carol"}}]}}]}');
SELECT customer_workflow.activate_workflow('Own', 1);
-- What bob writes to customers when it is approved changes his own limits, too.
CREATE FUNCTION public.follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF session_user = 'bob' AND NEW.credit_limit <> OLD.credit_limit THEN
        UPDATE limits SET amount = 999 WHERE id = 1;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER follow AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION follow();

-- Both are approved in one call. The trigger would have proposal 2 applied as something that nobody approved, or go on as such.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
UPDATE limits SET amount = 50 WHERE id = 1;
SELECT customer_workflow.submit(2);
UPDATE limits SET note = 'a draft' WHERE id = 1;
SELECT * FROM customer_workflow.approve_many('{1, 2}');
RESET SESSION AUTHORIZATION;
TABLE outcome;
SELECT amount FROM limits WHERE id = 1;
-- alone it is none of proposal 2's business
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1);
UPDATE limits SET amount = 500 WHERE id = 1;
SELECT * FROM customer_workflow.submit_many('{3}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
SELECT customer_workflow.submit(4);
-- proposal 3 would go on to carol, with 999 in place of 500
SET SESSION AUTHORIZATION bob;
SELECT * FROM customer_workflow.approve_many('{3, 4}');
RESET SESSION AUTHORIZATION;
TABLE outcome;

-- The workflow of proposal 6 approves by itself, and its trigger would change what proposal 5 is submitted as.
SELECT customer_workflow.create_workflow('Auto', 'customers', '{"elements": [{"approval": {"name": "A", "automatic_action": {"when": "true", "action": "approve"}, "steps": [{"name": "S", "assign_to": {"role": "credit_managers"}}]}}]}');
SET client_min_messages = error;
SELECT customer_workflow.activate_workflow('Auto', 1);
RESET client_min_messages;
GRANT UPDATE ON customers TO bob;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.cancel(3);
UPDATE limits SET amount = 60 WHERE id = 1;
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM customer_workflow.submit_many('{5, 6}');
RESET SESSION AUTHORIZATION;
TABLE outcome;
SELECT * FROM customer_workflow.verify_history();

-- Deleting a record deletes another one of the same change set, which has been written, and is over with it.
SELECT customer_workflow.deactivate_workflow('Auto');
DROP TRIGGER follow ON customers;
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('away');
DELETE FROM customers WHERE id = 2;
UPDATE limits SET amount = 77 WHERE id = 2;
COMMIT;
SELECT customer_workflow.submit(7);
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(7);
-- Outside a set, one that is not through its workflow is cancelled, and does not go on.
SET SESSION AUTHORIZATION alice;
UPDATE limits SET amount = 800 WHERE id = 1;
DELETE FROM customers WHERE id = 1;
SELECT * FROM customer_workflow.submit_many('{9, 10}');
SET SESSION AUTHORIZATION bob;
SELECT * FROM customer_workflow.approve_many('{9, 10}');
RESET SESSION AUTHORIZATION;
SELECT * FROM outcome WHERE id >= 7;
SELECT count(*) FROM customer_workflow.work_items WHERE status = 'open' AND proposal >= 7;

-- What gives records their labels is code of the owner, too; the label is left out.
CREATE FUNCTION public.labelled(name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.limits SET amount = 999 WHERE id = 3;
    RETURN name;
END
$$;
INSERT INTO limits VALUES (3, 3, 30);
SELECT customer_workflow.configure('customers', '{"record_label": "public.labelled(name)"}');
SELECT customer_workflow.deactivate_workflow('Own');
SELECT customer_workflow.create_workflow('zAuto', 'limits', '{"elements": [{"approval": {"name": "A", "automatic_action": {"when": "proposal.fields = ''{amount}'' and new.amount < 100", "action": "approve"}, "steps": [{"name": "S", "assign_to": {"role": "credit_managers"}}]}}]}');
SELECT customer_workflow.activate_workflow('zAuto', 1);
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 9000 WHERE id = 3;
UPDATE limits SET amount = 33 WHERE id = 3;
SELECT * FROM customer_workflow.submit_many('{11, 12}');
RESET SESSION AUTHORIZATION;
SELECT * FROM outcome WHERE id > 10;
SELECT amount FROM limits WHERE id = 3;
SELECT record_label FROM customer_workflow.proposals WHERE id = 11;
