#include "tests/bench/raw_token.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/raw_session.h"

namespace kaspar::bench {
namespace {

using test::RawSession;
using Clock = std::chrono::steady_clock;

/// A log-in holds for all sessions that the process has with a token.
void log_in(RawSession& session, const std::string& pin) {
    REQUIRE(session.outcome() == CKR_OK);
    const auto logged_in = session.login(pin);
    REQUIRE((logged_in == CKR_OK || logged_in == CKR_USER_ALREADY_LOGGED_IN));
}

/// A thread's share. Never a Catch2 assertion: those are not for threads.
struct Signing {
    std::unique_ptr<RawSession> session;
    CK_OBJECT_HANDLE key;
    std::size_t signatures = 0;
    CK_RV last = CKR_OK;

    void run(CK_MECHANISM_TYPE mechanism, Clock::time_point end) {
        const RawSession::Octets digest(32, 0x5a);
        RawSession::Octets signature;
        while (last == CKR_OK && Clock::now() < end) {
            last = session->sign(key, digest, signature, mechanism);
            ++signatures;
        }
    }
};

std::vector<Signing> open_sessions(const RawKey& key, unsigned sessions) {
    std::vector<Signing> all;
    for (unsigned i = 0; i < sessions; ++i) {
        auto session = std::make_unique<RawSession>(key.module, key.label);
        log_in(*session, key.pin);
        const auto handle = session->private_key(key.id);
        REQUIRE(handle != CK_INVALID_HANDLE);
        all.push_back({std::move(session), handle});
    }
    return all;
}

}  // namespace

RawKey make_raw_p256(const std::string& module, const std::string& label, const std::string& pin,
                     const std::string& id) {
    RawSession session(module, label);
    log_in(session, pin);
    REQUIRE(session.make_p256(id) == CKR_OK);
    return {module, label, pin, id, CKM_ECDSA};
}

double raw_signatures_per_second(const RawKey& key, unsigned sessions,
                                 std::chrono::milliseconds time) {
    auto all = open_sessions(key, sessions);
    const auto start = Clock::now();
    std::vector<std::thread> threads;
    for (Signing& signing : all)
        threads.emplace_back([&] { signing.run(key.mechanism, start + time); });
    for (auto& thread : threads)
        thread.join();
    const std::chrono::duration<double> taken = Clock::now() - start;
    std::size_t signatures = 0;
    for (const Signing& signing : all) {
        REQUIRE(signing.last == CKR_OK);
        signatures += signing.signatures;
    }
    return static_cast<double>(signatures) / taken.count();
}

}  // namespace kaspar::bench
