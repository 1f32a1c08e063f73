#include "signer/core/verify_wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include "common/values/name.h"

extern "C" {
#include <libknot/descriptor.h>
}

namespace kaspar::signer::verification {

namespace {

constexpr std::size_t longest_name = 255;  // RFC 1035 §2.3.4
constexpr std::size_t longest_label = 63;

std::uint8_t lower(std::uint8_t octet) {
    return octet >= 'A' && octet <= 'Z' ? static_cast<std::uint8_t>(octet + ('a' - 'A')) : octet;
}

// Case differs in letters only, and a label's length octet (at most 63) is never a letter, so whole
// names can be compared octet by octet.
bool same_lower(BytesView a, BytesView b) {
    if (a.size() != b.size())
        return false;
    if (std::memcmp(a.data(), b.data(), a.size()) == 0)
        return true;
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](std::uint8_t x, std::uint8_t y) { return lower(x) == lower(y); });
}

struct Labels {
    std::array<std::uint8_t, longest_name / 2 + 1> starts;
    unsigned count = 0;

    explicit Labels(BytesView name) {
        for (std::size_t at = 0; name[at] != 0; at += name[at] + 1u)
            starts[count++] = static_cast<std::uint8_t>(at);
    }
};

int compare_labels(BytesView a, BytesView b) {
    const auto common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i)
        if (const int difference = lower(a[i]) - lower(b[i]); difference != 0)
            return difference;
    return static_cast<int>(a.size()) - static_cast<int>(b.size());
}

BytesView label_at(BytesView name, std::size_t at) {
    return name.subspan(at + 1, name[at]);
}

// Where the names lie in the RDATA of those types whose names canonical form wants in lower case
// (RFC 4034 §6.2 without NSEC, RFC 6840 §5.1): fixed octets, then character strings, then names.
struct Layout {
    std::uint16_t type;
    std::uint8_t octets, strings, names;
};
constexpr Layout layouts[] = {
    {2, 0, 0, 1},    // NS
    {3, 0, 0, 1},    // MD
    {4, 0, 0, 1},    // MF
    {5, 0, 0, 1},    // CNAME
    {6, 0, 0, 2},    // SOA
    {7, 0, 0, 1},    // MB
    {8, 0, 0, 1},    // MG
    {9, 0, 0, 1},    // MR
    {12, 0, 0, 1},   // PTR
    {14, 0, 0, 2},   // MINFO
    {15, 2, 0, 1},   // MX
    {17, 0, 0, 2},   // RP
    {18, 2, 0, 1},   // AFSDB
    {21, 2, 0, 1},   // RT
    {24, 18, 0, 1},  // SIG
    {26, 2, 0, 2},   // PX
    {30, 0, 0, 1},   // NXT
    {33, 6, 0, 1},   // SRV
    {35, 4, 3, 1},   // NAPTR
    {36, 2, 0, 1},   // KX
    {39, 0, 0, 1},   // DNAME
    {46, 18, 0, 1},  // RRSIG
};
constexpr std::uint16_t type_a6 = 38;

// RFC 2874 §3.1: the prefix length says how many octets of address stand before the name.
Layout a6_layout(BytesView rdata) {
    const unsigned prefix = rdata.empty() ? 0 : rdata[0];
    if (prefix == 0 || prefix > 128)
        return {type_a6, 0, 0, 0};
    return {type_a6, static_cast<std::uint8_t>(1 + (128 - prefix + 7) / 8), 0, 1};
}

Layout layout_of(std::uint16_t type, BytesView rdata) {
    if (type == type_a6)
        return a6_layout(rdata);
    for (const auto& layout : layouts)
        if (layout.type == type)
            return layout;
    return {type, 0, 0, 0};
}

std::size_t names_start(const Layout& layout, BytesView rdata) {
    std::size_t at = layout.octets;
    for (unsigned i = 0; i < layout.strings && at < rdata.size(); ++i)
        at += rdata[at] + 1u;
    return std::min(at, rdata.size());
}

