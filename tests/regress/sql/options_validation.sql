-- Options of a protected table: unknown options and values are errors (22023) that list the valid ones, and nothing is written then.
\set SHOW_CONTEXT never
GRANT CREATE ON SCHEMA public TO erp_owner;
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE accounts (
    id int PRIMARY KEY,
    name text,
    credit_limit numeric,
    hold boolean,
    hold_until date,
    hold_reason text,
    version int NOT NULL DEFAULT 1,
    updated_at timestamptz
);
SELECT customer_workflow.protect('accounts', '{credit_limit, hold}', 'credit_managers');
CREATE VIEW options AS
    SELECT DISTINCT o.key AS option, o.value FROM customer_workflow.protected_fields AS f, jsonb_each(f.options) AS o WHERE f.relation = 'accounts'::regclass;
SELECT * FROM options ORDER BY option;

-- Unknown options
SELECT customer_workflow.configure('accounts', '{"overlaps": "reject"}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '["overlap"]');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', NULL);
\echo :SQLSTATE
SELECT customer_workflow.protect('accounts', '{name}', NULL, '{"overlaps": "reject"}');
\echo :SQLSTATE

-- Words
SELECT customer_workflow.configure('accounts', '{"data_entity_behavior": "allow"}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"auto_submit": true}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"overlap": "recall"}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"amend": "amend"}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"conflict": ["fail"]}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"together": "Row"}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"on_record_delete": "keep"}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"redundant_update": ""}');
\echo :SQLSTATE

-- Booleans and lists
SELECT customer_workflow.configure('accounts', '{"require_digest": "yes"}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"validate_on_submit": 1}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"comment_required": "submit"}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"comment_required": ["submit", "approved"]}');
\echo :SQLSTATE

-- Companions: columns that travel with a protected field
SELECT customer_workflow.configure('accounts', '{"companions": ["hold"]}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"companions": {"hold": "hold_until"}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"companions": {"hold": []}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"companions": {"hold": [1]}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"companions": {"name": ["hold_until"]}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"companions": {"hold": ["hold_till"]}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"companions": {"hold": ["credit_limit"]}}');
\echo :SQLSTATE

-- Bookkeeping: SQL that runs at every approved write, so it must be one expression of a fitting type
SELECT customer_workflow.configure('accounts', '{"bookkeeping": ["version"]}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"version": 2}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"version": "old.version +"}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"version": "old.verison + 1"}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"version": "now()"}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"version": "count(*)"}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"version": "1, name = ''x''"}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"version": "1), credit_limit = (0"}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"version": "1 END; DROP TABLE accounts; SELECT CASE WHEN true THEN 1"}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"version": "1); DROP TABLE accounts; SELECT (1"}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"verison": "1"}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"id": "1"}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"bookkeeping": {"credit_limit": "1"}}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"companions": {"hold": ["hold_until"]}, "bookkeeping": {"hold_until": "now()"}}');
\echo :SQLSTATE

-- Label: an expression over the columns of the record
SELECT customer_workflow.configure('accounts', '{"record_label": ""}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"record_label": "nam"}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"record_label": "old.name"}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"record_label": "SELECT name FROM accounts"}');
\echo :SQLSTATE

-- Who writes: only somebody whom the owner could become
SELECT customer_workflow.configure('accounts', '{"apply_as": "nobody_at_all"}');
\echo :SQLSTATE
SELECT customer_workflow.configure('accounts', '{"apply_as": "alice"}');
\echo :SQLSTATE

-- One bad option, and none is written
SELECT customer_workflow.configure('accounts', '{"overlap": "reject", "amend": "amend"}');
\echo :SQLSTATE
SELECT * FROM options WHERE option = 'overlap';

-- Everything valid at once; what is not named keeps its value
SELECT customer_workflow.configure('accounts', '{
    "data_entity_behavior": "reject_changes", "auto_submit": "always", "overlap": "reject", "amend": "parallel", "conflict": "overwrite",
    "require_digest": true, "comment_required": ["submit", "recall", "cancel", "approve", "reject", "request_change", "rebase", "discard_change"],
    "validate_on_submit": false, "together": "row", "companions": {"hold": ["hold_until", "hold_reason"]},
    "bookkeeping": {"version": "old.version + 1", "updated_at": "now()"}, "record_label": "name || '' '' || id",
    "on_record_delete": "restrict", "redundant_update": "skip", "apply_as": "erp_owner"}');
SELECT * FROM options ORDER BY option;
SELECT customer_workflow.configure('accounts', '{"together": "fields"}');
SELECT * FROM options WHERE option IN ('overlap', 'together') ORDER BY option;

-- A field that is a companion or bookkeeping cannot become a protected one
SELECT customer_workflow.protect('accounts', '{hold_until}');
\echo :SQLSTATE
SELECT customer_workflow.protect('accounts', '{version}');
\echo :SQLSTATE

-- Null resets an option to its default
SELECT customer_workflow.configure('accounts', '{
    "data_entity_behavior": null, "auto_submit": null, "overlap": null, "amend": null, "conflict": null, "require_digest": null, "comment_required": null,
    "validate_on_submit": null, "companions": null, "bookkeeping": null, "on_record_delete": null, "redundant_update": null, "apply_as": null}');
SELECT * FROM options ORDER BY option;
