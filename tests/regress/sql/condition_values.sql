-- Conditions: what old, new, proposal and changed() are, and what NULL is.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms,name}', 'credit_managers');
-- The value of a condition for one imagined change by alice, as erp_owner has activated it.
CREATE FUNCTION value_of(condition text, record_key jsonb, changes jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(': ', c.value, c.message)
      FROM customer_workflow._conditions('customers', 'erp_owner', condition, ARRAY[
               ROW(1, NULL, record_key, changes, NULL, 'role:alice', 'person:maria', NULL, 'batch 7', 'why not', NULL)::customer_workflow._case]) AS c
$$;

-- old is the stored record, new the same with the proposed values
SELECT value_of('new.credit_limit - old.credit_limit = 500', '{"id": 1}', '{"credit_limit": "1500.00"}');
SELECT value_of('new.name = ''Alpha'' AND new.city = old.city', '{"id": 1}', '{"credit_limit": "1500.00"}');
SELECT value_of('new.name = ''Omega'' AND old.name = ''Alpha''', '{"id": 1}', '{"name": "Omega"}');
-- a value has the type of its column, with precision
SELECT value_of('new.credit_limit = 0.13', '{"id": 1}', '{"credit_limit": "0.125"}');
SELECT value_of('to_jsonb(new) - ''updated_at'' = to_jsonb(old) - ''updated_at'' || ''{"credit_limit": 7.00}''', '{"id": 1}', '{"credit_limit": "7"}');

-- proposal: what it changes, who, from where, why; people as views show them
SELECT value_of('proposal.fields = ''{credit_limit,name}''', '{"id": 1}', '{"name": "Omega", "credit_limit": "7"}');
SELECT value_of('(proposal.author, proposal.originator, proposal.source, proposal.reference, proposal.comment) = (''alice'', ''person:maria'', ''person'', ''batch 7'', ''why not'')',
                '{"id": 1}', '{"name": "Omega"}');
-- changed(): also in a query of one's own, and however it is written
SELECT value_of('changed(''name'') AND NOT changed(''credit_limit'')', '{"id": 1}', '{"name": "Omega"}');
SELECT value_of('EXISTS (SELECT FROM customers AS c WHERE c.id <> old.id AND changed(''name''))', '{"id": 1}', '{"name": "Omega"}');
SELECT value_of('CHANGED /* (here) */ (''na'' -- in two parts
    ''me'')', '{"id": 1}', '{"name": "Omega"}');
SELECT value_of('(WITH w AS (SELECT changed(''name'') AS yes) SELECT yes FROM w)', '{"id": 1}', '{"name": "Omega"}');

-- NULL: a value that is SQL NULL; nothing that is not known is true
SELECT value_of('new.credit_limit > 100000', '{"id": 1}', '{"credit_limit": null}');
SELECT value_of('new.credit_limit > old.credit_limit', '{"id": 3}', '{"credit_limit": "5"}');
SELECT value_of('old.credit_limit IS NULL AND new.credit_limit = 5', '{"id": 3}', '{"credit_limit": "5"}');
-- also of a record that is not there: there is nothing to say about it
SELECT value_of('true', '{"id": 4}', '{"credit_limit": "5"}');
SELECT value_of('old.id IS NULL', '{"id": 4}', '{"credit_limit": "5"}');

-- generated columns are computed from the proposed values
ALTER TABLE customers ADD half numeric GENERATED ALWAYS AS (credit_limit / 2) STORED;
SELECT value_of('old.half = 500 AND new.half = 750', '{"id": 1}', '{"credit_limit": "1500.00"}');

-- A column that is gone, also for changed(): an error, not false
ALTER TABLE customers DROP half;
SELECT value_of('new.half > 1', '{"id": 1}', '{"credit_limit": "1500.00"}');
SELECT value_of('NOT changed(''half'')', '{"id": 1}', '{"credit_limit": "1500.00"}');
ALTER TABLE customers DROP city;
SELECT value_of('new.credit_limit = 1500', '{"id": 1}', '{"credit_limit": "1500.00", "city": "Bonn"}');
-- A deleted record
DELETE FROM customers WHERE id = 2;
SELECT value_of('true', '{"id": 2}', '{"credit_limit": "5"}');
