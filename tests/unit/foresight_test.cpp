// Forecasts against the core as it then really runs, under a driver of its own (core_zone.h), and
// against forecasts that are made later.
#include "enforcer/core/foresight.h"

#include <fmt/format.h>

#include <ctime>
#include <random>
#include <regex>

#include "enforcer/core/foreseen_zone.h"
#include "tests/support/catch.h"
#include "tests/unit/core_zone.h"

namespace foresight_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace kaspar::test;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

using Rows = std::vector<std::string>;

/// Signatures are replaced at once, as by the signer of CoreZone.
Policy prompt_policy(std::vector<KeySlot> keys) {
    Policy policy = policy_with(std::move(keys));
    policy.signatures.renew_at_once = true;
    return policy;
}

Outset outset_of(const CoreZone& zone) {
    return {zone.history, std::nullopt, {}};
}

Rows foreseen_moves(const CoreZone& zone, Duration length) {
    const Forecast told = foresee(outset_of(zone), zone.policy, zone.now, zone.now + length);
    REQUIRE_FALSE(told.cut_off);
    Rows rows;
    for (const Event& event : told.events)
        if (event.kind == EventKind::move)
            rows.push_back(to_rfc3339(event.at) + " " + event.what);
    return rows;
}

/// The moves that the zone then makes. Keys made from now on are told as a forecast names them.
Rows real_moves(CoreZone& zone, Duration length) {
    const std::size_t known = zone.history.keys.size();
    zone.moves.clear();
    zone.run_for(length);
    std::map<Role, int> made;
    std::map<std::string, std::string> names;
    for (std::size_t i = known; i < zone.history.keys.size(); ++i) {
        const Role role = zone.history.keys[i].role;
        names[std::to_string(i + 1)] = fmt::format("new {} {}", word(role), ++made[role]);
    }
    Rows rows;
    const std::regex number("[0-9]+");
    for (const auto& [at, what] : zone.moves) {
        std::string told;
        auto rest = what.begin();
        for (std::sregex_iterator found(what.begin(), what.end(), number), end; found != end;
             ++found) {
            told.append(rest, what.begin() + found->position());
            const auto name = names.find(found->str());
            told += name == names.end() ? found->str() : name->second;
            rest = what.begin() + found->position() + found->length();
        }
        rows.push_back(to_rfc3339(at) + " " + told.append(rest, what.end()));
    }
    return rows;
}

/// All durations are multiples of half an hour, the step of CoreZone.
class RandomZone {
  public:
    explicit RandomZone(unsigned seed) : random_(seed) {}

    unsigned below(unsigned end) {
        return std::uniform_int_distribution<unsigned>(0, end - 1)(random_);
    }
    bool chance() { return below(2) == 0; }
    Duration time(unsigned half_hours) { return minutes{30} * below(half_hours); }

    KeySlot line(Role role) {
        const Method method =
            role == Role::zsk
                ? (chance() ? Method::zsk_pre_publication : Method::zsk_double_signature)
                : std::array{Method::ksk_double_signature, Method::ksk_double_ds,
                             Method::ksk_double_rrset}[below(3)];
        KeySlot slot = test::slot(role, method);
        if (below(3) == 0)
            slot.lifetime = days{12 + below(20)};
        slot.algorithm = chance() ? Algorithm::ecdsap256sha256 : Algorithm::ed25519;
        return slot;
    }

    std::vector<KeySlot> lines() {
        if (below(3) == 0)
            return {line(Role::csk)};
        std::vector<KeySlot> both{line(Role::ksk), line(Role::zsk)};
        both[1].algorithm = both[0].algorithm;
        return both;
    }

    Policy policy() {
        Policy policy = prompt_policy(lines());
        policy.algorithm_rollover =
            chance() ? AlgorithmRollover::liberal : AlgorithmRollover::conservative;
        policy.dnskey_ttl = time(20);
        policy.max_ttl = time(60);
        policy.ds_ttl = time(60);
        policy.zone_propagation_delay = time(5);
        policy.parent_propagation_delay = time(10);
        policy.publish_safety = time(10);
        policy.retire_safety = time(20);
        policy.signatures.validity = days{6};
        policy.signatures.refresh = days{3} + time(40);
        return policy;
    }

    /// Something that sets keys moving.
    void disturb(History& history, Policy& policy) {
        switch (below(5)) {
            case 0:
                policy.keys = lines();
                break;
            case 1:
                policy.keys.clear();
                break;
            case 2:
                policy.dnskey_ttl = time(20);
                policy.max_ttl = time(60);
                policy.ds_ttl = time(60);
                ++history.generation;  // other TTLs make another instruction
                break;
            default:
                (void)ask_roll(history, policy, chance() ? Role::zsk : Role::ksk);
        }
    }

  private:
    std::mt19937 random_;
};

}  // namespace

