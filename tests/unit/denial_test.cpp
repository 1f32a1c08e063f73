#include "signer/core/denial.h"

#include "common/values/encoding.h"
#include "signer/zonefile/writer.h"
#include "tests/support/catch.h"
#include "tests/support/zones.h"

namespace denial_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

std::string hex_bitmap(std::vector<std::uint16_t> types) {
    Bytes bitmap;
    append_type_bitmap(types, bitmap);
    return to_hex(bitmap);
}

std::string hash_text(std::string_view name) {
    return to_base32hex(nsec3_hash(wire(name), Bytes{0xaa, 0xbb, 0xcc, 0xdd}, 12));
}

/// "owner type-and-rdata" of each record, in the chain's order.
std::vector<std::string> rows(const DenialChain& chain) {
    std::vector<std::string> lines;
    RecordText text;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const auto rrset = chain.rrset(i);
        std::string line;
        text.append(line, rrset.owner, rrset.ttl, rrset.type, rrset.rdata(0));
        line.erase(line.find_last_not_of(" \n") + 1);
        lines.push_back(Name::from_wire(rrset.owner).value().text() + " " +
                        line.substr(line.rfind('	') + 1));
    }
    return lines;
}

std::vector<std::string> nsec_rows(std::string_view zone_text) {
    const auto read = read_zone(zone_text);
    Content content;
    list_content(read.zone, whole_zone(read.zone), {}, content);
    return rows(make_nsec_chain(content, read.zone.owner(read.zone.nodes().front()), 600));
}

std::vector<std::string> owners(const DenialChain& chain) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < chain.size(); ++i)
        names.push_back(Name::from_wire(chain.rrset(i).owner).value().text().substr(0, 32));
    return names;
}

/// The zone's whole NSEC3 chain. Views into `zone`.
DenialChain nsec3_chain(const Zone& zone, const DenialParameters& parameters,
                        std::span<const RRsetView> additions, std::uint32_t ttl) {
    const auto names = Nsec3Names::find(zone, parameters, 2);
    REQUIRE(names.ok());
    return names->chain(0, names->size(), additions, ttl);
}

/// The unhashed names of a zone that get an NSEC3 record, of those asked about.
std::vector<std::string> hashed_among(std::string_view zone_text, bool opt_out,
                                      const std::vector<std::string>& candidates) {
    const auto read = read_zone(zone_text);
    const auto chain = nsec3_chain(read.zone, {DenialType::nsec3, opt_out, 0, {}}, {}, 600);
    const auto there = owners(chain);
    std::vector<std::string> found;
    for (const auto& name : candidates)
        if (std::count(there.begin(), there.end(), to_base32hex(nsec3_hash(wire(name), {}, 0))))
            found.push_back(name);
    REQUIRE(found.size() == there.size());
    return found;
}

}  // namespace

TEST_CASE("type bitmaps have one block for each window", "[denial]") {
    CHECK(hex_bitmap({}) == "");
    CHECK(hex_bitmap({1}) == "000140");
    CHECK(hex_bitmap({2, 43, 46, 47}) == "0006200000000013");
    // RFC 4034 §4.3: A MX RRSIG NSEC TYPE1234
    CHECK(hex_bitmap({1, 15, 46, 47, 1234}) ==
          "0006400100000003041b000000000000000000000000000000000000000000000000000020");
    CHECK(hex_bitmap({255, 256, 65535}) ==
          "00200000000000000000000000000000000000000000000000000000000000000001"
          "010180"
          "ff200000000000000000000000000000000000000000000000000000000000000001");
}

TEST_CASE("NSEC3 hashes are those of RFC 5155 appendix A", "[denial]") {
    CHECK(hash_text("example") == "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom");
    CHECK(hash_text("a.example") == "35mthgpgcu1qg68fab165klnsnk3dpvl");
    CHECK(hash_text("AI.Example") == "gjeqe526plbf1g8mklp59enfd789njgi");
    CHECK(hash_text("ns1.example") == "2t7b4g4vsa5smi47k61mv5bv1a22bojr");
    CHECK(hash_text("ns2.example") == "q04jkcevqvmu85r014c7dkba38o0ji5r");
    CHECK(hash_text("w.example") == "k8udemvp1j2f7eg6jebps17vp3n8i58h");
    CHECK(hash_text("*.w.example") == "r53bq7cc2uvmubfu5ocmm6pers9tk9en");
    CHECK(hash_text("x.y.w.example") == "2vptu5timamqttgl4luu9kg21e0aor3s");
    CHECK(hash_text("xx.example") == "t644ebqk9bibcna874givr6joj62mlhv");
}

