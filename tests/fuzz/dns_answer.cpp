// What comes over the network in answer to a question, also where a TSIG signature is wanted.
#include "common/values/dnskey.h"
#include "enforcer/dns/message.h"
#include "enforcer/servers/dsync.h"
#include "tests/fuzz/input.h"

using namespace kaspar;
using namespace kaspar::enforcer;

namespace {

constexpr std::uint16_t id = 0x1234;

Query question(const std::optional<TsigKey>& key) {
    auto made = Query::make({*Name::from_text("example.org"), rrtype::ds}, id, key);
    return std::move(made).value();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Query plain = question(std::nullopt);
    static const Query with_tsig = question(
        TsigKey{"key", "hmac-sha256", std::make_shared<const Secret>("c2VjcmV0c2VjcmV0c2VjcmV0")});
    Bytes reply(data, data + size);
    if (size > 2) {  // an answer to us, as nearly all others go no further
        reply[0] = id >> 8;
        reply[1] = id & 0xff;
        reply[2] |= 0x80;
    }
    const auto read = plain.read(reply);
    if (read.ok() && *read)
        for (const Record& record : (*read)->answer.answer) {
            (void)Ds::from_rdata(record.rdata);
            (void)cds_target(record.rdata);
        }
    (void)with_tsig.read(std::move(reply));
    return 0;
}
