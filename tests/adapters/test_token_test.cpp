// The test token itself (tests/token): what the tests of the token key store rely on.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <set>
#include <thread>

#include "tests/support/catch.h"
#include "tests/support/documented_errors.h"
#include "tests/support/raw_session.h"
#include "tests/support/soft_token.h"
#include "tests/support/token_trouble.h"
#include "tests/token/functions.h"
#include "tests/token/return_values.h"

namespace test_token_test {

using namespace kaspar;
using namespace kaspar::test;

namespace {

const std::string key_id = "\x01\x02";
const RawSession::Octets digest(32, 0x5a);

/// A process of its own, which ends with what `work` returns.
pid_t start(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::signal(SIGABRT, SIG_DFL);  // not the test framework's affair
        ::_exit(work());
    }
    return child;
}

/// Exit status, or 128 + signal.
int end_of(pid_t child) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// A token that is used through the test module.
struct TroubledToken {
    TroubledToken() {
        token.use();
        trouble.use();
    }
    SoftToken token;
    TokenTrouble trouble;
};

/// A session with it in this process, logged in.
struct Session : RawSession {
    explicit Session(const TroubledToken& of)
        : RawSession(TokenTrouble::module(), of.token.label()) {
        REQUIRE(outcome() == CKR_OK);
        REQUIRE(login(of.token.pin()) == CKR_OK);
    }
    ~Session() { finalize(); }

    Octets signature() {
        Octets made;
        REQUIRE(sign(private_key(key_id), digest, made) == CKR_OK);
        return made;
    }

    /// What the token says of a signature of its own.
    CK_RV verify(Octets signature) {
        CK_OBJECT_CLASS kind = CKO_PUBLIC_KEY;
        CK_ATTRIBUTE wanted{CKA_CLASS, &kind, sizeof kind};
        CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
        CK_ULONG count = 0;
        REQUIRE(module().C_FindObjectsInit(handle(), &wanted, 1) == CKR_OK);
        REQUIRE(module().C_FindObjects(handle(), &key, 1, &count) == CKR_OK);
        REQUIRE(module().C_FindObjectsFinal(handle()) == CKR_OK);
        CK_MECHANISM ecdsa{CKM_ECDSA, nullptr, 0};
        REQUIRE(module().C_VerifyInit(handle(), &ecdsa, key) == CKR_OK);
        Octets data = digest;
        return module().C_Verify(handle(), data.data(), data.size(), signature.data(),
                                 signature.size());
    }
};

/// Calls C_GetInfo so often and counts how often it returns what `seen` is.
int count_infos(const CK_FUNCTION_LIST& module, int calls, CK_RV seen) {
    int found = 0;
    for (int i = 0; i < calls; ++i) {
        CK_INFO info;
        found += module.C_GetInfo(&info) == seen;
    }
    return found;
}

template <typename... Arguments>
CK_RV call_with_nothing(CK_RV (*function)(Arguments...)) {
    return function(Arguments{}...);
}

}  // namespace

TEST_CASE("rules of the test token are understood or refused, never guessed at", "[token]") {
    const auto rules = parse_rules(
        "# comment\n\nC_Sign 3 error CKR_DEVICE_REMOVED  # why\n* 2-5 error 0x80000001\n"
        "C_Login 4+ after crash\nC_Sign * delay 2ms\nC_Sign 1 short\n");
    REQUIRE(rules.ok());
    REQUIRE(rules->size() == 5);
    CHECK((*rules)[0].function == function_number("C_Sign"));
    CHECK((*rules)[0].first == 3);
    CHECK((*rules)[0].last == 3);
    CHECK((*rules)[0].error == CKR_DEVICE_REMOVED);
    CHECK((*rules)[1].function == any_function);
    CHECK((*rules)[1].last == 5);
    CHECK((*rules)[1].error == 0x80000001);
    CHECK((*rules)[2].after);
    CHECK((*rules)[2].action == Action::crash);
    CHECK((*rules)[2].last > 1'000'000);
    CHECK((*rules)[3].delay == std::chrono::milliseconds(2));
    for (const char* wrong :
         {"C_Sing 1 crash", "C_Sign", "C_Sign 1", "C_Sign 0 crash", "C_Sign 5-3 crash",
          "C_Sign 3x crash", "C_Sign -3 crash", "C_Sign 1 explode", "C_Sign 1 error",
          "C_Sign 1 error CKR_NONSENSE", "C_Sign 1 error 0x", "C_Sign 1 after delay",
          "C_Sign 1 delay 2", "C_Sign 1 crash now", "C_Login 1 flip", "* 1 short"})
        CHECK_FALSE(parse_rules(wrong).ok());
}

