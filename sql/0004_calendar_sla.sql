-- Calendars, services, SLAs, outages, exclusions, gaps. All definitions are versioned with validity.
CREATE SCHEMA sla;

CREATE TABLE sla.calendar (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL UNIQUE CHECK (char_length(name) BETWEEN 1 AND 100),
    code       text UNIQUE,             -- CAL-01 … for the shipped ones
    version    bigint NOT NULL DEFAULT 1
);
CREATE TABLE sla.calendar_version (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    calendar_id bigint NOT NULL REFERENCES sla.calendar,
    version     bigint NOT NULL,
    valid_from  timestamptz NOT NULL,   -- '-infinity' for the first unless given
    definition  jsonb NOT NULL,         -- {weekly, holidays, closed, open}
    created_by  bigint REFERENCES auth.account,
    created_at  timestamptz NOT NULL,
    approved_by bigint REFERENCES auth.account,
    approved_at timestamptz,
    UNIQUE (calendar_id, version)
);

CREATE TABLE sla.service (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text NOT NULL UNIQUE CHECK (char_length(name) BETWEEN 1 AND 200),
    kind     text NOT NULL DEFAULT 'service', -- service site line system
    site_id  bigint REFERENCES watch.site,
    system_id bigint REFERENCES watch.system,
    line_id  bigint REFERENCES watch.line,
    owner    text,
    sample   boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    version  bigint NOT NULL DEFAULT 1
);
CREATE TABLE sla.service_version (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service_id bigint NOT NULL REFERENCES sla.service,
    version    bigint NOT NULL,
    valid_from timestamptz NOT NULL,
    rule       jsonb,                   -- NULL: measured by hand only
    check_ids  bigint[] NOT NULL DEFAULT '{}', -- the checks that the rule names
    created_by bigint REFERENCES auth.account,
    created_at timestamptz NOT NULL,
    approved_by bigint REFERENCES auth.account,
    approved_at timestamptz,
    UNIQUE (service_id, version)
);
CREATE INDEX ON sla.service_version USING gin (check_ids);

CREATE TABLE sla.sla (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service_id bigint NOT NULL REFERENCES sla.service,
    metric     text NOT NULL CHECK (metric IN ('availability', 'response', 'first_response', 'resolution', 'rto', 'rpo')),
    name       text,
    sample     boolean NOT NULL DEFAULT false,
    version    bigint NOT NULL DEFAULT 1
);
CREATE TABLE sla.sla_version (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sla_id      bigint NOT NULL REFERENCES sla.sla,
    version     bigint NOT NULL,
    valid_from  timestamptz NOT NULL,
    calendar_id bigint NOT NULL REFERENCES sla.calendar,
    target_e6   bigint NOT NULL,        -- the target × 10^6 (0.999 = 999 000): exact
    target_text text NOT NULL,          -- as given
    year_cap_s  bigint,
    start_at    timestamptz,
    cap_first_year text NOT NULL DEFAULT 'pro_rata' CHECK (cap_first_year IN ('pro_rata', 'full')),
    maintenance text NOT NULL DEFAULT 'excluded' CHECK (maintenance IN ('excluded', 'counted')),
    created_by  bigint REFERENCES auth.account,
    created_at  timestamptz NOT NULL,
    approved_by bigint REFERENCES auth.account,
    approved_at timestamptz,
    UNIQUE (sla_id, version)
);

-- An outage: measured by the rule or recorded by hand. The values in force are these columns; each
-- correction is a row of outage_change, and both stay.
CREATE TABLE sla.outage (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service_id bigint NOT NULL REFERENCES sla.service,
    source     text NOT NULL CHECK (source IN ('rule', 'hand')),
    from_at    timestamptz NOT NULL,
    to_at      timestamptz,
    measured_from timestamptz,          -- what the rule says, also where a correction is in force
    measured_to   timestamptz,
    corrected  boolean NOT NULL DEFAULT false,
    voided     boolean NOT NULL DEFAULT false,
    reason     text NOT NULL DEFAULT '',
    ticket_id  bigint,
    created_by bigint REFERENCES auth.account,
    created_at timestamptz NOT NULL,
    sample     boolean NOT NULL DEFAULT false,
    version    bigint NOT NULL DEFAULT 1,
    CHECK (to_at IS NULL OR to_at > from_at)
);
CREATE INDEX ON sla.outage (service_id, from_at);
CREATE INDEX ON sla.outage (ticket_id);

CREATE TABLE sla.outage_change (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outage_id  bigint NOT NULL REFERENCES sla.outage,
    from_at    timestamptz NOT NULL,    -- proposed
    to_at      timestamptz,
    void       boolean NOT NULL DEFAULT false,
    old_from_at timestamptz NOT NULL,
    old_to_at  timestamptz,
    reason     text NOT NULL CHECK (char_length(reason) >= 1),
    state      text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'approved', 'rejected')),
    proposed_by bigint NOT NULL REFERENCES auth.account,
    proposed_at timestamptz NOT NULL,
    decided_by bigint REFERENCES auth.account,
    decided_at timestamptz,
    decision_note text
);
CREATE INDEX ON sla.outage_change (outage_id);

CREATE TABLE sla.exclusion (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service_id bigint NOT NULL REFERENCES sla.service,
    from_at    timestamptz NOT NULL,
    to_at      timestamptz NOT NULL CHECK (to_at > from_at),
    reason     text NOT NULL CHECK (reason IN ('disaster', 'ward_or_other_vendor', 'no_fault_recovery', 'no_fault_monitoring', 'no_fault_notification', 'agreed')),
    note       text NOT NULL DEFAULT '',
    evidence   text,
    ticket_id  bigint,
    state      text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'approved', 'rejected', 'sent_back')),
    proposed_by bigint NOT NULL REFERENCES auth.account,
    proposed_at timestamptz NOT NULL,
    decided_by bigint REFERENCES auth.account,
    decided_at timestamptz,
    decision_note text,
    sample     boolean NOT NULL DEFAULT false,
    version    bigint NOT NULL DEFAULT 1
);
CREATE INDEX ON sla.exclusion (service_id, from_at);

-- What was decided of a gap (time in which the service's value was unknown): up by other evidence, down,
-- or an exclusion. Gaps themselves are computed from the transitions; a decision counts once a second
-- person has approved it (SLA-12).
CREATE TABLE sla.gap_decision (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service_id bigint NOT NULL REFERENCES sla.service,
    from_at    timestamptz NOT NULL,
    to_at      timestamptz NOT NULL CHECK (to_at > from_at),
    decision   text NOT NULL CHECK (decision IN ('up', 'down', 'exclusion')),
    evidence   text NOT NULL,
    state      text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'approved', 'rejected')),
    proposed_by bigint NOT NULL REFERENCES auth.account,
    proposed_at timestamptz NOT NULL,
    decided_by bigint REFERENCES auth.account,
    decided_at timestamptz,
    decision_note text,
    exclusion_id bigint REFERENCES sla.exclusion,
    sample     boolean NOT NULL DEFAULT false,
    version    bigint NOT NULL DEFAULT 1
);
CREATE INDEX ON sla.gap_decision (service_id, from_at);

-- A closed edition's figures, one row an SLA: frozen with the report that closed the month.
CREATE TABLE sla.closed_result (
    report_id  bigint NOT NULL,
    sla_id     bigint NOT NULL REFERENCES sla.sla,
    month      text NOT NULL,
    edition    integer NOT NULL,
    figures    jsonb NOT NULL,
    PRIMARY KEY (report_id, sla_id)
);
CREATE INDEX ON sla.closed_result (sla_id, month, edition);
