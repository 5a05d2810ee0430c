-- Conditions of many proposals at once: each has its own answer, and one that fails fails alone.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'credit_managers');
INSERT INTO customers (id, name, credit_limit) SELECT g, 'No. ' || g, g FROM generate_series(10, 2009) AS g;
SET client_min_messages = warning;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = credit_limit * 2 WHERE id >= 10;
UPDATE customers SET payment_terms = 'N60' WHERE id % 2 = 0 AND id >= 10;
RESET SESSION AUTHORIZATION;
RESET client_min_messages;
CREATE FUNCTION values_of(condition text) RETURNS TABLE (value text, message text, number bigint, first bigint) LANGUAGE sql AS $$
    SELECT c.value, c.message, count(*), min((p.record_key ->> 'id')::bigint)
      FROM customer_workflow._conditions('customers', 'erp_owner', condition,
               (SELECT customer_workflow._cases(array_agg(q.id ORDER BY q.id DESC)) FROM customer_workflow.proposals AS q)) AS c
      JOIN customer_workflow.proposals AS p ON p.id = c.proposal
     GROUP BY 1, 2 ORDER BY 4
$$;
SELECT * FROM values_of('new.credit_limit >= 1000');
SELECT * FROM values_of('changed(''payment_terms'')');
SELECT * FROM values_of('proposal.fields = ''{credit_limit,payment_terms}''');
SELECT * FROM values_of('1 / (old.id - 777) > 0');
SELECT * FROM values_of('100 / (old.id % 500) >= 0');
SELECT * FROM values_of('CASE WHEN old.id = 20 THEN old.name::int = 1 WHEN old.id > 30 THEN NULL ELSE old.name <> '''' END');
-- What is wrong with all is found out once
SELECT * FROM values_of('new.nothing');
-- Records that are gone
DELETE FROM customers WHERE id BETWEEN 100 AND 109;
SELECT count(*) FROM customer_workflow.proposals WHERE status = 'cancelled';
SELECT * FROM values_of('true');
-- In the order that was asked for, as often as it was asked; none of none
SELECT c.proposal, c.value FROM customer_workflow._conditions('customers', 'erp_owner', 'old.id > 1', ARRAY[
    ROW(7, NULL, '{"id": 2}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL), ROW(7, NULL, '{"id": 1}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    ROW(NULL, NULL, '{"id": 3}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), ROW(5, NULL, '{"id": 0}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)]::customer_workflow._case[]) AS c;
SELECT count(*) FROM customer_workflow._conditions('customers', 'erp_owner', 'true', '{}');
-- Keys of several columns, and partitions
CREATE TABLE parts (country text, number int, price numeric, PRIMARY KEY (country, number)) PARTITION BY LIST (country);
CREATE TABLE parts_de PARTITION OF parts FOR VALUES IN ('DE');
CREATE TABLE parts_at PARTITION OF parts FOR VALUES IN ('AT');
ALTER TABLE parts OWNER TO erp_owner;
INSERT INTO parts VALUES ('DE', 1, 5), ('AT', 1, 6);
SELECT customer_workflow.protect('parts', '{price}', 'credit_managers');
SELECT c.proposal, c.value FROM customer_workflow._conditions('parts', 'erp_owner', 'new.price > old.price + 1 AND new.country = ''DE''', ARRAY[
    ROW(1, NULL, '{"country": "DE", "number": 1}', '{"price": "7"}', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    ROW(2, NULL, '{"country": "AT", "number": 1}', '{"price": "8"}', NULL, NULL, NULL, NULL, NULL, NULL, NULL)]::customer_workflow._case[]) AS c;
