#include "enforcer/commands/report_parts.h"

#include <algorithm>

#include "common/system/file.h"
#include "enforcer/embedded.h"

namespace kaspar::enforcer {

namespace {

/// A timeline shows fewer changes than that; each is of one of a key's four records.
constexpr std::size_t most_states = 1000;

}  // namespace

Result<std::vector<KnownKey>> known_keys(Session& session, const Zone& zone) {
    KASPAR_TRY(const auto rows, keys_of(session.database(), zone.id));
    std::vector<KnownKey> known;
    for (const StoredKey& row : rows)
        known.push_back({row, condition(row, session.configuration())});
    return known;
}

Result<std::vector<RecordedMove>> known_states(Session& session, const ZoneView& view) {
    return state_moves(session.database(), view.name(), most_states);
}

std::string report_file(std::string_view name) {
    const auto files = report_files();
    const auto file = std::find_if(files.begin(), files.end(),
                                   [&](const EmbeddedFile& built) { return built.name == name; });
    require(file != files.end(), "the report's files are built in");
    return std::string(file->text);
}

Outcome write_shown(const std::string& file, std::string_view text) {
    if (file != "-")
        return write_file(file, text);
    print(text);
    return Done{};
}

}  // namespace kaspar::enforcer
