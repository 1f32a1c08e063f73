#include "common/keys/key_store.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "common/keys/engines.h"
#include "common/keys/file_key_store.h"
#include "common/keys/key_file.h"
#include "common/system/file.h"
#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/temp_folder.h"

namespace key_store_test {

using namespace kaspar;

namespace {

const std::string locator = "00112233445566778899aabbccddeeff";
const std::string other_locator = "ffeeddccbbaa99887766554433221100";
const KeyShape p256{Algorithm::ecdsap256sha256, 256};
const KeyOwner owner{"example.com", "zsk"};
const BytesView message = as_bytes("what is signed");

/// A folder with a key store in it, as `kaspar init` would make it.
struct Place {
    Place() {
        std::filesystem::create_directory(keys);
        chmod(keys.c_str(), 0700);
        write_passphrase("correct horse battery staple");
    }

    void write_passphrase(std::string_view text) const {
        REQUIRE(write_file(passphrase, std::string(text) + "\n", 0600).ok());
    }

    Result<std::unique_ptr<KeyStore>> try_store() const {
        KeyStoreConfiguration configuration;
        configuration.type = "files";
        configuration.directory = keys;
        configuration.passphrase.file = passphrase;
        return open_key_store("local", configuration);
    }

    std::unique_ptr<KeyStore> store() const { return try_store().value(); }
    Path file(const std::string& of = locator) const { return keys / (of + ".p8"); }

