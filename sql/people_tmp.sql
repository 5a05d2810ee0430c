CREATE TYPE customer_workflow._case AS (proposal bigint, table_id int, record_key jsonb, changes jsonb, parties text[], author text, originator text, source text, reference text, comment text);
CREATE FUNCTION customer_workflow._cases(proposals bigint[]) RETURNS customer_workflow._case[] LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
 SELECT array_agg(ROW(p.id, p.table_id, p.record_key, '{}', p.parties, p.author, p.originator, p.data_entity, p.reference, p.comment)::customer_workflow._case ORDER BY p.id) FROM customer_workflow.proposal AS p WHERE p.id = ANY (proposals) $$;
CREATE FUNCTION customer_workflow._eligible(definition jsonb, at text, role name, relation regclass, cases customer_workflow._case[], without jsonb, at_most int) RETURNS TABLE (proposal bigint, eligible jsonb)
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
 WITH m AS MATERIALIZED (SELECT m.* FROM (SELECT (SELECT key || ':' || value FROM jsonb_each_text(definition #> string_to_array(substr(at, 2), '/')))) a(x), customer_workflow._members(a.x) m)
 SELECT c.proposal, jsonb_build_object('people', coalesce((SELECT jsonb_agg(jsonb_build_object('person', m.person)) FROM m WHERE NOT m.identities && c.parties), '[]')) FROM unnest(cases) c $$;
