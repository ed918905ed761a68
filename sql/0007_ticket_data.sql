-- What tickets start with: groups, workflows, the priority table, search; and columns of the fault ledger.

ALTER TABLE ticket.ticket
    ADD COLUMN cause_class       text,  -- 原因区分
    ADD COLUMN business_impact   text,  -- 業務影響
    ADD COLUMN temporary_measure text,  -- 応急処置
    ADD COLUMN permanent_measure text,  -- 恒久対策
    ADD COLUMN prevention        text,  -- 再発防止策
    ADD COLUMN vendor            text,  -- 対応業者
    ADD COLUMN machine           jsonb; -- {"values": […], "chain": […]}: what the machine saw, as it gave it

-- The version that the ticket had after the act, so that a stale form can be told what was changed since.
ALTER TABLE ticket.entry ADD COLUMN ticket_version bigint;
CREATE INDEX ON ticket.entry (replaces) WHERE replaces IS NOT NULL;
CREATE UNIQUE INDEX ON ticket.entry (ticket_id, transition_id, kind) WHERE transition_id IS NOT NULL;

ALTER TABLE ticket.link
    ADD COLUMN created_by bigint REFERENCES auth.account,
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN removed_by bigint REFERENCES auth.account;

-- Search: NFKC, lower case, cut in bigrams; characters alone too, for words of one character. A hit of the
-- index is verified against search_text.
ALTER TABLE ticket.ticket ADD COLUMN search_text text GENERATED ALWAYS AS
    (lower(normalize(number || ' ' || title || ' ' || description || ' ' || coalesce(requester, '') || ' ' ||
                     coalesce(resolution, '') || ' ' || coalesce(cause, ''), NFKC))) STORED;

CREATE FUNCTION ticket.grams(s text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT g), '{}')
      FROM (SELECT c, lead(c) OVER (ORDER BY i) AS d
              FROM unnest(string_to_array(s, NULL)) WITH ORDINALITY AS u(c, i)) AS p,
           LATERAL (VALUES (p.c), (p.c || p.d)) AS v(g)
     WHERE g IS NOT NULL
$$;
-- A text as it is searched for: words, normalised as search_text is.
CREATE FUNCTION ticket.words(q text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_remove(regexp_split_to_array(lower(normalize(q, NFKC)), '\s+'), '')
$$;
-- The grams that a text must hold to hold all words.
CREATE FUNCTION ticket.query_grams(words text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(w, i, 2)), '{}')
      FROM unnest(words) AS w, generate_series(1, greatest(char_length(w) - 1, 1)) AS i
$$;
CREATE FUNCTION ticket.holds_all(s text, words text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT NOT EXISTS (SELECT FROM unnest(words) AS w WHERE strpos(s, w) = 0)
$$;
CREATE INDEX ticket_search ON ticket.ticket USING gin (ticket.grams(search_text));

CREATE INDEX ON ticket.ticket (host_id) WHERE resolved_at IS NULL AND closed_at IS NULL;
CREATE INDEX ON ticket.ticket (check_id) WHERE resolved_at IS NULL AND closed_at IS NULL;
CREATE INDEX ON ticket.ticket (updated_at);
CREATE INDEX ON ticket.ticket (resolution_due_at) WHERE resolved_at IS NULL AND closed_at IS NULL;

INSERT INTO ticket.grp (code, name) VALUES
    ('helpdesk', 'システム支援窓口'),
    ('noc', 'システム運用'),
    ('soc', 'SOC'),
    ('governance', 'システム統括'),
    ('maintainer', '全庁LANシステム運用保守');

INSERT INTO ticket.counter (kind, last) VALUES
    ('incident', 0), ('request', 0), ('inquiry', 0), ('problem', 0), ('change', 0), ('release', 0), ('task', 0);

-- The shipped table. Targets: 緊急 15 min on 24x365; 高 30 min, 中 2 h, 低 1 business day on CAL-01. A
-- target names its calendar by code.
INSERT INTO ticket.priority_table (version, matrix, targets, reason, created_at) VALUES (1,
    '{"1": {"1": "urgent", "2": "high", "3": "medium"},
      "2": {"1": "high", "2": "medium", "3": "low"},
      "3": {"1": "medium", "2": "low", "3": "low"}}',
    '{"urgent": {"response_s": 900, "resolution_s": 14400, "calendar": "CAL-02"},
      "high": {"response_s": 1800, "resolution_s": 31500, "calendar": "CAL-01"},
      "medium": {"response_s": 7200, "resolution_s": 94500, "calendar": "CAL-01"},
      "low": {"response_s": 31500, "resolution_s": 157500, "calendar": "CAL-01"}}',
    '出荷時の設定', now());

