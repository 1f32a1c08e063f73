#include "enforcer/backup/restore.h"

#include <fmt/format.h>

#include "common/system/archive.h"
#include "enforcer/backup/backup_places.h"
#include "enforcer/layout.h"
#include "enforcer/restored.h"

namespace kaspar::enforcer {

namespace {

Outcome check_empty(const Path& folder) {
    std::error_code error;
    const bool is_there = std::filesystem::exists(folder, error);
    if (is_there && !std::filesystem::is_empty(folder, error))
        return Fault{FaultClass::refused,
                     fmt::format("{} is not empty; nothing was changed; restore into a new folder, "
                                 "or move away what is there",
                                 folder.string())};
    if (error)
        return Fault{FaultClass::io,
                     fmt::format("cannot look at {}: {}", folder.string(), error.message())};
    return Done{};
}

bool is_inside(const Path& path, const Path& folder) {
    const auto relative = path.lexically_normal().lexically_relative(folder);
    return !relative.empty() && *relative.begin() != "..";
}

Path place(const Configuration& configuration, const std::string& name) {
    auto path = place_of(configuration, name);
    require(path.has_value(), "the names in an examined backup are known");
    return *std::move(path);
}

/// Before anything is written: each file's place is free, and where it may be.
Outcome check_places(const Restoration& asked, const Configuration& configuration,
                     const Manifest& manifest) {
    for (const ManifestEntry& entry : manifest.files) {
        const Path path = place(configuration, entry.name);
        if (!asked.outside && !is_inside(path, asked.folder))
            return Fault{FaultClass::refused,
                         fmt::format("{} belongs to {}, which is outside of {}: kaspar.json in the "
                                     "backup says so; nothing was changed; if that is right, say "
                                     "--outside",
                                     entry.name, path.string(), asked.folder.string())};
        std::error_code error;
        if (std::filesystem::exists(std::filesystem::symlink_status(path, error)))
            return Fault{FaultClass::refused,
                         fmt::format("{} is there already; nothing was changed; move it away first",
                                     path.string())};
    }
    return Done{};
}

/// What kaspar.json names is made, and given to groups, so none of it may lie elsewhere unasked.
Outcome check_folders(const Restoration& asked, const Configuration& configuration) {
    std::vector<Path> named{configuration.state, configuration.policies, configuration.enforcer_key,
                            configuration.enforcer_public_key};
    for (const auto& [name, store] : configuration.keystores)
        if (store.type == "files")
            named.push_back(store.directory);
    for (const Path& path : named)
        if (!asked.outside && !is_inside(path, asked.folder))
            return Fault{FaultClass::refused,
                         fmt::format("kaspar.json in the backup names {}, which is outside of {}; "
                                     "nothing was changed; if that is right, say --outside",
                                     path.string(), asked.folder.string())};
    return Done{};
}

Outcome write_member(ArchiveReader& archive, const Path& path, bool is_private) {
    KASPAR_CHECK(make_folder(path.parent_path(), is_private ? 0700 : 0755));
    KASPAR_TRY(FileWriter writer, FileWriter::create(path, is_private ? 0600 : 0644));
    KASPAR_CHECK(archive.read([&](std::string_view block) { return writer.write(block); }));
    KASPAR_CHECK(writer.commit());
    return give_to_owner_of_folder(path);
}

bool has_enforcer_key(const Manifest& manifest) {
    return std::any_of(manifest.files.begin(), manifest.files.end(),
                       [](const auto& entry) { return entry.name == name_of_enforcer_key; });
}

/// The public half belongs to a private half; kaspar.json comes last, so that nothing half restored
/// is taken for a set-up.
bool is_left_for_later(const std::string& name, const Manifest& manifest) {
    return name == Manifest::file_name || name == name_of_configuration ||
           (name == name_of_enforcer_pub && !has_enforcer_key(manifest));
}

Outcome write_files(const Restoration& asked, const Restored& restored) {
    KASPAR_TRY(auto archive, ArchiveReader::open(asked.backup));
    for (;;) {
        KASPAR_TRY(const auto member, archive.next());
        if (!member)
            return Done{};
        if (!is_left_for_later(member->name, restored.backup.manifest))
            KASPAR_CHECK(write_member(archive, place(restored.configuration, member->name),
                                      is_private(member->name)));
    }
}

Outcome write_all(const Restoration& asked, const Restored& restored) {
    const Configuration& configuration = restored.configuration;
    KASPAR_CHECK(make_layout(configuration));
    KASPAR_CHECK(write_files(asked, restored));
    if (restored.has_new_enforcer_key)
        KASPAR_CHECK(make_enforcer_key(configuration));
    KASPAR_CHECK(open_to_groups(configuration));
    KASPAR_TRY(Database database, Database::open(configuration.database().string()));
    KASPAR_CHECK(mark_restored(database, restored.backup.manifest.made, asked.now, asked.who));
    return write_file(configuration.file, restored.backup.configuration);
}

}  // namespace

Result<Restored> restore_backup(const Restoration& asked) {
    Restored restored;
    KASPAR_CHECK(check_empty(asked.folder));
    KASPAR_TRY(restored.backup, examine_backup(asked.backup));
    KASPAR_TRY(restored.configuration,
               parse_configuration(restored.backup.configuration, asked.folder / "kaspar.json"));
    KASPAR_CHECK(check_folders(asked, restored.configuration));
    KASPAR_CHECK(check_places(asked, restored.configuration, restored.backup.manifest));
    restored.has_new_enforcer_key = !has_enforcer_key(restored.backup.manifest);
    if (!restored.backup.manifest.has_secrets)
        restored.to_bring = secrets_in_words(restored.configuration);
    KASPAR_CHECK(
        write_all(asked, restored)
            .within(fmt::format("{} is half restored; remove what is there and begin again",
                                asked.folder.string())));
    return restored;
}

}  // namespace kaspar::enforcer
