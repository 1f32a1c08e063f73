// The verifier's questions that take more than one damaged record: time, what an instruction
// expects, and how much is checked.
#include "signer/core/verifier.h"

#include <algorithm>

#include "signer/verify_command.h"
#include "tests/support/catch.h"
#include "tests/support/verified_zone.h"

namespace verifier_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

Time at(const char* time) {
    return parse_rfc3339(time).value();
}

Expectations expected_of(const Zone& zone) {
    const auto keys = dnskeys_of(zone);
    return {.dnskeys = keys,
            .dnskey_signers = {key_with(keys, true, Algorithm::ecdsap256sha256)},
            .cds = {},
            .cdnskey = {}};
}

}  // namespace

TEST_CASE("signatures are good from their inception until their expiration", "[verifier]") {
    const auto zone = plain().zone();
    CHECK(verify_zone(zone, at("2026-01-01T00:00:00Z")).good());
    CHECK(verify_zone(zone, at("2026-01-31T23:59:59Z")).good());

    const auto early = verify_zone(zone, at("2025-12-31T23:59:59Z"));
    CHECK(early.problem_count == early.signatures);
    CHECK(tells(early.problems, "www.example", "CNAME",
                "not yet valid: its inception is 2026-01-01T00:00:00Z"));

    const auto late = verify_zone(zone, at("2026-02-01T00:00:00Z"));
    CHECK(late.problem_count == late.signatures);
    CHECK(tells(late.problems, "www.example", "CNAME", "expired since 2026-02-01T00:00:00Z"));
    CHECK(late.first_expiry == at("2026-02-01T00:00:00Z"));
    CHECK(late.first_dnskey_expiry == at("2026-02-01T00:00:00Z"));
}

TEST_CASE("the result counts what it saw", "[verifier]") {
    const auto zone = plain().zone();
    const auto result = verify_zone(zone);
    CHECK(result.secure);
    CHECK(result.algorithms == std::vector{Algorithm::ecdsap256sha256});
    // apex, _sip._tcp, a.unsigned.branch, at-cut, deep.ent.empty, insecure, Mail, ns1, renamed,
    // secure,
    // *.wild, www; not the glue.
    CHECK(result.names == 12);
    CHECK(result.nsec_records == 12);
    // SOA NS MX TXT DNSKEY; SRV; A; A; A AAAA; DNAME; DS; TXT; CNAME; and an NSEC each.
    CHECK(result.rrsets == 14 + 12);
    CHECK(result.signatures == 26);
    CHECK(result.signatures_checked == 26);
    CHECK(result.records == zone.record_count());
}

TEST_CASE("the result says who signed what", "[verifier]") {
    const auto zone = plain().zone();
    const auto keys = dnskeys_of(zone);
    const auto result = verify_zone(zone);
    const auto ksk = key_with(keys, true, Algorithm::ecdsap256sha256).key.fingerprint();
    const auto zsk = key_with(keys, false, Algorithm::ecdsap256sha256).key.fingerprint();
    CHECK(result.dnskey_signers == std::vector{ksk});
    REQUIRE(result.data_signers.size() == 1);
    CHECK(result.data_signers[0] == SignerSet{{zsk}, 25});
}

TEST_CASE("a zone without SOA at its apex is told, and no more", "[verifier]") {
    ZoneBuilder builder(Name::from_text("example").value());
    const auto zone = builder.build();
    const auto result = verify_zone(zone);
    CHECK(result.problem_count == 1);
    CHECK(tells(result.problems, "example", "SOA", "no SOA"));
}

TEST_CASE("an unsigned zone is a problem, unless it is meant to be unsigned", "[verifier]") {
    auto text = TextZone::parse(plain().text());
    remove_if(text, [](const TextRecord& record) {
        return record.type == "RRSIG" || record.type == "NSEC" || record.type == "DNSKEY";
    });
    const auto zone = text.zone();
    const auto result = verify_zone(zone);
    CHECK_FALSE(result.secure);
    CHECK(result.problem_count == 1);
    CHECK(tells(result.problems, "example", "DNSKEY", "the zone is not signed"));
    CHECK(verified({.zone = WholeZone(zone),
                    .now = while_valid(),
                    .make_verifier = make_verifier,
                    .may_be_unsigned = true})
              .good());
    CHECK(verified({.zone = WholeZone(zone),
                    .now = while_valid(),
                    .make_verifier = make_verifier,
                    .expected = Expectations{}})
              .good());
}

