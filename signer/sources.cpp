#include "signer/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "common/system/file.h"
#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "signer/assembly.h"
#include "signer/core/sanity.h"
#include "signer/core/serial.h"

namespace kaspar::signer {

namespace {

/// A sudden loss of most of a zone is more often an export that failed than a wish.
std::optional<std::string> sudden_loss(const Instruction& instruction, std::uint64_t records,
                                       std::uint64_t last_records, const std::string& digest) {
    if (records * 100 >= last_records * instruction.least_share ||
        instruction.accepted_input == digest)
        return std::nullopt;
    return fmt::format(
        "{}: {} records, less than {} % of the {} of the last input; it is held until it has more, "
        "or until you say `kaspar zone accept {}`",
        instruction.input.string(), records, instruction.least_share, last_records,
        instruction.zone.text());
}

SanityFindings check(const Instruction& instruction, const ReadZone& read) {
    return check_input(
        read.zone, read.files,
        {static_cast<std::uint32_t>(instruction.max_ttl.count()), instruction.foreign_dnskeys});
}

std::vector<std::string> all_warnings(ReadZone& read, SanityFindings& findings) {
    auto warnings = std::move(read.warnings);
    warnings.insert(warnings.end(), findings.warnings.begin(), findings.warnings.end());
    if (findings.notice)
        warnings.push_back(*findings.notice);
    return warnings;
}

void take_newer(std::optional<std::uint32_t>& newest, std::uint32_t serial) {
    if (!newest || serial_is_newer(serial, *newest))
        newest = serial;
}

bool has_soa(const Zone& zone) {
    return !zone.nodes().empty() && zone.find(zone.nodes().front(), rr::soa) != nullptr;
}

/// A reader's fault tells every bad line of the zone file on a line of its own.
std::vector<std::string> lines_of(const std::string& words) {
    std::vector<std::string> lines;
    std::istringstream text(words);
    for (std::string line; std::getline(text, line);)
        lines.push_back(line);
    return lines;
}

/// The zone in the last output, if that is the very file that was written.
std::unique_ptr<WrittenZone> open_written(const FileIdentity& written, const Name& apex) {
    const auto there = identify_file(written.path);
    if (!there.ok() || there->sha256 != written.sha256)
        return nullptr;
    auto zone = WrittenZone::open(written.path, apex);
    return zone.ok() && (*zone)->size() == written.size ? *std::move(zone) : nullptr;
}

/// Takes from an output that may not be built upon what can be had: the serial.
void read_foreign_output(const Path& file, const Name& apex, bool ours_once, LastOutput& last) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return;
    const auto read = read_zone_file(file, apex);
    if (!read.ok() || !has_soa(read->zone)) {
        last.warnings.push_back(
            fmt::format("the last output {} is no readable zone, so all signatures are made anew",
                        file.string()));
        return;
    }
    take_newer(last.serial, zone_serial(read->zone));
    if (ours_once)
        last.warnings.push_back(fmt::format(
            "the last output {} is not as it was written, so all signatures are made anew",
            file.string()));
}

}  // namespace

std::variant<Input, BadInput> read_input(const Instruction& instruction,
                                         const std::optional<Publication>& last, unsigned threads) {
    auto read = read_zone_file(instruction.input, instruction.zone, threads);
    if (!read.ok())
        return BadInput{lines_of(read.fault().words), {}, std::nullopt};
    auto findings = check(instruction, *read);
    auto warnings = all_warnings(*read, findings);
    if (!findings.errors.empty())
        return BadInput{std::move(findings.errors), std::move(warnings), std::nullopt};
    const auto digest = input_digest(read->files);
    if (last)
        if (auto loss = sudden_loss(instruction, findings.records, last->records, digest))
            return BadInput{{*std::move(loss)}, std::move(warnings), digest};
    return Input{std::move(read).value(), findings.records, std::move(warnings)};
}

std::string input_digest(const std::vector<FileIdentity>& files) {
    if (files.size() == 1)
        return files.front().sha256;
    std::string digests;
    for (const auto& file : files)
        digests += file.sha256;
    return to_hex(sha256(as_bytes(digests)));
}

bool same_files(const std::vector<FileIdentity>& a, const std::vector<FileIdentity>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const FileIdentity& x, const FileIdentity& y) {
                          return x.path == y.path && x.sha256 == y.sha256;
                      });
}

LastOutput read_last_output(const Instruction& instruction,
                            const std::optional<Publication>& last) {
    LastOutput output;
    if (!last) {
        read_foreign_output(instruction.output, instruction.zone, false, output);
        return output;
    }
    output.serial = last->serial;
    output.trusted = open_written(last->output, instruction.zone);
    if (output.trusted == nullptr)
        read_foreign_output(last->output.path, instruction.zone, true, output);
    return output;
}

}  // namespace kaspar::signer
