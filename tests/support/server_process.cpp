#include "tests/support/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "common/values/result.h"
#include "tests/support/catch.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): not in every unistd.h

namespace kaspar::test {
namespace {

/// A socket bound to 127.0.0.1, or nothing.
class BoundSocket {
  public:
    BoundSocket(int type, std::uint16_t port) : socket_(::socket(AF_INET, type, 0)) {
        sockaddr_in address = loopback(port);
        bound_ = socket_ >= 0 &&
                 ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    BoundSocket(const BoundSocket&) = delete;
    BoundSocket& operator=(const BoundSocket&) = delete;
    ~BoundSocket() {
        if (socket_ >= 0)
            ::close(socket_);
    }

    bool bound() const { return bound_; }

    std::uint16_t port() const {
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        require(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0,
                "a bound socket has an address");
        return ntohs(address.sin_port);
    }

  private:
    static sockaddr_in loopback(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        return address;
    }

    int socket_;
    bool bound_ = false;
};

/// setpriv ends the server even if the test itself is killed. Debian has its servers in /usr/sbin,
/// which is not in every user's $PATH.
std::vector<std::string> command_line(const std::vector<std::string>& arguments) {
    const char* path = ::getenv("PATH");
    std::vector<std::string> words{
        "setpriv", "--pdeathsig", "TERM", "env",
        std::string("PATH=") + (path == nullptr ? "/usr/bin:/bin" : path) + ":/usr/sbin"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
}

}  // namespace

ServerProcess::ServerProcess(const std::vector<std::string>& arguments, std::filesystem::path log)
    : log_(std::move(log)) {
    auto words = command_line(arguments);
    std::vector<char*> pointers;
    for (auto& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log_.c_str(),
                                       O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    const int failed =
        ::posix_spawnp(&process_, pointers[0], &actions, &attributes, pointers.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    INFO("cannot start " << arguments.at(0));
    REQUIRE(failed == 0);
}

ServerProcess::~ServerProcess() {
    if (!running())
        return;
    ::kill(process_, SIGTERM);
    for (int tries = 0; tries < 200 && running(); ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (ended_)
        return;
    ::kill(-process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
}

bool ServerProcess::running() {
    ended_ = ended_ || ::waitpid(process_, nullptr, WNOHANG) == process_;
    return !ended_;
}

std::string ServerProcess::log() const {
    std::ostringstream text;
    text << std::ifstream(log_).rdbuf();
    return text.str();
}

std::uint16_t free_port() {
    for (int tries = 0; tries < 100; ++tries) {
        const BoundSocket udp(SOCK_DGRAM, 0);
        if (udp.bound() && BoundSocket(SOCK_STREAM, udp.port()).bound())
            return udp.port();
    }
    FAIL("no port of 127.0.0.1 is free");
    return 0;
}

void wait_until(ServerProcess& server, const std::function<bool()>& ready) {
    for (int tries = 0; tries < 600; ++tries) {
        if (ready())
            return;
        if (!server.running())
            break;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    INFO(server.log());
    FAIL("a server does not answer");
}

}  // namespace kaspar::test
