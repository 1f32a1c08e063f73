// What goes wrong around the enforcer, and what must not come of it.
#include <sys/stat.h>

#include <fstream>
#include <future>
#include <thread>

#include "common/system/file.h"
#include "enforcer/store/database.h"
#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"

namespace enforcer_faults_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

TEST_CASE("init makes secrets that only their owner reads, and refuses to run twice",
          "[attack][scenario]") {
    const Sandbox box;
    const auto mode = [&](const std::string& name) {
        struct stat found {};
        REQUIRE(::stat((box / name).c_str(), &found) == 0);
        return found.st_mode & 0777U;
    };
    CHECK(mode("passphrase") == 0600);
    CHECK(mode("keys") == 0700);
    CHECK(mode("state/reports") == 0770);
    CHECK(mode("state/executed") == 0770);
    CHECK(mode("state/kaspar.db") == 0600);
    CHECK(mode("state/enforcer.key") == 0600);
    const auto again = run({{KASPAR_PROGRAMS "/enforcer/kaspar", "init", (box / "").string()}});
    CHECK(again.status == 1);
    CHECK(says(again, "there already"));
}

TEST_CASE("a simulated clock (--at) is refused outside a sandbox", "[scenario]") {
    TempFolder folder;
    const std::string kaspar = KASPAR_PROGRAMS "/enforcer/kaspar";
    REQUIRE(run({{kaspar, "init", (folder / "real").string()}}).status == 0);
    const auto refused = run({{kaspar, "-c", (folder / "real/kaspar.json").string(), "--at",
                               "2030-01-01T00:00:00Z", "status"}});
    CHECK(refused.status == 2);
    CHECK(says(refused, "sandbox"));
}

TEST_CASE("mistakes on the command line are told in one line with what to do", "[scenario]") {
    const Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    const auto unknown = box.kaspar({"status", "exmaple.org"});
    CHECK(unknown.status == 1);
    CHECK(says(unknown, "did you mean 'example.org'"));
    CHECK(std::count(unknown.errors.begin(), unknown.errors.end(), '\n') == 1);

    const auto policy = box.kaspar({"zone", "set-policy", "example.org", "tets"});
    CHECK(policy.status == 1);
    CHECK(says(policy, "did you mean 'test'"));

    CHECK(box.kaspar({"zone", "add"}).status == 2);
    CHECK(box.kaspar({"nonsense"}).status == 2);
    CHECK(box.add_zone().status == 1);  // twice
    CHECK(box.kaspar({"zone", "add", "a..b", "--policy", "test", "--input", "x", "--output",
                      (box / "y").string()})
              .status == 1);
    const auto same_output =
        box.kaspar({"zone", "add", "other.org", "--policy", "test", "--input",
                    (box / "other").string(), "--output", (box / "example.org.signed").string()});
    CHECK(same_output.status == 1);
    CHECK(says(same_output, "example.org"));
    const auto no_folder =
        box.kaspar({"zone", "add", "other.org", "--policy", "test", "--input",
                    (box / "other").string(), "--output", (box / "missing/out").string()});
    CHECK(no_folder.status == 1);
    CHECK(box.json({"zone", "list"}).size() == 1);
}

TEST_CASE("an edited policy that is wrong changes nothing, and is told until it is mended",
          "[scenario]") {
    const Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    const std::string good = box.read(box / "policies/test.json");
    const std::string before = box.read(box.instruction());

    box.write("policies/test.json", "{ \"version\": 1, \"keys\": [ }");
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(says(pass, "test.json:1:"));
    CHECK(box.read(box.instruction()) == before);
    CHECK(box.kaspar({"health"}).status == 1);
    CHECK(box.kaspar({"policy", "check", (box / "policies/test.json").string()}).status == 1);

    box.write("policies/test.json", good);
    CHECK(box.enforcer().status == 0);
    CHECK(box.kaspar({"health"}).status == 0);
}

