#include "enforcer/backup/backup_places.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/system/file.h"

namespace kaspar::enforcer {

namespace {

/// Nothing that leads out of a folder, and nothing hidden.
bool is_file_name(std::string_view text) {
    return !text.empty() && text.front() != '.' && text.find('/') == text.npos &&
           text.find('\0') == text.npos;
}

/// What follows `folder` in `name`, if that is a file name.
std::optional<std::string> file_in(std::string_view folder, std::string_view name) {
    if (!name.starts_with(folder) || !is_file_name(name.substr(folder.size())))
        return std::nullopt;
    return std::string(name.substr(folder.size()));
}

const SecretSource& secret_of(const KeyStoreConfiguration& store) {
    return store.type == "files" ? store.passphrase : store.pin;
}

Outcome add_folder(std::vector<KeptFile>& files, const std::string& prefix,
                   const std::filesystem::path& folder, std::string_view extension = {}) {
    std::error_code error;
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        const auto name = at->path().filename().string();
        if (is_file_name(name) && name.ends_with(extension) && at->is_regular_file(error))
            names.push_back(name);
    }
    if (error && error != std::errc::no_such_file_or_directory)
        return io_fault("list", folder, error.value());
    std::sort(names.begin(), names.end());
    for (const auto& name : names)
        files.push_back({prefix + name, folder / name});
    return Done{};
}

Outcome add_key_store(std::vector<KeptFile>& files, const std::string& name,
                      const KeyStoreConfiguration& store, bool with_secrets) {
    if (!is_file_name(name))
        return Fault{FaultClass::input,
                     fmt::format("key store \"{}\" cannot be backed up: its name is no file name; "
                                 "give it another in kaspar.json and in the policies",
                                 name)};
    if (store.type == "files")
        KASPAR_CHECK(add_folder(files, fmt::format("keys/{}/", name), store.directory, ".p8"));
    if (with_secrets && secret_of(store).file)
        files.push_back({"secrets/" + name, *secret_of(store).file});
    return Done{};
}

std::string source_in_words(const SecretSource& source) {
    return source.file          ? source.file->string()
           : source.credential  ? "the credential " + *source.credential
           : source.environment ? "$" + *source.environment
                                : "asked at the terminal";
}

std::optional<std::filesystem::path> place_of_secret(const Configuration& configuration,
                                                     const std::string& store) {
    const auto found = configuration.keystores.find(store);
    return found == configuration.keystores.end() ? std::nullopt : secret_of(found->second).file;
}

/// "STORE/LOCATOR.p8"
std::optional<std::filesystem::path> place_of_key(const Configuration& configuration,
                                                  std::string_view name) {
    const auto slash = name.find('/');
    if (slash == name.npos || !name.ends_with(".p8") || !is_file_name(name.substr(slash + 1)))
        return std::nullopt;
    const auto found = configuration.keystores.find(std::string(name.substr(0, slash)));
    if (found == configuration.keystores.end() || found->second.type != "files")
        return std::nullopt;
    return found->second.directory / name.substr(slash + 1);
}

}  // namespace

Result<std::vector<KeptFile>> files_to_keep(const Configuration& configuration, bool with_secrets) {
    std::vector<KeptFile> files{
        {std::string(name_of_configuration), configuration.file},
        {std::string(name_of_enforcer_pub), configuration.enforcer_public_key}};
    if (with_secrets)
        files.push_back({std::string(name_of_enforcer_key), configuration.enforcer_key});
    KASPAR_CHECK(add_folder(files, "policies/", configuration.policies, ".json"));
    KASPAR_CHECK(add_folder(files, "state/reports/", configuration.reports()));
    for (const auto& [name, store] : configuration.keystores)
        KASPAR_CHECK(add_key_store(files, name, store, with_secrets));
    return files;
}

std::optional<std::filesystem::path> place_of(const Configuration& configuration,
                                              std::string_view name) {
    if (name == name_of_configuration)
        return configuration.file;
    if (name == name_of_database)
        return configuration.database();
    if (name == name_of_enforcer_pub)
        return configuration.enforcer_public_key;
    if (name == name_of_enforcer_key)
        return configuration.enforcer_key;
    if (const auto policy = file_in("policies/", name))
        return configuration.policies / *policy;
    if (const auto report = file_in("state/reports/", name))
        return configuration.reports() / *report;
    if (const auto secret = file_in("secrets/", name))
        return place_of_secret(configuration, *secret);
    if (name.starts_with("keys/"))
        return place_of_key(configuration, name.substr(std::string_view("keys/").size()));
    return std::nullopt;
}

std::string name_of_key(const std::string& keystore, const std::string& locator) {
    return fmt::format("keys/{}/{}.p8", keystore, locator);
}

bool is_private(std::string_view name) {
    return name == name_of_database || name.starts_with("keys/") || name.starts_with("secrets/");
}

std::vector<std::string> secrets_in_words(const Configuration& configuration) {
    std::vector<std::string> words;
    for (const auto& [name, store] : configuration.keystores)
        words.push_back(fmt::format("the {} of key store {} ({})",
                                    store.type == "files" ? "passphrase" : "PIN", name,
                                    source_in_words(secret_of(store))));
    return words;
}

}  // namespace kaspar::enforcer
