#include "common/system/printable.h"

#include <fmt/format.h>

namespace kaspar {
namespace {

/// How many octets at the front of `text` are a colour: ESC [ digits m.
std::size_t colour_size(std::string_view text) {
    if (!text.starts_with("\033["))
        return 0;
    const auto end = text.find_first_not_of("0123456789", 2);
    return end != text.npos && text[end] == 'm' ? end + 1 : 0;
}

/// How many octets at the front of `text` are a control character.
std::size_t control_size(std::string_view text) {
    const auto octet = static_cast<unsigned char>(text[0]);
    if (octet < 0x20 || octet == 0x7f)
        return 1;
    const bool is_c1 =
        octet == 0xc2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xa0;
    return is_c1 ? 2 : 0;
}

/// How many octets at the front of `text` may stand although they are one.
std::size_t allowed_size(std::string_view text) {
    if (text[0] == '\n' || text[0] == '\t')
        return 1;
    return text.starts_with("\r\n") ? 2 : colour_size(text);
}

}  // namespace

std::string printable(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        const auto control = control_size(text);
        const auto allowed = control == 0 ? 1 : allowed_size(text);
        if (allowed != 0)
            shown += text.substr(0, allowed);
        for (std::size_t i = 0; allowed == 0 && i < control; ++i)
            shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
        text.remove_prefix(allowed != 0 ? allowed : control);
    }
    return shown;
}

}  // namespace kaspar
