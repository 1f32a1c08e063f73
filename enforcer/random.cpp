#include "enforcer/random.h"

#include <sys/random.h>

#include "common/values/result.h"

namespace kaspar::enforcer {

Bytes random_octets(std::size_t count) {
    Bytes octets(count);
    // Calls for up to 256 octets are never cut short (getrandom(2)).
    require(count <= 256, "random octets are asked for in small numbers");
    require(getrandom(octets.data(), count, 0) == static_cast<ssize_t>(count),
            "the operating system gives random octets");
    return octets;
}

}  // namespace kaspar::enforcer