TEST_CASE("an edit that would leave a zone without a key that it needs is not taken in",
          "[scenario]") {
    const Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    const std::string before = box.read(box.instruction());
    const auto keys = box.json({"key", "list"});
    const auto [edit, words] = GENERATE(table<std::string, std::string>({
        {R"([{ "role": "ksk", "algorithm": "ecdsap256sha256", "keystore": "local" }])",
         "there is no zsk"},
        {R"([{ "role": "zsk", "algorithm": "ecdsap256sha256", "keystore": "local" }])",
         "there is no ksk"},
        {R"([{ "role": "csk", "algorithm": "ecdsap256sha256", "keystore": "locale" }])",
         "did you mean 'local'"},
        {"null", "keys"},
    }));
    const std::string text = R"({ "version": 1, "keys": )" + edit + " }";
    box.write("policies/test.json", text);
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(says(pass, words));
    box.write("policies/edited.json", text);
    CHECK(says(box.kaspar({"zone", "set-policy", "example.org", "edited"}), words));
    CHECK(box.read(box.instruction()) == before);
    CHECK(box.json({"key", "list"}) == keys);
}

TEST_CASE("an edited policy takes effect at the next pass", "[scenario]") {
    const Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    std::string text = box.read(box / "policies/test.json");
    text.replace(text.find("\"ttl\": \"1h\""), 11, "\"ttl\": \"2h\"");
    box.write("policies/test.json", text);
    REQUIRE(box.enforcer().status == 0);
    CHECK(box.instructed().generation == 2);
    CHECK(box.instructed().dnskey_ttl == 2h);
}

TEST_CASE("a clock that went back moves nothing and says so", "[scenario]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    const std::string before = box.read(box.instruction());
    std::filesystem::remove(box.instruction());
    box.set_time(box.now() - 1h);
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(says(pass, "the clock went back"));
    CHECK(box.read(box.instruction()) == before);  // what stands is still given
    CHECK(box.kaspar({"key", "roll", "example.org", "--role", "zsk"}).status == 1);
}

TEST_CASE("an instruction file that is missing or altered is written again", "[attack][scenario]") {
    const Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    const std::string before = box.read(box.instruction());
    std::filesystem::remove(box.instruction());
    REQUIRE(box.enforcer().status == 0);
    CHECK(box.read(box.instruction()) == before);
}

TEST_CASE("an instruction file that was altered is written again once the signer complains",
          "[attack][scenario]") {
    const Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    const std::string before = box.read(box.instruction());
    Report complaint = box.perfect_report();
    complaint.publication.reset();
    complaint.last_run.outcome = RunOutcome::refused;
    complaint.last_run.errors = {"the signature of the instruction is wrong"};
    box.write("state/instructions/example.org", before + " ");
    box.write_report(complaint);
    REQUIRE(box.enforcer().status == 0);
    CHECK(box.read(box.instruction()) == before);
}

TEST_CASE("what happens in folders that were found in order is seen at the very next pass",
          "[scenario]") {
    Sandbox box;
    for (const char* zone : {"example.org", "other.org"})
        REQUIRE(box.add_zone(zone).status == 0);
    REQUIRE(box.enforcer().status == 0);
    box.sign();
    box.sign("other.org");
    REQUIRE(box.enforcer().status == 0);
    std::this_thread::sleep_for(2100ms);
    REQUIRE(box.enforcer().status == 0);  // now they are known to be in order
    enforcer::Database database =
        std::move(enforcer::Database::open((box / "state/kaspar.db").string()).value());
    int known = 0;
    REQUIRE(database
                .query("SELECT count(*) FROM folders", {},
                       [&](const enforcer::Row& row) { known = static_cast<int>(row.integer(0)); })
                .ok());
    REQUIRE(known == 2);

    const std::string before = box.read(box.instruction());
    std::filesystem::remove(box.instruction());
    REQUIRE(box.enforcer().status == 0);
    CHECK(box.read(box.instruction()) == before);

    // One report after the other: none is taken for the one before.
    for (int round = 0; round < 5; ++round) {
        box.wait(60s);
        const std::string zone = round % 2 == 0 ? "other.org" : "example.org";
        REQUIRE(write_file(box.report(zone), report_text(box.perfect_report(zone))).ok());
        const auto pass = box.enforcer();
        CHECK(pass.status == 0);
        CHECK(pass.output.starts_with("looked at 1 zone"));
    }
}

