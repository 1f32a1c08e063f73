#include "signer/verify_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "common/formats/json_time.h"
#include "common/system/log.h"
#include "signer/zonefile/reader.h"

namespace kaspar::signer {

namespace {

using Json = nlohmann::ordered_json;

std::string counted(std::uint64_t count, const char* noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string lines(const std::vector<Problem>& list, std::uint64_t count, const char* kind) {
    std::string text;
    for (const auto& problem : list)
        text += fmt::format("{}: {} {}: {}\n", kind, problem.owner, problem.type, problem.words);
    if (count > list.size())
        text += fmt::format("{}: and {} more\n", kind, count - list.size());
    return text;
}

std::string algorithm_names(const VerificationResult& result) {
    std::string text;
    for (const auto algorithm : result.algorithms)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", facts(algorithm).mnemonic);
    return text;
}

std::string expiry_line(const VerificationResult& result, Time now) {
    if (!result.first_expiry)
        return "";
    const auto left = *result.first_expiry - now;
    const auto when = to_rfc3339(*result.first_expiry);
    if (left <= Duration::zero())
        return fmt::format("  first signature expired at {}\n", when);
    return fmt::format("  first signature expires at {}, in {}\n", when, format_duration(left));
}

std::string contents(const VerificationResult& result, Time now) {
    if (!result.secure)
        return fmt::format("  unsigned, {}\n", counted(result.records, "record"));
    return fmt::format("  signed with {}; denial by {}\n", algorithm_names(result),
                       result.nsec3_records > 0 ? "NSEC3" : "NSEC") +
           fmt::format("  {}, {} to be signed; {} of {} checked\n", counted(result.names, "name"),
                       counted(result.rrsets, "RRset"), result.signatures_checked,
                       counted(result.signatures, "signature")) +
           expiry_line(result, now);
}

Json problems_json(const std::vector<Problem>& list) {
    auto array = Json::array();
    for (const auto& problem : list)
        array.push_back(
            {{"owner", problem.owner}, {"type", problem.type}, {"words", problem.words}});
    return array;
}

Json algorithms_json(const VerificationResult& result) {
    auto array = Json::array();
    for (const auto algorithm : result.algorithms)
        array.push_back(facts(algorithm).mnemonic);
    return array;
}

void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_warnings(const ReadZone& read) {
    for (const auto& warning : read.warnings)
        warn("kaspar-signer", warning);
}

}  // namespace

std::string verification_text(const Name& zone, const VerificationResult& result, Time now) {
    const auto verdict = result.good() ? fmt::format("{}: good\n", zone.text())
                                       : fmt::format("{}: {}\n", zone.text(),
                                                     counted(result.problem_count, "problem"));
    return lines(result.problems, result.problem_count, "problem") +
           lines(result.warnings, result.warning_count, "warning") + verdict +
           contents(result, now);
}

std::string verification_json(const Name& zone, const VerificationResult& result) {
    const Json json = {{"zone", zone.text()},
                       {"good", result.good()},
                       {"secure", result.secure},
                       {"algorithms", algorithms_json(result)},
                       {"records", result.records},
                       {"names", result.names},
                       {"rrsets", result.rrsets},
                       {"signatures", result.signatures},
                       {"signatures_checked", result.signatures_checked},
                       {"nsec_records", result.nsec_records},
                       {"nsec3_records", result.nsec3_records},
                       {"first_expiry", json_time(result.first_expiry)},
                       {"first_dnskey_expiry", json_time(result.first_dnskey_expiry)},
                       {"problem_count", result.problem_count},
                       {"problems", problems_json(result.problems)},
                       {"warning_count", result.warning_count},
                       {"warnings", problems_json(result.warnings)}};
    return json.dump(2) + "\n";
}

int run_verify(const std::filesystem::path& file, const Name& zone, Time now, bool json,
               bool may_be_unsigned, const OnRecord& on_record) {
    const auto threads = std::max(1u, std::thread::hardware_concurrency());
    const auto read = read_zone_file(file, zone, threads);
    if (!read.ok()) {
        complain("kaspar-signer", read.fault().words);
        return 1;
    }
    print_warnings(*read);
    const auto verified = verify({.zone = WholeZone(read->zone),
                                  .now = now,
                                  .make_verifier = make_verifier,
                                  .threads = threads,
                                  .ahead = on_record.ahead,
                                  .announced = on_record.announced,
                                  .may_be_unsigned = may_be_unsigned});
    if (!verified.ok()) {
        complain("kaspar-signer", verified.fault().words);
        return 1;
    }
    print(json ? verification_json(zone, *verified) : verification_text(zone, *verified, now));
    return verified->good() ? 0 : 1;
}

}  // namespace kaspar::signer
