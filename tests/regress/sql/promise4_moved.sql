-- Promise 4: what counts as another's change: any other value byte for byte, in any of the fields, companions included; not what is wished already.
\set SHOW_CONTEXT never
CREATE TABLE accounts (id int PRIMARY KEY, amount numeric, note text, on_hold boolean, hold_reason text, seen int DEFAULT 0);
INSERT INTO accounts SELECT i, 1.5, 'a', false FROM generate_series(1, 9) AS i;
UPDATE accounts SET amount = NULL WHERE id = 6;
ALTER TABLE accounts OWNER TO erp_owner;
GRANT SELECT, UPDATE ON accounts TO alice, import;
SELECT customer_workflow.protect('accounts', '{amount,note,on_hold}', 'credit_managers', '{"companions": {"on_hold": ["hold_reason"]}}');
SELECT customer_workflow.set_data_entity('import', 'accounts', '{"behavior": "allow_without_approval"}');
SET SESSION AUTHORIZATION alice;
SET client_min_messages = warning;
UPDATE accounts SET amount = 2.5, note = 'b';
UPDATE accounts SET on_hold = true, hold_reason = 'late' WHERE id = 8;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;

SET SESSION AUTHORIZATION import;
UPDATE accounts SET amount = 1.50 WHERE id = 1;                      -- another scale
UPDATE accounts SET amount = 9 WHERE id = 2;                         -- there and back
UPDATE accounts SET amount = 1.5 WHERE id = 2;
UPDATE accounts SET amount = 2.5 WHERE id = 3;                       -- what Alice wishes
UPDATE accounts SET amount = 2.5, note = 'c' WHERE id = 4;           -- the one what she wishes, the other not
UPDATE accounts SET amount = NULL WHERE id = 5;
UPDATE accounts SET amount = 0 WHERE id = 6;                         -- it was null
UPDATE accounts SET seen = 1 WHERE id = 7;                           -- a field that is not protected
UPDATE accounts SET hold_reason = 'lawsuit' WHERE id = 8;            -- one that is not protected, but goes with one that is
UPDATE accounts SET note = 'A' WHERE id = 9;                         -- another case

SET SESSION AUTHORIZATION bob;
SELECT record_key, conflict FROM customer_workflow.proposals ORDER BY id;
SELECT record_key, field, original_value, proposed_value, current_value, conflict FROM customer_workflow.proposed_changes WHERE conflict <> 'none' ORDER BY proposal, field;
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many((SELECT array_agg(proposal ORDER BY proposal) FROM customer_workflow.my_work_items));
SELECT field, value FROM customer_workflow.my_work_items AS w
 CROSS JOIN LATERAL error_of(format('SELECT customer_workflow.approve(%s)', w.proposal)) WHERE w.record_key = '{"id": 5}' ORDER BY w.proposal;
RESET SESSION AUTHORIZATION;
SELECT * FROM accounts ORDER BY id;

-- Alice withdraws the field that moved; the rest goes on as a draft.
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.discard_change(id, 'note') FROM customer_workflow.proposals WHERE record_key = '{"id": 4}';
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
-- Or wishes it anew, over what she sees now.
UPDATE accounts SET amount = 3 WHERE id = 6;
SELECT field, original_value, proposed_value, conflict FROM customer_workflow.proposed_changes WHERE record_key = '{"id": 6}' ORDER BY field;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items WHERE record_key IN ('{"id": 4}', '{"id": 6}');
RESET SESSION AUTHORIZATION;
SELECT * FROM accounts WHERE id IN (4, 6) ORDER BY id;
