#include "signer/replicated_key.h"

#include "common/system/log.h"

namespace kaspar::signer {

Result<Bytes> ReplicatedKey::sign(BytesView message) {
    KASPAR_TRY(auto signatures, sign_all(std::span(&message, 1)));
    return std::move(signatures.front());
}

Result<std::vector<Bytes>> ReplicatedKey::sign_all(std::span<const BytesView> messages) {
    for (;;) {
        auto signatures = replicas_.front()->sign_all(messages);
        if (signatures.ok() || signatures.fault().kind != FaultClass::absent ||
            replicas_.size() == 1)
            return signatures;
        log_warning("signer", signatures.fault().words + "; the next key store takes over");
        replicas_.erase(replicas_.begin());
    }
}

Result<std::unique_ptr<SigningKey>> ReplicatedKey::duplicate() const {
    std::vector<std::unique_ptr<SigningKey>> copies;
    for (const auto& replica : replicas_) {
        KASPAR_TRY(auto copy, replica->duplicate());
        copies.push_back(std::move(copy));
    }
    return std::unique_ptr<SigningKey>(std::make_unique<ReplicatedKey>(std::move(copies)));
}

}  // namespace kaspar::signer
