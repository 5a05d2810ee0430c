-- Option gate_configuration: what was approved is what is done, by whom it was proposed, or an error: the configuration moved, the author lost his right, a name means something else.
\set SHOW_CONTEXT never
\pset null ~
CREATE ROLE gate_conflict_mallory LOGIN;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'administrator', u) FROM unnest('{alice,dave,gate_conflict_mallory}'::text[]) AS u;
SELECT customer_workflow.configure('customers', '{"gate_configuration": true, "companions": {"credit_limit": ["city"]}}');
CREATE VIEW public.asked AS SELECT id, author, call, after, status FROM customer_workflow.configuration_proposals;
GRANT SELECT ON asked TO PUBLIC;

-- Two who propose the same option: the second is not what its approver would see now
\c - alice
SELECT customer_workflow.configure('customers', '{"overlap": "reject"}');
\c - dave
SELECT customer_workflow.configure('customers', '{"overlap": "reject", "conflict": "overwrite"}');
SELECT customer_workflow.approve(id) FROM asked WHERE author = 'alice';
\c - alice
SELECT * FROM public.error_of($$SELECT customer_workflow.approve(id) FROM asked WHERE author = 'dave'$$);
SELECT problem, sqlstate, message FROM asked CROSS JOIN LATERAL customer_workflow.check_proposal(asked.id) WHERE author = 'dave';
SELECT outcome, sqlstate FROM customer_workflow.approve_many(ARRAY(SELECT id FROM asked WHERE author = 'dave'));
SELECT DISTINCT options ->> 'overlap' AS overlap, options ->> 'conflict' AS conflict FROM customer_workflow.protected_fields;
SELECT customer_workflow.reject(id, 'ask again') FROM asked WHERE author = 'dave';
-- nor can it be bent: single changes cannot be discarded, decided, overwritten, reverted, dated or overridden
\c - dave
SELECT customer_workflow.discard_change(id, 'call') FROM asked WHERE author = 'dave';
SELECT customer_workflow.discard_change(id, 'options.overlap') FROM asked WHERE author = 'dave';
SELECT customer_workflow.submit(id, effective_at => '2999-01-01') FROM asked WHERE author = 'dave';
SELECT customer_workflow.submit(id) FROM asked WHERE author = 'dave';
SELECT customer_workflow.override_apply(id, 'now') FROM asked WHERE author = 'dave';
SELECT customer_workflow.revert(id) FROM asked WHERE author = 'alice';
\c - alice
SELECT customer_workflow.approve(id, fields => '{call}') FROM asked WHERE author = 'dave';
SELECT customer_workflow.approve(id, on_conflict => 'overwrite') FROM asked WHERE author = 'dave';
SELECT customer_workflow.approve(id, digest => 'x') FROM asked WHERE author = 'dave';
\c - dave
SELECT customer_workflow.rebase(id) FROM asked WHERE author = 'dave';
SELECT customer_workflow.cancel(id) FROM asked WHERE author = 'dave';

-- A maintenance or a DDL command in between counts too
SELECT customer_workflow.configure('customers', '{"companions": {"credit_limit": ["city", "name"]}}');
\c - postgres
ALTER TABLE customers RENAME COLUMN city TO town;
\c - alice
SELECT customer_workflow.approve(max(id)) FROM asked;
\c - postgres
ALTER TABLE customers RENAME COLUMN town TO city;
\c - alice
SELECT customer_workflow.approve(max(id)) FROM asked;

-- The author has to have the right on the day
\c - gate_conflict_mallory
SELECT customer_workflow.configure('customers', '{"amend": "reject"}');
\c - alice
SELECT customer_workflow.revoke_duty('customers', 'administrator', 'gate_conflict_mallory');
\c - dave
SELECT customer_workflow.approve(max(id)) FROM asked;
\c - alice
SELECT customer_workflow.approve(id) FROM asked WHERE author = 'gate_conflict_mallory';
SELECT DISTINCT options ->> 'amend' AS amend FROM customer_workflow.protected_fields;

-- and to be the same
\c - postgres
SELECT customer_workflow.grant_duty('customers', 'administrator', 'gate_conflict_mallory');
\c - alice
SELECT customer_workflow.approve(max(id)) FROM asked;
\c - postgres
ALTER ROLE gate_conflict_mallory RENAME TO gate_conflict_mallory_before;
CREATE ROLE gate_conflict_mallory LOGIN;
\c - alice
SELECT customer_workflow.approve(id) FROM asked WHERE author = 'gate_conflict_mallory';
SELECT customer_workflow.reject(id, 'who?') FROM asked WHERE author = 'gate_conflict_mallory';

-- The table has to be the same: another one under its name is not configured
\c - postgres
CREATE TABLE public.other (LIKE customers INCLUDING ALL);
ALTER TABLE other OWNER TO erp_owner;
SELECT customer_workflow.protect('other', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.grant_duty('other', 'administrator', 'alice');
\c - alice
SELECT customer_workflow.configure('customers', '{"auto_submit": "always"}');
\c - postgres
ALTER TABLE customers RENAME TO before;
ALTER TABLE other RENAME TO customers;
\c - dave
SELECT * FROM public.error_of($$SELECT customer_workflow.approve(max(id)) FROM asked$$);
\c - postgres
SELECT relation, options ->> 'auto_submit' AS auto_submit FROM customer_workflow.protected_fields ORDER BY 1;
-- renamed alone it is not found
ALTER TABLE customers RENAME TO other;
\c - dave
SELECT * FROM public.error_of($$SELECT customer_workflow.approve(max(id)) FROM asked$$);
\c - postgres
ALTER TABLE before RENAME TO customers;
\c - dave
SELECT customer_workflow.approve(max(id)) FROM asked;
\c - postgres
SELECT relation, options ->> 'auto_submit' AS auto_submit FROM customer_workflow.protected_fields ORDER BY 1;

-- A rolled back call has proposed nothing, and a rolled back approval done nothing
BEGIN;
SELECT customer_workflow.configure('customers', '{"require_digest": true}');
ROLLBACK;
SELECT count(*) FROM asked WHERE status = 'pending_approval';
BEGIN;
SAVEPOINT s;
SELECT customer_workflow.configure('customers', '{"require_digest": true}');
RELEASE s;
SELECT customer_workflow.current_person() = session_user AS still_me;
COMMIT;
\c - dave
BEGIN;
SELECT customer_workflow.approve(max(id)) FROM asked;
SELECT customer_workflow.current_person();
ROLLBACK;
BEGIN;
SAVEPOINT s;
SELECT customer_workflow.approve(max(id), digest => 'x') FROM asked;
ROLLBACK TO s;
SELECT customer_workflow.current_person();
SELECT customer_workflow.configure('customers', '{"validate_on_submit": false}');
COMMIT;
SELECT DISTINCT options ->> 'require_digest' AS require_digest FROM customer_workflow.protected_fields;
\c - postgres
DROP OWNED BY gate_conflict_mallory, gate_conflict_mallory_before;
DROP ROLE gate_conflict_mallory, gate_conflict_mallory_before;
