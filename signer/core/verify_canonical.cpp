#include "signer/core/verify_canonical.h"

#include <algorithm>
#include <cstring>

#include "signer/core/verify_wire.h"

namespace kaspar::signer::verification {

namespace {

constexpr std::uint16_t class_in = 1;

}  // namespace

void CanonicalRecords::clear() {
    records_.clear();
    octets_.clear();
}

void CanonicalRecords::add(std::uint16_t type, std::uint32_t ttl, BytesView rdata) {
    const auto at = octets_.size();
    append_canonical(type, rdata, octets_);
    records_.push_back({type, ttl, at, octets_.size() - at});
}

int CanonicalRecords::compare(const Record& a, const Record& b) const {
    if (a.type != b.type)
        return a.type < b.type ? -1 : 1;
    const auto common = std::min(a.size, b.size);
    const int order =
        common == 0 ? 0 : std::memcmp(octets_.data() + a.at, octets_.data() + b.at, common);
    if (order != 0)
        return order;
    return a.size < b.size ? -1 : a.size > b.size;
}

void CanonicalRecords::sort() {
    const auto less = [this](const Record& a, const Record& b) { return compare(a, b) < 0; };
    const auto same = [this](const Record& a, const Record& b) { return compare(a, b) == 0; };
    if (!std::is_sorted(records_.begin(), records_.end(), less))
        std::stable_sort(records_.begin(), records_.end(), less);
    records_.erase(std::unique(records_.begin(), records_.end(), same), records_.end());
}

void CanonicalRecords::write(BytesView owner, Bytes& out) const {
    for (const auto& record : records_) {
        append_lower(owner, out);
        append16(record.type, out);
        append16(class_in, out);
        append32(record.ttl, out);
        append16(static_cast<std::uint16_t>(record.size), out);
        append(rdata(record), out);
    }
}

}  // namespace kaspar::signer::verification
