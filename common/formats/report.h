// The report: what the signer really did with one zone. The enforcer's clocks start from it. It has
// two halves: what is in the published zone now (kept from run to run), and how the last run ended.
// On disk (state/reports/ZONE): one JSON object.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/values/dnskey.h"
#include "common/values/file_identity.h"
#include "common/values/name.h"
#include "common/values/time.h"

namespace kaspar {

/// One set of keys that some RRsets of the zone data are signed by, and how many RRsets that is.
struct SignerSet {
    std::vector<std::string> keys;  ///< fingerprints, sorted; empty: unsigned
    std::uint64_t rrsets;

    bool operator==(const SignerSet&) const = default;
};

struct Publication {
    std::uint64_t generation;  ///< of the instruction that this zone carries out
    std::uint32_t serial;
    std::uint32_t input_serial;
    Time published;
    std::vector<Dnskey> dnskeys;  ///< actually in the zone, foreign ones included
    std::vector<std::string>
        dnskey_signers;                   ///< fingerprints of the keys that sign the DNSKEY RRset
    std::vector<SignerSet> data_signers;  ///< every set that occurs in the zone's data
    Duration dnskey_ttl;
    Duration largest_ttl;              ///< of zone data, NSEC(3) included
    Duration negative_ttl;             ///< min(SOA TTL, SOA minimum) (RFC 2308 §5, RFC 9077)
    std::optional<Time> first_expiry;  ///< of any signature; absent: unsigned zone
    std::optional<Time> first_dnskey_expiry;
    std::optional<Time> next_refresh;  ///< when the first signature comes due for renewal
    std::uint64_t records;             ///< in the input, DNSSEC records excluded
    std::uint64_t signatures;          ///< in the zone
    std::uint64_t signatures_made;     ///< in the run that published it
    std::uint64_t signatures_reused;
    std::uint64_t signatures_verified;  ///< cryptographically, in that run
    std::vector<FileIdentity> inputs;   ///< the zone file and its $INCLUDEs
    FileIdentity output;

    bool operator==(const Publication&) const = default;
};

enum class RunOutcome {
    published,   ///< a new zone was written
    unchanged,   ///< nothing was due
    refused,     ///< the input, the instruction, a key or the verifier forbade it; the last zone
                 ///< stands
    held,        ///< the input lost most of its records; waits for `kaspar zone accept`
    kept_alive,  ///< the input is broken or held, and the last good content was signed again
};

/// "published", …, "kept-alive".
std::string_view word(RunOutcome outcome);

struct Run {
    RunOutcome outcome;
    Time at;
    std::uint64_t generation;         ///< of the instruction that was looked at
    std::vector<std::string> errors;  ///< in words, with file and line
    std::vector<std::string> warnings;
    std::optional<std::string> held_input;   ///< SHA-256 (hex) of the input that waits for a person
    std::optional<Time> failing_since = {};  ///< of the first run in a row that did not end well
    std::optional<Time> last_good = {};      ///< of the last run without errors
    bool failed_verification = false;        ///< what it signed did not pass the verifier

    bool operator==(const Run&) const = default;
};

struct Report {
    static constexpr int current_version = 1;

    Name zone;
    Run last_run;
    std::optional<Publication> publication;  ///< absent: nothing was ever published

    bool operator==(const Report&) const = default;
};

std::string report_text(const Report& report);

/// Fault: state, naming file and field.
Result<Report> parse_report(const std::filesystem::path& file, std::string_view text);

/// JSON Schema from the field table (schema/report.schema.json).
std::string report_schema();

}  // namespace kaspar
