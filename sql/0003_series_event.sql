-- Samples and transitions.
CREATE SCHEMA series;
CREATE SCHEMA event;

CREATE TABLE series.series (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    check_id  bigint NOT NULL REFERENCES watch.checks ON DELETE CASCADE,
    metric    text NOT NULL CHECK (char_length(metric) BETWEEN 1 AND 120),
    unit      text NOT NULL DEFAULT '',
    kind      text NOT NULL DEFAULT 'gauge' CHECK (kind IN ('gauge', 'rate', 'counter', 'state')),
    created_at timestamptz NOT NULL,
    UNIQUE (check_id, metric)
);

-- One row a batch, durable at its commit. payload: server/ingest's batch form (results and values).
CREATE TABLE series.journal (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    probe     text NOT NULL,
    from_at   timestamptz NOT NULL,
    to_at     timestamptz NOT NULL,
    n         integer NOT NULL,
    payload   bytea NOT NULL,
    packed    boolean NOT NULL DEFAULT false
);
ALTER TABLE series.journal ALTER COLUMN payload SET STORAGE EXTERNAL;
CREATE INDEX ON series.journal (to_at);
CREATE INDEX ON series.journal (id) WHERE NOT packed;

-- A closed or closing hour of one series, packed by server/measure/series_codec.
CREATE TABLE series.chunk (
    series_id bigint NOT NULL,
    from_at   timestamptz NOT NULL,     -- start of the hour (or of the day, when merged)
    to_at     timestamptz NOT NULL,
    n         integer NOT NULL,
    vmin      double precision,
    vmax      double precision,
    vsum      double precision,
    payload   bytea NOT NULL,
    PRIMARY KEY (series_id, from_at)
);
ALTER TABLE series.chunk ALTER COLUMN payload SET STORAGE EXTERNAL;
-- Hours that are not merged into their day yet.
CREATE INDEX ON series.chunk (series_id, from_at) WHERE to_at - from_at <= interval '1 hour';

CREATE TABLE series.rollup (
    series_id bigint NOT NULL,
    step_s    integer NOT NULL,         -- 3600, 86400
    at        timestamptz NOT NULL,
    n         integer NOT NULL,
    vmin      double precision NOT NULL,
    vmax      double precision NOT NULL,
    vsum      double precision NOT NULL,
    PRIMARY KEY (series_id, step_s, at)
);

-- What the probe said of each scheduled probe that was not a plain success, kept so that an outage can be
-- walked back to its samples: one row a result around a streak (failed, not run, lost, and the good ones
-- next to them).
CREATE TABLE event.evidence (
    check_id  bigint NOT NULL REFERENCES watch.checks ON DELETE CASCADE,
    at        timestamptz NOT NULL,
    outcome   text NOT NULL,            -- ok failed not_run lost
    state     text NOT NULL,
    output    text NOT NULL,
    values    jsonb,
    probe     text NOT NULL,
    received_at timestamptz NOT NULL,
    journal_id bigint,
    PRIMARY KEY (check_id, at)
);

CREATE TABLE event.transition (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    check_id    bigint NOT NULL REFERENCES watch.checks ON DELETE CASCADE,
    host_id     bigint NOT NULL,
    from_state  text NOT NULL,
    to_state    text NOT NULL,
    at          timestamptz NOT NULL,   -- first failing (or first good) sample
    confirmed_at timestamptz NOT NULL,  -- when the streak was confirmed
    output      text NOT NULL DEFAULT '',
    late        boolean NOT NULL DEFAULT false, -- came in a late batch: never pages
    ticket_id   bigint,
    suppressed_by bigint REFERENCES event.transition,
    suppressed_by_maintenance bigint REFERENCES watch.maintenance,
    acknowledged_by bigint REFERENCES auth.account,
    acknowledged_at timestamptz,
    ack_note    text,
    flow_state  text NOT NULL DEFAULT 'new' CHECK (flow_state IN ('new', 'held', 'done')),
    flow_due_at timestamptz,            -- a held child is decided by then
    superseded  boolean NOT NULL DEFAULT false, -- a late batch corrected it
    created_at  timestamptz NOT NULL
);
CREATE INDEX ON event.transition (check_id, at);
CREATE INDEX ON event.transition (at);
CREATE INDEX ON event.transition (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX ON event.transition (flow_state, id) WHERE flow_state <> 'done';
CREATE INDEX ON event.transition (suppressed_by) WHERE suppressed_by IS NOT NULL;

-- Other happenings on a target that are no state: 再起動検知, renumbered port …
CREATE TABLE event.notice (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    check_id  bigint NOT NULL REFERENCES watch.checks ON DELETE CASCADE,
    kind      text NOT NULL,            -- reboot counter_reset
    at        timestamptz NOT NULL,
    text      text NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (check_id, kind, at)
);
