// The control folder of a test token: the file `rules`, which tests may change while processes use
// the token, and the file `calls`, a memory that all of them share, where every call is counted.
// New rules from write_rules() hold at once in all processes; such that are written by hand are
// found within a millisecond, so that a call need not ask the file system.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/token/rules.h"

namespace kaspar::test {

/// What is to happen to one call.
struct Fate {
    std::chrono::microseconds delay{0};
    std::optional<Rule> rule;  ///< never a delay
};

class Control {
  public:
    /// The folder must exist. Aborts, in words, when it cannot be used or has wrong rules.
    explicit Control(std::filesystem::path folder);
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;
    ~Control();

    /// Counts a call of this function, and says what the rules have in store for it.
    Fate next_call(std::size_t function);

    /// Calls since the rules were written; of any_function, the calls of all functions together.
    std::uint64_t calls(std::size_t function);

    /// Replaces the rules at once and counts anew.
    void write_rules(std::string_view text);

    const std::filesystem::path& folder() const { return folder_; }

  private:
    struct Shared;

    /// A file as it was when it was read; all zero if there was none.
    struct Version {
        std::uint64_t inode = 0;
        std::int64_t changed = 0;  ///< nanoseconds
        std::int64_t size = 0;
        bool operator==(const Version&) const = default;
    };

    Version version() const;
    bool up_to_date();
    void follow();
    void adopt();
    void read_rules();
    std::optional<std::uint64_t> count(std::size_t function);
    Fate fate(std::size_t function, std::uint64_t call, std::uint64_t call_of_all) const;

    std::filesystem::path folder_;
    std::string rules_file_;
    Shared* shared_;
    std::mutex mutex_;
    std::optional<Version> known_;  ///< the rules that were read
    std::chrono::steady_clock::time_point look_again_{};
    std::uint64_t generation_ = 0;
    std::vector<Rule> rules_;
};

}  // namespace kaspar::test
