#include "enforcer/kept_head.h"

#include <fmt/format.h>

#include "common/system/file.h"

namespace kaspar::enforcer {

namespace {

Result<std::optional<ChainHead>> read_kept_head(const std::filesystem::path& file) {
    KASPAR_TRY(const auto text, read_file_if_there(file));
    if (!text)
        return std::optional<ChainHead>{};
    KASPAR_TRY(ChainHead head,
               chain_head_from_text(text->substr(0, text->find('\n'))).within(file.string()));
    return std::optional(std::move(head));
}

Outcome check_against(const std::filesystem::path& file, const ChainHead& head,
                      Database& database) {
    const auto held = check_holds(database, head);
    if (held.ok())
        return Done{};
    return Fault{held.fault().kind,
                 fmt::format("{} ({} tells of it); `kaspar log --verify` looks at all of it; if an "
                             "older database was put back on purpose, remove that file",
                             held.fault().words, file.string())};
}

}  // namespace

std::filesystem::path kept_head_path(const Configuration& configuration) {
    return configuration.state / "log.head";
}

Outcome check_kept_head(const Configuration& configuration, Database& database) {
    const auto file = kept_head_path(configuration);
    KASPAR_TRY(const auto kept, read_kept_head(file));
    return kept ? check_against(file, *kept, database) : Outcome(Done{});
}

Outcome keep_head(const Configuration& configuration, Database& database) {
    const auto file = kept_head_path(configuration);
    KASPAR_TRY(const auto kept, read_kept_head(file));
    KASPAR_TRY(const auto head, chain_head(database));
    if (kept == head)
        return Done{};
    if (kept)
        KASPAR_CHECK(check_against(file, *kept, database));
    return head ? write_file(file, text_of(*head) + "\n") : Outcome(Done{});
}

}  // namespace kaspar::enforcer
