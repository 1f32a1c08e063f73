// What Prometheus is told, checked by Prometheus's own tool; alert rules and dashboard against it.
#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "common/system/clock.h"
#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"
#include "tests/support/server_process.h"

namespace metrics_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

struct Monitored : Sandbox {
    explicit Monitored(std::optional<Time> at = {}) {
        if (at)
            set_time(*at);
        REQUIRE(add_zone().status == 0);
        REQUIRE(enforcer().status == 0);
        sign();
        REQUIRE(enforcer().status == 0);
    }

    std::string metrics() const {
        const auto shown = kaspar({"metrics"});
        INFO(shown.errors);
        REQUIRE(shown.status == 0);
        return shown.output;
    }

    void configure(const std::string& fields) const {
        std::string text = read(*this / "kaspar.json");
        text.insert(text.rfind('}'), ", " + fields);
        write("kaspar.json", text);
    }
};

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::set<std::string> names_in(const std::string& text) {
    const std::regex name("kaspar_[a-z_]+");
    std::set<std::string> names;
    for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at)
        names.insert(at->str());
    return names;
}

std::string content_of(const std::string& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    REQUIRE(!text.str().empty());
    return text.str();
}

}  // namespace

TEST_CASE("metrics tell how a zone is, and promtool finds nothing wrong with them", "[metrics]") {
    Monitored site;
    const auto text = site.metrics();
    const std::string zone = "{zone=\"example.org\"}";
    const auto expiry = std::to_string((site.now() + 14 * 24h).time_since_epoch().count());
    CHECK(has_line(text, "kaspar_zone_first_expiry_timestamp_seconds" + zone + " " + expiry));
    CHECK(has_line(text, "kaspar_zone_first_expiry_seconds" + zone + " 1209600"));
    CHECK(has_line(text, "kaspar_zone_dnskey_expiry_seconds" + zone + " 1209600"));
    CHECK(has_line(text, "kaspar_zone_expiry_warning_seconds" + zone + " 302400"));
    CHECK(has_line(text, "kaspar_zone_verification_failed" + zone + " 0"));
    CHECK(has_line(text, "kaspar_zone_published_generation" + zone + " 1"));
    CHECK(has_line(text, R"(kaspar_zone_rolling{zone="example.org",role="zsk"} 1)"));
    CHECK(has_line(text, R"(kaspar_zone_keys{zone="example.org",role="ksk",goal="in use"} 1)"));
    CHECK(has_line(text, R"(kaspar_zones{state="good"} 1)"));
    CHECK(has_line(text, R"(kaspar_keystore_working{keystore="local"} 1)"));
    CHECK(has_line(text, R"(kaspar_policy_in_force{policy="test"} 1)"));
    CHECK(has_line(text, "kaspar_enforcer_last_pass_failures 0"));
    CHECK(has_line(text, "kaspar_audit_trail_whole 1"));
    CHECK(has_line(text, "kaspar_test_alert 0"));

    const auto judged = run({{"promtool", "check", "metrics"}, {}, text});
    INFO(judged.output << judged.errors);
    CHECK(judged.status == 0);
}

TEST_CASE("metrics tell what is wrong", "[metrics]") {
    Monitored site;
    Report report = site.perfect_report();
    report.last_run.outcome = RunOutcome::refused;
    report.last_run.errors = {"a signature does not verify"};
    report.last_run.failing_since = site.now();
    report.last_run.last_good = site.now() - 2h;
    report.last_run.failed_verification = true;
    site.write_report(report);
    site.write("policies/test.json", "{}");
    CHECK(site.enforcer().status == 1);
    REQUIRE(site.kaspar({"health", "--test-alert"}).status == 0);
    const auto text = site.metrics();
    CHECK(has_line(text, R"(kaspar_zones{state="failing"} 1)"));
    CHECK(has_line(text, R"(kaspar_zones{state="good"} 0)"));
    CHECK(
        has_line(text, R"(kaspar_zone_state{zone="example.org",policy="test",state="failing"} 1)"));
    CHECK(has_line(text, R"(kaspar_zone_last_outcome{zone="example.org",outcome="refused"} 1)"));
    CHECK(has_line(text, R"(kaspar_zone_verification_failed{zone="example.org"} 1)"));
    const auto good = std::to_string((site.now() - 2h).time_since_epoch().count());
    CHECK(has_line(text,
                   R"(kaspar_zone_last_good_run_timestamp_seconds{zone="example.org"} )" + good));
    CHECK(has_line(text, R"(kaspar_policy_in_force{policy="test"} 0)"));
    CHECK(has_line(text, "kaspar_enforcer_last_pass_failures 1"));
    CHECK(has_line(text, "kaspar_test_alert 1"));
    site.wait(15 * 24h);
    CHECK(has_line(site.metrics(), R"(kaspar_zones{state="expired"} 1)"));
    CHECK(has_line(site.metrics(), "kaspar_test_alert 0"));
}

TEST_CASE("whoever is waited for is told, with how long", "[metrics]") {
    Monitored site;
    REQUIRE(site.kaspar({"zone", "pause", "example.org"}).status == 0);
    REQUIRE(site.enforcer().status == 0);
    site.wait(3h);
    CHECK(has_line(site.metrics(),
                   R"(kaspar_zone_blocked_seconds{zone="example.org",on="pause"} 10800)"));
    REQUIRE(site.kaspar({"zone", "resume", "example.org"}).status == 0);
    REQUIRE(site.enforcer().status == 0);
    CHECK(site.metrics().find("kaspar_zone_blocked_seconds{") == std::string::npos);
}

