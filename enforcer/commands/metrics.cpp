#include "enforcer/commands/commands.h"
#include "enforcer/monitoring/publication.h"

namespace kaspar::enforcer {

Ending metrics(Session& session, const std::optional<std::string>& file) {
    KASPAR_TRY(const auto site, site_figures(session.with()));
    KASPAR_TRY(const auto zones, figures_of_all(session.with()));
    const auto all = metrics_of(site, zones, session.now());
    if (file)
        KASPAR_CHECK(write_metrics(*file, all));
    else
        print(exposition_text(all));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer
