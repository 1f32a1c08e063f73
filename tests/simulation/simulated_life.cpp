#include "tests/simulation/simulated_life.h"

#include <fmt/format.h>

#include "enforcer/core/key_state.h"
#include "enforcer/core/words.h"

namespace kaspar::simulation {

using namespace enforcer;
using std::chrono::days;
using std::chrono::hours;

namespace {

constexpr int most_rounds = 100;

}  // namespace

SimulatedLife::SimulatedLife(std::uint64_t seed, bool with_story)
    : chance_(seed),
      tell_(with_story),
      start_(days{20000}),
      now_(start_),
      delays_(random_delays(chance_)),
      policy_(random_policy(chance_, delays_)),
      in_force_(policy_),
      history_(begin(policy_, now_)),
      oracle_(algorithms_),
      signer_(algorithms_, chance_, policy_.max_ttl),
      parent_(chance_),
      hasty_(chance_.one_in(2)),
      enforcer_due_(now_),
      signer_due_(now_),
      signed_(now_),
      trouble_due_(now_ + chance_.up_to(days{10})) {
    oracle_.complete = policy_.algorithm_rollover == AlgorithmRollover::conservative;
    const Publication before = signer_.unsigned_zone(policy_.max_ttl, now_);
    judge(oracle_.parent_publishes({{}, policy_.ds_ttl}, now_, delays_.parent));
    judge(oracle_.zone_publishes(before.dnskey, before.data, now_, delays_.zone));
}

Duration SimulatedLife::length() const {
    return now_ - start_;
}

void SimulatedLife::fail(std::string why) {
    tell(why);
    if (failure_.empty())
        failure_ = std::move(why);
}

/// The same words again are left out: a signer that renews tells nothing new.
void SimulatedLife::tell(std::string what) {
    if (!tell_ || what == told_publication_)
        return;
    story_.push_back(fmt::format("+{} {}", format_duration(now_ - start_), what));
    if (what.starts_with("the signer publishes"))
        told_publication_ = std::move(what);
}

void SimulatedLife::judge(const ResolverOracle::Verdict& verdict) {
    if (verdict)
        fail(*verdict);
}

/// Hasty people take no time.
Duration SimulatedLife::late(std::initializer_list<Duration> choices) {
    if (hasty_ && !chance_.one_in(5))
        return Duration{0};
    return chance_.up_to(calm_ ? hours{3} : chance_.pick(choices));
}

// ---- The enforcer -----------------------------------------------------------------------------

Keys SimulatedLife::to_world(KeySet keys) const {
    Keys numbers;
    for (const KeyIndex key : keys)
        numbers.push_back(static_cast<int>(history_.keys[key].id));
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

KeySet SimulatedLife::to_history(const Keys& numbers) const {
    KeySet keys;
    for (const int number : numbers) {
        const auto found = std::find_if(history_.keys.begin(), history_.keys.end(),
                                        [&](const Key& key) { return key.id == number; });
        require(found != history_.keys.end(), "a key that is published is still in play");
        keys.insert(static_cast<KeyIndex>(found - history_.keys.begin()));
    }
    return keys;
}

void SimulatedLife::enforce() {
    const Arrangement before = history_.arrangement;
    in_force_ = policy_;
    if (in_force_.algorithm_rollover == AlgorithmRollover::liberal)
        oracle_.complete = false;
    take_in_report();
    follow_policy(history_, in_force_, now_);
    judge(oracle_.parent_publishes({parent_.ds(), in_force_.ds_ttl}, now_, delays_.parent));
    settle();
    forget(history_, in_force_, now_);
    check_ds_goal(before);
    give_order();
    ask_parent();
    if (!ds_awaited(history_).empty() || !ds_to_go(history_).empty())
        send_operator_to_look();
    history_.last_event = now_;
    if (chance_.one_in(8) || history_.keys.size() > 30)
        restart();
}

/// The report file holds the last publication; an earlier one that was not read is lost.
void SimulatedLife::take_in_report() {
    std::optional<Publication> last;
    while (!reports_.empty() && reports_.front().arrives <= now_) {
        last = reports_.front().publication;
        reports_.erase(reports_.begin());
    }
    if (!last)
        return;
    Observation seen{last->generation,
                     last->published,
                     to_history(last->dnskey.content.keys),
                     to_history(last->dnskey.content.signers),
                     {},
                     last->dnskey.ttl,
                     last->largest_ttl,
                     last->negative_ttl};
    for (const auto& answer : last->data) {
        const KeySet signers = to_history(answer.content);
        if (std::find(seen.data_signers.begin(), seen.data_signers.end(), signers) ==
            seen.data_signers.end())
            seen.data_signers.push_back(signers);
    }
    record(history_, seen, in_force_);
}

void SimulatedLife::settle() {
    for (int round = 0; round < most_rounds; ++round) {
        const Plan todo = plan(history_, in_force_, now_);
        for (const Wait& wait : todo.waits)
            if (wait.on == Waiting::approval && (calm_ || chance_.one_in(10)))
                history_.approved = true;
        if (!todo.changes_anything()) {
            enforcer_due_ = now_ + days{4};
            if (todo.wake_at)
                enforcer_due_ = std::min(enforcer_due_, *todo.wake_at + late({hours{1}, days{1}}));
            return;
        }
        for (const MakeKey& wanted : todo.make)
            make_key(wanted);
        apply(history_, todo, in_force_, now_);
        if (todo.rearrange)
            tell(todo.rearrange->what + arrangement_words());
        for (const SetGoal& goal : todo.goals)
            tell(fmt::format("goal of {}: {} ({})", history_.keys[goal.key].id,
                             goal.wanted ? "stay" : "leave", goal.why));
    }
    fail("STUCK: the plan never settles");
}

std::string SimulatedLife::arrangement_words() const {
    const Arrangement& now = history_.arrangement;
    return fmt::format("  [D {} K {} S {} Z {}]", words(to_world(now.ds)),
                       words(to_world(now.dnskey)), words(to_world(now.dnskey_signers)),
                       words(to_world(now.zone_signers)));
}

void SimulatedLife::make_key(const MakeKey& wanted) {
    const KeySlot& slot = in_force_.keys[wanted.slot];
    Key key{};
    key.id = static_cast<std::int64_t>(algorithms_.size());
    key.role = slot.role;
    key.algorithm = slot.algorithm;
    key.bits = slot.bits;
    key.keystores = slot.keystores;
    key.tag = static_cast<std::uint16_t>(key.id);
    key.created = now_;
    key.standby = wanted.standby;
    history_.keys.push_back(key);
    algorithms_.push_back(static_cast<int>(slot.algorithm));
    static constexpr const char* roles[] = {"ksk", "zsk", "csk"};
    tell(fmt::format("makes {} {} of algorithm {}{}: {}", roles[static_cast<int>(slot.role)],
                     key.id, algorithms_.back(), wanted.standby ? ", standby" : "", wanted.why));
}

/// A new generation whenever anything of the order differs.
void SimulatedLife::give_order() {
    const Arrangement& next = history_.arrangement;
    Order order{order_.generation,
                to_world(next.dnskey),
                to_world(next.dnskey_signers),
                to_world(next.zone_signers),
                in_force_.dnskey_ttl,
                in_force_.max_ttl,
                in_force_.signatures.validity,
                in_force_.signatures.refresh,
                in_force_.signatures.renew_at_once};
    if (order == order_)
        return;
    order.generation = ++history_.generation;
    order_ = order;
    signer_due_ = std::min(signer_due_, now_ + late({hours{1}, days{1}}));
}

void SimulatedLife::ask_parent() {
    const Keys wanted = to_world(history_.arrangement.ds);
    if (wanted == asked_of_parent_)
        return;
    asked_of_parent_ = wanted;
    parent_.ask(wanted, now_);
}

void SimulatedLife::check_ds_goal(const Arrangement& before) {
    if (!before.ds.empty() && history_.arrangement.ds.empty() && !in_force_.keys.empty())
        fail("INSECURE: no DS is asked for, though the policy has keys");
}

/// All that is remembered goes through the database: keys that are out of use leave play, and the
/// others get other positions.
void SimulatedLife::restart() {
    History loaded = history_;
    loaded.keys.clear();
    std::vector<KeyIndex> position(history_.keys.size());
    KeySet named = history_.arrangement.all();
    for (const auto& version : history_.ds)
        named |= version.keys;
    for (const auto& version : history_.dnskey)
        named |= version.keys | version.signers;
    for (const auto& version : history_.data)
        named |= version.signers;
    for (KeyIndex i = 0; i < history_.keys.size(); ++i) {
        const Key& key = history_.keys[i];
        if (!named.contains(i) && is_out_of_use(history_, i, in_force_, now_)) {
            if (oracle_.is_held(static_cast<int>(key.id), now_))
                fail(fmt::format("NEEDED: key {} left play, but resolvers hold it", key.id));
            continue;
        }
        position[i] = static_cast<KeyIndex>(loaded.keys.size());
        loaded.keys.push_back(key);
    }
    const auto move = [&](KeySet& keys) {
        KeySet moved;
        for (const KeyIndex key : keys)
            moved.insert(position[key]);
        keys = moved;
    };
    for (auto& version : loaded.ds)
        move(version.keys);
    for (auto& version : loaded.dnskey) {
        move(version.keys);
        move(version.signers);
    }
    for (auto& version : loaded.data)
        move(version.signers);
    for (KeySet* keys : {&loaded.arrangement.ds, &loaded.arrangement.dnskey,
                         &loaded.arrangement.dnskey_signers, &loaded.arrangement.zone_signers})
        move(*keys);
    history_ = loaded;
}

// ---- The signer, the parent, the operator -----------------------------------------------------

void SimulatedLife::sign() {
    signer_due_ = now_ + (chance_.one_in(2) ? hours{20} : days{2});
    signed_ = now_;
    signed_refresh_ = order_.refresh;
    if (order_.generation == 0)
        return;
    if (signer_.has_expired(now_))
        fail("EXPIRED: the signer was away for too long");
    const Publication made = signer_.run(order_, now_);
    judge(oracle_.zone_publishes(made.dnskey, made.data, now_, delays_.zone));
    Time arrives = now_ + late({hours{2}, days{2}, days{9}});
    if (!reports_.empty())
        arrives = std::max(arrives, reports_.back().arrives);
    reports_.push_back({arrives, made});
    enforcer_due_ = std::min(enforcer_due_, std::max(arrives, now_));
    if (tell_) {
        std::string data;
        for (const auto& answer : made.data)
            data += fmt::format(" ({}; {})", words(answer.content), format_duration(answer.ttl));
        tell(fmt::format("the signer publishes order {}, data by{}", made.generation, data));
    }
}

void SimulatedLife::parent_acts() {
    const bool had = !parent_.ds().empty();
    parent_.act(now_);
    if (had && parent_.ds().empty() && !history_.arrangement.ds.empty() &&
        parent_.is_at_last_request())
        fail("INSECURE: the parent has no DS, though one is asked for");
    judge(oracle_.parent_publishes({parent_.ds(), in_force_.ds_ttl}, now_, delays_.parent));
    tell("the parent has DS " + words(parent_.ds()));
    send_operator_to_look();
}

void SimulatedLife::send_operator_to_look() {
    if (!operator_due_)
        operator_due_ = now_ + late({hours{1}, days{2}, days{30}});
}

/// Says what the parent has now, whatever it may still have to do.
void SimulatedLife::operator_looks() {
    operator_due_.reset();
    KeySet seen, gone;
    const Keys& there = parent_.ds();
    const auto at_parent = [&](KeyIndex key) {
        return std::binary_search(there.begin(), there.end(),
                                  static_cast<int>(history_.keys[key].id));
    };
    for (const KeyIndex key : ds_awaited(history_))
        if (at_parent(key))
            seen.insert(key);
    for (const KeyIndex key : ds_to_go(history_))
        if (!at_parent(key))
            gone.insert(key);
    if (!seen.empty())
        ds_seen(history_, seen, in_force_, now_);
    if (!gone.empty())
        ds_gone(history_, gone, in_force_, now_);
    tell(fmt::format("the operator: DS {} seen, {} gone", words(to_world(seen)),
                     words(to_world(gone))));
    enforcer_due_ = std::min(enforcer_due_, now_ + late({hours{1}, days{1}}));
}

// ---- The course of time -----------------------------------------------------------------------

Time SimulatedLife::next_event() const {
    Time next = std::min(enforcer_due_, signer_due_);
    if (!calm_)
        next = std::min(next, trouble_due_);
    if (const auto due = parent_.due())
        next = std::min(next, *due);
    if (operator_due_)
        next = std::min(next, *operator_due_);
    return next;
}

bool SimulatedLife::act_at_next(Time end) {
    const Time next = next_event();
    if (next > end || !failure_.empty())
        return false;
    now_ = std::max(now_, next);
    if (parent_.due() && *parent_.due() <= now_)
        parent_acts();
    else if (operator_due_ && *operator_due_ <= now_)
        operator_looks();
    else if (signer_due_ <= now_)
        sign();
    else if (enforcer_due_ <= now_)
        enforce();
    else
        trouble();
    return true;
}

void SimulatedLife::live_until(Time end) {
    while (act_at_next(end)) {
    }
}

bool SimulatedLife::run(Duration troubled) {
    live_until(now_ + troubled);
    if (failure_.empty())
        calm_down();
    return failure_.empty();
}

/// Everybody answers, nobody edits, no lifetime ends: now every roll must come to its end.
void SimulatedLife::calm_down() {
    tell("calm");
    calm_ = parent_.prompt = true;
    history_.paused = false;
    for (KeySlot& slot : policy_.keys)
        slot.lifetime.reset();
    enforcer_due_ = std::min(enforcer_due_, now_ + hours{1});
    const Time end = now_ + days{400};
    while (!is_quiet() && act_at_next(end)) {
    }
    if (failure_.empty())
        check_end();
}

bool SimulatedLife::is_quiet() const {
    if (in_force_ != policy_ || !reports_.empty() || parent_.due() || operator_due_)
        return false;
    if (now_ < enforcer_due_ - days{3})
        return false;
    const Plan rest = plan(history_, in_force_, now_);
    return !rest.changes_anything() && rest.waits.empty();
}

void SimulatedLife::check_end() {
    const Plan rest = plan(history_, in_force_, now_);
    if (!rest.waits.empty() || rest.changes_anything()) {
        for (const Wait& wait : rest.waits)
            tell(fmt::format("waits: {}: {}", wait.what, wait.why));
        return fail(fmt::format("STUCK: {}", rest.waits.empty() ? std::string("work is left")
                                                                : rest.waits.front().what + ": " +
                                                                      rest.waits.front().why));
    }
    check_keys_in_use();
    if (parent_.ds() != to_world(history_.arrangement.ds))
        fail("STUCK: the parent's DS set is not the one that is wanted");
}

/// Exactly the keys of the policy, each with all its records.
void SimulatedLife::check_keys_in_use() {
    Arrangement expected;
    for (const KeySlot& slot : in_force_.keys) {
        unsigned in_use = 0, standby = 0;
        for (KeyIndex i = 0; i < history_.keys.size(); ++i) {
            const Key& key = history_.keys[i];
            if (!key.wanted || key.role != slot.role || key.algorithm != slot.algorithm ||
                key.keystores != slot.keystores)
                continue;
            ++(key.standby ? standby : in_use);
            expected.dnskey.insert(i);
            if (!key.standby && signs_dnskey(key.role)) {
                expected.ds.insert(i);
                expected.dnskey_signers.insert(i);
            }
            if (!key.standby && signs_zone(key.role))
                expected.zone_signers.insert(i);
        }
        if (in_use != 1 || standby != slot.standby)
            fail(fmt::format("STUCK: {} keys in use and {} standby keys for one line", in_use,
                             standby));
    }
    if (expected != history_.arrangement)
        fail("STUCK: not exactly the policy's keys are in use" + arrangement_words());
}

}  // namespace kaspar::simulation
