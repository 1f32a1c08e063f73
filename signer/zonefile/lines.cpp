#include "signer/zonefile/lines.h"

#include <fmt/format.h>

#include "signer/core/name_order.h"
#include "signer/core/rdata_names.h"
#include "signer/zonefile/rrsig_text.h"
#include "signer/zonefile/scanner.h"

namespace kaspar::signer {

namespace {

/// libzscanner would take the owner of the line before, or a directive.
bool starts_with_owner(std::string_view text) {
    return text.front() != ' ' && text.front() != '\t' && text.front() != '$';
}

/// A newline may stand in a record after a backslash, too.
bool is_one_line(const RecordScanner& scanner, std::string_view text) {
    return !scanner.is_within_parentheses() && scanner.consumed() == text.find('\n');
}

bool is_of_zone(const ScannedRecord& record, const Name& apex) {
    return record.ttl && *record.ttl <= largest_ttl && name_is_within(record.owner, apex.wire()) &&
           rdata_has_its_shape(record.type, record.rdata);
}

class LineReader {
  public:
    LineReader(std::string_view text, const Name& apex)
        : text_(text), apex_(apex), builder_(apex) {}

    bool at_end() const { return text_.empty(); }

    /// False if the next line is not one whole record of the zone.
    bool take() {
        ++line_;
        if (!starts_with_owner(text_) || !scanner_.scan(text_, line_) ||
            !is_one_line(scanner_, text_) || !is_of_zone(scanner_.record(), apex_))
            return false;
        const auto record = scanner_.record();
        owner_ = text_.substr(0, text_.find('\t') + 1);
        builder_.add(record.owner, record.type, *record.ttl, record.rdata, {line_, 0});
        text_.remove_prefix(scanner_.consumed() + 1);
        return true;
    }

    /// Takes the next line if it is an RRSIG that has the owner of the last one taken by take().
    bool take_rrsig(RrsigText& rrsigs) {
        if (owner_.empty() || !text_.starts_with(owner_))
            return false;
        const auto record = rrsigs.read(text_.substr(owner_.size()));
        if (!record)
            return false;
        builder_.add(scanner_.record().owner, rr::rrsig, record->ttl, record->rdata, {++line_, 0});
        text_.remove_prefix(owner_.size() + record->size + 1);
        return true;
    }

    Zone build() { return builder_.build(); }

    Fault fault() const {
        return {FaultClass::input,
                fmt::format("line {} is not one whole record of the zone {}", line_, apex_.text())};
    }

  private:
    std::string_view text_;   ///< what is not taken yet
    std::string_view owner_;  ///< of the scanner's record, as written, and the tab after it
    std::uint32_t line_ = 0;
    const Name& apex_;
    RecordScanner scanner_{Name().wire()};  // a relative owner would come out above the zone
    ZoneBuilder builder_;
};

}  // namespace

Result<Zone> read_zone_lines(std::string_view text, const Name& apex) {
    LineReader lines(text, apex);
    while (!lines.at_end())
        if (!lines.take())
            return lines.fault();
    return lines.build();
}

Result<Zone> read_published_lines(std::string_view text, const Name& apex) {
    LineReader lines(text, apex);
    RrsigText rrsigs(apex);
    while (!lines.at_end())
        if (!lines.take_rrsig(rrsigs) && !lines.take())
            return lines.fault();
    return lines.build();
}

}  // namespace kaspar::signer
