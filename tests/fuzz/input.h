// What the fuzzers have in common: the input as text, and as a file that a reader of files can
// open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace kaspar::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// A file with this content; the same one every time.
std::filesystem::path file_with(std::string_view content);

}  // namespace kaspar::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
