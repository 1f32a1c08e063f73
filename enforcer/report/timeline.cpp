#include "enforcer/report/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "enforcer/commands/calendar.h"
#include "enforcer/commands/outlook.h"
#include "enforcer/core/words.h"
#include "enforcer/report/looks.h"
#include "enforcer/state_changes.h"

namespace kaspar::enforcer {

namespace {

using namespace std::chrono_literals;

// A drawing of more would be too wide to read; the log and the forecast's table have it all.
constexpr Duration longest_past = std::chrono::days{400};
constexpr std::size_t most_past_changes = 40, most_future_changes = 80;

/// What is shown before the first change, so that it is seen to be one.
constexpr Duration before_first = 6h;

/// From when on a record is in which state.
struct Point {
    Time at;
    RecordState state;
};
using Points = std::vector<Point>;

RecordState state_of(std::string_view text) {
    for (const RecordState state :
         {RecordState::rumoured, RecordState::omnipresent, RecordState::unretentive})
        if (text == word(state))
            return state;
    return RecordState::hidden;
}

/// A key while its tag means this key and no later one.
struct Lifetime {
    const StoredKey* key;
    Time until;
};

Lifetime lifetime_of(std::span<const KnownKey> keys, const StoredKey& key) {
    Time until = Time::max();
    for (const KnownKey& known : keys) {
        const StoredKey& other = known.row;
        if (other.dnskey && other.role == key.role && other.dnskey->tag() == key.dnskey->tag() &&
            other.created > key.created)
            until = std::min(until, other.created);
    }
    return {&key, until};
}

Points logged(std::span<const RecordedMove> states, const KeyRecord& record, Lifetime life) {
    const std::string what = state_words(record, life.key->role, life.key->dnskey->tag());
    Points points;
    for (const RecordedMove& move : states) {
        if (move.what != what || move.at < life.key->created || move.at >= life.until)
            continue;
        if (points.empty())
            points.push_back({life.key->created, state_of(*move.from)});
        points.push_back({move.at, state_of(*move.to)});
    }
    // What leaves play is looked at no more, and so its end is not in the log.
    if (const auto& end = life.key->out_of_use_since; end && !points.empty())
        points.push_back({std::max(*end, points.back().at), RecordState::hidden});
    return points;
}

void add_foreseen(Points& points, const Forecast& forecast, const KeyRecord& record,
                  std::size_t key) {
    for (const Event& event : forecast.events)
        if (event.state && event.keys.front() == key && event.state->record == &record)
            points.push_back({event.at, event.state->to});
}

std::vector<Stretch> stretches_between(Time from, Time until, const Points& points) {
    std::vector<Stretch> found;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const Time begin = std::max(points[i].at, from);
        const Time end = std::min(i + 1 < points.size() ? points[i + 1].at : until, until);
        if (begin >= end)
            continue;
        if (!found.empty() && found.back().to == begin && found.back().state == points[i].state)
            found.back().to = end;
        else
            found.push_back({begin, end, points[i].state});
    }
    std::erase_if(found, [](const Stretch& stretch) {
        return stretch.state == RecordState::hidden || stretch.state == RecordState::not_applicable;
    });
    return found;
}

std::optional<KeyIndex> position_in(const History& history, std::int64_t id) {
    for (KeyIndex key = 0; key < history.keys.size(); ++key)
        if (history.keys[key].id == id)
            return key;
    return std::nullopt;
}

/// The records that a key of this role has.
bool has_record(Role role, const KeyRecord& record) {
    Key key{};
    key.role = role;
    return goal_states(key).*record.state != RecordState::not_applicable;
}

/// The lines of all keys of which there is anything to be seen between the timeline's ends.
class Lines {
  public:
    Lines(const ZoneView& view, std::span<const KnownKey> keys,
          std::span<const RecordedMove> states, const Forecast& forecast, const Timeline& timeline)
        : view_(view), keys_(keys), states_(states), forecast_(forecast), timeline_(timeline) {}

    void add_known() {
        for (const KnownKey& key : keys_)
            if (key.row.dnskey)
                add(fmt::format("{} {}", word(key.row.role), key.row.dnskey->tag()), key.row.role,
                    fmt::format("{}, {}", facts(key.row.algorithm).mnemonic, key.condition),
                    [&](const KeyRecord& record) { return points_of(key.row, record); });
    }

    void add_new() {
        for (std::size_t i = 0; i < forecast_.keys.size(); ++i)
            if (const Key& key = forecast_.keys[i]; !key.name.empty())
                add(key.name, key.role,
                    fmt::format("{}, to be made", facts(key.algorithm).mnemonic),
                    [&](const KeyRecord& record) {
                        Points points;
                        add_foreseen(points, forecast_, record, i);
                        return points;
                    });
    }

