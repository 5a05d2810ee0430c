-- What workflows are made of, and what running ones keep beside their proposals.

CREATE TABLE customer_workflow.workflow (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL UNIQUE CHECK (name OPERATOR(pg_catalog.<>) ALL ('{"",built_in}')),
    table_id   integer NOT NULL,
    priority   integer NOT NULL DEFAULT 0,
    last_version integer NOT NULL DEFAULT 0,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE customer_workflow.workflow IS 'A workflow of a protected table; what it says is in its versions. Without versions it is no more than the counter of its name';
COMMENT ON COLUMN customer_workflow.workflow.id IS 'Its number';
COMMENT ON COLUMN customer_workflow.workflow.name IS 'Unique in the database';
COMMENT ON COLUMN customer_workflow.workflow.table_id IS 'The protected table';
COMMENT ON COLUMN customer_workflow.workflow.priority IS 'That of the active version: where several have a condition that holds, the highest is taken';
COMMENT ON COLUMN customer_workflow.workflow.last_version IS 'The highest version that there ever was: a number never comes back with another definition';
COMMENT ON COLUMN customer_workflow.workflow.created_by IS 'Who created it';
COMMENT ON COLUMN customer_workflow.workflow.created_at IS 'When';

CREATE TABLE customer_workflow.workflow_version (
    workflow       integer NOT NULL,
    version        integer NOT NULL CHECK (version OPERATOR(pg_catalog.>) 0),
    definition     jsonb NOT NULL,
    priority       integer NOT NULL DEFAULT 0,
    active         boolean NOT NULL DEFAULT false,
    activated_by   text,
    activated_role name,
    activated_at   timestamptz,
    created_by     text NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (workflow, version),
    CHECK (NOT active OR activated_role IS NOT NULL)
);
CREATE UNIQUE INDEX workflow_version_active ON customer_workflow.workflow_version (workflow) WHERE active;
COMMENT ON TABLE customer_workflow.workflow_version IS 'A definition of a workflow; at most one of each is active, and running proposals keep the one that they started on';
COMMENT ON COLUMN customer_workflow.workflow_version.workflow IS 'The workflow';
COMMENT ON COLUMN customer_workflow.workflow_version.version IS 'Counts from 1 in each workflow';
COMMENT ON COLUMN customer_workflow.workflow_version.definition IS 'The definition, see workflow_schema()';
COMMENT ON COLUMN customer_workflow.workflow_version.priority IS 'The priority that the workflow gets when it is activated';
COMMENT ON COLUMN customer_workflow.workflow_version.active IS 'Whether submitted proposals take it';
COMMENT ON COLUMN customer_workflow.workflow_version.activated_by IS 'Who activated it last';
COMMENT ON COLUMN customer_workflow.workflow_version.activated_role IS 'The role with whose rights its conditions and functions run';
COMMENT ON COLUMN customer_workflow.workflow_version.activated_at IS 'When it was activated last';
COMMENT ON COLUMN customer_workflow.workflow_version.created_by IS 'Who wrote it';
COMMENT ON COLUMN customer_workflow.workflow_version.created_at IS 'When';

CREATE TABLE customer_workflow.calendar (
    name       text PRIMARY KEY CHECK (name OPERATOR(pg_catalog.<>) ''),
    definition jsonb NOT NULL
);
COMMENT ON TABLE customer_workflow.calendar IS 'Working times, for time limits';
COMMENT ON COLUMN customer_workflow.calendar.name IS 'Its name; "default" is taken where none is named';
COMMENT ON COLUMN customer_workflow.calendar.definition IS 'Time zone, week, hours and holidays';

CREATE TABLE customer_workflow.hierarchy (
    name     text PRIMARY KEY CHECK (name OPERATOR(pg_catalog.<>) ''),
    relation pg_catalog.regclass NOT NULL,
    person   name NOT NULL,
    manager  name NOT NULL
);
COMMENT ON TABLE customer_workflow.hierarchy IS 'Manager relations in tables of the DBA';
COMMENT ON COLUMN customer_workflow.hierarchy.name IS 'The name by which definitions know it';
COMMENT ON COLUMN customer_workflow.hierarchy.relation IS 'The table; it is read as its owner';
COMMENT ON COLUMN customer_workflow.hierarchy.person IS 'The column with the person';
COMMENT ON COLUMN customer_workflow.hierarchy.manager IS 'The column with the manager of that person; null at the top';

CREATE TABLE customer_workflow.delegation (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delegator   text NOT NULL CHECK (delegator OPERATOR(pg_catalog.~) '^(role|person):.'),
    delegate_to text NOT NULL CHECK (delegate_to OPERATOR(pg_catalog.~) '^(role|person):.'),
    starts      timestamptz NOT NULL,
    ends        timestamptz NOT NULL,
    scope       jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(scope) OPERATOR(pg_catalog.=) 'object'),
    created_by  text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT pg_catalog.now(),
    ended_at    timestamptz,
    CHECK (starts OPERATOR(pg_catalog.<) ends AND delegator OPERATOR(pg_catalog.<>) delegate_to)
);
CREATE INDEX delegation_of_delegator ON customer_workflow.delegation (delegator) WHERE ended_at IS NULL;
COMMENT ON TABLE customer_workflow.delegation IS 'Standing rules: who gets the work of whom, from when until when';
COMMENT ON COLUMN customer_workflow.delegation.id IS 'Its number, for end_delegation()';
COMMENT ON COLUMN customer_workflow.delegation.delegator IS 'Whose work: role:name or person:name';
COMMENT ON COLUMN customer_workflow.delegation.delegate_to IS 'Who gets it: role:name or person:name';
COMMENT ON COLUMN customer_workflow.delegation.starts IS 'From then on';
COMMENT ON COLUMN customer_workflow.delegation.ends IS 'Until then';
COMMENT ON COLUMN customer_workflow.delegation.scope IS 'Only this: {"table": number of the protected table, "workflow": name}; empty is all';
COMMENT ON COLUMN customer_workflow.delegation.created_by IS 'Who made the rule';
COMMENT ON COLUMN customer_workflow.delegation.created_at IS 'When';
COMMENT ON COLUMN customer_workflow.delegation.ended_at IS 'When it was ended before its time';

