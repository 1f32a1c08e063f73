-- A person took the key's roll back after its lifetime had asked for it: it rolls on a person's word.
ALTER TABLE keys ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
