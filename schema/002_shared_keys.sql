-- Zones of one policy may share a key: each zone that has it has a row of its own, with a fate of its
-- own, and the rows have one locator. The table is made anew, since SQLite drops no constraint.
CREATE TABLE keys_anew (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used twice
    zone             INTEGER NOT NULL REFERENCES zones (id),
    locator          TEXT NOT NULL,
    keystores        TEXT NOT NULL,                       -- JSON array of names
    role             TEXT NOT NULL CHECK (role IN ('ksk', 'zsk', 'csk')),
    algorithm        INTEGER NOT NULL,
    bits             INTEGER NOT NULL,
    flags            INTEGER NOT NULL,
    public_key       BLOB,
    tag              INTEGER,
    revoked_tag      INTEGER,
    state            TEXT NOT NULL CHECK (state IN ('generating', 'ready', 'purged')),
    created          INTEGER NOT NULL,
    wanted           INTEGER NOT NULL DEFAULT 1,
    standby          INTEGER NOT NULL DEFAULT 0,
    may_return       INTEGER NOT NULL DEFAULT 0,
    roll_asked       INTEGER NOT NULL DEFAULT 0,
    active_since     INTEGER,
    out_of_use_since INTEGER,                             -- out of play: no cache can hold it
    UNIQUE (zone, locator),
    CHECK (state = 'generating' OR (public_key IS NOT NULL AND tag IS NOT NULL))
) STRICT;
INSERT INTO keys_anew SELECT * FROM keys;
DELETE FROM sqlite_sequence WHERE name = 'keys_anew';
INSERT INTO sqlite_sequence (name, seq) SELECT 'keys_anew', seq FROM sqlite_sequence WHERE name = 'keys';
DROP TABLE keys;
ALTER TABLE keys_anew RENAME TO keys;
CREATE INDEX keys_by_locator ON keys (locator);                -- who shares a key
CREATE INDEX keys_to_share ON keys (role, algorithm, created)  -- the newest of a kind
    WHERE state = 'ready' AND wanted = 1;
CREATE INDEX keys_out_of_use ON keys (out_of_use_since)
    WHERE state = 'ready' AND out_of_use_since IS NOT NULL;
