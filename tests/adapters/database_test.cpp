#include "enforcer/store/database.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

namespace database_test {

using namespace kaspar;
using namespace kaspar::enforcer;

namespace {

std::int64_t number(Database& database, std::string_view sql) {
    std::int64_t found = -1;
    REQUIRE(database.query(sql, {}, [&](const Row& row) { found = row.integer(0); }).ok());
    return found;
}

std::int64_t count_moves(Database& database) {
    return number(database, "SELECT count(*) FROM moves");
}

Outcome add_move(Database& database, const std::string& what) {
    return database.run("INSERT INTO moves (at, who, what) VALUES (1, 'test', ?)", {what});
}

struct TestDatabase {
    test::TempFolder folder;
    std::string file = (folder / "kaspar.db").string();
    Result<Database> made = Database::create(file);
    Database& database = *made;
};

}  // namespace

TEST_CASE("a new database has all migrations, the owner's mode and the durable settings",
          "[database]") {
    TestDatabase test;
    CHECK(number(test.database, "PRAGMA user_version") ==
          static_cast<std::int64_t>(migration_files().size()));
    CHECK(number(test.database, "PRAGMA synchronous") == 2);
    CHECK(number(test.database, "PRAGMA foreign_keys") == 1);
    struct stat found {};
    REQUIRE(::stat(test.file.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
    CHECK(Database::create(test.file).fault().kind == FaultClass::refused);
}

TEST_CASE("a missing database is a fault, not an empty one", "[database]") {
    const test::TempFolder folder;
    const auto opened = Database::open((folder / "none.db").string());
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.fault().kind == FaultClass::state);
    CHECK_FALSE(std::filesystem::exists(folder / "none.db"));
}

TEST_CASE("a database file that lost its content is a fault, not a new database", "[database]") {
    const test::TempFolder folder;
    const std::string file = (folder / "kaspar.db").string();
    std::ofstream(file).close();
    const auto opened = Database::open(file);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.fault().kind == FaultClass::state);
    CHECK(opened.fault().words.find("put its backup back") != std::string::npos);
}

TEST_CASE("a database that a newer program changed is refused with words", "[database]") {
    TestDatabase test;
    REQUIRE(test.database.run("PRAGMA user_version = 999").ok());
    const auto opened = Database::open(test.file);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.fault().words.find("999") != std::string::npos);
}

