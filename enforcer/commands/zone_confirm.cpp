// `kaspar zone confirm`: a person says what a restored zone has published, and the zone goes on
// from there.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "enforcer/commands/commands.h"
#include "enforcer/report_intake.h"

namespace kaspar::enforcer {

namespace {

using Tags = std::set<std::uint16_t>;

/// A signer may have executed any number that was given since the backup; these are more than can
/// have been.
constexpr std::uint64_t generations_skipped = 1'000'000;

/// "12345,54321", or "none".
Result<Tags> tags_from(const std::string& option, const std::string& text) {
    Tags tags;
    if (text == "none")
        return tags;
    for (const char *at = text.data(), *end = at + text.size();; ++at) {
        std::uint16_t tag = 0;
        const auto [rest, error] = std::from_chars(at, end, tag);
        if (error != std::errc{} || (rest != end && *rest != ','))
            return Fault{FaultClass::usage,
                         fmt::format("{}: '{}' is no list of key tags: write 12345,54321 or none",
                                     option, text)};
        tags.insert(tag);
        if (rest == end)
            return tags;
        at = rest;
    }
}

std::string in_words(const Tags& tags) {
    return tags.empty() ? "none" : fmt::format("{}", fmt::join(tags, ","));
}

Tags tags_of(const History& history, KeySet keys) {
    Tags tags;
    for (const KeyIndex key : keys)
        tags.insert(history.keys[key].tag);
    return tags;
}

/// What the signer published last, by its report. Fault: refused, if there is none.
Result<Publication> last_publication(Session& session, const Zone& zone) {
    KASPAR_TRY(const auto file, read_report(session.configuration(), zone.name));
    if (!file || !file->report.publication)
        return Fault{
            FaultClass::refused,
            fmt::format("zone {}: there is no report of what is published; put the signer's newest "
                        "one in place: {}",
                        zone_text(zone.name),
                        report_path(session.configuration(), zone.name).string())};
    auto publication = *file->report.publication;
    publication.generation = std::max(publication.generation, file->report.last_run.generation);
    return publication;
}

Outcome check_dnskey(const Zone& zone, const Tags& said, const Tags& reported) {
    if (said == reported)
        return Done{};
    return Fault{
        FaultClass::refused,
        fmt::format("zone {}: by the signer's report the DNSKEYs are {}, not {}: the report is "
                    "older than what is published, or somebody else signs; put the newest report "
                    "in place. A key that was made after the backup, and that nobody has, cannot "
                    "be brought back: have the DS removed at the parent, wait for its TTL, and "
                    "begin anew with `kaspar zone remove` and `zone add`",
                    zone_text(zone.name), in_words(reported), in_words(said))};
}

Result<KeySet> keys_with(const OpenZone& open, const Tags& tags) {
    const History& history = open.remembered.history;
    KeySet keys;
    Tags found;
    for (KeyIndex i = 0; i < history.keys.size(); ++i)
        if (tags.contains(history.keys[i].tag) && signs_dnskey(history.keys[i].role)) {
            keys.insert(i);
            found.insert(history.keys[i].tag);
        }
    if (found == tags)
        return keys;
    return Fault{FaultClass::refused,
                 fmt::format("zone {}: --ds {}: not all are DS of keys that the database knows; "
                             "a newer backup may know them",
                             zone_text(open.zone.name), in_words(tags))};
}

/// Nothing was published when the backup was made, nor is now: the zone begins as it did.
bool is_untouched(const OpenZone& open, const Tags& dnskey, const Tags& ds) {
    return open.remembered.history.generation == 0 && dnskey.empty() && ds.empty();
}

Outcome take_up(Session& session, OpenZone& open, const Tags& dnskey, const Tags& ds) {
    History& history = open.remembered.history;
    if (is_untouched(open, dnskey, ds))
        return Done{};
    KASPAR_TRY(const Publication publication, last_publication(session, open.zone));
    KASPAR_TRY(const Observation seen,
               understand(session.with(), open.zone, publication, open.remembered));
    KASPAR_CHECK(check_dnskey(open.zone, dnskey, tags_of(history, seen.dnskey)));
    KASPAR_TRY(const KeySet at_parent, keys_with(open, ds));
    history.generation = std::max(history.generation, seen.generation) + generations_skipped;
    adopt(history, seen, at_parent, open.policy, session.now());
    open.zone.report.published = seen.published;
    open.zone.report.generation = static_cast<std::int64_t>(seen.generation);
    return Done{};
}

}  // namespace

Ending zone_confirm(Session& session, const std::string& name, const std::string& dnskey,
                    const std::string& ds) {
    KASPAR_TRY(const Tags dnskey_tags, tags_from("--dnskey", dnskey));
    KASPAR_TRY(const Tags ds_tags, tags_from("--ds", ds));
    KASPAR_TRY(OpenZone open, OpenZone::open_restored(session, name));
    if (!open.zone.restored)
        return Fault{FaultClass::refused,
                     fmt::format("zone {} does not wait for this: no backup of it was put back "
                                 "since it was confirmed last",
                                 zone_text(open.zone.name))};
    const auto before = states_of(open.remembered, open.policy, session.now());
    KASPAR_CHECK(take_up(session, open, dnskey_tags, ds_tags));
    open.zone.restored.reset();
    open.zone.trouble.reset();
    KASPAR_CHECK(note(session.with(), open.zone, "what is published is confirmed",
                      fmt::format("DNSKEY {}, DS {}", in_words(dnskey_tags), in_words(ds_tags))));
    KASPAR_CHECK(update_zone(session.database(), open.zone));
    const auto until = open.remembered.history.unknown_until;
    KASPAR_CHECK(open.close(session, before));
    print(fmt::format("zone {} goes on from what is published{}\n", zone_text(open.zone.name),
                      until ? fmt::format("; nothing moves before {}, as caches may hold until "
                                          "then what the backup does not know",
                                          to_rfc3339(*until))
                            : ""));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer
