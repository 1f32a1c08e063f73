#include "signer/core/denial.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "signer/core/chunks.h"
#include "signer/core/name_order.h"

namespace kaspar::signer {

/// Fills a chain record by record.
class ChainWriter {
  public:
    ChainWriter(std::uint16_t type, std::uint32_t ttl, std::size_t expected) {
        chain_.type_ = type;
        chain_.ttl_ = ttl;
        chain_.records_.reserve(expected);
    }

    /// Starts a record whose owner is one of the content's, or a copy of `own_owner`.
    Bytes& begin(BytesView shared_owner, BytesView own_owner = {}) {
        const auto size = shared_owner.empty() ? own_owner.size() : shared_owner.size();
        chain_.records_.push_back({shared_owner, chain_.owners_.size(), chain_.rdata_.size(), 0,
                                   static_cast<std::uint8_t>(size)});
        chain_.owners_.insert(chain_.owners_.end(), own_owner.begin(), own_owner.end());
        return chain_.rdata_;
    }

    void end() {
        auto& record = chain_.records_.back();
        record.rdata_size = static_cast<std::uint32_t>(chain_.rdata_.size() - record.rdata_at);
    }

    DenialChain take() { return std::move(chain_); }

  private:
    DenialChain chain_;
};

namespace {

constexpr std::size_t hash_size = 20;
constexpr std::uint8_t hash_sha1 = 1, flag_opt_out = 1;  // RFC 5155 §3.1.1, §3.1.2.1

using Hash = std::array<std::uint8_t, hash_size>;

bool is_insecure_delegation(const Content& content, const ContentNode& node) {
    if (node.kind != NodeKind::delegation)
        return false;
    const auto rrsets = content.rrsets_of(node);
    return std::none_of(rrsets.begin(), rrsets.end(),
                        [](const RRsetView& rrset) { return rrset.type == rr::ds; });
}

/// The types that exist at a name in the eyes of this zone: at a delegation NS and DS only
/// (RFC 4035 §2.3, RFC 5155 §7.1). RRSIG is added if one of them is signed; the caller adds NSEC.
void list_types(const Content& content, const ContentNode& node, std::vector<std::uint16_t>& out) {
    out.clear();
    bool any_signed = false;
    for (const auto& rrset : content.rrsets_of(node)) {
        if (node.kind != NodeKind::delegation || rrset.type == rr::ns || rrset.type == rr::ds)
            out.push_back(rrset.type);
        any_signed = any_signed || rrset.is_signed;
    }
    if (any_signed)
        out.push_back(rr::rrsig);
}

void append_parameters(const DenialParameters& parameters, std::uint8_t flags, Bytes& out) {
    out.push_back(hash_sha1);
    out.push_back(flags);
    out.push_back(static_cast<std::uint8_t>(parameters.iterations >> 8));
    out.push_back(static_cast<std::uint8_t>(parameters.iterations));
    out.push_back(static_cast<std::uint8_t>(parameters.salt.size()));
    out.insert(out.end(), parameters.salt.begin(), parameters.salt.end());
}

/// A name that gets an NSEC3 record. Empty non-terminals have no node.
struct HashedName {
    Hash hash;
    BytesView name;
    const ContentNode* node;
};

/// The owner without its leftmost `count` labels.
BytesView without_labels(BytesView owner, unsigned count) {
    std::size_t at = 0;
    for (; count > 0; --count)
        at += std::size_t{owner[at]} + 1;
    return owner.subspan(at);
}

/// Number of rightmost labels that two owners share.
unsigned shared_labels(BytesView a, BytesView b) {
    const unsigned of_a = count_labels(a), of_b = count_labels(b);
    unsigned count = std::min(of_a, of_b);
    a = without_labels(a, of_a - count);
    b = without_labels(b, of_b - count);
    while (!same_name(a, b)) {
        a = without_labels(a, 1);
        b = without_labels(b, 1);
        --count;
    }
    return count;
}

/// Names to hash, in canonical order. The ancestors of a name that are not shared with the name
/// before it, and are not names themselves, are the empty non-terminals.
std::vector<HashedName> names_to_hash(const Content& content, bool opt_out) {
    std::vector<HashedName> names;
    names.reserve(content.nodes.size());
    BytesView previous;
    for (const auto& node : content.nodes) {
        if (is_hidden(node.kind) || (opt_out && is_insecure_delegation(content, node)))
            continue;
        if (!previous.empty()) {
            const unsigned labels = count_labels(node.owner);
            for (unsigned i = shared_labels(previous, node.owner) + 1; i < labels; ++i)
                names.push_back({{}, without_labels(node.owner, labels - i), nullptr});
        }
        names.push_back({{}, node.owner, &node});
        previous = node.owner;
    }
    return names;
}

void hash_names(std::vector<HashedName>& names, const DenialParameters& parameters,
                unsigned threads) {
    for_each_chunk(names.size(), 4096, threads, [&](const Chunk& chunk) {
        for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
            const auto hash = nsec3_hash(names[i].name, parameters.salt, parameters.iterations);
            std::copy(hash.begin(), hash.end(), names[i].hash.begin());
        }
    });
    std::sort(names.begin(), names.end(),
              [](const HashedName& a, const HashedName& b) { return a.hash < b.hash; });
}

Outcome check_collisions(const std::vector<HashedName>& names) {
    const auto twins = std::adjacent_find(
        names.begin(), names.end(), [](const auto& a, const auto& b) { return a.hash == b.hash; });
    if (twins == names.end())
        return Done{};
    const auto text = [](const HashedName& named) {
        auto name = Name::from_wire(named.name);
        return name.ok() ? name->absolute_text() : std::string("?");
    };
    return Fault{FaultClass::refused,
                 fmt::format("{} and {} have the same NSEC3 hash; another salt is needed "
                             "(RFC 5155 §7.1): set \"salt_length\" in the policy's \"denial\"",
                             text(twins[0]), text(twins[1]))};
}

/// "hash.apex" in wire format.
Bytes hashed_owner(const Hash& hash, const Name& apex) {
    const auto label = to_base32hex(hash);
    Bytes owner{static_cast<std::uint8_t>(label.size())};
    owner.insert(owner.end(), label.begin(), label.end());
    owner.insert(owner.end(), apex.wire().begin(), apex.wire().end());
    return owner;
}

}  // namespace

