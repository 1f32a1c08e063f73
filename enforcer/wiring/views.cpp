#include "enforcer/wiring/invocation.h"

namespace kaspar::enforcer {

namespace {

void wire_log(CLI::App& app, Invocation& asked) {
    CLI::App* log = app.add_subcommand("log", "the recorded moves");
    CLI::Option* zone = log->add_option("NAME", asked.zone, "the zone; all if left out");
    log->add_option("--limit", asked.limit, "the latest so many")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    CLI::Option* verify = log->add_flag(
        "--verify", asked.verify,
        "look whether any event was edited, removed or put in. Events are chained by hashes; who "
        "can write the whole database can chain them anew, which shows only against a head that "
        "was kept elsewhere (--head; the enforcer's log tells it after each pass)");
    log->add_option("--head", asked.head, "NUMBER:HASH that --verify showed earlier")
        ->needs(verify);
    verify->excludes(zone);
    asked.in_session(log, [&](Session& session) {
        return asked.verify ? verify_log(session, asked.head)
                            : show_log(session, asked.zone_if_given(), asked.limit);
    });
}

Ending asked_of_health(const Invocation& asked) {
    if (asked.nagios)
        return nagios_health(asked.common);
    return asked.work([&](Session& session) {
        return asked.test_alert       ? health_test_alert(session, asked.test_length)
               : asked.end_test_alert ? health_end_test_alert(session)
                                      : health(session);
    });
}

void wire_health(CLI::App& app, Invocation& asked) {
    CLI::App* command =
        app.add_subcommand("health", "for a monitor: exit status 0 good, 1 needs a person");
    CLI::Option* nagios = command->add_flag(
        "--nagios", asked.nagios,
        "as a Nagios or Icinga plugin: one status line with performance data, exit status 0 to 3");
    CLI::Option* raise = command->add_flag(
        "--test-alert", asked.test_alert,
        "raise an alert that says that it is a test, to see that alerts arrive; it ends by itself");
    command->add_option("--for", asked.test_length, "how long")
        ->needs(raise)
        ->capture_default_str();
    CLI::Option* end = command->add_flag("--end-test-alert", asked.end_test_alert, "end it now");
    nagios->excludes(raise)->excludes(end);
    raise->excludes(end);
    command->callback([&] { asked.run = [&] { return asked_of_health(asked); }; });
}

void wire_metrics(CLI::App& app, Invocation& asked) {
    CLI::App* command = app.add_subcommand(
        "metrics", "for Prometheus; \"metrics\" in kaspar.json has the enforcer publish them");
    command->add_option("--file", asked.metrics_file,
                        "write them there, whole, for the node exporter's textfile collector");
    asked.in_session(command,
                     [&](Session& session) { return metrics(session, asked.metrics_file); });
}

}  // namespace

void wire_foresight(CLI::App& app, Invocation& asked) {
    asked.in_session(verb(app, asked, "explain",
                          "for every record not yet where it should be: what holds it, until when, "
                          "and who must act"),
                     [&](Session& session) { return explain(session, asked.zone); });

    CLI::App* foretell =
        app.add_subcommand("forecast", "the events to come, if all others do their part at once");
    ForecastWish& wish = asked.forecast;
    foretell->add_option("NAME", asked.zone, "the zone; with --ics all if left out");
    CLI::Option* ics = foretell->add_flag("--ics", wish.as_calendar,
                                          "a calendar (iCalendar) of what needs a person");
    foretell
        ->add_option(
            "--svg", wish.drawing,
            "draw each key's records, past and to come, into this file; - is standard output")
        ->excludes(ics);
    foretell->add_option(
        "--until", wish.until,
        "a time (2027-01-01T00:00:00Z) or a duration (90d, 2y); if left out: until "
        "all rolls under way and the one after them have ended, at most a year");
    foretell->add_flag("--all-states", wish.all_states,
                       "also every change of a record's state and of a key's goal");
    foretell->add_flag("--without-ds", wish.without_parent, "no DS change is ever confirmed");
    foretell->add_flag("--without-approval", wish.without_approval, "nothing is ever approved");
    asked.in_session(foretell, [&](Session& session) -> Ending {
        if (asked.zone.empty() && !wish.as_calendar)
            return Fault{FaultClass::usage, "forecast: NAME is required, but with --ics"};
        wish.zone = asked.zone;
        return forecast(session, wish);
    });
}

void wire_report(CLI::App& app, Invocation& asked) {
    CLI::App* write = app.add_subcommand(
        "report",
        "a page to look at: timelines, keys, forecast and log of one zone or of all; of more than "
        "200 zones all are in its overview, and the 200 most urgent have a chapter");
    write->add_option("NAME", asked.report.zone, "the zone; all if left out");
    write->add_option("--html", asked.report.file, "the file to write; - is standard output")
        ->required();
    asked.in_session(write, [&](Session& session) { return report(session, asked.report); });
}

void wire_views(CLI::App& app, Invocation& asked) {
    CLI::App* show = app.add_subcommand(
        "status", "time to first expiry, keys and their states, what waits for whom");
    show->add_option("NAME", asked.zone, "the zone; all if left out");
    asked.in_session(show,
                     [&](Session& session) { return status(session, asked.zone_if_given()); });

    wire_log(app, asked);
    wire_health(app, asked);
    wire_metrics(app, asked);
    asked.in_session(verb(app, asked, "approve", "approve the roll that waits for a person"),
                     [&](Session& session) { return approve(session, asked.zone); });
}

}  // namespace kaspar::enforcer
