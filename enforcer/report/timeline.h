// A zone's timeline as a value: where each key's records were (from the log), are and will be (from
// the forecast), the versions of DS and DNSKEY in caches, and when a person must act. drawing.h
// draws it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "enforcer/commands/view.h"
#include "enforcer/core/foresight.h"
#include "enforcer/store/keys.h"
#include "enforcer/store/moves.h"

namespace kaspar::enforcer {

/// A record's state for some time, cut to the timeline's ends.
struct Stretch {
    Time from, to;
    RecordState state;
};

struct RecordLine {
    std::string_view record;  ///< "DNSKEY signature"
    std::vector<Stretch> stretches;
};

struct KeyLines {
    std::string title;  ///< "ksk 12345", "new zsk 1"
    std::string note;   ///< "ECDSAP256SHA256, leaves"
    std::vector<RecordLine> records;
};

/// A key as its row has it, and what a person calls its condition: "in use", "leaves", …
struct KnownKey {
    StoredKey row;
    std::string condition;
};

/// What a cache may hold: the keys of one version of an RRset, and for how long.
struct VersionLine {
    std::string record;   ///< "DS", "DNSKEY"
    std::string label;    ///< "DNSKEY 12345 54321"
    std::string keys;     ///< "12345 and 54321"
    std::string signers;  ///< of a DNSKEY RRset
    Window window;
};

/// All that a person must do at one time.
struct Deadline {
    Time at;
    std::string what;
};

struct Timeline {
    std::string zone;
    Time from, now, until;
    std::vector<KeyLines> keys;
    std::vector<VersionLine> versions;
    std::vector<Deadline> deadlines;  ///< when a person must act, as forecast
    bool past_cut = false;            ///< there were changes before `from`
    bool future_cut = false;          ///< more is to come after `until`

    /// Every point in time at which something changes.
    std::vector<Time> changes() const;
};

/// How much of a forecast is drawn: what can be read at once, or all that was asked for.
enum class Extent { readable, whole };

/// `states` are the log's changes of states, oldest first; the past is drawn as far as they go.
Timeline timeline_of(const ZoneView& view, std::span<const KnownKey> keys,
                     std::span<const RecordedMove> states, const Forecast& forecast, Extent extent);

/// The versions of DS and DNSKEY that caches may hold.
std::vector<VersionLine> versions_of(const History& history);

/// "until 2026-11-24 05:48:00"; of a version that is or may be published "as long as it is
/// published, and 1h more".
std::string end_words(const Window& window);

}  // namespace kaspar::enforcer
