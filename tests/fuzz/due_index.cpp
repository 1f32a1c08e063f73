// The signer's cache of quiet zones, behind its digest: what a program of another day may have
// left.
#include "signer/due_index.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/values/digest.h"
#include "tests/fuzz/input.h"

using namespace kaspar;

namespace {

Configuration in_memory() {
    Configuration configuration;
    configuration.state = "/dev/shm/kaspar-fuzz-" + std::to_string(::getpid());
    std::filesystem::create_directories(configuration.executed());
    return configuration;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Configuration configuration = in_memory();
    const Bytes digest = sha256({data, size});
    std::ofstream(configuration.executed() / ".due")
        << "Kaspar due index 1\n"
        << std::string(digest.begin(), digest.end()) << fuzz::text_of(data, size);
    (void)signer::DueIndex::read(configuration);
    return 0;
}
