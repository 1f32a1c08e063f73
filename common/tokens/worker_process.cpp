#include "common/tokens/worker_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>

#include "common/tokens/frame.h"

extern char** environ;

namespace kaspar::token {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto program = "kaspar-token-worker";

/// How long a worker that was told to end may take before it is killed.
constexpr milliseconds parting_time{5000};

std::optional<std::string> find_program() {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    const auto folder = self.parent_path();
    for (const auto& place :
         {folder, folder.parent_path() / "libexec" / "kaspar", folder.parent_path()})
        if (const auto file = place / program; ::access(file.c_str(), X_OK) == 0)
            return file.string();
    return std::nullopt;
}

/// Pointers into our own environment, ended by a null.
std::vector<char*> environment_without(const std::vector<std::string>& names) {
    std::vector<char*> kept;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto named = [&](const std::string& name) {
            return text.starts_with(name) && text.substr(name.size()).starts_with('=');
        };
        if (std::none_of(names.begin(), names.end(), named))
            kept.push_back(*entry);
    }
    kept.push_back(nullptr);
    return kept;
}

/// Runs the program with `socket` as its standard input and nothing else of ours open but standard
/// error. Its own session: a signal from the terminal is for the program that is watched there.
int spawn(const std::string& file, int socket, std::vector<char*> environment, pid_t& process) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    std::string name = program;
    std::array<char*, 2> arguments{name.data(), nullptr};
    const int error = ::posix_spawn(&process, file.c_str(), &actions, &attributes, arguments.data(),
                                    environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

}  // namespace

std::unique_ptr<WorkerProcess> WorkerProcess::start(const std::vector<std::string>& without,
                                                    Reply& hindrance) {
    const auto file = find_program();
    std::array<int, 2> sockets{};
    if (!file) {
        hindrance =
            hindered(Hindrance::absent,
                     fmt::format("there is no {} beside this program; install it", program));
        return nullptr;
    }
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
        hindrance = hindered(Hindrance::lost,
                             fmt::format("cannot start a token worker: {}", std::strerror(errno)));
        return nullptr;
    }
    pid_t process = 0;
    const int error = spawn(*file, sockets[1], environment_without(without), process);
    ::close(sockets[1]);
    if (error != 0) {
        ::close(sockets[0]);
        hindrance = hindered(Hindrance::lost,
                             fmt::format("cannot start {}: {}", *file, std::strerror(error)));
        return nullptr;
    }
    return std::unique_ptr<WorkerProcess>(new WorkerProcess(process, sockets[0]));
}

WorkerProcess::~WorkerProcess() {
    ::close(socket_);
    const auto deadline = steady_clock::now() + (hangs_ ? milliseconds{0} : parting_time);
    int status = 0;
    while (::waitpid(process_, &status, WNOHANG) == 0) {
        if (steady_clock::now() >= deadline) {
            ::kill(process_, SIGKILL);
            ::waitpid(process_, &status, 0);
            return;
        }
        std::this_thread::sleep_for(milliseconds(1));
    }
}

Reply WorkerProcess::lose(std::string words) {
    hangs_ = hangs_ || errno == ETIMEDOUT;
    return hindered(Hindrance::lost, std::move(words));
}

void WorkerProcess::send(const Request& request, milliseconds patience) {
    (void)send_frame(socket_, encode(request), steady_clock::now() + patience);
}

Reply WorkerProcess::receive(milliseconds patience) {
    const auto octets = receive_frame(socket_, steady_clock::now() + patience);
    if (!octets)
        return lose(errno == ETIMEDOUT
                        ? "the module does not answer"
                        : "the token worker ended in the middle of its work: the module crashed");
    auto reply = decode_reply(*octets);
    if (reply)
        return *std::move(reply);
    return hindered(Hindrance::lost, "the token worker's answer makes no sense");
}

Reply WorkerProcess::open(const Request& request, const Secret& pin, milliseconds patience) {
    send(request, patience);
    (void)send_frame(socket_, as_bytes(pin.text()), steady_clock::now() + patience);
    return receive(patience);
}

}  // namespace kaspar::token
