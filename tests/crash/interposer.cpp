// A library that is loaded before all others (LD_PRELOAD) and stands between a program, with all
// its libraries, and the system: it counts every call that changes what is on a disk, and every
// word to a token's worker and back, and makes trouble at one of them. So the programs as they are
// shipped are what is tested, SQLite's writing included; nothing in them knows of it.
//
// Not in the token's worker itself, whose calls are those of the vendor's module: SoftHSM does not
// bear being killed while it writes (the test token makes the trouble there). Standard streams do
// not count, nor files that are no regular ones.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>

#include "tests/crash/control.h"

namespace {

using kaspar::test::crash::Control;
using kaspar::test::crash::Trouble;

Control* control = nullptr;

template <typename Function>
Function* real(Function*& found, const char* name) {
    if (found == nullptr)
        found = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
    return found;
}

/// The system's own function of the same name.
#define REAL(name)                      \
    ([] {                               \
        static decltype(&::name) found; \
        return real(found, #name);      \
    }())

__attribute__((constructor)) void take_control() {
    const char* file = std::getenv(kaspar::test::crash::control_variable);
    if (file == nullptr || std::string_view(program_invocation_short_name).ends_with("-worker"))
        return;
    const int descriptor = REAL(open)(file, O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return;
    void* block =
        ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    if (block != MAP_FAILED)
        control = static_cast<Control*>(block);
}

[[noreturn]] void stop() {
    ::kill(::getpid(), SIGKILL);
    for (;;)
        ::pause();
}

/// The trouble that this call is to have. `writes`: part of it can be done.
Trouble trouble_at(const char* call, bool writes) {
    if (control == nullptr)
        return Trouble::none;
    const auto number = ++control->calls;
    const auto trouble = control->trouble;
    const bool is_for_writes = trouble == Trouble::torn || trouble == Trouble::half_done;
    if ((control->target != 0 && number != control->target) || trouble == Trouble::none ||
        (is_for_writes && !writes))
        return Trouble::none;
    std::snprintf(control->call, sizeof control->call, "%s", call);
    ++control->struck;
    return trouble;
}

void wait_a_little() {
    const timespec time{0, 20'000'000};
    ::nanosleep(&time, nullptr);
}

/// A call that is done or not.
template <typename Do>
int whole_call(const char* name, int error, Do&& act) {
    switch (trouble_at(name, false)) {
        case Trouble::stop:
            stop();
        case Trouble::error:
            errno = error;
            return -1;
        case Trouble::delay:
            wait_a_little();
            break;
        default:
            break;
    }
    return act();
}

/// A call that writes `size` octets; `act` does it for as many as it is told.
template <typename Do>
ssize_t writing_call(const char* name, std::size_t size, Do&& act) {
    const std::size_t half = std::max<std::size_t>(size / 2, 1);
    switch (trouble_at(name, true)) {
        case Trouble::stop:
            stop();
        case Trouble::torn:
            (void)act(half);
            stop();
        case Trouble::error:
            errno = ENOSPC;
            return -1;
        case Trouble::half_done:
            return act(half);
        case Trouble::delay:
            wait_a_little();
            break;
        case Trouble::none:
            break;
    }
    return act(size);
}

bool is_file(int descriptor) {
    struct stat status {};
    const int before = errno;
    const bool is =
        descriptor > STDERR_FILENO && ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    errno = before;
    return is;
}

/// A socket to a token's worker; those to a name server are no business of this.
bool is_to_worker(int socket) {
    int domain = 0;
    socklen_t size = sizeof domain;
    const int before = errno;
    const bool is =
        ::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
    errno = before;
    return is;
}

bool makes(int flags) {
    return (flags & (O_CREAT | O_TRUNC)) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

mode_t mode_of(int flags, va_list arguments) {
    return makes(flags) ? static_cast<mode_t>(va_arg(arguments, unsigned)) : 0;
}

template <typename Open>
int open_call(const char* name, int flags, Open&& act) {
    return makes(flags) ? whole_call(name, ENOSPC, act) : act();
}

}  // namespace

// The C library declares these with attributes of its own, which differ from version to version.
#pragma GCC visibility push(default)
extern "C" {

int open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_call("open", flags, [&] { return REAL(open)(path, flags, mode); });
}

int open64(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_call("open", flags, [&] { return REAL(open64)(path, flags, mode); });
}

int openat(int folder, const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_call("openat", flags, [&] { return REAL(openat)(folder, path, flags, mode); });
}

ssize_t write(int file, const void* data, size_t size) {
    const auto act = [&](std::size_t part) { return REAL(write)(file, data, part); };
    return is_file(file) ? writing_call("write", size, act) : act(size);
}

ssize_t pwrite(int file, const void* data, size_t size, off_t at) {
    return writing_call("pwrite", size,
                        [&](std::size_t part) { return REAL(pwrite)(file, data, part, at); });
}

ssize_t pwrite64(int file, const void* data, size_t size, off64_t at) {
    return writing_call("pwrite", size,
                        [&](std::size_t part) { return REAL(pwrite64)(file, data, part, at); });
}

ssize_t send(int socket, const void* data, size_t size, int flags) {
    const auto act = [&](std::size_t part) { return REAL(send)(socket, data, part, flags); };
    return is_to_worker(socket) ? writing_call("send", size, act) : act(size);
}

ssize_t recv(int socket, void* data, size_t size, int flags) {
    if (is_to_worker(socket) && trouble_at("recv", false) == Trouble::stop)
        stop();
    return REAL(recv)(socket, data, size, flags);
}

int fsync(int file) {
    return whole_call("fsync", EIO, [&] { return REAL(fsync)(file); });
}

int fdatasync(int file) {
    return whole_call("fdatasync", EIO, [&] { return REAL(fdatasync)(file); });
}

int ftruncate(int file, off_t size) {
    return whole_call("ftruncate", EIO, [&] { return REAL(ftruncate)(file, size); });
}

int ftruncate64(int file, off64_t size) {
    return whole_call("ftruncate", EIO, [&] { return REAL(ftruncate64)(file, size); });
}

int rename(const char* from, const char* to) {
    return whole_call("rename", EIO, [&] { return REAL(rename)(from, to); });
}

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
    return whole_call("linkat", ENOSPC,
                      [&] { return REAL(linkat)(from_folder, from, to_folder, to, flags); });
}

int unlink(const char* path) {
    return whole_call("unlink", EIO, [&] { return REAL(unlink)(path); });
}

int mkdir(const char* path, mode_t mode) {
    return whole_call("mkdir", ENOSPC, [&] { return REAL(mkdir)(path, mode); });
}

int chmod(const char* path, mode_t mode) {
    return whole_call("chmod", EIO, [&] { return REAL(chmod)(path, mode); });
}

int fchmod(int file, mode_t mode) {
    return whole_call("fchmod", EIO, [&] { return REAL(fchmod)(file, mode); });
}

int fchown(int file, uid_t owner, gid_t group) {
    return whole_call("fchown", EIO, [&] { return REAL(fchown)(file, owner, group); });
}

int chown(const char* path, uid_t owner, gid_t group) {
    return whole_call("chown", EIO, [&] { return REAL(chown)(path, owner, group); });
}

int lchown(const char* path, uid_t owner, gid_t group) {
    return whole_call("lchown", EIO, [&] { return REAL(lchown)(path, owner, group); });
}

}  // extern "C"
#pragma GCC visibility pop
