#include "tests/bench/raw_signing.h"

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "common/keys/openssl_adapter.h"
#include "common/values/result.h"

namespace kaspar::bench {

namespace {

using SteadyClock = std::chrono::steady_clock;

using Context = openssl::Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Digest = std::array<unsigned char, 32>;

/// A signature, in as many of the octets as are told.
struct Signature {
    std::array<unsigned char, 80> octets{};
    std::size_t size = octets.size();
};

Signature sign(EVP_PKEY_CTX* context, const Digest& digest) {
    Signature made;
    require(
        EVP_PKEY_sign(context, made.octets.data(), &made.size, digest.data(), digest.size()) == 1,
        "a digest is signed");
    return made;
}

Context to_sign(EVP_PKEY* key) {
    Context context(EVP_PKEY_CTX_new(key, nullptr));
    require(context && EVP_PKEY_sign_init(context.get()) == 1, "P-256 keys sign");
    return context;
}

std::uint64_t sign_until(SteadyClock::time_point end, EVP_PKEY* key) {
    const auto context = to_sign(key);
    Digest digest{};
    std::uint64_t count = 0;
    for (; SteadyClock::now() < end; ++count) {
        digest[0] = static_cast<unsigned char>(count);
        sign(context.get(), digest);
    }
    return count;
}

std::uint64_t verify_until(SteadyClock::time_point end, EVP_PKEY* key) {
    const Digest digest{};
    const auto signature = sign(to_sign(key).get(), digest);
    const Context context(EVP_PKEY_CTX_new(key, nullptr));
    require(context && EVP_PKEY_verify_init(context.get()) == 1, "P-256 keys verify");
    std::uint64_t count = 0;
    for (; SteadyClock::now() < end; ++count)
        require(EVP_PKEY_verify(context.get(), signature.octets.data(), signature.size,
                                digest.data(), digest.size()) == 1,
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
