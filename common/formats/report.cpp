#include "common/formats/report.h"

#include "common/formats/fields.h"
#include "common/formats/record_kinds.h"

namespace kaspar {
namespace {

using namespace fields;

/// A report is written by a program, which writes everything that there is: nothing has a default.
const Default absent = Default::otherwise("absent");

Kind<std::uint64_t> count() {
    return integer<std::uint64_t>();
}

Kind<std::vector<std::string>> fingerprints() {
    return list_of(text(1));
}

/// Nanoseconds since 1970; negative for files that claim to be older.
Kind<std::int64_t> nanoseconds() {
    return {[](const JsonValue& json, Reading& reading, std::int64_t& out) {
                constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
                const auto* positive = std::get_if<std::uint64_t>(&json.content);
                const auto* negative = std::get_if<std::int64_t>(&json.content);
                if (positive != nullptr && *positive <= most)
                    out = static_cast<std::int64_t>(*positive);
                else if (negative != nullptr)
                    out = *negative;
                else
                    reading.not_a(json, "a whole number", "write nanoseconds since 1970");
            },
            [](const std::int64_t& value) -> JsonValue { return value; },
            {{"type", "integer"}},
            "a whole number",
            {}};
}

Table<FileIdentity> file_fields() {
    using File = Field<FileIdentity>;
    return {{
        File("path", MEMBER(path), absolute_path(), required, "Where it is."),
        File("size", MEMBER(size), count(), required, "Octets."),
        File("modified", MEMBER(modified), nanoseconds(), required, "Nanoseconds since 1970."),
        File("inode", MEMBER(inode), count(), required, "Its inode."),
        File("sha256", MEMBER(sha256), text(64, 64), required, "SHA-256, hexadecimal."),
    }};
}

Table<SignerSet> signer_set_fields() {
    using Set = Field<SignerSet>;
    return {{
        Set("keys", MEMBER(keys), fingerprints(), required,
            "Fingerprints of the keys; none: unsigned."),
        Set("rrsets", MEMBER(rrsets), count(), required, "How many RRsets they sign."),
    }};
}

Table<Publication> publication_fields() {
    using Pub = Field<Publication>;
    return {{
        Pub("generation", MEMBER(generation), count(), required,
            "Of the instruction that this zone carries out."),
        Pub("serial", MEMBER(serial), integer<std::uint32_t>(), required, "SOA serial."),
        Pub("input_serial", MEMBER(input_serial), integer<std::uint32_t>(), required,
            "SOA serial of the input."),
        Pub("published", MEMBER(published), time(), required, "When it was published."),
        Pub("dnskeys", MEMBER(dnskeys), list_of(dnskey()), required,
            "The DNSKEYs in the zone, foreign ones included."),
        Pub("dnskey_signers", MEMBER(dnskey_signers), fingerprints(), required,
            "Fingerprints of the keys that sign the DNSKEY RRset."),
        Pub("data_signers", MEMBER(data_signers), list_of(object(signer_set_fields())), required,
            "Every set of keys that signs some of the zone's data."),
        Pub("dnskey_ttl", MEMBER(dnskey_ttl), span(), required, "TTL of the DNSKEY RRset."),
        Pub("largest_ttl", MEMBER(largest_ttl), span(), required, "Of zone data."),
        Pub("negative_ttl", MEMBER(negative_ttl), span(), required,
            "Of negative answers (RFC 2308 §5)."),
        Pub("first_expiry", MEMBER(first_expiry), optional(time()), absent,
            "When the first signature expires; absent: unsigned."),
        Pub("first_dnskey_expiry", MEMBER(first_dnskey_expiry), optional(time()), absent,
            "When the first signature of the DNSKEY RRset expires."),
        Pub("next_refresh", MEMBER(next_refresh), optional(time()), absent,
            "When the first signature comes due for renewal."),
        Pub("records", MEMBER(records), count(), required,
            "In the input, DNSSEC records excluded."),
        Pub("signatures", MEMBER(signatures), count(), required, "In the zone."),
        Pub("signatures_made", MEMBER(signatures_made), count(), required,
            "In the run that published it."),
        Pub("signatures_reused", MEMBER(signatures_reused), count(), required,
            "Taken from the output before."),
        Pub("signatures_verified", MEMBER(signatures_verified), count(), required,
            "Cryptographically, in that run."),
        Pub("inputs", MEMBER(inputs), list_of(object(file_fields())), required,
            "The zone file and what it includes."),
        Pub("output", MEMBER(output), object(file_fields()), required, "The signed zone file."),
    }};
}

Kind<RunOutcome> run_outcome() {
    Words<RunOutcome> words;
    for (const auto outcome : {RunOutcome::published, RunOutcome::unchanged, RunOutcome::refused,
                               RunOutcome::held, RunOutcome::kept_alive})
        words.emplace_back(word(outcome), outcome);
    return one_of<RunOutcome>(std::move(words));
}

Table<Run> run_fields() {
    using Last = Field<Run>;
    return {{
        Last("outcome", MEMBER(outcome), run_outcome(), required, "How the run ended."),
        Last("at", MEMBER(at), time(), required, "When."),
        Last("generation", MEMBER(generation), count(), required,
             "Of the instruction that was looked at."),
        Last("errors", MEMBER(errors), list_of(text()), required, "In words."),
        Last("warnings", MEMBER(warnings), list_of(text()), required, "In words."),
        Last("held_input", MEMBER(held_input), optional(text(64, 64)), absent,
             "SHA-256 (hexadecimal) of the input that waits for a person."),
        Last("failing_since", MEMBER(failing_since), optional(time()), absent,
             "When the first run in a row that had errors was."),
        Last("last_good", MEMBER(last_good), optional(time()), absent,
             "When the last run without errors was."),
        Last("failed_verification", MEMBER(failed_verification), boolean(), false,
             "Whether the verifier refused what was signed."),
    }};
}

/// The format of a report.
Table<Report> report_fields() {
    using Rep = Field<Report>;
    return {{
        version<Report>(Report::current_version, required),
        Rep("zone", MEMBER(zone), domain_name(), required, "The zone."),
        Rep("last_run", MEMBER(last_run), object(run_fields()), required,
            "How the last run ended."),
        Rep("publication", MEMBER(publication), optional(object(publication_fields())), absent,
            "What is in the published zone; absent: nothing was ever published."),
    }};
}

const Kind<Report>& report_kind() {
    static const Kind<Report> kind = object(report_fields());
    return kind;
}

}  // namespace

std::string_view word(RunOutcome outcome) {
    switch (outcome) {
        case RunOutcome::published:
            return "published";
        case RunOutcome::unchanged:
            return "unchanged";
        case RunOutcome::refused:
            return "refused";
        case RunOutcome::held:
            return "held";
        case RunOutcome::kept_alive:
            return "kept-alive";
    }
    return "";
}

std::string report_text(const Report& report) {
    return pretty_json(report_kind().write(report));
}

Result<Report> parse_report(const std::filesystem::path& file, std::string_view text) {
    auto document = read_document(text, report_kind());
    if (has_errors(document.findings))
        return findings_fault(FaultClass::state, file, document.findings);
    return std::move(document.value);
}

std::string report_schema() {
    return schema_document("Kaspar report", report_kind().schema);
}

}  // namespace kaspar
