-- How each SLA stands in the running month, as computed a few minutes ago (itsm/sla/standing.h).
CREATE TABLE sla.standing (
    sla_id      bigint PRIMARY KEY REFERENCES sla.sla ON DELETE CASCADE,
    month       text NOT NULL,
    as_of       timestamptz NOT NULL,
    met         text NOT NULL CHECK (met IN ('met', 'missed', 'undecided')),
    num         bigint NOT NULL,          -- the value is num / den
    den         bigint NOT NULL,          -- 0: nothing to divide by
    downtime_s  bigint NOT NULL,          -- of the month; availability only
    year_met    text NOT NULL CHECK (year_met IN ('met', 'missed', 'undecided')),
    year_cap_s  bigint NOT NULL,          -- -1: no cap
    year_left_s bigint NOT NULL
);
