#include "tests/support/scarce_disk.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "common/values/result.h"
#include "tests/support/command.h"

namespace kaspar::test {

namespace {

constexpr auto size_and_inodes = "size=4m,nr_inodes=200,mode=0755";
constexpr auto filler = ".filler";

void write_line(const std::string& file, const std::string& text) {
    std::ofstream(file) << text;
}

/// A user namespace of our own, in which we are who we are, gives the right to mount.
bool enter_user_namespace() {
    const auto user = ::geteuid();
    const auto group = ::getegid();
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return false;
    write_line("/proc/self/setgroups", "deny");
    write_line("/proc/self/uid_map", fmt::format("{0} {0} 1", user));
    write_line("/proc/self/gid_map", fmt::format("{0} {0} 1", group));
    return true;
}

bool enter_mount_namespace() {
    if (::unshare(CLONE_NEWNS) != 0 && !enter_user_namespace())
        return false;
    return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

}  // namespace

bool ScarceDisk::possible() {
    static const bool entered = enter_mount_namespace();
    return entered;
}

ScarceDisk::ScarceDisk(std::filesystem::path folder) : folder_(std::move(folder)) {
    require(possible(), "a scarce disk is made where that is possible");
    const auto aside = folder_.string() + ".aside";
    expect(run({{"cp", "-a", folder_.string(), aside}}));
    require(::mount("tmpfs", folder_.c_str(), "tmpfs", 0, size_and_inodes) == 0,
            "a tmpfs can be mounted");
    expect(run({{"cp", "-a", aside + "/.", folder_.string()}}));
}

ScarceDisk::~ScarceDisk() {
    ::umount2(folder_.c_str(), MNT_DETACH);
}

void ScarceDisk::take_space() const {
    std::ofstream file(folder_ / filler, std::ios::binary);
    const std::array<char, 4096> page{};
    while (file.write(page.data(), page.size()).flush().good()) {
    }
}

void ScarceDisk::take_inodes() const {
    std::filesystem::create_directory(folder_ / filler);
    for (int number = 0; std::ofstream(folder_ / filler / std::to_string(number)).good();
         ++number) {
    }
}

void ScarceDisk::make_read_only() const {
    remount(MS_RDONLY);
}

void ScarceDisk::relieve() const {
    remount(0);
    std::filesystem::remove_all(folder_ / filler);
}

void ScarceDisk::remount(unsigned long flags) const {
    require(::mount(nullptr, folder_.c_str(), nullptr, MS_REMOUNT | flags, size_and_inodes) == 0,
            "a tmpfs can be mounted otherwise");
}

}  // namespace kaspar::test
