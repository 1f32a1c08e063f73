// What a person sees: tables that fit their terminal, colours where they are wanted, and a progress
// line for work that takes long.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kaspar {

struct Terminal {
    std::size_t width = 80;  ///< columns
    bool colour = false;
};

/// Standard output: its width if it is a terminal, else 80; colours if it is a terminal and
/// NO_COLOR is unset or empty (no-color.org).
Terminal standard_output();

enum class Tint { plain, bold, faint, good, warning, bad };

/// `text` in that colour, or as it is.
std::string tinted(std::string_view text, Tint tint, const Terminal& terminal);

/// Columns that `text` (UTF-8) takes on a terminal: one for each code point.
std::size_t display_width(std::string_view text);

struct Column {
    std::string title;
    enum class Align { left, right } align = Align::left;
};

struct Cell {
    Cell(std::string cell_text, Tint cell_tint = Tint::plain)
        : text(std::move(cell_text)), tint(cell_tint) {}
    Cell(const char* cell_text) : text(cell_text) {}

    std::string text;
    Tint tint = Tint::plain;
};

/// Rows under titles, two blanks between columns. If that is wider than the terminal, the widest
/// left-aligned columns are narrowed and their texts wrapped at blanks (inside words where a word
/// is too long), so that nothing is lost.
class Table {
  public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// One cell for each column.
    void add(std::vector<Cell> row);

    bool empty() const { return rows_.empty(); }

    /// Every line ends in a line feed and has no blanks before it.
    std::string text(const Terminal& terminal) const;

  private:
    std::vector<std::size_t> widths(std::size_t room) const;
    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

/// A line on standard error that tells how far the work is; only on a terminal, and only once the
/// work has lasted a second. Any thread may advance it; the service manager hears of it too
/// (service.h).
class Progress {
  public:
    /// `total` 0: not known.
    Progress(std::string what, std::uint64_t total);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();  ///< removes the line

    void advance(std::uint64_t steps = 1);

    /// "signing example.com: 1200 of 4000 (30 %)"
    static std::string line(std::string_view what, std::uint64_t done, std::uint64_t total);

  private:
    using SteadyTime = std::chrono::steady_clock::time_point;
    void show(SteadyTime now);
    const std::string what_;
    const std::uint64_t total_;
    const bool visible_;
    std::atomic<std::uint64_t> done_ = 0;
    std::atomic<SteadyTime> next_;
    std::mutex drawing_;
    bool drawn_ = false;
};

}  // namespace kaspar
