#include "tests/crash/soundness.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/formats/instruction.h"
#include "enforcer/store/database.h"
#include "enforcer/store/keys.h"
#include "tests/crash/life.h"

namespace kaspar::test::crash {
namespace {

using nlohmann::json;

/// A file's text if it is one whole JSON document, or an empty object if there is no file.
json document(const Installation& site, const std::string& name) {
    const auto text = site.read(name);
    return text.empty() ? json::object() : json::parse(text, nullptr, false);
}

std::uint64_t instructed_number(const Installation& site) {
    const auto found = document(site, "state/instructions/" + zone);
    return found.contains("instruction") ? found["instruction"].value("generation", 0U) : 0;
}

std::uint64_t executed_number(const Installation& site) {
    const auto found = document(site, "state/reports/" + zone);
    return found.contains("publication") ? found["publication"].value("generation", 0U) : 0;
}

std::string complaint_of_files(const Installation& site, const Numbers& before) {
    for (const std::string folder : {"state/instructions/", "state/reports/"})
        if (document(site, folder + zone).is_discarded())
            return folder + zone + " is no whole document";
    const auto now = numbers(site);
    const bool is_instructed = now.instructed > 0;  // not once the zone is removed
    if ((is_instructed && now.instructed < before.instructed) || now.executed < before.executed)
        return fmt::format("numbers went back: instruction {} → {}, executed {} → {}",
                           before.instructed, now.instructed, before.executed, now.executed);
    return "";
}

std::string complaint_of_zone(const Installation& site, std::string& judged) {
    if (!std::filesystem::exists(site / signed_zone))
        return "";
    const auto published = site.read(signed_zone);
    if (!published.empty() && published == judged)
        return "";
    const auto verdict = site.verify(zone);
    if (verdict.status != 0)
        return "the published zone: " + verdict.output + verdict.errors;
    judged = published;
    return "";
}

std::string integrity(enforcer::Database& database) {
    std::string words;
    const auto done = database.query("PRAGMA integrity_check", {},
                                     [&](const enforcer::Row& row) { words += row.text(0); });
    return !done.ok() ? done.fault().words : words == "ok" ? "" : words;
}

/// That a file holds each key that is in use, for those in files. One that is out of use is
/// destroyed first, and then written down as purged.
std::string missing_key(const Installation& site, enforcer::Database& database) {
    const auto keys = enforcer::ready_keys(database);
    if (!keys.ok())
        return keys.fault().words;
    for (const auto& key : keys.value())
        if (key.keystores.front() == "local" && !key.out_of_use_since &&
            site.read("keys/" + key.locator + ".p8").empty())
            return fmt::format("key {} is lost", key.locator);
    return "";
}

std::string complaint_of_database(const Installation& site) {
    auto opened = enforcer::Database::open((site / "state/kaspar.db").string());
    if (!opened.ok())
        return opened.fault().words;
    auto database = std::move(opened).value();
    const auto damage = integrity(database);
    return damage.empty() ? missing_key(site, database) : damage;
}

/// What a command shows as JSON; null if it shows nothing.
json shown(const Installation& site, std::vector<std::string> arguments) {
    arguments.push_back("--json");
    return json::parse(site.kaspar(std::move(arguments)).output, nullptr, false);
}

std::string key_line(const json& key) {
    return fmt::format("{} {} {} {} {}", key["role"].get<std::string>(),
                       key["algorithm"].get<std::string>(), key["state"].get<std::string>(),
                       key["goal"].get<std::string>(), key["states"].dump());
}

}  // namespace

Numbers numbers(const Installation& site) {
    return {instructed_number(site), executed_number(site)};
}

std::string complaint(const Installation& site, const Numbers& before, std::string& judged) {
    auto words = complaint_of_database(site);
    if (words.empty())
        words = complaint_of_files(site, before);
    return words.empty() ? complaint_of_zone(site, judged) : words;
}

std::string outcome(const Installation& site) {
    std::string lines;
    for (const auto& key : shown(site, {"key", "list"}))
        lines += key_line(key) + "\n";
    for (const auto& store : shown(site, {"keystore", "list"}))
        lines += fmt::format("{}: {} keys, {} orphans\n", store["name"].get<std::string>(),
                             store["keys"].dump(), store["orphans"].dump());
    const auto log = site.kaspar({"log", "--verify"});
    const auto health = site.kaspar({"health"});
    return lines + fmt::format("log {}, health {}\n", log.status, health.status);
}

}  // namespace kaspar::test::crash
