// The signing loop: goes over a zone stretch by stretch with several threads, keeps the signatures
// of the last output that stand (core/reuse.h), makes the rest, and writes the text of each stretch
// in its turn. No more than a few stretches are in memory at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "common/system/file.h"
#include "signer/assembly.h"
#include "signer/core/zone_parts.h"
#include "signer/stretch_signer.h"

namespace kaspar::signer {

/// A signed zone as it was written.
struct WrittenStretches {
    Tally tally;
    std::vector<std::uint64_t> starts;  ///< offset of each stretch's text in the file
    std::vector<Dnskey> dnskeys;        ///< the DNSKEY RRset
};

/// Signs one zone.
class SigningLoop {
  public:
    /// `keys`: one for each of the rules' keys that has a signing role, else nullptr. `last`: the
    /// last output whose signatures may be used again, or nullptr. All are borrowed.
    SigningLoop(const SigningRules& rules, std::vector<SigningKey*> keys, const ZoneByOwner* last)
        : rules_(rules), keys_(std::move(keys)), last_(last) {}

    /// Signs the assembly, which has its serial, and writes it as zone text, the SOA record first,
    /// each RRset followed by its signatures; a ZONEMD record is completed in its place at the end.
    /// Shows its progress. Fault: key, absent, io.
    Result<WrittenStretches> write(Assembly& assembly, std::uint32_t serial, FileWriter& file,
                                   unsigned threads) const;

  private:
    const SigningRules& rules_;
    std::vector<SigningKey*> keys_;
    const ZoneByOwner* last_;
};

}  // namespace kaspar::signer
