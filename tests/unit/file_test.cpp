#include "common/system/file_lock.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

namespace file_test {

using namespace kaspar;
using kaspar::test::TempFolder;

namespace {

unsigned mode_of(const Path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

std::size_t entries(const TempFolder& folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path()))
        ++count;
    return count;
}

}  // namespace

TEST_CASE("a file is read back as it was written, of any size", "[file]") {
    const TempFolder folder;
    for (const std::size_t size : {0u, 1u, 262143u, 262144u, 262145u, 1000000u}) {
        std::string text(size, 'x');
        if (size > 0)
            text[size / 2] = '\0';
        REQUIRE(write_file(folder / "f", text).ok());
        CHECK(read_file(folder / "f").value() == text);
    }
    CHECK(entries(folder) == 1);
}

TEST_CASE("many small writes make one whole file", "[file]") {
    const TempFolder folder;
    auto writer = FileWriter::create(folder / "f").value();
    std::string expected;
    for (int i = 0; i < 100000; ++i) {
        const auto line = std::to_string(i) + "\n";
        REQUIRE(writer.write(line).ok());
        expected += line;
    }
    REQUIRE(writer.commit().ok());
    CHECK(read_file(folder / "f").value() == expected);
}

TEST_CASE("until it is committed a file stays as it was", "[file]") {
    const TempFolder folder;
    REQUIRE(write_file(folder / "f", "old").ok());
    {
        auto writer = FileWriter::create(folder / "f").value();
        REQUIRE(writer.write("new").ok());
        REQUIRE(writer.flush().ok());
        CHECK(read_file(writer.temporary()).value() == "new");
        CHECK(read_file(folder / "f").value() == "old");
        auto moved = std::move(writer);
        CHECK(read_file(moved.temporary()).value() == "new");
    }
    CHECK(read_file(folder / "f").value() == "old");
    CHECK(entries(folder) == 1);
}

TEST_CASE("a process that is killed while it writes a file leaves nothing", "[file]") {
    const TempFolder folder;
    REQUIRE(write_file(folder / "f", "old").ok());
    const auto child = ::fork();
    if (child == 0) {
        auto writer = FileWriter::create(folder / "f").value();
        const bool written = writer.write("new").ok() && writer.sync().ok();
        ::raise(written ? SIGKILL : SIGTERM);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WTERMSIG(status) == SIGKILL);
    CHECK(read_file(folder / "f").value() == "old");
    CHECK(entries(folder) == 1);
}

TEST_CASE("a cache is written whole, too", "[file]") {
    const TempFolder folder;
    const auto file = folder / "cache";
    REQUIRE(write_cache(file, "first").ok());
    REQUIRE(write_cache(file, "second").ok());
    CHECK(read_file(file).value() == "second");
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
    CHECK_FALSE(write_cache(folder / "missing" / "cache", "text").ok());
}

TEST_CASE("a replaced writer gives up its own temporary file only", "[file]") {
    const TempFolder folder;
    auto first = FileWriter::create(folder / "a").value();
    auto second = FileWriter::create(folder / "b").value();
    REQUIRE(second.write("b").ok());
    first = std::move(second);
    CHECK(std::filesystem::exists(first.temporary()));
    REQUIRE(first.commit().ok());
    CHECK(read_file(folder / "b").value() == "b");
    CHECK(entries(folder) == 1);
}

TEST_CASE("a write that cannot be completed leaves nothing behind", "[file]") {
    const TempFolder folder;
    REQUIRE(make_folder(folder / "in-the-way").ok());
    const auto failed = write_file(folder / "in-the-way", "text");
    REQUIRE_FALSE(failed.ok());
    CHECK(failed.fault().kind == FaultClass::io);
    CHECK(failed.fault().words.find("in-the-way") != std::string::npos);
    CHECK(entries(folder) == 1);
    CHECK_FALSE(write_file(folder / "missing" / "f", "text").ok());
}

TEST_CASE("a disk that is full in the middle of a file leaves the last one standing", "[file]") {
    const TempFolder folder;
    REQUIRE(write_file(folder / "f", "old").ok());
    // A limit on the size of files stands in for the disk: write(2) fails in the same place.
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit small{1 << 20, before.rlim_max};
    std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const auto failed = write_file(folder / "f", std::string(3 << 20, 'x'));
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    REQUIRE_FALSE(failed.ok());
    CHECK(failed.fault().kind == FaultClass::io);
    CHECK(read_file(folder / "f").value() == "old");
    CHECK(entries(folder) == 1);
}

TEST_CASE("a file is made with the mode asked for", "[file]") {
    const TempFolder folder;
    REQUIRE(write_file(folder / "secret", "x", 0600).ok());
    CHECK(mode_of(folder / "secret") == 0600);
    REQUIRE(make_folder(folder / "a" / "b/", 0700).ok());
    CHECK(mode_of(folder / "a" / "b") == 0700);
    REQUIRE(make_folder(folder / "a" / "b", 0755).ok());
    CHECK(mode_of(folder / "a" / "b") == 0700);
}

