-- Design 4, Identity: names of people. Roles and people are separate name spaces.
\set SHOW_CONTEXT never
CREATE ROLE person_names_app LOGIN;
CREATE ROLE person_names_clerk LOGIN;
CREATE ROLE "person:role" LOGIN;
SELECT customer_workflow.set_application_role('person_names_app');
GRANT SELECT, UPDATE ON customers TO person_names_app, person_names_clerk, "person:role";
SELECT customer_workflow.protect('customers', '{credit_limit}', 'group:desk');

-- in act_as a name is a person's; role: and group: are refused, and so is no name
SET SESSION AUTHORIZATION person_names_app;
SELECT * FROM error_of($$ SELECT customer_workflow.act_as('role:person_names_clerk') $$);
SELECT field, value FROM error_of($$ SELECT customer_workflow.act_as('group:desk') $$) WHERE field <> 'hint';
SELECT field, value FROM error_of($$ SELECT customer_workflow.act_as('') $$) WHERE field <> 'hint';
SELECT field, value FROM error_of($$ SELECT customer_workflow.act_as('  ') $$) WHERE field <> 'hint';
SELECT field, value FROM error_of($$ SELECT customer_workflow.act_as('person:') $$) WHERE field <> 'hint';
SELECT field, value FROM error_of($$ SELECT customer_workflow.act_as(NULL) $$) WHERE field <> 'hint';
SELECT field, value FROM error_of($$ SELECT customer_workflow.act_as('person:role:person_names_clerk') $$) WHERE field <> 'hint';
-- with and without prefix it is the same person
BEGIN; SELECT customer_workflow.act_as('maria'); SELECT customer_workflow.current_person(); COMMIT;
BEGIN; SELECT customer_workflow.act_as('person:maria'); SELECT customer_workflow.current_person(); COMMIT;
-- case, blanks inside and any letters count
BEGIN; SELECT customer_workflow.act_as('Maria Müller'); SELECT customer_workflow.current_person(); COMMIT;
BEGIN; SELECT customer_workflow.act_as('a:b'); SELECT customer_workflow.current_person(); COMMIT;
-- e-mail addresses, also such as are longer than a name (63 bytes)
SELECT 'a.very.long.name.of.a.person.who.works.in.the.accounts.department@subsidiary.example.com' AS mail \gset
BEGIN;
SELECT customer_workflow.act_as(:'mail');
SELECT customer_workflow.current_person() = 'person:' || :'mail' AS whole;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT author = 'person:' || :'mail' AS whole FROM customer_workflow.proposals;
-- two that differ after 63 bytes are two
SELECT customer_workflow.add_group_member('desk', 'person:' || :'mail');
SELECT customer_workflow.add_group_member('desk', 'person:' || :'mail' || '.au');
SET SESSION AUTHORIZATION person_names_app;
BEGIN; SELECT customer_workflow.act_as(:'mail'); SELECT customer_workflow.submit(1); COMMIT;
BEGIN; SELECT customer_workflow.act_as(:'mail' || '.au'); SELECT customer_workflow.approve(1); COMMIT;

-- a person is not the role of the same name: the clerk's change may be approved by the person, who is somebody else
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.add_group_member('desk', 'person:person_names_clerk');
SET SESSION AUTHORIZATION person_names_clerk;
SELECT customer_workflow.current_person();
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
SELECT customer_workflow.submit(2);
SELECT field, value FROM error_of('SELECT customer_workflow.approve(2)') WHERE field = 'sqlstate';
SET SESSION AUTHORIZATION person_names_app;
BEGIN; SELECT customer_workflow.act_as('person_names_clerk'); SELECT customer_workflow.approve(2); COMMIT;
RESET SESSION AUTHORIZATION;
SELECT proposal, author, person FROM customer_workflow.decisions ORDER BY proposal;

-- a role whose name looks like a person is a role
SET SESSION AUTHORIZATION "person:role";
UPDATE customers SET credit_limit = 7000 WHERE id = 3;
SELECT customer_workflow.submit(3);
SET SESSION AUTHORIZATION person_names_app;
BEGIN;
SELECT customer_workflow.act_as('role');
SELECT * FROM error_of('SELECT customer_workflow.recall(3)');
ROLLBACK;
RESET SESSION AUTHORIZATION;

-- without a prefix a name means a role where a role says it, and a person where a person says it
SELECT customer_workflow.grant_duty('customers', 'administrator', 'person:maria');
SELECT field, value FROM error_of($$ SELECT customer_workflow.grant_duty('customers', 'steward', 'maria') $$);
SET SESSION AUTHORIZATION person_names_app;
BEGIN;
SELECT customer_workflow.act_as('maria');
SELECT customer_workflow.grant_duty('customers', 'steward', 'otto');
SELECT customer_workflow.grant_duty('customers', 'auditor', 'role:person_names_clerk');
SELECT duty, person FROM customer_workflow.duties ORDER BY duty, person;
COMMIT;
RESET SESSION AUTHORIZATION;
DROP OWNED BY person_names_app, person_names_clerk, "person:role";
DROP ROLE person_names_app, person_names_clerk, "person:role";
