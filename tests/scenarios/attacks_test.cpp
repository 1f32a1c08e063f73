// Attacks on the whole programs: zone names and paths that lead elsewhere, secrets that others can
// read, reports that are forged, words that give a terminal orders.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "common/system/file.h"
#include "tests/scenarios/sandbox.h"
#include "tests/scenarios/token_site.h"
#include "tests/support/catch.h"
#include "tests/support/installation.h"

namespace attacks_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;
using std::filesystem::path;

namespace {

/// A name in presentation form out of labels of any octets.
std::string name_of(const std::vector<std::string>& labels) {
    Bytes wire;
    for (const auto& label : labels) {
        wire.push_back(static_cast<std::uint8_t>(label.size()));
        wire.insert(wire.end(), label.begin(), label.end());
    }
    wire.push_back(0);
    return Name::from_wire(wire).value().text();
}

/// As it is given on a command line, where a dash in front would begin an option.
std::string argument(const std::string& name) {
    return name.starts_with('-') ? "\\045" + name.substr(1) : name;
}

/// 128 octets from `first` on in one name.
std::string half_of_all_octets(int first) {
    std::vector<std::string> labels(4);
    for (int octet = first; octet < first + 128; ++octet)
        labels[static_cast<std::size_t>(octet % 4)] += static_cast<char>(octet);
    return name_of(labels);
}

std::vector<std::string> odd_names() {
    const std::string longest(63, '/');
    return {".",
            half_of_all_octets(0),
            half_of_all_octets(128),
            name_of({longest, longest, longest, std::string(61, '.')}),
            name_of({"..", "..", "etc"}),
            name_of({"-rf", "example"}),
            name_of({"%2F", "%s%n", "example"}),
            name_of({"$(touch prey);`id`&|\"'\n", "example"})};
}

/// Line feeds and nothing else that a terminal would obey.
bool is_printable(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return c == '\n' || (octet >= 0x20 && octet != 0x7f);
    });
}

void check_printable(const CommandResult& result, int status = 0) {
    INFO(result.output << result.errors);
    CHECK(result.status == status);
    CHECK(is_printable(result.output));
    CHECK(is_printable(result.errors));
}

std::vector<std::string> files_in(const path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    return names;
}

bool took_in_report(const Sandbox& box) {
    return says(box.kaspar({"log"}), "report recorded");
}

void set_mode(const path& file, mode_t mode) {
    INFO(file);
    REQUIRE(::chmod(file.c_str(), mode) == 0);
}

}  // namespace

TEST_CASE("zones with every odd octet in their names have safe files and are told safely",
          "[attack]") {
    const Installation site;
    const auto names = odd_names();
    for (std::size_t i = 0; i < names.size(); ++i) {
        INFO(names[i]);
        site.write(fmt::format("zone{}", i), zone_of(0));  // the longest name has no room below
        check_printable(
            site.kaspar({"zone", "add", "--policy", "lab", "--input",
                         (site / fmt::format("zone{}", i)).string(), "--output",
                         (site / fmt::format("zone{}.signed", i)).string(), argument(names[i])}));
    }
    check_printable(site.enforcer());
    check_printable(site.signer());
    check_printable(site.enforcer());
    for (const auto& file : files_in(site / "state")) {
        INFO(file);
        CHECK(file.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEF0123456789.-_@%") ==
              file.npos);
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto& name = names[i];
        INFO(name);
        check_printable(
            run({{KASPAR_PROGRAMS "/signer/kaspar-signer", "verify",
                  (site / fmt::format("zone{}.signed", i)).string(), "--zone", argument(name)}}));
        for (const auto* command : {"status", "explain", "log", "forecast"})
            check_printable(site.kaspar({command, argument(name)}));
        site.write(fmt::format("zone{}", i), "\x1b]0;owned\x07 broken\n");
    }
    check_printable(site.signer(), 1);
    check_printable(site.signer({"--log", "json"}), 1);
    for (const auto* command : {"status", "log", "metrics"})
        check_printable(site.kaspar({command}));
    check_printable(site.kaspar({"health"}), 1);
}

TEST_CASE("a zone's or policy's name that leads out of its folder is refused", "[attack]") {
    const Sandbox box;
    for (const auto* zone : {"..", "../../etc/passwd", "a/../..", "/etc/passwd\n", ""}) {
        INFO(zone);
        const auto refused = box.add_zone(zone);
        CHECK(refused.status != 0);
        CHECK(refused.errors.find("kaspar: ") == 0);
    }
    for (const auto* policy : {"../test", "../policies/test", "/etc/passwd", ".", ""}) {
        INFO(policy);
        const auto refused =
            box.kaspar({"zone", "add", "example.org", "--policy", policy, "--input",
                        (box / "in").string(), "--output", (box / "out").string()});
        CHECK(refused.status != 0);
        CHECK(says(refused, "there is no policy"));
    }
}

