// Zones under one policy in an installation, on a simulated clock, and what a run of the signer
// says of each.
#pragma once

#include <fmt/format.h>
#include <sys/stat.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/installation.h"

namespace kaspar::test::many_zones {

inline const Time first_day = *parse_rfc3339("2026-11-24T00:00:00Z");

constexpr auto policy = R"({ "version": 1,
  "signatures": { "validity": "14d", "refresh": "7d", "jitter": "12h" },
  "keys": [ { "role": "ksk", "algorithm": "ecdsap256sha256", "keystore": "local" },
            { "role": "zsk", "algorithm": "ecdsap256sha256", "keystore": "local" } ] })";

constexpr auto good_zone = R"($TTL 3600
@     SOA  ns.example.net. hostmaster.example.net. 1 3600 900 1209600 600
@     NS   ns.example.net.
www   A    192.0.2.1
mail  A    192.0.2.2
)";

/// An installation with zones under the policy above, on a simulated clock.
class ManyZones {
  public:
    explicit ManyZones(std::vector<std::string> names) : names_(std::move(names)) {
        site.set_time(first_day);
        site.write("policies/test.json", policy);
        for (const auto& name : names_) {
            site.write(name, good_zone);
            site.add_zone(name, "test");
        }
        expect(site.enforcer());
    }

    const std::vector<std::string>& names() const { return names_; }
    std::string output(const std::string& zone) const { return site.read(zone + ".signed"); }
    bool is_signed(const std::string& zone) const {
        return std::filesystem::exists(site / (zone + ".signed"));
    }

    RunOutcome last_outcome(const std::string& zone) const {
        return site.report(zone).last_run.outcome;
    }

    /// What a signer's run says of each zone, in JSON; fails the test unless it ends with `status`.
    std::map<std::string, nlohmann::json> sign(int status) const {
        const auto run = site.signer({"--json"});
        expect(run, status);
        std::map<std::string, nlohmann::json> told;
        for (const auto& zone : nlohmann::json::parse(run.output))
            told[zone.at("zone").get<std::string>()] = zone;
        return told;
    }

    /// Fails the test unless the verifier accepts the zone's output at this time.
    void verify(const std::string& zone, Time at) {
        site.set_time(at);
        expect(site.verify(zone));
    }

    Installation site;

  private:
    std::vector<std::string> names_;
};

/// Fails the test unless `words` has each of the parts.
inline void check_names(const std::string& words, const std::vector<std::string>& parts) {
    INFO(words);
    for (const auto& part : parts)
        CHECK(words.find(part) != std::string::npos);
}

struct Place {
    ino_t inode;
    std::int64_t modified;  ///< nanoseconds
    bool operator==(const Place&) const = default;
};

inline Place place_of(const std::filesystem::path& file) {
    struct stat found {};
    REQUIRE(::stat(file.c_str(), &found) == 0);
    return {found.st_ino, found.st_mtim.tv_sec * 1'000'000'000LL + found.st_mtim.tv_nsec};
}

}  // namespace kaspar::test::many_zones
