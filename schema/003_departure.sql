-- How a key leaves: in order, in an emergency, or on a person's word in spite of caches.
ALTER TABLE keys ADD COLUMN departure TEXT NOT NULL DEFAULT 'orderly'
    CHECK (departure IN ('orderly', 'emergency', 'unsafe'));