TEST_CASE("two paths to one output are seen to be one", "[attack]") {
    const Sandbox box;
    std::filesystem::create_directory(box / "real");
    std::filesystem::create_directory_symlink(box / "real", box / "linked");
    const auto add = [&](const std::string& zone, const path& output) {
        return box.kaspar({"zone", "add", zone, "--policy", "test", "--input",
                           (box / "in").string(), "--output", output.string()});
    };
    REQUIRE(add("one.example", box / "real" / "out").status == 0);
    for (const auto& same : {box / "linked" / "out", box / "real" / ".." / "real" / "out",
                             box / "real" / "." / "out"}) {
        INFO(same);
        const auto refused = add("two.example", same);
        CHECK(refused.status == 1);
        CHECK(says(refused, "is the output of zone one.example already"));
    }
    const auto source = add("two.example", box / "linked" / ".." / "in");
    CHECK(source.status == 1);
    CHECK(says(source, "input and output are the same file"));
}

TEST_CASE("a secret that others can read is not used, and the command that mends it is told",
          "[attack][secret]") {
    const Installation site;
    site.write("example.org", zone_of(2));
    site.add_zone("example.org", "lab");
    expect(site.enforcer());
    expect(site.signer());
    const auto refused = [&](const path& file, mode_t open, mode_t closed, bool by_signer) {
        set_mode(file, open);
        // Something to do for either program.
        site.write("example.org", zone_of(static_cast<int>(open) % 50 + 3));
        if (!by_signer)
            expect(site.kaspar({"key", "roll", "example.org", "--role", "zsk"}));
        const auto result = by_signer ? site.signer() : site.enforcer();
        check_complains(result, {fmt::format("chmod {:o} '{}'", closed, file.string())});
        set_mode(file, closed);
    };
    const auto key = files_in(site / "keys").at(0);
    for (const mode_t open : {0604u, 0640u, 0602u}) {
        refused(site / "passphrase", open, 0600, true);
        refused(site / "keys" / key, open, 0600, true);
    }
    refused(site / "keys", 0755, 0700, true);
    expect(site.signer());
    refused(site / "state/enforcer.key", 0644, 0600, false);
    expect(site.enforcer());
}

TEST_CASE("a PIN that others can read is not used", "[attack][secret][token]") {
    const TokenSite site;
    site.sign_first();
    const auto pin = site.programs / "hsm.pin";
    set_mode(pin, 0644);
    site.change(3);
    check_complains(site.check_refused(), {fmt::format("chmod 600 '{}'", pin.string())});
    set_mode(pin, 0600);
    site.work();
}

