// Runs a program and tells what it took: measured-run FD PROGRAM ARGUMENT… writes one JSON object
// to that file descriptor. It is a program of its own because a process counts the memory of the
// one that it was forked from; this one has next to none. Exit status: the program's.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::_Exit(127);
}

pid_t start(int descriptor, char** command) {
    const pid_t child = ::fork();
    if (child < 0)
        fail("fork");
    if (child > 0)
        return child;
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    ::execvp(command[0], command);
    fail(command[0]);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::fputs("usage: measured-run FD PROGRAM ARGUMENT…\n", stderr);
        return 2;
    }
    const int descriptor = std::atoi(arguments[1]);
    const auto began = std::chrono::steady_clock::now();
    const pid_t child = start(descriptor, arguments + 2);
    int status = 0;
    struct rusage usage {};
    if (::wait4(child, &status, 0, &usage) != child)
        fail("wait4");
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    ::dprintf(descriptor, "{\"seconds\": %.6f, \"processor\": %.6f, \"peak\": %lld}\n",
              took.count(), seconds(usage.ru_utime) + seconds(usage.ru_stime),
              static_cast<long long>(usage.ru_maxrss) * 1024);  // Linux counts in KiB
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
