-- Triggers that a DBA puts on the extension's own tables fire for what an UPDATE proposes.
SELECT customer_workflow.protect('customers', '{credit_limit}', 'role:credit_managers');
CREATE TABLE seen (id bigint GENERATED ALWAYS AS IDENTITY, what text);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.seen (what) VALUES (TG_TABLE_NAME || ' ' || TG_LEVEL);
    RETURN NULL;
END
$$;
CREATE TRIGGER see AFTER INSERT ON customer_workflow.proposal FOR EACH ROW EXECUTE FUNCTION see();
CREATE TRIGGER see AFTER INSERT ON customer_workflow.change FOR EACH ROW EXECUTE FUNCTION see();
CREATE TRIGGER see AFTER INSERT ON customer_workflow.history FOR EACH STATEMENT EXECUTE FUNCTION see();

SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT field, original_value, proposed_value, status FROM customer_workflow.proposed_changes;
RESET SESSION AUTHORIZATION;
SELECT what FROM seen ORDER BY id;
SELECT kind, person, proposal FROM customer_workflow.history WHERE proposal IS NOT NULL;

-- without them the same rows are written
DROP TRIGGER see ON customer_workflow.proposal;
DROP TRIGGER see ON customer_workflow.change;
DROP TRIGGER see ON customer_workflow.history;
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
RESET SESSION AUTHORIZATION;
SELECT to_jsonb(a) - '{id,record_key,record_hash,created_at}'::text[] = to_jsonb(b) - '{id,record_key,record_hash,created_at}'::text[] AS proposal
  FROM customer_workflow.proposal AS a, customer_workflow.proposal AS b WHERE a.id = 1 AND b.id = 2;
SELECT to_jsonb(a) - '{id,at,transaction,proposal}'::text[] = to_jsonb(b) - '{id,at,transaction,proposal}'::text[] AS history, a.at < b.at AS later
  FROM customer_workflow.history AS a, customer_workflow.history AS b WHERE a.proposal = 1 AND b.proposal = 2;
SELECT p.id, p.created_at = c.changed_at AS same_time, c.field, c.original, c.proposed
  FROM customer_workflow.proposal AS p JOIN customer_workflow.change AS c ON c.proposal = p.id ORDER BY p.id;
