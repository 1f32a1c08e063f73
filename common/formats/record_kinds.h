// Kinds for DNS data and name servers, written as in zone files and as operators write them.
#pragma once

#include "common/formats/kind.h"
#include "common/values/dnskey.h"
#include "common/values/name.h"
#include "common/values/server_address.h"

namespace kaspar::fields {

Kind<Name> domain_name();      ///< "example.org", without the last dot
Kind<Dnskey> dnskey();         ///< RDATA: "257 3 13 base64…" (RFC 4034 §2.2)
Kind<Ds> delegation();         ///< RDATA of DS or CDS: "12345 13 2 HEX…" (RFC 4034 §5.3)
Kind<ServerAddress> server();  ///< "192.0.2.1", "2001:db8::1@5300", "192.0.2.1 key NAME"

}  // namespace kaspar::fields
