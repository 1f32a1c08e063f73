// A zone in memory, handed over in parts that a test chooses, and the verifier's result for it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "signer/core/verifier.h"
#include "signer/core/zone_parts.h"

namespace kaspar::test {

class SplitZone final : public signer::ZoneParts, public signer::ZoneByOwner {
  public:
    /// A part begins at the apex and at each of the nodes with these indices, ascending.
    SplitZone(const signer::Zone& zone, const std::vector<std::size_t>& starts);

    /// A part begins at each of these owners too, relative to the apex.
    static SplitZone at_owners(const signer::Zone& zone, const std::vector<std::string>& owners);

    const Name& apex() const override { return apex_; }
    std::size_t count() const override { return parts_.size(); }
    Result<std::shared_ptr<const signer::Zone>> part(std::size_t index) const override;

    /// These owners, and no others.
    Result<std::shared_ptr<const signer::Zone>> between(BytesView first,
                                                        BytesView end) const override;

    /// From now on this part cannot be read.
    void lose(std::size_t index) { parts_[index] = nullptr; }

    void swap(std::size_t a, std::size_t b) { std::swap(parts_[a], parts_[b]); }

  private:
    Name apex_;
    std::vector<std::shared_ptr<const signer::Zone>> parts_;
};

/// Nodes of the zone at which a part may begin: no delegation or DNAME before hides them.
std::vector<std::size_t> lawful_starts(const signer::Zone& zone);

/// All that a result says, as text.
std::string told(const signer::VerificationResult& result);

/// verify(), for zones that can be read.
signer::VerificationResult verified(const signer::VerificationRequest& request);

}  // namespace kaspar::test
