#include "signer/core/service_parameters.h"

#include <algorithm>
#include <vector>

#include "signer/core/rdata_parts.h"

namespace kaspar::signer {

namespace {

struct Parameter {
    unsigned key;
    BytesView value;
};

/// §8: ascending, "mandatory" itself not among them, each of them there.
bool are_mandatory_keys(BytesView value, const std::vector<Parameter>& there) {
    if (value.empty() || value.size() % 2 != 0)
        return false;
    for (unsigned previous = 0; !value.empty(); value = value.subspan(2)) {
        const auto key = number16(value, 0);
        if (key <= previous || !std::ranges::binary_search(there, key, {}, &Parameter::key))
            return false;
        previous = key;
    }
    return true;
}

bool are_protocols(BytesView value) {
    std::size_t at = 0;
    for (; at < value.size(); at += value[at] + 1U)
        if (value[at] == 0)
            return false;
    return at == value.size() && at > 0;
}

bool are_addresses(BytesView value, std::size_t size) {
    return !value.empty() && value.size() % size == 0;
}

/// §7 and §14.3.2.
bool has_its_value(const Parameter& parameter, const std::vector<Parameter>& there) {
    switch (parameter.key) {
        case 0:  // mandatory
            return are_mandatory_keys(parameter.value, there);
        case 1:  // alpn
            return are_protocols(parameter.value);
        case 2:  // no-default-alpn
            return parameter.value.empty();
        case 3:  // port
            return parameter.value.size() == 2;
        case 4:  // ipv4hint
            return are_addresses(parameter.value, 4);
        case 6:  // ipv6hint
            return are_addresses(parameter.value, 16);
        default:
            return parameter.key != 65535;  // reserved
    }
}

}  // namespace

bool are_service_parameters(BytesView octets) {
    std::vector<Parameter> there;
    while (!octets.empty()) {
        if (octets.size() < 4 || 4U + number16(octets, 2) > octets.size())
            return false;
        const auto key = number16(octets, 0), size = number16(octets, 2);
        if (!there.empty() && key <= there.back().key)
            return false;
        there.push_back({key, octets.subspan(4, size)});
        octets = octets.subspan(4U + size);
    }
    return std::ranges::all_of(there, [&](const auto& one) { return has_its_value(one, there); });
}

}  // namespace kaspar::signer
