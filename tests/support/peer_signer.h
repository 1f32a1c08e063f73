// Zones signed by other implementations (dnssec-signzone, ldns-signzone, kzonesign), as text that a
// test can damage record by record.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/values/time.h"
#include "signer/core/zone.h"

namespace kaspar::test {

/// A record as text. The fields of its RDATA are what stands between white space.
struct TextRecord {
    std::string owner;  ///< absolute
    unsigned ttl;
    std::string type;
    std::vector<std::string> rdata;

    /// "SOA", or "RRSIG SOA" for a signature over one.
    std::string kind() const;
    std::string line() const;
};

/// A zone as text, one record a line, in the order of its file.
class TextZone {
  public:
    static TextZone parse(const std::string& text);

    /// The first record of that owner ("www" is below example., "" is example. itself) and kind;
    /// fails the test if there is none.
    TextRecord& at(std::string_view owner, std::string_view kind);

    /// Removes every record of the owner and kind; fails the test if there is none.
    void remove(std::string_view owner, std::string_view kind);

    /// Adds one record written as "owner ttl type rdata", the owner relative to example.
    void add(std::string_view line);

    std::vector<TextRecord>& records() { return records_; }
    std::string text() const;

    /// Read back through the reader of zone files.
    signer::Zone zone() const;

  private:
    std::vector<TextRecord> records_;
};

/// The zone that the tests sign: wildcard, empty non-terminals, a secure and two insecure
/// delegations, glue, a DNAME, names in mixed case.
std::string unsigned_zone();

/// Signatures of dnssec-signzone and ldns-signzone are made valid from `signed_from` until
/// `signed_until`.
constexpr std::string_view signed_from = "20260101000000";
constexpr std::string_view signed_until = "20260201000000";
Time while_valid();

enum class Denial { nsec, nsec3, opt_out };

/// dnssec-signzone with a KSK and a ZSK of each algorithm. `extra` lines go into the zone
/// beforehand, `options` to the command.
TextZone sign_with_bind(const std::vector<int>& algorithms, Denial denial,
                        const std::string& extra = "", const std::string& options = "-x");

/// ldns-signzone with a KSK and a ZSK; options as it has them, e.g. "-n -p".
TextZone sign_with_ldns(int algorithm, const std::string& options);

/// kzonesign, its policy given as lines of its configuration; valid at while_valid().
TextZone sign_with_knot(const std::string& policy, const std::string& zone_options = "");

}  // namespace kaspar::test
