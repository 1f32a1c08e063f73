#include "enforcer/policy/policy_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "enforcer/policy/fields.h"
#include "enforcer/policy/text.h"
#include "tests/support/catch.h"

namespace policy_file_test {

using namespace kaspar;
using namespace kaspar::enforcer;

namespace {

struct BadPolicy {
    std::string text;
    std::string line;  ///< the finding as it is told
};

}  // namespace

TEST_CASE("an error names place, field, what is wrong and the remedy", "[policy_file]") {
    const auto bad = GENERATE(values<BadPolicy>({
        {"{}", "p.json:1:1: error: keys: is missing; add it: a list; each item is an object"},
        {"[]", "p.json:1:1: error: a list […] is not an object; write it in { }"},
        {"{\"keys\": {}}",
         "p.json:1:10: error: keys: an object {…} is not a list; write it in [ ]"},
        {"{\"keys\": [],\n \"signatures\": {\"refrehs\": \"7d\"}}",
         "p.json:2:17: error: signatures.refrehs: there is no such field; did you mean "
         "\"refresh\"?"},
        {"{\"keys\": [], \"signatures\": {\"refresh\": \"7 days\"}}",
         "p.json:1:40: error: signatures.refresh: \"7 days\" is not a duration; write for example "
         "\"90s\", \"5m\", \"1h\", \"14d\", \"1d12h\" or \"P14D\""},
        {"{\"keys\": [], \"signatures\": {\"refresh\": 7}}",
         "p.json:1:40: error: signatures.refresh: 7 is not text; write it in double quotes"},
        {"{\"keys\": [], \"signatures\": {\"resign\": \"31d\"}}",
         "p.json:1:39: error: signatures.resign: \"31d\" is not a duration; write a duration from "
         "1s to 30d"},
        {"{\"keys\": [], \"zone\": {\"least_share\": 101}}",
         "p.json:1:38: error: zone.least_share: 101 is not a whole number from 0 to 100; write it "
         "without quotes, within the limits"},
        {"{\"keys\": [], \"zone\": {\"zonemd\": \"no\"}}",
         "p.json:1:33: error: zone.zonemd: \"no\" is not true or false; write true or false "
         "without quotes"},
        {"{\"keys\": [], \"zone\": {\"serial\": \"unixtme\"}}",
         "p.json:1:33: error: zone.serial: \"unixtme\" is not one of the words that can be here; "
         "did you mean \"unixtime\"?"},
        {"{\"keys\": [\n{\"role\": \"ksk\", \"rollover\": \"pre-publication\"}]}",
         "p.json:2:29: error: keys[0].rollover: \"pre-publication\" is not a method for this role; "
         "a ksk or csk can have \"double-signature\", \"double-ds\" or \"double-rrset\""},
        {"{\"keys\": [{\"role\": \"zsk\", \"rollover\": \"double-ds\"}]}",
         "p.json:1:39: error: keys[0].rollover: \"double-ds\" is not a method for this role; a zsk "
         "can have \"pre-publication\" or \"double-signature\""},
        {"{\"keys\": [{\"lifetime\": \"90d\"}]}",
         "p.json:1:11: error: keys[0].role: is missing; add it: \"ksk\", \"zsk\" or \"csk\""},
        {"{\"keys\": [], \"keys\": []}",
         "p.json:1:14: error: keys: \"keys\" is here a second time; keep one of them"},
        {"{\"version\": 2, \"keyz\": []}",
         "p.json:1:13: error: version: 2 is not a format version that this kaspar knows; it knows "
         "version 1: use the kaspar that wrote this, or write it anew"},
        {"{\"keys\": [], \"parent\": {\"ds_digest\": []}}",
         "p.json:1:38: error: parent.ds_digest: has 0 items; write 1 to 3"},
    }));
    const ExaminedPolicy examined = examine_policy("p", bad.text);
    CAPTURE(bad.text);
    REQUIRE(examined.findings.size() == 1);
    CHECK(finding_line("p.json", examined.findings[0]) == bad.line);
}

TEST_CASE("all errors are told at once, in the order of the text", "[policy_file]") {
    const auto examined = examine_policy("p",
                                         "{ \"nonsense\": 1,\n"
                                         "  \"signatures\": { \"validity\": 3 },\n"
                                         "  \"keys\": [ { \"role\": \"xsk\" },\n"
                                         "            { \"role\": \"ksk\", \"role\": \"zsk\" } ],\n"
                                         "  \"verify\": true }");
    std::vector<std::string> told;
    for (const Finding& one : examined.findings)
        told.push_back(fmt::format("{}:{} {}", one.at->line, one.at->column, one.field));
    CHECK(told == std::vector<std::string>{"1:3 nonsense", "2:31 signatures.validity",
                                           "3:23 keys[0].role", "4:30 keys[1].role",
                                           "5:13 verify"});
}

TEST_CASE("a finding of the lint stands where the field is, or where it would be",
          "[policy_file]") {
    const auto examined = examine_policy("p",
                                         "{\n \"keys\": [],\n"
                                         " \"signatures\": {\n  \"refresh\": \"20d\" } }");
    REQUIRE(examined.findings.size() == 3);  // the three validities are defaults
    for (const Finding& one : examined.findings)
        CHECK(one.at == Position{3, 16});
    const auto there = examine_policy("p",
                                      "{\n \"keys\": [],\n"
                                      " \"signatures\": {\n  \"validity\": \"6d\" } }");
    REQUIRE(there.findings.size() == 1);
    CHECK(there.findings[0].at == Position{4, 15});
    CHECK(there.findings[0].field == "signatures.validity");
}

TEST_CASE("every field but keys has a default", "[policy_file]") {
    const auto examined = examine_policy("p", R"({"keys": [{"role": "csk"}]})");
    REQUIRE(examined.findings.empty());
    const Policy& policy = examined.policy;
    CHECK(policy.name == "p");
    CHECK(policy.signatures.resign == std::chrono::hours(1));
    CHECK_FALSE(policy.signatures.renew_at_once);
    CHECK(policy.denial == DenialType::nsec);
    CHECK(policy.purge_after == std::chrono::days(90));
    CHECK(policy.least_share == 50);
    CHECK_FALSE(policy.soa_minimum);
    CHECK(policy.ds_digests == std::vector{DigestType::sha256});
    const KeySlot key{Role::csk, Algorithm::ecdsap256sha256,   256, std::nullopt,
                      {"local"}, Method::ksk_double_signature, 0};
    REQUIRE(policy.keys.size() == 1);
    CHECK(policy.keys[0] == key);
}

TEST_CASE("what a key line leaves out depends on its role and algorithm", "[policy_file]") {
    const auto examined = examine_policy("p", R"({"keys": [
        {"role": "ksk", "algorithm": "rsasha256", "keystore": ["a"], "rollover": "double-ds"},
        {"role": "zsk", "algorithm": "rsasha256", "bits": 3072, "lifetime": "P60D", "standby": 1}]})");
    REQUIRE_FALSE(has_errors(examined.findings));
    const auto& keys = examined.policy.keys;
    CHECK(keys[0].bits == 2048);
    CHECK(keys[0].method == Method::ksk_double_ds);
    CHECK(keys[0].keystores == std::vector<std::string>{"a"});
    CHECK(keys[1].bits == 3072);
    CHECK(keys[1].method == Method::zsk_pre_publication);
    CHECK(keys[1].lifetime == std::chrono::days(60));
    CHECK(keys[1].standby == 1);
}

