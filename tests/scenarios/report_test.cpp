// `kaspar report --html` and `kaspar forecast --svg`: what they hold, that nothing of others gets
// into their markup, and that a browser makes of them what they promise.
#include <fmt/format.h>

#include <regex>

#include "enforcer/store/database.h"
#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"

namespace report_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

void pass_days(Sandbox& box, const std::vector<std::string>& zones, int days) {
    for (int day = 0; day < days; ++day) {
        for (const auto& zone : zones)
            box.sign(zone);
        expect(box.enforcer());
        box.wait(24h);
    }
}

/// A zone in the middle of a KSK roll, and one that is just beginning.
struct TwoZones {
    TwoZones() {
        expect(box.add_zone());
        expect(box.enforcer());
        pass_days(box, {"example.org"}, 3);
        expect(box.kaspar({"ds", "seen", "example.org"}));
        pass_days(box, {"example.org"}, 3);
        old_key = tag("ksk");
        expect(box.kaspar({"key", "roll", "example.org", "--role", "ksk"}));
        expect(box.enforcer());
        pass_days(box, {"example.org"}, 2);
        expect(box.add_zone("other.example"));
        expect(box.enforcer());
    }

    std::string tag(const std::string& role) const { return box.key(role)["tag"].dump(); }

    std::string report(std::vector<std::string> arguments = {}) const {
        arguments.insert(arguments.begin(), {"report", "--html", file()});
        const auto written = box.kaspar(arguments);
        expect(written);
        CHECK(written.output.empty());
        return box.read(file());
    }

    std::string file() const { return (box / "report.html").string(); }

    Sandbox box;
    std::string old_key;
};

/// "2026-11-24 00:00:00", as pages show it.
std::string shown(const nlohmann::json& time) {
    auto text = time.get<std::string>();
    text.at(text.find('T')) = ' ';
    return text.substr(0, text.size() - 1);
}

/// Fails the test unless each state that the log tells of has a bar from then on; how many there
/// were.
int check_moves(const std::string& page, const nlohmann::json& log) {
    int checked = 0;
    for (const auto& move : log)
        if (move["to"] == "rumoured" || move["to"] == "omnipresent" ||
            move["to"] == "unretentive") {
            const auto bar = fmt::format("{}: {} from {}", move["what"].get<std::string>(),
                                         move["to"].get<std::string>(), shown(move["at"]));
            INFO(bar);
            // A goal is told with the same words; its bars are those of its records.
            if (!has(bar, "goal of")) {
                CHECK(has(page, bar));
                ++checked;
            }
        }
    return checked;
}

int check_foreseen(const std::string& page, const nlohmann::json& forecast) {
    int checked = 0;
    for (const auto& event : forecast["events"])
        if (event["kind"] == "state" && event["to"] != "hidden" &&
            event["at"] < forecast["until"]) {
            const auto what = event["what"].get<std::string>();
            const auto bar = fmt::format("{}: {} from {}", what.substr(0, what.find(':')),
                                         event["to"].get<std::string>(), shown(event["at"]));
            INFO(bar);
            CHECK(has(page, bar));
            ++checked;
        }
    return checked;
}

void change_database(const Sandbox& box, const std::string& statement) {
    auto database = enforcer::Database::open((box / "state/kaspar.db").string());
    REQUIRE(database.ok());
    REQUIRE(database->run(statement).ok());
}

/// Fails the test unless it is well-formed XML.
void check_well_formed(const std::string& file) {
    const auto read = run({.arguments = {"xmllint", "--noout", file}});
    INFO(read.errors);
    CHECK(read.status == 0);
}

std::string attribute(const std::string& element, const std::string& name) {
    std::smatch found;
    return std::regex_search(element, found, std::regex(name + "=\"([^\"]*)\"")) ? found[1].str()
                                                                                 : "";
}

/// Fails the test unless what was is drawn before the line "now", and what is foreseen after it.
void check_sides_of_now(const std::string& drawing) {
    std::smatch line;
    REQUIRE(std::regex_search(drawing, line, std::regex("<line class=\"now\" x1=\"([0-9.]*)\"")));
    const double now = std::stod(line[1]);
    const auto bars = drawing.substr(drawing.find("class=\"future\""));  // after the legend
    const std::regex bar(
        "<rect class=\"bar [a-z]*( foreseen)?\" x=\"([0-9.]*)\" y=\"[0-9.]*\" width=\"([0-9.]*)\"");
    int before = 0, after = 0;
    for (std::sregex_iterator at(bars.begin(), bars.end(), bar), end; at != end; ++at) {
        const double x = std::stod((*at)[2]), width = std::stod((*at)[3]);
        ++((*at)[1].matched ? after : before);
        CHECK(((*at)[1].matched ? x >= now - 0.1 : x + width <= now + 2.1));
    }
    CHECK(before > 5);
    CHECK(after > 5);
}

