// A run of the signer in which all is well: what is made anew, and what stands.
#include "signer/execute.h"
#include "common/system/file.h"
#include "tests/support/published_zone.h"

namespace execute_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;
using namespace std::chrono_literals;

TEST_CASE("a first run publishes, verifies and reports", "[execute]") {
    Published bench;
    const auto report = bench.report();
    REQUIRE(report.publication);
    const auto& publication = *report.publication;
    CHECK(report.last_run.outcome == RunOutcome::published);
    CHECK(publication.serial == 1);
    CHECK(publication.input_serial == 1);
    CHECK(publication.records == 5);
    CHECK(publication.signatures == all_signatures);
    CHECK(publication.signatures_made == all_signatures);
    CHECK(publication.signatures_reused == 0);
    CHECK(publication.signatures_verified == all_signatures);
    CHECK(publication.published == bench.now);
    CHECK(publication.first_expiry == bench.now + std::chrono::days(14));
    CHECK(publication.first_dnskey_expiry == bench.now + std::chrono::days(14));
    CHECK(publication.next_refresh == bench.now + std::chrono::days(7) + 1s);
    CHECK(publication.dnskeys.size() == 2);
    CHECK(publication.dnskey_signers == std::vector{bench.name(bench.ksk)});
    CHECK(bench.signed_by({bench.zsk}) == all_signatures - 1);
    CHECK(publication.data_signers.size() == 1);
    CHECK(publication.largest_ttl == 3600s);
    CHECK(publication.negative_ttl == 600s);
    CHECK(bench.output().find("\tSOA\t") < bench.output().find("\tNS\t"));
}

TEST_CASE("an unchanged second run rewrites nothing and opens no key anew", "[execute]") {
    Published bench;
    const auto report_path = bench.configuration.reports() / "example";
    const auto output = status_of(bench.output_file()), report = status_of(report_path);
    const unsigned opened = bench.store.opened;
    bench.now += 1h;
    const auto done = bench.expect(RunOutcome::unchanged);
    CHECK(done.good());
    CHECK(same_file(status_of(bench.output_file()), output));
    CHECK(same_file(status_of(report_path), report));
    CHECK(bench.store.opened == opened);
}

TEST_CASE("a touched input of the same octets changes nothing", "[execute]") {
    Published bench;
    bench.input(hosts);
    bench.expect(RunOutcome::unchanged);
}

TEST_CASE("an input with the same records in another order changes nothing", "[execute]") {
    Published bench;
    const auto before = bench.output();
    bench.input(apex_lines + "; a comment\nc A 192.0.2.3\nb A 192.0.2.2\na A 192.0.2.1\n");
    bench.expect(RunOutcome::unchanged);
    CHECK(bench.output() == before);
    CHECK(bench.report().publication->serial == 1);
}

TEST_CASE("a change re-signs only what it must", "[execute]") {
    Published bench;
    bench.now += 1h;
    SECTION("other data: the RRset and the SOA") {
        bench.input(apex_lines + "a A 192.0.2.1\nb A 192.0.2.99\nc A 192.0.2.3\n");
        CHECK(bench.counts() == Counts{2, all_signatures - 2});
    }
    SECTION("another TTL: the same") {
        bench.input(apex_lines + "a A 192.0.2.1\nb 60 A 192.0.2.2\nc A 192.0.2.3\n");
        CHECK(bench.counts() == Counts{2, all_signatures - 2});
    }
    SECTION("a new type: the RRset, the name's NSEC and the SOA") {
        bench.input(hosts + "b TXT x\n");
        CHECK(bench.counts() == Counts{3, all_signatures - 2});
    }
    SECTION("a new name: its RRset, its NSEC, the one before, and the SOA") {
        bench.input(hosts + "bb A 192.0.2.4\n");
        CHECK(bench.counts() == Counts{4, all_signatures - 2});
    }
    SECTION("a name less: the NSEC before and the SOA") {
        bench.input(apex_lines + "a A 192.0.2.1\nc A 192.0.2.3\n");
        CHECK(bench.counts() == Counts{2, all_signatures - 4});
    }
    SECTION("unsigned glue: only the SOA") {
        bench.input(hosts + "b.sub A 192.0.2.5\nsub NS b.sub\n");
        bench.counts();
        bench.input(hosts + "b.sub A 192.0.2.6\nsub NS b.sub\n");
        CHECK(bench.counts() == Counts{1, all_signatures});
    }
    CHECK(bench.report().publication->serial > 1);
}