TEST_CASE("a migration that fails leaves nothing of itself", "[database]") {
    TestDatabase test;
    std::vector<EmbeddedFile> files(migration_files().begin(), migration_files().end());
    const auto good = static_cast<std::int64_t>(files.size()) + 1;
    files.push_back({"good.sql", "CREATE TABLE good (a INTEGER) STRICT;"});
    files.push_back({"bad.sql", "CREATE TABLE half (a INTEGER) STRICT; CREATE nonsense;"});
    const auto outcome = test.database.migrate(files);
    REQUIRE_FALSE(outcome.ok());
    CHECK(outcome.fault().words.find("bad.sql") != std::string::npos);
    CHECK(number(test.database, "PRAGMA user_version") == good);
    CHECK(number(test.database, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'") == 0);
    CHECK(number(test.database, "SELECT count(*) FROM sqlite_schema WHERE name = 'good'") == 1);
}

TEST_CASE("damaged and unreadable databases are told with the file's name", "[database]") {
    const test::TempFolder folder;
    const std::string file = (folder / "kaspar.db").string();
    std::ofstream(file) << "this is no database, but a text that is long enough to be looked at\n";
    const auto opened = Database::open(file);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.fault().words.find(file) != std::string::npos);
    CHECK(opened.fault().words.find("damaged") != std::string::npos);
}

TEST_CASE("a copy has what is committed, stands alone, and can be made in a transaction",
          "[database]") {
    const test::TempFolder folder;
    const std::string file = (folder / "kaspar.db").string(), copy = (folder / "copy").string();
    auto database = Database::create(file);
    REQUIRE(database.ok());
    REQUIRE(database->run("INSERT INTO policies VALUES ('a', '', '', 0, '', NULL)").ok());
    {
        const auto transaction = Transaction::begin(*database);
        REQUIRE(transaction.ok());
        REQUIRE(database->copy_to(copy).ok());
    }
    CHECK_FALSE(std::filesystem::exists(copy + "-wal"));
    CHECK_FALSE(database->copy_to(copy).ok());  // nothing is overwritten
    auto opened = Database::open(copy);
    REQUIRE(opened.ok());
    std::string name;
    REQUIRE(
        opened->query("SELECT name FROM policies", {}, [&](const Row& row) { name = row.text(0); })
            .ok());
    CHECK(name == "a");
}

TEST_CASE("a transaction that is dropped leaves nothing", "[database]") {
    TestDatabase test;
    {
        const auto transaction = Transaction::begin(test.database);
        REQUIRE(transaction.ok());
        REQUIRE(add_move(test.database, "dropped").ok());
        CHECK(count_moves(test.database) == 1);
    }
    CHECK(count_moves(test.database) == 0);
    auto transaction = Transaction::begin(test.database);
    REQUIRE(add_move(test.database, "kept").ok());
    REQUIRE(transaction->commit().ok());
    CHECK(count_moves(test.database) == 1);
}

TEST_CASE("a process killed in a transaction leaves nothing of it", "[database]") {
    TestDatabase test;
    const pid_t child = ::fork();
    if (child == 0) {
        auto database = Database::open(test.file);
        const auto transaction = Transaction::begin(*database);
        (void)add_move(*database, "killed");
        ::raise(SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    CHECK(count_moves(test.database) == 0);
    CHECK(test.database.check_integrity().ok());
}

TEST_CASE("two processes that count up in the same row lose nothing", "[database]") {
    constexpr int rounds = 50;
    TestDatabase test;
    REQUIRE(test.database.run("INSERT INTO moves (at, who, what) VALUES (0, 'test', 'x')").ok());
    const auto count_up = [&] {
        auto database = Database::open(test.file);
        for (int i = 0; i < rounds; ++i) {
            auto transaction = Transaction::begin(*database);
            if (!transaction.ok())
                ::_exit(1);
            std::int64_t at = 0;
            (void)database->query("SELECT at FROM moves", {},
                                  [&](const Row& row) { at = row.integer(0); });
            (void)database->run("UPDATE moves SET at = ?", {at + 1});
            if (!transaction->commit().ok())
                ::_exit(1);
        }
        ::_exit(0);
    };
    std::vector<pid_t> children;
    for (int i = 0; i < 2; ++i) {
        children.push_back(::fork());
        if (children.back() == 0)
            count_up();
    }
    for (const pid_t child : children) {
        int status = -1;
        ::waitpid(child, &status, 0);
        CHECK(status == 0);
    }
    CHECK(number(test.database, "SELECT at FROM moves") == 2 * rounds);
}

TEST_CASE("values come back as they were bound, absent ones included", "[database]") {
    TestDatabase test;
    const Time time{Duration{1'800'000'000}};
    REQUIRE(test.database
                .run("INSERT INTO moves (at, who, zone, what, why) VALUES (?, ?, ?, ?, ?)",
                     {time, "", std::optional<std::string>{}, std::string("a\0b", 3), "ü"})
                .ok());
    REQUIRE(test.database
                .query("SELECT at, who, zone, what, why FROM moves", {},
                       [&](const Row& row) {
                           CHECK(row.time(0) == time);
                           CHECK(row.maybe_text(1) == "");
                           CHECK_FALSE(row.maybe_text(2).has_value());
                           CHECK(row.text(3) == std::string("a\0b", 3));
                           CHECK(row.text(4) == "ü");
                       })
                .ok());
}

}  // namespace database_test
