// The RRsets of a zone file as a resolver gets them, and real verification of their signatures.
// Read by libzscanner and verified by libdnssec (GnuTLS): no code and no cryptography of the signer
// or the enforcer has a part in it. Names must be in lower case.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/values/bytes.h"
#include "common/values/time.h"

namespace kaspar::test {

struct SignedRRset {
    Bytes owner;  ///< wire format
    std::uint16_t type = 0;
    std::uint32_t ttl = 0;
    std::vector<Bytes> rdatas;      ///< in canonical order
    std::vector<Bytes> signatures;  ///< RDATA of its RRSIGs

    bool operator==(const SignedRRset&) const = default;

    std::string name() const;  ///< "www.example.com. type 1", for messages
};

/// All RRsets of a zone file but its RRSIGs, which are with what they sign. Fails the test if the
/// file cannot be read.
std::vector<SignedRRset> read_rrsets(const std::filesystem::path& file);

/// True if the RRset has a signature by this DNSKEY that is good and valid at `now`. Verdicts are
/// remembered, so asking again costs little.
bool is_signed_by(const SignedRRset& rrset, const Bytes& dnskey, Time now);

/// True if the DS is this DNSKEY's.
bool is_ds_of(const Bytes& ds, const Bytes& owner, const Bytes& dnskey);

std::uint8_t algorithm_of_dnskey(const Bytes& dnskey);
std::uint8_t algorithm_of_ds(const Bytes& ds);

}  // namespace kaspar::test
