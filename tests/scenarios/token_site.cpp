#include "tests/scenarios/token_site.h"

#include <fmt/format.h>

#include "common/values/encoding.h"
#include "tests/support/catch.h"
#include "tests/support/raw_session.h"

namespace kaspar::test {
namespace {

/// Without the breaks and blanks by which tables and lines are laid out.
std::string on_one_line(const std::string& text) {
    std::string line;
    for (const char c : text)
        if (c != '\n' && c != ' ')
            line += c;
    return line;
}

/// Octets, as RawSession wants a CKA_ID.
std::string octets_of(const std::string& hex) {
    const auto octets = from_hex(hex).value();
    return {octets.begin(), octets.end()};
}

}  // namespace

std::string key_line(const std::string& role, const std::string& keystores,
                     const std::string& algorithm, const std::string& more) {
    return fmt::format(R"({{ "role": "{}", "algorithm": "{}", "keystore": {}{} }})", role,
                       algorithm, keystores, more);
}

const std::string ksk_and_zsk = key_line("ksk") + "," + key_line("zsk");

std::string policy_of(const std::string& key_lines) {
    return fmt::format(R"({{ "version": 1, "keys": [ {} ] }})", key_lines);
}

std::string zone_of(int names) {
    std::string text =
        "$TTL 300\n"
        "@ SOA ns.example.net. hostmaster.example.net. 1 3600 900 1209600 300\n"
        "@ NS ns.example.net.\n";
    for (int i = 0; i < names; ++i)
        text += fmt::format("h{} A 192.0.2.{}\n", i, i % 250);
    return text;
}

std::string said(const CommandResult& result) {
    return result.output + result.errors;
}

void check_says(const CommandResult& result, const std::vector<std::string>& words) {
    INFO(said(result));
    for (const std::string& some : words) {
        INFO(some);
        CHECK(on_one_line(said(result)).find(on_one_line(some)) != std::string::npos);
    }
}

void check_complains(const CommandResult& result, const std::vector<std::string>& words) {
    CHECK(result.status == 1);
    check_says(result, words);
}

void make_key(const SoftToken& token, const std::string& label, const std::string& locator) {
    RawSession session(SoftToken::module_file, label);
    REQUIRE(session.outcome() == CKR_OK);
    REQUIRE(session.login(token.pin(label)) == CKR_OK);
    REQUIRE(session.make_p256(octets_of(locator)) == CKR_OK);
    session.finalize();
}

void lose_key(const SoftToken& token, const std::string& locator) {
    RawSession session(SoftToken::module_file, token.label());
    REQUIRE(session.outcome() == CKR_OK);
    REQUIRE(session.login(token.pin()) == CKR_OK);
    const auto key = session.private_key(octets_of(locator));
    REQUIRE(session.module().C_DestroyObject(session.handle(), key) == CKR_OK);
    session.finalize();
}

TokenSite::TokenSite(const std::string& keys, const std::string& more)
    : now(*parse_rfc3339("2026-11-24T00:00:00Z")) {
    trouble.use();
    programs.set_time(now);
    programs.add_token("hsm", token, TokenTrouble::module(), R"(, "timeout": "2s")" + more);
    programs.write("policies/test.json", policy_of(keys));
}

void TokenSite::add_zone(const std::string& name, const std::string& policy) const {
    programs.write(name, zone_of(2));
    programs.add_zone(name, policy);
}

void TokenSite::sign_first() const {
    add_zone();
    work();
    expect(programs.verify(zone));
}

void TokenSite::work() const {
    expect(programs.enforcer());
    expect(programs.signer());
    expect(programs.enforcer());
}

void TokenSite::change(int names, const std::string& name) const {
    programs.write(name, zone_of(names));
}

void TokenSite::wait(Duration time) {
    now += time;
    programs.set_time(now);
}

std::string TokenSite::published(const std::string& name) const {
    return programs.read(name + ".signed");
}

void TokenSite::check_published(int names, const std::string& name) const {
    const auto text = published(name);
    CHECK(text.find(fmt::format("\nh{}.", names - 1)) != std::string::npos);
    CHECK(text.find(fmt::format("\nh{}.", names)) == std::string::npos);
    expect(programs.verify(name));
}

CommandResult TokenSite::check_refused() const {
    const std::string before = published();
    auto result = programs.signer();
    INFO(said(result));
    CHECK(result.status == 1);
    CHECK(published() == before);
    return result;
}

void TokenSite::check_good() const {
    expect(programs.kaspar({"health"}));
}

nlohmann::json TokenSite::json(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const auto result = programs.kaspar(std::move(arguments));
    INFO(said(result));
    return nlohmann::json::parse(result.output);
}

std::vector<nlohmann::json> TokenSite::keys(const std::string& role,
                                            const std::string& name) const {
    std::vector<nlohmann::json> found;
    for (const auto& one : json({"key", "list", name}))
        if (one["role"] == role)
            found.push_back(one);
    return found;
}

std::string TokenSite::locator(const std::string& role) const {
    return keys(role).at(0)["locator"];
}

}  // namespace kaspar::test
