#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/system/archive.h"
#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "enforcer/backup/backup.h"
#include "enforcer/backup/backup_places.h"
#include "enforcer/backup/private_folder.h"
#include "enforcer/store/keys.h"

namespace kaspar::enforcer {

namespace {

/// A backup as it is read.
struct Unpacked {
    std::vector<ManifestEntry> files;
    std::optional<std::string> manifest, configuration;
};

Fault not_ours(const Path& file, std::string_view what) {
    return {FaultClass::input,
            fmt::format("{}: {}: this is no backup that Kaspar made; nothing of it is used",
                        file.string(), what)};
}

/// Reads the member that next() has named: into memory, or to a file.
Result<ManifestEntry> read_member(ArchiveReader& archive, const ArchiveMember& member,
                                  const std::function<Outcome(std::string_view)>& take) {
    auto digest = Digest::sha256();
    std::uint64_t size = 0;
    KASPAR_CHECK(archive.read([&](std::string_view block) {
        digest.add(as_bytes(block));
        size += block.size();
        return take(block);
    }));
    return ManifestEntry{member.name, size, to_hex(digest.finish())};
}

Outcome unpack_member(ArchiveReader& archive, const ArchiveMember& member, const Path& snapshot,
                      Unpacked& unpacked) {
    if (member.name == name_of_database) {
        KASPAR_TRY(FileWriter writer, FileWriter::create(snapshot, 0600));
        KASPAR_TRY(unpacked.files.emplace_back(),
                   read_member(archive, member,
                               [&](std::string_view block) { return writer.write(block); }));
        return writer.commit();
    }
    const bool is_manifest = member.name == Manifest::file_name;
    const bool is_wanted = is_manifest || member.name == name_of_configuration;
    std::string content;
    KASPAR_TRY(auto entry, read_member(archive, member, [&](std::string_view block) {
                   if (is_wanted)
                       content += block;
                   return Outcome(Done{});
               }));
    if (is_manifest) {
        unpacked.manifest = std::move(content);
        return Done{};
    }
    if (is_wanted)
        unpacked.configuration = std::move(content);
    unpacked.files.push_back(std::move(entry));
    return Done{};
}

Result<Unpacked> unpack(const Path& file, const Path& snapshot) {
    KASPAR_TRY(auto archive, ArchiveReader::open(file));
    Unpacked unpacked;
    for (;;) {
        KASPAR_TRY(const auto member, archive.next());
        if (!member)
            return unpacked;
        KASPAR_CHECK(unpack_member(archive, *member, snapshot, unpacked));
    }
}

Outcome check_digests(const Path& file, const Manifest& manifest, const Unpacked& unpacked) {
    if (manifest.files == unpacked.files)
        return Done{};
    for (const ManifestEntry& entry : manifest.files)
        if (std::find(unpacked.files.begin(), unpacked.files.end(), entry) == unpacked.files.end())
            return Fault{FaultClass::input,
                         fmt::format("{}: {} is missing, or not as it was when the backup was "
                                     "made: the backup is damaged; use another",
                                     file.string(), entry.name)};
    return not_ours(file, "it has files that its manifest does not name");
}

/// Where each file would go, were the set-up in `folder`: whether all are files of a backup.
Outcome check_names(const Path& file, const Manifest& manifest,
                    const Configuration& configuration) {
    for (const ManifestEntry& entry : manifest.files)
        if (!place_of(configuration, entry.name))
            return not_ours(file, fmt::format("it has a file '{}'", entry.name));
    return Done{};
}

bool is_in_files(const Configuration& configuration, const std::string& store) {
    const auto known = configuration.keystores.find(store);
    return known != configuration.keystores.end() && known->second.type == "files";
}

/// A key that is lost is no reason to give up the others, so this is told, not refused.
Outcome look_for_keys(Database& database, const Configuration& configuration,
                      ExaminedBackup& examined) {
    std::set<std::string> names;
    for (const ManifestEntry& entry : examined.manifest.files)
        names.insert(entry.name);
    KASPAR_TRY(const auto keys, ready_keys(database));
    examined.keys = keys.size();
    for (const StoredKey& key : keys)
        for (const std::string& store : key.keystores)
            if (is_in_files(configuration, store) &&
                !names.contains(name_of_key(store, key.locator)))
                examined.missing.push_back(fmt::format("the file of {} {} (key store {}, {})",
                                                       word(key.role), key.dnskey->tag(), store,
                                                       key.locator));
    return Done{};
}

}  // namespace

Result<ExaminedBackup> examine_backup(const Path& file) {
    KASPAR_TRY(const PrivateFolder scratch, PrivateFolder::make());
    const Path snapshot = scratch / "kaspar.db";
    KASPAR_TRY(const Unpacked unpacked, unpack(file, snapshot));
    if (!unpacked.manifest || !unpacked.configuration)
        return not_ours(file, "it has no manifest or no kaspar.json");
    ExaminedBackup examined{};
    KASPAR_TRY(examined.manifest, parse_manifest(file, *unpacked.manifest));
    KASPAR_CHECK(check_digests(file, examined.manifest, unpacked));
    examined.configuration = *unpacked.configuration;
    KASPAR_TRY(const Configuration configuration,
               parse_configuration(examined.configuration, scratch / "kaspar.json"));
    KASPAR_CHECK(check_names(file, examined.manifest, configuration));
    for (const auto& [name, store] : configuration.keystores)
        if (store.type == "pkcs11")
            examined.in_tokens.push_back(name);

    KASPAR_TRY(Database database, Database::open(snapshot.string()).within(file.string()));
    KASPAR_CHECK(database.check_integrity().within(file.string()));
    KASPAR_TRY(const auto all, zones(database));
    examined.zones = all.size();
    KASPAR_CHECK(look_for_keys(database, configuration, examined));
    return examined;
}

}  // namespace kaspar::enforcer
