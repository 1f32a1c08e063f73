// Zone files before they are signed: the reader, $GENERATE, and the checks of what was read.
#include "signer/core/sanity.h"
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
        (void)check_input(read->zone, read->files, {86400, {}});
    return 0;
}
