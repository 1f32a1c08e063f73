// The service parameters of SVCB and HTTPS records (RFC 9460).
#pragma once

#include "common/values/bytes.h"

namespace kaspar::signer {

/// True if `octets` are service parameters to the end, or none: keys ascending, values of their
/// keys' form, all mandatory keys there (RFC 9460 §2.2, §7, §8).
bool are_service_parameters(BytesView octets);

}  // namespace kaspar::signer
