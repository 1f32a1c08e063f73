#include <algorithm>

#include "signer/core/name_order.h"
#include "signer/core/name_sort.h"
#include "signer/core/octet_order.h"
#include "signer/core/ordered_work.h"
#include "signer/core/rdata_names.h"
#include "signer/core/rdata_parts.h"
#include "signer/core/zone.h"

namespace kaspar::signer {

namespace {

constexpr std::uint32_t runs_in_piece = 8192;  // about a megabyte, packed

std::uint16_t covered_type(std::uint16_t type, BytesView rdata) {
    if (type != rr::rrsig || rdata.size() < 2)
        return 0;
    return number16(rdata, 0);
}

/// False if the canonical form is surely the RDATA as it is: it differs in capital letters alone.
/// Most zones hold none, and looking is much faster than going from name to name.
bool may_have_capitals(BytesView rdata) {
    bool found = false;
    for (const auto octet : rdata)  // without a way out, so that the compiler takes many at once
        found |= octet >= 'A' && octet <= 'Z';
    return found;
}

}  // namespace

/// Sorts the records of one owner at a time; keeps its buffers.
class ZoneBuilder::NodePacker {
  public:
    NodePacker(const ZoneBuilder& from, Zone& zone) : from_(from), zone_(zone) {}

    /// Takes the records from `first` to before `end`, of the owner of those taken before.
    void take(BytesView owner, std::uint32_t first, std::uint32_t end) {
        if (items_.empty())
            owner_ = owner;
        for (auto i = first; i < end; ++i) {
            const auto type = from_.added_[i].type;
            items_.push_back({i, type, covered_type(type, rdata(i)), rdata(i)});
        }
    }

    /// The owner whose records are taken; empty before the first.
    BytesView owner() const { return owner_; }

    void pack() {
        if (items_.size() > 1)
            sort();
        zone_.nodes_.push_back({{zone_.names_.size(), owner_.size()},
                                static_cast<std::uint32_t>(zone_.rrsets_.size()),
                                0});
        zone_.names_.insert(zone_.names_.end(), owner_.begin(), owner_.end());
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

    BytesView rdata(std::uint32_t record) const {
        const auto& added = from_.added_[record];
        return from_.rdata_.at(added.rdata.at(), added.rdata.size());
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
            if (!has_canonical_names(item.type) || !may_have_capitals(item.canonical))
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
        note_origin_and_ttl(rrset, item);
        if (same_set && compare_octets(before->canonical, item.canonical) == 0)
            return;
        const auto octets = rdata(item.added);
        zone_.records_.push_back({zone_.rdata_.size(), octets.size()});
        zone_.rdata_.insert(zone_.rdata_.end(), octets.begin(), octets.end());
        ++rrset.record_count;
    }

    void start_rrset(const Item& item) {
        const auto& added = from_.added_[item.added];
        zone_.rrsets_.push_back({item.type,
                                 item.covered,
                                 added.ttl,
                                 static_cast<std::uint32_t>(zone_.records_.size()),
                                 0,
                                 false,
                                 {added.line, added.file}});
        ++zone_.nodes_.back().rrset_count;
        earliest_ = item.added;
    }

    void note_origin_and_ttl(RRset& rrset, const Item& item) {
        const auto& added = from_.added_[item.added];
        if (item.added < earliest_) {
            earliest_ = item.added;
            rrset.origin = {added.line, added.file};
        }
        if (rrset.ttl != added.ttl)
            rrset.ttls_differed = true;
        rrset.ttl = std::min(rrset.ttl, added.ttl);
    }

    const ZoneBuilder& from_;
    Zone& zone_;
    BytesView owner_;
    std::vector<Item> items_;
    Bytes canonical_;
    std::uint32_t earliest_ = 0;
};

void ZoneBuilder::add(BytesView owner, std::uint16_t type, std::uint32_t ttl, BytesView rdata,
                      Origin origin) {
    require(owner.size() <= 255 && rdata.size() <= 65535, "a record too large for DNS");
    require(record_count_ < 0x7fffffffU, "more records than a zone can hold");
    const bool same_owner = continues_run(owner);
    if (!same_owner)
        start_run(owner);
    // RRSIGs are one RRset for each type they cover.
    if (!same_owner || type != last_type_ || type == rr::rrsig)
        ++most_rrsets_;
    last_type_ = type;
    const Added added{{rdata_.append(rdata), rdata.size()}, ttl, origin.line, type, origin.file};
    added_.append({&added, 1});
    rdata_octets_ += rdata.size();
    ++record_count_;
}

bool ZoneBuilder::continues_run(BytesView owner_name) const {
    return run_count_ > 0 && std::ranges::equal(owner(runs_[run_count_ - 1]), owner_name);
}

void ZoneBuilder::start_run(BytesView owner_name) {
    const Run run{{names_.append(owner_name), owner_name.size()}, record_count_};
    runs_.append({&run, 1});
    name_octets_ += owner_name.size();
    ++run_count_;
}

/// Empty if the runs are in canonical order of their owners as they are.
std::vector<std::uint32_t> ZoneBuilder::order_of_runs(unsigned threads) const {
    std::uint32_t sorted = 1;
    while (sorted < run_count_ &&
           compare_names(owner(runs_[sorted - 1]), owner(runs_[sorted])) <= 0)
        ++sorted;
    if (sorted >= run_count_)
        return {};
    return order_of_names(
        run_count_, [this](std::uint32_t i) { return owner(runs_[i]); }, threads);
}

void ZoneBuilder::reserve(Zone& zone) const {
    zone.nodes_.reserve(run_count_);
    zone.rrsets_.reserve(most_rrsets_);
    zone.records_.reserve(record_count_);
    zone.names_.reserve(name_octets_);
    zone.rdata_.reserve(rdata_octets_);
}

void ZoneBuilder::free_before(const Run& run) {
    names_.free_before(run.name.at());
    rdata_.free_before(added_[run.first].rdata.at());
    added_.free_before(run.first);
}

/// The runs in canonical order of their owners, and where that may be cut into pieces.
class ZoneBuilder::RunOrder {
  public:
    RunOrder(const ZoneBuilder& from, unsigned threads)
        : from_(from), order_(from.order_of_runs(threads)) {
        cuts_.push_back(0);
        while (cuts_.back() < from_.run_count_)
            cuts_.push_back(cut_from(cuts_.back() + runs_in_piece));
    }

