-- Promise 1, no way around: partitioned tables, by every name, and rows that move.
SET customer_workflow.notices = off;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE crm.accounts (id int, region text, credit_limit int, note text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE crm.accounts_de PARTITION OF crm.accounts FOR VALUES IN ('de');
-- columns in another order, and one that was dropped
CREATE TABLE crm.accounts_at (old text, note text, credit_limit int, region text NOT NULL, id int NOT NULL, PRIMARY KEY (id, region));
ALTER TABLE crm.accounts_at DROP COLUMN old;
ALTER TABLE crm.accounts ATTACH PARTITION crm.accounts_at FOR VALUES IN ('at');
-- a partition that has partitions
CREATE TABLE crm.accounts_ch PARTITION OF crm.accounts FOR VALUES IN ('ch', 'li') PARTITION BY HASH (id);
CREATE TABLE crm.accounts_ch_0 PARTITION OF crm.accounts_ch FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE crm.accounts_ch_1 PARTITION OF crm.accounts_ch FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE crm.accounts_rest PARTITION OF crm.accounts DEFAULT;
INSERT INTO crm.accounts SELECT row_number() OVER (), r, 1000 * row_number() OVER ()
  FROM unnest('{de,at,ch,li,fr}'::text[]) AS r;
SELECT customer_workflow.protect('crm.accounts', '{credit_limit}', 'credit_managers', '{"auto_submit": "never"}');
-- attached and created after it was protected
CREATE TABLE crm.accounts_it (id int NOT NULL, credit_limit int, note text, region text NOT NULL, PRIMARY KEY (id, region));
INSERT INTO crm.accounts_it VALUES (6, 6000, NULL, 'it');
ALTER TABLE crm.accounts ATTACH PARTITION crm.accounts_it FOR VALUES IN ('it');
CREATE TABLE crm.accounts_es PARTITION OF crm.accounts FOR VALUES IN ('es');
INSERT INTO crm.accounts VALUES (7, 'es', 7000);
GRANT ALL ON ALL TABLES IN SCHEMA crm TO alice;
RESET SESSION AUTHORIZATION;

-- What is stored and what is proposed after a path was tried; then all is cancelled, for the next one.
CREATE FUNCTION outcome() RETURNS TABLE (customer int, stored_in regclass, stored int, record_key jsonb, original text, proposed text)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
        SELECT a.id, a.tableoid::regclass, a.credit_limit, p.record_key, p.original_value, p.proposed_value
          FROM crm.accounts AS a FULL JOIN (SELECT * FROM customer_workflow.proposed_changes AS c WHERE c.status = 'not_submitted') AS p
            ON p.record_key = jsonb_build_object('id', a.id, 'region', a.region)
         WHERE p.proposal IS NOT NULL OR a.credit_limit IS DISTINCT FROM a.id * 1000 ORDER BY a.id;
    PERFORM customer_workflow.cancel_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted'));
END
$$;

SET SESSION AUTHORIZATION alice;
-- By the root
UPDATE crm.accounts SET credit_limit = 9;
SELECT * FROM outcome();
-- By partitions, at every level
UPDATE crm.accounts_de SET credit_limit = 9;
UPDATE crm.accounts_at SET credit_limit = 9;
UPDATE crm.accounts_ch SET credit_limit = 9 WHERE region = 'ch';
UPDATE crm.accounts_ch_0 SET credit_limit = 8;
UPDATE crm.accounts_ch_1 SET credit_limit = 8;
UPDATE crm.accounts_rest SET credit_limit = 9;
UPDATE crm.accounts_it SET credit_limit = 9;
UPDATE crm.accounts_es SET credit_limit = 9;
SELECT * FROM outcome();
-- By upsert and MERGE
INSERT INTO crm.accounts VALUES (1, 'de', 9), (2, 'at', 9), (3, 'ch', 9) ON CONFLICT (id, region) DO UPDATE SET credit_limit = excluded.credit_limit;
SELECT * FROM outcome();
MERGE INTO crm.accounts AS a USING (VALUES (1), (2), (7)) AS w (id) ON w.id = a.id WHEN MATCHED THEN UPDATE SET credit_limit = 9;
SELECT * FROM outcome();

-- A row moves
UPDATE crm.accounts SET region = 'at', credit_limit = 9 WHERE id = 1;
SELECT * FROM outcome();
-- … into a partition of a partition, and between those by its key
UPDATE crm.accounts SET region = 'ch', credit_limit = 9 WHERE id = 1;
SELECT * FROM outcome();
UPDATE crm.accounts_ch SET id = CASE id WHEN 3 THEN 5 ELSE 6 END, credit_limit = 9 WHERE region = 'ch';
SELECT * FROM outcome();
UPDATE crm.accounts_ch SET id = CASE id WHEN 5 THEN 3 ELSE 1 END WHERE region = 'ch';
-- … into the default partition
UPDATE crm.accounts SET region = 'us', credit_limit = 9 WHERE id = 1;
SELECT * FROM outcome();
-- … by MERGE
MERGE INTO crm.accounts AS a USING (VALUES (1, 'de'), (2, 'fr')) AS w (id, region) ON w.id = a.id
    WHEN MATCHED THEN UPDATE SET credit_limit = 9, region = w.region;
SELECT * FROM outcome();
UPDATE crm.accounts SET region = 'at' WHERE id = 2;
SELECT * FROM outcome();

-- A row moves, and a BEFORE INSERT trigger of the partition to which it goes assigns the protected field
RESET SESSION AUTHORIZATION;
CREATE FUNCTION crm.arrive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    new.credit_limit := 777;
    RETURN new;
END
$$;
CREATE TRIGGER arrive BEFORE INSERT ON crm.accounts_at FOR EACH ROW EXECUTE FUNCTION crm.arrive();
SET SESSION AUTHORIZATION alice;
UPDATE crm.accounts SET region = 'at' WHERE id = 1;
SELECT * FROM outcome();
UPDATE crm.accounts SET region = 'de' WHERE id = 1;
-- … while the UPDATE says something too
UPDATE crm.accounts SET region = 'at', credit_limit = 9 WHERE id = 1;
SELECT * FROM outcome();
UPDATE crm.accounts SET region = 'de' WHERE id = 1;
-- … for many rows
UPDATE crm.accounts SET region = 'at', note = 'moved' WHERE id > 3;
SELECT * FROM outcome();
SELECT tableoid::regclass, * FROM crm.accounts ORDER BY id;
-- A record that is new gets what the trigger assigns
INSERT INTO crm.accounts VALUES (8, 'at', 8000);
SELECT credit_limit FROM crm.accounts WHERE id = 8;
DELETE FROM crm.accounts WHERE id = 8;
RESET SESSION AUTHORIZATION;

-- … and assigns a part of the key as well
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE crm.accounts_be PARTITION OF crm.accounts FOR VALUES IN ('be', 'BE');
GRANT ALL ON crm.accounts_be TO alice;
RESET SESSION AUTHORIZATION;
CREATE FUNCTION crm.arrive_in_capitals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    new.region := upper(new.region);
    new.credit_limit := 777;
    RETURN new;
END
$$;
CREATE TRIGGER arrive BEFORE INSERT ON crm.accounts_be FOR EACH ROW EXECUTE FUNCTION crm.arrive_in_capitals();
SET SESSION AUTHORIZATION alice;
UPDATE crm.accounts SET region = 'be' WHERE id = 1;
SELECT * FROM outcome();
UPDATE crm.accounts SET region = 'be', credit_limit = 9 WHERE id = 2;
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;

-- A partition that is detached keeps no half protection, and has it again when it comes back
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE crm.accounts DETACH PARTITION crm.accounts_es;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'crm.accounts_es'::regclass;
INSERT INTO crm.accounts_es VALUES (9, 'es', 9000, NULL);
ALTER TABLE crm.accounts ATTACH PARTITION crm.accounts_es FOR VALUES IN ('es');
SET SESSION AUTHORIZATION alice;
UPDATE crm.accounts_es SET credit_limit = 1;
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;
