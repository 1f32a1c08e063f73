#include "tests/crash/interposition.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <new>

#include "common/system/descriptor.h"

namespace kaspar::test::crash {
namespace {

Control* map_control(const std::filesystem::path& file) {
    const Descriptor descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    require(descriptor.valid() && ::ftruncate(descriptor.number(), sizeof(Control)) == 0,
            "a file of a block can be made");
    void* block = ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED,
                         descriptor.number(), 0);
    require(block != MAP_FAILED, "a small file can be mapped");
    return new (block) Control{};
}

}  // namespace

std::string_view word(Trouble trouble) {
    constexpr std::string_view words[] = {"nothing",         "stop", "torn write", "error",
                                          "half-done write", "delay"};
    return words[static_cast<std::size_t>(trouble)];
}

Interposition::Interposition() : control_(map_control(folder_ / "control")) {}

Interposition::~Interposition() {
    ::munmap(control_, sizeof(Control));
}

void Interposition::aim(Trouble trouble, std::uint64_t target) {
    control_->calls = 0;
    control_->struck = 0;
    control_->trouble = trouble;
    control_->target = target;
}

std::map<std::string, std::string> Interposition::environment() const {
    return {{"LD_PRELOAD", KASPAR_INTERPOSER}, {control_variable, (folder_ / "control").string()}};
}

}  // namespace kaspar::test::crash