TEST_CASE("a TSIG secret that others can read is not used", "[attack][secret]") {
    Sandbox box;
    box.write("tsig", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0IQ==\n");
    auto policy = nlohmann::json::parse(box.read(box / "policies/test.json"));
    policy["parent"]["servers"] = {"127.0.0.1@1 key transfer"};
    box.write("policies/test.json", policy.dump());
    auto configuration = nlohmann::json::parse(box.read(box / "kaspar.json"), nullptr, true, true);
    configuration["tsig_keys"]["transfer"]["secret_file"] = (box / "tsig").string();
    box.write("kaspar.json", configuration.dump());
    REQUIRE(box.add_zone().status == 0);
    set_mode(box / "tsig", 0644);
    check_says(box.kaspar({"ds", "check", "example.org"}),
               {fmt::format("chmod 600 '{}'", (box / "tsig").string())});
}

TEST_CASE("files that everybody may write are not believed", "[attack]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    box.sign();
    const auto refused = [&](const path& file, mode_t open, mode_t closed) {
        set_mode(file, open);
        box.wait(1min);
        const auto result = box.enforcer();
        INFO(result.errors);
        CHECK(result.status == 1);
        CHECK(says(result, fmt::format("chmod o-w '{}'", file.string())));
        set_mode(file, closed);
    };
    refused(box.report(), 0646, 0644);
    refused(box.report().parent_path(), 0777, 0770);
    refused(box / "kaspar.json", 0646, 0644);
    refused(box / "state/kaspar.db", 0646, 0600);
    CHECK_FALSE(took_in_report(box));
    CHECK(box.enforcer().status == 0);
    CHECK(took_in_report(box));
}

TEST_CASE("a policy that everybody may write is not taken in, and the last good one stands",
          "[attack]") {
    const Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    const auto before = box.read(box.instruction());
    auto policy = nlohmann::json::parse(box.read(box / "policies/test.json"));
    policy["zone"]["max_ttl"] = "2h";
    box.write("policies/test.json", policy.dump());
    set_mode(box / "policies/test.json", 0646);
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(says(pass, "chmod o-w '"));
    CHECK(box.read(box.instruction()) == before);
    CHECK(says(box.kaspar({"health"}), "chmod o-w '"));
    set_mode(box / "policies/test.json", 0644);
    CHECK(box.enforcer().status == 0);
    CHECK(box.read(box.instruction()) != before);
}

TEST_CASE("a report of a publication before its own instruction starts no clock earlier",
          "[attack]") {
    Sandbox honest, forged;
    std::vector<nlohmann::json> events;
    for (Sandbox* box : {&honest, &forged}) {
        REQUIRE(box->add_zone().status == 0);
        REQUIRE(box->enforcer().status == 0);
        auto report = box->perfect_report();
        if (box == &forged)
            report.publication->published -= std::chrono::days(300);
        box->write_report(report);
        REQUIRE(box->enforcer().status == 0);
        CHECK(took_in_report(*box));
        events.push_back(box->json({"status", "example.org"})["next_event"]);
    }
    CHECK(events[0] == events[1]);
}

TEST_CASE("whatever is put in a report's place, the enforcer ends and moves nothing", "[attack]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    const auto report = box.report();
    SECTION("a FIFO") {
        REQUIRE(::mkfifo(report.c_str(), 0600) == 0);
    }
    SECTION("an endless device") {
        std::filesystem::create_symlink("/dev/zero", report);
    }
    SECTION("a folder") {
        std::filesystem::create_directory(report);
    }
    SECTION("a link to itself") {
        std::filesystem::create_symlink(report, report);
    }
    SECTION("a file that is no report") {
        std::filesystem::create_symlink(box / "kaspar.json", report);
    }
    const auto pass = box.enforcer();
    INFO(pass.errors);
    std::error_code loop;  // a file that cannot be looked at is as good as none
    CHECK(pass.status == (std::filesystem::exists(report, loop) ? 1 : 0));
    CHECK_FALSE(took_in_report(box));
    expect(box.kaspar({"health"}), 1);
}

TEST_CASE("what a report says gives a terminal no orders", "[attack]") {
    const Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    auto report = box.perfect_report();
    report.last_run.outcome = RunOutcome::refused;
    report.last_run.errors = {
        "\x1b]0;owned\x07\x1b[2J\r\x08 \xc2\x9b"
        "31m"};
    box.write_report(report);
    box.enforcer();
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"status", "example.org"},
          {"status"},
          {"health"},
          {"health", "--nagios"},
          {"log"},
          {"metrics"}}) {
        const auto shown = box.kaspar(command);
        INFO(shown.output);
        CHECK(is_printable(shown.output));
        CHECK_FALSE(has(shown.output, "\xc2\x9b"));
    }
}

TEST_CASE("a program for the parent gets a hostile zone's name as data", "[attack][submission]") {
    Sandbox box;
    const auto zone = name_of({"$(touch prey);`touch prey`&|\"'\n", "example"});
    box.write("hook",
              "#!/bin/bash\ncd \"${0%/*}\"\ncat > asked\nprintf %s \"$KASPAR_ZONE\" > named\n");
    set_mode(box / "hook", 0755);
    auto policy = nlohmann::json::parse(box.read(box / "policies/test.json"));
    policy["parent"]["ds_submit"] = (box / "hook").string();
    box.write("policies/test.json", policy.dump());
    REQUIRE(box.kaspar({"zone", "add", zone, "--policy", "test", "--input", (box / "in").string(),
                        "--output", (box / "out").string()})
                .status == 0);
    const auto file_name = Name::from_text(zone).value().file_name();
    for (int step = 0; step < 3; ++step) {
        expect(box.enforcer());
        box.sign(file_name);
        expect(box.enforcer());
        box.wait(48h);
    }
    CHECK(box.read(box / "named") == zone);
    const auto asked = nlohmann::json::parse(box.read(box / "asked"));
    CHECK(asked["zone"] == zone);
    CHECK(asked["ds"][0].get<std::string>().starts_with(zone + ". IN DS "));
    CHECK_FALSE(std::filesystem::exists(box / "prey"));
}

TEST_CASE("the example for a registrar's interface keeps a zone's name in its place in the URL",
          "[attack][submission]") {
    const TempFolder folder;
    std::ofstream(folder / "curl") << "#!/bin/bash\nprintf %s \"${@: -1}\"\n";
    set_mode(folder / "curl", 0755);
    std::ofstream(folder / "token") << "token\n";
    const std::string path = ::getenv("PATH");
    const auto asked = run({.arguments = {"tools/hooks/ds-by-http"},
                            .environment = {{"PATH", folder.path().string() + ":" + path},
                                            {"DS_HTTP_TOKEN_FILE", (folder / "token").string()},
                                            {"DS_HTTP_URL", "https://registrar.example"}},
                            .input = R"({"zone": "a/../b?c=#d.example", "wanted_ds": []})"});
    expect(asked);
    CHECK(asked.output == "https://registrar.example/a%2F..%2Fb%3Fc%3D%23d.example/ds");
}

}  // namespace attacks_test
