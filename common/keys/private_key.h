// A private key in memory: made, read, encrypted and decrypted. It cannot sign; engines.h turns it
// into a SigningKey. Every algorithm goes this one way, whichever library signs with it later.
#pragma once

#include "common/keys/key_store.h"
#include "common/system/secret.h"
#include "common/values/dnskey.h"
#include "common/values/result.h"

namespace kaspar {

struct PrivateKey {
    PublicKey public_half;
    Secret pkcs8;  ///< PrivateKeyInfo in DER (RFC 5958 version 1, RFC 8410), unencrypted
};

/// Makes a key from the operating system's randomness. RSA keys have the exponent 65537. Fault: key
/// (an algorithm that may not sign, a size out of bounds).
Result<PrivateKey> generate_private_key(const KeyShape& shape);

/// Reads an unencrypted PKCS#8 PrivateKeyInfo. `algorithm` is told because PKCS#8 does not
/// distinguish RSASHA256 from RSASHA512. Fault: key (malformed, another kind of key).
Result<PrivateKey> read_private_key(Algorithm algorithm, Secret pkcs8);

/// EncryptedPrivateKeyInfo in DER: PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018), which
/// the openssl command and Botan read too. Fault: key.
Result<Bytes> encrypt_private_key(const PrivateKey& key, const Secret& passphrase,
                                  unsigned iterations);

/// The reverse. Fault: key (wrong passphrase, damaged, another kind of key).
Result<PrivateKey> decrypt_private_key(Algorithm algorithm, BytesView encrypted,
                                       const Secret& passphrase);

}  // namespace kaspar
