#include "enforcer/core/groups.h"

#include <fmt/format.h>

namespace kaspar::enforcer {

namespace {

constexpr Records ksk_half = ds_record | dnskey_record | dnskey_signature;
constexpr Records zsk_half = dnskey_record | zone_signatures;
constexpr Records every_record = ksk_half | zone_signatures;

KeySet having(const History& history, KeySet keys, bool (*has)(Role)) {
    KeySet found;
    for (const KeyIndex key : keys)
        if (has(history.keys[key].role))
            found.insert(key);
    return found;
}

/// A csk rolls in two halves that need not end together: its KSK half gives up the signature, and
/// the DNSKEY goes with the ZSK half, once the key signs the DNSKEY RRset no more.
KeySet losing_dnskey(const History& history, const Group& group, const Arrangement& next) {
    KeySet keys = group.outgoing;
    if (group.records == every_record)
        return keys;
    for (const KeyIndex key : group.outgoing) {
        if (history.keys[key].role != Role::csk)
            continue;
        if (group.records == ksk_half || next.dnskey_signers.contains(key))
            keys.erase(key);
    }
    return keys;
}

/// The most pressing way in which one of `keys` is to leave.
Departure departure_of(const History& history, KeySet keys) {
    Departure most = Departure::orderly;
    for (const KeyIndex key : keys)
        most = std::max(most, history.keys[key].departure);
    return most;
}

bool never_secure(const History& history, Time now) {
    if (!history.arrangement.ds.empty())
        return false;
    for (const auto& version : history.ds)
        if (!version.keys.empty() && version.window.live(now))
            return false;
    return true;
}

class Grouping {
  public:
    Grouping(const History& history, const Policy& policy) : history_(history), policy_(policy) {
        for (KeyIndex i = 0; i < history.keys.size(); ++i) {
            const Key& key = history.keys[i];
            if (key.wanted && key.standby)
                standby_.insert(i);
            else if (key.wanted)
                wanted_.insert(i);
            else if (history.arrangement.all().contains(i))
                leaving_.insert(i);
        }
    }

    std::vector<Group> groups(Time now) const {
        if (policy_.keys.empty())
            return {group(going_insecure(), {}, leaving_, every_record)};
        std::vector<Group> found;
        if (never_secure(history_, now))
            found.push_back(group(first_signing(), wanted_, leaving_, every_record));
        else
            add_by_algorithm(found);
        found.push_back(group(sequence(Method::zsk_pre_publication), standby_, {}, dnskey_record));
        return found;
    }

  private:
    Group group(const Sequence& sequence, KeySet incoming, KeySet outgoing, Records records) const {
        return {&sequence, incoming, outgoing, records, departure_of(history_, outgoing)};
    }

    /// Within an algorithm that has a DS and stays, keys replace each other in halves; all others
    /// come and go by the algorithm sequence.
    void add_by_algorithm(std::vector<Group>& found) const {
        KeySet incoming, outgoing;
        KeySet left = wanted_ | leaving_;
        while (!left.empty()) {
            const auto algorithm = history_.keys[*left.begin()].algorithm;
            const KeySet all = with_algorithm(history_, left, algorithm);
            left = left - all;
            const bool stays = !(all & wanted_).empty();
            const bool established =
                !with_algorithm(history_, history_.arrangement.ds, algorithm).empty();
            if (stays && established) {
                add_halves(found, all);
                continue;
            }
            incoming |= all & wanted_;
            outgoing |= all & leaving_;
        }
        found.push_back(
            group(sequence(policy_.algorithm_rollover), incoming, outgoing, every_record));
    }

    void add_halves(std::vector<Group>& found, KeySet keys) const {
        const KeySet ksks = having(history_, keys, signs_dnskey);
        const KeySet zsks = having(history_, keys, signs_zone);
        found.push_back(
            half(ksks, ksk_half, Method::ksk_double_signature, shortest_ksk_method(policy_)));
        found.push_back(half(zsks, zsk_half, Method::zsk_pre_publication, shortest_zsk_method));
    }

    Group half(KeySet keys, Records records, Method usual, Method shortest) const {
        const KeySet outgoing = keys & leaving_;
        const bool orderly = departure_of(history_, outgoing) == Departure::orderly;
        return group(sequence(orderly ? method(keys & wanted_, usual) : shortest), keys & wanted_,
                     outgoing, records);
    }

    /// The method of the policy's line for these keys; `usual` where a csk's line names the other
    /// half.
    Method method(KeySet keys, Method usual) const {
        for (const KeyIndex key : keys)
            for (const KeySlot& slot : policy_.keys)
                if (slot.role == history_.keys[key].role &&
                    slot.algorithm == history_.keys[key].algorithm &&
                    (slot.role != Role::csk || usual == Method::ksk_double_signature))
                    return slot.method;
        return usual;
    }

    const History& history_;
    const Policy& policy_;
    KeySet wanted_, standby_, leaving_;
};

}  // namespace

std::vector<Group> groups_of(const History& history, const Policy& policy, Time now) {
    return Grouping(history, policy).groups(now);
}

Arrangement moved(const History& history, const Group& group, const Move& move) {
    Arrangement next = history.arrangement;
    const auto gains = [&](Records record) { return (move.gain & group.records & record) != 0; };
    const auto loses = [&](Records record) { return (move.lose & group.records & record) != 0; };
    const KeySet in_ksk = having(history, group.incoming, signs_dnskey);
    const KeySet in_zsk = having(history, group.incoming, signs_zone);
    if (gains(ds_record))
        next.ds |= in_ksk;
    if (gains(dnskey_record))
        next.dnskey |= group.incoming;
    if (gains(dnskey_signature))
        next.dnskey_signers |= in_ksk;
    if (gains(zone_signatures))
        next.zone_signers |= in_zsk;
    if (loses(ds_record))
        next.ds = next.ds - group.outgoing;
    if (loses(dnskey_signature))
        next.dnskey_signers = next.dnskey_signers - group.outgoing;
    if (loses(zone_signatures))
        next.zone_signers = next.zone_signers - group.outgoing;
    if (loses(dnskey_record))
        next.dnskey = next.dnskey - losing_dnskey(history, group, next);
    return next;
}

std::string name_of(const Group& group) {
    constexpr std::string_view haste[] = {"", "emergency, ", "unsafe, "};
    return fmt::format("{}{}", haste[static_cast<std::size_t>(group.departure)],
                       group.sequence->name);
}

}  // namespace kaspar::enforcer
