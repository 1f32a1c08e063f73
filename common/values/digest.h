// Message digests.
#pragma once

#include "common/values/bytes.h"

namespace kaspar {

Bytes sha1(BytesView octets);  ///< for NSEC3 names and the DS of imported history only
Bytes sha256(BytesView octets);
Bytes sha384(BytesView octets);
Bytes sha512(BytesView octets);

}  // namespace kaspar
