-- Assignment to managers: a walk up a relation of the DBA's own.
\set SHOW_CONTEXT never
CREATE TABLE crm.staff (login text PRIMARY KEY, boss text, may_approve numeric);
ALTER TABLE crm.staff OWNER TO erp_owner;
INSERT INTO crm.staff VALUES ('alice', 'bob', 0), ('bob', 'role:carol', 5000), ('carol', 'person:erna', 50000), ('erna', 'otto', 1e9), ('otto', NULL, NULL),
    ('dave', 'person:iris', 0), ('person:iris', 'juri', 0), ('juri', 'dave', 0), ('solo', 'solo', 0);
ALTER TABLE customers ADD account_manager text;
UPDATE customers SET account_manager = (ARRAY['carol', 'stranger', NULL])[id];
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.set_hierarchy('staff', 'crm.staff', 'login', 'boss');
-- Who gets a change by this author to record 1 … 3, of the limit that is given
CREATE FUNCTION who(hierarchy jsonb, author text DEFAULT 'role:alice', record int DEFAULT 1, wished text DEFAULT '7000') RETURNS jsonb LANGUAGE sql AS $$
    SELECT CASE WHEN e.eligible ? 'problem' THEN (e.eligible -> 'problem') - 'hint'
                ELSE to_jsonb(ARRAY(SELECT p ->> 'person' FROM jsonb_array_elements(e.eligible -> 'people') AS p)) END
      FROM customer_workflow._eligible(jsonb_build_object('assign_to', jsonb_build_object('hierarchy', hierarchy)), '/assign_to', 'erp_owner', 'customers',
               ARRAY[ROW(1, NULL, jsonb_build_object('id', record), jsonb_build_object('credit_limit', wished), ARRAY[author], author, 'role:dave', NULL, NULL, NULL, NULL)::customer_workflow._case],
               NULL, NULL) AS e
$$;
-- Everyone above the author, nearest first; so many levels; only the last
SELECT who('{"name": "staff"}');
SELECT who('{"name": "staff", "levels": 1}');
SELECT who('{"name": "staff", "levels": 2}');
SELECT who('{"name": "staff", "levels": 2, "assign": "last"}');
SELECT who('{"name": "staff", "assign": "last"}');
-- Until a condition holds: of the change and of the manager
SELECT w, who('{"name": "staff", "until": "(SELECT s.may_approve FROM crm.staff AS s WHERE s.login IN (manager, substring(manager FROM '':(.*)''))) >= new.credit_limit"}', wished => w),
       who('{"name": "staff", "assign": "last", "until": "(SELECT s.may_approve FROM crm.staff AS s WHERE s.login IN (manager, substring(manager FROM '':(.*)''))) >= new.credit_limit"}', wished => w)
  FROM unnest('{500,7000,70000}'::text[]) AS w;
-- one that holds for nobody, or is null, ends nowhere; with levels it ends there
SELECT who('{"name": "staff", "until": "false"}');
SELECT who('{"name": "staff", "until": "NULL"}');
SELECT who('{"name": "staff", "until": "false", "levels": 2, "assign": "last"}');
-- one that fails says so
SELECT who('{"name": "staff", "until": "1 / (old.id - 1) > 0"}');
-- From another person
SELECT who('{"name": "staff", "start_from": "originator"}');
SELECT r, who('{"name": "staff", "start_from": {"field": "account_manager"}}', record => r) FROM generate_series(1, 4) AS r;
-- Circles end; at the top there is nobody, nor above somebody who is not in it
SELECT who('{"name": "staff"}', 'role:dave');
SELECT who('{"name": "staff", "assign": "last"}', 'person:iris');
SELECT who('{"name": "staff"}', 'person:solo');
SELECT who('{"name": "staff"}', 'person:otto');
SELECT who('{"name": "staff"}', 'person:stranger');
-- A person who has the name of a role is not that role
SELECT who('{"name": "staff"}', 'person:alice');
-- Several managers: each is asked, and each has his own
ALTER TABLE crm.staff DROP CONSTRAINT staff_pkey;
INSERT INTO crm.staff VALUES ('alice', 'juri', 0);
SELECT who('{"name": "staff", "levels": 2}');
SELECT who('{"name": "staff", "levels": 2, "assign": "last"}');

-- It is read as its owner, who need not let others look; row level security that is forced on him is passed
ALTER TABLE crm.staff ENABLE ROW LEVEL SECURITY;
ALTER TABLE crm.staff FORCE ROW LEVEL SECURITY;
SELECT who('{"name": "staff", "levels": 1}');
-- Many at once
SELECT e.eligible -> 'people' -> 0, count(*)
  FROM customer_workflow._eligible('{"assign_to": {"hierarchy": {"name": "staff", "levels": 1, "until": "old.id = 2"}}}', '/assign_to', 'erp_owner', 'customers',
           (SELECT array_agg(ROW(k, NULL, jsonb_build_object('id', k % 3 + 1), '{}', NULL, 'role:' || (ARRAY['alice', 'bob', 'nobody'])[k % 3 + 1], NULL, NULL, NULL, NULL, NULL)::customer_workflow._case)
              FROM generate_series(1, 3000) AS k), NULL, NULL) AS e
 GROUP BY 1 ORDER BY 1;
-- What is not there any more
SELECT who('{"name": "others"}');
SELECT who('{"name": "staff", "start_from": {"field": "nothing"}}');
ALTER TABLE crm.staff RENAME boss TO chief;
SELECT who('{"name": "staff"}');
DROP TABLE crm.staff;
SELECT who('{"name": "staff"}');
