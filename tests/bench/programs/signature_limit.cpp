// How fast the cryptographic libraries are with nothing around them: signatures and verifications
// per second on two threads (and per second of processor time), of the library that Kaspar uses for
// each algorithm, called as directly as it can be. signature-limit [THREADS [MILLISECONDS]] prints
// JSON. Shares no code with Kaspar.
#define OPENSSL_SUPPRESS_DEPRECATED  // EC_KEY's own function is the fastest
#include <botan/auto_rng.h>
#include <botan/ec_group.h>
#include <botan/ecdsa.h>
#include <botan/pubkey.h>
#include <botan/version.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace {

using Step = std::function<void()>;       // one signature, or one verification
using StepMaker = std::function<Step()>;  // for one thread, which shares nothing with others
using Clock = std::chrono::steady_clock;

void must(bool good) {
    if (good)
        return;
    std::fputs("signature-limit: the library refused\n", stderr);
    std::exit(1);
}

/// How often in a second: by the clock on the wall with all threads at work, and by the time that
/// the processors spent on it, which a busy machine disturbs less.
struct Pace {
    double wall, processor;
};

Pace pace(const StepMaker& make, unsigned threads, std::chrono::milliseconds length) {
    std::atomic<std::size_t> made = 0;
    std::vector<Step> steps;
    for (unsigned i = 0; i < threads; ++i)
        steps.push_back(make());
    const auto began = Clock::now();
    const std::clock_t used = std::clock();
    {
        std::vector<std::jthread> crew;
        for (const Step& step : steps)
            crew.emplace_back([&] {
                while (Clock::now() < began + length) {
                    for (int i = 0; i < 16; ++i)
                        step();
                    made += 16;
                }
            });
    }
    const std::chrono::duration<double> took = Clock::now() - began;
    const double processor = static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC;
    const auto number = static_cast<double>(made);
    return {number / took.count(), number / processor};
}

using Key = std::shared_ptr<EVP_PKEY>;
using Context = std::shared_ptr<EVP_PKEY_CTX>;
constexpr std::size_t largest_signature = 256;
using Octets = std::array<unsigned char, largest_signature>;
constexpr std::size_t message_size = 120;  // the RRset of a small delegation

Key own(EVP_PKEY* key) {
    must(key != nullptr);
    return Key(key, EVP_PKEY_free);
}

/// One thread's work with one OpenSSL key.
struct OpenSsl {
    explicit OpenSsl(const Key& shared) : key(own(EVP_PKEY_dup(shared.get()))) {}

    Context context(int (*init)(EVP_PKEY_CTX*)) const {
        Context made(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr), EVP_PKEY_CTX_free);
        must(made && init(made.get()) == 1);
        if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA)
            must(EVP_PKEY_CTX_set_rsa_padding(made.get(), RSA_PKCS1_PADDING) == 1);
        must(EVP_PKEY_CTX_set_signature_md(made.get(), EVP_sha256()) == 1);
        return made;
    }

    Key key;
    Octets message{}, signature{};
    std::size_t size = largest_signature;
};

constexpr std::size_t digest_size = 32;

void sign(OpenSsl& at, EVP_PKEY_CTX* context) {
    at.size = largest_signature;
    must(EVP_PKEY_sign(context, at.signature.data(), &at.size, at.message.data(), digest_size) ==
         1);
}

Step digest_signing(const Key& key) {
    auto at = std::make_shared<OpenSsl>(key);
    return [at, context = at->context(EVP_PKEY_sign_init)] { sign(*at, context.get()); };
}

Step ecdsa_signing(const Key& key) {
    const std::shared_ptr<EC_KEY> copy(EVP_PKEY_get1_EC_KEY(OpenSsl(key).key.get()), EC_KEY_free);
    return [copy, message = Octets{}] {
        ECDSA_SIG* signature = ECDSA_do_sign(message.data(), digest_size, copy.get());
        must(signature != nullptr);
        ECDSA_SIG_free(signature);
    };
}

