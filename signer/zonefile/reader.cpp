#include "signer/zonefile/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "common/system/file.h"
#include "common/system/memory.h"
#include "signer/core/name_order.h"
#include "signer/core/presentation.h"
#include "signer/core/rdata_names.h"
#include "signer/core/rdata_parts.h"
#include "signer/core/zone_intake.h"
#include "signer/zonefile/complaints.h"
#include "signer/zonefile/generate.h"
#include "signer/zonefile/items.h"
#include "signer/zonefile/scanner.h"

namespace kaspar::signer {

namespace {

constexpr std::size_t deepest_include = 20;
constexpr std::size_t most_files = 4096, longest_file_name = 1023;
constexpr std::uint64_t octets_between_looks = 16 << 20;  // at what memory there is

/// Octets. A few lines can make much work that leaves nothing; this much takes a minute or two.
constexpr std::uint64_t most_included = std::uint64_t{16} << 30;
constexpr std::uint64_t most_generated_text = std::uint64_t{1} << 30;

/// OPT and the types that only questions and transactions have (RFC 6895 §3.1).
bool is_meta_type(std::uint16_t type) {
    return type == 0 || type == 41 || (type >= 128 && type <= 255);
}

bool same_directive(std::string_view item, std::string_view directive) {
    return item.size() >= directive.size() &&
           std::equal(directive.begin(), directive.end(), item.begin(), [](char a, char b) {
               return lower_octet(static_cast<std::uint8_t>(a)) ==
                      lower_octet(static_cast<std::uint8_t>(b));
           });
}

class ZoneReader {
  public:
    ZoneReader(const Name& apex, std::size_t window, unsigned threads)
        : apex_(apex), window_(window), scanner_(apex.wire()), intake_(apex, threads) {}

    Result<ReadZone> read(const std::filesystem::path& file) {
        KASPAR_TRY(auto source, SourceFile::open(file, window_));
        KASPAR_CHECK(read_source(file, source));
        if (complaints_.count() == 0 && records_ == 0)
            complaints_.add(
                fmt::format("{}: the file holds no records; is it empty or cut?", file.string()));
        if (complaints_.count() > 0)
            return complaints_.fault();
        return ReadZone{intake_.build(), std::move(files_), std::move(warnings_), records_};
    }

  private:
    /// The file being read.
    struct Frame {
        std::uint16_t file;
        std::string_view text;  ///< what is seen of it
        bool is_whole;          ///< the file ends where the text does
        bool is_open_to_all;    ///< others may read it, and so what messages show of it
        Place place;            ///< in the text; its line in the file
        bool is_given_up = false;
    };

    // ---- files

    Outcome read_source(const std::filesystem::path& path, SourceFile& source) {
        const auto file = static_cast<std::uint16_t>(files_.size());
        files_.push_back({path, 0, 0, 0, {}});
        open_.push_back(path);
        const auto outcome = read_items(
            {file, source.text(), source.is_at_end(), source.is_open_to_all(), {}}, source);
        open_.pop_back();
        KASPAR_CHECK(outcome);
        KASPAR_TRY(files_[file], source.finish());
        return Done{};
    }

    Outcome read_items(Frame frame, SourceFile& source) {
        for (;;) {
            while (take_next(frame)) {
            }
            if (frame.is_whole || is_given_up(frame))
                return Done{};
            KASPAR_CHECK(source.move_on(frame.place.at));
            frame.place.at = 0;
            frame.text = source.text();
            frame.is_whole = source.is_at_end();
        }
    }

    /// Takes a record or directive. False if there is none, or if it is not known what it is before
    /// more of the file is seen; nothing has been done about it then.
    bool take_next(Frame& frame) {
        if (is_given_up(frame))
            return false;
        frame.place = skip_blank_lines(frame.text, frame.place);
        if (ends_in_blank(frame.text, frame.place))
            return false;
        if (skip_parentheses(frame))
            return true;
        return frame.text[frame.place.at] == '$' ? take_directive(frame) : take_item(frame);
    }