-- Workflows. class: open waiting done closed; the clocks stop where stops_clock is true. A transition needs
-- what stands in "needs" and its form shows "needs" and "asks".
INSERT INTO ticket.workflow (kind, version, definition, created_at) VALUES
('incident', 1, $wf${
  "initial": "new", "clocks": true,
  "states": [
    {"word": "new", "label": "新規", "class": "open", "stops_clock": false},
    {"word": "assigned", "label": "割当済", "class": "open", "stops_clock": false},
    {"word": "in_progress", "label": "対応中", "class": "open", "stops_clock": false},
    {"word": "waiting_requester", "label": "依頼者回答待ち", "class": "waiting", "stops_clock": true},
    {"word": "waiting_vendor", "label": "業者対応待ち", "class": "waiting", "stops_clock": true},
    {"word": "resolved", "label": "解決", "class": "done", "stops_clock": true},
    {"word": "closed", "label": "完了", "class": "closed", "stops_clock": true},
    {"word": "cancelled", "label": "取消", "class": "closed", "stops_clock": true}
  ],
  "transitions": [
    {"from": "new", "to": "assigned", "permission": "TICKET_WORK", "label": "担当者を決める", "needs": ["assignee"], "asks": ["assignee", "comment"]},
    {"from": "new", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を開始する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "assigned", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を開始する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "assigned", "to": "waiting_requester", "permission": "TICKET_WORK", "label": "依頼者の回答を待つ", "asks": ["comment"]},
    {"from": "assigned", "to": "waiting_vendor", "permission": "TICKET_WORK", "label": "業者の対応を待つ", "asks": ["comment"]},
    {"from": "assigned", "to": "resolved", "permission": "TICKET_WORK", "label": "解決にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "in_progress", "to": "waiting_requester", "permission": "TICKET_WORK", "label": "依頼者の回答を待つ", "asks": ["comment"]},
    {"from": "in_progress", "to": "waiting_vendor", "permission": "TICKET_WORK", "label": "業者の対応を待つ", "asks": ["comment"]},
    {"from": "in_progress", "to": "assigned", "permission": "TICKET_WORK", "label": "割当済に戻す", "needs": ["comment"], "asks": ["assignee", "comment"]},
    {"from": "in_progress", "to": "resolved", "permission": "TICKET_WORK", "label": "解決にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "waiting_requester", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "waiting_requester", "to": "waiting_vendor", "permission": "TICKET_WORK", "label": "業者の対応を待つ", "asks": ["comment"]},
    {"from": "waiting_requester", "to": "resolved", "permission": "TICKET_WORK", "label": "解決にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "waiting_vendor", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "waiting_requester", "permission": "TICKET_WORK", "label": "依頼者の回答を待つ", "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "resolved", "permission": "TICKET_WORK", "label": "解決にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "resolved", "to": "closed", "permission": "TICKET_WORK", "label": "完了にする", "asks": ["comment"]},
    {"from": "resolved", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["comment"], "asks": ["comment"]},
    {"from": "new", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "assigned", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "in_progress", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "waiting_requester", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]}
  ]
}$wf$, now()),
('request', 1, $wf${
  "initial": "new", "clocks": true,
  "states": [
    {"word": "new", "label": "新規", "class": "open", "stops_clock": false},
    {"word": "assigned", "label": "割当済", "class": "open", "stops_clock": false},
    {"word": "in_progress", "label": "対応中", "class": "open", "stops_clock": false},
    {"word": "waiting_requester", "label": "依頼者回答待ち", "class": "waiting", "stops_clock": true},
    {"word": "waiting_vendor", "label": "業者対応待ち", "class": "waiting", "stops_clock": true},
    {"word": "resolved", "label": "解決", "class": "done", "stops_clock": true},
    {"word": "closed", "label": "完了", "class": "closed", "stops_clock": true},
    {"word": "cancelled", "label": "取消", "class": "closed", "stops_clock": true}
  ],
  "transitions": [
    {"from": "new", "to": "assigned", "permission": "TICKET_WORK", "label": "担当者を決める", "needs": ["assignee"], "asks": ["assignee", "comment"]},
    {"from": "new", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を開始する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "assigned", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を開始する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "assigned", "to": "waiting_requester", "permission": "TICKET_WORK", "label": "依頼者の回答を待つ", "asks": ["comment"]},
    {"from": "assigned", "to": "waiting_vendor", "permission": "TICKET_WORK", "label": "業者の対応を待つ", "asks": ["comment"]},
    {"from": "assigned", "to": "resolved", "permission": "TICKET_WORK", "label": "解決にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "in_progress", "to": "waiting_requester", "permission": "TICKET_WORK", "label": "依頼者の回答を待つ", "asks": ["comment"]},
    {"from": "in_progress", "to": "waiting_vendor", "permission": "TICKET_WORK", "label": "業者の対応を待つ", "asks": ["comment"]},
    {"from": "in_progress", "to": "assigned", "permission": "TICKET_WORK", "label": "割当済に戻す", "needs": ["comment"], "asks": ["assignee", "comment"]},
    {"from": "in_progress", "to": "resolved", "permission": "TICKET_WORK", "label": "解決にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "waiting_requester", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "waiting_requester", "to": "waiting_vendor", "permission": "TICKET_WORK", "label": "業者の対応を待つ", "asks": ["comment"]},
    {"from": "waiting_requester", "to": "resolved", "permission": "TICKET_WORK", "label": "解決にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "waiting_vendor", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "waiting_requester", "permission": "TICKET_WORK", "label": "依頼者の回答を待つ", "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "resolved", "permission": "TICKET_WORK", "label": "解決にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "resolved", "to": "closed", "permission": "TICKET_WORK", "label": "完了にする", "asks": ["comment"]},
    {"from": "resolved", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["comment"], "asks": ["comment"]},
    {"from": "new", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "assigned", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "in_progress", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "waiting_requester", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]}
  ]
}$wf$, now()),
('inquiry', 1, $wf${
  "initial": "new", "clocks": true,
  "states": [
    {"word": "new", "label": "新規", "class": "open", "stops_clock": false},
    {"word": "assigned", "label": "割当済", "class": "open", "stops_clock": false},
    {"word": "in_progress", "label": "対応中", "class": "open", "stops_clock": false},
    {"word": "waiting_requester", "label": "依頼者回答待ち", "class": "waiting", "stops_clock": true},
    {"word": "waiting_vendor", "label": "業者対応待ち", "class": "waiting", "stops_clock": true},
    {"word": "resolved", "label": "回答済", "class": "done", "stops_clock": true},
    {"word": "closed", "label": "完了", "class": "closed", "stops_clock": true},
    {"word": "cancelled", "label": "取消", "class": "closed", "stops_clock": true}
  ],
  "transitions": [
    {"from": "new", "to": "assigned", "permission": "TICKET_WORK", "label": "担当者を決める", "needs": ["assignee"], "asks": ["assignee", "comment"]},
    {"from": "new", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を開始する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "assigned", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を開始する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "assigned", "to": "waiting_requester", "permission": "TICKET_WORK", "label": "依頼者の回答を待つ", "asks": ["comment"]},
    {"from": "assigned", "to": "waiting_vendor", "permission": "TICKET_WORK", "label": "業者の対応を待つ", "asks": ["comment"]},
    {"from": "assigned", "to": "resolved", "permission": "TICKET_WORK", "label": "回答済にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "in_progress", "to": "waiting_requester", "permission": "TICKET_WORK", "label": "依頼者の回答を待つ", "asks": ["comment"]},
    {"from": "in_progress", "to": "waiting_vendor", "permission": "TICKET_WORK", "label": "業者の対応を待つ", "asks": ["comment"]},
    {"from": "in_progress", "to": "assigned", "permission": "TICKET_WORK", "label": "割当済に戻す", "needs": ["comment"], "asks": ["assignee", "comment"]},
    {"from": "in_progress", "to": "resolved", "permission": "TICKET_WORK", "label": "回答済にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "waiting_requester", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "waiting_requester", "to": "waiting_vendor", "permission": "TICKET_WORK", "label": "業者の対応を待つ", "asks": ["comment"]},
    {"from": "waiting_requester", "to": "resolved", "permission": "TICKET_WORK", "label": "回答済にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "waiting_vendor", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "waiting_requester", "permission": "TICKET_WORK", "label": "依頼者の回答を待つ", "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "resolved", "permission": "TICKET_WORK", "label": "回答済にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "resolved", "to": "closed", "permission": "TICKET_WORK", "label": "完了にする", "asks": ["comment"]},
    {"from": "resolved", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["comment"], "asks": ["comment"]},
    {"from": "new", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "assigned", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "in_progress", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "waiting_requester", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]}
  ]
}$wf$, now()),
('problem', 1, $wf${
  "initial": "new", "clocks": false,
  "states": [
    {"word": "new", "label": "新規", "class": "open", "stops_clock": false},
    {"word": "in_progress", "label": "調査中", "class": "open", "stops_clock": false},
    {"word": "known_error", "label": "既知の誤り", "class": "open", "stops_clock": false},
    {"word": "waiting_vendor", "label": "業者対応待ち", "class": "waiting", "stops_clock": true},
    {"word": "resolved", "label": "解決", "class": "done", "stops_clock": true},
    {"word": "closed", "label": "完了", "class": "closed", "stops_clock": true},
    {"word": "cancelled", "label": "取消", "class": "closed", "stops_clock": true}
  ],
  "transitions": [
    {"from": "new", "to": "in_progress", "permission": "TICKET_WORK", "label": "調査を開始する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "in_progress", "to": "known_error", "permission": "TICKET_WORK", "label": "既知の誤りにする", "needs": ["cause"], "asks": ["cause", "comment"]},
    {"from": "in_progress", "to": "waiting_vendor", "permission": "TICKET_WORK", "label": "業者の対応を待つ", "asks": ["comment"]},
    {"from": "in_progress", "to": "resolved", "permission": "TICKET_WORK", "label": "解決にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "known_error", "to": "in_progress", "permission": "TICKET_WORK", "label": "調査に戻す", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "known_error", "to": "waiting_vendor", "permission": "TICKET_WORK", "label": "業者の対応を待つ", "asks": ["comment"]},
    {"from": "known_error", "to": "resolved", "permission": "TICKET_WORK", "label": "解決にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "waiting_vendor", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "resolved", "permission": "TICKET_WORK", "label": "解決にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "resolved", "to": "closed", "permission": "TICKET_WORK", "label": "完了にする", "asks": ["comment"]},
    {"from": "resolved", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["comment"], "asks": ["comment"]},
    {"from": "new", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "in_progress", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "known_error", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]}
  ]
}$wf$, now()),
('change', 1, $wf${
  "initial": "new", "clocks": false,
  "states": [
    {"word": "new", "label": "起票", "class": "open", "stops_clock": false},
    {"word": "in_progress", "label": "実施中", "class": "open", "stops_clock": false},
    {"word": "waiting_vendor", "label": "業者対応待ち", "class": "waiting", "stops_clock": true},
    {"word": "resolved", "label": "実施済", "class": "done", "stops_clock": true},
    {"word": "closed", "label": "完了", "class": "closed", "stops_clock": true},
    {"word": "cancelled", "label": "取消", "class": "closed", "stops_clock": true}
  ],
  "transitions": [
    {"from": "new", "to": "in_progress", "permission": "TICKET_WORK", "label": "実施を開始する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "in_progress", "to": "waiting_vendor", "permission": "TICKET_WORK", "label": "業者の対応を待つ", "asks": ["comment"]},
    {"from": "in_progress", "to": "resolved", "permission": "TICKET_WORK", "label": "実施済にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "waiting_vendor", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "resolved", "permission": "TICKET_WORK", "label": "実施済にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "resolved", "to": "closed", "permission": "TICKET_WORK", "label": "完了にする", "asks": ["comment"]},
    {"from": "resolved", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["comment"], "asks": ["comment"]},
    {"from": "new", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "in_progress", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]}
  ]
}$wf$, now()),
('release', 1, $wf${
  "initial": "new", "clocks": false,
  "states": [
    {"word": "new", "label": "起票", "class": "open", "stops_clock": false},
    {"word": "in_progress", "label": "実施中", "class": "open", "stops_clock": false},
    {"word": "waiting_vendor", "label": "業者対応待ち", "class": "waiting", "stops_clock": true},
    {"word": "resolved", "label": "実施済", "class": "done", "stops_clock": true},
    {"word": "closed", "label": "完了", "class": "closed", "stops_clock": true},
    {"word": "cancelled", "label": "取消", "class": "closed", "stops_clock": true}
  ],
  "transitions": [
    {"from": "new", "to": "in_progress", "permission": "TICKET_WORK", "label": "実施を開始する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "in_progress", "to": "waiting_vendor", "permission": "TICKET_WORK", "label": "業者の対応を待つ", "asks": ["comment"]},
    {"from": "in_progress", "to": "resolved", "permission": "TICKET_WORK", "label": "実施済にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "waiting_vendor", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "resolved", "permission": "TICKET_WORK", "label": "実施済にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "resolved", "to": "closed", "permission": "TICKET_WORK", "label": "完了にする", "asks": ["comment"]},
    {"from": "resolved", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["comment"], "asks": ["comment"]},
    {"from": "new", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "in_progress", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]}
  ]
}$wf$, now()),
('task', 1, $wf${
  "initial": "new", "clocks": false,
  "states": [
    {"word": "new", "label": "起票", "class": "open", "stops_clock": false},
    {"word": "in_progress", "label": "実施中", "class": "open", "stops_clock": false},
    {"word": "waiting_vendor", "label": "業者対応待ち", "class": "waiting", "stops_clock": true},
    {"word": "resolved", "label": "実施済", "class": "done", "stops_clock": true},
    {"word": "closed", "label": "完了", "class": "closed", "stops_clock": true},
    {"word": "cancelled", "label": "取消", "class": "closed", "stops_clock": true}
  ],
  "transitions": [
    {"from": "new", "to": "in_progress", "permission": "TICKET_WORK", "label": "実施を開始する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "in_progress", "to": "waiting_vendor", "permission": "TICKET_WORK", "label": "業者の対応を待つ", "asks": ["comment"]},
    {"from": "in_progress", "to": "resolved", "permission": "TICKET_WORK", "label": "実施済にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "waiting_vendor", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["assignee"], "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "resolved", "permission": "TICKET_WORK", "label": "実施済にする", "needs": ["resolution"], "asks": ["resolution", "cause"]},
    {"from": "resolved", "to": "closed", "permission": "TICKET_WORK", "label": "完了にする", "asks": ["comment"]},
    {"from": "resolved", "to": "in_progress", "permission": "TICKET_WORK", "label": "対応を再開する", "needs": ["comment"], "asks": ["comment"]},
    {"from": "new", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "in_progress", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]},
    {"from": "waiting_vendor", "to": "cancelled", "permission": "TICKET_WORK", "label": "取り消す", "needs": ["comment"], "asks": ["comment"]}
  ]
}$wf$, now());

-- The two calendars that the targets name; others are added on screen.
INSERT INTO sla.calendar (name, code) VALUES ('開庁時間（平日 8:30–17:15）', 'CAL-01'), ('24時間365日', 'CAL-02')
    ON CONFLICT DO NOTHING;
INSERT INTO sla.calendar_version (calendar_id, version, valid_from, definition, created_at)
SELECT c.id, 1, '-infinity', v.definition::jsonb, now()
  FROM (VALUES
    ('CAL-01', '{"weekly": {"mon": [["08:30", "17:15"]], "tue": [["08:30", "17:15"]], "wed": [["08:30", "17:15"]],
                            "thu": [["08:30", "17:15"]], "fri": [["08:30", "17:15"]]},
                 "holidays": "jp", "closed": ["12-29", "12-30", "12-31", "01-01", "01-02", "01-03"], "open": {}}'),
    ('CAL-02', '{"weekly": {"mon": [["00:00", "24:00"]], "tue": [["00:00", "24:00"]], "wed": [["00:00", "24:00"]],
                            "thu": [["00:00", "24:00"]], "fri": [["00:00", "24:00"]], "sat": [["00:00", "24:00"]],
                            "sun": [["00:00", "24:00"]]},
                 "holidays": "none", "closed": [], "open": {}}')) AS v(code, definition)
  JOIN sla.calendar c ON c.code = v.code
    ON CONFLICT DO NOTHING;
