#include "enforcer/backup/backup.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>

#include "common/system/archive.h"
#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "enforcer/backup/backup_places.h"
#include "enforcer/backup/private_folder.h"

namespace kaspar::enforcer {

namespace {

std::string digest_of(std::string_view content) {
    return to_hex(sha256(as_bytes(content)));
}

/// An archive, and what its manifest will say.
class Packing {
  public:
    Packing(ArchiveWriter archive, Manifest manifest)
        : archive_(std::move(archive)), manifest_(std::move(manifest)) {}

    Outcome add(const std::string& name, std::string_view content) {
        KASPAR_CHECK(archive_.add(name, content));
        manifest_.files.push_back({name, content.size(), digest_of(content)});
        return Done{};
    }

    /// A file that may have gone since its folder was listed is left out; what the database needs
    /// is missed by examine_backup().
    Outcome add_if_there(const KeptFile& file) {
        KASPAR_TRY(const auto content, read_file_if_there(file.path));
        return content ? add(file.name, *content) : Outcome(Done{});
    }

    /// Of any size: block by block.
    Outcome add_large(const std::string& name, const Path& path) {
        KASPAR_TRY(const FileIdentity identity, identify_file(path));
        KASPAR_CHECK(archive_.begin(name, identity.size));
        std::ifstream file(path, std::ios::binary);
        std::string block(256 * 1024, '\0');
        while (file.read(block.data(), static_cast<std::streamsize>(block.size())) ||
               file.gcount() > 0)
            KASPAR_CHECK(archive_.append({block.data(), static_cast<std::size_t>(file.gcount())}));
        if (file.bad())
            return io_fault("read", path, errno);
        manifest_.files.push_back({name, identity.size, identity.sha256});
        return Done{};
    }

    Result<Manifest> finish() {
        KASPAR_CHECK(archive_.add(Manifest::file_name, manifest_text(manifest_)));
        KASPAR_CHECK(archive_.commit());
        return std::move(manifest_);
    }

  private:
    ArchiveWriter archive_;
    Manifest manifest_;
};

/// The snapshot first, then the key files: a key that is made meanwhile has a file that the
/// snapshot does not know, which does no harm. And no key is destroyed meanwhile: that is done in a
/// transaction, and this one holds the lock.
Outcome pack_all(const Enforcement& with, Packing& packing, const Path& snapshot,
                 bool with_secrets) {
    KASPAR_TRY(const Transaction transaction, Transaction::begin(with.database));
    KASPAR_CHECK(with.database.copy_to(snapshot.string()));
    KASPAR_TRY(const auto files, files_to_keep(with.configuration, with_secrets));
    for (const KeptFile& file : files)
        KASPAR_CHECK(packing.add_if_there(file));
    return Done{};
}

std::vector<std::string> left_out(const Configuration& configuration, bool with_secrets) {
    std::vector<std::string> words;
    if (!with_secrets)
        words = secrets_in_words(configuration);
    for (const auto& [name, store] : configuration.keystores)
        if (store.type == "pkcs11")
            words.push_back(
                fmt::format("the keys in the token of key store {}: back it up by its "
                            "own means",
                            name));
    return words;
}

}  // namespace

Result<MadeBackup> make_backup(const Enforcement& with, const Path& file, bool with_secrets) {
    KASPAR_TRY(const PrivateFolder scratch, PrivateFolder::make());
    KASPAR_TRY(ArchiveWriter archive, ArchiveWriter::create(file));
    KASPAR_TRY(const std::size_t version, with.database.version());
    Packing packing(std::move(archive),
                    {with.now, KASPAR_VERSION, static_cast<unsigned>(version), with_secrets, {}});
    const Path snapshot = scratch / "kaspar.db";
    KASPAR_CHECK(pack_all(with, packing, snapshot, with_secrets));
    KASPAR_CHECK(packing.add_large(std::string(name_of_database), snapshot));
    KASPAR_TRY(Manifest manifest, packing.finish());
    return MadeBackup{std::move(manifest), left_out(with.configuration, with_secrets)};
}

}  // namespace kaspar::enforcer
