// What the metrics are made from: figures of one zone, which hold until it changes, and of the
// whole set-up.
#pragma once

#include "enforcer/commands/view.h"
#include "enforcer/store/last_pass.h"
#include "enforcer/store/policies.h"

namespace kaspar::enforcer {

/// How a zone is, the worst first.
enum class ZoneState { expired, stands_still, failing, held, unpublished, good };

inline constexpr ZoneState zone_states[] = {ZoneState::expired,     ZoneState::stands_still,
                                            ZoneState::failing,     ZoneState::held,
                                            ZoneState::unpublished, ZoneState::good};

std::string_view word(ZoneState state);

/// Keys of one role, by what they are for.
struct RoleFigures {
    Role role;
    unsigned in_use = 0, standby = 0, leaving = 0;
    bool rolling = false;  ///< some key's records are not yet where they should be
};

struct ZoneFigures {
    std::string zone, policy;
    bool stands_still = false;
    Duration expiry_warning{0}, expiry_critical{0};
    std::uint64_t generation = 0;
    std::optional<std::string> blocked_on;
    std::optional<Time> blocked_since;
    std::vector<RoleFigures> roles;
    unsigned parent_agrees = 0, parent_differs = 0, parent_silent = 0;  ///< so many servers of it
    unsigned unexpected_ds = 0;  ///< so many of those have a DS of no key of the zone
    unsigned failing_submissions = 0;
    unsigned lagging_servers = 0;  ///< so many of the zone's own do not serve what is published
    std::optional<Run> run;
    std::optional<std::uint32_t> serial;
    std::optional<std::uint64_t> published_generation;
    std::optional<Time> published, first_expiry, dnskey_expiry;

    ZoneState state(Time now) const;  ///< signatures expire though nothing else happens
};

ZoneFigures figures_of(const ZoneView& view, Time now);

struct SiteFigures {
    std::vector<std::string> keystores;
    std::vector<FailingKeyStore> failing;
    std::vector<StoredPolicy> policies;
    std::optional<LastPass> pass;
    std::int64_t events = 0;  ///< in the audit trail
    bool trail_is_whole = true;
    std::optional<Time> test_alert;
};

/// Touches no zone. Fault: state, io.
Result<SiteFigures> site_figures(const Enforcement& with);

}  // namespace kaspar::enforcer
