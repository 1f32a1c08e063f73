#include "enforcer/monitoring/metrics.h"

#include <algorithm>
#include <array>

namespace kaspar::enforcer {

namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

double number(Time time) {
    return static_cast<double>(time.time_since_epoch().count());
}

double number(Duration duration) {
    return static_cast<double>(duration.count());
}

template <typename Number>
std::optional<double> maybe(const std::optional<Number>& value) {
    return value ? std::optional(number(*value)) : std::nullopt;
}

std::optional<double> left(const std::optional<Time>& end, Time now) {
    return end ? std::optional(number(*end - now)) : std::nullopt;
}

/// One value a zone, or none.
struct ZoneMetric {
    const char* name;
    const char* help;
    std::optional<double> (*value)(const ZoneFigures& zone, Time now);
};

using Measured = std::optional<double>;

constexpr std::array zone_metrics{
    ZoneMetric{"kaspar_zone_first_expiry_timestamp_seconds",
               "When the first signature of the zone expires.",
               [](const ZoneFigures& zone, Time) { return maybe(zone.first_expiry); }},
    ZoneMetric{"kaspar_zone_first_expiry_seconds", "The time left until then.",
               [](const ZoneFigures& zone, Time now) { return left(zone.first_expiry, now); }},
    ZoneMetric{"kaspar_zone_dnskey_expiry_timestamp_seconds",
               "When the first signature of the DNSKEY RRset expires.",
               [](const ZoneFigures& zone, Time) { return maybe(zone.dnskey_expiry); }},
    ZoneMetric{"kaspar_zone_dnskey_expiry_seconds", "The time left until then.",
               [](const ZoneFigures& zone, Time now) { return left(zone.dnskey_expiry, now); }},
    ZoneMetric{"kaspar_zone_expiry_warning_seconds",
               "The time left to the first expiry below which `kaspar health` warns.",
               [](const ZoneFigures& zone, Time) { return Measured(number(zone.expiry_warning)); }},
    ZoneMetric{
        "kaspar_zone_expiry_critical_seconds", "The time left below which it is critical.",
        [](const ZoneFigures& zone, Time) { return Measured(number(zone.expiry_critical)); }},
    ZoneMetric{"kaspar_zone_serial", "The SOA serial published last.",
               [](const ZoneFigures& zone, Time) {
                   return zone.serial ? Measured(*zone.serial) : std::nullopt;
               }},
    ZoneMetric{"kaspar_zone_published_timestamp_seconds", "When the zone was published last.",
               [](const ZoneFigures& zone, Time) { return maybe(zone.published); }},
    ZoneMetric{"kaspar_zone_last_report_timestamp_seconds",
               "When the signer reported on the zone last; it has nothing to report while nothing "
               "is due.",
               [](const ZoneFigures& zone, Time) {
                   return zone.run ? Measured(number(zone.run->at)) : std::nullopt;
               }},
    ZoneMetric{"kaspar_zone_last_good_run_timestamp_seconds",
               "When a run of the signer that had something to report last went well.",
               [](const ZoneFigures& zone, Time) {
                   return zone.run ? maybe(zone.run->last_good) : std::nullopt;
               }},
    ZoneMetric{"kaspar_zone_failing_since_timestamp_seconds",
               "Since when every run of the signer had errors.",
               [](const ZoneFigures& zone, Time) {
                   return zone.run ? maybe(zone.run->failing_since) : std::nullopt;
               }},
    ZoneMetric{"kaspar_zone_verification_failed",
               "1 if what was signed last did not pass the verifier, and so was not published.",
               [](const ZoneFigures& zone, Time) {
                   return Measured(zone.run && zone.run->failed_verification);
               }},
    ZoneMetric{"kaspar_zone_unexpected_ds",
               "How many DS records at the parent's servers belong to no key of the zone.",
               [](const ZoneFigures& zone, Time) { return Measured(zone.unexpected_ds); }},
    ZoneMetric{"kaspar_zone_lagging_servers",
               "How many of the zone's watched servers did not serve what is published.",
               [](const ZoneFigures& zone, Time) { return Measured(zone.lagging_servers); }},
    ZoneMetric{"kaspar_zone_failing_submissions",
               "How many ways of telling the parent failed and are tried again.",
               [](const ZoneFigures& zone, Time) { return Measured(zone.failing_submissions); }},
    ZoneMetric{"kaspar_zone_instruction_generation", "The number of the instruction that stands.",
               [](const ZoneFigures& zone, Time) {
                   return Measured(static_cast<double>(zone.generation));
               }},
    ZoneMetric{"kaspar_zone_published_generation",
               "The number of the instruction that the published zone carries out.",
               [](const ZoneFigures& zone, Time) {
                   return zone.published_generation
                              ? Measured(static_cast<double>(*zone.published_generation))
                              : std::nullopt;
               }},
};

/// A metric of which each zone or thing adds samples.
class Gathering {
  public:
    Gathering(std::string name, std::string help) : metric_{std::move(name), std::move(help), {}} {}
    void add(Labels labels, double value) { metric_.samples.push_back({std::move(labels), value}); }
    Metric take() { return std::move(metric_); }

