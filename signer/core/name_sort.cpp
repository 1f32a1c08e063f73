#include "signer/core/name_sort.h"

#include <algorithm>

#include "signer/core/name_order.h"
#include "signer/core/octet_order.h"

namespace kaspar::signer {

namespace {

std::size_t common_prefix_of(BytesView a, BytesView b) {
    const auto end = std::min(a.size(), b.size());
    return std::mismatch(a.begin(), a.begin() + end, b.begin()).first - a.begin();
}

std::uint64_t first_eight(BytesView key) {
    std::uint64_t prefix = 0;
    for (std::size_t i = 0; i < 8; ++i)
        prefix = prefix << 8 | (i < key.size() ? key[i] : 0U);
    return prefix;
}

}  // namespace

NameSort::NameSort(std::size_t names, std::size_t octets) {
    keys_.reserve(octets);
    key_ends_.reserve(names);
}

void NameSort::add(BytesView name) {
    append_name_key(name, keys_);
    key_ends_.push_back(keys_.size());
}

BytesView NameSort::key(std::uint32_t name) const {
    const auto start = name == 0 ? 0 : key_ends_[name - 1];
    return BytesView(keys_).subspan(start, key_ends_[name] - start);
}

// All keys of a zone start with the key of its apex: eight octets from there on tell more.
std::size_t NameSort::common_prefix() const {
    auto common = key(0).size();
    for (std::uint32_t i = 1; i < key_ends_.size(); ++i)
        common = std::min(common, common_prefix_of(key(0), key(i)));
    return common;
}

std::vector<NameSort::Entry> NameSort::entries(std::size_t skipped) const {
    std::vector<Entry> entries(key_ends_.size());
    for (std::uint32_t i = 0; i < entries.size(); ++i)
        entries[i] = {first_eight(key(i).subspan(skipped)), i};
    return entries;
}

std::vector<std::uint32_t> NameSort::order() const {
    if (key_ends_.empty())
        return {};
    const auto skipped = common_prefix();
    auto sorted = entries(skipped);
    std::sort(sorted.begin(), sorted.end(), [&](const Entry& a, const Entry& b) {
        if (a.prefix != b.prefix)
            return a.prefix < b.prefix;
        const int order =
            compare_octets(key(a.name).subspan(skipped), key(b.name).subspan(skipped));
        return order != 0 ? order < 0 : a.name < b.name;
    });
    std::vector<std::uint32_t> order(sorted.size());
    std::transform(sorted.begin(), sorted.end(), order.begin(),
                   [](auto& entry) { return entry.name; });
    return order;
}

}  // namespace kaspar::signer
