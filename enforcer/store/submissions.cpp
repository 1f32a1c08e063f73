#include "enforcer/store/submissions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace kaspar::enforcer {

namespace {

constexpr std::array<std::pair<SubmissionWay, std::string_view>, 3> ways{
    {{SubmissionWay::ds_submit, "ds_submit"},
     {SubmissionWay::ds_withdraw, "ds_withdraw"},
     {SubmissionWay::notify, "notify"}}};

SubmissionWay way_from(std::string_view text) {
    const auto found =
        std::find_if(ways.begin(), ways.end(), [&](const auto& row) { return row.second == text; });
    require(found != ways.end(), "the database holds known ways of submission");
    return found->first;
}

constexpr auto submission_columns =
    "SELECT zone, way, request, asked, tries, due, done, trouble FROM submissions ";

/// Of zones that are there, and whose state is not one of an earlier time.
constexpr auto of_known_zones =
    "zone IN (SELECT id FROM zones WHERE removed IS NULL AND restored IS NULL)";

Submission read_submission(const Row& row) {
    return {row.integer(0),
            way_from(row.text(1)),
            row.text(2),
            row.time(3),
            static_cast<unsigned>(row.integer(4)),
            row.maybe_time(5),
            row.maybe_time(6),
            row.maybe_text(7).value_or("")};
}

}  // namespace

std::string_view word(SubmissionWay way) {
    for (const auto& [one, text] : ways)
        if (one == way)
            return text;
    return "";
}

Outcome want_submission(Database& database, const Submission& wanted) {
    KASPAR_CHECK(database.run(
        "INSERT INTO submissions (zone, way, request, asked, due) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (zone, way) DO UPDATE SET request = excluded.request, asked = excluded.asked, "
        "tries = 0, due = excluded.due, done = NULL, trouble = NULL "
        "WHERE request <> excluded.request",
        {wanted.zone, word(wanted.way), wanted.request, wanted.asked, wanted.due}));
    // The same as before, and wanted again: what is done is not done again.
    return database.run(
        "UPDATE submissions SET wanted = 1, due = CASE WHEN done IS NULL THEN ? END "
        "WHERE zone = ? AND way = ? AND wanted = 0",
        {wanted.due, wanted.zone, word(wanted.way)});
}

Outcome drop_submission(Database& database, std::int64_t zone, SubmissionWay way) {
    return database.run("UPDATE submissions SET wanted = 0, due = NULL WHERE zone = ? AND way = ?",
                        {zone, word(way)});
}

Result<std::vector<Submission>> submissions_of(Database& database, std::int64_t zone) {
    return database.all<Submission>(
        fmt::format("{} WHERE zone = ? AND wanted = 1 ORDER BY way", submission_columns), {zone},
        read_submission);
}

Result<std::int64_t> renew_submissions(Database& database, std::int64_t zone, Time now) {
    KASPAR_CHECK(database.run(
        "UPDATE submissions SET due = ?, done = NULL WHERE zone = ? AND wanted = 1", {now, zone}));
    return database.rows_changed();
}

Outcome forget_submissions(Database& database) {
    return database.run("UPDATE submissions SET wanted = 0, due = NULL, done = NULL");
}

Result<std::vector<Submission>> due_submissions(Database& database, Time now) {
    return database.all<Submission>(
        fmt::format("{} WHERE due <= ? AND {} ORDER BY due", submission_columns, of_known_zones),
        {now}, read_submission);
}

Result<std::optional<Time>> next_submission(Database& database) {
    std::optional<Time> next;
    KASPAR_CHECK(
        database.query(fmt::format("SELECT min(due) FROM submissions WHERE due IS NOT NULL AND {}",
                                   of_known_zones),
                       {}, [&](const Row& row) { next = row.maybe_time(0); }));
    return next;
}

Outcome note_try(Database& database, const Submission& tried) {
    return database.run(
        "UPDATE submissions SET tries = ?, due = ?, done = ?, trouble = ? "
        "WHERE zone = ? AND way = ? AND request = ?",
        {tried.tries, tried.due, tried.done,
         tried.trouble.empty() ? std::nullopt : std::optional(tried.trouble), tried.zone,
         word(tried.way), tried.request});
}

}  // namespace kaspar::enforcer
