#include "common/formats/finding.h"

#include <fmt/format.h>

#include <algorithm>

namespace kaspar {

namespace {

/// What a document says is quoted in findings: a key or number of a million digits is not.
std::string shortened(const std::string& text) {
    constexpr std::size_t longest = 300;
    if (text.size() <= longest)
        return text;
    auto end = longest;
    while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)  // within a character of UTF-8
        --end;
    return fmt::format("{}… ({} octets)", text.substr(0, end), text.size());
}

}  // namespace

std::string finding_line(const std::filesystem::path& file, const Finding& finding) {
    std::string line = file.string();
    if (finding.at)
        line += fmt::format(":{}:{}", finding.at->line, finding.at->column);
    line += finding.severity == Severity::error ? ": error: " : ": warning: ";
    if (!finding.field.empty())
        line += shortened(finding.field) + ": ";
    line += shortened(finding.words);
    return finding.remedy.empty() ? line : line + "; " + finding.remedy;
}

bool has_errors(const std::vector<Finding>& findings) {
    return std::any_of(findings.begin(), findings.end(),
                       [](const Finding& one) { return one.severity == Severity::error; });
}

Fault findings_fault(FaultClass kind, const std::filesystem::path& file,
                     const std::vector<Finding>& findings) {
    std::string words;
    for (const Finding& finding : findings) {
        if (finding.severity != Severity::error)
            continue;
        if (!words.empty())
            words += '\n';
        words += finding_line(file, finding);
    }
    return {kind, words};
}

}  // namespace kaspar
