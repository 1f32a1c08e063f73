// How a report's pages show times, lengths, tables and tints. Times are UTC, to the second, without
// the letters of RFC 3339, which stay where programs read them.
#pragma once

#include <functional>

#include "common/system/terminal.h"
#include "common/values/time.h"
#include "enforcer/report/markup.h"

namespace kaspar::enforcer {

/// "2026-11-24 05:48:00".
std::string shown(Time time);

/// A length in a drawing, to a tenth.
std::string px(double length);

/// A table cell with a time; an absent time is a dash.
void add_time_cell(Markup& markup, std::optional<Time> time);

/// The class of words that are tinted on a terminal: "bad", "warning", …; empty if plain.
std::string_view look_of(Tint tint);

/// A table that scrolls in its box where it is too wide; `rows` adds its rows.
void add_table(Markup& markup, std::string_view look,
               std::initializer_list<std::string_view> titles, const std::function<void()>& rows);

}  // namespace kaspar::enforcer