TEST_CASE("the opt-out NSEC3 chain of the zone in RFC 5155 appendix A is that of the RFC",
          "[denial]") {
    const auto read = read_zone(R"(
$TTL 3600
example. SOA ns1.example. bugs.x.w.example. 1 3600 300 3600000 3600
         NS ns1.example.
         NS ns2.example.
         MX 1 xx.example.
2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. A 192.0.2.127
a.example. NS ns1.a.example.
           NS ns2.a.example.
           DS 58470 5 1 3079F1593EBAD6DC121E202A8B766A6A4837206C
ns1.a.example. A 192.0.2.5
ns2.a.example. A 192.0.2.6
ai.example. A 192.0.2.9
            HINFO "KLH-10" "ITS"
            AAAA 2001:db8:0:0:0:0:f00:baa9
c.example. NS ns1.c.example.
           NS ns2.c.example.
ns1.c.example. A 192.0.2.7
ns2.c.example. A 192.0.2.8
ns1.example. A 192.0.2.1
ns2.example. A 192.0.2.2
*.w.example. MX 1 ai.example.
x.w.example. MX 1 xx.example.
x.y.w.example. MX 1 xx.example.
xx.example. A 192.0.2.10
            HINFO "KLH-10" "TOPS-20"
            AAAA 2001:db8:0:0:0:0:f00:baaa
)");
    const DenialParameters parameters{DenialType::nsec3, true, 12, {0xaa, 0xbb, 0xcc, 0xdd}};
    const auto param = nsec3param_rdata(parameters);
    const Bytes dnskey{1, 1, 3, 13};
    const std::vector<RRsetView> additions{{{}, rr::nsec3param, 0, true, nullptr, nullptr, param},
                                           {{}, rr::dnskey, 0, true, nullptr, nullptr, dnskey}};
    auto lines = rows(nsec3_chain(read.zone, parameters, additions, 3600));
    for (auto& line : lines)
        std::transform(line.begin(), line.begin() + 90, line.begin(),
                       [](char c) { return static_cast<char>(std::tolower(c)); });
    const std::string head = ".example 1 1 12 aabbccdd ";
    CHECK(
        lines ==
        std::vector<std::string>{
            "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom" + head +
                "2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA MX RRSIG DNSKEY NSEC3PARAM",
            "2t7b4g4vsa5smi47k61mv5bv1a22bojr" + head + "2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG",
            "2vptu5timamqttgl4luu9kg21e0aor3s" + head + "35mthgpgcu1qg68fab165klnsnk3dpvl MX RRSIG",
            "35mthgpgcu1qg68fab165klnsnk3dpvl" + head +
                "b4um86eghhds6nea196smvmlo4ors995 NS DS RRSIG",
            "b4um86eghhds6nea196smvmlo4ors995" + head + "gjeqe526plbf1g8mklp59enfd789njgi MX RRSIG",
            "gjeqe526plbf1g8mklp59enfd789njgi" + head +
                "ji6neoaepv8b5o6k4ev33abha8ht9fgc A HINFO AAAA RRSIG",
            "ji6neoaepv8b5o6k4ev33abha8ht9fgc" + head + "k8udemvp1j2f7eg6jebps17vp3n8i58h",
            "k8udemvp1j2f7eg6jebps17vp3n8i58h" + head + "kohar7mbb8dc2ce8a9qvl8hon4k53uhi",
            "kohar7mbb8dc2ce8a9qvl8hon4k53uhi" + head + "q04jkcevqvmu85r014c7dkba38o0ji5r A RRSIG",
            "q04jkcevqvmu85r014c7dkba38o0ji5r" + head + "r53bq7cc2uvmubfu5ocmm6pers9tk9en A RRSIG",
            "r53bq7cc2uvmubfu5ocmm6pers9tk9en" + head + "t644ebqk9bibcna874givr6joj62mlhv MX RRSIG",
            "t644ebqk9bibcna874givr6joj62mlhv" + head +
                "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A HINFO AAAA RRSIG"});
}

TEST_CASE("the NSEC chain passes over glue, occluded names and empty non-terminals", "[denial]") {
    CHECK(nsec_rows(apex_lines +
                    "insecure NS ns.insecure\n"
                    "ns.insecure A 192.0.2.1\n"
                    "secure NS ns.example.net.\n"
                    "secure DS 1 13 2 " +
                    std::string(64, 'a') +
                    "\n"
                    "secure A 192.0.2.2\n"
                    "renamed DNAME elsewhere.\n"
                    "hidden.renamed A 192.0.2.3\n"
                    "*.deep.ent TXT x\n") ==
          std::vector<std::string>{"example *.deep.ent.example. NS SOA RRSIG NSEC",
                                   "*.deep.ent.example insecure.example. TXT RRSIG NSEC",
                                   "insecure.example renamed.example. NS RRSIG NSEC",
                                   "renamed.example secure.example. DNAME RRSIG NSEC",
                                   "secure.example example. NS DS RRSIG NSEC"});
}

TEST_CASE("a zone with only an apex has a chain of one", "[denial]") {
    CHECK(nsec_rows(apex_lines) == std::vector<std::string>{"example example. NS SOA RRSIG NSEC"});
}

TEST_CASE("NSEC3 covers empty non-terminals, with opt-out only those above something secure",
          "[denial]") {
    const auto zone = apex_lines +
                      "a.b.c A 192.0.2.1\n"
                      "x.b.c A 192.0.2.2\n"
                      "nods.only.here NS ns.example.net.\n"
                      "nods.both NS ns.example.net.\n"
                      "with.both NS ns.example.net.\n"
                      "with.both DS 1 13 2 " +
                      std::string(64, 'a') + "\n";
    const std::vector<std::string> all{
        "example",       "c.example",         "b.c.example",       "a.b.c.example",
        "x.b.c.example", "here.example",      "only.here.example", "nods.only.here.example",
        "both.example",  "nods.both.example", "with.both.example"};
    CHECK(hashed_among(zone, false, all) == all);
    CHECK(hashed_among(zone, true, all) ==
          std::vector<std::string>{"example", "c.example", "b.c.example", "a.b.c.example",
                                   "x.b.c.example", "both.example", "with.both.example"});
}

TEST_CASE("NSEC3 is refused where a hashed owner would be too long", "[denial]") {
    const std::string label(63, 'x');
    const auto apex = label + "." + label + "." + label + "." + std::string(40, 'y') + ".";
    const auto read = read_zone(apex_lines, apex);
    const auto names = Nsec3Names::find(read.zone, {DenialType::nsec3, false, 0, {}}, 1);
    REQUIRE_FALSE(names.ok());
    CHECK(names.fault().kind == FaultClass::input);
}

TEST_CASE("denial records live as long as negative answers may", "[denial]") {
    CHECK(denial_ttl(3600, 600) == 600);
    CHECK(denial_ttl(300, 600) == 300);
}

}  // namespace denial_test
