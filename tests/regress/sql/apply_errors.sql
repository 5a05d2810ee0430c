-- What the table says when an approved value is written arrives whole: SQLSTATE, message, constraint, table, column, data type; DETAIL for who may read the table.
\set SHOW_CONTEXT never
CREATE DOMAIN percentage AS numeric;
CREATE DOMAIN list AS int[];
CREATE EXTENSION btree_gist;
CREATE TABLE agents (name text PRIMARY KEY);
CREATE TABLE accounts (
    id       int PRIMARY KEY,
    name     text,
    amount   numeric,
    code     text,
    agent    text CONSTRAINT known_agent REFERENCES agents,
    discount percentage,
    steps    list,
    desk     text,
    doubled  numeric GENERATED ALWAYS AS (1000 / (amount - 50)) STORED,
    CONSTRAINT one_desk EXCLUDE USING gist (desk WITH =)
);
INSERT INTO agents VALUES ('a');
INSERT INTO accounts (id, name, amount, code, agent, discount, steps, desk) VALUES (1, 'A', 1, 'x', 'a', 1, '{1}', 'd1'), (2, 'B', 2, 'y', 'a', 2, '{1}', 'd2');
ALTER TABLE accounts OWNER TO erp_owner;
ALTER TABLE agents OWNER TO erp_owner;
GRANT SELECT, UPDATE ON accounts TO alice;
GRANT SELECT ON accounts TO carol;  -- and not to bob
SELECT customer_workflow.protect('accounts', '{name,amount,code,agent,discount,steps,desk}', 'credit_managers', '{"validate_on_submit": false}');
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.code = 'raise' THEN
        RAISE EXCEPTION 'code is not allowed' USING ERRCODE = 'ZZ042', DETAIL = 'Because.', HINT = 'Another.', COLUMN = 'code', CONSTRAINT = 'my_rule', DATATYPE = 'my_type',
            TABLE = 'my_table', SCHEMA = 'my_schema';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER refuse BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION refuse();

-- All fields of the error, also those that error_of() leaves out
CREATE FUNCTION whole_error_of(statement text) RETURNS TABLE (field text, value text) LANGUAGE plpgsql AS $$
DECLARE
    typ text;
    nsp text;
BEGIN
    RETURN QUERY SELECT * FROM error_of(statement);
    EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS typ = PG_DATATYPE_NAME, nsp = SCHEMA_NAME;
    RETURN QUERY SELECT v.f, v.t FROM (VALUES ('datatype', typ), ('schema', nsp)) AS v (f, t) WHERE v.t <> '';
END
$$;
-- Alice's change, then a rule that is younger than it
CREATE PROCEDURE play(change text, rule text DEFAULT NULL, approver text DEFAULT 'carol') LANGUAGE plpgsql AS $$
DECLARE
    said record;
BEGIN
    EXECUTE 'SET LOCAL SESSION AUTHORIZATION alice';
    EXECUTE format('UPDATE accounts SET %s WHERE id = 1', change);
    PERFORM customer_workflow.submit(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';
    EXECUTE 'SET LOCAL SESSION AUTHORIZATION postgres';
    IF rule IS NOT NULL THEN
        EXECUTE rule;
    END IF;
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', approver);
    FOR said IN SELECT e.* FROM customer_workflow.my_work_items AS w CROSS JOIN LATERAL whole_error_of(format('SELECT customer_workflow.approve(%s)', w.proposal)) AS e LOOP
        RAISE INFO '%: %', said.field, said.value;
    END LOOP;
    FOR said IN SELECT a.sqlstate, a.message FROM customer_workflow.approve_many((SELECT array_agg(proposal) FROM customer_workflow.my_work_items)) AS a LOOP
        RAISE INFO '%', said;
    END LOOP;
    ROLLBACK;
END
$$;
SET client_min_messages = warning;

CALL play('name = NULL', 'ALTER TABLE accounts ALTER name SET NOT NULL');
CALL play('amount = 10', 'ALTER TABLE accounts ADD CONSTRAINT less CHECK (amount < 5)');
CALL play($$code = 'y'$$, 'ALTER TABLE accounts ADD CONSTRAINT one_code UNIQUE (code)');
CALL play($$agent = 'nobody'$$);
CALL play($$desk = 'd2'$$);
CALL play($$code = 'raise'$$);
-- domains
CALL play('discount = 200', 'ALTER DOMAIN percentage ADD CONSTRAINT up_to_100 CHECK (VALUE <= 100)');
CALL play($$steps = '{1,-1}'$$, 'ALTER DOMAIN list ADD CONSTRAINT all_positive CHECK (0 < ALL (VALUE))');
CALL play($$discount = NULL$$, 'ALTER DOMAIN percentage SET NOT NULL');
-- a generated column that cannot be computed
CALL play('amount = 50');
-- a value that its type does not know any more
CREATE TYPE colour AS ENUM ('red', 'blue');
ALTER TABLE accounts ADD colour colour;
SELECT customer_workflow.protect('accounts', '{colour}');
CALL play($$colour = 'blue'$$, $$ALTER TYPE colour RENAME VALUE 'blue' TO 'azure'$$);

-- An approver who may not read the table does not read its rows in errors either; what a trigger says is meant for people.
CALL play('name = NULL', 'ALTER TABLE accounts ALTER name SET NOT NULL', 'bob');
CALL play('amount = 10', 'ALTER TABLE accounts ADD CONSTRAINT less CHECK (amount < 5)', 'bob');
CALL play($$code = 'y'$$, 'ALTER TABLE accounts ADD CONSTRAINT one_code UNIQUE (code)', 'bob');
CALL play($$code = 'raise'$$, approver => 'bob');
