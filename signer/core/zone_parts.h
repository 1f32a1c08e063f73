// Large zones in pieces: who works through a zone takes one part after the other, several threads
// at once, and never holds the whole of it. The parts of a zone are themselves zones (zone.h) with
// few owners.
#pragma once

#include <cstddef>
#include <memory>

#include "common/values/result.h"
#include "signer/core/zone.h"

namespace kaspar::signer {

/// A zone as a row of parts. All owners of a part come before those of the next in canonical order,
/// and all records of an owner are in one part. No delegation or DNAME of one part hides an owner
/// of another. These are promises of who makes the parts; the verifier checks them.
class ZoneParts {
  public:
    virtual ~ZoneParts() = default;
    virtual const Name& apex() const = 0;

    /// At least 1.
    virtual std::size_t count() const = 0;

    /// From any thread. Fault: io, input.
    virtual Result<std::shared_ptr<const Zone>> part(std::size_t index) const = 0;
};

/// A zone that can be asked for its owners from a name on, up to another.
class ZoneByOwner {
  public:
    virtual ~ZoneByOwner() = default;

    /// At least the owners from `first` on (wire format) and before `end`; `end` empty: to the end
    /// of the zone. From any thread. Fault: io, input.
    virtual Result<std::shared_ptr<const Zone>> between(BytesView first, BytesView end) const = 0;
};

/// A zone that is in memory anyway, as one part.
class WholeZone final : public ZoneParts, public ZoneByOwner {
  public:
    /// The zone is borrowed.
    explicit WholeZone(const Zone& zone) : zone_(std::shared_ptr<const Zone>(), &zone) {}

    const Name& apex() const override { return zone_->apex(); }
    std::size_t count() const override { return 1; }
    Result<std::shared_ptr<const Zone>> part(std::size_t) const override { return zone_; }
    Result<std::shared_ptr<const Zone>> between(BytesView, BytesView) const override {
        return zone_;
    }

  private:
    std::shared_ptr<const Zone> zone_;
};

}  // namespace kaspar::signer
