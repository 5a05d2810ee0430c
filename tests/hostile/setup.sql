-- What hostile input is tried on: protected tables of several kinds, with proposals in every status. Loaded after tests/regress/setup.sql.
SET client_min_messages = warning;
CREATE TABLE addresses (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, street text, note text);
CREATE TABLE "Odd ""Table"".1%s" (
    "Id %" int, "key ""2""" text, value numeric, "new" jsonb, tags text[], period int4range, stamp timestamptz, raw bytea, mark point, "from" xml,
    PRIMARY KEY ("Id %", "key ""2"""));
CREATE TABLE parted (id int, region text, amount numeric, note text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE parted_n PARTITION OF parted FOR VALUES IN ('n');
CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
CREATE TABLE guarded (id int PRIMARY KEY, company text, amount numeric CHECK (amount >= 0), note text);
CREATE TABLE drafted (id int PRIMARY KEY, amount numeric, note text DEFAULT 'x');
CREATE TABLE plain (id int PRIMARY KEY, amount numeric, note text);
CREATE TABLE keyless (amount numeric);
CREATE VIEW seen AS SELECT id, name, credit_limit FROM customers;
CREATE MATERIALIZED VIEW kept AS SELECT id, amount FROM plain;
CREATE SEQUENCE numbers;
CREATE TYPE pair AS (a int, b text);
ALTER TABLE addresses OWNER TO erp_owner;
ALTER TABLE "Odd ""Table"".1%s" OWNER TO erp_owner;
ALTER TABLE parted OWNER TO erp_owner;
ALTER TABLE guarded OWNER TO erp_owner;
ALTER TABLE drafted OWNER TO erp_owner;
ALTER TABLE plain OWNER TO erp_owner;
GRANT ALL ON addresses, "Odd ""Table"".1%s", parted, guarded, drafted, plain, keyless, seen, kept, numbers TO alice, bob, dave, import, erp;
INSERT INTO customers (id, name, credit_limit) SELECT n, 'Customer ' || n, n FROM generate_series(4, 40) AS n;
INSERT INTO addresses SELECT n, 1 + n % 40, 'street ' || n FROM generate_series(1, 20) AS n;
INSERT INTO "Odd ""Table"".1%s" SELECT n, 'k' || n, n, '{}', '{a,NULL}', '[1,5)', '2026-01-01', '\x00', '(1,2)', '<a/>' FROM generate_series(1, 10) AS n;
INSERT INTO parted SELECT n, CASE n % 2 WHEN 0 THEN 'n' ELSE 's' END, n FROM generate_series(1, 20) AS n;
INSERT INTO guarded SELECT n, 'de', n FROM generate_series(1, 10) AS n;
INSERT INTO drafted SELECT n, n FROM generate_series(1, 10) AS n;
INSERT INTO plain SELECT n, n FROM generate_series(1, 10) AS n;

SELECT customer_workflow.set_application_role('erp');
SELECT customer_workflow.add_group_member('board', 'role:bob');
SELECT customer_workflow.add_group_member('board', 'person:maria');
SET SESSION AUTHORIZATION erp_owner;
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms,bank_account}', 'credit_managers',
    '{"bookkeeping": {"version": "old.version + 1"}, "companions": {"bank_account": ["city"]}, "record_label": "name"}');