TEST_CASE("an unsigned zone holds no rest of its signing", "[verifier]") {
    auto text = plain();
    remove_if(text, [](const TextRecord& record) { return record.type == "DNSKEY"; });
    const auto zone = text.zone();
    const auto result = verified({.zone = WholeZone(zone),
                                  .now = while_valid(),
                                  .make_verifier = make_verifier,
                                  .may_be_unsigned = true});
    CHECK(tells(result.problems, "example", "RRSIG", "the zone has no DNSKEY"));
    CHECK(tells(result.problems, "www.example", "NSEC", "the zone has no DNSKEY"));
}

// --- expectations ---

TEST_CASE("the zone must hold what the instruction says", "[verifier]") {
    const auto zone = plain().zone();
    VerificationRequest request{.zone = WholeZone(zone),
                                .now = while_valid(),
                                .make_verifier = make_verifier,
                                .expected = expected_of(zone)};
    CHECK(verified(request).good());

    SECTION("not a key less") {
        const auto gone = request.expected->dnskeys.back();
        request.expected->dnskeys.pop_back();
        CHECK(
            tells(verified(request).problems, "example", "DNSKEY",
                  "key " + std::to_string(gone.tag()) + " is in the zone, and was not instructed"));
    }
    SECTION("not a key more") {
        auto other = request.expected->dnskeys.back();
        other.key.octets[5] ^= 1;
        request.expected->dnskeys.push_back(other);
        CHECK(tells(verified(request).problems, "example", "DNSKEY",
                    "was instructed, and is not in the zone"));
    }
    SECTION("signed by the keys that were to sign") {
        request.expected->dnskey_signers = request.expected->dnskeys;
        CHECK(tells(verified(request).problems, "example", "DNSKEY",
                    "was instructed to sign this, and has not"));
    }
    SECTION("the CDS RRset") {
        request.expected->cds = {
            make_ds(zone.apex(), request.expected->dnskeys[0], DigestType::sha256)};
        CHECK(tells(verified(request).problems, "example", "CDS", "is not in the zone"));
    }
    SECTION("the delete request") {
        request.expected->cds_delete = true;
        CHECK(tells(verified(request).problems, "example", "CDS", "delete request is not there"));
        CHECK(
            tells(verified(request).problems, "example", "CDNSKEY", "delete request is not there"));
    }
    SECTION("or be unsigned") {
        request.expected = Expectations{};
        CHECK_FALSE(verified(request).good());
    }
}

// --- how much is checked ---

TEST_CASE("only signatures that were not in the last zone are checked when asked for fresh ones",
          "[verifier]") {
    const auto last = plain().zone();
    const WholeZone whole_last(last);
    auto text = plain();
    const auto check = [&](std::uint64_t checked) {
        const auto zone = text.zone();
        auto result = verified({.zone = WholeZone(zone),
                                .now = while_valid(),
                                .make_verifier = make_verifier,
                                .extent = VerifyExtent::fresh,
                                .last = &whole_last});
        CHECK(result.signatures_checked == checked);
        return result;
    };
    SECTION("nothing changed") {
        CHECK(check(0).good());
    }
    SECTION("a changed RRset under its old signature") {
        text.at("Mail", "A").rdata[0] = "192.0.2.77";
        CHECK(tells(check(1).problems, "Mail.example", "A", "does not verify"));
    }
    SECTION("a changed signature") {
        auto& base64 = text.at("Mail", "RRSIG A").rdata[8];
        base64[10] = base64[10] == 'A' ? 'B' : 'A';
        CHECK(tells(check(1).problems, "Mail.example", "A", "does not verify"));
    }
    SECTION("another key with the same tag published") {
        zsk_record(text) = impostor_of(zsk_record(text));
        CHECK(tells(check(26).problems, "Mail.example", "A", "does not verify"));
    }
    SECTION("structure is checked all the same") {
        text.remove("Mail", "RRSIG A");
        CHECK(tells(check(0).problems, "Mail.example", "A", "has no signature"));
    }
}

