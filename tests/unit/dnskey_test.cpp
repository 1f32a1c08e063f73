#include "common/values/dnskey.h"

#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "tests/support/catch.h"

namespace dnskey_test {

using namespace kaspar;

namespace {

Dnskey dnskey(std::uint16_t flags, Algorithm algorithm, std::string_view base64) {
    return {flags, {algorithm, from_base64(base64).value()}};
}

std::string ds_text(std::string_view owner, const Dnskey& key, DigestType type) {
    return make_ds(Name::from_text(owner).value(), key, type).text();
}

/// dskey.example.com of RFC 4034 §5.4 and RFC 4509 §2.3.
const Dnskey rsa_key = dnskey(256, Algorithm::rsasha1,
                              "AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/"
                              "2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvx"
                              "egXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9Xzc"
                              "nOf+EPbtG9DMBmADjFDc2w/rljwvFw==");

/// example.net of RFC 6605 §6.1 and §6.2.
const Dnskey p256_key = dnskey(257, Algorithm::ecdsap256sha256,
                               "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edb"
                               "krSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==");
const Dnskey p384_key = dnskey(257, Algorithm::ecdsap384sha384,
                               "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1"
                               "w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8"
                               "/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40");

/// example.com of RFC 8080 §6.1 and §6.2.
const Dnskey ed25519_key =
    dnskey(257, Algorithm::ed25519, "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=");
const Dnskey ed448_key =
    dnskey(257, Algorithm::ed448,
           "3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA");

}  // namespace

TEST_CASE("the DS records of RFC 4034 and RFC 4509 come out of their DNSKEY", "[dnskey]") {
    CHECK(rsa_key.tag() == 60485);
    CHECK(ds_text("dskey.example.com", rsa_key, DigestType::sha1) ==
          "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118");
    CHECK(ds_text("dskey.example.com", rsa_key, DigestType::sha256) ==
          "60485 5 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A");
}

TEST_CASE("the DS records of RFC 6605 come out of their DNSKEY", "[dnskey]") {
    CHECK(ds_text("example.net", p256_key, DigestType::sha256) ==
          "55648 13 2 B4C8C1FE2E7477127B27115656AD6256F424625BF5C1E2770CE6D6E37DF61D17");
    CHECK(ds_text("example.net", p384_key, DigestType::sha384) ==
          "10771 14 4 "
          "72D7B62976CE06438E9C0BF319013CF801F09ECC84B8D7E9495F27E305C6A9B0563A9B5F4D288405"
          "C3008A946DF983D6");
}

TEST_CASE("the DS records of RFC 8080 come out of their DNSKEY", "[dnskey]") {
    CHECK(ds_text("example.com", ed25519_key, DigestType::sha256) ==
          "3613 15 2 3AA5AB37EFCE57F737FC1627013FEE07BDF241BD10F3B1964AB55C78E79A304B");
    CHECK(ds_text("example.com", ed448_key, DigestType::sha256) ==
          "9713 16 2 6CCF18D5BC5D7FC2FCEB1D59D17321402F2AA8D368048DB93DD811F5CB2B19C7");
}

TEST_CASE("a DS does not depend on the case of the owner", "[dnskey]") {
    CHECK(ds_text("EXAMPLE.Net", p256_key, DigestType::sha256) ==
          ds_text("example.net", p256_key, DigestType::sha256));
}

TEST_CASE("a DS has its wire form", "[dnskey]") {
    CHECK(Ds{0x1234, 13, 2, {0xab, 0xcd}}.rdata() == Bytes{0x12, 0x34, 13, 2, 0xab, 0xcd});
    CHECK(Ds{0, 0, 0, {0}}.text() == "0 0 0 00");  // RFC 8078 §4
}

TEST_CASE("DNSKEY RDATA is read back as it was written", "[dnskey]") {
    const auto rdata = ed25519_key.rdata();
    CHECK(rdata.size() == 4 + 32);
    CHECK(Bytes(rdata.begin(), rdata.begin() + 4) == Bytes{1, 1, 3, 15});
    CHECK(Dnskey::from_rdata(rdata).value() == ed25519_key);
    CHECK(ed25519_key.text() == "257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=");
    CHECK(ed25519_key.is_sep());
    CHECK_FALSE(rsa_key.is_sep());
}

TEST_CASE("RDATA that is no DNSKEY of ours is refused", "[dnskey]") {
    for (const auto& rdata : {Bytes{}, Bytes{1, 1, 3, 15}, Bytes{1, 1, 2, 15, 1},
                              Bytes{1, 1, 3, 1, 1}, Bytes{0, 0, 3, 0, 0}}) {
        const auto refused = Dnskey::from_rdata(rdata);
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.fault().kind == FaultClass::input);
    }
}

TEST_CASE("revoking a key changes its tag and not its fingerprint", "[dnskey]") {
    auto revoked = p256_key;
    revoked.flags |= flag_revoke;
    CHECK(revoked.tag() == p256_key.revoked_tag());
    CHECK(revoked.tag() != p256_key.tag());
    CHECK(revoked.key.fingerprint() == p256_key.key.fingerprint());
}

TEST_CASE("the carry of a key tag is added once", "[dnskey]") {
    CHECK(key_tag(Bytes{0xff, 0xff, 0x00, 0x01}) == 1);
    CHECK(key_tag(Bytes{0x01}) == 0x0100);
    CHECK(key_tag(Bytes{}) == 0);
}

TEST_CASE("a fingerprint names algorithm and key", "[dnskey]") {
    const PublicKey key{Algorithm::ed25519, {1, 2, 3}};
    CHECK(key.fingerprint() == to_hex(sha256(Bytes{15, 1, 2, 3})).substr(0, 32));
    CHECK(PublicKey{Algorithm::ed448, {1, 2, 3}}.fingerprint() != key.fingerprint());
}

TEST_CASE("a key's size is its modulus or its curve", "[dnskey]") {
    CHECK(rsa_key.key.bits() == 1024);
    CHECK(p256_key.key.bits() == 256);
    CHECK(p384_key.key.bits() == 384);
    CHECK(ed25519_key.key.bits() == 256);
    CHECK(ed448_key.key.bits() == 456);
}

TEST_CASE("an RSA modulus is found behind either form of exponent length", "[dnskey]") {
    const auto bits = [](Bytes octets) { return PublicKey{Algorithm::rsasha256, octets}.bits(); };
    CHECK(bits({1, 3, 0x80, 0}) == 16);
    CHECK(bits({1, 3, 0x00, 0x01, 0xff}) == 9);
    CHECK(bits({0, 0, 2, 1, 1, 0x80, 0}) == 16);
    CHECK(bits({}) == 0);
    CHECK(bits({1}) == 0);
    CHECK(bits({1, 3}) == 0);
    CHECK(bits({0, 0, 0, 1}) == 0);
    CHECK(bits({0, 0}) == 0);
    CHECK(bits({200, 3, 1}) == 0);
}

}  // namespace dnskey_test
