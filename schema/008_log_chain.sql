-- The audit is a chain: an event's hash is over the hash of the one before it (NULL for the first) and
-- over its own fields, so that an edit, a removal or an insertion shows. digest() is Kaspar's own
-- (enforcer/store/database.h). Only rows that were put in past Kaspar have no hash.
ALTER TABLE moves ADD COLUMN hash BLOB;

WITH RECURSIVE chain (id, hash) AS (
    SELECT 0, NULL
    UNION ALL
    SELECT next.id, digest(chain.hash, next.id, next.at, next.who, next.zone, next.what, next.why,
                           next.from_state, next.to_state)
    FROM chain JOIN moves AS next ON next.id = (SELECT min(id) FROM moves WHERE id > chain.id)
)
UPDATE moves SET hash = chain.hash FROM chain WHERE chain.id = moves.id;
