// Thousands of small zones signed for the first time in one round: against a peer that is started
// for each (and verifies nothing), and against what the cryptographic library gives at most for
// what is signed and what is verified.
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

struct Signatures {
    std::uint64_t made = 0, verified = 0;
};

/// Signs all zones anew.
Signatures sign_all(const ManyCopies& copies, Timing& timing) {
    copies.forget_signing();
    CommandResult result;
    timing.add([&] { result = copies.site.signer({"--json"}); });
    expect(result);
    Signatures signatures;
    const auto told = nlohmann::json::parse(result.output);
    REQUIRE(told.size() == zones);
    for (const auto& zone : told) {
        signatures.made += zone["signatures_made"].get<std::uint64_t>();
        signatures.verified += zone["signatures_verified"].get<std::uint64_t>();
    }
    return signatures;
}

/// The machine is not always equally fast.
RawPace mean(const RawPace& a, const RawPace& b) {
    return {(a.signatures + b.signatures) / 2, (a.verifications + b.verifications) / 2};
}

void measure(Figures& figures, const std::string& what, const ManyCopies& copies) {
    Timing timing;
    const auto before = raw_p256_pace(2, 1s);
    const auto signatures = sign_all(copies, timing);
    const auto pace = mean(before, raw_p256_pace(2, 1s));
    const auto seconds_to_sign = double(signatures.made) / pace.signatures;
    const Milliseconds limit((seconds_to_sign + double(signatures.verified) / pace.verifications) *
                             1000);
    const auto peer = time_of_peer(copies.site);
    figures.tell(what + ", signatures", double(signatures.made), "");
    figures.tell(what + ", verified", double(signatures.verified), "");
    figures.tell(what + ", raw signatures on two threads", pace.signatures, "/s");
    figures.tell(what + ", raw verifications on two threads", pace.verifications, "/s");
    figures.tell(what + ", time", timing.elapsed());
    figures.tell(what + ", processor time", timing.median());
    figures.tell(fmt::format("ldns-signzone, one run (median of {})", peer_runs), peer);
    figures.ratio(what + ", against 10,000 runs of ldns-signzone", timing.elapsed(), peer * zones,
                  0.1);
    figures.tell(what + ", share of the limit of signing alone",
                 seconds_to_sign * 100'000 / timing.elapsed().count(), "%");
    figures.reach(what + ", share of the limit of signing and verifying", limit / timing.elapsed(),
                  0.5);
    expect(copies.site.verify(ManyCopies::name_of_copy(zones / 2)));
}

}  // namespace

TEST_CASE("ten-thousand-small-zones", "[.][bench]") {
    Figures figures;
    // Both from the start to the end: see ManyCopies::forget_signing().
    const ManyCopies sharing(zones, {true, VerifyExtent::sample});
    const ManyCopies alone(zones, {false, VerifyExtent::all});
    measure(figures, "shared keys, sample verified", sharing);
    measure(figures, "own keys, all verified", alone);
    figures.show();
}
