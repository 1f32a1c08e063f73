// What is left of a token's speed by the way through workers: signatures per second by a token's
// key, against a raw loop over the module in this process with as many sessions.
#include <fmt/format.h>

#include <algorithm>

#include "common/keys/pace.h"
#include "common/system/file.h"
#include "common/tokens/token_key_store.h"
#include "common/values/encoding.h"
#include "tests/bench/bench.h"
#include "tests/bench/raw_token.h"
#include "tests/support/catch.h"
#include "tests/support/raw_session.h"
#include "tests/support/soft_token.h"
#include "tests/support/token_trouble.h"

using namespace kaspar;
using namespace kaspar::bench;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

constexpr int turns = 5;
constexpr auto length = 1500ms;
const std::string id(16, '\x42');

KeyStoreConfiguration configuration(const TempFolder& folder, const SoftToken& token,
                                    const std::string& module, unsigned sessions) {
    KeyStoreConfiguration store;
    store.type = "pkcs11";
    store.module = module;
    store.token.label = token.label();
    store.pin.file = folder / "pin";
    store.sessions = sessions;
    store.timeout = 10s;
    store.refused_pin = folder / "refused-pin";
    return store;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// Both in turns, so that what else the machine does hits both.
void compare(const RawKey& raw, const KeyStoreConfiguration& store, Figures& figures,
             const std::string& what) {
    const auto opened = open_key_store("hsm", store).value();
    const std::string locator = to_hex(as_bytes(id));
    const auto there = opened->find(locator, Algorithm::ecdsap256sha256).value();
    const auto key = opened->open(locator, there).value();
    REQUIRE(signatures_per_second(*key, 2, length).ok());  // the sessions log in
    std::vector<double> raws, ours, ratios;
    for (int turn = 0; turn < turns; ++turn) {
        raws.push_back(raw_signatures_per_second(raw, store.sessions, length));
        ours.push_back(signatures_per_second(*key, 2, length).value());
        ratios.push_back(ours.back() / raws.back());
    }
    figures.tell(what + ", raw", median(raws), "signatures/s");
    figures.tell(what + ", by workers", median(ours), "signatures/s");
    figures.reach(what + ", workers against raw", median(ratios), 0.95);
}

}  // namespace

TEST_CASE("token-throughput", "[bench]") {
    const TempFolder folder;
    const SoftToken token;
    TokenTrouble trouble;
    token.use();
    trouble.use();
    REQUIRE(write_file(folder / "pin", token.pin() + "\n", 0600).ok());
    Figures figures;
    RawKey raw = make_raw_p256(SoftToken::module_file, token.label(), token.pin(), id);
    for (const unsigned sessions : {1u, 2u})
        compare(raw, configuration(folder, token, SoftToken::module_file, sessions), figures,
                fmt::format("SoftHSM, {} session{}", sessions, sessions == 1 ? "" : "s"));
    RawSession(SoftToken::module_file, token.label()).finalize();

    trouble.rules("C_Sign * delay 2ms\n");
    const auto slow = TokenTrouble::module();
    {
        RawSession session(slow, token.label());
        REQUIRE(session.login(token.pin()) == 0);
        raw.module = slow;
        compare(raw, configuration(folder, token, slow, 16), figures,
                "a token of 2 ms a signature, 16 sessions");
        session.finalize();
    }
    figures.show();
}
