// Reading PKCS#8. OpenSSL 3 looks through all its decoders for every key that EVP_PKCS82PKEY()
// reads, which takes half a millisecond; a decoder that is kept takes a fifth of that, and a P-256
// key made of its numbers takes a fifteenth (2 cores, OpenSSL 3.0). A signer opens the keys of ten
// thousand zones.
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <optional>

#include "common/keys/openssl_adapter.h"

namespace kaspar::openssl {

namespace {

/// One a thread: it puts the keys where it was told when it was made.
class KeptDecoder {
  public:
    KeptDecoder()
        : context_(OSSL_DECODER_CTX_new_for_pkey(&key_, "DER", "PrivateKeyInfo", nullptr,
                                                 EVP_PKEY_KEYPAIR, nullptr, nullptr)) {}
    KeptDecoder(const KeptDecoder&) = delete;
    KeptDecoder& operator=(const KeptDecoder&) = delete;

    Key decode(BytesView der) {
        key_ = nullptr;
        const unsigned char* at = der.data();
        std::size_t left = der.size();
        const bool good = context_ && OSSL_DECODER_from_data(context_.get(), &at, &left) == 1;
        Key key(key_);
        if (!good || left != 0)
            return nullptr;
        return key;
    }

  private:
    EVP_PKEY* key_ = nullptr;
    Handle<OSSL_DECODER_CTX, OSSL_DECODER_CTX_free> context_;
};

// An ECPrivateKey (RFC 5915 §3) of a P-256 key as OpenSSL writes it in PKCS#8 (RFC 5958): version
// 1, the number, and in [1] the BIT STRING of the uncompressed point.
constexpr std::uint8_t before_number[] = {0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20};
constexpr std::uint8_t before_point[] = {0xa1, 0x44, 0x03, 0x42, 0x00};
constexpr std::size_t number_size = 32, point_size = 65;

struct P256Numbers {
    BytesView number, point;
};

/// Takes `expected` off the front of `octets`, if it is there.
bool take(BytesView& octets, BytesView expected) {
    if (octets.size() < expected.size() ||
        !std::equal(expected.begin(), expected.end(), octets.begin()))
        return false;
    octets = octets.subspan(expected.size());
    return true;
}

/// Absent if the key is of another kind, or written otherwise.
std::optional<P256Numbers> p256_numbers(const PKCS8_PRIV_KEY_INFO* info) {
    const X509_ALGOR* algorithm = nullptr;
    const unsigned char* octets = nullptr;
    int size = 0, parameter_type = 0;
    const void* parameter = nullptr;
    const ASN1_OBJECT* kind = nullptr;
    if (PKCS8_pkey_get0(nullptr, &octets, &size, &algorithm, info) != 1)
        return std::nullopt;
    X509_ALGOR_get0(&kind, &parameter_type, &parameter, algorithm);
    if (OBJ_obj2nid(kind) != NID_X9_62_id_ecPublicKey || parameter_type != V_ASN1_OBJECT ||
        OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(parameter)) != NID_X9_62_prime256v1)
        return std::nullopt;
    BytesView rest(octets, static_cast<std::size_t>(size));
    if (!take(rest, before_number) || rest.size() < number_size)
        return std::nullopt;
    const auto number = rest.first(number_size);
    rest = rest.subspan(number_size);
    if (!take(rest, before_point) || rest.size() != point_size)
        return std::nullopt;
    return P256Numbers{number, rest};
}

/// That number and point belong together, the proof of possession shows before the key's first use.
Key from_numbers(const P256Numbers& numbers) {
    const Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
    const BigNumber number(BN_secure_new());
    if (!builder || !number ||
        BN_bin2bn(numbers.number.data(), number_size, number.get()) == nullptr ||
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1",
                                        0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                         numbers.point.data(), numbers.point.size()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get()) != 1)
        return nullptr;
    const Handle<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) != 1)
        return nullptr;
    return Key(key);
}

}  // namespace

Key parse_pkcs8(BytesView der) {
    const unsigned char* at = der.data();
    const Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
    if (!info || at != der.data() + der.size())
        return nullptr;
    if (const auto numbers = p256_numbers(info.get()))
        if (auto key = from_numbers(*numbers))
            return key;
    ERR_clear_error();
    thread_local KeptDecoder decoder;
    if (auto key = decoder.decode(der))
        return key;
    return Key(EVP_PKCS82PKEY(info.get()));  // which has the last word, and the error
}

}  // namespace kaspar::openssl
