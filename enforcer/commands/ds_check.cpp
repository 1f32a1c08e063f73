#include <fmt/format.h>

#include "enforcer/commands/commands.h"
#include "enforcer/commands/comparison.h"
#include "enforcer/pass.h"

namespace kaspar::enforcer {

namespace {

/// Keeps the answers for `status`, and has the enforcer look for itself at once.
Outcome keep(Session& session, const ZoneView& view, const std::vector<ServerAnswer>& answers) {
    KASPAR_TRY(Transaction transaction, Transaction::begin(session.database()));
    KASPAR_CHECK(replace_answers(session.database(), view.zone.id, answers,
                                 {ServerRole::parent, ServerRole::resolver}));
    if (view.policy.confirm != ParentConfirmation::manual)
        KASPAR_CHECK(ask_parent_soon(session.database(), view.zone.id, session.now()));
    KASPAR_CHECK(transaction.commit());
    wake_enforcer(session.configuration());
    return Done{};
}

void show(const ZoneView& view, const Comparison& compared) {
    std::string text;
    for (const Ds& record : compared.wanted)
        text += fmt::format("wanted   {}\n", record.text());
    if (compared.wanted.empty())
        text += fmt::format("wanted   no DS for {} now\n", view.name());
    text += "\n" + comparison_table(compared);
    for (const std::string& words : compared.sighting.strangers)
        text += "\n" + words + "\n";
    const bool shown = compared.agrees() && view.policy.confirm != ParentConfirmation::manual;
    for (const Wait& wait : view.plan.waits)
        if (wait.on == Waiting::parent && !wait.next)
            text += fmt::format(
                "\nwaits for {}: {}\n", wait.what,
                shown ? "they show it; the enforcer's next pass takes it in" : wait.why);
    print(text);
}

}  // namespace

Ending ds_check(Session& session, const std::string& name) {
    KASPAR_TRY(const Zone zone, known_zone(session.database(), name));
    KASPAR_TRY(const ZoneView view, view_records(session.with(), zone));
    const ZoneToAsk asked{view.zone, view.policy};
    const auto answers = std::move(ask_parents(session.with(), {&asked, 1})[0]);
    const Comparison compared = compare(view, answers);
    KASPAR_CHECK(keep(session, view, answers));
    if (session.json()) {
        Json told{{"zone", view.name()}};
        told.update(to_json(compared));
        print(told.dump(2) + "\n");
    } else {
        show(view, compared);
    }
    return compared.agrees() ? ExitStatus::done : ExitStatus::attention;
}

}  // namespace kaspar::enforcer
