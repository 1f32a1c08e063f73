// The key sets at the apex against the instruction.
#include <fmt/format.h>

#include "signer/core/verify_context.h"

namespace kaspar::signer::verification {

namespace {

/// The key tag that a CDS carries, or that a DNSKEY or CDNSKEY has.
unsigned tag_in(std::uint16_t type, BytesView rdata) {
    if (type != rr::cds)
        return key_tag(rdata);
    return rdata.size() < 2 ? 0 : read16(rdata, 0);
}

template <typename Record>
void expect_set(Context& context, std::uint16_t type, const std::vector<Record>& wanted) {
    Rdatas expected;
    for (const auto& record : wanted)
        expected.insert(record.rdata());
    const auto there = rdatas_at_apex(context, type);
    for (const auto& rdata : expected)
        if (!there.contains(rdata))
            context.problem(*context.apex, type,
                            fmt::format("the one for key {} was instructed, and is not in the zone",
                                        tag_in(type, rdata)));
    for (const auto& rdata : there)
        if (!expected.contains(rdata))
            context.problem(*context.apex, type,
                            fmt::format("the one for key {} is in the zone, and was not instructed",
                                        tag_in(type, rdata)));
}

void expect_deletion(Context& context) {
    if (rdatas_at_apex(context, rr::cds) != Rdatas{delete_cds()})
        context.problem(*context.apex, rr::cds, "the instructed CDS delete request is not there");
    if (rdatas_at_apex(context, rr::cdnskey) != Rdatas{delete_cdnskey()})
        context.problem(*context.apex, rr::cdnskey,
                        "the instructed CDNSKEY delete request is not there");
}

void expect_signer(Context& context, std::uint16_t type, const Dnskey& wanted) {
    const auto* rrset = signed_at_apex(context, type);
    if (rrset == nullptr)
        return;  // not there, or without any signature: told already
    for (const auto* key : signers_of(context, *rrset))
        if (key->key == wanted.key)
            return;
    context.problem(*context.apex, type,
                    fmt::format("key {} ({}) was instructed to sign this, and has not",
                                wanted.tag(), facts(wanted.key.algorithm).mnemonic));
}

}  // namespace

void inspect_expectations(Context& context) {
    if (!context.request.expected)
        return;
    const auto& expected = *context.request.expected;
    expect_set(context, rr::dnskey, expected.dnskeys);
    if (expected.cds_delete) {
        expect_deletion(context);
    } else {
        expect_set(context, rr::cds, expected.cds);
        expect_set(context, rr::cdnskey, expected.cdnskey);
    }
    for (const auto& signer : expected.dnskey_signers)
        for (const auto type : {rr::dnskey, rr::cds, rr::cdnskey})
            expect_signer(context, type, signer);
}

}  // namespace kaspar::signer::verification
