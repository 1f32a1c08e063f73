// A key store in a folder: one file a key, LOCATOR.p8 (key_file.h), all encrypted under one
// passphrase. The folder and the files belong to whoever runs Kaspar and are closed to everybody
// else, but for a group of readers where there is one: a signer that runs as another user. A store
// that is open wider is refused. The folder is made by `kaspar init`, never by the store: a
// store whose folder vanished must not look like an empty one.
#pragma once

#include <memory>
#include <string>

#include "common/keys/key_store.h"
#include "common/keys/private_key.h"
#include "common/system/file.h"
#include "common/system/secret.h"

namespace kaspar {

class FileKeyStore final : public KeyStore {
  public:
    /// Fault: key, io (the folder is missing, not ours, or open to others).
    static Result<std::unique_ptr<KeyStore>> open_folder(const std::string& name,
                                                         const Path& folder, Secret passphrase,
                                                         Readers readers = {});

    const std::string& name() const override { return name_; }
    Result<PublicKey> generate(const std::string& locator, const KeyShape& shape,
                               const KeyOwner& owner) override;
    Result<PublicKey> find(const std::string& locator, Algorithm algorithm) override;
    Result<std::unique_ptr<SigningKey>> open(const std::string& locator,
                                             const PublicKey& on_record) override;
    Outcome destroy(const std::string& locator) override;
    Result<std::vector<std::string>> list() override;
    Result<std::vector<HeldKey>> keys() override;
    Result<StoreFacts> look() override;

  private:
    FileKeyStore(std::string name, Path folder, Secret passphrase, Readers readers)
        : name_(std::move(name)),
          folder_(std::move(folder)),
          passphrase_(std::move(passphrase)),
          readers_(readers) {}
    Path file_of(const std::string& locator) const;
    Result<PrivateKey> read(const std::string& locator) const;
    Result<PublicKey> make(const Path& file, const KeyShape& shape) const;
    std::string told(const std::string& locator) const;

    std::string name_;
    Path folder_;
    Secret passphrase_;
    Readers readers_;
};

}  // namespace kaspar
