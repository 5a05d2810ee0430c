-- Promise 6, option field_decisions: approved fields count for what was seen; an edit, a recall, a rebase or another workflow voids them.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers', '{"field_decisions": true, "require_digest": true}');
SELECT customer_workflow.grant_duty('customers', 'steward', 'dave');
CREATE FUNCTION fields(verb text, fields text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE item record; status text;
BEGIN
    SELECT * INTO item FROM customer_workflow.my_work_items;
    EXECUTE format('SELECT customer_workflow.%I(%s, ''seen'', %L, fields => %L)', verb, item.proposal, item.digest, fields) INTO status;
    RETURN status;
END
$$;
CREATE VIEW approved AS SELECT w -> 'approved_fields' AS fields FROM customer_workflow.my_work_items AS i
    CROSS JOIN LATERAL jsonb_array_elements(customer_workflow.review(i.proposal) -> 'work_items') AS w;
ALTER VIEW approved SET (security_invoker = true);
GRANT SELECT ON approved TO PUBLIC;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of($$SELECT customer_workflow.approve(1, fields => '{credit_limit}')$$) WHERE field IN ('sqlstate', 'message');
SELECT fields('approve', '{credit_limit}');
TABLE approved;

-- Alice edits what he approved: he has approved nothing of what is there now, and Carol's rejection of the rest does not make it so.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 90000 WHERE id = 1;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION bob;
TABLE approved;
SET SESSION AUTHORIZATION carol;
SELECT fields('reject', '{payment_terms}');
SELECT status, (SELECT credit_limit FROM customers WHERE id = 1) FROM customer_workflow.proposals WHERE id = 1;

-- Recalled and submitted again as it was
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.request_change(1, 'why?', digest) FROM customer_workflow.my_work_items;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.cancel(1), customer_workflow.cancel(2);
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = 1;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION bob;
SELECT fields('approve', '{credit_limit}');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.recall(3), customer_workflow.submit(3);
SET SESSION AUTHORIZATION bob;
TABLE approved;

-- The stored value moves under an approved field. No approval passes over it; the other field may be decided.
SELECT fields('approve', '{payment_terms}');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('customers');
UPDATE customers SET credit_limit = 1234 WHERE id = 1;
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of($$SELECT fields('approve', '{credit_limit}')$$) WHERE field IN ('sqlstate', 'message');
SELECT fields('approve', '{payment_terms}');
-- Without what moved, his field is all that is left.
SELECT fields('reject', '{credit_limit}');
SELECT credit_limit, payment_terms FROM customers WHERE id = 1;

-- A rebase voids all: what moved was seen with another original.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000, payment_terms = 'N61' WHERE id = 2;
SELECT max(id) AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT fields('approve', '{credit_limit}');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('customers');
UPDATE customers SET payment_terms = 'N14' WHERE id = 2;
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(:p), customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
TABLE approved;

-- Another workflow, or the same one anew
SELECT fields('approve', '{credit_limit}');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.reroute(:p);
SET SESSION AUTHORIZATION bob;
TABLE approved;

-- A steward discards a field: the proposal is a draft again, and nobody has approved what is left.
SELECT fields('approve', '{credit_limit}');
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.discard_change(:p, 'payment_terms'), customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT status FROM customer_workflow.proposals WHERE id = :p;
TABLE approved;
