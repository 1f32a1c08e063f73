#include "signer/core/sanity.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "signer/core/content.h"
#include "signer/core/cuts.h"
#include "signer/core/name_order.h"
#include "signer/core/presentation.h"
#include "signer/core/rdata_form.h"

namespace kaspar::signer {

namespace {

constexpr std::uint64_t most_listed = 50;

constexpr std::string_view below_delegation =
    "below a delegation; it is published unsigned and no resolver will see it";
constexpr std::string_view below_dname =
    "below a DNAME; it is published unsigned and no resolver will see it (RFC 6672 §2.4)";

/// Lines of one kind, in the order of the zone file: the first ones found, and how many there were.
class Lines {
  public:
    void add(Origin origin, std::string line) {
        if (++count_ <= most_listed)
            lines_.emplace_back(origin, std::move(line));
    }

    std::vector<std::string> take(std::string_view what) {
        std::stable_sort(lines_.begin(), lines_.end(), [](const auto& a, const auto& b) {
            return std::tie(a.first.file, a.first.line) < std::tie(b.first.file, b.first.line);
        });
        std::vector<std::string> told;
        for (auto& [origin, line] : lines_)
            told.push_back(std::move(line));
        if (count_ > most_listed)
            told.push_back(fmt::format("… and {} more {}", count_ - most_listed, what));
        return told;
    }

  private:
    std::vector<std::pair<Origin, std::string>> lines_;
    std::uint64_t count_ = 0;
};

bool is_address(std::uint16_t type) {
    return type == rr::a || type == rr::aaaa;
}

class SanityCheck {
  public:
    SanityCheck(const Zone& zone, std::span<const FileIdentity> files, const SanityOptions& options)
        : zone_(zone), files_(files), options_(options) {}

    SanityFindings run() {
        check_apex();
        CutWalk walk(zone_);
        for (const auto& node : zone_.nodes())
            check_node(node, walk.next(node));
        findings_.errors = errors_.take("errors");
        findings_.warnings = warnings_.take("warnings");
        if (findings_.stripped > 0)
            findings_.notice = notice();
        return std::move(findings_);
    }

  private:
    std::string place(const Node& node, const RRset& rrset) const {
        const auto file = rrset.origin.file;
        return fmt::format("{}:{}: {} {}",
                           file < files_.size() ? files_[file].path.string() : "zone",
                           rrset.origin.line, name_text(zone_.owner(node)), type_text(rrset.type));
    }

    void error(const Node& node, const RRset& rrset, std::string_view words) {
        errors_.add(rrset.origin, fmt::format("{}: {}", place(node, rrset), words));
    }

    void warning(const Node& node, const RRset& rrset, std::string_view words) {
        warnings_.add(rrset.origin, fmt::format("{}: {}", place(node, rrset), words));
    }

    // ---- the apex

    void check_apex() {
        const auto* apex = zone_.find(zone_.apex().wire());
        if (apex == nullptr || zone_.find(*apex, rr::soa) == nullptr)
            missing_at_apex("SOA", "a zone has exactly one (RFC 1035 §5.2)");
        if (apex == nullptr || zone_.find(*apex, rr::ns) == nullptr)
            missing_at_apex("NS", "add the zone's name servers (RFC 1034 §4.2.1)");
        if (apex == nullptr)
            return;
        if (const auto* soa = zone_.find(*apex, rr::soa); soa && soa->record_count > 1)
            error(*apex, *soa, "there are several SOA records; keep one (RFC 1035 §5.2)");
        if (const auto* ds = zone_.find(*apex, rr::ds))
            error(*apex, *ds, "a DS belongs to the parent zone (RFC 4035 §2.4); remove it");
    }

    void missing_at_apex(std::string_view type, std::string_view remedy) {
        errors_.add({}, fmt::format("{}: {} has no {} record; {}",
                                    files_.empty() ? "zone" : files_[0].path.string(),
                                    name_text(zone_.apex().wire()), type, remedy));
    }

    // ---- every name

