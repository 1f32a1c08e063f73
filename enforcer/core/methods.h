// The rollover methods, as data: which records of the incoming and outgoing keys change, in which
// order. A method says what is wanted next; rule.h says whether it is safe now.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "enforcer/core/history.h"

namespace kaspar::enforcer {

/// Records of a key, as a set of flags (D, K, S, Z in rollover tables).
enum Records : std::uint8_t {
    no_records = 0,
    ds_record = 1,         ///< DS at the parent
    dnskey_record = 2,     ///< in the DNSKEY RRset
    dnskey_signature = 4,  ///< signs the DNSKEY RRset
    zone_signatures = 8,   ///< signs the zone's data
};
constexpr Records operator|(Records a, Records b) {
    return static_cast<Records>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}

/// The policy's safety margin that a move waits for, beyond what is safe.
enum class Margin {
    none,
    publish,  ///< publish_safety: the move relies on something newly published
    retire,   ///< retire_safety: the move withdraws what was replaced
};

/// One step: what the incoming keys gain and the outgoing keys lose, together. Only records that a
/// key's role has are meant.
struct Move {
    Records gain, lose;
    Margin margin;
};

struct Sequence {
    std::string_view name;  ///< for the log and for explain
    std::span<const Move> moves;
};

const Sequence& sequence(Method method);               ///< a roll within one algorithm
const Sequence& sequence(AlgorithmRollover rollover);  ///< from one algorithm to another
const Sequence& first_signing();
const Sequence& going_insecure();

/// The methods by which a key that others may know is believed for the shortest time: until no
/// cache holds its DS or its DNSKEY. Taken without the policy's safety margins.
Method shortest_ksk_method(const Policy& policy);
constexpr Method shortest_zsk_method = Method::zsk_double_signature;

}  // namespace kaspar::enforcer
