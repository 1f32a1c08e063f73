#include "signer/confinement.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <future>

#include "common/system/file.h"
#include "common/system/secret.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

namespace confinement_test {

using namespace kaspar;
using namespace kaspar::signer;

namespace {

/// Exit status of a child that runs this.
int in_child(const std::function<int()>& body) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0)
        ::_exit(body());
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    INFO("wait status " << status);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

int error_of(long outcome) {
    return outcome < 0 ? errno : 0;
}

int error_of_socket(int family, int type) {
    return error_of(::socket(family, type, 0));
}

int error_of_exec() {
    char name[] = "true";
    char* arguments[] = {name, nullptr};
    ::execv("/bin/true", arguments);
    return errno;
}

constexpr int cannot_confine = 255;

/// What `call` gives, an errno or 0, in a process that has given something up.
int confined(Outcome (*give_up)(), const std::function<int()>& call) {
    return in_child([&] { return give_up().ok() ? call() : cannot_confine; });
}

}  // namespace

TEST_CASE("a confined signer may do what signing needs, and nothing that it does not",
          "[attack][confinement]") {
    unsigned shown = 0;
    const auto forbidden = [&](const char* what, const std::function<int()>& call) {
        INFO(what);
        CHECK(confined(give_up_privileges, call) == EPERM);
        shown += in_child(call) == EPERM ? 0 : 1;  // where it may be done otherwise
    };
    forbidden("perf_event_open",
              [] { return error_of(::syscall(SYS_perf_event_open, 0, 0, 0, 0, 0)); });
    forbidden("io_uring_setup", [] { return error_of(::syscall(SYS_io_uring_setup, 0, 0)); });
    forbidden("keyctl", [] { return error_of(::syscall(SYS_keyctl, -1, 0, 0, 0, 0)); });
    forbidden("bpf", [] { return error_of(::syscall(SYS_bpf, -1, 0, 0)); });
    forbidden("process_vm_readv",
              [] { return error_of(::syscall(SYS_process_vm_readv, ::getppid(), 0, 0, 0, 0, 1)); });
    forbidden("setns", [] { return error_of(::setns(-1, 0)); });
    forbidden("setuid", [] { return error_of(::setuid(::getuid())); });
    forbidden("chroot", [] { return error_of(::chroot("/nowhere")); });
    forbidden("mount", [] { return error_of(::mount("none", "/nowhere", "none", 0, nullptr)); });
#ifndef __SANITIZE_ADDRESS__
    forbidden("ptrace", [] { return error_of(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); });
#endif
    CHECK(shown > 3);
    for (const auto give_up : {give_up_privileges, give_up_programs_and_network}) {
        CHECK(confined(give_up, [] { return error_of_socket(AF_UNIX, SOCK_DGRAM); }) == 0);
        CHECK(confined(give_up, [] {
                  const test::TempFolder folder;
                  return write_file(folder / "f", "text").ok() ? 0 : 1;
              }) == 0);
    }
}

TEST_CASE("a thread that was there before is confined, too", "[attack][confinement]") {
    const auto error_in_older_thread = [] {
        std::promise<void> confined;
        auto later = std::async(std::launch::async, [go = confined.get_future()] {
            go.wait();
            return error_of(::syscall(SYS_setuid, ::getuid()));
        });
        const bool good = give_up_privileges().ok();
        confined.set_value();
        const int error = later.get();
        return good ? error : cannot_confine;
    };
    CHECK(in_child(error_in_older_thread) == EPERM);
}

TEST_CASE("a confined signer reaches no network and starts no program", "[attack][confinement]") {
    for (const int family : {AF_INET, AF_INET6, AF_NETLINK, AF_PACKET}) {
        INFO(family);
        const auto call = [&] { return error_of_socket(family, SOCK_RAW); };
        CHECK(confined(give_up_programs_and_network, call) == EPERM);
        CHECK(confined(give_up_privileges, call) == in_child(call));
    }
    const auto reach_network = [] { return error_of_socket(AF_INET, SOCK_DGRAM); };
    CHECK(confined(give_up_programs_and_network, reach_network) == EPERM);
    CHECK(confined(give_up_privileges, reach_network) == 0);
    CHECK(confined(give_up_programs_and_network, error_of_exec) == EPERM);
    CHECK(confined(give_up_privileges, error_of_exec) == 0);
}

}  // namespace confinement_test
