-- override_apply(): who may not, and when it is refused (promise 8: it fails closed)
SET client_min_messages = error;
CREATE ROLE override2_er LOGIN;
CREATE ROLE override2_team;
CREATE ROLE override2_managers;
GRANT override2_team TO override2_er;
GRANT override2_managers TO bob;
GRANT SELECT, UPDATE ON customers TO override2_er;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'override2_managers', '{"conflict": "overwrite"}');
SELECT customer_workflow.set_data_entity('role:import', 'customers', '{"behavior": "allow_without_approval"}');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1);

-- it takes the duty: neither author nor approver nor steward nor administrator nor the owner nor a superuser has it by being that
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(1, 'Emergency')$$);
SET SESSION AUTHORIZATION bob;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(1, 'Emergency')$$);
SET SESSION AUTHORIZATION erp_owner;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(1, 'Emergency')$$);
RESET SESSION AUTHORIZATION;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(1, 'Emergency')$$);
-- who sees nothing of the proposal learns nothing
RESET SESSION AUTHORIZATION;
REVOKE ALL ON customers FROM erp;
SET SESSION AUTHORIZATION erp;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(1, 'Emergency')$$);
RESET SESSION AUTHORIZATION;
GRANT SELECT, INSERT, UPDATE, DELETE ON customers TO erp;
-- a role with members may have it
SELECT customer_workflow.grant_duty('customers', 'override', 'override2_team');

-- a reason is required
SET SESSION AUTHORIZATION override2_er;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(1, NULL)$$);
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(1, E'  \t\n')$$);

-- never over what another has changed, whatever option conflict says
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 1500 WHERE id = 1;
SET SESSION AUTHORIZATION override2_er;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(1, 'Emergency')$$);
RESET SESSION AUTHORIZATION;
SELECT credit_limit FROM customers WHERE id = 1;
SET SESSION AUTHORIZATION import;
UPDATE customers SET credit_limit = 1000 WHERE id = 1;

-- while approvals are disabled
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('customers');
SET SESSION AUTHORIZATION override2_er;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(1, 'Emergency')$$);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.enable('customers');

-- a constraint refuses it whole: nothing of it happens
ALTER TABLE customers ADD CONSTRAINT not_so_much CHECK (credit_limit < 5000);
SET SESSION AUTHORIZATION override2_er;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(1, 'Emergency')$$);
RESET SESSION AUTHORIZATION;
ALTER TABLE customers DROP CONSTRAINT not_so_much;
-- another trigger cannot change what is written
CREATE FUNCTION less() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.credit_limit := NEW.credit_limit - 1; RETURN NEW; END$$;
CREATE TRIGGER less BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION less();
SET SESSION AUTHORIZATION override2_er;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(1, 'Emergency')$$);
RESET SESSION AUTHORIZATION;
DROP TRIGGER less ON customers;
-- nor can one call it while an approval is written
CREATE FUNCTION nested() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM customer_workflow.override_apply(1, 'Mine'); RETURN NEW; END$$;
CREATE TRIGGER nested BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION nested();
SET SESSION AUTHORIZATION override2_er;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(1, 'Emergency')$$);
RESET SESSION AUTHORIZATION;
DROP TRIGGER nested ON customers;

-- nobody could review it: approvers without anybody but the parties, no administrator
REVOKE override2_managers FROM bob;
GRANT override2_managers TO alice, override2_er;
SET SESSION AUTHORIZATION override2_er;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(1, 'Emergency')$$);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.grant_duty('customers', 'administrator', 'override2_er');
SET SESSION AUTHORIZATION override2_er;
SELECT * FROM error_of($$SELECT customer_workflow.override_apply(1, 'Emergency')$$);
RESET SESSION AUTHORIZATION;
-- nothing of all this has left a trace in the data
SELECT p.status, c.credit_limit, (SELECT count(*) FROM customer_workflow.direct_change WHERE reason = 'override') AS direct,
       (SELECT count(*) FROM customer_workflow.work_item WHERE at = 'override') AS reviews
  FROM customer_workflow.proposal AS p, customers AS c WHERE c.id = 1;
SELECT customer_workflow.grant_duty('customers', 'administrator', 'dave');
SET SESSION AUTHORIZATION override2_er;
SELECT customer_workflow.override_apply(1, 'Emergency');
RESET SESSION AUTHORIZATION;
SELECT assignee FROM customer_workflow.work_items WHERE status = 'open';
REVOKE ALL ON customers FROM override2_er;
DROP ROLE override2_er, override2_team, override2_managers;
