#include "common/formats/record_kinds.h"

namespace kaspar::fields {

Kind<Name> domain_name() {
    return converted<Name, std::string>(
        text(1), "a domain name", [](const std::string& text) { return Name::from_text(text); },
        [](const Name& name) { return name.text(); });
}

Kind<Dnskey> dnskey() {
    return converted<Dnskey, std::string>(text(1), "a DNSKEY in presentation format",
                                          Dnskey::from_text,
                                          [](const Dnskey& key) { return key.text(); });
}

Kind<Ds> delegation() {
    return converted<Ds, std::string>(text(1), "a DS in presentation format", Ds::from_text,
                                      [](const Ds& ds) { return ds.text(); });
}

Kind<ServerAddress> server() {
    return converted<ServerAddress, std::string>(
        text(1), "a server's address", ServerAddress::from_text,
        [](const ServerAddress& address) { return address.text(); });
}

}  // namespace kaspar::fields
