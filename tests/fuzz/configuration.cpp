// kaspar.json.
#include "common/formats/configuration.h"

#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)kaspar::parse_configuration(kaspar::fuzz::text_of(data, size), "/etc/kaspar/kaspar.json");
    return 0;
}
