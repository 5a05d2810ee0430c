-- Capture: of several statements that nest, the later wish wins, and what happens to the record is seen in order of time.
\set SHOW_CONTEXT never
SET customer_workflow.notices = off;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'credit_managers');
CREATE FUNCTION outcome() RETURNS TABLE (record_key jsonb, status text, changes text)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT c.record_key, c.status, string_agg(c.field || ' ' || coalesce(c.original_value, 'null') || ' -> ' || coalesce(c.proposed_value, 'null'), ', ' ORDER BY c.field)
      FROM customer_workflow.proposed_changes AS c
     WHERE c.proposal = ANY (ARRAY(SELECT customer_workflow.last_proposals())) GROUP BY 1, 2, c.proposal ORDER BY 1, c.proposal;
END
$$;
-- Each trigger runs once a statement of ours, whatever it does is the later act
CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 THEN
        EXECUTE tg_argv[0] USING new.id;
    END IF;
    RETURN coalesce(new, old);
END
$$;
CREATE PROCEDURE with_trigger(kind text, action text, statement text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER act %s UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION act(%L)', kind, action);
    EXECUTE statement;
END
$$;

-- An AFTER trigger updates the record again
BEGIN;
CALL with_trigger('AFTER', 'UPDATE customers SET credit_limit = 8000 WHERE id = $1', 'UPDATE customers SET credit_limit = 7000 WHERE id < 3');
SELECT * FROM outcome();
ROLLBACK;
-- … in a block of its own
CREATE FUNCTION block(statement text, customer bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement USING customer;
EXCEPTION WHEN division_by_zero THEN
    NULL;
END
$$;
BEGIN;
CALL with_trigger('AFTER', $$SELECT block('UPDATE customers SET credit_limit = 8000 WHERE id = $1', $1)$$, 'UPDATE customers SET credit_limit = 7000 WHERE id < 3');
SELECT * FROM outcome();
ROLLBACK;
-- … that fails
BEGIN;
CALL with_trigger('AFTER', $$SELECT block('UPDATE customers SET credit_limit = 8000, version = 1 / 0 WHERE id = $1', $1)$$, 'UPDATE customers SET credit_limit = 7000 WHERE id < 3');
SELECT * FROM outcome();
ROLLBACK;
BEGIN;
CALL with_trigger('AFTER', $$SELECT block('WITH u AS (UPDATE customers SET credit_limit = 8000 WHERE id = $1 RETURNING 1) SELECT 1 / 0 FROM u', $1)$$, 'UPDATE customers SET credit_limit = 7000 WHERE id < 3');
SELECT * FROM outcome();
ROLLBACK;
-- … and a statement in it that succeeds before one that fails
BEGIN;
CALL with_trigger('AFTER', $$SELECT block('DO $x$ BEGIN UPDATE customers SET credit_limit = 8000; PERFORM 1 / 0; END $x$', $1)$$, 'UPDATE customers SET credit_limit = 7000 WHERE id < 3');
SELECT * FROM outcome();
ROLLBACK;
-- It sets another field: one proposal
BEGIN;
CALL with_trigger('AFTER', $$UPDATE customers SET payment_terms = 'N60' WHERE id = $1$$, 'UPDATE customers SET credit_limit = 7000 WHERE id < 3');
SELECT * FROM outcome();
ROLLBACK;
-- A BEFORE trigger updates another record
BEGIN;
CALL with_trigger('BEFORE', 'UPDATE customers SET credit_limit = 8000 + $1 WHERE id > $1 + 1', 'UPDATE customers SET credit_limit = 7000 WHERE id = 1');
SELECT * FROM outcome();
ROLLBACK;

-- An AFTER trigger changes the key, or deletes the record
BEGIN;
CALL with_trigger('AFTER', 'UPDATE customers SET id = id + 100 WHERE id = $1', 'UPDATE customers SET credit_limit = 7000 WHERE id < 3');
SELECT * FROM outcome();
ROLLBACK;
BEGIN;
CALL with_trigger('AFTER', 'DELETE FROM customers WHERE id = $1', 'UPDATE customers SET credit_limit = 7000 WHERE id < 3');
SELECT record_key, status FROM customer_workflow.proposals;
ROLLBACK;
BEGIN;
SELECT customer_workflow.configure('customers', '{"on_record_delete": "restrict"}');
CALL with_trigger('AFTER', 'DELETE FROM customers WHERE id = $1', 'UPDATE customers SET credit_limit = 7000 WHERE id = 2');
ROLLBACK;
-- A BEFORE trigger changes the keys of two other records, of which one has a proposal
BEGIN;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
CALL with_trigger('BEFORE', 'WITH a AS (UPDATE customers SET id = 9 WHERE id = 2) UPDATE customers SET id = 8 WHERE id = 3', 'UPDATE customers SET credit_limit = 7000 WHERE id = 1');
SELECT * FROM outcome();
ROLLBACK;

-- Statements of a function that the outer statement calls while it runs
BEGIN;
WITH u AS (UPDATE customers SET credit_limit = 7000 WHERE id < 3 RETURNING id) SELECT id, block('UPDATE customers SET payment_terms = ''N90'' WHERE id = $1', id + 1) IS NULL AS ok FROM u ORDER BY id;
SELECT * FROM outcome();
ROLLBACK;

-- A trigger of the table makes the same change in every nested statement down to the third
BEGIN;
CREATE FUNCTION deeper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 4 THEN
        UPDATE customers SET credit_limit = 1000 * pg_trigger_depth() + 5 WHERE id = new.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER deeper AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION deeper();
UPDATE customers SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
ROLLBACK;

-- Another record takes the key of one that is deleted: in a trigger of that DELETE, or later in a function that the outer
-- statement calls. The proposal of the deleted record is cancelled, that of the other one follows it.
CREATE VIEW all_changes AS SELECT record_key, status, field, original_value, proposed_value FROM customer_workflow.proposed_changes ORDER BY proposal, field;
BEGIN;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
UPDATE customers SET payment_terms = 'N60' WHERE id = 2;
CREATE TRIGGER act AFTER DELETE ON customers FOR EACH ROW EXECUTE FUNCTION act('UPDATE customers SET id = 1 WHERE id = 2');
DELETE FROM customers WHERE id = 1;
SELECT * FROM all_changes;
ROLLBACK;
BEGIN;
UPDATE customers SET credit_limit = 6000 WHERE id = 1;
UPDATE customers SET payment_terms = 'N60' WHERE id = 2;
WITH u AS (UPDATE customers SET credit_limit = 7000 WHERE id = 3 RETURNING id)
SELECT block('DO $x$ BEGIN DELETE FROM customers WHERE id = 1; UPDATE customers SET id = 1 WHERE id = 2; END $x$', id) FROM u;
SELECT * FROM all_changes;
ROLLBACK;
-- A record that moves to another partition and back meanwhile is not deleted
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (id int PRIMARY KEY, v int, w int) PARTITION BY RANGE (id);
CREATE TABLE low_accounts PARTITION OF accounts FOR VALUES FROM (0) TO (100);
CREATE TABLE high_accounts PARTITION OF accounts FOR VALUES FROM (100) TO (200);
INSERT INTO accounts VALUES (1, 1, 1);
SELECT customer_workflow.protect('accounts', '{v, w}', 'credit_managers');
BEGIN;
WITH u AS (UPDATE accounts SET v = 10, w = 10 WHERE id = 1 RETURNING id)
SELECT block('DO $x$ BEGIN UPDATE accounts SET id = 101, v = 11; UPDATE accounts SET id = 2; END $x$', id) FROM u;
SELECT record_key, status, field, original_value, proposed_value FROM customer_workflow.proposed_changes ORDER BY field;
ROLLBACK;
RESET SESSION AUTHORIZATION;
