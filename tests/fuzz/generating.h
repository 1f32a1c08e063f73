// $GENERATE makes megabytes of a few octets; that the fuzzers know is no gain.
#pragma once

#include <string_view>

#include "signer/zonefile/generate.h"

namespace kaspar::fuzz {

/// True if a line of the zone text asks for more than a few records.
inline bool generates_many(std::string_view text) {
    constexpr std::uint64_t few = 16;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        const auto directive = signer::Generate::parse(line.starts_with("$") ? line : "");
        if (directive.ok() && (directive->stop() - directive->start()) / directive->step() >= few)
            return true;
        text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    }
    return false;
}

}  // namespace kaspar::fuzz
