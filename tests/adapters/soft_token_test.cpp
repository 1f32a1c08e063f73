// The SoftHSM tokens of the tests: independent, copied, gone and back.
#include "tests/support/soft_token.h"

#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/raw_session.h"

namespace soft_token_test {

using namespace kaspar;
using namespace kaspar::test;

namespace {

const std::string key_id = "\x01\x02";
const RawSession::Octets digest(32, 0x5a);

/// A session in this process; the module forgets everything when it ends.
struct Session : RawSession {
    explicit Session(const SoftToken& token) : Session(token, token.label()) {}
    Session(const SoftToken& token, const std::string& label)
        : RawSession((token.use(), SoftToken::module_file), label) {}
    ~Session() { finalize(); }
};

std::vector<TokenObject> key_pair() {
    return {{"Private Key", "", "0102"}, {"Public Key", "", "0102"}};
}

void make_key(const SoftToken& token) {
    Session session(token);
    REQUIRE(session.outcome() == CKR_OK);
    REQUIRE(session.login(token.pin()) == CKR_OK);
    REQUIRE(session.make_p256(key_id) == CKR_OK);
}

}  // namespace

TEST_CASE("tokens of the tests know nothing of each other", "[token]") {
    const SoftToken one, other;
    CHECK(one.serial() != other.serial());
    make_key(one);
    CHECK(one.objects() == key_pair());
    CHECK(other.objects().empty());
}

TEST_CASE("one SoftHSM configuration has several tokens", "[token]") {
    SoftToken tokens("first", "111111");
    tokens.add("second", "222222");
    CHECK(Session(tokens, "third").outcome() == CKR_TOKEN_NOT_PRESENT);
    CHECK(Session(tokens, "first").login("111111") == CKR_OK);
    CHECK(Session(tokens, "second").login("111111") == CKR_PIN_INCORRECT);
    CHECK(Session(tokens, "second").login(tokens.pin("second")) == CKR_OK);
}

TEST_CASE("a clone has the same keys and goes its own way", "[token]") {
    SoftToken token("one");
    make_key(token);
    const SoftToken elsewhere = token.clone();
    token.add_clone("two");
    CHECK(elsewhere.label() == "one");
    CHECK(elsewhere.objects() == key_pair());
    CHECK(token.objects("two") == key_pair());
    const auto public_point = [](const SoftToken& of, const std::string& label) {
        return run({.arguments = {"pkcs11-tool", "--module", SoftToken::module_file,
                                  "--token-label", label, "--read-object", "--type", "pubkey",
                                  "--id", "0102"},
                    .environment = of.environment()})
            .output;
    };
    CHECK(public_point(token, "one").size() > 64);
    CHECK(public_point(token, "one") == public_point(token, "two"));
    CHECK(public_point(token, "one") == public_point(elsewhere, "one"));
    Session session(elsewhere);
    REQUIRE(session.login(elsewhere.pin()) == CKR_OK);
    REQUIRE(session.module().C_DestroyObject(session.handle(), session.private_key(key_id)) ==
            CKR_OK);
    CHECK(elsewhere.objects().size() == 1);
    CHECK(token.objects() == key_pair());
}

TEST_CASE("two tokens may have the same label", "[token]") {
    SoftToken token;
    token.add_clone(token.label());
    CHECK(Session(token).outcome() == CKR_TOKEN_NOT_PRESENT);
}

TEST_CASE("a token vanishes and comes back", "[token]") {
    SoftToken token;
    make_key(token);
    token.remove();
    CHECK(Session(token).outcome() == CKR_TOKEN_NOT_PRESENT);
    token.put_back();
    CHECK(token.objects() == key_pair());
}

TEST_CASE("a PIN is changed by somebody else", "[token]") {
    SoftToken token("kaspar", "111111");
    token.set_pin("222222");
    CHECK(token.pin() == "222222");
    CHECK(Session(token).login("111111") == CKR_PIN_INCORRECT);
    CHECK(Session(token).login("222222") == CKR_OK);
    CHECK(SoftToken("kaspar", "111111").pin() == "111111");
}

}  // namespace soft_token_test