TEST_CASE("every shipped policy is free of errors and warnings and reads back the same",
          "[policy_file]") {
    for (const auto& entry : std::filesystem::directory_iterator("policies")) {
        if (entry.path().extension() != ".json")
            continue;
        INFO(entry.path());
        const auto checked = read_checked_policy(entry.path());
        INFO((checked.ok() ? "" : checked.fault().words));
        REQUIRE(checked.ok());
        for (const Finding& warning : checked->warnings)
            FAIL_CHECK(finding_line(entry.path(), warning));
        CHECK(checked->policy.name == entry.path().stem());
        const auto again = examine_policy(checked->policy.name, policy_json(checked->policy));
        CHECK(again.policy == checked->policy);
    }
}

TEST_CASE("the policy of the design page is read", "[policy_file]") {
    const auto examined = examine_policy("d", R"({
  "version": 1,
  "description": "Small and medium zones",
  "signatures": { "validity": "14d", "dnskey_validity": "14d", "denial_validity": "14d",
                  "refresh": "7d", "jitter": "12h", "inception_offset": "1h" },
  "denial":     { "type": "nsec3","opt_out":false,"iterations":0,"salt_length":0,"resalt":"100d"},
  "dnskey":     { "ttl": "1h", "publish_safety": "1h", "retire_safety": "1h", "purge_after": "90d", "shared": false },
  "keys": [
    { "role": "ksk", "algorithm": "ecdsap256sha256", "lifetime": "unlimited", "keystore": "local", "rollover": "double-signature" },
    { "role": "zsk", "algorithm": "ecdsap256sha256", "lifetime": "90d",       "keystore": "local", "rollover": "pre-publication" }
  ],
  "algorithm_rollover": "conservative",           // or "liberal"
  "zone":   { "propagation_delay": "5m", "max_ttl": "1d", "soa_minimum": "keep", "serial": "unixtime" },
  "parent": { "propagation_delay": "1h", "ds_ttl": "1d", "registration_delay": "0s", "ds_digest": ["sha256"],
              "cds": true, "confirm": "manual" }, // manual | observed | both
  "verify": "all"                                 // all | new | sample
})");
    CHECK(examined.findings.empty());
}

