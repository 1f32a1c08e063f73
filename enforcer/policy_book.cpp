#include "enforcer/policy_book.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/system/file.h"
#include "common/system/trust.h"
#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "common/values/nearest.h"
#include "enforcer/policy/fields.h"
#include "enforcer/policy/policy_file.h"

namespace kaspar::enforcer {

namespace {

/// A key can only be made in a store that there is.
Outcome check_keystores(const Configuration& configuration, const std::filesystem::path& path,
                        const Policy& policy) {
    for (std::size_t i = 0; i < policy.keys.size(); ++i)
        for (const std::string& store : policy.keys[i].keystores) {
            if (configuration.keystores.contains(store))
                continue;
            std::vector<std::string> known;
            for (const auto& [name, _] : configuration.keystores)
                known.push_back(name);
            return Fault{FaultClass::input,
                         fmt::format("{}: keys[{}].keystore: there is no key store '{}'{} in {}; "
                                     "there are: {}",
                                     path.string(), i, store, did_you_mean(store, known),
                                     configuration.file.string(), fmt::join(known, ", "))};
        }
    return Done{};
}

/// A policy's file as it is now, with all checks. Fault: input, with every error.
Result<Policy> check_text(const Configuration& configuration, const std::filesystem::path& path,
                          const std::string& text) {
    ExaminedPolicy examined = examine_policy(path.stem().string(), text);
    if (has_errors(examined.findings))
        return findings_fault(FaultClass::input, path, examined.findings);
    KASPAR_CHECK(check_keystores(configuration, path, examined.policy));
    return std::move(examined.policy);
}

std::string digest_of(const std::string& text) {
    return to_hex(sha256(as_bytes(text)));
}

Fault no_such_policy(const Configuration& configuration, const std::string& name) {
    const auto names = policy_names(configuration);
    const std::string known = names.ok() ? fmt::format("{}", fmt::join(*names, ", ")) : "";
    return {FaultClass::input,
            fmt::format("there is no policy '{}' ({}){}; there are: {}", name,
                        policy_path(configuration, name).string(),
                        did_you_mean(name, names.ok() ? *names : std::vector<std::string>{}),
                        known.empty() ? "none" : known)};
}

/// Absent if there is none. A policy names programs that are run.
Result<std::optional<std::string>> read_trusted(const std::filesystem::path& file) {
    KASPAR_TRY(auto text, read_file_if_there(file));
    if (text)
        KASPAR_CHECK(check_writers(file));
    return text;
}

Result<std::string> read_text(const Configuration& configuration, const std::string& name) {
    if (name.empty() || name.find('/') != std::string::npos || name.front() == '.')
        return no_such_policy(configuration, name);
    KASPAR_TRY(auto text, read_trusted(policy_path(configuration, name)));
    if (!text)
        return no_such_policy(configuration, name);
    return std::move(*text);
}

Outcome note_policy(const Enforcement& with, const std::string& name, std::string what,
                    std::optional<std::string> why) {
    return note_event(with, std::nullopt, fmt::format("policy {}: {}", name, what),
                      std::move(why).value_or(""));
}

/// What a policy's file says now, held against what is stored. Absent: nothing changed.
std::optional<StoredPolicy> look_again(const Enforcement& with, const StoredPolicy& known) {
    const auto path = policy_path(with.configuration, known.name);
    const auto read = read_trusted(path);
    const std::optional<std::string> text = read.ok() ? *read : std::nullopt;
    const std::string seen = !read.ok() ? "unreadable" : text ? digest_of(*text) : "missing";
    if (seen == known.seen)
        return std::nullopt;
    StoredPolicy next = known;
    next.seen = seen;
    next.read_at = with.now;
    next.fault.reset();
    if (!read.ok()) {
        next.fault = read.fault().words;
    } else if (!text) {
        next.fault = fmt::format("{} is missing; put it back", path.string());
    } else if (const auto policy = check_text(with.configuration, path, *text); !policy.ok()) {
        next.fault = policy.fault().words;
    } else {
        next.text = *text;
        next.digest = seen;
    }
    return next;
}

Outcome take_in(const Enforcement& with, const StoredPolicy& known, const StoredPolicy& next) {
    KASPAR_TRY(Transaction transaction, Transaction::begin(with.database));
    KASPAR_CHECK(save_policy(with.database, next));
    if (next.fault) {
        KASPAR_CHECK(note_policy(with, next.name,
                                 "the file is not in force as it stands; the last "
                                 "good one stays in force",
                                 next.fault));
    } else if (next.digest != known.digest) {
        KASPAR_CHECK(note_policy(with, next.name, "the edited file is in force", {}));
        KASPAR_CHECK(request_look_by_policy(with.database, next.name));
    } else {
        KASPAR_CHECK(note_policy(with, next.name, "the file is as it is in force again", {}));
    }
    return transaction.commit();
}

std::string fault_words(const StoredPolicy& policy) {
    return fmt::format("policy {}: its file is not in force, the last good one is: {}", policy.name,
                       *policy.fault);
}

}  // namespace

std::filesystem::path policy_path(const Configuration& configuration, const std::string& name) {
    return configuration.policies / (name + ".json");
}

Result<std::vector<std::string>> refresh_policies(const Enforcement& with) {
    KASPAR_TRY(const auto known, policies(with.database));
    std::vector<std::string> faults;
    for (const StoredPolicy& policy : known) {
        const auto next = look_again(with, policy);
        if (next)
            KASPAR_CHECK(take_in(with, policy, *next));
        const StoredPolicy& current = next ? *next : policy;
        if (current.fault)
            faults.push_back(fault_words(current));
    }
    return faults;
}

Result<Policy> known_policy(const Configuration& configuration, const std::string& name) {
    KASPAR_TRY(const std::string text, read_text(configuration, name));
    return check_text(configuration, policy_path(configuration, name), text);
}

Result<Policy> checked_policy(const Configuration& configuration,
                              const std::filesystem::path& file) {
    KASPAR_TRY(const std::string text, read_file(file));
    return check_text(configuration, file, text);
}

Result<Policy> adopt_policy(const Enforcement& with, const std::string& name) {
    KASPAR_TRY(const std::string text, read_text(with.configuration, name));
    KASPAR_TRY(Policy policy,
               check_text(with.configuration, policy_path(with.configuration, name), text));
    const std::string digest = digest_of(text);
    KASPAR_TRY(const auto known, find_policy(with.database, name));
    if (!known || known->digest != digest || known->fault) {
        KASPAR_CHECK(
            save_policy(with.database, {name, text, digest, with.now, digest, std::nullopt}));
        KASPAR_CHECK(note_policy(with, name, "in force", {}));
        KASPAR_CHECK(request_look_by_policy(with.database, name));
    }
    return policy;
}

Result<Policy> policy_in_force(Database& database, const std::string& name) {
    KASPAR_TRY(const auto stored, find_policy(database, name));
    if (!stored)
        return Fault{FaultClass::state,
                     fmt::format("database {}: policy {} is missing; put a backup of the database "
                                 "back",
                                 database.file(), name)};
    // It passed the checks of its day; a newer program's stricter ones are for the next edit.
    auto document = fields::read_document(stored->text, policy_kind());
    if (has_errors(document.findings))
        return findings_fault(FaultClass::state, name + ".json", document.findings)
            .within(fmt::format("policy {} as it was read at {}; edit its file", name,
                                to_rfc3339(stored->read_at)));
    document.value.name = name;
    return std::move(document.value);
}

Policy as_seen(Policy policy, const Zone& zone) {
    policy.ds_ttl = std::max(policy.ds_ttl, zone.parent_ttl.value_or(Duration{0}));
    return policy;
}

Result<Policy> policy_for(Database& database, const Zone& zone) {
    KASPAR_TRY(Policy policy, policy_in_force(database, zone.policy));
    return as_seen(std::move(policy), zone);
}

Result<std::vector<ZoneWithPolicy>> with_policies(Database& database,
                                                  const std::vector<std::int64_t>& ids) {
    std::vector<ZoneWithPolicy> found;
    for (const std::int64_t id : ids) {
        KASPAR_TRY(auto zone, find_zone(database, id));
        if (!zone || zone->removed)
            continue;
        KASPAR_TRY(Policy policy, policy_for(database, *zone));
        found.push_back({std::move(*zone), std::move(policy)});
    }
    return found;
}

Result<std::vector<std::string>> policy_names(const Configuration& configuration) {
    std::error_code error;
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator entry(configuration.policies, error), end;
         !error && entry != end; entry.increment(error)) {
        const auto name = entry->path().filename();
        if (name.extension() == ".json" && name.string().front() != '.')
            names.push_back(name.stem().string());
    }
    if (error)
        return Fault{FaultClass::io, fmt::format("cannot read the policies' folder {}: {}",
                                                 configuration.policies.string(), error.message())};
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace kaspar::enforcer
