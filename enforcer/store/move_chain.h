// The audit as a chain: each event's hash is SHA-256 over the hash of the event before it and over
// its own number and fields, so that an edit, a removal or an insertion shows at the first event
// concerned. Who can write the whole database can also work all hashes out anew; against that, and
// against a cut at the end, helps a head that was kept elsewhere.
#pragma once

#include "enforcer/store/database.h"

namespace kaspar::enforcer {

/// The newest event of a trail, and with it all that were before.
struct ChainHead {
    std::int64_t number = 0;
    Bytes hash;

    bool operator==(const ChainHead&) const = default;
};

/// "37:9f86d0…", as the commands show it.
std::string text_of(const ChainHead& head);
Result<ChainHead> chain_head_from_text(std::string_view text);

/// The newest event. Absent: there is none.
Result<std::optional<ChainHead>> chain_head(Database& database);

/// Fault: state, if the trail does not have this event with this hash.
Outcome check_holds(Database& database, const ChainHead& head);

struct ChainCheck {
    std::uint64_t events = 0;
    std::optional<Time> from, to;
    std::optional<ChainHead> head;
    std::optional<std::string>
        broken;  ///< the first event that is not as it was recorded, in words
};

/// Reads the whole trail.
Result<ChainCheck> check_chain(Database& database);

}  // namespace kaspar::enforcer
