// The key sets at the apex against the instruction.
#include <fmt/format.h>

#include "signer/core/verify_apex.h"

namespace kaspar::signer::verification {

namespace {

/// The key tag that a CDS carries, or that a DNSKEY or CDNSKEY has.
unsigned tag_in(std::uint16_t type, BytesView rdata) {
    if (type != rr::cds)
        return key_tag(rdata);
    return rdata.size() < 2 ? 0 : read16(rdata, 0);
}

template <typename Record>
void expect_set(SignedApex& at, std::uint16_t type, const std::vector<Record>& wanted) {
    Rdatas expected;
    for (const auto& record : wanted)
        expected.insert(record.rdata());
    const auto there = rdatas_at_apex(at.apex, type);
    for (const auto& rdata : expected)
        if (!there.contains(rdata))
            at.problem(type,
                       fmt::format("the one for key {} was instructed, and is not in the zone",
                                   tag_in(type, rdata)));
    for (const auto& rdata : there)
        if (!expected.contains(rdata))
            at.problem(type,
                       fmt::format("the one for key {} is in the zone, and was not instructed",
                                   tag_in(type, rdata)));
}

void expect_deletion(SignedApex& at) {
    if (rdatas_at_apex(at.apex, rr::cds) != Rdatas{delete_cds()})
        at.problem(rr::cds, "the instructed CDS delete request is not there");
    if (rdatas_at_apex(at.apex, rr::cdnskey) != Rdatas{delete_cdnskey()})
        at.problem(rr::cdnskey, "the instructed CDNSKEY delete request is not there");
}

void expect_signer(SignedApex& at, std::uint16_t type, const Dnskey& wanted) {
    const auto& signers = at.signers.of(type);
    if (!signers)
        return;  // not there, or without any signature: told already
    for (std::size_t i = 0; i < at.apex.keys.size(); ++i)
        if ((*signers >> i & 1) != 0 && at.apex.keys[i].key == wanted.key)
            return;
    at.problem(type, fmt::format("key {} ({}) was instructed to sign this, and has not",
                                 wanted.tag(), facts(wanted.key.algorithm).mnemonic));
}

}  // namespace

void inspect_expectations(SignedApex at) {
    if (!at.apex.request.expected)
        return;
    const auto& expected = *at.apex.request.expected;
    expect_set(at, rr::dnskey, expected.dnskeys);
    if (expected.cds_delete) {
        expect_deletion(at);
    } else {
        expect_set(at, rr::cds, expected.cds);
        expect_set(at, rr::cdnskey, expected.cdnskey);
    }
    for (const auto& signer : expected.dnskey_signers)
        for (const auto type : {rr::dnskey, rr::cds, rr::cdnskey})
            expect_signer(at, type, signer);
}

}  // namespace kaspar::signer::verification
