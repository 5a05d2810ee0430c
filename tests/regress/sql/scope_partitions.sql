-- Option scope on partitioned tables: PostgreSQL gives the condition to every partition; a key that it names cannot change while the record is protected.
\set SHOW_CONTEXT never
CREATE TABLE public.parties (
    kind text, id int, region text, credit_limit numeric, PRIMARY KEY (kind, id, region)) PARTITION BY LIST (region);
CREATE TABLE public.parties_north PARTITION OF parties FOR VALUES IN ('north');
CREATE TABLE public.parties_south (region text NOT NULL, credit_limit numeric, id int NOT NULL, gone text, kind text NOT NULL);
ALTER TABLE parties_south DROP COLUMN gone;
ALTER TABLE parties OWNER TO erp_owner;
ALTER TABLE parties_south OWNER TO erp_owner;
ALTER TABLE parties_north OWNER TO erp_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON parties TO alice;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('parties', '{credit_limit}', 'credit_managers', '{"scope": "old.kind = ''customer'' and new.credit_limit > 100"}');
ALTER TABLE parties ATTACH PARTITION parties_south FOR VALUES IN ('south');
INSERT INTO parties VALUES ('customer', 1, 'north', 50), ('customer', 2, 'south', 50), ('prospect', 3, 'north', 50), ('prospect', 4, 'south', 50);
RESET SESSION AUTHORIZATION;
SELECT tgrelid::regclass, tgenabled, pg_get_triggerdef(oid) ~ 'old.kind = ''customer''' AS has_condition FROM pg_trigger WHERE tgname ~ '_scope' ORDER BY 1;

SET SESSION AUTHORIZATION alice;
UPDATE parties SET credit_limit = 1000 RETURNING kind, id, credit_limit;
UPDATE parties SET credit_limit = 60 WHERE kind = 'customer' RETURNING kind, id, credit_limit;

-- rows that move: in the scope the value is held, out of it it goes along
UPDATE parties SET region = 'south', credit_limit = 2000 WHERE id IN (1, 3) RETURNING kind, id, region, credit_limit;
UPDATE parties SET region = 'north', credit_limit = 70 WHERE id = 1 RETURNING kind, id, region, credit_limit;

-- the key that the condition names, while it protects the record, and while it does not
UPDATE parties SET credit_limit = 200 WHERE id = 1;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.configure('parties', '{"scope": "old.kind = ''customer''"}');
SET SESSION AUTHORIZATION alice;
UPDATE parties SET kind = 'prospect' WHERE id = 1;
UPDATE parties SET kind = 'prospect', credit_limit = 1000000 WHERE id = 1;
UPDATE parties SET kind = 'prospect', region = 'south' WHERE id = 1;
UPDATE parties SET id = 5 WHERE id = 1 RETURNING kind, id;
UPDATE parties SET kind = 'lead' WHERE id = 3 RETURNING kind, id;

-- what the triggers of the other partition make of a row that arrives
RESET SESSION AUTHORIZATION;
CREATE FUNCTION crm.arrive() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.kind := 'customer'; new.credit_limit := 999; RETURN new; END $$;
CREATE TRIGGER arrive BEFORE INSERT ON parties_north FOR EACH ROW EXECUTE FUNCTION crm.arrive();
SET SESSION AUTHORIZATION alice;
UPDATE parties SET region = 'north', credit_limit = 5 WHERE id = 4;
SELECT kind, id, region, credit_limit FROM parties ORDER BY id;

-- DDL: the condition follows a rename, in the partitions and in what the option shows
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE parties RENAME COLUMN kind TO sort;
SELECT DISTINCT options ->> 'scope' AS scope FROM customer_workflow.protected_fields;
ALTER TABLE parties RENAME COLUMN region TO area;
SET SESSION AUTHORIZATION alice;
UPDATE parties SET credit_limit = 77 WHERE id IN (2, 4) RETURNING sort, id, credit_limit;
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE parties DROP COLUMN sort;
-- a key without it does not protect the condition any more
RESET SESSION AUTHORIZATION;
ALTER TABLE parties DROP CONSTRAINT parties_pkey;
ALTER TABLE parties ADD PRIMARY KEY (id, area);
SET SESSION AUTHORIZATION alice;
UPDATE parties SET credit_limit = 78 WHERE id = 2;
