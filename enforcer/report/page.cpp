#include "enforcer/report/page.h"

#include <fmt/format.h>

#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "enforcer/report/legend.h"
#include "enforcer/report/looks.h"
#include "enforcer/report/overview.h"

namespace kaspar::enforcer {

namespace {

/// For readers of XML, which would take < and & for markup; HTML sees comments.
std::string as_character_data(std::string_view text) {
    return fmt::format("/*<![CDATA[*/\n{}/*]]>*/", text);
}

std::string hash_of(std::string_view text) {
    return fmt::format("'sha256-{}'", to_base64(sha256(as_bytes(text))));
}

/// The page may run our script and use our style, and load nothing.
std::string security_policy(std::string_view style, std::string_view script) {
    return fmt::format(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash_of(style), hash_of(script));
}

void add_head(Markup& markup, std::string_view title, std::string_view style,
              std::string_view script) {
    const auto head = markup.element("head");
    markup.empty("meta", {{"charset", "utf-8"}});
    markup.empty("meta", {{"http-equiv", "Content-Security-Policy"},
                          {"content", security_policy(style, script)}});
    markup.empty("meta",
                 {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
    markup.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
    markup.leaf("title", {}, title);
    const auto looks = markup.element("style");
    markup.verbatim(style);
}

void add_troubles(Markup& markup, const std::vector<std::string>& troubles) {
    if (troubles.empty())
        return;
    const auto box = markup.element("div", {{"class", "needs"}});
    markup.leaf("h2", {}, "Needs a person");
    const auto list = markup.element("ul");
    for (const std::string& words : troubles) {
        const auto item = markup.element("li");
        markup.prose(words);
    }
}

void add_body(Markup& markup, const PageContents& contents) {
    {
        const auto header = markup.element("header", {{"class", "page"}});
        markup.leaf("h1", {}, "Kaspar report");
        const auto made = markup.element("p", {{"class", "note"}});
        markup.text("As of ");
        markup.leaf("time", {{"datetime", to_rfc3339(contents.now)}}, shown(contents.now));
        markup.text(" UTC, by Kaspar " KASPAR_VERSION);
    }
    const auto body = markup.element("main");
    draw_patterns(markup);
    add_troubles(markup, contents.troubles);
    if (!contents.zone)
        add_overview(markup, {contents.views, contents.chapters.size(), contents.now});
    for (const std::string& chapter : contents.chapters)
        markup.verbatim(chapter);
}

}  // namespace

std::string page_text(const PageContents& contents, const PageStyle& files) {
    const auto style = as_character_data(files.style), script = as_character_data(files.script);
    const auto title =
        contents.zone ? fmt::format("{} – Kaspar report", *contents.zone) : "Kaspar report";
    Markup markup;
    markup.verbatim("<!DOCTYPE html>\n");
    {
        const auto html = markup.element("html", {{"lang", "en"}});
        add_head(markup, title, style, script);
        const auto body = markup.element("body");
        add_body(markup, contents);
        const auto code = markup.element("script");
        markup.verbatim(script);
    }
    markup.verbatim("\n");
    return std::move(markup).take();
}

}  // namespace kaspar::enforcer
