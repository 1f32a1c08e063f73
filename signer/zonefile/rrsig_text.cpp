#include "signer/zonefile/rrsig_text.h"

#include <charconv>
#include <chrono>

#include "common/values/encoding.h"
#include "signer/core/presentation.h"
#include "signer/zonefile/scanner.h"

namespace kaspar::signer {

namespace {

/// Takes the line from front to end. Once something is not as it should be, nothing more is taken.
class FieldReader {
  public:
    explicit FieldReader(std::string_view text) : rest_(text) {}

    bool good() const { return good_; }
    std::string_view rest() const { return rest_; }

    FieldReader& expect(std::string_view words) {
        if (good_ = good_ && rest_.starts_with(words); good_)
            rest_.remove_prefix(words.size());
        return *this;
    }

    /// A decimal number without leading zeros.
    template <typename Number>
    Number number() {
        Number value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        const auto size = static_cast<std::size_t>(end - rest_.data());
        if (good_ = good_ && error == std::errc() && (size == 1 || rest_[0] != '0'); good_)
            rest_.remove_prefix(size);
        return value;
    }

    std::uint16_t type() {
        const auto word = rest_.substr(0, rest_.find(' '));
        const auto type = usual_type(word);
        if (good_ = good_ && type.has_value(); good_)
            rest_.remove_prefix(word.size());
        return type.value_or(0);
    }

    /// YYYYMMDDHHmmSS (RFC 4034 §3.2).
    std::uint32_t time() {
        using namespace std::chrono;
        const auto year_of_time = digits(4), month_of_year = digits(2), day_of_month = digits(2);
        const auto hour = digits(2), minute = digits(2), second = digits(2);
        const auto date =
            year(static_cast<int>(year_of_time)) / month(month_of_year) / day(day_of_month);
        good_ = good_ && date.ok() && year_of_time >= 1970 && year_of_time < 2065 && hour < 24 &&
                minute < 60 && second < 60;
        if (!good_)
            return 0;
        const auto since_1970 =
            sys_days(date).time_since_epoch() + hours(hour) + minutes(minute) + seconds(second);
        return static_cast<std::uint32_t>(duration_cast<seconds>(since_1970).count());
    }

  private:
    unsigned digits(std::size_t count) {
        unsigned value = 0;
        for (std::size_t i = 0; good_ && i < count; ++i) {
            good_ = i < rest_.size() && rest_[i] >= '0' && rest_[i] <= '9';
            value = value * 10 + (good_ ? static_cast<unsigned>(rest_[i] - '0') : 0);
        }
        if (good_)
            rest_.remove_prefix(count);
        return value;
    }

    std::string_view rest_;
    bool good_ = true;
};

void append_number(std::uint32_t value, std::size_t octets, Bytes& out) {
    while (octets-- > 0)
        out.push_back(static_cast<std::uint8_t>(value >> 8 * octets));
}

std::string between_blanks(BytesView name) {
    std::string text(1, ' ');
    append_rdata_name_text(text, name);
    return text += ' ';
}

}  // namespace

RrsigText::RrsigText(const Name& apex)
    : signer_(apex.wire().begin(), apex.wire().end()), signer_text_(between_blanks(apex.wire())) {}

std::optional<RrsigText::Line> RrsigText::read(std::string_view text) {
    rdata_.clear();
    const auto line = text.substr(0, text.find('\n'));
    if (line.size() == text.size())
        return std::nullopt;
    FieldReader fields(line);
    const auto number = [&](auto value, std::size_t octets) {
        append_number(value, octets, rdata_);
    };
    const auto ttl = fields.number<std::uint32_t>();
    fields.expect("\tIN\tRRSIG\t");
    number(fields.type(), 2);
    number(fields.expect(" ").number<std::uint8_t>(), 1);   // algorithm
    number(fields.expect(" ").number<std::uint8_t>(), 1);   // labels
    number(fields.expect(" ").number<std::uint32_t>(), 4);  // original TTL
    number(fields.expect(" ").time(), 4);                   // expiration
    number(fields.expect(" ").time(), 4);                   // inception
    number(fields.expect(" ").number<std::uint16_t>(), 2);  // key tag
    fields.expect(signer_text_);
    rdata_.insert(rdata_.end(), signer_.begin(), signer_.end());
    if (!fields.good() || ttl > largest_ttl || fields.rest().empty() ||
        !append_from_base64(fields.rest(), rdata_))
        return std::nullopt;
    return Line{ttl, rdata_, line.size()};
}

}  // namespace kaspar::signer
