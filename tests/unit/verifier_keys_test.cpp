// The verifier's questions about keys: tags, revocation, algorithms, keys that sign ahead, and what
// CDS and CDNSKEY say of them.
#include "signer/core/verifier.h"
#include "tests/support/catch.h"
#include "tests/support/verified_zone.h"

namespace verifier_keys_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

bool is_rrsig_with(const TextRecord& record, const std::string& algorithm) {
    return record.type == "RRSIG" && record.rdata[1] == algorithm;
}

}  // namespace

TEST_CASE("a key that only shares the signer's tag does not stand in for it", "[verifier]") {
    auto text = sign_with_bind({15}, Denial::nsec);
    zsk_record(text) = impostor_of(zsk_record(text));
    const auto result = verify_zone(text.zone());
    CHECK(tells(result.problems, "www.example", "CNAME", "does not verify"));
}

TEST_CASE("of two keys with one tag, the one that signed is found, and the twins are told",
          "[verifier]") {
    auto text = sign_with_bind({15}, Denial::nsec);
    text.records().push_back(impostor_of(zsk_record(text)));
    const auto result = verify_zone(text.zone());
    CHECK(tells(result.warnings, "example", "DNSKEY", "two different keys share the tag"));
    // The DNSKEY RRset has one record more than the KSK signed; all else is good.
    CHECK(result.problem_count == 1);
    CHECK(tells(result.problems, "example", "DNSKEY", "does not verify"));
}

TEST_CASE("a DNSKEY RRset that only the ZSK signs is told", "[verifier]") {
    auto text = sign_with_bind({13}, Denial::nsec, "", "");
    std::string zsk_tag;
    for (const auto& key : dnskeys_of(text.zone()))
        if (!key.is_sep())
            zsk_tag = std::to_string(key.tag());
    remove_if(text, [&](const TextRecord& record) {
        return record.kind() == "RRSIG DNSKEY" && record.rdata[6] != zsk_tag;
    });
    const auto result = verify_zone(text.zone());
    CHECK(result.problem_count == 1);
    CHECK(tells(result.problems, "example", "DNSKEY", "not signed by a KSK"));
}

TEST_CASE("a revoked key signs the DNSKEY RRset and nothing else", "[verifier]") {
    auto text = plain();
    zsk_record(text).rdata[0] = "384";  // 256 + REVOKE
    const auto keys = dnskeys_of(text.zone());
    std::uint16_t revoked = 0;
    for (const auto& key : keys)
        if ((key.flags & flag_revoke) != 0)
            revoked = key.tag();
    text.at("www", "RRSIG CNAME").rdata[6] = std::to_string(revoked);
    const auto result = verify_zone(text.zone());
    CHECK(tells(result.problems, "www.example", "CNAME", "its key is revoked"));
    CHECK(tells(result.warnings, "example", "DNSKEY", "does not sign the DNSKEY RRset"));
}

TEST_CASE("every RRset needs a signature with each algorithm of the DNSKEY RRset", "[verifier]") {
    auto text = sign_with_bind({13, 15}, Denial::nsec);
    remove_if(text, [](const TextRecord& record) {
        return is_rrsig_with(record, "15") && record.rdata[0] == "CNAME";
    });
    const auto zone = text.zone();
    const auto strict = verify_zone(zone);
    CHECK(strict.problem_count == 1);
    CHECK(tells(strict.problems, "www.example", "CNAME", "no signature with algorithm ed25519"));

    const auto liberal = verified({.zone = WholeZone(zone),
                                   .now = while_valid(),
                                   .make_verifier = make_verifier,
                                   .required_algorithms = std::vector<Algorithm>{}});
    CHECK(liberal.good());
}

TEST_CASE("a key instructed to sign ahead counts, though its DNSKEY is not published",
          "[verifier]") {
    // Both algorithms sign; then the DNSKEYs of one are withdrawn, and the other's KSK signs anew:
    // that is the state of a conservative algorithm roll, but for the signature over DNSKEY.
    auto text = sign_with_bind({13, 15}, Denial::nsec);
    const auto zsk = key_with(dnskeys_of(text.zone()), false, Algorithm::ed25519);
    remove_if(text, [](const TextRecord& record) {
        return (record.type == "DNSKEY" && record.rdata[2] == "15") ||
               (record.kind() == "RRSIG DNSKEY" && record.rdata[1] == "15");
    });
    const auto zone = text.zone();
    const auto without = verify_zone(zone);
    CHECK(tells(without.problems, "www.example", "CNAME", "no key with this tag and algorithm 15"));

    VerificationRequest request{.zone = WholeZone(zone),
                                .now = while_valid(),
                                .make_verifier = make_verifier,
                                .ahead = {zsk}};
    const auto with = verified(request);
    for (const auto& problem : with.problems)
        CHECK(problem.type == "DNSKEY");
    CHECK(with.data_signers.size() == 1);
    CHECK(with.data_signers.at(0).keys.size() == 2);

    SECTION("and its signatures are then required") {
        remove_if(text, [](const TextRecord& record) {
            return is_rrsig_with(record, "15") && record.rdata[0] == "SRV";
        });
        const auto lacking = text.zone();
        const auto result = verified({.zone = WholeZone(lacking),
                                      .now = while_valid(),
                                      .make_verifier = make_verifier,
                                      .ahead = {zsk}});
        CHECK(tells(result.problems, "_sip._tcp.example", "SRV",
                    "no signature with algorithm ed25519"));
    }
    SECTION("and they are verified") {
        for (auto& record : text.records())
            if (is_rrsig_with(record, "15") && record.rdata[0] == "SRV")
                record.rdata[8][4] = record.rdata[8][4] == 'A' ? 'B' : 'A';
        const auto damaged = text.zone();
        const auto result = verified({.zone = WholeZone(damaged),
                                      .now = while_valid(),
                                      .make_verifier = make_verifier,
                                      .ahead = {zsk}});
        CHECK(tells(result.problems, "_sip._tcp.example", "SRV", "does not verify"));
    }
}

