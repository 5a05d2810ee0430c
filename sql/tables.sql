-- The tables. Nobody is granted anything on them: applications read the views of the same plural names.
-- None has a foreign key: a parallel pg_restore fills the tables of an extension in any order, in transactions of their own; and for
-- hot tables (proposal, change, history) a check a row would double the price of a bulk capture. Only functions of this extension write them.

-- Names and operators of this script are PostgreSQL's own, whatever is planted in the schema that CREATE EXTENSION names.
SET LOCAL search_path TO pg_catalog, pg_temp;

-- Default privileges count for what an extension's script makes, too: they would open internal tables and functions, or close views.
DO $$
DECLARE
    found text;
BEGIN
    SELECT pg_catalog.string_agg(CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' ELSE 'schemas' END, ', ')
      INTO found FROM pg_catalog.pg_default_acl AS d
     WHERE d.defaclrole OPERATOR(pg_catalog.=) CURRENT_USER::pg_catalog.regrole::pg_catalog.oid AND d.defaclnamespace OPERATOR(pg_catalog.=) 0::pg_catalog.oid
       AND d.defaclobjtype OPERATOR(pg_catalog.=) ANY ('{r,S,f,n}'::pg_catalog."char"[]);
    IF found IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = '55000',
            MESSAGE = pg_catalog.format('default privileges of role "%s" would change who may do what with the extension', CURRENT_USER),
            DETAIL = pg_catalog.format('They are for %s.', found),
            HINT = 'Create the extension as another superuser, or take them back until it is created: ALTER DEFAULT PRIVILEGES.';
    END IF;
END
$$;

CREATE SCHEMA customer_workflow;
COMMENT ON SCHEMA customer_workflow IS 'Changes to protected fields wait as proposals until a second person approves them';

CREATE TABLE customer_workflow.protected_table (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    relation    pg_catalog.regclass UNIQUE,
    relation_name text NOT NULL,
    enabled     boolean NOT NULL DEFAULT true,
    approvers   text CHECK (approvers OPERATOR(pg_catalog.~) '^(role|group):.'),
    options     jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(options) OPERATOR(pg_catalog.=) 'object'),
    search_path text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT pg_catalog.now(),
    only_companies name[] NOT NULL DEFAULT '{}',
    fields      name[] NOT NULL DEFAULT '{}',
    former_names text[] NOT NULL DEFAULT '{}',
    owner       name
);
COMMENT ON TABLE customer_workflow.protected_table IS 'One row a protected table; the protected fields themselves are the column list of its trigger !customer_workflow_first';
COMMENT ON COLUMN customer_workflow.protected_table.id IS 'The number by which other tables name it, also after it was dropped';
COMMENT ON COLUMN customer_workflow.protected_table.relation IS 'The table (the root of a partitioned one); null once it has been unprotected or dropped, so that its history can still be read';
COMMENT ON COLUMN customer_workflow.protected_table.relation_name IS 'Its qualified name, as it was last known';
COMMENT ON COLUMN customer_workflow.protected_table.enabled IS 'The master switch, see enable() and disable()';
COMMENT ON COLUMN customer_workflow.protected_table.approvers IS 'Who decides: role:name or group:name';
COMMENT ON COLUMN customer_workflow.protected_table.options IS 'Options that were set; those that are not here have their default';
COMMENT ON COLUMN customer_workflow.protected_table.search_path IS 'The search_path under which approved values are written, resolved by protect()';
COMMENT ON COLUMN customer_workflow.protected_table.created_at IS 'When the table was first protected';
COMMENT ON COLUMN customer_workflow.protected_table.only_companies IS 'Fields of the trigger''s list that are protected only for companies that say so';
COMMENT ON COLUMN customer_workflow.protected_table.fields IS 'The fields that the trigger lists, as they were configured: what verify_protection() compares, and nothing else reads';
COMMENT ON COLUMN customer_workflow.protected_table.former_names IS 'Names that it had before it was renamed, which no other table may take unseen';
COMMENT ON COLUMN customer_workflow.protected_table.owner IS 'Its owner when it was first protected, or as he was changed by DDL that we saw: REASSIGN OWNED fires no event trigger';

