#include "common/keys/pace.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

namespace kaspar {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t message_size = 120;  // octets
constexpr std::size_t batch_size = 256;

std::vector<Bytes> make_messages() {
    std::vector<Bytes> messages;
    for (std::size_t i = 0; i < batch_size; ++i)
        messages.emplace_back(message_size, static_cast<std::uint8_t>(i));
    return messages;
}

}  // namespace

Result<double> signatures_per_second(const SigningKey& key, unsigned threads,
                                     std::chrono::milliseconds length) {
    const std::vector<Bytes> messages = make_messages();
    const std::vector<BytesView> views(messages.begin(), messages.end());
    std::vector<std::unique_ptr<SigningKey>> keys;
    for (unsigned i = 0; i < threads; ++i) {
        KASPAR_TRY(auto copy, key.duplicate());
        keys.push_back(std::move(copy));
    }
    std::atomic<std::size_t> made = 0;
    std::mutex mutex;
    std::optional<Fault> fault;
    const auto began = steady_clock::now();
    const auto work = [&](SigningKey& own) {
        while (steady_clock::now() < began + length) {
            auto signatures = own.sign_all(views);
            if (!signatures.ok()) {
                const std::lock_guard lock(mutex);
                fault = std::move(signatures).fault();
                return;
            }
            made += signatures->size();
        }
    };
    {
        std::vector<std::jthread> others;
        for (unsigned i = 1; i < threads; ++i)
            others.emplace_back(work, std::ref(*keys[i]));
        work(*keys[0]);
    }
    const std::chrono::duration<double> took = steady_clock::now() - began;
    if (fault)
        return *std::move(fault);
    return static_cast<double>(made) / took.count();
}

}  // namespace kaspar
