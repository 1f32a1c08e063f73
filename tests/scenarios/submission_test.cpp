// Telling the parent: programs that work, fail, hang, print without end; NOTIFY(CDS) to the target
// of a real DSYNC record.
#include <fmt/format.h>
#include <sys/stat.h>

#include <fstream>
#include <memory>

#include "tests/scenarios/parent_site.h"
#include "tests/support/catch.h"
#include "tests/support/resolver.h"

namespace submission_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// A program of the operator's, in bash; what it is given is kept beside it.
class Program {
  public:
    explicit Program(const std::string& script) {
        std::ofstream(path()) << "#!/bin/bash\ncat > " << (folder_ / "input") << "\nenv > "
                              << (folder_ / "environment") << "\necho run >> " << (folder_ / "runs")
                              << "\n"
                              << script << "\n";
        REQUIRE(::chmod(path().c_str(), 0755) == 0);
    }
    std::string path() const { return folder_ / "program"; }
    json input() const { return json::parse(read("input")); }
    std::string read(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(folder_ / name).rdbuf();
        return text.str();
    }
    auto runs() const {
        const std::string all = read("runs");
        return std::count(all.begin(), all.end(), '\n');
    }

  private:
    TempFolder folder_;
};

std::string submitting(const Program& program, const std::string& more = "") {
    return fmt::format(R"("ds_submit": "{}"{})", program.path(), more);
}

json submission(ParentSite& site) {
    return site.box().json({"status", "example.org"})["submissions"][0];
}

}  // namespace

TEST_CASE("a program is told once of a DS to be submitted, with all that it must know",
          "[submission]") {
    Program program("echo accepted by the registrar");
    ParentSite site(submitting(program));
    CHECK(program.runs() == 0);
    site.reach_ds();
    CHECK(program.runs() == 1);
    const json input = program.input();
    CHECK(input["action"] == "ds_submit");
    CHECK(input["zone"] == "example.org");
    REQUIRE(input["ds"].size() == 1);
    const std::string ds = input["ds"][0];
    CHECK(has(site.wanted(), ds.substr(ds.find(" IN DS "))));
    CHECK(has(program.read("environment"), "KASPAR_DS=" + ds));
    CHECK_FALSE(has(program.read("environment"), "KASPAR_CONFIG"));
    CHECK(has(site.log(), "ds_submit is done"));
    CHECK(submission(site)["done"].is_string());
    site.step_after(24h);
    CHECK(program.runs() == 1);

    CHECK(site.box().kaspar({"ds", "submit", "example.org"}).status == 0);
    site.step();
    CHECK(program.runs() == 2);
    CHECK(site.box().kaspar({"ds", "seen", "example.org"}).status == 0);
    site.step();
    CHECK(site.box().kaspar({"ds", "submit", "example.org"}).status == 1);
}

TEST_CASE("a DS is withdrawn once the one in its place is there", "[submission]") {
    Program submit("true"), withdraw("true");
    ParentSite site(submitting(submit, fmt::format(R"(, "ds_withdraw": "{}")", withdraw.path())));
    site.reach_ds();
    const std::string old_ds = site.wanted();
    REQUIRE(site.box().kaspar({"ds", "seen", "example.org"}).status == 0);
    site.step_after(3h);
    REQUIRE(site.box().kaspar({"key", "roll", "example.org", "--role", "ksk"}).status == 0);
    site.step();
    site.step_after(48h);
    CHECK(submit.runs() == 2);
    CHECK(withdraw.runs() == 0);
    REQUIRE(site.box().kaspar({"ds", "seen", "example.org"}).status == 0);
    site.step();
    REQUIRE(withdraw.runs() == 1);
    const std::string ds = withdraw.input()["ds"][0];
    CHECK(has(old_ds, ds.substr(ds.find(" IN DS "))));
    CHECK(withdraw.input()["wanted_ds"].size() == 1);
}

TEST_CASE("a program that fails is tried again with growing pauses, and told of", "[submission]") {
    Program program("[[ $(wc -l < $(dirname $0)/runs) -ge 5 ]] || { echo no >&2; exit 3; }");
    ParentSite site(submitting(program));
    site.reach_ds();
    CHECK(program.runs() == 1);
    CHECK(has(submission(site)["trouble"].get<std::string>(), "exit status 3"));
    site.step();
    CHECK(program.runs() == 1);
    CHECK(site.box().kaspar({"health"}).status == 0);
    for (const auto pause : {1min, 2min}) {
        site.step_after(pause);
    }
    CHECK(program.runs() == 3);
    const auto health = site.box().kaspar({"health"});
    CHECK(health.status == 1);
    CHECK(has(health.output, "ds_submit has failed 3 times"));
    site.step_after(3min);
    CHECK(program.runs() == 3);
    for (int i = 0; i < 2; ++i) {
        site.step_after(1h);
    }
    CHECK(program.runs() == 5);
    CHECK(submission(site)["done"].is_string());
    CHECK(site.box().kaspar({"health"}).status == 0);
}

TEST_CASE("nothing is submitted for a zone that was removed", "[submission]") {
    Program program("exit 1");
    ParentSite site(submitting(program));
    site.reach_ds();
    REQUIRE(program.runs() == 1);
    expect(site.box().kaspar({"zone", "remove", "example.org", "--force"}));
    site.box().wait(1h);
    const auto pass = site.box().enforcer();
    expect(pass);
    CHECK(program.runs() == 1);
    CHECK(has(pass.output, "nothing more until the signer or a person acts"));
}

