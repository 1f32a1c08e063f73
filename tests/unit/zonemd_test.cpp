#include "signer/core/zonemd.h"

#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "signer/core/denial.h"
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/signer_bench.h"
#include "tests/support/zones.h"

namespace zonemd_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

TEST_CASE("the digest of the simple zone in RFC 8976 §A.1 is that of the RFC", "[zonemd]") {
    const auto read = read_zone(R"(
example.      86400  IN  SOA  ns1 admin 2018031900 ( 1800 900 604800 86400 )
              86400  IN  NS   ns1
              86400  IN  NS   ns2
ns1           3600   IN  A    203.0.113.63
ns2           3600   IN  AAAA 2001:db8::63
)");
    // The placeholder does not count.
    const auto placeholder = zonemd_rdata(2018031900, Bytes(48));
    const std::vector<RRsetView> additions{
        {{}, rr::zonemd, 86400, true, nullptr, nullptr, placeholder}};
    Content content;
    list_content(read.zone, whole_zone(read.zone), additions, content);
    Bytes octets;
    append_zonemd_octets(merge(content, {}), octets);
    const auto digest = sha384(octets);
    CHECK(to_hex(digest) ==
          "c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3"
          "a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c");
    CHECK(to_hex(zonemd_rdata(2018031900, digest)).substr(0, 20) == "7848b91c0101c68090d9");
}

TEST_CASE("another implementation finds the digest of a signed zone right", "[zonemd]") {
    SignerBench bench;
    bench.instruction.zonemd = true;
    bench.add_key(KeyRole::csk);
    bench.input(apex_lines +
                "Upper TXT \"Case\"\n*.ent.ent A 192.0.2.1\nsub NS ns.sub\nns.sub A 192.0.2.10\n");
    const auto accepts = [](const std::filesystem::path& file) {
        return run({.arguments = {"ldns-verify-zone", "-ZZ", file}}).status == 0;
    };
    for (const auto type : {DenialType::nsec, DenialType::nsec3}) {
        bench.instruction.denial.type = type;
        REQUIRE(bench.run().run.outcome == RunOutcome::published);
        CHECK(accepts(bench.output_file()));
        // Glue is not signed: only the digest can tell.
        auto text = bench.output();
        text.replace(text.find("192.0.2.10"), 10, "192.0.2.99");
        CHECK_FALSE(accepts(write_text(bench.folder / "damaged.zone", text)));
    }
}

TEST_CASE("a name that is also the hash of one has its place in the digest", "[zonemd]") {
    SignerBench bench;
    bench.instruction.zonemd = true;
    bench.instruction.denial.type = DenialType::nsec3;
    bench.add_key(KeyRole::csk);
    const auto hash = to_base32hex(nsec3_hash(wire("example"), {}, 0));
    bench.input(apex_lines + hash + " A 192.0.2.1\n" + hash + " CAA 0 issue \"x\"\n");
    // The verifier, which shares no code, finds the same; ldns takes NSEC3 for another zone's
    // names.
    CHECK(bench.run().run.outcome == RunOutcome::published);
}

}  // namespace zonemd_test
