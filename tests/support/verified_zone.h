// What the verifier says of a zone that a test has damaged.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/values/dnskey.h"
#include "signer/core/verifier.h"
#include "tests/support/peer_signer.h"
#include "tests/support/split_zone.h"

namespace kaspar::test {

/// A zone that BIND signed, with P-256 and NSEC.
const TextZone& plain();

signer::VerificationResult verify_zone(const signer::Zone& zone, Time now = while_valid());

/// True if there is such a problem of the RRset, with these words in it.
bool tells(const std::vector<signer::Problem>& list, const std::string& owner,
           const std::string& type, const std::string& words);

std::vector<Dnskey> dnskeys_of(const signer::Zone& zone);

/// Fails the test if there is none.
Dnskey key_with(const std::vector<Dnskey>& keys, bool sep, Algorithm algorithm);

/// The first; fails the test if there is none.
TextRecord& zsk_record(TextZone& zone);

/// A DNSKEY with octets of its key changed so that its tag, a sum of 16-bit words, stays.
TextRecord impostor_of(TextRecord dnskey);

/// Removes what the condition picks.
void remove_if(TextZone& zone, const std::function<bool(const TextRecord&)>& picks);

}  // namespace kaspar::test
