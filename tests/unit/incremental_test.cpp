// A zone signed step by step is the zone signed at once, but for signatures and serial.
#include <map>
#include <random>
#include <set>

#include "signer/intake.h"
#include "signer/zonefile/writer.h"
#include "tests/support/catch.h"
#include "tests/support/signer_bench.h"
#include "tests/support/zones.h"

namespace incremental_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

/// A zone file that is edited at random.
class EditedZone {
  public:
    explicit EditedZone(unsigned seed) : random_(seed) {
        for (int i = 0; i < 40; ++i)
            edit();
    }

    void edit() {
        const auto owner = pick(owners);
        auto& lines = lines_[owner];
        const auto record = pick(records) + std::to_string(below(9));
        const bool may_stand = !owner.starts_with('*') || !record.starts_with("NS");
        if (below(4) == 0)
            lines.clear();
        else if (may_stand)
            lines.insert(record);
        if (lines.empty())
            lines_.erase(owner);
    }

    std::string text() const {
        std::string text = apex_lines;
        for (const auto& [owner, lines] : lines_)
            for (const auto& line : lines) {
                text += owner + " " + line + "\n";
                if (line == "NS ns.other3")
                    text += owner + " DS 1 13 2 " + std::string(64, 'a') + "\n";
            }
        return text;
    }

    unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }

  private:
    const std::string& pick(const std::vector<std::string>& list) {
        return list[below(static_cast<unsigned>(list.size()))];
    }

    static const std::vector<std::string> owners, records;
    std::mt19937 random_;
    std::map<std::string, std::set<std::string>> lines_;
};

const std::vector<std::string> EditedZone::owners{
    "a", "b", "B.b", "c", "x.c", "y.x.c", "*.d", "deep.er.e", "f", "g", "h.g", "i", "j", "k", "zz"};

const std::vector<std::string> EditedZone::records{
    "A 192.0.2.", "AAAA 2001:db8::", "TXT text-", "600 MX 10 Mail", "NS ns.other", "NS ns.x.c"};

/// The zone's records but for signatures, and the SOA's serial.
std::string unsigned_text(const std::filesystem::path& file) {
    const auto read = read_zone_file(file, Name::from_text("example").value());
    REQUIRE(read.ok());
    std::string out;
    RecordText text;
    const auto& zone = read->zone;
    for (const auto& node : zone.nodes())
        for (const auto& rrset : zone.rrsets(node)) {
            const bool compared =
                rrset.type != rr::rrsig && rrset.type != rr::soa && rrset.type != rr::zonemd;
            for (std::uint32_t i = 0; compared && i < rrset.record_count; ++i)
                text.append(out, zone.owner(node), rrset.ttl, rrset.type, zone.rdata(rrset, i));
        }
    return out;
}

Execution run_good(SignerBench& bench) {
    auto done = bench.run();
    for (const auto& error : done.run.errors)
        UNSCOPED_INFO(error);
    REQUIRE(done.good());
    return done;
}

void edit_and_compare(SignerBench& bench, unsigned seed) {
    EditedZone zone(seed);
    bench.input(zone.text());
    run_good(bench);
    for (int step = 0; step < 6; ++step) {
        for (auto edits = zone.below(4); edits > 0; --edits)
            zone.edit();
        bench.now += std::chrono::hours(zone.below(100));  // some signatures come due
        bench.input(zone.text());
        run_good(bench);
        const auto step_by_step = unsigned_text(bench.output_file());
        std::filesystem::remove(bench.output_file());
        const auto at_once = run_good(bench);
        CHECK(at_once.publication->signatures_reused == 0);
        CHECK(step_by_step == unsigned_text(bench.output_file()));
    }
}

}  // namespace

TEST_CASE("signed step by step or at once, a zone has the same records", "[incremental]") {
    for (unsigned seed = 1; seed <= 8; ++seed)
        for (const bool opt_out : {false, true})
            for (const auto type : {DenialType::nsec, DenialType::nsec3}) {
                INFO("seed " << seed << ", opt-out " << opt_out);
                SignerBench bench;
                bench.add_key(KeyRole::ksk);
                bench.add_key(KeyRole::zsk);
                bench.instruction.denial = {type, opt_out && type == DenialType::nsec3, 0, {}};
                bench.instruction.zonemd = seed % 2 == 0;
                bench.instruction.least_share = 0;
                bench.instruction.signatures.jitter = 24h;
                edit_and_compare(bench, seed);
            }
}

TEST_CASE("a last output that another version wrote in another form is done without",
          "[incremental]") {
    SignerBench bench;
    bench.add_key(KeyRole::csk);
    bench.input(apex_lines + "a A 192.0.2.1\n");
    run_good(bench);
    auto report = bench.report();
    write_text(bench.output_file(), "; written long ago\n" + bench.output());
    report.publication->output = identify_file(bench.output_file()).value();
    REQUIRE(
        write_file(report_file(bench.configuration, bench.instruction_path()), report_text(report))
            .ok());
    bench.input(apex_lines + "a A 192.0.2.2\n");
    const auto done = run_good(bench);
    CHECK(done.run.outcome == RunOutcome::published);
    CHECK(done.publication->signatures_reused == 0);
    CHECK(done.run.warnings.size() == 1);
}

}  // namespace incremental_test
