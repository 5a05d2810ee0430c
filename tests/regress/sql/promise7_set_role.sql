-- Promise 7: where an application role changes roles (as PostgREST does), the role that it has put on is the person, in every session.
\set SHOW_CONTEXT never
CREATE ROLE promise7_api LOGIN NOINHERIT;
CREATE ROLE promise7_ann LOGIN;
CREATE ROLE promise7_ben LOGIN;
CREATE ROLE promise7_desk;
GRANT promise7_desk TO promise7_ann, promise7_ben;
GRANT promise7_ann, promise7_ben TO promise7_api;
GRANT SELECT, UPDATE ON customers TO promise7_ann, promise7_ben, promise7_api;
SELECT customer_workflow.set_application_role('promise7_api');
SELECT customer_workflow.protect('customers', '{credit_limit}', 'promise7_desk');
CREATE FUNCTION try(proposal bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.value, ': ' ORDER BY e.field DESC) FROM error_of(format('SELECT customer_workflow.approve(%s)', proposal)) AS e
     WHERE e.field IN ('sqlstate', 'message', 'none')
$$;

-- Without a role it is nobody, and changes nothing that is protected.
\c - promise7_api
SELECT * FROM error_of('UPDATE customers SET credit_limit = 1 WHERE id = 1');
BEGIN;
SET LOCAL ROLE promise7_ann;
SELECT customer_workflow.current_person();
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT id AS p FROM customer_workflow.proposals \gset
SELECT customer_workflow.submit(:p);
SELECT try(:p);
COMMIT;
-- Ann cannot decide when she logs in herself,
\c - promise7_ann
SELECT author FROM customer_workflow.proposals;
SELECT try(:p);
-- nor the pool without her role, nor a name that it gives itself in her role;
\c - promise7_api
SELECT try(:p);
BEGIN;
SET LOCAL ROLE promise7_ann;
SELECT customer_workflow.act_as('promise7_ben');
SELECT customer_workflow.current_person();
SELECT try(:p);
ROLLBACK;
-- and Ben, who is no application role, is Ben, whatever role he puts on.
\c - postgres
GRANT promise7_ann TO promise7_ben;
\c - promise7_ben
SET ROLE promise7_ann;
UPDATE customers SET credit_limit = 6000 WHERE id = 2;
SELECT author FROM customer_workflow.proposals WHERE record_key = '{"id": 2}';
-- The pool in Ben's role decides.
\c - promise7_api
BEGIN;
SET LOCAL ROLE promise7_ben;
SELECT try(:p);
COMMIT;
\c - postgres
SELECT kind, person, database_role FROM customer_workflow.workflow_history WHERE proposal = :p ORDER BY at;
DROP OWNED BY promise7_api, promise7_ann, promise7_ben, promise7_desk;
DROP ROLE promise7_api, promise7_ann, promise7_ben, promise7_desk;
