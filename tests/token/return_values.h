// The return values of Cryptoki by their names in PKCS#11 v2.40.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kaspar::test {

/// CKR_… by name, or a number in hexadecimal: "CKR_DEVICE_REMOVED", "0x32".
std::optional<unsigned long> return_value(std::string_view name);

/// The name of a return value; "0x…" if it has none.
std::string return_value_name(unsigned long value);

}  // namespace kaspar::test
