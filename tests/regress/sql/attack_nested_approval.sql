-- Attack: a trigger calls the verbs while approved values are written, to have something else written under the same permit.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit,name}', 'credit_managers', '{"validate_on_submit": false}');
SELECT customer_workflow.grant_duty('customers', 'steward', 'bob');
GRANT CREATE ON SCHEMA public TO erp_owner;
\c - erp_owner
CREATE TABLE plan (what text);
GRANT SELECT ON plan TO PUBLIC;
CREATE FUNCTION follow_plan() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step text;
    said text;
BEGIN
    FOR step IN SELECT what FROM plan LOOP
        BEGIN
            EXECUTE step INTO said;
            RAISE NOTICE 'nested: %', said;
        EXCEPTION WHEN OTHERS THEN
            RAISE NOTICE 'nested: % %', SQLSTATE, SQLERRM;
        END;
    END LOOP;
    RETURN new;
END
$$;
CREATE TRIGGER follow_plan AFTER UPDATE ON customers FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION follow_plan();
\c - alice
UPDATE customers SET credit_limit = 5000 WHERE id IN (1, 2);
UPDATE customers SET name = 'Gamma II' WHERE id = 3;
SELECT outcome FROM customer_workflow.submit_many((SELECT array_agg(id) FROM customer_workflow.proposals));
SELECT id AS one FROM customer_workflow.proposals WHERE record_key = '{"id": 1}' \gset
SELECT id AS two FROM customer_workflow.proposals WHERE record_key = '{"id": 2}' \gset
SELECT id AS three FROM customer_workflow.proposals WHERE record_key = '{"id": 3}' \gset

-- approve in the trigger, also of another proposal; then other verbs; then an UPDATE
\c - erp_owner
INSERT INTO plan VALUES ('SELECT customer_workflow._permit_end()'), (format('SELECT customer_workflow.approve(%s)', :two)), (format('SELECT customer_workflow.approve(%s)', :one)),
    (format('SELECT (customer_workflow.approve_many(ARRAY[%s])).message', :two)), (format('SELECT (customer_workflow.check_proposal(%s)).sqlstate', :two)),
    (format('SELECT customer_workflow.submit(%s)', :one)), (format('SELECT customer_workflow.rebase(%s)', :one)),
    ('UPDATE customers SET name = ''Beta II'' WHERE id = 2 RETURNING name'), ('UPDATE customers SET credit_limit = 5000 WHERE id = 2 RETURNING credit_limit'),
    ('UPDATE customers SET credit_limit = 5000 WHERE id = 1 RETURNING credit_limit');
\c - bob
SELECT customer_workflow.approve(:one);
\c - postgres
SELECT id, name, credit_limit FROM customers ORDER BY id;
SELECT record_key, author, status FROM customer_workflow.proposals ORDER BY id;

-- Reject, recall or cancel the very proposal that is being approved
TRUNCATE plan;
INSERT INTO plan VALUES (format('SELECT customer_workflow.reject(%s, ''no'')', :two)), (format('SELECT customer_workflow.request_change(%s, ''no'')', :two)),
    (format('SELECT customer_workflow.recall(%s)', :two)), (format('SELECT customer_workflow.discard_change(%s, ''credit_limit'')', :two)), (format('SELECT customer_workflow.cancel(%s)', :two));
\c - bob
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :two));
\c - postgres
SELECT id, credit_limit FROM customers WHERE id = 2;
SELECT status FROM customer_workflow.proposals WHERE id = :two;
SELECT kind, person FROM customer_workflow.workflow_history WHERE proposal = :two ORDER BY at;
-- Switch protection off in between
TRUNCATE plan;
INSERT INTO plan VALUES ('SELECT customer_workflow.disable(''customers'')'), ('SELECT customer_workflow.unprotect(''customers'', ''{*}'', true)'),
    ('SELECT customer_workflow.configure(''customers'', ''{"conflict": "overwrite"}'')');
\c - bob
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', :three));
\c - postgres
SELECT id, name FROM customers WHERE id = 3;
