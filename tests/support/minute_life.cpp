#include "tests/support/minute_life.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/support/catch.h"
#include "tests/support/judges.h"
#include "tests/support/minute_policy.h"

using namespace std::chrono_literals;

namespace kaspar::test {

MinuteLife::MinuteLife(const std::string& policy) : caches_(1min, 1min) {  // as the policy says
    site.set_time(now);
    if (policy.find("\"hsm\"") != policy.npos)
        site.add_token("hsm", token.emplace());
    liberal_ = policy.find("liberal") != policy.npos;
    set_policy(policy);
    site.write("example.com", minute_zone);
    site.add_zone("example.com", "test");
}

nlohmann::json MinuteLife::status() const {
    const auto told = site.kaspar({"status", "example.com", "--json"});
    return nlohmann::json::parse(told.output);
}

std::vector<std::string> MinuteLife::keys() const {
    std::vector<std::string> found;
    const auto told = status();
    for (const auto& one : told["keys"])
        if (one["dnskey"] != "hidden" || (one["ds"] != "hidden" && one["ds"] != "na"))
            found.push_back(fmt::format("{} {}", one["role"].get<std::string>(),
                                        one["algorithm"].get<std::string>()));
    std::sort(found.begin(), found.end());
    return found;
}

void MinuteLife::live(Duration length, bool is_signed) {
    for (const Time end = now + length; now < end; now += 10min) {
        site.set_time(now);
        step(is_signed);
    }
}

bool MinuteLife::enforce() {
    site.set_time(now);
    const auto before = site.read("state/instructions/example.com");
    expect(site.enforcer());
    return site.read("state/instructions/example.com") != before;
}

void MinuteLife::step(bool is_signed) {
    INFO(to_rfc3339(now));
    judge();
    expect(site.enforcer());
    expect(site.signer());
    caches_.zone_publishes(read_rrsets(site / "example.com.signed"), now);
    expect(site.enforcer());
    parent_takes_ds();
    judge();
    (void)site.kaspar({"ds", "seen", "example.com"});
    (void)site.kaspar({"ds", "gone", "example.com"});
    if (!is_signed)
        return;
    expect(site.verify("example.com"));
    if (!token)
        return;
    // Of the judges the one that knows every step of every roll: kzonecheck wants no CDS before its
    // DNSKEY (double-DS), and refuses a delegation's NSEC beside two CSKs (3.2).
    const Verdict verdict = ldns_verify_zone(site / "example.com.signed", now);
    INFO(verdict.output);
    CHECK(verdict.accepted);
}

void MinuteLife::parent_takes_ds() {
    site.write("ds", ds());
    const auto wanted = read_rrsets(site / "ds");
    SignedRRset set = wanted.empty() ? SignedRRset{} : wanted.front();
    set.ttl = 600;
    caches_.parent_publishes(set, now);
}

/// The caches are as strict as a conservative policy, so a liberal one is not held to them.
void MinuteLife::judge() {
    if (!liberal_)
        CHECK(caches_.complaint(now) == "");
}

void become_secure(MinuteLife& life) {
    life.live(1h);
    REQUIRE_FALSE(life.ds().empty());
}

}  // namespace kaspar::test
