#include "common/values/digest.h"

#include <thread>

#include "common/values/encoding.h"
#include "tests/support/catch.h"

namespace digest_test {

using namespace kaspar;

TEST_CASE("digests are as in FIPS 180-4", "[digest]") {
    const auto abc = as_bytes("abc");
    CHECK(to_hex(sha1(abc)) == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(to_hex(sha256(abc)) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(sha384(abc)) ==
          "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
          "8086072ba1e7cc2358baeca134c825a7");
    CHECK(to_hex(sha512(abc)).substr(0, 32) == "ddaf35a193617abacc417349ae204131");
    CHECK(to_hex(sha1({})) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST_CASE("a digest leaves nothing behind for the next, in any thread", "[digest]") {
    const auto first = sha256(as_bytes("abc"));
    sha256(as_bytes("something else"));
    CHECK(sha256(as_bytes("abc")) == first);
    Bytes other;
    std::thread([&] { other = sha256(as_bytes("abc")); }).join();
    CHECK(other == first);
}

TEST_CASE("a digest of pieces is that of the whole", "[digest]") {
    const std::string_view text = "octets that come one piece after the other";
    auto d256 = Digest::sha256(), d384 = Digest::sha384(), d512 = Digest::sha512();
    for (int round = 0; round < 2; ++round) {  // it starts anew after the first
        for (std::size_t at = 0; at < text.size(); at += 5)
            for (auto* digest : {&d256, &d384, &d512})
                digest->add(as_bytes(text.substr(at, 5)));
        CHECK(d256.finish() == sha256(as_bytes(text)));
        CHECK(d384.finish() == sha384(as_bytes(text)));
        CHECK(d512.finish() == sha512(as_bytes(text)));
    }
}

}  // namespace digest_test
