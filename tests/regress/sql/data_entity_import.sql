-- Design 5.1: an import that is run again and again makes no second proposals, and one bad row does not spoil it.
\set SHOW_CONTEXT never
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{name, credit_limit}', 'credit_managers');
SELECT customer_workflow.set_data_entity('import', 'customers');
CREATE TEMP TABLE file (id bigint, name text, credit_limit numeric, city text);
GRANT ALL ON file TO import;
INSERT INTO file VALUES (1, 'Alpha', 1100, 'Berlin'), (2, 'Beta', -2, 'Bremen'), (3, 'Gamma', 300, 'Goslar');
CREATE TEMP VIEW state AS
    SELECT p.id, p.record_key, p.status, p.submit_sqlstate, p.submit_message, c.proposed_value
      FROM customer_workflow.proposals AS p LEFT JOIN customer_workflow.proposed_changes AS c ON c.proposal = p.id ORDER BY p.id;
GRANT SELECT ON state TO PUBLIC;

-- the first night: a bad limit stays behind, with the reason; the others wait for their approvers
SET SESSION AUTHORIZATION import;
SET customer_workflow.reference = 'file of Monday';
UPDATE customers AS c SET name = f.name, credit_limit = f.credit_limit, city = f.city FROM file AS f WHERE f.id = c.id;
SELECT * FROM state;
SELECT id, city FROM customers ORDER BY id;
SELECT DISTINCT author, originator, source, reference FROM customer_workflow.proposals WHERE status = 'pending_approval';

-- the next night, the same file: nothing new
SET customer_workflow.reference = 'file of Tuesday';
UPDATE customers AS c SET name = f.name, credit_limit = f.credit_limit, city = f.city FROM file AS f WHERE f.id = c.id;
SELECT * FROM state;
-- also as an upsert (which PostgreSQL checks as an INSERT first), as a MERGE, and row by row
INSERT INTO customers AS c (id, name, credit_limit, city) SELECT id, name, credit_limit, city FROM file WHERE credit_limit > 0
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, credit_limit = excluded.credit_limit, city = excluded.city;
MERGE INTO customers AS c USING file AS f ON f.id = c.id WHEN MATCHED THEN UPDATE SET credit_limit = f.credit_limit;
DO $$ DECLARE f record; BEGIN
    FOR f IN SELECT * FROM file LOOP UPDATE customers SET credit_limit = f.credit_limit WHERE id = f.id; END LOOP;
END $$;
SELECT * FROM state;

-- an approver rejects one: the same value does not come up again
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.reject(3, 'no credit for Gamma');
SET SESSION AUTHORIZATION import;
UPDATE customers AS c SET credit_limit = f.credit_limit FROM file AS f WHERE f.id = c.id;
SELECT * FROM state;

-- a file with other values: what is pending takes them and starts again, and so does what was bad or rejected
UPDATE file SET credit_limit = CASE id WHEN 1 THEN 1200 WHEN 2 THEN 200 ELSE 30 END;
UPDATE customers AS c SET credit_limit = f.credit_limit FROM file AS f WHERE f.id = c.id;
SELECT * FROM state;
SELECT kind, person, source, details ->> 'reason' AS reason FROM customer_workflow.workflow_history WHERE proposal = 1;

-- approved, they are stored; the next file finds nothing to change
SET SESSION AUTHORIZATION bob;
SELECT * FROM customer_workflow.approve_many('{1,2,3}');
SET SESSION AUTHORIZATION import;
UPDATE customers AS c SET name = f.name, credit_limit = f.credit_limit, city = f.city FROM file AS f WHERE f.id = c.id;
SELECT count(*) FROM customer_workflow.proposals;
SELECT id, name, credit_limit, city FROM customers ORDER BY id;

-- a steward looks after what an import leaves behind
UPDATE customers SET credit_limit = -3 WHERE id = 3;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.grant_duty('customers', 'steward', 'dave');
SET SESSION AUTHORIZATION dave;
SELECT field, value FROM error_of('SELECT customer_workflow.submit(4)') WHERE field IN ('sqlstate', 'constraint');
SELECT customer_workflow.cancel(4, 'wrong file');
