-- Keys that are made before they are needed, and keys that may not be used before they are backed up.
ALTER TABLE keys ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;   -- no zone uses it yet
ALTER TABLE keys ADD COLUMN backup TEXT NOT NULL DEFAULT 'none'
    CHECK (backup IN ('none', 'prepared', 'done'));

-- Key stores that could not be used when they were needed last.
CREATE TABLE failing_keystores (
    name  TEXT PRIMARY KEY,
    since INTEGER NOT NULL,
    words TEXT NOT NULL
) STRICT;

-- What every pass asks: which zones have keys being made.
CREATE INDEX keys_being_made ON keys (zone) WHERE state = 'generating';
