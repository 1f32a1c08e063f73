// Zones signed by another implementation, damaged in one place each: the verifier names the damage,
// by owner and type.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "common/values/encoding.h"
#include "signer/core/verifier.h"
#include "tests/support/catch.h"
#include "tests/support/peer_signer.h"
#include "tests/support/split_zone.h"

namespace verifier_damage_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

/// In parts of one name each, as far as that may be, the same is told as of the whole.
VerificationResult verify_text(const TextZone& text, Time now = while_valid()) {
    const auto zone = text.zone();
    const SplitZone parts(zone, lawful_starts(zone));
    const auto result = verified(
        {.zone = WholeZone(zone), .now = now, .make_verifier = make_verifier, .threads = 2});
    const auto in_parts =
        verified({.zone = parts, .now = now, .make_verifier = make_verifier, .threads = 2});
    CHECK(told(in_parts) == told(result));
    return result;
}

/// Fails unless a problem of that owner and type says that.
void check_told(const VerificationResult& result, const std::string& owner, const std::string& type,
                const std::string& words) {
    bool told = false;
    std::string all;
    for (const auto& problem : result.problems) {
        all += fmt::format("{} {}: {}\n", problem.owner, problem.type, problem.words);
        told = told || (problem.owner == owner && problem.type == type &&
                        problem.words.find(words) != std::string::npos);
    }
    INFO("expected " << owner << " " << type << ": … " << words << " …, but was told:\n" << all);
    CHECK(told);
}

// Signed once, copied for each damage.
const TextZone& zone_with(Denial denial) {
    static const TextZone nsec = sign_with_bind({13}, Denial::nsec);
    static const TextZone nsec3 = sign_with_bind({13}, Denial::nsec3);
    static const TextZone opt_out = sign_with_bind({13}, Denial::opt_out);
    switch (denial) {
        case Denial::nsec:
            return nsec;
        case Denial::nsec3:
            return nsec3;
        case Denial::opt_out:
            break;
    }
    return opt_out;
}

// --- edits ---

std::string joined(const std::vector<std::string>& fields, std::size_t from) {
    std::string text;
    for (std::size_t i = from; i < fields.size(); ++i)
        text += fields[i];
    return text;
}

/// Changes the octets of the base64 text that ends the RDATA.
void edit_base64(TextRecord& record, std::size_t from, const std::function<void(Bytes&)>& edit) {
    auto octets = from_base64(joined(record.rdata, from)).value();
    edit(octets);
    record.rdata.resize(from);
    record.rdata.push_back(to_base64(octets));
}

constexpr std::size_t key_field = 3, signature_field = 8;
constexpr std::size_t labels_field = 2, ttl_field = 3, tag_field = 6, signer_field = 7;
constexpr std::size_t iterations_field = 2, salt_field = 3, next_hash_field = 4;

void remove_type_bit(TextRecord& record, const std::string& type) {
    REQUIRE(std::erase(record.rdata, type) == 1);
}

/// The record with the hash of the name, found by what only it has in its bitmap.
TextRecord& nsec3_with(TextZone& zone, const std::string& type) {
    for (auto& record : zone.records())
        if (record.type == "NSEC3" &&
            std::find(record.rdata.begin(), record.rdata.end(), type) != record.rdata.end())
            return record;
    FAIL("no NSEC3 with " << type);
    std::abort();
}

/// An empty non-terminal's record: no types at all.
TextRecord& empty_nsec3(TextZone& zone) {
    for (auto& record : zone.records())
        if (record.type == "NSEC3" && record.rdata.size() == next_hash_field + 1)
            return record;
    FAIL("no NSEC3 of an empty non-terminal");
    std::abort();
}

std::string relative(const std::string& owner) {
    return owner.substr(0, owner.find('.'));
}

/// Takes an NSEC3 out and closes the chain over the gap.
void cut_out_nsec3(TextZone& zone, const TextRecord& record) {
    const auto label = relative(record.owner), next = record.rdata[next_hash_field];
    for (auto& other : zone.records())
        if (other.type == "NSEC3") {
            std::string pointed = other.rdata[next_hash_field];
            std::transform(pointed.begin(), pointed.end(), pointed.begin(), ::tolower);
            std::string wanted = label;
            std::transform(wanted.begin(), wanted.end(), wanted.begin(), ::tolower);
            if (pointed == wanted)
                other.rdata[next_hash_field] = next;
        }
    zone.remove(label, "RRSIG NSEC3");
    zone.remove(label, "NSEC3");
}

