-- Accounts, sessions, tokens, the audit journal, the idempotency store, probes' names.
CREATE SCHEMA auth;
CREATE SCHEMA audit;

-- A person or a token; each is a person of its own in approvals. Logins are never reused (ACC-03):
-- rows are disabled, not deleted.
CREATE TABLE auth.account (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login         text NOT NULL UNIQUE CHECK (login ~ '^[A-Za-z0-9][A-Za-z0-9._@:-]{0,79}$'),
    name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    kind          text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'token', 'sample')),
    role          text NOT NULL,
    mail          text,
    password_hash text,                 -- argon2id, libsodium's string
    totp_secret   bytea,
    totp_last_step bigint NOT NULL DEFAULT 0,
    disabled_at   timestamptz,
    last_sign_in_at timestamptz,
    created_at    timestamptz NOT NULL,
    version       bigint NOT NULL DEFAULT 1
);

CREATE TABLE auth.session (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  bigint NOT NULL REFERENCES auth.account,
    secret_hash bytea NOT NULL UNIQUE,  -- SHA-256 of the cookie
    csrf        text NOT NULL,
    address     text,
    agent       text,
    flash       text,
    created_at  timestamptz NOT NULL,
    used_at     timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    ended_at    timestamptz
);
CREATE INDEX ON auth.session (account_id) WHERE ended_at IS NULL;

CREATE TABLE auth.token (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  bigint NOT NULL REFERENCES auth.account,
    name        text NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,
    expires_at  timestamptz,
    revoked_at  timestamptz,
    used_at     timestamptz,
    created_at  timestamptz NOT NULL
);

CREATE TABLE auth.setup_link (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  bigint REFERENCES auth.account,   -- NULL: makes the first administrator
    secret_hash bytea NOT NULL UNIQUE,
    totp_secret bytea,                            -- offered on the page, kept while it is open
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    created_at  timestamptz NOT NULL
);

-- Failed sign-ins, for throttling by account and by address.
CREATE TABLE auth.attempt (
    key       text PRIMARY KEY,         -- 'login:NAME' or 'address:A'
    failures  integer NOT NULL,
    last_at   timestamptz NOT NULL,
    blocked_until timestamptz
);

CREATE TABLE auth.idempotency (
    account_id  bigint NOT NULL REFERENCES auth.account,
    key         text NOT NULL,
    request_hash bytea NOT NULL,
    status      integer,
    content_type text,
    body        bytea,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (account_id, key)
);

-- Every write and every sensitive read. seq is the order of insertion; the chainer sets the rest.
CREATE TABLE audit.journal (
    seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL,
    account_id bigint,
    who        text NOT NULL,
    act        text NOT NULL,
    object     text NOT NULL,
    object_id  bigint,
    reason     text,
    before     jsonb,
    after      jsonb,
    canonical  text NOT NULL,           -- what was hashed
    address    text,
    row_hash   bytea NOT NULL
);
CREATE INDEX ON audit.journal (object, object_id);
CREATE INDEX ON audit.journal (at);
CREATE INDEX ON audit.journal (account_id, at);

CREATE TABLE audit.chain (
    position   bigint PRIMARY KEY,      -- 1, 2, 3 … without holes
    seq        bigint NOT NULL UNIQUE REFERENCES audit.journal,
    row_hash   bytea NOT NULL,
    chain_hash bytea NOT NULL,
    linked_at  timestamptz NOT NULL
);

-- Rules are rows: nobody, not even the owner's ordinary statements, changes the journal.
CREATE FUNCTION audit.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit journal is append-only' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit.journal FOR EACH ROW EXECUTE FUNCTION audit.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit.chain FOR EACH ROW EXECUTE FUNCTION audit.refuse();
