#include "signer/core/rdata_names.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "signer/core/name_order.h"
#include "signer/core/rdata_parts.h"
#include "signer/core/zone.h"

namespace kaspar::signer {

namespace {

/// RDATA as a row of parts (rdata_parts.h).
struct Layout {
    std::uint16_t type;
    std::string_view parts;
};

// NSEC (47) and HINFO (13) are on RFC 4034's list by mistake (RFC 6840 §5.1; HINFO holds no name).
constexpr std::array layouts{
    Layout{1, "4"},           // A
    Layout{2, "N"},           // NS
    Layout{3, "N"},           // MD
    Layout{4, "N"},           // MF
    Layout{5, "N"},           // CNAME
    Layout{6, "NN44444"},     // SOA
    Layout{7, "N"},           // MB
    Layout{8, "N"},           // MG
    Layout{9, "N"},           // MR
    Layout{12, "N"},          // PTR
    Layout{13, "ss"},         // HINFO
    Layout{14, "NN"},         // MINFO
    Layout{15, "2N"},         // MX
    Layout{17, "NN"},         // RP
    Layout{18, "2N"},         // AFSDB
    Layout{21, "2N"},         // RT
    Layout{24, "2114442N+"},  // SIG
    Layout{26, "2NN"},        // PX
    Layout{28, "4444"},       // AAAA
    Layout{30, "N+"},         // NXT
    Layout{33, "222N"},       // SRV
    Layout{35, "22sssN"},     // NAPTR
    Layout{36, "2N"},         // KX
    Layout{38, "6"},          // A6
    Layout{39, "N"},          // DNAME
    Layout{43, "211+"},       // DS
    Layout{46, "2114442N+"},  // RRSIG
    Layout{47, "n*"},         // NSEC
    Layout{48, "211+"},       // DNSKEY
    Layout{50, "112ss*"},     // NSEC3
    Layout{51, "112s"},       // NSEC3PARAM
    Layout{59, "211+"},       // CDS
    Layout{60, "211+"},       // CDNSKEY
    Layout{63, "411+"},       // ZONEMD
    Layout{64, "2n*"},        // SVCB
    Layout{65, "2n*"},        // HTTPS
    Layout{107, "2n"},        // LP
};

/// What every record asks: the layouts by type, so far as they go.
constexpr auto layouts_by_type = [] {
    std::array<std::string_view, layouts.back().type + 1> table;
    table.fill("*");
    for (const auto& layout : layouts)
        table[layout.type] = layout.parts;
    return table;
}();

constexpr std::string_view layout_of(std::uint16_t type) {
    return type < layouts_by_type.size() ? layouts_by_type[type] : "*";
}

constexpr auto canonical_by_type = [] {
    std::array<bool, layouts_by_type.size()> table{};
    for (const auto& layout : layouts)
        table[layout.type] = layout.parts.find_first_of("N6") != layout.parts.npos;
    return table;
}();

void append(BytesView octets, Bytes& out) {
    out.insert(out.end(), octets.begin(), octets.end());
}

void append_part(char part, BytesView octets, Bytes& out) {
    if (part == 'N') {
        append_lower_name(octets, out);
    } else if (part == '6' && octets[0] != 0) {
        const auto suffix = a6_address_length(octets);
        append(octets.first(suffix), out);
        append_lower_name(octets.subspan(suffix), out);
    } else {
        append(octets, out);
    }
}

}  // namespace

bool has_canonical_names(std::uint16_t type) {
    return type < canonical_by_type.size() && canonical_by_type[type];
}

bool rdata_has_its_shape(std::uint16_t type, BytesView rdata) {
    return is_made_of<part_length>(layout_of(type), rdata);
}

// RDATA that does not have its type's shape is copied as it is from there on.
void append_canonical_rdata(std::uint16_t type, BytesView rdata, Bytes& out) {
    if (has_canonical_names(type)) {
        for (const char part : layout_of(type)) {
            const auto length = part_length(part, rdata);
            if (length > rdata.size())
                break;
            append_part(part, rdata.first(length), out);
            rdata = rdata.subspan(length);
        }
    }
    append(rdata, out);
}

}  // namespace kaspar::signer
