-- validate_on_submit: submit asks whether the change would apply now, with the author's eyes; check_proposal asks at any time.
\set SHOW_CONTEXT never
CREATE TABLE accounts (id int PRIMARY KEY, amount numeric CONSTRAINT positive CHECK (amount > 0), ceiling numeric, secret text, CONSTRAINT low CHECK (amount <= ceiling));
INSERT INTO accounts SELECT i, 10, 100, 'hush ' || i FROM generate_series(1, 5) AS i;
ALTER TABLE accounts OWNER TO erp_owner;
CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.amount = 66 THEN RAISE EXCEPTION '% is not good for "%"', new.amount, old.secret; END IF;
    RETURN new;
END
$$;
CREATE TRIGGER warn BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION warn();
SELECT customer_workflow.protect('accounts', '{amount}', 'credit_managers');
SELECT customer_workflow.grant_duty('accounts', 'steward', 'dave');
CREATE FUNCTION try_submit() RETURNS TABLE (field text, value text) LANGUAGE sql AS $$
    SELECT e.* FROM customer_workflow.proposals AS p CROSS JOIN LATERAL error_of(format('SELECT customer_workflow.submit(%s)', p.id)) AS e WHERE p.status = 'not_submitted'
$$;
SET client_min_messages = warning;

-- Alice may read the whole table: she sees what her own UPDATE would say.
GRANT SELECT, UPDATE ON accounts TO alice;
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET amount = 500 WHERE id = 1;
SELECT * FROM try_submit();
SELECT c.* FROM customer_workflow.proposals AS p CROSS JOIN LATERAL customer_workflow.check_proposal(p.id) AS c;
UPDATE accounts SET amount = 66 WHERE id = 1;
SELECT * FROM try_submit();

-- Not the ceiling and not the secret: PostgreSQL shows her nothing of the row. What the trigger says is hers, it says it to everybody who writes.
RESET SESSION AUTHORIZATION;
REVOKE SELECT ON accounts FROM alice;
GRANT SELECT (id, amount) ON accounts TO alice;
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET amount = 500 WHERE id = 1;
SELECT * FROM try_submit();
SELECT c.* FROM customer_workflow.proposals AS p CROSS JOIN LATERAL customer_workflow.check_proposal(p.id) AS c;

-- She may not update the table at all, a function does that for her: only SQLSTATE and constraint.
RESET SESSION AUTHORIZATION;
REVOKE ALL ON accounts FROM alice;
CREATE FUNCTION set_amount(account int, amount numeric) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    UPDATE accounts AS a SET amount = set_amount.amount WHERE a.id = account
$$;
ALTER FUNCTION set_amount(int, numeric) OWNER TO erp_owner;
SET SESSION AUTHORIZATION alice;
SELECT set_amount(1, 501);
SELECT * FROM try_submit();
SELECT c.* FROM customer_workflow.proposals AS p CROSS JOIN LATERAL customer_workflow.check_proposal(p.id) AS c;
SELECT outcome, sqlstate, message FROM customer_workflow.submit_many((SELECT array_agg(id) FROM customer_workflow.proposals));
SELECT set_amount(1, 66);
SELECT * FROM try_submit();
SELECT outcome, sqlstate, message FROM customer_workflow.submit_many((SELECT array_agg(id) FROM customer_workflow.proposals));
-- A good value she can submit.
SELECT set_amount(1, 50);
SELECT * FROM try_submit();

-- A steward learns no more; the table's owner sees everything anyway.
RESET SESSION AUTHORIZATION;
GRANT SELECT, UPDATE ON accounts TO alice;
SET SESSION AUTHORIZATION alice;
UPDATE accounts SET amount = 500 WHERE id = 2;
SET SESSION AUTHORIZATION dave;
SELECT * FROM try_submit();
SELECT c.* FROM customer_workflow.proposals AS p CROSS JOIN LATERAL customer_workflow.check_proposal(p.id) AS c WHERE p.status = 'not_submitted';
SET SESSION AUTHORIZATION erp_owner;
SELECT c.* FROM customer_workflow.proposals AS p CROSS JOIN LATERAL customer_workflow.check_proposal(p.id) AS c WHERE p.status = 'not_submitted';

-- Nobody else may ask.
SET SESSION AUTHORIZATION import;
SELECT field, value FROM error_of('SELECT * FROM customer_workflow.check_proposal(1)') WHERE field IN ('sqlstate', 'message');

-- Nothing was written, whatever was asked.
RESET SESSION AUTHORIZATION;
SELECT id, amount FROM accounts WHERE id <= 2 ORDER BY id;

-- validate_on_submit off: what does not apply is found when it is approved.
SELECT customer_workflow.configure('accounts', '{"validate_on_submit": false}');
SET SESSION AUTHORIZATION alice;
SELECT * FROM try_submit();
SELECT problem, sqlstate, message FROM customer_workflow.check_proposal((SELECT max(id) FROM customer_workflow.proposals));
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of(format('SELECT customer_workflow.approve(%s)', (SELECT max(proposal) FROM customer_workflow.my_work_items)));
