#include "enforcer/store/server_answers.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace kaspar::enforcer {

namespace {

constexpr std::array<std::pair<ServerRole, std::string_view>, 3> roles_by_word{
    {{ServerRole::parent, "parent"},
     {ServerRole::resolver, "resolver"},
     {ServerRole::zone, "zone"}}};

/// Servers that are silent take seconds each; a pass must end in minutes all the same.
constexpr int most_zones_at_once = 200;

ServerRole role_from(std::string_view text) {
    const auto found = std::find_if(roles_by_word.begin(), roles_by_word.end(),
                                    [&](const auto& row) { return row.second == text; });
    require(found != roles_by_word.end(), "the database holds known roles");
    return found->first;
}

ServerAnswer read_answer(const Row& row) {
    return {role_from(row.text(0)),
            row.text(1),
            row.time(2),
            row.maybe_text(3),
            Duration(row.maybe_integer(4).value_or(0)),
            row.maybe_text(5).value_or(""),
            row.time(6),
            row.flag(7)};
}

/// Since when the server answers as it does now.
Time since_of(const ServerAnswer& answer, const std::vector<ServerAnswer>& before) {
    for (const ServerAnswer& earlier : before)
        if (earlier.role == answer.role && earlier.server == answer.server &&
            earlier.content == answer.content && earlier.trouble == answer.trouble)
            return earlier.since;
    return answer.at;
}

std::vector<Ds> ds_records(const std::string& text) {
    std::vector<Ds> records;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (auto record = Ds::from_text(line); record.ok())
            records.push_back(std::move(record).value());
    return records;
}

}  // namespace

std::string_view word(ServerRole role) {
    for (const auto& [one, text] : roles_by_word)
        if (one == role)
            return text;
    return "";
}

Outcome replace_answers(Database& database, std::int64_t zone,
                        const std::vector<ServerAnswer>& answers,
                        std::initializer_list<ServerRole> roles) {
    KASPAR_TRY(const auto before, answers_about(database, zone));
    for (const ServerRole role : roles)
        KASPAR_CHECK(database.run("DELETE FROM server_answers WHERE zone = ? AND role = ?",
                                  {zone, word(role)}));
    for (const ServerAnswer& answer : answers)
        KASPAR_CHECK(database.run(
            "INSERT OR REPLACE INTO server_answers "
            "(zone, role, server, at, content, ttl, trouble, since, silent) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            {zone, word(answer.role), answer.server, answer.at, answer.content, answer.ttl,
             answer.trouble.empty() ? std::nullopt : std::optional(answer.trouble),
             since_of(answer, before), answer.silent}));
    return Done{};
}

Result<std::vector<ServerAnswer>> answers_about(Database& database, std::int64_t zone) {
    return database.all<ServerAnswer>(
        "SELECT role, server, at, content, ttl, trouble, since, silent FROM server_answers "
        "WHERE zone = ? ORDER BY role, server",
        {zone}, read_answer);
}

std::vector<ServerView> parent_views(const std::vector<ServerAnswer>& answers) {
    std::vector<ServerView> views;
    for (const ServerAnswer& answer : answers) {
        if (answer.role == ServerRole::zone)
            continue;
        ServerView view{answer.server,  std::nullopt,  answer.ttl,
                        answer.trouble, answer.silent, answer.role == ServerRole::resolver};
        if (answer.content)
            view.ds = ds_records(*answer.content);
        views.push_back(std::move(view));
    }
    return views;
}

std::string ds_text(const std::vector<Ds>& records) {
    std::string text;
    for (const Ds& record : records)
        text += record.text() + "\n";
    return text;
}

Outcome ask_parent_soon(Database& database, std::int64_t zone, Time now) {
    return database.run("UPDATE zones SET parent_due = ? WHERE id = ?", {now, zone});
}

Result<std::vector<std::int64_t>> zones_to_ask_parent(Database& database, Time now) {
    return database.all<std::int64_t>(
        "SELECT id FROM zones WHERE removed IS NULL AND parent_due <= ? "
        "ORDER BY parent_due LIMIT ?",
        {now, most_zones_at_once}, read_id);
}

Result<std::vector<std::int64_t>> zones_to_watch(Database& database, Time now) {
    return database.all<std::int64_t>(
        "SELECT id FROM zones WHERE removed IS NULL AND watch_due <= ? "
        "ORDER BY watch_due LIMIT ?",
        {now, most_zones_at_once}, read_id);
}

}  // namespace kaspar::enforcer
