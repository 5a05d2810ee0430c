-- Attack: values of protected fields are shown to nobody who may not SELECT them and does not decide them, in no view and by no function,
-- nor those of rows that row level security hides.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE attack_values_clerk LOGIN;
CREATE ROLE attack_values_south LOGIN;
CREATE ROLE attack_values_author LOGIN;
GRANT SELECT (id, name, country, city), UPDATE (city) ON customers TO attack_values_clerk;
GRANT SELECT, UPDATE ON customers TO attack_values_south, attack_values_author;
UPDATE customers SET bank_account = CASE WHEN id < 3 THEN 'SECRET original' END, payment_terms = CASE WHEN id < 3 THEN 'SECRET terms' END, city = 'open',
    country = CASE id WHEN 3 THEN 'south' ELSE 'north' END;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY clerk ON customers TO attack_values_clerk, alice, attack_values_author USING (true);
CREATE POLICY south ON customers TO attack_values_south USING (country = 'south');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{bank_account, payment_terms, city}', 'credit_managers', '{"record_label": "bank_account"}');
SELECT customer_workflow.create_workflow('bank', 'customers', '{"elements": [
    {"approval": {"name": "a", "steps": [{"name": "s", "subject": "from %old.bank_account% to %new.bank_account%", "instructions": "terms %new.payment_terms%",
        "assign_to": {"role": "credit_managers"}}]}}]}');
SELECT * FROM customer_workflow.validate_workflow('{"elements": [{"approval": {"name": "a", "steps": [{"name": "s", "subject": "x %new.bank_account%", "assign_to": {"role": "credit_managers"}}]}}]}', 'customers');
SELECT customer_workflow.activate_workflow('bank', 1);

-- Proposals of every kind and status, a change set, a comment, a write past approval, a conflict, one that failed to be submitted
SET SESSION AUTHORIZATION attack_values_author;
UPDATE customers SET bank_account = 'SECRET draft', city = 'draft' WHERE id = 1;
UPDATE customers SET bank_account = 'SECRET waiting' WHERE id = 2;
SELECT customer_workflow.submit(id) AS submitted FROM customer_workflow.proposals WHERE record_key = '{"id": 2}';
SELECT customer_workflow.begin_change_set('set', 'with others') IS NOT NULL AS set;
UPDATE customers SET payment_terms = 'SECRET set' WHERE id = 1;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET payment_terms = 'SECRET applied' WHERE id = 2;
SELECT customer_workflow.submit(id) AS submitted FROM customer_workflow.proposals WHERE author = 'alice';
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) AS approved FROM customer_workflow.my_work_items WHERE author = 'alice';
SET SESSION AUTHORIZATION erp_owner;
BEGIN;
SELECT customer_workflow.begin_maintenance('{customers}', 'direct');
UPDATE customers SET bank_account = 'SECRET direct' WHERE id = 1;
COMMIT;

-- Everything that can be read or asked, as text; what it does is undone
RESET SESSION AUTHORIZATION;
CREATE FUNCTION public.find_secrets() RETURNS TABLE (place text, rows bigint, secret text) LANGUAGE plpgsql AS $$
DECLARE
    what text;
    det text;