TEST_CASE("a sample holds the apex and a share of the rest", "[verifier]") {
    std::string many;
    for (int i = 0; i < 1500; ++i)
        many += "host" + std::to_string(i) + " A 192.0.2.1\n";
    auto text = sign_with_bind({13}, Denial::nsec, many);
    const auto sample = [&] {
        const auto zone = text.zone();
        return verified({.zone = WholeZone(zone),
                         .now = while_valid(),
                         .make_verifier = make_verifier,
                         .extent = VerifyExtent::sample});
    };
    const auto result = sample();
    CHECK(result.good());
    CHECK(result.signatures == 3026);
    CHECK(result.signatures_checked >= 1000);
    CHECK(result.signatures_checked <= 1020);

    for (const char* type : {"SOA", "NS", "MX", "TXT", "NSEC", "DNSKEY"}) {
        auto& base64 = text.at("", std::string("RRSIG ") + type).rdata[8];
        base64[10] = base64[10] == 'A' ? 'B' : 'A';
    }
    CHECK(sample().problem_count == 6);
}

TEST_CASE("several threads find what one finds", "[verifier]") {
    auto text = sign_with_bind({13}, Denial::nsec3);
    for (const char* owner : {"Mail", "ns1", "deep.ent.empty"})
        text.at(owner, "A").rdata[0] = "192.0.2.88";
    const auto zone = text.zone();
    const auto alone =
        verified({.zone = WholeZone(zone), .now = while_valid(), .make_verifier = make_verifier});
    const auto together = verified({.zone = WholeZone(zone),
                                    .now = while_valid(),
                                    .make_verifier = make_verifier,
                                    .threads = 4});
    CHECK(alone.problem_count == 3);
    CHECK(alone.problems == together.problems);
}

TEST_CASE("the list of problems ends, their number does not", "[verifier]") {
    std::string many;
    for (int i = 0; i < 1500; ++i)
        many += "host" + std::to_string(i) + " A 192.0.2.1\n";
    auto text = sign_with_bind({13}, Denial::nsec, many);
    remove_if(text, [](const TextRecord& record) { return record.kind() == "RRSIG A"; });
    const auto result = verify_zone(text.zone());
    CHECK(result.problem_count == 1503);
    CHECK(result.problems.size() == VerificationResult::most_listed);
}

// --- NSEC3 records of their own ---

TEST_CASE("what an NSEC3 record says of its chain is checked", "[verifier]") {
    auto text = sign_with_bind({13}, Denial::nsec3);
    const auto found = std::find_if(text.records().begin(), text.records().end(),
                                    [](const TextRecord& r) { return r.type == "NSEC3"; });
    REQUIRE(found != text.records().end());
    auto& record = *found;
    const auto owner = record.owner.substr(0, record.owner.size() - 1);
    const auto told = [&](const std::string& words) {
        return tells(verify_zone(text.zone()).problems, owner, "NSEC3", words);
    };
    SECTION("iterations") {
        record.rdata[2] = "7";
        CHECK(told("it has 7 iterations, NSEC3PARAM has 0"));
    }
    SECTION("salt") {
        record.rdata[3] = "AB";
        CHECK(told("its salt is not that of NSEC3PARAM"));
    }
    SECTION("flags") {
        record.rdata[1] = "2";
        CHECK(told("its flags are 2"));
    }
    SECTION("next") {
        record.rdata[4] = "00000000000000000000000000000000";
        CHECK(told("the chain is broken"));
    }
    SECTION("TTL") {
        record.ttl = 3600;
        CHECK(told("its TTL is 3600, and must be 300"));
    }
    SECTION("a name that does not exist") {
        text.add(
            "00000000000000000000000000000000 300 NSEC3 1 0 0 - "
            "11111111111111111111111111111111 A RRSIG");
        CHECK(tells(verify_zone(text.zone()).problems, "00000000000000000000000000000000.example",
                    "NSEC3", "no name of the zone has this hash"));
    }
    SECTION("an owner that is no hash") {
        text.add("nohash 300 NSEC3 1 0 0 - 11111111111111111111111111111111 A RRSIG");
        CHECK(tells(verify_zone(text.zone()).problems, "nohash.example", "NSEC3",
                    "not a base32hex SHA-1 hash"));
    }
}

