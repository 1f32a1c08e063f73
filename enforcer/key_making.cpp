#include "enforcer/key_making.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/values/encoding.h"
#include "enforcer/key_reserve.h"
#include "enforcer/random.h"

namespace kaspar::enforcer {

namespace {

/// A zone has few keys and there are 65536 tags; more clashes than this have another cause.
constexpr int most_attempts = 20;

Result<bool> clashes(Database& database, std::int64_t zone, const Dnskey& made) {
    KASPAR_TRY(const auto keys, keys_of(database, zone));
    return std::any_of(keys.begin(), keys.end(), [&](const StoredKey& key) {
        return key.dnskey && tags_clash(*key.dnskey, made);
    });
}

Result<PublicKey> find_or_generate(KeyStore& store, const Zone& zone, const StoredKey& key,
                                   bool there) {
    if (there)
        return store.find(key.locator, key.algorithm);
    return store.generate(key.locator, {key.algorithm, key.bits},
                          {zone_text(zone.name), std::string(word(key.role))});
}

/// A key whose tag is unlike all others of its zone; starts from one that a crash left, if any.
Result<Dnskey> generate_unlike(const Enforcement& with, KeyStore& store, const Zone& zone,
                               const StoredKey& key) {
    KASPAR_TRY(bool there, with.keystores.lists(store.name(), key.locator));
    for (int attempt = 0; attempt < most_attempts; ++attempt, there = false) {
        KASPAR_TRY(const PublicKey made, find_or_generate(store, zone, key, there));
        const Dnskey dnskey{key.flags, made};
        KASPAR_TRY(const bool clash, clashes(with.database, key.zone, dnskey));
        if (!clash)
            return dnskey;
        KASPAR_CHECK(store.destroy(key.locator));
        with.keystores.destroyed(store.name(), key.locator);
    }
    return Fault{FaultClass::key,
                 fmt::format("key store {}: {} new keys in a row had the tag of another key of the "
                             "zone: its random numbers are not random; do not use it",
                             store.name(), most_attempts)};
}

std::string describe(const StoredKey& key) {
    return fmt::format("{} {} ({})", word(key.role), key.dnskey ? key.dnskey->tag() : 0,
                       facts(key.algorithm).mnemonic);
}

Fault missing_from(const StoredKey& key, const std::string& store) {
    return {FaultClass::absent,
            fmt::format("{} is missing from key store {} (locator {}): nothing is moved and no key "
                        "is made in its place; put the key back",
                        describe(key), store, key.locator)};
}

/// The row of a key as the policy's line wants it, not inserted yet.
StoredKey wanted_key(const Enforcement& with, const Zone& zone, const Policy& policy,
                     const MakeKey& make) {
    const KeySlot& slot = policy.keys.at(make.slot);
    StoredKey key;
    key.zone = zone.id;
    key.keystores = slot.keystores;
    key.role = slot.role;
    key.algorithm = slot.algorithm;
    key.bits = slot.bits;
    key.flags = flags_of(slot.role);
    key.created = with.now;
    key.standby = make.standby;
    return key;
}

Outcome share(const Enforcement& with, const Zone& zone, StoredKey key, const std::string& why) {
    KASPAR_CHECK(prove_everywhere(with, key));
    KASPAR_TRY(const auto owner, find_zone(with.database, key.zone));
    key.zone = zone.id;
    KASPAR_CHECK(insert_shared_key(with.database, key));
    return note(with, zone,
                fmt::format("{} is shared with zone {}", describe(key),
                            owner ? zone_text(owner->name) : "that was removed"),
                why, std::nullopt, "ready");
}

}  // namespace

bool tags_clash(const Dnskey& a, const Dnskey& b) {
    return a.tag() == b.tag() || a.tag() == b.revoked_tag() || a.revoked_tag() == b.tag() ||
           a.revoked_tag() == b.revoked_tag();
}

Result<StoredKey> announce_key(const Enforcement& with, const Zone& zone, const Policy& policy,
                               const MakeKey& make, bool reserved) {
    StoredKey key = wanted_key(with, zone, policy, make);
    key.reserved = reserved;
    key.locator = to_hex(random_octets(16));
    KASPAR_CHECK(insert_key(with.database, key));
    KASPAR_CHECK(note(with, zone,
                      fmt::format("make a {} ({}) in key store {}", word(key.role),
                                  facts(key.algorithm).mnemonic, key.keystores.front()),
                      make.why));
    return key;
}

Result<StoredKey> adopt_key(const Enforcement& with, const Zone& zone, const Policy& policy,
                            std::size_t slot, const std::string& locator) {
    StoredKey key = wanted_key(with, zone, policy, {slot, false, {}});
    key.locator = locator;
    key.reserved = true;
    KASPAR_TRY(const bool known, is_held_elsewhere(with.database, key));
    if (known)
        return Fault{FaultClass::refused,
                     fmt::format("key {} is in use already; `kaspar keystore keys` shows by which "
                                 "zone",
                                 locator)};
    KASPAR_TRY(KeyStore* const store, with.keystores.open(key.keystores.front()));
    KASPAR_TRY(const PublicKey there, store->find(locator, key.algorithm));
    if (there.bits() != key.bits)
        return Fault{FaultClass::refused,
                     fmt::format("key {} has {} bits, but the policy asks for {}", locator,
                                 there.bits(), key.bits)};
    key.dnskey = Dnskey{key.flags, there};
    KASPAR_TRY(const bool clash, clashes(with.database, zone.id, *key.dnskey));
    if (clash)
        return Fault{
            FaultClass::refused,
            fmt::format("key {} has the tag {}, which another key of the zone has or would "
                        "have when revoked; make another one",
                        locator, key.dnskey->tag())};
    KASPAR_CHECK(insert_key(with.database, key));
    KASPAR_CHECK(note_public_half(with.database, key));
    KASPAR_CHECK(
        note(with, zone,
             fmt::format("{} is imported from key store {}", describe(key), key.keystores.front()),
             "a person's word", std::nullopt, "generating"));
    return key;
}

Result<bool> take_shared_key(const Enforcement& with, const Zone& zone, const Policy& policy,
                             const MakeKey& make) {
    if (!policy.shared_keys)
        return false;
    const StoredKey wanted = wanted_key(with, zone, policy, make);
    KASPAR_TRY(const auto found, keys_to_share(with.database, wanted));
    for (const StoredKey& key : found) {
        KASPAR_TRY(const bool clash, clashes(with.database, zone.id, *key.dnskey));
        if (clash)
            continue;
        KASPAR_CHECK(share(with, zone, key, make.why));
        return true;
    }
    return false;
}

Outcome prove_everywhere(const Enforcement& with, const StoredKey& key) {
    for (const std::string& name : key.keystores) {
        KASPAR_TRY(KeyStore* const store, with.keystores.open(name));
        KASPAR_TRY(const auto opened,
                   store->open(key.locator, key.dnskey->key).within(describe(key)));
        KASPAR_CHECK(prove_possession(*opened, key.dnskey->key).within("key store " + name));
    }
    return Done{};
}

Outcome make_announced_key(const Enforcement& with, const Zone& zone, StoredKey key) {
    const bool on_record = key.dnskey.has_value();
    if (!on_record) {
        KASPAR_TRY(KeyStore* const store, with.keystores.open(key.keystores.front()));
        KASPAR_TRY(key.dnskey, generate_unlike(with, *store, zone, key));
        with.keystores.made(store->name(), key.locator);
        key.bits = key.dnskey->key.bits();
    }
    KASPAR_TRY(const auto missing, stores_without(with, key));
    if (missing.empty())
        KASPAR_CHECK(prove_everywhere(with, key));
    else if (on_record)
        return Done{};
    key.reserved = key.reserved || awaits_backup(with.configuration, key);
    KASPAR_TRY(Transaction transaction, Transaction::begin(with.database));
    KASPAR_CHECK(missing.empty() ? complete_key(with.database, key)
                                 : note_public_half(with.database, key));
    KASPAR_CHECK(note(with, zone, fmt::format("{} is made", describe(key)),
                      missing.empty()
                          ? std::string("it has signed a nonce that its public key verifies")
                          : fmt::format("it is to be copied to {}", fmt::join(missing, ", ")),
                      "generating",
                      !missing.empty() ? "generating"
                      : key.reserved   ? "reserved"
                                       : "ready"));
    return transaction.commit();
}

Outcome finish_interrupted_keys(const Enforcement& with, const Zone& zone) {
    KASPAR_TRY(const auto keys, keys_of(with.database, zone.id));
    for (const StoredKey& key : keys) {
        if (key.progress != KeyProgress::generating || key.out_of_use_since)
            continue;
        KASPAR_TRY(const bool there, with.keystores.lists(key.keystores.front(), key.locator));
        if (there) {
            KASPAR_CHECK(make_announced_key(with, zone, key));
            continue;
        }
        if (key.dnskey)
            return missing_from(key, key.keystores.front());
        KASPAR_TRY(Transaction transaction, Transaction::begin(with.database));
        KASPAR_CHECK(discard_key(with.database, key.id));
        KASPAR_CHECK(note(
            with, zone, fmt::format("forget a {} that was never made", word(key.role)),
            "an earlier run ended before its key store had made it", "generating", "discarded"));
        KASPAR_CHECK(transaction.commit());
    }
    return Done{};
}

Outcome check_presence(const Enforcement& with, const std::vector<StoredKey>& keys) {
    for (const StoredKey& key : keys)
        for (const std::string& store : key.keystores) {
            KASPAR_TRY(const bool there, with.keystores.lists(store, key.locator));
            if (!there)
                return missing_from(key, store);
        }
    return Done{};
}

Outcome check_readable(const Enforcement& with, const std::vector<StoredKey>& keys) {
    for (const StoredKey& key : keys)
        for (const std::string& name : key.keystores) {
            KASPAR_TRY(KeyStore* const store, with.keystores.open(name));
            KASPAR_CHECK(store->open(key.locator, key.dnskey->key).within(describe(key)));
        }
    return Done{};
}

}  // namespace kaspar::enforcer