    void check_node(const Node& node, NodeKind kind) {
        for (const auto& rrset : zone_.rrsets(node)) {
            if (is_made_by_signer(rrset.type, kind == NodeKind::apex)) {
                strip(rrset);
                continue;
            }
            findings_.records += rrset.record_count;
            const bool can_be_served = check_size(node, rrset);
            check_ttl(node, rrset);
            check_form(node, rrset);
            if (can_be_served)
                check_type(node, kind, rrset);
        }
        if (kind == NodeKind::below_dname)
            warn_of_hidden(node, below_dname);
    }

    // RFC 2181 §5.2: an RRset is answered whole or not at all, and a message ends at 65535 octets.
    // False: no server can answer with it. What its type asks for is then not looked at, as looking
    // up each name in a million records would take minutes.
    bool check_size(const Node& node, const RRset& rrset) {
        constexpr std::uint64_t header = 12, question = 4, most = 65535;
        constexpr std::uint64_t record = 12;  // its owner compressed to 2; type, class, TTL, length
        std::uint64_t octets = header + zone_.owner(node).size() + question;
        for (std::uint32_t i = 0; i < rrset.record_count; ++i)
            octets += record + zone_.rdata(rrset, i).size();
        if (octets > most)
            error(
                node, rrset,
                fmt::format("its {} records take {} octets, and a DNS message holds {}: no server "
                            "can answer with them; spread them over several names",
                            rrset.record_count, octets, most));
        return octets <= most;
    }

    void check_ttl(const Node& node, const RRset& rrset) {
        if (rrset.ttl > options_.max_ttl)
            error(
                node, rrset,
                fmt::format("the TTL {} is above the policy's zone.max_ttl {}; lower it, or raise "
                            "max_ttl",
                            rrset.ttl, options_.max_ttl));
        if (rrset.ttls_differed)
            warning(node, rrset,
                    fmt::format("its records have different TTLs; the lowest, {}, is taken "
                                "(RFC 2181 §5.2)",
                                rrset.ttl));
    }

    // A server that does not take one record loads none of the zone.
    void check_form(const Node& node, const RRset& rrset) {
        for (std::uint32_t i = 0; i < rrset.record_count; ++i)
            if (const auto words = form_fault(rrset.type, zone_.rdata(rrset, i)))
                error(node, rrset, fmt::format("{}; correct or remove it", *words));
    }

    void check_type(const Node& node, NodeKind kind, const RRset& rrset) {
        switch (rrset.type) {
            case rr::soa:
                if (kind != NodeKind::apex)
                    error(node, rrset, "an SOA stands only at the apex; remove it");
                break;
            case rr::cname:
                check_alias(node, rrset);
                break;
            case rr::dname:
                check_dname(node, kind, rrset);
                break;
            case rr::ns:
                check_wildcard(node, rrset);
                if (kind == NodeKind::delegation)
                    check_glue(node, rrset, "glue");
                if (kind == NodeKind::apex)
                    check_servers(node, rrset);
                if (kind == NodeKind::below_delegation)
                    warning(node, rrset, below_delegation);
                break;
            case rr::dnskey:
            case rr::nsec3param:
                error(node, rrset, "it stands only at the apex; remove it");
                break;
            case rr::ds:
                if (kind == NodeKind::authoritative)
                    error(node, rrset,
                          "there is no delegation (NS) here (RFC 4035 §2.4); remove it, or "
                          "delegate");
                break;
            default:
                if (kind == NodeKind::below_delegation && !is_address(rrset.type))
                    warning(node, rrset, below_delegation);
        }
    }

    // RRSIG and NSEC may stand beside a CNAME (RFC 4035 §2.5), and are made anew anyway.
    void check_alias(const Node& node, const RRset& cname) {
        if (cname.record_count > 1)
            error(node, cname, "there are several CNAME records; keep one (RFC 2181 §10.1)");
        for (const auto& other : zone_.rrsets(node))
            if (other.type != rr::cname && other.type != rr::rrsig && other.type != rr::nsec)
                return error(node, cname,
                             fmt::format("a CNAME allows no other data, but there is {} (line {}); "
                                         "remove one (RFC 1034 §3.6.2)",
                                         type_text(other.type), other.origin.line));
    }

