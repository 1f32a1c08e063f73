// The two zones that a run reads: the operator's input, and the last output. Each with what may be
// done with it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/formats/instruction.h"
#include "common/formats/report.h"
#include "signer/zonefile/reader.h"
#include "signer/zonefile/written_zone.h"

namespace kaspar::signer {

/// An input that may be signed.
struct Input {
    ReadZone read;
    std::uint64_t records;  ///< DNSSEC records excluded
    std::vector<std::string> warnings;
};

/// Why an input may not be signed.
struct BadInput {
    std::vector<std::string> errors;
    std::vector<std::string> warnings;
    std::optional<std::string>
        held;  ///< SHA-256: it lost most of its records, and waits for a person
};

/// Reads and checks the input, by so many threads; `last` is the last publication, against which a
/// sudden loss of records is seen.
std::variant<Input, BadInput> read_input(const Instruction& instruction,
                                         const std::optional<Publication>& last, unsigned threads);

/// Names an input's octets, all of its files together: what `kaspar zone accept` accepts.
std::string input_digest(const std::vector<FileIdentity>& files);

/// True if the files have the same octets as those.
bool same_files(const std::vector<FileIdentity>& a, const std::vector<FileIdentity>& b);

/// The last output as it lies on the disk.
struct LastOutput {
    /// Octet by octet what the last report says was written, so it may be built upon; else nullptr.
    std::unique_ptr<WrittenZone> trusted;
    std::optional<std::uint32_t> serial;  ///< the newest ever published, by report and file
    std::vector<std::string> warnings;
};

/// Of an output that is not as it was written only the serial is read.
LastOutput read_last_output(const Instruction& instruction, const std::optional<Publication>& last);

}  // namespace kaspar::signer
