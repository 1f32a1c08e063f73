#include "enforcer/policy/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/values/nsec3.h"
#include "enforcer/core/timing.h"

namespace kaspar::enforcer {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

/// Collects findings.
struct Pen {
    std::vector<Finding> findings;

    void error(std::string field, std::string words, std::string remedy) {
        add(Severity::error, std::move(field), std::move(words), std::move(remedy));
    }
    void warn(std::string field, std::string words, std::string remedy) {
        add(Severity::warning, std::move(field), std::move(words), std::move(remedy));
    }
    void add(Severity severity, std::string field, std::string words, std::string remedy) {
        findings.push_back(
            {severity, std::nullopt, std::move(field), std::move(words), std::move(remedy)});
    }
};

std::string text(Duration duration) {
    return format_duration(duration);
}

std::string key_path(std::size_t index, std::string_view field) {
    return fmt::format("keys[{}].{}", index, field);
}

Duration longest_validity(const SignatureTimes& times) {
    return std::max({times.validity, times.dnskey_validity, times.denial_validity});
}

// ---- Signatures -------------------------------------------------------------------------------

void lint_refresh(const Policy& policy, Pen& pen) {
    const SignatureTimes& times = policy.signatures;
    if (times.refresh < times.resign)
        return pen.error("signatures.refresh",
                         fmt::format("{} is less than signatures.resign ({}): signatures would "
                                     "expire between two runs",
                                     text(times.refresh), text(times.resign)),
                         "make refresh several times resign");
    const Duration left = times.refresh - times.resign;  // of a signature in the worst case
    if (left <= policy.zone_propagation_delay)
        return pen.error("signatures.refresh",
                         fmt::format("a signature may have only {} left when its successor is "
                                     "published, and secondaries take {} to have that",
                                     text(left), text(policy.zone_propagation_delay)),
                         "make refresh larger than resign + zone.propagation_delay");
    const Duration cached =
        std::max(policy.max_ttl, policy.dnskey_ttl) + policy.zone_propagation_delay;
    if (left < cached)  // RFC 6781 §4.4.2
        pen.warn("signatures.refresh",
                 fmt::format("a signature may have only {} left when its successor is published: "
                             "it expires in caches, which keep records up to {}",
                             text(left), text(cached)),
                 fmt::format("make it at least {}", text(cached + times.resign)));
}

void lint_validity(std::string_view field, Duration validity, const Policy& policy, Pen& pen) {
    const SignatureTimes& times = policy.signatures;
    const std::string path = "signatures." + std::string(field);
    if (validity <= times.refresh)
        pen.error(path,
                  fmt::format("{} is not longer than signatures.refresh ({}): every signature "
                              "would be due as soon as it is made",
                              text(validity), text(times.refresh)),
                  "make it about twice refresh");
    else if (validity <= times.refresh + times.jitter + times.resign)
        pen.error(path,
                  fmt::format("{} does not exceed refresh + jitter + resign ({}): some signatures "
                              "would be due as soon as they are made",
                              text(validity), text(times.refresh + times.jitter + times.resign)),
                  "make it longer, or jitter or refresh shorter");
}

void lint_signatures(const Policy& policy, Pen& pen) {
    const SignatureTimes& times = policy.signatures;
    lint_refresh(policy, pen);
    lint_validity("validity", times.validity, policy, pen);
    lint_validity("dnskey_validity", times.dnskey_validity, policy, pen);
    lint_validity("denial_validity", times.denial_validity, policy, pen);
    if (times.inception_offset < 5min)
        pen.warn("signatures.inception_offset",
                 "validators whose clocks are slow would refuse new signatures",
                 "make it at least 5m; 1h is usual (RFC 6781 §4.4.2)");
    if (longest_validity(times) > days{90})
        pen.warn("signatures.validity",
                 fmt::format("signatures live up to {}: so long can old answers be replayed, and "
                             "so long does a stopped signer go unnoticed",
                             text(longest_validity(times))),
                 "make validities two to six weeks");
}

// ---- Denial -----------------------------------------------------------------------------------

void lint_nsec(const Policy& policy, Pen& pen) {
    if (policy.opt_out)
        pen.error("denial.opt_out", "NSEC has no opt-out", "set denial.type to \"nsec3\"");
    if (policy.iterations != 0)
        pen.error("denial.iterations", "NSEC has no iterations", "leave it out");
    if (policy.salt_length != 0)
        pen.error("denial.salt_length", "NSEC has no salt", "leave it out");
}

void lint_nsec3(const Policy& policy, Pen& pen) {
    if (policy.iterations > most_nsec3_iterations)
        pen.error("denial.iterations",
                  fmt::format("validators treat a zone with {} iterations as insecure or bogus",
                              policy.iterations),
                  "set it to 0 (RFC 9276 §3.1)");
    else if (policy.iterations > 0)
        pen.warn("denial.iterations", "iterations cost everyone and protect nobody",
                 "set it to 0 (RFC 9276 §3.1)");
    if (policy.salt_length > 0)
        pen.warn("denial.salt_length", "a salt protects nobody and makes the chain anew at times",
                 "set it to 0 (RFC 9276 §3.1)");
    if (policy.opt_out)
        pen.warn("denial.opt_out",
                 "unsigned delegations get no proof; that pays only in a large zone of mostly "
                 "unsigned delegations",
                 "set it to false, or if this is such a zone, put \"denial.opt_out\" in "
                 "accept_warnings");
    for (std::size_t i = 0; i < policy.keys.size(); ++i)
        if (!facts(policy.keys[i].algorithm).nsec3)
            pen.error(key_path(i, "algorithm"),
                      fmt::format("{} cannot be used with NSEC3 (RFC 5155 §2)",
                                  facts(policy.keys[i].algorithm).mnemonic),
                      "choose \"ecdsap256sha256\"");
}

// ---- Keys, each by itself ---------------------------------------------------------------------

void lint_algorithm(const KeySlot& key, std::size_t index, Pen& pen) {
    const AlgorithmFacts& about = facts(key.algorithm);
    const std::string path = key_path(index, "algorithm");
    if (about.use == UseForSigning::refused)
        pen.error(path, fmt::format("{} must not be used for signing (RFC 9905)", about.mnemonic),
                  "choose \"ecdsap256sha256\"");
    if (about.use == UseForSigning::discouraged)
        pen.warn(path, fmt::format("{} is not recommended for signing (RFC 9904)", about.mnemonic),
                 "choose \"ecdsap256sha256\"");
    if (key.bits >= about.least_bits && key.bits <= about.most_bits)
        return;
    pen.error(key_path(index, "bits"),
              fmt::format("{} keys cannot have {} bits", about.mnemonic, key.bits),
              about.rsa ? fmt::format("choose {} to {}", about.least_bits, about.most_bits)
                        : "leave it out: the algorithm has one size");
}

void lint_keystores(const KeySlot& key, std::size_t index, Pen& pen) {
    std::set<std::string> seen;
    for (const std::string& store : key.keystores)
        if (!seen.insert(store).second)
            pen.error(key_path(index, "keystore"),
                      fmt::format("\"{}\" is in the list twice", store), "name each store once");
}

/// Dsgn of RFC 7583: until the last signature by a replaced ZSK is gone.
Duration replacement_time(const Policy& policy) {
    const SignatureTimes& times = policy.signatures;
    if (times.renew_at_once)
        return times.resign;
    return timing::signing_delay(std::max(times.validity, times.denial_validity) + times.jitter,
                                 times.refresh) +
           times.resign;
}

/// From the publication of a successor until the predecessor is withdrawn (RFC 7583 §3.2, §3.3).
Duration zsk_roll(const Policy& policy, Method method) {
    const Duration dsgn = replacement_time(policy);
    const Duration dprp = policy.zone_propagation_delay;
    if (method == Method::zsk_double_signature)
        return timing::zsk_double_retirement(dsgn, dprp, policy.dnskey_ttl, policy.max_ttl) +
               policy.retire_safety;
    return timing::zsk_publication(dprp, policy.dnskey_ttl) + policy.publish_safety +
           timing::zsk_retirement(dsgn, dprp, policy.max_ttl) + policy.retire_safety;
}

Duration ksk_roll(const Policy& policy, Method method) {
    const Duration child = policy.zone_propagation_delay;
    const Duration parent = policy.parent_propagation_delay;
    const Duration safety = policy.publish_safety + policy.retire_safety;
    switch (method) {
        case Method::ksk_double_ds:
            return policy.registration_delay + timing::ds_publication(parent, policy.ds_ttl) +
                   timing::ds_retirement(child, policy.dnskey_ttl) + safety;
        case Method::ksk_double_rrset:
            return timing::double_rrset_publication(policy.registration_delay, parent,
                                                    policy.ds_ttl, child, policy.dnskey_ttl) +
                   safety;
        default:
            return timing::ksk_publication(child, policy.dnskey_ttl) + policy.registration_delay +
                   timing::ksk_retirement(parent, policy.ds_ttl) + safety;
    }
}

Duration roll_time(const Policy& policy, const KeySlot& key) {
    switch (key.role) {
        case Role::zsk:
            return zsk_roll(policy, key.method);
        case Role::ksk:
            return ksk_roll(policy, key.method);
        case Role::csk:
            return std::max(ksk_roll(policy, key.method),
                            zsk_roll(policy, Method::zsk_pre_publication));
    }
    return Duration(0);
}

void lint_lifetime(const Policy& policy, std::size_t index, Pen& pen) {
    const KeySlot& key = policy.keys[index];
    const Duration needed = roll_time(policy, key);
    if (key.lifetime && *key.lifetime <= needed)
        pen.error(key_path(index, "lifetime"),
                  fmt::format("{} is not longer than a roll takes ({}, RFC 7583 §3): rolls would "
                              "overtake each other",
                              text(*key.lifetime), text(needed)),
                  "make it several times that, or shorten TTLs, delays or validity");
}

void lint_standby(const KeySlot& key, std::size_t index, Pen& pen) {
    if (key.standby > 0 && key.method == Method::zsk_double_signature)
        pen.warn(key_path(index, "standby"), "double-signature does not use keys published ahead",
                 "set it to 0, or rollover to \"pre-publication\"");
}

// ---- Keys, together ---------------------------------------------------------------------------

struct RolesOf {
    std::vector<std::size_t> ksk, zsk, csk;  ///< indices into Policy::keys
};

RolesOf roles_of(const Policy& policy, Algorithm algorithm) {
    RolesOf roles;
    for (std::size_t i = 0; i < policy.keys.size(); ++i) {
        const KeySlot& key = policy.keys[i];
        if (key.algorithm != algorithm)
            continue;
        (key.role == Role::ksk   ? roles.ksk
         : key.role == Role::zsk ? roles.zsk
                                 : roles.csk)
            .push_back(i);
    }
    return roles;
}

void lint_scheme(Algorithm algorithm, const RolesOf& roles, Pen& pen) {
    const std::string_view name = facts(algorithm).mnemonic;
    const bool split = !roles.ksk.empty() || !roles.zsk.empty();
    if (!roles.csk.empty() && split)
        return pen.error(key_path(roles.csk.front(), "role"),
                         fmt::format("a csk stands beside a ksk or zsk of {}", name),
                         "use either one csk, or a ksk and a zsk");
    if (!roles.ksk.empty() && roles.zsk.empty())
        pen.error(key_path(roles.ksk.front(), "role"),
                  fmt::format("there is no zsk of {} beside this ksk", name),
                  "add a zsk of the same algorithm, or make this a csk");
    if (!roles.zsk.empty() && roles.ksk.empty())
        pen.error(key_path(roles.zsk.front(), "role"),
                  fmt::format("there is no ksk of {} beside this zsk", name),
                  "add a ksk of the same algorithm, or make this a csk");
}

/// A zone's keys are told apart by these.
bool one_key_for_both(const KeySlot& a, const KeySlot& b) {
    return a.role == b.role && a.algorithm == b.algorithm && a.bits == b.bits &&
           a.keystores == b.keystores;
}

void lint_number(const Policy& policy, Algorithm algorithm, const RolesOf& roles, Pen& pen) {
    const std::string_view name = facts(algorithm).mnemonic;
    for (const auto* same : {&roles.zsk, &roles.csk})
        if (same->size() > 1)
            pen.error(key_path((*same)[1], "role"),
                      fmt::format("a second key of {} would sign all data again", name),
                      "keep one; for a key in reserve use \"standby\"");
    for (std::size_t i = 1; i < roles.ksk.size(); ++i)
        for (std::size_t other = 0; other < i; ++other)
            if (one_key_for_both(policy.keys[roles.ksk[i]], policy.keys[roles.ksk[other]]))
                return pen.error(key_path(roles.ksk[i], "role"),
                                 fmt::format("it asks for the same as keys[{}]: one key would be "
                                             "taken for both",
                                             roles.ksk[other]),
                                 "keep one, or put the two into different key stores");
    if (roles.ksk.size() > 1)
        pen.warn(key_path(roles.ksk[1], "role"),
                 fmt::format("a second ksk of {} makes every DNSKEY answer larger", name),
                 "keep one, unless the two are to be kept in different places");
}

void lint_ksk_outlives_zsk(const Policy& policy, const RolesOf& roles, Pen& pen) {
    if (roles.ksk.empty() || roles.zsk.empty())
        return;
    const auto ksk = policy.keys[roles.ksk.front()].lifetime;
    const auto zsk = policy.keys[roles.zsk.front()].lifetime;
    if (ksk && (!zsk || *ksk < *zsk))
        pen.warn(key_path(roles.ksk.front(), "lifetime"),
                 "the ksk, which needs the parent, rolls more often than the zsk, which does not",
                 "make it longer than that of the zsk");
}

void lint_key_set(const Policy& policy, Pen& pen) {
    std::set<Algorithm> algorithms;
    for (const KeySlot& key : policy.keys)
        algorithms.insert(key.algorithm);
    for (const Algorithm algorithm : algorithms) {
        const RolesOf roles = roles_of(policy, algorithm);
        lint_scheme(algorithm, roles, pen);
        lint_number(policy, algorithm, roles, pen);
        lint_ksk_outlives_zsk(policy, roles, pen);
    }
    if (algorithms.size() > 1)
        pen.warn("keys", "the zone is signed with more than one algorithm all the time",
                 "keep one; a change of algorithm needs only the new one here");
}

void lint_keys(const Policy& policy, Pen& pen) {
    for (std::size_t i = 0; i < policy.keys.size(); ++i) {
        lint_algorithm(policy.keys[i], i, pen);
        lint_keystores(policy.keys[i], i, pen);
        lint_lifetime(policy, i, pen);
        lint_standby(policy.keys[i], i, pen);
    }
    lint_key_set(policy, pen);
}

// ---- Zone and parent --------------------------------------------------------------------------

void lint_serial(const Policy& policy, Pen& pen) {
    constexpr unsigned serials_a_day = 99;  // the two digits of YYYYMMDDnn
    if (policy.serial == SerialPolicy::datecounter &&
        policy.signatures.resign * serials_a_day < days{1})
        pen.warn("zone.serial",
                 fmt::format("re-signing every {} can need more than the 99 serials a day that "
                             "datecounter has",
                             text(policy.signatures.resign)),
                 "set signatures.resign to 15m or more, or serial to \"unixtime\"");
    if (policy.serial == SerialPolicy::keep && !policy.keys.empty())
        pen.warn("zone.serial",
                 "signatures can be renewed only when the input brings a larger serial",
                 "make sure that it does within signatures.refresh, or use \"unixtime\"");
}

void lint_ttls(const Policy& policy, Pen& pen) {
    if (policy.dnskey_ttl > policy.max_ttl)
        pen.warn("dnskey.ttl",
                 fmt::format("{} is larger than zone.max_ttl ({}): the DNSKEY RRset decides how "
                             "long every roll waits",
                             text(policy.dnskey_ttl), text(policy.max_ttl)),
                 "make it no larger");
    if (policy.soa_minimum && *policy.soa_minimum > policy.max_ttl)
        pen.error("zone.soa_minimum",
                  fmt::format("{} is larger than zone.max_ttl ({}): negative answers would be "
                              "cached longer than the policy allows",
                              text(*policy.soa_minimum), text(policy.max_ttl)),
                  "make it no larger");
    if (policy.soa_minimum && *policy.soa_minimum > days{1})
        pen.warn("zone.soa_minimum", "negative answers are cached for more than a day",
                 "an hour is usual (RFC 2308 §5 wants at most three)");
    if (policy.ds_ttl > days{7})
        pen.warn("parent.ds_ttl", "a DS that is cached for more than a week is unusual",
                 "look up the TTL of the DS at the parent");
}

void lint_parent(const Policy& policy, Pen& pen) {
    std::set<DigestType> seen;
    for (std::size_t i = 0; i < policy.ds_digests.size(); ++i) {
        const DigestFacts& about = facts(policy.ds_digests[i]);
        const std::string path = fmt::format("parent.ds_digest[{}]", i);
        if (!seen.insert(policy.ds_digests[i]).second)
            pen.error(path, fmt::format("{} is in the list twice", about.mnemonic), "keep one");
        else if (about.use == UseForSigning::refused)
            pen.error(path, fmt::format("{} must not be used for a DS (RFC 9905)", about.mnemonic),
                      "choose \"sha256\"");
        else if (about.use == UseForSigning::discouraged)
            pen.warn(path, fmt::format("{} is not recommended (RFC 9904)", about.mnemonic),
                     "choose \"sha256\"");
    }
    if (policy.ds_digests.empty())
        pen.error("parent.ds_digest", "a DS needs a digest", "choose \"sha256\"");
}

void lint_parent_servers(const Policy& policy, Pen& pen) {
    const std::size_t listed = policy.parent_servers.size();
    if (listed > 0 && policy.parent_quorum && *policy.parent_quorum > listed)
        pen.error("parent.quorum",
                  fmt::format("{} servers must answer, but parent.servers has {}",
                              *policy.parent_quorum, listed),
                  "choose \"all\", or at most as many as there are");
    if (policy.parent_quorum && *policy.parent_quorum * 2 <= listed)
        pen.warn(
            "parent.quorum",
            "half of the parent's servers or more may be silent, and serve an old DS to others",
            "choose \"all\", or more than half");
    if (policy.dsync && policy.cds == CdsPublication::none)
        pen.error("parent.dsync", "a parent that is notified looks for CDS, and there is none",
                  "set parent.cds to true or \"rolls\"");
}

// ---- Accepted warnings ------------------------------------------------------------------------

void leave_out_accepted(const Policy& policy, Pen& pen) {
    for (std::size_t i = 0; i < policy.accept_warnings.size(); ++i) {
        const std::string& field = policy.accept_warnings[i];
        const auto gone = std::erase_if(pen.findings, [&](const Finding& one) {
            return one.severity == Severity::warning && one.field == field;
        });
        if (gone == 0)
            pen.warn(fmt::format("accept_warnings[{}]", i),
                     fmt::format("there is no warning about {}", field), "remove it");
    }
}

}  // namespace

std::vector<Finding> lint(const Policy& policy) {
    Pen pen;
    lint_signatures(policy, pen);
    policy.denial == DenialType::nsec ? lint_nsec(policy, pen) : lint_nsec3(policy, pen);
    lint_keys(policy, pen);
    lint_serial(policy, pen);
    lint_ttls(policy, pen);
    lint_parent(policy, pen);
    lint_parent_servers(policy, pen);
    leave_out_accepted(policy, pen);
    return pen.findings;
}

}  // namespace kaspar::enforcer
