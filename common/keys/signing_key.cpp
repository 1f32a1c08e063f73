#include "common/keys/signing_key.h"

namespace kaspar {

Result<std::vector<Bytes>> SigningKey::sign_all(std::span<const BytesView> messages) {
    std::vector<Bytes> signatures;
    signatures.reserve(messages.size());
    for (const BytesView message : messages) {
        KASPAR_TRY(Bytes signature, sign(message));
        signatures.push_back(std::move(signature));
    }
    return signatures;
}

}  // namespace kaspar