CREATE TABLE customer_workflow.protected_company (
    id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_id  integer NOT NULL,
    company   text NOT NULL,
    enabled   boolean,
    approvers text CHECK (approvers OPERATOR(pg_catalog.~) '^(role|group):.'),
    fields    jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(fields) OPERATOR(pg_catalog.=) 'object'),
    options   jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(options) OPERATOR(pg_catalog.=) 'object'),
    UNIQUE (table_id, company)
);
COMMENT ON TABLE customer_workflow.protected_company IS 'Rules that a company has of its own; what they leave open it has from the table';
COMMENT ON COLUMN customer_workflow.protected_company.id IS 'Its number; one more is its version of the built-in workflow';
COMMENT ON COLUMN customer_workflow.protected_company.table_id IS 'The protected table';
COMMENT ON COLUMN customer_workflow.protected_company.company IS 'The value of the company column, as text';
COMMENT ON COLUMN customer_workflow.protected_company.enabled IS 'The master switch; null as for the table';
COMMENT ON COLUMN customer_workflow.protected_company.approvers IS 'Who decides; null as for the table';
COMMENT ON COLUMN customer_workflow.protected_company.fields IS 'Fields that are protected (true) or not (false) whatever the table says';
COMMENT ON COLUMN customer_workflow.protected_company.options IS 'Options that were set for the company';

CREATE TABLE customer_workflow.data_entity (
    id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person   text NOT NULL CHECK (person OPERATOR(pg_catalog.~) '^(role|person):.'),
    table_id integer,
    options  jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(options) OPERATOR(pg_catalog.=) 'object'),
    company  text CHECK (company IS NULL OR table_id IS NOT NULL),
    CONSTRAINT data_entity_once UNIQUE NULLS NOT DISTINCT (person, table_id, company)
);
COMMENT ON TABLE customer_workflow.data_entity IS 'Roles and people that are imports or integrations; table_id null means every table';
COMMENT ON COLUMN customer_workflow.data_entity.id IS 'Its number';
COMMENT ON COLUMN customer_workflow.data_entity.person IS 'role:name or person:name';
COMMENT ON COLUMN customer_workflow.data_entity.table_id IS 'The protected table, or null for every table';
COMMENT ON COLUMN customer_workflow.data_entity.options IS 'behavior, fields, auto_submit, redundant_update, withdraw';
COMMENT ON COLUMN customer_workflow.data_entity.company IS 'The company of the protected table, or null for all';

CREATE TABLE customer_workflow.duty (
    table_id integer NOT NULL,
    duty     text NOT NULL CHECK (duty OPERATOR(pg_catalog.=) ANY ('{administrator,steward,auditor,override}')),
    person   text NOT NULL CHECK (person OPERATOR(pg_catalog.~) '^(role|person|group):.'),
    PRIMARY KEY (table_id, duty, person)
);
COMMENT ON TABLE customer_workflow.duty IS 'Who has which duty for a protected table';
COMMENT ON COLUMN customer_workflow.duty.table_id IS 'The protected table';
COMMENT ON COLUMN customer_workflow.duty.duty IS 'administrator, steward, auditor or override';
COMMENT ON COLUMN customer_workflow.duty.person IS 'role:name (its members have it too), person:name or group:name';

