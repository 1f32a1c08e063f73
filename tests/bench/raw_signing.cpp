#define OPENSSL_SUPPRESS_DEPRECATED  // EC_KEY's own function is the fastest
#include "tests/bench/raw_signing.h"

#include <openssl/ec.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "common/keys/openssl_adapter.h"
#include "common/values/result.h"

namespace kaspar::bench {

namespace {

using SteadyClock = std::chrono::steady_clock;

using EcKey = openssl::Handle<EC_KEY, EC_KEY_free>;
using Context = openssl::Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Digest = std::array<unsigned char, 32>;

openssl::EcdsaSignature sign(EC_KEY* key, const Digest& digest) {
    openssl::EcdsaSignature made(
        ECDSA_do_sign(digest.data(), static_cast<int>(digest.size()), key));
    require(made != nullptr, "a digest is signed");
    return made;
}

EcKey to_sign(EVP_PKEY* key) {
    EcKey made(EVP_PKEY_get1_EC_KEY(key));
    require(made != nullptr, "P-256 keys sign");
    return made;
}

std::uint64_t sign_until(SteadyClock::time_point end, EVP_PKEY* key) {
    const auto signing = to_sign(key);
    Digest digest{};
    std::uint64_t count = 0;
    for (; SteadyClock::now() < end; ++count) {
        digest[0] = static_cast<unsigned char>(count);
        sign(signing.get(), digest);
    }
    return count;
}

std::uint64_t verify_until(SteadyClock::time_point end, EVP_PKEY* key) {
    const Digest digest{};
    const auto pair = sign(to_sign(key).get(), digest);
    std::array<unsigned char, 80> der{};
    unsigned char* der_end = der.data();
    const auto size = static_cast<std::size_t>(i2d_ECDSA_SIG(pair.get(), &der_end));
    const Context context(EVP_PKEY_CTX_new(key, nullptr));
    require(context && EVP_PKEY_verify_init(context.get()) == 1, "P-256 keys verify");
    std::uint64_t count = 0;
    for (; SteadyClock::now() < end; ++count)
        require(EVP_PKEY_verify(context.get(), der.data(), size, digest.data(), digest.size()) == 1,
                "a signature verifies");
    return count;
}

/// How often a second `work` is done.
template <typename Work>
double pace_of(Work&& work, EVP_PKEY* key, unsigned threads, std::chrono::milliseconds time) {
    const auto end = SteadyClock::now() + time;
    std::atomic<std::uint64_t> count{0};
    {
        std::vector<std::jthread> workers;
        for (unsigned thread = 0; thread < threads; ++thread)
            workers.emplace_back([&] {
                const openssl::Key own(EVP_PKEY_dup(key));
                count += work(end, own.get());
            });
    }
    return double(count) / std::chrono::duration<double>(time).count();
}

}  // namespace

RawPace raw_p256_pace(unsigned threads, std::chrono::milliseconds time) {
    const openssl::Key key(EVP_EC_gen("prime256v1"));
    require(key != nullptr, "a P-256 key can be made");
    return {pace_of(sign_until, key.get(), threads, time),
            pace_of(verify_until, key.get(), threads, time)};
}

}  // namespace kaspar::bench
