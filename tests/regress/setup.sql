-- What every test finds: people, a table of customers, helpers. Loaded once, into the template of the test databases.
CREATE EXTENSION IF NOT EXISTS customer_workflow;

CREATE ROLE erp_owner LOGIN;
CREATE ROLE alice LOGIN;
CREATE ROLE bob LOGIN;
CREATE ROLE carol LOGIN;
CREATE ROLE dave LOGIN;
CREATE ROLE import LOGIN;
CREATE ROLE erp LOGIN;
CREATE ROLE credit_managers;
GRANT credit_managers TO bob, carol;

CREATE SCHEMA crm AUTHORIZATION erp_owner;
GRANT USAGE ON SCHEMA crm TO PUBLIC;

CREATE TABLE public.customers (
    id            bigint PRIMARY KEY,
    name          text NOT NULL,
    country       text NOT NULL DEFAULT 'DE',
    credit_limit  numeric(12,2) CHECK (credit_limit >= 0),
    payment_terms text,
    bank_account  text,
    city          text,
    version       integer NOT NULL DEFAULT 1,
    updated_at    timestamptz NOT NULL DEFAULT '2026-01-01 00:00:00+00'
);
ALTER TABLE public.customers OWNER TO erp_owner;
INSERT INTO public.customers (id, name, credit_limit, payment_terms, bank_account, city) VALUES
    (1, 'Alpha', 1000.00, 'N30', 'DE01', 'Berlin'),
    (2, 'Beta', 2000.00, 'N30', 'DE02', 'Bonn'),
    (3, 'Gamma', NULL, NULL, NULL, NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON public.customers TO alice, bob, dave, import, erp;
GRANT SELECT ON public.customers TO carol;

-- What a statement raises, field by field, so that a test can compare all of it.
CREATE FUNCTION public.error_of(statement text) RETURNS TABLE (field text, value text)
LANGUAGE plpgsql AS $$
DECLARE
    state text; msg text; det text; hin text; con text; col text; tab text;
BEGIN
    EXECUTE statement;
    RETURN QUERY VALUES ('none', 'it succeeded');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, msg = MESSAGE_TEXT, det = PG_EXCEPTION_DETAIL, hin = PG_EXCEPTION_HINT,
        con = CONSTRAINT_NAME, col = COLUMN_NAME, tab = TABLE_NAME;
    RETURN QUERY SELECT v.f, v.t FROM (VALUES ('sqlstate', state), ('message', msg), ('detail', det), ('hint', hin),
        ('constraint', con), ('column', col), ('table', tab)) AS v (f, t) WHERE v.t <> '';
END
$$;
