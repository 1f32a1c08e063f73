-- What the parent is to be told, by a program of the operator's or by NOTIFY, and how that went.
CREATE TABLE submissions (
    zone    INTEGER NOT NULL REFERENCES zones (id),
    way     TEXT NOT NULL CHECK (way IN ('ds_submit', 'ds_withdraw', 'notify')),
    request TEXT NOT NULL,               -- JSON; the same request is not made twice
    asked   INTEGER NOT NULL,            -- since when it is to be told
    tries   INTEGER NOT NULL DEFAULT 0,
    wanted  INTEGER NOT NULL DEFAULT 1,  -- 0: no longer; kept, so that it is not made again
    due     INTEGER,                     -- when to try next; NULL: done, or not wanted
    done    INTEGER,                     -- when it succeeded
    trouble TEXT,                        -- how the last try failed
    PRIMARY KEY (zone, way)
) STRICT, WITHOUT ROWID;
CREATE INDEX submissions_by_due ON submissions (due) WHERE due IS NOT NULL;
