#include "signer/telling.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "common/formats/json_time.h"
#include "common/system/log.h"

namespace kaspar::signer {

namespace {

using Json = nlohmann::ordered_json;

/// A round with more zones does not tell of each in which nothing was due.
constexpr std::size_t few_zones = 20;

/// Of a publication, or of a quiet zone.
template <typename Published>
std::string expiry_text(const Published& published) {
    return published.first_expiry ? "first expiry " + to_rfc3339(*published.first_expiry)
                                  : std::string("unsigned");
}

template <typename Published>
std::string unchanged_text(const Published& published) {
    return fmt::format("unchanged, serial {}, {}", published.serial, expiry_text(published));
}

std::string standing_text(const Execution& execution) {
    if (!execution.publication)
        return "no publication is known";
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
            return unchanged_text(*execution.publication);
        case RunOutcome::held:
            return "held; " + standing_text(execution);
        case RunOutcome::refused:
            return "refused; " + standing_text(execution);
    }
    return {};
}

/// All quiet zones in one line, with the one that is nearest to its expiry.
std::string quiet_text(const Round& round) {
    const auto& first = *round.quiet.front();
    return fmt::format("{} {} unchanged; {}: {}", round.quiet.size(),
                       round.quiet.size() == 1 ? "zone" : "zones", first.zone, expiry_text(first));
}

/// Of a publication, or of a quiet zone.
template <typename Published>
void add_published(Json& json, const Published& published) {
    json["serial"] = published.serial;
    json["published"] = to_rfc3339(published.published);
    json["first_expiry"] = json_time(published.first_expiry);
    json["next_refresh"] = json_time(published.next_refresh);
    json["signatures"] = published.signatures;
}

void add_counts(Json& json, std::uint64_t made, std::uint64_t reused, std::uint64_t verified) {
    json["signatures_made"] = made;
    json["signatures_reused"] = reused;
    json["signatures_verified"] = verified;
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
    add_published(json, publication);
    const bool wrote = execution.run.outcome == RunOutcome::published ||
                       execution.run.outcome == RunOutcome::kept_alive;
    if (wrote)
        add_counts(json, publication.signatures_made, publication.signatures_reused,
                   publication.signatures_verified);
    else
        add_counts(json, 0, 0, 0);
    return json;
}

Json quiet_json(const QuietZone& zone) {
    Json json{{"zone", zone.zone},
              {"outcome", word(RunOutcome::unchanged)},
              {"generation", zone.generation},
              {"errors", Json::array()},
              {"warnings", Json::array()},
              {"held_input", nullptr}};
    add_published(json, zone);
    add_counts(json, 0, 0, 0);
    return json;
}

}  // namespace

std::string outcome_line(const Execution& execution) {
    return fmt::format("{}: {}\n", execution.zone, outcome_text(execution));
}

void tell_troubles(const Execution& execution) {
    for (const auto& error : execution.run.errors)
        complain("kaspar-signer", error, execution.zone);
    for (const auto& warning : execution.run.warnings)
        warn("kaspar-signer", warning, execution.zone);
}

void log_outcome(const Execution& execution) {
    log_info("signer", outcome_text(execution), execution.zone);
}

void log_quiet(const Round& round) {
    if (!round.quiet.empty())
        log_info("signer", quiet_text(round));
}

std::string quiet_lines(const Round& round) {
    if (round.quiet.empty())
        return {};
    if (round.executions.size() + round.quiet.size() > few_zones)
        return quiet_text(round) + "\n";
    std::string lines;
    for (const auto* zone : round.quiet)
        lines += fmt::format("{}: {}\n", zone->zone, unchanged_text(*zone));
    return lines;
}

std::string round_json(const Round& round) {
    Json all = Json::array();
    for (const auto& execution : round.executions)
        all.push_back(execution_json(execution));
    for (const auto* zone : round.quiet)
        all.push_back(quiet_json(*zone));
    // Words may quote octets of an input that are no UTF-8.
    return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kaspar::signer
