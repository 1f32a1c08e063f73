// NSEC3 (RFC 5155): the hashes that there must be, worked out from the names, against those there
// are.
#include <fmt/format.h>

#include <algorithm>

#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "signer/core/verify_context.h"

namespace kaspar::signer::verification {

namespace {

constexpr std::uint8_t hash_sha1 = 1;     // RFC 5155 §11
constexpr std::uint8_t flag_opt_out = 1;  // RFC 5155 §3.1.2.1
constexpr std::size_t hash_size = 20;     // SHA-1

/// An NSEC3 record in the zone.
struct Present {
    Bytes hash;
    const Node* node;
    const RRset* rrset;
    Nsec3 record;
    bool claimed = false;  ///< a name of the zone hashes to it

    bool opts_out() const { return (record.parameters.flags & flag_opt_out) != 0; }
};

/// A name that NSEC3 records speak of: one with records of its own, or an empty non-terminal.
struct Subject {
    BytesView name;
    const Node* node;     ///< nullptr: empty non-terminal
    std::int64_t parent;  ///< index of the name above it; below 0: it is the apex
    bool needed = false;  ///< must have an NSEC3, opt-out or not (RFC 5155 §7.1)
    Present* present = nullptr;
    Bytes hash;
};

struct Parameters {
    std::uint16_t iterations;
    BytesView salt;
};

bool same_octets(BytesView a, BytesView b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// RFC 5155 §5.
Bytes hash_of(BytesView name, const Parameters& parameters) {
    Bytes octets;
    append_lower(name, octets);
    append(parameters.salt, octets);
    auto hash = sha1(octets);
    for (unsigned i = 0; i < parameters.iterations; ++i) {
        append(parameters.salt, hash);
        hash = sha1(hash);
    }
    return hash;
}

std::string hash_text(BytesView hash) {
    return to_base32hex(hash);
}

// --- the names ---

class Subjects {
  public:
    explicit Subjects(const Context& context) : context_(context) {
        for (const auto& node : context.zone.nodes())
            if (context.standing(node) == Standing::authoritative ||
                context.standing(node) == Standing::delegation)
                add(node);
    }
    std::vector<Subject>& all() { return all_; }

  private:
    // In canonical order the names above a name are those last seen that it is below.
    void add(const Node& node) {
        const auto owner = context_.zone.owner(node);
        while (!above_.empty() && !is_within(owner, all_[above_.back()].name))
            above_.pop_back();
        if (!above_.empty())
            add_between(owner, all_[above_.back()].name);
        push(owner, &node);
    }

    void add_between(BytesView owner, BytesView above) {
        std::vector<BytesView> empty;
        for (auto name = parent_of(owner); name.size() > above.size(); name = parent_of(name))
            empty.push_back(name);
        for (auto name = empty.rbegin(); name != empty.rend(); ++name)
            push(*name, nullptr);
    }

    bool is_insecure_delegation(const Node* node) const {
        return context_.standing(*node) == Standing::delegation &&
               context_.zone.find(*node, rr::ds) == nullptr;
    }

    void push(BytesView name, const Node* node) {
        const std::int64_t parent = above_.empty() ? -1 : static_cast<std::int64_t>(above_.back());
        const bool needed = node != nullptr && !is_insecure_delegation(node);
        above_.push_back(all_.size());
        all_.push_back({name, node, parent, needed, nullptr, {}});
    }

    const Context& context_;
    std::vector<Subject> all_;
    std::vector<std::size_t> above_;
};

// --- the records ---

std::optional<Bytes> owner_hash(const Context& context, const Node& node) {
    const auto owner = context.zone.owner(node);
    if (label_count(owner) != label_count(context.zone.apex().wire()) + 1)
        return std::nullopt;
    const auto label = owner.subspan(1, owner[0]);
    auto hash = from_base32hex({reinterpret_cast<const char*>(label.data()), label.size()});
    if (!hash || hash->size() != hash_size)
        return std::nullopt;
    return hash;
}

void add_present(Context& context, const Node& node, const RRset& rrset,
                 std::vector<Present>& all) {
    auto hash = owner_hash(context, node);
    if (!hash)
        return context.problem(
            node, rr::nsec3,
            "its owner is not a base32hex SHA-1 hash directly below the apex (RFC "
            "5155 §3)");
    auto record = read_nsec3(context.zone.rdata(rrset, 0));
    if (!record)
        return context.problem(node, rr::nsec3, "malformed RDATA");
    all.push_back({std::move(*hash), &node, &rrset, std::move(*record)});
}

std::vector<Present> find_present(Context& context) {
    std::vector<Present> all;
    for (const auto& node : context.zone.nodes())
        if (const auto* rrset = context.zone.find(node, rr::nsec3))
            add_present(context, node, *rrset, all);
    std::sort(all.begin(), all.end(),
              [](const Present& a, const Present& b) { return a.hash < b.hash; });
    return all;
}

// --- parameters ---

void inspect_nsec3param(Context& context, const RRset& rrset, const Nsec3Parameters& parameters) {
    if (rrset.record_count > 1)
        context.problem(
            *context.apex, rr::nsec3param,
            fmt::format("there are {} NSEC3PARAM records, and must be one", rrset.record_count));
    if (parameters.hash != hash_sha1)
        context.problem(
            *context.apex, rr::nsec3param,
            fmt::format("hash algorithm {} is unknown (RFC 5155 §11)", parameters.hash));
    if (parameters.flags != 0)
        context.problem(
            *context.apex, rr::nsec3param,
            fmt::format("its flags are {}, and must be 0 (RFC 5155 §4.1.2)", parameters.flags));
    if (parameters.iterations > 0)
        context.warning(
            *context.apex, rr::nsec3param,
            fmt::format("{} extra iterations: resolvers may treat the zone as insecure; RFC "
                        "9276 wants 0",
                        parameters.iterations));
    if (!parameters.salt.empty())
        context.warning(*context.apex, rr::nsec3param, "a salt is of no use (RFC 9276 §3.1)");
}

void inspect_algorithms(Context& context) {
    for (const auto algorithm : context.result.algorithms)
        if (!facts(algorithm).nsec3)
            context.problem(*context.apex, rr::nsec3param,
                            fmt::format("algorithm {} goes with NSEC only (RFC 5155 §2)",
                                        facts(algorithm).mnemonic));
}

/// From NSEC3PARAM; if that is no good, from the first NSEC3, to be able to tell what else is
/// wrong.
std::optional<Parameters> find_parameters(Context& context, const std::vector<Present>& present) {
    if (const auto* rrset = context.at_apex(rr::nsec3param)) {
        const auto parameters = read_nsec3param(context.zone.rdata(*rrset, 0));
        if (parameters) {
            inspect_nsec3param(context, *rrset, *parameters);
            return Parameters{parameters->iterations, parameters->salt};
        }
        context.problem(*context.apex, rr::nsec3param, "malformed RDATA");
    } else {
        context.problem(
            *context.apex, rr::nsec3param,
            "there is no NSEC3PARAM record: name servers cannot use the NSEC3 records (RFC "
            "5155 §7.1)");
    }
    if (present.empty())
        return std::nullopt;
    const auto& first = present.front().record.parameters;
    return Parameters{first.iterations, first.salt};
}

// --- one record ---

void inspect_parameters(Context& context, const Present& present, const Parameters& parameters) {
    const auto& own = present.record.parameters;
    if (own.hash != hash_sha1)
        context.problem(*present.node, rr::nsec3,
                        fmt::format("hash algorithm {} is unknown (RFC 5155 §11)", own.hash));
    if ((own.flags & ~flag_opt_out) != 0)
        context.problem(
            *present.node, rr::nsec3,
            fmt::format("its flags are {}, and must be 0 or 1 (RFC 5155 §3.1.2)", own.flags));
    if (own.iterations != parameters.iterations)
        context.problem(*present.node, rr::nsec3,
                        fmt::format("it has {} iterations, NSEC3PARAM has {}", own.iterations,
                                    parameters.iterations));
    if (!same_octets(own.salt, parameters.salt))
        context.problem(*present.node, rr::nsec3, "its salt is not that of NSEC3PARAM");
    if (present.rrset->ttl != context.negative_ttl)
        context.problem(
            *present.node, rr::nsec3,
            fmt::format("its TTL is {}, and must be {}: the lesser of the SOA's TTL and its "
                        "minimum (RFC 9077)",
                        present.rrset->ttl, context.negative_ttl));
}

void inspect_chain(Context& context, const std::vector<Present>& present) {
    for (std::size_t i = 0; i < present.size(); ++i) {
        const auto& next = present[(i + 1) % present.size()].hash;
        if (!same_octets(present[i].record.next, next))
            context.problem(*present[i].node, rr::nsec3,
                            fmt::format("its next hash is {}, and must be {}: the chain is broken",
                                        hash_text(present[i].record.next), hash_text(next)));
    }
}

// RFC 5155 §7.1: RRSIG is named wherever the name has signatures, so not at an insecure delegation
// or an empty non-terminal.
TypeSet nsec3_types(const Context& context, const Subject& subject) {
    if (subject.node == nullptr)
        return {};
    auto types = denied_types(context, *subject.node);
    const bool has_signatures = context.standing(*subject.node) == Standing::authoritative ||
                                context.zone.find(*subject.node, rr::ds) != nullptr;
    if (has_signatures)
        types.insert(std::lower_bound(types.begin(), types.end(), rr::rrsig), rr::rrsig);
    return types;
}

// --- names against records ---

Present* find_hash(std::vector<Present>& present, const Bytes& hash) {
    const auto found =
        std::lower_bound(present.begin(), present.end(), hash,
                         [](const Present& a, const Bytes& b) { return a.hash < b; });
    return found != present.end() && found->hash == hash ? &*found : nullptr;
}

/// The record whose span the hash falls into: the last one before it, around the circle.
const Present& covering(const std::vector<Present>& present, const Bytes& hash) {
    const auto after =
        std::lower_bound(present.begin(), present.end(), hash,
                         [](const Present& a, const Bytes& b) { return a.hash < b; });
    return after == present.begin() ? present.back() : *(after - 1);
}

void match(std::vector<Subject>& subjects, std::vector<Present>& present,
           const Parameters& parameters) {
    for (auto& subject : subjects) {
        subject.hash = hash_of(subject.name, parameters);
        subject.present = find_hash(present, subject.hash);
        if (subject.present != nullptr)
            subject.present->claimed = true;
    }
    // An empty non-terminal must have its NSEC3 if any name below it has or must have one.
    for (auto subject = subjects.rbegin(); subject != subjects.rend(); ++subject)
        if (subject->parent >= 0 && (subject->needed || subject->present != nullptr))
            subjects[subject->parent].needed = true;
}

std::string why_needed(const Subject& subject) {
    if (subject.node == nullptr)
        return "this empty non-terminal has no NSEC3 record";
    return "has no NSEC3 record";
}

void inspect_absence(Context& context, const Subject& subject, const Present& span) {
    if (!subject.needed && span.opts_out())
        return;
    auto words = fmt::format("{} ({})", why_needed(subject), hash_text(subject.hash));
    if (span.opts_out())
        words += ": opt-out may leave out delegations without DS only (RFC 5155 §6)";
    else if (!subject.needed)
        words += ", and the span that covers it is not opt-out";
    context.problem(subject.name, rr::nsec3, std::move(words));
}

void inspect_presence(Context& context, const Subject& subject) {
    auto words = bitmap_difference(subject.present->record.types, nsec3_types(context, subject));
    if (!words.empty())
        context.problem(subject.name, rr::nsec3, std::move(words));
}

void inspect_subjects(Context& context, std::vector<Present>& present,
                      const Parameters& parameters) {
    Subjects subjects(context);
    match(subjects.all(), present, parameters);
    for (const auto& subject : subjects.all()) {
        if (subject.present != nullptr)
            inspect_presence(context, subject);
        else
            inspect_absence(context, subject, covering(present, subject.hash));
    }
    for (const auto& record : present)
        if (!record.claimed)
            context.problem(*record.node, rr::nsec3, "no name of the zone has this hash");
}

void refuse_nsec(Context& context) {
    for (const auto& node : context.zone.nodes())
        if (context.zone.find(node, rr::nsec) != nullptr)
            context.problem(node, rr::nsec, "an NSEC record in a zone with an NSEC3 chain");
}

}  // namespace

void inspect_nsec3(Context& context) {
    refuse_nsec(context);
    inspect_algorithms(context);
    auto present = find_present(context);
    const auto parameters = find_parameters(context, present);
    if (present.empty())
        context.problem(*context.apex, rr::nsec3, "there are no NSEC3 records");
    if (present.empty() || !parameters)
        return;
    for (const auto& record : present)
        inspect_parameters(context, record, *parameters);
    inspect_chain(context, present);
    inspect_subjects(context, present, *parameters);
}

}  // namespace kaspar::signer::verification
