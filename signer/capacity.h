// Whether a zone fits into memory, asked before its run begins: a signer that ends in the middle
// has lost the time, and one that the system kills says nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/formats/instruction.h"
#include "common/system/memory.h"

namespace kaspar::signer {

/// Octets of memory that signing a zone takes, by the size of its text.
std::uint64_t memory_needed(std::uint64_t text_size, const DenialParameters& denial);

/// What a zone of that size would need and what there is, in words, for before the work begins.
std::string capacity_words(const Instruction& instruction, std::uint64_t text_size,
                           const std::optional<AvailableMemory>& available);

/// Fault: refused, with what the zone would need and what there is. `available` absent: not known.
Outcome check_capacity(const Instruction& instruction, std::uint64_t text_size,
                       const std::optional<AvailableMemory>& available);

/// The same of the hashes of so many names, for NSEC3: a name of many labels has many above it that
/// a zone's size does not tell of.
Outcome check_hashes(std::uint64_t names, const std::optional<AvailableMemory>& available);

/// The same of the octets that its largest stretch takes.
Outcome check_largest_stretch(std::uint64_t octets,
                              const std::optional<AvailableMemory>& available);

}  // namespace kaspar::signer
