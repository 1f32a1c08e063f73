-- The enforcer's memory. Times are seconds since 1970 (UTC), durations seconds; a set of keys is a
-- JSON array of keys.id. A migration is applied in one transaction and never edited afterwards.

-- Policies as they were read last: an edited file that does not pass its checks leaves this row in
-- force.
CREATE TABLE policies (
    name    TEXT PRIMARY KEY,
    text    TEXT NOT NULL,    -- the last good file
    digest  TEXT NOT NULL,    -- SHA-256 of the last good file, hex
    read_at INTEGER NOT NULL,
    seen    TEXT NOT NULL,    -- SHA-256 of the file as it was seen last, good or not
    fault   TEXT              -- why the file as it is now is not in force
) STRICT;

CREATE TABLE zones (
    id             INTEGER PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,   -- lower case, without the last dot
    policy         TEXT NOT NULL REFERENCES policies (name),
    input          TEXT NOT NULL,
    output         TEXT NOT NULL,
    added          INTEGER NOT NULL,
    removed        INTEGER,                -- keys and history stay; adding it again takes them up

    -- what the core remembers of the zone itself
    generation     INTEGER NOT NULL DEFAULT 0,
    paused         INTEGER NOT NULL DEFAULT 0,
    approved       INTEGER NOT NULL DEFAULT 0,
    last_event     INTEGER,
    ds_asked       INTEGER,
    ds             TEXT NOT NULL DEFAULT '[]',   -- the arrangement as instructed last
    dnskey         TEXT NOT NULL DEFAULT '[]',
    dnskey_signers TEXT NOT NULL DEFAULT '[]',
    zone_signers   TEXT NOT NULL DEFAULT '[]',

    -- when the enforcer must look at it
    next_event     INTEGER,
    tidy_at        INTEGER,                      -- a remembered version ends: only housekeeping
    flagged        INTEGER NOT NULL DEFAULT 1,   -- somebody asks for a look at the next pass
    trouble        TEXT,                         -- why nothing moves

    -- the instruction
    instruction    TEXT,                         -- sealed, as the file has it
    emitted        INTEGER NOT NULL DEFAULT 1,   -- 0: the file is older than this row
    accepted_input TEXT,
    salt           BLOB NOT NULL DEFAULT x'',
    salted         INTEGER,

    -- the report recorded last
    report_size       INTEGER,
    report_modified   INTEGER,                   -- nanoseconds
    report_published  INTEGER,
    report_generation INTEGER
) STRICT;
CREATE INDEX zones_by_next_event ON zones (next_event) WHERE removed IS NULL;
CREATE INDEX zones_by_tidy_at ON zones (tidy_at) WHERE removed IS NULL;
CREATE INDEX zones_flagged ON zones (flagged) WHERE flagged = 1;
CREATE INDEX zones_not_emitted ON zones (emitted) WHERE emitted = 0;

CREATE TABLE keys (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used twice
    zone             INTEGER NOT NULL REFERENCES zones (id),
    locator          TEXT NOT NULL UNIQUE,
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
    CHECK (state = 'generating' OR (public_key IS NOT NULL AND tag IS NOT NULL))
) STRICT;
CREATE INDEX keys_by_zone ON keys (zone);
CREATE INDEX keys_out_of_use ON keys (out_of_use_since)
    WHERE state = 'ready' AND out_of_use_since IS NOT NULL;

-- The versions that a cache may hold, with their windows (until: NULL while it may be published).
CREATE TABLE ds_versions (
    zone  INTEGER NOT NULL REFERENCES zones (id),
    keys  TEXT NOT NULL,
    since INTEGER NOT NULL, ttl INTEGER NOT NULL, floor INTEGER, until INTEGER
) STRICT;
CREATE INDEX ds_versions_by_zone ON ds_versions (zone);

CREATE TABLE dnskey_versions (
    zone    INTEGER NOT NULL REFERENCES zones (id),
    keys    TEXT NOT NULL,
    signers TEXT NOT NULL,
    since INTEGER NOT NULL, ttl INTEGER NOT NULL, floor INTEGER, until INTEGER
) STRICT;
CREATE INDEX dnskey_versions_by_zone ON dnskey_versions (zone);

CREATE TABLE data_versions (
    zone    INTEGER NOT NULL REFERENCES zones (id),
    signers TEXT NOT NULL,
    since INTEGER NOT NULL, ttl INTEGER NOT NULL, floor INTEGER, until INTEGER
) STRICT;
CREATE INDEX data_versions_by_zone ON data_versions (zone);

-- The audit: every move, by whom, why, and from which state to which.
CREATE TABLE moves (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    who        TEXT NOT NULL,
    zone       TEXT,              -- name; NULL: concerns all
    what       TEXT NOT NULL,
    why        TEXT,
    from_state TEXT,
    to_state   TEXT
) STRICT;
CREATE INDEX moves_by_zone ON moves (zone, id);