std::size_t names_end(const Layout& layout, BytesView rdata, std::size_t at) {
    for (unsigned i = 0; i < layout.names; ++i)
        at += name_size(rdata.subspan(at));
    return at;
}

void add_window(unsigned window, BytesView bits, TypeSet& types) {
    for (unsigned i = 0; i < bits.size() * 8; ++i)
        if ((bits[i / 8] & (0x80u >> (i % 8))) != 0)
            types.push_back(static_cast<std::uint16_t>(window * 256 + i));
}

}  // namespace

unsigned label_count(BytesView name) {
    return Labels(name).count;
}

BytesView parent_of(BytesView name) {
    return name.subspan(name[0] + 1u);
}

bool is_wildcard(BytesView name) {
    return name[0] == 1 && name[1] == '*';
}

bool same_name(BytesView a, BytesView b) {
    return same_lower(a, b);
}

bool is_within(BytesView name, BytesView ancestor) {
    while (name.size() > ancestor.size())
        name = parent_of(name);
    return same_lower(name, ancestor);
}

int compare_names(BytesView a, BytesView b) {
    const Labels of_a(a), of_b(b);
    for (unsigned i = 1; i <= of_a.count && i <= of_b.count; ++i) {
        const int difference = compare_labels(label_at(a, of_a.starts[of_a.count - i]),
                                              label_at(b, of_b.starts[of_b.count - i]));
        if (difference != 0)
            return difference;
    }
    return static_cast<int>(of_a.count) - static_cast<int>(of_b.count);
}

std::size_t name_size(BytesView octets) {
    std::size_t at = 0;
    while (at < octets.size() && at < longest_name) {
        const std::size_t label = octets[at];
        if (label == 0)
            return at + 1;
        if (label > longest_label)
            return 0;
        at += label + 1;
    }
    return 0;
}

void append(BytesView octets, Bytes& out) {
    out.insert(out.end(), octets.begin(), octets.end());
}

void append_lower(BytesView octets, Bytes& out) {
    const auto at = out.size();
    append(octets, out);
    for (auto i = at; i < out.size(); ++i)
        out[i] = lower(out[i]);
}

void append16(std::uint16_t number, Bytes& out) {
    out.push_back(static_cast<std::uint8_t>(number >> 8));
    out.push_back(static_cast<std::uint8_t>(number & 0xff));
}

void append32(std::uint32_t number, Bytes& out) {
    append16(static_cast<std::uint16_t>(number >> 16), out);
    append16(static_cast<std::uint16_t>(number & 0xffff), out);
}

std::uint16_t read16(BytesView octets, std::size_t at) {
    return static_cast<std::uint16_t>(octets[at] << 8 | octets[at + 1]);
}

std::uint32_t read32(BytesView octets, std::size_t at) {
    return static_cast<std::uint32_t>(read16(octets, at)) << 16 | read16(octets, at + 2);
}

std::string name_text(BytesView name) {
    const auto parsed = Name::from_wire(name);
    return parsed.ok() ? parsed->text() : "(malformed name)";
}

std::string type_text(std::uint16_t type) {
    char text[32];
    return knot_rrtype_to_string(type, text, sizeof text) > 0 ? text
                                                              : "TYPE" + std::to_string(type);
}

void append_canonical(std::uint16_t type, BytesView rdata, Bytes& out) {
    const auto layout = layout_of(type, rdata);
    const auto start = names_start(layout, rdata);
    const auto end = names_end(layout, rdata, start);
    append(rdata.first(start), out);
    append_lower(rdata.subspan(start, end - start), out);
    append(rdata.subspan(end), out);
}

std::string types_text(const TypeSet& types) {
    std::string text;
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (i > 0)
            text += i + 1 == types.size() ? " and " : ", ";
        text += type_text(types[i]);
    }
    return text;
}