TEST_CASE("a missing file and a bad one are faults of their kind", "[policy_file]") {
    const auto missing = read_policy("policies/no-such.json");
    REQUIRE_FALSE(missing.ok());
    CHECK(missing.fault().kind == FaultClass::io);
    CHECK_THAT(missing.fault().words, Catch::Contains("policies/no-such.json"));
}

TEST_CASE("policy text marks what has its default", "[policy_file]") {
    const auto examined =
        examine_policy("p", R"({"keys": [{"role": "csk"}], "zone": {"max_ttl": "2h"}})");
    const std::string text = policy_text(examined.policy);
    CHECK_THAT(text, Catch::Contains("policy p\n"));
    CHECK_THAT(text, Catch::Contains("  zone.max_ttl                 2h\n"));
    CHECK_THAT(text,
               Catch::Contains("  zone.propagation_delay       5m                   (default)\n"));
    CHECK_THAT(text, Catch::Contains("  keys[0].role                 csk\n"));
}

TEST_CASE("a damaged policy file is read or refused with a place, never anything else",
          "[policy_file]") {
    const std::string good = policy_json(read_policy("policies/tld.json").value());
    std::mt19937 random(1);
    const auto below = [&](std::size_t n) { return random() % n; };
    constexpr std::string_view spice = "{}[]\",:/*\\ 0-e\n\xFF";
    for (int round = 0; round < 3000; ++round) {
        std::string text = good;
        for (std::size_t left = 1 + below(4); left > 0; --left)
            text[below(text.size())] = spice[below(spice.size())];
        text.resize(below(8) == 0 ? below(text.size()) : text.size());
        const ExaminedPolicy examined = examine_policy("p", text);
        for (const Finding& one : examined.findings) {
            REQUIRE(one.at.has_value());
            CHECK_FALSE(one.words.empty());
        }
    }
}

}  // namespace policy_file_test
