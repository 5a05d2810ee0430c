-- Something of everything that a database can have of this extension, after kit.SETUP. Proposals of every open status wait.
CREATE ROLE application LOGIN;
CREATE SCHEMA "The ""CRM""" AUTHORIZATION owner;
GRANT USAGE ON SCHEMA "The ""CRM""" TO PUBLIC;
GRANT CREATE ON SCHEMA public TO owner;

CREATE TABLE "The ""CRM"""."Bänke" (land char(2), nr int, "Konto Nr." text, seit timestamptz, grenzen int4range, art public.accounts[], PRIMARY KEY (land, nr)) PARTITION BY LIST (land);
CREATE TABLE "The ""CRM"""."Bänke DE" PARTITION OF "The ""CRM"""."Bänke" FOR VALUES IN ('DE');
CREATE TABLE "The ""CRM"""."Bänke sonst" PARTITION OF "The ""CRM"""."Bänke" DEFAULT;
CREATE TABLE public.plants (id int PRIMARY KEY, company text NOT NULL, name text, budget float8, kind text DEFAULT 'plant', version int NOT NULL DEFAULT 1);
CREATE TABLE public.plant_lines (plant int REFERENCES public.plants, line int, capacity numeric, PRIMARY KEY (plant, line));
CREATE TABLE public.staff (name text PRIMARY KEY, boss text);
ALTER TABLE "The ""CRM"""."Bänke" OWNER TO owner;
ALTER TABLE "The ""CRM"""."Bänke DE" OWNER TO owner;
ALTER TABLE "The ""CRM"""."Bänke sonst" OWNER TO owner;
ALTER TABLE public.plants OWNER TO owner;
ALTER TABLE public.plant_lines OWNER TO owner;
ALTER TABLE public.staff OWNER TO owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON "The ""CRM"""."Bänke", public.plants, public.plant_lines TO alice, dave, application;
INSERT INTO "The ""CRM"""."Bänke" SELECT CASE WHEN g % 2 = 0 THEN 'DE' ELSE 'AT' END, g, 'K' || g, '2026-01-01', int4range(0, g) FROM generate_series(1, 20) AS g;
INSERT INTO public.plants SELECT g, CASE WHEN g % 2 = 0 THEN 'north' ELSE 'south' END, 'Plant ' || g, g FROM generate_series(1, 20) AS g;
INSERT INTO public.plant_lines SELECT g, 1, 10 FROM generate_series(1, 20) AS g;
INSERT INTO public.staff VALUES ('alice', 'bob'), ('dave', 'carol');

SELECT customer_workflow.set_application_role('application');
SELECT customer_workflow.add_group_member('board', 'person:maria');
SELECT customer_workflow.set_calendar('default', '{"time_zone": "Europe/Berlin", "week": {"monday": [["09:00", "17:00"]], "tuesday": [["09:00", "17:00"]]}}');
SELECT customer_workflow.create_delegation('carol', 'person:maria', '2026-01-01', 'infinity');
SET SESSION AUTHORIZATION owner;
SELECT customer_workflow.protect('"The ""CRM"""."Bänke"', '{"Konto Nr.",seit,grenzen,art}', 'role:managers', '{"on_insert": "held", "on_delete": "propose", "together": "row"}');
SELECT customer_workflow.protect('public.plants', '{budget,name,kind,company}', 'role:managers',
    '{"company_column": "company", "scope": "old.kind = ''plant''", "bookkeeping": {"version": "old.version + 1"}, "record_label": "name", "field_decisions": true}');
SELECT customer_workflow.configure('public.plants', '{"amend": "reject"}', 'north');
SELECT customer_workflow.protect('public.plant_lines', '{capacity}', 'role:managers', '{"on_insert": "draft"}');
SELECT customer_workflow.set_hierarchy('staff', 'public.staff', 'name', 'boss');
SELECT customer_workflow.grant_duty('public.plants', 'auditor', 'dave');
SELECT customer_workflow.grant_duty('public.plants', 'override', 'carol');
SELECT customer_workflow.set_data_entity('import', 'public.plants', '{"behavior": "allow_without_approval"}');
SELECT customer_workflow.create_pending_view('public.plants', 'public.plants_as_proposed');
RESET SESSION AUTHORIZATION;
GRANT SELECT, UPDATE ON public.plants TO import;
GRANT SELECT, UPDATE ON public.accounts TO carol;

-- Of accounts: 1 draft, 2 pending, 3 rejected, 4 sent back, 5 approved for later, 6 applied, 7 cancelled, 8 and 9 in a change set, 10 to be undone
SET SESSION AUTHORIZATION alice;
UPDATE public.accounts SET credit_limit = 2000 + id, alice = 2000 + id WHERE id <= 7 OR id = 10;
BEGIN;
SELECT customer_workflow.begin_change_set('Two at once');
UPDATE public.accounts SET credit_limit = 2000 + id, alice = 2000 + id WHERE id IN (8, 9);
COMMIT;
SELECT count(*) FROM (SELECT customer_workflow.submit(id, 'please', effective_at => CASE (record_key ->> 'id') WHEN '5' THEN timestamptz '2100-01-01' END)
                        FROM customer_workflow.proposals WHERE (record_key ->> 'id') IN ('2', '3', '4', '5', '6', '8', '10') ORDER BY id) AS s;
SELECT customer_workflow.cancel(id) FROM customer_workflow.proposals WHERE record_key ->> 'id' = '7';
UPDATE "The ""CRM"""."Bänke" SET "Konto Nr." = 'neu', seit = '2026-03-29 02:30+01', grenzen = '[1,5)', art = ARRAY[ROW(1, 'x,"', 1.50, NULL, 1, 2, 3, 4)::public.accounts] WHERE nr = 2;
INSERT INTO "The ""CRM"""."Bänke" VALUES ('DE', 100, 'held', '2026-01-01', 'empty');
DELETE FROM "The ""CRM"""."Bänke" WHERE nr = 4;
UPDATE public.plants SET budget = 'NaN', name = 'ä"\' WHERE id = 2;
UPDATE public.plants SET budget = '-0', name = E'\t\n' WHERE id = 3;
INSERT INTO public.plant_lines VALUES (5, 2, 20);
SELECT customer_workflow.submit_many(array_agg(id)) FROM customer_workflow.proposals WHERE relation::text ~ 'Bänke|plant' AND status = 'not_submitted';
SELECT customer_workflow.add_comment(id, 'see the attachment', attachments => '[{"name": "a.pdf", "uri": "https://example.org/a.pdf"}]') FROM customer_workflow.proposals WHERE record_key ->> 'id' = '2' AND relation::text = 'accounts';
SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.reject(id, 'no') FROM customer_workflow.proposals WHERE relation::text = 'accounts' AND record_key ->> 'id' = '3';
SELECT customer_workflow.request_change(id, 'less') FROM customer_workflow.proposals WHERE relation::text = 'accounts' AND record_key ->> 'id' = '4';
SELECT customer_workflow.approve(id) FROM customer_workflow.proposals WHERE relation::text = 'accounts' AND record_key ->> 'id' IN ('5', '6', '10') ORDER BY id;
SET SESSION AUTHORIZATION carol;
SELECT customer_workflow.revert(id) FROM customer_workflow.proposals WHERE relation::text = 'accounts' AND record_key ->> 'id' = '10';
SET SESSION AUTHORIZATION import;
UPDATE public.plants SET budget = 77 WHERE id = 7;
SET SESSION AUTHORIZATION application;
BEGIN;
SELECT customer_workflow.act_as('erika');
UPDATE public.plants SET budget = 99 WHERE id = 9;
COMMIT;
