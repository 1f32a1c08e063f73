#include "enforcer/report_intake.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "common/system/file.h"
#include "common/system/trust.h"
#include "enforcer/emission.h"
#include "enforcer/servers/zone_watch.h"

namespace kaspar::enforcer {

namespace {

/// Keys that are in the published zone come into play: those that had left it, as a signer may have
/// carried out an old instruction; in a restored state also those made ahead, which were taken
/// since the backup.
Outcome recall_keys(const Enforcement& with, const Zone& zone, const Publication& publication,
                    Remembered& remembered) {
    KASPAR_TRY(const auto rows, keys_of(with.database, zone.id));
    bool recalled = false;
    for (const StoredKey& row : rows) {
        const bool was_taken = zone.restored && row.reserved;
        if (row.progress != KeyProgress::ready || (!row.out_of_use_since && !was_taken))
            continue;
        const auto is_row = [&](const Dnskey& published) {
            return published.key == row.dnskey->key;
        };
        if (std::none_of(publication.dnskeys.begin(), publication.dnskeys.end(), is_row))
            continue;
        KASPAR_CHECK(was_taken ? take_into_use(with.database, row.id, row.standby, with.now)
                               : bring_back(with.database, row.id));
        recalled = true;
    }
    if (recalled) {
        KASPAR_TRY(remembered, load_history(with.database, zone));
    }
    return Done{};
}

Fault unknown_key(const Zone& zone, const std::string& which, const std::filesystem::path& report) {
    return {FaultClass::state,
            fmt::format("zone {}: {} is in the published zone, but is not a key of this zone: "
                        "nothing is moved; find out who signs it. If the zone is to start anew, "
                        "remove {}",
                        zone_text(zone.name), which, report.string())};
}

class Translation {
  public:
    Translation(const Zone& zone, const Remembered& remembered, std::filesystem::path report)
        : zone_(zone), remembered_(remembered), report_(std::move(report)) {}

    Result<KeySet> dnskeys(const std::vector<Dnskey>& published) const {
        KeySet keys;
        for (const Dnskey& dnskey : published) {
            const auto position = remembered_.position_of(dnskey.key);
            if (!position)
                return unknown_key(zone_, fmt::format("DNSKEY {}", dnskey.tag()), report_);
            keys.insert(*position);
        }
        return keys;
    }

    Result<KeySet> signers(const std::vector<std::string>& fingerprints) const {
        KeySet keys;
        for (const std::string& fingerprint : fingerprints) {
            const auto position = remembered_.position_of_fingerprint(fingerprint);
            if (!position)
                return unknown_key(zone_, fmt::format("a signature by key {}", fingerprint),
                                   report_);
            keys.insert(*position);
        }
        return keys;
    }

