-- Attack: learning about records and proposals that one may not see, from verbs and their errors.
\set SHOW_CONTEXT never
CREATE ROLE attack_leaks_stranger LOGIN;
CREATE TABLE people (email text PRIMARY KEY, salary numeric CONSTRAINT low CHECK (salary < 100000), boss text CONSTRAINT has_boss REFERENCES people);
INSERT INTO people VALUES ('boss@example.com', 90000, NULL), ('ann@example.com', 50000, 'boss@example.com');
ALTER TABLE people OWNER TO erp_owner;
GRANT SELECT, UPDATE ON people TO alice;
GRANT UPDATE ON people TO dave;
SELECT customer_workflow.protect('people', '{salary,boss}', 'credit_managers', '{"validate_on_submit": false}');
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.field || ': ' || e.value, E'\n' ORDER BY e.field DESC) FROM public.error_of(statement) AS e WHERE e.field <> 'hint'
$$;
\c - alice
UPDATE people SET salary = 200000 WHERE email = 'ann@example.com';
UPDATE people SET boss = 'nobody@example.com' WHERE email = 'boss@example.com';
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals WHERE record_key ->> 'email' ~ 'ann';
SELECT id AS p FROM customer_workflow.proposals WHERE status = 'pending_approval' \gset
SELECT id AS q FROM customer_workflow.proposals WHERE status = 'not_submitted' \gset

-- A stranger, whatever he asks, learns nothing but that he has to do with none.
\c - attack_leaks_stranger
SELECT count(*) FROM customer_workflow.proposals;
SELECT try(format('SELECT customer_workflow.%s', format(verb, p.id))), count(*) FROM unnest(ARRAY['approve(%s)', 'reject(%s, ''no'')', 'request_change(%s, ''no'')', 'recall(%s)', 'submit(%s)',
    'cancel(%s)', 'rebase(%s)', 'discard_change(%s, ''salary'')', 'discard_change(%s, ''email'')', 'check_proposal(%s)', 'review(%s)', 'approve(%s, digest => ''x'')', 'approve(%s, work_item => 1)']) AS verb,
    unnest(ARRAY[:p, :q]) AS p (id) GROUP BY 1 ORDER BY 1;
SELECT outcome, sqlstate, message FROM customer_workflow.approve_many(ARRAY[:p, :q, 999]);
SELECT outcome, sqlstate, message FROM customer_workflow.submit_many(ARRAY[:p, :q, 999]);
SELECT try('SELECT customer_workflow.propose(''people'', ''{"email": "ann@example.com"}'', ''{"salary": 1}'')');
SELECT try('SELECT * FROM customer_workflow.pending_changes(''people'', ''{"{\"email\": \"ann@example.com\"}"}'')');
SELECT count(*) FROM customer_workflow.pending_changes('people', '{"{\"email\": \"ann@example.com\"}"}');

-- Dave may UPDATE and not SELECT: propose() finds no record for him that his own UPDATE would not find.
\c - dave
SELECT try('SELECT customer_workflow.propose(''people'', ''{"email": "ann@example.com"}'', ''{"salary": 1}'')');
SELECT try('SELECT customer_workflow.propose(''people'', ''{"email": "none@example.com"}'', ''{"salary": 1}'')');

-- Bob decides, and may not read the table: of a refusal he learns the constraint, and not the row.
\c - bob
SELECT try(format('SELECT customer_workflow.approve(%s)', :p));
\c - alice
SELECT customer_workflow.submit(:q);
\c - bob
SELECT try(format('SELECT customer_workflow.approve(%s)', :q));

\c - postgres
DROP ROLE attack_leaks_stranger;
