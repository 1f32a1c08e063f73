#include "enforcer/key_stores.h"

#include <sys/stat.h>

#include "common/system/file.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

namespace key_stores_test {

using namespace kaspar;

namespace {

const std::string locator = "00112233445566778899aabbccddeeff";
const KeyShape p256{Algorithm::ecdsap256sha256, 256};

KeyStoreConfiguration store_in(const Path& folder) {
    const Path keys = folder / "keys", passphrase = folder / "passphrase";
    std::filesystem::create_directory(keys);
    chmod(keys.c_str(), 0700);
    REQUIRE(write_file(passphrase, "correct horse\n", 0600).ok());
    KeyStoreConfiguration configuration;
    configuration.type = "files";
    configuration.directory = keys;
    configuration.passphrase.file = passphrase;
    return configuration;
}

}  // namespace

TEST_CASE("a key store's list is read once, and kept up by what is made and destroyed",
          "[key_stores]") {
    const test::TempFolder folder;
    enforcer::KeyStores stores({{"local", store_in(folder.path())}});
    const auto lists = [&] { return stores.lists("local", locator).value(); };
    CHECK_FALSE(lists());

    const auto store = stores.open("local").value();
    REQUIRE(store->generate(locator, p256, {"example.com", "zsk"}).ok());
    CHECK_FALSE(lists());  // the folder is not read again for it
    stores.made("local", locator);
    CHECK(lists());

    REQUIRE(store->destroy(locator).ok());
    stores.destroyed("local", locator);
    CHECK_FALSE(lists());
}

TEST_CASE("a key made before its store was listed is on the list", "[key_stores]") {
    const test::TempFolder folder;
    enforcer::KeyStores stores({{"local", store_in(folder.path())}});
    REQUIRE(stores.open("local").value()->generate(locator, p256, {"example.com", "zsk"}).ok());
    stores.made("local", locator);
    CHECK(stores.lists("local", locator).value());
    CHECK_FALSE(stores.lists("local", std::string(32, '0')).value());
}

}  // namespace key_stores_test