    /// True if an item of parentheses alone was there. libzscanner, to which it is a blank line,
    /// would go on to the next one, and follow a directive by itself.
    static bool skip_parentheses(Frame& frame) {
        const auto first = frame.text.find_first_not_of(" \t\r", frame.place.at);
        if (frame.text[first] != '(')
            return false;
        const auto item = item_at(frame.text, frame.place.at);
        if (item.end != ItemEnd::newline || !is_blank_in_parentheses(item.text))
            return false;
        frame.place = advance(frame.text, frame.place, frame.place.at + item.text.size());
        return true;
    }

    bool is_given_up(const Frame& frame) const {
        return frame.is_given_up || is_full_ || complaints_.is_given_up();
    }

    /// True if what follows in the file cannot change where this part of the text ends.
    static bool is_certain(const Frame& frame, std::size_t end) {
        return frame.is_whole || end < frame.text.size();
    }

    std::string at(const Frame& frame, std::uint64_t line) const {
        return fmt::format("{}:{}", files_[frame.file].path.string(), line);
    }

    void complain(const Frame& frame, std::uint64_t line, std::string_view words) {
        complaints_.add(fmt::format("{}: {}", at(frame, line), words));
    }

    // ---- records

    bool take_item(Frame& frame) {
        const auto start = frame.place;
        const auto rest = frame.text.substr(start.at);
        if (!scanner_.scan(rest, start.line))
            return take_odd_item(frame);
        const auto end = start.at + scanner_.consumed();
        if (!is_certain(frame, end))
            return false;
        if (scanner_.is_within_parentheses())
            return take_open_item(frame);
        frame.place = {end, scanner_.line()};
        if (end == frame.text.size())
            complain(frame, advance(frame.text, start, end).line,
                     "the file ends within this line and may have been cut; if the record is "
                     "complete, end it with a newline");
        else
            take_scanned(frame, start.line, rest.substr(0, scanner_.consumed()));
        return true;
    }

    /// The record just scanned has closed no parenthesis yet.
    bool take_open_item(Frame& frame) {
        const auto start = frame.place;
        const auto item = item_at(frame.text, start.at);
        if (!is_certain(frame, start.at + item.text.size()))
            return false;
        const auto next = advance(frame.text, start, start.at + item.text.size());
        if (item.end != ItemEnd::newline || !holds_no_more(item.text)) {
            take_error(frame, "unexpected words after the record's data");
        } else {
            frame.place = next;
            take_scanned(frame, start.line, item.text);
        }
        return true;
    }

    /// True if nothing but blanks, comments and parentheses follows the scanned record in its item.
    bool holds_no_more(std::string_view item) const {
        return scanner_.consumed() <= item.size() &&
               words_of(item.substr(scanner_.consumed())).empty();
    }

    void take_scanned(const Frame& frame, std::uint64_t line, std::string_view item) {
        if (const auto escape = impossible_escape(item); !escape.empty())
            complain(frame, line,
                     fmt::format("{} is no octet; \\DDD goes from \\000 to \\255", escape));
        else if (const auto wrong = take_record(frame, line))
            complain(frame, line, *wrong);
    }

    /// An item that libzscanner refuses, but would take with odd octets in its names escaped, is as
    /// good as if they were.
    bool take_odd_item(Frame& frame) {
        const auto start = frame.place;
        const auto item = item_at(frame.text, start.at);
        if (!is_certain(frame, start.at + std::max(item.text.size(), scanner_.consumed())))
            return false;
        if (item.end != ItemEnd::newline || !scan_escaped(item.text, start.line)) {
            scanner_.scan(frame.text.substr(start.at), start.line);  // for its error
            take_error(frame, std::nullopt);
        } else {
            frame.place = advance(frame.text, start, start.at + item.text.size());
            take_scanned(frame, start.line, item.text);
        }
        return true;
    }