struct Browsed {
    std::string page;  ///< once its script has run
    std::string log;
};

/// What a browser makes of the file at this address.
Browsed browse(const Sandbox& box, const std::string& address) {
    const auto home = (box / "browser").string();
    const auto shown =
        run({.arguments = {"chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
                           "--user-data-dir=" + home, "--enable-logging=stderr", "--v=0",
                           "--virtual-time-budget=2000", "--dump-dom", "file://" + address},
             .environment = {{"HOME", home}}});
    INFO(shown.errors);
    REQUIRE(shown.status == 0);
    return {shown.output, shown.errors};
}

/// The overview's zones in the order of the page, those that are shown.
std::vector<std::string> zones_shown(const std::string& page) {
    std::vector<std::string> found;
    const std::regex row(
        "<tr data-standing=\"[a-z]*\"( hidden=\"\")?><th[^>]*data-sort=\"([^\"]*)\"");
    for (std::sregex_iterator at(page.begin(), page.end(), row), end; at != end; ++at)
        if (!(*at)[1].matched)
            found.push_back((*at)[2]);
    return found;
}

std::string sorted_by(const std::string& page) {
    std::smatch found;
    const std::regex title("<th [^>]*data-key=\"([a-z]*)\"[^>]*aria-sort=\"([a-z]*)\"");
    return std::regex_search(page, found, title) ? found[1].str() + " " + found[2].str() : "";
}

}  // namespace

TEST_CASE("a report has every zone, its keys past and to come, and what it needs", "[report]") {
    const TwoZones zones;
    const auto page = zones.report();
    check_well_formed(zones.file());
    const auto fresh = zones.box.json({"ds", "show", "example.org"})[0]["tag"].dump();
    REQUIRE(fresh != zones.old_key);
    CHECK(zones_shown(page) == std::vector<std::string>{"example.org", "other.example"});
    CHECK(has(page, "<section class=\"zone\" id=\"zone-example.org\""));
    CHECK(has(page, "<a href=\"#zone-other.example\">"));
    // The past is what the log says, and what is to come what the forecast says.
    CHECK(check_moves(page, zones.box.json({"log", "example.org"})) > 10);
    CHECK(check_foreseen(page, zones.box.json({"forecast", "example.org", "--all-states"})) > 5);
    CHECK(has(page, "new zsk 1"));
    CHECK(has(page, "<code>kaspar ds seen example.org</code>"));
    CHECK(has(page, "<code>kaspar-signer once --zone other.example</code>"));
}

TEST_CASE("a report about one zone has that zone only", "[report]") {
    const TwoZones zones;
    const auto page = zones.report({"other.example"});
    check_well_formed(zones.file());
    CHECK(has(page, "id=\"zone-other.example\""));
    CHECK(!has(page, "example.org"));
    CHECK(zones.box.kaspar({"report", "--html", zones.file(), "nowhere.example"}).status == 1);
    CHECK(zones.box.kaspar({"report"}).status == 2);
    CHECK(zones.box.kaspar({"report", "--html", "-", "--json"}).status == 2);
    CHECK(zones.box.kaspar({"report", "--html", "-", "other.example"}).output == page);
}

TEST_CASE("a page loads nothing and runs nothing but its own script", "[report]") {
    const TwoZones zones;
    const auto page = zones.report();
    CHECK(!has(page, "http:"));
    CHECK(!has(page, "https:"));
    CHECK(!has(page, " src="));
    CHECK(!has(page, "@import"));
    const std::string policy = attribute(page, "content");
    CHECK(has(policy, "default-src &#39;none&#39;"));
    CHECK(!has(policy, "unsafe"));
}

TEST_CASE("words of others stay words in a page", "[report]") {
    TwoZones zones;
    Sandbox& box = zones.box;
    const std::string hostile = "<script>alert(1)</script>.example";
    box.write("hostile", "the enforcer does not read it\n");
    expect(box.kaspar({"zone", "add", hostile, "--policy", "test", "--input",
                       (box / "hostile").string(), "--output", (box / "hostile.signed").string()}));
    expect(box.enforcer());
    auto refused = box.perfect_report("other.example");
    refused.last_run.outcome = RunOutcome::refused;
    refused.last_run.errors = {
        "<img src=x onerror=alert(2)>",
        "]]> --> \"' & \x1B[31m \xE2\x80\xAE \xC3",
    };
    box.write_report(refused);
    const auto page = zones.report();
    check_well_formed(zones.file());
    CHECK(!has(page, "<script>alert"));
    CHECK(!has(page, "<img"));
    CHECK(has(page, "\\&lt;script\\&gt;alert"));
    CHECK(has(page, "&lt;img src=x onerror=alert(2)&gt;"));
    CHECK(has(page, "]]&gt; --&gt; &quot;&#39; &amp; \xEF\xBF\xBD[31m \xEF\xBF\xBD \xEF\xBF\xBD"));
    const auto browsed = browse(box, zones.file());
    CHECK(!has(browsed.log, "CONSOLE"));
    CHECK(zones_shown(browsed.page).size() == 3);
    CHECK(zones_shown(browsed.page).front() == "other.example");  // it needs a person
}

