// A key and signing policy, as a value. What each field means, its default, its limits and why are
// in enforcer/policy/fields.cpp; what must hold between fields is in enforcer/policy/lint.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/formats/signing.h"
#include "common/values/algorithm.h"
#include "common/values/server_address.h"

namespace kaspar::enforcer {

/// A key-signing key signs the DNSKEY RRset and has a DS; a zone-signing key signs everything else;
/// a combined signing key does both.
enum class Role { ksk, zsk, csk };

constexpr bool signs_dnskey(Role role) {
    return role != Role::zsk;
}
constexpr bool signs_zone(Role role) {
    return role != Role::ksk;
}

constexpr std::string_view word(Role role) {
    switch (role) {
        case Role::ksk:
            return "ksk";
        case Role::zsk:
            return "zsk";
        case Role::csk:
            return "csk";
    }
    return "";
}

/// How a key is replaced by its successor (RFC 7583 §2). For a csk this is the method of its KSK
/// half; its ZSK half goes by pre-publication.
enum class Method {
    zsk_pre_publication,
    zsk_double_signature,
    ksk_double_signature,
    ksk_double_ds,
    ksk_double_rrset,
};

enum class AlgorithmRollover { conservative, liberal };
enum class ParentConfirmation { manual, observed, both };
/// When the zone has CDS and CDNSKEY records: while the parent is to change its DS set, or always.
enum class CdsPublication { none, rolls, always };
enum class Approval { none, ksk, all };

/// One line of the policy's "keys": a key that a zone of this policy has at any time.
struct KeySlot {
    Role role;
    Algorithm algorithm;
    unsigned bits;
    std::optional<Duration> lifetime;  ///< absent: unlimited
    std::vector<std::string> keystores;
    Method method;
    unsigned standby;  ///< keys published ahead and not used

    bool operator==(const KeySlot&) const = default;
};

struct Policy {
    std::string name;
    std::string description;
    SignatureTimes signatures;

    DenialType denial;
    bool opt_out;
    std::uint16_t iterations;
    unsigned salt_length;  ///< octets
    Duration resalt;

    Duration dnskey_ttl;
    Duration publish_safety;              ///< added before a newly published DNSKEY is relied on
    Duration retire_safety;               ///< added before a replaced key's records are withdrawn
    std::optional<Duration> purge_after;  ///< absent: a withdrawn key is kept for ever
    bool shared_keys;

    std::vector<KeySlot> keys;  ///< empty: zones of this policy are to be insecure
    AlgorithmRollover algorithm_rollover;
    Approval approve;

    Duration zone_propagation_delay;
    Duration max_ttl;
    std::optional<Duration> soa_minimum;
    SerialPolicy serial;
    bool zonemd;
    unsigned least_share;              ///< percent
    std::vector<ServerAddress> watch;  ///< the zone's servers, which must all serve a change

    Duration parent_propagation_delay;
    Duration ds_ttl;
    Duration registration_delay;
    std::vector<DigestType> ds_digests;
    CdsPublication cds;
    ParentConfirmation confirm;
    std::vector<ServerAddress> parent_servers;  ///< empty: they are looked up
    std::optional<unsigned> parent_quorum;      ///< so many must answer; absent: all
    Duration parent_check_interval;             ///< while something is awaited of the parent
    std::optional<std::string> ds_submit, ds_withdraw;  ///< programs; absolute paths
    Duration hook_time_limit;
    bool dsync;  ///< sends NOTIFY(CDS) to the parent

    VerifyExtent verify;
    std::vector<std::string> accept_warnings;  ///< field paths whose warnings the operator knows of

    bool operator==(const Policy&) const = default;
};

}  // namespace kaspar::enforcer
