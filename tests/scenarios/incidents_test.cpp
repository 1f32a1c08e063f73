// What broke others, named after where and when, each at the level at which it would break here:
// the core, the signer, the verifier, or all programs together. "It stays fixed."
#include <algorithm>
#include <fstream>

#include "enforcer/core/timing.h"
#include "enforcer/store/database.h"
#include "signer/core/verifier.h"
#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"
#include "tests/support/peer_signer.h"
#include "tests/support/signer_bench.h"
#include "tests/support/split_zone.h"
#include "tests/support/zones.h"
#include "tests/unit/core_zone.h"

namespace incidents_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace kaspar::test;
using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::hours;

namespace {

/// A zone that is signed, and whose DS is at the parent.
void make_secure(Sandbox& box) {
    expect(box.add_zone());
    for (int pass = 0; pass < 3; ++pass) {
        expect(box.enforcer());
        box.sign();
        box.wait(26h);
    }
    expect(box.enforcer());
    expect(box.kaspar({"ds", "seen", "example.org"}));
}

/// A day of the three programs, and the next.
void live(Sandbox& box, int length) {
    for (int day = 0; day < length; ++day) {
        box.sign();
        expect(box.enforcer());
        box.wait(24h);
    }
}

std::filesystem::path key_file(const Sandbox& box, const std::string& locator) {
    for (const auto& entry : std::filesystem::directory_iterator(box / "keys"))
        if (has(entry.path().filename().string(), locator))
            return entry.path();
    FAIL("no key file of " << locator);
    return {};
}

/// A zone that the real signer has signed with a KSK and a ZSK.
struct SignedBench : SignerBench {
    SignedBench() {
        add_key(KeyRole::ksk);
        add_key(KeyRole::zsk);
        input(apex_lines + "www A 192.0.2.1\n");
        REQUIRE(run().run.outcome == RunOutcome::published);
    }
};

signer::VerificationResult verify_text(const TextZone& text) {
    const auto zone = text.zone();
    return verified(
        {.zone = signer::WholeZone(zone), .now = while_valid(), .make_verifier = make_verifier});
}

bool tells(const signer::VerificationResult& result, const std::string& owner,
           const std::string& words) {
    return std::any_of(result.problems.begin(), result.problems.end(), [&](const auto& problem) {
        return problem.owner == owner && has(problem.words, words);
    });
}

}  // namespace

// ---- Key tags ---------------------------------------------------------------------------------

TEST_CASE(".de, May 2026: another key pair under the same label signs nothing", "[incident]") {
    SignedBench bench;
    const std::string before = bench.output();
    auto& zsk = bench.instruction.keys[1];
    REQUIRE(bench.store.generate(zsk.locator, {Algorithm::ecdsap256sha256, 256}, {}).ok());
    bench.keys.forget();
    bench.input(apex_lines + "www A 192.0.2.2\n");
    CHECK(bench.run().run.outcome == RunOutcome::refused);
    CHECK(bench.output() == before);
}

TEST_CASE(".ru, January 2024: a new key whose tag another key of the zone has is made anew",
          "[incident]") {
    const Sandbox box;
    expect(box.add_zone());
    expect(box.enforcer());
    const auto keys = box.json({"key", "list"});
    // The key store has made the same key once more, under another locator.
    std::filesystem::copy_file(key_file(box, keys[1]["locator"]),
                               box / ("keys/" + std::string(32, 'a') + ".p8"));
    box.begin_key(std::string(32, 'a'));
    expect(box.enforcer());
    const auto after = box.json({"key", "list"});
    REQUIRE(after.size() == 3);
    CHECK(after[2]["tag"] != after[1]["tag"]);
}

// ---- Keys that leave too early ----------------------------------------------------------------

TEST_CASE(".nz, May 2023: a DS with a longer TTL keeps its key in the zone", "[incident]") {
    Policy policy = policy_with({ksk(), zsk()});
    policy.ds_ttl = days{2};
    CoreZone zone = secure_zone(policy);
    REQUIRE(ask_roll(zone.history, policy, Role::ksk).ok());
    const auto& now = zone.history.arrangement;
    time_until(zone, [&] { return now.ds == KeySet::of(2); });
    // Lowered just when the DS is swapped: caches hold the old one with two days.
    zone.policy.ds_ttl = hours{1};
    CHECK(time_until(zone, [&] { return !now.dnskey.contains(0); }) == days{2} + hours{3});
}

