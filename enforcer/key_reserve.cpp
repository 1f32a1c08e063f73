#include "enforcer/key_reserve.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "enforcer/key_making.h"

namespace kaspar::enforcer {

namespace {

bool fits(const StoredKey& key, const KeySlot& slot) {
    return key.role == slot.role && key.algorithm == slot.algorithm && key.bits == slot.bits &&
           key.keystores == slot.keystores;
}

bool is_usable(const Configuration& configuration, const StoredKey& key) {
    return key.progress == KeyProgress::ready && !awaits_backup(configuration, key);
}

/// What a person is to do before the key may be used.
std::string what_it_waits_for(const StoredKey& key) {
    if (key.progress == KeyProgress::generating)
        return fmt::format(
            "it is made in key store {} and must be in {} too: copy it there by the stores' own "
            "means (locator {}); it is used once it has proven itself in each",
            key.keystores.front(), fmt::join(key.keystores.begin() + 1, key.keystores.end(), ", "),
            key.locator);
    if (key.backup == Backup::prepared)
        return "its backup is prepared: make it, then `kaspar key backup commit`";
    return "its key store wants a backup first: `kaspar key backup prepare`";
}

}  // namespace

bool awaits_backup(const Configuration& configuration, const StoredKey& key) {
    if (key.backup == Backup::done)
        return false;
    return std::any_of(key.keystores.begin(), key.keystores.end(), [&](const std::string& name) {
        const auto store = configuration.keystores.find(name);
        return store != configuration.keystores.end() && store->second.require_backup;
    });
}

Result<std::vector<std::string>> stores_without(const Enforcement& with, const StoredKey& key) {
    std::vector<std::string> missing;
    for (const std::string& name : key.keystores) {
        const auto there = with.keystores.lists(name, key.locator);
        if (!there.ok() && there.fault().kind != FaultClass::absent)
            return there.fault();
        if (!there.ok() || !*there)
            missing.push_back(name);
    }
    return missing;
}

Result<std::vector<PendingKey>> pending_keys(const Enforcement& with, const Zone& zone,
                                             const Policy& policy) {
    KASPAR_TRY(const auto waiting, keys_in_waiting(with.database, zone.id, policy.shared_keys));
    std::vector<PendingKey> pending;
    for (const KeySlot& slot : policy.keys) {
        const auto fitting = [&](const StoredKey& key) { return fits(key, slot); };
        const auto usable = [&](const StoredKey& key) {
            return fitting(key) && key.zone == zone.id && is_usable(with.configuration, key);
        };
        if (std::any_of(waiting.begin(), waiting.end(), usable))
            continue;
        const auto first = std::find_if(waiting.begin(), waiting.end(), fitting);
        if (first != waiting.end())
            pending.push_back({slot.role, slot.algorithm, slot.bits, slot.keystores,
                               first->dnskey->tag(), what_it_waits_for(*first)});
    }
    return pending;
}

Result<bool> take_reserved_key(const Enforcement& with, const Zone& zone, const Policy& policy,
                               const MakeKey& make) {
    KASPAR_TRY(const auto waiting, keys_in_waiting(with.database, zone.id, false));
    const auto found = std::find_if(waiting.begin(), waiting.end(), [&](const StoredKey& key) {
        return fits(key, policy.keys.at(make.slot)) && is_usable(with.configuration, key);
    });
    if (found == waiting.end())
        return false;
    KASPAR_CHECK(prove_everywhere(with, *found));
    KASPAR_CHECK(take_into_use(with.database, found->id, make.standby, with.now));
    KASPAR_CHECK(note(
        with, zone,
        fmt::format("{} {} is taken from the reserve", word(found->role), found->dnskey->tag()),
        make.why, "reserved", "ready"));
    return true;
}

}  // namespace kaspar::enforcer
