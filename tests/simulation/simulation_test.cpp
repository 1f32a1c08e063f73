// Thousands of lives of a zone under the real core, each from its seed. KASPAR_SIMULATION_HISTORIES
// says how many, KASPAR_SIMULATION_FIRST from which seed on; tools/simulate runs many.
#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "tests/simulation/simulated_life.h"
#include "tests/support/catch.h"

using namespace kaspar;
using namespace kaspar::simulation;
using std::chrono::days;

namespace {

std::uint64_t number_from_environment(const char* name, std::uint64_t usual) {
    const char* text = std::getenv(name);
    return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

/// Most are short; one in fifty lasts five years.
Duration troubled_time(std::uint64_t seed) {
    return seed % 50 == 0 ? days{5 * 365} : days{150 + seed % 450};
}

/// What all lives together came to.
struct Tally {
    std::atomic<std::uint64_t> lives = 0, keys = 0, days_lived = 0;
    std::mutex lock;
    std::vector<std::uint64_t> failed;
};

void live(std::uint64_t seed, Tally& tally) {
    SimulatedLife life(seed, false);
    const bool good = life.run(troubled_time(seed));
    ++tally.lives;
    tally.keys += life.keys_made();
    tally.days_lived += static_cast<std::uint64_t>(life.length() / days{1});
    if (good)
        return;
    const std::lock_guard guard(tally.lock);
    tally.failed.push_back(seed);
}

void live_all(std::uint64_t first, std::uint64_t count, Tally& tally) {
    std::atomic<std::uint64_t> next = first;
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
        workers.emplace_back([&] {
            for (auto seed = next++; seed < first + count; seed = next++)
                live(seed, tally);
        });
    for (auto& worker : workers)
        worker.join();
}

std::string story_of(std::uint64_t seed) {
    SimulatedLife life(seed, true);
    life.run(troubled_time(seed));
    const auto& rows = life.story();
    const std::size_t shown = std::min<std::size_t>(rows.size(), 120);
    return fmt::format(
        "seed {}: {}\n{}", seed, life.failure(),
        fmt::join(rows.end() - static_cast<std::ptrdiff_t>(shown), rows.end(), "\n"));
}

}  // namespace

TEST_CASE("no resolver ever finds a zone bogus, and every roll ends", "[simulation]") {
    const auto first = number_from_environment("KASPAR_SIMULATION_FIRST", 1);
    const auto count = number_from_environment("KASPAR_SIMULATION_HISTORIES", 10'000);
    Tally tally;
    live_all(first, count, tally);
    fmt::print("{} histories, {} years, {} keys made, {} failed\n", tally.lives.load(),
               tally.days_lived / 365, tally.keys.load(), tally.failed.size());
    std::sort(tally.failed.begin(), tally.failed.end());
    for (std::size_t i = 0; i < std::min<std::size_t>(tally.failed.size(), 3); ++i)
        fmt::print("{}\n\n", story_of(tally.failed[i]));
    if (!tally.failed.empty())
        fmt::print("failed seeds: {}\n", fmt::join(tally.failed, " "));
    CHECK(tally.failed.empty());
}
