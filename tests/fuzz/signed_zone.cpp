// Signed zones in the verifier: what a signer, ours or not, has written. Lines that are no records
// are left out, so that all others come before the verifier. What reads a published zone faster
// reads the same.
#include <algorithm>

#include "common/keys/signing_key.h"
#include "signer/core/verifier.h"
#include "signer/zonefile/lines.h"
#include "signer/zonefile/writer.h"
#include "tests/fuzz/input.h"

using namespace kaspar;
using namespace kaspar::signer;

namespace {

/// Finds signatures good or not by their last octet: a library's arithmetic would take most of the
/// time, and no input that is made up has a good one.
class QuickVerifier final : public SignatureVerifier {
  public:
    bool verify(BytesView, BytesView signature) override {
        return !signature.empty() && signature.back() % 4 != 0;
    }
};

/// Of a key that is none, what the library says of it.
Result<std::unique_ptr<SignatureVerifier>> make_quick_verifier(const PublicKey& key) {
    KASPAR_TRY(const auto real, make_verifier(key));
    return std::unique_ptr<SignatureVerifier>(std::make_unique<QuickVerifier>());
}

/// Cuts the first `count` lines from the text.
std::string_view cut_lines(std::string_view& text, std::uint64_t count) {
    std::size_t size = 0;
    for (; count > 0 && size < text.size(); --count)
        size = std::min(text.find('\n', size), text.size() - 1) + 1;
    const auto lines = text.substr(0, size);
    text.remove_prefix(size);
    return lines;
}

std::string records_in(std::string_view text, const Name& apex) {
    std::string records;
    for (;;) {
        const auto read = read_zone_lines(text, apex);
        if (read.ok())
            return records += text;
        // "line N is not one whole record"
        const auto bad_line = std::stoull(read.fault().words.substr(5));
        records += cut_lines(text, bad_line - 1);
        cut_lines(text, 1);
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Name apex = *Name::from_text("example.org");
    const auto records = records_in(fuzz::text_of(data, size), apex);
    const auto zone = read_zone_lines(records, apex).value();
    if (size % 4 == 0)  // it takes as long as all the rest
        require(zone_text(read_published_lines(records, apex).value()) == zone_text(zone),
                "both readers of what was written agree");
    const auto now = *parse_rfc3339("2026-11-29T12:00:00Z");
    (void)verify({.zone = WholeZone(zone), .now = now, .make_verifier = make_quick_verifier});
    return 0;
}
