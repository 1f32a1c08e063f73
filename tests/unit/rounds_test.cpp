// Several zones at once: no other outcome than one after the other.
#include "signer/rounds.h"

#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "common/system/file.h"
#include "tests/support/catch.h"
#include "tests/support/signer_bench.h"
#include "tests/support/zones.h"

namespace rounds_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

constexpr int zone_count = 100, bad_zone = 7;

/// A hundred zones with the same two keys, one of them without input.
struct Hundred : SignerBench {
    std::vector<Path> files;

    Hundred() {
        add_key(KeyRole::ksk);
        add_key(KeyRole::zsk);
        for (int number = 0; number < zone_count; ++number)
            add_zone(number);
        std::filesystem::remove(folder / "input7");
    }

    void add_zone(int number) {
        instruction.zone = Name::from_text(fmt::format("zone{}", number)).value();
        instruction.input = folder / fmt::format("input{}", number);
        instruction.output = folder / fmt::format("output{}", number);
        input(apex_lines + fmt::format("a A 192.0.2.{}\n", number));
        seal();
        files.push_back(instruction_path());
    }

    std::vector<Execution> execute_them(const std::function<bool()>& go_on = [] { return true; }) {
        told.clear();
        return execute_all(files, {configuration, this->keys, now, 2, 3}, go_on,
                           [&](const Execution& execution) { told.push_back(execution.zone); });
    }

    std::vector<std::string> told;
};

/// How many threads have their turn.
struct Waiting {
    Turns& turns;
    std::atomic<int> begun = 0;
    std::atomic<bool> may_end = false;
    std::vector<std::jthread> threads = {};

    void add(std::uint64_t octets) {
        threads.emplace_back([this, octets] {
            const auto turn = turns.take(octets);
            ++begun;
            while (!may_end)
                std::this_thread::sleep_for(1ms);
        });
        std::this_thread::sleep_for(30ms);
    }
};

constexpr auto small = Turns::largest_small_zone, large = small + 1;

}  // namespace

TEST_CASE("of many zones at once a bad one stops no other", "[rounds]") {
    Hundred zones;
    const auto executions = zones.execute_them();
    REQUIRE(executions.size() == zone_count);
    for (int number = 0; number < zone_count; ++number) {
        const auto& execution = executions[std::size_t(number)];
        INFO(execution.zone << ": " << fmt::format("{}", fmt::join(execution.run.errors, "\n")));
        CHECK(execution.zone == fmt::format("zone{}", number));
        CHECK(execution.run.outcome ==
              (number == bad_zone ? RunOutcome::refused : RunOutcome::published));
        if (number != bad_zone)
            CHECK(read_file(zones.folder / fmt::format("output{}", number))
                      .value()
                      .find(fmt::format("192.0.2.{}\n", number)) != std::string::npos);
    }
    CHECK(zones.store.opened == 2);
}

TEST_CASE("zones are told of in their order", "[rounds]") {
    Hundred zones;
    zones.execute_them();
    std::vector<std::string> expected;
    for (const auto& file : zones.files)
        expected.push_back(file.filename().string());
    CHECK(zones.told == expected);
}

TEST_CASE("a round that is to end begins no other zone", "[rounds]") {
    Hundred zones;
    int left = 10;
    const auto executions = zones.execute_them([&] { return left-- > 0; });
    CHECK(executions.size() == 10);
    CHECK(zones.told.size() == 10);
    CHECK(std::filesystem::exists(zones.folder / "output9"));
    CHECK_FALSE(std::filesystem::exists(zones.folder / "output10"));
}

TEST_CASE("a large zone has the machine to itself, when its turn has come", "[rounds]") {
    Turns turns;
    Waiting before{turns}, big{turns}, after{turns};
    before.add(small);
    before.add(small);
    CHECK(before.begun == 2);
    big.add(large);
    after.add(1);
    CHECK(big.begun == 0);
    CHECK(after.begun == 0);
    before.may_end = true;
    before.threads.clear();
    std::this_thread::sleep_for(50ms);
    CHECK(big.begun == 1);
    CHECK(after.begun == 0);
    big.may_end = after.may_end = true;
    big.threads.clear();
    after.threads.clear();
    CHECK(after.begun == 1);
}

TEST_CASE("small zones side by side fit into memory", "[rounds]") {
    Turns turns;
    Waiting zones{turns};
    for (std::uint64_t octets = 0; octets <= Turns::most_octets; octets += small)
        zones.add(small);
    CHECK(zones.begun == Turns::most_octets / small);
    zones.may_end = true;
    zones.threads.clear();
    CHECK(zones.begun == Turns::most_octets / small + 1);
}

}  // namespace rounds_test
