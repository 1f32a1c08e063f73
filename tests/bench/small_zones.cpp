// Thousands of small zones signed for the first time in one round: against a peer that is started
// for each, and against what the cryptographic library gives at most.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/bench/bench.h"
#include "tests/bench/many_copies.h"
#include "tests/bench/raw_signing.h"
#include "tests/support/catch.h"
#include "tests/support/command.h"

using namespace kaspar;
using namespace kaspar::bench;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t zones = 10'000;
constexpr int peer_runs = 200;  // stand for as many as there are zones

/// Makes a key in the folder "peer" and gives its name.
std::string make_key(const Installation& site, const std::string& option) {
    const auto result =
        run({.arguments = {"sh", "-c",
                           fmt::format("cd '{}' && ldns-keygen {} -a ECDSAP256SHA256 {}",
                                       (site / "peer").string(), option, ManyCopies::original)}});
    expect(result);
    return (site / "peer" / result.output.substr(0, result.output.find('\n'))).string();
}

/// How long one run of ldns-signzone takes.
Milliseconds time_of_peer(const Installation& site) {
    std::filesystem::create_directory(site / "peer");
    const auto ksk = make_key(site, "-k"), zsk = make_key(site, "");
    Timing timing;
    for (int turn = 0; turn < peer_runs; ++turn)
        timing.add([&] {
            expect(run(
                {.arguments = {"ldns-signzone", "-o", ManyCopies::original, "-f",
                               site / "peer" / "signed", site / ManyCopies::original, ksk, zsk}}));
        });
    return timing.elapsed();
}

/// Signs all zones anew and gives the number of signatures.
std::uint64_t sign_all(const ManyCopies& copies, Timing& timing) {
    copies.forget_signing();
    CommandResult result;
    timing.add([&] { result = copies.site.signer({"--json"}); });
    expect(result);
    std::uint64_t signatures = 0;
    const auto told = nlohmann::json::parse(result.output);
    REQUIRE(told.size() == zones);
    for (const auto& zone : told)
        signatures += zone["signatures_made"].get<std::uint64_t>();
    return signatures;
}

void measure(Figures& figures, const std::string& what, ManyCopies::Style style) {
    const ManyCopies copies(zones, style);
    Timing timing;
    const auto signatures = sign_all(copies, timing);
    const auto pace = raw_p256_signatures_per_second(2, 2s);
    const Milliseconds limit(double(signatures) / pace * 1000);
    const auto peer = time_of_peer(copies.site);
    figures.tell(what + ", signatures", double(signatures), "");
    figures.tell(what + ", raw signatures on two threads", pace, "/s");
    figures.tell(what + ", time", timing.elapsed());
    figures.tell(what + ", processor time", timing.median());
    figures.tell(fmt::format("ldns-signzone, one run (median of {})", peer_runs), peer);
    figures.ratio(what + ", against 10,000 runs of ldns-signzone", timing.elapsed(), peer * zones,
                  0.1);
    figures.reach(what + ", share of the cryptographic limit", limit / timing.elapsed(), 0.5);
    expect(copies.site.verify(ManyCopies::name_of_copy(zones / 2)));
}

}  // namespace

TEST_CASE("ten-thousand-small-zones", "[.][bench]") {
    Figures figures;
    measure(figures, "shared keys, sample verified", {true, VerifyExtent::sample});
    measure(figures, "own keys, all verified", {false, VerifyExtent::all});
    figures.show();
}