SELECT customer_workflow.protect('addresses', '{street,customer_id}', 'credit_managers', '{"part_of": {"relation": "customers", "by": ["customer_id"]}}');
SELECT customer_workflow.protect('"Odd ""Table"".1%s"', '{value,new,tags,period,stamp,raw,mark,from}', 'credit_managers');
SELECT customer_workflow.protect('parted', '{amount}', 'group:board', '{"auto_submit": "always"}');
SELECT customer_workflow.protect('guarded', '{amount,company}', 'credit_managers', '{"on_insert": "held", "on_delete": "propose", "company_column": "company"}');
SELECT customer_workflow.protect('guarded', '{amount}', 'group:board', '{"conflict": "overwrite"}', 'de');
SELECT customer_workflow.protect('drafted', '{amount}', 'credit_managers', '{"on_insert": "draft", "together": "row"}');
SELECT customer_workflow.grant_duty('customers', 'override', 'role:carol');
SELECT customer_workflow.grant_duty('customers', 'steward', 'role:dave');
SELECT customer_workflow.set_data_entity('role:import', 'customers', '{"withdraw": true}');
SELECT customer_workflow.create_workflow('Credit', 'customers', '{"elements": [
    {"parallel": {"branches": [{"elements": [{"approval": {"name": "Amount", "when": "changed(''credit_limit'')", "steps": [
        {"name": "Manager", "assign_to": {"role": "credit_managers"}, "time_limit": {"days": 1}, "subject": "{{new.name}}: {{new.credit_limit}}"}]}}]},
      {"elements": [{"task": {"name": "Look", "when": "new.id > 30", "assign_to": {"user": "role:carol"}}}]}]}},
    {"decision": {"branches": [{"when": "new.credit_limit > 500", "elements": [
        {"manual_decision": {"name": "Which", "assign_to": {"group": "board"}, "outcomes": [{"name": "a", "elements": []}, {"name": "b", "elements": []}]}}]}],
      "otherwise": []}}]}');
SELECT customer_workflow.create_workflow('Credit', 'customers', '{"expires_after": {"days": 30}, "elements": [
    {"approval": {"name": "Amount", "steps": [{"name": "Manager", "assign_to": {"role": "credit_managers"}, "completion_policy": "majority"}]}}]}');
SELECT customer_workflow.activate_workflow('Credit', 1);
SELECT customer_workflow.create_workflow('Short', 'drafted', '{"expires_after": {"days": 1}, "elements": [
    {"approval": {"name": "Any", "steps": [{"name": "One", "assign_to": {"role": "credit_managers"}}]}}]}');
SELECT customer_workflow.activate_workflow('Short', 1);
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.set_calendar('de', '{"time_zone": "Europe/Berlin", "week": {"monday": [["08:00", "16:00"]], "friday": [["08:00", "12:00"]]}, "holidays": ["12-25"]}');

SET SESSION AUTHORIZATION alice;
UPDATE drafted SET amount = 33 WHERE id = 3;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.process_deadlines(as_of => now() + interval '2 days');
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = id * 100, payment_terms = 'N' || id WHERE id <= 30;
UPDATE "Odd ""Table"".1%s" SET value = -value, "new" = '[1]', tags = NULL, raw = '\x01';
UPDATE parted SET amount = amount + 1 WHERE id <= 10;
INSERT INTO guarded VALUES (100, 'de', 5), (101, 'at', 6);
UPDATE guarded SET amount = 77 WHERE id < 5;
DELETE FROM guarded WHERE id = 9;
INSERT INTO drafted VALUES (50, 1), (51, 2);
UPDATE drafted SET amount = 8, note = 'y' WHERE id = 2;
BEGIN;
SELECT customer_workflow.begin_change_set('a set');
UPDATE addresses SET street = 'other' WHERE id IN (1, 2);
UPDATE guarded SET amount = 1 WHERE id = 8;
COMMIT;
SELECT customer_workflow.submit_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE record_key ->> 'id' <= '29' AND status = 'not_submitted' AND id % 7 > 0));
SELECT customer_workflow.submit(id, effective_at => '2999-01-01') FROM customer_workflow.proposals WHERE relation = '"Odd ""Table"".1%s"'::regclass AND status = 'not_submitted';
SELECT customer_workflow.cancel(max(id)) FROM customer_workflow.proposals WHERE status = 'not_submitted';
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items WHERE proposal % 4 = 0 OR effective_at = '2999-01-01'));
SELECT customer_workflow.reject_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items WHERE proposal % 4 = 1 LIMIT 5), 'no');
SELECT customer_workflow.request_change_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items WHERE proposal % 4 = 2 LIMIT 5), 'other');
SELECT customer_workflow.create_delegation('role:bob', 'role:dave', now() - interval '1 day', now() + interval '100 years');
RESET SESSION AUTHORIZATION;
SELECT status, operation, count(*) FROM customer_workflow.proposals GROUP BY 1, 2 ORDER BY 1, 2;
