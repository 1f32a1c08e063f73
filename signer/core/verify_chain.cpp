#include "signer/core/verify_chain.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/values/encoding.h"

namespace kaspar::signer::verification {

namespace {

void inspect_link(Denial kind, BytesView owner, BytesView said, BytesView next,
                  Findings& findings) {
    if (kind == Denial::nsec3 && !same_octets(said, next))
        findings.problem(owner, rr::nsec3,
                         fmt::format("its next hash is {}, and must be {}: the chain is broken",
                                     to_base32hex(said), to_base32hex(next)));
    if (kind == Denial::nsec && !same_name(said, next))
        findings.problem(owner, rr::nsec,
                         fmt::format("its next name is {}, and must be {}: the chain is broken",
                                     name_text(said), name_text(next)));
}

}  // namespace

void ChainStretch::add(BytesView owner, BytesView self, std::optional<BytesView> next) {
    if (first_.empty())
        first_ = copy_of(self);
    if (next_)
        inspect_link(kind_, owner_, *next_, self, findings_);
    owner_ = owner;
    next_ = next;
}

ChainEnds ChainStretch::ends() const {
    ChainEnds ends{first_, copy_of(owner_)};
    if (next_)
        ends.last_next = copy_of(*next_);
    return ends;
}

void Chain::link(BytesView next) {
    if (ends_.last_next)
        inspect_link(apex_.denial, ends_.last_owner, *ends_.last_next, next, findings_);
}

void Chain::append(ChainEnds&& ends, Findings&& found) {
    if (!ends.first.empty()) {
        link(ends.first);
        if (ends_.first.empty())
            ends_.first = std::move(ends.first);
        ends_.last_owner = std::move(ends.last_owner);
        ends_.last_next = std::move(ends.last_next);
    }
    findings_.append(std::move(found));
}

void Chain::close() {
    link(apex_.denial == Denial::nsec ? apex_.name() : BytesView(ends_.first));
}

}  // namespace kaspar::signer::verification
