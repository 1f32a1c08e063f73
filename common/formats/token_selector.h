// Which token of a PKCS#11 module is meant: its label, or a token URI (RFC 7512) with what tells it
// from others: "pkcs11:token=kaspar;serial=8d2f…". Empty texts match anything.
#pragma once

#include <string>

#include "common/values/result.h"

namespace kaspar {

struct TokenSelector {
    std::string label, serial, manufacturer, model;

    bool operator==(const TokenSelector&) const = default;

    bool matches(const TokenSelector& token) const;

    /// "token kaspar", "token kaspar (serial 8d2f…)".
    std::string text() const;

    /// As it is written in a configuration: the label if there is nothing else, or the URI.
    std::string uri() const;
};

/// A label, or a URI if it starts with "pkcs11:". Fault: input (not a URI; names more than a token:
/// an object, a module, a PIN).
Result<TokenSelector> token_from_text(const std::string& text);

}  // namespace kaspar
