-- What other name servers serve: the parent's of the DS set, the zone's own of the zone.
ALTER TABLE zones ADD COLUMN parent_due INTEGER;        -- when the parent's servers are to be asked next
ALTER TABLE zones ADD COLUMN parent_ttl INTEGER;        -- with which they served the DS set last
ALTER TABLE zones ADD COLUMN said_seen TEXT NOT NULL DEFAULT '[]';   -- DS of which a person said so,
ALTER TABLE zones ADD COLUMN said_gone TEXT NOT NULL DEFAULT '[]';   -- where servers must show it, too
ALTER TABLE zones ADD COLUMN watch_due INTEGER;         -- when the zone's own servers are to be asked next
ALTER TABLE zones ADD COLUMN propagated_serial INTEGER;     -- the last one that all of them were seen to serve
ALTER TABLE zones ADD COLUMN propagated_at INTEGER;         -- when that was
CREATE INDEX zones_by_parent_due ON zones (parent_due) WHERE removed IS NULL;
CREATE INDEX zones_by_watch_due ON zones (watch_due) WHERE removed IS NULL;

-- The last answer of every server that was asked about a zone.
CREATE TABLE server_answers (
    zone    INTEGER NOT NULL REFERENCES zones (id),
    role    TEXT NOT NULL CHECK (role IN ('parent', 'resolver', 'zone')),
    server  TEXT NOT NULL,      -- "ns.example (192.0.2.1)"
    at      INTEGER NOT NULL,
    content TEXT,               -- DS in presentation format, one a line, or a serial; NULL: no answer that counts
    ttl     INTEGER,
    trouble TEXT,               -- why it does not count
    silent  INTEGER NOT NULL,   -- nothing came at all
    since   INTEGER NOT NULL,   -- since when it answers so
    PRIMARY KEY (zone, role, server)
) STRICT, WITHOUT ROWID;