TEST_CASE("a larger serial in the input is followed", "[execute]") {
    Published bench;
    auto text = hosts;
    text.replace(text.find(" 1 3600"), 2, " 77");
    bench.input(text);
    CHECK(bench.counts() == Counts{1, all_signatures - 1});
    CHECK(bench.report().publication->serial == 77);
    CHECK(bench.report().publication->input_serial == 77);
}

TEST_CASE("signatures are renewed when less than the refresh time is left", "[execute]") {
    Published bench;
    bench.now += std::chrono::days(7);
    bench.expect(RunOutcome::unchanged);
    bench.now += 1s;
    CHECK(bench.counts() == Counts{all_signatures, 0});
    CHECK(bench.report().publication->serial == 2);
}

TEST_CASE("jitter spreads the renewal, and what comes due soon is gathered", "[execute]") {
    SignerBench bench;
    bench.add_key(KeyRole::csk);
    std::string text = apex_lines;
    for (int i = 0; i < 200; ++i)
        text += fmt::format("host-{} A 192.0.2.1\n", i);
    bench.input(text);
    bench.instruction.signatures.jitter = 12h;
    const auto first = bench.run();
    REQUIRE(first.run.outcome == RunOutcome::published);
    const auto spread = *first.publication->first_expiry - bench.now - std::chrono::days(14);
    CHECK(spread < -11h);
    unsigned rounds = 0;
    std::uint64_t largest = 0, sum = 0;
    while (bench.now < first.publication->published + std::chrono::days(7) + 12h) {
        bench.now = *bench.report().publication->next_refresh;
        const auto next = bench.run();
        REQUIRE(next.run.outcome == RunOutcome::published);
        largest = std::max(largest, next.publication->signatures_made);
        sum += next.publication->signatures_made;
        ++rounds;
    }
    CHECK(rounds >= 10);
    CHECK(rounds <= 14);  // 24 hours in steps of 2
    CHECK(largest < 80);  // of 404
    CHECK(sum >= 404);
}

TEST_CASE("a shorter validity is in force at once, a longer one as signatures come due",
          "[execute]") {
    Published bench;
    bench.instruction.signatures.validity = std::chrono::days(20);
    bench.expect(RunOutcome::unchanged);
    bench.instruction.signatures.validity = std::chrono::days(10);
    CHECK(bench.counts() == Counts{5, 5});  // SOA, NS and three A; not DNSKEY and NSEC
}

TEST_CASE("a ZSK is changed gradually: old signatures stand until they come due", "[execute]") {
    Published bench;
    const auto successor = bench.add_key(KeyRole::zsk);
    bench.instruction.keys[successor].sign_zone = false;
    CHECK(bench.counts() == Counts{2, all_signatures - 2});  // DNSKEY and SOA
    bench.instruction.keys[successor].sign_zone = true;
    bench.instruction.keys[bench.zsk].sign_zone = false;
    SECTION("by pre-publication") {
        bench.now += 1h;
        bench.expect(RunOutcome::unchanged);
        CHECK(bench.report().publication->generation == 3);
        bench.input(hosts + "a TXT x\n");
        CHECK(bench.counts() == Counts{3, all_signatures - 2});
        CHECK(bench.signed_by({successor}) == 3);
        CHECK(bench.signed_by({bench.zsk}) == all_signatures - 3);
        SECTION("until all are replaced") {
            bench.now += std::chrono::days(7);
            bench.counts();
            CHECK(bench.signed_by({successor}) == all_signatures);
            CHECK(bench.report().publication->data_signers.size() == 1);
        }
        SECTION("or the old key is withdrawn") {
            bench.instruction.keys[bench.zsk].publish = false;
            bench.expect(RunOutcome::published);
            CHECK(bench.signed_by({successor}) == all_signatures);
        }
    }
    SECTION("unless all are to be replaced at once") {
        bench.instruction.signatures.renew_at_once = true;
        CHECK(bench.counts() == Counts{all_signatures - 1, 1});
        CHECK(bench.signed_by({successor}) == all_signatures - 1);
    }
}

