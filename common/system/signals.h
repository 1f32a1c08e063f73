// What wakes a program that stays: a deadline, a request to stop, a changed file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/system/clock.h"
#include "common/system/file.h"

namespace kaspar {

/// From now on SIGTERM and SIGINT ask the program to stop instead of ending it, and a file that
/// would grow beyond its limit (LimitFSIZE=, ulimit -f) is an error of who writes it instead of the
/// end of the program. Called once, in main. A second SIGTERM or SIGINT ends the program at once.
void arrange_signals();

/// True once the program was asked to stop.
bool stop_requested();

enum class Woken { deadline, stop, change };

/// Sleeps until something happens. A change that happens between two waits, while the work is being
/// done, ends the next wait at once.
class Waiter {
  public:
    /// Fault: io (the system's limit on inotify instances).
    static Result<Waiter> create();
    Waiter(Waiter&&) noexcept;
    Waiter& operator=(Waiter&&) noexcept;
    ~Waiter();

    /// What to watch from now on: files (written and closed, or renamed into place, in any way) and
    /// folders (any file in them). Hidden files (".…") in a watched folder don't count. What cannot
    /// be watched, as its folder is missing, is left out until the next call. True if a folder is
    /// watched that was not before: what is in it may have changed unseen since it was looked at.
    /// Fault: io (the system's limit on watches).
    Result<bool> watch(const std::vector<Path>& paths);

    /// Tells the service manager meanwhile that the program is alive (service.h).
    /// Absent deadline: no deadline. `clock` must not be simulated: it would never arrive.
    Woken wait_until(const Clock& clock, std::optional<Time> deadline);

  private:
    explicit Waiter(int descriptor) : descriptor_(descriptor) {}
    Outcome watch_folder(const Path& folder, std::map<Path, int>& kept);
    bool take_changes();
    bool is_watched(int folder, const std::string& file) const;
    int descriptor_ = -1;
    std::map<Path, int> folders_;                     ///< folder and inotify's number for it
    std::multimap<int, std::optional<Path>> wanted_;  ///< by folder: the file; absent: any file
};

}  // namespace kaspar