  private:
    const Zone& zone_;
    const Remembered& remembered_;
    std::filesystem::path report_;
};

/// Every zone has data; a report that knows of none would have all that was published look gone.
Outcome check_data(const Zone& zone, const Publication& publication) {
    if (!publication.data_signers.empty())
        return Done{};
    return Fault{FaultClass::state,
                 fmt::format("zone {}: the signer reports a publication without any data: nothing "
                             "is moved; let the signer run again",
                             zone_text(zone.name))};
}

Result<Observation> observe(const Translation& translation, const Publication& publication) {
    Observation seen;
    seen.generation = publication.generation;
    seen.published = publication.published;
    KASPAR_TRY(seen.dnskey, translation.dnskeys(publication.dnskeys));
    KASPAR_TRY(seen.dnskey_signers, translation.signers(publication.dnskey_signers));
    for (const SignerSet& set : publication.data_signers) {
        KASPAR_TRY(const KeySet signers, translation.signers(set.keys));
        seen.data_signers.push_back(signers);
    }
    seen.dnskey_ttl = publication.dnskey_ttl;
    seen.largest_ttl = publication.largest_ttl;
    seen.negative_ttl = publication.negative_ttl;
    return seen;
}

/// Reports are not signed: a signer holds nothing that tells it from others but its user. Who may
/// write them says what counts as published.
Outcome check_reporters(const std::filesystem::path& report) {
    KASPAR_CHECK(check_writers(report.parent_path()));
    return check_writers(report);
}

/// A report on an instruction that this database has not given: the database is older than it.
Outcome check_generation(const Zone& zone, const History& history, const Report& report) {
    const std::uint64_t told =
        std::max(report.last_run.generation,
                 report.publication ? report.publication->generation : std::uint64_t{0});
    if (told <= history.generation || history.generation == 0)
        return Done{};
    return Fault{FaultClass::state,
                 fmt::format("zone {}: the signer reports on instruction {}, the last one in the "
                             "database is {}: the database is older than the report; nothing is "
                             "moved; put the newest backup of the database back",
                             zone_text(zone.name), told, history.generation)};
}

/// Clocks of two machines may differ this much.
constexpr Duration clock_difference = std::chrono::minutes{10};

/// Taken in, a report from the future would make every true one until then look old.
Outcome check_time(const Enforcement& with, const Zone& zone, const Publication& publication) {
    if (publication.published <= with.now + clock_difference)
        return Done{};
    return Fault{
        FaultClass::state,
        fmt::format("zone {}: the signer reports a publication at {}, but it is {}: one of "
                    "the clocks is wrong; nothing is moved; set it right and let the "
                    "signer run again",
                    zone_text(zone.name), to_rfc3339(publication.published), to_rfc3339(with.now))};
}

Outcome check_sense(const Enforcement& with, const Zone& zone, const Publication& publication) {
    KASPAR_CHECK(check_time(with, zone, publication));
    return check_data(zone, publication);
}

/// By a later time, or of a later instruction: the signer's clock may have been set back meanwhile.
bool tells_something_new(const RecordedReport& recorded, const Publication& publication) {
    const auto generation = static_cast<std::int64_t>(publication.generation);
    return !recorded.published || publication.published > *recorded.published ||
           generation > recorded.generation.value_or(0);
}

/// What follows a publication comes no earlier than what came before it, nor than the instruction
/// that it carried out, whatever the report says.
Result<Time> no_earlier_than_possible(const Enforcement& with, const Zone& zone,
                                      const Publication& publication) {
    KASPAR_TRY(const auto standing, standing_instruction(with.configuration, zone));
    Time published =
        std::max(publication.published, zone.report.published.value_or(publication.published));
    if (standing && standing->generation == publication.generation)
        published = std::max(published, standing->issued);
    return published;
}

/// A publication from which, with the propagation delay, follows what was seen: everywhere no
/// earlier than the zone's servers showed it.
Time propagated_from(const Zone& zone, const Policy& policy, Time published) {
    return std::max(published,
                    zone.propagated_at.value_or(published) - policy.zone_propagation_delay);
}

}  // namespace

std::filesystem::path report_path(const Configuration& configuration, const Name& zone) {
    return configuration.reports() / zone.file_name();
}

std::optional<RecordedReport> stamp_of(const std::filesystem::path& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0)
        return std::nullopt;
    return RecordedReport{
        found.st_size,
        found.st_mtim.tv_sec * std::int64_t{1'000'000'000} + found.st_mtim.tv_nsec,
        {},
        {}};
}

bool is_new(const RecordedReport& recorded, const std::filesystem::path& file) {
    const auto stamp = stamp_of(file);
    return stamp && (stamp->size != recorded.size || stamp->modified != recorded.modified);
}

bool report_is_new(const Configuration& configuration, const Name& zone,
                   const RecordedReport& recorded) {
    return is_new(recorded, report_path(configuration, zone));
}

Result<std::optional<ReportFile>> read_report(const Configuration& configuration,
                                              const Name& zone) {
    const auto path = report_path(configuration, zone);
    // The stamp first: if the file is replaced before it is read, the next pass sees a new one.
    const auto stamp = stamp_of(path);
    KASPAR_TRY(const auto text, read_file_if_there(path));
    if (!stamp || !text)
        return std::optional<ReportFile>{};
    KASPAR_CHECK(check_reporters(path));
    KASPAR_TRY(Report report, parse_report(path, *text));
    if (report.zone != zone)
        return Fault{FaultClass::state, fmt::format("{}: is about zone {}, not {}", path.string(),
                                                    report.zone.text(), zone.text())};
    return std::optional(ReportFile{std::move(report), *stamp->size, *stamp->modified});
}

Result<Observation> understand(const Enforcement& with, const Zone& zone,
                               const Publication& publication, Remembered& remembered) {
    KASPAR_CHECK(check_sense(with, zone, publication));
    KASPAR_CHECK(recall_keys(with, zone, publication, remembered));
    const Translation translation(zone, remembered, report_path(with.configuration, zone.name));
    return observe(translation, publication);
}

Outcome take_in_report(const Enforcement& with, Zone& zone, const Policy& policy,
                       Remembered& remembered) {
    KASPAR_TRY(const auto file, read_report(with.configuration, zone.name));
    if (!file)
        return Done{};
    KASPAR_CHECK(check_generation(zone, remembered.history, file->report));
    const auto& publication = file->report.publication;
    if (publication)
        KASPAR_CHECK(check_sense(with, zone, *publication));
    zone.report.size = file->size;
    zone.report.modified = file->modified;
    if (!publication || !tells_something_new(zone.report, *publication))
        return Done{};

    KASPAR_TRY(Observation seen, understand(with, zone, *publication, remembered));
    KASPAR_TRY(seen.published, no_earlier_than_possible(with, zone, *publication));
    seen.everywhere = is_propagated(zone, policy, *publication);
    if (!seen.everywhere) {
        if (zone.propagated_serial || !zone.watch_due)  // of the publication before: ask at once
            zone.watch_due = with.now;
        record(remembered.history, seen, policy);
        return Done{};
    }
    if (!policy.watch.empty())
        seen.published = propagated_from(zone, policy, seen.published);
    record(remembered.history, seen, policy);
    zone.report.published = seen.published;
    zone.report.generation = static_cast<std::int64_t>(publication->generation);
    return note(with, zone, "report recorded",
                fmt::format("serial {} of instruction {}, published at {}", publication->serial,
                            publication->generation, to_rfc3339(publication->published)));
}

}  // namespace kaspar::enforcer
