// Signed zones in the verifier: what a signer, ours or not, has written.
#include "common/keys/signing_key.h"
#include "signer/core/verifier.h"
#include "signer/zonefile/reader.h"
#include "tests/fuzz/generating.h"
#include "tests/fuzz/input.h"

using namespace kaspar;
using namespace kaspar::signer;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Name apex = *Name::from_text("example.org");
    const auto text = fuzz::text_of(data, size);
    if (fuzz::generates_many(text))
        return -1;  // not for the corpus
    const auto read = read_zone_file(fuzz::file_with(text), apex);
    if (read.ok())
        (void)verify({.zone = WholeZone(read->zone),
                      .now = Time(std::chrono::days{20786}),
                      .make_verifier = make_verifier,
                      .threads = 1});
    return 0;
}