Step digest_verifying(const Key& key) {
    auto at = std::make_shared<OpenSsl>(key);
    sign(*at, at->context(EVP_PKEY_sign_init).get());
    return [at, context = at->context(EVP_PKEY_verify_init)] {
        must(EVP_PKEY_verify(context.get(), at->signature.data(), at->size, at->message.data(),
                             digest_size) == 1);
    };
}

using MessageContext = std::shared_ptr<EVP_MD_CTX>;

MessageContext message_context() {
    return MessageContext(EVP_MD_CTX_new(), EVP_MD_CTX_free);
}

/// Ed25519 signs the message itself; the context is made ready before each (facts of OpenSSL 3.5).
void sign_message(OpenSsl& at, EVP_MD_CTX* context) {
    at.size = largest_signature;
    must(EVP_DigestSignInit(context, nullptr, nullptr, nullptr, at.key.get()) == 1 &&
         EVP_DigestSign(context, at.signature.data(), &at.size, at.message.data(), message_size) ==
             1);
}

Step message_signing(const Key& key) {
    auto at = std::make_shared<OpenSsl>(key);
    return [at, context = message_context()] { sign_message(*at, context.get()); };
}

Step message_verifying(const Key& key) {
    auto at = std::make_shared<OpenSsl>(key);
    sign_message(*at, message_context().get());
    return [at, context = message_context()] {
        must(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, at->key.get()) == 1 &&
             EVP_DigestVerify(context.get(), at->signature.data(), at->size, at->message.data(),
                              message_size) == 1);
    };
}

#if BOTAN_VERSION_MAJOR >= 3
constexpr auto raw_format = Botan::Signature_Format::Standard;
constexpr const char* p384_scheme = "SHA-384";
Botan::EC_Group p384() {
    return Botan::EC_Group::from_name("secp384r1");
}
#else
constexpr auto raw_format = Botan::IEEE_1363;
constexpr const char* p384_scheme = "EMSA1(SHA-384)";
Botan::EC_Group p384() {
    return Botan::EC_Group("secp384r1");
}
#endif

struct BotanP384 {
    Botan::AutoSeeded_RNG rng;
    Botan::ECDSA_PrivateKey key{rng, p384()};
    Botan::PK_Signer signer{key, rng, p384_scheme, raw_format};
    std::array<unsigned char, message_size> message{};

    auto sign() { return signer.sign_message(message.data(), message.size(), rng); }
};

Step botan_signing() {
    return [at = std::make_shared<BotanP384>()] { at->sign(); };
}

/// Kaspar verifies with OpenSSL whatever it signs with.
StepMaker verifying(const Key& key) {
    return [key] { return digest_verifying(key); };
}

struct Row {
    const char* algorithm;
    StepMaker signing, verifying;
};

std::vector<Row> rows() {
    const Key p256 = own(EVP_EC_gen("P-256")), rsa = own(EVP_RSA_gen(2048));
    const Key ed25519 = own(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    return {
        {"ecdsap256sha256", [=] { return ecdsa_signing(p256); }, verifying(p256)},
        {"rsasha256", [=] { return digest_signing(rsa); }, verifying(rsa)},
        {"ed25519", [=] { return message_signing(ed25519); },
         [=] { return message_verifying(ed25519); }},
        {"ecdsap384sha384", botan_signing, verifying(own(EVP_EC_gen("P-384")))},
    };
}

void tell(const Row& row, unsigned threads, std::chrono::milliseconds length, bool last) {
    const Pace sign = pace(row.signing, threads, length);
    const Pace verify = pace(row.verifying, threads, length);
    std::printf(
        "  \"%s\": {\"sign\": %.0f, \"sign_processor\": %.0f, \"verify\": %.0f, "
        "\"verify_processor\": %.0f}%s\n",
        row.algorithm, sign.wall, sign.processor, verify.wall, verify.processor, last ? "" : ",");
}

}  // namespace

int main(int count, char** arguments) {
    const unsigned threads = count > 1 ? static_cast<unsigned>(std::atoi(arguments[1])) : 2;
    const std::chrono::milliseconds length(count > 2 ? std::atoi(arguments[2]) : 1000);
    const auto all = rows();
    std::puts("{");
    for (const Row& row : all)
        tell(row, threads, length, &row == &all.back());
    std::puts("}");
    return 0;
}
