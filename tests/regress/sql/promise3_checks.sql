-- Promise 3, exact: the CHECK of a domain inside a value may run queries and savepoints of its own while the value is captured.
\set SHOW_CONTEXT never
SET customer_workflow.notices = off;
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE codes (code text PRIMARY KEY);
INSERT INTO codes SELECT 'c' || g FROM generate_series(1, 9) AS g;
GRANT SELECT ON codes TO PUBLIC;
CREATE FUNCTION is_known(code text) RETURNS boolean LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    BEGIN
        PERFORM 1 / (SELECT count(*) FROM codes WHERE codes.code = is_known.code);
    EXCEPTION WHEN division_by_zero THEN
        RETURN false;
    END;
    RETURN true;
END
$$;
CREATE DOMAIN code AS text CHECK (is_known(value));
CREATE TYPE part AS (code code, label text);
CREATE TABLE goods (id int PRIMARY KEY, one part, two part, list code[], region text NOT NULL);
INSERT INTO goods SELECT g, ROW('c1', repeat('stored ', g))::part, ROW('c2', repeat('label ', g))::part, '{c1,c2}', 'north' FROM generate_series(1, 9) AS g;
-- the wishes lie ready, so that nothing but the capture checks them; every third record stays as it is
CREATE TABLE wishes AS
    SELECT id, CASE WHEN id % 3 = 1 THEN one ELSE ROW('c3', 'wish one ' || id || repeat('.', 20 * id))::part END AS one,
           CASE WHEN id % 3 = 1 THEN two ELSE ROW('c4', 'wish two ' || id)::part END AS two,
           CASE WHEN id % 3 = 1 THEN list ELSE array_fill('c5'::code, ARRAY[id]) END AS list FROM goods;
GRANT SELECT, UPDATE ON goods, wishes TO alice;
SELECT customer_workflow.protect('goods', '{one, two, list}', 'credit_managers');

SET SESSION AUTHORIZATION alice;
UPDATE goods SET one = w.one, two = w.two, list = w.list, region = 'south' FROM wishes AS w WHERE w.id = goods.id;
SELECT field, count(*), bool_and(c.original_value = v.original AND c.proposed_value = v.proposed) AS exact
  FROM customer_workflow.proposed_changes AS c JOIN goods AS g ON g.id = (c.record_key ->> 'id')::int JOIN wishes AS w ON w.id = g.id
 CROSS JOIN LATERAL (VALUES ('one', g.one::text, w.one::text), ('two', g.two::text, w.two::text), ('list', g.list::text, w.list::text)) AS v (name, original, proposed)
 WHERE v.name = c.field GROUP BY field ORDER BY field;
SELECT count(*) FROM goods WHERE region = 'south';

-- The same for what another trigger assigns to protected fields, and for rows that move between partitions
RESET SESSION AUTHORIZATION;
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE moved (id int, region text, one part, two part, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE moved_north PARTITION OF moved FOR VALUES IN ('north');
CREATE TABLE moved_south PARTITION OF moved FOR VALUES IN ('south');
INSERT INTO moved SELECT id, region, one, two FROM (SELECT id, 'north' AS region, one, two FROM goods) AS g;
CREATE FUNCTION assign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT one, two INTO new.one, new.two FROM wishes WHERE wishes.id = new.id;
    RETURN new;
END
$$;
CREATE TRIGGER assign BEFORE UPDATE ON moved FOR EACH ROW EXECUTE FUNCTION assign();
CREATE TRIGGER assign_there BEFORE INSERT ON moved_south FOR EACH ROW EXECUTE FUNCTION assign();
GRANT SELECT, UPDATE ON moved TO alice;
SELECT customer_workflow.protect('moved', '{one, two}', 'credit_managers');
SET SESSION AUTHORIZATION alice;
UPDATE moved SET region = 'south' WHERE id > 5;
UPDATE moved SET id = id WHERE id < 6;
SELECT field, count(*), bool_and(c.original_value = v.original AND c.proposed_value = v.proposed) AS exact
  FROM customer_workflow.proposed_changes AS c JOIN moved AS g ON g.id = (c.record_key ->> 'id')::int JOIN wishes AS w ON w.id = g.id
 CROSS JOIN LATERAL (VALUES ('one', g.one::text, w.one::text), ('two', g.two::text, w.two::text)) AS v (name, original, proposed)
 WHERE v.name = c.field AND c.relation = 'moved'::regclass GROUP BY field ORDER BY field;
SELECT tableoid::regclass, count(*) FROM moved GROUP BY 1 ORDER BY 1;
