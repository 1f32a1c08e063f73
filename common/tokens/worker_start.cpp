#include "common/tokens/worker_start.h"

extern "C" {
#include <sys/pidfd.h>  // of glibc 2.36: says nothing of C++
}

#include <fcntl.h>
#include <fmt/format.h>
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
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>

extern char** environ;

namespace kaspar::token {
namespace {

constexpr auto program = "kaspar-token-worker";
constexpr std::size_t longest_message = 65536;
constexpr auto success = "started";

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

Fault cannot_start(int error) {
    return {FaultClass::io, fmt::format("cannot start {}: {}", program, std::strerror(error))};
}

Result<StartedWorker> start_here(const std::vector<std::string>& without) {
    const auto file = find_program();
    if (!file)
        return Fault{FaultClass::absent,
                     fmt::format("there is no {} beside this program; install it", program)};
    std::array<int, 2> sockets{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
        return cannot_start(errno);
    Descriptor ours(sockets[0]), theirs(sockets[1]);
    pid_t process = 0;
    if (const int error = spawn(*file, theirs.number(), environment_without(without), process))
        return cannot_start(error);
    Descriptor handle(::pidfd_open(process, 0));
    if (!handle.valid()) {
        const int error = errno;
        ::kill(process, SIGKILL);
        ::waitpid(process, nullptr, 0);
        return cannot_start(error);
    }
    return StartedWorker{std::move(handle), std::move(ours)};
}

// ---- the process apart: it is sent the names of variables, a line each, and sends back what went
// wrong, or two descriptors

/// One message and the descriptors that come with it.
struct Message {
    std::string text;
    std::array<int, 2> descriptors{-1, -1};
    bool has_descriptors() const { return descriptors[1] >= 0; }
};

/// unix(7), cmsg(3). False: the other side is gone.
bool send_message(int socket, Message message) {
    iovec text{message.text.data(), message.text.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof message.descriptors)> control{};
    msghdr header{};
    header.msg_iov = &text;
    header.msg_iovlen = 1;
    if (message.has_descriptors()) {
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        auto* rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof message.descriptors);
        std::memcpy(CMSG_DATA(rights), message.descriptors.data(), sizeof message.descriptors);
    }
    return ::sendmsg(socket, &header, MSG_NOSIGNAL) >= 0;
}

/// Absent: the other side is gone.
std::optional<Message> receive_message(int socket) {
    Message message;
    message.text.resize(longest_message);
    iovec text{message.text.data(), message.text.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof message.descriptors)> control{};
    msghdr header{};
    header.msg_iov = &text;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    ssize_t size = 0;
    do
        size = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    while (size < 0 && errno == EINTR);
    if (size <= 0)
        return std::nullopt;
    message.text.resize(static_cast<std::size_t>(size));
    if (const auto* rights = CMSG_FIRSTHDR(&header))
        std::memcpy(message.descriptors.data(), CMSG_DATA(rights),
                    std::min(rights->cmsg_len - CMSG_LEN(0), sizeof message.descriptors));
    return message;
}

std::string request_to_start(const std::vector<std::string>& without) {
    std::string text = "start";  // a message is not empty
    for (const auto& name : without)
        text += '\n' + name;
    return text;
}

std::vector<std::string> names_in(const std::string& request) {
    std::vector<std::string> names;
    std::istringstream lines(request);
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line))
        names.push_back(line);
    return names;
}

/// A fault as text: its class as one octet, then its words.
std::string text_of(const Fault& fault) {
    return static_cast<char>(fault.kind) + fault.words;
}

Fault fault_from(const std::string& text) {
    return {static_cast<FaultClass>(text.front()), text.substr(1)};
}

/// The life of the process apart. Workers that have ended are waited for when the next is started:
/// their handles tell of their end all the same. No exception may lead back into a second life of
/// the program.
[[noreturn]] void serve_starts(int socket) noexcept {
    for (const int sent_to_all : {SIGINT, SIGTERM, SIGHUP})
        ::signal(sent_to_all, SIG_IGN);
    while (const auto request = receive_message(socket)) {
        while (::waitpid(-1, nullptr, WNOHANG) > 0)
            continue;
        const auto started = start_here(names_in(request->text));
        if (started.ok())
            send_message(socket, {success, {started->process.number(), started->socket.number()}});
        else
            send_message(socket, {text_of(started.fault())});
    }
    ::_exit(0);
}

/// This program's end of it.
class Apart {
  public:
    explicit Apart(Descriptor socket) : socket_(std::move(socket)) {}

    Result<StartedWorker> start(const std::vector<std::string>& without) {
        const std::lock_guard turn(turn_);
        std::optional<Message> answer;
        if (send_message(socket_.number(), {request_to_start(without)}))
            answer = receive_message(socket_.number());
        if (!answer)
            return Fault{FaultClass::io, fmt::format("the process that starts {} is gone; start "
                                                     "this program anew",
                                                     program)};
        StartedWorker started{Descriptor(answer->descriptors[0]),
                              Descriptor(answer->descriptors[1])};
        if (answer->text != success)
            return fault_from(answer->text);
        if (!started.socket.valid())
            return cannot_start(EMFILE);  // our own limit kept one of them out
        return started;
    }

  private:
    std::mutex turn_;
    Descriptor socket_;
};

std::unique_ptr<Apart> apart;

}  // namespace

Result<StartedWorker> start_worker(const std::vector<std::string>& without) {
    return apart ? apart->start(without) : start_here(without);
}

Outcome start_workers_apart() {
    std::array<int, 2> sockets{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0)
        return cannot_start(errno);
    Descriptor ours(sockets[0]), theirs(sockets[1]);
    const auto process = ::fork();
    if (process < 0)
        return cannot_start(errno);
    if (process == 0) {
        ::close(ours.number());
        ::setsid();
        serve_starts(theirs.number());
    }
    apart = std::make_unique<Apart>(std::move(ours));
    return Done{};
}

}  // namespace kaspar::token
