-- A PDF that was left for later is tried a few times.
ALTER TABLE report.report ADD COLUMN pdf_tries integer NOT NULL DEFAULT 0;

-- What a report tells beside an outage: its ticket with the cause, the site, and who decided on its times.
CREATE VIEW sla.outage_fact AS
SELECT o.id, t.number AS ticket, t.cause, COALESCE(ts.name, ss.name) AS site, r.name AS recorder,
       p.name AS corrector, c.decided_at AS corrected_at
FROM sla.outage o
JOIN sla.service s ON s.id = o.service_id
LEFT JOIN watch.site ss ON ss.id = s.site_id
LEFT JOIN ticket.ticket t ON t.id = o.ticket_id
LEFT JOIN watch.site ts ON ts.id = t.site_id
LEFT JOIN auth.account r ON r.id = o.created_by
LEFT JOIN LATERAL (SELECT x.decided_by, x.decided_at FROM sla.outage_change x
                   WHERE x.outage_id = o.id AND x.state = 'approved' ORDER BY x.decided_at DESC, x.id DESC LIMIT 1) c ON true
LEFT JOIN auth.account p ON p.id = c.decided_by;

-- Names for what reports and pages would otherwise show as a number.
CREATE VIEW sla.ticket_name AS SELECT id, number, title FROM ticket.ticket;
CREATE VIEW sla.check_name AS SELECT c.id, h.name || ' ' || c.name AS name FROM watch.checks c JOIN watch.host h ON h.id = c.host_id;
CREATE VIEW sla.sample_service AS SELECT id FROM sla.service WHERE sample;