    bool scan_escaped(std::string_view item, std::uint64_t line) {
        for (const auto which : {Escaped::owner, Escaped::names, Escaped::all}) {
            const auto escaped = escape_odd_octets(item, which);
            if (escaped.size() > item.size() && scanner_.scan(escaped, line) &&
                scanner_.consumed() + 1 == escaped.size() && !scanner_.is_within_parentheses())
                return true;
        }
        return false;
    }

    /// Tells what is wrong with the item at the frame's place, in `words` or libzscanner's, and
    /// goes on after it.
    void take_error(Frame& frame, std::optional<std::string_view> words) {
        const auto start = frame.place;
        const auto item = item_at(frame.text, start.at);
        const auto error = scanner_.error();
        const bool endless = item.end == ItemEnd::open_parenthesis;
        frame.place = endless ? next_owner_line(frame.text, start)
                              : advance(frame.text, start, start.at + item.text.size());
        if (endless && (words || error.unclosed))
            complain_unclosed(frame, start.line, "parenthesis", item.text);
        else if (item.end == ItemEnd::open_quote)
            complain_unclosed(frame, start.line, "quoted string", item.text);
        else if (words)
            complain(frame, start.line, std::string(*words) + excerpt(frame, item.text));
        else
            complain_as_scanned(frame, start.line, item.text);
        if (endless)
            complaints_.note_endless();
        frame.is_given_up =
            error.dos_newline;  // one message is enough: all lines are like this one
    }

    void complain_unclosed(const Frame& frame, std::uint64_t line, std::string_view what,
                           std::string_view item) {
        complain(frame, line,
                 fmt::format("a {} opened here is never closed; close it, or complete the file if "
                             "it was cut{}",
                             what, excerpt(frame, item)));
    }

    /// Where in the file, in its own words. A secret that $INCLUDE names is none of a log's.
    static std::string excerpt(const Frame& frame, std::string_view item) {
        return frame.is_open_to_all ? ", at: " + start_of(item) : "";
    }

    // libzscanner tells the line within an item of several lines.
    void complain_as_scanned(const Frame& frame, std::uint64_t first_line, std::string_view item) {
        const auto error = scanner_.error();
        auto line = first_line;
        for (; line < error.line && item.find('\n') + 1 < item.size(); ++line)
            item.remove_prefix(item.find('\n') + 1);
        complain(frame, line, error.words + excerpt(frame, item));
    }

    /// Takes the record just scanned. What is wrong with it, if something is.
    std::optional<std::string> take_record(const Frame& frame, std::uint64_t line) {
        const auto record = scanner_.record();
        if (!name_is_within(record.owner, apex_.wire()))
            return fmt::format("{} is not within the zone {}; correct or remove the record",
                               name_text(record.owner), apex_.text());
        if (is_meta_type(record.type))
            return fmt::format("type {} cannot stand in a zone; remove the record",
                               type_text(record.type));
        if (!rdata_has_its_shape(record.type, record.rdata))
            return fmt::format("the RDATA is not that of a record of type {}; correct or remove it",
                               type_text(record.type));
        const auto ttl = ttl_of(frame, line, record);
        if (!ttl)
            return "no TTL; write one, or $TTL before this record";
        if (*ttl > largest_ttl)
            return fmt::format("the TTL {} is above {} (RFC 2181 §8)", *ttl, largest_ttl);
        intake_.add(record.owner, record.type, *ttl, record.rdata,
                    {static_cast<std::uint32_t>(line), frame.file});
        ++records_;
        return intake_.octets() < next_look_ ? std::nullopt : look_at_memory();
    }

    std::optional<std::string> look_at_memory() {
        next_look_ = intake_.octets() + octets_between_looks;
        auto want = want_of_memory(intake_.octets());
        is_full_ = want.has_value();
        return want;
    }

