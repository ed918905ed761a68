-- Satellites: probes in other segments that send their results over TLS with certificates of our own
-- authority (its key is not here: see server/auth/pki.h).

CREATE TABLE watch.satellite (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL UNIQUE CHECK (name ~ '^[A-Za-z0-9_-]{1,60}$'), -- watch.host.probe of what it watches
    segment_id bigint REFERENCES watch.segment ON DELETE SET NULL,
    note       text CHECK (char_length(note) <= 500),
    -- The host that stands for it; its check "uplink" tells whether it is heard.
    host_id    bigint REFERENCES watch.host ON DELETE SET NULL,
    state      text NOT NULL DEFAULT 'invited' CHECK (state IN ('invited', 'active', 'revoked')),
    revoked_at timestamptz,
    revoke_reason text,
    created_at timestamptz NOT NULL,
    version    bigint NOT NULL DEFAULT 1
);

-- One-time codes: shown once, kept as SHA-256.
CREATE TABLE watch.satellite_code (
    hash       bytea PRIMARY KEY,
    satellite_id bigint NOT NULL REFERENCES watch.satellite ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    used_address text,
    key_sha256 text                     -- of the key that it gave a certificate to
);
CREATE INDEX ON watch.satellite_code (satellite_id);

CREATE TABLE watch.satellite_certificate (
    sha256     text PRIMARY KEY,        -- of the DER form: what the door sees
    satellite_id bigint NOT NULL REFERENCES watch.satellite ON DELETE CASCADE,
    key_sha256 text NOT NULL,
    pem        text NOT NULL,
    not_before timestamptz NOT NULL,
    not_after  timestamptz NOT NULL,
    issued_at  timestamptz NOT NULL,
    used_at    timestamptz,             -- the first time at the door
    ended_at   timestamptz,
    end_reason text CHECK (end_reason IN ('renewed', 'enrolled', 'revoked')),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX ON watch.satellite_certificate (satellite_id, issued_at);

-- What was heard of it: written at every heartbeat and batch.
CREATE TABLE watch.satellite_link (
    satellite_id bigint PRIMARY KEY REFERENCES watch.satellite ON DELETE CASCADE,
    seen_at    timestamptz,             -- by our clock
    address    text,
    program    text,                    -- version of the program
    protocol   integer,
    started_at timestamptz,
    clock_us   bigint,                  -- its clock less ours
    backlog    bigint NOT NULL DEFAULT 0, -- results that wait there
    backlog_bytes bigint NOT NULL DEFAULT 0,
    backlog_from timestamptz,           -- time of the oldest of them
    dropped    bigint NOT NULL DEFAULT 0, -- what fit nowhere there since it started
    -- What came, by its numbering: results of one run of its program (stream) are counted from 1.
    stream     bigint NOT NULL DEFAULT 0,
    last_seq   bigint NOT NULL DEFAULT 0,
    batch_at   timestamptz,
    received   bigint NOT NULL DEFAULT 0, -- results stored
    doubled    bigint NOT NULL DEFAULT 0, -- came again and were left out
    refused    bigint NOT NULL DEFAULT 0, -- of checks that are not its own, or not readable
    lost       bigint NOT NULL DEFAULT 0, -- numbers that never came
    estimated  bigint NOT NULL DEFAULT 0  -- stored at times that its clock could only guess
) WITH (fillfactor = 50);

-- Which checks were given to it: their results are taken, also those that come later from its spool.
CREATE TABLE watch.satellite_check (
    satellite_id bigint NOT NULL REFERENCES watch.satellite ON DELETE CASCADE,
    check_id   bigint NOT NULL REFERENCES watch.checks ON DELETE CASCADE,
    given_at   timestamptz NOT NULL,
    taken_at   timestamptz,             -- no longer its own since then
    PRIMARY KEY (satellite_id, check_id)
);
