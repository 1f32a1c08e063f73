#include "tests/exhaustive/state.h"

#include <fmt/format.h>

namespace kaspar::exhaustive {

namespace {

/// Mixes every value that is added into all bits (splitmix64's finalizer).
class Mixer {
  public:
    void add(std::uint64_t value) {
        std::uint64_t bits = bits_ * 0x9e3779b97f4a7c15 + value;
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
        bits_ = bits ^ (bits >> 31);
    }
    std::uint64_t result() const { return bits_; }

  private:
    std::uint64_t bits_ = 1;
};

std::uint64_t bytes(std::initializer_list<int> values) {
    std::uint64_t packed = 0;
    for (const int value : values)
        packed = packed << 8 | static_cast<std::uint8_t>(value);
    return packed;
}

void add(Mixer& mixer, const Versions& versions) {
    mixer.add(versions.size());
    for (const Version& version : versions)
        mixer.add(bytes({version.content.keys, version.content.signers, version.ttl, version.floor,
                         version.until}));
}

void add(Mixer& mixer, const Copies& copies) {
    mixer.add(copies.all().size());
    for (const Copy& copy : copies.all())
        mixer.add(bytes(
            {copy.content.keys, copy.content.signers, copy.served ? 1 : 0, copy.ttl, copy.left}));
}

Mask without(Mask keys, Mask gone) {
    unsigned kept = 0, place = 0;
    for (unsigned key = 0; key < 8; ++key) {
        if ((gone >> key & 1) != 0)
            continue;
        kept |= (keys >> key & 1U) << place++;
    }
    return static_cast<Mask>(kept);
}

}  // namespace

std::uint64_t fingerprint(const State& state) {
    Mixer mixer;
    mixer.add(
        bytes({state.policy, state.ds, state.dnskey, state.dnskey_signers, state.zone_signers,
               (state.executed ? 1 : 0) | (state.reported ? 2 : 0),
               state.reported ? 0 : state.published, static_cast<int>(state.requests.size())}));
    mixer.add(bytes({state.parent_ds, state.parent_wanted}));
    for (const Mask request : state.requests)
        mixer.add(request);
    mixer.add(state.keys.size());
    for (const KeyFacts& key : state.keys)
        mixer.add(bytes({key.role, (key.second ? 1 : 0) | (key.wanted ? 2 : 0) |
                                       (key.may_return ? 4 : 0) | (key.roll_asked ? 8 : 0) |
                                       (key.given_up ? 16 : 0)}));
    for (const Versions* versions :
         {&state.ds_versions, &state.dnskey_versions, &state.data_versions})
        add(mixer, *versions);
    for (const Copies* copies :
         {&state.resolvers.ds, &state.resolvers.dnskey, &state.resolvers.data})
        add(mixer, *copies);
    return mixer.result();
}

Mask second_algorithm(const State& state) {
    unsigned keys = 0;
    for (unsigned key = 0; key < state.keys.size(); ++key)
        keys |= (state.keys[key].second ? 1U : 0U) << key;
    return static_cast<Mask>(keys);
}

std::string words(Mask keys) {
    std::string text;
    for (unsigned key = 0; key < 8; ++key)
        if ((keys >> key & 1) != 0)
            text += fmt::format("{}{}", text.empty() ? "" : ",", key + 1);
    return text.empty() ? "none" : text;
}

std::string describe(const State& state) {
    std::string text =
        fmt::format("[D {} K {} S {} Z {}] parent {}", words(state.ds), words(state.dnskey),
                    words(state.dnskey_signers), words(state.zone_signers), words(state.parent_ds));
    text += ", served";
    for (const Content& dnskey : state.resolvers.dnskey.served())
        text += fmt::format(" K {} S {}", words(dnskey.keys), words(dnskey.signers));
    for (const Content& data : state.resolvers.data.served())
        text += fmt::format(" Z {}", words(data.signers));
    text += ", cached DS";
    for (const Copy& ds : state.resolvers.ds.all())
        text += " {" + words(ds.content.keys) + "}";
    text += ", keys";
    for (const KeyFacts& key : state.keys)
        text +=
            fmt::format(" {}{}{}", "kzc"[key.role], key.second ? "'" : "", key.wanted ? "" : "-");
    return text;
}

void renumber(State& state, Mask gone) {
    const State before = state;
    state.keys.clear();
    for (unsigned key = 0; key < before.keys.size(); ++key)
        if ((gone >> key & 1) == 0)
            state.keys.push_back(before.keys[key]);
    const auto move = [&](Mask& keys) { keys = without(keys, gone); };
    for (Mask* keys : {&state.ds, &state.dnskey, &state.dnskey_signers, &state.zone_signers,
                       &state.parent_ds, &state.parent_wanted})
        move(*keys);
    for (Mask& request : state.requests)
        move(request);
    for (Versions* versions : {&state.ds_versions, &state.dnskey_versions, &state.data_versions}) {
        for (Version& version : *versions) {
            move(version.content.keys);
            move(version.content.signers);
        }
        versions->sort();
    }
    for (Copies* copies : {&state.resolvers.ds, &state.resolvers.dnskey, &state.resolvers.data}) {
        for (Copy& copy : copies->all()) {
            move(copy.content.keys);
            move(copy.content.signers);
        }
        copies->all().sort();
    }
}

}  // namespace kaspar::exhaustive
