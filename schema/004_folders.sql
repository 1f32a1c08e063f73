-- A pass over many zones of which few are due reads only what it must.

-- The folders of reports and instructions as they were when every file in them was as the zones'
-- rows have it. Times are the file system's own, in nanoseconds since 1970.
CREATE TABLE folders (
    path      TEXT PRIMARY KEY,
    device    INTEGER NOT NULL,
    inode     INTEGER NOT NULL,
    changed   INTEGER NOT NULL,   -- when a file was added, removed or replaced last
    looked_at INTEGER NOT NULL    -- when the files were compared, one by one
) STRICT;

-- What is compared with the files, for every zone without reading its instruction.
CREATE INDEX zones_by_files ON zones (name, report_size, report_modified, generation, removed)
    WHERE removed IS NULL;
CREATE INDEX zones_awaited
    ON zones (name, report_size, report_modified, generation, report_generation, removed)
    WHERE removed IS NULL AND report_generation IS NOT generation;
CREATE INDEX zones_by_last_event ON zones (last_event) WHERE removed IS NULL;
