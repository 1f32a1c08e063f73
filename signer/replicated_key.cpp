#include "signer/replicated_key.h"

#include "common/system/log.h"

namespace kaspar::signer {

Result<Bytes> ReplicatedKey::sign(BytesView message) {
    KASPAR_TRY(auto signatures, sign_all(std::span(&message, 1)));
    return std::move(signatures.front());
}

Result<std::vector<Bytes>> ReplicatedKey::sign_all(std::span<const BytesView> messages) {
    for (;;) {
        auto first = first_->load();
        auto signatures = replicas_[first]->sign_all(messages);
        if (signatures.ok() || signatures.fault().kind != FaultClass::absent ||
            first + 1 == replicas_.size())
            return signatures;
        if (first_->compare_exchange_strong(first, first + 1))
            log_warning("signer", signatures.fault().words + "; the next key store takes over");
    }
}

Result<std::unique_ptr<SigningKey>> ReplicatedKey::duplicate() const {
    std::vector<std::unique_ptr<SigningKey>> copies;
    for (const auto& replica : replicas_) {
        KASPAR_TRY(auto copy, replica->duplicate());
        copies.push_back(std::move(copy));
    }
    auto duplicate = std::make_unique<ReplicatedKey>(std::move(copies));
    duplicate->first_ = first_;
    return std::unique_ptr<SigningKey>(std::move(duplicate));
}

}  // namespace kaspar::signer