TEST_CASE("two ZSKs of one algorithm both sign everything", "[execute]") {
    Published bench;
    const auto second = bench.add_key(KeyRole::zsk);
    // NS, A and NSEC by the new key; DNSKEY; SOA by both.
    CHECK(bench.counts() == Counts{8 + 1 + 2, 8});
    CHECK(bench.signed_by({bench.zsk, second}) == all_signatures - 1);
    bench.instruction.keys[bench.zsk].sign_zone = false;
    CHECK(bench.counts() == Counts{1, all_signatures - 1});  // the SOA; the second key's stand
    CHECK(bench.signed_by({second}) == all_signatures - 1);
}

TEST_CASE("a new algorithm signs everything at once, a withdrawn one's signatures go at once",
          "[execute]") {
    Published bench;
    const auto ahead = bench.add_key(KeyRole::csk, Algorithm::ed25519);
    // The conservative roll: signatures first, DNSKEY later (RFC 6781 §4.1.4).
    bench.instruction.keys[ahead].publish = false;
    bench.instruction.keys[ahead].sign_dnskey = false;
    CHECK(bench.counts() == Counts{8 + 2, 8 + 1});
    CHECK(bench.signed_by({bench.zsk, ahead}) == all_signatures - 1);
    SECTION("they stand while the DNSKEY is not published") {
        bench.input(hosts + "a TXT x\n");
        CHECK(bench.counts() == Counts{6, 2 * (all_signatures - 1) + 1 - 4});
    }
    SECTION("the old algorithm goes") {
        for (const auto old : {bench.ksk, bench.zsk})
            bench.instruction.keys[old].publish = bench.instruction.keys[old].sign_dnskey =
                bench.instruction.keys[old].sign_zone = false;
        bench.instruction.keys[ahead].publish = bench.instruction.keys[ahead].sign_dnskey = true;
        CHECK(bench.counts() == Counts{2, 8});
        CHECK(bench.signed_by({ahead}) == all_signatures - 1);
    }
}

TEST_CASE("without keys the zone is published unsigned", "[execute]") {
    Published bench;
    bench.instruction.keys.clear();
    CHECK(bench.counts() == Counts{0, 0});
    const auto text = bench.output();
    for (const auto* type : {"\tRRSIG\t", "\tNSEC\t", "\tDNSKEY\t"})
        CHECK(text.find(type) == text.npos);
    const auto report = bench.report();
    CHECK(report.publication->serial == 2);
    CHECK_FALSE(report.publication->first_expiry);
    CHECK(report.publication->data_signers == std::vector<SignerSet>{{{}, 5}});
    bench.expect(RunOutcome::unchanged);
}

TEST_CASE("DNSSEC records of the input never reach the output", "[execute]") {
    Published bench;
    const auto before = bench.output();
    bench.input(before);
    const auto done = bench.expect(RunOutcome::unchanged);
    CHECK(done.publication->records == 5);
    CHECK_FALSE(done.run.warnings.empty());
    CHECK(bench.output() == before);
}