TEST_CASE("what is foreseen is what the core then does, for every method", "[foresight]") {
    const auto method =
        GENERATE(Method::zsk_pre_publication, Method::zsk_double_signature,
                 Method::ksk_double_signature, Method::ksk_double_ds, Method::ksk_double_rrset);
    const bool is_zsk =
        method == Method::zsk_pre_publication || method == Method::zsk_double_signature;
    CoreZone zone =
        secure_zone(prompt_policy({is_zsk ? ksk() : ksk(method), is_zsk ? zsk(method) : zsk()}));
    REQUIRE(ask_roll(zone.history, zone.policy, is_zsk ? Role::zsk : Role::ksk).ok());
    const Rows foreseen = foreseen_moves(zone, days{20});
    CHECK(foreseen.size() >= 2);
    CHECK(foreseen == real_moves(zone, days{20}));
}

TEST_CASE("what is foreseen is what the core then does, under random policies", "[foresight]") {
    std::size_t moves = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        INFO("seed " << seed);
        RandomZone random(seed);
        CoreZone zone = secure_zone(random.policy());
        for (int times = 0; times < 3; ++times) {
            random.disturb(zone.history, zone.policy);
            zone.run_for(random.time(200));
        }
        random.disturb(zone.history, zone.policy);
        const Rows foreseen = foreseen_moves(zone, days{40});
        moves += foreseen.size();
        REQUIRE(foreseen == real_moves(zone, days{40}));
    }
    CHECK(moves > 1000);
}

TEST_CASE("a forecast made later says the same of the time that is left", "[foresight]") {
    for (unsigned seed = 0; seed < 300; ++seed) {
        INFO("seed " << seed);
        RandomZone random(seed);
        Policy policy = random.policy();
        policy.signatures.renew_at_once = false;
        policy.parent_propagation_delay += hours{1};
        policy.registration_delay = random.time(100);
        policy.purge_after = random.time(500);
        ForeseenZone zone({begin(policy, start)}, policy, start);
        zone.run_until(start + days{20});
        random.disturb(zone.history, zone.policy);
        ForeseenZone later = zone;
        later.run_until(zone.now + random.time(400));
        (void)later.take_events();
        zone.run_until(later.now);
        (void)zone.take_events();

        const auto told = [](const std::vector<Event>& events) {
            Rows rows;
            for (const Event& event : events)
                if (event.kind != EventKind::purged)
                    rows.push_back(fmt::format("{} {} {}", to_rfc3339(event.at), word(event.kind),
                                               event.state ? event.state->record->word : ""));
            return rows;
        };
        const Time end = zone.now + days{40};
        const Forecast anew =
            foresee({later.history, later.history.generation, {}}, zone.policy, later.now, end);
        zone.run_until(end);
        REQUIRE(told(anew.events) == told(zone.take_events()));
    }
}

TEST_CASE("old signatures are replaced Dsgn after the new key signs; begun in between too",
          "[foresight]") {
    Policy policy = policy_with({ksk(), zsk()});
    policy.signatures.validity = days{14};
    policy.signatures.refresh = days{7};
    CoreZone zone = secure_zone(policy);
    REQUIRE(ask_roll(zone.history, policy, Role::zsk).ok());
    ForeseenZone running(outset_of(zone), policy, zone.now);
    const auto replaced = [](const Forecast& told) {
        std::optional<Time> at;
        for (const Event& event : told.events)
            if (event.kind == EventKind::signatures_replaced)
                at = event.at;
        return at;
    };
    const Time end = zone.now + days{30};
    const auto at = replaced(foresee(outset_of(zone), policy, zone.now, end));
    CHECK(at == zone.now + hours{3} + days{7});
    running.run_until(zone.now + days{5});
    const Outset halfway{running.history, running.history.generation, {}};
    CHECK(replaced(foresee(halfway, policy, running.now, end)) == at);
}

TEST_CASE("without an end a forecast shows the rolls under way and the next one", "[foresight]") {
    Policy policy = prompt_policy({ksk(), zsk()});
    policy.keys[1].lifetime = days{90};
    const auto made = [](const Forecast& told) {
        return std::count_if(told.events.begin(), told.events.end(),
                             [](const Event& event) { return event.kind == EventKind::key_made; });
    };
    CoreZone zone = secure_zone(policy);
    const Forecast idle = foresee(outset_of(zone), policy, zone.now, {});
    CHECK(made(idle) == 1);
    CHECK(idle.until > start + days{90});
    CHECK(idle.until < start + days{95});

    REQUIRE(ask_roll(zone.history, policy, Role::ksk).ok());
    const Forecast rolling = foresee(outset_of(zone), policy, zone.now, {});
    CHECK(made(rolling) == 2);

    zone = secure_zone(prompt_policy({csk()}));
    const Forecast nothing = foresee(outset_of(zone), zone.policy, zone.now, {});
    CHECK(nothing.events.empty());
    CHECK(nothing.until == zone.now + days{365});
}

