// Names and RDATA as the verifier reads them: wire format, written a second time so that an error
// of the signing side does not confirm itself. For the verifier only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/values/bytes.h"

namespace kaspar::signer::verification {

/// Labels without the root label.
unsigned label_count(BytesView name);

/// The name without its first label. Not for the root.
BytesView parent_of(BytesView name);

bool is_wildcard(BytesView name);
bool same_name(BytesView a, BytesView b);

/// True if `name` is `ancestor` or below it.
bool is_within(BytesView name, BytesView ancestor);

/// Canonical DNS name order (RFC 4034 §6.1): below, at or above 0.
int compare_names(BytesView a, BytesView b);

/// Size of the uncompressed name at the start of `octets`; 0 if there is none.
std::size_t name_size(BytesView octets);

void append(BytesView octets, Bytes& out);
void append_lower(BytesView octets, Bytes& out);
void append16(std::uint16_t number, Bytes& out);
void append32(std::uint32_t number, Bytes& out);
std::uint16_t read16(BytesView octets, std::size_t at);
std::uint32_t read32(BytesView octets, std::size_t at);

/// Presentation format without the last dot.
std::string name_text(BytesView name);
std::string type_text(std::uint16_t type);

/// RDATA in canonical form (RFC 4034 §6.2 as amended by RFC 6840 §5.1), appended to `out`.
void append_canonical(std::uint16_t type, BytesView rdata, Bytes& out);

/// RR types, ascending.
using TypeSet = std::vector<std::uint16_t>;

/// "A, MX and TXT"
std::string types_text(const TypeSet& types);

/// Type bit maps field (RFC 4034 §4.1.2); nullopt if it is malformed.
std::optional<TypeSet> read_bitmap(BytesView field);

/// The only well-formed type bit maps field that names these types.
void write_bitmap(const TypeSet& types, Bytes& field);

/// What is wrong with a type bit maps field that should name others, in words.
std::string bitmap_difference(const TypeSet& said, const TypeSet& there);

/// RFC 4034 §3.1. Views into the RDATA.
struct Rrsig {
    std::uint16_t covered;
    std::uint8_t algorithm, labels;
    std::uint32_t original_ttl, expiration, inception;
    std::uint16_t tag;
    BytesView signer, signature;
};
std::optional<Rrsig> read_rrsig(BytesView rdata);

/// RFC 4034 §4.1. The type bit maps field as it is, well-formed or not.
struct Nsec {
    BytesView next;
    BytesView bitmap;
};
std::optional<Nsec> read_nsec(BytesView rdata);

/// RFC 5155 §3.2 and §4.2.
struct Nsec3Parameters {
    std::uint8_t hash, flags;
    std::uint16_t iterations;
    BytesView salt;
};
struct Nsec3 {
    Nsec3Parameters parameters;
    BytesView next;
    BytesView bitmap;
};
std::optional<Nsec3Parameters> read_nsec3param(BytesView rdata);
std::optional<Nsec3> read_nsec3(BytesView rdata);

}  // namespace kaspar::signer::verification
