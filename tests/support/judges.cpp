#include "tests/support/judges.h"

#include <fmt/format.h>

#include "tests/support/command.h"

namespace kaspar::test {
namespace {

Verdict verdict(const std::string& name, const Command& command) {
    const auto result = run(command);
    return {name, result.status == 0, result.output + result.errors};
}

}  // namespace

Verdict dnssec_verify(const std::filesystem::path& file, const Name& zone) {
    const auto origin = zone.absolute_text();
    // -x: ZSKs need not sign the DNSKEY RRset. -z: a key with the SEP bit may sign all (a CSK).
    auto strict =
        verdict("dnssec-verify", {.arguments = {"dnssec-verify", "-x", "-o", origin, file}});
    if (strict.accepted)
        return strict;
    auto combined =
        verdict("dnssec-verify", {.arguments = {"dnssec-verify", "-x", "-z", "-o", origin, file}});
    return combined.accepted ? combined : strict;
}

Verdict ldns_verify_zone(const std::filesystem::path& file, std::optional<Time> at) {
    std::vector<std::string> arguments{"ldns-verify-zone", "-V", "2"};
    if (at)
        arguments.insert(arguments.end(), {"-t", to_dnssec_time(*at)});
    arguments.push_back(file);
    return verdict("ldns-verify-zone", {.arguments = std::move(arguments)});
}

Verdict kzonecheck(const std::filesystem::path& file, const Name& zone, std::optional<Time> at) {
    std::vector<std::string> arguments{"kzonecheck", "-d", "on", "-o", zone.absolute_text()};
    if (at)
        arguments.insert(arguments.end(),
                         {"-t", fmt::format("{}", at->time_since_epoch().count())});
    arguments.push_back(file);
    return verdict("kzonecheck", {.arguments = std::move(arguments)});
}

std::vector<Verdict> judge(const std::filesystem::path& file, const Name& zone,
                           std::optional<Time> at) {
    std::vector<Verdict> verdicts{ldns_verify_zone(file, at), kzonecheck(file, zone, at)};
    if (!at)
        verdicts.push_back(dnssec_verify(file, zone));
    return verdicts;
}

std::string objections(const std::filesystem::path& file, const Name& zone,
                       std::optional<Time> at) {
    std::string text;
    for (const auto& verdict : judge(file, zone, at))
        if (!verdict.accepted)
            text +=
                fmt::format("{} refuses {}:\n{}\n", verdict.judge, file.string(), verdict.output);
    return text;
}

}  // namespace kaspar::test
