-- Promise 7: nobody decides on his own work: every path, tried by everyone who has a part in the change, under each of his names.
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE ROLE tp_board;
CREATE ROLE tp_author LOGIN IN ROLE tp_board;
CREATE ROLE tp_author_2 LOGIN IN ROLE tp_board;
CREATE ROLE tp_originator LOGIN IN ROLE tp_board;
CREATE ROLE tp_originator_2 LOGIN IN ROLE tp_board;
CREATE ROLE tp_editor LOGIN IN ROLE tp_board;
CREATE ROLE tp_editor_2 LOGIN IN ROLE tp_board;
CREATE ROLE tp_other LOGIN IN ROLE tp_board;
CREATE ROLE tp_deputy LOGIN;
GRANT tp_other TO tp_author, tp_originator, tp_editor;
GRANT SELECT, UPDATE ON customers TO tp_board, tp_deputy;
-- the same people; the author is known to an application, too
SELECT customer_workflow.map_role('tp_author', 'tina'), customer_workflow.map_role('tp_author_2', 'tina'),
       customer_workflow.map_role('tp_originator', 'olaf'), customer_workflow.map_role('tp_originator_2', 'olaf'),
       customer_workflow.map_role('tp_editor', 'edda'), customer_workflow.map_role('tp_editor_2', 'edda');
SELECT customer_workflow.set_application_role('erp');
SELECT customer_workflow.add_group_member('tp_all', p) FROM unnest('{role:tp_board,person:tina}'::text[]) AS p;
INSERT INTO customers (id, name, credit_limit, payment_terms) SELECT i, 'Customer ' || i, 1, 'N30' FROM generate_series(101, 199) AS i;
SELECT customer_workflow.protect('customers', '{credit_limit, payment_terms}', 'group:tp_all');
SELECT customer_workflow.grant_duty('customers', 'steward', p), customer_workflow.grant_duty('customers', 'administrator', p), customer_workflow.grant_duty('customers', 'override', p)
  FROM unnest('{tp_originator,tp_editor}'::text[]) AS p;
SELECT customer_workflow.grant_duty('customers', 'override', 'tp_deputy');

-- "tp_author>tp_other": who has logged in has also taken a role
CREATE TABLE relation (n int GENERATED ALWAYS AS IDENTITY, relation text, who text);
INSERT INTO relation (relation, who) VALUES
    ('author', 'tp_author'), ('author who takes a role', 'tp_author>tp_other'), ('author, second role', 'tp_author_2'), ('author, by the application', 'person:tina'),
    ('originator', 'tp_originator'), ('originator who takes a role', 'tp_originator>tp_other'), ('originator, second role', 'tp_originator_2'),
    ('editor', 'tp_editor'), ('editor who takes a role', 'tp_editor>tp_other'), ('editor, second role', 'tp_editor_2');
