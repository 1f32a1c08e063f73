#include "enforcer/store/failing_keystores.h"

namespace kaspar::enforcer {

Result<std::vector<FailingKeyStore>> failing_keystores(Database& database) {
    return database.all<FailingKeyStore>(
        "SELECT name, since, words FROM failing_keystores ORDER BY name", {}, [](const Row& row) {
            return FailingKeyStore{row.text(0), row.time(1), row.text(2)};
        });
}

Outcome note_failing(Database& database, const std::string& name, const std::string& words,
                     Time now) {
    return database.run(
        "INSERT INTO failing_keystores (name, since, words) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET words = excluded.words WHERE words <> excluded.words",
        {name, now, words});
}

Outcome note_working(Database& database, const std::string& name) {
    return database.run("DELETE FROM failing_keystores WHERE name = ?", {name});
}

}  // namespace kaspar::enforcer
