-- Attack, option field_decisions: a change that nobody else has seen is not applied by deciding around it.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers', '{"field_decisions": true}');
GRANT UPDATE ON customers TO carol;
-- Carol, an approver, proposes herself; no part of it is hers to decide, and what is split off is hers as well.
SET SESSION AUTHORIZATION carol;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id = 1;
SELECT customer_workflow.submit(1);
SELECT * FROM error_of($$SELECT customer_workflow.approve(1, fields => '{credit_limit}')$$) WHERE field IN ('sqlstate', 'message');
SELECT * FROM error_of($$SELECT customer_workflow.reject(1, 'x', fields => '{credit_limit}')$$) WHERE field IN ('sqlstate', 'message');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.reject(1, 'no', fields => '{payment_terms}');
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.submit(2);
SELECT * FROM error_of('SELECT customer_workflow.approve(2)') WHERE field IN ('sqlstate', 'message');
SELECT * FROM error_of($$SELECT customer_workflow.approve(2, fields => '{payment_terms}')$$) WHERE field IN ('sqlstate', 'message');

-- A steward who edited is a party to the rest and to what was split off.
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.grant_duty('customers', 'steward', 'bob');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 7000, payment_terms = 'N7', bank_account = 'DE1' WHERE id = 2;
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.reject(3, 'no', fields => '{payment_terms}');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(4);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of($$SELECT customer_workflow.approve(3, fields => '{credit_limit}')$$) WHERE field IN ('sqlstate', 'message');
SELECT * FROM error_of('SELECT customer_workflow.approve(4)') WHERE field IN ('sqlstate', 'message');

-- A work item of another proposal, a field under another name, a rejected proposal
SET SESSION AUTHORIZATION carol;
SELECT work_item AS other FROM customer_workflow.my_work_items WHERE proposal = 4 \gset
SELECT * FROM error_of(format($$SELECT customer_workflow.approve(3, work_item => %s, fields => '{credit_limit}')$$, :other)) WHERE field IN ('sqlstate', 'message');
SELECT * FROM error_of($$SELECT customer_workflow.approve(3, fields => '{"credit_limit "}')$$) WHERE field IN ('sqlstate', 'message');
SELECT * FROM error_of($$SELECT customer_workflow.approve(3, fields => '{CREDIT_LIMIT}')$$) WHERE field IN ('sqlstate', 'message');
SELECT customer_workflow.reject(4, 'no');
SELECT * FROM error_of($$SELECT customer_workflow.approve(4, fields => '{payment_terms}')$$) WHERE field IN ('sqlstate', 'message');

-- A trigger that runs while the rest is written cannot decide the fields that were split off.
SET SESSION AUTHORIZATION erp_owner;
CREATE FUNCTION crm.decide() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE '%', (SELECT value FROM public.error_of('SELECT customer_workflow.approve(1, fields => ''{credit_limit}'')') WHERE field = 'sqlstate');
    RETURN NEW;
END
$$;
CREATE TRIGGER decide AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION crm.decide();
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.approve(3, fields => '{credit_limit}');
RESET SESSION AUTHORIZATION;
SELECT id, credit_limit, payment_terms FROM customers WHERE id < 3 ORDER BY id;

-- The functions inside are nobody's.
SET SESSION AUTHORIZATION bob;
SELECT value FROM error_of($$INSERT INTO customer_workflow.field_decision (work_item, place, field, person, digest, fingerprint) VALUES (1, 'role:bob', 'credit_limit', 'role:bob', '', '')$$) WHERE field = 'sqlstate';
SELECT value FROM error_of('SELECT customer_workflow._count_approved(NULL, 1)') WHERE field = 'sqlstate';
-- What everybody may call tells of one's own work items only.
SET SESSION AUTHORIZATION dave;
SELECT w.id, f.* FROM generate_series(1, 4) AS w (id) CROSS JOIN LATERAL customer_workflow._my_fields(w.id) AS f WHERE f.fields IS NOT NULL;
