#include "enforcer/backup/manifest.h"

#include "common/formats/fields.h"

namespace kaspar::enforcer {

namespace {

/// A million zones have a few files each.
constexpr std::size_t most_files = 100'000'000;

fields::Table<ManifestEntry> entry_fields() {
    using namespace fields;
    using Entry = Field<ManifestEntry>;
    return {{
        Entry("name", MEMBER(name), text(1, 1000), required, "Its name in the archive."),
        Entry("size", MEMBER(size), integer<std::uint64_t>(), required, "Octets."),
        Entry("sha256", MEMBER(sha256), text(64, 64), required, "SHA-256, hexadecimal."),
    }};
}

fields::Table<Manifest> manifest_fields() {
    using namespace fields;
    using Man = Field<Manifest>;
    return {{
        version<Manifest>(Manifest::current_version, required),
        Man("made", MEMBER(made), time(), required, "When the backup was made."),
        Man("kaspar", MEMBER(program), text(1, 100), required, "The version that made it."),
        Man("database_version", MEMBER(database_version), integer<unsigned>(), required,
            "How many migrations the database has had."),
        Man("secrets", MEMBER(has_secrets), boolean(), required,
            "Whether passphrases, PINs and the enforcer's key are in it."),
        Man("files", MEMBER(files), list_of(object(entry_fields()), 1, most_files), required,
            "Every other file."),
    }};
}

const fields::Kind<Manifest>& manifest_kind() {
    static const fields::Kind<Manifest> kind = fields::object(manifest_fields());
    return kind;
}

}  // namespace

std::string manifest_text(const Manifest& manifest) {
    return pretty_json(manifest_kind().write(manifest));
}

Result<Manifest> parse_manifest(const std::filesystem::path& backup, std::string_view text) {
    auto document = read_document(text, manifest_kind());
    if (has_errors(document.findings))
        return findings_fault(FaultClass::input, backup / Manifest::file_name, document.findings);
    return std::move(document.value);
}

}  // namespace kaspar::enforcer