TEST_CASE("several enforcers and commands at once do no harm", "[scenario]") {
    const Sandbox box;
    for (const char* zone : {"a.org", "b.org", "c.org"})
        REQUIRE(box.add_zone(zone).status == 0);
    std::vector<std::future<CommandResult>> running;
    for (int i = 0; i < 4; ++i)
        running.push_back(std::async(std::launch::async, [&] { return box.enforcer(); }));
    for (int i = 0; i < 4; ++i)
        running.push_back(std::async(std::launch::async, [&box, i] {
            return box.add_zone("n" + std::to_string(i) + ".org");
        }));
    for (auto& one : running) {
        const auto result = one.get();
        INFO(result.errors);
        CHECK(result.status == 0);
    }
    REQUIRE(box.enforcer().status == 0);
    CHECK(box.json({"key", "list"}).size() == 14);
    for (const auto& status : box.json({"status"}))
        CHECK(status["generation"] == 1);
}

TEST_CASE("a removed zone is taken up where it was left; one with purged keys begins anew",
          "[scenario]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    const auto keys = box.json({"key", "list"});
    REQUIRE(box.kaspar({"zone", "remove", "example.org"}).status == 0);
    CHECK_FALSE(std::filesystem::exists(box.instruction()));
    CHECK(box.kaspar({"status", "example.org"}).status == 1);
    REQUIRE(box.enforcer().status == 0);
    CHECK_FALSE(std::filesystem::exists(box.instruction()));

    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    CHECK(box.json({"key", "list"}) == keys);
    CHECK(box.instructed().generation == 2);

    REQUIRE(box.kaspar({"zone", "remove", "example.org", "--purge-keys"}).status == 0);
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    CHECK(box.json({"key", "list"}).size() == 4);
    CHECK(box.instructed().keys.size() == 2);
    CHECK(box.instructed().generation == 3);
}

TEST_CASE("a zone that stands still holds up no other", "[scenario]") {
    Sandbox box;
    for (const std::string zone : {"example.org", "later.example"})
        expect(box.add_zone(zone));
    expect(box.enforcer());
    Report strange = box.perfect_report();
    strange.publication->dnskeys[0].key.octets[3] ^= 0xff;
    box.write_report(strange);
    box.sign("later.example");
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(says(pass, "is not a key of this zone"));
    CHECK(box.kaspar({"log", "example.org"}).output.find("report recorded") == std::string::npos);
    CHECK(box.kaspar({"log", "later.example"}).output.find("report recorded") != std::string::npos);
}

TEST_CASE("a key that cannot be removed keeps no other in its store", "[scenario]") {
    Sandbox box;
    expect(box.add_zone());
    expect(box.enforcer());
    std::vector<std::filesystem::path> files;
    for (const auto& key : box.json({"key", "list", "example.org"})) {
        files.push_back(box / ("keys/" + key["locator"].get<std::string>() + ".p8"));
        std::filesystem::remove(files.back());
        std::filesystem::create_directories(files.back() / "in the way");
    }
    CHECK(box.kaspar({"zone", "remove", "example.org", "--purge-keys"}).status == 1);
    std::filesystem::remove_all(files.at(1));
    std::ofstream(files.at(1)) << "";
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(says(pass, "removing ksk"));
    CHECK(std::filesystem::exists(files[0]));
    CHECK_FALSE(std::filesystem::exists(files[1]));
}