    /// Without a TTL and a $TTL: the last one written (RFC 1035 §5.1), else the minimum of the SOA
    /// record itself, as BIND does.
    std::optional<std::uint32_t> ttl_of(const Frame& frame, std::uint64_t line,
                                        const ScannedRecord& record) {
        if (record.ttl) {
            if (!scanner_.default_ttl())
                last_ttl_ = record.ttl;
            return record.ttl;
        }
        if (!last_ttl_ && record.type == rr::soa)
            last_ttl_ = number32(record.rdata, record.rdata.size() - 4);  // its minimum
        if (last_ttl_ && !warned_of_ttl_) {
            warned_of_ttl_ = true;
            warnings_.push_back(fmt::format(
                "{}: no TTL and no $TTL before it; {} is taken, the last TTL before it or the "
                "SOA minimum",
                at(frame, line), *last_ttl_));
        }
        return last_ttl_;
    }

    // ---- directives

    bool take_directive(Frame& frame) {
        const auto start = frame.place;
        const auto item = item_at(frame.text, start.at);
        if (!is_certain(frame, start.at + item.text.size()))
            return false;
        frame.place = advance(frame.text, start, start.at + item.text.size());
        follow(frame, start.line, item);
        return true;
    }

    void follow(const Frame& frame, std::uint64_t line, const Item& item) {
        const auto words = words_of(item.text);
        if (item.end != ItemEnd::newline)
            complain(frame, line,
                     "the file ends within this directive; complete it, and end it with a newline");
        else if (is(words, "$TTL"))
            set_ttl(frame, line, item.text);
        else if (is(words, "$ORIGIN"))
            set_origin(frame, line, words);
        else if (is(words, "$INCLUDE"))
            include(frame, line, words);
        else if (is(words, "$GENERATE"))
            generate(frame, line, item.text);
        else
            complain(frame, line,
                     "unknown directive; known are $ORIGIN, $TTL, $INCLUDE and $GENERATE" +
                         excerpt(frame, item.text));
    }

    static bool is(const std::vector<Word>& words, std::string_view directive) {
        return !words.empty() && words[0].text.size() == directive.size() &&
               same_directive(words[0].text, directive);
    }

    void set_ttl(const Frame& frame, std::uint64_t line, std::string_view item) {
        const auto before = scanner_.default_ttl();
        if (!scanner_.scan_ttl(item, line)) {
            complain(frame, line, scanner_.error().words + excerpt(frame, item));
        } else if (scanner_.default_ttl().value_or(~0U) > largest_ttl) {
            complain(frame, line, fmt::format("the TTL is above {} (RFC 2181 §8)", largest_ttl));
            scanner_.set_default_ttl(before);
        }
    }

    std::optional<Bytes> origin_from(const Frame& frame, std::uint64_t line, const Word& word) {
        auto name = word.quoted ? std::nullopt : scanner_.scan_name(word.text, line);
        if (!name || !impossible_escape(word.text).empty()) {
            complain(frame, line, fmt::format("\"{}\" is not a domain name", word.text));
            return std::nullopt;
        }
        return name;
    }

    void set_origin(const Frame& frame, std::uint64_t line, const std::vector<Word>& words) {
        if (words.size() != 2)
            return complain(frame, line, "$ORIGIN takes one domain name");
        if (const auto name = origin_from(frame, line, words[1]))
            scanner_.set_origin(*name);
    }

    // Origin and last owner do not come back from an included file (RFC 1035 §5.1); a $TTL does, as
    // in BIND.
    void include(const Frame& frame, std::uint64_t line, const std::vector<Word>& words) {
        if (words.size() < 2 || words.size() > 3 || words[1].text.empty())
            return complain(frame, line, "$INCLUDE takes a file name and, if wanted, an origin");
        const auto origin = scanner_.origin();
        const auto owner = scanner_.last_owner();
        auto inner = std::optional(origin);
        if (words.size() == 3)
            inner = origin_from(frame, line, words[2]);
        if (!inner)
            return;
        scanner_.set_origin(*inner);
        scanner_.set_last_owner({});
        include_file(frame, line, words[1].text);
        scanner_.set_origin(origin);
        scanner_.set_last_owner(owner);
    }