TEST_CASE("opt-out leaves insecure delegations out of the chain, and what leads only to them",
          "[verifier]") {
    const auto zone = sign_with_bind({13}, Denial::opt_out).zone();
    const auto result = verify_zone(zone);
    CHECK(result.good());
    // Without insecure, at-cut, a.unsigned.branch, unsigned.branch and branch.
    const auto full = verify_zone(sign_with_bind({13}, Denial::nsec3).zone());
    CHECK(full.nsec3_records == result.nsec3_records + 5);
}

// --- RDATA from anywhere ---

namespace {

class Believer : public SignatureVerifier {
  public:
    bool verify(BytesView, BytesView) override { return true; }
};

Result<std::unique_ptr<SignatureVerifier>> believe(const PublicKey&) {
    return std::unique_ptr<SignatureVerifier>(std::make_unique<Believer>());
}

struct Place {
    const Node* node;
    const RRset* rrset;
    std::uint32_t record;
};

/// The zone with one record's RDATA cut to `size` octets.
Zone cut_short(const Zone& zone, const Place& place, std::size_t size) {
    ZoneBuilder builder(zone.apex());
    for (const auto& node : zone.nodes())
        for (const auto& rrset : zone.rrsets(node))
            for (std::uint32_t i = 0; i < rrset.record_count; ++i) {
                const auto rdata = zone.rdata(rrset, i);
                const bool here = &rrset == place.rrset && i == place.record;
                builder.add(zone.owner(node), rrset.type, rrset.ttl,
                            here ? rdata.first(size) : rdata);
            }
    return builder.build();
}

std::vector<Place> dnssec_records(const Zone& zone) {
    std::vector<Place> places;
    for (const auto& node : zone.nodes())
        for (const auto& rrset : zone.rrsets(node))
            if (rrset.type == rr::soa || rrset.type >= rr::ds)
                for (std::uint32_t i = 0; i < rrset.record_count; ++i)
                    places.push_back({&node, &rrset, i});
    return places;
}

}  // namespace

TEST_CASE("RDATA cut anywhere is told of, and never read beyond its end", "[verifier]") {
    const auto denial = GENERATE(Denial::nsec, Denial::nsec3);
    const auto zone = sign_with_bind({13}, denial, "@ CDS 0 0 0 00\n@ CDNSKEY 0 3 0 AA==\n").zone();
    for (const auto& place : dnssec_records(zone))
        for (std::size_t size = 0; size < zone.rdata(*place.rrset, place.record).size(); ++size) {
            // A key or signature that is too short is for the cryptography to refuse, and a bitmap
            // may end where a window ends.
            const auto cut = cut_short(zone, place, size);
            const auto result =
                verified({.zone = WholeZone(cut), .now = while_valid(), .make_verifier = believe});
            if (size < 5 && place.rrset->type != rr::ds)
                CHECK_FALSE(result.good());
        }
}

// --- what people and programs are shown ---

TEST_CASE("the verdict is told in words and as JSON", "[verifier]") {
    auto text = plain();
    const auto name = Name::from_text("example").value();
    const auto good = verify_zone(text.zone());
    CHECK(verification_text(name, good, while_valid()) ==
          "example: good\n"
          "  signed with ecdsap256sha256; denial by NSEC\n"
          "  12 names, 26 RRsets to be signed; 26 of 26 signatures checked\n"
          "  first signature expires at 2026-02-01T00:00:00Z, in 17d\n");

    text.remove("www", "RRSIG CNAME");
    const auto bad = verify_zone(text.zone());
    CHECK(verification_text(name, bad, while_valid())
              .find("problem: www.example CNAME: has no signature\nexample: 1 problem\n") == 0);
    const auto json = verification_json(name, bad);
    CHECK(json.find("\"good\": false") != std::string::npos);
    CHECK(json.find("\"owner\": \"www.example\"") != std::string::npos);
    CHECK(json.find("\"first_expiry\": \"2026-02-01T00:00:00Z\"") != std::string::npos);
}

}  // namespace verifier_test