BEGIN
    FOR place, what IN
        -- every view that this role may read
        SELECT c.relname, format('SELECT v::text FROM customer_workflow.%I AS v', c.relname) FROM pg_class AS c
         WHERE c.relnamespace = 'customer_workflow'::regnamespace AND c.relkind = 'v' AND has_table_privilege(c.oid, 'SELECT')
        UNION ALL SELECT v.f, v.q FROM (VALUES
            ('review()', 'SELECT customer_workflow.review(p)::text FROM generate_series(1, 10) AS p'),
            ('pending_changes()', 'SELECT v::text FROM customer_workflow.pending_changes(''customers'') AS v'),
            ('with_pending()', 'SELECT v::text FROM customer_workflow.with_pending(NULL::public.customers) AS v'),
            ('check_proposal()', 'SELECT v::text FROM generate_series(1, 10) AS p, customer_workflow.check_proposal(p) AS v'),
            ('workflow_diagram()', 'SELECT customer_workflow.workflow_diagram(''bank'', 1, p)::text FROM generate_series(1, 10) AS p'),
            ('simulate()', 'SELECT v::text FROM customer_workflow.simulate(''customers'', ''{"id": 1}'', ''{"city": "x"}'') AS v'),
            ('_stored_values()', 'SELECT customer_workflow._stored_values(p, ''{bank_account}'')::text FROM generate_series(1, 10) AS p'),
            ('_own_values()', 'SELECT customer_workflow._own_values(''customers'', ''{"id": 1}'', ''{bank_account}'')::text'),
            ('_proposed_exactly()', 'SELECT customer_workflow._proposed_exactly(NULL::text, p, ''bank_account'') FROM generate_series(1, 10) AS p'),
            ('_original_value()', 'SELECT customer_workflow._original_value(p, ''bank_account'', NULL, NULL::text) FROM generate_series(1, 10) AS p'),
            ('approve()', 'SELECT customer_workflow.approve(1)'), ('rebase()', 'SELECT customer_workflow.rebase(1)'),
            ('reject()', 'SELECT customer_workflow.reject(2, ''no'')'), ('submit()', 'SELECT customer_workflow.submit(1)'),
            ('approve_many()', 'SELECT v::text FROM customer_workflow.approve_many(''{1,2,3,4}'') AS v'),
            ('revert()', 'SELECT customer_workflow.revert(p) FROM generate_series(1, 10) AS p'),
            ('propose()', 'SELECT customer_workflow.propose(''customers'', ''{"id": 1}'', ''{"bank_account": 1}'')'),
            ('update', 'UPDATE public.customers SET city = city WHERE id = 1')) AS v (f, q)
        ORDER BY 1 LOOP
        BEGIN
            EXECUTE format('WITH q (t) AS (%s) SELECT count(*), max(substring(t FROM ''.{0,30}SECRET.{0,20}'')) FROM q', what || CASE WHEN what LIKE 'UPDATE%' THEN ' RETURNING id::text' ELSE '' END)
               INTO rows, secret;
            RAISE EXCEPTION USING ERRCODE = 'CW000';
        EXCEPTION WHEN SQLSTATE 'CW000' THEN
            NULL;
        WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS det = PG_EXCEPTION_DETAIL;
            rows := -1;
            secret := substring(SQLERRM || ' ' || det FROM '.*SECRET.*');
        END;
        IF secret IS NOT NULL THEN
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;
-- That it finds them: an approver sees those that he decides, the owner all
SET SESSION AUTHORIZATION bob;
SELECT place, rows > 0 AS rows FROM find_secrets();
SET SESSION AUTHORIZATION erp_owner;
SELECT place, rows > 0 AS rows FROM find_secrets();
-- A clerk who may not SELECT these columns; somebody who sees other rows; somebody who sees none
SET SESSION AUTHORIZATION attack_values_clerk;
SELECT * FROM find_secrets();
SELECT count(*) > 0 AS sees_the_draft_of_city FROM customer_workflow.proposed_changes WHERE field = 'city';
SET SESSION AUTHORIZATION attack_values_south;
SELECT * FROM find_secrets();
SET SESSION AUTHORIZATION dave;
SELECT * FROM find_secrets();

-- A NOTICE with values shows those that may be read
SET client_min_messages = notice;
SET SESSION AUTHORIZATION attack_values_clerk;
SET customer_workflow.notices = 'values';
UPDATE customers SET city = 'elsewhere' WHERE id = 1;
RESET SESSION AUTHORIZATION;
DROP OWNED BY attack_values_clerk, attack_values_south, attack_values_author;
DROP ROLE attack_values_clerk, attack_values_south, attack_values_author;
