// Short texts that people and files give: names, times, addresses, records, token URIs.
#include "common/formats/token_selector.h"
#include "common/values/dnskey.h"
#include "common/values/name.h"
#include "common/values/server_address.h"
#include "common/values/time.h"
#include "tests/fuzz/input.h"

using namespace kaspar;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    if (const auto name = Name::from_text(text); name.ok()) {
        require(Name::from_text(name->text()).ok(), "a name's text is a name");
        require(name->file_name().find('/') == std::string::npos, "a file name has no '/'");
    }
    if (const auto server = ServerAddress::from_text(text); server.ok())
        require(ServerAddress::from_text(server->text()).ok(), "an address's text is an address");
    (void)parse_duration(text);
    (void)parse_rfc3339(text);
    (void)Ds::from_text(text);
    (void)Dnskey::from_text(text);
    (void)token_from_text(std::string(text));
    return 0;
}
