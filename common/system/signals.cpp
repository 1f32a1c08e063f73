#include "common/system/signals.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

#include "common/system/service.h"

namespace kaspar {
namespace {

using namespace std::chrono_literals;

/// Readable for ever once a stop was asked for, so that no wait can miss it.
int stop_event = -1;
volatile std::sig_atomic_t stop_flag = 0;

/// The clock may be set while we sleep, so we look at it this often.
constexpr Duration longest_sleep = 60s;

constexpr std::uint32_t changes = IN_CLOSE_WRITE | IN_MOVED_TO;

void on_stop(int signal) {
    const int saved = errno;
    stop_flag = 1;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_event, &one, sizeof one);
    std::signal(signal, SIG_DFL);
    errno = saved;
}

Fault inotify_fault(const std::string& doing, int error) {
    return {FaultClass::io, fmt::format("cannot {}: {}; raise fs.inotify.max_user_instances and "
                                        "fs.inotify.max_user_watches with sysctl",
                                        doing, std::generic_category().message(error))};
}

int milliseconds_until(std::optional<Time> deadline, Time now) {
    const std::chrono::milliseconds longest = std::min<std::chrono::milliseconds>(
        longest_sleep, alive_interval().value_or(longest_sleep));
    const std::chrono::milliseconds left =
        deadline ? std::clamp<std::chrono::milliseconds>(*deadline - now, 0ms, longest) : longest;
    return static_cast<int>(left.count());
}

}  // namespace

void arrange_signals() {
    std::signal(SIGXFSZ, SIG_IGN);
    stop_event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    require(stop_event >= 0, "an eventfd can be had");
    struct sigaction action {};
    action.sa_handler = on_stop;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
}

bool stop_requested() {
    return stop_flag != 0;
}

Result<Waiter> Waiter::create() {
    Waiter waiter(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (waiter.descriptor_ < 0)
        return inotify_fault("watch files", errno);
    return waiter;
}

Waiter::Waiter(Waiter&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      folders_(std::move(other.folders_)),
      wanted_(std::move(other.wanted_)) {}

Waiter& Waiter::operator=(Waiter&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(folders_, other.folders_);
    std::swap(wanted_, other.wanted_);
    return *this;
}

Waiter::~Waiter() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

Result<bool> Waiter::watch(const std::vector<Path>& paths) {
    // Folders are watched, not files: a file that is renamed into place is a new file.
    std::map<Path, int> kept;
    wanted_.clear();
    for (const auto& path : paths) {
        std::error_code error;
        const bool whole = std::filesystem::is_directory(path, error);
        const auto folder = whole ? path : path.has_parent_path() ? path.parent_path() : Path(".");
        KASPAR_CHECK(watch_folder(folder, kept));
        if (const auto found = kept.find(folder); found != kept.end())
            wanted_.emplace(found->second, whole ? std::nullopt : std::optional(path.filename()));
    }
    for (const auto& [folder, number] : folders_)
        if (!kept.contains(folder))
            ::inotify_rm_watch(descriptor_, number);
    const bool any_new = std::any_of(kept.begin(), kept.end(), [&](const auto& folder) {
        const auto known = folders_.find(folder.first);
        return known == folders_.end() || known->second != folder.second;
    });
    folders_ = std::move(kept);
    return any_new;
}

Outcome Waiter::watch_folder(const Path& folder, std::map<Path, int>& kept) {
    if (kept.contains(folder))
        return Done{};
    const int number = ::inotify_add_watch(descriptor_, folder.c_str(), changes | IN_ONLYDIR);
    if (number >= 0)
        kept.emplace(folder, number);
    else if (errno == ENOSPC || errno == ENOMEM)
        return inotify_fault("watch " + folder.string(), errno);
    return Done{};
}

bool Waiter::is_watched(int folder, const std::string& file) const {
    const auto [first, last] = wanted_.equal_range(folder);
    return std::any_of(first, last, [&](const auto& entry) {
        return entry.second ? *entry.second == file : !file.starts_with('.');
    });
}

bool Waiter::take_changes() {
    alignas(inotify_event) std::array<char, 16 * 1024> block;
    bool changed = false;
    for (;;) {
        const auto size = ::read(descriptor_, block.data(), block.size());
        if (size <= 0)
            return changed;
        for (std::size_t at = 0; at < std::size_t(size);) {
            inotify_event event;
            std::memcpy(&event, block.data() + at, sizeof event);
            const char* name = event.len > 0 ? block.data() + at + sizeof event : "";
            // An overflow may have swallowed the change that we wait for.
            changed |= (event.mask & IN_Q_OVERFLOW) != 0 || is_watched(event.wd, name);
            at += sizeof event + event.len;
        }
    }
}

Woken Waiter::wait_until(const Clock& clock, std::optional<Time> deadline) {
    require(!clock.is_simulated(), "a wait needs a clock that goes");
    for (;;) {
        tell_alive();
        if (stop_requested())
            return Woken::stop;
        if (take_changes())
            return Woken::change;
        const auto now = clock.now();
        if (deadline && now >= *deadline)
            return Woken::deadline;
        std::array<pollfd, 2> sources{{{descriptor_, POLLIN, 0}, {stop_event, POLLIN, 0}}};
        ::poll(sources.data(), sources.size(), milliseconds_until(deadline, now));
    }
}

}  // namespace kaspar
