#include "signer/core/presentation.h"

extern "C" {
#include <libknot/descriptor.h>
}

#include <algorithm>
#include <array>

#include "common/values/result.h"
#include "signer/core/zone.h"

namespace kaspar::signer {

namespace {

enum class Octet : std::uint8_t { plain, backslash, decimal };
using Octets = std::array<Octet, 256>;

constexpr bool is_plain(unsigned octet) {
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= '0' && octet <= '9') || octet == '-' || octet == '_' || octet == '*';
}

constexpr Octets octets_in_owners = [] {
    Octets octets{};
    for (unsigned octet = 0; octet < octets.size(); ++octet)
        octets[octet] = is_plain(octet)               ? Octet::plain
                        : octet > ' ' && octet < 0x7f ? Octet::backslash
                                                      : Octet::decimal;
    octets['['] = Octet::decimal;  // BIND takes "\[" for a bit-string label
    return octets;
}();

constexpr Octets octets_in_rdata = [] {
    auto octets = octets_in_owners;
    octets['/'] = Octet::plain;
    octets['#'] = Octet::decimal;
    return octets;
}();

void append_decimal(std::string& out, std::uint8_t octet) {
    out += static_cast<char>('0' + octet / 100);
    out += static_cast<char>('0' + octet / 10 % 10);
    out += static_cast<char>('0' + octet % 10);
}

// Nearly all labels are plain from end to end.
void append_label(std::string& out, BytesView label, const Octets& octets) {
    while (!label.empty()) {
        std::size_t run = 0;
        while (run < label.size() && octets[label[run]] == Octet::plain)
            ++run;
        out.append(reinterpret_cast<const char*>(label.data()), run);
        if (run == label.size())
            return;
        out += '\\';
        if (octets[label[run]] == Octet::backslash)
            out += static_cast<char>(label[run]);
        else
            append_decimal(out, label[run]);
        label = label.subspan(run + 1);
    }
}

void append_name(std::string& out, BytesView name, const Octets& octets) {
    if (name.size() <= 1)
        out += '.';
    for (std::size_t at = 0; at < name.size() && name[at] != 0; at += name[at] + 1U) {
        append_label(out, name.subspan(at + 1, name[at]), octets);
        out += '.';
    }
}

constexpr auto usual_types = [] {
    std::array<std::string_view, rr::zonemd + 1> names;
    names[rr::a] = "A";
    names[rr::ns] = "NS";
    names[rr::cname] = "CNAME";
    names[rr::soa] = "SOA";
    names[12] = "PTR";
    names[15] = "MX";
    names[rr::txt] = "TXT";
    names[rr::aaaa] = "AAAA";
    names[33] = "SRV";
    names[35] = "NAPTR";
    names[rr::dname] = "DNAME";
    names[rr::ds] = "DS";
    names[44] = "SSHFP";
    names[rr::rrsig] = "RRSIG";
    names[rr::nsec] = "NSEC";
    names[rr::dnskey] = "DNSKEY";
    names[rr::nsec3] = "NSEC3";
    names[rr::nsec3param] = "NSEC3PARAM";
    names[52] = "TLSA";
    names[rr::cds] = "CDS";
    names[rr::cdnskey] = "CDNSKEY";
    names[rr::zonemd] = "ZONEMD";
    return names;
}();

}  // namespace

void append_name_text(std::string& out, BytesView name) {
    append_name(out, name, octets_in_owners);
}

void append_rdata_name_text(std::string& out, BytesView name) {
    append_name(out, name, octets_in_rdata);
}

std::string name_text(BytesView name) {
    std::string text;
    append_name_text(text, name);
    return text;
}

std::string_view usual_type_text(std::uint16_t type) {
    return type < usual_types.size() ? usual_types[type] : std::string_view();
}

std::optional<std::uint16_t> usual_type(std::string_view text) {
    const auto found = std::find(usual_types.begin(), usual_types.end(), text);
    if (text.empty() || found == usual_types.end())
        return std::nullopt;
    return static_cast<std::uint16_t>(found - usual_types.begin());
}

void append_type_text(std::string& out, std::uint16_t type) {
    if (const auto usual = usual_type_text(type); !usual.empty()) {
        out += usual;
        return;
    }
    char text[32];
    const int length = knot_rrtype_to_string(type, text, sizeof text);
    require(length > 0, "a type's name fits its buffer");
    out.append(text, static_cast<std::size_t>(length));
}

std::string type_text(std::uint16_t type) {
    std::string text;
    append_type_text(text, type);
    return text;
}

}  // namespace kaspar::signer
