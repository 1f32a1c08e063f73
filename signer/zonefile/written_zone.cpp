#include "signer/zonefile/written_zone.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "common/system/file.h"
#include "signer/core/name_order.h"
#include "signer/zonefile/lines.h"
#include "signer/zonefile/scanner.h"

namespace kaspar::signer {

namespace {

constexpr std::uint64_t probe_size = 4096;  // longer than nearly all lines
constexpr std::uint64_t near = 32 * 1024;   // read at once, rather than halved where it lies

}  // namespace

/// Owners of lines, looked for in the middle of the text.
class LineOwners {
  public:
    explicit LineOwners(const WrittenZone& zone) : zone_(zone), scanner_(Name().wire()) {}

    struct Line {
        std::uint64_t at;
        Bytes owner;
    };

    /// The first line that starts at or after `from`, which is above 0; absent if there is none.
    /// Fault: io, input.
    Result<std::optional<Line>> first_from(std::uint64_t from) {
        for (auto size = probe_size;; size *= 2) {
            const auto stop = std::min(from - 1 + size, zone_.size());
            KASPAR_TRY(const auto text, look_at(from - 1, stop));
            const auto newline = text.find('\n');
            const auto tab = newline == text.npos ? newline : text.find('\t', newline);
            if (tab != text.npos)
                return owner_of(from + newline, text.substr(newline + 1, tab - newline - 1));
            if (stop == zone_.size())
                return std::optional<Line>();
        }
    }

    /// The lines that start in this range are not read again. Fault: io.
    Outcome keep(std::uint64_t begin, std::uint64_t end) {
        KASPAR_TRY(kept_, zone_.text(begin, std::min(end + probe_size, zone_.size())));
        kept_from_ = begin;
        return Done{};
    }

  private:
    /// Valid until the next.
    Result<std::string_view> look_at(std::uint64_t begin, std::uint64_t end) {
        if (begin >= kept_from_ && end <= kept_from_ + kept_.size())
            return std::string_view(kept_).substr(begin - kept_from_, end - begin);
        KASPAR_TRY(seen_, zone_.text(begin, end));
        return std::string_view(seen_);
    }

    Result<std::optional<Line>> owner_of(std::uint64_t at, std::string_view name) {
        auto owner = scanner_.scan_name(name, 1);
        if (!owner)
            return Fault{FaultClass::input,
                         fmt::format("{}: \"{}\" is no owner", zone_.file_.string(), name)};
        return std::optional(Line{at, *std::move(owner)});
    }

    const WrittenZone& zone_;
    RecordScanner scanner_;
    std::string seen_, kept_;
    std::uint64_t kept_from_ = 0;
};

WrittenZone::WrittenZone(std::filesystem::path file, Name apex)
    : file_(std::move(file)),
      apex_(std::move(apex)),
      descriptor_(::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}

Result<std::unique_ptr<WrittenZone>> WrittenZone::open(const std::filesystem::path& file,
                                                       const Name& apex) {
    std::unique_ptr<WrittenZone> zone(new WrittenZone(file, apex));
    if (!zone->descriptor_.valid())
        return io_fault("read", file, errno);
    const auto stamp = stamp_file(zone->descriptor_.number());
    if (!stamp)
        return io_fault("read", file, errno);
    zone->size_ = stamp->size;
    return zone;
}

Result<std::string> WrittenZone::text(std::uint64_t begin, std::uint64_t end) const {
    std::string text(end - begin, '\0');
    for (std::size_t had = 0; had < text.size();) {
        const auto got = ::pread(descriptor_.number(), text.data() + had, text.size() - had,
                                 static_cast<off_t>(begin + had));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_fault("read", file_, errno);
        if (got == 0)
            return Fault{FaultClass::io, fmt::format("{}: the file became shorter while it was "
                                                     "read",
                                                     file_.string())};
        had += static_cast<std::size_t>(got);
    }
    return text;
}

// For the verifier, and so by libzscanner alone: the writer's inverse would believe the writer.
Result<Zone> WrittenZone::read(std::uint64_t begin, std::uint64_t end) const {
    KASPAR_TRY(const auto lines, text(begin, end));
    return read_zone_lines(lines, apex_).within(file_.string());
}

/// Offset of the first line whose owner is not before `owner`.
Result<std::uint64_t> WrittenZone::find(BytesView owner, LineOwners& owners) const {
    if (size_ == 0 || same_name(owner, apex_.wire()))
        return std::uint64_t{0};
    // The line at `low` has an earlier owner; of those that start at or after `high` none has.
    std::uint64_t low = 0, high = size_;
    for (bool kept = false; high - low > 1;) {
        if (!kept && (kept = high - low <= near))
            KASPAR_CHECK(owners.keep(low, high));
        const auto middle = low + (high - low) / 2;
        KASPAR_TRY(const auto line, owners.first_from(middle));
        if (line && compare_names(line->owner, owner) < 0)
            low = line->at;
        else
            high = middle;
    }
    KASPAR_TRY(const auto line, owners.first_from(high));
    return line ? line->at : size_;
}

Result<std::shared_ptr<const Zone>> WrittenZone::between(BytesView first, BytesView end) const {
    LineOwners owners(*this);
    KASPAR_TRY(const auto from, find(first, owners));
    auto to = size_;
    if (!end.empty()) {
        KASPAR_TRY(to, find(end, owners));
    }
    KASPAR_TRY(const auto lines, text(from, std::max(from, to)));
    KASPAR_TRY(auto zone, read_published_lines(lines, apex_).within(file_.string()));
    return std::shared_ptr<const Zone>(std::make_shared<Zone>(std::move(zone)));
}

Result<std::shared_ptr<const Zone>> WrittenParts::part(std::size_t index) const {
    const auto end = index + 1 < starts_.size() ? starts_[index + 1] : zone_.size();
    KASPAR_TRY(auto zone, zone_.read(starts_[index], end));
    return std::shared_ptr<const Zone>(std::make_shared<Zone>(std::move(zone)));
}

}  // namespace kaspar::signer
