-- How many rows a zone's history has in ds_versions, dnskey_versions and data_versions together: one
-- that is missing is noticed, and not taken for records that no cache holds. Unknown until the
-- history is saved again.
ALTER TABLE zones ADD COLUMN versions INTEGER;
