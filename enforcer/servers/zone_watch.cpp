#include "enforcer/servers/zone_watch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "enforcer/policy_book.h"
#include "enforcer/report_intake.h"
#include "enforcer/servers/inquiry.h"

namespace kaspar::enforcer {

namespace {

/// Secondaries are told of changes at once (NOTIFY); who lags is asked again this often.
constexpr Duration again = std::chrono::minutes{1};

/// A server may go back to what it served before.
constexpr Duration once_propagated = std::chrono::hours{1};

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
ServerAnswer read_answers(const WatchedZone& watched, std::string server, const Result<Answer>& soa,
                          const Result<Answer>& dnskey, Time at) {
    const Name& zone = watched.zone.name;
    const Publication& published = watched.published;
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
            "UPDATE zones SET watch_due = ?, flagged = flagged OR propagated_serial IS NOT NULL, "
            "propagated_serial = NULL WHERE id = ?",
            {with.now + again, id});
    return with.database.run(
        "UPDATE zones SET flagged = flagged OR propagated_serial IS NOT ?, watch_due = ?, "
        "propagated_serial = ?, propagated_at = ? WHERE id = ?",
        {watched.published.serial, with.now + once_propagated, watched.published.serial, at, id});
}

Result<std::vector<WatchedZone>> due_zones_to_watch(const Enforcement& with) {
    KASPAR_TRY(const auto ids, zones_to_watch(with.database, with.now));
    KASPAR_TRY(auto zones, with_policies(with.database, ids));
    std::vector<WatchedZone> due;
    for (auto& [zone, policy] : zones) {
        const auto file = read_report(with.configuration, zone.name);
        if (file.ok() && *file && (*file)->report.publication)  // what is wrong, its step tells
            due.push_back({std::move(zone), std::move(policy), *(*file)->report.publication});
    }
    return due;
}

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
    struct Replies {
        std::optional<Result<Answer>> soa, dnskey;
    };
    Inquiry inquiry(with.configuration);
    std::vector<std::vector<Replies>> replies(zones.size());
    for (std::size_t i = 0; i < zones.size(); ++i) {
        const auto& [zone, policy, published] = zones[i];
        replies[i].resize(policy.watch.size());
        for (std::size_t n = 0; n < policy.watch.size(); ++n) {
            Replies& of_server = replies[i][n];
            inquiry.add(policy.watch[n], {zone.name, rrtype::soa},
                        [&of_server](const auto& answer) { of_server.soa = answer; });
            inquiry.add(policy.watch[n], {zone.name, rrtype::dnskey},
                        [&of_server](const auto& answer) { of_server.dnskey = answer; });
        }
    }
    const Time end = with.now + inquiry.run();
    std::vector<std::vector<ServerAnswer>> answers(zones.size());
    for (std::size_t i = 0; i < zones.size(); ++i)
        for (std::size_t n = 0; n < replies[i].size(); ++n)
            answers[i].push_back(read_answers(zones[i], zones[i].policy.watch[n].text(),
                                              *replies[i][n].soa, *replies[i][n].dnskey, end));
    return answers;
}

bool is_propagated(const Zone& zone, const Policy& policy, const Publication& published) {
    return policy.watch.empty() ||
           zone.propagated_serial == static_cast<std::int64_t>(published.serial);
}

std::string lag_words(const std::vector<ServerAnswer>& answers) {
    std::vector<std::string> words;
    for (const ServerAnswer& answer : answers)
        if (answer.role == ServerRole::zone && !answer.trouble.empty())
            words.push_back(fmt::format("{}: {}", answer.server, answer.trouble));
    return fmt::format("{}", fmt::join(words, "; "));
}

}  // namespace kaspar::enforcer
