-- The database on which the examples of docs/reference run. To follow them, load this file as a superuser into an empty
-- database of a server of your own: it makes roles.
CREATE EXTENSION customer_workflow;

CREATE ROLE crm_owner LOGIN;          -- owns the tables of the ERP
CREATE ROLE maria LOGIN;              -- a clerk
CREATE ROLE jonas LOGIN;              -- a credit manager
CREATE ROLE petra LOGIN;              -- another one
CREATE ROLE nightly_import LOGIN;     -- an import
CREATE ROLE web_app LOGIN;            -- the login that all users of a web application share
CREATE ROLE credit_control;
GRANT credit_control TO jonas, petra;
GRANT CREATE ON SCHEMA public TO crm_owner;

CREATE TABLE customers (
    id            integer PRIMARY KEY,
    name          text NOT NULL,
    city          text,
    credit_limit  numeric(12,2) CONSTRAINT credit_limit_not_negative CHECK (credit_limit >= 0),
    payment_terms text,
    bank_account  text,
    hold          boolean NOT NULL DEFAULT false,
    hold_reason   text,
    version       integer NOT NULL DEFAULT 1
);
ALTER TABLE customers OWNER TO crm_owner;
INSERT INTO customers (id, name, city, credit_limit, payment_terms, bank_account) VALUES
    (1, 'Nestlé', 'Vevey', 15000, 'N30', 'CH00 0001'),
    (2, 'Philips', 'Amsterdam', 20000, 'N30', 'NL00 0002'),
    (3, 'Lego', 'Billund', 30000, 'N60', 'DK00 0003'),
    (4, 'Kone', 'Helsinki', 10000, 'N14', 'FI00 0004');
GRANT SELECT, INSERT, UPDATE, DELETE ON customers TO maria, petra, nightly_import, web_app;
GRANT SELECT ON customers TO jonas;

SET SESSION AUTHORIZATION crm_owner;
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms,bank_account}', approvers => 'credit_control',
                                 options => '{"record_label": "name"}');