TEST_CASE("the documented errors are known, each once", "[token]") {
    CHECK(documented_functions().size() == 21);
    for (const auto& function : documented_functions()) {
        CAPTURE(function);
        CHECK(function_number(function));
        std::set<std::string> seen;
        for (const auto& error : documented_errors(function)) {
            CAPTURE(error);
            CHECK(return_value(error));
            CHECK(seen.insert(error).second);
        }
        CHECK(seen.count("CKR_GENERAL_ERROR"));
    }
    CHECK(return_value_name(CKR_PIN_INCORRECT) == "CKR_PIN_INCORRECT");
    CHECK(return_value_name(0x80000001) == "0x80000001");
}

TEST_CASE("without rules, the test token forwards and counts", "[token]") {
    TroubledToken test;
    Session session(test);
    REQUIRE(session.make_p256(key_id) == CKR_OK);
    CHECK(session.verify(session.signature()) == CKR_OK);
    CHECK(test.trouble.calls("C_Initialize") == 1);
    CHECK(test.trouble.calls("C_Login") == 1);
    CHECK(test.trouble.calls("C_Sign") == 1);
    CHECK(test.trouble.calls("C_GetInfo") == 0);
    std::uint64_t sum = 0;
    for (const auto function : function_names)
        sum += test.trouble.calls(std::string(function));
    CHECK(test.trouble.calls("*") == sum);
}

