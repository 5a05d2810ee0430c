-- Attack: an approver gives a constraint trigger of his the name of a deferred constraint of the protected table, so that it is fired
-- together with that one, with the rights of the table's owner.
\set SHOW_CONTEXT never
CREATE ROLE attack_constraint_eve LOGIN;
CREATE ROLE attack_constraint_approvers;
GRANT attack_constraint_approvers TO attack_constraint_eve;
GRANT CREATE ON SCHEMA public TO attack_constraint_eve;
CREATE TABLE accounts (id int PRIMARY KEY, code text CONSTRAINT one_code UNIQUE DEFERRABLE INITIALLY DEFERRED, agent int CONSTRAINT known_agent REFERENCES accounts DEFERRABLE INITIALLY DEFERRED);
INSERT INTO accounts VALUES (1, 'a', 1), (2, 'b', 1);
ALTER TABLE accounts OWNER TO erp_owner;
GRANT SELECT, UPDATE ON accounts TO alice;
SELECT customer_workflow.protect('accounts', '{code,agent}', 'attack_constraint_approvers');
\c - alice
UPDATE accounts SET code = 'c', agent = 2 WHERE id = 1;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;

\c - attack_constraint_eve
CREATE TABLE mine (id int);
CREATE FUNCTION strike() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '% fires as %', TG_NAME, current_user; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER one_code AFTER INSERT ON mine DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION strike();
CREATE CONSTRAINT TRIGGER known_agent AFTER INSERT ON mine DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION strike();
BEGIN;
INSERT INTO mine VALUES (1);
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
-- Hers wait for the end of her transaction.
COMMIT;
SELECT * FROM mine;
\c - postgres
SELECT * FROM accounts ORDER BY id;
SET client_min_messages = warning;
DROP OWNED BY attack_constraint_eve CASCADE;
DROP ROLE attack_constraint_eve, attack_constraint_approvers;
