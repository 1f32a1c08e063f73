// From a source zone to the published one: assembled, compared with the last output, given its
// serial, signed, verified, put in place.
//
//   assembly ─► survey ─► the last output again ─► nothing is written
//                 │changes
//                 ▼
//              serial ─► signing loop ─► gate ─► the zone is in its place
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "signer/core/reuse.h"
#include "signer/publication.h"
#include "signer/sources.h"

namespace kaspar::signer {

struct RenewalOrder {
    const Instruction& instruction;
    const Zone& source;
    const ContentOrigin& origin;
    const SigningRules& rules;
    std::vector<SigningKey*> keys;  ///< one for each of the rules' keys; nullptr: does not sign
    const LastOutput& last;
    bool build_on_last;  ///< signatures of the last output may be used again
    const std::optional<Publication>& publication;  ///< the last one
    bool refresh_is_due;  ///< signatures of the last output must be renewed now
    unsigned threads;
    std::uint64_t stretch_records;

    /// Asked before the zone is put in place: whether it can be reported.
    std::function<Outcome(const Publication&)> may_publish;
};

struct Renewal {
    std::optional<Publication> publication;  ///< absent: the last output is what would be published
    std::vector<std::string> warnings;
};

/// A renewal that failed.
struct RenewalFault {
    Fault fault;
    bool last_is_to_blame = false;  ///< it may succeed without the last output
};

/// Fault: refused (serial, NSEC3 hash collision), input, key, absent, verification, io.
std::variant<Renewal, RenewalFault> renew(const RenewalOrder& order);

}  // namespace kaspar::signer
