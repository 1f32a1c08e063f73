#include "signer/core/zone.h"

#include <algorithm>
#include <cstring>

#include "signer/core/name_order.h"
#include "signer/core/rdata_names.h"

namespace kaspar::signer {

namespace {

/// What is really sorted: eight octets of the key in a register, the rest behind an index.
struct SortEntry {
    std::uint64_t prefix;
    std::uint32_t run;
};

std::size_t common_prefix(BytesView a, BytesView b) {
    const auto end = std::min(a.size(), b.size());
    return std::mismatch(a.begin(), a.begin() + end, b.begin()).first - a.begin();
}

std::uint64_t prefix_of(BytesView key) {
    std::uint64_t prefix = 0;
    for (std::size_t i = 0; i < 8; ++i)
        prefix = prefix << 8 | (i < key.size() ? key[i] : 0U);
    return prefix;
}

int compare_octets(BytesView a, BytesView b) {
    const auto common = std::min(a.size(), b.size());
    const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
    if (order != 0)
        return order;
    return a.size() < b.size() ? -1 : a.size() > b.size();
}

std::uint16_t covered_type(std::uint16_t type, BytesView rdata) {
    if (type != rr::rrsig || rdata.size() < 2)
        return 0;
    return static_cast<std::uint16_t>(rdata[0] << 8 | rdata[1]);
}

}  // namespace

/// A stretch of records added one after the other with the same owner, and its sorting key.
struct ZoneBuilder::Run {
    std::uint64_t key_at;
    std::uint32_t key_size;
    std::uint32_t first, count;
};

/// Puts runs in canonical order of their owners; runs of one owner stay in the order they were
/// added.
class ZoneBuilder::RunSorter {
  public:
    RunSorter(const std::vector<Run>& runs, const Bytes& keys) : runs_(runs), keys_(keys) {}

    std::vector<SortEntry> sorted() {
        skip_common_prefix();
        std::vector<SortEntry> entries(runs_.size());
        for (std::uint32_t i = 0; i < entries.size(); ++i)
            entries[i] = {prefix_of(rest_of_key(i)), i};
        const auto less = [this](const SortEntry& a, const SortEntry& b) { return is_less(a, b); };
        if (!std::is_sorted(entries.begin(), entries.end(), less))
            std::sort(entries.begin(), entries.end(), less);
        return entries;
    }

    bool same_owner(const SortEntry& a, const SortEntry& b) const {
        return a.prefix == b.prefix && compare_octets(rest_of_key(a.run), rest_of_key(b.run)) == 0;
    }

  private:
    BytesView key(std::uint32_t run) const {
        return BytesView(keys_).subspan(runs_[run].key_at, runs_[run].key_size);
    }

    // All keys of a zone start with the key of its apex: eight octets from there on tell more.
    void skip_common_prefix() {
        if (runs_.empty())
            return;
        skipped_ = key(0).size();
        for (std::uint32_t i = 1; i < runs_.size(); ++i)
            skipped_ = std::min(skipped_, common_prefix(key(0), key(i)));
    }

    BytesView rest_of_key(std::uint32_t run) const { return key(run).subspan(skipped_); }

    bool is_less(const SortEntry& a, const SortEntry& b) const {
        if (a.prefix != b.prefix)
            return a.prefix < b.prefix;
        const int order = compare_octets(rest_of_key(a.run), rest_of_key(b.run));
        return order != 0 ? order < 0 : a.run < b.run;
    }

    const std::vector<Run>& runs_;
    const Bytes& keys_;
    std::size_t skipped_ = 0;
};

/// Sorts the records of one owner at a time; keeps its buffers.
class ZoneBuilder::NodePacker {
  public:
    NodePacker(const std::vector<Added>& added, const Bytes& names, const Bytes& rdata, Zone& zone)
        : added_(added), names_(names), rdata_(rdata), zone_(zone) {}

    void take(const Run& run) {
        for (std::uint32_t i = run.first; i < run.first + run.count; ++i) {
            const auto& added = added_[i];
            const auto rdata = BytesView(rdata_).subspan(added.rdata_at, added.rdata_size);
            items_.push_back({i, added.type, covered_type(added.type, rdata), rdata});
        }
    }

    void pack() {
        if (items_.size() > 1)
            sort();
        const auto& named = added_[first_added()];
        const auto name = BytesView(names_).subspan(named.name_at, named.name_size);
        zone_.nodes_.push_back({zone_.names_.size(), named.name_size,
                                static_cast<std::uint32_t>(zone_.rrsets_.size()), 0});
        zone_.names_.insert(zone_.names_.end(), name.begin(), name.end());
        for (std::size_t i = 0; i < items_.size(); ++i)
            put(items_[i], i == 0 ? nullptr : &items_[i - 1]);
        items_.clear();
    }

  private:
    struct Item {
        std::uint32_t added;
        std::uint16_t type, covered;
        BytesView canonical;  ///< RDATA in canonical form
    };

    std::uint32_t first_added() const {
        return std::min_element(items_.begin(), items_.end(),
                                [](auto& a, auto& b) { return a.added < b.added; })
            ->added;
    }

    static bool is_less(const Item& a, const Item& b) {
        if (a.type != b.type)
            return a.type < b.type;
        if (a.covered != b.covered)
            return a.covered < b.covered;
        const int order = compare_octets(a.canonical, b.canonical);
        return order != 0 ? order < 0 : a.added < b.added;
    }

    void sort() {
        canonicalize();
        if (!std::is_sorted(items_.begin(), items_.end(), is_less))
            std::sort(items_.begin(), items_.end(), is_less);
    }

