#include "tests/scenarios/sandbox.h"

#include <fstream>
#include <sstream>

#include "common/system/file.h"
#include "enforcer/store/database.h"
#include "tests/support/catch.h"

using namespace std::chrono_literals;

namespace kaspar::test {

namespace {

constexpr auto test_policy = R"({
  "version": 1,
  "signatures": { "validity": "14d", "dnskey_validity": "14d", "denial_validity": "14d", "refresh": "7d" },
  "dnskey": { "ttl": "1h", "publish_safety": "1h", "retire_safety": "1h", "purge_after": "10d" },
  "keys": [
    { "role": "ksk", "algorithm": "ecdsap256sha256", "lifetime": "unlimited", "keystore": "local" },
    { "role": "zsk", "algorithm": "ecdsap256sha256", "lifetime": "90d", "keystore": "local" }
  ],
  "zone": { "propagation_delay": "5m", "max_ttl": "1d" },
  "parent": { "propagation_delay": "1h", "ds_ttl": "1d", "ds_digest": ["sha256"] }
})";

}  // namespace

Sandbox::Sandbox() : folder_(temporary_ / "sandbox"), now_(*parse_rfc3339("2026-11-24T00:00:00Z")) {
    const auto made =
        run({{KASPAR_PROGRAMS "/enforcer/kaspar", "init", folder_.string(), "--sandbox"}});
    INFO(made.errors);
    REQUIRE(made.status == 0);
    write("policies/test.json", test_policy);
    write("example.org", "the enforcer does not read it\n");
}

std::filesystem::path Sandbox::instruction(const std::string& zone) const {
    return folder_ / "state" / "instructions" / zone;
}

std::filesystem::path Sandbox::report(const std::string& zone) const {
    return folder_ / "state" / "reports" / zone;
}

CommandResult Sandbox::run_program(const std::string& program,
                                   std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), KASPAR_PROGRAMS "/enforcer/" + program);
    for (const std::string& last : {std::string("-c"), (folder_ / "kaspar.json").string(),
                                    std::string("--at"), to_rfc3339(now_)})
        arguments.push_back(last);
    return run({arguments});
}

CommandResult Sandbox::kaspar(std::vector<std::string> arguments) const {
    return run_program("kaspar", std::move(arguments));
}

CommandResult Sandbox::enforcer(std::vector<std::string> options) const {
    options.insert(options.begin(), "once");
    return run_program("kaspar-enforcer", std::move(options));
}

nlohmann::json Sandbox::json(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const auto shown = kaspar(std::move(arguments));
    INFO(shown.errors);
    REQUIRE(shown.status == 0);
    return nlohmann::json::parse(shown.output);
}

nlohmann::json Sandbox::key(const std::string& role) const {
    nlohmann::json found;
    const auto status = json({"status", "example.org"});
    for (const auto& key : status["keys"])
        if (key["role"] == role)
            found = key;
    REQUIRE(!found.is_null());
    return found;
}

CommandResult Sandbox::add_zone(const std::string& zone) const {
    return kaspar({"zone", "add", zone, "--policy", "test", "--input", (folder_ / zone).string(),
                   "--output", (folder_ / (zone + ".signed")).string()});
}

void Sandbox::make_secure(const std::string& zone) {
    expect(add_zone(zone));
    expect(enforcer());
    sign(zone);
    expect(enforcer());
    wait(50h);
    expect(enforcer());
    expect(kaspar({"ds", "seen", zone}));
    sign(zone);
    wait(50h);
    expect(enforcer());
    REQUIRE(json({"status", zone})["waits"].empty());
}

void Sandbox::edit_policy(const std::string& from, const std::string& to,
                          const std::string& file) const {
    std::string text = read(folder_ / "policies/test.json");
    auto at = from.empty() ? std::string::npos : text.find(from);
    for (; at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    write(file, text);
}

void Sandbox::begin_key(const std::string& locator) const {
    auto database = enforcer::Database::open((folder_ / "state/kaspar.db").string());
    REQUIRE(database.ok());
    REQUIRE(database
                ->run("INSERT INTO keys (zone, locator, keystores, role, algorithm, bits, flags, "
                      "state, created) VALUES (1, ?, '[\"local\"]', 'zsk', 13, 256, 256, "
                      "'generating', 0)",
                      {locator})
                .ok());
    REQUIRE(database->run("UPDATE zones SET flagged = 1 WHERE id = 1").ok());
}

void Sandbox::write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
}

std::string Sandbox::read(const std::filesystem::path& file) const {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

Instruction Sandbox::instructed(const std::string& zone) const {
    const auto sealed = open_seal(instruction(zone), read(instruction(zone)));
    REQUIRE(sealed.ok());
    auto parsed = parse_instruction(instruction(zone), sealed->text);
    REQUIRE(parsed.ok());
    return std::move(*parsed);
}

Report Sandbox::perfect_report(const std::string& zone) const {
    const Instruction todo = instructed(zone);
    Publication done{};
    done.generation = todo.generation;
    done.serial = static_cast<std::uint32_t>(now_.time_since_epoch().count());
    done.published = now_;
    SignerSet data{{}, 10};
    for (const InstructedKey& key : todo.keys) {
        if (key.publish)
            done.dnskeys.push_back(key.dnskey);
        if (key.sign_dnskey)
            done.dnskey_signers.push_back(key.dnskey.key.fingerprint());
        if (key.sign_zone)
            data.keys.push_back(key.dnskey.key.fingerprint());
    }
    done.data_signers = {data};
    done.dnskey_ttl = todo.dnskey_ttl;
    done.largest_ttl = std::chrono::hours{1};
    done.negative_ttl = std::chrono::minutes{5};
    done.first_expiry = now_ + todo.signatures.validity;
    done.first_dnskey_expiry = done.first_expiry;
    done.records = 10;
    done.output.path = todo.output;
    done.output.sha256 = std::string(64, '0');
    return {todo.zone, {RunOutcome::published, now_, todo.generation, {}, {}, {}}, done};
}

void Sandbox::sign(const std::string& zone) const {
    write_report(perfect_report(zone));
}

void Sandbox::write_report(const Report& told) const {
    require(write_file(report(told.zone.file_name()), report_text(told)).ok(),
            "the sandbox takes reports");
}

}  // namespace kaspar::test
