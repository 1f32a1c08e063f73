// An absolute domain name, kept in wire format with the case it was written in (RFC 1035 §3.1).
// Comparisons ignore the case of ASCII letters (RFC 4343). For zone names and other single names;
// the names of a zone's records live packed in signer/core/zone.h.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "common/values/bytes.h"
#include "common/values/result.h"

namespace kaspar {

class Name {
  public:
    /// The root.
    Name() : wire_(1, '\0') {}

    /// Reads presentation format, with or without the last dot; "." is the root. Fault: input.
    static Result<Name> from_text(std::string_view text);

    /// Takes an uncompressed wire-format name that fills `wire` exactly. Fault: input.
    static Result<Name> from_wire(BytesView wire);

    /// Presentation format without the last dot; the root is ".".
    std::string text() const;

    /// Presentation format with the last dot, as in zone files.
    std::string absolute_text() const;

    BytesView wire() const { return as_bytes(wire_); }

    /// The same name in lower case (canonical form, RFC 4034 §6.2).
    Name lower() const;

    /// Labels without the root label: 0 for the root.
    unsigned label_count() const;

    bool is_root() const { return wire_.size() == 1; }

    /// True if this name is `ancestor` or below it.
    bool is_within(const Name& ancestor) const;

    /// A file name that holds this zone's name safely on any file system: lower case letters,
    /// digits, '-', '_' and the dots between labels stand for themselves, every other octet is
    /// "%XX"; the root is "@root". What would be longer than 200 characters ends in "@" and the
    /// SHA-256 of the name instead. Distinct names (ignoring case) have distinct file names; none
    /// contains '/' or starts with '.'.
    std::string file_name() const;

    /// Canonical DNS name order (RFC 4034 §6.1), case ignored.
    std::strong_ordering operator<=>(const Name& other) const;
    bool operator==(const Name& other) const;

  private:
    explicit Name(std::string wire) : wire_(std::move(wire)) {}
    std::string wire_;
};

}  // namespace kaspar
