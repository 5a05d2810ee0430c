-- Open proposals of world.sql are submitted, decided and applied; new changes are captured. Answers what is not as it should be.
-- What was restored is a copy, which does nothing by itself before it is adopted.
DO $$ BEGIN IF customer_workflow._is_copy() THEN PERFORM customer_workflow.adopt_database('the tests go on'); END IF; END $$;
CREATE TEMPORARY TABLE wanted (n int, answer text, wanted text);
GRANT ALL ON wanted TO PUBLIC;
CREATE FUNCTION pg_temp.of(what text, key text, which text DEFAULT 'max') RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE which WHEN 'max' THEN max(p.id) ELSE min(p.id) END FROM customer_workflow.proposal AS p JOIN customer_workflow.protected_table AS t ON t.id = p.table_id
     WHERE t.relation_name LIKE '%' || what || '%' AND p.record_key @> key::jsonb
$$;
ALTER FUNCTION pg_temp.of(text, text, text) SECURITY DEFINER;
SET SESSION AUTHORIZATION alice;
INSERT INTO wanted SELECT 1, customer_workflow.submit(pg_temp.of('accounts', '{"id": 1}')), 'pending_approval';
INSERT INTO wanted SELECT 3, customer_workflow.submit(pg_temp.of('accounts', '{"id": 3}')), 'pending_approval';
UPDATE accounts SET credit_limit = 4444, alice = 4444 WHERE id = 4;
INSERT INTO wanted SELECT 4, customer_workflow.submit(pg_temp.of('accounts', '{"id": 4}')), 'pending_approval';
UPDATE accounts SET credit_limit = 3011, alice = 3011 WHERE id = 11;
INSERT INTO wanted SELECT 11, customer_workflow.submit(pg_temp.of('accounts', '{"id": 11}')), 'pending_approval';
SET SESSION AUTHORIZATION dave;
UPDATE accounts SET credit_limit = 3012, dave = 3012 WHERE id = 12;
UPDATE plants SET budget = 1 WHERE id IN (2, 4);
INSERT INTO wanted SELECT 104, count(*)::text, '1' FROM customer_workflow.proposals WHERE relation::text = 'plants' AND record_key ->> 'id' = '4';
SET SESSION AUTHORIZATION import;
UPDATE accounts SET credit_limit = 9, import = 9 WHERE id BETWEEN 101 AND 200;
UPDATE plants SET budget = 88 WHERE id = 8;
SET SESSION AUTHORIZATION alice;
INSERT INTO wanted SELECT 113, e.sqlstate, 'CW007' FROM customer_workflow.approve_many(ARRAY[pg_temp.of('accounts', '{"id": 2}')]) AS e WHERE e.sqlstate <> '42501';
SET SESSION AUTHORIZATION bob;
INSERT INTO wanted SELECT 200 + n, customer_workflow.approve(pg_temp.of('accounts', format('{"id": %s}', n))), 'applied' FROM unnest('{1,2,3,4,8,11}'::int[]) AS n;
INSERT INTO wanted SELECT 300 + n, customer_workflow.approve(pg_temp.of('Bänke', format('{"nr": %s}', n))), 'applied' FROM unnest('{2,100,4}'::int[]) AS n;
INSERT INTO wanted SELECT 400 + n, customer_workflow.approve(pg_temp.of('plants', format('{"id": %s}', n), 'min')), 'applied' FROM unnest('{2,3}'::int[]) AS n;
INSERT INTO wanted SELECT 500, customer_workflow.approve(pg_temp.of('plant_lines', '{"plant": 5, "line": 2}')), 'applied';
INSERT INTO wanted SELECT 600, string_agg(DISTINCT a.outcome, ','), 'applied' FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items)) AS a;
SET SESSION AUTHORIZATION owner;
INSERT INTO wanted SELECT 700, customer_workflow.process_deadlines(as_of => '2100-01-02')::text, '1';
SET SESSION AUTHORIZATION application;
BEGIN;
SELECT customer_workflow.act_as('erika');
INSERT INTO wanted SELECT 701, customer_workflow.submit(max(id)), 'pending_approval' FROM customer_workflow.proposals WHERE relation::text = 'plants' AND record_key ->> 'id' = '9';
COMMIT;
BEGIN;
SELECT customer_workflow.act_as('maria');
INSERT INTO wanted SELECT 702, count(*)::text, '1' FROM customer_workflow.my_work_items WHERE relation::text = 'plants';
COMMIT;
RESET SESSION AUTHORIZATION;
INSERT INTO wanted SELECT 800, string_agg(credit_limit::text, ' ' ORDER BY id), '2001.00 2002.00 2003.00 4444.00 2005.00 2006.00 1000.00 2008.00 2009.00 2010.00 3011.00 1000.00' FROM accounts WHERE id <= 12;
INSERT INTO wanted SELECT 801, string_agg("Konto Nr." || seit || grenzen || coalesce(art::text, ''), ' ' ORDER BY nr), 'neu2026-03-29 01:30:00+00[1,5){"(1,\"x,\"\"\",1.50,,1,2,3,4)"} held2026-01-01 00:00:00+00empty' FROM "The ""CRM"""."Bänke" WHERE nr IN (2, 4, 100);
INSERT INTO wanted SELECT 802, string_agg(concat_ws(' ', id, name, budget, version), ';' ORDER BY id), E'2 ä"\\ NaN 2;3 \t\n -0 2;7 Plant 7 77 1;8 Plant 8 88 1' FROM plants WHERE id IN (2, 3, 7, 8);
INSERT INTO wanted SELECT 803, count(*)::text, '100' FROM accounts WHERE id BETWEEN 101 AND 200 AND credit_limit = 9;
INSERT INTO wanted SELECT 804, customer_workflow.is_pending('plant_lines', '{"plant": 5, "line": 2}')::text, 'false';
SELECT n, 'is ' || coalesce(quote_literal(answer), 'NULL'), 'not ' || wanted FROM wanted WHERE answer IS DISTINCT FROM wanted ORDER BY n;
