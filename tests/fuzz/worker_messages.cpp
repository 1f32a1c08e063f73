// What a program and its token worker, in which a vendor's code runs, say to each other.
#include "common/tokens/messages.h"
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)kaspar::token::decode_request({data, size});
    (void)kaspar::token::decode_reply({data, size});
    return 0;
}