    void include_file(const Frame& frame, std::uint64_t line, std::string_view name) {
        if (name.size() > longest_file_name)
            return complain(frame, line, "$INCLUDE takes a shorter file name");
        const auto path = files_[frame.file].path.parent_path() / name;
        if (is_open(path) || open_.size() > deepest_include)
            return complain(frame, line,
                            fmt::format("$INCLUDE {} goes in a circle or deeper than {} files",
                                        path.string(), deepest_include));
        if (files_.size() >= most_files)
            return complain(frame, line, fmt::format("more than {} files in one zone", most_files));
        const auto stamp = stamp_file(path);
        included_ += stamp ? stamp->size : 0;
        if (included_ > most_included)
            return complain(frame, line,
                            fmt::format("the files that are included hold more than {} together",
                                        megabytes(most_included)));
        auto source = SourceFile::open(path, window_);
        const auto outcome = source.ok() ? read_source(path, *source) : std::move(source).fault();
        if (!outcome.ok())
            complain(frame, line,
                     fmt::format("cannot read the $INCLUDE file {}", outcome.fault().words));
    }

    bool is_open(const std::filesystem::path& path) const {
        return std::any_of(open_.begin(), open_.end(), [&path](const auto& open) {
            std::error_code error;
            return std::filesystem::equivalent(open, path, error);
        });
    }

    // The owner for records without one stays that of the record before the directive, as in BIND.
    // One error stops the directive: all its records are alike.
    void generate(const Frame& frame, std::uint64_t line, std::string_view item) {
        const auto directive = Generate::parse(item);
        if (!directive.ok())
            return complain(frame, line, directive.fault().words);
        const auto owner = scanner_.last_owner();
        for (std::uint64_t i = directive->start(); i <= directive->stop(); i += directive->step()) {
            const auto text = directive->record(static_cast<std::uint32_t>(i));
            generated_ += text.ok() ? text->size() : 0;
            const auto wrong = generated_ > most_generated_text
                                   ? fmt::format("the zone's directives make more than {} of text",
                                                 megabytes(most_generated_text))
                                   : take_generated(frame, line, text);
            if (wrong) {
                complain(frame, line, fmt::format("$GENERATE at number {}: {}", i, *wrong));
                break;
            }
        }
        scanner_.set_last_owner(owner);
    }

    std::optional<std::string> take_generated(const Frame& frame, std::uint64_t line,
                                              const Result<std::string>& text) {
        if (!text.ok())
            return text.fault().words;
        if (!scanner_.scan(*text, line) && !scan_escaped(*text, line)) {
            scanner_.scan(*text, line);  // for its error
            return scanner_.error().words + excerpt(frame, *text);
        }
        if (!impossible_escape(*text).empty())
            return fmt::format("{} is no octet", impossible_escape(*text));
        return take_record(frame, line);
    }

    Name apex_;
    std::size_t window_;
    RecordScanner scanner_;
    ZoneIntake intake_;
    Complaints complaints_;
    std::vector<FileIdentity> files_;
    std::vector<std::filesystem::path> open_;  ///< the chain of files being read
    std::vector<std::string> warnings_;
    std::optional<std::uint32_t> last_ttl_;
    bool warned_of_ttl_ = false;
    std::uint64_t next_look_ = octets_between_looks;
    bool is_full_ = false;                        ///< memory would not suffice for more
    std::uint64_t included_ = 0, generated_ = 0;  ///< octets
    std::uint64_t records_ = 0;
};

}  // namespace

Result<ReadZone> read_zone_file(const std::filesystem::path& file, const Name& apex,
                                unsigned threads, std::size_t window) {
    return ZoneReader(apex, window, threads).read(file);
}

}  // namespace kaspar::signer