TEST_CASE("a zone that stands still has its chapter, and says why there is no forecast",
          "[report]") {
    TwoZones zones;
    change_database(zones.box, "DELETE FROM ds_versions");
    const auto page = zones.report();
    check_well_formed(zones.file());
    CHECK(has(page, "There is no forecast: "));
    CHECK(has(page, "id=\"zone-other.example\""));
}

TEST_CASE("of many zones all are in the overview, and the most urgent have chapters", "[report]") {
    TwoZones zones;
    change_database(
        zones.box,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 199) "
        "INSERT INTO zones (name, policy, input, output, added, versions) SELECT "
        "'zone' || i || '.example', 'test', 'in', 'out' || i, 0, 1 FROM n");
    const auto page = zones.report();
    check_well_formed(zones.file());
    CHECK(zones_shown(page).size() == 201);
    // Those whose versions are missing in the database stand still, and so come first.
    CHECK(has(page, "id=\"zone-zone199.example\""));
    CHECK(has(page, "<a href=\"#zone-example.org\">"));
    CHECK(!has(page, "id=\"zone-other.example\""));
    CHECK(!has(page, "<a href=\"#zone-other.example\">"));
    CHECK(has(page,
              "The 200 most urgent zones have a chapter below; "
              "<code>kaspar report --html FILE NAME</code> makes that of any other."));
}

TEST_CASE("in a browser the overview is filtered and sorted as its address says", "[report]") {
    const TwoZones zones;
    zones.report();
    const auto plain = browse(zones.box, zones.file());
    CHECK(!has(plain.log, "CONSOLE"));
    CHECK(sorted_by(plain.page) == "urgency ascending");
    CHECK(zones_shown(plain.page) == std::vector<std::string>{"example.org", "other.example"});

    const auto sorted = browse(zones.box, zones.file() + "#sort=-zone");
    CHECK(sorted_by(sorted.page) == "zone descending");
    CHECK(zones_shown(sorted.page) == std::vector<std::string>{"other.example", "example.org"});

    // What has no expiry comes last.
    const auto by_expiry = browse(zones.box, zones.file() + "#sort=expiry");
    CHECK(sorted_by(by_expiry.page) == "expiry ascending");
    CHECK(zones_shown(by_expiry.page) == std::vector<std::string>{"example.org", "other.example"});

    const auto filtered = browse(zones.box, zones.file() + "#filter=OTHER+test&show=calm");
    CHECK(zones_shown(filtered.page) == std::vector<std::string>{"other.example"});
    CHECK(has(filtered.page, "1 of 2 shown"));
    CHECK(has(filtered.page,
              "id=\"zone-example.org\" aria-labelledby=\"zone-example.org-name\" hidden"));
}

TEST_CASE("forecast --svg draws the zone into a file of its own", "[report]") {
    const TwoZones zones;
    const auto file = (zones.box / "timeline.svg").string();
    expect(zones.box.kaspar({"forecast", "example.org", "--svg", file}));
    check_well_formed(file);
    const auto drawing = zones.box.read(file);
    CHECK(has(drawing, "<title>Timeline of example.org, 2026-11-23 18:00:00 to "));
    CHECK(has(drawing, "DNSKEY of ksk " + zones.old_key));
    check_sides_of_now(drawing);
    CHECK(zones.box.kaspar({"forecast", "example.org", "--svg", "-"}).output == drawing);
    const auto longer =
        zones.box.kaspar({"forecast", "example.org", "--svg", "-", "--until", "300d"});
    CHECK(has(longer.output, "new zsk 2"));
    CHECK(!has(drawing, "new zsk 2"));
    // What is asked for is drawn whole.
    const auto years =
        zones.box.kaspar({"forecast", "example.org", "--svg", "-", "--until", "12y"});
    CHECK(has(years.output, "new zsk 40"));
    CHECK(zones.box.kaspar({"forecast", "example.org", "--svg", file, "--ics"}).status == 2);
    CHECK(zones.box.kaspar({"forecast", "example.org", "--svg", file, "--json"}).status == 2);
    CHECK(zones.box.kaspar({"forecast", "--svg", file}).status == 2);
    CHECK(zones.box.kaspar({"forecast", "example.org", "--svg", "/nowhere/at/all.svg"}).status ==
          1);
}

}  // namespace report_test
