#include "common/system/memory.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

namespace kaspar {
namespace {

using Path = std::filesystem::path;

std::optional<std::uint64_t> number(const std::string& text) {
    std::uint64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    return result.ec == std::errc() ? std::optional(value) : std::nullopt;
}

/// The first word of a file.
std::optional<std::uint64_t> number_in(const Path& file) {
    std::string word;
    std::ifstream(file) >> word;
    return number(word);
}

void take_less(std::optional<AvailableMemory>& least, std::uint64_t octets, std::string limit) {
    if (!least || octets < least->octets)
        least = AvailableMemory{octets, std::move(limit)};
}

/// MemAvailable and SwapFree of /proc/meminfo (proc(5)), in octets.
std::optional<std::uint64_t> of_machine(const Path& root) {
    std::ifstream file(root / "proc/meminfo");
    std::optional<std::uint64_t> sum;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string name, kibibytes;
        words >> name >> kibibytes;
        if (name == "MemAvailable:" || name == "SwapFree:")
            sum = sum.value_or(0) + number(kibibytes).value_or(0) * 1024;
    }
    return sum;
}

/// The folder of this process's control group, version 2 ("0::/path", cgroups(7)).
std::optional<Path> control_group(const Path& root) {
    std::ifstream file(root / "proc/self/cgroup");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("0::/"))
            return root / "sys/fs/cgroup" / line.substr(4);
    return std::nullopt;
}

/// What the group's memory.stat counts as taken and the system gives back when it is needed: above
/// all the pages of files that were read and written, our own among them.
std::uint64_t reclaimable(const Path& group) {
    std::ifstream file(group / "memory.stat");
    std::uint64_t sum = 0;
    for (std::string name, octets; file >> name >> octets;)
        if (name == "inactive_file" || name == "active_file" || name == "slab_reclaimable")
            sum += number(octets).value_or(0);
    return sum;
}

/// A group is bound by the limits of those above it, too.
void look_at_control_groups(const Path& root, std::optional<AvailableMemory>& least) {
    const auto top = root / "sys/fs/cgroup";
    auto group = control_group(root);
    while (group && group->native().size() >= top.native().size()) {
        const auto most = number_in(*group / "memory.max");  // "max": none
        const auto current = number_in(*group / "memory.current");
        if (most && current) {
            const auto taken = *current - std::min(*current, reclaimable(*group));
            take_less(least, *most - std::min(*most, taken),
                      fmt::format("{} (MemoryMax= of its systemd unit)",
                                  (*group / "memory.max").string()));
        }
        group = group->parent_path();
    }
}

}  // namespace

std::string megabytes(std::uint64_t octets) {
    return fmt::format("{} MB", (octets + 999'999) / 1'000'000);
}

std::string AvailableMemory::words() const {
    return fmt::format("{} are to be had, by {}", megabytes(octets), limit);
}

std::optional<std::uint64_t> address_space_left(const Path& root) {
    struct rlimit limit {};
    if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return std::nullopt;
    const auto taken = number_in(root / "proc/self/statm").value_or(0) *
                       static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return limit.rlim_cur - std::min<std::uint64_t>(limit.rlim_cur, taken);
}

std::optional<AvailableMemory> available_memory(const Path& root) {
    std::optional<AvailableMemory> least;
    if (const auto machine = of_machine(root))
        take_less(least, *machine, "the memory of this machine");
    look_at_control_groups(root, least);
    if (const auto left = address_space_left(root))
        take_less(least, *left, "the limit on address space (ulimit -v)");
    return least;
}

}  // namespace kaspar
