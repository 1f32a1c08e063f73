#include "enforcer/store/test_alert.h"

namespace kaspar::enforcer {

Result<std::optional<Time>> test_alert(Database& database, Time now) {
    return database.one<Time>("SELECT until FROM test_alerts WHERE until > ?", {now},
                              [](const Row& row) { return row.time(0); });
}

Outcome raise_test_alert(Database& database, Time until) {
    KASPAR_CHECK(end_test_alert(database));
    return database.run("INSERT INTO test_alerts (until) VALUES (?)", {until});
}

Outcome end_test_alert(Database& database) {
    return database.run("DELETE FROM test_alerts");
}

}  // namespace kaspar::enforcer
