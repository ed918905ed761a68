-- For the evidence export: an instant as RFC 3339 in UTC; NULL for the far ends.
CREATE FUNCTION sla.utc(t timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN t IS NULL OR NOT isfinite(t) THEN NULL ELSE
        to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') ||
        CASE WHEN extract(microseconds FROM t)::bigint % 1000000 = 0 THEN '' ELSE to_char(t AT TIME ZONE 'UTC', '.US') END || 'Z' END
$$;
