#include "signer/zonefile/scanner.h"

extern "C" {
#include <libzscanner/scanner.h>
}

#include <fmt/format.h>

#include <algorithm>

#include "common/values/result.h"

namespace kaspar::signer {

namespace {

constexpr std::uint16_t class_in = 1;

// Stands for "no $TTL yet" in libzscanner's default TTL. Not a valid TTL (RFC 2181 §8).
constexpr std::uint32_t no_ttl = 0xffffffff;

constexpr std::size_t most_spare = 2;  // a zone's reader and its writer's

/// What to do about an error, where libzscanner's words do not tell.
const char* remedy(int code) {
    switch (code) {
        case ZS_UNSUPPORTED_TYPE:
            return "; only class IN is known, and other types are written TYPEnnn \\# length hex";
        case ZS_BAD_OWNER:
        case ZS_BAD_DNAME_CHAR:
            return "; unusual characters in names are written \\C or \\DDD";
        case ZS_BAD_PREVIOUS_OWNER:
            return "; the first record of a file must name its owner";
        case ZS_DOS_NEWLINE:
            return "; convert the file to Unix line ends";
        case ZS_UNCLOSED_MULTILINE:
            return "; close the parenthesis, or complete the file if it was cut";
        case ZS_BAD_DIRECTIVE:
            return "; known are $ORIGIN, $TTL, $INCLUDE and $GENERATE";
        default:
            return "";
    }
}

}  // namespace

struct RecordScanner::State {
    zs_scanner_t scanner;
    int start;  ///< libzscanner's state between two records

    // The origin is set in wire format: as text, long names overflow zs_init's buffer.
    State() {
        require(zs_init(&scanner, ".", class_in, no_ttl) == 0, "libzscanner starts");
        start = scanner.cs;
    }
    ~State() { zs_deinit(&scanner); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
};

/// What a thread keeps of the scanners that it is done with: zs_init() clears 200 KB, which for a
/// zone of ten records takes as long as all else that is done with its text.
class RecordScanner::Spares {
  public:
    Spares() {
        states_.reserve(most_spare);  // so that giving one back cannot fail
    }
    ~Spares() { ended_ = true; }
    Spares(const Spares&) = delete;
    Spares& operator=(const Spares&) = delete;

    /// Null if there is none.
    static std::unique_ptr<State> take() {
        if (ended_ || of_thread().empty())
            return nullptr;
        auto state = std::move(of_thread().back());
        of_thread().pop_back();
        return state;
    }

    static void give_back(std::unique_ptr<State> state) {
        if (!ended_ && of_thread().size() < most_spare)
            of_thread().push_back(std::move(state));
    }

  private:
    static std::vector<std::unique_ptr<State>>& of_thread() {
        static thread_local Spares spares;
        return spares.states_;
    }

    /// A scanner may outlive what its thread keeps: one in a static object does.
    static thread_local bool ended_;
    std::vector<std::unique_ptr<State>> states_;
};

thread_local bool RecordScanner::Spares::ended_ = false;

RecordScanner::RecordScanner(BytesView origin) : state_(Spares::take()) {
    if (!state_)
        state_ = std::make_unique<State>();
    set_default_ttl(std::nullopt);
    set_last_owner({});
    set_origin(origin);
}

RecordScanner::~RecordScanner() {
    Spares::give_back(std::move(state_));
}

void RecordScanner::feed(std::string_view text, std::uint64_t line) {
    auto& s = state_->scanner;
    s.cs = state_->start;
    s.top = 0;
    s.multiline = false;
    s.long_string = false;
    s.comma_list = false;
    s.error.code = 0;
    s.error.fatal = false;
    zs_set_input_string(&s, text.data(), text.size());
    s.line_counter = line;
    zs_parse_record(&s);
}

bool RecordScanner::scan(std::string_view text, std::uint64_t line) {
    feed(text, line);
    const auto& s = state_->scanner;
    // At the end of its input libzscanner puts a newline of its own in the input's place.
    const bool inside = s.input.start == text.data();
    consumed_ = inside ? static_cast<std::size_t>(s.input.current - text.data()) : text.size();
    return s.state == ZS_STATE_DATA;
}

ScannedRecord RecordScanner::record() const {
    const auto& s = state_->scanner;
    std::optional<std::uint32_t> ttl;
    if (s.r_ttl != no_ttl)
        ttl = s.r_ttl;
    return {{s.r_owner, s.r_owner_length}, s.r_type, ttl, {s.r_data, s.r_data_length}};
}

std::uint64_t RecordScanner::line() const {
    return state_->scanner.line_counter;
}

ScanError RecordScanner::error() const {
    const auto& s = state_->scanner;
    const bool unclosed =
        s.error.code == ZS_UNCLOSED_MULTILINE || s.error.code == ZS_LEFT_PARENTHESIS;
    return {s.line_counter, fmt::format("{}{}", zs_strerror(s.error.code), remedy(s.error.code)),
            unclosed, s.error.code == ZS_DOS_NEWLINE};
}

bool RecordScanner::is_within_parentheses() const {
    return state_->scanner.multiline;
}

bool RecordScanner::scan_ttl(std::string_view directive, std::uint64_t line) {
    feed(directive, line);
    return state_->scanner.state == ZS_STATE_EOF;
}

std::optional<std::uint32_t> RecordScanner::default_ttl() const {
    const auto ttl = state_->scanner.default_ttl;
    return ttl == no_ttl ? std::nullopt : std::optional(ttl);
}

void RecordScanner::set_default_ttl(std::optional<std::uint32_t> ttl) {
    state_->scanner.default_ttl = ttl.value_or(no_ttl);
}

// libzscanner has no entry for a lone name: it is read as the owner of a made-up record.
std::optional<Bytes> RecordScanner::scan_name(std::string_view text, std::uint64_t line) {
    const auto saved = last_owner();
    const bool good = scan(fmt::format("{} 0 IN A 0.0.0.0\n", text), line);
    auto name = last_owner();
    set_last_owner(saved);
    return good ? std::optional(std::move(name)) : std::nullopt;
}

Bytes RecordScanner::origin() const {
    const auto& s = state_->scanner;
    return {s.zone_origin, s.zone_origin + s.zone_origin_length};
}

void RecordScanner::set_origin(BytesView name) {
    auto& s = state_->scanner;
    std::copy(name.begin(), name.end(), s.zone_origin);
    s.zone_origin_length = static_cast<std::uint32_t>(name.size());
}

Bytes RecordScanner::last_owner() const {
    const auto& s = state_->scanner;
    return {s.r_owner, s.r_owner + s.r_owner_length};
}

void RecordScanner::set_last_owner(BytesView name) {
    auto& s = state_->scanner;
    std::copy(name.begin(), name.end(), s.r_owner);
    s.r_owner_length = static_cast<std::uint32_t>(name.size());
}

}  // namespace kaspar::signer
