-- One table of customers three times: without a trigger, with one that never fires, and protected.
DO $$
BEGIN
    IF to_regrole('alice') IS NULL THEN
        CREATE ROLE alice LOGIN;
        CREATE ROLE bob LOGIN;
        CREATE ROLE import LOGIN;
        CREATE ROLE erp_owner;
        CREATE ROLE credit_managers;
        GRANT credit_managers TO bob;
    END IF;
END
$$;

CREATE TABLE plain (
    id             bigint PRIMARY KEY,
    name           text NOT NULL,
    country        text NOT NULL,
    credit_limit   numeric(12,2),
    payment_terms  text,
    bank_account   text,
    tax_number     text,
    street         text,
    zip            text,
    city           text,
    phone          text,
    email          text,
    language       text,
    currency       text,
    customer_group text,
    salesperson    integer,
    rating         integer,
    notes          text,
    version        integer NOT NULL,
    updated_at     timestamptz NOT NULL
);
INSERT INTO plain
SELECT i, 'Customer number ' || i, 'DE', i % 100000 + 0.50, 'N30', 'DE' || 1000000000 + i, 'T' || i, 'Main Street ' || i % 1000,
       10000 + i % 80000, 'Berlin', '+49 30 ' || i, 'info@customer' || i || '.example', 'de', 'EUR', 'retail', i % 50, i % 7,
       repeat('x', i % 60), 1, '2026-01-01 00:00:00+00'
  FROM generate_series(1, :rows) AS i;
CREATE TABLE unfired (LIKE plain INCLUDING ALL);
CREATE TABLE guarded (LIKE plain INCLUDING ALL);
INSERT INTO unfired SELECT * FROM plain ORDER BY id;
INSERT INTO guarded SELECT * FROM plain ORDER BY id;

CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER pass BEFORE UPDATE OF credit_limit ON unfired FOR EACH ROW EXECUTE FUNCTION pass();

ALTER TABLE plain OWNER TO erp_owner;
ALTER TABLE unfired OWNER TO erp_owner;
ALTER TABLE guarded OWNER TO erp_owner;
GRANT SELECT, UPDATE ON plain, unfired, guarded TO alice, bob, import;
SELECT customer_workflow.protect('guarded', '{credit_limit,payment_terms,bank_account,tax_number}', 'role:credit_managers');
VACUUM (FREEZE, ANALYZE);
