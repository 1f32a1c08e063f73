// One key that several key stores hold: the first that is there signs, and where it goes away in
// the middle of the work, the next one takes over, for all duplicates of the key.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "common/keys/signing_key.h"

namespace kaspar::signer {

class ReplicatedKey final : public SigningKey {
  public:
    /// At least one; each has proven itself.
    explicit ReplicatedKey(std::vector<std::unique_ptr<SigningKey>> replicas)
        : replicas_(std::move(replicas)), first_(std::make_shared<std::atomic<std::size_t>>(0)) {}

    const PublicKey& public_key() const override { return replicas_.front()->public_key(); }
    Result<Bytes> sign(BytesView message) override;
    Result<std::vector<Bytes>> sign_all(std::span<const BytesView> messages) override;
    bool signs_elsewhere() const override { return replicas_[*first_]->signs_elsewhere(); }
    Result<std::unique_ptr<SigningKey>> duplicate() const override;

  private:
    std::vector<std::unique_ptr<SigningKey>> replicas_;
    std::shared_ptr<std::atomic<std::size_t>> first_;  ///< that is there
};

}  // namespace kaspar::signer
