#include "signer/zonefile/writer.h"

extern "C" {
#include <libknot/descriptor.h>
#include <libknot/rrset-dump.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/values/encoding.h"
#include "signer/core/presentation.h"
#include "signer/core/rdata_form.h"
#include "signer/core/rdata_names.h"
#include "signer/zonefile/rdata_text.h"
#include "signer/zonefile/scanner.h"

namespace kaspar::signer {

namespace {

constexpr std::size_t largest_text = 4 * 65536 + 4096;  // octets as \DDD, and room for words

/// RFC 3597 §5.
void append_generic(std::string& out, BytesView rdata) {
    fmt::format_to(std::back_inserter(out), "\\# {}", rdata.size());
    if (!rdata.empty())
        out += ' ';
    append_upper_hex(out, rdata);
}

/// Types whose RDATA libknot prints and libzscanner reads without loss. Of the rest each text is
/// read back before it is used.
bool text_is_exact(std::uint16_t type) {
    return type == KNOT_RRTYPE_SRV || type == KNOT_RRTYPE_DNAME;
}

/// BIND takes "\[", which libknot writes in names, for the start of a bit-string label and refuses
/// it: "\091" is read by all.
std::string without_bracket_escapes(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        out += text[i];
        if (text[i] != '\\' || i + 1 == text.size())
            continue;
        ++i;
        if (text[i] == '[')
            out += "091";
        else
            out += text[i];
    }
    return out;
}

knot_dump_style_t plain_style() {
    knot_dump_style_t style{};
    style.show_class = true;
    style.show_ttl = true;
    style.human_timestamp = true;  // RRSIG times as YYYYMMDDHHmmSS, as the peers write them
    return style;
}

}  // namespace

struct RecordText::State {
    std::unique_ptr<char[]> text = std::make_unique_for_overwrite<char[]>(largest_text);
    std::vector<std::uint16_t> rdata;  ///< a knot_rdata_t, which starts with a 16-bit length
    knot_dump_style_t style = plain_style();
    RecordScanner scanner{Name().wire()};
    std::string check, changed;

    /// The RDATA's text, or absent if only the generic form is exact.
    std::optional<std::string_view> exact_text(std::uint16_t type, BytesView octets);
    std::optional<std::string_view> dump(std::uint16_t type, BytesView octets);
    bool reads_back(std::string_view text_of_rdata, std::uint16_t type, BytesView octets);
};

std::optional<std::string_view> RecordText::State::dump(std::uint16_t type, BytesView octets) {
    const auto size = static_cast<std::uint16_t>(octets.size());
    rdata.resize(knot_rdata_size(size) / 2 + 1);
    auto* item = reinterpret_cast<knot_rdata_t*>(rdata.data());
    knot_rdata_init(item, size, octets.data());
    knot_dname_t root[] = {0};
    knot_rrset_t rrset;
    knot_rrset_init(&rrset, root, type, KNOT_CLASS_IN, 0);
    rrset.rrs.count = 1;
    rrset.rrs.size = static_cast<std::uint32_t>(knot_rdata_size(size));
    rrset.rrs.rdata = item;
    const int length = knot_rrset_txt_dump_data(&rrset, 0, text.get(), largest_text, &style);
    if (length < 0)
        return std::nullopt;
    const std::string_view dumped(text.get(), static_cast<std::size_t>(length));
    // libknot ends a CAA's text with a blank.
    return dumped.ends_with("\" ") ? dumped.substr(0, dumped.size() - 1) : dumped;
}

std::optional<std::string_view> RecordText::State::exact_text(std::uint16_t type,
                                                              BytesView octets) {
    // libknot believes RDATA, and looks beyond the end of what is too short.
    if (!rdata_has_its_shape(type, octets) || form_fault(type, octets))
        return std::nullopt;
    auto dumped = dump(type, octets);
    if (dumped && dumped->find("\\[") != dumped->npos) {
        changed = without_bracket_escapes(*dumped);
        dumped = changed;
    }
    const bool exact = dumped && (text_is_exact(type) || reads_back(*dumped, type, octets));
    return exact ? dumped : std::nullopt;
}

bool RecordText::State::reads_back(std::string_view text_of_rdata, std::uint16_t type,
                                   BytesView octets) {
    check.clear();
    check += ". 0 IN ";
    append_type_text(check, type);
    check += ' ';
    check += text_of_rdata;
    check += '\n';
    if (!scanner.scan(check, 1) || scanner.consumed() + 1 != check.size())
        return false;
    const auto record = scanner.record();
    return record.type == type &&
           std::equal(record.rdata.begin(), record.rdata.end(), octets.begin(), octets.end());
}

RecordText::RecordText() = default;
RecordText::~RecordText() = default;
RecordText::RecordText(RecordText&&) noexcept = default;
RecordText& RecordText::operator=(RecordText&&) noexcept = default;

void RecordText::append(std::string& out, BytesView owner, std::uint32_t ttl, std::uint16_t type,
                        BytesView rdata) {
    append_name_text(out, owner);
    out += '\t';
    char digits[10];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, ttl).ptr);
    out += "\tIN\t";
    const auto head = out.size();
    append_type_text(out, type);
    out += '\t';
    if (!append_usual_rdata(out, type, rdata)) {
        out.resize(head);
        append_unusual(out, type, rdata);
    }
    out += '\n';
}

void RecordText::append_unusual(std::string& out, std::uint16_t type, BytesView rdata) {
    if (!state_)
        state_ = std::make_unique<State>();
    if (const auto text = state_->exact_text(type, rdata)) {
        append_type_text(out, type);
        out += '\t';
        out += *text;
    } else {
        fmt::format_to(std::back_inserter(out), "TYPE{}\t", type);
        append_generic(out, rdata);
    }
}

std::string zone_text(const Zone& zone) {
    RecordText text;
    std::string out;
    for (const auto& node : zone.nodes())
        for (const auto& rrset : zone.rrsets(node))
            for (std::uint32_t i = 0; i < rrset.record_count; ++i)
                text.append(out, zone.owner(node), rrset.ttl, rrset.type, zone.rdata(rrset, i));
    return out;
}

}  // namespace kaspar::signer