TEST_CASE("a folder cannot be made where a file is", "[file]") {
    const TempFolder folder;
    REQUIRE(write_file(folder / "f", "x").ok());
    CHECK_FALSE(make_folder(folder / "f").ok());
    CHECK_FALSE(make_folder(folder / "f" / "below").ok());
}

TEST_CASE("a missing file is absent or a fault, as asked", "[file]") {
    const TempFolder folder;
    CHECK_FALSE(read_file_if_there(folder / "f").value());
    const auto missing = read_file(folder / "f");
    REQUIRE_FALSE(missing.ok());
    CHECK(missing.fault().words.find((folder / "f").string()) != std::string::npos);
    CHECK_FALSE(read_file(folder.path()).ok());
    CHECK_FALSE(read_file_if_there(folder.path()).ok());
    CHECK(remove_file(folder / "f").ok());
    REQUIRE(write_file(folder / "f", "x").ok());
    CHECK(read_file_if_there(folder / "f").value() == "x");
    CHECK(remove_file(folder / "f").ok());
    CHECK_FALSE(std::filesystem::exists(folder / "f"));
}

TEST_CASE("what others can read is not private, and the message mends it", "[attack][file]") {
    const TempFolder folder;
    REQUIRE(write_file(folder / "pin", "1234", 0600).ok());
    CHECK(read_private_file(folder / "pin").value() == "1234");
    CHECK(check_private(folder / "pin").ok());
    for (const mode_t mode : {0640u, 0604u, 0620u, 0610u}) {
        REQUIRE(::chmod((folder / "pin").c_str(), mode) == 0);
        const auto refused = read_private_file(folder / "pin");
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.fault().kind == FaultClass::key);
        CHECK(refused.fault().words.find("chmod 600 '" + (folder / "pin").string()) !=
              std::string::npos);
        CHECK(refused.fault().words.find("1234") == std::string::npos);
    }
    REQUIRE(make_folder(folder / "keys", 0750).ok());
    CHECK(check_private(folder / "keys").fault().words.find("chmod 700") != std::string::npos);
    CHECK(check_private(folder / "none").fault().kind == FaultClass::io);
}

TEST_CASE("a file is known again until it changes", "[file]") {
    const TempFolder folder;
    REQUIRE(write_file(folder / "f", "abc").ok());
    const auto known = identify_file(folder / "f").value();
    CHECK(known.size == 3);
    CHECK(known.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(looks_unchanged(known));
    REQUIRE(write_file(folder / "f", "abc").ok());
    CHECK_FALSE(looks_unchanged(known));  // another inode or time, the same content
    CHECK(identify_file(folder / "f").value().sha256 == known.sha256);
    REQUIRE(remove_file(folder / "f").ok());
    CHECK_FALSE(looks_unchanged(known));
    CHECK_FALSE(identify_file(folder / "f").ok());
}

TEST_CASE("a lock is held by one until it is dropped", "[file]") {
    const TempFolder folder;
    {
        auto held = FileLock::acquire(folder / "lock", false).value();
        const auto second = FileLock::acquire(folder / "lock", false);
        REQUIRE_FALSE(second.ok());
        CHECK(second.fault().kind == FaultClass::refused);
        const auto moved = std::move(held);
        CHECK_FALSE(FileLock::acquire(folder / "lock", false).ok());
    }
    CHECK(FileLock::acquire(folder / "lock", true).ok());
    CHECK(FileLock::acquire(folder / "none" / "lock", false).fault().kind == FaultClass::io);
}

TEST_CASE("a FIFO in a file's place is refused instead of waited for", "[attack][file]") {
    const TempFolder folder;
    REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
    for (const auto& fault :
         {identify_file(folder / "fifo").fault(), read_file_if_there(folder / "fifo").fault()})
        CHECK(fault.words.find("not a regular file") != std::string::npos);
    CHECK_FALSE(identify_file(folder.path()).ok());
}

TEST_CASE("a free name is given once, and takes nothing from who has it", "[file]") {
    const TempFolder folder;
    REQUIRE(write_file(folder / "made", "whole").ok());
    REQUIRE(give_free_name(folder / "made", folder / "name").ok());
    CHECK(read_file(folder / "name").value() == "whole");
    REQUIRE(write_file(folder / "made", "another").ok());
    CHECK(give_free_name(folder / "made", folder / "name").fault().kind == FaultClass::refused);
    CHECK(read_file(folder / "name").value() == "whole");
    CHECK(give_free_name(folder / "missing", folder / "other").fault().kind == FaultClass::io);
}

}  // namespace file_test
