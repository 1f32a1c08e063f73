#include "common/formats/record_kinds.h"

#include <charconv>
#include <optional>

#include "common/values/encoding.h"

namespace kaspar::fields {
namespace {

/// Takes the next word off `rest` and reads it as a number.
template <std::unsigned_integral N>
std::optional<N> take_number(std::string_view& rest) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    N number{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size())
        return std::nullopt;
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    return number;
}

Result<Dnskey> dnskey_from_text(const std::string& text) {
    std::string_view rest = text;
    const auto flags = take_number<std::uint16_t>(rest);
    const auto protocol = take_number<std::uint8_t>(rest);
    const auto algorithm = take_number<std::uint8_t>(rest);
    const auto octets = from_base64(rest);
    if (!flags || !protocol || !algorithm || !octets || octets->empty())
        return Fault{FaultClass::input, "write it as \"257 3 13 BASE64\""};
    Bytes rdata{static_cast<std::uint8_t>(*flags >> 8U), static_cast<std::uint8_t>(*flags & 0xFFU),
                *protocol, *algorithm};
    rdata.insert(rdata.end(), octets->begin(), octets->end());
    return Dnskey::from_rdata(rdata);
}

Result<Ds> ds_from_text(const std::string& text) {
    std::string_view rest = text;
    const auto tag = take_number<std::uint16_t>(rest);
    const auto algorithm = take_number<std::uint8_t>(rest);
    const auto type = take_number<std::uint8_t>(rest);
    const auto digest = from_hex(rest);
    if (!tag || !algorithm || !type || !digest || digest->empty())
        return Fault{FaultClass::input, "write it as \"12345 13 2 HEX\""};
    return Ds{*tag, *algorithm, *type, *digest};
}

}  // namespace

Kind<Name> domain_name() {
    return converted<Name, std::string>(
        text(1), "a domain name", [](const std::string& text) { return Name::from_text(text); },
        [](const Name& name) { return name.text(); });
}

Kind<Dnskey> dnskey() {
    return converted<Dnskey, std::string>(text(1), "a DNSKEY in presentation format",
                                          dnskey_from_text,
                                          [](const Dnskey& key) { return key.text(); });
}

Kind<Ds> delegation() {
    return converted<Ds, std::string>(text(1), "a DS in presentation format", ds_from_text,
                                      [](const Ds& ds) { return ds.text(); });
}

}  // namespace kaspar::fields
