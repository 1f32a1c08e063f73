#include "signer/core/rdata_parts.h"

namespace kaspar::signer {

namespace {

std::size_t name_length(BytesView octets) {
    std::size_t at = 0;
    while (at < octets.size() && octets[at] <= 63) {
        if (octets[at] == 0)
            return at < 255 ? at + 1 : malformed;
        at += octets[at] + 1U;
    }
    return malformed;
}

std::size_t a6_length(BytesView octets) {
    if (octets.empty() || octets[0] > 128)
        return malformed;
    const auto suffix = a6_address_length(octets);
    if (octets[0] == 0)
        return suffix;
    if (octets.size() <= suffix)
        return malformed;
    const auto name = name_length(octets.subspan(suffix));
    return name == malformed ? malformed : suffix + name;
}

}  // namespace

std::size_t a6_address_length(BytesView octets) {
    return 1 + (128U - octets[0] + 7U) / 8U;
}

std::size_t part_length(char part, BytesView octets) {
    switch (part) {
        case 's':
            return octets.empty() ? malformed : octets[0] + 1U;
        case 'n':
        case 'N':
            return name_length(octets);
        case '6':
            return a6_length(octets);
        case '*':
            return octets.size();
        case '+':
            return octets.empty() ? malformed : octets.size();
        default:
            return static_cast<std::size_t>(part - '0');
    }
}

}  // namespace kaspar::signer