TEST_CASE("a zone removed with its keys leaves none that was being made", "[scenario]") {
    Sandbox box;
    expect(box.add_zone());
    expect(box.enforcer());
    const auto key = box.json({"key", "list"})[1]["locator"].get<std::string>();
    const auto half_made = box / ("keys/" + std::string(32, 'a') + ".p8");
    std::filesystem::copy_file(box / ("keys/" + key + ".p8"), half_made);
    box.begin_key(std::string(32, 'a'));
    box.begin_key(std::string(32, 'b'));  // not even begun in the key store
    const std::vector<std::string> remove{"zone", "remove", "example.org", "--purge-keys"};
    SECTION("at once") {
        expect(box.kaspar(remove));
        CHECK_FALSE(std::filesystem::exists(half_made));
    }
    SECTION("or as soon as its store allows, and it is not finished meanwhile") {
        std::filesystem::remove(half_made);
        std::filesystem::create_directories(half_made / "in the way");
        CHECK(box.kaspar(remove).status == 1);
        expect(box.add_zone());
        CHECK(box.enforcer().status == 0);
        const auto listed = box.json({"key", "list"});
        REQUIRE(listed.size() == 5);
        CHECK(listed[2]["state"] == "generating");
        CHECK(says(box.kaspar({"key", "list"}), "out of use"));
        CHECK(box.kaspar(remove).status == 1);
        std::filesystem::remove_all(half_made);
        SECTION("by the enforcer") {
            expect(box.enforcer());
        }
        SECTION("or by a person") {
            expect(box.add_zone());
            CHECK(says(box.kaspar({"key", "purge", "example.org"}), "being made is purged"));
            expect(box.kaspar(remove));
        }
    }
    CHECK(std::filesystem::is_empty(box / "keys"));
}

TEST_CASE("a zone with a DS is not removed without --force", "[scenario]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    box.sign();
    REQUIRE(box.enforcer().status == 0);
    box.wait(26h);
    REQUIRE(box.enforcer().status == 0);
    const auto refused = box.kaspar({"zone", "remove", "example.org"});
    CHECK(refused.status == 1);
    CHECK(says(refused, "--force"));
    CHECK(box.kaspar({"zone", "remove", "example.org", "--force"}).status == 0);
}

TEST_CASE("a held input is accepted with a new instruction at once", "[scenario]") {
    const Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    CHECK(box.kaspar({"zone", "accept", "example.org"}).status == 1);
    Report report = box.perfect_report();
    report.last_run.outcome = RunOutcome::held;
    report.last_run.held_input = std::string(64, 'a');
    box.write_report(report);
    CHECK(box.kaspar({"health"}).status == 1);
    REQUIRE(box.kaspar({"zone", "accept", "example.org"}).status == 0);
    CHECK(box.instructed().generation == 2);
    CHECK(box.instructed().accepted_input == std::string(64, 'a'));
    CHECK(box.enforcer().status == 0);
    CHECK(box.instructed().generation == 2);
}

TEST_CASE("the root and zones with odd names have their files", "[attack][scenario]") {
    const Sandbox box;
    for (const char* zone : {".", "a\\/b.example"}) {
        const auto added =
            box.kaspar({"zone", "add", zone, "--policy", "test", "--input", (box / "in").string(),
                        "--output", (box / ("out" + std::to_string(zone[0]))).string()});
        INFO(added.errors);
        CHECK(added.status == 0);
    }
    REQUIRE(box.enforcer().status == 0);
    CHECK(std::filesystem::exists(box.instruction("@root")));
    CHECK(box.json({"status", "."})["name"] == ".");
}

TEST_CASE("tables fit 80 columns", "[scenario]") {
    const Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    for (const std::vector<std::string>& command : {std::vector<std::string>{"status"},
                                                    {"zone", "list"},
                                                    {"key", "list"},
                                                    {"policy", "list"}}) {
        std::istringstream lines(box.kaspar(command).output);
        for (std::string line; std::getline(lines, line);)
            CHECK(line.size() <= 80);
    }
}

TEST_CASE("completion scripts name every command and are valid shell", "[scenario]") {
    const auto script = run({{KASPAR_PROGRAMS "/enforcer/kaspar", "completion", "bash"}});
    REQUIRE(script.status == 0);
    CHECK(script.output.find("set-policy") != std::string::npos);
    CHECK(run({.arguments = {"bash", "-n"}, .input = script.output}).status == 0);
    const auto tried = run({{"bash", "-c",
                             script.output + "COMP_WORDS=(kaspar zone a); COMP_CWORD=2; _kaspar; "
                                             "echo \"${COMPREPLY[@]}\""}});
    CHECK(tried.output == "add accept\n");
}

