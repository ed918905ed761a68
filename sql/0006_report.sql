-- Reports: editions of a month, their files, remarks and approvals.
CREATE SCHEMA report;

CREATE TABLE report.report (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type       text NOT NULL CHECK (type IN ('sla', 'soc', 'capacity', 'operations')),
    month      text NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    edition    integer NOT NULL,
    state      text NOT NULL CHECK (state IN ('rendering', 'draft', 'in_review', 'submitted', 'approved', 'sent_back', 'failed')),
    error      text,
    summary    text,                    -- author's analysis, 総括
    reason     text,                    -- why a new edition
    as_of      timestamptz,
    context    jsonb,                   -- the figures that the files were made from
    created_by bigint REFERENCES auth.account,
    created_at timestamptz NOT NULL,
    rendered_at timestamptz,
    submitted_by bigint REFERENCES auth.account,
    submitted_at timestamptz,
    approved_by bigint REFERENCES auth.account,
    approved_at timestamptz,
    sample     boolean NOT NULL DEFAULT false,
    version    bigint NOT NULL DEFAULT 1,
    UNIQUE (type, month, edition)
);

CREATE TABLE report.file (
    report_id bigint NOT NULL REFERENCES report.report,
    format    text NOT NULL CHECK (format IN ('html', 'pdf', 'xlsx')),
    sha256    bytea NOT NULL,
    size      bigint NOT NULL,
    data      bytea NOT NULL,
    made_at   timestamptz NOT NULL,
    PRIMARY KEY (report_id, format)
);

-- Each step of the review, with who and when; remarks hang on a block or figure.
CREATE TABLE report.step (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id bigint NOT NULL REFERENCES report.report,
    from_state text NOT NULL,
    to_state  text NOT NULL,
    by_id     bigint REFERENCES auth.account,
    at        timestamptz NOT NULL,
    comment   text
);
CREATE TABLE report.remark (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id bigint NOT NULL REFERENCES report.report,
    block     text NOT NULL,            -- RSL-02
    figure    text,
    text      text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 2000),
    by_id     bigint NOT NULL REFERENCES auth.account,
    at        timestamptz NOT NULL,
    settled_by bigint REFERENCES auth.account,
    settled_at timestamptz
);

-- Work that outlives a request: taken by hinomi work with FOR UPDATE SKIP LOCKED.
CREATE SCHEMA job;
CREATE TABLE job.queue (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text NOT NULL,
    key       text,
    data      jsonb NOT NULL DEFAULT '{}',
    state     text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    tries     integer NOT NULL DEFAULT 0,
    run_at    timestamptz NOT NULL,
    started_at timestamptz,
    ended_at  timestamptz,
    error     text,
    created_at timestamptz NOT NULL
);
CREATE INDEX ON job.queue (kind, run_at) WHERE state = 'waiting';