RRsetView DenialChain::rrset(std::size_t i) const {
    const auto& record = records_[i];
    const auto owner = record.shared_owner.empty()
                           ? BytesView(owners_).subspan(record.owner_at, record.owner_size)
                           : record.shared_owner;
    const auto rdata = BytesView(rdata_).subspan(record.rdata_at, record.rdata_size);
    return {owner, type_, ttl_, true, nullptr, nullptr, rdata};
}

std::uint32_t denial_ttl(std::uint32_t soa_ttl, std::uint32_t soa_minimum) {
    return std::min(soa_ttl, soa_minimum);
}

DenialChain make_nsec_chain(const Content& content, std::uint32_t ttl) {
    std::vector<const ContentNode*> nodes;
    for (const auto& node : content.nodes)
        if (!is_hidden(node.kind))
            nodes.push_back(&node);
    ChainWriter writer(rr::nsec, ttl, nodes.size());
    std::vector<std::uint16_t> types;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        list_types(content, *nodes[i], types);
        if (types.empty() || types.back() != rr::rrsig)
            types.push_back(rr::rrsig);  // the NSEC record itself is signed
        types.push_back(rr::nsec);
        std::sort(types.begin(), types.end());
        auto& rdata = writer.begin(nodes[i]->owner);
        // RFC 6840 §5.1: the next owner keeps its case.
        const auto next = nodes[(i + 1) % nodes.size()]->owner;
        rdata.insert(rdata.end(), next.begin(), next.end());
        append_type_bitmap(types, rdata);
        writer.end();
    }
    return writer.take();
}

Result<DenialChain> make_nsec3_chain(const Content& content, const Name& apex,
                                     const DenialParameters& parameters, std::uint32_t ttl,
                                     unsigned threads) {
    if (apex.wire().size() + 1 + 32 > 255)
        return Fault{FaultClass::input,
                     "the zone's name is too long for NSEC3 (its hashed owners would exceed 255 "
                     "octets); use \"nsec\" in the policy's \"denial\""};
    auto names = names_to_hash(content, parameters.opt_out);
    hash_names(names, parameters, threads);
    KASPAR_CHECK(check_collisions(names));
    ChainWriter writer(rr::nsec3, ttl, names.size());
    std::vector<std::uint16_t> types;
    for (std::size_t i = 0; i < names.size(); ++i) {
        types.clear();
        if (names[i].node != nullptr)
            list_types(content, *names[i].node, types);
        std::sort(types.begin(), types.end());
        auto& rdata = writer.begin({}, hashed_owner(names[i].hash, apex));
        append_parameters(parameters, parameters.opt_out ? flag_opt_out : 0, rdata);
        const auto& next = names[(i + 1) % names.size()].hash;
        rdata.push_back(hash_size);
        rdata.insert(rdata.end(), next.begin(), next.end());
        append_type_bitmap(types, rdata);
        writer.end();
    }
    return writer.take();
}

Bytes nsec3param_rdata(const DenialParameters& parameters) {
    Bytes rdata;
    append_parameters(parameters, 0, rdata);
    return rdata;
}

Bytes nsec3_hash(BytesView owner, BytesView salt, std::uint16_t iterations) {
    Bytes octets;
    octets.reserve(owner.size() + salt.size());
    append_lower_name(owner, octets);
    octets.insert(octets.end(), salt.begin(), salt.end());
    Bytes hash = sha1(octets);
    for (unsigned i = 0; i < iterations; ++i) {
        hash.insert(hash.end(), salt.begin(), salt.end());
        hash = sha1(hash);
    }
    return hash;
}

void append_type_bitmap(std::span<const std::uint16_t> types, Bytes& out) {
    for (std::size_t i = 0; i < types.size();) {
        const auto window = static_cast<std::uint8_t>(types[i] >> 8);
        std::array<std::uint8_t, 32> bits{};
        std::size_t length = 0;
        for (; i < types.size() && types[i] >> 8 == window; ++i) {
            const unsigned low = types[i] & 0xff;
            bits[low / 8] = static_cast<std::uint8_t>(bits[low / 8] | 0x80 >> low % 8);
            length = low / 8 + 1;
        }
        out.push_back(window);
        out.push_back(static_cast<std::uint8_t>(length));
        out.insert(out.end(), bits.begin(), bits.begin() + length);
    }
}

}  // namespace kaspar::signer