TEST_CASE("nothing is submitted for a restored zone before a person says what there is",
          "[submission][backup]") {
    Program program("exit 1");
    ParentSite site(submitting(program));
    site.reach_ds();
    REQUIRE(program.runs() == 1);
    const TempFolder beside;
    const std::string archive = beside / "backup.tar";
    expect(site.box().kaspar({"backup", archive, "--with-secrets"}));
    const auto folder = (site.box() / "x").parent_path();
    const auto report = site.box().perfect_report();
    std::filesystem::rename(folder, beside / "before");
    expect(run({{KASPAR_PROGRAMS "/enforcer/kaspar", "restore", archive, folder.string()}}));
    site.box().write_report(report);

    site.box().wait(1h);
    CHECK(site.box().enforcer().status == 1);
    CHECK(program.runs() == 1);
    const auto refused = site.box().kaspar({"ds", "submit", "example.org"});
    CHECK(refused.status == 1);
    CHECK(has(refused.errors, "restored from a backup"));

    std::string tags;
    for (const Dnskey& key : report.publication->dnskeys)
        tags += (tags.empty() ? "" : ",") + std::to_string(key.tag());
    expect(site.box().kaspar({"zone", "confirm", "example.org", "--dnskey", tags, "--ds", "none"}));
    site.step_after(48h);
    CHECK(program.runs() == 2);
}

TEST_CASE("a program that hangs, or prints without end, holds up nothing", "[attack][submission]") {
    SECTION("it hangs, and so does its child") {
        Program program("sleep 1000 & sleep 1000");
        ParentSite site(submitting(program, R"(, "hook_time_limit": "1s")"));
        site.reach_ds();
        CHECK(has(submission(site)["trouble"].get<std::string>(), "killed after 1s"));
    }
    SECTION("it prints megabytes, and ends well") {
        Program program("head -c 20000000 /dev/zero | tr '\\0' x");
        ParentSite site(submitting(program));
        site.reach_ds();
        CHECK(submission(site)["done"].is_string());
    }
    SECTION("it reads nothing") {
        Program program("exec < /dev/null");
        ParentSite site(submitting(program));
        site.reach_ds();
        CHECK(submission(site)["done"].is_string());
    }
    SECTION("others can change it") {
        Program program("true");
        REQUIRE(::chmod(program.path().c_str(), 0777) == 0);
        ParentSite site(submitting(program));
        site.reach_ds();
        CHECK(program.runs() == 0);
        CHECK(has(submission(site)["trouble"].get<std::string>(), "can be changed by others"));
    }
    SECTION("it is not there") {
        ParentSite site(R"("ds_submit": "/nowhere/program")");
        site.reach_ds();
        CHECK(has(submission(site)["trouble"].get<std::string>(), "No such file"));
    }
}

TEST_CASE("the parent's DSYNC target is notified once the CDS is published", "[submission]") {
    std::string notified;
    auto target = std::make_unique<ScriptedServer>([&](const std::string& query) {
        notified = query;
        return std::vector<std::string>{answer_to(query, {})};
    });
    TempFolder folder;
    // 59: CDS; 1: NOTIFY; the port; then the host's name.
    const std::string rdata =
        fmt::format("\\# 20 003B01{:04X}0674617267657406706172656E7400", target->port());
    std::ofstream(folder / "org") << "$TTL 60\n@ SOA ns hostmaster 1 1 1 1 1\n@ NS ns\n"
                                     "ns A 127.0.0.1\nexample NS ns\n"
                                  << "*._dsync TYPE66 " << rdata << "\n";
    std::ofstream(folder / "parent") << "$TTL 60\n@ SOA ns hostmaster 1 1 1 1 1\n@ NS ns\n"
                                        "ns A 127.0.0.1\ntarget A 127.0.0.1\n";
    NameServer server({{"org.", folder / "org"}, {"parent.", folder / "parent"}});
    Resolver resolver(server,
                      "nothing.example. IN DS 1 13 2 "
                      "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF");
    ParentSite site(R"("dsync": true)");
    site.configure("resolvers", {fmt::format("127.0.0.1@{}", resolver.port())});
    site.reach_ds();
    site.step();
    CHECK(submission(site)["way"] == "notify");
    INFO(submission(site).dump());
    CHECK(submission(site)["done"].is_string());
    target.reset();  // from here on `notified` is this thread's
    REQUIRE(notified.size() > 12);
    CHECK((notified[2] & 0x78) >> 3 == 4);  // NOTIFY
    CHECK(has(notified, std::string("\x07"
                                    "example\x03"
                                    "org\x00\x00\x3b",
                                    16)));
}

TEST_CASE("signalling records stand below each name server outside the zone", "[submission]") {
    ParentSite site(R"("cds": "rolls")");
    site.reach_ds();
    const auto shown = site.box().kaspar(
        {"ds", "signal", "example.org", "--ns", "ns1.example.net", "--ns", "ns2.example.com"});
    CHECK(shown.status == 0);
    CHECK(has(shown.output, "_dsboot.example.org._signal.ns1.example.net. 3600 IN CDS "));
    CHECK(has(shown.output, "_dsboot.example.org._signal.ns2.example.com. 3600 IN CDNSKEY "));
    CHECK(site.box().kaspar({"ds", "signal", "example.org", "--ns", "ns.example.org"}).status == 1);
}

TEST_CASE("with cds: rolls the zone has CDS only while the parent is to change", "[submission]") {
    ParentSite site(R"("cds": "rolls")");
    CHECK(site.box().instructed().cds.empty());
    site.reach_ds();
    CHECK(site.box().instructed().cds.size() == 1);
    REQUIRE(site.box().kaspar({"ds", "seen", "example.org"}).status == 0);
    site.step();
    CHECK(site.box().instructed().cds.empty());
}

}  // namespace submission_test
