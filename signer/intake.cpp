#include "signer/intake.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/keys/envelope.h"
#include "common/values/nsec3.h"

namespace kaspar::signer {

namespace {

/// The highest generation that was executed or tried; the enforcer signed it.
std::uint64_t last_generation(const std::optional<Report>& last) {
    if (!last)
        return 0;
    const auto published = last->publication ? last->publication->generation : 0;
    return std::max(published, last->last_run.generation);
}

/// A policy that asks for more does not pass the enforcer's lint; this holds whatever else wrote
/// it.
Outcome check_denial(const Instruction& instruction, const Path& file) {
    if (instruction.denial.iterations <= most_nsec3_iterations)
        return Done{};
    return Fault{FaultClass::state,
                 fmt::format("{} asks for {} NSEC3 iterations, and validators take {} at most: the "
                             "zone would be insecure or bogus; set denial.iterations to 0 in the "
                             "policy (RFC 9276 §3.1)",
                             file.string(), instruction.denial.iterations, most_nsec3_iterations)};
}

Outcome check_fits(const Instruction& instruction, const Path& file,
                   const std::optional<Report>& last) {
    if (instruction.zone.file_name() != file.filename().string())
        return Fault{FaultClass::state,
                     fmt::format("{} is an instruction for zone {}, not for the zone of its file "
                                 "name; let the enforcer write it again",
                                 file.string(), instruction.zone.text())};
    if (const auto floor = last_generation(last); instruction.generation < floor)
        return Fault{FaultClass::state,
                     fmt::format("{} has generation {}, but {} was executed already: it is an old "
                                 "copy; let the enforcer write it again",
                                 file.string(), instruction.generation, floor)};
    return check_denial(instruction, file);
}

/// An instruction that the enforcer signed.
Result<Instruction> read_sealed(const Configuration& configuration, const Path& file,
                                const std::string& content) {
    KASPAR_TRY(const auto sealed, open_seal(file, content));
    KASPAR_CHECK(check_envelope(configuration.enforcer_public_key, sealed.text, sealed.signature)
                     .within(file.string()));
    return parse_instruction(file, sealed.text);
}

}  // namespace

Result<std::vector<Path>> list_instructions(const Configuration& configuration) {
    const auto folder = configuration.instructions();
    std::error_code error;
    std::vector<Path> files;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        const auto name = at->path().filename().string();
        if (!name.starts_with('.'))
            files.push_back(at->path());
    }
    if (error == std::errc::no_such_file_or_directory)
        return Fault{FaultClass::io,
                     fmt::format("there is no folder of instructions {}; is \"state\" right in {}, "
                                 "and did kaspar-enforcer run?",
                                 folder.string(), configuration.file.string())};
    if (error)
        return io_fault("list the instructions in", folder, error.value());
    // Paths compare part by part; these differ in the last one only.
    std::sort(files.begin(), files.end(),
              [](const Path& a, const Path& b) { return a.native() < b.native(); });
    return files;
}

Path instruction_file(const Configuration& configuration, const Name& zone) {
    return configuration.instructions() / zone.file_name();
}

Path report_file(const Configuration& configuration, const Path& instruction_file) {
    return configuration.reports() / instruction_file.filename();
}

Path lock_file(const Configuration& configuration, const Path& instruction_file) {
    return configuration.reports() / ("." + instruction_file.filename().string() + ".lock");
}

Result<LastReport> read_last_report(const Path& file) {
    KASPAR_TRY(const auto text, read_file_if_there(file));
    if (!text)
        return LastReport{};
    auto report = parse_report(file, *text);
    if (!report.ok())
        return LastReport{std::nullopt,
                          report.fault().words + "; it is put aside, and the zone is signed anew"};
    if (report->zone.file_name() != file.filename().string())
        return LastReport{std::nullopt,
                          fmt::format("{} is about zone {}, not the zone of its file name; it is "
                                      "put aside, and the zone is signed anew",
                                      file.string(), report->zone.text())};
    return LastReport{std::move(report).value(), std::nullopt};
}

Result<TakenInstruction> take_instruction(const Configuration& configuration, const Path& file,
                                          const std::optional<Report>& last) {
    KASPAR_TRY(auto content, read_file_if_there(file));
    if (!content)
        return Fault{
            FaultClass::state,
            fmt::format("there is no instruction {}; is the zone known (kaspar zone list), "
                        "and did kaspar-enforcer run?",
                        file.string())};
    KASPAR_TRY(auto instruction, read_sealed(configuration, file, *content));
    KASPAR_CHECK(check_fits(instruction, file, last));
    return TakenInstruction{std::move(instruction), std::move(*content)};
}

Outcome keep_executed(const Configuration& configuration, const Path& instruction_file,
                      const std::string& sealed) {
    const auto file = configuration.executed() / instruction_file.filename();
    const auto there = read_file_if_there(file);
    if (there.ok() && *there == sealed)
        return Done{};
    KASPAR_CHECK(make_folder(configuration.executed()));
    return write_cache(file, sealed);  // sealed: whoever reads it sees if it is damaged
}

Result<std::optional<Instruction>> read_executed(const Configuration& configuration,
                                                 const Path& instruction_file,
                                                 std::uint64_t generation) {
    const auto file = configuration.executed() / instruction_file.filename();
    KASPAR_TRY(const auto content, read_file_if_there(file));
    if (!content)
        return std::optional<Instruction>{};
    KASPAR_TRY(auto instruction, read_sealed(configuration, file, *content));
    KASPAR_CHECK(check_fits(instruction, file, std::nullopt));
    if (instruction.generation != generation)
        return std::optional<Instruction>{};
    return std::optional(std::move(instruction));
}

std::optional<Name> claimed_zone(const Path& file) {
    const auto content = read_file_if_there(file);
    if (!content.ok() || !*content)
        return std::nullopt;
    const auto sealed = open_seal(file, **content);
    if (!sealed.ok())
        return std::nullopt;
    auto instruction = parse_instruction(file, sealed->text);
    if (!instruction.ok() || instruction->zone.file_name() != file.filename().string())
        return std::nullopt;
    return std::move(instruction->zone);
}

}  // namespace kaspar::signer
