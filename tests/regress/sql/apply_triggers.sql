-- CW009: what is written is what was approved; a trigger of the table that changes or swallows the value makes the approval fail, and is named.
\set SHOW_CONTEXT never
CREATE TABLE accounts (id int PRIMARY KEY, parent int, code text, amount numeric, total numeric, log text);
CREATE TABLE limits (id int PRIMARY KEY, amount numeric);
INSERT INTO accounts VALUES (1, NULL, 'a', 10, 10, ''), (2, 1, 'b', 10, 10, ''), (3, 1, 'c', 10, 10, '');
INSERT INTO limits VALUES (2, 10);
ALTER TABLE accounts OWNER TO erp_owner;
ALTER TABLE limits OWNER TO erp_owner;
GRANT SELECT, UPDATE ON accounts TO alice;
SELECT customer_workflow.protect('accounts', '{code,amount}', 'credit_managers', '{"validate_on_submit": false, "companions": {"code": ["log"]}}');
SELECT customer_workflow.protect('limits', '{amount}', 'credit_managers');

CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE TG_ARGV[0]
        WHEN 'upper' THEN new.code := upper(new.code);
        WHEN 'round' THEN new.amount := round(new.amount, 2);
        WHEN 'old' THEN new.amount := old.amount;
        WHEN 'swallow' THEN RETURN NULL;
        WHEN 'log' THEN new.log := old.log || '+' || new.amount;
        WHEN 'other' THEN new.amount := new.amount + 1;
        WHEN 'again same' THEN UPDATE accounts SET amount = new.amount, total = new.amount WHERE id = new.id AND pg_trigger_depth() = 1;
        WHEN 'again other' THEN UPDATE accounts SET amount = new.amount + 1 WHERE id = new.id;
        WHEN 'again code' THEN UPDATE accounts SET code = 'z' WHERE id = new.id;
        WHEN 'parent amount' THEN UPDATE accounts SET amount = amount + 1 WHERE id = new.parent;
        WHEN 'parent total' THEN UPDATE accounts SET total = (SELECT sum(amount) FROM accounts WHERE parent = new.parent) WHERE id = new.parent;
        WHEN 'limit' THEN UPDATE limits SET amount = new.amount WHERE id = new.id;
        WHEN 'delete' THEN DELETE FROM accounts WHERE id = new.id;
    END CASE;
    RETURN new;
END
$$;
-- Alice proposes, Bob approves, with one more trigger on the table.
CREATE PROCEDURE play(timing text, what text, change text) LANGUAGE plpgsql AS $$
DECLARE
    said record;
BEGIN
    EXECUTE 'SET LOCAL SESSION AUTHORIZATION alice';
    EXECUTE format('UPDATE accounts SET %s WHERE id = 2', change);
    PERFORM customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
    EXECUTE 'SET LOCAL SESSION AUTHORIZATION postgres';
    EXECUTE format('CREATE TRIGGER %I %s UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION act(%L)', 'do ' || what, timing, what);
    EXECUTE 'SET LOCAL SESSION AUTHORIZATION bob';
    FOR said IN SELECT e.* FROM customer_workflow.my_work_items AS w CROSS JOIN LATERAL error_of(format('SELECT customer_workflow.approve(%s)', w.proposal)) AS e LOOP
        RAISE INFO '%: %', said.field, said.value;
    END LOOP;
    EXECUTE 'SET LOCAL SESSION AUTHORIZATION postgres';
    FOR said IN SELECT * FROM accounts ORDER BY id LOOP
        RAISE INFO '%', said;
    END LOOP;
    FOR said IN SELECT record_key, author, status FROM customer_workflow.proposals ORDER BY id LOOP
        RAISE INFO '%', said;
    END LOOP;
    ROLLBACK;
END
$$;
SET client_min_messages = warning;

-- BEFORE: changes the value, to another or to the stored one
CALL play('BEFORE', 'upper', $$code = 'abc'$$);
CALL play('BEFORE', 'old', 'amount = 20');
-- changes another protected field, which nobody approved
CALL play('BEFORE', 'upper', 'amount = 20');
-- changes what goes with an approved value
CALL play('BEFORE', 'log', $$code = 'abc', log = 'new code'$$);
-- swallows the row
CALL play('BEFORE', 'swallow', 'amount = 20');
-- changes it in a way that leaves this value alone; writes a field that is not protected
CALL play('BEFORE', 'upper', $$code = 'ABC'$$);
CALL play('BEFORE', 'round', 'amount = 20.50');
CALL play('BEFORE', 'round', 'amount = 20.5');
CALL play('BEFORE', 'log', 'amount = 20');

-- AFTER: updates the row again, with the same value, another one, another protected field; or deletes it, which is its own affair
CALL play('AFTER', 'again same', 'amount = 20');
CALL play('AFTER', 'again other', 'amount = 20');
CALL play('AFTER', 'again code', 'amount = 20');
CALL play('AFTER', 'delete', 'amount = 20');

-- AFTER: updates another record of the table, a protected field and one that is not
CALL play('AFTER', 'parent amount', 'amount = 20');
CALL play('AFTER', 'parent total', 'amount = 20');
-- AFTER: updates another protected table, which is a change of whoever approved, and waits itself
CALL play('AFTER', 'limit', 'amount = 20');
