// Zones that other implementations signed pass the verifier.
#include "signer/core/verifier.h"
#include "tests/support/catch.h"
#include "tests/support/peer_signer.h"
#include "tests/support/split_zone.h"

namespace verifier_peers_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

VerificationResult verify_text(const TextZone& text) {
    const auto zone = text.zone();
    return verified({.zone = WholeZone(zone),
                     .now = while_valid(),
                     .make_verifier = make_verifier,
                     .threads = 2});
}

void check_good(const TextZone& text) {
    const auto result = verify_text(text);
    for (const auto& problem : result.problems)
        UNSCOPED_INFO(problem.owner << " " << problem.type << ": " << problem.words);
    CHECK(result.good());
    CHECK(result.secure);
    CHECK(result.signatures_checked == result.signatures);
    CHECK(result.signatures >= result.rrsets);
    CHECK(result.first_expiry.has_value());
}

}  // namespace

TEST_CASE("dnssec-signzone's zones are good with every algorithm and kind of denial",
          "[verifier][peers]") {
    const int algorithm = GENERATE(8, 13, 14, 15, 16);
    const auto denial = GENERATE(Denial::nsec, Denial::nsec3, Denial::opt_out);
    INFO("algorithm " << algorithm << ", denial " << static_cast<int>(denial));
    check_good(sign_with_bind({algorithm}, denial));
}

TEST_CASE("a zone signed with two algorithms is good", "[verifier][peers]") {
    check_good(sign_with_bind({13, 15}, Denial::nsec));
}

TEST_CASE("NSEC3 with salt and iterations is good, with a warning for each", "[verifier][peers]") {
    const auto text = sign_with_bind({13}, Denial::nsec, "", "-x -3 0102aabb -H 5");
    check_good(text);
    const auto result = verify_text(text);
    CHECK(result.warning_count == 2);
    CHECK(result.nsec3_records > 0);
    CHECK(result.nsec_records == 0);
}

TEST_CASE("ldns-signzone's zones are good", "[verifier][peers]") {
    const std::string options =
        GENERATE("", "-n", "-n -s 0102", "-z simple:sha384", "-z simple:sha512");
    INFO("options " << options);
    check_good(sign_with_ldns(13, options));
}

TEST_CASE("kzonesign's zones are good", "[verifier][peers]") {
    const std::string policy =
        GENERATE("    algorithm: ecdsap256sha256\n", "    algorithm: ed25519\n    nsec3: on\n",
                 "    algorithm: ecdsap256sha256\n    nsec3: on\n    nsec3-opt-out: on\n");
    INFO(policy);
    check_good(sign_with_knot(policy));
}

TEST_CASE("kzonesign's ZONEMD and CDS records are good", "[verifier][peers]") {
    const std::string digest = GENERATE("zonemd-sha384", "zonemd-sha512");
    const auto text =
        sign_with_knot("    algorithm: ecdsap256sha256\n    cds-cdnskey-publish: always\n",
                       "    zonemd-generate: " + digest + "\n");
    check_good(text);
}

TEST_CASE("names in the RDATA of every type are taken in the form that signers give them",
          "[verifier][peers]") {
    check_good(sign_with_bind(
        {13}, Denial::nsec,
        "PTR PTR Some.Host\n"
        "MINFO MINFO Some.Host Other.Host\n"
        "MX MX 10 Some.Host\n"
        "RP RP Some.Host Other.Host\n"
        "AFSDB AFSDB 1 Some.Host\n"
        "RT RT 1 Some.Host\n"
        "SRV SRV 1 2 3 Some.Host\n"
        "NAPTR NAPTR 100 10 \"U\" \"E2U+sip\" \"!^.*$!sip:Info@Example!\" Some.Host\n"
        "KX KX 1 Some.Host\n"
        "LP LP 1 Some.Host\n"
        "HINFO HINFO \"CPU\" \"OS\"\n"
        "SVCB SVCB 1 Some.Host alpn=h2\n"
        "HTTPS HTTPS 0 Some.Host\n"
        "HIP TYPE65280 \\# 3 414243\n"
        "CAA CAA 0 issue \"CA.Example\"\n"
        "\\000odd\\.Label\\255 A 192.0.2.1\n"));
}

}  // namespace verifier_peers_test