  private:
    Metric metric_;
};

using Zones = std::span<const ZoneFigures>;

void add_single_values(Zones zones, Time now, std::vector<Metric>& metrics) {
    for (const ZoneMetric& each : zone_metrics) {
        Gathering gathered(each.name, each.help);
        for (const ZoneFigures& zone : zones)
            if (const auto value = each.value(zone, now))
                gathered.add({{"zone", zone.zone}}, *value);
        metrics.push_back(gathered.take());
    }
}

Metric count_states(Zones zones, Time now) {
    Gathering counts("kaspar_zones", "How many zones are in each state.");
    for (const ZoneState state : zone_states)
        counts.add({{"state", std::string(word(state))}},
                   static_cast<double>(std::count_if(
                       zones.begin(), zones.end(),
                       [&](const ZoneFigures& zone) { return zone.state(now) == state; })));
    return counts.take();
}

Metric tell_states(Zones zones, Time now) {
    Gathering states("kaspar_zone_state", "1 for the state that the zone is in.");
    for (const ZoneFigures& zone : zones)
        states.add({{"zone", zone.zone},
                    {"policy", zone.policy},
                    {"state", std::string(word(zone.state(now)))}},
                   1);
    return states.take();
}

Metric tell_outcomes(Zones zones) {
    Gathering outcomes("kaspar_zone_last_outcome", "1 for how the signer's last run ended.");
    for (const ZoneFigures& zone : zones)
        if (zone.run)
            outcomes.add({{"zone", zone.zone}, {"outcome", std::string(word(zone.run->outcome))}},
                         1);
    return outcomes.take();
}

Metric tell_blocked(Zones zones, Time now) {
    Gathering blocked("kaspar_zone_blocked_seconds",
                      "How long moves of the zone have waited for somebody, and for whom.");
    for (const ZoneFigures& zone : zones)
        if (zone.blocked_on && zone.blocked_since)
            blocked.add({{"zone", zone.zone}, {"on", *zone.blocked_on}},
                        number(now - *zone.blocked_since));
    return blocked.take();
}

Metric tell_parents(Zones zones) {
    Gathering servers("kaspar_zone_parent_servers",
                      "How many of the parent's servers have exactly the DS set that they should "
                      "have, how many another, and how many gave no answer that counts.");
    for (const ZoneFigures& zone : zones)
        for (const auto& [answer, count] :
             {std::pair("agrees", zone.parent_agrees), std::pair("differs", zone.parent_differs),
              std::pair("silent", zone.parent_silent)})
            if (zone.parent_agrees + zone.parent_differs + zone.parent_silent != 0)
                servers.add({{"zone", zone.zone}, {"answer", answer}}, count);
    return servers.take();
}

Metric tell_rolls(Zones zones) {
    Gathering rolling("kaspar_zone_rolling",
                      "1 while records of keys of the role are not yet where they should be.");
    for (const ZoneFigures& zone : zones)
        for (const RoleFigures& role : zone.roles)
            rolling.add({{"zone", zone.zone}, {"role", std::string(word(role.role))}},
                        role.rolling);
    return rolling.take();
}

Metric count_keys(Zones zones) {
    Gathering keys("kaspar_zone_keys", "How many keys the zone has, by what they are for.");
    for (const ZoneFigures& zone : zones)
        for (const RoleFigures& role : zone.roles)
            for (const auto& [goal, count] :
                 {std::pair("in use", role.in_use), std::pair("standby", role.standby),
                  std::pair("leaving", role.leaving)})
                if (count != 0)
                    keys.add({{"zone", zone.zone},
                              {"role", std::string(word(role.role))},
                              {"goal", goal}},
                             count);
    return keys.take();
}

void add_key_stores(const SiteFigures& site, std::vector<Metric>& metrics) {
    Gathering working("kaspar_keystore_working",
                      "0 if the key store could not be used when it was needed last.");
    Gathering since("kaspar_keystore_failing_since_timestamp_seconds",
                    "Since when the key store cannot be used.");
    for (const std::string& name : site.keystores) {
        const auto failing =
            std::find_if(site.failing.begin(), site.failing.end(),
                         [&](const FailingKeyStore& store) { return store.name == name; });
        working.add({{"keystore", name}}, failing == site.failing.end());
        if (failing != site.failing.end())
            since.add({{"keystore", name}}, number(failing->since));
    }
    metrics.push_back(working.take());
    metrics.push_back(since.take());
}

Metric tell_policies(const SiteFigures& site) {
    Gathering policies(
        "kaspar_policy_in_force",
        "0 if the policy's file as it is now is not in force: the last good one is.");
    for (const StoredPolicy& policy : site.policies)
        policies.add({{"policy", policy.name}}, !policy.fault);
    return policies.take();
}

void add_pass(const SiteFigures& site, std::vector<Metric>& metrics) {
    Gathering at("kaspar_enforcer_last_pass_timestamp_seconds",
                 "When the enforcer made its last pass.");
    Gathering failures("kaspar_enforcer_last_pass_failures",
                       "How many things needed a person in that pass.");
    if (site.pass) {
        at.add({}, number(site.pass->at));
        failures.add({}, static_cast<double>(site.pass->failures));
    }
    metrics.push_back(at.take());
    metrics.push_back(failures.take());
}

Metric single(const char* name, const char* help, double value, Labels labels = {}) {
    return {name, help, {{std::move(labels), value}}};
}

void add_site(const SiteFigures& site, Time now, std::vector<Metric>& metrics) {
    metrics.push_back(
        single("kaspar_build_info", "The version of Kaspar.", 1, {{"version", KASPAR_VERSION}}));
    metrics.push_back(single("kaspar_test_alert",
                             "1 while a test alert lasts (`kaspar health --test-alert`).",
                             site.test_alert && *site.test_alert > now));
    metrics.push_back(single("kaspar_audit_events", "How many events the audit trail has.",
                             static_cast<double>(site.events)));
    metrics.push_back(single("kaspar_audit_trail_whole",
                             "0 if the audit trail lacks the newest event that it had "
                             "(`kaspar log --verify` looks at all of it).",
                             site.trail_is_whole));
    add_pass(site, metrics);
    add_key_stores(site, metrics);
    metrics.push_back(tell_policies(site));
}

}  // namespace

std::vector<Metric> metrics_of(const SiteFigures& site, Zones zones, Time now) {
    std::vector<Metric> metrics;
    add_site(site, now, metrics);
    metrics.push_back(count_states(zones, now));
    metrics.push_back(tell_states(zones, now));
    add_single_values(zones, now, metrics);
    metrics.push_back(tell_outcomes(zones));
    metrics.push_back(tell_blocked(zones, now));
    metrics.push_back(tell_parents(zones));
    metrics.push_back(tell_rolls(zones));
    metrics.push_back(count_keys(zones));
    return metrics;
}

}  // namespace kaspar::enforcer
