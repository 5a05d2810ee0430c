-- Design 5, the verbs in the plural: many proposals of many authors and workflows in one call come out as one at a time.
\set SHOW_CONTEXT never
CREATE ROLE route_many_board;
GRANT route_many_board TO bob, dave;
SET SESSION AUTHORIZATION erp_owner;
ALTER TABLE customers ADD account_manager text;
INSERT INTO customers (id, name, country, credit_limit, bank_account)
SELECT i, 'Customer ' || i, CASE WHEN i % 3 = 0 THEN 'CH' ELSE 'DE' END, 100, 'DE' || i FROM generate_series(101, 400) AS i;
UPDATE customers SET account_manager = CASE id % 4 WHEN 0 THEN 'bob' WHEN 1 THEN 'carol' WHEN 2 THEN 'dave' END;
SELECT customer_workflow.protect('customers', '{credit_limit, bank_account}');
SELECT customer_workflow.grant_duty('customers', 'steward', 'import');
SELECT customer_workflow.create_workflow('swiss', 'customers', $${
  "when": "old.country = 'CH'",
  "elements": [{"decision": {"branches": [
     {"name": "much", "when": "new.credit_limit > 600", "elements": [{"approval": {"name": "Board", "steps": [{"name": "Both", "assign_to": {"role": "route_many_board"}, "completion_policy": "all_approvers"}]}}]}],
     "otherwise": [{"approval": {"name": "Small", "automatic_action": {"when": "proposal.fields = '{credit_limit}' and new.credit_limit < 300", "action": "approve"},
       "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"}}]}}]}}]}$$);
SELECT customer_workflow.create_workflow('rest', 'customers', $${
  "elements": [
    {"approval": {"name": "Account manager", "steps": [{"name": "He", "assign_to": {"field": "account_manager"}, "subject": "{{old.name}}"}]}},
    {"approval": {"name": "Board", "when": "changed('bank_account')", "steps": [{"name": "One", "assign_to": {"role": "route_many_board"}}]}}]}$$);
SELECT customer_workflow.activate_workflow('swiss', 1);
SELECT customer_workflow.activate_workflow('rest', 1);
RESET SESSION AUTHORIZATION;
-- What alice, dave and bob want of 300 records; some find nobody, or are somebody's own.
CREATE PROCEDURE public.wish() LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL SESSION AUTHORIZATION alice;
    UPDATE customers SET credit_limit = id + 10 WHERE id % 5 = 0 AND id > 100;
    SET LOCAL SESSION AUTHORIZATION dave;
    UPDATE customers SET credit_limit = id * 2, bank_account = bank_account || 'x' WHERE id % 5 = 1 AND id > 100;
    SET LOCAL SESSION AUTHORIZATION bob;
    UPDATE customers SET credit_limit = id + 1 WHERE id % 5 = 2 AND id > 100;
    UPDATE customers SET bank_account = 'y' || id WHERE id % 5 = 3 AND id > 100;
END $$;
CREATE TABLE public.outcomes (run text, record bigint, said text);
-- What is known of each record in the end, without numbers that differ from run to run
CREATE VIEW public.facts AS
SELECT (p.record_key ->> 'id')::bigint AS record, p.author, p.status, p.workflow, p.waiting_on,
       (SELECT array_agg(concat_ws('/', h.kind, h.person, h.element, h.step, h.details -> 'value') ORDER BY h.at) FROM customer_workflow.workflow_history AS h
         WHERE h.proposal = p.id AND h.kind NOT IN ('proposed', 'cancelled')) AS history,
       (SELECT array_agg(concat_ws('/', w.element, w.step, w.assignee, w.status, w.subject) ORDER BY w.work_item) FROM customer_workflow.work_items AS w WHERE w.proposal = p.id) AS items
  FROM customer_workflow.proposals AS p;
CREATE TABLE public.ended AS SELECT 'one'::text AS run, f.*, c.credit_limit, c.bank_account FROM public.facts AS f JOIN customers AS c ON c.id = f.record WITH NO DATA;
CREATE FUNCTION public.play(run text, many boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
    verb record;
    p bigint;
    said text;
BEGIN
    CALL public.wish();
    FOR verb IN SELECT * FROM (VALUES ('import', 'submit'), ('bob', 'approve'), ('carol', 'approve'), ('dave', 'approve'), ('carol', 'approve')) AS v (who, what) LOOP
        SET LOCAL SESSION AUTHORIZATION DEFAULT;
        ids := ARRAY(SELECT id FROM customer_workflow.proposals WHERE status IN ('not_submitted', 'pending_approval') ORDER BY id);
        EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', verb.who);
        IF many THEN
            EXECUTE format('INSERT INTO public.outcomes SELECT $2, (SELECT (p.record_key ->> ''id'')::bigint FROM customer_workflow.proposals AS p WHERE p.id = r.proposal),
                                concat_ws('' '', r.outcome, r.sqlstate, regexp_replace(r.message, ''proposal \d+'', ''''))
                              FROM customer_workflow.%I($1) AS r', verb.what || '_many') USING ids, run;
        ELSE
            FOREACH p IN ARRAY ids LOOP
                BEGIN
                    EXECUTE format('SELECT customer_workflow.%I($1)', verb.what) INTO said USING p;
                EXCEPTION WHEN OTHERS THEN
                    said := 'failed ' || SQLSTATE || ' ' || regexp_replace(SQLERRM, 'proposal \d+', '');
                END;
                INSERT INTO public.outcomes SELECT run, (SELECT (q.record_key ->> 'id')::bigint FROM customer_workflow.proposals AS q WHERE q.id = p), said;
            END LOOP;
        END IF;
    END LOOP;
    SET LOCAL SESSION AUTHORIZATION DEFAULT;
    INSERT INTO public.ended SELECT run, f.*, c.credit_limit, c.bank_account FROM public.facts AS f JOIN customers AS c ON c.id = f.record;
END $$;
GRANT ALL ON public.outcomes TO PUBLIC;
SET client_min_messages = warning;
-- One by one; it is rolled back, so that the other begins with the same records.
BEGIN;
SELECT play('one by one', false);
SELECT count(*) AS proposals FROM ended;
SELECT md5(string_agg(o::text, E'\n' ORDER BY record)) AS ended FROM (SELECT record, author, status, workflow, waiting_on, history, items, credit_limit, bank_account FROM ended) AS o \gset one_
SELECT md5(string_agg(o::text, E'\n' ORDER BY record, said)) AS said FROM (SELECT record, said FROM outcomes) AS o \gset one_
ROLLBACK;
-- All at once
BEGIN;
SELECT play('all at once', true);
SELECT md5(string_agg(o::text, E'\n' ORDER BY record)) AS ended FROM (SELECT record, author, status, workflow, waiting_on, history, items, credit_limit, bank_account FROM ended) AS o \gset many_
SELECT md5(string_agg(o::text, E'\n' ORDER BY record, said)) AS said FROM (SELECT record, said FROM outcomes) AS o \gset many_
SELECT :'one_ended' = :'many_ended' AS same_end, :'one_said' = :'many_said' AS same_answers;
-- and something happened
SELECT status, count(*) FROM ended GROUP BY 1 ORDER BY 1;
SELECT regexp_replace(said, ' for ".*| for "customers".*', '') AS answer, count(*) FROM outcomes GROUP BY 1 ORDER BY 1;
COMMIT;
