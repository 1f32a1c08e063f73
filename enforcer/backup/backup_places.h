// Which files a backup has: their names in it, and where each belongs in a set-up. Whatever name is
// not of this form is not in a backup that Kaspar made.
//
//     kaspar.json              policies/NAME.json        state/kaspar.db       state/enforcer.pub
//     state/reports/ZONE       keys/STORE/LOCATOR.p8
//     secrets/enforcer.key     secrets/STORE: its passphrase or PIN
//
// Instructions are in the database, to the octet; what the signer executed last is its own cache.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/formats/configuration.h"

namespace kaspar::enforcer {

/// A file of a set-up, and its name in a backup.
struct KeptFile {
    std::string name;
    std::filesystem::path path;
};

constexpr std::string_view name_of_configuration = "kaspar.json";
constexpr std::string_view name_of_database = "state/kaspar.db";
constexpr std::string_view name_of_enforcer_key = "secrets/enforcer.key";
constexpr std::string_view name_of_enforcer_pub = "state/enforcer.pub";

/// The files that there are now, the database not among them. A secret that has no file is not
/// either. Fault: io, if a folder cannot be listed; input, if a key store's name is no file name.
Result<std::vector<KeptFile>> files_to_keep(const Configuration& configuration, bool with_secrets);

/// Where a file of a backup belongs. Absent: no backup has such a file.
std::optional<std::filesystem::path> place_of(const Configuration& configuration,
                                              std::string_view name);

/// The name of a key's file.
std::string name_of_key(const std::string& keystore, const std::string& locator);

/// What only its owner may read.
bool is_private(std::string_view name);

/// The secrets of key stores, and where they come from: "the passphrase of key store local
/// (/etc/kaspar/passphrase)".
std::vector<std::string> secrets_in_words(const Configuration& configuration);

}  // namespace kaspar::enforcer
