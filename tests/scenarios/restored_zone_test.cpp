// A backup made in the middle of a roll and put back when the roll has gone on: the real programs,
// and every resolver, on a simulated clock. No resolver finds the zone bogus, no key is made in
// place of one that is missing, and the person is told what to do.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/catch.h"
#include "tests/support/installation.h"
#include "tests/support/resolver_caches.h"

namespace restored_zone_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

constexpr auto zone_text = R"($TTL 300
@     SOA  ns.example.net. hostmaster.example.net. 1 3600 900 1209600 300
@     NS   ns.example.net.
www   A    192.0.2.1
)";

/// Rolls take an hour.
constexpr auto policy = R"({ "version": 1,
  "signatures": { "validity": "4d", "dnskey_validity": "4d", "denial_validity": "4d", "refresh": "2d",
                  "jitter": "1h", "resign": "10m", "renew": "at-once" },
  "dnskey": { "ttl": "5m", "publish_safety": "5m", "retire_safety": "5m" },
  "zone": { "propagation_delay": "1m", "max_ttl": "10m" },
  "parent": { "propagation_delay": "1m", "ds_ttl": "10m" },
  "keys": [ { "role": "ksk", "algorithm": "ecdsap256sha256", "keystore": "local" },
            { "role": "zsk", "algorithm": "ecdsap256sha256", "keystore": "local" } ] })";

std::string joined(const std::set<std::string>& tags) {
    return tags.empty() ? "none" : fmt::format("{}", fmt::join(tags, ","));
}

class RestoredLife {
  public:
    RestoredLife() {
        site.write("policies/test.json", policy);
        site.write("example.com", zone_text);
        site.set_time(now_);
        site.add_zone("example.com", "test");
        live(1h);
        REQUIRE(ds_tags().size() == 1);
    }

    /// Ten minutes a step; the parent and the operator answer at once.
    void live(Duration length) {
        for (const Time end = now_ + length; now_ < end; now_ += 10min) {
            INFO(to_rfc3339(now_));
            site.set_time(now_);
            expect(site.enforcer());
            expect(site.signer());
            expect(site.enforcer());
            publish();
            (void)site.kaspar({"ds", "seen", "example.com"});
            (void)site.kaspar({"ds", "gone", "example.com"});
        }
    }

    /// What servers have now is in caches, and none of them finds it bogus.
    void publish() {
        expect(site.verify("example.com"));
        caches_.zone_publishes(read_rrsets(site / "example.com.signed"), now_);
        site.write("ds", site.kaspar({"ds", "show", "example.com"}).output);
        const auto wanted = read_rrsets(site / "ds");
        SignedRRset set = wanted.empty() ? SignedRRset{} : wanted.front();
        set.ttl = 600;
        caches_.parent_publishes(set, now_);
        CHECK(caches_.complaint(now_) == "");
    }

    void roll(const std::string& role) const {
        expect(site.kaspar({"key", "roll", "example.com", "--role", role}));
    }

    void back_up() const {
        expect(site.kaspar({"backup", beside("backup.tar"), "--with-secrets"}));
    }

    /// All that the set-up was is lost, but what belongs to the name server and the signer.
    void restore() const {
        const std::filesystem::path before = beside("before");
        std::filesystem::rename(beside("kaspar"), before);
        const auto restored = run({{KASPAR_PROGRAMS "/enforcer/kaspar", "restore",
                                    beside("backup.tar"), beside("kaspar")}});
        expect(restored);
        CHECK(says(restored, "health"));
        for (const auto* kept : {"example.com", "example.com.signed", "state/reports/example.com"})
            std::filesystem::copy_file(before / kept, site / kept,
                                       std::filesystem::copy_options::overwrite_existing);
        std::filesystem::copy(before / "state/executed", site / "state/executed",
                              std::filesystem::copy_options::recursive);
    }

    CommandResult confirm(const std::set<std::string>& dnskey,
                          const std::set<std::string>& ds) const {
        return site.kaspar(
            {"zone", "confirm", "example.com", "--dnskey", joined(dnskey), "--ds", joined(ds)});
    }

    /// As `dig` would tell them.
    std::set<std::string> dnskey_tags() const {
        std::set<std::string> tags;
        const Report report = site.report("example.com");
        for (const Dnskey& key : report.publication->dnskeys)
            tags.insert(std::to_string(key.tag()));
        return tags;
    }
    std::set<std::string> ds_tags() const {
        std::set<std::string> tags;
        const auto shown = site.kaspar({"ds", "show", "example.com", "--json"}).output;
        for (const auto& ds : nlohmann::json::parse(shown))
            tags.insert(ds["tag"].dump());
        return tags;
    }

    std::size_t keys() const {
        const auto listed = site.kaspar({"key", "list", "example.com", "--json"}).output;
        return nlohmann::json::parse(listed).size();
    }

