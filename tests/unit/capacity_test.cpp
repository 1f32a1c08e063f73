#include "signer/capacity.h"

#include <fmt/format.h>

#include <filesystem>

#include "signer/core/denial.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"
#include "tests/support/zones.h"

namespace capacity_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

/// The files of a system in which this much memory is to be had.
struct System {
    TempFolder root;

    void file(const std::string& path, const std::string& text) const {
        std::filesystem::create_directories((root / path).parent_path());
        write_text(root / path, text);
    }
    std::optional<AvailableMemory> available() const { return available_memory(root / ""); }
};

}  // namespace

TEST_CASE("the least limit tells how much memory there is", "[capacity]") {
    System system;
    CHECK_FALSE(system.available().has_value());
    system.file("proc/meminfo", "MemTotal: 9000 kB\nMemAvailable:   3000 kB\nSwapFree: 1000 kB\n");
    CHECK(system.available()->octets == 4'000 * 1024);
    CHECK(system.available()->limit == "the memory of this machine");
    system.file("proc/self/cgroup", "0::/kaspar.slice/signer.service\n");
    system.file("sys/fs/cgroup/kaspar.slice/signer.service/memory.max", "max\n");
    system.file("sys/fs/cgroup/kaspar.slice/signer.service/memory.current", "1000\n");
    CHECK(system.available()->octets == 4'000 * 1024);
    system.file("sys/fs/cgroup/kaspar.slice/memory.max", "1000000\n");
    system.file("sys/fs/cgroup/kaspar.slice/memory.current", "400000\n");
    CHECK(system.available()->octets == 600'000);
    CHECK(system.available()->limit.find("kaspar.slice/memory.max") != std::string::npos);
}

TEST_CASE("what a control group holds of files is memory to be had", "[capacity]") {
    System system;
    system.file("proc/self/cgroup", "0::/signer.service\n");
    system.file("sys/fs/cgroup/signer.service/memory.max", "500000000\n");
    system.file("sys/fs/cgroup/signer.service/memory.current", "490000000\n");
    CHECK(system.available()->octets == 10'000'000);
    system.file("sys/fs/cgroup/signer.service/memory.stat",
                "anon 20000000\nfile 460000000\nslab_reclaimable 5000000\ninactive_file "
                "300000000\nactive_file 100000000\n");
    CHECK(system.available()->octets == 415'000'000);
}

TEST_CASE("a zone that does not fit is refused with what it would need", "[capacity]") {
    Instruction instruction;
    const AvailableMemory little{1'000'000'000, "a test"};
    CHECK(check_capacity(instruction, 100'000'000, little).ok());
    CHECK(check_capacity(instruction, 800'000'000, std::nullopt).ok());
    const auto refused = check_capacity(instruction, 800'000'000, little);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.fault().kind == FaultClass::refused);
    for (const auto* words : {"800 MB", "3234 MB", "1000 MB", "a test"}) {
        INFO(refused.fault().words << " / " << words);
        CHECK(refused.fault().words.find(words) != std::string::npos);
    }
    CHECK(memory_needed(1000, {DenialType::nsec3, false, 0, {}}) >
          memory_needed(1000, {DenialType::nsec, false, 0, {}}));
}

TEST_CASE("hashes that do not fit are not made", "[capacity][attack]") {
    CHECK(check_hashes(1'000'000'000, std::nullopt).ok());
    const AvailableMemory little{1'000'000'000, "a test"};
    CHECK(check_hashes(5'000'000, little).ok());
    const auto refused = check_hashes(100'000'000, little);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.fault().words.find("100000000 names") != std::string::npos);
    CHECK(refused.fault().words.find("15000 MB") != std::string::npos);
}

TEST_CASE("what is signed as one piece must fit", "[capacity][attack]") {
    std::string lines = apex_lines + "sub NS ns.sub\n";
    CHECK(memory_of_largest(read_zone(lines).zone, std::vector{Stretch{0, 2}}) < 2000);
    for (unsigned i = 0; i < 300'000; ++i)
        lines += fmt::format("h{}.sub A 192.0.2.1\n", i);
    const auto read = read_zone(lines);
    const auto octets = memory_of_largest(read.zone, cut_into_stretches(read.zone, 1024));
    CHECK(octets > 300'000 * 250);
    CHECK(check_largest_stretch(octets, std::nullopt).ok());
    CHECK(check_largest_stretch(octets, AvailableMemory{1'000'000'000, "a test"}).ok());
    const auto refused = check_largest_stretch(octets, AvailableMemory{10'000'000, "a test"});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.fault().words.find("below one delegation") != std::string::npos);
}

TEST_CASE("empty names between a zone's are counted with them", "[capacity][denial]") {
    std::string deep = "x";
    for (int label = 0; label < 60; ++label)
        deep = "a." + deep;
    const auto read = read_zone(apex_lines + deep + " A 192.0.2.1\nb." + deep + " A 192.0.2.2\n");
    CHECK(Nsec3Names::count(read.zone, {DenialType::nsec3, false, 0, {}}) == 1 + 61 + 1);
}

}  // namespace capacity_test
