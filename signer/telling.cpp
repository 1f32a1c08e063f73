#include "signer/telling.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace kaspar::signer {

namespace {

using Json = nlohmann::ordered_json;

std::string expiry_text(const Publication& publication) {
    return publication.first_expiry ? "first expiry " + to_rfc3339(*publication.first_expiry)
                                    : std::string("unsigned");
}

std::string standing_text(const Execution& execution) {
    if (!execution.publication)
        return "nothing was ever published";
    return fmt::format("the last zone stands, serial {}, {}", execution.publication->serial,
                       expiry_text(*execution.publication));
}

std::string published_text(const Publication& publication) {
    return fmt::format("serial {}, {} signatures made, {} reused, {}", publication.serial,
                       publication.signatures_made, publication.signatures_reused,
                       expiry_text(publication));
}

std::string outcome_text(const Execution& execution) {
    switch (execution.run.outcome) {
        case RunOutcome::published:
            return "published " + published_text(*execution.publication);
        case RunOutcome::kept_alive:
            return "kept alive from its last good content: " +
                   published_text(*execution.publication);
        case RunOutcome::unchanged:
            return fmt::format("unchanged, serial {}, {}", execution.publication->serial,
                               expiry_text(*execution.publication));
        case RunOutcome::held:
            return "held; " + standing_text(execution);
        case RunOutcome::refused:
            return "refused; " + standing_text(execution);
    }
    return {};
}

Json time_json(const std::optional<Time>& time) {
    return time ? Json(to_rfc3339(*time)) : Json();
}

Json execution_json(const Execution& execution) {
    Json json{{"zone", execution.zone},
              {"outcome", word(execution.run.outcome)},
              {"generation", execution.run.generation},
              {"errors", execution.run.errors},
              {"warnings", execution.run.warnings},
              {"held_input", execution.run.held_input ? Json(*execution.run.held_input) : Json()},
              {"serial", nullptr}};
    if (!execution.publication)
        return json;
    const auto& publication = *execution.publication;
    json["serial"] = publication.serial;
    json["published"] = to_rfc3339(publication.published);
    json["first_expiry"] = time_json(publication.first_expiry);
    json["next_refresh"] = time_json(publication.next_refresh);
    json["signatures"] = publication.signatures;
    const bool wrote = execution.run.outcome == RunOutcome::published ||
                       execution.run.outcome == RunOutcome::kept_alive;
    json["signatures_made"] = wrote ? publication.signatures_made : 0;
    json["signatures_reused"] = wrote ? publication.signatures_reused : 0;
    json["signatures_verified"] = wrote ? publication.signatures_verified : 0;
    return json;
}

}  // namespace

std::string outcome_line(const Execution& execution) {
    return fmt::format("{}: {}\n", execution.zone, outcome_text(execution));
}

std::string trouble_lines(const Execution& execution) {
    std::string lines;
    for (const auto& error : execution.run.errors)
        lines += fmt::format("kaspar-signer: {}: {}\n", execution.zone, error);
    for (const auto& warning : execution.run.warnings)
        lines += fmt::format("kaspar-signer: {}: warning: {}\n", execution.zone, warning);
    return lines;
}

std::string executions_json(const std::vector<Execution>& executions) {
    Json all = Json::array();
    for (const auto& execution : executions)
        all.push_back(execution_json(execution));
    // Words may quote octets of an input that are no UTF-8.
    return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kaspar::signer
