-- For whom a zone's moves wait, if no time ends the wait, and since when.
ALTER TABLE zones ADD COLUMN blocked_on TEXT;
ALTER TABLE zones ADD COLUMN blocked_since INTEGER;

-- An alert that a person raised to see it arrive; it ends by itself.
CREATE TABLE test_alerts (
    until INTEGER NOT NULL
) STRICT;

-- The last pass: one row.
CREATE TABLE passes (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    at       INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    events   INTEGER NOT NULL   -- in the audit trail then
) STRICT;
