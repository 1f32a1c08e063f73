// NSEC at each name.
#include <fmt/format.h>

#include <algorithm>

#include "signer/core/verify_chain.h"

namespace kaspar::signer::verification {

void NsecInspector::inspect(const NodeView& view) {
    if (view.is_name())
        inspect_name(view);
    else if (view.standing == Standing::occluded && view.nsec != nullptr)
        findings_.problem(view.owner, rr::nsec,
                          "an NSEC record at glue or at a name hidden below a delegation or DNAME "
                          "(RFC 4035 §2.3)");
    if (view.nsec3 != nullptr)
        findings_.problem(view.owner, rr::nsec3, "an NSEC3 record in a zone with an NSEC chain");
}

void NsecInspector::inspect_name(const NodeView& view) {
    const auto record =
        view.nsec != nullptr ? read_nsec(view.zone.rdata(*view.nsec, 0)) : std::optional<Nsec>();
    chain_.add(view.owner, view.owner, record ? std::optional(record->next) : std::nullopt);
    if (view.nsec == nullptr)
        return findings_.problem(view.owner, rr::nsec, "has no NSEC record");
    if (view.nsec->ttl != apex_.negative_ttl)
        findings_.problem(
            view.owner, rr::nsec,
            fmt::format("its TTL is {}, and must be {}: the lesser of the SOA's TTL and its "
                        "minimum (RFC 9077)",
                        view.nsec->ttl, apex_.negative_ttl));
    if (record)
        inspect_bitmap(view, record->bitmap);
    else
        findings_.problem(view.owner, rr::nsec, "malformed RDATA");
}

void NsecInspector::inspect_bitmap(const NodeView& view, BytesView bitmap) {
    view.denied_types(types_);
    for (const auto type : {rr::rrsig, rr::nsec})
        types_.insert(std::lower_bound(types_.begin(), types_.end(), type), type);
    write_bitmap(types_, expected_);
    if (std::equal(bitmap.begin(), bitmap.end(), expected_.begin(), expected_.end()))
        return;
    const auto said = read_bitmap(bitmap);
    findings_.problem(view.owner, rr::nsec,
                      said ? bitmap_difference(*said, types_) : "malformed RDATA");
}

}  // namespace kaspar::signer::verification
