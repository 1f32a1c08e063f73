// `kaspar forecast --ics`, read by an independent library as the programs would that people keep
// their appointments in.
#include <set>

#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"
#include "tests/support/command.h"

namespace calendar_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string zone = "example.org";

/// Its entries, as python3-icalendar reads them.
constexpr auto reader = R"(
import icalendar, json, sys
calendar = icalendar.Calendar.from_ical(open(sys.argv[1], "rb").read())
assert calendar["VERSION"] == "2.0" and calendar["PRODID"], calendar
print(json.dumps([{
    "uid": event["UID"],
    "at": event["DTSTART"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "zone": str(event["DTSTART"].dt.tzinfo),
    "summary": event["SUMMARY"],
    "description": event["DESCRIPTION"],
    "reminders": [str(alarm["TRIGGER"].dt) for alarm in event.walk("VALARM")],
} for event in calendar.walk("VEVENT")]))
)";

json entries_of(const Sandbox& box, const CommandResult& calendar) {
    INFO(calendar.errors);
    REQUIRE(calendar.status == 0);
    box.write("kaspar.ics", calendar.output);
    const auto read = run({.arguments = {"/usr/bin/python3", "-c", reader, box / "kaspar.ics"}});
    INFO(read.errors);
    REQUIRE(read.status == 0);
    return json::parse(read.output);
}

json for_a_person(const Sandbox& box) {
    json events = json::array();
    const auto told = box.json({"forecast", zone, "--until", "60d"});
    for (const auto& event : told["events"])
        if (event["who"] == "person" || event["kind"] == "ds_asked")
            events.push_back(event);
    return events;
}

std::set<std::string> uids(const json& entries) {
    std::set<std::string> found;
    for (const auto& entry : entries)
        found.insert(entry["uid"].get<std::string>());
    return found;
}

}  // namespace

TEST_CASE("the calendar has what the forecast says a person must do, and nothing else",
          "[foresight]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    const auto events = for_a_person(box);
    const auto entries = entries_of(box, box.kaspar({"forecast", zone, "--ics", "--until", "60d"}));
    REQUIRE(!events.empty());
    REQUIRE(entries.size() == events.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        CHECK(entries[i]["at"] == events[i]["at"]);
        CHECK(entries[i]["zone"] == "UTC");
        CHECK(entries[i]["summary"] == zone + ": " + events[i]["what"].get<std::string>());
        const auto description = entries[i]["description"].get<std::string>();
        if (events[i]["command"].is_string())
            CHECK(description.find(events[i]["command"].get<std::string>()) != std::string::npos);
        CHECK(entries[i]["reminders"] == json::array({"-1 day, 0:00:00"}));
    }
}

TEST_CASE("an entry keeps its UID when its time changes, and no two share one", "[foresight]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    const auto before = entries_of(box, box.kaspar({"forecast", zone, "--ics", "--until", "60d"}));
    box.wait(1h);
    const auto after = entries_of(box, box.kaspar({"forecast", zone, "--ics", "--until", "60d"}));
    CHECK(uids(before).size() == before.size());
    CHECK(uids(before) == uids(after));
    CHECK(before[0]["at"] != after[0]["at"]);
}

TEST_CASE("without a name the calendar is of all zones, and one that stands still hides no other",
          "[foresight]") {
    Sandbox box;
    CHECK(entries_of(box, box.kaspar({"forecast", "--ics"})).empty());
    CHECK(box.kaspar({"forecast", "--ics", "--until", "soon"}).status == 2);
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.add_zone("example.net").status == 0);
    std::set<std::string> zones;
    for (const auto& entry : entries_of(box, box.kaspar({"forecast", "--ics"}))) {
        const auto summary = entry["summary"].get<std::string>();
        zones.insert(summary.substr(0, summary.find(':')));
    }
    CHECK(zones == std::set<std::string>{zone, "example.net"});
    CHECK(box.kaspar({"forecast"}).status == 2);
    CHECK(box.kaspar({"forecast", "--ics", "nowhere.example"}).status == 1);
    CHECK(box.kaspar({"forecast", "--ics", "--until", "soon"}).status == 2);
}

}  // namespace calendar_test
