#include "enforcer/layout.h"

#include "common/keys/envelope.h"
#include "common/system/file.h"

namespace kaspar::enforcer {

namespace {

/// Where the signer writes, which may run as another user of the same group. A folder that is there
/// keeps its mode.
Outcome make_shared_folder(const Path& folder) {
    constexpr unsigned mode = 0770;
    if (std::error_code ignored; std::filesystem::is_directory(folder, ignored))
        return Done{};
    KASPAR_CHECK(make_folder(folder, mode));
    std::error_code ignored;  // the caller's umask may have taken the group's write bit
    std::filesystem::permissions(folder, std::filesystem::perms{mode}, ignored);
    return Done{};
}

}  // namespace

Outcome make_layout(const Configuration& configuration) {
    KASPAR_CHECK(make_folder(configuration.file.parent_path()));
    KASPAR_CHECK(make_folder(configuration.policies));
    for (const auto& [name, store] : configuration.keystores)
        if (store.type == "files")
            KASPAR_CHECK(make_folder(store.directory, 0700));
    // The signer reads instructions, writes reports and its notes on what it executed, and needs
    // nothing else here.
    KASPAR_CHECK(make_folder(configuration.state, 0750));
    KASPAR_CHECK(make_folder(configuration.instructions(), 0750));
    KASPAR_CHECK(make_shared_folder(configuration.reports()));
    return make_shared_folder(configuration.executed());
}

Outcome make_enforcer_key(const Configuration& configuration) {
    KASPAR_CHECK(make_envelope_key(configuration.enforcer_key, configuration.enforcer_public_key));
    KASPAR_CHECK(give_to_owner_of_folder(configuration.enforcer_key));
    return give_to_owner_of_folder(configuration.enforcer_public_key);
}

Outcome open_to_groups(const Configuration& configuration) {
    for (const auto& [name, store] : configuration.keystores) {
        if (!store.group)
            continue;
        KASPAR_TRY(const auto readers, group_named(*store.group));
        KASPAR_CHECK(open_folder_to(store.directory, readers));
        for (const auto& entry : std::filesystem::directory_iterator(store.directory))
            if (entry.is_regular_file() && !entry.is_symlink())
                KASPAR_CHECK(open_to(entry.path(), readers));
    }
    return Done{};
}

}  // namespace kaspar::enforcer
