// One key that several key stores hold: the first that is there signs, and where it goes away in
// the middle of the work, the next one takes over.
#pragma once

#include <memory>
#include <vector>

#include "common/keys/signing_key.h"

namespace kaspar::signer {

class ReplicatedKey final : public SigningKey {
  public:
    /// At least one; each has proven itself.
    explicit ReplicatedKey(std::vector<std::unique_ptr<SigningKey>> replicas)
        : replicas_(std::move(replicas)) {}

    const PublicKey& public_key() const override { return replicas_.front()->public_key(); }
    Result<Bytes> sign(BytesView message) override;
    Result<std::vector<Bytes>> sign_all(std::span<const BytesView> messages) override;
    bool signs_elsewhere() const override { return replicas_.front()->signs_elsewhere(); }
    Result<std::unique_ptr<SigningKey>> duplicate() const override;

  private:
    std::vector<std::unique_ptr<SigningKey>> replicas_;
};

}  // namespace kaspar::signer