TEST_CASE("every function of Cryptoki is counted under its name and can be made to fail",
          "[token]") {
    TroubledToken test;
    const auto& module = load_module(TokenTrouble::module());
    std::string rules;
    for (std::size_t i = 0; i < any_function; ++i)
        rules += fmt::format("{} 1 error {:#x}\n", function_names[i], 0x80000000 + i);
    test.trouble.rules(rules);
#define KASPAR_CALL(function)                                       \
    CHECK(call_with_nothing(module.function) ==                     \
          CKR_VENDOR_DEFINED + function_number(#function).value()); \
    CHECK(test.trouble.calls(#function) == 1);
    KASPAR_CRYPTOKI(KASPAR_CALL)
#undef KASPAR_CALL
    CHECK(test.trouble.calls("*") == any_function);
}

TEST_CASE("a call fails before its work or after it", "[token]") {
    TroubledToken test;
    Session session(test);
    test.trouble.rules(
        "C_GenerateKeyPair 1 error CKR_DEVICE_REMOVED\n"
        "C_GenerateKeyPair 2 after CKR_DEVICE_ERROR\n");
    CHECK(session.make_p256(key_id) == CKR_DEVICE_REMOVED);
    CHECK(session.private_key(key_id) == CK_INVALID_HANDLE);
    CHECK(session.make_p256(key_id) == CKR_DEVICE_ERROR);
    CHECK(session.private_key(key_id) != CK_INVALID_HANDLE);
    CHECK(test.token.objects().size() == 2);
}

TEST_CASE("signatures come damaged on order", "[token]") {
    TroubledToken test;
    Session session(test);
    REQUIRE(session.make_p256(key_id) == CKR_OK);
    test.trouble.rules("C_Sign 2 flip\nC_Sign 3 short\n");
    CHECK(session.verify(session.signature()) == CKR_OK);
    CHECK(session.verify(session.signature()) == CKR_SIGNATURE_INVALID);
    CHECK(session.signature().size() == 63);
    CHECK(session.verify(session.signature()) == CKR_OK);
}

TEST_CASE("delays add up and the first other rule counts", "[token]") {
    TroubledToken test;
    test.trouble.rules(
        "* * delay 20ms\nC_GetInfo 1 delay 30ms\nC_GetInfo 1 error CKR_PIN_EXPIRED\n"
        "C_GetInfo 1 crash\n");
    const auto& module = load_module(TokenTrouble::module());
    const auto start = std::chrono::steady_clock::now();
    CHECK(count_infos(module, 1, CKR_PIN_EXPIRED) == 1);
    CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(50));
}

TEST_CASE("a process crashes or is killed, before the work or after it", "[token]") {
    TroubledToken test;
    test.trouble.rules(
        "C_GenerateKeyPair 1 crash\nC_GenerateKeyPair 2 kill\n"
        "C_GenerateKeyPair 3 after kill\n");
    const auto make_key = [&] {
        return end_of(start([&] {
            Session session(test);
            return session.make_p256(key_id) == CKR_OK ? 0 : 1;
        }));
    };
    CHECK(make_key() == 128 + SIGABRT);
    CHECK(make_key() == 128 + SIGKILL);
    CHECK(test.token.objects().empty());
    CHECK(make_key() == 128 + SIGKILL);
    CHECK(test.token.objects().size() == 2);
    CHECK(test.trouble.calls("C_GenerateKeyPair") == 3);
}

TEST_CASE("a call hangs, but not beyond the test", "[token]") {
    auto trouble = std::make_unique<TokenTrouble>();
    trouble->use();
    trouble->rules("C_GetInfo 1 hang\n");
    const pid_t child = start([] {
        count_infos(load_module(TokenTrouble::module()), 1, CKR_OK);
        return 0;
    });
    while (trouble->calls("C_GetInfo") == 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK(::waitpid(child, nullptr, WNOHANG) == 0);
    trouble.reset();
    CHECK(end_of(child) == 1);
}

TEST_CASE("calls are counted over all processes and threads", "[token]") {
    TroubledToken test;
    test.trouble.rules("C_GetInfo 1200 error 0x80000001\n");
    const auto in_two_threads = [] {
        const auto& module = load_module(TokenTrouble::module());
        int found = 0;
        std::thread other([&] { found = count_infos(module, 500, 0x80000001); });
        const int ours = count_infos(module, 500, 0x80000001);
        other.join();
        return found + ours;
    };
    const pid_t first = start(in_two_threads), second = start(in_two_threads);
    CHECK(end_of(first) + end_of(second) == 1);
    CHECK(test.trouble.calls("C_GetInfo") == 2000);
}

TEST_CASE("rules change under a running process and the count begins anew", "[token]") {
    TroubledToken test;
    const pid_t child = start([] {
        const auto& module = load_module(TokenTrouble::module());
        CK_INFO info;
        for (CK_RV expected = 0x80000001; expected <= 0x80000032;) {
            const CK_RV got = module.C_GetInfo(&info);
            if (got == expected)
                ++expected;
            else if (got >= 0x80000000)
                return 1;
        }
        return 0;
    });
    // Each rule holds for one call only, long after the calls that were counted under others.
    for (unsigned i = 1; i <= 0x32; ++i) {
        test.trouble.rules(fmt::format("C_GetInfo 20 error {:#x}\n", 0x80000000 + i));
        while (test.trouble.calls("C_GetInfo") < 20)
            std::this_thread::yield();
    }
    CHECK(end_of(child) == 0);
}

TEST_CASE("rules may be written by hand", "[token]") {
    const auto until_it_is_seen = std::chrono::milliseconds(2);
    const TempFolder folder;
    ::setenv("KASPAR_TEST_TOKEN_FOLDER", folder.path().c_str(), 1);
    const auto& module = load_module(TokenTrouble::module());
    CHECK(count_infos(module, 1, CKR_DEVICE_ERROR) == 0);
    std::ofstream(folder / "rules") << "C_GetInfo 1 error CKR_DEVICE_ERROR\n";
    std::this_thread::sleep_for(until_it_is_seen);
    CHECK(count_infos(module, 2, CKR_DEVICE_ERROR) == 1);
    std::filesystem::remove(folder / "rules");
    std::this_thread::sleep_for(until_it_is_seen);
    CHECK(count_infos(module, 1, CKR_DEVICE_ERROR) == 0);
}

}  // namespace test_token_test
