#include "common/keys/pem.h"

#include <botan/data_src.h>
#include <botan/pem.h>
#include <fmt/format.h>

namespace kaspar {

std::string to_pem(std::string_view label, BytesView der) {
    return Botan::PEM_Code::encode(der.data(), der.size(), std::string(label));
}

Result<Secret> from_pem(std::string_view label, std::string_view text) try {
    const BytesView view = as_bytes(text);
    Botan::DataSource_Memory source(view.data(), view.size());  // its copy is wiped, a string's not
    const auto octets = Botan::PEM_Code::decode_check_label(source, std::string(label));
    return Secret(std::string(octets.begin(), octets.end()));
} catch (const std::exception&) {
    return Fault{FaultClass::key, fmt::format("there is no PEM block \"{}\" in it", label)};
}

}  // namespace kaspar