    void canonicalize() {
        std::size_t size = 0;
        for (const auto& item : items_)
            size += item.canonical.size();
        canonical_.clear();
        canonical_.reserve(size);  // the views into it must stay good
        for (auto& item : items_) {
            if (!has_canonical_names(item.type))
                continue;
            const auto at = canonical_.size();
            append_canonical_rdata(item.type, item.canonical, canonical_);
            item.canonical = BytesView(canonical_).subspan(at);
        }
    }

    void put(const Item& item, const Item* before) {
        const bool same_set =
            before != nullptr && before->type == item.type && before->covered == item.covered;
        if (!same_set)
            start_rrset(item);
        auto& rrset = zone_.rrsets_.back();
        note_origin_and_ttl(rrset, added_[item.added]);
        if (same_set && compare_octets(before->canonical, item.canonical) == 0)
            return;
        put_record(added_[item.added]);
        ++rrset.record_count;
    }

    void start_rrset(const Item& item) {
        const auto& added = added_[item.added];
        zone_.rrsets_.push_back({item.type, item.covered, added.ttl, false,
                                 static_cast<std::uint32_t>(zone_.records_.size()), 0,
                                 added.origin});
        ++zone_.nodes_.back().rrset_count;
        earliest_ = item.added;
    }

    void note_origin_and_ttl(RRset& rrset, const Added& added) {
        const auto index = static_cast<std::uint32_t>(&added - added_.data());
        if (index < earliest_) {
            earliest_ = index;
            rrset.origin = added.origin;
        }
        rrset.ttls_differed |= rrset.ttl != added.ttl;
        rrset.ttl = std::min(rrset.ttl, added.ttl);
    }

    void put_record(const Added& added) {
        const auto rdata = BytesView(rdata_).subspan(added.rdata_at, added.rdata_size);
        zone_.records_.push_back({zone_.rdata_.size(), added.rdata_size});
        zone_.rdata_.insert(zone_.rdata_.end(), rdata.begin(), rdata.end());
    }

    const std::vector<Added>& added_;
    const Bytes& names_;
    const Bytes& rdata_;
    Zone& zone_;
    std::vector<Item> items_;
    Bytes canonical_;
    std::uint32_t earliest_ = 0;
};

const RRset* Zone::find(const Node& node, std::uint16_t type, std::uint16_t covered) const {
    for (const auto& rrset : rrsets(node))
        if (rrset.type == type && rrset.covered == covered)
            return &rrset;
    return nullptr;
}

const Node* Zone::find(BytesView owner_name) const {
    const auto at = std::lower_bound(
        nodes_.begin(), nodes_.end(), owner_name,
        [this](const Node& node, BytesView name) { return compare_names(owner(node), name) < 0; });
    return at != nodes_.end() && same_name(owner(*at), owner_name) ? &*at : nullptr;
}

std::uint64_t Zone::memory() const {
    return nodes_.capacity() * sizeof(Node) + rrsets_.capacity() * sizeof(RRset) +
           records_.capacity() * sizeof(Record) + names_.capacity() + rdata_.capacity();
}

void ZoneBuilder::add(BytesView owner, std::uint16_t type, std::uint32_t ttl, BytesView rdata,
                      Origin origin) {
    require(owner.size() <= 255 && rdata.size() <= 65535, "a record too large for DNS");
    require(added_.size() < 0xffffffffU, "more records than a zone can hold");
    std::uint64_t name_at = names_.size();
    const bool repeated =
        !added_.empty() && added_.back().name_size == owner.size() &&
        std::equal(owner.begin(), owner.end(),
                   names_.begin() + static_cast<std::ptrdiff_t>(added_.back().name_at));
    if (repeated)
        name_at = added_.back().name_at;
    else
        names_.insert(names_.end(), owner.begin(), owner.end());
    added_.push_back({name_at, rdata_.size(), ttl, static_cast<std::uint16_t>(rdata.size()), type,
                      static_cast<std::uint8_t>(owner.size()), origin});
    rdata_.insert(rdata_.end(), rdata.begin(), rdata.end());
}

std::vector<ZoneBuilder::Run> ZoneBuilder::runs(Bytes& keys) const {
    std::vector<Run> runs;
    for (std::uint32_t i = 0; i < added_.size(); ++i) {
        const auto& added = added_[i];
        if (i > 0 && added_[i - 1].name_at == added.name_at) {
            ++runs.back().count;
            continue;
        }
        const auto key_at = keys.size();
        append_name_key(BytesView(names_).subspan(added.name_at, added.name_size), keys);
        runs.push_back({key_at, static_cast<std::uint32_t>(keys.size() - key_at), i, 1});
    }
    return runs;
}

Zone ZoneBuilder::build() {
    Bytes keys;
    keys.reserve(names_.size());
    const auto all_runs = runs(keys);
    RunSorter sorter(all_runs, keys);

    Zone zone;
    zone.apex_ = apex_;
    zone.nodes_.reserve(all_runs.size());
    zone.records_.reserve(added_.size());
    zone.names_.reserve(names_.size());
    zone.rdata_.reserve(rdata_.size());
    NodePacker packer(added_, names_, rdata_, zone);
    const SortEntry* before = nullptr;
    const auto order = sorter.sorted();
    for (const auto& entry : order) {
        if (before != nullptr && !sorter.same_owner(*before, entry))
            packer.pack();
        packer.take(all_runs[entry.run]);
        before = &entry;
    }
    if (before != nullptr)
        packer.pack();
    *this = ZoneBuilder(apex_);
    return zone;
}

}  // namespace kaspar::signer
