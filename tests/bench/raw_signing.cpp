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

std::uint64_t sign_until(SteadyClock::time_point end, EVP_PKEY* key) {
    const openssl::Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new(key, nullptr));
    require(context && EVP_PKEY_sign_init(context.get()) == 1, "P-256 keys sign");
    std::array<unsigned char, 32> digest{};
    std::array<unsigned char, 80> signature{};
    std::uint64_t count = 0;
    for (; SteadyClock::now() < end; ++count) {
        std::size_t size = signature.size();
        digest[0] = static_cast<unsigned char>(count);
        require(EVP_PKEY_sign(context.get(), signature.data(), &size, digest.data(),
                              digest.size()) == 1,
                "a digest is signed");
    }
    return count;
}

}  // namespace

double raw_p256_signatures_per_second(unsigned threads, std::chrono::milliseconds time) {
    const openssl::Key key(EVP_EC_gen("prime256v1"));
    require(key != nullptr, "a P-256 key can be made");
    const auto end = SteadyClock::now() + time;
    std::atomic<std::uint64_t> count{0};
    {
        std::vector<std::jthread> signers;
        for (unsigned thread = 0; thread < threads; ++thread)
            signers.emplace_back([&] {
                const openssl::Key own(EVP_PKEY_dup(key.get()));
                count += sign_until(end, own.get());
            });
    }
    return double(count) / std::chrono::duration<double>(time).count();
}

}  // namespace kaspar::bench
