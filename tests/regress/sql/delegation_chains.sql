-- Standing delegations: a chain ends at somebody who acts himself; a rule that would close a circle at any moment is refused.
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
CREATE TABLE public.vendors (id int PRIMARY KEY, iban text);
ALTER TABLE public.vendors OWNER TO erp_owner;
SELECT customer_workflow.protect('vendors', '{iban}', 'credit_managers');
CREATE VIEW public.acting AS
SELECT p.person, coalesce(s.stand_in, p.person) AS acts_for_customers, coalesce(v.stand_in, p.person) AS acts_for_vendors
  FROM unnest('{role:alice,role:bob,role:carol,role:dave}'::text[]) AS p (person)
  LEFT JOIN customer_workflow._stand_ins('{role:alice,role:bob,role:carol,role:dave}', 'customers', 'built_in') AS s ON s.person = p.person
  LEFT JOIN customer_workflow._stand_ins('{role:alice,role:bob,role:carol,role:dave}', 'vendors', 'built_in') AS v ON v.person = p.person;

-- alice to bob, bob to carol: alice's work is carol's. The most special of several rules counts; what has not started does not.
SELECT customer_workflow.create_delegation('alice', 'bob', now(), 'infinity') AS alice;
SELECT customer_workflow.create_delegation('bob', 'carol', now(), 'infinity') AS bob \gset
SELECT customer_workflow.create_delegation('bob', 'dave', now(), 'infinity', '{"relation": "public.vendors"}');
SELECT customer_workflow.create_delegation('carol', 'person:maria', '2090-01-01', 'infinity');
SELECT * FROM acting ORDER BY person;

-- A circle, also through a rule of another scope, or at another time
SELECT customer_workflow.create_delegation('carol', 'alice', now(), '2080-01-01');
SELECT customer_workflow.create_delegation('dave', 'alice', '2070-01-01', '2080-01-01');
SELECT customer_workflow.create_delegation('person:maria', 'bob', '2089-01-01', 'infinity');
-- There is none where the rules never meet: at that time, for that table
SELECT customer_workflow.create_delegation('person:maria', 'bob', '2089-01-01', '2090-01-01');
SELECT customer_workflow.create_delegation('dave', 'alice', '2070-01-01', '2080-01-01', '{"relation": "public.customers"}');

-- A rule that ended closes none
SELECT customer_workflow.end_delegation(:bob);
SELECT customer_workflow.create_delegation('carol', 'alice', now(), '2080-01-01');
SELECT * FROM acting ORDER BY person;

-- Renamed tables keep their rules; to a role that was dropped nothing goes
ALTER TABLE public.vendors RENAME TO suppliers;
CREATE ROLE delegation_chains_deputy LOGIN;
SELECT customer_workflow.create_delegation('dave', 'delegation_chains_deputy', now(), '2080-01-01');
SELECT * FROM customer_workflow._stand_ins('{role:bob,role:dave}', 'suppliers', 'built_in') ORDER BY person;
DROP ROLE delegation_chains_deputy;
SELECT * FROM customer_workflow._stand_ins('{role:bob,role:dave}', 'suppliers', 'built_in') ORDER BY person;