TEST_CASE("the enforcer writes the configured file, and its failure stops nothing", "[metrics]") {
    Monitored site;
    site.configure(R"("metrics": { "file": "kaspar.prom" })");
    REQUIRE(site.enforcer().status == 0);
    CHECK(site.read(site / "kaspar.prom") == site.metrics());
    CHECK(std::filesystem::status(site / "kaspar.prom").permissions() ==
          std::filesystem::perms{0644});
    REQUIRE(site.kaspar({"metrics", "--file", (site / "other.prom").string()}).status == 0);
    CHECK(site.read(site / "other.prom") == site.metrics());

    std::filesystem::remove(site / "kaspar.prom");
    std::filesystem::create_directory(site / "kaspar.prom");
    site.wait(60s);
    site.sign();
    const auto pass = site.enforcer();
    CHECK(pass.status == 0);
    CHECK_THAT(pass.output, Catch::StartsWith("looked at 1 zone"));
    CHECK_THAT(pass.errors, Catch::Contains("error metrics: ") && Catch::Contains("kaspar.prom"));
}

TEST_CASE("the configuration's words on metrics are checked", "[metrics]") {
    Monitored site;
    site.configure(R"("metrics": { "file": "kaspar.txt", "listen": "9553" })");
    const auto told = site.kaspar({"status"});
    CHECK(told.status == 1);
    CHECK_THAT(told.errors, Catch::Contains("metrics.listen") && Catch::Contains("127.0.0.1:9553"));
    CHECK_THAT(told.errors, Catch::Contains("metrics.file") && Catch::Contains(".prom"));
}

TEST_CASE("alert rules are good by promtool's word, and each fires when it should", "[metrics]") {
    for (const std::vector<std::string>& check :
         {std::vector<std::string>{"check", "rules", "tools/monitoring/kaspar.rules.yml"},
          std::vector<std::string>{"test", "rules", "tools/monitoring/kaspar.rules.test.yml"}}) {
        std::vector<std::string> command{"promtool"};
        command.insert(command.end(), check.begin(), check.end());
        const auto judged = run({command});
        INFO(judged.output << judged.errors);
        CHECK(judged.status == 0);
    }
}

TEST_CASE("rules, their tests and the dashboard name only metrics that there are", "[metrics]") {
    const auto emitted = names_in(Monitored().metrics());
    for (const std::string file :
         {"kaspar.rules.yml", "kaspar.rules.test.yml", "kaspar.dashboard.json"}) {
        const auto named = names_in(content_of("tools/monitoring/" + file));
        CHECK(named.size() > 5);
        for (const std::string& name : named) {
            INFO(file << " names " << name);
            CHECK(emitted.contains(name));
        }
    }
    const auto dashboard =
        nlohmann::json::parse(content_of("tools/monitoring/kaspar.dashboard.json"));
    std::set<int> ids;
    for (const auto& panel : dashboard["panels"])
        CHECK(ids.insert(panel["id"].get<int>()).second);
    CHECK(ids.size() > 10);
}

TEST_CASE("every alert rule has a test", "[metrics]") {
    const auto rules = content_of("tools/monitoring/kaspar.rules.yml");
    const auto tests = content_of("tools/monitoring/kaspar.rules.test.yml");
    const std::regex alert("alert: (Kaspar[A-Za-z]+)");
    for (std::sregex_iterator at(rules.begin(), rules.end(), alert), end; at != end; ++at) {
        INFO((*at)[1].str());
        CHECK(tests.find((*at)[1].str()) != std::string::npos);
    }
}

TEST_CASE("an enforcer that stays serves its metrics, and tells what a pass changed", "[metrics]") {
    const Monitored site(Clock::system().now());  // which the enforcer that stays has
    const auto port = std::to_string(free_port());
    const auto address = "127.0.0.1:" + port;
    site.configure("\"metrics\": { \"listen\": \"" + address + "\" }");
    ServerProcess enforcer(
        {KASPAR_PROGRAMS "/enforcer/kaspar-enforcer", "run", "-c", (site / "kaspar.json").string()},
        site / "enforcer.log");
    const auto fetched = [&] {
        const auto answer = run({{"bash", "-c",
                                  "exec 3<>/dev/tcp/127.0.0.1/" + port +
                                      "; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"}})
                                .output;
        const auto body = answer.find("\r\n\r\n");
        return body == std::string::npos ? std::string() : answer.substr(body + 4);
    };
    wait_until(enforcer, [&] { return has_line(fetched(), R"(kaspar_zones{state="good"} 1)"); });
    const auto judged = run({{"promtool", "check", "metrics"}, {}, fetched()});
    INFO(judged.output << judged.errors);
    CHECK(judged.status == 0);
    CHECK(has_line(fetched(), "kaspar_test_alert 0"));

    REQUIRE(site.kaspar({"health", "--test-alert"}).status == 0);
    wait_until(enforcer, [&] { return has_line(fetched(), "kaspar_test_alert 1"); });
    REQUIRE(site.kaspar({"zone", "remove", "example.org", "--force"}).status == 0);
    wait_until(enforcer, [&] { return has_line(fetched(), R"(kaspar_zones{state="good"} 0)"); });

    // Its address is taken now; another goes on without.
    ServerProcess second(
        {KASPAR_PROGRAMS "/enforcer/kaspar-enforcer", "run", "-c", (site / "kaspar.json").string()},
        site / "second.log");
    wait_until(second, [&] {
        return second.log().find("metrics cannot be served at " + address) != std::string::npos;
    });
    CHECK(second.running());
}

}  // namespace metrics_test
