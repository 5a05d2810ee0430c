-- Functions written in Rust. Only what a view, a caller's own statement or everybody needs stays executable by PUBLIC. The
-- trigger functions are, because PostgreSQL asks for it of whoever creates a partition; on a table that is not protected they
-- only raise.

CREATE FUNCTION customer_workflow.capture_first() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'capture_first';
COMMENT ON FUNCTION customer_workflow.capture_first() IS 'Trigger of a protected table: keeps wished values of protected fields back; its column list is the set of protected fields';

CREATE FUNCTION customer_workflow.capture_last() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'capture_last';
COMMENT ON FUNCTION customer_workflow.capture_last() IS 'Trigger of a protected table: catches what other triggers assign to protected fields';

CREATE FUNCTION customer_workflow.capture_move() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'capture_move';
COMMENT ON FUNCTION customer_workflow.capture_move() IS 'Trigger of a protected partitioned table: a row that moves to another partition keeps its protected values';

CREATE FUNCTION customer_workflow.capture_delete() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'capture_delete';
COMMENT ON FUNCTION customer_workflow.capture_delete() IS 'Trigger of a protected table: open proposals of deleted records';

CREATE FUNCTION customer_workflow.capture_truncate() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'capture_truncate';
COMMENT ON FUNCTION customer_workflow.capture_truncate() IS 'Trigger of a protected table: open proposals of truncated records';

CREATE FUNCTION customer_workflow.capture_insert() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'capture_insert';
COMMENT ON FUNCTION customer_workflow.capture_insert() IS 'Trigger of a protected table with option on_insert: holds new records';

CREATE FUNCTION customer_workflow.capture_inserted() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'capture_inserted';
COMMENT ON FUNCTION customer_workflow.capture_inserted() IS 'Trigger of a protected table with option on_insert or new_records: records that were stored';

CREATE FUNCTION customer_workflow.capture_remove() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'capture_remove';
COMMENT ON FUNCTION customer_workflow.capture_remove() IS 'Trigger of a protected table with option on_delete: keeps records that are to be deleted';

CREATE FUNCTION customer_workflow.capture_scope() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'capture_scope';
COMMENT ON FUNCTION customer_workflow.capture_scope() IS 'Trigger of a protected table that does nothing: its condition is option scope';

CREATE FUNCTION customer_workflow._before_drop_extension() RETURNS event_trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'cw_before_drop_extension';
COMMENT ON FUNCTION customer_workflow._before_drop_extension() IS 'DROP EXTENSION customer_workflow is refused while proposals are open';

CREATE FUNCTION customer_workflow._person() RETURNS text
    LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_person';
COMMENT ON FUNCTION customer_workflow._person() IS 'Who acts: role:name or person:name; null where an application role must name a person and has not';

CREATE FUNCTION customer_workflow._identities() RETURNS text[]
    LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_identities';
COMMENT ON FUNCTION customer_workflow._identities() IS 'Every identity of who acts';

CREATE FUNCTION customer_workflow._known_as() RETURNS text[]
    LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_known_as';
COMMENT ON FUNCTION customer_workflow._known_as() IS 'These, and those of the other roles that are the same person, for separation of duties; they give no rights';

CREATE FUNCTION customer_workflow._identity() RETURNS jsonb
    LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_identity';
COMMENT ON FUNCTION customer_workflow._identity() IS 'How it was established who acts, and from where';

CREATE FUNCTION customer_workflow._my_assignees() RETURNS text[]
    LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_my_assignees';
COMMENT ON FUNCTION customer_workflow._my_assignees() IS 'Every role, group and person for whom the current person may act on a work item, as of now, whatever snapshot the transaction keeps';

CREATE FUNCTION customer_workflow._has_duty(table_id integer, duties text[]) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_has_duty';
COMMENT ON FUNCTION customer_workflow._has_duty(integer, text[]) IS 'Whether the current person has one of these duties for the table, as of now';

