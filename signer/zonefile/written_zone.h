// A zone file that Kaspar wrote itself, had piece by piece: one record a line, owners absolute and
// in canonical order. It is searched where it lies; nothing of it stays in memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "common/system/descriptor.h"
#include "signer/core/zone_parts.h"

namespace kaspar::signer {

class LineOwners;

class WrittenZone final : public ZoneByOwner {
  public:
    /// Fault: io.
    static Result<std::unique_ptr<WrittenZone>> open(const std::filesystem::path& file,
                                                     const Name& apex);

    /// Of a zone that is published, and whose octets are those that were written. Fault: io, input.
    Result<std::shared_ptr<const Zone>> between(BytesView first, BytesView end) const override;

    /// The records whose text is at these offsets, whole lines; nothing of it is taken on trust.
    /// Fault: io, input.
    Result<Zone> read(std::uint64_t begin, std::uint64_t end) const;

    std::uint64_t size() const { return size_; }
    const Name& apex() const { return apex_; }

  private:
    friend class LineOwners;
    WrittenZone(std::filesystem::path file, Name apex);
    Result<std::uint64_t> find(BytesView owner, LineOwners& owners) const;
    Result<std::string> text(std::uint64_t begin, std::uint64_t end) const;

    std::filesystem::path file_;
    Name apex_;
    Descriptor descriptor_;
    std::uint64_t size_ = 0;
};

/// The same, as the parts that it was written in.
class WrittenParts final : public ZoneParts {
  public:
    /// `starts`: offset of each part, the first 0. The zone is borrowed.
    WrittenParts(const WrittenZone& zone, std::vector<std::uint64_t> starts)
        : zone_(zone), starts_(std::move(starts)) {}

    const Name& apex() const override { return zone_.apex(); }
    std::size_t count() const override { return starts_.size(); }
    Result<std::shared_ptr<const Zone>> part(std::size_t index) const override;

  private:
    const WrittenZone& zone_;
    std::vector<std::uint64_t> starts_;
};

}  // namespace kaspar::signer
