#include "enforcer/submission/hook.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <optional>

#include "common/system/descriptor.h"
#include "common/system/service.h"

namespace kaspar::enforcer {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A hook that prints without end does not fill the log.
constexpr std::size_t most_output = 16'384;

constexpr int first_descriptor_of_ours = 3;

/// The service manager wants to hear that we are alive while a hook runs.
constexpr milliseconds longest_turn{1000};

Fault cannot_start(const Hook& hook, int error) {
    return {FaultClass::io, fmt::format("cannot start {}: {}", hook.program, std::strerror(error))};
}

/// Who may put another file in the program's place could, too.
Outcome check_folder_of(const Hook& hook) {
    std::error_code error;
    const auto folder = std::filesystem::canonical(hook.program, error).parent_path();
    struct stat found {};
    if (error || ::stat(folder.c_str(), &found) != 0)
        return Fault{FaultClass::input, fmt::format("{}: {}", hook.program, std::strerror(errno))};
    const bool open = (found.st_mode & S_IWOTH) != 0 && (found.st_mode & S_ISVTX) == 0;
    if (!open)
        return Done{};
    return Fault{FaultClass::input, fmt::format("{} lies in a folder that all may change, and is "
                                                "not run; chmod o-w {}",
                                                hook.program, folder.string())};
}

/// Who may write the program could have anything run in our name.
Outcome check_program(const Hook& hook) {
    struct stat found {};
    if (::stat(hook.program.c_str(), &found) != 0)
        return Fault{FaultClass::input, fmt::format("{}: {}", hook.program, std::strerror(errno))};
    if (!S_ISREG(found.st_mode) || ::access(hook.program.c_str(), X_OK) != 0)
        return Fault{FaultClass::input,
                     fmt::format("{} is not a program that may be run; chmod a+x {}", hook.program,
                                 hook.program)};
    const bool trusted = found.st_uid == 0 || found.st_uid == ::geteuid();
    if (!trusted || (found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return Fault{FaultClass::input,
                     fmt::format("{} can be changed by others and is not run; chown it to root or "
                                 "to this user, and chmod go-w {}",
                                 hook.program, hook.program)};
    return check_folder_of(hook);
}

/// A file in memory: a program that reads nothing keeps nobody waiting.
Descriptor file_with(const std::string& text) {
    Descriptor file(::memfd_create("hook", MFD_CLOEXEC));
    if (file.valid() &&
        (::write(file.number(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
         ::lseek(file.number(), 0, SEEK_SET) != 0))
        return Descriptor(-1);
    return file;
}

std::vector<std::string> environment_of(const Hook& hook) {
    std::vector<std::string> entries{
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
        "/bin",
        "LANG=C.UTF-8"};
    for (const auto& [name, value] : hook.environment)
        entries.push_back(fmt::format("{}={}", name, value));
    return entries;
}

/// 0, or the error.
int spawn(const Hook& hook, int input, int output, pid_t& process) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, first_descriptor_of_ours);
    sigset_t usual;
    ::sigfillset(&usual);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);
    auto entries = environment_of(hook);
    std::vector<char*> environment;
    for (std::string& entry : entries)
        environment.push_back(entry.data());
    environment.push_back(nullptr);
    std::string name = hook.program;
    std::array<char*, 2> arguments{name.data(), nullptr};
    const int error = ::posix_spawn(&process, hook.program.c_str(), &actions, &attributes,
                                    arguments.data(), environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/// Takes what is there, without waiting; keeps the first of it.
void take_output(int from, std::string& output) {
    std::array<char, 4096> piece{};
    ssize_t got = 0;
    while ((got = ::read(from, piece.data(), piece.size())) > 0)
        output.append(piece.data(),
                      std::min(static_cast<std::size_t>(got), most_output - output.size()));
}

std::string words_for(int status) {
    if (WIFEXITED(status))
        return fmt::format("exit status {}", WEXITSTATUS(status));
    return fmt::format("ended by signal {}", WTERMSIG(status));
}

class Running {
  public:
    Running(pid_t process, Descriptor output, Duration limit)
        : process_(process),
          output_(std::move(output)),
          ended_(static_cast<int>(::syscall(SYS_pidfd_open, process, 0))),
          limit_(limit),
          deadline_(steady_clock::now() + limit) {}

    HookEnd end() {
        HookEnd end;
        const bool in_time = wait(end.output);
        if (!in_time)
            ::kill(-process_, SIGKILL);
        int status = 0;
        ::waitpid(process_, &status, 0);
        take_output(output_.number(), end.output);
        end.good = in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        end.words = in_time
                        ? words_for(status)
                        : fmt::format("killed after {}: it took too long", format_duration(limit_));
        return end;
    }

  private:
    /// False if its time was over first. A child that it left behind may keep its output open.
    bool wait(std::string& output) {
        for (;;) {
            const auto left = std::chrono::ceil<milliseconds>(deadline_ - steady_clock::now());
            if (left.count() <= 0)
                return false;
            std::array<pollfd, 2> awaited{
                {{ended_.number(), POLLIN, 0}, {output_.number(), POLLIN, 0}}};
            tell_alive();
            const auto turn = std::min<std::int64_t>(left.count(), longest_turn.count());
            if (::poll(awaited.data(), open_ ? 2 : 1, static_cast<int>(turn)) < 0 && errno != EINTR)
                return false;
            if (awaited[0].revents != 0)
                return true;
            if ((awaited[1].revents & POLLIN) != 0)
                take_output(output_.number(), output);
            else if (awaited[1].revents != 0)
                open_ = false;
        }
    }

    pid_t process_;
    Descriptor output_, ended_;
    Duration limit_;
    steady_clock::time_point deadline_;
    bool open_ = true;
};

}  // namespace

Result<HookEnd> run_hook(const Hook& hook) {
    KASPAR_CHECK(check_program(hook));
    const Descriptor input = file_with(hook.input);
    std::array<int, 2> ends{};
    if (!input.valid() || ::pipe2(ends.data(), O_CLOEXEC) != 0)
        return cannot_start(hook, errno);
    Descriptor output(ends[0]), other_end(ends[1]);
    ::fcntl(output.number(), F_SETFL, O_NONBLOCK);
    pid_t process = 0;
    const int error = spawn(hook, input.number(), other_end.number(), process);
    other_end = Descriptor(-1);
    if (error != 0)
        return cannot_start(hook, error);
    return Running(process, std::move(output), hook.time_limit).end();
}

}  // namespace kaspar::enforcer