TEST_CASE("BIND, OpenDNSSEC: a TTL lowered in the middle of a roll shortens no wait",
          "[incident]") {
    CoreZone zone = secure_zone(policy_with({ksk(), zsk()}));
    REQUIRE(ask_roll(zone.history, zone.policy, Role::zsk).ok());
    zone.settle();
    zone.policy.dnskey_ttl = zone.policy.max_ttl = Duration{60};
    const auto& now = zone.history.arrangement;
    CHECK(time_until(zone, [&] { return now.zone_signers == KeySet::of(2); }) == hours{3});
}

TEST_CASE("BIND, 2026: KSK+ZSK to CSK, DS swapped, then a quick roll: the old key outlives its DS",
          "[incident]") {
    CoreZone zone = secure_zone(policy_with({ksk(), zsk()}));
    zone.policy.keys = {csk()};
    const auto& now = zone.history.arrangement;
    time_until(zone, [&] { return now.ds == KeySet::of(2); });
    REQUIRE(ask_roll(zone.history, zone.policy, Role::csk).ok());
    const Time swapped = zone.now;
    zone.settle();
    REQUIRE(zone.history.keys.size() == 4);
    time_until(zone, [&] { return !now.dnskey_signers.contains(0); });
    CHECK(zone.now - swapped >= zone.policy.ds_ttl + zone.policy.parent_propagation_delay);
    zone.run_for(days{30});
    CHECK(now.all() == KeySet::of(3));
}

TEST_CASE("BIND, 2021: three rolls at once: no key leaves while data carries its signatures",
          "[incident]") {
    CoreZone zone = secure_zone(policy_with({ksk(), zsk()}));
    for (int roll = 0; roll < 3; ++roll) {
        REQUIRE(ask_roll(zone.history, zone.policy, Role::zsk).ok());
        REQUIRE(ask_roll(zone.history, zone.policy, Role::ksk).ok());
        zone.run_for(hours{2});
    }
    REQUIRE(zone.history.keys.size() == 8);
    const auto& now = zone.history.arrangement;
    const Duration swap = time_until(zone, [&] { return !now.zone_signers.contains(1); });
    CHECK(swap > Duration{0});
    CHECK(time_until(zone, [&] { return !now.dnskey.contains(1); }) ==
          timing::zsk_retirement(Duration{0}, hours{1}, hours{24}));
    zone.run_for(days{30});
    CHECK(now.all().size() == 2);
    CHECK(now.dnskey == (now.ds | now.zone_signers));
}

TEST_CASE("RIPE NCC, June 2010: a new signer publishes the previous ZSK, too", "[incident]") {
    SignedBench bench;
    const auto successor = bench.add_key(KeyRole::zsk);
    bench.instruction.keys[1].sign_zone = false;
    bench.instruction.keys[successor].sign_zone = true;
    std::filesystem::remove(bench.output_file());
    std::filesystem::remove(bench.configuration.reports() / "example");
    REQUIRE(bench.run().run.outcome == RunOutcome::published);
    const auto report = bench.report();
    CHECK(report.publication->dnskeys.size() == 3);
    REQUIRE(report.publication->data_signers.size() == 1);
    CHECK(report.publication->data_signers[0].keys ==
          std::vector{bench.instruction.keys[successor].dnskey.key.fingerprint()});
}

TEST_CASE("RIPE NCC, June 2010: the previous ZSK is instructed while caches hold its signatures",
          "[incident]") {
    CoreZone zone = secure_zone(policy_with({ksk(), zsk()}));
    REQUIRE(ask_roll(zone.history, zone.policy, Role::zsk).ok());
    const auto& now = zone.history.arrangement;
    time_until(zone, [&] { return now.zone_signers == KeySet::of(2); });
    zone.run_for(zone.policy.max_ttl + zone.policy.zone_propagation_delay - hours{1});
    CHECK(now.dnskey == KeySet::of(0, 1, 2));
}

// ---- Signatures that are missing --------------------------------------------------------------

TEST_CASE("ripe.net, 2011: a DNSKEY RRset that the current KSK has not signed is not published",
          "[incident]") {
    const auto text = sign_with_bind({13}, Denial::nsec);
    const auto zone = text.zone();
    const auto* apex = zone.find(zone.apex().wire());
    const auto* rrset = zone.find(*apex, signer::rr::dnskey);
    signer::Expectations expected{};
    for (std::uint32_t i = 0; i < rrset->record_count; ++i)
        expected.dnskeys.push_back(Dnskey::from_rdata(zone.rdata(*rrset, i)).value());
    // The KSK has signed; now it is the other key that the parent has.
    for (const Dnskey& key : expected.dnskeys)
        if (!key.is_sep())
            expected.dnskey_signers.push_back(key);
    const auto result = verified({.zone = signer::WholeZone(zone),
                                  .now = while_valid(),
                                  .make_verifier = make_verifier,
                                  .expected = expected});
    CHECK(tells(result, "example", "was instructed to sign this, and has not"));
}

