// NSEC3 (RFC 5155): the hashes that there must be, worked out from the names, against those there
// are. The parts of the zone give both in short; what belongs together by its hash may come from
// any two parts, so that they are brought together at the end. For the verifier only.
#pragma once

#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "signer/core/verify_chain.h"

namespace kaspar::signer::verification {

constexpr std::uint8_t nsec3_hash_sha1 = 1;     // RFC 5155 §11
constexpr std::uint8_t nsec3_flag_opt_out = 1;  // RFC 5155 §3.1.2.1

using NameHash = std::array<std::uint8_t, 20>;  // SHA-1

/// The hash in an NSEC3 record's owner; nullopt: none directly below the apex.
std::optional<NameHash> owner_hash(BytesView owner, BytesView apex);

/// Type bit maps fields by number: a zone has millions of names, and few kinds of them.
class BitmapTable {
  public:
    static constexpr std::uint32_t unknown = 0xffffffff;

    std::uint32_t number_of(BytesView field);
    std::uint32_t find(BytesView field) const;  ///< `unknown`: not there
    std::uint32_t size() const { return static_cast<std::uint32_t>(fields_.size()); }
    BytesView operator[](std::uint32_t number) const { return fields_[number]; }

  private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
    std::vector<Bytes> fields_;
};

/// Where a name is, in so few octets: a node, less some of its labels.
struct NamePlace {
    std::uint32_t part, node;
    std::uint8_t less;

    /// In canonical order, as an empty non-terminal comes before the first name below it.
    bool operator<(const NamePlace& other) const;
};

constexpr std::uint32_t no_ent = 0xffffffff;

/// Empty non-terminals, numbered.
struct EmptyNonTerminal {
    std::uint32_t above;  ///< the empty non-terminal directly above it, or no_ent
    bool needed;          ///< must have an NSEC3, opt-out or not (RFC 5155 §7.1)
};

/// It, and those directly above it, must have an NSEC3.
void mark_needed(std::vector<EmptyNonTerminal>& ents, std::uint32_t ent);

/// A name that NSEC3 records speak of: one with records of its own, or an empty non-terminal.
struct HashedName {
    NameHash hash;
    std::uint32_t bitmap;  ///< that its NSEC3 must have
    std::uint32_t ent;     ///< itself if it is empty, else that above it (no_ent if `needed`)
    NamePlace place;
    bool needed;  ///< of one with records

    bool is_empty() const { return place.less > 0; }
};

/// An NSEC3 record.
struct PresentHash {
    NameHash hash;
    std::uint32_t bitmap;
    std::uint32_t part, node;
    bool opts_out;
};

/// What a stretch of the zone knows of NSEC3.
struct Nsec3Stretch {
    BitmapTable bitmaps;
    std::vector<HashedName> names;     ///< in canonical order
    std::vector<PresentHash> present;  ///< in the order of their hashes
    std::vector<EmptyNonTerminal> ents;

    struct Above {
        NameHash hash;
        std::uint32_t ent;  ///< no_ent: it has records of its own
    };
    /// How many of the names are empty non-terminals above the first name with records; they may be
    /// above names of earlier stretches too, or even have records there.
    std::size_t leading = 0;
    /// The last name and those above it, as far as they are in `names`.
    std::vector<Above> last;
};

/// Fills an Nsec3Stretch, name by name.
class Nsec3Inspector {
  public:
    Nsec3Inspector(const Apex& apex, std::uint32_t part, ChainStretch& chain, Findings& findings,
                   Nsec3Stretch& out);

    void inspect(const NodeView& view);

    /// After the last name.
    void finish();

  private:
    struct Above {
        BytesView name;
        NameHash hash;
        std::uint32_t ent;
    };
    void add_name(const NodeView& view);
    void add_empty(const NodeView& view, BytesView name);
    NameHash hash_of(BytesView name);
    std::uint32_t expected_bitmap(const NodeView& view);
    void add_present(const NodeView& view);
    void inspect_parameters(const NodeView& view, const Nsec3Parameters& own);
    std::uint32_t said_bitmap(BytesView field);

    const Apex& apex_;
    const std::uint32_t part_;
    ChainStretch& chain_;
    Findings& findings_;
    Nsec3Stretch& out_;
    std::vector<Above> above_;  ///< the last name, and what is above it from the apex on
    bool any_name_ = false;
    TypeSet types_;
    Bytes octets_;
};

/// The stretches of the whole zone, brought together.
class Nsec3Zone {
  public:
    explicit Nsec3Zone(const Apex& apex) : apex_(apex) {}

    /// In the order of the zone.
    void append(Nsec3Stretch&& stretch);

    /// Names against records. Fault: a part cannot be read again, for the name of what is wrong.
    Outcome inspect(Findings& findings);

  private:
    /// A name whose NSEC3 is wrong, or is missing in the span of another.
    struct Mismatch {
        std::uint32_t name, present;  ///< indices
    };
    std::vector<std::uint32_t> adopt_ents(Nsec3Stretch& stretch);
    std::uint32_t known_above(const NameHash& hash) const;
    template <typename OnName, typename OnUnclaimed>
    void match(OnName&& on_name, OnUnclaimed&& on_unclaimed) const;
    bool is_needed(const HashedName& name) const;
    bool is_wrong(const HashedName& name, const PresentHash& present) const;
    void mark_ents();
    Outcome tell(std::vector<Mismatch> mismatches, Findings& findings) const;
    Outcome tell_unclaimed(const std::vector<std::uint32_t>& unclaimed, Findings& findings) const;
    std::string words_for(const HashedName& name, const PresentHash& present) const;
    std::string words_for_absence(const HashedName& name, const PresentHash& span) const;

    const Apex& apex_;
    BitmapTable bitmaps_;
    std::vector<std::vector<HashedName>> name_stretches_;
    std::vector<std::vector<PresentHash>> present_stretches_;
    std::vector<HashedName> names_;     ///< by hash
    std::vector<PresentHash> present_;  ///< by hash
    std::vector<EmptyNonTerminal> ents_;
    std::vector<Nsec3Stretch::Above> last_;
};

}  // namespace kaspar::signer::verification
