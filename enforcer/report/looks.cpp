#include "enforcer/report/looks.h"

#include <fmt/format.h>

namespace kaspar::enforcer {

std::string shown(Time time) {
    std::string text = to_rfc3339(time);
    text[text.find('T')] = ' ';
    text.pop_back();
    return text;
}

std::string px(double length) {
    return fmt::format("{:.1f}", length);
}

void add_time_cell(Markup& markup, std::optional<Time> time) {
    const auto cell = markup.element("td", {{"class", "time"}});
    if (time)
        markup.leaf("time", {{"datetime", to_rfc3339(*time)}}, shown(*time));
    else
        markup.text("–");
}

std::string_view look_of(Tint tint) {
    switch (tint) {
        case Tint::bad:
            return "bad";
        case Tint::warning:
            return "warning";
        case Tint::good:
            return "good";
        case Tint::faint:
            return "faint";
        default:
            return "";
    }
}

void add_table(Markup& markup, std::string_view look,
               std::initializer_list<std::string_view> titles, const std::function<void()>& rows) {
    const auto box = markup.element("div", {{"class", "scroll"}});
    const auto table = markup.element("table", {{"class", look}});
    {
        const auto head = markup.element("thead");
        const auto row = markup.element("tr");
        for (const auto title : titles)
            markup.leaf("th", {{"scope", "col"}}, title);
    }
    const auto body = markup.element("tbody");
    rows();
}

}  // namespace kaspar::enforcer