    Installation site;

  private:
    std::string beside(const std::string& name) const {
        return ((site / "x").parent_path().parent_path() / name).string();
    }

    Time now_ = *parse_rfc3339("2026-11-24T00:00:00Z");
    ResolverCaches caches_{1min, 1min};
};

/// Whatever is run now leaves what is published, and makes no key.
void expect_to_stand_still(const RestoredLife& life) {
    const auto published = life.site.read("example.com.signed");
    const auto keys = life.keys();
    const auto pass = life.site.enforcer();
    CHECK(pass.status == 1);
    CHECK(says(pass, "restored from a backup of 2026-11-24T0"));
    (void)life.site.signer();
    CHECK(life.site.enforcer().status == 1);
    CHECK(life.site.read("example.com.signed") == published);
    CHECK(life.keys() == keys);
    CHECK_FALSE(std::filesystem::exists(life.site / "state/instructions/example.com"));
    const auto health = life.site.kaspar({"health"});
    CHECK(health.status == 1);
    CHECK(says(health, "kaspar zone confirm example.com"));
    CHECK(says(life.site.kaspar({"status", "example.com"}), "restored from a backup"));
    CHECK(life.site.kaspar({"key", "roll", "example.com", "--role", "zsk"}).status == 1);
    CHECK(says(life.site.kaspar({"zone", "remove", "example.com", "--purge-keys"}),
               "kaspar zone confirm example.com"));
}

}  // namespace

TEST_CASE("a roll that ended after the backup is taken up where it is", "[backup]") {
    RestoredLife life;
    const std::string role = GENERATE("zsk", "ksk");
    INFO(role);
    life.roll(role);
    SECTION("the backup knows of a key that is not published yet") {
        expect(life.site.enforcer());
        life.back_up();
    }
    SECTION("the backup knows of a key that is published") {
        life.live(20min);
        REQUIRE(life.dnskey_tags().size() == 3);
        life.back_up();
    }
    life.live(90min);
    const auto dnskey = life.dnskey_tags(), ds = life.ds_tags();
    REQUIRE(dnskey.size() == 2);
    life.restore();
    expect_to_stand_still(life);
    CHECK(says(life.confirm({"1", "2"}, ds), "by the signer's report the DNSKEYs are"));
    CHECK(says(life.confirm(dnskey, {"1"}), "not all are DS of keys"));
    expect_to_stand_still(life);
    const auto confirmed = life.confirm(dnskey, ds);
    expect(confirmed);
    CHECK(says(confirmed, "nothing moves before"));
    CHECK(says(life.confirm(dnskey, ds), "does not wait for this"));
    life.live(40min);
    CHECK(life.dnskey_tags() == dnskey);
    CHECK(life.ds_tags() == ds);
    expect(life.site.kaspar({"health"}));
    life.roll("zsk");
    life.live(90min);
    CHECK(life.dnskey_tags().size() == 2);
    CHECK(life.dnskey_tags() != dnskey);
}

TEST_CASE("a key that was made after the backup stops its zone loudly, and none is made for it",
          "[backup]") {
    RestoredLife life;
    life.back_up();
    life.roll("zsk");
    life.live(20min);
    const auto dnskey = life.dnskey_tags(), ds = life.ds_tags();
    REQUIRE(dnskey.size() == 3);
    life.restore();
    REQUIRE(life.keys() == 2);
    expect_to_stand_still(life);
    const auto refused = life.confirm(dnskey, ds);
    CHECK(refused.status == 1);
    CHECK(says(refused, "is in the published zone, but is not a key of this zone"));
    expect_to_stand_still(life);
}

TEST_CASE("the keys of a restored zone are destroyed only when a person insists", "[backup]") {
    RestoredLife life;
    life.back_up();
    life.restore();
    expect_to_stand_still(life);
    expect(life.site.kaspar({"zone", "remove", "example.com", "--purge-keys", "--force"}));
    CHECK(std::filesystem::is_empty(life.site / "keys"));
}

TEST_CASE("a key made ahead, and taken since the backup, is taken up", "[backup]") {
    RestoredLife life;
    expect(life.site.kaspar({"key", "generate", "example.com", "--role", "zsk", "--rolls", "1"}));
    life.back_up();
    life.roll("zsk");
    life.live(90min);
    const auto dnskey = life.dnskey_tags(), ds = life.ds_tags();
    life.restore();
    REQUIRE(life.keys() == 3);
    expect_to_stand_still(life);
    expect(life.confirm(dnskey, ds));
    life.live(40min);
    CHECK(life.dnskey_tags() == dnskey);
    CHECK(life.ds_tags() == ds);
    expect(life.site.kaspar({"health"}));
}

}  // namespace restored_zone_test
