#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/values/encoding.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/comparison.h"

namespace kaspar::enforcer {

namespace {

std::string tags_text(const Remembered& remembered, KeySet keys) {
    std::vector<std::string> tags;
    for (const KeyIndex key : keys)
        tags.push_back(std::to_string(remembered.history.keys[key].tag));
    return fmt::format("{}", fmt::join(tags, ", "));
}

/// Those of `waiting` with that tag, or all. Fault: refused if none is.
Result<KeySet> choose(const OpenZone& open, KeySet waiting, std::optional<std::uint16_t> tag,
                      std::string_view what) {
    KeySet chosen;
    for (const KeyIndex key : waiting)
        if (!tag || open.remembered.history.keys[key].tag == *tag)
            chosen.insert(key);
    if (!chosen.empty())
        return chosen;
    const std::string zone = zone_text(open.zone.name);
    const std::string which = tag ? fmt::format("key {}", *tag) : std::string("any key");
    return Fault{
        FaultClass::refused,
        fmt::format("zone {} does not wait for the DS of {} to {}; {}", zone, which, what,
                    waiting.empty()
                        ? fmt::format("`kaspar status {}` says what it waits for", zone)
                        : fmt::format("it waits for {}", tags_text(open.remembered, waiting)))};
}

/// Keys whose DS a person may say is not at the parent: those that were asked to go; and, named by
/// tag, those that were asked for but are wanted no more, since then the request can be withdrawn.
KeySet may_be_gone(const History& history, bool named) {
    KeySet keys = ds_to_go(history);
    for (const KeyIndex key : ds_awaited(history))
        if (named && !history.keys[key].wanted)
            keys.insert(key);
    return keys;
}

bool leaves_a_version(const History& history) {
    return std::any_of(history.ds.begin(), history.ds.end(),
                       [](const DsVersion& version) { return version.window.open(); });
}

/// What a person says of DS records, and how it acts.
struct Word {
    std::string_view what;                               ///< "is at the parent"
    void (*act)(History&, KeySet, const Policy&, Time);  ///< by itself
    KeySet History::*said;                               ///< where servers must show it, too
};

constexpr Word seen_word{"is at the parent", ds_seen, &History::said_seen};
constexpr Word gone_word{"is gone from the parent", ds_gone, &History::said_gone};

Outcome check_is_asked(const OpenZone& open) {
    if (open.policy.confirm != ParentConfirmation::observed)
        return Done{};
    const std::string zone = zone_text(open.zone.name);
    return Fault{FaultClass::refused,
                 fmt::format("zone {}: policy {} has Kaspar ask the parent's servers "
                             "(parent.confirm: observed), so nobody's word is needed; `kaspar ds "
                             "check {}` asks them now; if they cannot be asked, set parent.confirm "
                             "to manual",
                             zone, open.zone.policy, zone)};
}

Outcome act_on(OpenZone& open, KeySet keys, const Word& word, const std::string& words, Time now) {
    History& history = open.remembered.history;
    word.act(history, keys, open.policy, now);
    if (leaves_a_version(history))
        return Done{};
    return Fault{FaultClass::refused,
                 fmt::format("zone {}: if {}, the parent has none of the sets that it was ever "
                             "asked for, by what was said of it before; look at it again, and say "
                             "first with `kaspar ds seen` what it has",
                             zone_text(open.zone.name), words)};
}

Outcome say(Session& session, OpenZone& open, KeySet keys, const Word& word) {
    KASPAR_CHECK(check_is_asked(open));
    const auto before = states_of(open.remembered, open.policy, session.now());
    const std::string words =
        fmt::format("the DS of {} {}", tags_text(open.remembered, keys), word.what);
    const bool shown_too = open.policy.confirm == ParentConfirmation::both;
    if (shown_too) {
        open.remembered.history.*word.said |= keys;
        KASPAR_CHECK(ask_parent_soon(session.database(), open.zone.id, session.now()));
    } else {
        KASPAR_CHECK(act_on(open, keys, word, words, session.now()));
    }
    KASPAR_CHECK(note(session.with(), open.zone, words, "a person's word"));
    KASPAR_CHECK(open.close(session, before));
    print(fmt::format("{}: noted that {}{}\n", zone_text(open.zone.name), words,
                      shown_too ? "; it counts once the parent's servers show it, too" : ""));
    return Done{};
}

}  // namespace

Ending ds_show(Session& session, const std::string& name) {
    KASPAR_TRY(const Zone zone, known_zone(session.database(), name));
    KASPAR_TRY(const ZoneView view, view_records(session.with(), zone));
    Json list = Json::array();
    for (const Ds& ds : wanted_records(view)) {
        const std::string line = fmt::format("{} {} IN DS {}", zone.name.absolute_text(),
                                             view.policy.ds_ttl.count(), ds.text());
        if (!session.json())
            print(line + "\n");
        list.push_back({{"tag", ds.tag},
                        {"algorithm", ds.algorithm},
                        {"digest_type", ds.digest_type},
                        {"digest", to_hex(ds.digest)},
                        {"record", line}});
    }
    if (session.json())
        print(list.dump(2) + "\n");
    return ExitStatus::done;
}

Ending ds_is_seen(Session& session, const std::string& zone, std::optional<std::uint16_t> tag) {
    KASPAR_TRY(OpenZone open, OpenZone::open(session, zone));
    KASPAR_TRY(const KeySet keys,
               choose(open, ds_awaited(open.remembered.history), tag, "appear at the parent"));
    KASPAR_CHECK(say(session, open, keys, seen_word));
    return ExitStatus::done;
}

Ending ds_is_gone(Session& session, const std::string& zone, std::optional<std::uint16_t> tag) {
    KASPAR_TRY(OpenZone open, OpenZone::open(session, zone));
    KASPAR_TRY(const KeySet keys,
               choose(open, may_be_gone(open.remembered.history, tag.has_value()), tag,
                      "leave the parent"));
    KASPAR_CHECK(say(session, open, keys, gone_word));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer
