#include "signer/core/denial.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "signer/core/chunks.h"
#include "signer/core/name_order.h"
#include "signer/core/presentation.h"

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

DenialChain make_nsec_chain(const Content& content, BytesView next, std::uint32_t ttl) {
    ChainWriter writer(rr::nsec, ttl, content.nodes.size());
    std::vector<std::uint16_t> types;
    const auto is_linked = [](const ContentNode& node) { return !is_hidden(node.kind); };
    auto at = std::find_if(content.nodes.begin(), content.nodes.end(), is_linked);
    while (at != content.nodes.end()) {
        const auto after = std::find_if(at + 1, content.nodes.end(), is_linked);
        list_types(content, *at, types);
        if (types.empty() || types.back() != rr::rrsig)
            types.push_back(rr::rrsig);  // the NSEC record itself is signed
        types.push_back(rr::nsec);
        std::sort(types.begin(), types.end());
        auto& rdata = writer.begin(at->owner);
        // RFC 6840 §5.1: the next owner keeps its case.
        const auto linked = after == content.nodes.end() ? next : after->owner;
        rdata.insert(rdata.end(), linked.begin(), linked.end());
        append_type_bitmap(types, rdata);
        writer.end();
        at = after;
    }
    return writer.take();
}

/// Gives each name: its node, and the labels that are cut off the node's owner. In canonical order,
/// the ancestors of a name that are not shared with the name before it, and are not names
/// themselves, are the empty non-terminals.
template <typename Take>
void Nsec3Names::list(Take&& take) const {
    CutWalk walk(*input_);
    BytesView previous;
    for (std::uint32_t i = 0; i < input_->nodes().size(); ++i) {
        const auto& node = input_->nodes()[i];
        const auto kind = walk.next(node);
        const bool opted_out = parameters_.opt_out && kind == NodeKind::delegation &&
                               input_->find(node, rr::ds) == nullptr;
        if (is_hidden(kind) || opted_out || !(i == 0 || is_published(*input_, node)))
            continue;
        const auto owner = input_->owner(node);
        if (!previous.empty()) {
            const unsigned labels = count_labels(owner);
            for (unsigned kept = shared_labels(previous, owner) + 1; kept < labels; ++kept)
                take(i, labels - kept);
        }
        take(i, 0);
        previous = owner;
    }
}

std::uint64_t Nsec3Names::count(const Zone& input, const DenialParameters& parameters) {
    std::uint64_t count = 0;
    Nsec3Names(input, parameters).list([&](std::uint32_t, std::uint32_t) { ++count; });
    return count;
}

Result<Nsec3Names> Nsec3Names::find(const Zone& input, const DenialParameters& parameters,
                                    unsigned threads, std::uint64_t expected) {
    if (input.apex().wire().size() + 1 + 32 > 255)
        return Fault{FaultClass::input,
                     "the zone's name is too long for NSEC3 (its hashed owners would exceed 255 "
                     "octets); use \"nsec\" in the policy's \"denial\""};
    Nsec3Names names(input, parameters);
    names.names_.reserve(expected);
    names.list([&](std::uint32_t node, std::uint32_t cut) {
        names.names_.push_back({{}, node, cut});
    });
    names.hash_names(threads);
    KASPAR_CHECK(names.check_collisions());
    return names;
}

BytesView Nsec3Names::name(const HashedName& hashed) const {
    return without_labels(input_->owner(input_->nodes()[hashed.node]), hashed.cut);
}

void Nsec3Names::hash_names(unsigned threads) {
    for_each_chunk(names_.size(), 4096, threads, [&](std::size_t begin, std::size_t end) {
        for (auto i = begin; i < end; ++i) {
            names_[i].hash = nsec3_hash(name(names_[i]), parameters_.salt, parameters_.iterations);
        }
    });
    std::sort(names_.begin(), names_.end(),
              [](const HashedName& a, const HashedName& b) { return a.hash < b.hash; });
}

Outcome Nsec3Names::check_collisions() const {
    const auto twins =
        std::adjacent_find(names_.begin(), names_.end(),
                           [](const auto& a, const auto& b) { return a.hash == b.hash; });
    if (twins == names_.end())
        return Done{};
    return Fault{FaultClass::refused,
                 fmt::format("{} and {} have the same NSEC3 hash; another salt is needed "
                             "(RFC 5155 §7.1): set \"salt_length\" in the policy's \"denial\"",
                             name_text(name(twins[0])), name_text(name(twins[1])))};
}

Bytes Nsec3Names::hashed_owner(const Nsec3Hash& hash) const {
    const auto label = to_base32hex(hash);
    const auto apex = input_->apex().wire();
    Bytes owner;
    owner.reserve(1 + label.size() + apex.size());
    owner.push_back(static_cast<std::uint8_t>(label.size()));
    owner.insert(owner.end(), label.begin(), label.end());
    owner.insert(owner.end(), apex.begin(), apex.end());
    return owner;
}

// base32hex keeps the order of the octets (RFC 4648 §7), so owners are sorted as hashes are.
std::size_t Nsec3Names::first_from(BytesView owner) const {
    const auto found =
        std::partition_point(names_.begin(), names_.end(), [&](const HashedName& hashed) {
            return compare_names(hashed_owner(hashed.hash), owner) < 0;
        });
    return static_cast<std::size_t>(found - names_.begin());
}

DenialChain Nsec3Names::chain(std::size_t begin, std::size_t end,
                              std::span<const RRsetView> additions, std::uint32_t ttl) const {
    ChainWriter writer(rr::nsec3, ttl, end - begin);
    std::vector<std::uint16_t> types;
    Content content;
    for (std::size_t i = begin; i < end; ++i) {
        types.clear();
        if (names_[i].cut == 0) {
            list_content(*input_, {names_[i].node, names_[i].node + 1}, additions, content);
            list_types(content, content.nodes.front(), types);
        }
        std::sort(types.begin(), types.end());
        auto& rdata = writer.begin({}, hashed_owner(i));
        append_parameters(parameters_, parameters_.opt_out ? flag_opt_out : 0, rdata);
        const auto& next = names_[(i + 1) % names_.size()].hash;
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

Nsec3Hash nsec3_hash(BytesView owner, BytesView salt, std::uint16_t iterations) {
    Bytes octets;
    octets.reserve(owner.size() + salt.size());
    append_lower_name(owner, octets);
    octets.insert(octets.end(), salt.begin(), salt.end());
    auto hash = sha1_octets(octets);
    for (unsigned i = 0; i < iterations; ++i) {
        octets.assign(hash.begin(), hash.end());
        octets.insert(octets.end(), salt.begin(), salt.end());
        hash = sha1_octets(octets);
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
