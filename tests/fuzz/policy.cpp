// Policy files: what an operator writes.
#include "enforcer/policy/fields.h"
#include "enforcer/policy/lint.h"
#include "tests/fuzz/input.h"

using namespace kaspar;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto document =
        fields::read_document(fuzz::text_of(data, size), enforcer::policy_kind(), "/etc/kaspar");
    if (!has_errors(document.findings))
        (void)enforcer::lint(document.value);
    return 0;
}
