// The format of a file in the key store: a few lines of text, then an encrypted PKCS#8 key in PEM.
//
//     Kaspar key, SHA-256 of the lines below: 9f86d0818…
//     Algorithm: ecdsap256sha256
//     Fingerprint: 2c26b46b68ffc68ff99b453c1d304134
//     -----BEGIN ENCRYPTED PRIVATE KEY-----
//     …
//     -----END ENCRYPTED PRIVATE KEY-----
//
// Other programs skip text before a PEM block (RFC 7468 §2), so `openssl pkey -in FILE` reads the
// key. The algorithm stands there because PKCS#8 does not tell RSASHA256 from RSASHA512, the
// fingerprint for the person who looks for a key. The digest tells a damaged file from a wrong
// passphrase, before any work: PBES2 itself has no integrity, and half a damaged file would still
// decrypt, for Ed25519 to another valid key. It guards against accidents, not against whoever may
// write the file; those meet the public key on record.
#pragma once

#include <string>
#include <string_view>

#include "common/keys/private_key.h"

namespace kaspar {

/// What one look at a key costs a thief who guesses passphrases, and the signer who knows it: 4 ms
/// here. A hoster's signer opens the keys of ten thousand zones, so 100 ms would be a quarter of an
/// hour each time, and would make a poor passphrase only a little less poor. A file tells its own
/// count, so this may grow at any time.
constexpr unsigned pbkdf2_iterations = 20'000;

/// Where the passphrase is a random_passphrase(): 256 random bits cannot be guessed at any cost, so
/// nothing is gained by making each guess dearer, and the signer's first look at many keys is not
/// slowed by it.
constexpr unsigned pbkdf2_iterations_if_random = 100;

/// A passphrase made of 32 random octets, as `kaspar init` makes it. It begins with "random-256:":
/// what merely looks random, such as somebody's digest of a word, is not taken for it.
std::string random_passphrase(BytesView octets);

/// The file's text. Fault: key.
Result<std::string> write_key_file(const PrivateKey& key, const Secret& passphrase);

/// The key in the file. Fault: key (damaged, wrong passphrase, not a key file).
Result<PrivateKey> read_key_file(std::string_view text, const Secret& passphrase);

}  // namespace kaspar
