#include "signer/core/presentation.h"

extern "C" {
#include <libknot/descriptor.h>
}

#include "common/values/result.h"

namespace kaspar::signer {

namespace {

constexpr bool is_plain(std::uint8_t octet) {
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= '0' && octet <= '9') || octet == '-' || octet == '_' || octet == '*';
}

void append_octet(std::string& out, std::uint8_t octet) {
    if (is_plain(octet)) {
        out += static_cast<char>(octet);
        return;
    }
    out += '\\';
    if (octet > ' ' && octet < 0x7f && octet != '[') {  // BIND takes "\[" for a bit-string label
        out += static_cast<char>(octet);
        return;
    }
    out += static_cast<char>('0' + octet / 100);
    out += static_cast<char>('0' + octet / 10 % 10);
    out += static_cast<char>('0' + octet % 10);
}

}  // namespace

void append_name_text(std::string& out, BytesView name) {
    if (name.size() <= 1)
        out += '.';
    for (std::size_t at = 0; at < name.size() && name[at] != 0; at += name[at] + 1U) {
        for (const auto octet : name.subspan(at + 1, name[at]))
            append_octet(out, octet);
        out += '.';
    }
}

std::string name_text(BytesView name) {
    std::string text;
    append_name_text(text, name);
    return text;
}

void append_type_text(std::string& out, std::uint16_t type) {
    char text[32];
    const int length = knot_rrtype_to_string(type, text, sizeof text);
    require(length > 0, "a type's name fits its buffer");
    out.append(text, static_cast<std::size_t>(length));
}

std::string type_text(std::uint16_t type) {
    std::string text;
    append_type_text(text, type);
    return text;
}

}  // namespace kaspar::signer
