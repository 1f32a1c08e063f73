// What a test tells the library that sits between a program and the system (interposer.cpp), and
// what that library tells the test: a block of shared memory, a file that both map.
#pragma once

#include <atomic>
#include <cstdint>

namespace kaspar::test::crash {

/// What happens at a call that changes something on a disk or is a word to a token's worker.
enum class Trouble : std::uint32_t {
    none,
    stop,       ///< the process is killed before the call does anything
    torn,       ///< half of what was to be written is written, then the process is killed
    error,      ///< the call fails: no space, or an error of the disk
    half_done,  ///< half of what was to be written is written, as write(2) may do at any time
    delay       ///< the call takes 20 ms more
};

struct Control {
    std::atomic<std::uint64_t> calls;   ///< so many were made
    std::uint64_t target;               ///< the number of the call that is troubled, from 1; 0: all
    Trouble trouble;                    ///< `torn` and `half_done` trouble only what writes
    std::atomic<std::uint32_t> struck;  ///< so many were troubled
    char call[24];                      ///< the name of the last of them, as "fsync"
};

/// The environment variable that names the file.
constexpr auto control_variable = "KASPAR_CRASH_CONTROL";

}  // namespace kaspar::test::crash