    test::TempFolder folder;
    Path keys = folder.path() / "keys";
    Path passphrase = folder.path() / "passphrase";
};

std::string text_of(const Path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Puts `text` where a file is, in place and whatever it is.
void overwrite(const Path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

unsigned mode_of(const Path& path) {
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

bool says(const Fault& fault, std::string_view words) {
    UNSCOPED_INFO(fault.words);
    return fault.words.find(words) != std::string::npos;
}

/// The fault of a result that must have one.
template <typename T>
Fault fault_of(const Result<T>& result) {
    REQUIRE_FALSE(result.ok());
    return result.fault();
}

}  // namespace

TEST_CASE("a key of every algorithm is made, found, opened and signs", "[key_store]") {
    const Place place;
    int number = 10;
    for (const auto algorithm :
         {Algorithm::rsasha256, Algorithm::rsasha512, Algorithm::ecdsap256sha256,
          Algorithm::ecdsap384sha384, Algorithm::ed25519, Algorithm::ed448}) {
        INFO(facts(algorithm).mnemonic);
        const std::string here = locator.substr(2) + std::to_string(number++);
        const unsigned bits = facts(algorithm).default_bits;
        const PublicKey made = place.store()->generate(here, {algorithm, bits}, owner).value();
        CHECK(made.algorithm == algorithm);
        CHECK(made.bits() == bits);

        const auto store = place.store();  // reads everything from the folder again
        CHECK(store->find(here, algorithm).value() == made);
        const auto key = store->open(here, made).value();
        CHECK(key->public_key() == made);
        CHECK(make_verifier(made).value()->verify(message, key->sign(message).value()));
        CHECK(prove_possession(*key, made).ok());
    }
    CHECK(place.store()->list().value().size() == 6);
}

TEST_CASE("key files are closed to others and are never overwritten", "[key_store]") {
    const Place place;
    const PublicKey made = place.store()->generate(locator, p256, owner).value();
    CHECK(mode_of(place.file()) == 0600);
    const Fault fault = fault_of(place.store()->generate(locator, p256, owner));
    CHECK(fault.kind == FaultClass::refused);
    CHECK(says(fault, place.file().string()));
    CHECK(place.store()->find(locator, p256.algorithm).value() == made);
}

TEST_CASE("a group of readers may read a store's folder and files, and nothing wider is taken",
          "[key_store]") {
    const Place place;
    KeyStoreConfiguration configuration;
    configuration.type = "files";
    configuration.directory = place.keys;
    configuration.passphrase.file = place.passphrase;
    configuration.group = getgrgid(getegid())->gr_name;
    chmod(place.keys.c_str(), 02750);
    const auto store = open_key_store("local", configuration).value();
    const PublicKey made = store->generate(locator, p256, owner).value();
    CHECK(mode_of(place.file()) == 0640);
    CHECK(store->find(locator, p256.algorithm).value() == made);
    CHECK(says(fault_of(place.try_store()), "chmod 700"));
    for (const unsigned wider : {0660u, 0644u, 0641u}) {
        chmod(place.file().c_str(), wider);
        CHECK(says(fault_of(store->find(locator, p256.algorithm)), "chmod 640"));
    }
    chmod(place.file().c_str(), 0640);
    for (const unsigned wider : {02770u, 02755u}) {
        chmod(place.keys.c_str(), wider);
        CHECK(says(fault_of(store->list()), "chmod 2750"));
    }
    configuration.group = "no-such-group";
    CHECK(says(fault_of(open_key_store("local", configuration)), "groupadd"));
}

TEST_CASE("the openssl command reads a key file", "[key_store]") {
    const Place place;
    for (const auto& [here, shape] :
         {std::pair{locator, p256}, std::pair{other_locator, KeyShape{Algorithm::ed448, 456}}}) {
        const PublicKey made = place.store()->generate(here, shape, owner).value();
        const std::string output =
            test::run({{"openssl", "pkey", "-noout", "-text_pub", "-in", place.file(here),
                        "-passin", "file:" + place.passphrase.string()}})
                .output;
        INFO(output);
        // The last octet of the key ends the last line of hexadecimal digits.
        const std::string last = ":" + to_hex(BytesView(made.octets).last(1)) + "\n";
        CHECK(output.find("Public-Key:") != std::string::npos);
        CHECK(output.find(last) != std::string::npos);
    }
    const std::string structure = test::run({{"openssl", "asn1parse", "-in", place.file()}}).output;
    for (const char* part : {"PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc"})
        CHECK(structure.find(part) != std::string::npos);
}

TEST_CASE("a key file holds neither the private key nor the passphrase in clear",
          "[attack][key_store]") {
    const Place place;
    const Secret passphrase("correct horse battery staple");
    const PrivateKey key = generate_private_key({Algorithm::ed25519, 256}).value();
    const std::string text = write_key_file(key, passphrase).value();
    CHECK(read_key_file(text, passphrase).value().public_half == key.public_half);
    CHECK(text.find(passphrase.text()) == std::string::npos);
    CHECK(text != write_key_file(key, passphrase).value());  // salted anew
    CHECK(text.find("BEGIN ENCRYPTED PRIVATE KEY") != std::string::npos);
}

TEST_CASE("a missing key is a fault and makes no new one", "[key_store]") {
    const Place place;
    const PublicKey made = place.store()->generate(locator, p256, owner).value();
    REQUIRE(std::filesystem::remove(place.file()));
    for (const Fault& fault : {fault_of(place.store()->find(locator, p256.algorithm)),
                               fault_of(place.store()->open(locator, made))}) {
        CHECK(fault.kind == FaultClass::absent);
        CHECK(says(fault, "key store local"));
        CHECK(says(fault, place.file().string()));
        CHECK(says(fault, "backup"));
    }
    CHECK(std::filesystem::is_empty(place.keys));
}

TEST_CASE("a wrong passphrase is told as such, and not what it is", "[key_store]") {
    const Place place;
    const PublicKey made = place.store()->generate(locator, p256, owner).value();
    place.write_passphrase("Tr0ub4dor&3");
    const Fault fault = fault_of(place.store()->open(locator, made));
    CHECK(fault.kind == FaultClass::key);
    CHECK(says(fault, "wrong passphrase"));
    CHECK(says(fault, place.file().string()));
    CHECK_FALSE(says(fault, "Tr0ub4dor"));
    CHECK_FALSE(says(fault, "correct horse"));
}

TEST_CASE("no wrong passphrase opens a key", "[key_store]") {
    // CBC padding comes out right by chance once in 256.
    const Secret right("right");
    const PrivateKey key = generate_private_key({Algorithm::ed25519, 256}).value();
    const Bytes sealed = encrypt_private_key(key, right, 1).value();
    for (int i = 0; i < 2000; ++i)
        REQUIRE_FALSE(
            decrypt_private_key(Algorithm::ed25519, sealed, Secret(std::to_string(i))).ok());
    CHECK(decrypt_private_key(Algorithm::ed25519, sealed, right).ok());
}

TEST_CASE("a key file that is damaged anywhere opens as no key", "[attack][key_store]") {
    const Place place;
    const PublicKey made =
        place.store()->generate(locator, {Algorithm::ed25519, 256}, owner).value();
    const auto store = place.store();
    const std::string text = text_of(place.file());
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const char bit : {'\x01', '\x20'}) {
            std::string damaged = text;
            damaged[at] = static_cast<char>(damaged[at] ^ bit);
            overwrite(place.file(), damaged);
            const auto found = store->find(locator, Algorithm::ed25519);
            INFO(at);
            REQUIRE_FALSE(found.ok());
            REQUIRE(found.fault().kind == FaultClass::key);
        }
        overwrite(place.file(), text.substr(0, at));
        REQUIRE_FALSE(store->find(locator, Algorithm::ed25519).ok());
    }
    for (const char* garbage : {"\n", "x", "-----BEGIN PRIVATE KEY-----\n"}) {
        overwrite(place.file(), text + garbage);
        CHECK(says(fault_of(store->find(locator, Algorithm::ed25519)), "damaged"));
    }
    overwrite(place.file(), text);
    CHECK(store->find(locator, Algorithm::ed25519).value() == made);
}

TEST_CASE("a key file that names another algorithm or key is refused even if its digest is right",
          "[key_store]") {
    const Secret passphrase("right");
    const PrivateKey key = generate_private_key(p256).value();
    const std::string text = write_key_file(key, passphrase).value();
    const auto altered = [&](const std::string& from, const std::string& to) {
        std::string lines = text.substr(text.find('\n') + 1);
        lines.replace(lines.find(from), from.size(), to);
        return text.substr(0, text.find(':') + 2) + to_hex(sha256(as_bytes(lines))) + "\n" + lines;
    };
    const std::string fingerprint = key.public_half.fingerprint();
    CHECK(read_key_file(altered("Algorithm", "Algorithm"), passphrase).ok());
    for (const auto& [from, to] : {std::pair<std::string, std::string>{fingerprint, other_locator},
                                   {"ecdsap256sha256", "ecdsap384sha384"},
                                   {"ecdsap256sha256", "abacus"},
                                   {"Fingerprint", "Finger"},
                                   {"ENCRYPTED PRIVATE KEY", "PRIVATE KEY"}}) {
        INFO(to);
        const Fault fault = fault_of(read_key_file(altered(from, to), passphrase));
        CHECK(fault.kind == FaultClass::key);
    }
}

TEST_CASE("ciphertext that is damaged anywhere gives no key that proves itself the right one",
          "[attack][key_store]") {
    const Secret passphrase("right");
    const PrivateKey key = generate_private_key(p256).value();
    const Bytes sealed = encrypt_private_key(key, passphrase, 1).value();
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        Bytes damaged = sealed;
        damaged[at] ^= 0x04;
        const auto opened = decrypt_private_key(p256.algorithm, damaged, passphrase);
        if (!opened.ok())
            continue;
        // What proves itself is the same private key; only the header before it may have changed.
        const auto signer = make_signing_key(*opened);
        if (signer.ok() && prove_possession(**signer, key.public_half).ok())
            CHECK(opened->pkcs8.text().substr(16) == key.pkcs8.text().substr(16));
    }
}

TEST_CASE("another key than the one on record is refused with both fingerprints", "[key_store]") {
    const Place place;
    const auto store = place.store();
    const PublicKey one = store->generate(locator, p256, owner).value();
    const PublicKey two = store->generate(other_locator, p256, owner).value();
    CHECK(store->open(locator, one).ok());
    const Fault fault = fault_of(store->open(locator, two));
    CHECK(fault.kind == FaultClass::key);
    CHECK(says(fault, one.fingerprint()));
    CHECK(says(fault, two.fingerprint()));
    CHECK(says(fault, place.file().string()));
}

TEST_CASE("a folder that is open to others is refused with the remedy", "[attack][key_store]") {
    const Place place;
    const auto store = place.store();
    REQUIRE(store->generate(locator, p256, owner).ok());
    for (const unsigned mode : {0750U, 0705U, 0701U, 0720U}) {
        chmod(place.keys.c_str(), mode);
        const Fault fault = fault_of(place.try_store());
        CHECK(fault.kind == FaultClass::key);
        CHECK(says(fault, "chmod 700 '" + place.keys.string() + "'"));
        CHECK_FALSE(store->find(locator, p256.algorithm).ok());
        CHECK_FALSE(store->generate(other_locator, p256, owner).ok());
        CHECK_FALSE(store->destroy(locator).ok());
        CHECK_FALSE(store->list().ok());
    }
    chmod(place.keys.c_str(), 0700);
    CHECK(store->list().value().size() == 1);
}

TEST_CASE("a key file that is open to others is refused with the remedy", "[attack][key_store]") {
    const Place place;
    REQUIRE(place.store()->generate(locator, p256, owner).ok());
    for (const unsigned mode : {0640U, 0604U, 0660U}) {
        chmod(place.file().c_str(), mode);
        const Fault fault = fault_of(place.store()->find(locator, p256.algorithm));
        CHECK(fault.kind == FaultClass::key);
        CHECK(says(fault, "chmod 600 '" + place.file().string() + "'"));
    }
    chmod(place.file().c_str(), 0400);
    CHECK(place.store()->find(locator, p256.algorithm).ok());
}

TEST_CASE("keys of another user are refused", "[attack][key_store]") {
    if (geteuid() != 0)
        return;  // only root can give files away
    const Place place;
    REQUIRE(place.store()->generate(locator, p256, owner).ok());
    REQUIRE(chown(place.file().c_str(), 12345, 12345) == 0);
    CHECK(says(fault_of(place.store()->find(locator, p256.algorithm)), "belongs to user 12345"));
    REQUIRE(chown(place.keys.c_str(), 12345, 12345) == 0);
    CHECK(says(fault_of(place.try_store()), "belongs to user 12345"));
}

TEST_CASE("a missing folder is a fault that names it, and is not made", "[key_store]") {
    const Place place;
    std::filesystem::remove_all(place.keys);
    const Fault fault = fault_of(place.try_store());
    CHECK(fault.kind == FaultClass::absent);
    CHECK(says(fault, "key store local"));
    CHECK(says(fault, "no folder " + place.keys.string()));
    CHECK_FALSE(std::filesystem::exists(place.keys));
    overwrite(place.keys, "a file");
    CHECK_FALSE(place.try_store().ok());
}

TEST_CASE("a missing passphrase is a fault", "[key_store]") {
    const Place place;
    std::filesystem::remove(place.passphrase);
    CHECK(says(fault_of(place.try_store()), place.passphrase.string()));
}

TEST_CASE("a locator is 32 hexadecimal digits and no path", "[attack][key_store]") {
    const Place place;
    const auto store = place.store();
    const PublicKey made = store->generate(locator, p256, owner).value();
    for (const std::string& wrong :
         {std::string(), std::string("."), std::string("../passphrase"), locator.substr(1),
          locator + "0", "/" + locator.substr(1), "../" + locator.substr(3),
          "g" + locator.substr(1), "A" + locator.substr(1), locator.substr(1) + '\0'}) {
        CHECK_FALSE(store->generate(wrong, p256, owner).ok());
        CHECK_FALSE(store->find(wrong, p256.algorithm).ok());
        CHECK_FALSE(store->open(wrong, made).ok());
        CHECK_FALSE(store->destroy(wrong).ok());
    }
}

TEST_CASE("a destroyed key is gone, and destroying it again is no fault", "[key_store]") {
    const Place place;
    const auto store = place.store();
    REQUIRE(store->generate(locator, p256, owner).ok());
    REQUIRE(store->generate(other_locator, p256, owner).ok());
    CHECK(store->destroy(locator).ok());
    CHECK_FALSE(store->find(locator, p256.algorithm).ok());
    CHECK(store->destroy(locator).ok());
    CHECK(store->list().value() == std::vector{other_locator});
}

TEST_CASE("only a passphrase that Kaspar made at random is not stretched", "[keys]") {
    const PrivateKey key = generate_private_key(p256).value();
    const auto iterations = [&](const std::string& passphrase) -> std::string_view {
        const std::string text = write_key_file(key, Secret(passphrase)).value();
        CHECK(read_key_file(text, Secret(passphrase)).value().public_half == key.public_half);
        const auto pem = text.substr(text.find("-----BEGIN"));
        const auto parsed = test::run({.arguments = {"openssl", "asn1parse"}, .input = pem}).output;
        return parsed.find("INTEGER           :64\n") != std::string::npos     ? "100"
               : parsed.find("INTEGER           :4E20\n") != std::string::npos ? "20000"
                                                                               : "another number";
    };
    const Bytes octets(32, 7);
    CHECK(iterations(random_passphrase(octets)) == "100");
    CHECK(iterations("correct horse battery staple") == "20000");
    CHECK(iterations(to_hex(octets)) == "20000");  // a digest of a word looks like this
    CHECK(iterations("random-256:") == "20000");
    CHECK(iterations("random-256:" + to_hex(Bytes(31, 7))) == "20000");
    CHECK(iterations("random-256:correct horse battery staple") == "20000");
}

TEST_CASE("the list is sorted and knows only keys", "[key_store]") {
    const Place place;
    const auto store = place.store();
    CHECK(store->list().value().empty());
    REQUIRE(store->generate(other_locator, p256, owner).ok());
    REQUIRE(store->generate(locator, p256, owner).ok());
    overwrite(place.keys / "README", "not a key");
    overwrite(place.keys / ("." + locator + ".p8"), "");
    overwrite(place.keys / (locator + ".p8.tmp"), "");
    overwrite(place.keys / "readme.p8", "not a key");
    CHECK(store->list().value() == std::vector{locator, other_locator});
}

}  // namespace key_store_test
