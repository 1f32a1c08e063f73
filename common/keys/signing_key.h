// A private key that can sign, wherever it lives. One object is used by one thread at a time;
// duplicate() gives another thread its own.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "common/values/bytes.h"
#include "common/values/dnskey.h"
#include "common/values/result.h"

namespace kaspar {

class SigningKey {
  public:
    virtual ~SigningKey() = default;

    virtual const PublicKey& public_key() const = 0;

    /// Signs `message` (not a digest of it) and returns the signature in the form that RRSIG wants
    /// (RFC 3110 §3, RFC 6605 §4, RFC 8080 §4). Fault: key (library error), absent (token lost).
    virtual Result<Bytes> sign(BytesView message) = 0;

    /// Signs every message; the signatures in their order. A key that signs elsewhere works on many
    /// at once. Fault: as sign().
    virtual Result<std::vector<Bytes>> sign_all(std::span<const BytesView> messages);

    /// True if a signature is made outside this process, so that its thread waits meanwhile.
    virtual bool signs_elsewhere() const { return false; }

    /// The same key for another thread. Fault: key.
    virtual Result<std::unique_ptr<SigningKey>> duplicate() const = 0;
};

/// Verifies signatures by one public key. Shares no code with SigningKey. One thread at a time.
class SignatureVerifier {
  public:
    virtual ~SignatureVerifier() = default;

    /// True if `signature` (RRSIG form) is this key's signature of `message`.
    virtual bool verify(BytesView message, BytesView signature) = 0;
};

/// Fault: key (malformed public key).
Result<std::unique_ptr<SignatureVerifier>> make_verifier(const PublicKey& key);

/// Proof of possession (design promise 5): the key signs a fresh random nonce, which is verified
/// with the public key on record. Fault: key, saying which key and where.
Outcome prove_possession(SigningKey& key, const PublicKey& on_record);

}  // namespace kaspar
