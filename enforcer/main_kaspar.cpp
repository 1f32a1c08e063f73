// `kaspar`: what a person types. Only the wiring of the command line to the commands.

#include "common/manual/pages.h"
#include "common/system/private_memory.h"
#include "enforcer/policy/fields.h"
#include "enforcer/wiring/invocation.h"

using namespace kaspar;
using namespace kaspar::enforcer;

int main(int argc, char** argv) {
    keep_memory_private();
    CLI::App app("Kaspar keeps DNSSEC zones signed by policy.", "kaspar");
    Invocation asked;
    add_common_options(app, asked.common);
    app.require_subcommand(1);
    wire_init(app, asked);
    wire_backups(app, asked);
    wire_database(app, asked);
    wire_zone(app, asked);
    wire_policy(app, asked);
    wire_views(app, asked);
    wire_foresight(app, asked);
    wire_report(app, asked);
    wire_completion(app, asked);
    wire_key(app, asked);
    wire_ds(app, asked);
    wire_keystore(app, asked);
    add_manual_option(
        app,
        {{"kaspar", [&] { return manual_page(pages::kaspar, app); }},
         {"kaspar.json", [] { return manual_page(pages::configuration, configuration_parts()); }},
         {"kaspar-policy", [] { return manual_page(pages::policy, policy_kind().parts); }}});
    if (const auto status = parse_command_line(app, argc, argv))
        return static_cast<int>(*status);
    return finish_run([&] { return asked.run(); }, "kaspar");
}
