-- Tickets: one record behind the ITIL kinds; the journal holds what people dispute.
CREATE SCHEMA ticket;

CREATE TABLE ticket.counter (
    kind text PRIMARY KEY,
    last bigint NOT NULL
);

CREATE TABLE ticket.grp (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL
);

-- Workflows are data. states: [{"word", "label", "class": open|waiting|done|closed, "stops_clock"}],
-- transitions: [{"from", "to", "permission", "needs": ["comment", "assignee", …], "label"}].
CREATE TABLE ticket.workflow (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL,
    version    bigint NOT NULL,
    definition jsonb NOT NULL,
    created_by bigint REFERENCES auth.account,
    created_at timestamptz NOT NULL,
    UNIQUE (kind, version)
);

-- Priority by impact × urgency, versioned (INC-03): {"1": {"1": "urgent", …}, …}, and per priority the
-- first-response and resolution targets with their calendar.
CREATE TABLE ticket.priority_table (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version    bigint NOT NULL UNIQUE,
    matrix     jsonb NOT NULL,
    targets    jsonb NOT NULL,          -- {"urgent": {"response_s", "resolution_s", "calendar_id"}, …}
    reason     text,
    created_by bigint REFERENCES auth.account,
    created_at timestamptz NOT NULL
);

CREATE TABLE ticket.ticket (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('incident', 'request', 'inquiry', 'problem', 'change', 'release', 'task')),
    number      text NOT NULL UNIQUE,
    title       text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '',
    state       text NOT NULL,
    workflow_version bigint NOT NULL,
    source      text NOT NULL DEFAULT 'web' CHECK (source IN ('web', 'api', 'monitoring', 'phone', 'mail', 'soc', 'vendor', 'cloud')),
    impact      integer NOT NULL CHECK (impact BETWEEN 1 AND 3),
    urgency     integer NOT NULL CHECK (urgency BETWEEN 1 AND 3),
    priority    text NOT NULL CHECK (priority IN ('urgent', 'high', 'medium', 'low')),
    priority_reason text,               -- set by hand: why
    priority_version bigint NOT NULL,
    requester   text,
    assignee_id bigint REFERENCES auth.account,
    group_id    bigint REFERENCES ticket.grp,
    service_id  bigint,
    site_id     bigint REFERENCES watch.site,
    host_id     bigint REFERENCES watch.host ON DELETE SET NULL,
    check_id    bigint,
    ci_ids      bigint[] NOT NULL DEFAULT '{}',
    occurred_at timestamptz,            -- 発生
    detected_at timestamptz,            -- 検知
    received_at timestamptz,            -- 受付
    created_at  timestamptz NOT NULL,
    created_by  bigint REFERENCES auth.account,
    responded_at timestamptz,           -- first public entry or assignment to a person, stamped once
    restored_at timestamptz,
    resolved_at timestamptz,
    closed_at   timestamptz,
    resolution  text,
    cause       text,
    response_due_at   timestamptz,
    resolution_due_at timestamptz,
    updated_at  timestamptz NOT NULL,
    sample      boolean NOT NULL DEFAULT false,
    version     bigint NOT NULL DEFAULT 1
);
CREATE INDEX ON ticket.ticket (kind, state, id DESC);
CREATE INDEX ON ticket.ticket (assignee_id) WHERE closed_at IS NULL;
CREATE INDEX ON ticket.ticket (created_at);

-- The journal: one row an act, columns and JSON, never a sentence to be parsed back.
CREATE TABLE ticket.entry (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id  bigint NOT NULL REFERENCES ticket.ticket,
    at         timestamptz NOT NULL,
    by_id      bigint REFERENCES auth.account, -- NULL: the machine
    kind       text NOT NULL CHECK (kind IN ('created', 'comment', 'state', 'assign', 'field', 'priority', 'scope', 'attachment', 'event', 'clock', 'link', 'mail', 'worklog')),
    public     boolean NOT NULL DEFAULT true,
    from_value text,
    to_value   text,
    field      text,
    text       text,
    data       jsonb,
    transition_id bigint,
    replaces   bigint REFERENCES ticket.entry -- an edited comment keeps its old text (INC-11)
);
CREATE INDEX ON ticket.entry (ticket_id, id);

-- Scope of effect (影響範囲), proposed by the machine, corrected by hand (INC-07).
CREATE TABLE ticket.affected (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES ticket.ticket,
    kind      text NOT NULL CHECK (kind IN ('site', 'host', 'line', 'system', 'service', 'terminals', 'section', 'users')),
    object_id bigint,
    name      text NOT NULL,
    count     bigint,
    source    text NOT NULL DEFAULT 'machine' CHECK (source IN ('machine', 'hand')),
    removed   boolean NOT NULL DEFAULT false,
    UNIQUE (ticket_id, kind, object_id, name)
);

CREATE TABLE ticket.link (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES ticket.ticket,
    to_kind   text NOT NULL,            -- ticket outage event host service
    to_id     bigint NOT NULL,
    relation  text NOT NULL,
    removed_at timestamptz,
    UNIQUE (ticket_id, to_kind, to_id, relation)
);
CREATE INDEX ON ticket.link (to_kind, to_id);

CREATE TABLE ticket.attachment (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES ticket.ticket,
    entry_id  bigint REFERENCES ticket.entry,
    name      text NOT NULL,
    type      text NOT NULL,
    size      bigint NOT NULL,
    sha256    bytea NOT NULL,
    data      bytea NOT NULL,
    by_id     bigint REFERENCES auth.account,
    at        timestamptz NOT NULL
);
CREATE INDEX ON ticket.attachment (ticket_id);
