-- Schema changes under open proposals: what they touch is not dropped, whatever command would do it; without them it is, on record.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
CREATE SCHEMA shop AUTHORIZATION erp_owner;
CREATE ROLE drift_drop_owner;
SET SESSION AUTHORIZATION erp_owner;
SET client_min_messages = warning;
CREATE DOMAIN shop.rate AS numeric;
CREATE TABLE shop.accounts (id int PRIMARY KEY, amount numeric, rate shop.rate, terms text, hold text, hold_reason text);
INSERT INTO shop.accounts SELECT g, g, g, 'N30', 'no', NULL FROM generate_series(1, 4) AS g;
SELECT customer_workflow.protect('shop.accounts', '{amount, rate, hold}', 'credit_managers', '{"companions": {"hold": ["hold_reason"]}}');
UPDATE shop.accounts SET amount = 100 WHERE id = 1;
UPDATE shop.accounts SET hold = 'yes', hold_reason = 'late' WHERE id = 2;

-- The table
SELECT * FROM error_of('DROP TABLE shop.accounts');
SELECT field, value FROM error_of('DROP SCHEMA shop CASCADE') WHERE field = 'sqlstate';
RESET SESSION AUTHORIZATION;
ALTER TABLE shop.accounts OWNER TO drift_drop_owner;
SELECT field, value FROM error_of('DROP OWNED BY drift_drop_owner') WHERE field = 'sqlstate';
ALTER TABLE shop.accounts OWNER TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;

-- A protected column, a companion, the key
ALTER TABLE shop.accounts DROP COLUMN amount;
\echo :SQLSTATE
SELECT * FROM error_of('ALTER TABLE shop.accounts DROP COLUMN amount CASCADE');
SELECT field, value FROM error_of('ALTER TABLE shop.accounts DROP COLUMN hold_reason') WHERE field IN ('sqlstate', 'message');
SELECT field, value FROM error_of('ALTER TABLE shop.accounts DROP COLUMN id') WHERE field IN ('sqlstate', 'message');
-- Nothing has happened
SELECT proposal, field, proposed_value, conflict, status FROM customer_workflow.proposed_changes ORDER BY proposal, field;
SELECT field FROM customer_workflow.protected_fields ORDER BY field;

-- What no open proposal touches goes
ALTER TABLE shop.accounts DROP COLUMN terms;
-- of the protected fields the list goes with it: UPDATE waits for somebody to say what is protected
SELECT field, value FROM error_of('DROP DOMAIN shop.rate CASCADE') WHERE field IN ('sqlstate', 'message');
RESET SESSION AUTHORIZATION;
DROP DOMAIN shop.rate CASCADE;
SET SESSION AUTHORIZATION erp_owner;
SELECT field, value FROM error_of('UPDATE shop.accounts SET amount = 7 WHERE id = 3') WHERE field IN ('sqlstate', 'message');
SELECT customer_workflow.protect('shop.accounts', '{amount, hold}');
SELECT kind, details - 'options' AS details FROM customer_workflow.workflow_history WHERE kind ~ 'dropped' ORDER BY at;

-- Withdrawn first, it is
SELECT customer_workflow.unprotect('shop.accounts', '{hold}', cancel_open => true);
ALTER TABLE shop.accounts DROP COLUMN hold, DROP COLUMN hold_reason;
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
SELECT field, value FROM error_of('DROP TABLE shop.accounts') WHERE field IN ('sqlstate', 'message');
RESET SESSION AUTHORIZATION;
DROP TABLE shop.accounts;
SELECT kind, proposal, details -> 'relation' AS relation FROM customer_workflow.workflow_history WHERE kind = 'table_dropped';

-- A table that is not protected is nobody's business, also with a column of the same name
CREATE TABLE shop.accounts (id int PRIMARY KEY, amount numeric);
ALTER TABLE shop.accounts DROP COLUMN amount;
DROP TABLE shop.accounts;
DROP ROLE drift_drop_owner;
