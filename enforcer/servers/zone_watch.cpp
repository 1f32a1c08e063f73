#include "enforcer/servers/zone_watch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "enforcer/policy_book.h"
#include "enforcer/report_intake.h"
#include "enforcer/servers/asking.h"

namespace kaspar::enforcer {

namespace {

/// Secondaries are told of changes at once (NOTIFY); who lags is asked again this often.
constexpr Duration again = std::chrono::minutes{1};

/// A server may go back to what it served before.
constexpr Duration once_spread = std::chrono::hours{1};

/// `serial` is that one or a later one (RFC 1982 §3.2).
bool is_at_least(std::uint32_t serial, std::uint32_t wanted) {
    return static_cast<std::int32_t>(serial - wanted) >= 0;
}

std::optional<std::uint32_t> serial_in(const Name& zone, const Answer& answer) {
    constexpr std::size_t fixed_octets = 20;  // serial, refresh, retry, expire, minimum
    for (const Record& record : answer.records(zone, rrtype::soa)) {
        if (record.rdata.size() <= fixed_octets)
            continue;
        const std::uint8_t* at = record.rdata.data() + record.rdata.size() - fixed_octets;
        return static_cast<std::uint32_t>(at[0]) << 24 | static_cast<std::uint32_t>(at[1]) << 16 |
               static_cast<std::uint32_t>(at[2]) << 8 | at[3];
    }
    return std::nullopt;
}

bool serves_keys(const Name& zone, const Answer& answer, const std::vector<Dnskey>& published) {
    std::vector<Bytes> served, wanted;
    for (const Record& record : answer.records(zone, rrtype::dnskey))
        served.push_back(record.rdata);
    for (const Dnskey& key : published)
        wanted.push_back(key.rdata());
    std::sort(served.begin(), served.end());
    std::sort(wanted.begin(), wanted.end());
    return served == wanted;
}

std::string doubt(const Result<Answer>& answer) {
    if (!answer.ok())
        return answer.fault().words;
    if (answer->rcode != rcode::no_error)
        return "answers " + rcode_word(answer->rcode);
    return answer->authoritative ? "" : "answers without authority (AA)";
}

/// What one server's two answers come to.
ServerAnswer read_answers(const Name& zone, const Publication& published, std::string server,
                          const Result<Answer>& soa, const Result<Answer>& dnskey, Time at) {
    ServerAnswer read{ServerRole::zone, std::move(server), at, std::nullopt, Duration{0}, "", at};
    read.trouble = doubt(soa);
    if (read.trouble.empty())
        read.trouble = doubt(dnskey);
    if (!read.trouble.empty())
        return read;
    const auto serial = serial_in(zone, *soa);
    if (!serial) {
        read.trouble = "gives no SOA";
        return read;
    }
    read.content = std::to_string(*serial);
    if (!is_at_least(*serial, published.serial))
        read.trouble = fmt::format("serves serial {}", *serial);
    else if (!serves_keys(zone, *dnskey, published.dnskeys))
        read.trouble = fmt::format("serves serial {} with other DNSKEY records", *serial);
    return read;
}

Outcome note_answers(const Enforcement& with, const WatchedZone& watched,
                     const std::vector<ServerAnswer>& answers) {
    const bool everywhere = lag_words(answers).empty();
    const Time at = answers.empty() ? with.now : answers.front().at;
    const std::int64_t id = watched.zone.id;
    KASPAR_CHECK(replace_answers(with.database, id, answers, {ServerRole::zone}));
    if (!everywhere)
        return with.database.run(
            "UPDATE zones SET watch_due = ?, flagged = flagged OR spread_serial IS NOT NULL, "
            "spread_serial = NULL WHERE id = ?",
            {with.now + again, id});
    return with.database.run(
        "UPDATE zones SET flagged = flagged OR spread_serial IS NOT ?, watch_due = ?, "
        "spread_serial = ?, spread_at = ? WHERE id = ?",
        {watched.published.serial, with.now + once_spread, watched.published.serial, at, id});
}

Result<std::vector<WatchedZone>> due_zones_to_watch(const Enforcement& with) {
    KASPAR_TRY(const auto ids, zones_to_watch(with.database, with.now));
    std::vector<WatchedZone> due;
    for (const std::int64_t id : ids) {
        KASPAR_TRY(auto zone, find_zone(with.database, id));
        if (!zone)
            continue;
        KASPAR_TRY(Policy policy, policy_for(with.database, *zone));
        const auto file = read_report(with.configuration, zone->name);
        if (file.ok() && *file && (*file)->report.publication)  // what is wrong, its step tells
            due.push_back({std::move(*zone), std::move(policy), *(*file)->report.publication});
    }
    return due;
}

/// All questions of a round: two to each server.
class ZoneQuestions {
  public:
    ZoneQuestions(const Enforcement& with, std::span<const WatchedZone> zones)
        : with_(with), zones_(zones), answers_(zones.size()) {}

