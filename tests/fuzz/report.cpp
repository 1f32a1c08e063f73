// Reports: what a signer on another machine says.
#include "common/formats/report.h"
#include "tests/fuzz/input.h"

using namespace kaspar;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = parse_report("report", fuzz::text_of(data, size));
    if (parsed.ok())
        require(parse_report("report", report_text(*parsed)).ok(), "what is written can be read");
    return 0;
}
