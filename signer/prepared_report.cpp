#include "signer/prepared_report.h"

#include <fmt/format.h>

namespace kaspar::signer {

namespace {

constexpr std::size_t most_told = 1000, longest_told = 4000;  // words, and octets of each

void shorten(std::vector<std::string>& told) {
    if (told.size() > most_told) {
        const auto more = told.size() - most_told;
        told.resize(most_told);
        told.push_back(fmt::format("… and {} more", more));
    }
    for (auto& words : told)
        if (words.size() > longest_told)
            words.replace(longest_told, std::string::npos, "…");
}

/// A report that is too long for its reader would be as good as none, and what is published be
/// forgotten.
Report readable(Report report) {
    shorten(report.last_run.errors);
    shorten(report.last_run.warnings);
    return report;
}

}  // namespace

Outcome PreparedReport::prepare(Report report) {
    report = readable(std::move(report));
    KASPAR_TRY(auto writer, FileWriter::create(file_));
    KASPAR_CHECK(writer.write(report_text(report)));
    KASPAR_CHECK(writer.flush());
    prepared_ = Prepared{std::move(report), std::move(writer)};
    return Done{};
}

Outcome PreparedReport::put(Report report) {
    report = readable(std::move(report));
    if (prepared_ && prepared_->report == report)
        return prepared_->writer.commit();
    return write_file(file_, report_text(report));
}

}  // namespace kaspar::signer
