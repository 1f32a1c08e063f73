#include "enforcer/store/move_chain.h"

#include <fmt/format.h>

#include <charconv>

#include "common/values/encoding.h"

namespace kaspar::enforcer {

namespace {

constexpr std::size_t digest_size = 32;

ChainHead read_head(const Row& row) {
    return {row.integer(0), row.octets(1)};
}

/// An event, its hash, and the hash that follows from what stands before it and in it.
struct Link {
    std::int64_t number;
    Time at;
    Bytes hash, expected;
    std::string who, what;
};

Link read_link(const Row& row) {
    return {row.integer(0), row.time(1), row.octets(2), row.octets(3), row.text(4), row.text(5)};
}

constexpr auto links =
    "SELECT id, at, hash, digest((SELECT hash FROM moves WHERE id < m.id ORDER BY id DESC LIMIT 1),"
    " id, at, who, zone, what, why, from_state, to_state), who, what FROM moves AS m ORDER BY id";

std::string missing(std::int64_t first, std::int64_t last) {
    return first == last ? fmt::format("event {} was removed", first)
                         : fmt::format("events {} to {} were removed", first, last);
}

/// What is wrong with a link, if anything. Numbers have no gaps; a hash alone would not show that
/// the events after an end that was cut off follow the new end.
std::optional<std::string> fault_of(const Link& link, std::int64_t before) {
    if (link.number != before + 1)
        return missing(before + 1, link.number - 1);
    if (link.hash == link.expected)
        return std::nullopt;
    const std::string event = fmt::format("event {} (now: {} [{}] {})", link.number,
                                          to_rfc3339(link.at), link.who, link.what);
    if (link.hash.empty())
        return event + " was put in";
    return event + " is not as it was recorded: it, or the hash before it, was changed";
}

void add(ChainCheck& check, const Link& link) {
    const std::int64_t before = check.head ? check.head->number : 0;
    if (!check.broken)
        check.broken = fault_of(link, before);
    ++check.events;
    if (!check.from)
        check.from = link.at;
    check.to = link.at;
    check.head = ChainHead{link.number, link.hash};
}

/// SQLite remembers the largest number that it ever gave.
Outcome check_end(Database& database, ChainCheck& check) {
    std::int64_t given = 0;
    KASPAR_CHECK(database.query("SELECT seq FROM sqlite_sequence WHERE name = 'moves'", {},
                                [&](const Row& row) { given = row.integer(0); }));
    const std::int64_t last = check.head ? check.head->number : 0;
    if (!check.broken && given > last)
        check.broken = missing(last + 1, given);
    return Done{};
}

}  // namespace

std::string text_of(const ChainHead& head) {
    return fmt::format("{}:{}", head.number, to_hex(head.hash));
}

Result<ChainHead> chain_head_from_text(std::string_view text) {
    ChainHead head;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), head.number);
    const auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
    const auto hash = rest.starts_with(':') ? from_hex(rest.substr(1)) : std::nullopt;
    if (error != std::errc{} || !hash || hash->size() != digest_size)
        return Fault{FaultClass::input,
                     fmt::format("'{}' is not the head of a trail; it is written NUMBER:HASH, as "
                                 "`kaspar log --verify` shows it",
                                 text)};
    head.hash = *hash;
    return head;
}

Result<std::optional<ChainHead>> chain_head(Database& database) {
    return database.one<ChainHead>("SELECT id, hash FROM moves ORDER BY id DESC LIMIT 1", {},
                                   read_head);
}

Outcome check_holds(Database& database, const ChainHead& head) {
    KASPAR_TRY(const auto there, database.one<ChainHead>("SELECT id, hash FROM moves WHERE id = ?",
                                                         {head.number}, read_head));
    if (!there)
        return Fault{FaultClass::state,
                     fmt::format("the audit trail has no event {}, though there was one: its end "
                                 "was cut off, or the database is an old one",
                                 head.number)};
    if (*there == head)
        return Done{};
    return Fault{FaultClass::state,
                 fmt::format("event {} of the audit trail, or one before it, is not the one that "
                             "there was: the trail was written anew",
                             head.number)};
}

Result<ChainCheck> check_chain(Database& database) {
    ChainCheck check;
    KASPAR_CHECK(database.query(links, {}, [&](const Row& row) { add(check, read_link(row)); }));
    KASPAR_CHECK(check_end(database, check));
    return check;
}

}  // namespace kaspar::enforcer
