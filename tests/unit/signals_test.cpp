#include "common/system/signals.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

namespace signals_test {

using namespace kaspar;
using namespace std::chrono_literals;
using kaspar::test::TempFolder;

namespace {

const auto system_clock = Clock::system();

/// A deadline that is reached only if what is waited for does not happen.
Time far() {
    return system_clock.now() + 60s;
}

/// At once if nothing has changed.
Woken look(Waiter& waiter) {
    return waiter.wait_until(system_clock, system_clock.now());
}

}  // namespace

TEST_CASE("a wait ends at its deadline", "[signals]") {
    auto waiter = Waiter::create().value();
    CHECK(waiter.wait_until(system_clock, system_clock.now() - 1h) == Woken::deadline);
    const auto soon = system_clock.now() + 1s;
    CHECK(waiter.wait_until(system_clock, soon) == Woken::deadline);
    CHECK(system_clock.now() >= soon);
}

TEST_CASE("a watched file ends the wait when it is written or replaced", "[signals]") {
    const TempFolder folder;
    auto waiter = Waiter::create().value();
    REQUIRE(waiter.watch({folder / "zone"}).ok());
    CHECK(look(waiter) == Woken::deadline);
    std::ofstream(folder / "zone") << "written in place";
    CHECK(waiter.wait_until(system_clock, far()) == Woken::change);
    CHECK(look(waiter) == Woken::deadline);
    REQUIRE(write_file(folder / "zone", "renamed into place").ok());
    CHECK(waiter.wait_until(system_clock, far()) == Woken::change);
    REQUIRE(write_file(folder / "neighbour", "x").ok());
    CHECK(look(waiter) == Woken::deadline);
}

TEST_CASE("a change during the work ends the next wait", "[signals]") {
    const TempFolder folder;
    auto waiter = Waiter::create().value();
    REQUIRE(waiter.watch({folder / "zone"}).ok());
    REQUIRE(write_file(folder / "zone", "x").ok());
    REQUIRE(waiter.watch({folder / "zone", folder / "other"}).ok());
    CHECK(look(waiter) == Woken::change);
}

TEST_CASE("a folder that was not watched before is told", "[signals]") {
    const TempFolder folder;
    REQUIRE(make_folder(folder / "a").ok());
    auto waiter = Waiter::create().value();
    CHECK_FALSE(waiter.watch({folder / "missing" / "zone"}).value());
    CHECK(waiter.watch({folder / "a" / "zone"}).value());
    CHECK_FALSE(waiter.watch({folder / "a" / "zone", folder / "a" / "other"}).value());
    std::filesystem::remove(folder / "a");
    REQUIRE(make_folder(folder / "a").ok());
    CHECK(waiter.watch({folder / "a" / "zone"}).value());
}

TEST_CASE("any file of a watched folder counts, but hidden ones", "[signals]") {
    const TempFolder folder;
    auto waiter = Waiter::create().value();
    REQUIRE(waiter.watch({folder.path()}).ok());
    std::ofstream(folder / ".kaspar-1-1") << "x";
    CHECK(look(waiter) == Woken::deadline);
    REQUIRE(write_file(folder / "example", "x").ok());
    CHECK(look(waiter) == Woken::change);
}

TEST_CASE("what is no longer watched does not wake", "[signals]") {
    const TempFolder folder;
    REQUIRE(make_folder(folder / "a").ok());
    auto waiter = Waiter::create().value();
    REQUIRE(waiter.watch({folder / "a" / "zone"}).ok());
    REQUIRE(waiter.watch({folder / "missing" / "zone"}).ok());
    REQUIRE(write_file(folder / "a" / "zone", "x").ok());
    CHECK(look(waiter) == Woken::deadline);
    REQUIRE(make_folder(folder / "missing").ok());
    REQUIRE(waiter.watch({folder / "missing" / "zone"}).ok());
    REQUIRE(write_file(folder / "missing" / "zone", "x").ok());
    CHECK(look(waiter) == Woken::change);
}

TEST_CASE("a request to stop ends every wait", "[signals]") {
    // In a child: the request cannot be taken back.
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        arrange_signals();
        auto waiter = Waiter::create().value();
        const bool before = stop_requested();
        std::raise(SIGTERM);
        const bool woken = waiter.wait_until(system_clock, far()) == Woken::stop;
        ::_exit(!before && stop_requested() && woken ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

}  // namespace signals_test