std::optional<TypeSet> read_bitmap(BytesView field) {
    TypeSet types;
    int last_window = -1;
    while (!field.empty()) {
        if (field.size() < 2)
            return std::nullopt;
        const unsigned window = field[0], size = field[1];
        const bool lawful = static_cast<int>(window) > last_window && size >= 1 && size <= 32 &&
                            field.size() >= 2 + size && field[1 + size] != 0;
        if (!lawful)
            return std::nullopt;
        add_window(window, field.subspan(2, size), types);
        last_window = static_cast<int>(window);
        field = field.subspan(2 + size);
    }
    return types;
}

void write_bitmap(const TypeSet& types, Bytes& field) {
    field.clear();
    for (auto type = types.begin(); type != types.end();) {
        const unsigned window = *type / 256u;
        std::array<std::uint8_t, 32> bits{};
        std::size_t size = 0;
        for (; type != types.end() && *type / 256u == window; ++type) {
            const unsigned bit = *type % 256u;
            size = bit / 8 + 1;
            bits[bit / 8] = static_cast<std::uint8_t>(bits[bit / 8] | (0x80u >> (bit % 8)));
        }
        field.push_back(static_cast<std::uint8_t>(window));
        field.push_back(static_cast<std::uint8_t>(size));
        append(BytesView(bits).first(size), field);
    }
}

std::string bitmap_difference(const TypeSet& said, const TypeSet& there) {
    TypeSet missing, surplus;
    std::set_difference(there.begin(), there.end(), said.begin(), said.end(),
                        std::back_inserter(missing));
    std::set_difference(said.begin(), said.end(), there.begin(), there.end(),
                        std::back_inserter(surplus));
    std::string words;
    if (!missing.empty())
        words = "its type bitmap lacks " + types_text(missing);
    if (!surplus.empty())
        words += fmt::format("{}its type bitmap names {}, which the name does not have",
                             words.empty() ? "" : "; ", types_text(surplus));
    return words;
}

std::optional<Rrsig> read_rrsig(BytesView rdata) {
    constexpr std::size_t fixed = 18;
    if (rdata.size() <= fixed)
        return std::nullopt;
    const auto signer = name_size(rdata.subspan(fixed));
    if (signer == 0 || rdata.size() == fixed + signer)
        return std::nullopt;
    return Rrsig{.covered = read16(rdata, 0),
                 .algorithm = rdata[2],
                 .labels = rdata[3],
                 .original_ttl = read32(rdata, 4),
                 .expiration = read32(rdata, 8),
                 .inception = read32(rdata, 12),
                 .tag = read16(rdata, 16),
                 .signer = rdata.subspan(fixed, signer),
                 .signature = rdata.subspan(fixed + signer)};
}

std::optional<Nsec> read_nsec(BytesView rdata) {
    const auto next = name_size(rdata);
    if (next == 0)
        return std::nullopt;
    return Nsec{rdata.first(next), rdata.subspan(next)};
}

std::optional<Nsec3Parameters> read_nsec3param(BytesView rdata) {
    if (rdata.size() < 5 || rdata.size() != 5u + rdata[4])
        return std::nullopt;
    return Nsec3Parameters{rdata[0], rdata[1], read16(rdata, 2), rdata.subspan(5)};
}

std::optional<Nsec3> read_nsec3(BytesView rdata) {
    if (rdata.size() < 5 || rdata.size() < 6u + rdata[4])
        return std::nullopt;
    const std::size_t salt = rdata[4], next = rdata[5 + salt];
    if (rdata.size() < 6 + salt + next)
        return std::nullopt;
    return Nsec3{{rdata[0], rdata[1], read16(rdata, 2), rdata.subspan(5, salt)},
                 rdata.subspan(6 + salt, next),
                 rdata.subspan(6 + salt + next)};
}

}  // namespace kaspar::signer::verification