TEST_CASE("serial policy keep wants a new serial for new content", "[execute]") {
    Published bench;
    bench.instruction.serial = SerialPolicy::keep;
    bench.expect(RunOutcome::unchanged);
    const auto before = status_of(bench.output_file());
    bench.input(hosts + "d A 192.0.2.4\n");
    CHECK(tells(bench.expect(RunOutcome::refused).run.errors, "raise the serial"));
    CHECK(same_file(status_of(bench.output_file()), before));
    SECTION("signatures are renewed under the old one all the same") {
        bench.now += std::chrono::days(10);
        CHECK(bench.counts(RunOutcome::kept_alive) == Counts{all_signatures, 0});
        CHECK(bench.report().publication->serial == 1);
        CHECK(tells(bench.report().last_run.warnings, "secondaries will not notice"));
        CHECK(bench.output().find("192.0.2.4") == std::string::npos);
    }
    SECTION("and with it the content is published") {
        auto text = hosts + "d A 192.0.2.4\n";
        text.replace(text.find(" 1 3600"), 2, " 2");
        bench.input(text);
        bench.expect(RunOutcome::published);
        CHECK(bench.report().publication->serial == 2);
    }
    SECTION("a DNSKEY that secondaries would not fetch is not published either") {
        bench.input(hosts);
        bench.add_key(KeyRole::ksk);
        CHECK(tells(bench.expect(RunOutcome::refused).run.errors, "raise the serial"));
    }
}

TEST_CASE("CDS, CDNSKEY and the delete request are published as instructed", "[execute]") {
    Published bench;
    const auto& dnskey = bench.instruction.keys[bench.ksk].dnskey;
    bench.instruction.cds = {make_ds(bench.instruction.zone, dnskey, DigestType::sha256)};
    bench.instruction.cdnskey = {dnskey};
    CHECK(bench.counts() == Counts{4, all_signatures - 2});  // both, NSEC, SOA
    CHECK(bench.output().find(bench.instruction.cds[0].text()) != std::string::npos);
    bench.instruction.cds_delete = true;
    CHECK(bench.counts() == Counts{3, all_signatures - 1});
    CHECK(bench.output().find("\tCDS\t0 0 0 00\n") != std::string::npos);
    CHECK(bench.output().find("\tCDNSKEY\t0 3 0 AA==\n") != std::string::npos);
}

TEST_CASE("foreign DNSKEYs are published and never used", "[execute]") {
    Published bench;
    SignerBench other;
    other.add_key(KeyRole::zsk);
    bench.instruction.foreign_dnskeys = {other.instruction.keys[0].dnskey};
    CHECK(bench.counts() == Counts{2, all_signatures - 2});
    CHECK(bench.report().publication->dnskeys.size() == 3);
}

TEST_CASE("the policy's SOA minimum is in force for denial too", "[execute]") {
    Published bench;
    bench.instruction.soa_minimum = 300s;
    CHECK(bench.counts() == Counts{1 + 4, all_signatures - 5});
    CHECK(bench.report().publication->negative_ttl == 300s);
    CHECK(bench.output().find("\t300\tIN\tNSEC\t") != std::string::npos);
}

TEST_CASE("ZONEMD is kept while nothing changes, and made anew with the serial", "[execute]") {
    Published bench;
    bench.instruction.zonemd = true;
    CHECK(bench.counts() == Counts{3, all_signatures - 2});  // ZONEMD, apex NSEC, SOA
    bench.input(hosts + "\n");
    bench.expect(RunOutcome::unchanged);
    bench.input(hosts + "a A 192.0.2.9\n");
    CHECK(bench.counts() == Counts{3, all_signatures - 2});
}

TEST_CASE("an output that moves is published at its new place", "[execute]") {
    Published bench;
    bench.instruction.output = bench.folder / "moved.zone";
    CHECK(bench.counts() == Counts{1, all_signatures - 1});
    CHECK(bench.output().find("\tSOA\t") != std::string::npos);
    CHECK(bench.report().publication->output.path == bench.folder / "moved.zone");
}

TEST_CASE("only new signatures are checked where the policy says so", "[execute]") {
    Published bench;
    bench.instruction.verify = VerifyExtent::fresh;
    bench.expect(RunOutcome::unchanged);
    bench.input(hosts + "a TXT x\n");
    const auto done = bench.expect(RunOutcome::published);
    CHECK(done.publication->signatures_made == 3);
    CHECK(done.publication->signatures_verified == 3);
}

}  // namespace execute_test
