#include "signer/confinement.h"

#include <fmt/format.h>
#include <seccomp.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <span>
#include <system_error>

namespace kaspar::signer {

namespace {

/// By name, since libraries and machines differ in which they know.
constexpr const char* never_needed[] = {
#ifndef __SANITIZE_ADDRESS__  // the leak sanitizer stops our own threads that way
    "ptrace",
#endif
    "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp",
    // the kernel and its clock
    "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "bpf",
    "perf_event_open", "userfaultfd", "reboot", "swapon", "swapoff", "acct", "quotactl",
    "quotactl_fd", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname",
    "setdomainname", "syslog", "iopl", "ioperm",
    // file systems, and ways around their permissions
    "mount", "umount2", "pivot_root", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount",
    "fspick", "mount_setattr", "chroot", "open_by_handle_at",
    // other users and namespaces
    "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid",
    "setgroups", "capset", "unshare", "setns", "add_key", "request_key", "keyctl",
    // work that the kernel does past this filter, sockets among it
    "io_uring_setup", "io_uring_enter", "io_uring_register"};

constexpr const char* programs[] = {"execve", "execveat"};

constexpr std::uint32_t refuse = SCMP_ACT_ERRNO(EPERM);

class Filter {
  public:
    Filter() : context_(::seccomp_init(SCMP_ACT_ALLOW), ::seccomp_release) {
        note(context_ == nullptr ? -ENOMEM : 0);
        if (context_)  // threads that there are already, a library's say, give up as much
            note(::seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, 1));
    }

    void refuse_all(std::span<const char* const> calls) {
        for (const char* name : calls)
            if (const int call = ::seccomp_syscall_resolve_name(name); call != __NR_SCMP_ERROR)
                add(call, 0, {});
    }

    /// systemd and the journal are reached by AF_UNIX.
    void refuse_network() { add(SCMP_SYS(socket), 1, {0, SCMP_CMP_NE, AF_UNIX, 0}); }

    Outcome load() {
        if (error_ == 0)
            note(::seccomp_load(context_.get()));
        if (error_ == 0)
            return Done{};
        return Fault{FaultClass::io,
                     fmt::format("system calls that are not needed cannot be switched off: {}; the "
                                 "signer goes on without this protection (it takes a kernel, or a "
                                 "container, that allows seccomp filters)",
                                 std::generic_category().message(error_))};
    }

  private:
    void add(int call, unsigned count, scmp_arg_cmp condition) {
        if (error_ == 0)
            note(::seccomp_rule_add_array(context_.get(), refuse, call, count, &condition));
    }

    void note(int outcome) {
        if (outcome < 0)
            error_ = -outcome;
    }

    std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
    int error_ = 0;
};

}  // namespace

Outcome give_up_privileges() {
    Filter filter;
    filter.refuse_all(never_needed);
    return filter.load();
}

Outcome give_up_programs_and_network() {
    Filter filter;
    filter.refuse_all(programs);
    filter.refuse_network();
    return filter.load();
}

}  // namespace kaspar::signer
