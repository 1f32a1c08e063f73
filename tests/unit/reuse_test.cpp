// The reuse decision alone: one RRset, its old signatures, the keys as instructed.
#include "signer/core/reuse.h"

#include "tests/support/catch.h"
#include "tests/support/zones.h"

namespace reuse_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

const Time now = parse_rfc3339("2026-11-24T06:00:00Z").value();
constexpr auto old_algorithm = Algorithm::ecdsap256sha256;
constexpr auto new_algorithm = Algorithm::ed25519;

SignerKey key(std::uint8_t number, bool publish, bool sign_zone,
              Algorithm algorithm = old_algorithm) {
    SignerKey made{
        {256, {algorithm, Bytes{number, 0, 0, number}}}, 0, publish, false, sign_zone, true};
    made.tag = number;
    return made;
}

/// An old signature of "a.example. A" as the last output has it.
struct Old {
    std::uint16_t tag;
    Duration left = std::chrono::days(10);
    Algorithm algorithm = old_algorithm;
    Duration since = 1h;  ///< inception
    std::uint32_t original_ttl = 3600;
    std::uint8_t labels = 2;
    const char* signer = "example.";
};

Zone last_zone(const std::vector<Old>& signatures) {
    ZoneBuilder builder(Name::from_text("example.").value());
    const auto owner = wire("a.example.");
    builder.add(owner, rr::a, 3600, Bytes{192, 0, 2, 1});
    for (const auto& old : signatures) {
        const auto signer = wire(old.signer);
        Bytes rdata;
        append_rrsig_head(
            {rr::a, static_cast<std::uint8_t>(old.algorithm), old.labels, old.original_ttl,
             to_wire_time(now + old.left), to_wire_time(now - old.since), old.tag, signer},
            rdata);
        rdata.insert(rdata.end(), 64, 0x55);
        builder.add(owner, rr::rrsig, 3600, rdata);
    }
    return builder.build();
}

/// "kept: tags; made: tags; dropped: n"
std::string decided(const std::vector<SignerKey>& keys, const std::vector<Old>& signatures,
                    bool renew_at_once = false, Bytes rdata = {192, 0, 2, 1},
                    std::uint32_t ttl = 3600) {
    const auto last = last_zone(signatures);
    const SigningRules rules{{.validity = std::chrono::days(14),
                              .dnskey_validity = std::chrono::days(14),
                              .denial_validity = std::chrono::days(14),
                              .refresh = std::chrono::days(7),
                              .jitter = 12h,
                              .inception_offset = 1h,
                              .resign = 2h,
                              .renew_at_once = renew_at_once},
                             now,
                             last.apex(),
                             keys};
    const auto owner = wire("A.example.");
    const RRsetView rrset{owner, rr::a, ttl, true, nullptr, nullptr, rdata};
    Decision decision;
    decide(rrset, rules, &last, last.find(owner), decision);
    std::string text = "kept";
    for (const auto& standing : decision.standing)
        text += " " + std::to_string(keys[standing.key].tag);
    text += ", made";
    for (const auto made : decision.to_make)
        text += " " + std::to_string(keys[made].tag);
    return text + ", dropped " + std::to_string(decision.dropped);
}

}  // namespace

TEST_CASE("a key's own signature stands while it is good", "[reuse]") {
    const std::vector keys{key(1, true, true)};
    CHECK(decided(keys, {{.tag = 1}}) == "kept 1, made, dropped 0");
    CHECK(decided(keys, {}) == "kept, made 1, dropped 0");
    CHECK(decided(keys, {{.tag = 1, .left = std::chrono::days(7)}}) == "kept 1, made, dropped 0");
    const std::string renewed = "kept, made 1, dropped 1";
    CHECK(decided(keys, {{.tag = 1, .left = std::chrono::days(7) - 1s}}) == renewed);
    CHECK(decided(keys, {{.tag = 1, .left = -1h}}) == renewed);
    CHECK(decided(keys, {{.tag = 1, .left = std::chrono::days(15)}}) == renewed);
    CHECK(decided(keys, {{.tag = 1, .since = -1s}}) == renewed);
    CHECK(decided(keys, {{.tag = 1, .original_ttl = 60}}) == renewed);
    CHECK(decided(keys, {{.tag = 1, .labels = 1}}) == renewed);
    CHECK(decided(keys, {{.tag = 1, .signer = "other."}}) == renewed);
    CHECK(decided(keys, {{.tag = 1, .algorithm = new_algorithm}}) == renewed);
    CHECK(decided(keys, {{.tag = 2}}) == renewed);
    CHECK(decided(keys, {{.tag = 1}}, false, {192, 0, 2, 2}) == renewed);
    CHECK(decided(keys, {{.tag = 1}}, false, {192, 0, 2, 1}, 60) == renewed);
    CHECK(decided(keys, {{.tag = 1}, {.tag = 1, .left = std::chrono::days(9)}}) ==
          "kept 1, made, dropped 1");
}

