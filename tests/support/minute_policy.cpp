#include "tests/support/minute_policy.h"

#include <fmt/format.h>

namespace kaspar::test {

std::string minute_policy(const std::string& keys, const std::string& more) {
    return fmt::format(R"({{ "version": 1,
  "signatures": {{ "validity": "4d", "dnskey_validity": "4d", "denial_validity": "4d", "refresh": "2d",
                   "jitter": "1h", "resign": "10m", "renew": "at-once" }},
  "dnskey": {{ "ttl": "5m", "publish_safety": "5m", "retire_safety": "5m", "purge_after": "10m" }},
  "zone": {{ "propagation_delay": "1m", "max_ttl": "10m" }},
  "parent": {{ "propagation_delay": "1m", "ds_ttl": "10m" }},{}
  "keys": [ {} ] }})",
                       more, keys);
}

std::string minute_key(const std::string& keystore, const std::string& role,
                       const std::string& algorithm, const std::string& rollover) {
    return fmt::format(R"({{ "role": "{}", "algorithm": "{}", "keystore": "{}"{} }})", role,
                       algorithm, keystore,
                       rollover.empty() ? "" : fmt::format(R"(, "rollover": "{}")", rollover));
}

}  // namespace kaspar::test
