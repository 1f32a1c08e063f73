// Ownership and errors of OpenSSL's objects, for the .cpp files of this folder that use OpenSSL and
// for nobody else. It holds no cryptography, so that signing and verifying may both include it.
#pragma once

#include <fmt/format.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>

#include "common/values/bytes.h"
#include "common/values/result.h"

namespace kaspar::openssl {

template <auto free_function>
struct Freer {
    template <typename T>
    void operator()(T* object) const {
        free_function(object);
    }
};

template <typename T, auto free_function>
using Handle = std::unique_ptr<T, Freer<free_function>>;

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Digest = Handle<EVP_MD, EVP_MD_free>;
using DigestContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using Curve = Handle<EC_GROUP, EC_GROUP_free>;
using Scratch = Handle<BN_CTX, BN_CTX_free>;
using BigNumber = Handle<BIGNUM, BN_clear_free>;
using EcdsaSignature = Handle<ECDSA_SIG, ECDSA_SIG_free>;
using Pkcs8 = Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;

inline Curve new_p256() {
    return Curve(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
}

/// What failed, with OpenSSL's reason; empties this thread's error queue.
inline Fault fault(std::string_view what) {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    Fault told{FaultClass::key, fmt::format("{}: {}", what, reason ? reason : "OpenSSL failed")};
    ERR_clear_error();
    return told;
}

/// The key in an unencrypted PKCS#8 PrivateKeyInfo (RFC 5958 version 1) that fills `der` exactly,
/// or null.
Key parse_pkcs8(BytesView der);

}  // namespace kaspar::openssl
