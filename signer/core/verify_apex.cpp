// The SOA and the sets of records at the apex.
#include "signer/core/verify_apex.h"

#include <fmt/format.h>

#include <algorithm>

namespace kaspar::signer::verification {

namespace {

// RFC 1035 §3.3.13: five 32-bit numbers at the end; MINIMUM is the last.
constexpr std::size_t soa_numbers = 20;

}  // namespace

Apex::Apex(const VerificationRequest& asked, std::shared_ptr<const Zone> first)
    : request(asked), part(std::move(first)), node(part->find(asked.zone.apex().wire())) {}

bool inspect_soa(Apex& apex, Findings& findings) {
    const auto* soa = apex.node != nullptr ? apex.find(rr::soa) : nullptr;
    if (soa == nullptr) {
        findings.problem(apex.name(), rr::soa, "there is no SOA record at the apex");
        return false;
    }
    if (soa->record_count > 1)
        findings.problem(
            apex.name(), rr::soa,
            fmt::format("there are {} SOA records, and must be one", soa->record_count));
    const auto rdata = apex.part->rdata(*soa, 0);
    if (rdata.size() < soa_numbers + 2) {
        findings.problem(apex.name(), rr::soa, "malformed RDATA");
        return false;
    }
    apex.negative_ttl = std::min(soa->ttl, read32(rdata, rdata.size() - 4));
    if (apex.find(rr::ns) == nullptr)
        findings.problem(apex.name(), rr::ns, "there are no NS records at the apex");
    return true;
}

bool is_key_set(std::uint16_t type) {
    return type == rr::dnskey || type == rr::cds || type == rr::cdnskey;
}

Rdatas rdatas_at_apex(const Apex& apex, std::uint16_t type) {
    Rdatas rdatas;
    if (const auto* rrset = apex.find(type))
        for (std::uint32_t i = 0; i < rrset->record_count; ++i) {
            const auto rdata = apex.part->rdata(*rrset, i);
            rdatas.emplace(rdata.begin(), rdata.end());
        }
    return rdatas;
}

const Signers& KeySetSigners::of(std::uint16_t type) const {
    return type == rr::dnskey ? dnskey : type == rr::cds ? cds : cdnskey;
}

Signers& KeySetSigners::of(std::uint16_t type) {
    return type == rr::dnskey ? dnskey : type == rr::cds ? cds : cdnskey;
}

}  // namespace kaspar::signer::verification