/// DNSKEY with or without the SEP flag.
TextRecord& dnskey(TextZone& zone, const std::string& flags) {
    for (auto& record : zone.records())
        if (record.type == "DNSKEY" && record.rdata[0] == flags)
            return record;
    FAIL("no DNSKEY with flags " << flags);
    std::abort();
}

void remove_dnskey(TextZone& zone, const std::string& flags) {
    const auto gone = dnskey(zone, flags).line();
    std::erase_if(zone.records(), [&](const TextRecord& record) { return record.line() == gone; });
}

// --- the table ---

struct Damage {
    const char* name;
    Denial denial;
    std::function<void(TextZone&)> edit;
    const char *owner, *type, *words;
};

const std::vector<Damage>& damages() {
    static const std::vector<Damage> all = {
        // signatures
        {"a flipped bit in a signature", Denial::nsec,
         [](TextZone& z) {
             edit_base64(z.at("Mail", "RRSIG A"), signature_field, [](Bytes& s) { s[40] ^= 4; });
         },
         "Mail.example", "A", "does not verify"},
        {"a wrong signer name", Denial::nsec,
         [](TextZone& z) { z.at("www", "RRSIG CNAME").rdata[signer_field] = "test."; },
         "www.example", "CNAME", "its signer name is test"},
        {"a labels field that is too large", Denial::nsec,
         [](TextZone& z) { z.at("ns1", "RRSIG A").rdata[labels_field] = "3"; }, "ns1.example", "A",
         "its labels field is 3, and must be 2"},
        {"a wildcard's labels counted with the asterisk", Denial::nsec,
         [](TextZone& z) { z.at("*.wild", "RRSIG TXT").rdata[labels_field] = "3"; },
         "*.wild.example", "TXT", "its labels field is 3, and must be 2 (a wildcard's"},
        {"a wrong original TTL", Denial::nsec,
         [](TextZone& z) { z.at("", "RRSIG MX").rdata[ttl_field] = "7200"; }, "example", "MX",
         "its original TTL is 7200, the RRset's TTL is 3600"},
        {"an RRset with a changed TTL", Denial::nsec, [](TextZone& z) { z.at("", "TXT").ttl = 60; },
         "example", "TXT", "its original TTL is 3600, the RRset's TTL is 60"},
        {"an RRSIG with a changed TTL", Denial::nsec,
         [](TextZone& z) { z.at("", "RRSIG TXT").ttl = 60; }, "example", "TXT",
         "the RRSIG's TTL is 60, the RRset's TTL is 3600"},
        {"changed RDATA", Denial::nsec,
         [](TextZone& z) { z.at("deep.ent.empty", "A").rdata[0] = "192.0.2.99"; },
         "deep.ent.empty.example", "A", "does not verify"},
        {"a record added to a signed RRset", Denial::nsec,
         [](TextZone& z) { z.add("Mail 3600 A 192.0.2.99"); }, "Mail.example", "A",
         "does not verify"},
        {"a removed signature", Denial::nsec,
         [](TextZone& z) { z.remove("_sip._tcp", "RRSIG SRV"); }, "_sip._tcp.example", "SRV",
         "has no signature"},
        {"an RRset added without a signature", Denial::nsec,
         [](TextZone& z) { z.add("Mail 3600 TXT new"); }, "Mail.example", "TXT",
         "has no signature"},
        {"a DS without a signature", Denial::nsec,
         [](TextZone& z) { z.remove("secure", "RRSIG DS"); }, "secure.example", "DS",
         "has no signature"},
        {"a signature that outlived its RRset", Denial::nsec,
         [](TextZone& z) { z.remove("ns1", "AAAA"); }, "ns1.example", "AAAA",
         "no RRset that it covers"},
        {"a signature over glue", Denial::nsec,
         [](TextZone& z) {
             auto moved = z.at("ns1", "RRSIG A");
             moved.owner = "ns.secure.example.";
             z.records().push_back(moved);
         },
         "ns.secure.example", "A", "this is glue"},
        {"a signature over a delegation's NS", Denial::nsec,
         [](TextZone& z) {
             auto moved = z.at("", "RRSIG NS");
             moved.owner = "secure.example.";
             z.records().push_back(moved);
         },
         "secure.example", "NS", "at a delegation only DS and NSEC are signed"},
        {"inception after expiration", Denial::nsec,
         [](TextZone& z) {
             std::swap(z.at("", "RRSIG SOA").rdata[4], z.at("", "RRSIG SOA").rdata[5]);
         },
         "example", "SOA", "before its inception"},
        // keys
        {"a signature by a key that is not there", Denial::nsec,
         [](TextZone& z) { remove_dnskey(z, "256"); }, "example", "SOA",
         "no key with this tag and algorithm 13 is in the DNSKEY RRset"},
        {"the KSK taken out of the DNSKEY RRset", Denial::nsec,
         [](TextZone& z) { remove_dnskey(z, "257"); }, "example", "DNSKEY", "no key with this tag"},
        {"a DNSKEY RRset without signature", Denial::nsec,
         [](TextZone& z) { z.remove("", "RRSIG DNSKEY"); }, "example", "DNSKEY",
         "has no signature"},
        {"a published key with the signer's tag that is another key", Denial::nsec,
         [](TextZone& z) {
             // The tag is a sum of 16-bit words: words changing places leave it as it is.
             edit_base64(dnskey(z, "256"), key_field, [](Bytes& key) {
                 std::swap_ranges(key.begin(), key.begin() + 2, key.begin() + 2);
             });
         },
         "example", "SOA", ""},
        {"a key with another protocol", Denial::nsec,
         [](TextZone& z) { dnskey(z, "256").rdata[1] = "2"; }, "example", "DNSKEY",
         "has protocol 2"},
        {"a key without the zone flag", Denial::nsec,
         [](TextZone& z) { dnskey(z, "256").rdata[0] = "0"; }, "example", "SOA",
         "no key with this tag"},
        {"DNSKEY below the apex", Denial::nsec,
         [](TextZone& z) {
             auto moved = z.at("", "DNSKEY");
             moved.owner = "Mail.example.";
             z.records().push_back(moved);
         },
         "Mail.example", "DNSKEY", "at the zone's apex only"},
        // NSEC
        {"a removed NSEC", Denial::nsec, [](TextZone& z) { z.remove("www", "NSEC"); },
         "www.example", "NSEC", "has no NSEC record"},
        {"an NSEC that points too far", Denial::nsec,
         [](TextZone& z) { z.at("ns1", "NSEC").rdata[0] = "www.example."; }, "ns1.example", "NSEC",
         "the chain is broken"},
        {"an NSEC chain that is not closed", Denial::nsec,
         [](TextZone& z) { z.at("www", "NSEC").rdata[0] = "zzz.example."; }, "www.example", "NSEC",
         "its next name is zzz.example, and must be example"},
        {"a name taken out of a chain that was closed over it", Denial::nsec,
         [](TextZone& z) {
             const auto next = z.at("ns1", "NSEC").rdata[0];
             for (auto& record : z.records())
                 if (record.type == "NSEC" && record.rdata[0] == "ns1.example.")
                     record.rdata[0] = next;
             z.remove("ns1", "RRSIG NSEC");
             z.remove("ns1", "NSEC");
         },
         "ns1.example", "NSEC", "has no NSEC record"},
        {"a bitmap without a type", Denial::nsec,
         [](TextZone& z) { remove_type_bit(z.at("", "NSEC"), "MX"); }, "example", "NSEC",
         "its type bitmap lacks MX"},
        {"a bitmap with a type too many", Denial::nsec,
         [](TextZone& z) { z.at("Mail", "NSEC").rdata.push_back("TXT"); }, "Mail.example", "NSEC",
         "its type bitmap names TXT"},
        {"a removed RRset that its bitmap still names", Denial::nsec,
         [](TextZone& z) {
             z.remove("ns1", "RRSIG AAAA");
             z.remove("ns1", "AAAA");
         },
         "ns1.example", "NSEC", "its type bitmap names AAAA"},
        {"a delegation's bitmap that names the glue", Denial::nsec,
         [](TextZone& z) { z.at("secure", "NSEC").rdata.push_back("A"); }, "secure.example", "NSEC",
         "its type bitmap names A"},
        {"an NSEC at glue", Denial::nsec,
         [](TextZone& z) { z.add("ns.secure 300 NSEC www.example. A RRSIG NSEC"); },
         "ns.secure.example", "NSEC", "an NSEC record at glue"},
        {"an NSEC with another TTL", Denial::nsec,
         [](TextZone& z) { z.at("Mail", "NSEC").ttl = 3600; }, "Mail.example", "NSEC",
         "its TTL is 3600, and must be 300"},
        {"no denial at all", Denial::nsec,
         [](TextZone& z) {
             std::erase_if(z.records(), [](const TextRecord& record) {
                 return record.type == "NSEC" || record.kind() == "RRSIG NSEC";
             });
         },
         "example", "NSEC", "neither NSEC nor NSEC3"},
        // NSEC3
        {"an NSEC3 record beside an NSEC chain", Denial::nsec,
         [](TextZone& z) {
             z.add(
                 "vhn8fqlqcfsc5ggt5dvqvrlcdfhoiqcj 300 NSEC3 1 0 0 - "
                 "vhn8fqlqcfsc5ggt5dvqvrlcdfhoiqcj A");
         },
         "vhn8fqlqcfsc5ggt5dvqvrlcdfhoiqcj.example", "NSEC3", "in a zone with an NSEC chain"},
        {"an NSEC record beside an NSEC3 chain", Denial::nsec3,
         [](TextZone& z) { z.add("Mail 300 NSEC www.example. A RRSIG NSEC"); }, "Mail.example",
         "NSEC", "in a zone with an NSEC3 chain"},
        {"no NSEC3PARAM", Denial::nsec3,
         [](TextZone& z) {
             z.remove("", "RRSIG NSEC3PARAM");
             z.remove("", "NSEC3PARAM");
         },
         "example", "NSEC3PARAM", "there is no NSEC3PARAM"},
        {"NSEC3PARAM with flags", Denial::nsec3,
         [](TextZone& z) { z.at("", "NSEC3PARAM").rdata[1] = "1"; }, "example", "NSEC3PARAM",
         "its flags are 1, and must be 0"},
        {"NSEC3PARAM with another salt", Denial::nsec3,
         [](TextZone& z) { z.at("", "NSEC3PARAM").rdata[salt_field] = "ABCD"; }, "Mail.example",
         "NSEC3", "has no NSEC3 record"},
        {"an NSEC3 at an empty non-terminal that is missing", Denial::nsec3,
         [](TextZone& z) { cut_out_nsec3(z, TextRecord(empty_nsec3(z))); }, "", "NSEC3",
         "this empty non-terminal has no NSEC3 record"},
        {"an NSEC3 bitmap without a type", Denial::nsec3,
         [](TextZone& z) { remove_type_bit(nsec3_with(z, "SOA"), "MX"); }, "example", "NSEC3",
         "its type bitmap lacks MX"},
        {"an insecure delegation left out without opt-out", Denial::nsec3,
         [](TextZone& z) {
             for (auto& record : z.records())
                 if (record.type == "NSEC3" && record.rdata.size() == next_hash_field + 2 &&
                     record.rdata.back() == "NS")
                     return cut_out_nsec3(z, TextRecord(record));
             FAIL("no NSEC3 of an insecure delegation");
         },
         "", "NSEC3", "the span that covers it is not opt-out"},
        {"a signed delegation left to opt-out", Denial::opt_out,
         [](TextZone& z) { cut_out_nsec3(z, TextRecord(nsec3_with(z, "DS"))); }, "secure.example",
         "NSEC3", "opt-out may leave out delegations without DS only"},
        {"an empty non-terminal above an authoritative name left to opt-out", Denial::opt_out,
         [](TextZone& z) { cut_out_nsec3(z, TextRecord(empty_nsec3(z))); }, "", "NSEC3",
         "opt-out may leave out delegations without DS only"},
        {"an authoritative name left to opt-out", Denial::opt_out,
         [](TextZone& z) { cut_out_nsec3(z, TextRecord(nsec3_with(z, "CNAME"))); }, "www.example",
         "NSEC3", "opt-out may leave out delegations without DS only"},
        // the zone
        {"CNAME and other data", Denial::nsec, [](TextZone& z) { z.add("www 3600 TXT other"); },
         "www.example", "CNAME", "CNAME and other data: TXT"},
        {"a DS where there is no delegation", Denial::nsec,
         [](TextZone& z) {
             auto moved = z.at("secure", "DS");
             moved.owner = "Mail.example.";
             z.records().push_back(moved);
         },
         "Mail.example", "DS", "DS where there is no delegation"},
        {"a second SOA", Denial::nsec,
         [](TextZone& z) {
             z.add("@ 3600 SOA ns1.example. other.example. 1 7200 3600 1209600 300");
         },
         "example", "SOA", "there are 2 SOA records"},
        {"TTLs that differ within an RRset", Denial::nsec,
         [](TextZone& z) { z.add("Mail 60 A 192.0.2.99"); }, "Mail.example", "A",
         "the TTLs within the RRset differ"},
        {"two CNAMEs at one name", Denial::nsec,
         [](TextZone& z) { z.add("www 3600 CNAME ns1.example."); }, "www.example", "CNAME",
         "there are 2 records, and must be one"},
        {"two NSEC records at one name", Denial::nsec,
         [](TextZone& z) { z.add("Mail 300 NSEC zzz.example. A RRSIG NSEC"); }, "Mail.example",
         "NSEC", "there are 2 records, and must be one"},
        {"two NSEC3PARAM records", Denial::nsec3,
         [](TextZone& z) { z.add("@ 0 NSEC3PARAM 1 0 5 -"); }, "example", "NSEC3PARAM",
         "there are 2 NSEC3PARAM records"},
        {"NSEC3 with an algorithm that came before it", Denial::nsec3,
         [](TextZone& z) {
             z.add("@ 3600 DNSKEY 256 3 5 AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGc");
         },
         "example", "NSEC3PARAM", "algorithm rsasha1 goes with NSEC only"},
        {"a DNSKEY of an unknown algorithm", Denial::nsec,
         [](TextZone& z) { z.add("@ 3600 DNSKEY 256 3 200 AAAA"); }, "example", "DNSKEY",
         "has algorithm 200, with which nothing can be verified"},
        {"no NS at the apex", Denial::nsec, [](TextZone& z) { z.remove("", "NS"); }, "example",
         "NS", "no NS records at the apex"},
        {"CDS that matches no key", Denial::nsec,
         [](TextZone& z) {
             z.add(
                 "@ 3600 CDS 12345 13 2 "
                 "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF");
         },
         "example", "CDS", "CDS with tag 12345 and digest type 2 matches no DNSKEY"},
        {"a CDS delete request that does not stand alone", Denial::nsec,
         [](TextZone& z) {
             z.add("@ 3600 CDS 0 0 0 00");
             z.add(
                 "@ 3600 CDS 12345 13 2 "
                 "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF");
         },
         "example", "CDS", "must stand alone"},
        {"CDNSKEY that matches no key", Denial::nsec,
         [](TextZone& z) { z.add("@ 3600 CDNSKEY 257 3 15 AAAA"); }, "example", "CDNSKEY",
         "matches no DNSKEY"},
        {"a ZONEMD that is not the zone's", Denial::nsec,
         [](TextZone& z) { z.add("@ 3600 ZONEMD 1 1 1 " + std::string(96, '0')); }, "example",
         "ZONEMD", "is not that of the zone"},
        {"a ZONEMD of another serial", Denial::nsec,
         [](TextZone& z) { z.add("@ 3600 ZONEMD 2 1 1 " + std::string(96, '0')); }, "example",
         "ZONEMD", "its serial is 2, the SOA's is 1"},
    };
    return all;
}

}  // namespace

TEST_CASE("each damage to a signed zone is told", "[attack][verifier][damage]") {
    for (const auto& damage : damages())
        DYNAMIC_SECTION(damage.name) {
            auto zone = zone_with(damage.denial);
            REQUIRE(verify_text(zone).good());
            damage.edit(zone);
            const auto result = verify_text(zone);
            CHECK_FALSE(result.good());
            std::string owner = damage.owner;
            if (owner.empty() && !result.problems.empty())  // whichever name had that hash
                for (const auto& problem : result.problems)
                    if (problem.words.find(damage.words) != std::string::npos)
                        owner = problem.owner;
            check_told(result, owner, damage.type, damage.words);
        }
}

}  // namespace verifier_damage_test
