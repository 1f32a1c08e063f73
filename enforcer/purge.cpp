#include "enforcer/purge.h"

#include <fmt/format.h>

#include "enforcer/policy_book.h"

namespace kaspar::enforcer {

namespace {

/// Keys of a zone that was removed are kept: adding it again takes them up. Unless it was removed
/// with them: then they left use at that moment, and go as soon as they can.
bool left_with_zone(const Zone& zone, const StoredKey& key) {
    return zone.removed && *key.out_of_use_since >= *zone.removed;
}

Outcome purge_if_due(const Enforcement& with, const StoredKey& key) {
    KASPAR_TRY(const auto zone, find_zone(with.database, key.zone));
    // Since the backup a key may have come into use again.
    if (!zone || zone->restored || (zone->removed && !left_with_zone(*zone, key)))
        return Done{};
    if (!zone->removed) {
        KASPAR_TRY(const Policy policy, policy_in_force(with.database, zone->policy));
        if (!policy.purge_after || *key.out_of_use_since + *policy.purge_after > with.now)
            return Done{};
    }
    return purge_key(with, *zone, key,
                     fmt::format("out of use since {}", to_rfc3339(*key.out_of_use_since)))
        .within(fmt::format("{}: removing {}", zone_text(zone->name), name_of_key(key)));
}

Outcome destroy(const Enforcement& with, const StoredKey& key) {
    for (const std::string& name : key.keystores) {
        KASPAR_TRY(KeyStore* const store, with.keystores.open(name));
        KASPAR_CHECK(store->destroy(key.locator));
        with.keystores.destroyed(name, key.locator);
    }
    return Done{};
}

}  // namespace

std::string name_of_key(const StoredKey& key) {
    return key.dnskey ? fmt::format("{} {}", word(key.role), key.dnskey->tag())
                      : fmt::format("a {} that was being made", word(key.role));
}

Outcome purge_key(const Enforcement& with, const Zone& zone, const StoredKey& key,
                  std::string why) {
    // In one transaction: nobody may bring the key back, or give up the last other use of it,
    // between the look and the deed.
    KASPAR_TRY(Transaction transaction, Transaction::begin(with.database));
    KASPAR_TRY(const auto row, find_key(with.database, key.id));
    const bool never_used =
        row && row->dnskey && (row->reserved || row->progress == KeyProgress::generating);
    if (!row || row->progress == KeyProgress::purged || !(row->out_of_use_since || never_used))
        return Done{};
    KASPAR_TRY(const bool held, is_held_elsewhere(with.database, key));
    if (held)
        why += "; another zone shares it, so it stays in its key store";
    else
        KASPAR_CHECK(destroy(with, key));
    KASPAR_CHECK(row->dnskey ? mark_purged(with.database, key.id)
                             : discard_key(with.database, key.id));
    KASPAR_CHECK(note(with, zone, name_of_key(key) + " is purged", std::move(why),
                      std::string(word(key.progress)), std::string(word(KeyProgress::purged))));
    return transaction.commit();
}

std::vector<std::string> purge_keys(const Enforcement& with) {
    const auto keys = keys_out_of_use(with.database);
    if (!keys.ok())
        return {keys.fault().words};
    std::vector<std::string> failures;
    for (const StoredKey& key : *keys)
        if (const auto outcome = purge_if_due(with, key); !outcome.ok())
            failures.push_back(outcome.fault().words);
    return failures;
}

}  // namespace kaspar::enforcer
