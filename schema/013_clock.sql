-- A clock that is set: back, and ahead of the time that passed.
ALTER TABLE zones ADD COLUMN set_back INTEGER;   -- since when the clock stands before last_event
ALTER TABLE passes ADD COLUMN boot TEXT;         -- which start of the system the last pass was in,
ALTER TABLE passes ADD COLUMN uptime INTEGER;    -- and how long after it: seconds that nobody sets
