#include "common/keys/file_key_store.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/keys/engines.h"
#include "common/keys/key_file.h"
#include "common/system/file.h"

namespace kaspar {
namespace {

constexpr std::string_view suffix = ".p8";

/// 32 hexadecimal digits: nothing that could lead out of the folder.
bool is_locator(std::string_view text) {
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

Outcome check_locator(const std::string& locator) {
    if (is_locator(locator))
        return Done{};
    return Fault{
        FaultClass::key,
        fmt::format("\"{}\" is not a key's locator (32 hexadecimal digits, lower case)", locator)};
}

Fault cannot_look_at(const Path& path) {
    return {FaultClass::io,
            fmt::format("cannot look at {}: {}", path.string(), std::strerror(errno))};
}

/// The current user, or root, owns it; or it is open to the readers, of whom we are one.
Outcome check_owner(const Path& path, const struct stat& status, Readers readers) {
    if (status.st_uid == geteuid() || status.st_uid == 0 || (readers && status.st_gid == *readers))
        return Done{};
    return Fault{FaultClass::key,
                 fmt::format("{} belongs to user {}, but this runs as user {}: run it as the owner "
                             "of the keys, or chown the keys to the user that runs it",
                             path.string(), status.st_uid, geteuid())};
}

Outcome check_folder(const Path& folder, Readers readers) {
    struct stat status {};
    if (stat(folder.c_str(), &status) != 0 && errno != ENOENT)
        return cannot_look_at(folder);
    if (!S_ISDIR(status.st_mode))  // mode 0 if it is not there
        return Fault{
            FaultClass::absent,
            fmt::format("there is no folder {0}: restore it from its backup, or, for a new "
                        "key store, make it: install -d -m 0700 {0}",
                        folder.string())};
    KASPAR_CHECK(check_owner(folder, status, readers));
    return check_private(folder, readers);
}

/// That it is there and ours; read_private_file() looks at the mode.
Outcome check_file(const Path& file, Readers readers) {
    struct stat status {};
    if (stat(file.c_str(), &status) == 0)
        return check_owner(file, status, readers);
    if (errno != ENOENT)
        return cannot_look_at(file);
    return Fault{FaultClass::absent,
                 fmt::format("there is no file {}: restore it from its backup. A new key is not "
                             "made in its place",
                             file.string())};
}

Fault not_on_record(const PublicKey& found, const PublicKey& on_record) {
    return {
        FaultClass::key,
        fmt::format("it holds key {} ({}), but on record is key {} ({}): restore the right file "
                    "from its backup",
                    found.fingerprint(), facts(found.algorithm).mnemonic, on_record.fingerprint(),
                    facts(on_record.algorithm).mnemonic)};
}

}  // namespace

Result<std::unique_ptr<KeyStore>> FileKeyStore::open_folder(const std::string& name,
                                                            const Path& folder, Secret passphrase,
                                                            Readers readers) {
    KASPAR_CHECK(check_folder(folder, readers).within(fmt::format("key store {}", name)));
    return std::unique_ptr<KeyStore>(
        new FileKeyStore(name, folder, std::move(passphrase), readers));
}

Path FileKeyStore::file_of(const std::string& locator) const {
    return folder_ / (locator + std::string(suffix));
}

std::string FileKeyStore::told(const std::string& locator) const {
    return fmt::format("key store {}, {}", name_, file_of(locator).string());
}

Result<PublicKey> FileKeyStore::make(const Path& file, const KeyShape& shape) const {
    if (std::error_code ignored; std::filesystem::exists(file, ignored))
        return Fault{FaultClass::refused, "there is a key already; it is not overwritten"};
    KASPAR_TRY(PrivateKey key, generate_private_key(shape));
    KASPAR_TRY(const std::string text, write_key_file(key, passphrase_));
    KASPAR_CHECK(write_file(file, text, 0600));
    if (readers_)
        KASPAR_CHECK(open_to(file, *readers_));
    return std::move(key.public_half);
}

Result<PrivateKey> FileKeyStore::read(const std::string& locator) const {
    KASPAR_CHECK(check_locator(locator));
    const Path file = file_of(locator);
    KASPAR_CHECK(check_folder(folder_, readers_));
    KASPAR_CHECK(check_file(file, readers_));
    KASPAR_TRY(const std::string text, read_private_file(file, readers_));
    return read_key_file(text, passphrase_);
}

Result<PublicKey> FileKeyStore::generate(const std::string& locator, const KeyShape& shape,
                                         const KeyOwner&) {
    KASPAR_CHECK(check_locator(locator));
    KASPAR_CHECK(check_folder(folder_, readers_).within(fmt::format("key store {}", name_)));
    return make(file_of(locator), shape).within(told(locator));
}

Result<PublicKey> FileKeyStore::find(const std::string& locator, Algorithm algorithm) {
    KASPAR_TRY(PrivateKey key, read(locator).within(told(locator)));
    if (key.public_half.algorithm != algorithm)
        return Fault{
            FaultClass::key,
            fmt::format("{}: it holds a key of {}, not of {}", told(locator),
                        facts(key.public_half.algorithm).mnemonic, facts(algorithm).mnemonic)};
    return std::move(key.public_half);
}

Result<std::unique_ptr<SigningKey>> FileKeyStore::open(const std::string& locator,
                                                       const PublicKey& on_record) {
    KASPAR_TRY(const PrivateKey key, read(locator).within(told(locator)));
    if (key.public_half != on_record)
        return not_on_record(key.public_half, on_record).within(told(locator));
    return make_signing_key(key).within(told(locator));
}

Outcome FileKeyStore::destroy(const std::string& locator) {
    KASPAR_CHECK(check_locator(locator));
    KASPAR_CHECK(check_folder(folder_, readers_).within(fmt::format("key store {}", name_)));
    return remove_file(file_of(locator)).within(fmt::format("key store {}", name_));
}

Result<std::vector<std::string>> FileKeyStore::list() {
    KASPAR_CHECK(check_folder(folder_, readers_).within(fmt::format("key store {}", name_)));
    std::vector<std::string> locators;
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder_, error), end; !error && at != end;
         at.increment(error))
        if (at->path().extension() == suffix && is_locator(at->path().stem().string()))
            locators.push_back(at->path().stem().string());
    if (error)
        return io_fault("list", folder_, error.value()).within(fmt::format("key store {}", name_));
    std::sort(locators.begin(), locators.end());
    return locators;
}

Result<std::vector<HeldKey>> FileKeyStore::keys() {
    KASPAR_TRY(const auto locators, list());
    std::vector<HeldKey> held;
    for (const std::string& locator : locators) {
        const auto key = read(locator);
        held.push_back(
            {locator, {}, key.ok() ? std::optional(key->public_half) : std::nullopt, false});
    }
    return held;
}

Result<StoreFacts> FileKeyStore::look() {
    KASPAR_CHECK(check_folder(folder_, readers_).within(fmt::format("key store {}", name_)));
    StoreFacts known{"encrypted files in " + folder_.string(), {}, std::nullopt};
    for (const AlgorithmFacts& algorithm : algorithms())
        if (algorithm.use != UseForSigning::refused)
            known.algorithms.push_back(algorithm.number);
    return known;
}

}  // namespace kaspar