    void check_dname(const Node& node, NodeKind kind, const RRset& dname) {
        if (dname.record_count > 1)
            error(node, dname, "there are several DNAME records; keep one (RFC 6672 §2.4)");
        if (kind == NodeKind::delegation)
            warning(node, dname,
                    "it stands at a delegation, where no resolver will see it (RFC 6672 §2.3)");
    }

    // RFC 4592 §4.2 gives it no meaning, and BIND loads no zone that has one.
    void check_wildcard(const Node& node, const RRset& ns) {
        if (is_wildcard(zone_.owner(node)))
            error(node, ns,
                  "a wildcard cannot be delegated (RFC 4592 §4.2), and BIND would not load the "
                  "zone; remove it, or name each delegation");
    }

    // BIND loads no zone with such name servers of its own.
    void check_servers(const Node& node, const RRset& ns) {
        for (std::uint32_t i = 0; i < ns.record_count; ++i)
            if (is_alias(zone_.rdata(ns, i)))
                error(node, ns,
                      fmt::format("the name server {} is an alias, which resolvers need not "
                                  "follow; name it, or give it an address (RFC 2181 §10.3)",
                                  name_text(zone_.rdata(ns, i))));
        check_glue(node, ns, "address");
    }

    /// True if there is a CNAME at the name, or within the zone a DNAME above it.
    bool is_alias(BytesView name) const {
        if (!name_is_within(name, zone_.apex().wire()))
            return false;
        if (const auto* node = zone_.find(name); node && zone_.find(*node, rr::cname))
            return true;
        while (!same_name(name, zone_.apex().wire())) {
            name = parent_name(name);
            if (const auto* node = zone_.find(name); node && zone_.find(*node, rr::dname))
                return true;
        }
        return false;
    }

    // Addresses of name servers within the delegated zone are found nowhere else (RFC 1034 §4.2.1).
    void check_glue(const Node& node, const RRset& ns, std::string_view wanted) {
        for (std::uint32_t i = 0; i < ns.record_count; ++i) {
            const auto server = zone_.rdata(ns, i);
            if (!name_is_within(server, zone_.owner(node)))
                continue;
            const auto* glue = zone_.find(server);
            if (glue == nullptr || (!zone_.find(*glue, rr::a) && !zone_.find(*glue, rr::aaaa)))
                warning(node, ns,
                        fmt::format("the name server {} has no {}; add its A or AAAA record",
                                    name_text(server), wanted));
        }
    }

    void warn_of_hidden(const Node& node, std::string_view words) {
        for (const auto& rrset : zone_.rrsets(node))
            if (!is_made_by_signer(rrset.type, false))
                warning(node, rrset, words);
    }

    // ---- DNSSEC records

    void strip(const RRset& rrset) {
        for (std::uint32_t i = 0; i < rrset.record_count; ++i) {
            if (rrset.type == rr::dnskey && is_foreign(zone_.rdata(rrset, i)))
                continue;
            ++findings_.stripped;
            ++stripped_[rrset.type];
        }
    }

    bool is_foreign(BytesView rdata) const {
        return std::any_of(options_.foreign_dnskeys.begin(), options_.foreign_dnskeys.end(),
                           [&](const Dnskey& key) {
                               const auto known = key.rdata();
                               return std::equal(known.begin(), known.end(), rdata.begin(),
                                                 rdata.end());
                           });
    }

    std::string notice() const {
        std::string types;
        for (const auto& [type, count] : stripped_)
            types += fmt::format("{}{} {}", types.empty() ? "" : ", ", count, type_text(type));
        return fmt::format(
            "{}: {} DNSSEC records of the input are left out ({}); Kaspar makes its "
            "own",
            files_.empty() ? "zone" : files_[0].path.string(), findings_.stripped, types);
    }

    const Zone& zone_;
    std::span<const FileIdentity> files_;
    const SanityOptions& options_;
    Lines errors_, warnings_;
    SanityFindings findings_;
    std::map<std::uint16_t, std::uint64_t> stripped_;
};

}  // namespace

SanityFindings check_input(const Zone& zone, std::span<const FileIdentity> files,
                           const SanityOptions& options) {
    return SanityCheck(zone, files, options).run();
}

}  // namespace kaspar::signer
