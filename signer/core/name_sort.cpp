#include "signer/core/name_sort.h"

#include <algorithm>

#include "signer/core/name_order.h"
#include "signer/core/octet_order.h"
#include "signer/core/ordered_work.h"

namespace kaspar::signer {

namespace {

constexpr std::uint32_t names_in_piece = 4096;  // fewer are not worth another thread
constexpr std::uint32_t most_pieces = 8;        // each is merged with all before it

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

/// What is really sorted: eight octets of the key in a register, the rest behind an index.
struct Entry {
    std::uint64_t prefix;
    std::uint32_t name;
};

/// The keys of the names from `first` on.
struct Keys {
    std::uint32_t first;
    Bytes octets{};
    std::vector<std::uint64_t> ends{};
    std::size_t common = 0;  ///< octets that all of them start with

    void add(BytesView name) {
        append_name_key(name, octets);
        ends.push_back(octets.size());
        const auto last = first + static_cast<std::uint32_t>(ends.size() - 1);
        common =
            last == first ? octets.size() : std::min(common, common_prefix_of(of(first), of(last)));
    }

    BytesView of(std::uint32_t name) const {
        const auto i = name - first;
        const auto start = i == 0 ? 0 : ends[i - 1];
        return BytesView(octets).subspan(start, ends[i] - start);
    }
};

class Sorting {
  public:
    Sorting(std::uint32_t count, const std::function<BytesView(std::uint32_t)>& name,
            unsigned threads)
        : count_(count),
          pieces_(std::clamp(count / names_in_piece, 1U, std::min(threads, most_pieces))),
          threads_(threads),
          name_(name) {}

    std::vector<std::uint32_t> order() {
        make_keys();
        const auto sorted = sort();
        std::vector<std::uint32_t> order(sorted.size());
        std::transform(sorted.begin(), sorted.end(), order.begin(),
                       [](const Entry& entry) { return entry.name; });
        return order;
    }

  private:
    std::uint32_t begin(std::size_t piece) const {
        return static_cast<std::uint32_t>(std::uint64_t{count_} * piece / pieces_);
    }

    void make_keys() {
        in_order(
            pieces_, threads_,
            [&](std::size_t piece, unsigned) {
                Keys keys{begin(piece)};
                std::size_t octets = 0;
                for (auto i = begin(piece); i < begin(piece + 1); ++i)
                    octets += name_(i).size();
                keys.octets.reserve(octets);
                keys.ends.reserve(begin(piece + 1) - begin(piece));
                for (auto i = begin(piece); i < begin(piece + 1); ++i)
                    keys.add(name_(i));
                return keys;
            },
            [&](std::size_t, Keys&& keys) {
                keys_.push_back(std::move(keys));
                return true;
            });
    }

    /// All keys of a zone start with the key of its apex: eight octets from there on tell more.
    std::size_t common_prefix() const {
        auto common = keys_.front().common;
        for (const auto& keys : keys_)
            common = std::min(
                {common, keys.common, common_prefix_of(keys_.front().of(0), keys.of(keys.first))});
        return common;
    }

    std::vector<Entry> sort() const {
        const auto skipped = common_prefix();
        const auto rest = [&](std::uint32_t name) {
            return keys_with(name).of(name).subspan(skipped);
        };
        const auto less = [&](const Entry& a, const Entry& b) {
            if (a.prefix != b.prefix)
                return a.prefix < b.prefix;
            const int order = compare_octets(rest(a.name), rest(b.name));
            return order != 0 ? order < 0 : a.name < b.name;
        };
        std::vector<Entry> sorted;
        sorted.reserve(count_);
        in_order(
            pieces_, threads_,
            [&](std::size_t piece, unsigned) {
                std::vector<Entry> entries;
                entries.reserve(begin(piece + 1) - begin(piece));
                for (auto i = begin(piece); i < begin(piece + 1); ++i)
                    entries.push_back({first_eight(rest(i)), i});
                std::sort(entries.begin(), entries.end(), less);
                return entries;
            },
            [&](std::size_t, const std::vector<Entry>& entries) {
                const auto middle = static_cast<std::ptrdiff_t>(sorted.size());
                sorted.insert(sorted.end(), entries.begin(), entries.end());
                std::inplace_merge(sorted.begin(), sorted.begin() + middle, sorted.end(), less);
                return true;
            });
        return sorted;
    }

    const Keys& keys_with(std::uint32_t name) const {
        std::size_t piece = 0;
        while (piece + 1 < keys_.size() && name >= keys_[piece + 1].first)
            ++piece;
        return keys_[piece];
    }

    std::uint32_t count_, pieces_;
    unsigned threads_;
    const std::function<BytesView(std::uint32_t)>& name_;
    std::vector<Keys> keys_;
};

}  // namespace

std::vector<std::uint32_t> order_of_names(std::uint32_t count,
                                          const std::function<BytesView(std::uint32_t)>& name,
                                          unsigned threads) {
    if (count == 0)
        return {};
    return Sorting(count, name, std::max(threads, 1U)).order();
}

}  // namespace kaspar::signer