TEST_CASE("ripe.net, 2011: in the middle of a KSK roll both keys sign the DNSKEY RRset",
          "[incident]") {
    for (const Method method : {Method::ksk_double_signature, Method::ksk_double_rrset}) {
        CoreZone zone = secure_zone(policy_with({ksk(method), zsk()}));
        REQUIRE(ask_roll(zone.history, zone.policy, Role::ksk).ok());
        zone.settle();
        const auto& now = zone.history.arrangement;
        CHECK(now.dnskey_signers == KeySet::of(0, 2));
        time_until(zone, [&] { return now.dnskey_signers == KeySet::of(2); });
        for (const auto& version : zone.history.ds)
            if (version.window.live(zone.now))
                CHECK(version.keys.contains(2));
    }
}

TEST_CASE("Slack, September 2021: a wildcard whose NSEC denies its types is not published",
          "[incident]") {
    auto text = sign_with_bind({13}, Denial::nsec);
    SECTION("a type is missing from its bitmap") {
        auto& bitmap = text.at("*.wild", "NSEC").rdata;
        std::erase(bitmap, "TXT");
    }
    SECTION("the wildcard is missing from the chain") {
        const auto next = text.at("*.wild", "NSEC").rdata[0];
        text.remove("*.wild", "NSEC");
        for (TextRecord& record : text.records())
            if (record.type == "NSEC" && record.rdata[0] == "*.wild.example.")
                record.rdata[0] = next;
    }
    CHECK_FALSE(verify_text(text).good());
}

TEST_CASE("Slack, September 2021: no DNSKEY leaves while a DS may be cached", "[incident]") {
    CoreZone zone = secure_zone(policy_with({ksk(), zsk()}));
    zone.policy.keys.clear();
    zone.parent_works = false;
    zone.run_for(days{30});
    const auto& now = zone.history.arrangement;
    CHECK(now.ds.empty());
    CHECK(now.dnskey == KeySet::of(0, 1));
    CHECK(now.zone_signers == KeySet::of(1));
    zone.parent_works = true;
    CHECK(time_until(zone, [&] { return now.dnskey.empty(); }) ==
          timing::ksk_retirement(zone.policy.parent_propagation_delay, zone.policy.ds_ttl));
}

// ---- Nobody looked ----------------------------------------------------------------------------

TEST_CASE(".mm, 2016: health calls a person days before signatures expire", "[incident]") {
    Sandbox box;
    make_secure(box);
    box.sign();
    expect(box.enforcer());
    const Time signed_at = box.now();
    std::optional<Time> called;
    for (box.wait(6h); box.now() < signed_at + 14 * 24h; box.wait(6h)) {
        expect(box.enforcer());
        const auto health = box.kaspar({"health"});
        if (!called && health.status == 1 && has(health.output, "expire"))
            called = box.now();
    }
    REQUIRE(called);
    CHECK(*called <= signed_at + 14 * 24h - 3 * 24h);
}

TEST_CASE(".mm, 2016: a zone whose input is broken is re-signed all the same", "[incident]") {
    SignedBench bench;
    const auto expiry = bench.report().publication->first_expiry;
    bench.input("this is no zone\n");
    bench.now += days{8};
    (void)bench.run();
    CHECK(bench.report().publication->first_expiry > expiry);
}

// ---- Something is missing ---------------------------------------------------------------------

TEST_CASE("BIND, 2020: a missing key file stops its zone, tells, and no new key is made",
          "[incident]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.add_zone("other.org").status == 0);
    REQUIRE(box.enforcer().status == 0);
    const std::string before = box.read(box.instruction());
    const auto keys = box.json({"key", "list", "example.org"});
    for (const auto& entry : std::filesystem::directory_iterator(box / "keys"))
        if (entry.path().string().find(keys[0]["locator"].get<std::string>()) != std::string::npos)
            std::filesystem::remove(entry.path());

    box.sign();
    box.sign("other.org");
    box.wait(26h);
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(has(pass.errors, "is missing from key store local"));
    CHECK(box.json({"key", "list", "example.org"}) == keys);
    CHECK(box.read(box.instruction()) == before);
    CHECK(box.kaspar({"health"}).status == 1);
    CHECK(box.json({"status", "example.org"})["trouble"].is_string());
    CHECK(box.kaspar({"log", "example.org"}).output.find("stands still") != std::string::npos);
    // The other zone goes on.
    CHECK(box.json({"status", "other.org"})["trouble"].is_null());
}

