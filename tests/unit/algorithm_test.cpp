#include "common/values/algorithm.h"

#include "tests/support/catch.h"

namespace algorithm_test {

using namespace kaspar;

TEST_CASE("an algorithm is found by mnemonic in any case and by number", "[algorithm]") {
    CHECK(algorithm_from_text("ecdsap256sha256") == Algorithm::ecdsap256sha256);
    CHECK(algorithm_from_text("ECDSAP256SHA256") == Algorithm::ecdsap256sha256);
    CHECK(algorithm_from_text("13") == Algorithm::ecdsap256sha256);
    CHECK(algorithm_from_number(16) == Algorithm::ed448);
    for (const auto& row : algorithms()) {
        CHECK(algorithm_from_text(row.mnemonic) == row.number);
        CHECK(algorithm_from_number(std::uint8_t(row.number)) == row.number);
        CHECK(&facts(row.number) == &row);
    }
}

TEST_CASE("unknown algorithms are not found", "[algorithm]") {
    for (const auto* text : {"", "rsa", "12", "13 ", "269", "-13", "+13", "0x0d", "dsa", "1"})
        CHECK_FALSE(algorithm_from_text(text));
    for (const int number : {0, 1, 3, 6, 12, 17, 252, 253, 255})
        CHECK_FALSE(algorithm_from_number(static_cast<std::uint8_t>(number)));
}

TEST_CASE("SHA-1 is refused for signing and delegation (RFC 9905)", "[algorithm]") {
    CHECK(facts(Algorithm::rsasha1).use == UseForSigning::refused);
    CHECK(facts(Algorithm::rsasha1_nsec3).use == UseForSigning::refused);
    CHECK(facts(DigestType::sha1).use == UseForSigning::refused);
}

TEST_CASE("algorithms have the use that the IANA registry gives them (RFC 9904)", "[algorithm]") {
    CHECK(facts(Algorithm::rsasha256).use == UseForSigning::recommended);
    CHECK(facts(Algorithm::rsasha512).use == UseForSigning::discouraged);
    CHECK(facts(Algorithm::ecdsap256sha256).use == UseForSigning::recommended);
    CHECK(facts(Algorithm::ecdsap384sha384).use == UseForSigning::allowed);
    CHECK(facts(Algorithm::ed25519).use == UseForSigning::recommended);
    CHECK(facts(Algorithm::ed448).use == UseForSigning::allowed);
    CHECK(facts(DigestType::sha256).use == UseForSigning::recommended);
    CHECK(facts(DigestType::sha384).use == UseForSigning::allowed);
}

TEST_CASE("only RSASHA1 cannot go with NSEC3 (RFC 5155 §2)", "[algorithm]") {
    for (const auto& row : algorithms())
        CHECK(row.nsec3 == (row.number != Algorithm::rsasha1));
}

TEST_CASE("RSA keys have 2048 bits unless told otherwise, and never fewer", "[algorithm]") {
    for (const auto& row : algorithms()) {
        CHECK((row.least_bits <= row.default_bits && row.default_bits <= row.most_bits));
        CHECK(row.rsa == (row.fixed_signature_size == 0));
        if (row.rsa)
            CHECK((row.default_bits == 2048 && row.least_bits == 2048));
        else
            CHECK(row.least_bits == row.most_bits);
    }
}

TEST_CASE("a digest type is found by name and number", "[algorithm]") {
    for (const auto* text : {"sha256", "SHA256", "SHA-256", "2"})
        CHECK(digest_type_from_text(text) == DigestType::sha256);
    CHECK(digest_type_from_number(4) == DigestType::sha384);
    CHECK_FALSE(digest_type_from_number(3));
    for (const auto* text : {"", "3", "sha", "sha-", "gost", "sha-512"})
        CHECK_FALSE(digest_type_from_text(text));
}

}  // namespace algorithm_test