TEST_CASE("a signature whose key cannot be told for sure is not used", "[reuse]") {
    auto unsure = key(1, true, true);
    unsure.recognised = false;
    CHECK(decided({unsure}, {{.tag = 1}}) == "kept, made 1, dropped 1");
}

TEST_CASE("during a gradual change of ZSK the old signature stands in", "[reuse]") {
    const std::vector keys{key(1, true, false), key(2, true, true)};
    CHECK(decided(keys, {{.tag = 1}}) == "kept 1, made, dropped 0");
    CHECK(decided(keys, {{.tag = 1, .left = 1h}}) == "kept, made 2, dropped 1");
    CHECK(decided(keys, {{.tag = 1}, {.tag = 2}}) == "kept 2, made, dropped 1");
    CHECK(decided(keys, {{.tag = 1}}, true) == "kept, made 2, dropped 1");
    // withdrawn: nobody could verify it
    CHECK(decided({key(1, false, false), key(2, true, true)}, {{.tag = 1}}) ==
          "kept, made 2, dropped 1");
    // a third one, whose two predecessors are still published: one signature is enough
    CHECK(decided({key(1, true, false), key(3, true, false), key(2, true, true)},
                  {{.tag = 1}, {.tag = 3}}) == "kept 1, made, dropped 1");
}

TEST_CASE("two keys of one algorithm that sign both sign", "[reuse]") {
    const std::vector keys{key(1, true, true), key(2, true, true)};
    CHECK(decided(keys, {{.tag = 1}}) == "kept 1, made 2, dropped 0");
    CHECK(decided(keys, {{.tag = 1}, {.tag = 2}}) == "kept 1 2, made, dropped 0");
    CHECK(decided({key(1, true, true), key(2, true, true), key(3, true, false)}, {{.tag = 3}}) ==
          "kept, made 1 2, dropped 1");
}

TEST_CASE("a signature stands in for its own algorithm only", "[reuse]") {
    const auto other = key(2, true, true, new_algorithm);
    CHECK(decided({key(1, true, true), other}, {{.tag = 1}}) == "kept 1, made 2, dropped 0");
    CHECK(decided({key(1, true, false), other}, {{.tag = 1}}) == "kept, made 2, dropped 1");
    CHECK(decided({key(1, true, true), other},
                  {{.tag = 1}, {.tag = 2, .algorithm = new_algorithm}}) ==
          "kept 1 2, made, dropped 0");
}

TEST_CASE("a key that signs ahead of its DNSKEY keeps its signatures, too", "[reuse]") {
    const std::vector keys{key(1, true, true), key(2, false, true, new_algorithm)};
    CHECK(decided(keys, {{.tag = 1}, {.tag = 2, .algorithm = new_algorithm}}) ==
          "kept 1 2, made, dropped 0");
}

TEST_CASE("keys are recognised by public key, and only where no other key has the tag", "[reuse]") {
    const Dnskey mine{256, {old_algorithm, Bytes{1, 2, 3, 4}}};
    const Dnskey other{256, {old_algorithm, Bytes{9, 9, 9, 9}}};
    // The same sum of octet pairs, so the same tag (RFC 4034 appendix B).
    const Dnskey twin{256, {old_algorithm, Bytes{3, 4, 1, 2}}};
    REQUIRE(twin.tag() == mine.tag());
    const std::vector<SignerKey> instructed{{mine, mine.tag(), true, false, true, false}};
    const auto recognised = [&](std::vector<Dnskey> foreign, std::vector<Dnskey> published,
                                std::vector<std::string> known = {}) {
        return signer_keys(instructed, foreign, published, known).front().recognised;
    };
    CHECK(recognised({}, {mine}));
    CHECK(recognised({other}, {mine, other}));
    CHECK_FALSE(recognised({}, {}));
    CHECK_FALSE(recognised({}, {twin}));
    CHECK_FALSE(recognised({}, {mine, twin}));
    CHECK_FALSE(recognised({twin}, {mine}));
    CHECK(recognised({}, {}, {mine.key.fingerprint()}));
    // with the REVOKE bit its signatures carry another tag
    CHECK_FALSE(recognised({}, {Dnskey{384, mine.key}}));
}

}  // namespace reuse_test
