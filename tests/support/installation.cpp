#include "tests/support/installation.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "tests/support/catch.h"

namespace kaspar::test {

Installation::Installation() : folder_(temporary_ / "kaspar") {
    expect(run({{KASPAR_PROGRAMS "/enforcer/kaspar", "init", folder_.string(), "--sandbox"}}));
}

void Installation::write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
}

std::string Installation::read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / name, std::ios::binary).rdbuf();
    return text.str();
}

CommandResult Installation::run_program(const std::string& program,
                                        std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), KASPAR_PROGRAMS "/" + program);
    arguments.insert(arguments.end(), {"-c", (folder_ / "kaspar.json").string()});
    if (now_)
        arguments.insert(arguments.end(), {"--at", to_rfc3339(*now_)});
    return run({.arguments = std::move(arguments), .environment = environment_});
}

CommandResult Installation::kaspar(std::vector<std::string> arguments) const {
    return run_program("enforcer/kaspar", std::move(arguments));
}

CommandResult Installation::enforcer(std::vector<std::string> options) const {
    options.insert(options.begin(), "once");
    return run_program("enforcer/kaspar-enforcer", std::move(options));
}

CommandResult Installation::signer(std::vector<std::string> options) const {
    options.insert(options.begin(), "once");
    return run_program("signer/kaspar-signer", std::move(options));
}

CommandResult Installation::verify(const std::string& zone) const {
    return run_program("signer/kaspar-signer",
                       {"verify", (folder_ / (zone + ".signed")).string(), "--zone", zone});
}

void Installation::add_key_store(const std::string& name, const std::string& fields) const {
    constexpr std::string_view place = "\"keystores\": {";
    std::string text = read("kaspar.json");
    const auto at = text.find(place);
    REQUIRE(at != text.npos);
    text.insert(at + place.size(), fmt::format("\n    \"{}\": {{ {} }},", name, fields));
    write("kaspar.json", text);
}

void Installation::write_secret(const std::string& name, const std::string& text) const {
    using std::filesystem::perms;
    write(name, text);
    std::filesystem::permissions(folder_ / name, perms::owner_read | perms::owner_write);
}

void Installation::add_token(const std::string& name, const SoftToken& token,
                             const std::string& module, const std::string& more) const {
    token.use();
    write_secret(name + ".pin", token.pin() + "\n");
    add_key_store(name, fmt::format("\"type\": \"pkcs11\", \"module\": \"{}\", \"token\": \"{}\", "
                                    "\"pin_file\": \"{}.pin\", \"sessions\": 2{}",
                                    module, token.label(), name, more));
}

void Installation::add_zone(const std::string& zone, const std::string& policy) const {
    expect(kaspar({"zone", "add", zone, "--policy", policy, "--input", (folder_ / zone).string(),
                   "--output", (folder_ / (zone + ".signed")).string()}));
}

Report Installation::report(const std::string& zone) const {
    const auto name = "state/reports/" + zone;
    auto parsed = parse_report(folder_ / name, read(name));
    INFO((parsed.ok() ? "" : parsed.fault().words));
    REQUIRE(parsed.ok());
    return std::move(parsed).value();
}

}  // namespace kaspar::test
