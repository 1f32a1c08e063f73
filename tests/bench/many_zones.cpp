// What a pass costs in a database with many zones.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "tests/bench/bench.h"
#include "tests/bench/many_copies.h"
#include "tests/support/catch.h"

using namespace kaspar;
using namespace kaspar::bench;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

/// One database, and what passes over it took.
struct Passes {
    explicit Passes(std::size_t zones) : copies(zones) {}

    void measure_one_due() {
        copies.report_again();
        one_due.add([&] { looked_at(copies.site.enforcer(), 1); });
    }

    /// The first pass after something happened still looks through what changed.
    void measure_idle() {
        changed.add([&] { looked_at(copies.site.enforcer(), 0); });
        idle.add([&] { looked_at(copies.site.enforcer(), 0); });
    }

    static void looked_at(const CommandResult& result, int zones) {
        expect(result);
        INFO(result.output);
        REQUIRE(result.output.starts_with(fmt::format("looked at {} zone", zones)));
    }

    ManyCopies copies;
    Timing idle, changed, one_due, signer_idle;
};

/// The copies are zones like any other: one can be shown, rolled and signed.
void check_a_copy(const Passes& passes) {
    const auto& site = passes.copies.site;
    const auto name = ManyCopies::name_of_copy(1);
    expect(site.kaspar({"key", "roll", name, "--role", "zsk"}));
    expect(site.enforcer());
    expect(site.signer({"--zone", name}));
    expect(site.enforcer());
    const auto status = site.kaspar({"status", name, "--json"});
    expect(status);
    const auto told = nlohmann::json::parse(status.output);
    CHECK(told["keys"].size() == 3);
    CHECK(told["needs_a_person"].empty());
    CHECK(told["published_generation"] == told["generation"]);
    expect(site.verify(name));
}

}  // namespace

TEST_CASE("many-zones", "[bench]") {
    Passes one(1), thousand(1'000), ten_thousand(10'000);
    Timing start_up, status;
    for (int turn = 0; turn < 15; ++turn) {
        start_up.add([&] { expect(one.copies.site.kaspar({"--version"})); });
        for (Passes* passes : {&one, &thousand, &ten_thousand})
            passes->measure_one_due();
        std::this_thread::sleep_for(2100ms);  // until then folders count as changing
        for (Passes* passes : {&one, &thousand, &ten_thousand})
            passes->measure_idle();
    }
    for (int turn = 0; turn < 3; ++turn) {
        for (Passes* passes : {&one, &ten_thousand})
            passes->signer_idle.add([&] { expect(passes->copies.site.signer()); });
        status.add([&] { expect(ten_thousand.copies.site.kaspar({"status"})); });
    }

    Figures figures;
    const auto work = [&](const Timing& timing) { return timing.median() - start_up.median(); };
    figures.tell("start of a program", start_up.median());
    figures.tell("enforcer, 1 zone, none due", work(one.idle));
    figures.tell("enforcer, 1 zone, one due", work(one.one_due));
    figures.tell("enforcer, 1,000 zones, one due", work(thousand.one_due));
    figures.tell("enforcer, 10,000 zones, none due", work(ten_thousand.idle));
    figures.tell("enforcer, 10,000 zones, none due, after a change", work(ten_thousand.changed));
    figures.tell("enforcer, 10,000 zones, one due", work(ten_thousand.one_due));
    figures.tell("signer, 1 zone, none due", work(one.signer_idle));
    figures.tell("signer, 10,000 zones, none due", work(ten_thousand.signer_idle));
    figures.tell("kaspar status, 10,000 zones", work(status));
    figures.ratio("one due in 1,000 against one due in 1", work(thousand.one_due),
                  work(one.one_due), 1.5);
    figures.difference("10,000 idle zones against 1", work(ten_thousand.idle) - work(one.idle),
                       30ms);
    figures.show();
    check_a_copy(ten_thousand);
}

TEST_CASE("hundred-thousand-zones", "[.][bench]") {
    Passes passes(100'000);
    const auto text = passes.copies.site.read(ManyCopies::name_of_copy(1));
    Timing first_round, changed_round;
    first_round.add([&] { expect(passes.copies.site.signer()); });
    for (int turn = 0; turn < 3; ++turn) {
        passes.measure_one_due();
        std::this_thread::sleep_for(2100ms);
        passes.measure_idle();
        passes.signer_idle.add([&] { expect(passes.copies.site.signer()); });
        passes.copies.site.write(ManyCopies::name_of_copy(1), fmt::format("; {}\n{}", turn, text));
        changed_round.add([&] { expect(passes.copies.site.signer()); });
        expect(passes.copies.site.enforcer());  // takes in what that round told
        std::this_thread::sleep_for(2100ms);
    }
    Figures figures;
    figures.tell("enforcer, one due", passes.one_due.median());
    figures.tell("enforcer, none due, after a change", passes.changed.median());
    figures.difference("enforcer, none due", passes.idle.elapsed(), 2s);
    figures.tell("signer, none due, without its index", first_round.median());
    figures.tell("signer, one due", changed_round.median());
    figures.difference("signer, none due", passes.signer_idle.elapsed(), 5s);
    figures.show();
}