CREATE TABLE customer_workflow.application_role (
    role            name PRIMARY KEY,
    person_required boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE customer_workflow.application_role IS 'Pooled login roles that may name the person who acts';
COMMENT ON COLUMN customer_workflow.application_role.role IS 'The role that the application logs in as';
COMMENT ON COLUMN customer_workflow.application_role.person_required IS 'Whether a protected change without a person is refused';

CREATE TABLE customer_workflow.group_member (
    group_name text NOT NULL CHECK (group_name OPERATOR(pg_catalog.<>) ''),
    person     text NOT NULL CHECK (person OPERATOR(pg_catalog.~) '^(role|person):.'),
    PRIMARY KEY (group_name, person)
);
COMMENT ON TABLE customer_workflow.group_member IS 'Groups of people, for people who are not database roles';
COMMENT ON COLUMN customer_workflow.group_member.group_name IS 'The group';
COMMENT ON COLUMN customer_workflow.group_member.person IS 'role:name (its members belong to the group too) or person:name';

CREATE TABLE customer_workflow.proposal (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_id       integer NOT NULL,
    record_key     jsonb NOT NULL,
    record_hash    uuid NOT NULL,
    record_label   text,
    status         text NOT NULL DEFAULT 'not_submitted' CHECK (status OPERATOR(pg_catalog.=) ANY ('{not_submitted,pending_approval,change_requested,rejected,approved,applied,cancelled,expired}')),
    collects       boolean NOT NULL DEFAULT true CHECK (NOT collects OR status OPERATOR(pg_catalog.=) 'not_submitted'),
    author         text NOT NULL,
    originator     text,
    parties        text[] NOT NULL,
    database_role  text NOT NULL,
    data_entity    text,
    auto_submit    boolean NOT NULL DEFAULT false,
    reference      text,
    comment        text,
    created_at     timestamptz NOT NULL DEFAULT pg_catalog.now(),
    submitted_at   timestamptz,
    decided_at     timestamptz,
    applied_at     timestamptz,
    digest         text,
    workflow       text,
    version        integer,
    self_approval  boolean,
    state          jsonb,
    sent_back      jsonb,
    submit_sqlstate text,
    submit_message text,
    operation      text CHECK (operation OPERATOR(pg_catalog.=) ANY ('{insert,draft,delete,configure}')),
    company        text,
    change_set     bigint,
    part_of        bigint,
    reverts        bigint,
    effective_at   timestamptz,
    interrupted    jsonb,
    held           boolean
);
CREATE INDEX proposal_of_change_set ON customer_workflow.proposal (change_set) WHERE change_set IS NOT NULL;
-- One draft per author and record. All open proposals of a record are its entries with a third column that is not null.
CREATE UNIQUE INDEX proposal_of_record ON customer_workflow.proposal (record_hash, table_id,
    (CASE WHEN collects THEN author WHEN status OPERATOR(pg_catalog.<>) ALL ('{applied,cancelled,expired}') THEN id::text END));
COMMENT ON TABLE customer_workflow.proposal IS 'The proposed changes of one author to one record, submitted and decided together';
COMMENT ON COLUMN customer_workflow.proposal.id IS 'The number by which people name it';
COMMENT ON COLUMN customer_workflow.proposal.table_id IS 'Its protected table';
COMMENT ON COLUMN customer_workflow.proposal.record_key IS 'The primary key of the record, {"id": 42}; follows the record when its key changes';
COMMENT ON COLUMN customer_workflow.proposal.record_hash IS 'Stands for the key in indexes, since keys may be longer than an index entry: integers as they are, else the SHA-256 of its text';
COMMENT ON COLUMN customer_workflow.proposal.record_label IS 'Option record_label, evaluated at submit';
COMMENT ON COLUMN customer_workflow.proposal.status IS 'not_submitted, pending_approval, change_requested, rejected, approved, applied, cancelled or expired';
COMMENT ON COLUMN customer_workflow.proposal.collects IS 'Whether further changes of its author to the record go here: one draft per author and record';
COMMENT ON COLUMN customer_workflow.proposal.author IS 'Who made the change: role:name or person:name';
COMMENT ON COLUMN customer_workflow.proposal.originator IS 'Who submitted it';
COMMENT ON COLUMN customer_workflow.proposal.parties IS 'Every identity of author, originator and editors, also as oid:number of a role, which survives a rename: none of them decides';
COMMENT ON COLUMN customer_workflow.proposal.database_role IS 'The role under which the change was captured; submit rehearses as it';
COMMENT ON COLUMN customer_workflow.proposal.data_entity IS 'The data entity it came from, or null when a person made it';
COMMENT ON COLUMN customer_workflow.proposal.auto_submit IS 'Whether it starts its workflow by itself at commit';
COMMENT ON COLUMN customer_workflow.proposal.reference IS 'customer_workflow.reference of the session, a batch id for example';
COMMENT ON COLUMN customer_workflow.proposal.comment IS 'customer_workflow.comment of the session: why';
COMMENT ON COLUMN customer_workflow.proposal.created_at IS 'When its first change was captured';
COMMENT ON COLUMN customer_workflow.proposal.submitted_at IS 'When it was last submitted';
COMMENT ON COLUMN customer_workflow.proposal.decided_at IS 'When it was last decided';
COMMENT ON COLUMN customer_workflow.proposal.applied_at IS 'When its values were written';
COMMENT ON COLUMN customer_workflow.proposal.digest IS 'SHA-256 of what was submitted; null while it can be edited';
COMMENT ON COLUMN customer_workflow.proposal.workflow IS 'The workflow it runs in';
COMMENT ON COLUMN customer_workflow.proposal.version IS 'The version of that workflow';
COMMENT ON COLUMN customer_workflow.proposal.self_approval IS 'Whether its workflow lets parties decide; null: no';
COMMENT ON COLUMN customer_workflow.proposal.state IS 'Where it stands in its workflow, as the engine keeps it';
COMMENT ON COLUMN customer_workflow.proposal.sent_back IS 'A fingerprint of each change when it was last rejected or sent back, to know what was edited since';
COMMENT ON COLUMN customer_workflow.proposal.submit_sqlstate IS 'Why the last automatic submit failed: SQLSTATE';
COMMENT ON COLUMN customer_workflow.proposal.submit_message IS 'Why the last automatic submit failed: message';
COMMENT ON COLUMN customer_workflow.proposal.operation IS 'insert: the record is created by it; draft: the record is stored, and pending until it is applied; delete: the record is deleted by it; configure: a function is called that changes the configuration; null: fields of a stored record are changed';
COMMENT ON COLUMN customer_workflow.proposal.company IS 'The company of the record, where the table has companies';
COMMENT ON COLUMN customer_workflow.proposal.change_set IS 'The change set that it is decided and applied with';
COMMENT ON COLUMN customer_workflow.proposal.part_of IS 'The proposal of the parent record that it is decided with, where the table is protected through a parent';
COMMENT ON COLUMN customer_workflow.proposal.reverts IS 'The applied proposal of which it is the inverse';
COMMENT ON COLUMN customer_workflow.proposal.held IS 'Whether its own workflow has come to its end, so that it waits for the others of its change set';
COMMENT ON COLUMN customer_workflow.proposal.effective_at IS 'When it is applied once it is approved; null means at once';
COMMENT ON COLUMN customer_workflow.proposal.interrupted IS 'Where an edit took it back while it ran: what had been seen, and the work items and deadlines that were open';

CREATE TABLE customer_workflow.change_set (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title         text,
    comment       text,
    author        text NOT NULL,
    database_role text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE customer_workflow.change_set IS 'Proposals of one author that are decided and applied together';
COMMENT ON COLUMN customer_workflow.change_set.id IS 'Its number';
COMMENT ON COLUMN customer_workflow.change_set.title IS 'What it is about; null where it is a record with its parts';
COMMENT ON COLUMN customer_workflow.change_set.comment IS 'Why';
COMMENT ON COLUMN customer_workflow.change_set.author IS 'Who began it: role:name or person:name';
COMMENT ON COLUMN customer_workflow.change_set.database_role IS 'The role under which it was begun';
COMMENT ON COLUMN customer_workflow.change_set.created_at IS 'When it was begun';

CREATE TABLE customer_workflow.change (
    proposal   bigint NOT NULL,
    field      text NOT NULL,
    original   text,
    proposed   text,
    image      bytea,
    changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    original_image bytea,
    PRIMARY KEY (proposal, field)
);
COMMENT ON TABLE customer_workflow.change IS 'One field of one record: original value and proposed value, as text under pinned settings';
COMMENT ON COLUMN customer_workflow.change.proposal IS 'The proposal it belongs to';
COMMENT ON COLUMN customer_workflow.change.field IS 'The column';
COMMENT ON COLUMN customer_workflow.change.original IS 'The value stored when the change was proposed; null is SQL NULL';
COMMENT ON COLUMN customer_workflow.change.proposed IS 'The value that the UPDATE carried; null is SQL NULL';
COMMENT ON COLUMN customer_workflow.change.image IS 'The proposed value as PostgreSQL stores it, where its text does not give it back bit by bit; null for nearly every value';
COMMENT ON COLUMN customer_workflow.change.original_image IS 'The value that was overwritten when it was applied, likewise, for revert()';
COMMENT ON COLUMN customer_workflow.change.changed_at IS 'When it was captured or last edited';

CREATE TABLE customer_workflow.work_item (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    proposal   bigint NOT NULL,
    table_id   integer NOT NULL,
    element    text NOT NULL,
    step       text,
    assignee   text NOT NULL CHECK (assignee OPERATOR(pg_catalog.~) '^(role|group|person):.'),
    status     text NOT NULL DEFAULT 'open' CHECK (status OPERATOR(pg_catalog.=) ANY ('{open,approved,rejected,change_requested,completed,closed}')),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    due_at     timestamptz,
    number     integer NOT NULL DEFAULT 1,
    at         text,
    on_behalf_of text[],
    actions    text[] NOT NULL DEFAULT '{approve,reject,request_change,delegate}',
    outcomes   text[],
    subject    text,
    instructions text,
    closed_at  timestamptz,
    closed_by  text
);
CREATE INDEX work_item_open_of_assignee ON customer_workflow.work_item (assignee, id) WHERE status OPERATOR(pg_catalog.=) 'open';
CREATE INDEX work_item_open_of_proposal ON customer_workflow.work_item (proposal) WHERE status OPERATOR(pg_catalog.=) 'open';
COMMENT ON TABLE customer_workflow.work_item IS 'One task in a running proposal; held by a role or group when any one member may finish it';
COMMENT ON COLUMN customer_workflow.work_item.id IS 'Its number';
COMMENT ON COLUMN customer_workflow.work_item.proposal IS 'The proposal to decide';
COMMENT ON COLUMN customer_workflow.work_item.table_id IS 'The protected table of that proposal';
COMMENT ON COLUMN customer_workflow.work_item.element IS 'The element of the workflow';
COMMENT ON COLUMN customer_workflow.work_item.step IS 'The step in that element';
COMMENT ON COLUMN customer_workflow.work_item.assignee IS 'Who holds it: role:name, group:name or person:name';
COMMENT ON COLUMN customer_workflow.work_item.status IS 'open; approved, rejected, change_requested or completed by an assignee; closed when the proposal went elsewhere';
COMMENT ON COLUMN customer_workflow.work_item.created_at IS 'When it was assigned';
COMMENT ON COLUMN customer_workflow.work_item.due_at IS 'When it is due; null means no limit';
COMMENT ON COLUMN customer_workflow.work_item.number IS 'Its number within the proposal, by which the engine knows it';
COMMENT ON COLUMN customer_workflow.work_item.at IS 'Its place in the definition, a JSON pointer';
COMMENT ON COLUMN customer_workflow.work_item.on_behalf_of IS 'In whose place the assignee has it: the first assignee, then each who delegated it further';
COMMENT ON COLUMN customer_workflow.work_item.actions IS 'What may be done with it';
COMMENT ON COLUMN customer_workflow.work_item.outcomes IS 'The outcomes of a manual decision';
COMMENT ON COLUMN customer_workflow.work_item.subject IS 'One line, as the workflow words it; null where it does not';
COMMENT ON COLUMN customer_workflow.work_item.instructions IS 'What to do, as the workflow words it; null where it does not';
COMMENT ON COLUMN customer_workflow.work_item.closed_at IS 'When it stopped being open';
COMMENT ON COLUMN customer_workflow.work_item.closed_by IS 'Who finished it';

-- Of history and direct_change: the transaction has its number before the entry has its own, so that entries of transactions
-- that began after a checkpoint have higher numbers than those that it covers. Defaults are computed in the order of the columns.
CREATE TABLE customer_workflow.history (
    transaction   xid8 NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at            timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    table_id      integer,
    proposal      bigint,
    kind          text NOT NULL,
    person        text NOT NULL,
    on_behalf_of  text,
    database_role text NOT NULL,
    source        text,
    element       text,
    step          text,
    comment       text,
    digest        text,
    details       jsonb,
    identity      jsonb
);
CREATE INDEX history_of_proposal ON customer_workflow.history (proposal) WHERE proposal IS NOT NULL;
COMMENT ON TABLE customer_workflow.history IS 'Everything that happened to proposals and to the configuration; append-only';
COMMENT ON COLUMN customer_workflow.history.id IS 'Order of recording';
COMMENT ON COLUMN customer_workflow.history.at IS 'When';
COMMENT ON COLUMN customer_workflow.history.table_id IS 'The protected table';
COMMENT ON COLUMN customer_workflow.history.proposal IS 'The proposal, or null for a configuration change';
COMMENT ON COLUMN customer_workflow.history.kind IS 'What happened: proposed, amended, submitted, approved, applied, configured, …';
COMMENT ON COLUMN customer_workflow.history.person IS 'Who did it: role:name or person:name';
COMMENT ON COLUMN customer_workflow.history.on_behalf_of IS 'For whom, when a person stood in for another';
COMMENT ON COLUMN customer_workflow.history.database_role IS 'The session user';
COMMENT ON COLUMN customer_workflow.history.source IS 'The data entity it came from; null for a person';
COMMENT ON COLUMN customer_workflow.history.element IS 'The element of the workflow';
COMMENT ON COLUMN customer_workflow.history.step IS 'The step in that element';
COMMENT ON COLUMN customer_workflow.history.comment IS 'What the person said';
COMMENT ON COLUMN customer_workflow.history.digest IS 'The digest of what was submitted or decided';
COMMENT ON COLUMN customer_workflow.history.details IS 'What belongs to the kind: the changes at submit, the options at configure, …';
COMMENT ON COLUMN customer_workflow.history.transaction IS 'The transaction that recorded it, on the server where it did: numbers of entries may commit in another order';
COMMENT ON COLUMN customer_workflow.history.identity IS 'How it was established who acts, and from where';

CREATE TABLE customer_workflow.direct_change (
    transaction    xid8 NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at             timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    table_id       integer NOT NULL,
    record_key     jsonb NOT NULL,
    field          text NOT NULL,
    original_value text,
    new_value      text,
    person         text NOT NULL,
    database_role  text NOT NULL,
    reason         text NOT NULL CHECK (reason OPERATOR(pg_catalog.=) ANY ('{data_entity,disabled,maintenance,override}'))
);
CREATE INDEX direct_change_of_table ON customer_workflow.direct_change (table_id, id);
COMMENT ON TABLE customer_workflow.direct_change IS 'Protected values that were written past approval by permission; append-only';
COMMENT ON COLUMN customer_workflow.direct_change.id IS 'Order of recording';
COMMENT ON COLUMN customer_workflow.direct_change.transaction IS 'The transaction that recorded it, on the server where it did';
COMMENT ON COLUMN customer_workflow.direct_change.at IS 'When';
COMMENT ON COLUMN customer_workflow.direct_change.table_id IS 'The protected table';
COMMENT ON COLUMN customer_workflow.direct_change.record_key IS 'The record';
COMMENT ON COLUMN customer_workflow.direct_change.field IS 'The protected field';
COMMENT ON COLUMN customer_workflow.direct_change.original_value IS 'The value before';
COMMENT ON COLUMN customer_workflow.direct_change.new_value IS 'The value written';
COMMENT ON COLUMN customer_workflow.direct_change.person IS 'Who wrote it';
COMMENT ON COLUMN customer_workflow.direct_change.database_role IS 'The session user';
COMMENT ON COLUMN customer_workflow.direct_change.reason IS 'The permission: data_entity, disabled, maintenance or override';
