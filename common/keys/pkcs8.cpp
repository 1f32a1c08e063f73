// Reading PKCS#8. OpenSSL 3 looks through all its decoders for every key that EVP_PKCS82PKEY()
// reads, which takes half a millisecond; a decoder that is kept takes a tenth of that (2 cores,
// OpenSSL 3.0), and a signer opens the keys of ten thousand zones.
#include <openssl/decoder.h>

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

}  // namespace

Key parse_pkcs8(BytesView der) {
    const unsigned char* at = der.data();
    const Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
    if (!info || at != der.data() + der.size())
        return nullptr;
    thread_local KeptDecoder decoder;
    if (auto key = decoder.decode(der))
        return key;
    return Key(EVP_PKCS82PKEY(info.get()));  // which has the last word, and the error
}

}  // namespace kaspar::openssl
