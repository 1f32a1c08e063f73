// A zone on a test bench that was published once: what a run of the signer is tried on.
#pragma once

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/signer_bench.h"
#include "tests/support/zones.h"

namespace kaspar::test {

inline const std::string hosts = apex_lines + "a A 192.0.2.1\nb A 192.0.2.2\nc A 192.0.2.3\n";

// With hosts: SOA, NS, DNSKEY and its NSEC at the apex; A and NSEC at a, b and c.
constexpr std::uint64_t all_signatures = 4 + 3 * 2;

/// KSK and ZSK, three hosts, published.
struct Published : SignerBench {
    std::size_t ksk, zsk;

    Published() : ksk(add_key(KeyRole::ksk)), zsk(add_key(KeyRole::zsk)) {
        input(hosts);
        expect(RunOutcome::published);
    }

    signer::Execution expect(RunOutcome outcome) {
        auto done = run();
        INFO(fmt::format("{}", fmt::join(done.run.errors, "\n")));
        REQUIRE(done.run.outcome == outcome);
        return done;
    }

    /// Made and reused signatures of a run that must publish.
    std::pair<std::uint64_t, std::uint64_t> counts(RunOutcome outcome = RunOutcome::published) {
        const auto done = expect(outcome);
        return {done.publication->signatures_made, done.publication->signatures_reused};
    }

    std::string name(std::size_t key) const {
        return instruction.keys[key].dnskey.key.fingerprint();
    }

    /// How many RRsets of the zone's data are signed by just these keys.
    std::uint64_t signed_by(std::vector<std::size_t> indexes) const {
        std::vector<std::string> names;
        for (const auto index : indexes)
            names.push_back(name(index));
        std::sort(names.begin(), names.end());
        const auto told = report();
        for (const auto& set : told.publication->data_signers)
            if (set.keys == names)
                return set.rrsets;
        return 0;
    }
};

using Counts = std::pair<std::uint64_t, std::uint64_t>;

inline struct stat status_of(const std::filesystem::path& file) {
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    return status;
}

inline bool same_file(const struct stat& a, const struct stat& b) {
    return a.st_ino == b.st_ino && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
           a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

inline bool tells(const std::vector<std::string>& words, std::string_view part) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& line) {
        return line.find(part) != std::string::npos;
    });
}

}  // namespace kaspar::test
