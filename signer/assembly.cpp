#include "signer/assembly.h"

#include <fmt/format.h>

#include <algorithm>

#include "signer/core/serial.h"
#include "signer/core/zonemd.h"

namespace kaspar::signer {

namespace {

// The SOA's five numbers end its RDATA.
constexpr std::size_t serial_from_end = 20, minimum_from_end = 4;
constexpr std::size_t sha384_size = 48;

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

bool is_signed_zone(const Instruction& instruction) {
    return !instruction.keys.empty();
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

/// RRsets of the last output, by who makes them.
struct LastCounts {
    std::uint64_t rrsets = 0, data_rrsets = 0, signatures = 0;
};

LastCounts count_last(const Zone& last) {
    LastCounts counts;
    for (const auto& node : last.nodes())
        for (const auto& rrset : last.rrsets(node)) {
            if (rrset.type == rr::rrsig) {
                counts.signatures += rrset.record_count;
                continue;
            }
            ++counts.rrsets;
            const bool at_apex = &node == &last.nodes().front();
            counts.data_rrsets += is_made_by_signer(rrset.type, at_apex) ? 0 : 1;
        }
    return counts;
}

std::uint64_t count_data(const SignedZone& zone) {
    std::uint64_t count = 0;
    for (const auto& rrset : zone.rrsets)
        if (!is_made_by_signer(rrset.type, rrset.owner.data() == zone.rrsets[0].owner.data()))
            ++count;
    return count;
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
    std::unique_ptr<Assembly> assembly(new Assembly);
    KASPAR_CHECK(assembly->add_apex(order));
    KASPAR_CHECK(assembly->add_denial(order));
    KASPAR_CHECK(assembly->sign(order));
    return assembly;
}

Outcome Assembly::add_apex(const AssemblyOrder& order) {
    const auto& soa = soa_of(order.source);
    const auto rdata = order.source.rdata(soa, 0);
    soa_.assign(rdata.begin(), rdata.end());
    soa_ttl_ = soa.ttl;
    if (order.instruction.soa_minimum)
        set_number_at(soa_, soa_.size() - minimum_from_end, ttl_of(*order.instruction.soa_minimum));
    negative_ttl_ = denial_ttl(soa_ttl_, soa_minimum(soa_));
    std::vector<RRsetView> additions{{{}, rr::soa, soa_ttl_, true, nullptr, nullptr, soa_}};
    if (order.instruction.zonemd) {
        zonemd_ = zonemd_rdata(0, Bytes(sha384_size));
        additions.push_back({{}, rr::zonemd, soa_ttl_, true, nullptr, nullptr, zonemd_});
    }
    if (is_signed_zone(order.instruction)) {
        apex_records_ = make_apex_records(order.instruction);
        for (const auto& node : apex_records_.nodes())
            for (const auto& rrset : apex_records_.rrsets(node))
                additions.push_back({{}, rrset.type, rrset.ttl, true, &apex_records_, &rrset, {}});
        if (order.instruction.denial.type == DenialType::nsec3) {
            nsec3param_ = nsec3param_rdata(order.instruction.denial);
            // For secondaries and signers only; no resolver asks for it, so nothing need cache it.
            additions.push_back({{}, rr::nsec3param, 0, true, nullptr, nullptr, nsec3param_});
        }
    }
    content_ = list_content(order.source, additions);
    return Done{};
}

Outcome Assembly::add_denial(const AssemblyOrder& order) {
    const auto& denial = order.instruction.denial;
    if (!is_signed_zone(order.instruction)) {
        zone_ = merge(content_, nullptr);
        return Done{};
    }
    if (denial.type == DenialType::nsec) {
        chain_ = make_nsec_chain(content_, negative_ttl_);
    } else {
        KASPAR_TRY(chain_, make_nsec3_chain(content_, order.instruction.zone, denial, negative_ttl_,
                                            order.threads));
    }
    zone_ = merge(content_, &*chain_);
    return Done{};
}

Outcome Assembly::sign(const AssemblyOrder& order) {
    const SigningLoop loop(order.rules, order.keys, order.last);
    KASPAR_TRY(tally_, loop.sign_most(zone_, order.threads));
    changed_ = differs(order, loop) || order.new_place;
    if (!changed_)
        return Done{};
    KASPAR_CHECK(choose_serial(order));
    return finish(order, loop);
}

/// Compares with the last output as if the serial stayed: the SOA with the last serial, and the
/// ZONEMD that the last output has for it.
bool Assembly::differs(const AssemblyOrder& order, const SigningLoop& loop) {
    data_changed_ = !order.same_input;
    if (order.last == nullptr)
        return true;
    set_serial(zone_serial(*order.last));
    const auto last = count_last(*order.last);
    auto same_rrsets = tally_.same_rrsets;
    auto same_data = tally_.same_data_rrsets;
    auto signatures = tally_.signatures_reused;
    bool stands = tally_.signatures_made == 0;
    for (const auto type : {rr::soa, rr::zonemd}) {
        const auto* old = order.last->find(order.last->nodes().front(), type);
        if (old == nullptr || (type == rr::zonemd && zonemd_.empty()))
            continue;
        const auto old_rdata = order.last->rdata(*old, 0);
        if (type == rr::zonemd && old_rdata.size() == zonemd_.size())
            std::copy(old_rdata.begin(), old_rdata.end(), zonemd_.begin());
        const auto sameness = loop.look_at(zone_.rrsets[zone_.apex_index(type)]);
        stands = stands && sameness.nothing_to_do();
        signatures += sameness.standing.size();
        same_rrsets += sameness.same_rrset ? 1 : 0;
        same_data += type == rr::soa && sameness.same_rrset ? 1 : 0;
    }
    data_changed_ = same_data != last.data_rrsets || same_data != count_data(zone_);
    records_changed_ = same_rrsets != last.rrsets || same_rrsets != zone_.rrsets.size();
    return !stands || records_changed_ || signatures != last.signatures ||
           serial_calls_for_publication({order.instruction.serial, order.input_serial,
                                         order.last_serial, order.rules.now, false});
}

Outcome Assembly::choose_serial(const AssemblyOrder& order) {
    const bool may_stay = !data_changed_ && (order.refresh_is_due || !records_changed_);
    KASPAR_TRY(serial_, next_serial({order.instruction.serial, order.input_serial,
                                     order.last_serial, order.rules.now, may_stay}));
    if (order.last_serial == serial_)
        warnings_.push_back(fmt::format(
            "signatures are renewed under the unchanged serial {} (serial policy \"keep\"), so "
            "secondaries will not notice; raise the serial in the input",
            serial_));
    return Done{};
}

Outcome Assembly::finish(const AssemblyOrder& order, const SigningLoop& loop) {
    set_serial(serial_);
    KASPAR_CHECK(sign_apex(loop, rr::soa));
    if (!order.instruction.zonemd)
        return Done{};
    const auto rdata = zonemd_rdata(serial_, zonemd_digest(zone_));
    std::copy(rdata.begin(), rdata.end(), zonemd_.begin());
    return sign_apex(loop, rr::zonemd);
}

Outcome Assembly::sign_apex(const SigningLoop& loop, std::uint16_t type) {
    KASPAR_TRY(const auto tally, loop.sign_one(zone_, zone_.apex_index(type)));
    tally_.add(tally);
    return Done{};
}

void Assembly::set_serial(std::uint32_t serial) {
    set_number_at(soa_, soa_.size() - serial_from_end, serial);
}

}  // namespace kaspar::signer