CREATE FUNCTION customer_workflow.act_as(person text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_act_as';
COMMENT ON FUNCTION customer_workflow.act_as(text) IS 'For application roles: names the person who acts for the rest of the transaction';

CREATE FUNCTION customer_workflow.sign_in(token text) RETURNS text
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_sign_in';
COMMENT ON FUNCTION customer_workflow.sign_in(text) IS 'For application roles: the person whom a signed token names acts for the rest of the transaction; returns the person';

CREATE FUNCTION customer_workflow._key_problem(algorithm text, key text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_key_problem';
COMMENT ON FUNCTION customer_workflow._key_problem(text, text) IS 'What is wrong with a key for an algorithm; null: nothing';

CREATE FUNCTION customer_workflow.begin_maintenance(relations regclass[], comment text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_begin_maintenance';
COMMENT ON FUNCTION customer_workflow.begin_maintenance(regclass[], text)
    IS 'For owners: to the end of this transaction the caller may alter these protected tables, and what he writes to protected fields passes and is recorded';

CREATE FUNCTION customer_workflow._is_gated(relation regclass) RETURNS boolean
    LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_is_gated';
COMMENT ON FUNCTION customer_workflow._is_gated(regclass) IS 'Whether the configuration of this table is gated, null: of any, as of now, whatever snapshot the transaction keeps';

CREATE FUNCTION customer_workflow._gate_open(function text, proposal bigint, person text, identities text[]) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_gate_open';
COMMENT ON FUNCTION customer_workflow._gate_open(text, bigint, text, text[]) IS 'The next call of this function goes through the gate, with a proposal as its author';

CREATE FUNCTION customer_workflow._gate_enter(function text) RETURNS boolean
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_gate_enter';
COMMENT ON FUNCTION customer_workflow._gate_enter(text) IS 'Whether the gate is open for this call; no other goes through';

CREATE FUNCTION customer_workflow._gate_proposal() RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_gate_proposal';
COMMENT ON FUNCTION customer_workflow._gate_proposal() IS 'The approved proposal to configure that is being done; null otherwise';

CREATE FUNCTION customer_workflow._gate_close() RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_gate_close';
COMMENT ON FUNCTION customer_workflow._gate_close() IS 'Ends what _gate_open() began';

CREATE FUNCTION customer_workflow._switch_user(role oid, past_row_security boolean, restricted boolean) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_switch_user';
COMMENT ON FUNCTION customer_workflow._switch_user(oid, boolean, boolean) IS 'Makes a role the current user until the calling SECURITY DEFINER function ends; restricted: as in maintenance commands';

CREATE FUNCTION customer_workflow._invalidate(relation regclass) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_invalidate';
COMMENT ON FUNCTION customer_workflow._invalidate(regclass) IS 'Tells all sessions that the configuration of a table (null: of all tables) has changed';

CREATE FUNCTION customer_workflow._scope_parts(relation regclass, role oid) RETURNS jsonb
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_scope_parts';
COMMENT ON FUNCTION customer_workflow._scope_parts(regclass, oid) IS 'Columns and functions of the condition of option scope, and whether it is mutable, planned as a role; null without one';

CREATE FUNCTION customer_workflow._key(relation regclass, key jsonb) RETURNS jsonb
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_key';
COMMENT ON FUNCTION customer_workflow._key(regclass, jsonb) IS 'The canonical record key: every primary key column, read as its type and written under pinned settings';

CREATE FUNCTION customer_workflow._key_hash(key jsonb) RETURNS uuid
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_key_hash';
COMMENT ON FUNCTION customer_workflow._key_hash(jsonb) IS 'What stands for a record key in indexes';

CREATE FUNCTION customer_workflow._render(value anyelement) RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_render';
COMMENT ON FUNCTION customer_workflow._render(anyelement) IS 'The value as text under pinned settings';

CREATE FUNCTION customer_workflow._input(value text, "like" anyelement, typmod integer DEFAULT -1) RETURNS anyelement
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_input';
COMMENT ON FUNCTION customer_workflow._input(text, anyelement, integer) IS 'Reads text as a value of the type of the second argument, with this type modifier (-1: none), under pinned settings';

CREATE FUNCTION customer_workflow._propose_begin(relation regclass) RETURNS boolean
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_propose_begin';
COMMENT ON FUNCTION customer_workflow._propose_begin(regclass) IS 'The next UPDATE of the table is the one of propose(): it proposes and writes nothing';

CREATE FUNCTION customer_workflow._propose_end() RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_propose_end';
COMMENT ON FUNCTION customer_workflow._propose_end() IS 'The proposal that took the values; 0 when none is left, null when there was no such record';

CREATE FUNCTION customer_workflow._touched() RETURNS bigint[]
    LANGUAGE c VOLATILE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'cw_touched';
COMMENT ON FUNCTION customer_workflow._touched() IS 'Proposals that this transaction made or amended';

CREATE FUNCTION customer_workflow._touch(proposals bigint[], submit boolean) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_touch';
COMMENT ON FUNCTION customer_workflow._touch(bigint[], boolean) IS 'Notes that this transaction amended proposals; with submit they submit themselves at commit';

CREATE FUNCTION customer_workflow._overtook(proposals bigint[]) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_overtook';
COMMENT ON FUNCTION customer_workflow._overtook(bigint[]) IS 'Tells whoever acts, at the end of his statement, that it has overtaken these proposals';

CREATE FUNCTION customer_workflow._enter_change_set(change_set bigint) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_enter_change_set';
COMMENT ON FUNCTION customer_workflow._enter_change_set(bigint) IS 'What the current person proposes goes into this change set until the transaction ends';

CREATE FUNCTION customer_workflow._leave_change_set(change_set bigint) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_leave_change_set';
COMMENT ON FUNCTION customer_workflow._leave_change_set(bigint) IS 'What the current person proposes does not go into this change set any more';

CREATE FUNCTION customer_workflow._change_set() RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_change_set';
COMMENT ON FUNCTION customer_workflow._change_set() IS 'The change set that what the current person proposes goes into; null where there is none';

CREATE FUNCTION customer_workflow._deciding(applied bigint[], beside bigint[]) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_deciding';
COMMENT ON FUNCTION customer_workflow._deciding(bigint[], bigint[]) IS 'The values of the first proposals are being written, and others decided: until this is called with none, nothing edits them';

CREATE FUNCTION customer_workflow._being_applied() RETURNS bigint[]
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_being_applied';
COMMENT ON FUNCTION customer_workflow._being_applied() IS 'The proposals whose values are being written';

CREATE FUNCTION customer_workflow._refuse_edit(proposals bigint[]) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_refuse_edit';
COMMENT ON FUNCTION customer_workflow._refuse_edit(bigint[]) IS 'Error 55000 where one of these proposals is being decided';

CREATE FUNCTION customer_workflow._permit(relation regclass, keys text[], fields text[], "values" text[], images bytea[], role oid) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_permit';
COMMENT ON FUNCTION customer_workflow._permit(regclass, text[], text[], text[], bytea[], oid) IS 'Lets the next statement write exactly these values, read as this role, to exactly these records';

CREATE FUNCTION customer_workflow._outside_approval(trigger_depth integer) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_outside_approval';
COMMENT ON FUNCTION customer_workflow._outside_approval(integer) IS 'Error 55000 while approved values are being written, or in a later trigger of such a transaction, 42501 in a maintenance command: nobody''s code may use the name of who approves or maintains';

CREATE FUNCTION customer_workflow._permitted(record integer, field bigint, "like" anyelement) RETURNS anyelement
    LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_permitted';
COMMENT ON FUNCTION customer_workflow._permitted(integer, bigint, anyelement) IS 'A value of the permit, for the statement that writes it: as the role that writes, so for everyone';

CREATE FUNCTION customer_workflow._permit_as(operation text) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_permit_as';
COMMENT ON FUNCTION customer_workflow._permit_as(text) IS 'The permit that was armed last is to store (insert) or delete its records';

CREATE FUNCTION customer_workflow._permit_end() RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_permit_end';
COMMENT ON FUNCTION customer_workflow._permit_end() IS 'Ends what _permit() began';

CREATE FUNCTION customer_workflow._keep_originals(proposals bigint[]) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_keep_originals';
COMMENT ON FUNCTION customer_workflow._keep_originals(bigint[])
    IS 'Keeps the values that the statement of a permit has overwritten, where their texts are not exact; proposals: in the order of its records';

CREATE FUNCTION customer_workflow._image(value anyelement) RETURNS bytea
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_image';
COMMENT ON FUNCTION customer_workflow._image(anyelement) IS 'The value as PostgreSQL stores it, where its text under pinned settings is not exact; else null';

-- Reads bytes as a value: for nobody who can choose them.
CREATE FUNCTION customer_workflow._image_value(image bytea, "like" anyelement) RETURNS anyelement
    LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_image_value';
COMMENT ON FUNCTION customer_workflow._image_value(bytea, anyelement) IS 'The value of which this is the image; null where it was taken in another database, or of another type';

CREATE FUNCTION customer_workflow._transition(status text, verb text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_transition';
COMMENT ON FUNCTION customer_workflow._transition(text, text) IS 'The status of a proposal after a verb; null where the verb has no place';

CREATE FUNCTION customer_workflow._distinct(ids bigint[]) RETURNS bigint[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_distinct';
COMMENT ON FUNCTION customer_workflow._distinct(bigint[]) IS 'Each number once, in their order';

CREATE FUNCTION customer_workflow._minus(ids bigint[], without bigint[]) RETURNS bigint[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_minus';
COMMENT ON FUNCTION customer_workflow._minus(bigint[], bigint[]) IS 'The numbers that are not among the others, in the order in which they come';

CREATE FUNCTION customer_workflow._alike(proposals bigint[], by text[], OUT first bigint, OUT alike bigint[], OUT fields text[]) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE ROWS 3 AS 'MODULE_PATHNAME', 'cw_alike';
COMMENT ON FUNCTION customer_workflow._alike(bigint[], text[])
    IS 'Those of proposals that there are, by the values that they have in these columns, which are the same as in the first of each kind; among the columns may be fields, those that they change. For proposals that the transaction has locked';

CREATE FUNCTION customer_workflow._keys(proposals bigint[]) RETURNS jsonb[]
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_keys';
COMMENT ON FUNCTION customer_workflow._keys(bigint[]) IS 'The key of the record of each proposal; null where there is no such proposal';

CREATE FUNCTION customer_workflow._records(proposals bigint[]) RETURNS bigint
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_records';
COMMENT ON FUNCTION customer_workflow._records(bigint[]) IS 'How many records proposals are for that the transaction has locked';

CREATE FUNCTION customer_workflow._digest_line(field text, original text, proposed text, image bytea) RETURNS text
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_digest_line';
COMMENT ON FUNCTION customer_workflow._digest_line(text, text, text, bytea) IS 'What stands for a change in a digest: lines with the field and the SHA-256 of each value';

CREATE FUNCTION customer_workflow._digests_of(proposals bigint[], heads text[], tails text[]) RETURNS text[]
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_digests_of';
COMMENT ON FUNCTION customer_workflow._digests_of(bigint[], text[], text[]) IS 'SHA-256 over the head, the changes (see _digest_line()) and the tail of proposals, which ascend';

CREATE FUNCTION customer_workflow._logged_changes(proposals bigint[], OUT proposal bigint, OUT details jsonb) RETURNS SETOF record
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_logged_changes';
COMMENT ON FUNCTION customer_workflow._logged_changes(bigint[]) IS 'The changes of proposals as the history keeps them, see _logged_text()';

CREATE FUNCTION customer_workflow._append(target text, entries refcursor, proposals refcursor) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_append';
COMMENT ON FUNCTION customer_workflow._append(text, refcursor, refcursor) IS 'Adds to history or work_item, as an INSERT would, the entries of the course of each proposal with what it has of its own';

CREATE FUNCTION customer_workflow._engine(definition jsonb, state jsonb, event jsonb, answers jsonb) RETURNS jsonb
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_engine';
COMMENT ON FUNCTION customer_workflow._engine(jsonb, jsonb, jsonb, jsonb)
    IS 'What follows from an event: questions, a refusal, or the new state and what is to be done';

CREATE FUNCTION customer_workflow._decidable_fields(definition jsonb, at text, fields text[]) RETURNS text[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_decidable_fields';
COMMENT ON FUNCTION customer_workflow._decidable_fields(jsonb, text, text[])
    IS 'Those of these fields that may be decided one by one at a place of the definition; null where none may';

CREATE FUNCTION customer_workflow._proposed(value text, "like" anyelement) RETURNS anyelement
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_proposed';
COMMENT ON FUNCTION customer_workflow._proposed(text, anyelement) IS 'Reads text as a value of the type of the second argument, under pinned settings, and runs no CHECK of a domain that it is';

CREATE FUNCTION customer_workflow._exactly(value text, image bytea, "like" anyelement, role oid) RETURNS anyelement
    LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_exactly';
COMMENT ON FUNCTION customer_workflow._exactly(text, bytea, anyelement, oid) IS 'A proposed value from its image, where there is one that holds here, else from its text, read as a role';

CREATE FUNCTION customer_workflow._placeholders(template text) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_placeholders';
COMMENT ON FUNCTION customer_workflow._placeholders(text) IS 'The names of the placeholders of a text';

CREATE FUNCTION customer_workflow._render_text(template text, "values" jsonb) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_render_text';
COMMENT ON FUNCTION customer_workflow._render_text(text, jsonb) IS 'A text with values in the places of their names';

-- How a literal is read depends on this setting, which every user may change.
CREATE FUNCTION customer_workflow._condition_sql(condition text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SET standard_conforming_strings = on AS 'MODULE_PATHNAME', 'cw_condition_sql';
COMMENT ON FUNCTION customer_workflow._condition_sql(text) IS 'The condition as it is evaluated; error 42601 where it is not exactly one expression';

CREATE FUNCTION customer_workflow._condition_fields(condition text) RETURNS text[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SET standard_conforming_strings = on AS 'MODULE_PATHNAME', 'cw_condition_fields';
COMMENT ON FUNCTION customer_workflow._condition_fields(text) IS 'The fields that a condition asks changed() about';

CREATE FUNCTION customer_workflow._evaluate_as(role oid, past_row_security boolean) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_evaluate_as';
COMMENT ON FUNCTION customer_workflow._evaluate_as(oid, boolean) IS 'Makes a role the current user and the person, read-only, until the subtransaction is rolled back';

CREATE FUNCTION customer_workflow._call_as(role oid, past_row_security boolean) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_call_as';
COMMENT ON FUNCTION customer_workflow._call_as(oid, boolean) IS 'Makes a role the person, and the current user until the calling SECURITY DEFINER function ends';

CREATE FUNCTION customer_workflow._call_end() RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_call_end';
COMMENT ON FUNCTION customer_workflow._call_end() IS 'Who acts is the person again that it was before _call_as()';

CREATE FUNCTION customer_workflow._looking_role() RETURNS text
    LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_looking_role';
COMMENT ON FUNCTION customer_workflow._looking_role() IS 'The role with whose rights whoever acts looks: of SET ROLE or of the session, while code of a workflow runs the role that it runs as';

CREATE FUNCTION customer_workflow._remember_settings() RETURNS integer
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_remember_settings';
COMMENT ON FUNCTION customer_workflow._remember_settings() IS 'What _restore_settings() takes';

CREATE FUNCTION customer_workflow._restore_settings(remembered integer) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_restore_settings';
COMMENT ON FUNCTION customer_workflow._restore_settings(integer) IS 'Undoes what code of other people has SET in the session since _remember_settings()';

CREATE FUNCTION customer_workflow._due(span jsonb, calendar jsonb, from_time timestamptz) RETURNS timestamptz
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_due';
COMMENT ON FUNCTION customer_workflow._due(jsonb, jsonb, timestamptz)
    IS 'The moment a span after another, by a calendar; the name of a time zone in its place means office hours there';

CREATE FUNCTION customer_workflow._route(definition jsonb, involved text[], fields text[], answers jsonb) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_route';
COMMENT ON FUNCTION customer_workflow._route(jsonb, text[], text[], jsonb) IS 'The way of a change by these people to these fields, as far as the answers go, or what must be known first';

CREATE FUNCTION customer_workflow._raise(sqlstate text, message text, detail text, hint text, "schema" text, "table" text, "column" text,
                                         datatype text, "constraint" text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_raise';
COMMENT ON FUNCTION customer_workflow._raise(text, text, text, text, text, text, text, text, text)
    IS 'Raises an error with these fields; unlike RAISE it leaves out those that are null';

CREATE FUNCTION customer_workflow._event_transaction() RETURNS xid8
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_event_transaction';
COMMENT ON FUNCTION customer_workflow._event_transaction() IS 'The number of the transaction for a new entry of the history; at its end those are told who wait for events';

CREATE FUNCTION customer_workflow._lock_consumer(id integer) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_lock_consumer';
COMMENT ON FUNCTION customer_workflow._lock_consumer(integer) IS 'Waits until no other transaction reads events for a consumer, and has it until this one ends';

CREATE FUNCTION customer_workflow.workflow_schema() RETURNS jsonb
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_workflow_schema';
COMMENT ON FUNCTION customer_workflow.workflow_schema() IS 'The JSON Schema of a workflow definition, draft 2020-12';

CREATE FUNCTION customer_workflow._inspect(definition jsonb) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_inspect';
COMMENT ON FUNCTION customer_workflow._inspect(jsonb) IS 'The problems of a definition''s form, its conditions, and what it refers to, each with its JSON pointer';

CREATE FUNCTION customer_workflow._calendar_problems(definition jsonb) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_calendar_problems';
COMMENT ON FUNCTION customer_workflow._calendar_problems(jsonb) IS 'What is wrong with a calendar, each with its JSON pointer';

CREATE FUNCTION customer_workflow._compare_definitions(a jsonb, b jsonb) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_compare_definitions';
COMMENT ON FUNCTION customer_workflow._compare_definitions(jsonb, jsonb) IS 'The differences between two definitions';

CREATE FUNCTION customer_workflow._diagram(definition jsonb, state jsonb) RETURNS text
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_diagram';
COMMENT ON FUNCTION customer_workflow._diagram(jsonb, jsonb) IS 'A definition as a Mermaid flowchart, with a state where it stands';

CREATE FUNCTION customer_workflow._own_ddl(relation regclass) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_own_ddl';
COMMENT ON FUNCTION customer_workflow._own_ddl(regclass) IS 'DDL on this table is ours until this is called with null';

CREATE FUNCTION customer_workflow._own_ddl_of() RETURNS oid
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_own_ddl_of';
COMMENT ON FUNCTION customer_workflow._own_ddl_of() IS 'The table on which DDL is ours just now';

CREATE FUNCTION customer_workflow._ddl_parts(command pg_ddl_command) RETURNS text[]
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'cw_ddl_parts';
COMMENT ON FUNCTION customer_workflow._ddl_parts(pg_ddl_command)
    IS 'Of each part of an ALTER TABLE that concerns triggers, owner or partitions three elements: what it does, the name of a trigger, the oid of what it is about';

CREATE FUNCTION customer_workflow._library_version() RETURNS text
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'cw_library_version';
COMMENT ON FUNCTION customer_workflow._library_version() IS 'The version of the library that this session runs';

REVOKE EXECUTE ON FUNCTION
    customer_workflow._own_ddl(regclass), customer_workflow._own_ddl_of(), customer_workflow._ddl_parts(pg_ddl_command), customer_workflow._library_version(),
    customer_workflow._key_problem(text, text),
    customer_workflow._inspect(jsonb), customer_workflow._calendar_problems(jsonb), customer_workflow._diagram(jsonb, jsonb),
    customer_workflow._switch_user(oid, boolean, boolean), customer_workflow._invalidate(regclass),
    customer_workflow._is_gated(regclass), customer_workflow._gate_open(text, bigint, text, text[]), customer_workflow._gate_enter(text),
    customer_workflow._gate_proposal(), customer_workflow._gate_close(),
    customer_workflow._append(text, refcursor, refcursor), customer_workflow._distinct(bigint[]), customer_workflow._minus(bigint[], bigint[]), customer_workflow._alike(bigint[], text[]), customer_workflow._records(bigint[]), customer_workflow._keys(bigint[]),
    customer_workflow._digest_line(text, text, text, bytea), customer_workflow._digests_of(bigint[], text[], text[]), customer_workflow._touch(bigint[], boolean), customer_workflow._overtook(bigint[]), customer_workflow._enter_change_set(bigint), customer_workflow._deciding(bigint[], bigint[]), customer_workflow._being_applied(), customer_workflow._refuse_edit(bigint[]),
    customer_workflow._permit(regclass, text[], text[], text[], bytea[], oid),
    customer_workflow._permit_end(), customer_workflow._permit_as(text), customer_workflow._keep_originals(bigint[]), customer_workflow._image_value(bytea, anyelement),
    customer_workflow._engine(jsonb, jsonb, jsonb, jsonb), customer_workflow._placeholders(text),
    customer_workflow._render_text(text, jsonb),
    customer_workflow._call_as(oid, boolean),
    customer_workflow._event_transaction(), customer_workflow._lock_consumer(integer),
    customer_workflow._call_end(), customer_workflow._looking_role(), customer_workflow._remember_settings(), customer_workflow._restore_settings(integer),
    customer_workflow._decidable_fields(jsonb, text, text[]), customer_workflow._exactly(text, bytea, anyelement, oid),
    customer_workflow._condition_sql(text), customer_workflow._scope_parts(regclass, oid),
    customer_workflow._condition_fields(text), customer_workflow._route(jsonb, text[], text[], jsonb),
    customer_workflow._evaluate_as(oid, boolean),
    customer_workflow._due(jsonb, jsonb, timestamptz)
    FROM PUBLIC;
