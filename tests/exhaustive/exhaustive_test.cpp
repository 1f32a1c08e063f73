// Small spaces completely: whatever order enforcer, signer, parent and people act in, no resolver
// finds the zone bogus, and from every state all rolls end as soon as everybody is prompt.
//
// KASPAR_EXHAUSTIVE_STATES says how many states of a space are searched at most (the nearest to the
// beginning first); KASPAR_EXHAUSTIVE_SPACES=all adds the large spaces. tools/simulate does both.
#include "tests/exhaustive/search.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/support/catch.h"

using namespace kaspar;
using namespace kaspar::exhaustive;

namespace {

std::uint64_t most_states() {
    const char* text = std::getenv("KASPAR_EXHAUSTIVE_STATES");
    return text == nullptr ? 400'000 : std::strtoull(text, nullptr, 10);
}

bool all_spaces() {
    const char* text = std::getenv("KASPAR_EXHAUSTIVE_SPACES");
    return text != nullptr && std::string_view(text) == "all";
}

void search_all(const std::vector<Space>& spaces) {
    for (const Space& space : spaces) {
        if (!space.quick && !all_spaces())
            continue;
        const Found found = search(space, most_states());
        fmt::print("{:9} states, {:10} steps{}  {}\n", found.states, found.steps,
                   found.complete ? ", all " : ", part", space.name);
        std::fflush(stdout);
        INFO(found.complaint);
        CHECK(found.complaint.empty());
    }
}

std::optional<Held> bogus(const Resolvers& resolvers) {
    return find_bogus(resolvers, 0b100, false);
}

Content signed_by(Mask keys) {
    return {0, keys};
}

void publish(Copies& copies, const Content& content, Ticks ttl, Ticks lag = 0) {
    copies.publish(std::vector<Content>{content}, ttl, lag);
}

Resolvers long_secure_by(Mask key) {
    Resolvers resolvers;
    publish(resolvers.ds, {key, 0}, 2);
    publish(resolvers.dnskey, {key, key}, 2);
    publish(resolvers.data, signed_by(key), 2);
    return resolvers;
}

}  // namespace

TEST_CASE("every order of events: KSK and ZSK", "[exhaustive]") {
    search_all(rolls_of_ksk_and_zsk());
}

TEST_CASE("every order of events: CSK", "[exhaustive]") {
    search_all(rolls_of_csk());
}

TEST_CASE("every order of events: algorithm rolls", "[exhaustive]") {
    search_all(algorithm_rolls());
}

TEST_CASE("every order of events: scheme changes", "[exhaustive]") {
    search_all(scheme_changes());
}

TEST_CASE("every order of events: insecure and back, edited times and methods", "[exhaustive]") {
    search_all(going_insecure_and_back());
    search_all(edited_times());
}

TEST_CASE("the judge holds an answer against the others until the last copy of it has gone",
          "[exhaustive]") {
    Resolvers resolvers = long_secure_by(0b001);
    CHECK_FALSE(bogus(resolvers));
    SECTION("data signed by a key that a cached DNSKEY RRset lacks, for TTL and lag") {
        publish(resolvers.dnskey, {0b011, 0b001}, 2, 1);
        for (int tick = 0; tick < 3; ++tick) {
            Resolvers early = resolvers;
            publish(early.data, signed_by(0b010), 2);
            CHECK(bogus(early));
            resolvers.dnskey.pass_tick();
        }
        publish(resolvers.data, signed_by(0b010), 2);
        CHECK_FALSE(bogus(resolvers));
    }
    SECTION("a TTL that was lowered counts as it was") {
        publish(resolvers.ds, {0b001, 0}, 1);
        publish(resolvers.ds, {0b010, 0}, 1);
        resolvers.ds.pass_tick();
        CHECK(resolvers.ds.all().size() == 2);
        resolvers.ds.pass_tick();
        CHECK(resolvers.ds.all().size() == 1);
    }
    SECTION("a DS whose key does not sign the DNSKEY RRset") {
        publish(resolvers.dnskey, {0b011, 0b001}, 0);
        publish(resolvers.ds, {0b010, 0}, 0);
        CHECK(bogus(resolvers));
        publish(resolvers.ds, {0b011, 0}, 0);
        for (int tick = 0; tick < 2; ++tick)
            resolvers.ds.pass_tick();
        CHECK_FALSE(bogus(resolvers));
    }
    SECTION("an algorithm in the DS set that does not lead to the data") {
        publish(resolvers.ds, {0b101, 0}, 2);
        CHECK(bogus(resolvers));
    }
    SECTION("an algorithm in the DNSKEY RRset that has not signed the data, if that is asked for") {
        publish(resolvers.dnskey, {0b101, 0b001}, 2);
        CHECK_FALSE(bogus(resolvers));
        CHECK(find_bogus(resolvers, 0b100, true));
    }
}