CREATE FUNCTION try(who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', CASE WHEN who LIKE 'person:%' THEN 'erp' ELSE split_part(who, '>', 1) END);
    IF who LIKE '%>%' THEN
        EXECUTE format('SET LOCAL ROLE %I', split_part(who, '>', 2));
    ELSIF who LIKE 'person:%' THEN
        PERFORM customer_workflow.act_as(who);
    END IF;
    SELECT coalesce(max(e.value) FILTER (WHERE e.field = 'sqlstate'), 'done') INTO result FROM error_of(statement) AS e;
    RESET ROLE;
    RESET SESSION AUTHORIZATION;
    RETURN result;
END $$;
-- the author changes two fields of the next record, the editor takes one away, the originator submits; returns the proposal
CREATE SEQUENCE record START 101;
CREATE FUNCTION proposed(out proposal bigint, out submitted text) LANGUAGE plpgsql AS $$
DECLARE
    id CONSTANT bigint := nextval('public.record');
BEGIN
    PERFORM try('tp_author', format('UPDATE public.customers SET credit_limit = 5000, payment_terms = ''N60'' WHERE id = %s', id));
    proposal := (SELECT max(p.id) FROM customer_workflow.proposal AS p);
    PERFORM try('tp_editor', format('SELECT customer_workflow.discard_change(%s, ''payment_terms'')', proposal));
    submitted := try('tp_originator', format('SELECT customer_workflow.submit(%s)', proposal));
END $$;
CREATE FUNCTION use(elements jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM customer_workflow.activate_workflow('tp', customer_workflow.create_workflow('tp', 'public.customers', jsonb_build_object('elements', elements)));
END $$;
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.create_workflow('tp', 'customers', '{"elements": [{"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"group": "tp_all"}}]}}]}');
SELECT customer_workflow.activate_workflow('tp', 1);
RESET SESSION AUTHORIZATION;
CREATE FUNCTION item(proposal bigint) RETURNS bigint LANGUAGE sql AS $$
    SELECT max(w.id) FROM customer_workflow.work_item AS w WHERE w.proposal = item.proposal AND w.status = 'open'
$$;
-- %1$s: the proposal, %2$s: its work item, %3$s: the person's name; everyone tries it, or somebody tries to give it to everyone
CREATE FUNCTION matrix(statement text, by text DEFAULT NULL) RETURNS TABLE (relation text, outcome text) LANGUAGE plpgsql AS $$
DECLARE
    one record := proposed();
    r record;
BEGIN
    FOR r IN SELECT * FROM relation AS x WHERE by IS NULL OR x.who NOT LIKE '%>%' ORDER BY x.n LOOP
        relation := r.relation;
        outcome := try(coalesce(by, r.who), format(statement, one.proposal, item(one.proposal), r.who));
        RETURN NEXT;
    END LOOP;
    -- and that it is possible at all
    relation := 'somebody else';
    outcome := try(coalesce(by, 'tp_other'), format(statement, one.proposal, item(one.proposal), CASE WHEN by IS NULL THEN 'tp_other' ELSE 'tp_deputy' END));
    RETURN NEXT;
END $$;
-- approve_many() and reassign() answer with rows
CREATE FUNCTION many(proposal bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT * FROM customer_workflow.approve_many(ARRAY[proposal]) WHERE outcome = 'failed' LOOP
        RAISE EXCEPTION USING ERRCODE = r.sqlstate, MESSAGE = r.message;
    END LOOP;
END $$;
CREATE FUNCTION give(item bigint, person text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT * FROM customer_workflow.reassign(ARRAY[item], person, 'away') WHERE outcome = 'failed' LOOP
        RAISE EXCEPTION USING ERRCODE = r.sqlstate, MESSAGE = r.message;
    END LOOP;
END $$;
CREATE FUNCTION see(item bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM customer_workflow.my_work_items AS w WHERE w.work_item = item) THEN
        RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = 'nothing';
    END IF;
END $$;

SELECT * FROM matrix('SELECT public.see(%2$s)');
SELECT * FROM matrix('SELECT customer_workflow.approve(%1$s)');
SELECT * FROM matrix('SELECT public.many(%1$s)');
SELECT * FROM matrix('SELECT customer_workflow.reject(%1$s, ''no'')');
SELECT * FROM matrix('SELECT customer_workflow.request_change(%1$s, ''more'')');
SELECT use('[{"approval": {"name": "A", "field_decisions": true, "steps": [{"name": "S", "assign_to": {"group": "tp_all"}}]}}]');
SELECT * FROM matrix('SELECT customer_workflow.approve(%1$s, fields => ''{credit_limit}'')');
SELECT * FROM matrix('SELECT customer_workflow.reject(%1$s, ''no'', fields => ''{credit_limit}'')');
SELECT * FROM matrix('SELECT customer_workflow.delegate(%1$s, ''tp_deputy'')');
-- work is given to nobody who has a part in it
SELECT * FROM matrix('SELECT customer_workflow.delegate(%1$s, %3$L)', 'tp_other');
SELECT * FROM matrix('SELECT public.give(%2$s, %3$L)', 'erp_owner');

SELECT use('[{"task": {"name": "T", "assign_to": {"group": "tp_all"}}}, {"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"user": "tp_other"}}]}}]');
SELECT * FROM matrix('SELECT customer_workflow.complete_task(%2$s)');
SELECT use('[{"manual_decision": {"name": "D", "assign_to": {"group": "tp_all"}, "outcomes": [{"name": "yes", "elements": []}, {"name": "no", "elements": []}]}}, {"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"user": "tp_other"}}]}}]');
SELECT * FROM matrix('SELECT customer_workflow.decide_outcome(%2$s, ''yes'')');

-- the review of an override, by whoever holds it; who broke the glass is no party until then
SELECT use('[{"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"group": "tp_all"}}]}}]');
CREATE FUNCTION review(proposal bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item CONSTANT bigint := public.item_of(proposal);
BEGIN
    PERFORM customer_workflow.complete_task(item, 'seen');
END $$;
CREATE FUNCTION item_of(proposal bigint) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT public.item(proposal) $$;
CREATE FUNCTION overridden() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    one record := proposed();
BEGIN
    PERFORM try('tp_deputy', format('SELECT customer_workflow.override_apply(%s, ''urgent'')', one.proposal));
    RETURN one.proposal;
END $$;
SELECT overridden() AS overridden \gset
SELECT status FROM customer_workflow.proposals WHERE id = :overridden;
SELECT r.relation, try(r.who, format('SELECT public.review(%s)', :overridden)) AS outcome FROM relation AS r ORDER BY r.n;
SELECT try('tp_deputy', format('SELECT public.review(%s)', :overridden)) AS "who broke the glass", try('tp_other', format('SELECT public.review(%s)', :overridden)) AS "somebody else";

-- where a step, a level of escalation or a field of the record names them, or a rule makes one of them stand in: nobody is found, or somebody else has it
CREATE FUNCTION named(elements text) RETURNS TABLE (relation text, submitted text, holders text) LANGUAGE plpgsql AS $$
DECLARE
    r record;
    one record;
BEGIN
    FOR r IN SELECT * FROM relation AS x WHERE x.who NOT LIKE '%>%' ORDER BY x.n LOOP
        UPDATE customers SET city = r.who WHERE id >= 100;
        PERFORM use(replace(elements, '%who', r.who)::jsonb);
        one := proposed();
        relation := r.relation;
        submitted := one.submitted;
        PERFORM customer_workflow.process_deadlines(as_of => now() + interval '90 minutes');
        holders := (SELECT string_agg(DISTINCT h.holder, ', ') FROM customer_workflow.work_item AS w LEFT JOIN customer_workflow.work_item_place AS l ON l.work_item = w.id
                     CROSS JOIN LATERAL (VALUES (w.assignee), (l.person)) AS h (holder) WHERE w.proposal = one.proposal AND w.status = 'open');
        RETURN NEXT;
    END LOOP;
END $$;
SELECT * FROM named('[{"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"user": "%who"}}]}}]');
SELECT * FROM named('[{"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"field": "city"}}]}}]');
SELECT * FROM named('[{"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"user": "tp_other"}, "time_limit": {"hours": 1}, "escalation": [{"assign_to": {"user": "%who"}, "time_limit": {"hours": 9}}]}]}}]');
-- a standing rule: none of them stands in for others, and who stands in for one of them does not get the place that he would not have
CREATE FUNCTION ruled(delegator text, delegate_to text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    one record;
    rule bigint;
    found text;
BEGIN
    rule := customer_workflow.create_delegation(ruled.delegator, ruled.delegate_to, now(), now() + interval '1 day');
    PERFORM use(format('[{"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"user": %s}}]}}]', to_jsonb(ruled.delegator))::jsonb);
    one := proposed();
    found := one.submitted || coalesce(', ' || (SELECT string_agg(DISTINCT h.holder, ', ') FROM customer_workflow.work_item AS w LEFT JOIN customer_workflow.work_item_place AS l ON l.work_item = w.id
                     CROSS JOIN LATERAL (VALUES (w.assignee), (l.person)) AS h (holder) WHERE w.proposal = one.proposal AND w.status = 'open'), '');
    PERFORM customer_workflow.end_delegation(rule);
    RETURN found;
END $$;
SELECT r.relation, ruled('tp_other', r.who) AS "stands in for another", ruled(r.who, 'tp_deputy') AS "another stands in" FROM relation AS r WHERE r.who NOT LIKE '%>%' ORDER BY r.n;
SELECT ruled('tp_other', 'tp_deputy') AS "somebody else";
