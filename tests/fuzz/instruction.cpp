// Instructions, with the seal around them and without: what lies in a folder that others may write.
#include "common/formats/instruction.h"
#include "common/keys/envelope.h"
#include "tests/fuzz/input.h"

using namespace kaspar;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    if (const auto sealed = open_seal("instruction", text); sealed.ok())
        (void)parse_instruction("instruction", sealed->text);
    const auto parsed = parse_instruction("instruction", text);
    if (parsed.ok())
        require(parse_instruction("instruction", instruction_text(*parsed)).ok(),
                "what is written can be read");
    return 0;
}
