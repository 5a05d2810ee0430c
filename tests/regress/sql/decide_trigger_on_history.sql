-- Triggers that a DBA puts on the extension's own tables fire for what decisions write, and see the same rows that are written without them.
SELECT customer_workflow.protect('customers', '{credit_limit}', 'role:credit_managers');
CREATE TABLE seen (id bigint GENERATED ALWAYS AS IDENTITY, what text, "row" jsonb);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.seen (what, "row") VALUES (TG_TABLE_NAME, to_jsonb(NEW));
    RETURN NULL;
END
$$;
CREATE TRIGGER see AFTER INSERT ON customer_workflow.work_item FOR EACH ROW EXECUTE FUNCTION see();
CREATE TRIGGER see AFTER INSERT ON customer_workflow.history FOR EACH ROW EXECUTE FUNCTION see();
SET client_min_messages = warning;

SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(1, 'as agreed');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(1, 'fine');
RESET SESSION AUTHORIZATION;
SELECT what, "row" ->> 'kind' AS kind, coalesce("row" ->> 'person', "row" ->> 'assignee') AS person, "row" ->> 'comment' AS comment FROM seen ORDER BY id;

-- a unique index that nobody knows of is kept to
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 2;
RESET SESSION AUTHORIZATION;
DROP TRIGGER see ON customer_workflow.work_item;
DROP TRIGGER see ON customer_workflow.history;
CREATE UNIQUE INDEX one_at_a_time ON customer_workflow.work_item ((1)) WHERE status = 'open' AND proposal > 1;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(2, 'as agreed');
UPDATE customers SET credit_limit = 5000 WHERE id = 3;
SELECT error_of('SELECT customer_workflow.submit(3)');
RESET SESSION AUTHORIZATION;
DROP INDEX customer_workflow.one_at_a_time;
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.submit(3, 'as agreed');
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(2, 'fine'), customer_workflow.approve(3, 'fine');
RESET SESSION AUTHORIZATION;

-- without all that the same rows are written
SELECT w.proposal, to_jsonb(w) - '{id,proposal,created_at,closed_at}'::text[] = (
           SELECT to_jsonb(v) - '{id,proposal,created_at,closed_at}'::text[] FROM customer_workflow.work_item AS v WHERE v.proposal = 1) AS same
  FROM customer_workflow.work_item AS w ORDER BY w.proposal;
SELECT a.kind, to_jsonb(a) - '{id,transaction,at,proposal,digest,details}'::text[] = to_jsonb(b) - '{id,transaction,at,proposal,digest,details}'::text[] AS same,
       a.at >= b.at AS later, a.details ->> 'changes' AS changes
  FROM customer_workflow.history AS a JOIN customer_workflow.history AS b ON b.proposal = 1 AND b.kind = a.kind
 WHERE a.proposal = 3 ORDER BY a.id;
