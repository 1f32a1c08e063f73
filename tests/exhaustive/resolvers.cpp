#include "tests/exhaustive/resolvers.h"

namespace kaspar::exhaustive {

namespace {

bool meet(int a, int b, int c) {
    return (a & b & c) != 0;
}

/// RFC 4035 §5.2 and §5.3, for the keys of one algorithm.
bool leads_in(const Held& held, int algorithm) {
    return meet(held.ds.keys & algorithm, held.dnskey.keys, held.dnskey.signers);
}
bool data_verifies(const Held& held, int algorithm) {
    return meet(held.data.signers & algorithm, held.dnskey.keys, ~0);
}

bool is_bogus(const Held& held, Mask second, bool complete) {
    if (held.ds.keys == 0)
        return false;
    for (const int algorithm : {int{second}, ~int{second}}) {
        const bool required = (held.ds.keys & algorithm) != 0;
        if (required && (!leads_in(held, algorithm) || !data_verifies(held, algorithm)))
            return true;
        if (complete && (held.dnskey.keys & algorithm) != 0 && !data_verifies(held, algorithm))
            return true;
    }
    return false;
}

bool names(const Copies& copies, Mask keys) {
    return std::any_of(copies.all().begin(), copies.all().end(), [&](const Copy& copy) {
        return ((copy.content.keys | copy.content.signers) & keys) != 0;
    });
}

}  // namespace

void Copies::publish(std::span<const Content> answers, Ticks ttl, Ticks lag) {
    for (Copy& copy : copies_) {
        if (!copy.served)
            continue;
        copy.served = std::find(answers.begin(), answers.end(), copy.content) != answers.end();
        if (!copy.served || ttl < copy.ttl)
            copy.left = std::max<Ticks>(copy.left, static_cast<Ticks>(copy.ttl + lag));
        copy.ttl = copy.served ? ttl : Ticks{0};
    }
    for (const Content& answer : answers) {
        auto* const known = std::find_if(copies_.begin(), copies_.end(),
                                         [&](const Copy& copy) { return copy.content == answer; });
        if (known == copies_.end()) {
            copies_.push_back({answer, true, ttl, 0});
        } else {
            known->served = true;
            known->ttl = ttl;
        }
    }
    copies_.erase_if([](const Copy& copy) { return !copy.served && copy.left == 0; });
    copies_.sort();
}

void Copies::pass_tick() {
    for (Copy& copy : copies_)
        copy.left = std::max<Ticks>(0, static_cast<Ticks>(copy.left - 1));
    copies_.erase_if([](const Copy& copy) { return !copy.served && copy.left == 0; });
}

std::vector<Content> Copies::served() const {
    std::vector<Content> contents;
    for (const Copy& copy : copies_)
        if (copy.served)
            contents.push_back(copy.content);
    return contents;
}

std::optional<Held> find_bogus(const Resolvers& resolvers, Mask second, bool complete) {
    for (const Copy& ds : resolvers.ds.all())
        for (const Copy& dnskey : resolvers.dnskey.all())
            for (const Copy& data : resolvers.data.all()) {
                const Held held{ds.content, dnskey.content, data.content};
                if (is_bogus(held, second, complete))
                    return held;
            }
    return std::nullopt;
}

bool is_held(const Resolvers& resolvers, Mask keys) {
    return names(resolvers.ds, keys) || names(resolvers.dnskey, keys) ||
           names(resolvers.data, keys);
}

}  // namespace kaspar::exhaustive