TEST_CASE("a key that signs ahead may not sign the key sets", "[verifier]") {
    auto text = sign_with_bind({13, 15}, Denial::nsec);
    const auto ksk = key_with(dnskeys_of(text.zone()), true, Algorithm::ed25519);
    remove_if(text, [](const TextRecord& record) {
        return record.type == "DNSKEY" && record.rdata[2] == "15";
    });
    const auto zone = text.zone();
    const auto result = verified({.zone = WholeZone(zone),
                                  .now = while_valid(),
                                  .make_verifier = make_verifier,
                                  .ahead = {ksk}});
    CHECK(tells(result.problems, "example", "DNSKEY", "may not yet sign this RRset"));
}

TEST_CASE("a revoked key's algorithm calls for no signatures", "[verifier]") {
    auto text = plain();
    text.add("@ 3600 DNSKEY 385 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=");
    const auto result = verify_zone(text.zone());
    CHECK(result.algorithms == std::vector{Algorithm::ecdsap256sha256});
    CHECK_FALSE(tells(result.problems, "www.example", "CNAME", "no signature with algorithm"));
}

// --- CDS and CDNSKEY ---

namespace {

/// CDS and CDNSKEY lines for a key made outside, signed into the zone by BIND.
TextZone with_signals(const std::string& lines) {
    return sign_with_bind({13}, Denial::nsec, lines);
}

}  // namespace

TEST_CASE("CDS that leave the parent without the zone's KSK are told", "[verifier]") {
    const auto result = verify_zone(
        with_signals("@ CDS 12345 13 2 "
                     "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\n")
            .zone());
    CHECK(tells(result.problems, "example", "CDS", "matches no DNSKEY"));
    CHECK(tells(result.problems, "example", "CDS", "none of these keys signs the DNSKEY RRset"));
}

TEST_CASE("the delete request is good alone", "[verifier]") {
    CHECK(verify_zone(with_signals("@ CDS 0 0 0 00\n@ CDNSKEY 0 3 0 AA==\n").zone()).good());
    const auto half = verify_zone(with_signals("@ CDS 0 0 0 00\n@ CDNSKEY 257 3 13 AAAA\n").zone());
    CHECK(tells(half.problems, "example", "CDS", "must stand alone"));
}

TEST_CASE("CDS and CDNSKEY must say the same", "[verifier]") {
    auto text = sign_with_knot("    algorithm: ecdsap256sha256\n    cds-cdnskey-publish: always\n");
    REQUIRE(verify_zone(text.zone()).good());
    text.at("", "CDNSKEY").rdata[0] = "256";
    const auto result = verify_zone(text.zone());
    CHECK(tells(result.problems, "example", "CDS", "has no CDNSKEY beside it"));
    CHECK(tells(result.problems, "example", "CDNSKEY", "has no CDS beside it"));
}

TEST_CASE("CDS signed by the ZSK only is told", "[verifier]") {
    auto text = sign_with_bind({13}, Denial::nsec, "@ CDS 0 0 0 00\n@ CDNSKEY 0 3 0 AA==\n", "");
    std::string ksk_tag;
    for (const auto& key : dnskeys_of(text.zone()))
        if (key.is_sep())
            ksk_tag = std::to_string(key.tag());
    remove_if(text, [&](const TextRecord& record) {  // so that the ZSK is no KSK too
        return record.kind() == "RRSIG DNSKEY" && record.rdata[6] != ksk_tag;
    });
    REQUIRE(verify_zone(text.zone()).good());
    remove_if(text, [&](const TextRecord& record) {
        return record.kind() == "RRSIG CDS" && record.rdata[6] == ksk_tag;
    });
    const auto result = verify_zone(text.zone());
    CHECK(result.problem_count == 1);
    CHECK(tells(result.problems, "example", "CDS", "not signed by a key that signs the DNSKEY"));
}

}  // namespace verifier_keys_test
