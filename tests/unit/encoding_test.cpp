#include "common/values/encoding.h"

#include "tests/support/catch.h"

namespace encoding_test {

using namespace kaspar;

namespace {

Bytes octets(std::string_view text) {
    const auto view = as_bytes(text);
    return {view.begin(), view.end()};
}

std::optional<Bytes> from_base64_fast(std::string_view text) {
    Bytes out{42};  // what is there stays
    if (!append_from_base64(text, out))
        return std::nullopt;
    REQUIRE(out.front() == 42);
    return Bytes(out.begin() + 1, out.end());
}

}  // namespace

TEST_CASE("base64 is as in RFC 4648 §10", "[encoding]") {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : vectors) {
        CHECK(to_base64(as_bytes(plain)) == encoded);
        CHECK(from_base64(encoded) == octets(plain));
        CHECK(from_base64_fast(encoded) == octets(plain));
    }
}

TEST_CASE("base64 has one text for each value", "[encoding]") {
    for (const auto* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Zm9v=", "Zm 9v", "Zm9v\n", "Zm9!",
                             "====", "Zg==Zg==", "Z"}) {
        INFO(text);
        CHECK_FALSE(from_base64(text));
        CHECK_FALSE(from_base64_fast(text));
    }
}

TEST_CASE("base64 of octets of every value and every length is read both ways", "[encoding]") {
    Bytes all;
    for (int i = 0; i < 768; ++i) {
        const auto text = to_base64(all);
        CHECK(from_base64(text) == all);
        CHECK(from_base64_fast(text) == all);
        all.push_back(static_cast<std::uint8_t>(i * 167));
    }
    const auto text = to_base64(all);
    for (int octet = 0; octet < 256; ++octet) {
        auto other = text;
        other[100] = static_cast<char>(octet);
        CHECK(from_base64_fast(other) == from_base64(other));
    }
}

TEST_CASE("hexadecimal is read in any case and written in lower case", "[encoding]") {
    CHECK(to_hex(as_bytes("foobar")) == "666f6f626172");
    CHECK(from_hex("666F6f626172") == octets("foobar"));
    CHECK(from_hex("") == Bytes{});
    for (const auto* text : {"6", "666", "6g", "66 6f", "0x66", "66\n"}) {
        INFO(text);
        CHECK_FALSE(from_hex(text));
    }
}

TEST_CASE("base32hex is as in RFC 4648 §10, without padding", "[encoding]") {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "co"},
                                                           {"fo", "cpng"},
                                                           {"foo", "cpnmu"},
                                                           {"foob", "cpnmuog"},
                                                           {"fooba", "cpnmuoj1"},
                                                           {"foobar", "cpnmuoj1e8"}};
    for (const auto& [plain, encoded] : vectors) {
        CHECK(to_base32hex(as_bytes(plain)) == encoded);
        CHECK(from_base32hex(encoded) == octets(plain));
    }
    CHECK(from_base32hex("CPNMUOJ1E8") == octets("foobar"));
}

TEST_CASE("base32hex reads the hash of RFC 5155 appendix A", "[encoding]") {
    const auto* text = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom";
    const auto hash = from_base32hex(text);
    REQUIRE(hash);
    CHECK(hash->size() == 20);
    CHECK(to_base32hex(*hash) == text);
}

TEST_CASE("what no base32hex encoder writes is refused", "[encoding]") {
    for (const auto* text :
         {"c", "cpn", "cpnmuo", "cp", "co======", "cw", "c o", "cpng1", "co\n"}) {
        INFO(text);
        CHECK_FALSE(from_base32hex(text));
    }
}

TEST_CASE("every length and octet survives each encoding", "[encoding]") {
    Bytes sample;
    for (unsigned i = 0; i < 300; ++i) {
        CHECK(from_base64(to_base64(sample)) == sample);
        CHECK(from_hex(to_hex(sample)) == sample);
        CHECK(from_base32hex(to_base32hex(sample)) == sample);
        sample.push_back(static_cast<std::uint8_t>(i * 37));
    }
}

TEST_CASE("what is appended is what is given as a string", "[encoding]") {
    Bytes octets;
    for (unsigned size = 0; size < 300; ++size) {
        std::string base64 = "x", hex = "x", base32 = "x";
        append_base64(base64, octets);
        append_upper_hex(hex, octets);
        append_base32hex(base32, octets);
        CHECK(base64 == "x" + to_base64(octets));
        CHECK(base32 == "x" + to_base32hex(octets));
        CHECK(from_hex(hex.substr(1)) == octets);
        CHECK(hex.find_first_of("abcdef") == hex.npos);
        octets.push_back(static_cast<std::uint8_t>(size * 37));
    }
}

}  // namespace encoding_test
