#include "tests/support/soft_token.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <tuple>

#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/installation.h"

namespace kaspar::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t label_size = 32;  // CK_TOKEN_INFO pads labels with blanks
const std::string template_label = "template of the tests";

std::string padded(std::string label) {
    INFO(label << " is too long for the label of a token");
    REQUIRE(label.size() <= label_size);
    label.resize(label_size, ' ');
    return label;
}

/// Sixteen hexadecimal digits. SoftHSM makes the slot's number from the last eight.
std::string random_serial() {
    std::random_device chance;
    return fmt::format("{:08x}{:08x}", chance(), chance());
}

void configure(const fs::path& folder) {
    fs::create_directory(folder / "tokens");
    std::ofstream(folder / "softhsm2.conf")
        << "directories.tokendir = " << (folder / "tokens").string() << "\n"
        << "objectstore.backend = file\n"
        << "log.level = ERROR\n"
        << "slots.removable = false\n";
}

std::map<std::string, std::string> environment_of(const fs::path& folder) {
    return {{"SOFTHSM2_CONF", folder / "softhsm2.conf"}};
}

std::string read(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

void replace(std::string& text, const std::string& old, const std::string& fresh) {
    const auto place = text.find(old);
    INFO("SoftHSM keeps label and serial number of a token in token.object");
    REQUIRE(place != std::string::npos);
    REQUIRE(old.size() == fresh.size());
    text.replace(place, old.size(), fresh);
}

/// SoftHSM calls the folder of a token by its identifier, which ends in the serial number.
std::string serial_in(const fs::path& files) {
    std::string digits;
    for (const char digit : files.filename().string())
        if (digit != '-')
            digits += digit;
    return digits.substr(digits.size() - 16);
}

/// An initialised token without objects.
struct Template {
    explicit Template(const std::string& pin) {
        configure(folder.path());
        expect(run({.arguments = {"softhsm2-util", "--init-token", "--free", "--label",
                                  template_label, "--so-pin", "12345678", "--pin", pin},
                    .environment = environment_of(folder.path())}));
        files = fs::directory_iterator(folder / "tokens")->path();
    }
    TempFolder folder;
    fs::path files;
};

const Template& template_with(const std::string& pin) {
    static std::map<std::string, std::unique_ptr<Template>> templates;
    auto& found = templates[pin];
    if (!found)
        found = std::make_unique<Template>(pin);
    return *found;
}

/// The value in a line such as "  label:      x", or nothing.
std::string value_of(const std::string& line, const std::string& name) {
    if (!line.starts_with("  " + name + ":"))
        return "";
    const auto start = line.find_first_not_of(' ', name.size() + 3);
    return start == std::string::npos ? "" : line.substr(start);
}

std::vector<TokenObject> objects_in(const std::string& list) {
    std::istringstream lines(list);
    std::vector<TokenObject> objects;
    for (std::string line; std::getline(lines, line);) {
        if (const auto end = line.find(" Object;"); end != std::string::npos)
            objects.push_back({line.substr(0, end), "", ""});
        else if (!objects.empty() && line.starts_with("  label:"))
            objects.back().label = value_of(line, "label");
        else if (!objects.empty() && line.starts_with("  ID:"))
            objects.back().id = value_of(line, "ID");
    }
    std::sort(objects.begin(), objects.end(), [](const TokenObject& a, const TokenObject& b) {
        return std::tie(a.id, a.kind) < std::tie(b.id, b.kind);
    });
    return objects;
}

}  // namespace

SoftToken::SoftToken(Nothing) {
    configure(folder_.path());
}

SoftToken::SoftToken(std::string label, std::string pin) : SoftToken(Nothing{}) {
    add(label, pin);
}

SoftToken::SoftToken(const SoftToken& original, const std::string& label) : SoftToken(Nothing{}) {
    copy(original.files(), original.tokens_.front(), label);
}

SoftToken SoftToken::clone(const std::string& label) const {
    return SoftToken(*this, label);
}

void SoftToken::add(const std::string& label, const std::string& pin) {
    const auto& made = template_with(pin);
    copy(made.files, {template_label, pin, serial_in(made.files)}, label);
}

void SoftToken::add_clone(const std::string& label) {
    copy(files(), tokens_.front(), label);
}

void SoftToken::copy(const fs::path& files, const Token& from, const std::string& label) {
    const Token token{label, from.pin, random_serial()};
    const auto target = folder_ / "tokens" / token.serial;
    fs::copy(files, target);
    auto object = read(target / "token.object");
    replace(object, padded(from.label), padded(label));
    replace(object, from.serial, token.serial);
    std::ofstream(target / "token.object", std::ios::binary) << object;
    tokens_.push_back(token);
}

std::map<std::string, std::string> SoftToken::environment() const {
    return environment_of(folder_.path());
}

void SoftToken::use() const {
    for (const auto& [name, value] : environment())
        ::setenv(name.c_str(), value.c_str(), 1);
}

const SoftToken::Token& SoftToken::token(const std::string& label) const {
    const auto found = std::find_if(tokens_.begin(), tokens_.end(),
                                    [&](const Token& token) { return token.label == label; });
    INFO("no token " << label);
    REQUIRE(found != tokens_.end());
    return *found;
}

fs::path SoftToken::files(const std::string& label) const {
    return folder_ / "tokens" / token(label).serial;
}

void SoftToken::remove(const std::string& label) {
    fs::rename(files(label), folder_ / token(label).serial);
}

void SoftToken::put_back(const std::string& label) {
    fs::rename(folder_ / token(label).serial, files(label));
}

std::string SoftToken::pkcs11_tool(const Token& token, std::vector<std::string> arguments) const {
    const std::vector<std::string> common{"pkcs11-tool", "--module", module_file, "--token-label",
                                          token.label,   "--login",  "--pin",     token.pin};
    arguments.insert(arguments.begin(), common.begin(), common.end());
    const auto result = run({.arguments = arguments, .environment = environment()});
    expect(result);
    return result.output;
}

void SoftToken::set_pin(const std::string& label, const std::string& pin) {
    pkcs11_tool(token(label), {"--change-pin", "--new-pin", pin});
    for (Token& known : tokens_)
        if (known.label == label)
            known.pin = pin;
}

std::vector<TokenObject> SoftToken::objects(const std::string& label) const {
    return objects_in(pkcs11_tool(token(label), {"--list-objects"}));
}

}  // namespace kaspar::test
