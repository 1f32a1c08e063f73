#include "enforcer/monitoring/figures.h"

#include <algorithm>

#include "enforcer/commands/comparison.h"
#include "enforcer/kept_head.h"
#include "enforcer/store/test_alert.h"

namespace kaspar::enforcer {

namespace {

RoleFigures& role_of(std::vector<RoleFigures>& roles, Role role) {
    const auto known = std::find_if(roles.begin(), roles.end(),
                                    [&](const RoleFigures& one) { return one.role == role; });
    return known != roles.end() ? *known : roles.emplace_back(RoleFigures{role});
}

std::vector<RoleFigures> roles_of(const ZoneView& view, Time now) {
    std::vector<RoleFigures> roles;
    const History& history = view.remembered.history;
    for (const KeyIndex index : in_order(view.remembered)) {
        const Key& key = history.keys[index];
        RoleFigures& role = role_of(roles, key.role);
        ++(!key.wanted ? role.leaving : key.standby ? role.standby : role.in_use);
        role.rolling |= key_states(history, index, view.policy, now) != goal_states(key);
    }
    return roles;
}

void add_report(const Report& report, ZoneFigures& figures) {
    figures.run = report.last_run;
    if (!report.publication)
        return;
    figures.serial = report.publication->serial;
    figures.published_generation = report.publication->generation;
    figures.published = report.publication->published;
    figures.first_expiry = report.publication->first_expiry;
    figures.dnskey_expiry = report.publication->first_dnskey_expiry;
}

void add_parent(const ZoneView& view, ZoneFigures& figures) {
    const Comparison compared = compare(view, view.answers);
    for (const ServerView& server : compared.servers)
        ++(!server.ds                      ? figures.parent_silent
           : *server.ds == compared.wanted ? figures.parent_agrees
                                           : figures.parent_differs);
    figures.unexpected_ds = static_cast<unsigned>(compared.sighting.strangers.size());
    for (const ServerAnswer& answer : view.answers)
        figures.lagging_servers += answer.role == ServerRole::zone && !answer.trouble.empty();
    for (const Submission& one : view.submissions)
        figures.failing_submissions += one.due && one.tries > 0 ? 1 : 0;
}

}  // namespace

std::string_view word(ZoneState state) {
    switch (state) {
        case ZoneState::expired:
            return "expired";
        case ZoneState::stands_still:
            return "stands_still";
        case ZoneState::failing:
            return "failing";
        case ZoneState::held:
            return "held";
        case ZoneState::unpublished:
            return "unpublished";
        case ZoneState::good:
            break;
    }
    return "good";
}

ZoneState ZoneFigures::state(Time now) const {
    if (first_expiry && *first_expiry <= now)
        return ZoneState::expired;
    if (stands_still)
        return ZoneState::stands_still;
    if (run && run->held_input)
        return ZoneState::held;
    if (run && (!run->errors.empty() || run->outcome == RunOutcome::refused))
        return ZoneState::failing;
    return published ? ZoneState::good : ZoneState::unpublished;
}

ZoneFigures figures_of(const ZoneView& view, Time now) {
    ZoneFigures figures;
    figures.zone = view.name();
    figures.policy = view.zone.policy;
    figures.stands_still = view.zone.trouble || view.report_fault;
    figures.expiry_warning = view.expiry_warning;
    figures.expiry_critical = view.expiry_critical;
    figures.generation = view.remembered.history.generation;
    figures.blocked_on = view.zone.blocked_on;
    figures.blocked_since = view.zone.blocked_since;
    figures.roles = roles_of(view, now);
    add_parent(view, figures);
    if (view.report)
        add_report(*view.report, figures);
    return figures;
}

Result<SiteFigures> site_figures(const Enforcement& with) {
    SiteFigures figures;
    for (const auto& [name, store] : with.configuration.keystores)
        figures.keystores.push_back(name);
    KASPAR_TRY(figures.failing, failing_keystores(with.database));
    KASPAR_TRY(figures.policies, policies(with.database));
    KASPAR_TRY(figures.pass, last_pass(with.database));
    KASPAR_TRY(const auto head, chain_head(with.database));
    figures.events = head ? head->number : 0;
    figures.trail_is_whole = check_kept_head(with.configuration, with.database).ok();
    KASPAR_TRY(figures.test_alert, test_alert(with.database, with.now));
    return figures;
}

}  // namespace kaspar::enforcer