TEST_CASE("a key that a crash left half made is finished or forgotten, and never doubled",
          "[scenario]") {
    const Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    const auto keys = box.json({"key", "list"});
    // As if the enforcer had been killed between its key store's answer and its own commit, and,
    // with another key, before it asked the key store.
    box.begin_key("feed");
    {
        auto database = enforcer::Database::open((box / "state/kaspar.db").string());
        REQUIRE(database.ok());
        REQUIRE(database
                    ->run("UPDATE keys SET state = 'generating', public_key = NULL, tag = NULL, "
                          "revoked_tag = NULL WHERE role = 'zsk'")
                    .ok());
        REQUIRE(database->run("DELETE FROM dnskey_versions").ok());
        REQUIRE(database->run("DELETE FROM data_versions").ok());
        REQUIRE(database
                    ->run("UPDATE zones SET zone_signers = '[]', dnskey = '[1]', flagged = 1, "
                          "versions = (SELECT count(*) FROM ds_versions)")
                    .ok());
    }
    REQUIRE(box.enforcer().status == 0);
    auto after = box.json({"key", "list"});
    REQUIRE(after.size() == 2);
    CHECK(after[1]["dnskey"] == keys[1]["dnskey"]);
    CHECK(after[1]["state"] == "ready");
}

TEST_CASE("an enforcer that stays works when a command asks, and ends when it is told to",
          "[scenario]") {
    TempFolder folder;
    const std::string kaspar = KASPAR_PROGRAMS "/enforcer/kaspar";
    const std::string configuration = (folder / "real/kaspar.json").string();
    REQUIRE(run({{kaspar, "init", (folder / "real").string()}}).status == 0);
    std::ofstream(folder / "real/policies/test.json")
        << R"({ "version": 1, "keys": [ { "role": "csk", "algorithm": "ed25519", "lifetime": "unlimited", "keystore": "local" } ] })";
    const std::string script = R"(
        enforcer=$1; kaspar=$2; config=$3; folder=$4
        "$enforcer" run -c "$config" & pid=$!
        "$kaspar" -c "$config" zone add example.org --policy test --input "$folder/in" \
            --output "$folder/out"
        until [ -e "$folder/real/state/instructions/example.org" ]; do sleep 0.05; done
        kill -TERM $pid; wait $pid)";
    const auto ended =
        run({{"bash", "-c", script, "bash", KASPAR_PROGRAMS "/enforcer/kaspar-enforcer", kaspar,
              configuration, folder.path().string()}});
    INFO(ended.errors);
    CHECK(ended.status == 0);
    CHECK(std::filesystem::exists(folder / "real/state/instructions/example.org"));
}

TEST_CASE("health tells of programs that do not run and of signatures that near their end",
          "[scenario]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    CHECK(box.kaspar({"health"}).status == 0);
    box.wait(2h);
    const auto no_signer = box.kaspar({"health"});
    CHECK(no_signer.status == 1);
    CHECK(no_signer.output.find("start kaspar-signer") != std::string::npos);

    box.sign();
    REQUIRE(box.enforcer().status == 0);
    CHECK(box.kaspar({"health"}).status == 0);
    box.wait(24h * 3);
    const auto no_enforcer = box.kaspar({"health"});
    CHECK(no_enforcer.output.find("start kaspar-enforcer") != std::string::npos);
    box.wait(24h * 8);
    CHECK(box.kaspar({"health"}).output.find("signatures expire in 3d") != std::string::npos);
    box.wait(24h * 4);
    CHECK(box.kaspar({"health"}).output.find("have expired") != std::string::npos);
    CHECK(box.kaspar({"status"}).output.find("EXPIRED") != std::string::npos);
}

}  // namespace enforcer_faults_test
