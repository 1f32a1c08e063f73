// What the tests of the reader have in common.
#pragma once

#include <sstream>

#include "tests/support/zones.h"

namespace kaspar::test {

/// The fault of these lines after the apex_lines, of which there are three.
inline std::string fault(std::string_view text) {
    return reading_fault(apex_lines + std::string(text));
}

/// True if `words` are as many lines as starts, each starting so.
inline bool lines_start(const std::string& words, std::initializer_list<std::string_view> starts) {
    std::istringstream lines(words);
    std::string line;
    for (const auto start : starts)
        if (!std::getline(lines, line) || !line.starts_with(start))
            return false;
    return !std::getline(lines, line);
}

inline Result<signer::ReadZone> golden(const std::string& file, std::string_view apex) {
    return signer::read_zone_file("tests/golden/zones/" + file, Name::from_text(apex).value());
}

}  // namespace kaspar::test