    /// True if it is the order in which they were added.
    bool as_added() const { return order_.empty(); }

    std::uint32_t index(std::uint32_t place) const { return as_added() ? place : order_[place]; }
    const Run& run(std::uint32_t place) const { return from_.runs_[index(place)]; }
    BytesView owner(std::uint32_t place) const { return from_.owner(run(place)); }

    std::size_t pieces() const { return cuts_.size() - 1; }
    std::uint32_t begin(std::size_t piece) const { return cuts_[piece]; }
    std::uint32_t end(std::size_t piece) const { return cuts_[piece + 1]; }

  private:
    /// At or after `place`: no owner is in two pieces.
    std::uint32_t cut_from(std::uint32_t place) const {
        while (place < from_.run_count_ && same_name(owner(place - 1), owner(place)))
            ++place;
        return std::min(place, from_.run_count_);
    }

    const ZoneBuilder& from_;
    std::vector<std::uint32_t> order_;
    std::vector<std::uint32_t> cuts_;
};

void ZoneBuilder::pack(const RunOrder& order, std::uint32_t begin, std::uint32_t end,
                       Zone& zone) const {
    NodePacker packer(*this, zone);
    for (auto place = begin; place < end; ++place) {
        if (place > begin && !same_name(packer.owner(), order.owner(place)))
            packer.pack();
        const auto next = order.index(place) + 1;
        packer.take(order.owner(place), order.run(place).first,
                    next < run_count_ ? runs_[next].first : record_count_);
    }
    if (begin < end)
        packer.pack();
}

// Each block is reserved as large as it may get: what it does not get costs no memory until then,
// and duplicates, which are why it does not, are few.
Zone ZoneBuilder::build(unsigned threads) {
    Zone zone;
    zone.apex_ = apex_;
    reserve(zone);
    const RunOrder order(*this, threads);
    if (order.pieces() == 1) {
        pack(order, order.begin(0), order.end(0), zone);
    } else {
        in_order(
            order.pieces(), threads,
            [&](std::size_t piece, unsigned) {
                Zone packed;
                pack(order, order.begin(piece), order.end(piece), packed);
                return packed;
            },
            [&](std::size_t piece, const Zone& packed) {
                zone.append(packed);
                if (order.as_added() && order.end(piece) < run_count_)
                    free_before(order.run(order.end(piece)));
                return true;
            });
    }
    *this = ZoneBuilder(apex_);
    zone.shrink();
    return zone;
}

}  // namespace kaspar::signer
