-- What is watched: segments, sites, lines, systems, hosts, checks, maintenance.
CREATE SCHEMA watch;

CREATE TABLE watch.segment (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code    text NOT NULL UNIQUE,       -- G01 …
    name    text NOT NULL,
    kind    text NOT NULL
);

CREATE TABLE watch.site (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code     text NOT NULL UNIQUE,      -- S01 …
    name     text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    short_name text NOT NULL,           -- on a tile
    address  text,
    kind     text,
    parent_id bigint REFERENCES watch.site,
    importance integer NOT NULL DEFAULT 2 CHECK (importance BETWEEN 1 AND 3), -- 3 = high
    terminals integer NOT NULL DEFAULT 0, -- PCs by the estate list (約 N 台)
    map_x    integer, map_y integer,    -- tile on the board
    version  bigint NOT NULL DEFAULT 1
);

-- A line (回線): an item of its own.
CREATE TABLE watch.line (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code     text NOT NULL UNIQUE,      -- S08-MN-M
    site_id  bigint REFERENCES watch.site,
    segment  text,                      -- as in the document
    segment_ids bigint[] NOT NULL DEFAULT '{}',
    role     text,                      -- single main sub paired
    service_type text,                  -- 帯域保障 / ベストエフォート
    bandwidth_mbps integer,
    line_count integer NOT NULL DEFAULT 1,
    scope    text NOT NULL,             -- site_wan voice external
    note     text
);

-- A named business system (個別システム, SaaS …).
CREATE TABLE watch.system (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code     text NOT NULL UNIQUE,
    name     text NOT NULL,
    grp      text,
    segment  text,
    description text,
    vendor   text
);

CREATE TABLE watch.host (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text NOT NULL UNIQUE CHECK (char_length(name) BETWEEN 1 AND 100),
    label    text,                      -- Japanese name for people
    address  text NOT NULL CHECK (char_length(address) BETWEEN 1 AND 255),
    site_id  bigint REFERENCES watch.site,
    segment_id bigint REFERENCES watch.segment,
    system_id bigint REFERENCES watch.system,
    line_id  bigint REFERENCES watch.line, -- the line that this router ends
    class    text NOT NULL DEFAULT 'other', -- router switch server printer ups sensor terminal web other
    probe    text NOT NULL DEFAULT 'local',
    snmp     jsonb,                     -- {version, community, port, user, auth_key, priv_key}; write-only secrets
    owner    text,
    importance integer NOT NULL DEFAULT 2 CHECK (importance BETWEEN 1 AND 3),
    sys_name text, sys_descr text, sys_object_id text, -- as the device says: hostile text
    vendor   text, model text, serial text,
    enabled  boolean NOT NULL DEFAULT true,
    sample   boolean NOT NULL DEFAULT false, -- 見本データ
    created_at timestamptz NOT NULL,
    version  bigint NOT NULL DEFAULT 1
);
CREATE INDEX ON watch.host (site_id);

CREATE TABLE watch.host_parent (
    host_id   bigint NOT NULL REFERENCES watch.host ON DELETE CASCADE,
    parent_id bigint NOT NULL REFERENCES watch.host ON DELETE CASCADE CHECK (parent_id <> host_id),
    PRIMARY KEY (host_id, parent_id)
);
CREATE INDEX ON watch.host_parent (parent_id);

-- kind_ja: which of the ten kinds of monitoring it is (死活監視 …), derived from kind when imported.
CREATE TABLE watch.checks (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host_id     bigint NOT NULL REFERENCES watch.host ON DELETE CASCADE,
    name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    kind        text NOT NULL,          -- icmp snmp http tcp passive heartbeat …
    monitoring  text NOT NULL DEFAULT 'liveness', -- liveness performance resource fault synthetic …
    interval_s  integer NOT NULL CHECK (interval_s BETWEEN 1 AND 86400),
    retry_interval_s integer NOT NULL CHECK (retry_interval_s BETWEEN 1 AND 86400),
    attempts_n  integer NOT NULL DEFAULT 3 CHECK (attempts_n BETWEEN 1 AND 60),
    attempts_of integer NOT NULL DEFAULT 3 CHECK (attempts_of BETWEEN attempts_n AND 60),
    timeout_s   double precision NOT NULL DEFAULT 5 CHECK (timeout_s > 0 AND timeout_s <= 300),
    params      jsonb NOT NULL DEFAULT '{}',
    thresholds  jsonb NOT NULL DEFAULT '{}',
    liveness    boolean NOT NULL DEFAULT false, -- this check tells whether the host is reachable
    sla_flag    boolean NOT NULL DEFAULT false,
    enabled     boolean NOT NULL DEFAULT true,
    created_at  timestamptz NOT NULL,
    version     bigint NOT NULL DEFAULT 1,
    UNIQUE (host_id, name)
);
CREATE INDEX ON watch.checks (host_id);

