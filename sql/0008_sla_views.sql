-- What SLA metrics over tickets read: the promised and the real time of each step. One row a ticket.
CREATE VIEW sla.ticket_due AS
SELECT id, service_id, response_due_at, responded_at, resolution_due_at, resolved_at
FROM ticket.ticket
WHERE kind IN ('incident', 'request', 'inquiry') AND state <> 'cancelled' AND service_id IS NOT NULL;
