-- Attack, or bad luck: names with quotes, spaces, dots, format signs, backslashes and line ends, in every place where a name can be.
\set SHOW_CONTEXT never
CREATE ROLE "attack'na""mes" LOGIN;
CREATE ROLE "Attack names; DROP TABLE x --" LOGIN;
CREATE ROLE "attack ""names""" NOLOGIN;
GRANT "attack ""names""" TO "Attack names; DROP TABLE x --";
CREATE SCHEMA "A.b ""c""" AUTHORIZATION "attack'na""mes";
GRANT USAGE ON SCHEMA "A.b ""c""" TO PUBLIC;
SET SESSION AUTHORIZATION "attack'na""mes";
CREATE DOMAIN "A.b ""c"""."D%s" AS numeric(10,2) CONSTRAINT "pos'itive" CHECK (VALUE > 0);
CREATE TABLE "A.b ""c"""."T'%s $1 \x" (
    "I;d" text,
    "i""d" int,
    "f'1" "A.b ""c"""."D%s",
    "f 2
%L" text COLLATE "C",
    "$1" text,
    "old" int DEFAULT 1,
    "user" text,
    PRIMARY KEY ("I;d", "i""d"),
    CONSTRAINT "un""ique" UNIQUE ("$1") DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "A.b ""c"""."T'%s $1 \x" VALUES (E'k"\\''\n{}', 1, 10, 'a', 'x', 1, 'u'), ('k2', 2, 20, 'b', 'y', 1, 'u');
GRANT SELECT, UPDATE ON "A.b ""c"""."T'%s $1 \x" TO alice, dave;
\set t '"A.b ""c"""."T''%s $1 \\x"'
SELECT customer_workflow.protect(:'t', ARRAY['f''1', E'f 2\n%L', '$1'], 'attack "names"',
    jsonb_build_object('bookkeeping', jsonb_build_object('old', 'old.old + 1'), 'companions', jsonb_build_object('f''1', jsonb_build_array('user')), 'record_label', '"I;d" || ''%s'''));
SELECT customer_workflow.grant_duty(:'t', 'steward', 'dave');
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.add_group_member('g"''%s', 'Attack names; DROP TABLE x --');
SET SESSION AUTHORIZATION "attack'na""mes";
SELECT field FROM customer_workflow.protected_fields ORDER BY 1;

SET SESSION AUTHORIZATION alice;
UPDATE "A.b ""c"""."T'%s $1 \x" SET "f'1" = 11, "f 2
%L" = E'%s $1 \\ "', "$1" = 'z', "user" = 'v' WHERE "i""d" = 1;
SELECT customer_workflow.propose(:'t', '{"I;d": "k2", "i\"d": 2}', '{"$1": "x", "f 2\n%L": "$1"}') IS NOT NULL AS proposed;
SELECT record_key, record_label, author FROM customer_workflow.proposals ORDER BY id;
SELECT relation, record_key, field, original_value, proposed_value, current_value, conflict FROM customer_workflow.proposed_changes ORDER BY proposal, field;
SELECT outcome, message FROM customer_workflow.submit_many((SELECT array_agg(id) FROM customer_workflow.proposals));
SELECT jsonb_array_length(customer_workflow.review(id) -> 'changes') FROM customer_workflow.proposals ORDER BY id;
SELECT count(*) FROM customer_workflow.pending_changes(:'t', ARRAY['{"I;d": "k2", "i\"d": 2}'::jsonb]);

-- The second takes the value that the first gives up, which in one statement is no conflict.
SET SESSION AUTHORIZATION "Attack names; DROP TABLE x --";
SELECT relation, record_key, record_label, subject FROM customer_workflow.my_work_items ORDER BY proposal;
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many((SELECT array_agg(proposal) FROM customer_workflow.my_work_items));
RESET SESSION AUTHORIZATION;
SELECT * FROM "A.b ""c"""."T'%s $1 \x" ORDER BY 2;
SELECT kind, person FROM customer_workflow.workflow_history WHERE kind = 'applied';

-- A conflict, an error, a direct change, a changed key, a renamed column and table, a delete, unprotect
SET SESSION AUTHORIZATION alice;
UPDATE "A.b ""c"""."T'%s $1 \x" SET "f'1" = 99;
SELECT outcome FROM customer_workflow.submit_many((SELECT array_agg(id) FROM customer_workflow.proposals WHERE status = 'not_submitted'));
SET SESSION AUTHORIZATION "attack'na""mes";
SELECT customer_workflow.disable(:'t', '%s');
UPDATE "A.b ""c"""."T'%s $1 \x" SET "f'1" = 98 WHERE "i""d" = 1;
SELECT record_key, field, original_value, new_value, person FROM customer_workflow.direct_changes;
SELECT customer_workflow.enable(:'t');
UPDATE "A.b ""c"""."T'%s $1 \x" SET "I;d" = E'new\\"' WHERE "i""d" = 2;
ALTER TABLE "A.b ""c"""."T'%s $1 \x" RENAME "f'1" TO "f""%s";
ALTER TABLE "A.b ""c"""."T'%s $1 \x" RENAME TO "T2'";
RESET SESSION AUTHORIZATION;
ALTER SCHEMA "A.b ""c""" RENAME TO "S'.";
SET SESSION AUTHORIZATION "attack'na""mes";
ALTER DOMAIN "S'."."D%s" ADD CONSTRAINT "c'2" CHECK (VALUE < 99) NOT VALID;
SET SESSION AUTHORIZATION "Attack names; DROP TABLE x --";
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many((SELECT array_agg(proposal) FROM customer_workflow.my_work_items));
SET SESSION AUTHORIZATION alice;
SELECT c.* FROM customer_workflow.proposals AS p CROSS JOIN LATERAL customer_workflow.check_proposal(p.id) AS c WHERE status = 'pending_approval' ORDER BY p.id;
SET SESSION AUTHORIZATION "attack'na""mes";
DELETE FROM "S'."."T2'" WHERE "i""d" = 1;
SELECT record_key, status FROM customer_workflow.proposals ORDER BY id;
SELECT customer_workflow.unprotect($$"S'."."T2'"$$, '{*}', cancel_open => true);
UPDATE "S'."."T2'" SET "f""%s" = 5;
SELECT "f""%s" FROM "S'."."T2'";

RESET SESSION AUTHORIZATION;
SET client_min_messages = warning;
DROP OWNED BY "attack'na""mes", "Attack names; DROP TABLE x --", "attack ""names""" CASCADE;
DROP ROLE "attack'na""mes", "Attack names; DROP TABLE x --", "attack ""names""";
