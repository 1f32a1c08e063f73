// Kinds for DNS data in instructions and reports, written as in zone files so that an operator can
// read them.
#pragma once

#include "common/formats/kind.h"
#include "common/values/dnskey.h"
#include "common/values/name.h"

namespace kaspar::fields {

Kind<Name> domain_name();  ///< "example.org", without the last dot
Kind<Dnskey> dnskey();     ///< RDATA: "257 3 13 base64…" (RFC 4034 §2.2)
Kind<Ds> delegation();     ///< RDATA of DS or CDS: "12345 13 2 HEX…" (RFC 4034 §5.3)

}  // namespace kaspar::fields