-- The check's state: written only by server/ingest (and flow for unreachable), under its row lock.
CREATE TABLE watch.check_state (
    check_id    bigint PRIMARY KEY REFERENCES watch.checks ON DELETE CASCADE,
    state       text NOT NULL DEFAULT 'pending' CHECK (state IN ('ok', 'warning', 'critical', 'unknown', 'unreachable', 'pending')),
    state_since timestamptz,            -- `at` of the transition into it
    soft        boolean NOT NULL DEFAULT false, -- a streak that is not confirmed yet
    known_state text NOT NULL DEFAULT 'pending' CHECK (known_state IN ('ok', 'warning', 'critical', 'unreachable', 'pending')), -- as of the last known result
    known_since timestamptz,
    window_text text NOT NULL DEFAULT '', -- the last results: check_window_pack()
    last_level  text NOT NULL DEFAULT 'ok', -- what the last known result told: ok warning critical
    first_fail_at timestamptz,          -- first failing sample after the last good one
    last_at     timestamptz,            -- send time of the newest result
    last_ok_at  timestamptz,
    last_outcome text,                  -- ok failed not_run lost
    last_code   integer NOT NULL DEFAULT 0, -- journal_code(): what the last result told
    output      text NOT NULL DEFAULT '',
    last_journal_id bigint,             -- the batch that holds its newest values
    acknowledged_by bigint REFERENCES auth.account,
    acknowledged_at timestamptz,
    last_transition_id bigint
) WITH (fillfactor = 60);               -- written at each result: room for updates in place
CREATE INDEX ON watch.check_state (state) WHERE state <> 'ok';

-- Planned stops (計画停止). scope: [{"service_id": 1}, {"host_id": 2}, {"site_id": 3}].
CREATE TABLE watch.maintenance (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title       text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    from_at     timestamptz NOT NULL,
    to_at       timestamptz NOT NULL CHECK (to_at > from_at),
    recurrence  text,                   -- RRULE, RFC 5545
    scope       jsonb NOT NULL,
    change_id   bigint,
    reason      text,
    kind        text NOT NULL DEFAULT 'own' CHECK (kind IN ('own', 'cloud_update')),
    proposed_by bigint NOT NULL REFERENCES auth.account,
    state       text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'approved', 'rejected', 'cancelled')),
    decided_by  bigint REFERENCES auth.account,
    decided_at  timestamptz,
    decision_note text,
    approved_to timestamptz,            -- the `to` that was approved: enters M
    ended_at    timestamptz,            -- early end
    created_at  timestamptz NOT NULL,
    sample      boolean NOT NULL DEFAULT false,
    version     bigint NOT NULL DEFAULT 1
);
CREATE INDEX ON watch.maintenance (from_at);

CREATE TABLE watch.probe (
    name       text PRIMARY KEY,
    last_at    timestamptz,
    started_at timestamptz,
    counters   jsonb NOT NULL DEFAULT '{}',
    note       text                     -- why it cannot ping, what is not simulated
);

-- What a device says of itself beside its numbers (hostile text): {"system": {…}, "interfaces": […],
-- "sensors": […]}, see server/ingest/ingest.h. Written when it changed.
CREATE TABLE watch.inventory (
    check_id bigint PRIMARY KEY REFERENCES watch.checks ON DELETE CASCADE,
    at       timestamptz NOT NULL,
    data     jsonb NOT NULL
);
