-- A change set is written in an order that foreign keys allow: parents first; where they go in a circle, deferrable ones hold at the end.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE b_regions (code text PRIMARY KEY, name text, capital text, UNIQUE (name));
CREATE TABLE a_cities (code text PRIMARY KEY, region text REFERENCES b_regions (name), label text, twin text REFERENCES a_cities DEFERRABLE, UNIQUE (label));
ALTER TABLE b_regions ADD FOREIGN KEY (capital) REFERENCES a_cities (label) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE a_cities OWNER TO erp_owner;
ALTER TABLE b_regions OWNER TO erp_owner;
GRANT SELECT, UPDATE ON a_cities, b_regions TO alice;
INSERT INTO b_regions VALUES ('BE', 'Berlin', NULL), ('BY', 'Bavaria', NULL);
INSERT INTO a_cities VALUES ('M', NULL, 'Muenchen', NULL), ('N', NULL, 'Nuernberg', 'M');
SET SESSION AUTHORIZATION erp_owner;
-- the table that is protected first has the lower number
SELECT customer_workflow.protect('a_cities', '{region, label, twin}', 'role:dave');
SELECT customer_workflow.protect('b_regions', '{name, capital}', 'role:dave');

-- a city refers to a region by the name that the region gets in the same set
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Bayern');
SELECT customer_workflow.propose('a_cities', '{"code": "M"}', '{"region": "Bayern"}');
UPDATE b_regions SET name = 'Bayern' WHERE code = 'BY';
COMMIT;
SELECT customer_workflow.submit(1);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(1);
RESET SESSION AUTHORIZATION;
TABLE a_cities ORDER BY code;
TABLE b_regions ORDER BY code;

-- in a circle: the capital has a label that it gets in the same set, and its region a name
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('In a circle');
SELECT customer_workflow.propose('b_regions', '{"code": "BE"}', '{"name": "Land Berlin", "capital": "Mitte"}');
SELECT customer_workflow.propose('a_cities', '{"code": "N"}', '{"region": "Land Berlin", "label": "Mitte", "twin": "N"}');
COMMIT;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.approve(3);
RESET SESSION AUTHORIZATION;
TABLE a_cities ORDER BY code;
TABLE b_regions ORDER BY code;

-- what does not hold at the end is refused, and nothing of it stays
SET SESSION AUTHORIZATION alice;
BEGIN;
SELECT customer_workflow.begin_change_set('Broken');
SELECT customer_workflow.propose('b_regions', '{"code": "BY"}', '{"capital": "Nowhere"}');
SELECT customer_workflow.propose('a_cities', '{"code": "M"}', '{"label": "Munich"}');
COMMIT;
SELECT field, value FROM error_of('SELECT customer_workflow.submit(5)') WHERE field IN ('sqlstate', 'constraint', 'table');
SELECT status FROM customer_workflow.change_sets WHERE id = 3;
-- as they were declared, constraints are deferred afterwards or not
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.disable('b_regions');
BEGIN;
UPDATE b_regions SET capital = 'Later' WHERE code = 'BY';
UPDATE b_regions SET capital = NULL WHERE code = 'BY';
COMMIT;
