#include "common/formats/token_selector.h"

#include <fmt/format.h>
#include <p11-kit/uri.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace kaspar {
namespace {

struct UriFreer {
    void operator()(P11KitUri* uri) const { p11_kit_uri_free(uri); }
};
using Uri = std::unique_ptr<P11KitUri, UriFreer>;

Fault bad(std::string words) {
    return {FaultClass::input, std::move(words)};
}

/// A field of CK_TOKEN_INFO: padded with blanks; the first octet is 0 if the URI does not name it.
template <std::size_t size>
std::string unpadded(const unsigned char (&field)[size]) {
    std::string text(reinterpret_cast<const char*>(field),
                     strnlen(reinterpret_cast<const char*>(field), size));
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

/// The reverse. An empty text is not named.
template <std::size_t size>
void pad(const std::string& text, unsigned char (&field)[size]) {
    if (text.empty())
        return;
    std::memset(field, ' ', size);
    std::memcpy(field, text.data(), std::min(text.size(), size));
}

bool names_more_than_a_token(P11KitUri* uri) {
    CK_ULONG attributes = 0;
    p11_kit_uri_get_attributes(uri, &attributes);
    return attributes != 0 || p11_kit_uri_get_slot_id(uri) != static_cast<CK_SLOT_ID>(-1) ||
           p11_kit_uri_get_module_name(uri) != nullptr ||
           p11_kit_uri_get_module_path(uri) != nullptr || p11_kit_uri_any_unrecognized(uri) != 0;
}

bool names_a_pin(P11KitUri* uri) {
    return p11_kit_uri_get_pin_value(uri) != nullptr || p11_kit_uri_get_pin_source(uri) != nullptr;
}

bool fits(const std::string& wanted, const std::string& there) {
    return wanted.empty() || wanted == there;
}

}  // namespace

bool TokenSelector::matches(const TokenSelector& token) const {
    return fits(label, token.label) && fits(serial, token.serial) &&
           fits(manufacturer, token.manufacturer) && fits(model, token.model);
}

std::string TokenSelector::text() const {
    const std::string name = label.empty() ? std::string("token") : "token " + label;
    return serial.empty() ? name : fmt::format("{} (serial {})", name, serial);
}

std::string TokenSelector::uri() const {
    if (*this == TokenSelector{label, {}, {}, {}} && !label.starts_with("pkcs11:"))
        return label;
    const Uri uri(p11_kit_uri_new());
    CK_TOKEN_INFO& token = *p11_kit_uri_get_token_info(uri.get());
    pad(label, token.label);
    pad(serial, token.serialNumber);
    pad(manufacturer, token.manufacturerID);
    pad(model, token.model);
    char* text = nullptr;
    require(p11_kit_uri_format(uri.get(), P11_KIT_URI_FOR_TOKEN, &text) == P11_KIT_URI_OK,
            "a token's name can be written as a URI");
    std::string written(text);
    std::free(text);
    return written;
}

Result<TokenSelector> token_from_text(const std::string& text) {
    if (text.empty())
        return bad("it is empty");
    if (!text.starts_with("pkcs11:"))
        return TokenSelector{text, {}, {}, {}};
    const Uri uri(p11_kit_uri_new());
    const int status = p11_kit_uri_parse(text.c_str(), P11_KIT_URI_FOR_ANY, uri.get());
    if (status != P11_KIT_URI_OK)
        return bad(p11_kit_uri_message(status));
    if (names_a_pin(uri.get()))
        return bad("a PIN does not belong into it; use \"pin_file\" or another source of the PIN");
    if (names_more_than_a_token(uri.get()))
        return bad("only token, serial, manufacturer and model tell a token");
    const CK_TOKEN_INFO& token = *p11_kit_uri_get_token_info(uri.get());
    const TokenSelector selector{unpadded(token.label), unpadded(token.serialNumber),
                                 unpadded(token.manufacturerID), unpadded(token.model)};
    if (selector == TokenSelector{})
        return bad("it names no token");
    return selector;
}

}  // namespace kaspar
