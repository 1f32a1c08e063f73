// Zones for tests, written as text and read by the real reader.
#pragma once

#include <fstream>
#include <string>
#include <string_view>

#include "signer/core/stretches.h"
#include "signer/zonefile/reader.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

namespace kaspar::test {

/// SOA and NS for an apex, with $TTL 3600: three lines.
inline const std::string apex_lines =
    "$TTL 3600\n"
    "@ SOA ns.example.net. hostmaster.example.net. 1 3600 900 1209600 600\n"
    "@ NS ns.example.net.\n";

/// A domain name in wire format.
inline Bytes wire(std::string_view name) {
    const auto parsed = Name::from_text(name).value();
    return {parsed.wire().begin(), parsed.wire().end()};
}

inline std::filesystem::path write_text(const std::filesystem::path& file, std::string_view text) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    require(out.flush().good(), "a test can write its file");
    return file;
}

/// Reads `text` as a zone.
inline Result<signer::ReadZone> try_zone(std::string_view text, std::string_view apex = "example.",
                                         std::size_t window = signer::usual_window) {
    const TempFolder folder;
    const auto file = write_text(folder / "zone", text);
    return signer::read_zone_file(file, Name::from_text(apex).value(), 1, window);
}

/// Reads `text` as a zone, which must be good.
inline signer::ReadZone read_zone(std::string_view text, std::string_view apex = "example.") {
    auto read = try_zone(text, apex);
    INFO((read.ok() ? "" : read.fault().words));
    REQUIRE(read.ok());
    return std::move(read).value();
}

/// The zone as one stretch.
inline signer::Stretch whole_zone(const signer::Zone& zone) {
    return {0, static_cast<std::uint32_t>(zone.nodes().size())};
}

/// Words without the folders of the paths in them.
inline std::string without_folders(std::string words) {
    for (auto at = words.find("/kaspar-test-"); at != words.npos;
         at = words.find("/kaspar-test-")) {
        const auto before = words.find_last_of(" \n", at);
        const auto start = before == words.npos ? 0 : before + 1;
        words.erase(start, words.find('/', at + 1) + 1 - start);
    }
    return words;
}

/// The words of the fault that reading `text` gives, paths shortened.
inline std::string reading_fault(std::string_view text, std::string_view apex = "example.") {
    const auto read = try_zone(text, apex);
    REQUIRE_FALSE(read.ok());
    return without_folders(read.fault().words);
}

}  // namespace kaspar::test