TEST_CASE("BIND, 2024: a missing database row stops its zone, tells, and no new key is made",
          "[incident]") {
    Sandbox box;
    make_secure(box);
    const std::string before = box.read(box.instruction());
    const auto files = std::distance(std::filesystem::directory_iterator(box / "keys"), {});
    {
        auto database = Database::open((box / "state/kaspar.db").string());
        REQUIRE(database.ok());
        REQUIRE(database->run("DELETE FROM keys WHERE role = 'zsk'").ok());
    }
    box.sign();
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(has(pass.errors, "its row is missing"));
    CHECK(box.read(box.instruction()) == before);
    CHECK(std::distance(std::filesystem::directory_iterator(box / "keys"), {}) == files);
    CHECK(box.kaspar({"health"}).status == 1);
}

TEST_CASE(
    "BIND, 2024: a missing row of a version stops its zone, and no old key leaves for want of it",
    "[incident]") {
    Sandbox box;
    make_secure(box);
    expect(box.kaspar({"key", "roll", "example.org", "--role", "ksk"}));
    const std::string before = box.read(box.instruction());
    {
        auto database = Database::open((box / "state/kaspar.db").string());
        REQUIRE(database.ok());
        REQUIRE(database->run("DELETE FROM ds_versions").ok());
    }
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(has(pass.errors, "versions of its records"));
    CHECK(box.read(box.instruction()) == before);
    CHECK(box.json({"key", "list"}).size() == 2);
    CHECK(has(box.kaspar({"explain", "example.org"}).output, "put a backup of the database back"));
    CHECK(box.kaspar({"key", "roll", "example.org", "--role", "zsk"}).status == 1);
    CHECK(box.kaspar({"health"}).status == 1);
}

TEST_CASE("BIND, 2024: after a restart nothing is made and nothing withdrawn", "[incident]") {
    Sandbox box;
    make_secure(box);
    live(box, 3);
    const std::string before = box.read(box.instruction());
    const auto keys = box.json({"key", "list"});
    for (int restart = 0; restart < 3; ++restart)
        expect(box.enforcer());
    CHECK(box.json({"key", "list"}) == keys);
    CHECK(box.read(box.instruction()) == before);
}

// ---- Programs that are away, and housekeeping -------------------------------------------------

TEST_CASE(
    "OpenDNSSEC: a signer that is down for a month: nothing that it has not published is relied on",
    "[incident]") {
    CoreZone zone = secure_zone(policy_with({ksk(), zsk()}));
    zone.signer_works = false;
    REQUIRE(ask_roll(zone.history, zone.policy, Role::zsk).ok());
    REQUIRE(ask_roll(zone.history, zone.policy, Role::ksk).ok());
    zone.run_for(days{30});
    const auto& now = zone.history.arrangement;
    CHECK(now.ds == KeySet::of(0));
    CHECK(now.zone_signers == KeySet::of(1));
    CHECK(waits_on(plan(zone.history, zone.policy, zone.now), Waiting::signer));
    zone.signer_works = true;
    CHECK(time_until(zone, [&] { return now.zone_signers != KeySet::of(1); }) == hours{3});
}

TEST_CASE("Cascade: a key that cannot be removed from its store stops no signing", "[incident]") {
    Sandbox box;
    make_secure(box);
    expect(box.kaspar({"key", "roll", "example.org", "--role", "zsk"}));
    live(box, 8);
    const auto keys = box.json({"key", "list", "example.org"});
    REQUIRE(keys.size() == 3);
    const auto old_key = key_file(box, keys[1]["locator"]);
    std::filesystem::remove(old_key);
    std::filesystem::create_directories(old_key / "in the way");

    box.sign();
    box.wait(240h);
    expect(box.kaspar({"key", "roll", "example.org", "--role", "zsk"}));
    const auto generation = box.instructed().generation;
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(has(pass.errors, "removing zsk"));
    CHECK(box.instructed().generation == generation + 1);
    CHECK(box.json({"key", "list", "example.org"})[1]["state"] == "ready");

    std::filesystem::remove_all(old_key);
    std::ofstream(old_key) << "";
    expect(box.enforcer());
    CHECK(box.json({"key", "list", "example.org"})[1]["state"] == "purged");
}

}  // namespace incidents_test
