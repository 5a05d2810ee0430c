-- Options on_insert and on_delete where a row that would move to another partition stays, or gets lost, because of another trigger: what a MERGE inserts next is not that row
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE parts (id integer, region text, credit integer, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE parts_n PARTITION OF parts FOR VALUES IN ('n');
CREATE TABLE parts_s PARTITION OF parts FOR VALUES IN ('s');
CREATE TABLE wishes (id integer, region text, credit integer);
INSERT INTO parts VALUES (1, 'n', 10), (2, 'n', 20);
INSERT INTO wishes VALUES (1, 's', 11), (7, 's', 77);
ALTER TABLE parts OWNER TO erp_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON parts, wishes TO alice;
-- somebody has forbidden to delete record 1
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF OLD.id = 1 THEN RETURN NULL; END IF; RETURN OLD; END$$;
CREATE TRIGGER keep BEFORE DELETE ON parts_n FOR EACH ROW EXECUTE FUNCTION keep();
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('parts', '{credit}', 'credit_managers', '{"on_insert": "held", "on_delete": "propose"}');
SET client_min_messages = notice;
SET SESSION AUTHORIZATION alice;
MERGE INTO parts AS p USING (SELECT * FROM wishes ORDER BY id) AS w ON w.id = p.id
    WHEN MATCHED THEN UPDATE SET region = w.region, credit = w.credit
    WHEN NOT MATCHED THEN INSERT VALUES (w.id, w.region, w.credit);
SELECT *, tableoid::regclass FROM parts ORDER BY id;
SELECT record_key, operation, status FROM customer_workflow.proposals ORDER BY id;
-- one that moves does, and what is new is held all the same
INSERT INTO wishes VALUES (2, 's', 22), (8, 's', 88);
MERGE INTO parts AS p USING (SELECT * FROM wishes WHERE id IN (2, 8) ORDER BY id) AS w ON w.id = p.id
    WHEN MATCHED THEN UPDATE SET region = w.region
    WHEN NOT MATCHED THEN INSERT VALUES (w.id, w.region, w.credit);
SELECT *, tableoid::regclass FROM parts ORDER BY id;
SELECT record_key, operation, status FROM customer_workflow.proposals ORDER BY id;

-- a trigger of the other partition that swallows what arrives would delete it, and one that gives it another key would make another record of it
RESET SESSION AUTHORIZATION;
DROP TRIGGER keep ON parts_n;
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
CREATE TRIGGER swallow BEFORE INSERT ON parts_s FOR EACH ROW EXECUTE FUNCTION swallow();
SET SESSION AUTHORIZATION alice;
UPDATE parts SET region = 's' WHERE id = 1;
SELECT * FROM parts ORDER BY id;
RESET SESSION AUTHORIZATION;
CREATE OR REPLACE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.id := NEW.id + 100; RETURN NEW; END$$;
SET SESSION AUTHORIZATION alice;
UPDATE parts SET region = 's' WHERE id = 1;
SELECT * FROM parts ORDER BY id;
RESET SESSION AUTHORIZATION;
DROP TRIGGER swallow ON parts_s;

-- without these options nobody's proposals go to a row that a MERGE inserts
SET client_min_messages = warning;
CREATE TRIGGER keep BEFORE DELETE ON parts_n FOR EACH ROW EXECUTE FUNCTION keep();
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('parts', '{"on_insert": "allow", "on_delete": "allow"}');
SET SESSION AUTHORIZATION alice;
MERGE INTO parts AS p USING (SELECT * FROM wishes WHERE id IN (1, 7) ORDER BY id) AS w ON w.id = p.id
    WHEN MATCHED THEN UPDATE SET region = w.region
    WHEN NOT MATCHED THEN INSERT VALUES (w.id, w.region, w.credit);
SELECT *, tableoid::regclass FROM parts ORDER BY id;
