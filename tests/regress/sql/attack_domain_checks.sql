-- Attack: CHECKs of domains, in columns, arrays, composites, ranges and keys, run their author's functions when a value is read from its text.
\set SHOW_CONTEXT never
CREATE ROLE attack_domain_mallory LOGIN;
CREATE SCHEMA mallory AUTHORIZATION attack_domain_mallory;
GRANT USAGE ON SCHEMA mallory TO PUBLIC;
\c - attack_domain_mallory
CREATE FUNCTION mallory.spy(place text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF current_user NOT IN ('attack_domain_mallory', session_user) THEN
        RAISE WARNING '% checked as %', place, current_user;
    END IF;
    IF current_user = 'postgres' THEN
        RAISE WARNING '% checked as a superuser', place;
    END IF;
    RETURN true;
END
$$;
CREATE DOMAIN mallory.plain AS int CHECK (mallory.spy('domain'));
CREATE DOMAIN mallory.part AS int CHECK (mallory.spy('part'));
CREATE DOMAIN mallory.key AS int CHECK (mallory.spy('key'));
CREATE TYPE mallory.pair AS (a mallory.part, b int);
CREATE TYPE mallory.span AS RANGE (subtype = mallory.part);
CREATE TABLE mallory.t (id mallory.key PRIMARY KEY, d mallory.plain, list mallory.part[], pair mallory.pair, pairs mallory.pair[], span mallory.span);
INSERT INTO mallory.t SELECT i, 1, '{1}', '(1,1)', '{"(1,1)"}', '[1,2)' FROM generate_series(1, 3) AS i;
GRANT SELECT, UPDATE ON mallory.t TO alice, bob;
SELECT customer_workflow.protect('mallory.t', '{d,list,pair,pairs,span}', 'credit_managers');

-- Alice, by UPDATE and by propose(); the checks run with her own rights, as they do without us.
\c - alice
UPDATE mallory.t SET d = 2, list = '{2,3}', pair = '(2,2)', pairs = '{"(2,2)"}', span = '[2,3)' WHERE id = 1;
SELECT customer_workflow.propose('mallory.t', '{"id": 2}', '{"d": 2, "list": [2], "pair": {"a": 2, "b": 2}, "pairs": [{"a": 2, "b": 2}], "span": "[2,3)"}') IS NOT NULL AS proposed;
SELECT outcome, sqlstate, message FROM customer_workflow.submit_many((SELECT array_agg(id ORDER BY id) FROM customer_workflow.proposals));
SELECT count(*) FROM customer_workflow.proposed_changes WHERE conflict = 'none';
SELECT count(*) FROM customer_workflow.pending_changes('mallory.t', '{"{\"id\": 1}"}');
SELECT customer_workflow.record_key('mallory.t', t) FROM mallory.t AS t WHERE id = 1;

-- A superuser who only looks, and an approver
\c - postgres
SELECT count(*) FROM customer_workflow.proposed_changes WHERE conflict = 'none';
SELECT customer_workflow.review(id) IS NOT NULL AS review FROM customer_workflow.proposals;
SELECT customer_workflow.check_proposal(id) FROM customer_workflow.proposals;
\c - bob
SELECT customer_workflow.approve(min(proposal)) FROM customer_workflow.my_work_items;
SELECT outcome FROM customer_workflow.approve_many((SELECT array_agg(proposal) FROM customer_workflow.my_work_items));
SELECT * FROM mallory.t ORDER BY id;

-- Deleted, changed key, rebased
\c - alice
UPDATE mallory.t SET d = 7 WHERE id IN (1, 2);
\c - attack_domain_mallory
UPDATE mallory.t SET id = 10 WHERE id = 1;
DELETE FROM mallory.t WHERE id = 2;
\c - alice
SELECT record_key, customer_workflow.rebase(id) FROM customer_workflow.proposals WHERE status = 'not_submitted';

\c - postgres
SET client_min_messages = warning;
SELECT customer_workflow.unprotect(relation, '{*}', cancel_open => true) FROM customer_workflow.protected_table WHERE relation IS NOT NULL \g /dev/null
DROP OWNED BY attack_domain_mallory CASCADE;
DROP ROLE attack_domain_mallory;
