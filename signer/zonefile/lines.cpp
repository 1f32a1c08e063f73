#include "signer/zonefile/lines.h"

#include <fmt/format.h>

#include "signer/core/name_order.h"
#include "signer/core/rdata_names.h"
#include "signer/zonefile/scanner.h"

namespace kaspar::signer {

namespace {

/// libzscanner would take the owner of the line before, or a directive.
bool starts_with_owner(std::string_view text) {
    return text.front() != ' ' && text.front() != '\t' && text.front() != '$';
}

bool is_one_line(const RecordScanner& scanner, std::string_view text, std::uint64_t line) {
    const auto end = scanner.consumed();
    return scanner.line() == line && !scanner.is_within_parentheses() && end < text.size() &&
           text[end] == '\n';
}

bool is_of_zone(const ScannedRecord& record, const Name& apex) {
    return record.ttl && *record.ttl <= largest_ttl && name_is_within(record.owner, apex.wire()) &&
           rdata_has_its_shape(record.type, record.rdata);
}

}  // namespace

Result<Zone> read_zone_lines(std::string_view text, const Name& apex) {
    RecordScanner scanner{Name().wire()};  // a relative owner would come out above the zone
    ZoneBuilder builder(apex);
    for (std::uint32_t line = 1; !text.empty(); ++line) {
        if (!starts_with_owner(text) || !scanner.scan(text, line) ||
            !is_one_line(scanner, text, line) || !is_of_zone(scanner.record(), apex))
            return Fault{
                FaultClass::input,
                fmt::format("line {} is not one whole record of the zone {}", line, apex.text())};
        const auto record = scanner.record();
        builder.add(record.owner, record.type, *record.ttl, record.rdata, {line, 0});
        text.remove_prefix(scanner.consumed() + 1);
    }
    return builder.build();
}

}  // namespace kaspar::signer
