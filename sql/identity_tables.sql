-- Who acts, when it is not simply who logged in. Keys and used tokens stay in this database: a dump does not have them.

ALTER TABLE customer_workflow.application_role
    ADD COLUMN token_required boolean NOT NULL DEFAULT false,
    ADD COLUMN setting text,
    ADD COLUMN claim   text CHECK (claim IS NULL OR setting IS NOT NULL),
    ADD CHECK (NOT token_required OR setting IS NULL);
COMMENT ON COLUMN customer_workflow.application_role.token_required IS 'Whether only a signed token names a person';
COMMENT ON COLUMN customer_workflow.application_role.setting IS 'The setting that names the person; null: none';
COMMENT ON COLUMN customer_workflow.application_role.claim IS 'The member of the JSON object in that setting that names the person; null: its text does';

CREATE TABLE customer_workflow.identity_key (
    kid          text PRIMARY KEY CHECK (kid OPERATOR(pg_catalog.<>) '' AND pg_catalog.octet_length(kid) OPERATOR(pg_catalog.<=) 255),
    algorithm    text NOT NULL CHECK (algorithm OPERATOR(pg_catalog.=) ANY ('{HS256,ES256,RS256,EdDSA}')),
    key          text,
    issuer       text NOT NULL CHECK (issuer OPERATOR(pg_catalog.<>) ''),
    audience     text NOT NULL CHECK (audience OPERATOR(pg_catalog.<>) ''),
    claim        text NOT NULL DEFAULT 'sub' CHECK (claim OPERATOR(pg_catalog.<>) ''),
    prefix       text NOT NULL DEFAULT '',
    typ          text CHECK (typ OPERATOR(pg_catalog.<>) ''),
    clock_skew   integer NOT NULL DEFAULT 30 CHECK (clock_skew BETWEEN 0 AND 300),
    max_lifetime integer NOT NULL DEFAULT 3600 CHECK (max_lifetime OPERATOR(pg_catalog.>) 0),
    added_at     timestamptz NOT NULL DEFAULT pg_catalog.now(),
    retired_at   timestamptz,
    CHECK ((key IS NULL) OPERATOR(pg_catalog.=) (retired_at IS NOT NULL))
);
COMMENT ON TABLE customer_workflow.identity_key IS 'Keys by which signed tokens are verified; not in a dump';
COMMENT ON COLUMN customer_workflow.identity_key.kid IS 'Its name, by which a token says which key has signed it';
COMMENT ON COLUMN customer_workflow.identity_key.algorithm IS 'HS256, ES256, RS256 or EdDSA, whatever a token says';
COMMENT ON COLUMN customer_workflow.identity_key.key IS 'The public key (PEM or JWK), or the secret of HS256; null once it was removed';
COMMENT ON COLUMN customer_workflow.identity_key.issuer IS 'The claim iss of its tokens';
COMMENT ON COLUMN customer_workflow.identity_key.audience IS 'What the claim aud of its tokens is or contains';
COMMENT ON COLUMN customer_workflow.identity_key.claim IS 'The claim that names the person';
COMMENT ON COLUMN customer_workflow.identity_key.prefix IS 'What goes before the name in that claim';
COMMENT ON COLUMN customer_workflow.identity_key.typ IS 'The type (typ) of its tokens; null: none, or JWT';
COMMENT ON COLUMN customer_workflow.identity_key.clock_skew IS 'How many seconds the clocks of issuer and server may be apart';
COMMENT ON COLUMN customer_workflow.identity_key.max_lifetime IS 'How many seconds before its expiry a token may be used';
COMMENT ON COLUMN customer_workflow.identity_key.added_at IS 'When it was last set';
COMMENT ON COLUMN customer_workflow.identity_key.retired_at IS 'When it was removed';

CREATE TABLE customer_workflow.used_token (
    kid        text NOT NULL,
    jti        text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (kid, jti)
);
CREATE INDEX used_token_expires ON customer_workflow.used_token (expires_at);
COMMENT ON TABLE customer_workflow.used_token IS 'Tokens that were used and have not expired: none counts twice; not in a dump';
COMMENT ON COLUMN customer_workflow.used_token.kid IS 'The key that signed it';
COMMENT ON COLUMN customer_workflow.used_token.jti IS 'Its number';
COMMENT ON COLUMN customer_workflow.used_token.expires_at IS 'When it may be forgotten, since no clock skew lets it count any more';

CREATE TABLE customer_workflow.role_person (
    role   regrole PRIMARY KEY,
    person text NOT NULL CHECK (person OPERATOR(pg_catalog.~) '^person:.')
);
CREATE INDEX role_person_of_person ON customer_workflow.role_person (person);
COMMENT ON TABLE customer_workflow.role_person IS 'Roles that are one person, for separation of duties';
COMMENT ON COLUMN customer_workflow.role_person.role IS 'The role';
COMMENT ON COLUMN customer_workflow.role_person.person IS 'person:name, whom an application may name too';

ALTER TABLE customer_workflow.direct_change ADD COLUMN identity jsonb;
COMMENT ON COLUMN customer_workflow.direct_change.identity IS 'How it was established who acts, and from where';
