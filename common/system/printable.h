// Text from outside on its way to a terminal.
#pragma once

#include <string>
#include <string_view>

namespace kaspar {

/// `text` with every control character as "\xNN", C1 in UTF-8 included, so that nothing that was
/// read from outside gives a terminal orders. Line ends, tabs and the colours of tinted() stand.
std::string printable(std::string_view text);

}  // namespace kaspar
