-- The proof of the history, and its archive.

CREATE TABLE customer_workflow.history_checkpoint (
    number             bigint PRIMARY KEY,
    at                 timestamptz NOT NULL,
    size               bigint NOT NULL,
    root               bytea NOT NULL,
    tree               bytea NOT NULL,
    snapshot           pg_snapshot NOT NULL,
    last_entry         bigint NOT NULL,
    last_direct_change bigint NOT NULL,
    system_identifier  bigint NOT NULL,
    format             integer NOT NULL DEFAULT 1,
    person             text NOT NULL,
    database_role      text NOT NULL
);
COMMENT ON TABLE customer_workflow.history_checkpoint IS 'A time at which everything recorded was chained; append-only';
COMMENT ON COLUMN customer_workflow.history_checkpoint.number IS 'Its number, from 1 without gaps';
COMMENT ON COLUMN customer_workflow.history_checkpoint.at IS 'When';
COMMENT ON COLUMN customer_workflow.history_checkpoint.size IS 'How many links it covers: those at positions 1 to this';
COMMENT ON COLUMN customer_workflow.history_checkpoint.root IS 'The root of the Merkle tree over them';
COMMENT ON COLUMN customer_workflow.history_checkpoint.tree IS 'The roots of the perfect subtrees, from which the tree grows on';
COMMENT ON COLUMN customer_workflow.history_checkpoint.snapshot IS 'What it saw; an entry with a lower number than it covers is a late one only if its transaction was running then';
COMMENT ON COLUMN customer_workflow.history_checkpoint.last_entry IS 'The highest number of an entry of the history that it covers';
COMMENT ON COLUMN customer_workflow.history_checkpoint.last_direct_change IS 'The highest number of a direct change that it covers';
COMMENT ON COLUMN customer_workflow.history_checkpoint.system_identifier IS 'The server, whose transactions the snapshot is about';
COMMENT ON COLUMN customer_workflow.history_checkpoint.format IS 'How entries are hashed';
COMMENT ON COLUMN customer_workflow.history_checkpoint.person IS 'Who asked for it: role:name or person:name';
COMMENT ON COLUMN customer_workflow.history_checkpoint.database_role IS 'The session user';

-- Not columns of the history: an entry is chained long after it was written, and would have to be written again.
CREATE TABLE customer_workflow.history_link (
    position bigint PRIMARY KEY,
    kind     "char" NOT NULL,
    chain    bigint NOT NULL,
    entry    bigint NOT NULL,
    hash     bytea NOT NULL
);
CREATE INDEX history_link_of_chain ON customer_workflow.history_link (kind, chain, position);
COMMENT ON TABLE customer_workflow.history_link IS 'An entry in its chain, as a checkpoint saw it; append-only';
COMMENT ON COLUMN customer_workflow.history_link.position IS 'Its place in the order of chaining, from 1 without gaps';
COMMENT ON COLUMN customer_workflow.history_link.kind IS 'p: of a proposal; t: of the configuration of a table; g: of what is configured for the database; d: direct changes of a table; c: checkpoints';
COMMENT ON COLUMN customer_workflow.history_link.chain IS 'The number of the proposal or of the table, or 0';
COMMENT ON COLUMN customer_workflow.history_link.entry IS 'The number of the entry, of the direct change, or of the checkpoint';
COMMENT ON COLUMN customer_workflow.history_link.hash IS 'SHA-256 over the link before it in its chain and the content of the entry';

CREATE TABLE customer_workflow.archive_proposal (LIKE customer_workflow.proposal INCLUDING COMMENTS, PRIMARY KEY (id));
COMMENT ON TABLE customer_workflow.archive_proposal IS 'Closed proposals that archive_history() has moved here';
CREATE TABLE customer_workflow.archive_change (LIKE customer_workflow.change INCLUDING COMMENTS, PRIMARY KEY (proposal, field));
COMMENT ON TABLE customer_workflow.archive_change IS 'The proposed changes of archived proposals';
CREATE TABLE customer_workflow.archive_work_item (LIKE customer_workflow.work_item INCLUDING COMMENTS, PRIMARY KEY (id));
CREATE INDEX archive_work_item_of_proposal ON customer_workflow.archive_work_item (proposal);
COMMENT ON TABLE customer_workflow.archive_work_item IS 'The work items of archived proposals';
CREATE TABLE customer_workflow.archive_history (LIKE customer_workflow.history INCLUDING COMMENTS, PRIMARY KEY (id));
CREATE INDEX archive_history_of_proposal ON customer_workflow.archive_history (proposal);
COMMENT ON TABLE customer_workflow.archive_history IS 'The history of archived proposals; append-only';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON customer_workflow.history_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION customer_workflow._append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON customer_workflow.history_link
    FOR EACH STATEMENT EXECUTE FUNCTION customer_workflow._append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON customer_workflow.archive_history
    FOR EACH STATEMENT EXECUTE FUNCTION customer_workflow._append_only();
