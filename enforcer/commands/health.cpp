#include <fmt/format.h>

#include "enforcer/commands/commands.h"
#include "enforcer/monitoring/nagios.h"
#include "enforcer/pass.h"
#include "enforcer/store/test_alert.h"

namespace kaspar::enforcer {

namespace {

void print_json(const Diagnosis& diagnosis) {
    Json list = Json::array();
    for (const Reason& reason : diagnosis.reasons)
        list.push_back({{"zone", reason.zone.empty() ? Json() : Json(reason.zone)},
                        {"severity", word(reason.severity)},
                        {"reason", reason.words}});
    print(Json{{"good", diagnosis.reasons.empty()}, {"reasons", list}}.dump(2) + "\n");
}

void print_text(const Diagnosis& diagnosis) {
    for (const Reason& reason : diagnosis.reasons)
        print(reason.text() + "\n");
    if (diagnosis.reasons.empty())
        print("good\n");
}

constexpr Duration longest_test = std::chrono::hours{24};

Result<Duration> test_length(const std::string& text) {
    const auto length = parse_duration(text);
    if (length && *length > Duration{0} && *length <= longest_test)
        return *length;
    return Fault{FaultClass::usage,
                 fmt::format("--for '{}' is not a duration of at most {}; write for example 15m",
                             text, format_duration(longest_test))};
}

}  // namespace

Ending health(Session& session) {
    KASPAR_TRY(const Diagnosis diagnosis, diagnose(session.with()));
    if (session.json())
        print_json(diagnosis);
    else
        print_text(diagnosis);
    return diagnosis.reasons.empty() ? ExitStatus::done : ExitStatus::attention;
}

Ending nagios_health(const CommonOptions& options) {
    Ending ending = [&]() -> Ending {
        KASPAR_TRY(const auto session, Session::open(options));
        KASPAR_TRY(const Diagnosis found, diagnose(session->with()));
        print(nagios_text(found, session->now()));
        return static_cast<ExitStatus>(nagios_state(found));
    }();
    if (ending.ok())
        return ending;
    print(nagios_unknown_text(ending.fault()));
    return static_cast<ExitStatus>(NagiosState::unknown);
}

Ending health_test_alert(Session& session, const std::string& length) {
    KASPAR_TRY(const Duration lasts, test_length(length));
    const Time until = session.now() + lasts;
    KASPAR_TRY(Transaction transaction, Transaction::begin(session.database()));
    KASPAR_CHECK(raise_test_alert(session.database(), until));
    KASPAR_CHECK(note_event(session.with(), std::nullopt,
                            "test alert raised until " + to_rfc3339(until), "a person's word"));
    KASPAR_CHECK(transaction.commit());
    wake_enforcer(session.configuration());
    print(
        fmt::format("a test alert is raised: `kaspar health` and the metric kaspar_test_alert "
                    "tell it until {}; see that it arrives where you look\n",
                    to_rfc3339(until)));
    return ExitStatus::done;
}

Ending health_end_test_alert(Session& session) {
    KASPAR_TRY(Transaction transaction, Transaction::begin(session.database()));
    KASPAR_TRY(const auto until, test_alert(session.database(), session.now()));
    if (until) {
        KASPAR_CHECK(end_test_alert(session.database()));
        KASPAR_CHECK(
            note_event(session.with(), std::nullopt, "test alert ended", "a person's word"));
        KASPAR_CHECK(transaction.commit());
        wake_enforcer(session.configuration());
    }
    print(until ? "the test alert is ended\n" : "there is no test alert\n");
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer
