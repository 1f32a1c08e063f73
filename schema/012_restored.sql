-- A zone whose memory came out of a backup: what was done since is not known.
ALTER TABLE zones ADD COLUMN restored INTEGER;        -- when that backup was made; until a person says what is published
ALTER TABLE zones ADD COLUMN unknown_until INTEGER;   -- caches may hold until then what is not remembered
