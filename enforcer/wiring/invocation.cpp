#include "enforcer/wiring/invocation.h"

#include "enforcer/kept_head.h"

namespace kaspar::enforcer {

Ending Invocation::work(const std::function<Ending(Session&)>& command) const {
    KASPAR_TRY(const auto session, Session::open(common));
    Ending ending = command(*session);
    // The next pass tells if it cannot be kept.
    (void)keep_head(session->configuration(), session->database());
    return ending;
}

void Invocation::in_session(CLI::App* app, std::function<Ending(Session&)> command) {
    app->callback(
        [this, command = std::move(command)] { run = [this, command] { return work(command); }; });
}

CLI::App* noun(CLI::App& app, const std::string& name, const std::string& what) {
    CLI::App* group = app.add_subcommand(name, what);
    group->require_subcommand(1);
    return group;
}

CLI::App* verb(CLI::App& group, Invocation& asked, const std::string& name,
               const std::string& what) {
    CLI::App* command = group.add_subcommand(name, what);
    command->add_option("NAME", asked.zone, "the zone")->required();
    return command;
}

}  // namespace kaspar::enforcer