TEST_CASE("keys that do not exist yet have a name, keys that left are purged in time",
          "[foresight]") {
    Policy policy = prompt_policy({ksk(), zsk()});
    policy.keys[1].lifetime = days{30};
    policy.purge_after = days{20};
    CoreZone zone = secure_zone(policy);
    Outset outset = outset_of(zone);
    outset.retired.push_back({key_of(zsk(), 77, start), start});
    const Forecast told = foresee(outset, policy, zone.now, zone.now + days{60});
    Rows rows;
    for (const Event& event : told.events)
        if (event.kind == EventKind::key_made || event.kind == EventKind::purged ||
            event.kind == EventKind::out_of_use)
            rows.push_back(fmt::format("+{} {}", format_duration(event.at - start), event.what));
    // 3h before its lifetime ends; the old one is withdrawn 25h after it, and hidden 3h later.
    CHECK(rows == Rows{"+20d zsk 77 is removed from its key store",
                       "+29d21h make new zsk 1 (ecdsap256sha256)", "+31d4h zsk 2 is out of use",
                       "+51d4h zsk 2 is removed from its key store",
                       "+59d21h make new zsk 2 (ecdsap256sha256)",
                       "+61d4h new zsk 1 is out of use"});
}

TEST_CASE("those who are assumed not to act hold what depends on them, and no more",
          "[foresight]") {
    Policy policy = prompt_policy({ksk(), zsk()});
    policy.registration_delay = hours{5};
    CoreZone zone = secure_zone(policy);
    REQUIRE(ask_roll(zone.history, policy, Role::ksk).ok());
    const auto times = [&](const Assumptions& assumptions, EventKind kind) {
        std::vector<Time> found;
        for (const Event& event :
             foresee(outset_of(zone), zone.policy, zone.now, zone.now + days{30}, assumptions)
                 .events)
            if (event.kind == kind)
                found.push_back(event.at);
        return found;
    };
    const Time asked = zone.now + hours{3};
    SECTION("the parent") {
        CHECK(times({}, EventKind::ds_asked) == std::vector{asked});
        CHECK(times({}, EventKind::ds_seen) == std::vector{asked + hours{5}});
        CHECK(times({}, EventKind::ds_gone) == std::vector{asked + hours{5}});
        CHECK(times({false, true, true}, EventKind::ds_asked) == std::vector{asked});
        CHECK(times({false, true, true}, EventKind::ds_seen).empty());
        CHECK(times({false, true, true}, EventKind::out_of_use).empty());
    }
    SECTION("approval") {
        zone.policy.approve = Approval::all;
        zone.policy.keys.push_back(csk());
        zone.policy.keys.erase(zone.policy.keys.begin(), zone.policy.keys.begin() + 2);
        CHECK(times({}, EventKind::approved) == std::vector{zone.now});
        CHECK(times({}, EventKind::key_made) == std::vector{zone.now});
        CHECK(times({true, false, true}, EventKind::key_made).empty());
    }
    SECTION("pause") {
        zone.history.paused = true;
        CHECK(times({}, EventKind::resumed) == std::vector{zone.now});
        CHECK_FALSE(times({}, EventKind::move).empty());
        CHECK(times({true, true, false}, EventKind::move).empty());
    }
}

TEST_CASE("an instruction that the signer has not published is published first", "[foresight]") {
    CoreZone zone = secure_zone(prompt_policy({csk()}));
    const auto first = [&](std::optional<std::uint64_t> published) {
        const Forecast told =
            foresee({zone.history, published, {}}, zone.policy, zone.now, zone.now + days{9});
        return !told.events.empty() && told.events.front().kind == EventKind::published;
    };
    CHECK(first(zone.history.generation - 1));
    CHECK_FALSE(first(zone.history.generation));
    CHECK_FALSE(first(std::nullopt));
}

TEST_CASE("a forecast ends for every policy", "[foresight]") {
    Policy policy = prompt_policy({ksk(), zsk()});
    policy.keys[1].lifetime = minutes{1};
    policy.publish_safety = policy.retire_safety = days{3};
    const CoreZone zone(policy);
    const Forecast told = foresee(outset_of(zone), policy, zone.now, zone.now + days{36500});
    CHECK(told.cut_off);
    CHECK(told.events.size() >= most_events);
    CHECK(told.until < zone.now + days{36500});
}

TEST_CASE("two years of a zone with 30-day ZSKs are foreseen in no time", "[foresight]") {
    Policy policy = policy_with({ksk(), zsk()});
    policy.keys[1].lifetime = days{30};
    policy.signatures.validity = days{14};
    policy.signatures.refresh = days{7};
    const CoreZone zone(policy);
    const std::clock_t begun = std::clock();
    const Forecast told = foresee(outset_of(zone), policy, zone.now, zone.now + days{730});
    const double spent = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
    CHECK(std::count_if(told.events.begin(), told.events.end(), [](const Event& event) {
              return event.kind == EventKind::key_made;
          }) == 26);
    CHECK(spent < 1.0);
}

}  // namespace foresight_test
