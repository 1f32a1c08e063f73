// One zone on a test bench: a state folder, an enforcer's key, keys in memory and an instruction to
// alter at will; run() seals the instruction and executes it at a time of the test's choosing.
#pragma once

#include <string>
#include <string_view>

#include "common/formats/instruction.h"
#include "common/formats/report.h"
#include "signer/execute.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/temp_folder.h"

namespace kaspar::test {

enum class KeyRole { ksk, zsk, csk };

class SignerBench {
  public:
    /// A P-256 KSK and ZSK, NSEC, 14 days of validity, no jitter, serial policy counter.
    explicit SignerBench(std::string_view zone = "example.");

    /// Adds a key to the instruction and returns its index.
    std::size_t add_key(KeyRole role, Algorithm algorithm = Algorithm::ecdsap256sha256,
                        unsigned bits = 0);

    /// Writes the input.
    void input(std::string_view text) const;

    /// Seals the instruction under a new generation if it differs from the last one, and executes.
    signer::Execution run();

    /// Executes what lies in the state folder.
    signer::Execution run_as_is();

    void seal() const;

    /// The report on the disk.
    Report report() const;

    std::string output() const;
    std::filesystem::path output_file() const { return instruction.output; }
    std::filesystem::path instruction_path() const;

    TempFolder folder;
    Configuration configuration;
    MemoryKeyStore store;
    signer::KeyAccess keys;
    Instruction instruction;
    Time now;

  private:
    Instruction last_;
};

}  // namespace kaspar::test
