-- Lists and search that stay quick over years of tickets.

-- The characters and pairs of characters of a text. The index takes each once, so they may come twice.
CREATE OR REPLACE FUNCTION ticket.grams(s text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    a text[] := string_to_array(s, NULL);
    g text[] := coalesce(a, '{}');
BEGIN
    FOR i IN 2 .. coalesce(cardinality(a), 0) LOOP
        g := g || (a[i - 1] || a[i]);
    END LOOP;
    RETURN g;
END
$$;
-- Bytes are compared, not words of a language: equality is all that counts.
DROP INDEX ticket.ticket_search;
CREATE INDEX ticket_search ON ticket.ticket USING gin ((ticket.grams(search_text) COLLATE "C"));

-- What is open stands apart from what is closed.
CREATE INDEX ticket_open ON ticket.ticket (created_at, id) WHERE resolved_at IS NULL AND closed_at IS NULL;