    /// KSKs first, and each role in the order in which its keys came.
    std::vector<KeyLines> take() {
        std::stable_sort(lines_.begin(), lines_.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        std::vector<KeyLines> taken;
        for (auto& [role, lines] : lines_)
            taken.push_back(std::move(lines));
        return taken;
    }

  private:
    Points points_of(const StoredKey& key, const KeyRecord& record) const {
        Points points = logged(states_, record, lifetime_of(keys_, key));
        const auto position = position_in(view_.remembered.history, key.id);
        if (!position)
            return points;
        const KeyStates states =
            key_states(view_.remembered.history, *position, view_.policy, timeline_.now);
        // Whatever the log says nothing of was all the time as it is now.
        points.push_back({points.empty() ? key.created : timeline_.now, states.*record.state});
        for (std::size_t i = 0; i < forecast_.keys.size(); ++i)
            if (forecast_.keys[i].id == key.id)
                add_foreseen(points, forecast_, record, i);
        return points;
    }

    template <typename PointsOf>
    void add(std::string title, Role role, std::string note, PointsOf points_of) {
        KeyLines lines{std::move(title), std::move(note), {}};
        bool anything = false;
        for (const KeyRecord& record : key_records) {
            if (!has_record(role, record))
                continue;
            auto stretches = stretches_between(timeline_.from, timeline_.until, points_of(record));
            anything = anything || !stretches.empty();
            lines.records.push_back({record.name, std::move(stretches)});
        }
        if (anything)
            lines_.emplace_back(role, std::move(lines));
    }

    const ZoneView& view_;
    std::span<const KnownKey> keys_;
    std::span<const RecordedMove> states_;
    const Forecast& forecast_;
    const Timeline& timeline_;
    std::vector<std::pair<Role, KeyLines>> lines_;
};

void find_start(Timeline& timeline, std::span<const RecordedMove> states) {
    std::set<Time> times;
    for (const RecordedMove& move : states)
        if (move.at < timeline.now)
            times.insert(move.at);
    Time first = timeline.now;
    std::size_t taken = 0;
    for (auto at = times.rbegin(); at != times.rend(); ++at, ++taken) {
        timeline.past_cut = taken == most_past_changes || *at < timeline.now - longest_past;
        if (timeline.past_cut)
            break;
        first = *at;
    }
    timeline.from = timeline.past_cut && taken > 0 ? first : first - before_first;
}

void find_end(Timeline& timeline, const Forecast& forecast, Extent extent) {
    timeline.until = forecast.until;
    timeline.future_cut = forecast.cut_off;
    if (extent == Extent::whole)
        return;
    std::set<Time> times;
    for (const Event& event : forecast.events) {
        if (!event.state)
            continue;
        times.insert(event.at);
        if (times.size() > most_future_changes) {
            timeline.until = event.at;
            timeline.future_cut = true;
            return;
        }
    }
}

std::vector<Deadline> deadlines_of(const Forecast& forecast, Time until, const std::string& zone) {
    std::vector<Deadline> found;
    for (const Event& event : forecast.events) {
        if (!is_for_a_person(event) || event.at > until)
            continue;
        const auto command = command_for(event, zone);
        const auto what = in_words(event) + (command.empty() ? "" : ": " + command);
        if (!found.empty() && found.back().at == event.at)
            found.back().what += "; " + what;
        else
            found.push_back({event.at, what});
    }
    return found;
}

}  // namespace

std::vector<Time> Timeline::changes() const {
    std::vector<Time> times{now};
    for (const KeyLines& key : keys)
        for (const RecordLine& line : key.records)
            for (const Stretch& stretch : line.stretches)
                times.insert(times.end(), {stretch.from, stretch.to});
    for (const VersionLine& version : versions) {
        times.push_back(version.window.since);
        if (version.window.until)
            times.push_back(*version.window.until);
    }
    return times;
}

Timeline timeline_of(const ZoneView& view, std::span<const KnownKey> keys,
                     std::span<const RecordedMove> states, const Forecast& forecast,
                     Extent extent) {
    Timeline timeline;
    timeline.zone = view.name();
    timeline.now = forecast.from;
    find_start(timeline, states);
    find_end(timeline, forecast, extent);
    Lines lines(view, keys, states, forecast, timeline);
    lines.add_known();
    lines.add_new();
    timeline.keys = lines.take();
    timeline.versions = versions_of(view.remembered.history);
    timeline.deadlines = deadlines_of(forecast, timeline.until, timeline.zone);
    return timeline;
}

std::vector<VersionLine> versions_of(const History& history) {
    std::vector<VersionLine> found;
    const auto add = [&](std::string_view record, KeySet keys, const Window& window) {
        std::string words(record);
        for (const KeyIndex key : keys)
            words += " " + label(history.keys[key]);
        found.push_back({std::string(record), keys.empty() ? words + " none" : words,
                         tags(history, keys), "", window});
    };
    for (const DsVersion& version : history.ds)
        add("DS", version.keys, version.window);
    for (const DnskeyVersion& version : history.dnskey) {
        add("DNSKEY", version.keys, version.window);
        found.back().signers = tags(history, version.signers);
    }
    return found;
}

std::string end_words(const Window& window) {
    return window.until ? "until " + shown(*window.until)
                        : fmt::format("as long as it is published, and {} more",
                                      format_duration(window.ttl));
}

}  // namespace kaspar::enforcer
