#include "signer/assembly.h"

#include <algorithm>
#include <utility>

#include "signer/capacity.h"
#include "signer/core/name_order.h"
#include "signer/core/zonemd.h"

namespace kaspar::signer {

namespace {

constexpr std::uint64_t small_stretch = 64 << 20;  // octets of memory; asking costs time

// The SOA's five numbers end its RDATA.
constexpr std::size_t serial_from_end = 20, minimum_from_end = 4;

std::uint32_t number_at(BytesView octets, std::size_t at) {
    return std::uint32_t{octets[at]} << 24 | std::uint32_t{octets[at + 1]} << 16 |
           std::uint32_t{octets[at + 2]} << 8 | octets[at + 3];
}

void set_number_at(Bytes& octets, std::size_t at, std::uint32_t number) {
    for (unsigned i = 0; i < 4; ++i)
        octets[at + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
}

std::uint32_t ttl_of(Duration duration) {
    return static_cast<std::uint32_t>(duration.count());
}

const RRset& soa_of(const Zone& zone) {
    const auto* soa = zone.find(zone.nodes().front(), rr::soa);
    require(soa != nullptr && zone.rdata(*soa, 0).size() > serial_from_end,
            "a zone that is signed has its SOA");
    return *soa;
}

Zone make_apex_records(const Instruction& instruction) {
    ZoneBuilder builder(instruction.zone);
    const auto add = [&](std::uint16_t type, const Bytes& rdata) {
        builder.add(instruction.zone.wire(), type, ttl_of(instruction.dnskey_ttl), rdata);
    };
    for (const auto& key : instruction.keys)
        if (key.publish)
            add(rr::dnskey, key.dnskey.rdata());
    for (const auto& foreign : instruction.foreign_dnskeys)
        add(rr::dnskey, foreign.rdata());
    if (instruction.cds_delete) {
        add(rr::cds, delete_cds_rdata());
        add(rr::cdnskey, delete_cdnskey_rdata());
        return builder.build();
    }
    for (const auto& ds : instruction.cds)
        add(rr::cds, ds.rdata());
    for (const auto& dnskey : instruction.cdnskey)
        add(rr::cdnskey, dnskey.rdata());
    return builder.build();
}

}  // namespace

std::uint32_t soa_serial(BytesView rdata) {
    return number_at(rdata, rdata.size() - serial_from_end);
}

std::uint32_t soa_minimum(BytesView rdata) {
    return number_at(rdata, rdata.size() - minimum_from_end);
}

std::uint32_t zone_serial(const Zone& zone) {
    return soa_serial(zone.rdata(soa_of(zone), 0));
}

Bytes delete_cds_rdata() {
    return {0, 0, 0, 0, 0};
}

Bytes delete_cdnskey_rdata() {
    return {0, 0, 3, 0, 0};
}

Result<std::unique_ptr<Assembly>> Assembly::make(const AssemblyOrder& order) {
    std::unique_ptr<Assembly> assembly(new Assembly(order));
    assembly->add_apex();
    KASPAR_CHECK(assembly->find_nsec3_names());
    KASPAR_CHECK(assembly->cut());
    return assembly;
}

void Assembly::add_apex() {
    const auto& instruction = order_.instruction;
    const auto& soa = soa_of(order_.source);
    const auto rdata = order_.source.rdata(soa, 0);
    soa_.assign(rdata.begin(), rdata.end());
    if (instruction.soa_minimum)
        set_number_at(soa_, soa_.size() - minimum_from_end, ttl_of(*instruction.soa_minimum));
    negative_ttl_ = denial_ttl(soa.ttl, soa_minimum(soa_));
    additions_.push_back({{}, rr::soa, soa.ttl, true, nullptr, nullptr, soa_});
    if (instruction.zonemd) {
        zonemd_ = unfinished_zonemd_rdata(0);
        additions_.push_back({{}, rr::zonemd, soa.ttl, true, nullptr, nullptr, zonemd_});
    }
    if (!is_signed())
        return;
    apex_records_ = make_apex_records(instruction);
    for (const auto& node : apex_records_.nodes())
        for (const auto& rrset : apex_records_.rrsets(node))
            additions_.push_back({{}, rrset.type, rrset.ttl, true, &apex_records_, &rrset, {}});
    if (instruction.denial.type == DenialType::nsec3) {
        nsec3param_ = nsec3param_rdata(instruction.denial);
        // For secondaries and signers only; no resolver asks for it, so nothing need cache it.
        additions_.push_back({{}, rr::nsec3param, 0, true, nullptr, nullptr, nsec3param_});
    }
}

Outcome Assembly::find_nsec3_names() {
    if (!is_signed() || order_.instruction.denial.type != DenialType::nsec3)
        return Done{};
    const auto& denial = order_.instruction.denial;
    // The verifier hashes what opt-out leaves out, too.
    auto all = denial;
    all.opt_out = false;
    const auto count = Nsec3Names::count(order_.source, all);
    KASPAR_CHECK(check_hashes(count, available_memory()));
    KASPAR_TRY(auto names,
               Nsec3Names::find(order_.source, denial, order_.threads, denial.opt_out ? 0 : count));
    nsec3_names_ = std::move(names);
    return Done{};
}

Outcome Assembly::cut() {
    const auto& source = order_.source;
    const auto stretches = cut_into_stretches(source, order_.stretch_records);
    if (const auto octets = memory_of_largest(source, stretches); octets > small_stretch)
        KASPAR_CHECK(check_largest_stretch(octets, available_memory()));
    for (const auto& nodes : stretches) {
        const auto owner = source.owner(source.nodes()[nodes.first]);
        const auto hash = nsec3_names_ ? nsec3_names_->first_from(owner) : 0;
        end_part(hash);
        parts_.push_back({nodes, hash, copy_of(owner)});
    }
    end_part(nsec3_names_ ? nsec3_names_->size() : 0);
    return Done{};
}

/// Hashes are spread evenly, names are not: a third of the hashes come before the first letter. So
/// the part whose NSEC3 records end before `end_hash` is cut at some of them. None of those parts
/// what is hidden from what hides it: they stand beside the names right below the apex.
void Assembly::end_part(std::size_t end_hash) {
    const auto& source = order_.source;
    while (!parts_.empty() && end_hash - parts_.back().first_hash > order_.stretch_records) {
        auto& part = parts_.back();
        const auto first = part.first_hash + order_.stretch_records;
        auto owner = nsec3_names_->hashed_owner(first);
        const auto nodes = source.nodes();
        const auto node = std::partition_point(
            nodes.begin() + part.nodes.first, nodes.begin() + part.nodes.end,
            [&](const Node& other) { return compare_names(source.owner(other), owner) < 0; });
        const auto at = static_cast<std::uint32_t>(node - nodes.begin());
        const auto end = std::exchange(part.nodes.end, at);
        parts_.push_back({{at, end}, first, std::move(owner)});
    }
}

BytesView Assembly::first_owner(std::size_t index) const {
    return index < parts_.size() ? BytesView(parts_[index].first_owner) : BytesView();
}

SignedStretch Assembly::stretch(std::size_t index) const {
    Content content;
    list_content(order_.source, parts_[index].nodes, additions_, content);
    return merge(content, chain(index, content));
}

DenialChain Assembly::chain(std::size_t index, const Content& content) const {
    if (!is_signed())
        return {};
    const bool is_last = index + 1 == parts_.size();
    if (!nsec3_names_)
        return make_nsec_chain(content, first_owner(is_last ? 0 : index + 1), negative_ttl_);
    return nsec3_names_->chain(parts_[index].first_hash,
                               is_last ? nsec3_names_->size() : parts_[index + 1].first_hash,
                               additions_, negative_ttl_);
}

void Assembly::set_serial(std::uint32_t serial) {
    set_number_at(soa_, soa_.size() - serial_from_end, serial);
}

void Assembly::set_zonemd(BytesView rdata) {
    if (rdata.size() == zonemd_.size())
        std::copy(rdata.begin(), rdata.end(), zonemd_.begin());
}

}  // namespace kaspar::signer
