#include "signer/capacity.h"

#include <fmt/format.h>

namespace kaspar::signer {

namespace {

// Measured (README.md of this folder, "Memory") and rounded up. The input as it is sorted is the
// largest that there is at a time; later come a few stretches a thread, and the hashes of NSEC3.
constexpr std::uint64_t of_program = 32 << 20;
constexpr std::uint64_t of_text = 4;    // octets of memory for each of zone text
constexpr std::uint64_t of_nsec3 = 2;   // the same, more
constexpr std::uint64_t of_hash = 150;  // for making the chain 28; for verifying it the rest

/// True also if it is not known what there is.
bool fits(std::uint64_t needed, const std::optional<AvailableMemory>& available) {
    return !available || needed <= available->octets;
}

}  // namespace

std::uint64_t memory_needed(std::uint64_t text_size, const DenialParameters& denial) {
    const bool hashes = denial.type == DenialType::nsec3;
    return of_program + text_size * (of_text + (hashes ? of_nsec3 : 0));
}

std::string capacity_words(const Instruction& instruction, std::uint64_t text_size,
                           const std::optional<AvailableMemory>& available) {
    const auto needed = memory_needed(text_size, instruction.denial);
    auto words = fmt::format("{} of zone text need about {} of memory to be signed",
                             megabytes(text_size), megabytes(needed));
    if (!available)
        return words;
    return fmt::format("{}, and {}", words, available->words());
}

Outcome check_capacity(const Instruction& instruction, std::uint64_t text_size,
                       const std::optional<AvailableMemory>& available) {
    if (fits(memory_needed(text_size, instruction.denial), available))
        return Done{};
    return Fault{FaultClass::refused,
                 capacity_words(instruction, text_size, available) +
                     "; give the signer more, or another machine to this zone"};
}

Outcome check_hashes(std::uint64_t names, const std::optional<AvailableMemory>& available) {
    const auto needed = names * of_hash;
    if (fits(needed, available))
        return Done{};
    return Fault{FaultClass::refused,
                 fmt::format("NSEC3 takes the hashes of {} names, empty ones between the zone's "
                             "included, and {} of memory for them, and {}; give the signer more, "
                             "or the zone NSEC",
                             names, megabytes(needed), available->words())};
}

Outcome check_largest_stretch(std::uint64_t octets,
                              const std::optional<AvailableMemory>& available) {
    if (fits(octets, available))
        return Done{};
    return Fault{FaultClass::refused,
                 fmt::format("what lies at one name, or below one delegation or DNAME, is signed "
                             "and written as one piece, and takes {} of memory, and {}; make it "
                             "smaller, or give the signer more",
                             megabytes(octets), available->words())};
}

}  // namespace kaspar::signer
