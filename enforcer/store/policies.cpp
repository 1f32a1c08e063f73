#include "enforcer/store/policies.h"

#include <fmt/format.h>

namespace kaspar::enforcer {

namespace {

constexpr auto policy_columns = "SELECT name, text, digest, read_at, seen, fault FROM policies ";

StoredPolicy read_policy(const Row& row) {
    return {row.text(0), row.text(1), row.text(2), row.time(3), row.text(4), row.maybe_text(5)};
}

}  // namespace

Result<std::vector<StoredPolicy>> policies(Database& database) {
    return database.all<StoredPolicy>(fmt::format("{} ORDER BY name", policy_columns), {},
                                      read_policy);
}

Result<std::optional<StoredPolicy>> find_policy(Database& database, const std::string& name) {
    return database.one<StoredPolicy>(fmt::format("{} WHERE name = ?", policy_columns), {name},
                                      read_policy);
}

Outcome save_policy(Database& database, const StoredPolicy& policy) {
    return database.run(
        "INSERT INTO policies (name, text, digest, read_at, seen, fault) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET text = excluded.text, digest = excluded.digest, "
        "read_at = excluded.read_at, seen = excluded.seen, fault = excluded.fault",
        {policy.name, policy.text, policy.digest, policy.read_at, policy.seen, policy.fault});
}

}  // namespace kaspar::enforcer
