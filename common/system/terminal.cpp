#include "common/system/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "common/system/service.h"
#include "common/values/result.h"

namespace kaspar {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t gap = 2;              // blanks between columns
constexpr std::size_t least_column = 8;     // narrower wraps to a column of syllables
constexpr std::size_t least_terminal = 40;  // what reports less is not believed
constexpr std::chrono::milliseconds first_shown = 1s, redrawn = 200ms;

std::string_view escape_of(Tint tint) {
    switch (tint) {
        case Tint::plain:
            break;
        case Tint::bold:
            return "\033[1m";
        case Tint::faint:
            return "\033[2m";
        case Tint::good:
            return "\033[32m";
        case Tint::warning:
            return "\033[33m";
        case Tint::bad:
            return "\033[31m";
    }
    return "";
}

bool starts_code_point(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

/// Octets of the first `width` code points of `text`.
std::size_t prefix_size(std::string_view text, std::size_t width) {
    std::size_t at = 0;
    while (at < text.size()) {
        if (starts_code_point(text[at]) && width-- == 0)
            break;
        ++at;
    }
    return at;
}

/// Splits one line off the front of `text`: at a line feed, at the last blank that fits, or where
/// the room ends.
std::string_view take_line(std::string_view& text, std::size_t width) {
    const auto fits = prefix_size(text, width);
    auto end = std::min(fits, text.find('\n'));
    if (end == fits && fits < text.size() && text[fits] != ' ') {
        const auto blank = text.substr(0, fits).rfind(' ');
        if (blank != text.npos && blank > 0)
            end = blank;
    }
    const auto line = text.substr(0, end);
    text.remove_prefix(end);
    if (!text.empty() && (text.front() == ' ' || text.front() == '\n'))
        text.remove_prefix(1);
    return line;
}

std::vector<std::string_view> wrapped(std::string_view text, std::size_t width) {
    std::vector<std::string_view> lines;
    do
        lines.push_back(take_line(text, width));
    while (!text.empty());
    return lines;
}

/// Width of the widest line of `text`.
std::size_t text_width(std::string_view text) {
    std::size_t widest = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        widest = std::max(widest, display_width(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return widest;
}

/// One row of the table as lines of the terminal.
class RowText {
  public:
    RowText(const std::vector<Column>& columns, const std::vector<std::size_t>& widths,
            const Terminal& terminal)
        : columns_(columns), widths_(widths), terminal_(terminal) {}

    void append(const std::vector<Cell>& row, std::string& out) const {
        std::vector<std::vector<std::string_view>> cells;
        std::size_t height = 1;
        for (std::size_t i = 0; i < row.size(); ++i) {
            cells.push_back(wrapped(row[i].text, widths_[i]));
            height = std::max(height, cells.back().size());
        }
        for (std::size_t line = 0; line < height; ++line) {
            std::size_t blanks = 0;
            for (std::size_t i = 0; i < row.size(); ++i) {
                const auto text = line < cells[i].size() ? cells[i][line] : std::string_view();
                append_cell(text, row[i].tint, i, blanks, out);
            }
            out += '\n';
        }
    }

  private:
    /// `blanks` are owed before the next text, so that no line ends in blanks.
    void append_cell(std::string_view text, Tint tint, std::size_t column, std::size_t& blanks,
                     std::string& out) const {
        const auto padding = widths_[column] - std::min(widths_[column], display_width(text));
        const bool right = columns_[column].align == Column::Align::right;
        if (right)
            blanks += padding;
        if (!text.empty()) {
            out.append(std::exchange(blanks, 0), ' ');
            out += tinted(text, tint, terminal_);
        }
        blanks += gap + (right ? 0 : padding);
    }

    const std::vector<Column>& columns_;
    const std::vector<std::size_t>& widths_;
    const Terminal& terminal_;
};

}  // namespace

Terminal standard_output() {
    Terminal terminal;
    if (::isatty(STDOUT_FILENO) == 0)
        return terminal;
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= least_terminal)
        terminal.width = size.ws_col;
    const char* no_colour = std::getenv("NO_COLOR");
    terminal.colour = no_colour == nullptr || *no_colour == '\0';
    return terminal;
}

std::string tinted(std::string_view text, Tint tint, const Terminal& terminal) {
    if (!terminal.colour || tint == Tint::plain)
        return std::string(text);
    return fmt::format("{}{}\033[0m", escape_of(tint), text);
}

std::size_t display_width(std::string_view text) {
    return std::size_t(std::ranges::count_if(text, starts_code_point));
}

void Table::add(std::vector<Cell> row) {
    require(row.size() == columns_.size(), "a table row has one cell for each column");
    rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::widths(std::size_t room) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        widths.push_back(display_width(columns_[i].title));
        for (const auto& row : rows_)
            widths[i] = std::max(widths[i], text_width(row[i].text));
    }
    auto total = std::accumulate(widths.begin(), widths.end(), gap * (columns_.size() - 1));
    for (; total > room; --total) {
        auto* widest = &widths[0];
        for (std::size_t i = 0; i < columns_.size(); ++i)
            if (columns_[i].align == Column::Align::left && widths[i] >= *widest)
                widest = &widths[i];
        if (*widest <= least_column)
            break;
        --*widest;
    }
    return widths;
}

std::string Table::text(const Terminal& terminal) const {
    const auto fitted = widths(terminal.width);
    const RowText rows(columns_, fitted, terminal);
    std::vector<Cell> titles;
    for (const auto& column : columns_)
        titles.emplace_back(column.title, Tint::bold);
    std::string out;
    rows.append(titles, out);
    for (const auto& row : rows_)
        rows.append(row, out);
    return out;
}

Progress::Progress(std::string what, std::uint64_t total)
    : what_(std::move(what)),
      total_(total),
      visible_(::isatty(STDERR_FILENO) != 0),
      next_(std::chrono::steady_clock::now() + first_shown) {}

Progress::~Progress() {
    if (drawn_)
        std::fputs("\r\033[K", stderr);
}

void Progress::advance(std::uint64_t steps) {
    done_ += steps;
    tell_alive();
    if (!visible_)
        return;
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_.load())
        show(now);
}

void Progress::show(SteadyTime now) {
    const std::unique_lock lock(drawing_, std::try_to_lock);
    if (!lock.owns_lock())
        return;
    next_ = now + redrawn;
    std::fputs(("\r" + line(what_, done_, total_) + "\033[K").c_str(), stderr);
    drawn_ = true;
}

std::string Progress::line(std::string_view what, std::uint64_t done, std::uint64_t total) {
    if (total == 0)
        return fmt::format("{}: {}", what, done);
    return fmt::format("{}: {} of {} ({} %)", what, done, total, done * 100 / total);
}

}  // namespace kaspar
