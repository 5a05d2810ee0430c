-- Design 5, set_hierarchy: a table of the DBA says who is whose manager; it is read as its owner.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE crm.staff (person text PRIMARY KEY, boss text, deputy text);
CREATE VIEW crm.bosses AS SELECT person, boss FROM crm.staff;
CREATE TEMP TABLE loose (person text, boss text);
SELECT customer_workflow.set_hierarchy('managers', 'crm.staff', 'person', 'boss');
SELECT customer_workflow.set_hierarchy('bosses', 'crm.bosses', 'person', 'boss');
SELECT customer_workflow.set_hierarchy('managers', 'crm.staff', 'person', 'deputy');
SELECT * FROM customer_workflow.hierarchies;

-- What cannot be one
SELECT e.* FROM unnest(ARRAY['''loose'', ''person'', ''boss''', '''pg_class'', ''relname'', ''relowner''', '0, ''person'', ''boss''', '''crm.staff'', ''person'', ''chief''', '''crm.staff'', ''person'', NULL',
    '''crm.staff'', ''ctid'', ''boss''', '''crm.staff'', ''boss'', ''boss''']) AS args, error_of(format('SELECT customer_workflow.set_hierarchy(''bad'', %s)', args)) AS e WHERE e.field <> 'detail';
SELECT * FROM error_of($$ SELECT customer_workflow.set_hierarchy(NULL, 'crm.staff', 'person', 'boss') $$);
SELECT * FROM error_of($$ SELECT customer_workflow.set_hierarchy('bad', NULL, 'person', 'boss') $$);

-- Who may: the owner of the table, or of the database; and of the table that the name had before
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of($$ SELECT customer_workflow.set_hierarchy('mine', 'crm.staff', 'person', 'boss') $$);
SELECT * FROM customer_workflow.hierarchies;
RESET SESSION AUTHORIZATION;
CREATE TABLE daves (person text, boss text);
ALTER TABLE daves OWNER TO dave;
CREATE VIEW owners AS SELECT rolname AS person, rolname AS boss FROM pg_authid;
SET SESSION AUTHORIZATION dave;
SELECT * FROM error_of($$ SELECT customer_workflow.set_hierarchy('managers', 'daves', 'person', 'boss') $$);
SELECT customer_workflow.set_hierarchy('daves', 'daves', 'person', 'boss');
RESET SESSION AUTHORIZATION;
-- a view of a superuser would run its functions as one
SELECT * FROM error_of($$ SELECT customer_workflow.set_hierarchy('owners', 'owners', 'person', 'boss') $$);
SELECT * FROM customer_workflow.hierarchies;

-- One that an active version names stays; null removes one, and so does DROP TABLE.
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.create_workflow('credit', 'customers', '{"elements": [{"approval": {"name": "A", "steps": [{"name": "a", "assign_to": {"hierarchy": {"name": "managers"}}}]}}]}');
SELECT customer_workflow.activate_workflow('credit', 1);
SELECT * FROM error_of($$ SELECT customer_workflow.set_hierarchy('managers', NULL, NULL, NULL) $$);
SELECT customer_workflow.set_hierarchy('bosses', NULL, NULL, NULL);
ALTER TABLE crm.staff DROP COLUMN deputy;
SELECT path, message FROM customer_workflow.validate_workflow((SELECT definition FROM customer_workflow.workflows WHERE name = 'credit'), 'customers');
DROP VIEW crm.bosses;
DROP TABLE crm.staff;
SELECT path, message FROM customer_workflow.validate_workflow((SELECT definition FROM customer_workflow.workflows WHERE name = 'credit'), 'customers');
RESET SESSION AUTHORIZATION;
SELECT * FROM customer_workflow.hierarchies;
SELECT kind, person, details ->> 'hierarchy' AS hierarchy, details -> 'manager' AS manager, details -> 'hierarchies' AS gone
  FROM customer_workflow.history WHERE kind = 'set_hierarchy' OR details ? 'hierarchies' ORDER BY id;
