// Key files: encrypted PKCS#8 in PEM.
#include "common/keys/key_file.h"
#include "common/system/secret.h"
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const kaspar::Secret passphrase("passphrase");
    (void)kaspar::read_key_file(kaspar::fuzz::text_of(data, size), passphrase);
    return 0;
}