    std::vector<std::vector<ServerAnswer>> ask_all() {
        for (std::size_t i = 0; i < zones_.size(); ++i)
            for (const ServerAddress& server : zones_[i].policy.watch)
                add(i, server);
        const Stopwatch asked;
        const auto replies = ask(askings_);
        const Time at = with_.now + asked.elapsed();
        for (std::size_t i = 0; i < about_.size(); ++i) {
            const WatchedZone& watched = zones_[about_[i].zone];
            answers_[about_[i].zone].push_back(read_answers(watched.zone.name, watched.published,
                                                            about_[i].server, replies[2 * i],
                                                            replies[2 * i + 1], at));
        }
        return std::move(answers_);
    }

  private:
    struct About {
        std::size_t zone;
        std::string server;
    };

    void add(std::size_t zone, const ServerAddress& server) {
        auto key = tsig_key(with_.configuration, server.tsig_key);
        if (!key.ok()) {
            answers_[zone].push_back({ServerRole::zone, server.text(), with_.now, std::nullopt,
                                      Duration{0}, key.fault().words, with_.now});
            return;
        }
        about_.push_back({zone, server.text()});
        for (const std::uint16_t type : {rrtype::soa, rrtype::dnskey})
            askings_.push_back({server, {zones_[zone].zone.name, type}, *key});
    }

    const Enforcement& with_;
    std::span<const WatchedZone> zones_;
    std::vector<Asking> askings_;
    std::vector<About> about_;
    std::vector<std::vector<ServerAnswer>> answers_;
};

}  // namespace

Outcome watch_zones(const Enforcement& with) {
    KASPAR_TRY(const auto due, due_zones_to_watch(with));
    if (due.empty())
        return Done{};
    const auto answers = ask_zone_servers(with, due);
    KASPAR_TRY(Transaction transaction, Transaction::begin(with.database));
    for (std::size_t i = 0; i < due.size(); ++i)
        KASPAR_CHECK(note_answers(with, due[i], answers[i]));
    return transaction.commit();
}

std::vector<std::vector<ServerAnswer>> ask_zone_servers(const Enforcement& with,
                                                        std::span<const WatchedZone> zones) {
    return ZoneQuestions(with, zones).ask_all();
}

bool is_spread(const Zone& zone, const Policy& policy, const Publication& published) {
    return policy.watch.empty() ||
           zone.spread_serial == static_cast<std::int64_t>(published.serial);
}

std::string lag_words(const std::vector<ServerAnswer>& answers) {
    std::vector<std::string> words;
    for (const ServerAnswer& answer : answers)
        if (answer.role == ServerRole::zone && !answer.trouble.empty())
            words.push_back(fmt::format("{}: {}", answer.server, answer.trouble));
    return fmt::format("{}", fmt::join(words, "; "));
}

}  // namespace kaspar::enforcer
