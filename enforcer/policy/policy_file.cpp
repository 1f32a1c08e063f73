#include "enforcer/policy/policy_file.h"

#include "common/system/file.h"
#include "enforcer/policy/fields.h"
#include "enforcer/policy/lint.h"

namespace kaspar::enforcer {
namespace {

/// Where a field is in the file, or else the innermost thing around it that is.
std::optional<Position> place_of(std::string field,
                                 const std::map<std::string, Position>& positions) {
    while (!field.empty()) {
        const auto found = positions.find(field);
        if (found != positions.end())
            return found->second;
        const auto last = field.find_last_of(".[");
        field.resize(last == std::string::npos ? 0 : last);
    }
    return std::nullopt;
}

}  // namespace

ExaminedPolicy examine_policy(std::string_view name, std::string_view text) {
    auto document = fields::read_document(text, policy_kind());
    ExaminedPolicy examined{std::move(document.value), std::move(document.findings)};
    examined.policy.name = name;
    if (has_errors(examined.findings))
        return examined;
    for (Finding& finding : lint(examined.policy)) {
        finding.at = place_of(finding.field, document.positions);
        examined.findings.push_back(std::move(finding));
    }
    examined.findings = fields::in_order(std::move(examined.findings));
    return examined;
}

Result<CheckedPolicy> read_checked_policy(const std::filesystem::path& file) {
    KASPAR_TRY(const std::string text, read_file(file));
    ExaminedPolicy examined = examine_policy(file.stem().string(), text);
    if (has_errors(examined.findings))
        return findings_fault(FaultClass::input, file, examined.findings);
    return CheckedPolicy{std::move(examined.policy), std::move(examined.findings)};
}

Result<Policy> read_policy(const std::filesystem::path& file) {
    KASPAR_TRY(CheckedPolicy checked, read_checked_policy(file));
    return std::move(checked.policy);
}

}  // namespace kaspar::enforcer
