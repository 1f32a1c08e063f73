// How much memory this process may still take: the least of what the system has, what its control
// group allows and what its own limit on address space leaves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace kaspar {

struct AvailableMemory {
    std::uint64_t octets;
    std::string limit;  ///< what sets it, in words: "the memory of this machine"

    /// "12 MB are to be had, by the memory of this machine"
    std::string words() const;
};

/// "12 MB", rounded up.
std::string megabytes(std::uint64_t octets);

/// Octets; absent if there is no limit (RLIMIT_AS).
std::optional<std::uint64_t> address_space_left(const std::filesystem::path& root = "/");

/// Absent if nothing of the system tells. `root` is "/" but for tests.
std::optional<AvailableMemory> available_memory(const std::filesystem::path& root = "/");

}  // namespace kaspar
