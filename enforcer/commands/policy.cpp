#include <fmt/format.h>

#include <algorithm>

#include "common/system/file.h"
#include "common/system/log.h"
#include "common/system/terminal.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/view.h"
#include "enforcer/policy/policy_file.h"
#include "enforcer/policy/text.h"

namespace kaspar::enforcer {

namespace {

struct PolicyLine {
    std::string name;
    std::string description;
    std::size_t zones;
    std::optional<std::string> fault;  ///< of the file as it is now
};

Result<PolicyLine> look_at(Session& session, const std::string& name,
                           const std::vector<Zone>& all) {
    const auto users = std::count_if(all.begin(), all.end(),
                                     [&](const Zone& zone) { return zone.policy == name; });
    PolicyLine line{name, "", static_cast<std::size_t>(users), {}};
    const auto policy = read_policy(policy_path(session.configuration(), name));
    if (policy.ok())
        line.description = policy->description;
    else
        line.fault = policy.fault().words;
    return line;
}

Json finding_json(const Finding& finding) {
    return {{"severity", finding.severity == Severity::error ? "error" : "warning"},
            {"line", finding.at ? Json(finding.at->line) : Json()},
            {"column", finding.at ? Json(finding.at->column) : Json()},
            {"field", finding.field},
            {"words", finding.words},
            {"remedy", finding.remedy}};
}

/// The last good text if zones have used it, else the file.
Result<Policy> policy_to_show(Session& session, const std::string& name) {
    KASPAR_TRY(const auto stored, find_policy(session.database(), name));
    auto file = read_policy(policy_path(session.configuration(), name));
    if (file.ok())
        return file;
    if (!stored)
        return known_policy(session.configuration(), name);
    warn("kaspar",
         "this is the last good one; the file as it is now is not in force: " + file.fault().words);
    return policy_in_force(session.database(), name);
}

}  // namespace

Ending policy_list(Session& session) {
    KASPAR_TRY(const auto names, policy_names(session.configuration()));
    KASPAR_TRY(const auto all, zones(session.database()));
    Json list = Json::array();
    Table table({{"policy"}, {"zones", Column::Align::right}, {"description"}});
    for (const std::string& name : names) {
        KASPAR_TRY(const PolicyLine line, look_at(session, name, all));
        list.push_back({{"name", name},
                        {"description", line.description},
                        {"zones", line.zones},
                        {"file", policy_path(session.configuration(), name).string()},
                        {"fault", line.fault ? Json(*line.fault) : Json()}});
        const std::string words = line.fault ? "does not pass `kaspar policy check`" : "";
        table.add({name, std::to_string(line.zones),
                   line.fault ? Cell(words, Tint::bad) : Cell(line.description)});
    }
    print(session.json() ? list.dump(2) + "\n" : table.text(standard_output()));
    return ExitStatus::done;
}

Ending policy_show(Session& session, const std::string& name) {
    KASPAR_TRY(const Policy policy, policy_to_show(session, name));
    print(session.json() ? policy_json(policy) : policy_text(policy));
    return ExitStatus::done;
}

Ending policy_check(const std::string& file, bool json) {
    KASPAR_TRY(const std::string text, read_file(file));
    const std::filesystem::path path(file);
    const auto examined = examine_policy(path.stem().string(), text);
    const bool good = !has_errors(examined.findings);
    Json list = Json::array();
    for (const Finding& finding : examined.findings) {
        list.push_back(finding_json(finding));
        if (!json)
            print(finding_line(path, finding) + "\n");
    }
    if (json)
        print(Json{{"file", file}, {"good", good}, {"findings", list}}.dump(2) + "\n");
    else if (examined.findings.empty())
        print(file + ": good\n");
    return good ? ExitStatus::done : ExitStatus::attention;
}

}  // namespace kaspar::enforcer
