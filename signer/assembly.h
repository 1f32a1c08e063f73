// Makes the signed zone that an instruction asks for, in memory: what Kaspar adds at the apex, the
// denial chain, the signatures, the serial, ZONEMD. Publishes nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/formats/instruction.h"
#include "signer/core/signed_zone.h"
#include "signer/signing_loop.h"

namespace kaspar::signer {

/// What is to be signed, with what.
struct AssemblyOrder {
    const Instruction& instruction;
    const Zone& source;          ///< the input, or the last output when the input is no good
    std::uint32_t input_serial;  ///< of the input
    const Zone* last;            ///< the last output, if it may be built upon, else nullptr
    std::optional<std::uint32_t> last_serial;  ///< the newest that was ever published
    bool same_input;      ///< the input's files are those of the last publication, octet by octet
    bool refresh_is_due;  ///< signatures of the last output must be renewed now
    bool new_place;       ///< the output has moved: published even if nothing else changed
    const SigningRules& rules;
    std::vector<SigningKey*> keys;  ///< one for each of the rules' keys; nullptr: does not sign
    unsigned threads;
};

class Assembly {
  public:
    /// Fault: refused (serial, NSEC3 hash collision), input, key.
    static Result<std::unique_ptr<Assembly>> make(const AssemblyOrder& order);

    Assembly(const Assembly&) = delete;
    Assembly& operator=(const Assembly&) = delete;

    /// False if the last output is what would be published, signatures and serial included; then
    /// zone() is not complete.
    bool changed() const { return changed_; }

    const SignedZone& zone() const { return zone_; }
    std::uint32_t serial() const { return serial_; }
    std::uint32_t negative_ttl() const { return negative_ttl_; }
    const Tally& tally() const { return tally_; }
    const std::vector<std::string>& warnings() const { return warnings_; }

  private:
    Assembly() = default;
    Outcome add_apex(const AssemblyOrder& order);
    Outcome add_denial(const AssemblyOrder& order);
    Outcome sign(const AssemblyOrder& order);
    bool differs(const AssemblyOrder& order, const SigningLoop& loop);
    Outcome choose_serial(const AssemblyOrder& order);
    Outcome finish(const AssemblyOrder& order, const SigningLoop& loop);
    Outcome sign_apex(const SigningLoop& loop, std::uint16_t type);
    void set_serial(std::uint32_t serial);

    Bytes soa_, zonemd_;  ///< RDATA; the zone's views point to them, so they keep their place
    std::uint32_t soa_ttl_ = 0, negative_ttl_ = 0;
    Zone apex_records_;  ///< DNSKEY, CDS, CDNSKEY
    Bytes nsec3param_;
    Content content_;
    std::optional<DenialChain> chain_;
    SignedZone zone_;
    Tally tally_;
    std::uint32_t serial_ = 0;
    bool changed_ = true, data_changed_ = true, records_changed_ = true;
    std::vector<std::string> warnings_;
};

/// Fields of SOA RDATA (RFC 1035 §3.3.13).
std::uint32_t soa_serial(BytesView rdata);
std::uint32_t soa_minimum(BytesView rdata);

/// The serial of a zone's SOA record. The zone has one.
std::uint32_t zone_serial(const Zone& zone);

/// The records that ask the parent to remove the DS (RFC 8078 §4).
Bytes delete_cds_rdata();
Bytes delete_cdnskey_rdata();

}  // namespace kaspar::signer
