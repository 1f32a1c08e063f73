#include "common/keys/engines.h"

#include "common/keys/nettle_key.h"
#include "common/keys/openssl_key.h"

namespace kaspar {

// Signatures per second on one core, OpenSSL 3.0 against Botan 2.19 (Debian 12):
//   RSA-2048 3.9k : 1.0k   P-256 51.6k : 8.3k   P-384 1.5k : 4.6k   Ed25519 36.8k : 36k
// With OpenSSL 3.5 and Botan 3.7 (Debian 13) P-384 is at 5.0k : 5.2k. Botan 2 has no Ed448.
// P-384 by Nettle 3.8, measured in turns with them on a busy machine, per second of processor time:
//   OpenSSL 3.0 1.0k   Botan 2.19 3.0k   Nettle 7.1k   and the same for each of two threads
// So Nettle is 2.4 times as fast as the better of the two. GnuTLS, which libknot needs, brings it
// along anyhow. At P-256 GnuTLS, and so Nettle, makes half of OpenSSL's signatures.
Engine engine_for(Algorithm algorithm) {
    return algorithm == Algorithm::ecdsap384sha384 ? Engine::nettle : Engine::openssl;
}

Result<std::unique_ptr<SigningKey>> make_signing_key(const PrivateKey& key) {
    switch (engine_for(key.public_half.algorithm)) {
        case Engine::openssl:
            return make_openssl_key(key);
        case Engine::nettle:
            return make_nettle_key(key);
    }
    require(false, "every engine makes signing keys");
    return Fault{};
}

}  // namespace kaspar
