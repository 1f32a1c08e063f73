#include "common/values/name.h"

#include <fmt/format.h>

extern "C" {
#include <libknot/dname.h>
}

#include <algorithm>
#include <array>

#include "common/values/digest.h"
#include "common/values/encoding.h"

namespace kaspar {
namespace {

using NameBuffer = std::array<std::uint8_t, KNOT_DNAME_MAXLEN>;

/// The longest file name that leaves room for suffixes within the 255 octets of common file
/// systems.
constexpr std::size_t longest_file_name = 200;

const knot_dname_t* dname(const std::string& wire) {
    return reinterpret_cast<const knot_dname_t*>(wire.data());
}

std::string lowered(const std::string& wire) {
    std::string lower(wire);
    knot_dname_to_lower(reinterpret_cast<knot_dname_t*>(lower.data()));
    return lower;
}

Fault bad_name(std::string_view text) {
    return {
        FaultClass::input,
        fmt::format("'{}' is not a domain name; it needs labels of 1 to 63 octets between dots "
                    "and at most 255 octets in all, with \\DDD or \\. for odd octets and A-labels "
                    "(xn--…) for international names",
                    text)};
}

bool is_digit(std::string_view text, std::size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '9';
}

/// True if every octet is printable ASCII and every escape whole. libknot would let a space, a
/// control character or a lone last backslash pass.
bool is_well_written(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] <= ' ' || text[i] > '~')
            return false;
        if (text[i] != '\\')
            continue;
        if (i + 1 == text.size() || text[i + 1] == '\0')
            return false;
        const bool decimal = is_digit(text, i + 1);
        if (decimal && !(is_digit(text, i + 2) && is_digit(text, i + 3)))
            return false;
        i += decimal ? 3 : 1;
    }
    return true;
}

bool stands_for_itself(char octet) {
    return (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') || octet == '-' ||
           octet == '_';
}

}  // namespace

Result<Name> Name::from_text(std::string_view text) {
    if (text.empty() || !is_well_written(text))
        return bad_name(text);
    NameBuffer wire;
    if (!knot_dname_from_str(wire.data(), std::string(text).c_str(), wire.size()))
        return bad_name(text);
    return Name(std::string(wire.begin(), wire.begin() + knot_dname_size(wire.data())));
}

Result<Name> Name::from_wire(BytesView wire) {
    const int size =
        wire.empty() ? 0 : knot_dname_wire_check(wire.data(), wire.data() + wire.size(), nullptr);
    if (size <= 0 || std::size_t(size) != wire.size())
        return Fault{FaultClass::input,
                     fmt::format("malformed domain name in wire format: {}", to_hex(wire))};
    return Name(std::string(wire.begin(), wire.end()));
}

std::string Name::absolute_text() const {
    std::array<char, KNOT_DNAME_TXT_MAXLEN + 1> text;
    require(knot_dname_to_str(text.data(), dname(wire_), text.size()) != nullptr,
            "a valid name has a presentation format");
    return text.data();
}

std::string Name::text() const {
    auto text = absolute_text();
    if (!is_root())
        text.pop_back();
    return text;
}

Name Name::lower() const {
    return Name(lowered(wire_));
}

unsigned Name::label_count() const {
    return static_cast<unsigned>(knot_dname_labels(dname(wire_), nullptr));
}

bool Name::is_within(const Name& ancestor) const {
    return knot_dname_in_bailiwick(dname(lowered(wire_)), dname(lowered(ancestor.wire_))) >= 0;
}

std::string Name::file_name() const {
    if (is_root())
        return "@root";
    const auto lower = lowered(wire_);
    std::string text;
    for (std::size_t at = 0; lower[at] != '\0'; at += 1 + std::size_t(lower[at])) {
        if (at > 0)
            text += '.';
        for (const char octet : std::string_view(lower).substr(at + 1, std::size_t(lower[at])))
            text += stands_for_itself(octet) ? std::string(1, octet)
                                             : fmt::format("%{:02X}", std::uint8_t(octet));
    }
    if (text.size() > longest_file_name)
        text = text.substr(0, longest_file_name / 2) + "@" + to_hex(sha256(as_bytes(lower)));
    return text;
}

std::strong_ordering Name::operator<=>(const Name& other) const {
    return knot_dname_cmp(dname(lowered(wire_)), dname(lowered(other.wire_))) <=> 0;
}

bool Name::operator==(const Name& other) const {
    return knot_dname_is_case_equal(dname(wire_), dname(other.wire_));
}

}  // namespace kaspar
