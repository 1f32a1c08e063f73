// A server run by a test: in the background, in a process group of its own, ended with the test.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace kaspar::test {

class ServerProcess {
  public:
    /// Starts the program (first argument, found along $PATH or in /usr/sbin), which must not
    /// detach itself. Both its output streams are added to the file `log`.
    ServerProcess(const std::vector<std::string>& arguments, std::filesystem::path log);
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    /// Ends it and all that it started, and waits for it.
    ~ServerProcess();

    /// False once it has ended by itself, for example because it refuses its configuration.
    bool running();

    std::string log() const;

  private:
    std::filesystem::path log_;
    pid_t process_ = 0;
    bool ended_ = false;
};

/// A port of 127.0.0.1 that is free for UDP and TCP.
std::uint16_t free_port();

/// Waits until `ready()` holds; fails the test, showing the server's log, if the server ends or is
/// not ready after half a minute.
void wait_until(ServerProcess& server, const std::function<bool()>& ready);

}  // namespace kaspar::test
