// A set-up that a package makes and upgrades: what kaspar.json names, and the database.
#include <fmt/format.h>

#include "enforcer/embedded.h"
#include "enforcer/store/database.h"
#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"

namespace setup_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace kaspar::test;

namespace {

CommandResult complete(const Sandbox& box) {
    return run({{KASPAR_PROGRAMS "/enforcer/kaspar", "init", (box / "").string(), "--configured"}});
}

const std::size_t newest = migration_files().size();

/// As the version before had it.
void make_database_older(const Sandbox& box) {
    auto database = Database::open((box / "state/kaspar.db").string());
    REQUIRE(database.ok());
    for (const std::string& sql : {std::string("ALTER TABLE zones DROP COLUMN set_back"),
                                   std::string("ALTER TABLE passes DROP COLUMN boot"),
                                   std::string("ALTER TABLE passes DROP COLUMN uptime"),
                                   fmt::format("PRAGMA user_version = {}", newest - 1)})
        REQUIRE(database->run(sql).ok());
}

}  // namespace

TEST_CASE("what kaspar.json names and is missing is made; what is there stays", "[setup]") {
    const Sandbox box;
    const std::string passphrase = box.read(box / "passphrase");
    expect(complete(box));
    CHECK(box.read(box / "passphrase") == passphrase);
    for (const auto* gone : {"passphrase", "state", "keys"})
        std::filesystem::remove_all(box / gone);
    expect(complete(box));
    CHECK_FALSE(box.read(box / "passphrase").empty());
    expect(box.add_zone());
    expect(box.enforcer());
    expect(box.kaspar({"key", "list"}));
}

TEST_CASE("no passphrase is made for keys that there are", "[setup]") {
    const Sandbox box;
    expect(box.add_zone());
    expect(box.enforcer());
    std::filesystem::remove(box / "passphrase");
    expect(complete(box));
    CHECK_FALSE(std::filesystem::exists(box / "passphrase"));
}

TEST_CASE("an older database is upgraded, and a copy from before stays beside it", "[setup]") {
    const Sandbox box;
    expect(box.add_zone());
    make_database_older(box);
    expect(complete(box));
    const auto copy = box / fmt::format("state/kaspar.db.version-{}", newest - 1);
    CHECK_FALSE(std::filesystem::exists(copy));
    expect(box.kaspar({"database", "upgrade"}));
    CHECK(std::filesystem::file_size(copy) > 0);
    expect(box.enforcer());
    const auto again = box.kaspar({"database", "upgrade"});
    expect(again);
    CHECK(again.output.find(fmt::format("has version {} already", newest)) != std::string::npos);
}

}  // namespace setup_test