CREATE TABLE customer_workflow.work_item_place (
    work_item    bigint NOT NULL,
    person       text NOT NULL CHECK (person OPERATOR(pg_catalog.~) '^(role|person):.'),
    on_behalf_of text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (work_item, person)
);
CREATE INDEX work_item_place_of_person ON customer_workflow.work_item_place (person, work_item);
COMMENT ON TABLE customer_workflow.work_item_place IS 'People beside the assignee who may act on an open work item';
COMMENT ON COLUMN customer_workflow.work_item_place.work_item IS 'The open work item';
COMMENT ON COLUMN customer_workflow.work_item_place.person IS 'Who: role:name or person:name';
COMMENT ON COLUMN customer_workflow.work_item_place.on_behalf_of IS 'In whose place: the assignee first, then each who delegated it further';

CREATE TABLE customer_workflow.deadline (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    proposal bigint NOT NULL,
    timer    jsonb NOT NULL,
    due_at   timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    failure  text
);
CREATE INDEX deadline_due ON customer_workflow.deadline (due_at, id);
CREATE INDEX deadline_of_proposal ON customer_workflow.deadline (proposal);
COMMENT ON TABLE customer_workflow.deadline IS 'What process_deadlines() has to come back to; one that is no longer awaited does nothing';
COMMENT ON COLUMN customer_workflow.deadline.id IS 'Its number';
COMMENT ON COLUMN customer_workflow.deadline.proposal IS 'The running proposal';
COMMENT ON COLUMN customer_workflow.deadline.timer IS 'Which limit: of a work item, an element, or the proposal';
COMMENT ON COLUMN customer_workflow.deadline.due_at IS 'When';
COMMENT ON COLUMN customer_workflow.deadline.attempts IS 'How often it failed; due_at is then the time of the next attempt';
COMMENT ON COLUMN customer_workflow.deadline.failure IS 'How it failed last, which the history has once';
