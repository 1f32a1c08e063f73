#include "signer/zonefile/rdata_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "common/values/encoding.h"
#include "signer/core/presentation.h"
#include "signer/core/rdata_names.h"
#include "signer/core/zone.h"

namespace kaspar::signer {

namespace {

constexpr std::uint16_t ptr = 12, mx = 15;
constexpr std::chrono::seconds latest_time(3'000'000'000);  // in 2065

/// Writes the RDATA from front to end. The RDATA has its type's shape, so all that is asked for is
/// there.
class FieldWriter {
  public:
    FieldWriter(std::string& out, BytesView rdata) : out_(out), rdata_(rdata) {}

    BytesView rest() const { return rdata_; }

    FieldWriter& blank() {
        out_ += ' ';
        return *this;
    }

    FieldWriter& number(std::size_t octets, int base = 10) {
        char digits[10];
        const auto end =
            std::to_chars(digits, digits + sizeof digits, take_number(octets), base).ptr;
        out_.append(digits, end);
        return *this;
    }

    FieldWriter& name() {
        std::size_t size = 0;
        while (rdata_[size] != 0)
            size += rdata_[size] + 1U;
        append_rdata_name_text(out_, take(size + 1));
        return *this;
    }

    /// YYYYMMDDHHmmSS (RFC 4034 §3.2). False if the time is so late that libknot, for which times
    /// are within 68 years of now, may write another.
    bool time() {
        using namespace std::chrono;
        const seconds since_1970(take_number(4));
        if (since_1970 > latest_time)
            return false;
        const auto day = floor<days>(since_1970);
        const year_month_day date{sys_days(day)};
        const hh_mm_ss clock(since_1970 - day);
        const auto year = static_cast<unsigned>(int(date.year()));
        two_digits(year / 100);
        two_digits(year % 100);
        two_digits(unsigned(date.month()));
        two_digits(unsigned(date.day()));
        two_digits(static_cast<unsigned>(clock.hours().count()));
        two_digits(static_cast<unsigned>(clock.minutes().count()));
        two_digits(static_cast<unsigned>(clock.seconds().count()));
        return true;
    }

    /// A type as its mnemonic. False if it is none of the usual ones.
    bool type() { return mnemonic(static_cast<std::uint16_t>(take_number(2))); }

    bool mnemonic(std::uint16_t type) {
        const auto text = usual_type_text(type);
        out_ += text;
        return !text.empty();
    }

    /// Octets that their length precedes.
    BytesView string() { return take(take_number(1)); }

    BytesView take(std::size_t size) {
        const auto taken = rdata_.first(size);
        rdata_ = rdata_.subspan(size);
        return taken;
    }

    std::uint32_t take_number(std::size_t octets) {
        std::uint32_t value = 0;
        for (const auto octet : take(octets))
            value = value << 8 | octet;
        return value;
    }

  private:
    void two_digits(unsigned value) {
        out_ += static_cast<char>('0' + value / 10);
        out_ += static_cast<char>('0' + value % 10);
    }

    std::string& out_;
    BytesView rdata_;
};

bool append_a(std::string& out, BytesView rdata) {
    FieldWriter fields(out, rdata);
    for (int i = 0; i < 4; ++i) {
        if (i > 0)
            out += '.';
        fields.number(1);
    }
    return true;
}

/// The longest row of zero groups of an IPv6 address as "::" (RFC 5952 §4.2). Of two with as many
/// groups libknot takes the longer in characters: one that is not at the start, else the first.
void shorten(std::string& out, std::size_t start) {
    std::size_t best = start, longest = 3;  // ":0:" stays
    for (auto at = start; at < out.size(); ++at) {
        if (at > start && out[at] != ':')
            continue;
        const auto size = std::min(out.find_first_not_of(":0", at), out.size()) - at;
        if (size > longest) {
            best = at;
            longest = size;
        }
    }
    if (longest > 3)
        out.replace(best, longest, "::");
}

bool append_aaaa(std::string& out, BytesView rdata) {
    constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const bool is_mapped = std::ranges::equal(rdata.first(mapped.size()), mapped);
    const auto start = out.size();
    FieldWriter fields(out, rdata);
    for (int group = 0; group < (is_mapped ? 6 : 8); ++group) {
        if (group > 0)
            out += ':';
        fields.number(2, 16);
    }
    if (is_mapped) {
        out += ':';
        append_a(out, fields.rest());
    }
    shorten(out, start);
    return true;
}

bool append_name(std::string& out, BytesView rdata) {
    FieldWriter(out, rdata).name();
    return true;
}

bool append_mx(std::string& out, BytesView rdata) {
    FieldWriter(out, rdata).number(2).blank().name();
    return true;
}

bool append_soa(std::string& out, BytesView rdata) {
    FieldWriter fields(out, rdata);
    fields.name().blank().name();
    for (int i = 0; i < 5; ++i)
        fields.blank().number(4);
    return true;
}

bool append_ds(std::string& out, BytesView rdata) {
    FieldWriter fields(out, rdata);
    fields.number(2).blank().number(1).blank().number(1).blank();
    append_upper_hex(out, fields.rest());
    return true;
}

bool append_dnskey(std::string& out, BytesView rdata) {
    FieldWriter fields(out, rdata);
    fields.number(2).blank().number(1).blank().number(1).blank();
    append_base64(out, fields.rest());
    return true;
}

bool append_rrsig(std::string& out, BytesView rdata) {
    FieldWriter fields(out, rdata);
    if (!fields.type())
        return false;
    fields.blank().number(1).blank().number(1).blank().number(4).blank();
    if (!fields.time() || !fields.blank().time())
        return false;
    fields.blank().number(2).blank().name().blank();
    append_base64(out, fields.rest());
    return true;
}

/// The types of one window of a bitmap (RFC 4034 §4.1.2). False if there is an unusual one.
bool append_window(FieldWriter& fields, std::uint32_t window, BytesView bits, bool& first) {
    for (std::size_t i = 0; i < 8 * bits.size(); ++i) {
        if ((bits[i / 8] & 0x80 >> i % 8) == 0)
            continue;
        if (!first)
            fields.blank();
        first = false;
        if (!fields.mnemonic(static_cast<std::uint16_t>(window << 8 | i)))
            return false;
    }
    return true;
}

/// False if the bitmap is not in the one form that text gives back, or holds unusual types.
bool append_types(FieldWriter& fields) {
    bool first = true;
    for (std::uint32_t next_window = 0; !fields.rest().empty();) {
        if (fields.rest().size() < 3)
            return false;
        const auto window = fields.take_number(1);
        const auto size = fields.take_number(1);
        if (window < next_window || size == 0 || size > 32 || size > fields.rest().size() ||
            fields.rest()[size - 1] == 0)
            return false;
        if (!append_window(fields, window, fields.take(size), first))
            return false;
        next_window = window + 1;
    }
    return true;
}

bool append_nsec(std::string& out, BytesView rdata) {
    FieldWriter fields(out, rdata);
    fields.name().blank();
    return !fields.rest().empty() && append_types(fields);
}

bool append_nsec3(std::string& out, BytesView rdata) {
    FieldWriter fields(out, rdata);
    fields.number(1).blank().number(1).blank().number(2).blank();
    const auto salt = fields.string();
    if (salt.empty())
        out += '-';
    append_upper_hex(out, salt);
    fields.blank();
    const auto next = fields.string();
    append_base32hex(out, next);
    fields.blank();
    return !next.empty() && next.size() % 5 == 0 && append_types(fields);
}

using Append = bool (*)(std::string&, BytesView);

constexpr auto appends = [] {
    std::array<Append, rr::cdnskey + 1> table{};
    table[rr::a] = append_a;
    table[rr::aaaa] = append_aaaa;
    table[rr::ns] = table[rr::cname] = table[ptr] = append_name;
    table[mx] = append_mx;
    table[rr::soa] = append_soa;
    table[rr::ds] = table[rr::cds] = append_ds;
    table[rr::dnskey] = table[rr::cdnskey] = append_dnskey;
    table[rr::rrsig] = append_rrsig;
    table[rr::nsec] = append_nsec;
    table[rr::nsec3] = append_nsec3;
    return table;
}();

}  // namespace

bool append_usual_rdata(std::string& out, std::uint16_t type, BytesView rdata) {
    return type < appends.size() && appends[type] != nullptr && rdata_has_its_shape(type, rdata) &&
           appends[type](out, rdata);
}

}  // namespace kaspar::signer
