// A report as one page: HTML that is XML, too, and loads nothing from anywhere.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "enforcer/commands/view.h"

namespace kaspar::enforcer {

/// What makes the page's looks and its sorting and filtering; files beside this one.
struct PageStyle {
    std::string style, script;
};

struct PageContents {
    Time now;
    std::optional<std::string> zone;    ///< of a page about one
    std::span<const ZoneView> views;    ///< the most urgent first
    std::vector<std::string> troubles;  ///< what concerns no single zone
    std::vector<std::string> chapters;  ///< markup: of the first of `views`
};

std::string page_text(const PageContents& contents, const PageStyle& style);

}  // namespace kaspar::enforcer
